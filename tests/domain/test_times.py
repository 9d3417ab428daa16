"""When a day begins for the people who read."""

from datetime import UTC, date, datetime, timedelta

import pytest

from service.domain.times import VIETNAM, start_of_day

BEGIN = datetime(2026, 11, 25, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "of",
    [date(2026, 11, 26), BEGIN, BEGIN + timedelta(hours=23, minutes=59), datetime(2026, 11, 26, 8, tzinfo=VIETNAM)],
)
def test_a_day_begins_at_midnight_in_viet_nam(of: date) -> None:
    assert start_of_day(of) == BEGIN
    assert start_of_day(of).date() == date(2026, 11, 26)
