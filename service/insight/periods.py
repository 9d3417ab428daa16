"""Periods of the calendar in Việt Nam: what a figure or a report is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from service.domain.times import VIETNAM, start_of_day

ONE_DAY = timedelta(days=1)
PART = "(một phần)"
QUARTERS = ("I", "II", "III", "IV")


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
