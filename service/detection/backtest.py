"""What the detector would have said at the time: lead, misses, false alarms, and what other budgets would bring."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.detection.alarms import HOURS_A_MONTH, LEVELS, QUIET_HOURS, threshold
from service.detection.scenario import Episode
from service.detection.watching import watch_series
from service.domain.warning import Unusual

BUDGETS = (0.5, 1.0, 2.0, 4.0, 8.0)
LEAD_HOURS, GRACE_HOURS = 24, 48


@dataclass(frozen=True, slots=True)
class Crisis:
    """A crisis and when it was noticed.

    Attributes:
        first_item, peak: start of the hour.
        alarm: hour whose alarm belongs to it; None where it was missed.
    """

    first_item: datetime
    peak: datetime
    alarm: datetime | None

    @property
    def delay_hours(self) -> float | None:
        """From the first item to the alarm."""
        return None if self.alarm is None else max(0.0, (self.alarm - self.first_item) / timedelta(hours=1))

    @property
    def lead_hours(self) -> float | None:
        """From the alarm to the peak; negative where the alarm came later."""
        return None if self.alarm is None else (self.peak - self.alarm) / timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Replayed:
    """One scenario after its replay.

    Attributes:
        scored: every hour of the replay proper.
        false: bursts outside any crisis, by the level that they reached (0, 1, 2) at the budget's threshold.
        bursts_by_level: bursts outside any crisis that reach level 1, and level 2, whatever the budget.
    """

    episode: Episode
    scored: Sequence[Unusual]
    crises: Sequence[Crisis]
    false: int
    bursts_by_level: tuple[int, int]
    hours: int


def replay(episode: Episode, *, series: int, false_alarms_per_month: float) -> Replayed:
    """Hour by hour through the code of the service."""
    scored = watch_series(
        episode.bins, width=timedelta(hours=1), series=series, false_alarms_per_month=false_alarms_per_month
    )
    return judge(episode, scored, threshold(series, false_alarms_per_month))


def judge(episode: Episode, scored: Sequence[Unusual], at: float) -> Replayed:
    """Alarms at this score against the crises of the episode."""
    opened = openings(scored, at, episode.first)
    crises = []
    for first, peak, last in episode.crises:
        mine = [i for i in opened if first - LEAD_HOURS <= i <= last]
        noticed = scored[mine[0]].start if mine else None
        crises.append(Crisis(scored[first].start, scored[peak].start, noticed))

    def strange(indices: list[int]) -> int:
        near = [(first - LEAD_HOURS, last + GRACE_HOURS) for first, _, last in episode.crises]
        return sum(not any(a <= i <= b for a, b in near) for i in indices)

    by_level = tuple(strange(openings(scored, level, episode.first)) for level in LEVELS)
    return Replayed(
        episode,
        scored[episode.first :],
        crises,
        strange(opened),
        (by_level[0], by_level[1]),
        len(scored) - episode.first,
    )


def openings(scored: Sequence[Unusual], at: float, first: int) -> list[int]:
    """Hours that open a burst at this score: a day or more after the last hour above it."""
    found, last = [], -(10**9)
    for i, unusual in enumerate(scored):
        if unusual.score >= at:
            if i - last > QUIET_HOURS and i >= first:
                found.append(i)
            last = i
    return found


@dataclass(frozen=True, slots=True)
class Point:
    """What one budget brings over all scenarios.

    Attributes:
        false_a_month: for one stream in the replayed time; `budget` is for all streams together.
    """

    budget: float
    score: float
    found: int
    crises: int
    before_peak: int
    median_delay_hours: float | None
    false_a_month: float


def frontier(replayed: Sequence[Replayed], *, series: int) -> list[Point]:
    """The same scores at other budgets."""
    points = []
    for budget in BUDGETS:
        at = threshold(series, budget)
        again = [judge(r.episode, _whole(r), at) for r in replayed]
        points.append(summary(again, budget, at))
    return points


def _whole(replayed: Replayed) -> list[Unusual]:
    """Scores of all bins, with silence for the history, so that indices fit the episode."""
    history = [
        Unusual(start=b.start, value=b.value, expected=0.0, score=0.0)
        for b in replayed.episode.bins[: replayed.episode.first]
    ]
    return [*history, *replayed.scored]


def summary(replayed: Sequence[Replayed], budget: float, at: float) -> Point:
    """All scenarios together."""
    crises = [c for r in replayed for c in r.crises]
    delays = [d for c in crises if (d := c.delay_hours) is not None]
    months = sum(r.hours for r in replayed) / HOURS_A_MONTH
    return Point(
        budget=budget,
        score=at,
        found=len(delays),
        crises=len(crises),
        before_peak=sum(lead >= 0 for c in crises if (lead := c.lead_hours) is not None),
        median_delay_hours=statistics.median(delays) if delays else None,
        false_a_month=sum(r.false for r in replayed) / months if months else 0.0,
    )
