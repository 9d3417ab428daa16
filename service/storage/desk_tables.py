"""Silences, subscriptions, webhooks, and a person's look at the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from service.domain.desk import OutboxView, Subscription, SubscriptionChannel, Webhook
from service.domain.notifications import NotificationState
from service.domain.silences import Silence
from service.domain.warning import Level
from service.storage import scope
from service.storage.schema import (
    AlertRow,
    DeliveryRow,
    DocumentRow,
    NotificationRow,
    SilenceRow,
    SubscriptionRow,
    WebhookRow,
)
from service.storage.sql import insert_new, table
from service.storage.warning_tables import REQUEUED

SILENCES, SUBSCRIPTIONS, WEBHOOKS = table(SilenceRow), table(SubscriptionRow), table(WebhookRow)
OUTBOX, DELIVERIES = table(NotificationRow), table(DeliveryRow)
ALERTS, DOCUMENTS = table(AlertRow), table(DocumentRow)
STUCK = (str(NotificationState.DEAD), str(NotificationState.REJECTED))


class DeskTables:
    """See service.ports.desk.DeskStorage."""

    connection: Connection

    def silences(self, *, active_at: datetime | None = None) -> list[Silence]:
        query = select(SILENCES).order_by(SILENCES.c.ends_at.desc(), SILENCES.c.id.desc())
        if active_at is not None:
            query = query.where(SILENCES.c.ends_at > active_at, SILENCES.c.ended_at.is_(None))
        return [_silence(r) for r in self.connection.execute(query)]

    def silence(self, silence_id: int) -> Silence | None:
        row = self.connection.execute(select(SILENCES).where(SILENCES.c.id == silence_id)).one_or_none()
        return _silence(row) if row else None

    def add_silence(self, silence: Silence) -> int:
        values = {
            "stream": silence.stream, "created_by": silence.author, "reason": silence.reason,
            "starts_at": silence.since, "ends_at": silence.until,
        }  # fmt: skip
        added: int = self.connection.execute(insert(SILENCES).values(**values).returning(SILENCES.c.id)).scalar_one()
        return added

    def end_silence(self, silence_id: int, *, who: str, at: datetime) -> bool:
        mine = (SILENCES.c.id == silence_id) & SILENCES.c.ended_at.is_(None) & (SILENCES.c.ends_at > at)
        changes = {"ended_at": at, "ended_by": who}
        return self.connection.execute(update(SILENCES).where(mine).values(**changes)).rowcount > 0

    def subscriptions(self, email: str | None = None) -> list[Subscription]:
        query = select(SUBSCRIPTIONS).order_by(SUBSCRIPTIONS.c.id)
        if email is not None:
            query = query.where(SUBSCRIPTIONS.c.email == email)
        return [_subscription(r) for r in self.connection.execute(query)]

    def alert_within(self, alert_id: str, provinces: Sequence[str]) -> bool:
        query = select(ALERTS.c.id).where(ALERTS.c.id == alert_id, *scope.alerts(self.connection, provinces))
        return self.connection.scalar(query) is not None

    def documents_within(self, ids: Sequence[str], provinces: Sequence[str]) -> set[str]:
        query = select(DOCUMENTS.c.id).where(DOCUMENTS.c.id.in_(ids), *scope.documents(provinces))
        return set(self.connection.scalars(query))

    def add_subscription(self, subscription: Subscription, *, at: datetime) -> int:
        values = {
            "email": subscription.email, "channel": str(subscription.channel), "topics": list(subscription.topics),
            "provinces": list(subscription.provinces), "min_level": int(subscription.min_level),
            "hours": subscription.hours, "created_at": at,
        }  # fmt: skip
        query = insert(SUBSCRIPTIONS).values(**values).returning(SUBSCRIPTIONS.c.id)
        added: int = self.connection.execute(query).scalar_one()
        return added

    def delete_subscription(self, subscription_id: int, *, email: str) -> bool:
        mine = (SUBSCRIPTIONS.c.id == subscription_id) & (SUBSCRIPTIONS.c.email == email)
        return self.connection.execute(delete(SUBSCRIPTIONS).where(mine)).rowcount > 0

    def webhooks(self) -> list[Webhook]:
        names = [n for n in Webhook.__slots__ if n != "min_level"]
        return [
            Webhook(min_level=Level(r.min_level), **{n: getattr(r, n) for n in names})
            for r in self.connection.execute(select(WEBHOOKS).order_by(WEBHOOKS.c.id))
        ]

    def add_webhook(self, url: str, signing_key: bytes, *, min_level: Level, who: str, at: datetime) -> bool:
        known = self.connection.scalar(select(WEBHOOKS.c.id).where(WEBHOOKS.c.url == url))
        values = {"url": url, "signing_key": signing_key, "min_level": int(min_level)}
        insert_new(self.connection, WEBHOOKS, [values | {"created_by": who, "created_at": at}])
        return known is None

    def delete_webhook(self, webhook_id: int) -> bool:
        return self.connection.execute(delete(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id)).rowcount > 0

    def webhook_key(self, url: str) -> bytes | None:
        found: bytes | None = self.connection.scalar(select(WEBHOOKS.c.signing_key).where(WEBHOOKS.c.url == url))
        return found

    def has_notification(self, key: str) -> bool:
        return self.connection.scalar(select(OUTBOX.c.id).where(OUTBOX.c.key == key)) is not None

    def outbox(self, *, states: Sequence[str], before: int | None, limit: int) -> list[OutboxView]:
        query = select(OUTBOX).where(OUTBOX.c.state.in_(states)).order_by(OUTBOX.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(OUTBOX.c.id < before)
        found = list(self.connection.execute(query))
        newest = select(func.max(DELIVERIES.c.id)).where(DELIVERIES.c.notification_id.in_([r.id for r in found]))
        tries = select(DELIVERIES).where(DELIVERIES.c.id.in_(newest.group_by(DELIVERIES.c.notification_id)))
        last = {r.notification_id: r for r in self.connection.execute(tries)}
        return [_outbox_view(r, last.get(r.id)) for r in found]

    def requeue(self, notification_id: int | None, *, who: str, at: datetime) -> int:
        """Try a message that was given up or refused again, or all of them (None); gives how many."""
        stuck: ColumnElement[bool] = OUTBOX.c.state.in_(STUCK)
        if notification_id is not None:
            stuck = stuck & (OUTBOX.c.id == notification_id)
        ids = list(self.connection.scalars(select(OUTBOX.c.id).where(stuck)))
        changes = {"state": str(NotificationState.PENDING), "attempts": 0, "next_attempt_at": at}
        self.connection.execute(update(OUTBOX).where(stuck).values(**changes))
        lines = [{"notification_id": i, "at": at, "outcome": REQUEUED, "detail": who} for i in ids]
        if lines:
            self.connection.execute(insert(DELIVERIES), lines)
        return len(ids)


def _silence(r: Row[Any]) -> Silence:
    return Silence(
        id=r.id, stream=r.stream, author=r.created_by, reason=r.reason, since=r.starts_at, until=r.ends_at,
        ended_at=r.ended_at, ended_by=r.ended_by,
    )  # fmt: skip


def _subscription(r: Row[Any]) -> Subscription:
    return Subscription(
        id=r.id, email=r.email, channel=SubscriptionChannel(r.channel), topics=tuple(r.topics),
        provinces=tuple(r.provinces), min_level=Level(r.min_level), hours=r.hours,
    )  # fmt: skip


def _outbox_view(r: Row[Any], last: Row[Any] | None) -> OutboxView:
    names = ("id", "channel", "recipient", "subject", "state", "attempts", "next_attempt_at", "created_at")
    return OutboxView(
        **{n: getattr(r, n) for n in names},
        last_at=last.at if last else None,
        last_outcome=last.outcome if last else "",
        last_detail=last.detail if last else "",
    )
