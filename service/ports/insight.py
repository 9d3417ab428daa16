"""What indicators and periodic reports read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from service.domain.indicators import PeriodFacts
from service.domain.sources import Feed
from service.domain.views import CopiedView


class InsightModels(Protocol):
    """Counts of a span of time; limited to the provinces of whoever asks."""

    def facts(self, feeds: Sequence[Feed], *, since: datetime, until: datetime, as_of: datetime) -> PeriodFacts:
        """What the indicators of a span are reckoned from.

        Args:
            feeds: what is monitored.
            as_of: the moment of looking.
        """
        ...

    def denunciations(self, *, since: datetime, until: datetime) -> dict[date, int]:
        """How many were recognised and not kept, by day; of a day nothing tells which province it is about, so that
        whoever is limited to provinces gets none.
        """
        ...

    def most_copied(self, *, since: datetime, until: datetime, limit: int) -> list[CopiedView]:
        """Articles of the press that were copied most, those of readers' sections left out."""
        ...
