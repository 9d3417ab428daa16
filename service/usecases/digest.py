"""Daily and weekly digests: each once, when it is due, after an outage too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from service.alerting.audience import concerns
from service.alerting.digest import Digest, draft, key_of, limits_of, span_of
from service.domain.desk import Subscription, SubscriptionChannel
from service.domain.provinces import names_of
from service.domain.sources import Feed
from service.domain.views import AlertView, FeedView
from service.domain.warning import AlertState, Level
from service.domain.wording import ALERT_MOVES, local_time
from service.insight.health import HEALTH_LABELS, FeedHealth
from service.insight.trends import trends
from service.ports import Clock
from service.ports.read_models import ReadModels
from service.ports.storage import Store
from service.usecases.subscribe import heard

LATEST = timedelta(hours=12)  # a digest that is later than this says nothing new any more
FIGURES = timedelta(days=90)
LIVE = [str(s) for s in AlertState if not s.ended]
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """What digests are made of.

    Attributes:
        stopped: what readers are to know where nothing is read any more (usecases/rounds.py).
    """

    store: Store
    read: ReadModels
    clock: Clock
    feeds: Sequence[Feed]
    base_url: str
    stopped: Callable[[], list[str]] = list


def send_digests(digests: Digests) -> int:
    """Put the digests that are due into the outbox; gives how many."""
    now = digests.clock.now()
    made = 0
    with digests.store.begin() as tx:
        missing = [
            (s, user.provinces)
            for s, user in heard(tx)
            if s.channel is not SubscriptionChannel.EMAIL
            and now - (until := span_of(s.channel, now)[1]) < LATEST
            and not tx.has_notification(key_of(s.channel, until, recipient=s.email))
        ]
    for subscription, provinces in missing:
        message = draft(make(digests, subscription, provinces), recipient=subscription.email)
        with digests.store.begin() as tx:
            if not tx.has_notification(message.key):
                tx.enqueue([message], at=now)
                made += 1
    return made


def make(digests: Digests, subscription: Subscription, provinces: tuple[str, ...] = ()) -> Digest:
    """The digest as this person has asked for it, of what their account may read (provinces; none: everything)."""
    now = digests.clock.now()
    since, until = span_of(subscription.channel, now)
    read = digests.read.scoped(provinces)
    summary = read.summary(since=since, until=until, group_by="topic")
    earlier = read.summary(since=since - (until - since), until=since, group_by="topic")
    everything = read.alerts(after=None, limit=MOST)
    mine = [a for a in everything if _wanted(subscription, a)]
    feeds = [f for f in read.feeds(digests.feeds, now=now) if f.enabled]
    topics = trends(summary.rows, earlier.rows)
    if subscription.topics:
        topics = [t for t in topics if t.topic in subscription.topics]
    moves = read.alert_moves(list(ALERT_MOVES), since=since, until=until)
    return Digest(
        channel=subscription.channel,
        since=since,
        until=until,
        happened=[a for a in mine if since <= a.opened_at < until],
        # those that opened in the span are told as they are now
        moved=[(a, moves[a.id]) for a in mine if a.id in moves and a.opened_at < since],
        open_alerts=sorted((a for a in mine if a.state in LIVE), key=lambda a: -a.level),
        limits=limits_of(subscription, provinces),
        places=names_of(provinces),
        figures=read.alert_figures(since=until - FIGURES, until=until),
        documents=summary.documents,
        documents_before=earlier.documents,
        topics=topics,
        feeds=len(feeds),
        never_read=sum(f.health == FeedHealth.NEW for f in feeds),
        troubled=[(f, _wrong(f)) for f in feeds if f.health not in (FeedHealth.HEALTHY, FeedHealth.NEW)],
        stopped=digests.stopped(),
        base_url=digests.base_url,
    )


def _wrong(feed: FeedView) -> str:
    """What is wrong with a feed; the server's last answer only where that is it."""
    label = HEALTH_LABELS[FeedHealth(feed.health)].lower()
    if feed.health in (FeedHealth.FAILING, FeedHealth.REFUSED):
        return f"{label} ({feed.outcome.partition(': ')[2] or feed.outcome})"
    if feed.health == FeedHealth.UNREAD:
        return f"{label} từ {local_time(feed.last_polled_at)}"
    if feed.figures and feed.figures.warning_detail:
        return f"{label} ({feed.figures.warning_detail})"
    return f"{label}, tin mới nhất lúc {local_time(feed.newest_item_at)}" if feed.newest_item_at else label


def _wanted(subscription: Subscription, alert: AlertView) -> bool:
    level = Level(alert.peak_level)
    return level >= subscription.min_level and concerns(subscription, alert.stream, level)
