"""Topics that take more, or less, of what is published than in the period before."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.indicators import GroupFacts, PeriodFacts
from service.domain.intervals import Trend, share_if_known, trend


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """A topic now and before.

    Attributes:
        share, share_before: of all origins of the period; None where there are too few origins.
        trend: up or down only where the two 95 % intervals do not meet.
    """

    now: GroupFacts
    before: int
    share: float | None
    share_before: float | None
    trend: Trend


def movers(now: PeriodFacts, before: PeriodFacts) -> list[Mover]:
    """Topics of either period: rising ones first, then falling ones, then the others; most origins first in each."""
    old = {t.id: t for t in before.topics}
    gone = [GroupFacts(id=t.id, name=t.name, origins=0, negative=0, positive=0) for t in before.topics]
    current = {t.id: t for t in [*gone, *now.topics]}
    found = [_mover(t, old.get(t.id), now.origins, before.origins) for t in current.values()]
    order = list(Trend)
    return sorted(found, key=lambda m: (order.index(m.trend), -m.now.origins, m.now.id))


def _mover(topic: GroupFacts, old: GroupFacts | None, origins: int, origins_before: int) -> Mover:
    count = old.origins if old else 0
    share, low, high = share_if_known(topic.origins, origins)
    share_before, low_before, high_before = share_if_known(count, origins_before)
    moved = trend((low, high), (low_before, high_before))
    return Mover(now=topic, before=count, share=share, share_before=share_before, trend=moved)
