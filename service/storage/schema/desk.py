"""The desk's work: alerts, messages, silences, subscriptions, webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.schema.base import Base


class AlertRow(Base):
    """An alert with the signal of its moment, frozen."""

    __tablename__ = "alerts"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    stream: Mapped[str] = mapped_column(String(80), index=True)
    level: Mapped[int]
    peak_level: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), index=True)
    proposed: Mapped[bool] = mapped_column(Boolean)
    headline: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    quiet_if: Mapped[str] = mapped_column(Text)
    signal: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(120))
    closed_at: Mapped[datetime | None]
    handling: Mapped[dict[str, Any] | None]


class AlertEventRow(Base):
    """Timeline of an alert, append-only."""

    __tablename__ = "alert_events"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(30))
    actor: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)


class NotificationRow(Base):
    """Outbox: written in one commit with what it tells of."""

    __tablename__ = "notifications"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(200))
    message_id: Mapped[str] = mapped_column(String(200))
    channel: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    alert_id: Mapped[str | None] = mapped_column(ForeignKey("alerts.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_notifications_due", "state", "next_attempt_at"),
        Index("ix_notifications_created", "created_at"),
    )


class DeliveryRow(Base):
    """One try to send a notification and what came of it."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notifications.id"), index=True)
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(Text)


class SilenceRow(Base):
    """No messages about a stream for a time, with author and reason."""

    __tablename__ = "silences"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    stream: Mapped[str] = mapped_column(String(80))
    created_by: Mapped[str] = mapped_column(String(254))
    reason: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(254))


class SubscriptionRow(Base):
    """What a member of staff wants to be told of."""

    __tablename__ = "subscriptions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    topics: Mapped[list[str]]
    provinces: Mapped[list[str]]
    min_level: Mapped[int]
    hours: Mapped[str] = mapped_column(String(11))
    created_at: Mapped[datetime]


class WebhookRow(Base):
    """A program of the agency that is told of alerts; the key signs what is sent."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    url: Mapped[str] = mapped_column(String(500))
    signing_key: Mapped[bytes] = mapped_column(LargeBinary)  # sealed (service/storage/vault.py)
    min_level: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("url"),)
