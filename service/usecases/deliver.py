"""Send what waits in the outbox: at least once, each with a stable Message-ID."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from service.alerting.message import tells_the_end
from service.domain.audit import Action
from service.domain.notifications import (
    Delivered,
    DeliveryOutcome,
    MessageChannel,
    NotificationDraft,
    Outdated,
    PendingNotification,
    Rejected,
    Retry,
    Untried,
)
from service.ports import Clock, Notifier
from service.ports.storage import Store, StoreError, Transaction
from service.usecases.audit import RADAR, audit

MAX_ATTEMPTS = 12
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=2)
# a server that is away says nothing of the message: it is asked at least so often, for so long (RFC 5321, 4.5.4.1)
LONGEST_WAIT_FOR_SERVER, LONGEST_ABSENCE = timedelta(minutes=5), timedelta(days=5)
MOST_ROUNDS = 40
# how long a sender has a message for itself, longer than any channel takes for one (notifications/email.py); a sender
# that dies leaves the message it was at to the next after that
LEASE, LEASE_OF_PROGRAMS = timedelta(minutes=6), timedelta(minutes=1)
NOTE_AGAIN = 2.0  # seconds between two tries to note what came of a message while the database is away
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailroom:
    """What delivery needs: channels by name, and who may get anything at all.

    Attributes:
        allowed_domains: the agency's own mail domains.
        webhook_hosts: exact hosts («hooks.example.com», https on its own port) or «host:port».
        ending: whether the process is about to end; then no further message is begun.
        pause: waits for so many seconds, less where the process is about to end.
    """

    store: Store
    notifiers: Mapping[str, Notifier]
    allowed_domains: tuple[str, ...]
    clock: Clock
    webhook_hosts: frozenset[str] = frozenset()
    ending: Callable[[], bool] = lambda: False
    pause: Callable[[float], object] = time.sleep


def deliver(mailroom: Mailroom, *, limit: int = 50, only: str | None = None) -> int:
    """Try what is due once, in at most MOST_ROUNDS rounds of `limit` a channel; gives how many were delivered.

    Each try is a unit of work of its own. Several senders on one database never take the same message. A channel that
    does not answer leaves the rest of its messages for a moment later, and the other channels go on. Of a message it is
    counted only what was said of it; one whose server does not answer waits for it for LONGEST_ABSENCE, and one of a
    live alert as long as that stands. Messages of a channel that is not set up wait for it. What is said of an alert
    goes out in the order in which it happened; people are not kept waiting by a message that waits for its hour or was
    put off as itself, programs are. What holds no more (`outdated`) is given up.

    Args:
        only: this channel alone, so that a slow one has a job of its own and holds up no other.
    """
    delivered = 0
    for channel, notifier in mailroom.notifiers.items():
        if only not in (None, channel):
            continue
        for _ in range(MOST_ROUNDS):
            queue = _Queue(mailroom, channel, limit)
            delivered += _send(mailroom, notifier, queue)
            if queue.tried < limit or mailroom.ending():
                break
    return delivered


class _Queue:
    """What is due of a channel, at most `limit`; each message is claimed when the notifier is ready for it, so that a
    sender that dies leaves one message behind, and the others to the next at once.

    Attributes:
        at: the message that was handed out and of which it is not yet noted what came of it.
        until: how long what was last claimed is ours.
        tried: how many were handed out or refused.
        over: nothing further is handed out; false where the notifier has ended early.
    """

    def __init__(self, mailroom: Mailroom, channel: str, limit: int) -> None:
        self.channel, self.limit = MessageChannel(channel), limit
        self.at: PendingNotification | None = None
        self.until = mailroom.clock.now()
        self.tried, self.over = 0, False
        self._mailroom = mailroom
        self._lease = LEASE_OF_PROGRAMS if self.channel.is_for_programs else LEASE

    def drafts(self) -> Iterator[NotificationDraft]:
        """The messages that may be sent, one by one."""
        while self.tried < self.limit and not self._mailroom.ending() and (due := self.claim(1, self._lease)):
            self.tried += 1
            if refusal := refused(self._mailroom, due[0].draft):
                _record(self._mailroom, due[0], Rejected(reason=refusal))
            elif reason := outdated(due[0], self._mailroom.clock.now()):
                _record(self._mailroom, due[0], Outdated(reason=reason))
            else:
                self.at = due[0]
                yield due[0].draft
        self.over = True

    def claim(self, limit: int, lease: timedelta) -> list[PendingNotification]:
        """What is due, for nobody else for so long."""
        now = self._mailroom.clock.now()
        self.until = now + lease
        with self._mailroom.store.begin() as tx:
            return tx.claim_notifications(
                now, limit=limit, channel=self.channel, until=self.until, strictly=self.channel.is_for_programs
            )


def _send(mailroom: Mailroom, notifier: Notifier, queue: _Queue) -> int:
    """Try messages of one channel; how many were delivered."""
    delivered = 0
    for outcome in _answers(notifier, queue, mailroom.clock):
        pending, queue.at = queue.at, None
        if pending is not None:
            _record_in_time(mailroom, pending, outcome, until=queue.until)
            delivered += isinstance(outcome, Delivered)
    if not queue.over:
        # the notifier ends early where its server does not answer at all: the next may wait a little too
        queue.claim(queue.limit, FIRST_WAIT)
    if queue.at is not None:
        with mailroom.store.begin() as tx:
            tx.release_notifications([queue.at.id], at=mailroom.clock.now() + FIRST_WAIT)
    return delivered


def _answers(notifier: Notifier, queue: _Queue, clock: Clock) -> Iterator[DeliveryOutcome]:
    """What the notifier answers, in order; an error that it did not expect is a failed try of the message it was at,
    and the others go on."""
    drafts = queue.drafts()
    while True:
        try:
            yield from notifier.send_all(drafts, now=clock.now())
        except Exception as error:
            if queue.at is None:
                raise
            # one catch a message: a bug that one address brings out must not hold up the others
            log.exception("delivery failed", key=queue.at.draft.key)
            yield Retry(at=clock.now(), reason=f"lỗi của chương trình khi gửi: {type(error).__name__}")
        else:
            return


def _record_in_time(
    mailroom: Mailroom, pending: PendingNotification, outcome: DeliveryOutcome, *, until: datetime
) -> None:
    """What came of a message is known to this process alone: as long as the message is ours, a database that is away
    is waited for, or else it would be sent twice."""
    while True:
        try:
            return _record(mailroom, pending, outcome)
        except StoreError:
            if mailroom.ending() or mailroom.clock.now() >= until:
                raise
            mailroom.pause(NOTE_AGAIN)


def _record(mailroom: Mailroom, pending: PendingNotification, outcome: DeliveryOutcome) -> None:
    at = mailroom.clock.now()
    with mailroom.store.begin() as tx:
        if isinstance(outcome, Untried):
            # sooner again than what has failed, so that it is not behind that every time
            tx.release_notifications([pending.id], at=at + FIRST_WAIT)
            return
        dead = False
        if isinstance(outcome, Retry):
            wait, dead = _patience(tx, pending, outcome, at)
            outcome = replace(outcome, at=max(outcome.at, at + wait))
        tx.record_delivery(pending.id, outcome, at=at, dead=dead)
        if not isinstance(outcome, Retry):
            result, subject = type(outcome).__name__.lower(), f"notification:{pending.id}"
            audit(tx, Action.SENT, actor=RADAR, at=at, subject=subject, outcome=result)


def _patience(tx: Transaction, pending: PendingNotification, outcome: Retry, now: datetime) -> tuple[timedelta, bool]:
    """How long to wait at least before the next try, and whether there is none."""
    if outcome.channel_down:
        since, tries = tx.tried_in_vain(pending.id)
        absent = now - (since or now)
        # where this machine was off as well, time alone says nothing
        over = absent >= LONGEST_ABSENCE and tries + 1 >= MAX_ATTEMPTS and not pending.of_live_alert
        return min(max(absent, FIRST_WAIT), LONGEST_WAIT_FOR_SERVER), over
    wait: timedelta = min(FIRST_WAIT * 2 ** min(pending.attempts, 20), LONGEST_WAIT)
    return wait, pending.attempts + 1 >= MAX_ATTEMPTS


def outdated(pending: PendingNotification, now: datetime) -> str:
    """Why a message about an alert that has ended would alarm for nothing; empty if it would not, and for every other
    message."""
    if not pending.alert_ended:
        return ""
    if now - pending.since > LONGEST_ABSENCE:
        return f"quá hạn: chưa gửi được trong {LONGEST_ABSENCE.days} ngày"
    if not tells_the_end(pending.draft):
        return "cảnh báo đã kết thúc trước khi gửi được"
    return ""


def refused(mailroom: Mailroom, draft: NotificationDraft) -> str:
    """Why a message may not go to its recipient at all; empty if it may."""
    # a channel without a case of its own is an error of mypy
    match MessageChannel(draft.channel):
        case MessageChannel.EMAIL:
            domain = draft.recipient.rpartition("@")[2].lower()
            known = domain in mailroom.allowed_domains
            return "" if known else f"tên miền {domain} không phải của cơ quan (RADAR_ALLOWED_DOMAINS)"
        case MessageChannel.WEBHOOK:
            known = host_allowed(draft.recipient, mailroom.webhook_hosts)
            return "" if known else "máy nhận chưa được cho phép (RADAR_WEBHOOK_HOSTS) hoặc địa chỉ không đúng"


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
