"""How completely the sources are seen: what a feed brought in each hour, and the share of sources that report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.times import VIETNAM

HOUR = timedelta(hours=1)
SLOTS = 7 * 24


def hour_of(at: datetime) -> datetime:
    """Start of the hour (UTC and Việt Nam time have the same hours)."""
    return at.replace(minute=0, second=0, microsecond=0)


def slot_of(at: datetime) -> int:
    """Hour of the week in Việt Nam, 0 (Monday 00:00) to 167."""
    local = at.astimezone(VIETNAM)
    return local.weekday() * 24 + local.hour


@dataclass(frozen=True, slots=True, kw_only=True)
class PollFigures:
    """What one poll adds to the figures of its feed and hour.

    Attributes:
        read: the feed could be read, or had not changed.
        entries: items newer than anything this feed had before, whichever feed brought them first.
        relevant: of the entries that were judged, those about BHXH.
        judged: entries that no feed had brought before.
        delays: seconds from publication to first sight, summed over `delayed` dated entries.
    """

    feed_id: str
    at: datetime
    read: bool
    entries: int = 0
    judged: int = 0
    relevant: int = 0
    delays: float = 0.0
    delayed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHour:
    """Figures of a feed in one hour."""

    start: datetime
    read: int
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPast:
    """Figures of a feed over four weeks.

    Attributes:
        slots: hour of the week -> (hours in which the feed was read, entries in them).
        recent: the last days hour by hour, oldest first.
        last_entry_hour: start of the last hour with an entry, None if there was none.
        judged, relevant: entries judged and those about BHXH.
        delay: mean seconds from publication to first sight over the last week, None if unknown.
    """

    feed_id: str
    slots: dict[int, tuple[int, int]]
    recent: tuple[FeedHour, ...] = ()
    last_entry_hour: datetime | None = None
    judged: int = 0
    relevant: int = 0
    delay: float | None = None


class FeedWarning(StrEnum):
    """Why a feed that answers is not to be trusted."""

    SILENT = "silent"
    EMPTY = "empty"
    OLD_ITEMS = "old_items"
    WRONG_SECTION = "wrong_section"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCheck:
    """How a feed does against its own past, as it stood when it was last looked at.

    Attributes:
        expected_hour, actual_hour: entries in the last whole hour, against those usual at that hour of that weekday.
        expected_day, actual_day: the same for the last 24 whole hours.
        missed: entries expected since the last one came; large where a feed has fallen silent.
        warning: "" where there is none.
        detail: the warning in words.
    """

    feed_id: str
    at: datetime
    expected_hour: float = 0.0
    actual_hour: int = 0
    expected_day: float = 0.0
    actual_day: int = 0
    missed: float = 0.0
    delay: float | None = None
    warning: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Share of the sources that reported as expected in an hour.

    Attributes:
        value: `reporting` of `expected`, 1 where nothing is expected yet.
    """

    start: datetime
    reporting: int
    expected: int

    @property
    def value(self) -> float:
        return self.reporting / self.expected if self.expected else 1.0
