"""Silences: a person wants no messages about a stream for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.domain.streams import parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """No messages about a stream, about a topic with all its places, or about a place with all its topics (L3 and L4
    are sent nevertheless).

    Attributes:
        stream: «topic:pension» stands for its places («topic:pension@48») too, and so does «place:48».
        until: when it ends by itself.
        reason: why, in the words of who asked for it.
        author: who asked for it; empty only in decisions made by hand (tests).
        since: when it begins; None: at once.
        ended_at: when a person ended it before its time.
        ended_by: account or program that ended it before its time.
    """

    stream: str
    until: datetime
    reason: str
    id: int = 0
    author: str = ""
    since: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None

    def covers(self, stream: str) -> bool:
        if stream == self.stream or stream.startswith(f"{self.stream}@"):
            return True
        return self.stream.startswith("place:") and parse(stream).place == parse(self.stream).place

    def holds(self, stream: str, now: datetime) -> bool:
        """Whether it keeps messages about a stream back now."""
        started = self.since is None or self.since <= now
        return self.covers(stream) and started and now < self.until and self.ended_at is None
