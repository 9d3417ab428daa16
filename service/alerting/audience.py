"""Whom an alert concerns, and when they want to hear of it."""

from __future__ import annotations

from datetime import datetime

from service.alerting.hours import Hours
from service.alerting.levels import is_proposed
from service.alerting.message import Occasion
from service.domain.desk import Subscription, SubscriptionChannel
from service.domain.warning import Alert, Level


def wants(subscription: Subscription, alert: Alert) -> bool:
    """Whether a person is told of an alert at once.

    With provinces chosen, an alert about the whole country comes from L3 on; with topics chosen, one about none too.
    """
    if subscription.channel is not SubscriptionChannel.EMAIL or alert.peak_level < subscription.min_level:
        return False
    return concerns(subscription, alert.stream, alert.peak_level)


def concerns(subscription: Subscription, stream: str, level: Level) -> bool:
    """Whether a stream is of the topics and provinces that a person has chosen."""
    kind, _, name = stream.partition(":")
    head, _, place = name.partition("@")
    topic, place = (head, place) if kind == "topic" else ("", head if kind == "place" else "")
    if subscription.topics and topic not in subscription.topics and (topic or level < Level.RISK):
        return False
    return not subscription.provinces or place in subscription.provinces or (not place and level >= Level.RISK)


def when(hours: Hours | None, alert: Alert, occasion: Occasion, *, now: datetime) -> datetime:
    """When a message may go out: L3 and L4 at once, everything else within the hours (None: at any hour)."""
    urgent = is_proposed(alert.peak_level) and occasion is not Occasion.CLOSED
    return now if hours is None or urgent else hours.next_open(now)
