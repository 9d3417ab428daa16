"""From scores to levels and alarms: a budget of false alarms a month for all streams together."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

HOURS_A_MONTH = 30.4 * 24
LEVELS = (3.0, 4.5)
QUIET_HOURS = 24.0
NEVER = -(2**62)

Ints = npt.NDArray[np.int64]


def threshold(series: int, false_alarms_per_month: float) -> float:
    """Score above which this many streams give this many false alarms a month: see `Detector` for what a score is."""
    if series < 1 or not false_alarms_per_month > 0:
        raise ValueError(f"expected at least one series and a budget above 0, found {series}, {false_alarms_per_month}")
    return max(0.0, math.log10(HOURS_A_MONTH * series / false_alarms_per_month))


def levels(score: npt.NDArray[np.float64]) -> Ints:
    """0, 1 or 2."""
    return np.searchsorted(np.array(LEVELS), score, side="right").astype(np.int64)


class Bursts:
    """Opens one alarm a burst: rows above the threshold with no more than a day (or a bin) between them are one."""

    def __init__(self, streams: int, width_minutes: int, score: float) -> None:
        self.score = score
        self.gap = max(int(QUIET_HOURS * 60), width_minutes)
        self.last = [NEVER] * streams

    def openings(self, minutes: Ints, score: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Which of these bins open a burst, [stream, bin]."""
        out = np.zeros(score.shape, dtype=np.bool_)
        for stream, bin_ in np.argwhere(score >= self.score):
            minute = int(minutes[bin_])
            out[stream, bin_] = minute - self.last[stream] > self.gap
            self.last[stream] = minute
        return out
