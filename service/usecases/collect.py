"""Poll the feeds that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from service.domain.channels import Channel
from service.domain.coverage import PollFigures
from service.domain.documents import DocumentKind, Entry, FeedContent
from service.domain.fetching import (
    Failed,
    FailureKind,
    FeedState,
    Fetched,
    FetchOutcome,
    FetchRequest,
    NotModified,
    RefusalKind,
    Refused,
)
from service.domain.polling import after_poll, brings_backlog, outside_skip_hours, without_future
from service.domain.sources import Feed, FeedFormat
from service.domain.times import VIETNAM
from service.parsing.social import BadAddressError, interface_address
from service.parsing.urls import commonest_path, foreign_hosts
from service.ports import Classifier, Clock, FeedReader, Fetcher
from service.ports.storage import Store, StoreError, Transaction
from service.usecases.follow import Index, follow, index_of
from service.usecases.ingest import FetchPages, Ingested, ingest

FLOOR, CEILING = timedelta(minutes=1), timedelta(hours=6)
BACKLOG_AGE = timedelta(hours=25)  # further back than the watch looks (LOOK_BACK, with the hour that runs)
LONGEST_DELAY = timedelta(days=1)  # an entry dated further back was put into the feed late, not seen late
UNITS = "units"
BATCH = 200
log = structlog.get_logger()


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
        channels: official interfaces that are set up; feeds of the others are not polled.
        ending: whether the process is about to end; then no further feed is taken.
    """

    feeds: Mapping[str, Feed]
    store: Store
    fetcher: Fetcher
    reader: FeedReader
    classifier: Classifier
    clock: Clock
    fetch_pages: FetchPages = FetchPages.ALL
    floor: timedelta = FLOOR
    channels: Mapping[FeedFormat, Channel] = field(default_factory=dict)
    ending: Callable[[], bool] = lambda: False

    def can_poll(self, feed: Feed) -> bool:
        """Switched on, and its interface, if it needs one, has its token."""
        return feed.enabled and (not feed.format.is_interface or feed.format in self.channels)


def seed(collector: Collector) -> None:
    """Remember the feeds that are new, or have a new address; they are due at once."""
    now = collector.clock.now()
    with collector.store.begin() as tx:
        tx.seed_feeds(
            FeedState(feed_id=f.id, url=f.url, next_poll_at=now, interval=f.interval) for f in collector.feeds.values()
        )


def collect_due(collector: Collector) -> Iterator[Polled]:
    """Poll everything that is due, a batch after the other."""
    while True:
        done = collect(collector)
        yield from done
        if len(done) < BATCH or collector.ending():
            return


def collect(collector: Collector) -> list[Polled]:
    """Poll up to BATCH feeds that are due; each is one unit of work, and none can stop the others."""
    now = collector.clock.now()
    among = [f.id for f in collector.feeds.values() if collector.can_poll(f)]
    with collector.store.begin() as tx:
        states = {s.feed_id: without_future(s, now) for s in tx.due_feeds(now, among=among, limit=BATCH)}
        asked = {s.feed_id: _request(collector, tx, s, now) for s in states.values()}
    requests = [r for r in asked.values() if isinstance(r, FetchRequest)]
    unasked = [(k, o) for k, o in asked.items() if not isinstance(o, FetchRequest)]
    done = [_take(collector, collector.feeds[key], states[key], None, outcome) for key, outcome in unasked]
    indexes: list[Index] = []
    for request, outcome in collector.fetcher.fetch_all(requests):
        feed, state = collector.feeds[request.key], states[request.key]
        content, said = _read_safely(collector, feed, outcome)
        if content and content.parts and isinstance(said, Fetched):
            # their parts are asked for together, so that no index holds up the others
            indexes.append(index_of(feed.id, said, content, last=state.last_success_at))
        else:
            done.append(_take(collector, feed, state, content, said))
        if collector.ending():
            return done  # what was not taken is due still
    for f in follow(indexes, fetcher=collector.fetcher, reader=collector.reader, now=collector.clock.now()):
        done.append(_take(collector, collector.feeds[f.feed_id], states[f.feed_id], f.content, f.outcome, note=f.note))
    return done


def _request(collector: Collector, tx: Transaction, state: FeedState, now: datetime) -> FetchRequest | Failed | Refused:
    """What is asked of a feed's server; or why nothing is asked. Units are counted before they are used."""
    feed = collector.feeds[state.feed_id]
    if not feed.format.is_interface:
        return FetchRequest(key=feed.id, url=feed.url, etag=state.etag, last_modified=state.last_modified)
    channel = collector.channels[feed.format]
    try:
        url = interface_address(feed.format, channel.base, feed.url)
    except BadAddressError as error:
        return Failed(kind=FailureKind.CLIENT_ERROR, detail=str(error))
    if not use_units(tx, channel, now):
        detail = f"đã dùng hết {channel.units_a_day} đơn vị của ngày"
        return Refused(kind=RefusalKind.RATE_LIMITED, detail=detail, retry_after=channel.until_renewed(now))
    return FetchRequest(key=feed.id, url=url, headers=channel.headers, obey_robots=False)


def use_units(tx: Transaction, channel: Channel, now: datetime, *, kind: str = "", share: float = 1.0) -> bool:
    """Count the units of one request before it is made; False (none counted) if the day's units do not suffice.

    Args:
        kind: what for, where that may use a `share` of the units only.
    """
    if not channel.units_a_day:
        return True
    day = channel.day(now)
    limits = {UNITS: 1.0} | ({f"{UNITS} {kind}": share} if kind else {})
    for name, part in limits.items():
        if tx.channel_count(channel.name, name, day=day) + channel.units > channel.units_a_day * part:
            return False
    for name in limits:
        tx.count_channel(channel.name, name, channel.units, day=day)
    return True


