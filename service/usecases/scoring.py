"""Score many streams at once: the detector works on them side by side, in blocks of a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
import numpy.typing as npt

from service.detection.detector import Counts, Detector
from service.detection.watching import local_minute
from service.domain.streams import HOUR
from service.domain.warning import Bin, Unusual

Floats = npt.NDArray[np.float64]
TOGETHER = 128  # streams in one go: enough to make the number of blocks matter, not of streams


class Scorer(Protocol):
    """See `score_all`."""

    def __call__(
        self,
        known: Mapping[str, Sequence[Bin]],
        *,
        first: datetime,
        last: datetime,
        keep: int,
        covered: Mapping[datetime, float] | None = None,
    ) -> dict[str, list[Unusual]]: ...


@dataclass(frozen=True, slots=True)
class Scores:
    """Hours of one stream since `first`: what was counted, expected, and how unusual it was."""

    first: datetime
    value: Floats
    expected: Floats
    score: Floats

    def rows(self, begin: int, end: int) -> list[Unusual]:
        """The hours from one number to before another."""
        tail = slice(max(0, begin), end)
        return _rows(self.value[tail], self.expected[tail], self.score[tail], self.first + HOUR * (tail.start or 0))


def score_all(
    known: Mapping[str, Sequence[Bin]],
    *,
    first: datetime,
    last: datetime,
    keep: int,
    covered: Mapping[datetime, float] | None = None,
) -> dict[str, list[Unusual]]:
    """The last `keep` hours of every stream, scored as service.detection.watching.watch_series scores one.

    Args:
        known: hours with at least one document, by stream; the others are zeros.
        first, last: start of the first and the last hour.
        covered: coverage of hours in which it was measured; it is whole in the others.
    """
    hours = int((last - first) / HOUR) + 1
    scores = score_streams(known, first=first, last=last, covered=covered)
    return {name: found.rows(hours - keep, hours) for name, found in scores}


def score_streams(
    known: Mapping[str, Sequence[Bin]],
    *,
    first: datetime,
    last: datetime,
    covered: Mapping[datetime, float] | None = None,
) -> Iterator[tuple[str, Scores]]:
    """Every hour of every stream; see `score_all`."""
    hours = int((last - first) / HOUR) + 1
    names = list(known)
    coverage = np.array([(covered or {}).get(first + HOUR * n, 1.0) for n in range(hours)])
    for at in range(0, len(names), TOGETHER):
        some = names[at : at + TOGETHER]
        counts = np.zeros((3, len(some), hours))
        counts[2] = coverage
        for row, name in enumerate(some):
            for bin_ in known[name]:
                column = int((bin_.start - first) / HOUR)
                if 0 <= column < hours:
                    counts[:, row, column] = bin_.value, bin_.sources, bin_.coverage
        blocks = Counts(value=counts[0], sources=counts[1], coverage=counts[2])
        scored = Detector(len(some), 60).advance(local_minute(first), blocks)
        for row, name in enumerate(some):
            yield name, Scores(first, counts[0, row], scored.expected[row], scored.score[row])


def _rows(value: Floats, expected: Floats, score: Floats, start: datetime) -> list[Unusual]:
    return [
        Unusual(start=start + timedelta(hours=n), value=int(v), expected=e, score=s)
        for n, (v, e, s) in enumerate(zip(value.tolist(), expected.tolist(), score.tolist(), strict=True))
    ]
