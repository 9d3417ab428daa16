"""Clocks."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ScaledClock:
    """Time that starts at `origin` and runs `speed` times as fast as the machine's (the demo)."""

    def __init__(self, origin: datetime, speed: float) -> None:
        self.origin, self.speed = origin, speed
        self.started = datetime.now(UTC)

    def now(self) -> datetime:
        return self.origin + (datetime.now(UTC) - self.started) * self.speed


class SetClock:
    """Time that stands until it is set (replay, tests)."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at
