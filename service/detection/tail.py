"""A stream's own history as the measure of what is unusual for it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from service.detection.parameters import Parameters

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STEP = 0.1
CELLS = 300


class Peaks:
    """The highest evidence of each day (or longer bin), as a histogram that fades.

    Crises are in the history too, about as many as the false alarms that are allowed, so the far tail is never read
    from counts: it is extended, with the slope that theory gives, from what every fifth day exceeds.
    """

    def __init__(self, streams: int, period_minutes: int, parameters: Parameters, *, weekly: bool) -> None:
        p = parameters
        self.period, self.share, self.slope = period_minutes, p.foot_share, p.slope
        self.keep = 0.5 ** (period_minutes / 1440 / p.tail_days)
        self.current, self.weight = np.zeros(streams), np.zeros(streams)
        self.now: int | None = None
        grid = (np.arange(CELLS) + 0.5) * STEP
        # share of days above x before any is known: exponential beyond the foot
        foot = p.prior_foot_weekly if weekly else p.prior_foot
        above = np.minimum(1.0, p.foot_share * np.exp(-(grid - foot)))
        mass = above - np.append(above[1:], 0.0)
        mass[0] += 1.0 - above[0]
        self.counts = np.tile(p.prior_days * mass, (streams, 1))
        self.level = self._foot()

    def _foot(self) -> Floats:
        """Evidence that the given share of the days exceeds, [stream]."""
        total = self.counts.sum(1, keepdims=True)
        above = np.cumsum(self.counts[:, ::-1], axis=1)[:, ::-1] / total
        i = np.maximum((above > self.share).sum(1), 1)
        rows = np.arange(len(above))
        upper = above[rows, i - 1]
        lower = above[rows, np.minimum(i, CELLS - 1)]
        part = np.clip((upper - self.share) / np.maximum(upper - lower, 1e-12), 0.0, 1.0)
        return np.asarray((i - 1 + part) * STEP)

    def decades(self, evidence: Floats) -> Floats:
        """log10 of the hours between two days with at least this evidence, [stream, bin]."""
        hours = self.period / 60
        beyond = (evidence - self.level[:, None]) / (self.slope * math.log(10))
        return np.asarray(np.log10(hours / self.share) + beyond)

    def learn(self, peak: Floats, weight: Floats, minute: int) -> None:
        """Take in the highest evidence of a block that begins at this minute; `weight` 0 for what was not seen."""
        period = minute // self.period
        if self.now is not None and period != self.now:
            cell = np.minimum((self.current / STEP).astype(np.int64), CELLS - 1)
            self.counts *= self.keep
            self.counts[np.arange(len(cell)), cell] += self.weight
            self.current, self.weight = np.zeros_like(self.current), np.zeros_like(self.weight)
            self.level = self._foot()
        self.now = period
        self.current = np.maximum(self.current, peak)
        self.weight = np.maximum(self.weight, weight)
