from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from service.domain import wording
from service.domain.warning import AlertState

NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "places", "said"),
    [(0, 1, "0"), (0.04, 1, "0"), (0.5, 1, "0,5"), (999.96, 1, "1.000"), (1234.56, 1, "1.234,6"), (0.2, 2, "0,20"),
     (1234567, 0, "1.234.567"), (-1.25, 2, "-1,25"), (0.25, 1, "0,3"), (12.5, 0, "13"), (62.5, 0, "63"),
     (0.125, 2, "0,13"), (100 * 57 / 200, 0, "29"), (1.005, 2, "1,01")],
)  # fmt: skip
def test_numbers_have_a_decimal_comma_and_points_between_thousands(value: float, places: int, said: str) -> None:
    assert wording.number(value, places) == said


@pytest.mark.parametrize(
    ("share", "places", "said"),
    [(None, 0, "không đủ dữ liệu"), (0.126, 0, "13%"), (0.126, 1, "12,6%"), (1, 1, "100%"), (2 / 16, 0, "13%")],
)
def test_a_share_is_told_in_per_cent(share: float | None, places: int, said: str) -> None:
    assert wording.percent(share, places) == said


def test_a_figure_beside_its_threshold_does_not_read_like_it() -> None:
    assert [wording.apart(v, 4.5) for v in (4.5, 4.46, 4.52, 12.345)] == ["4,5", "4,46", "4,52", "12,3"]
    assert [wording.apart(v, 0.7, wording.percent, places=0) for v in (0.7, 0.696, 0.5)] == ["70%", "69,6%", "50%"]


def test_an_hour_is_named_by_both_its_ends() -> None:
    assert wording.hour_of(NOON) == "12:00-13:00 ngày 02/03/2026"
    assert wording.hour_of(NOON.replace(hour=16)) == "23:00-24:00 ngày 02/03/2026"


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0.004, "dưới 2%"), (0.034, "khoảng 3%"), (0.137, "khoảng 15%"), (0.52, "khoảng 50%"), (0.99, "trên 95%")],
)
def test_a_chance_is_told_no_finer_than_it_is_known(probability: float, said: str) -> None:
    assert wording.chance(probability) == said


def test_what_is_usual_never_reads_as_nothing() -> None:
    assert [wording.usual(v) for v in (0.04, 0.05, 3.2)] == ["gần như không có", "khoảng 0,1", "khoảng 3,2"]


def test_moments_and_dates_are_those_of_viet_nam() -> None:
    late = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
    assert (wording.local_time(late), wording.local_time(None)) == ("00:30 ngày 02/03/2026", "chưa có")
    assert (wording.day(late), wording.day(date(2026, 3, 1))) == ("02/03/2026", "01/03/2026")


def test_lengths_of_time() -> None:
    told = {m: wording.duration(timedelta(minutes=m)) for m in (-3, 0, 20, 89, 119, 120)}
    assert told == {-3: "0 phút", 0: "0 phút", 20: "20 phút", 89: "1 giờ 29 phút", 119: "1 giờ 59 phút", 120: "2 giờ"}
    told = {h: wording.duration(timedelta(hours=h)) for h in (47, 48, 64, 71, 71.6, 72)}
    assert told == {
        47: "47 giờ", 48: "2 ngày", 64: "2 ngày 16 giờ", 71: "2 ngày 23 giờ", 71.6: "3 ngày", 72: "3 ngày",
    }  # fmt: skip
    assert wording.duration(None) == "chưa có"
    about = [wording.lasting(timedelta(minutes=m)) for m in (1, 18, 58, 90)]
    assert about == ["khoảng 5 phút", "khoảng 20 phút", "1 giờ", "1,5 giờ"]


def test_how_long_ago() -> None:
    said = {m: wording.ago(NOON - timedelta(minutes=m), NOON) for m in (0, 1, 59, 60, 47 * 60 + 59, 48 * 60)}
    assert said == {
        0: "vừa xong", 1: "1 phút trước", 59: "59 phút trước", 60: "1 giờ trước", 47 * 60 + 59: "47 giờ trước",
        48 * 60: "2 ngày trước",
    }  # fmt: skip
    assert wording.ago(None, NOON) == "chưa có"


def test_every_state_of_an_alert_has_words() -> None:
    assert wording.ALERT_STATES.keys() == {str(state) for state in AlertState}


def test_words_from_outside_cannot_break_a_line_or_turn_it() -> None:
    assert wording.one_line("Lương\r\nhưu\u2028  chậm\u202e\ufffe") == "Lương hưu chậm"
