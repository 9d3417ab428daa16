"""The streaming detector: counts of many streams side by side in, expected count and score out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.detection.baseline import Baseline
from service.detection.evidence import deviance, sums, window_sums
from service.detection.parameters import DEFAULT, Parameters
from service.detection.ranks import Ranks
from service.detection.tail import Peaks
from service.detection.yearly import YearlyBaseline

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DAY = 1440


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of streams, [stream, bin] each; what is not known is None.

    Attributes:
        coverage: share of the sources that report as expected, 0 to 1.
        sources: distinct sources behind `value`.
    """

    value: Floats
    coverage: Floats | None = None
    sources: Floats | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """Expected counts and scores, [stream, bin]."""

    expected: Floats
    score: Floats


class Detector:
    """Streams with the same bins.

    A score s says: a stream like this shows as much by chance about once in 10**s hours. Blocks may be cut anywhere:
    what is learned is learned at fixed times of the clock, from what lies before.

    Args:
        streams: how many.
        width_minutes: of a bin.
    """

    def __init__(self, streams: int, width_minutes: int, parameters: Parameters = DEFAULT) -> None:
        self.p, self.minutes, self.width = parameters, width_minutes, width_minutes / 60
        weekly = width_minutes > 3 * DAY
        self.spans = spans(self.width, parameters)
        self.fade = 0.0 if weekly else parameters.fade_hours / self.width
        self.block = max(DAY, width_minutes) if width_minutes >= 60 else 24 * width_minutes
        make = YearlyBaseline if weekly else Baseline
        self.baseline: Baseline | YearlyBaseline = make(streams, self.width, parameters)
        self.peaks = Peaks(streams, max(DAY, width_minutes), parameters, weekly=weekly)
        self.ranks = Ranks(streams) if width_minutes < 60 else None
        self.per_source = np.zeros((2, streams))
        self.hot = np.zeros(streams)
        self.age = 0
        self.past = np.zeros((4, streams, self.spans[-1] - 1))
        self.pending: list[tuple[Ints, Floats]] = []

    def advance(self, start: int, counts: Counts) -> Scored:
        """Score the next bins; `start` is the local minute since 1970 at which the first one begins."""
        bins = counts.value.shape[1]
        minutes = start + self.minutes * np.arange(bins, dtype=np.int64)
        young = np.arange(1, min(bins, max(self.p.young_bins - self.age, 1)), dtype=np.int64)
        edges = np.union1d(np.flatnonzero(np.diff(minutes // self.block)) + 1, young)
        parts = [
            self._part(minutes[a:b], _cut(counts, slice(a, b)))
            for a, b in zip([0, *edges.tolist()], [*edges.tolist(), bins], strict=True)
        ]
        return Scored(np.concatenate([p[0] for p in parts], 1), np.concatenate([p[1] for p in parts], 1))

    def _part(self, minutes: Ints, counts: Counts) -> tuple[Floats, Floats]:
        """Bins that lie within one block; of a young stream, one bin."""
        if self.pending:
            same = int(self.pending[0][0][0]) // self.block == int(minutes[0]) // self.block
            if not same or self.age < self.p.young_bins:
                self._learn()
        self.age += len(minutes)
        value = counts.value
        coverage = np.ones_like(value) if counts.coverage is None else counts.coverage
        backed = value if counts.sources is None else counts.sources
        full, error, spread = self.baseline.expect(minutes)
        mean = np.maximum(full * coverage, 1e-9)
        keep = self.past.shape[2]
        rows = np.concatenate([self.past, np.stack([value, mean, backed, coverage])], axis=2)
        self.past = rows[:, :, rows.shape[2] - keep :]
        evidence = self._evidence(rows, value.shape[1], error, spread, sources=counts.sources is not None)
        score = np.maximum(self.peaks.decades(evidence), 0.0)
        ranked = value
        if self.ranks:
            near = min(keep, max(1, round(self.p.rank_minutes / self.minutes)) - 1)
            end = rows.shape[2]
            cut = rows[:, :, end - value.shape[1] - near :]
            counted, seen = (window_sums(cut[i], (near + 1,), value.shape[1])[0] for i in (0, 3))
            ranked = counted * (near + 1) / np.maximum(seen, 0.25 * (near + 1))
            score = self.ranks.decades(ranked)
        self.pending.append((minutes, np.stack([value, coverage, backed, mean, evidence, ranked])))
        return mean, score

    def _evidence(self, rows: Floats, last: int, error: Floats, spread: Floats, *, sources: bool) -> Floats:
        """Half deviance of the worst span, [stream, bin].

        What new sources do not bear out counts less, as far as items of this stream bring new sources at all; an
        excess that comes from more sources than so many items usually have counts more.
        """
        p = self.p
        counted, mean, backed = sums(rows[:3], self.spans, last, fade=self.fade)
        full = deviance(counted, mean, mean * spread[:, None] + mean**2 * error)
        if not sources:
            return np.asarray(full.max(0))
        share = ((self.per_source[1] + 5.0) / (self.per_source[0] + 5.0))[:, None]
        usual = counted * share
        broad = deviance(backed, usual, p.broad_spread * usual + p.broad_error * usual**2) * (full > 0)
        borne_out = p.corroborate * (backed / share - mean) / np.maximum(counted - mean, 1e-9)
        loss = (p.alone + p.alone_share * full) * (1.0 - np.clip(borne_out, 0.0, 1.0)) * np.minimum(share, 1.0)
        return np.asarray(np.maximum(full + broad - loss, 0.0).max(0))

    def _learn(self) -> None:
        """Take the finished block in: crises count less, and a level that stays high becomes the new normal."""
        p = self.p
        minutes = np.concatenate([m for m, _ in self.pending])
        value, coverage, backed, mean, evidence, ranked = np.concatenate([rows for _, rows in self.pending], axis=2)
        self.pending = []
        days = value.shape[1] * self.width / 24
        burn = p.burn if self.age > p.young_bins else p.burn_young
        burnt = np.minimum(1.0, (burn / np.maximum(evidence, 1e-9)) ** 2)
        keep = 0.5 ** (days / p.stuck_days)
        self.hot = keep * self.hot + (1 - keep) * (evidence > p.burn).mean(1)
        trust = np.where(self.hot[:, None] > p.stuck, 1.0, burnt) * coverage
        seen = np.maximum(coverage, 0.05)
        self.baseline.learn(minutes, value / seen, trust, mean / seen)
        keep = 0.5 ** (days / p.long_days)
        self.per_source = keep * self.per_source + np.stack([value.sum(1), backed.sum(1)])
        self.peaks.learn(evidence.max(1), (coverage > 0.5).mean(1), int(minutes[0]))
        if self.ranks:
            self.ranks.learn(ranked, coverage >= 0.5)


def _cut(counts: Counts, part: slice) -> Counts:
    def cut(column: Floats | None) -> Floats | None:
        return None if column is None else column[:, part]

    return Counts(counts.value[:, part], cut(counts.coverage), cut(counts.sources))


def spans(width_hours: float, parameters: Parameters) -> tuple[int, ...]:
    """Lengths of the windows in bins."""
    if width_hours > 72:
        return parameters.windows_weeks
    return tuple(sorted({max(1, round(h / width_hours)) for h in parameters.windows_hours}))
