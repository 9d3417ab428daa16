"""Periods of the calendar in Việt Nam: what a figure or a report is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from service.domain.times import VIETNAM, start_of_day
from service.domain.wording import local_time

ONE_DAY = timedelta(days=1)
PART = "(một phần)"
QUARTERS = ("I", "II", "III", "IV")


class Against(StrEnum):
    """Which earlier span one is compared with: the one just before it, or the same days of the year before."""

    BEFORE = "before"
    YEAR = "year"


class PeriodKind(StrEnum):
    """How long a period is."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the calendar, both included; `label` in words, without a capital: «tháng 9 năm 2025».

    Attributes:
        days: which days a label means that does not say it, as that of a week.
    """

    first: date
    last: date
    label: str
    days: str = ""

    @property
    def title(self) -> str:
        """The label at the beginning of a line."""
        return self.label[0].upper() + self.label[1:]

    @property
    def dated(self) -> str:
        """The label with its days: «tuần 20 năm 2026 (từ 11/05/2026 đến 17/05/2026)»."""
        return f"{self.label} ({self.days})" if self.days else self.label

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return start_of_day(self.first).astimezone(UTC)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return start_of_day(self.last + ONE_DAY).astimezone(UTC)


def today(now: datetime) -> date:
    """The day it is in Việt Nam."""
    return now.astimezone(VIETNAM).date()


def last_day(until: datetime) -> date:
    """The day in Việt Nam of the last moment before one."""
    return today(until - timedelta(microseconds=1))


def between(first: date, last: date) -> Period:
    """Any span of days."""
    return Period(first, last, f"từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}")


def period_of(kind: PeriodKind, day: date) -> Period:
    """The week (from Monday), month, quarter or year that a day lies in."""
    if kind is PeriodKind.WEEK:
        first = day - timedelta(days=day.weekday())
        year, week, _ = first.isocalendar()
        last = first + 6 * ONE_DAY
        return Period(first, last, f"tuần {week} năm {year}", days=between(first, last).label)
    if kind is PeriodKind.YEAR:
        return Period(date(day.year, 1, 1), date(day.year, 12, 31), f"năm {day.year}")
    months = 3 if kind is PeriodKind.QUARTER else 1
    begin = (day.month - 1) // months * months
    first, end = date(day.year, begin + 1, 1), begin + months
    last = date(day.year + end // 12, end % 12 + 1, 1) - ONE_DAY
    name = f"quý {QUARTERS[begin // 3]}" if months > 1 else f"tháng {day.month}"
    return Period(first, last, f"{name} năm {day.year}")


def before(kind: PeriodKind, period: Period) -> Period:
    """The period before one."""
    return period_of(kind, period.first - ONE_DAY)


def named(since: datetime, until: datetime) -> str:
    """A span in words: the month, quarter or year that it is, or its days, or its hours."""
    days = between(today(since), last_day(until))
    if (days.since, days.until) != (since, until):
        return f"từ {local_time(since)} đến {local_time(until)}"
    whole = (period_of(kind, days.first) for kind in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR))
    return next((p.label for p in whole if (p.first, p.last) == (days.first, days.last)), days.label)


def compared_with(since: datetime, until: datetime, against: Against) -> tuple[datetime, datetime]:
    """The earlier span: of whole months as many whole months, whatever days these have."""
    start, end = since.astimezone(VIETNAM), until.astimezone(VIETNAM)
    if against is Against.YEAR:
        return _year_before(start, ends=False), _year_before(end, ends=True)
    if not (_begins_month(start) and _begins_month(end)):
        return start - (end - start), start
    months = start.year * 12 + start.month - 1 - ((end.year - start.year) * 12 + end.month - start.month)
    return start.replace(year=months // 12, month=months % 12 + 1), start


def _begins_month(at: datetime) -> bool:
    return at == start_of_day(at) and at.day == 1


def _year_before(at: datetime, *, ends: bool) -> datetime:
    """The same time of the year before; the 29th of February begins and ends as the 28th does."""
    if (at.month, at.day) != (2, 29):
        return at.replace(year=at.year - 1)
    moved = at.replace(year=at.year - 1, day=28)
    return moved + ONE_DAY if ends and at == start_of_day(at) else moved


def split(first: date, last: date, by: PeriodKind | None) -> list[Period]:
    """A span in weeks or months, the first and last cut where the span begins and ends, which their labels say; without
    `by` as one.

    Raises:
        ValueError: it ends before it begins.
    """
    if last < first:
        raise ValueError("expected a first day that is not after the last")
    if by is None:
        return [between(first, last)]
    found, day = [], first
    while day <= last:
        whole = period_of(by, day)
        begin, end = max(whole.first, first), min(whole.last, last)
        cut = whole if (begin, end) == (whole.first, whole.last) else Period(begin, end, f"{whole.label} {PART}")
        found.append(cut)
        day = cut.last + ONE_DAY
    return found
