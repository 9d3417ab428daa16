"""The lunar calendar by the clock of Vietnam, against dates that were celebrated."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.detection import calendar


@pytest.mark.parametrize(
    "day",
    [
        *("1985-01-21", "2007-02-17", "2015-02-19", "2020-01-25", "2023-01-22", "2024-02-10", "2025-01-29"),
        *("2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-02", "2033-01-31", "2034-02-19"),
    ],
)
def test_tet_is_when_vietnam_celebrates_it(day: str) -> None:
    """1985, 2007 and 2030 differ from China; 2034 follows a leap month at the end of a year."""
    wanted = date.fromisoformat(day)
    assert calendar.lunar_new_year(wanted.year) == wanted


@pytest.mark.parametrize("day", ["2023-04-29", "2024-04-18", "2025-04-07", "2026-04-26"])
def test_hung_kings_day_passes_over_leap_months(day: str) -> None:
    wanted = date.fromisoformat(day)
    assert calendar.hung_kings_day(wanted.year) == wanted
    assert calendar.kind_of_day(wanted) == calendar.HOLIDAY


@given(st.integers(1930, 2090))
def test_tet_falls_between_20_january_and_21_february(year: int) -> None:
    day = calendar.lunar_new_year(year)
    assert date(year, 1, 20) <= day <= date(year, 2, 21)
    assert calendar.kind_of_day(day) == calendar.TET


def test_kinds_of_days() -> None:
    assert calendar.kind_of_day(date(2026, 5, 1)) == calendar.HOLIDAY
    assert calendar.kind_of_day(date(2026, 5, 12)) == calendar.CAMPAIGN
    assert calendar.kind_of_day(date(2026, 6, 12)) == calendar.ORDINARY
    assert calendar.kind_of_day(date(2026, 2, 15)) == calendar.TET
    assert calendar.kind_of_day(date(2026, 2, 23)) == calendar.ORDINARY
