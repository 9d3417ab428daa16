"""Send what waits in the outbox: at least once, each with a stable Message-ID."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from service.domain.audit import Action
from service.domain.notifications import DeliveryOutcome, PendingNotification, Rejected, Retry
from service.ports import Clock, Notifier
from service.ports.storage import Store
from service.usecases.audit import RADAR, audit

MAX_ATTEMPTS = 12
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailroom:
    """What delivery needs: channels by name, and the domains that may get anything at all."""

    store: Store
    notifiers: Mapping[str, Notifier]
    allowed_domains: tuple[str, ...]
    clock: Clock


def deliver(mailroom: Mailroom, *, limit: int = 100) -> int:
    """Try everything that is due once, each in its own unit of work; gives how many were delivered."""
    now = mailroom.clock.now()
    with mailroom.store.begin() as tx:
        due = tx.due_notifications(now, limit=limit)
    delivered = 0
    for pending in due:
        outcome = _send(mailroom, pending)
        at = mailroom.clock.now()
        if isinstance(outcome, Retry):
            wait = min(FIRST_WAIT * 2 ** min(pending.attempts, 20), LONGEST_WAIT)
            outcome = Retry(at=max(outcome.at, at + wait), reason=outcome.reason)
        dead = pending.attempts + 1 >= MAX_ATTEMPTS
        with mailroom.store.begin() as tx:
            tx.record_delivery(pending.id, outcome, at=at, dead=dead)
            if not isinstance(outcome, Retry):
                result, subject = type(outcome).__name__.lower(), f"notification:{pending.id}"
                audit(tx, Action.SENT, actor=RADAR, at=at, subject=subject, outcome=result)
        delivered += not isinstance(outcome, Retry | Rejected)
    return delivered


def _send(mailroom: Mailroom, pending: PendingNotification) -> DeliveryOutcome:
    draft = pending.draft
    domain = draft.recipient.rpartition("@")[2].lower()
    if domain not in mailroom.allowed_domains:
        return Rejected(reason=f"{domain} is not one of the agency's own domains")
    notifier = mailroom.notifiers.get(draft.channel)
    if notifier is None:
        return Retry(at=mailroom.clock.now(), reason=f"channel {draft.channel} is not set up")
    return notifier.send(draft, now=mailroom.clock.now())
