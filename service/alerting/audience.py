"""Whom an alert concerns, and when they want to hear of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from service.alerting.hours import Hours
from service.alerting.levels import is_proposed
from service.alerting.message import Occasion
from service.domain.accounts import Role
from service.domain.desk import Subscription, SubscriptionChannel
from service.domain.warning import Alert, Level

# alerts a day about which an account is told at once, by role; who holds several has the largest. L3 and L4 come always
BUDGETS: Mapping[Role, int] = {
    Role.DESK: 10,
    Role.ADMINISTRATOR: 10,
    Role.ANALYST: 5,
    Role.REVIEWER: 5,
    Role.APPROVER: 5,
    Role.INSPECTOR: 5,
    Role.VIEWER: 3,
}


def budget(roles: Iterable[Role]) -> int:
    """How many alerts a day an account with these roles is told of at once."""
    return max((BUDGETS[role] for role in roles), default=0)


def is_urgent(alert: Alert, occasion: Occasion) -> bool:
    """Nothing holds back what is told of an L3 or L4, but for its end."""
    return is_proposed(alert.peak_level) and occasion is not Occasion.CLOSED


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
    return now if hours is None or is_urgent(alert, occasion) else hours.next_open(now)
