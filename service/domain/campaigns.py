"""Campaigns: times in which much is published on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from service.domain.streams import StreamKind, parse
from service.domain.times import VIETNAM


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A time in which much is published on purpose.

    Attributes:
        starts, ends: both included, on the calendar of Việt Nam.
        topics, places: that it concerns; no places means the whole country.
    """

    id: str
    name: str
    starts: date
    ends: date
    topics: tuple[str, ...]
    places: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.starts > self.ends:
            raise ValueError(f"campaign {self.id}: expected a start before its end, found {self.starts}, {self.ends}")

    def covers(self, at: datetime) -> bool:
        """Whether a time lies in it."""
        return self.starts <= at.astimezone(VIETNAM).date() <= self.ends

    def concerns(self, stream: str) -> bool:
        """Whether it makes a stream louder; that of the whole agency and those of stories are judged as always."""
        wanted = parse(stream)
        if wanted.kind in (StreamKind.ALL, StreamKind.STORY):
            return False
        return (wanted.topic is None or wanted.topic in self.topics) and (
            wanted.place in self.places if wanted.place and self.places else wanted.topic is not None
        )
