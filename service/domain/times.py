"""The zone of the people who read, and which times can be meant: outside of these years a time is a slip of the pen,
and reckoning with it may fail."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
# clocks of machines on one database part by no more; what was stored at a later time was so by a clock that was wrong
SKEW = timedelta(minutes=1)
YEARS = f"from {EARLIEST.year} to {LATEST.year - 1}"


def sensible(at: datetime) -> datetime:
    """The same time.

    Raises:
        ValueError: it is before 1990 or after 2099.
    """
    if not EARLIEST <= at < LATEST:
        raise ValueError(f"expected a time {YEARS}")
    return at


def believed(at: datetime | None, now: datetime) -> datetime | None:
    """A time at which something is said to have happened; None where that is unknown, as it lies in the future."""
    return None if at is None or at > now + SKEW else at


def start_of_day(of: date) -> datetime:
    """When a day, or the day of a moment, begins in Việt Nam."""
    day = of.astimezone(VIETNAM) if isinstance(of, datetime) else of
    return datetime.combine(day, time(), VIETNAM)
