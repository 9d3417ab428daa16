"""Reports as files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from service.domain.reports import ReportFile, ReportForm, ReportOrder, Unavailable
from service.ports.read_models import ReadModels


class Reports(Protocol):
    """Makes periodic reports."""

    def forms(self) -> Sequence[ReportForm]:
        """What this installation can make."""
        ...

    def periodic(self, order: ReportOrder, read: ReadModels) -> ReportFile | Unavailable:
        """A report of what `read` may read; ValueError where its period has not begun, or has no such
        province."""
        ...
