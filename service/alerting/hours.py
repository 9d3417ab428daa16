"""Hours of the day in Viet Nam in which people want to be told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from service.domain.times import VIETNAM

_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Hours:
    """From `start` until just before `end`, local time; over midnight where `end` is not after `start`."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Of «06:00-22:00»; ValueError that says what was expected."""
        match = _SPAN.fullmatch(text.strip())
        try:
            if match is None:
                raise ValueError
            a, b, c, d = map(int, match.groups())
            start, end = time(a, b), time(0, 0) if (c, d) == (24, 0) else time(c, d)
        except ValueError:
            raise ValueError(f"expected hours such as 06:00-22:00, found {text!r}") from None
        if start == end:
            raise ValueError(f"expected two different hours such as 06:00-22:00, found {text!r}")
        return cls(start, end)

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def complement(self) -> Hours:
        """The other hours of the day."""
        return Hours(self.end, self.start)

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies within these hours."""
        local = at.astimezone(VIETNAM).time()
        if self.start < self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def next_open(self, at: datetime) -> datetime:
        """The moment itself if it lies within these hours, else the next start of them."""
        if self.holds(at):
            return at
        local = at.astimezone(VIETNAM)
        start = local.replace(hour=self.start.hour, minute=self.start.minute, second=0, microsecond=0)
        return (start if start > local else start + timedelta(days=1)).astimezone(at.tzinfo)
