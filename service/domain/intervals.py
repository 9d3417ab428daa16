"""Shares with their interval, and which way one has gone."""

from __future__ import annotations

import math
from enum import StrEnum

MIN_DOCUMENTS = 5
Bounds = tuple[float | None, float | None]


class Trend(StrEnum):
    """Of a share or a count, against what it was before."""

    UP = "up"
    DOWN = "down"
    UNCLEAR = "unclear"


def wilson(part: int, whole: int, *, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927, JASA 22:209); with z = 1.645 each of its ends is one of 95 % on one side.

    Raises:
        ValueError: `whole` is not positive or `part` is not within it.
    """
    if whole <= 0 or not 0 <= part <= whole:
        raise ValueError(f"no share of {part} in {whole}")
    p, z2 = part / whole, z * z
    middle = p + z2 / (2 * whole)
    spread = z * math.sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole))
    scale = 1 + z2 / whole
    # rounding must not push the interval off the share it is of
    return max(0.0, min(p, (middle - spread) / scale)), min(1.0, max(p, (middle + spread) / scale))


def share_if_known(part: int, whole: int) -> tuple[float | None, float | None, float | None]:
    """Share, low, high; all None where there are fewer than MIN_DOCUMENTS: suppressed, not guessed."""
    if whole < MIN_DOCUMENTS:
        return None, None, None
    low, high = wilson(part, whole)
    return part / whole, low, high


def trend(now: Bounds, before: Bounds) -> Trend:
    """Up or down only where the two intervals do not meet; unclear where one is not known (`share_if_known`)."""
    low, high = now
    low_before, high_before = before
    if low is None or high is None or low_before is None or high_before is None:
        return Trend.UNCLEAR
    if low > high_before:
        return Trend.UP
    return Trend.DOWN if high < low_before else Trend.UNCLEAR


def count_trend(now: int, before: int, *, part: float | None = 0.5) -> Trend:
    """Of counts of two spans of time: of what does not change, as much is expected in each as it has of the time.

    Args:
        part: of the time of both, that of now; None: they cannot be compared (`part_of_time`).
    """
    _, low, high = share_if_known(now, now + before)
    return trend((low, high), (part, part))


def part_of_time(now: float | None, before: float | None) -> float | None:
    """Which part of the hours of two spans the one of now has; None where one of them is not known."""
    return now / (now + before) if now and before else None
