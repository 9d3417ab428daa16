"""What has gone up and down between two spans of time of the same length, and what cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.intervals import Trend, count_trend, trend
from service.domain.views import SummaryRow


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicTrend:
    """A topic now and before.

    Attributes:
        documents, before: origins, the denominators of the shares.
        share, low, high: negative share now with its 95 % interval; None where there are too few origins.
        share_before: negative share of the span before; None where there were too few.
        trend: of the share; up or down only where the two intervals do not meet.
        moved: of the number of origins; up or down only beyond chance.
    """

    topic: str
    label: str
    documents: int
    before: int
    negative: int
    share: float | None
    low: float | None
    high: float | None
    share_before: float | None
    trend: Trend
    moved: Trend


def trends(now: Sequence[SummaryRow], before: Sequence[SummaryRow]) -> list[TopicTrend]:
    """Topics of both spans, those with most origins now first."""
    old = {row.group: row for row in before}
    found = [_trend(row, old.get(row.group)) for row in now]
    order = list(Trend)
    return sorted(found, key=lambda t: (order.index(t.trend), -t.documents, t.topic))


def _trend(row: SummaryRow, old: SummaryRow | None) -> TopicTrend:
    return TopicTrend(
        topic=row.group,
        label=row.label,
        documents=row.documents,
        before=old.documents if old else 0,
        negative=row.negative,
        share=row.negative_share,
        low=row.low,
        high=row.high,
        share_before=old.negative_share if old else None,
        trend=trend((row.low, row.high), (old.low, old.high)) if old else Trend.UNCLEAR,
        moved=count_trend(row.documents, old.documents if old else 0),
    )
