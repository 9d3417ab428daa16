"""Clocks."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


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
