"""Streams: what is counted together. «all», «topic:T», «place:CODE», «topic:T@CODE», «story:ID»."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ALL = "all"
HOUR = timedelta(hours=1)
STORY_ORIGINS = 2  # a story of one origin is that document, and needs no stream of its own
MOST_DOCUMENTS = 2000  # of a stream are looked at, the last ones
STORY_LIFE = timedelta(days=10)  # a story without a document for so long is over, and so is its stream


class StreamKind(StrEnum):
    """What the documents of a stream have in common."""

    ALL = "all"
    TOPIC = "topic"
    PLACE = "place"
    TOPIC_PLACE = "topic_place"
    STORY = "story"

    @property
    def is_detail(self) -> bool:
        """One of many: there are hundreds of these, and by chance alone one of them is always unusual."""
        return self not in (StreamKind.ALL, StreamKind.TOPIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A stream, taken apart.

    Attributes:
        place: General Statistics Office code of the province.
    """

    kind: StreamKind
    topic: str | None = None
    place: str | None = None
    story: str | None = None


def parse(stream: str) -> Stream:
    """Take a stream's name apart.

    Raises:
        ValueError: it is none.
    """
    if stream == ALL:
        return Stream(kind=StreamKind.ALL)
    kind, _, name = stream.partition(":")
    topic, at, place = name.partition("@")
    if kind == "topic" and topic and bool(at) == bool(place):
        return Stream(kind=StreamKind.TOPIC_PLACE if place else StreamKind.TOPIC, topic=topic, place=place or None)
    if kind == "place" and name:
        return Stream(kind=StreamKind.PLACE, place=name)
    if kind == "story" and name:
        return Stream(kind=StreamKind.STORY, story=name)
    raise ValueError(f"expected all, topic:T, place:CODE, topic:T@CODE or story:ID, found {stream!r}")


def decides(provinces: Sequence[str], stream: str) -> bool:
    """Whether an account decides about a stream: of its own provinces only; all where it has no such limit. A stream
    without a place is the whole country's."""
    return not provinces or parse(stream).place in provinces


def is_wider(one: str, other: str) -> bool:
    """Whether a stream holds more than another one: what is of one province only, or of one topic, is less than what is
    of the country, or of all topics together; one story is the least."""
    wide, narrow = parse(one), parse(other)
    if StreamKind.STORY in (wide.kind, narrow.kind):
        return wide.kind is not StreamKind.STORY
    if wide.place != narrow.place:
        return wide.place is None
    return wide.kind is not narrow.kind and wide.kind in (StreamKind.ALL, StreamKind.PLACE)


def streams_of(topics: Iterable[str], places: Iterable[str]) -> set[str]:
    """Every stream a document is counted in, but for that of its story."""
    topics, places = list(topics), list(places)
    pairs = {f"topic:{topic}@{place}" for topic in topics for place in places}
    return {ALL, *(f"topic:{t}" for t in topics), *(f"place:{p}" for p in places), *pairs}


def story_stream(story: str) -> str:
    """Stream of a story."""
    return f"story:{story}"


def bin_start(at: datetime, width: timedelta) -> datetime:
    """Start of the regular bin (an hour, or a quarter of one) that a time lies in."""
    minutes = int(width.total_seconds() // 60)
    return at.replace(minute=at.minute // minutes * minutes % 60, second=0, microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamDocument:
    """A document of a stream, copies too, as the signals beyond volume read it.

    Attributes:
        official: published by a state agency.
        places: codes of provinces.
        press: an article of the press outside sections of readers: its title is not the words of a private person.
    """

    id: str
    published_at: datetime
    first_seen_at: datetime
    source_kind: str
    publisher: str
    source_name: str
    reach: int
    negative: bool
    feedback: str | None
    official: bool
    is_copy: bool
    story_id: str | None
    title: str
    places: tuple[str, ...] = ()
    press: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PressText:
    """An article as it is read for what the press reports; `text` is its title and excerpt."""

    id: str
    published_at: datetime
    source_kind: str
    publisher: str
    source_name: str
    story_id: str
    is_copy: bool
    text: str
    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
