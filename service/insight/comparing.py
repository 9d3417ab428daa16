"""The groups of a summary beside those of the span before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.domain.intervals import MIN_DOCUMENTS, Trend, count_trend, share_if_known, trend
from service.domain.provinces import territory_changed
from service.domain.views import Summary, SummaryRow

Known = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A group now and before.

    Attributes:
        before: None where nothing is compared, or the province had another territory.
        share, negative: which way the group's share of all origins, and the negative share within it, have gone.
        moved: which way its number of origins has gone.
    """

    now: SummaryRow
    before: SummaryRow | None
    share: Trend
    negative: Trend
    moved: Trend

    @property
    def few(self) -> bool:
        """Too few origins in both spans to say anything of it."""
        return max(self.now.documents, self.before.documents if self.before else 0) < MIN_DOCUMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """All origins that a summary counts, of everything that was read.

    Attributes:
        share, before: with its 95 % interval, now and before; of fewer than MIN_DOCUMENTS there is none.
        limited: something is asked for, so that the shares are of more than this.
        trend, moved: which way the share, and the number, have gone.
    """

    share: Known
    before: Known
    limited: bool
    trend: Trend
    moved: Trend


def comparable(summary: Summary) -> Summary:
    """The summary as it is shown: without an earlier span of which nothing was read, as «0» beside a number reads as a
    rise."""
    return summary if summary.before and summary.before.read else replace(summary, before=None)


def pairs(summary: Summary) -> list[Pair]:
    """Groups of either span: those of this one, most origins first, then those that were in the one before only."""
    before = summary.before
    if before is None:
        return [_pair(r, None, None) for r in summary.rows]
    now, old = {r.group: r for r in summary.rows}, {r.group: r for r in before.rows}
    gone = [_none_of(r, summary) for r in before.rows if r.group not in now]
    apart = summary.apart and summary.group_by == "place"
    return [
        _pair(
            r,
            None if apart and territory_changed(r.group) else old.get(r.group) or _none_of(r, before),
            summary.part,
        )
        for r in [*summary.rows, *gone]
    ]


def told(summary: Summary) -> tuple[list[Pair], int]:
    """The groups to tell of, and how many provinces are left out, as of them too little is known in both spans. Of an
    outlet that had copies only nothing is told: it was not silent."""
    found = [p for p in pairs(summary) if p.now.documents or (p.before and p.before.documents)]
    known: Sequence[Pair] = [p for p in found if not p.few] if summary.group_by == "place" else found
    return list(known), len(found) - len(known)


def total(summary: Summary) -> Total:
    """What the summary is of, beside everything that was read, and beside the span before."""
    before, bounds = summary.before, share_if_known(summary.documents, summary.read)
    old = share_if_known(before.documents, before.read) if before else (None, None, None)
    return Total(
        share=bounds,
        before=old,
        limited=summary.documents != summary.read or bool(before and before.documents != before.read),
        trend=trend(bounds[1:], old[1:]),
        moved=count_trend(summary.documents, before.documents, part=summary.part) if before else Trend.UNCLEAR,
    )


def _pair(now: SummaryRow, before: SummaryRow | None, part: float | None) -> Pair:
    if before is None:
        return Pair(now=now, before=None, share=Trend.UNCLEAR, negative=Trend.UNCLEAR, moved=Trend.UNCLEAR)
    return Pair(
        now=now,
        before=before,
        share=trend((now.share_low, now.share_high), (before.share_low, before.share_high)),
        negative=trend((now.low, now.high), (before.low, before.high)),
        moved=count_trend(now.documents, before.documents, part=part),
    )


def _none_of(row: SummaryRow, summary: Summary) -> SummaryRow:
    """The group in a span where there is nothing of it."""
    few = summary.group_by == "place"
    share, low, high = (None, None, None) if few else share_if_known(0, summary.documents)
    return replace(
        row, documents=0, copies=0, negative=0, neutral=0, positive=0, complaints=0, questions=0, suggestions=0,
        praise=0, negative_share=None, low=None, high=None, share=share, share_low=low, share_high=high,
    )  # fmt: skip
