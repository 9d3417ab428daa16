"""What a feed usually brings at an hour of the week, and how far it has fallen behind that."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.domain.coverage import HOUR, FeedPast, hour_of, slot_of

PRIOR_HOURS = 2.0  # weight of the same hour on other days, in hours of observation
LONGEST_SILENCE = timedelta(days=14)


def expected(past: FeedPast, at: datetime) -> float:
    """Entries usual in the hour of `at`: the mean of that hour on that weekday, drawn to the mean of that hour on all
    days while there are few weeks to go by."""
    slot = slot_of(at)
    same_hour = [past.slots[s] for s in range(slot % 24, 168, 24) if s in past.slots]
    hours, entries = sum(h for h, _ in same_hour), sum(n for _, n in same_hour)
    typical = entries / hours if hours else _overall(past)
    own_hours, own_entries = past.slots.get(slot, (0, 0))
    return (own_entries + PRIOR_HOURS * typical) / (own_hours + PRIOR_HOURS)


def expected_since(past: FeedPast, since: datetime, until: datetime) -> float:
    """Entries usual between two hours (the first not included)."""
    total, at = 0.0, max(hour_of(since) + HOUR, until - LONGEST_SILENCE)
    while at < until:
        total += expected(past, at)
        at += HOUR
    return total


def missed(past: FeedPast, now: datetime) -> float:
    """Entries expected since the last one came; 0 for a feed that never brought one (it has no rhythm yet)."""
    if past.last_entry_hour is None:
        return 0.0
    return expected_since(past, past.last_entry_hour, hour_of(now))


def _overall(past: FeedPast) -> float:
    hours = sum(h for h, _ in past.slots.values())
    return sum(n for _, n in past.slots.values()) / hours if hours else 0.0
