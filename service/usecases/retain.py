"""Remove what has been kept long enough (product rule 9; docs/dpia.md), and log it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from service.domain.audit import Action
from service.domain.streams import STORY_LIFE
from service.ports import Clock, Signer
from service.ports.storage import Store, Transaction
from service.usecases.audit import RADAR, audit, prune_audit
from service.usecases.collect import Collector
from service.usecases.once import FORMS_FOR

SIGHTINGS_FOR = timedelta(days=400)
SESSIONS_FOR = timedelta(days=30)
FEED_HOURS_FOR = timedelta(days=62)
# what was removed by a clock that was ahead is lost: one so far ahead of the last removal is asked about first
LONGEST_PAUSE = timedelta(days=14)
RETENTION = "retention"  # name of its last run among the rounds
COMMENTS_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """How long each kind is kept.

    Attributes:
        texts: full texts of articles; title, link and excerpt stay.
        excerpts: after that title, link and labels stay.
        comments: masked posts, comments, letters and messages, with their address; labels stay.
        messages: bodies of notifications that are done; that they were sent stays.
        findings: findings that have ended, with the decisions about them.
        audit: entries of the audit log.
    """

    texts: timedelta
    excerpts: timedelta
    comments: timedelta
    messages: timedelta
    findings: timedelta
    audit: timedelta
    sightings: timedelta = SIGHTINGS_FOR
    sessions: timedelta = SESSIONS_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """How much was removed of each kind; `counts` of a story go with it."""

    texts: int = 0
    excerpts: int = 0
    comments: int = 0
    messages: int = 0
    findings: int = 0
    audit: int = 0
    sightings: int = 0
    sessions: int = 0
    counts: int = 0


class _PreviewEnd(Exception):  # noqa: N818 - it rolls back, it is not an error
    """Ends a unit of work that only counts."""

    def __init__(self, removed: Removed) -> None:
        self.removed = removed


def retain(
    store: Store,
    clock: Clock,
    *,
    periods: Periods,
    signer: Signer | None = None,
    dry_run: bool = False,
    sure: bool = False,
) -> Removed | None:
    """Remove what is older than its period; None, and nothing is removed, where the clock may be ahead (`held_since`).

    Each unit of work has the entry of the audit log that tells of it: one for everything, and where many comments are
    due (after an import or a time without power) small ones for the others, as nobody else writes meanwhile.

    Args:
        signer: signs where the audit log now begins; without it no entry of the log is removed.
        dry_run: say what would be removed, and keep it.
        sure: a person says that the clock is right.
    """
    if not (sure or dry_run) and held_since(store, clock):
        return None
    now = clock.now()
    with store.snapshot() as tx:
        due = tx.comments_due(before=now - periods.comments)
    if dry_run:
        return replace(_preview(store, due, periods, signer, now), comments=len(due))
    with store.begin() as tx:
        removed = _remove(tx, due[:COMMENTS_AT_ONCE], periods, signer, now)
        tx.note_round(RETENTION, at=now)
        _log(tx, removed, now)
    for begin in range(COMMENTS_AT_ONCE, len(due), COMMENTS_AT_ONCE):
        with store.begin() as tx:
            more = Removed(comments=tx.forget_comments(due[begin : begin + COMMENTS_AT_ONCE]))
            _log(tx, more, now)
        removed = replace(removed, comments=removed.comments + more.comments)
    if any(asdict(removed).values()):
        store.settle()
    return removed


def _remove(
    tx: Transaction, comments: Sequence[str], periods: Periods, signer: Signer | None, now: datetime
) -> Removed:
    """Everything that is older than its period, and of comments these."""
    removed = Removed(
        texts=tx.forget_texts(before=now - periods.texts),
        comments=tx.forget_comments(comments),
        excerpts=tx.forget_excerpts(before=now - periods.excerpts),
        messages=tx.forget_messages(before=now - periods.messages),
        findings=tx.forget_findings(before=now - periods.findings),
        sightings=tx.forget_sightings(before=now - periods.sightings),
        sessions=tx.forget_sessions(before=now - periods.sessions),
        counts=tx.forget_counts(stories_before=now - STORY_LIFE),
        audit=prune_audit(tx, signer=signer, now=now, keep_for=periods.audit) if signer else 0,
    )
    tx.forget_feed_hours(before=now - FEED_HOURS_FOR)
    tx.forget_forms(before=now - FORMS_FOR)
    return removed


def _preview(store: Store, comments: Sequence[str], periods: Periods, signer: Signer | None, now: datetime) -> Removed:
    """What `_remove` would, and nothing is."""
    try:
        with store.begin() as tx:
            raise _PreviewEnd(_remove(tx, comments[:COMMENTS_AT_ONCE], periods, signer, now))
    except _PreviewEnd as end:
        return end.removed


def held_since(store: Store, clock: Clock) -> datetime | None:
    """Where nothing is removed, as the clock lies more than LONGEST_PAUSE ahead of it: the last removal, or before the
    first one the newest entry. None where all is well, as it is where entries came on so many days since.

    Only days of twice LONGEST_PAUSE count, so that those before a clock leapt ahead by more do not vouch for it.
    """
    now = clock.now()
    with store.snapshot() as tx:
        last = tx.rounds().get(RETENTION) or tx.last_sighting()
        if last is None or now - last <= LONGEST_PAUSE:
            return None
        days = tx.days_with_sightings(since=max(last, now - 2 * LONGEST_PAUSE), until=now)
    return None if days >= LONGEST_PAUSE.days else last


def _log(tx: Transaction, removed: Removed, now: datetime) -> None:
    if any(asdict(removed).values()):
        audit(tx, Action.RETAINED, actor=RADAR, at=now, **asdict(removed))


def forget_by_interface(collector: Collector) -> int:
    """Remove what came through an interface whose rules allow it to be kept for so long only and that was not found
    there again (service.usecases.refresh); gives how many."""
    now = collector.clock.now()
    removed = 0
    for form, channel in collector.channels.items():
        of_channel = [f.id for f in collector.feeds.values() if f.format is form]
        if channel.keep is not None and of_channel:
            with collector.store.begin() as tx:
                old = tx.kept_since(feed_ids=of_channel, before=now - channel.keep)
                tx.erase_documents([k.id for k in old])
                removed += len(old)
    return removed
