"""Signals, alerts, findings and messages for tests."""

from __future__ import annotations

from datetime import UTC, datetime

from service.alerting.decide import Open, Situation, decide
from service.domain.desk import Subscription, SubscriptionChannel
from service.domain.findings import Finding
from service.domain.judgement import Limb
from service.domain.notifications import MessageChannel, NotificationDraft
from service.domain.warning import Alert, Level, Signal
from tests import builders

NOW = datetime(2026, 3, 2, 3, 20, tzinfo=UTC)
HOUR = NOW.replace(minute=0)


def make_signal(**more: object) -> Signal:
    values: dict[str, object] = {
        "id": "s",
        "stream": "topic:pension",
        "at": HOUR,
        "unusual": 6.0,
        "harmful": 0.6,
        "sure": 0.9,
        "value": 8,
        "expected": 1.0,
        "origins": 8,
        "sources": 4,
        "coverage": 1.0,
        "documents": ("a", "b"),
    }
    return Signal(**(values | more))  # type: ignore[arg-type]


def opened(signal: Signal | None = None) -> Alert:
    decision = decide(signal or make_signal(), Situation(), now=NOW)
    assert isinstance(decision, Open)
    return decision.alert


def make_finding(limb: Limb = Limb.PROPERTY, **more: object) -> Finding:
    values: dict[str, object] = {
        "id": "f1", "document_id": "d1", "limb": limb, "clause": 3, "score": 0.9, "evidence": ((0, 4),),
        "model": "test@1", **dict.fromkeys(("content_at", "created_at", "updated_at"), builders.NOW),
    }  # fmt: skip
    return Finding(**(values | more))  # type: ignore[arg-type]


def make_draft(key: str = "k", **more: object) -> NotificationDraft:
    values: dict[str, object] = {
        "key": key, "message_id": f"<{key}@radar.example.com>", "channel": MessageChannel.EMAIL,
        "recipient": "truc@agency.example.com", "subject": "Cảnh báo", "text": "Nội dung", "html": "<p>Nội dung</p>",
        "alert_id": None,
    }  # fmt: skip
    return NotificationDraft(**(values | more))  # type: ignore[arg-type]


def make_subscription(email: str = "lan@example.com", **more: object) -> Subscription:
    values: dict[str, object] = {
        "id": 0, "email": email, "channel": SubscriptionChannel.EMAIL, "topics": (), "provinces": (),
        "min_level": Level.WARNING, "hours": "",
    }  # fmt: skip
    return Subscription(**(values | more))  # type: ignore[arg-type]
