"""Where a story stands in its life, from its counts by the hour."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

SPAN = 6
QUIET = 48
RECENT = 24
FEW = 3
GROWTH = 1.25
NEAR_TOP = 0.75


class Phase(StrEnum):
    """Phase of a story."""

    EMERGING = "emerging"
    GROWING = "growing"
    PEAK = "peak"
    FADING = "fading"
    DORMANT = "dormant"
    REVIVED = "revived"


def phase(hourly: Sequence[int]) -> Phase:
    """Phase at the end of the last hour given.

    Sums over SPAN hours are compared, so that one busy hour decides nothing. A story with nothing for QUIET hours is
    dormant; one that comes back after that is revived for its first RECENT hours and then counted from there.

    Args:
        hourly: documents of the story in each hour without gaps, oldest first; ValueError for a negative count.
    """
    if any(count < 0 for count in hourly):
        raise ValueError("counts must not be negative")
    if not any(hourly[-QUIET:]):
        return Phase.DORMANT
    life, revived = _current_life(hourly)
    if revived and len(life) <= RECENT:
        return Phase.REVIVED
    if len(life) <= SPAN or sum(life) < FEW:
        return Phase.EMERGING
    return _course([sum(life[max(0, end - SPAN) : end]) for end in range(1, len(life) + 1)])


def _current_life(hourly: Sequence[int]) -> tuple[Sequence[int], bool]:
    """The hours since the story began, or since it came back; and whether it came back."""
    begin, last, revived = None, None, False
    for hour, count in enumerate(hourly):
        if count:
            if last is None or hour - last > QUIET:
                begin, revived = hour, last is not None
            last = hour
    return hourly[begin:], revived


def _course(sums: Sequence[int]) -> Phase:
    now, before = sums[-1], sums[-1 - SPAN]
    if now > GROWTH * before and now - before >= FEW:
        return Phase.GROWING
    return Phase.PEAK if now >= NEAR_TOP * max(sums) else Phase.FADING
