"""The past of streams, as the watch decides on it and as explanations and outlooks show it.

One way to read it, so that what is shown is what was decided on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.streams import HOUR
from service.domain.warning import Bin
from service.ports.storage import Transaction
from service.usecases.assess import Hour
from service.usecases.scoring import Scorer, score_all

HISTORY = timedelta(days=120)  # what a baseline is learned from
DAY_HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of some streams.

    Attributes:
        first, last: start of the first and the last hour.
        counted: hours with at least one document, by stream.
        covered: coverage of hours in which it was measured; it is whole in the others.
    """

    first: datetime
    last: datetime
    counted: Mapping[str, Sequence[Bin]]
    covered: Mapping[datetime, float]

    def bins(self, stream: str, *, since: datetime | None = None) -> list[Bin]:
        """Every hour of a stream; those without documents are zeros, seen as far as the sources were."""
        begin = max(self.first, since or self.first)
        known = {b.start: b for b in self.counted[stream]}
        starts = (begin + HOUR * n for n in range(int((self.last - begin) / HOUR) + 1))
        return [
            known.get(at) or Bin(start=at, value=0, total=0, sources=0, coverage=self.covered.get(at, 1.0))
            for at in starts
        ]

    def hours(self, last: int, *, score: Scorer = score_all) -> dict[str, list[Hour]]:
        """The last so many hours of every stream, oldest first, each scored and with the day up to it."""
        keep = last + DAY_HOURS - 1
        scored = score(self.counted, first=self.first, last=self.last, keep=keep, covered=self.covered)
        found: dict[str, list[Hour]] = {}
        for stream, unusual in scored.items():
            before = max(0, len(unusual) - last)
            bins = self.bins(stream, since=unusual[before].start)
            found[stream] = [
                Hour(
                    stream=stream, unusual=unusual[n], bin_=bin_, day=unusual[max(0, n - DAY_HOURS + 1) : n + 1],
                    bins=self.counted[stream], first=self.first,
                )
                for n, bin_ in enumerate(bins, before)
            ]  # fmt: skip
        return found


def past_of(tx: Transaction, streams: Sequence[str], *, last: datetime) -> Past:
    """The past of streams up to the hour that begins at `last`."""
    first = min(last, max(tx.first_bin() or last, last - HISTORY))
    counted = tx.bins_of(streams, since=first, until=last + HOUR) if streams else {}
    covered = {c.start: c.value for c in tx.coverage(since=first, until=last + HOUR)} if streams else {}
    return Past(first=first, last=last, counted=counted, covered=covered)
