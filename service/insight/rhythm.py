"""What a feed usually brings at an hour of the week, and how far it has fallen behind that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.coverage import HOUR, SLOTS, FeedPast, hour_of, slot_of

PRIOR_HOURS = 2.0  # weight of the same hour on other days, in hours of observation
LONGEST_SILENCE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Entries usual in each hour of the week, Monday 00:00 in Việt Nam first."""

    rates: tuple[float, ...]

    @classmethod
    def of(cls, past: FeedPast) -> Rhythm:
        """The mean of each hour of the week, drawn to the mean of that hour on all days while there are few weeks to
        go by."""
        hours, entries = [0] * 24, [0] * 24
        for slot, (read, brought) in past.slots.items():
            hours[slot % 24] += read
            entries[slot % 24] += brought
        overall = sum(entries) / sum(hours) if sum(hours) else 0.0
        typical = [n / h if h else overall for n, h in zip(entries, hours, strict=True)]
        rates = []
        for slot in range(SLOTS):
            read, brought = past.slots.get(slot, (0, 0))
            rates.append((brought + PRIOR_HOURS * typical[slot % 24]) / (read + PRIOR_HOURS))
        return cls(tuple(rates))

    def at(self, when: datetime) -> float:
        """Entries usual in the hour of a time."""
        return self.rates[slot_of(when)]

    def between(self, since: datetime, until: datetime) -> float:
        """Entries usual between two hours (the first not included), over two weeks at most."""
        first, end = max(hour_of(since) + HOUR, until - LONGEST_SILENCE), hour_of(until)
        hours = max(int((end - first) / HOUR), 0)
        slot = slot_of(first)
        rest = sum(self.rates[(slot + n) % SLOTS] for n in range(hours % SLOTS))
        return hours // SLOTS * sum(self.rates) + rest


def missed(past: FeedPast, rhythm: Rhythm, now: datetime) -> float:
    """Entries expected since the last one came; 0 for a feed that never brought one (it has no rhythm yet)."""
    return rhythm.between(past.last_entry_hour, hour_of(now)) if past.last_entry_hour else 0.0
