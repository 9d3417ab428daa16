"""What the desk sets up for itself: subscriptions, webhooks; and what it sees of its own work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.warning import Level


class SubscriptionChannel(StrEnum):
    """How a person is told: at once, or in a digest."""

    EMAIL = "email"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What one person wants to be told of.

    Attributes:
        email: account whose subscription it is.
        channel: at once, or in a daily or weekly digest.
        topics, provinces: ids and codes; empty means all. With provinces set, alerts about the whole country come from
            L3 on.
        min_level: from which level on, 0 to 4.
        hours: «06:00-22:00» local time, or empty for any hour; L3 and L4 come at any hour.
    """

    id: int
    email: str
    channel: SubscriptionChannel
    topics: tuple[str, ...]
    provinces: tuple[str, ...]
    min_level: Level
    hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A program that is told of alerts from a level on; its key is never shown again.

    Attributes:
        url: where alerts are posted to.
        min_level: from which level on, 2 to 4.
        created_by: account of the administrator who added it.
    """

    id: int
    url: str
    min_level: Level
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxView:
    """A message in the outbox with its last try.

    Attributes:
        state: pending, delivered, rejected, dead or withdrawn.
        attempts: tries so far, without those at which the channel was down.
        next_attempt_at: when it is tried next, while it is pending.
        last_at: when it was last tried; None before the first try.
    """

    id: int
    channel: str
    recipient: str
    subject: str
    state: str
    attempts: int
    next_attempt_at: datetime
    created_at: datetime
    last_at: datetime | None
    last_outcome: str
    last_detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFigures:
    """How alerts of a time span ended.

    Attributes:
        opened: alerts opened in the span.
        ended: closed or dismissed, merged ones apart.
        judged: those of them that somebody took in hand or dismissed; the others ended by themselves.
        dismissed: false alarms among them.
        share, low, high: of `dismissed` in `judged`, with its 95 % interval, as CB-05 of the indicator set; None where
            there are too few to say anything.
        merged: alerts that became part of another one.
        median_seen, median_statement, median_closed: minutes from the first message, as CB-02 and CB-03 of the
            indicator set reckon them: of `seen` alerts in `seen_of`, and so on.
        seen, seen_of: alerts that somebody acknowledged, of those from L2 on that at least one person was told of.
        stated, stated_of: alerts with a first statement, of the same without false alarms.
        closed, closed_of: alerts that have ended, of the same without false alarms.
    """

    since: datetime
    until: datetime
    opened: int
    ended: int
    judged: int
    dismissed: int
    merged: int
    share: float | None
    low: float | None
    high: float | None
    median_seen: float | None
    seen: int
    seen_of: int
    median_statement: float | None
    stated: int
    stated_of: int
    median_closed: float | None
    closed: int
    closed_of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictView:
    """What a person said of a proposed level.

    Attributes:
        level: the level in question, 3 or 4.
        confirmed: False: it was refused.
        by: account of the person.
    """

    level: int
    confirmed: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingView:
    """What people have done about an alert, with the response clock: minutes from `detected_at` on.

    Attributes:
        assigned_to: account that handles it; None: nobody in particular.
        statement: what the first public statement was, or where it stands; empty until there is one.
        reason: why a person closed or dismissed it; empty otherwise.
        ended_by: account that closed or dismissed it; None where the machine did, or nobody has.
        merged_into: id of the alert it became part of; None where it stands by itself.
        merged: ids of alerts that were merged into this one.
        verdict: what a person said of the proposed level; None until then.
        detected_at, seen_at, statement_at, closed_at: when it fired, was acknowledged, was answered in public, and
            ended; None until then.
        minutes_seen, minutes_statement, minutes_closed: minutes from `detected_at` until then; None until then.
        escalated: how many steps of the escalation have been taken.
        next_step_at: when the next people are told if nobody acknowledges; None: no further step.
        can: what may be done now (verbs of alerting/lifecycle.py).
    """

    assigned_to: str | None
    statement: str
    reason: str
    ended_by: str | None
    merged_into: str | None
    merged: list[str]
    verdict: VerdictView | None
    detected_at: datetime
    seen_at: datetime | None
    statement_at: datetime | None
    closed_at: datetime | None
    minutes_seen: float | None
    minutes_statement: float | None
    minutes_closed: float | None
    escalated: int
    next_step_at: datetime | None
    can: list[str]
