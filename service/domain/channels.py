"""Official interfaces of social networks: how they are asked, what they allow, how long what they give may be kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """An interface with its token.

    Attributes:
        base: address of the interface, "" where each feed has its own.
        headers: with the token; never shown.
        units: quota units of one request.
        units_a_day: as many as may be used in a day; 0 where no units are counted.
        zone: time zone in whose midnight the units are renewed.
        keep: how long what it gives may be kept unless it is found there again; None where nothing is said.
    """

    name: str
    base: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    units: int = 0
    units_a_day: int = 0
    zone: str = "UTC"
    keep: timedelta | None = None

    def day(self, now: datetime) -> str:
        """The quota's day, as ISO date."""
        return now.astimezone(ZoneInfo(self.zone)).date().isoformat()

    def until_renewed(self, now: datetime) -> timedelta:
        """Time until the next midnight of the quota's zone, whatever the clocks there do meanwhile."""
        local = now.astimezone(ZoneInfo(self.zone))
        midnight = datetime(local.year, local.month, local.day, tzinfo=local.tzinfo) + timedelta(days=1)
        return midnight.astimezone(now.tzinfo) - now
