"""Clocks."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from service.ports import Clock

NOTED_STEP = timedelta(seconds=2)  # less is the business of a busy machine


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ScaledClock:
    """Time that starts at `origin`, runs `speed` times as fast as the machine's, and stands still at `end`."""

    def __init__(self, origin: datetime, speed: float, *, end: datetime) -> None:
        self.origin, self.speed, self.end = origin, speed, end
        self.started = time.monotonic()

    def now(self) -> datetime:
        elapsed = timedelta(seconds=(time.monotonic() - self.started) * self.speed)
        return min(self.origin + elapsed, self.end)


class SetClock:
    """Time that stands until it is set (replay, tests)."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class Steps:
    """Notices where a clock was set: its time and the time that passed (which nobody sets) part."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._apart = self._measured()

    def step(self) -> timedelta:
        """By how much the clock was set since this was last asked; nothing where it was not."""
        before, self._apart = self._apart, self._measured()
        return self._apart - before if abs(self._apart - before) > NOTED_STEP else timedelta()

    def _measured(self) -> timedelta:
        return self._clock.now() - datetime.fromtimestamp(time.monotonic(), UTC)
