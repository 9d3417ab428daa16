"""The documents behind streams, read once a round and cut by the hour in memory.

The watch asks for the day before each of up to 25 hours: in a crisis the same thousands of documents again and again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from service.domain.intents import Evidence
from service.domain.streams import MOST_DOCUMENTS, StreamDocument
from service.ports.storage import Transaction

T = TypeVar("T", Evidence, StreamDocument)
Read = Callable[[datetime, datetime], list[T]]


@dataclass(slots=True)
class _Span(Generic[T]):
    """What was published in a stream from one time to another, oldest first.

    Attributes:
        first: up to when was read at first, at most so many documents; nothing that ends before it can be cut out.
    """

    since: datetime
    first: datetime
    until: datetime
    found: list[T]

    def between(self, since: datetime, until: datetime) -> list[T]:
        begin, end = (bisect_left(self.found, at, key=_published) for at in (since, until))
        return self.found[begin:end]


@dataclass(slots=True)
class StreamReads:
    """What has been read of each stream; it holds for one round, and asks the storage for what is missing only."""

    _evidence: dict[str, _Span[Evidence]] = field(default_factory=dict)
    _documents: dict[str, _Span[StreamDocument]] = field(default_factory=dict)

    def evidence(
        self,
        tx: Transaction,
        stream: str,
        *,
        since: datetime,
        until: datetime,
        limit: int,
        also: Collection[str] = (),
    ) -> list[Evidence]:
        """As the storage gives it."""

        def read(begin: datetime, end: datetime) -> list[Evidence]:
            return tx.evidence(stream, since=begin, until=end, limit=None)[::-1]

        found = _covering(self._evidence, stream, since, until, first=read, more=read)[: -limit - 1 : -1]
        if not also:
            return found
        named = tx.evidence(stream, since=until, until=until, limit=None, also=also)
        both = {e.document_id: e for e in [*found, *named]}
        in_order = sorted(both.values(), key=lambda e: e.document_id)
        return sorted(in_order, key=_published, reverse=True)[:limit]

    def documents(self, tx: Transaction, stream: str, *, since: datetime, until: datetime) -> list[StreamDocument]:
        """As the storage gives them: the last MOST_DOCUMENTS, oldest first."""

        def first(begin: datetime, end: datetime) -> list[StreamDocument]:
            return tx.stream_documents(stream, since=begin, until=end)

        def more(begin: datetime, end: datetime) -> list[StreamDocument]:
            return tx.stream_documents(stream, since=begin, until=end, limit=None)

        return _covering(self._documents, stream, since, until, first=first, more=more)[-MOST_DOCUMENTS:]


def _covering(
    known: dict[str, _Span[T]], stream: str, since: datetime, until: datetime, *, first: Read[T], more: Read[T]
) -> list[T]:
    """Hours are asked for in order, so that what is missing is mostly what came after what is there."""
    span = known.get(stream)
    if span is None or since < span.since or until < span.first:
        span = known[stream] = _Span(since, until, until, first(since, until))
    elif span.until < until:
        span.found += more(span.until, until)
        span.until = until
    return span.between(since, until)


def _published(document: Evidence | StreamDocument) -> datetime:
    return document.published_at
