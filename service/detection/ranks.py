"""How rare a count is among all that its stream has shown: for bins so short that history is long."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MOST_KEPT = 30_000
BURST_HOURS = 0.5
# beyond the highest value ever seen, twice as much counts as a hundred times as rare to the base ten of its ratio
EXTENSION = 2.0


class Ranks:
    """Sorted past sums of each stream."""

    def __init__(self, streams: int) -> None:
        self.recent: list[Floats] = [np.zeros(0)] * streams
        self.ordered: list[Floats] = [np.zeros(0)] * streams

    def decades(self, sums: Floats) -> Floats:
        """log10 of the hours between bursts with sums like these, [stream, bin]."""
        out = np.zeros_like(sums)
        for i, past in enumerate(self.ordered):
            n = len(past)
            if not n:
                continue
            at_least = n - np.searchsorted(past, sums[i], side="left")
            beyond = EXTENSION * np.log10((sums[i] + 1) / (past[-1] + 1))
            rare = np.log10((n + 1) / np.where(at_least > 0, at_least + 1, 1))
            out[i] = rare + np.where(at_least > 0, 0.0, np.maximum(beyond, 0.0))
        return np.maximum(out + math.log10(BURST_HOURS), 0.0)

    def learn(self, sums: Floats, seen: npt.NDArray[np.bool_]) -> None:
        """Add a block; bins that were not seen are left out."""
        for i in range(len(sums)):
            new = sums[i][seen[i]]
            recent = np.concatenate([self.recent[i], new])
            if len(recent) > MOST_KEPT + 2000:
                recent = recent[-MOST_KEPT:]
                self.ordered[i] = np.sort(recent)
            else:
                self.ordered[i] = np.sort(np.concatenate([self.ordered[i], new]), kind="stable")
            self.recent[i] = recent
