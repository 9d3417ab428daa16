"""Remove what has been kept long enough (product rule 9; docs/dpia.md), and log it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from service.domain.audit import Action
from service.domain.streams import STORY_LIFE
from service.ports import Clock, Signer
from service.ports.storage import Store
from service.usecases.audit import RADAR, audit, prune_audit
from service.usecases.collect import Collector
from service.usecases.once import FORMS_FOR

SIGHTINGS_FOR = timedelta(days=400)
SESSIONS_FOR = timedelta(days=30)
FEED_HOURS_FOR = timedelta(days=62)
# what was removed by a clock that was ahead is lost: one so far ahead of the last removal is asked about first
LONGEST_PAUSE = timedelta(days=14)
RETENTION = "retention"  # name of its last run among the rounds


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

    texts: int
    excerpts: int
    comments: int
    messages: int
    findings: int
    audit: int
    sightings: int
    sessions: int
    counts: int = 0


class _Preview(Exception):  # noqa: N818 - it rolls back, it is not an error
    """Ends a unit of work that only counts."""


def retain(
    store: Store,
    clock: Clock,
    *,
    periods: Periods,
    signer: Signer | None = None,
    dry_run: bool = False,
    sure: bool = False,
) -> Removed | None:
    """Remove what is older than its period, in one unit of work with the entry of the audit log that tells of it; None,
    and nothing is removed, where the clock may be ahead (`held_since`).

    Args:
        signer: signs where the audit log now begins; without it no entry of the log is removed.
        dry_run: say what would be removed, and keep it.
        sure: a person says that the clock is right.
    """
    if not (sure or dry_run) and held_since(store, clock):
        return None
    now = clock.now()
    removed = None
    try:
        with store.begin() as tx:
            removed = Removed(
                texts=tx.forget_texts(before=now - periods.texts),
                comments=tx.forget_comments(before=now - periods.comments),
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
            if dry_run:
                raise _Preview
            tx.note_round(RETENTION, at=now)
            if any(asdict(removed).values()):
                audit(tx, Action.RETAINED, actor=RADAR, at=now, **asdict(removed))
    except _Preview:
        pass
    assert removed is not None
    if not dry_run and any(asdict(removed).values()):
        store.settle()
    return removed


def held_since(store: Store, clock: Clock) -> datetime | None:
    """Where nothing is removed, as the clock lies more than LONGEST_PAUSE ahead of it: the last removal, or before the
    first one the newest entry. None where all is well."""
    with store.snapshot() as tx:
        last = tx.rounds().get(RETENTION) or tx.last_sighting()
    return last if last is not None and clock.now() - last > LONGEST_PAUSE else None


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
