"""Calendar risks: days around which a topic turns more readily (calendar_risks.yaml)."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from service.domain.times import VIETNAM


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A risk of the calendar.

    Attributes:
        date: «MM-DD», «day DD» or «YYYY-MM-DD».
        before, after: days to either side, both included.
    """

    name: str
    date: str
    before: int
    after: int
    topics: tuple[str, ...]

    def holds(self, day: dt.date) -> bool:
        """Whether a day lies in it."""
        span = (timedelta(days=self.before), timedelta(days=self.after))
        return any(each - span[0] <= day <= each + span[1] for each in self._days(day))

    def _days(self, about: dt.date) -> Iterator[dt.date]:
        """The days it is about that could matter for a day."""
        if self.date.startswith("day "):
            for shift in (-31, 0, 31):
                month = (about.replace(day=15) + timedelta(days=shift)).replace(day=1)
                last = monthrange(month.year, month.month)[1]
                yield month.replace(day=min(int(self.date[4:]), last))
        elif len(self.date) == len("MM-DD"):
            month_, day = map(int, self.date.split("-"))
            yield from (dt.date(year, month_, day) for year in (about.year - 1, about.year, about.year + 1))
        else:
            yield dt.date.fromisoformat(self.date)


def parse(text: str) -> list[Risk]:
    """Risks of a YAML file; ValueError that names the entry and what was expected."""
    return [_risk(n, entry) for n, entry in enumerate(yaml.safe_load(text) or [], start=1)]


def _risk(n: int, entry: dict[str, Any]) -> Risk:
    try:
        risk = Risk(
            name=str(entry["name"]),
            date=str(entry["date"]),
            before=int(entry["before"]),
            after=int(entry["after"]),
            topics=tuple(map(str, entry["topics"])),
        )
        risk.holds(dt.date(2025, 1, 31))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"risk {n}: expected name, date, before, after and topics: {error}") from None
    return risk


@lru_cache(maxsize=1)
def shipped() -> tuple[Risk, ...]:
    """The risks that come with the package."""
    return tuple(parse((files(__package__) / "calendar_risks.yaml").read_text(encoding="utf-8")))


def risks_of(topic: str | None, at: datetime) -> list[Risk]:
    """Risks of a topic that hold at a time."""
    day = at.astimezone(VIETNAM).date()
    return [r for r in shipped() if topic in r.topics and r.holds(day)]
