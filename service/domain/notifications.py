"""Messages on their way out, and what became of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# no message is put off for longer: hours of rest, Retry-After of a webhook, waits between tries
LONGEST_WAIT = timedelta(days=1)


class MessageChannel(StrEnum):
    """How a message goes out; bootstrap/outside.py has the notifier of each, and each has a job of its own."""

    EMAIL = "email"
    WEBHOOK = "webhook"

    @property
    def is_for_programs(self) -> bool:
        """Whether programs read it: figures as JSON, and everything about an alert in the order in which it
        happened. What people read is text and HTML, and is not kept waiting by an earlier message."""
        return self is MessageChannel.WEBHOOK


class NotificationState(StrEnum):
    """Where a notification in the outbox stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDraft:
    """A message about an alert for one recipient, made in the same unit of work as the alert (outbox).

    Attributes:
        key: says it once: the same key is never sent twice on purpose.
        channel: a `MessageChannel`.
        message_id: stable RFC 5322 Message-ID, so that a repeated delivery can be recognised.
    """

    key: str
    message_id: str
    channel: str
    recipient: str
    subject: str
    text: str
    html: str
    alert_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingNotification:
    """A draft with its id in the outbox.

    Attributes:
        attempts: the tries so far, without those for which the channel was to blame.
        since: when it was put into the outbox, or put back there by a person.
        alert_ended: whether the alert that it is about has ended meanwhile.
    """

    id: int
    draft: NotificationDraft
    attempts: int
    since: datetime
    alert_ended: bool

    @property
    def of_live_alert(self) -> bool:
        """Whether it is about an alert that still stands: it is to be told however late."""
        return self.draft.alert_id is not None and not self.alert_ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The channel took it."""

    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Not now; try again at `at`.

    Attributes:
        channel_down: the channel is to blame, which says nothing of the message: nobody answers, or we are refused.
    """

    at: datetime
    reason: str
    channel_down: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Untried:
    """Left for a moment later without a try: the same receiver has just not answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """Messages of a channel that is down: how many wait, and since when the first of them was tried in vain."""

    since: datetime
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Never: the channel refused this recipient or message for good."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """Given up without a try: what it says holds no more."""

    reason: str


def thread_id(alert_id: str, recipient: str, *, host: str) -> str:
    """Message-ID of the first mail about an alert to somebody: the later ones answer it, so that a mail program shows
    them as one conversation."""
    digest = hashlib.blake2b(f"email|{recipient}".encode(), digest_size=8).hexdigest()
    return f"<alert.{alert_id}.{digest}@{host}>"


DeliveryOutcome = Delivered | Retry | Untried | Rejected | Outdated
