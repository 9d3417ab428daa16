"""Campaign guard: within a campaign, negative counts are compared with what campaigns usually bring.

Praise is never counted, so that a campaign as such raises nothing; what is left is the criticism that louder weeks
bring with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from math import log
from typing import Any

import yaml

from service.domain.campaigns import Campaign
from service.domain.times import VIETNAM
from service.domain.warning import Bin, Unusual

USUAL_FACTOR = 1.5  # judgement, until a stream has been through campaigns of its own
PRIOR_HOURS = 14 * 24  # how much its own campaign hours must weigh to count as much as USUAL_FACTOR
MOST = 3.0  # a crisis inside a campaign must not become what campaigns usually bring
RECENT = timedelta(hours=24)
LITTLE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Yearly:
    """A campaign that returns every year; month and day of its first and last day."""

    id: str
    name: str
    first: tuple[int, int]
    last: tuple[int, int]
    topics: tuple[str, ...]

    def in_year(self, year: int) -> Campaign:
        """The one that begins in a year."""
        ends = year if self.first <= self.last else year + 1
        return Campaign(
            id=f"{self.id}-{year}",
            name=self.name,
            starts=date(year, *self.first),
            ends=date(ends, *self.last),
            topics=self.topics,
        )


def parse_yearly(text: str) -> list[Yearly]:
    """Campaigns of a YAML file; ValueError that names the entry and what was expected."""
    return [_yearly(n, entry) for n, entry in enumerate(yaml.safe_load(text) or [], start=1)]


def _yearly(n: int, entry: dict[str, Any]) -> Yearly:
    try:
        found = Yearly(
            id=str(entry["id"]),
            name=str(entry["name"]),
            first=_month_day(entry["from"]),
            last=_month_day(entry["until"]),
            topics=tuple(map(str, entry["topics"])),
        )
        found.in_year(2025)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"campaign {n}: expected id, name, from and until as MM-DD, topics: {error}") from None
    return found


def _month_day(text: str) -> tuple[int, int]:
    month, _, day = str(text).partition("-")
    return int(month), int(day)


@lru_cache(maxsize=1)
def shipped() -> tuple[Yearly, ...]:
    """The campaigns that come with the package."""
    return tuple(parse_yearly((files(__package__) / "campaigns.yaml").read_text(encoding="utf-8")))


def around(at: datetime, entered: Iterable[Campaign] = ()) -> list[Campaign]:
    """Every campaign of the years about a time, shipped and entered by people, in order of their start."""
    year = at.astimezone(VIETNAM).year
    yearly = [y.in_year(n) for y in shipped() for n in (year - 1, year, year + 1)]
    return sorted([*yearly, *entered], key=lambda c: (c.starts, c.id))


def running(stream: str, at: datetime, campaigns: Iterable[Campaign]) -> list[Campaign]:
    """Campaigns that make a stream louder at a time."""
    return [c for c in campaigns if c.covers(at) and c.concerns(stream)]


def usual_factor(stream: str, bins: Sequence[Bin], first: datetime, now: datetime, all_: Sequence[Campaign]) -> float:
    """How many times the negative origins of other days a stream has had in campaigns: 1 to MOST.

    Its own hours since `first` count as much as they weigh against PRIOR_HOURS of USUAL_FACTOR; the last day is left
    out, so that what is being judged is not its own measure.
    """
    mine = [c for c in all_ if c.concerns(stream)]
    until = now - RECENT
    hours = max(0, int((until - first) / timedelta(hours=1)))
    days = [(first + timedelta(hours=24 * n)) for n in range(hours // 24 + 1)]
    inside_hours = 24 * sum(any(c.covers(day) for c in mine) for day in days if day < until)
    inside = outside = 0
    for bin_ in bins:
        if bin_.start < until:
            if any(c.covers(bin_.start) for c in mine):
                inside += bin_.value
            else:
                outside += bin_.value
    rate = (outside + LITTLE) / max(hours - inside_hours, 1)
    if hours - inside_hours < 24:
        return USUAL_FACTOR
    prior = rate * PRIOR_HOURS
    factor = (inside + USUAL_FACTOR * prior) / (rate * inside_hours + prior)
    return min(MOST, max(1.0, factor))


def guarded(unusual: Unusual, last_day: Sequence[Unusual], factor: float) -> Unusual:
    """The hour as it looks when `factor` times as much is expected as on other days.

    The score keeps the share of the evidence that is left: that of the last day's sum (a burst is told by a day, not by
    an hour) against the raised expectation, over that against the ordinary one. A campaign hour that brings no more
    than campaigns usually do has the score 0.
    """
    counted = sum(u.value for u in last_day) or unusual.value
    expected = sum(u.expected for u in last_day) or unusual.expected
    before, after = _decades(counted, expected), _decades(counted, factor * expected)
    share = min(1.0, after / before) if before > LITTLE else 0.0
    return replace(unusual, expected=factor * unusual.expected, score=unusual.score * share)


def _decades(counted: float, expected: float) -> float:
    """Evidence, in powers of ten, that a count is above what is expected (Poisson deviance); 0 where it is not."""
    expected = max(expected, LITTLE)
    if counted <= expected:
        return 0.0
    return (counted * log(counted / expected) - counted + expected) / log(10)
