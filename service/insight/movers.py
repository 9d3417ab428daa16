"""Topics of which more, or less, is published than in the period before, or that take more, or less, of it."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.indicators import GroupFacts, PeriodFacts, hours_read
from service.domain.intervals import Trend, count_trend, part_of_time, share_if_known, trend


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """A topic now and before.

    Attributes:
        share, share_before: of all origins of the period; None where there are too few origins.
        trend: of the share; up or down only where the two 95 % intervals do not meet.
        moved: of the number of origins; up or down only beyond chance, and never while the period still runs.
    """

    now: GroupFacts
    before: int
    share: float | None
    share_before: float | None
    trend: Trend
    moved: Trend

    @property
    def clear(self) -> bool:
        """Whether one of the two has moved."""
        return {self.trend, self.moved} != {Trend.UNCLEAR}


def movers(now: PeriodFacts, before: PeriodFacts) -> list[Mover]:
    """Topics of either period: rising ones first, then falling ones, then the others; most origins first in each."""
    old = {t.id: t for t in before.topics}
    gone = [GroupFacts(id=t.id, name=t.name, origins=0, negative=0, positive=0) for t in before.topics]
    current = {t.id: t for t in [*gone, *now.topics]}
    part = _part(now, before)
    found = [_mover(t, old.get(t.id), now.origins, before.origins, part) for t in current.values()]
    order = list(Trend)
    return sorted(found, key=lambda m: (order.index(m.moved), order.index(m.trend), -m.now.origins, m.now.id))


def _part(now: PeriodFacts, before: PeriodFacts) -> float | None:
    """By which counts of the two are compared; None where one still runs, or nothing was read in the one before."""
    if now.as_of <= now.until or not (before.origins or before.covered):
        return None
    return part_of_time(*(hours_read(f.since, f.until, f.hours_measured) for f in (now, before)))


def _mover(
    topic: GroupFacts, old: GroupFacts | None, origins: int, origins_before: int, part: float | None
) -> Mover:  # fmt: skip
    count = old.origins if old else 0
    share, low, high = share_if_known(topic.origins, origins)
    share_before, low_before, high_before = share_if_known(count, origins_before)
    return Mover(
        now=topic, before=count, share=share, share_before=share_before,
        trend=trend((low, high), (low_before, high_before)),
        moved=count_trend(topic.origins, count, part=part),
    )  # fmt: skip
