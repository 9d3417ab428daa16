"""Send what waits in the outbox: at least once, each with a stable Message-ID."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from service.domain.audit import Action
from service.domain.notifications import (
    Delivered,
    DeliveryOutcome,
    NotificationDraft,
    PendingNotification,
    Rejected,
    Retry,
)
from service.ports import Clock, Notifier
from service.ports.storage import Store
from service.usecases.audit import RADAR, audit

MAX_ATTEMPTS = 12
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=2)
MOST_ROUNDS = 40
# how long a sender has its messages for itself; one that dies leaves them to the next after that
LEASE = timedelta(minutes=5)
WEBHOOK = "webhook"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailroom:
    """What delivery needs: channels by name, and who may get anything at all.

    Attributes:
        allowed_domains: the agency's own mail domains.
        webhook_hosts: exact hosts («hooks.example.com», https on its own port) or «host:port».
        ending: whether the process is about to end; then no further message is begun.
    """

    store: Store
    notifiers: Mapping[str, Notifier]
    allowed_domains: tuple[str, ...]
    clock: Clock
    webhook_hosts: frozenset[str] = frozenset()
    ending: Callable[[], bool] = lambda: False


def deliver(mailroom: Mailroom, *, limit: int = 50, only: str | None = None) -> int:
    """Try what is due once, in at most MOST_ROUNDS rounds of `limit` a channel; gives how many were delivered.

    Each try is a unit of work of its own. Several senders on one database never take the same message. A channel that
    does not answer leaves the rest of its messages for a moment later, and the other channels go on. Messages of a
    channel that is not set up wait for it.

    Args:
        only: this channel alone, so that a slow one has a job of its own and holds up no other.
    """
    now = mailroom.clock.now()
    delivered = 0
    for channel, notifier in mailroom.notifiers.items():
        if only not in (None, channel):
            continue
        for _ in range(MOST_ROUNDS):
            with mailroom.store.begin() as tx:
                due = tx.claim_notifications(now, limit=limit, channel=channel, until=now + LEASE)
            sent, tried = _send(mailroom, notifier, due)
            delivered += sent
            if tried < limit or mailroom.ending():
                break
    return delivered


def _send(mailroom: Mailroom, notifier: Notifier, due: list[PendingNotification]) -> tuple[int, int]:
    """Try messages of one channel; how many were delivered, and how many tried."""
    wanted, tried, delivered = [], 0, 0
    for pending in due:
        if refusal := refused(mailroom, pending.draft):
            _record(mailroom, pending, Rejected(reason=refusal))
            tried += 1
        else:
            wanted.append(pending)
    answers = _answers(notifier, [p.draft for p in wanted], now=mailroom.clock.now())
    # the notifier ends early where its server does not answer at all
    answered = 0
    for pending, outcome in zip(wanted, answers, strict=False):
        _record(mailroom, pending, outcome)
        answered += 1
        delivered += isinstance(outcome, Delivered)
        if mailroom.ending():
            break
    answers.close()
    if untried := [p.id for p in wanted[answered:]]:
        wait = timedelta(0) if mailroom.ending() else FIRST_WAIT
        with mailroom.store.begin() as tx:
            tx.release_notifications(untried, at=mailroom.clock.now() + wait)
    return delivered, tried + answered


def _answers(
    notifier: Notifier, drafts: Sequence[NotificationDraft], *, now: datetime
) -> Generator[DeliveryOutcome, None, None]:
    """What the notifier answers, in order; an error that it did not expect is a failed try of the message it was at,
    and the others go on."""
    done = 0
    while done < len(drafts):
        try:
            for outcome in notifier.send_all(drafts[done:], now=now):
                done += 1
                yield outcome
        except Exception as error:
            # one catch a message: a bug that one address brings out must not hold up the others
            log.exception("delivery failed", key=drafts[done].key)
            done += 1
            yield Retry(at=now, reason=f"lỗi của chương trình khi gửi: {type(error).__name__}")
        else:
            return


def _record(mailroom: Mailroom, pending: PendingNotification, outcome: DeliveryOutcome) -> None:
    at = mailroom.clock.now()
    if isinstance(outcome, Retry):
        outcome = Retry(at=_next_try(pending.attempts, outcome.at, at), reason=outcome.reason)
    with mailroom.store.begin() as tx:
        tx.record_delivery(pending.id, outcome, at=at, dead=pending.attempts + 1 >= MAX_ATTEMPTS)
        if not isinstance(outcome, Retry):
            result, subject = type(outcome).__name__.lower(), f"notification:{pending.id}"
            audit(tx, Action.SENT, actor=RADAR, at=at, subject=subject, outcome=result)


def _next_try(attempts: int, wanted: datetime, now: datetime) -> datetime:
    wait: timedelta = min(FIRST_WAIT * 2 ** min(attempts, 20), LONGEST_WAIT)
    return max(wanted, now + wait)


def refused(mailroom: Mailroom, draft: NotificationDraft) -> str:
    """Why a message may not go to its recipient at all; empty if it may."""
    if draft.channel == WEBHOOK:
        known = host_allowed(draft.recipient, mailroom.webhook_hosts)
        return "" if known else "máy nhận chưa được cho phép (RADAR_WEBHOOK_HOSTS) hoặc địa chỉ không đúng"
    domain = draft.recipient.rpartition("@")[2].lower()
    known = domain in mailroom.allowed_domains
    return "" if known else f"tên miền {domain} không phải của cơ quan (RADAR_ALLOWED_DOMAINS)"


def host_allowed(url: str, hosts: frozenset[str]) -> bool:
    """Whether an address of a webhook is of an allow-listed host, named exactly; plain http only with its port."""
    # urlsplit drops line breaks and tabs without a word; whoever dials the address does not
    if not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if parts.scheme not in ("https", "http") or not host or parts.username is not None or parts.password is not None:
        return False
    if f"{host}:{port or (443 if parts.scheme == 'https' else 80)}" in hosts:
        return True
    return parts.scheme == "https" and port in (None, 443) and host in hosts
