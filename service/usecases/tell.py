"""Put the messages about an alert into the outbox, in the unit of work that changes the alert."""

from __future__ import annotations

from datetime import datetime

from service.alerting.audience import wants, when
from service.alerting.hours import Hours
from service.alerting.message import WEBHOOK, Content, drafts
from service.ports.storage import Transaction


def tell_of(tx: Transaction, content: Content, *, desk: tuple[str, ...], sending: Hours | None, now: datetime) -> None:
    """Tell the desk, whoever has subscribed, and programs; each person once, at an hour of their choice.

    Args:
        desk: addresses that are told of everything; nobody is told where it is empty and nobody has subscribed.
        sending: hours of the desk.
    """
    alert, occasion = content.alert, content.occasion
    due = when(sending, alert, occasion, now=now)
    tx.enqueue(drafts(content, desk), at=now, not_before=due)
    at_hour: dict[datetime, list[str]] = {}
    for subscription in tx.subscriptions():
        if subscription.email not in desk and wants(subscription, alert):
            hours = Hours.parse(subscription.hours) if subscription.hours else None
            at_hour.setdefault(when(hours, alert, occasion, now=now), []).append(subscription.email)
    # of two wishes of one person the sooner counts
    for due, people in sorted(at_hour.items()):
        tx.enqueue(drafts(content, people), at=now, not_before=due)
    hooks = [h.url for h in tx.webhooks() if alert.peak_level >= h.min_level]
    tx.enqueue(drafts(content, hooks, channel=WEBHOOK), at=now)
