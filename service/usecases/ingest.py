"""Judge entries in memory and keep what may be kept of them: one unit of work for the entries of one poll."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.domain.documents import DateSource, Document, DocumentKind, Entry
from service.domain.intents import DocumentIntent
from service.domain.judgement import Judgement, TextToJudge
from service.domain.sources import Feed, SourceKind
from service.domain.text import nfc
from service.parsing.excerpts import excerpt
from service.parsing.masking import mask
from service.parsing.urls import identity_key, without_handle
from service.ports import Classifier
from service.ports.storage import Store, Transaction

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
DENUNCIATION = "denunciation"
PAGE_MAX_AGE = timedelta(days=2)
PERSONAL_KINDS = (DocumentKind.POST, DocumentKind.COMMENT, DocumentKind.LETTER, DocumentKind.SMS)


class FetchPages(StrEnum):
    """Which entries' pages are read."""

    ALL = "all"
    RELEVANT = "relevant"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of the entries of one poll.

    Attributes:
        new: never seen before; kept: stored as documents; dropped: nothing kept (denunciations).
    """

    new: int = 0
    kept: int = 0
    dropped: int = 0


def document_id(entry: Entry, feed: Feed) -> str:
    """Stable id of what an entry is about, so that the same publication is one document whichever feed gave it."""
    key = identity_key(entry.url) if entry.url else f"{feed.id} {entry.id}"
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def ingest(
    entries: Sequence[Entry],
    feed: Feed,
    *,
    store: Store,
    classifier: Classifier,
    now: datetime,
    fetch_pages: FetchPages = FetchPages.ALL,
    also: Callable[[Transaction, int], None] = lambda tx, new: None,
) -> Ingested:
    """Judge the entries that are new and store them, together with whatever `also` adds to the same unit of work."""
    by_id = {document_id(e, feed): e for e in reversed(entries)}
    with store.begin() as tx:
        new = tx.unseen(list(by_id))
        new -= tx.forgotten(sorted(new))
    fresh = [(key, by_id[key]) for key in reversed(by_id) if key in new]
    judgements = classifier.judge([_to_judge(key, e, feed, now) for key, e in fresh]) if fresh else []
    intents = [_intent(key, e, j, feed, now, fetch_pages) for (key, e), j in zip(fresh, judgements, strict=True)]
    kept = [i for i in intents if i is not None]
    dropped = sum(j.denunciation and kind_of(feed) in PERSONAL_KINDS for j in judgements)
    with store.begin() as tx:
        tx.record_sightings([key for key, _ in fresh], feed_id=feed.id, at=now)
        if dropped:
            tx.record_drops(DENUNCIATION, dropped, day=now.astimezone(VIETNAM).date().isoformat())
        tx.add_documents(kept)
        also(tx, len(fresh))
    return Ingested(len(fresh), len(kept), dropped)


def kind_of(feed: Feed) -> DocumentKind:
    return DocumentKind.POST if feed.source.kind in (SourceKind.FORUM, SourceKind.SOCIAL) else DocumentKind.ARTICLE


def _to_judge(key: str, entry: Entry, feed: Feed, now: datetime) -> TextToJudge:
    at = entry.published_at or now
    return TextToJudge(
        id=key,
        title=nfc(entry.title),
        text=nfc(entry.summary),
        kind=str(kind_of(feed)),
        date=at.astimezone(VIETNAM).date().isoformat(),
        protected_section=feed.protected_section,
    )


def _intent(
    key: str, entry: Entry, judgement: Judgement, feed: Feed, now: datetime, fetch_pages: FetchPages
) -> DocumentIntent | None:
    """What is kept of an entry: nothing of a denunciation, nothing of what neither is nor may become relevant."""
    kind = kind_of(feed)
    if judgement.denunciation and kind in PERSONAL_KINDS:
        return None
    published = min(entry.published_at, now) if entry.published_at else now
    wanted = fetch_pages is FetchPages.ALL or (fetch_pages is FetchPages.RELEVANT and judgement.relevant)
    page_due = now if wanted and kind is DocumentKind.ARTICLE and entry.url and now - published < PAGE_MAX_AGE else None
    if not judgement.relevant and page_due is None:
        return None
    document = Document(
        id=key,
        url=without_handle(entry.url) if kind in PERSONAL_KINDS else entry.url,
        feed_id=feed.id,
        source_id=feed.source.id,
        kind=kind,
        title=mask(nfc(entry.title)).text,
        text=mask(nfc(entry.summary)).text,
        excerpt=excerpt(mask(nfc(entry.summary)).text),
        published_at=published,
        date_source=DateSource.FEED if entry.published_at else DateSource.FIRST_SEEN,
        first_seen_at=now,
        protected_section=feed.protected_section,
        partial=True,
        topics=feed.topics,
    )
    return DocumentIntent(
        document=document,
        judgement=with_feed_topics(judgement, feed.topics),
        source=feed.source,
        page_due_at=page_due,
    )


def with_feed_topics(judgement: Judgement, topics: tuple[str, ...]) -> Judgement:
    """A relevant document is also about what its whole feed is about."""
    if not judgement.relevant or not topics:
        return judgement
    return replace(judgement, topics=tuple(dict.fromkeys((*judgement.topics, *topics))))
