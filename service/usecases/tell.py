"""Put the messages about an alert into the outbox, in the unit of work that changes the alert."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from service.alerting.audience import budget, is_urgent, wants, when
from service.alerting.hours import Hours, midnight
from service.alerting.message import WEBHOOK, Content, Occasion, drafts
from service.alerting.wording import told_within
from service.ports.storage import Transaction
from service.usecases.subscribe import heard


def tell_of(tx: Transaction, content: Content, *, desk: tuple[str, ...], sending: Hours | None, now: datetime) -> None:
    """Tell the desk, whoever has subscribed, and programs; each person once, at an hour of their choice.

    Args:
        desk: addresses that are told of everything; nobody is told where it is empty and nobody has subscribed.
        sending: hours of the desk.
    """
    alert, occasion = content.alert, content.occasion
    due = when(sending, alert, occasion, now=now)
    tx.enqueue(drafts(content, desk), at=now, not_before=due)
    at_hour: dict[tuple[datetime, tuple[str, ...]], list[str]] = {}
    full: set[str] = set()
    for subscription, user in heard(tx):
        if user.email in desk or not wants(subscription, alert):
            continue
        known = is_urgent(alert, occasion) or tx.was_told(alert.id, recipient=user.email)
        if not known and tx.count_told(since=midnight(now), recipient=user.email) >= budget(user.roles):
            full.add(user.email)
            continue
        hours = Hours.parse(subscription.hours) if subscription.hours else None
        at_hour.setdefault((when(hours, alert, occasion, now=now), user.provinces), []).append(user.email)
    if full and occasion is not Occasion.CLOSED:
        text = f"Không gửi thư cho {', '.join(sorted(full))}: đã đủ số cảnh báo trong ngày theo vai trò."
        tx.save_alert(alert, kind="withheld", actor="radar", text=text, at=now)
    # of two wishes of one person the sooner counts
    for (due, provinces), people in sorted(at_hour.items()):
        if (readable := _readable(tx, content, provinces)) is not None:
            tx.enqueue(drafts(readable, people), at=now, not_before=due)
    hooks = [h.url for h in tx.webhooks() if alert.peak_level >= h.min_level]
    tx.enqueue(drafts(content, hooks, channel=WEBHOOK), at=now)


def _readable(tx: Transaction, content: Content, provinces: tuple[str, ...]) -> Content | None:
    """What an account of these provinces may read of it; None: nothing."""
    if not provinces:
        return content
    if not tx.alert_within(content.alert.id, provinces):
        return None
    known = tx.documents_within([e.document_id for e in content.evidence], provinces)
    evidence = [e for e in content.evidence if e.document_id in known]
    return replace(content, alert=told_within(content.alert, known=(e.title for e in evidence)), evidence=evidence)