def _take(
    collector: Collector,
    feed: Feed,
    state: FeedState,
    content: FeedContent | None,
    outcome: FetchOutcome,
    *,
    note: str = "",
) -> Polled:
    """Keep what came of a feed. What cannot be kept (a bug, a value that the database refuses) is a failure of this
    feed alone, and saved as one, so that it is not asked again at once."""
    try:
        return _keep(collector, feed, state, content, outcome, note=note)
    except StoreError:
        raise  # nothing the feed did; all that was not kept stays due
    except Exception as error:
        log.exception("feed not kept", feed=feed.id, kind=type(error).__name__)
        failed = _failed("không lưu được", error)
        return _keep(collector, feed, state, None, failed, note="")


def _keep(
    collector: Collector,
    feed: Feed,
    state: FeedState,
    content: FeedContent | None,
    outcome: FetchOutcome,
    *,
    note: str,
) -> Polled:
    now = collector.clock.now()
    entries = content.entries if content else ()
    newest = max((e.published_at for e in entries if e.published_at and e.published_at <= now), default=None)
    after: list[FeedState] = []

    def save(tx: Transaction, done: Ingested) -> None:
        polled = after_poll(
            state, outcome, entries=len(entries), entries_new=done.new, newest=newest, now=now, floor=collector.floor,
            ceiling=CEILING,
        )  # fmt: skip
        if content and content.skip_hours:
            polled = outside_skip_hours(polled, content.skip_hours)
        if isinstance(outcome, Fetched) and outcome.permanent_url:
            polled = replace(polled, outcome=f"{polled.outcome}; địa chỉ đã chuyển sang {outcome.permanent_url}"[:500])
        if note:
            polled = replace(polled, outcome=f"{polled.outcome}; {note}"[:500])
        after.append(polled)
        tx.save_feed(polled)
        _count(tx, feed, state, outcome, entries, done, now)
        if content and entries and feed.kind is DocumentKind.ARTICLE:  # paths of posts name people
            path, share = commonest_path(e.url for e in entries)
            tx.save_sign(feed.id, title=content.title, path=path, path_share=share)

    ingested = ingest(
        entries,
        feed,
        store=collector.store,
        classifier=collector.classifier,
        now=now,
        fetch_pages=collector.fetch_pages,
        undated_at=now - BACKLOG_AGE if brings_backlog(state, now) else None,
        also=save,
    )
    return Polled(feed, after[0], ingested)


def _failed(what: str, error: Exception) -> Failed:
    return Failed(kind=FailureKind.BAD_CONTENT, detail=f"{what}: {type(error).__name__}")


def _read_safely(collector: Collector, feed: Feed, outcome: FetchOutcome) -> tuple[FeedContent | None, FetchOutcome]:
    try:
        return _read(collector, feed, outcome, collector.clock.now())
    except Exception as error:
        log.exception("feed not read", feed=feed.id, kind=type(error).__name__)
        return None, _failed("không đọc được", error)


def _read(
    collector: Collector, feed: Feed, outcome: FetchOutcome, now: datetime
) -> tuple[FeedContent | None, FetchOutcome]:
    """What the answer says; an answer that says nothing is a failure. A feed's ttl is a wish like Cache-Control."""
    if isinstance(outcome, Refused) and outcome.kind is RefusalKind.QUOTA and feed.format in collector.channels:
        # less than was counted here, or shared with others; it is renewed all the same
        return None, replace(outcome, retry_after=collector.channels[feed.format].until_renewed(now))
    if not isinstance(outcome, Fetched):
        return None, outcome
    content = collector.reader.feed(
        outcome.body,
        url=outcome.url,
        content_type=outcome.content_type,
        now=now,
        form=str(feed.format) if feed.format.is_interface else "",
        selector=feed.selector,
    )
    if isinstance(content, Failed):
        return None, content
    if content.ttl and feed.interval < content.ttl:
        outcome = replace(outcome, max_age=max(outcome.max_age or timedelta(0), content.ttl))
    return content, outcome


def _count(
    tx: Transaction,
    feed: Feed,
    state: FeedState,
    outcome: FetchOutcome,
    entries: Sequence[Entry],
    done: Ingested,
    now: datetime,
) -> None:
    """Add the poll to the figures of the hour. The first one has no past to compare with: all it brings is old."""
    fresh = newer(entries, state.newest_item_at)
    delays = [(now - e.published_at).total_seconds() for e in fresh if e.published_at and e.published_at <= now]
    seen_late = [d for d in delays if d <= LONGEST_DELAY.total_seconds()]
    first = state.last_success_at is None
    dated = any(e.published_at for e in entries)
    tx.count_poll(
        PollFigures(
            feed_id=feed.id,
            at=now,
            read=isinstance(outcome, Fetched | NotModified),
            entries=0 if first else len(fresh) if dated else done.new,
            judged=done.new,
            relevant=done.relevant,
            delays=0.0 if first else sum(seen_late),
            delayed=0 if first else len(seen_late),
        )
    )
    if feed.kind is not DocumentKind.ARTICLE:
        return
    chosen = entries if first else fresh
    hosts = foreign_hosts([e.outlet_url or e.url for e in chosen], feed.url)
    if hosts:
        day = now.astimezone(VIETNAM).date().isoformat()
        tx.count_hosts({host: (n, n if done.relevant else 0) for host, n in hosts.items()}, day=day)


def newer(entries: Sequence[Entry], newest: datetime | None) -> list[Entry]:
    """Entries dated after the newest one of earlier polls, whichever feed brought them first."""
    return [e for e in entries if e.published_at and (newest is None or e.published_at > newest)]
