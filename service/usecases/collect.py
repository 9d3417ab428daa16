"""Poll the feeds that are due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from service.domain.documents import Entry
from service.domain.fetching import Failed, FailureKind, FeedState, Fetched, FetchOutcome, FetchRequest
from service.domain.polling import after_poll
from service.domain.sources import Feed
from service.ports import Classifier, Clock, FeedReader, Fetcher
from service.ports.storage import Store, Transaction
from service.usecases.ingest import FetchPages, Ingested, ingest

FLOOR, CEILING = timedelta(minutes=1), timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Polled:
    """What came of one feed: its state afterwards and what was taken from it."""

    feed: Feed
    state: FeedState
    ingested: Ingested


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """What polling needs.

    Attributes:
        feeds: by id; a state in the database without a feed here is not polled.
        floor: shortest time between two polls of a feed.
    """

    feeds: Mapping[str, Feed]
    store: Store
    fetcher: Fetcher
    reader: FeedReader
    classifier: Classifier
    clock: Clock
    fetch_pages: FetchPages = FetchPages.ALL
    floor: timedelta = FLOOR


def seed(collector: Collector) -> None:
    """Remember the feeds that are new; they are due at once."""
    now = collector.clock.now()
    with collector.store.begin() as tx:
        tx.seed_feeds(FeedState(feed_id=f.id, next_poll_at=now, interval=f.interval) for f in collector.feeds.values())


def collect(collector: Collector, *, limit: int = 200) -> list[Polled]:
    """Poll up to `limit` feeds that are due; each is one unit of work, and none can stop the others."""
    now = collector.clock.now()
    among = [f.id for f in collector.feeds.values() if f.enabled]
    with collector.store.begin() as tx:
        states = {s.feed_id: s for s in tx.due_feeds(now, among=among, limit=limit)}
    requests = [
        FetchRequest(key=s.feed_id, url=collector.feeds[s.feed_id].url, etag=s.etag, last_modified=s.last_modified)
        for s in states.values()
    ]
    return [
        _take(collector, collector.feeds[request.key], states[request.key], outcome)
        for request, outcome in collector.fetcher.fetch_all(requests)
    ]


def _take(collector: Collector, feed: Feed, state: FeedState, outcome: FetchOutcome) -> Polled:
    now = collector.clock.now()
    entries: list[Entry] = []
    if isinstance(outcome, Fetched):
        found = collector.reader.entries(outcome.body, url=outcome.url, content_type=outcome.content_type, now=now)
        if found is None:
            outcome = Failed(kind=FailureKind.NOT_A_FEED, detail=f"{outcome.content_type or 'no type'}, not a feed")
        else:
            entries = list(found)
    newest = max((e.published_at for e in entries if e.published_at and e.published_at <= now), default=None)
    after: list[FeedState] = []

    def save(tx: Transaction, new: int) -> None:
        polled = after_poll(
            state, outcome, entries=len(entries), entries_new=new, newest=newest, now=now, floor=collector.floor,
            ceiling=CEILING,
        )  # fmt: skip
        after.append(polled)
        tx.save_feed(polled)

    ingested = ingest(
        entries,
        feed,
        store=collector.store,
        classifier=collector.classifier,
        now=now,
        fetch_pages=collector.fetch_pages,
        also=save,
    )
    return Polled(feed, after[0], ingested)
