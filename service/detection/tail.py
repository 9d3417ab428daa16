"""A stream's own history as the measure of what is unusual for it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STEP = 0.125
CELLS = 400
LOW, HIGH = 0.30, 0.04  # shares of the bins above which the tail is read


class Tail:
    """Histogram of evidence that fades, and an exponential tail read from its upper part.

    Crises are in the history too, as many as the false alarms that are allowed; so the far tail is never read from
    counts but extended from the part between the shares LOW and HIGH, drawn to the theoretical tail while young.
    """

    def __init__(self, streams: int, prior_bins: float) -> None:
        grid = (np.arange(CELLS) + 0.5) * STEP
        prior = np.where(grid > 0, np.exp(-grid), 0.0)
        self.counts = np.tile(prior_bins * prior / prior.sum(), (streams, 1))

    def learn(self, evidence: Floats, weights: Floats, keep: float) -> None:
        """Add a block of evidence, [stream, bin]."""
        cell = np.minimum((evidence / STEP).astype(np.int64), CELLS - 1)
        flat = cell + np.arange(len(cell))[:, None] * CELLS
        added = np.bincount(flat.ravel(), weights=weights.ravel(), minlength=self.counts.size)
        self.counts = keep * self.counts + added.reshape(self.counts.shape)

    def line(self) -> tuple[Floats, Floats]:
        """Start and slope of the tail by stream: share above x is LOW * exp(-(x - start) / slope)."""
        above = np.cumsum(self.counts[:, ::-1], axis=1)[:, ::-1]
        share = above / above[:, :1]
        start, end = (self._where(share, s) for s in (LOW, HIGH))
        slope = (end - start) / np.log(LOW / HIGH)
        return start, np.maximum(slope, 0.25)

    @staticmethod
    def _where(share: Floats, wanted: float) -> Floats:
        i = np.maximum((share > wanted).sum(1), 1)
        rows = np.arange(len(share))
        upper, lower = share[rows, i - 1], share[rows, np.minimum(i, CELLS - 1)]
        part = np.clip((upper - wanted) / np.maximum(upper - lower, 1e-12), 0, 1)
        return (i - 1 + part) * STEP

    def decades(self, evidence: Floats) -> Floats:
        """-log10 of the share of bins at or above this evidence, [stream, bin]."""
        start, slope = self.line()
        beyond = -np.log10(LOW) + (evidence - start[:, None]) / slope[:, None] / np.log(10)
        return np.maximum(beyond, 0.0)
