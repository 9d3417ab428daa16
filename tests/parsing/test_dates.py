"""Times as Vietnamese feeds and pages write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.times import VIETNAM
from service.parsing.dates import parse_date

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wed, 26 Jul 2017 19:55:20 +0700", "2017-07-26T12:55:20"),
        ("Wed, 26 Jul 2017 19:55:20 GMT+7", "2017-07-26T12:55:20"),
        ("Wed, 26 Jul 2017 19:55:20 GMT+07:00", "2017-07-26T12:55:20"),
        ("Wed, 26 Jul 2017 19:55:20 UTC-5", "2017-07-27T00:55:20"),
        ("Wed, 26 Jul 2017 19:55:20 GMT", "2017-07-26T19:55:20"),
        ("Wed, 26 Jul 2017 19:55:20 EST", "2017-07-27T00:55:20"),
        ("Wed, 26 Jul 2017 19:55:20", "2017-07-26T12:55:20"),
        ("Wed, 26 Jul 2017 19:55:20 +07:00", "2017-07-26T12:55:20"),
        ("Wed, 26 Jul 2017 19:55:20 -0000", "2017-07-26T19:55:20"),
        ("Wed, 26 Jul 2017 19:55:20 -00:00", "2017-07-26T19:55:20"),
        ("Wed, 26 Jul 2017 19:55:20 -0000 (UTC)", "2017-07-26T19:55:20"),
        ("Nov 22, 2026 08:15 -0000", "2026-11-22T08:15:00"),
        ("2026-11-22T08:15:00+07:00", "2026-11-22T01:15:00"),
        ("2026-11-22T08:15:00Z", "2026-11-22T08:15:00"),
        ("2026-11-22T08:15:00GMT+7", "2026-11-22T01:15:00"),
        ("2026-11-22 08:15:00", "2026-11-22T01:15:00"),
        ("2026-11-22 8:15", "2026-11-22T01:15:00"),
        ("2026-11-22", "2026-11-21T17:00:00"),
        ("20261122T081500Z", "2026-11-22T08:15:00"),
        ("Thứ sáu, 6/8/2021, 01:08 (GMT+7)", "2021-08-05T18:08:00"),
        ("T7, 22/11/2026", "2026-11-21T17:00:00"),
        ("CN, 22/11/2026 8h15", "2026-11-22T01:15:00"),
        ("Chủ nhật, ngày 22/11/2026 - 20:15", "2026-11-22T13:15:00"),
        ("08:15 22-11-2026", "2026-11-22T01:15:00"),
        ("22/11/2026 | 20:15", "2026-11-22T13:15:00"),
        ("22/11/2026 08:15 CH", "2026-11-22T13:15:00"),
        ("11/22/2026 8:15:00 PM", "2026-11-22T13:15:00"),
        ("ngày 02 tháng 3 năm 2026, 10 giờ 05", "2026-03-02T03:05:00"),
        ("Mon, 22/11/2026 08:15:00 +0700", "2026-11-22T01:15:00"),
        ("Nov 22, 2026 08:15", "2026-11-22T01:15:00"),
        ("22 Nov 2026 8:15 PM", "2026-11-22T13:15:00"),
        ("Sun Nov 22 08:15:00 2026", "2026-11-22T01:15:00"),
    ],
)
def test_forms_that_are_understood(text: str, expected: str) -> None:
    assert parse_date(text, now=NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [None, "", "hôm nay", "2026", "0000-00-00", "0001-01-01T00:00:00Z", "Thu, 32 Nov 2026 08:15:00 GMT", "31/02/2026",
     "1970-01-01T00:00:00Z", "22/11/20266", "9" * 5000, "2026-11-22T08:15:00+99:99", "GMT+99"],
)  # fmt: skip
def test_what_cannot_be_told_is_none(text: str | None) -> None:
    assert parse_date(text, now=NOW) is None


def test_ten_minutes_ahead_is_a_wrong_clock_and_more_is_no_time() -> None:
    assert parse_date((NOW + timedelta(minutes=9)).isoformat(), now=NOW) == NOW + timedelta(minutes=9)
    assert parse_date((NOW + timedelta(minutes=11)).isoformat(), now=NOW) is None
    assert parse_date((NOW + timedelta(days=3650)).isoformat(), now=NOW) is None


@given(st.integers(631300000, 1795500000), st.sampled_from([UTC, VIETNAM]))
def test_every_time_is_read_back_from_each_form(seconds: int, zone: ZoneInfo) -> None:
    expected = datetime.fromtimestamp(seconds, UTC)
    at = expected.astimezone(zone)
    assert parse_date(at.isoformat(), now=NOW) == expected
    assert parse_date(format_datetime(at), now=NOW) == expected
    vietnamese = at.astimezone(VIETNAM).strftime("Thứ ba, %d/%m/%Y, %H:%M:%S (GMT+7)")
    assert parse_date(vietnamese, now=NOW) == expected


@given(st.text(max_size=80))
def test_nothing_raises(text: str) -> None:
    found = parse_date(text, now=NOW)
    assert found is None or found.tzinfo is UTC
