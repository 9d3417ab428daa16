"""Put the messages about an alert into the outbox, in the unit of work that changes the alert."""

from __future__ import annotations

from datetime import datetime

from service.alerting.audience import wants, when
from service.alerting.hours import Hours
from service.alerting.message import WEBHOOK, Content, draft
from service.ports.storage import Transaction


def tell_of(tx: Transaction, content: Content, *, desk: tuple[str, ...], sending: Hours | None, now: datetime) -> None:
    """Tell the desk, whoever has subscribed, and programs; each person once, at an hour of their choice.

    Args:
        desk: addresses that are told of everything; nobody is told where it is empty and nobody has subscribed.
        sending: hours of the desk.
    """
    alert, occasion = content.alert, content.occasion
    due = when(sending, alert, occasion, now=now)
    tx.enqueue([draft(content, recipient=r) for r in desk], at=now, not_before=due)
    for subscription in tx.subscriptions():
        if subscription.email not in desk and wants(subscription, alert):
            hours = Hours.parse(subscription.hours) if subscription.hours else None
            due = when(hours, alert, occasion, now=now)
            tx.enqueue([draft(content, recipient=subscription.email)], at=now, not_before=due)
    hooks = [h.url for h in tx.webhooks() if alert.peak_level >= h.min_level]
    tx.enqueue([draft(content, recipient=url, channel=WEBHOOK) for url in hooks], at=now)
