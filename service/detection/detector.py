"""The streaming detector: counts of many streams side by side in, expected count and score out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.detection.baseline import Baseline
from service.detection.evidence import deviance, window_sums
from service.detection.parameters import DEFAULT, Parameters
from service.detection.tail import Tail

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of streams, [stream, bin] each; what a file does not tell is None."""

    value: Floats
    coverage: Floats | None = None
    total: Floats | None = None
    origins: Floats | None = None
    sources: Floats | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """Expected values and scores, [stream, bin]."""

    expected: Floats
    score: Floats


class Detector:
    """Streams with the same bins. Blocks may be cut anywhere: what is learned is learned at fixed times of the clock."""

    def __init__(self, streams: int, width_minutes: int, parameters: Parameters = DEFAULT) -> None:
        self.p, self.minutes = parameters, width_minutes
        self.width = width_minutes / 60
        self.spans = spans(self.width, parameters.windows_hours)
        self.block = max(1440, width_minutes) if width_minutes >= 60 else 24 * width_minutes
        self.baseline = Baseline(streams, self.width, parameters)
        self.ratio = np.zeros((2, streams))
        self.tail = Tail(streams, parameters.prior_tail_bins)
        self.hot = np.zeros(streams)
        n = self.spans[-1] - 1
        self.past = np.zeros((3, streams, 0)) if n == 0 else np.zeros((3, streams, n))

    def advance(self, start: int, counts: Counts) -> Scored:
        """Score the next bins; `start` is the local minute since 1970 at which the first one begins."""
        bins = counts.value.shape[1]
        minutes = start + self.minutes * np.arange(bins, dtype=np.int64)
        edges = np.flatnonzero(np.diff(minutes // self.block)) + 1
        parts = [
            self._block(minutes[a:b], counts, slice(a, b)) for a, b in zip([0, *edges], [*edges, bins], strict=True)
        ]
        return Scored(np.concatenate([p[0] for p in parts], 1), np.concatenate([p[1] for p in parts], 1))

    def _block(self, minutes: Ints, counts: Counts, part: slice) -> tuple[Floats, Floats]:
        p = self.p
        watched = self._watched(counts, part)
        coverage = np.ones_like(watched) if counts.coverage is None else counts.coverage[:, part]
        level, error = self.baseline.level()
        mean = self.baseline.season(minutes) * (level * self.width)[:, None] * coverage
        mean = np.maximum(mean, 1e-9)
        spread = self.baseline.dispersion()
        k = watched.shape[1]
        both = np.concatenate([self.past[:2], np.stack([watched, mean])], axis=2)
        sums = window_sums(both[0], self.spans, k), window_sums(both[1], self.spans, k)
        variance = sums[1] * spread[:, None] + sums[1] ** 2 * error[:, None]
        evidence = deviance(sums[0], sums[1], variance).max(0)
        decades = self.tail.decades(evidence)
        score = np.maximum(decades + np.log10(max(self.width, p.burst_hours)), 0.0)
        self._learn(minutes, watched, coverage, mean, evidence)
        keep = self.past.shape[2]
        self.past = np.concatenate([both, np.zeros((1, *both.shape[1:]))])[:, :, both.shape[2] - keep :]
        return mean, score

    def _watched(self, counts: Counts, part: slice) -> Floats:
        """Documents weighted by what they tell, in the unit of `value`: an ordinary stream's sum stays the same."""
        p = self.p
        value = counts.value[:, part]
        if counts.sources is None and counts.origins is None:
            return value
        mixed = p.value_weight * value
        if counts.origins is not None:
            mixed = mixed + p.origin_weight * counts.origins[:, part]
        if counts.sources is not None:
            mixed = mixed + p.source_weight * counts.sources[:, part]
        ratio = (self.ratio[0] + 5.0) / (self.ratio[1] + 5.0)
        keep = 0.5 ** (value.shape[1] * self.width / 24 / p.long_days)
        self._pending_ratio = keep * self.ratio + np.stack([value.sum(1), mixed.sum(1)])
        return mixed * ratio[:, None]

    def _learn(self, minutes: Ints, watched: Floats, coverage: Floats, mean: Floats, evidence: Floats) -> None:
        p = self.p
        days = watched.shape[1] * self.width / 24
        burnt = np.minimum(1.0, (p.burn / np.maximum(evidence, 1e-9)) ** 2)
        keep = 0.5 ** (days / p.stuck_days)
        self.hot = keep * self.hot + (1 - keep) * (evidence > p.burn).mean(1)
        trust = np.where(self.hot[:, None] > 0.6, 1.0, burnt) * coverage
        self.baseline.learn(minutes, watched, trust, mean)
        self.tail.learn(evidence, (coverage > 0.5).astype(float), 0.5 ** (days / p.tail_days))


def spans(width_hours: float, windows_hours: tuple[float, ...]) -> tuple[int, ...]:
    """Window lengths in bins; the first four bins where a bin is longer than a day."""
    if width_hours > 24:
        return (1, 2, 3, 4)
    return tuple(sorted({max(1, round(h / width_hours)) for h in windows_hours}))
