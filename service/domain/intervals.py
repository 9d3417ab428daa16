"""Shares with their interval."""

from __future__ import annotations

import math

MIN_DOCUMENTS = 5


def wilson(part: int, whole: int, *, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927, JASA 22:209).

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
