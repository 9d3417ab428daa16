"""Read what an index of sitemaps names: one level deep, the newest parts only, as politely as any other address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, islice
from urllib.parse import urlsplit

from service.domain.documents import Entry, FeedContent, FeedPart
from service.domain.fetching import Failed, FailureKind, Fetched, FetchOutcome, FetchRequest, Refused
from service.domain.polling import in_words
from service.ports import FeedReader, Fetcher
from service.usecases.ingest import PAGE_MAX_AGE

MAX_ENTRIES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index that was read.

    Attributes:
        outcome: of the index itself, without its validators: an unchanged index may name parts that have changed.
        parts: those to read, the newest first.
    """

    feed_id: str
    outcome: Fetched
    parts: tuple[FeedPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What came of an index; `note`: what could not be read of it, in words."""

    feed_id: str
    content: FeedContent | None
    outcome: FetchOutcome
    note: str = ""


def index_of(feed_id: str, outcome: Fetched, content: FeedContent, *, last: datetime | None) -> Index:
    """What to read of an index: its newest part, and others that may hold entries which are news still and were not
    there at the last poll that went well, or could not be read then."""
    first, *others = content.parts
    changed = [p for p in others if last is None or p.changed_at is None or p.changed_at + PAGE_MAX_AGE > last]
    return Index(
        feed_id=feed_id, outcome=replace(outcome, body=b"", etag=None, last_modified=None), parts=(first, *changed)
    )  # fmt: skip


def follow(indexes: Sequence[Index], *, fetcher: Fetcher, reader: FeedReader, now: datetime) -> Iterator[Followed]:
    """Read the parts of all indexes; each becomes one answer, which fails only where no part could be read."""
    asked = {f"{index.feed_id} {n}": part for index in indexes for n, part in enumerate(index.parts)}
    read: dict[str, FeedContent | Failed | Refused] = {}
    for request, outcome in fetcher.fetch_all([FetchRequest(key=key, url=part.url) for key, part in asked.items()]):
        read[request.key] = _content(reader, request.url, outcome, now)
    for index in indexes:
        yield _together(index, [read[f"{index.feed_id} {n}"] for n in range(len(index.parts))], now)


def _content(reader: FeedReader, asked: str, outcome: FetchOutcome, now: datetime) -> FeedContent | Failed | Refused:
    if isinstance(outcome, Failed | Refused):
        return outcome
    if not isinstance(outcome, Fetched):
        return Failed(kind=FailureKind.BAD_CONTENT, detail="304 khi chưa có bản nào")
    if urlsplit(outcome.url).netloc != urlsplit(asked).netloc:
        return Failed(kind=FailureKind.BAD_CONTENT, detail="sơ đồ chuyển sang máy chủ khác")
    content = reader.feed(outcome.body, url=outcome.url, content_type=outcome.content_type, now=now)
    if isinstance(content, FeedContent) and content.parts:
        return Failed(kind=FailureKind.NOT_A_FEED, detail="mục lục trong mục lục sơ đồ trang")
    return content


def _together(index: Index, read: Sequence[FeedContent | Failed | Refused], now: datetime) -> Followed:
    contents = [c for c in read if isinstance(c, FeedContent)]
    failures = [c for c in read if not isinstance(c, FeedContent)]
    if not contents:
        return Followed(feed_id=index.feed_id, content=None, outcome=_failure(failures))
    # of an archive the old addresses are no news, and those without any date cannot be told from them
    entries = (e for e in chain.from_iterable(c.entries for c in contents) if _recent(e, now))
    note = f"{len(failures)} trên {len(read)} sơ đồ chưa đọc được: {in_words(failures[0])}" if failures else ""
    content = FeedContent(entries=tuple(islice(entries, MAX_ENTRIES)))
    # the host that asked for time at one part gets it from the whole feed
    waits = [index.outcome.max_age or timedelta(0), *(f.retry_after or timedelta(0) for f in failures)]
    outcome = replace(index.outcome, max_age=max(waits))
    return Followed(feed_id=index.feed_id, content=content, outcome=outcome, note=note)


def _failure(failures: Sequence[Failed | Refused]) -> Failed | Refused:
    """Why nothing could be read. A turn that does not come is no reason to read the index alone again and again."""
    first = failures[0]
    if isinstance(first, Failed) and first.kind is FailureKind.NO_TURN:
        return Failed(kind=FailureKind.NOT_A_FEED, detail="mục lục sơ đồ trang; chưa đến lượt đọc các sơ đồ của nó")
    return first


def _recent(entry: Entry, now: datetime) -> bool:
    at = entry.published_at or entry.updated_at
    return at is not None and now - at < PAGE_MAX_AGE
