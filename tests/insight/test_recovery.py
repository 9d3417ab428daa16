"""The recovery curve: half-life, return to the usual level, relapse."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.insight.recovery import DAY, HOUR, curve, recover, times_back, usual_day
from tests.builders import NOW


def hourly(*counts: int, since: datetime = NOW) -> dict[datetime, int]:
    return {since + n * HOUR: c for n, c in enumerate(counts) if c}


def recovery_of(counts: list[int], usual: float = 1.0):
    until = NOW + (len(counts) - 1) * HOUR
    return recover(curve(hourly(*counts), hourly(*counts), {}, since=NOW, until=until), usual)


def test_a_burst_that_ends_is_back_a_day_later() -> None:
    found = recovery_of([0] * 6 + [20] * 4 + [0] * 80)
    assert found.peak == 80
    assert found.peak_at == NOW + 9 * HOUR
    assert found.half_life is not None
    assert timedelta(0) < found.half_life <= found.back_after <= DAY + HOUR  # type: ignore[operator]
    assert found.relapses == []
    assert found.watch_until == found.peak_at + found.back_after + timedelta(days=7)  # type: ignore[operator]


def test_without_a_rise_there_is_nothing_to_recover_from() -> None:
    assert recovery_of([0] * 6 + [20] * 4 + [0] * 80).rose
    assert not recovery_of([0] * 30, usual=0.0).rose
    assert not recovery_of([0] * 20 + [1] + [0] * 20, usual=1.0).rose


def test_one_that_goes_on_is_not_back() -> None:
    found = recovery_of([5] * 60)
    assert found.back_after is None
    assert found.watch_until is None


def test_a_second_wave_is_a_relapse_once() -> None:
    found = recovery_of([20] * 4 + [0] * 72 + [20] * 4 + [0] * 40)
    assert found.relapses == [NOW + 78 * HOUR]


def test_a_later_crisis_is_no_part_of_the_recovery() -> None:
    first = [0] * 6 + [10] + [0] * 8 * 24
    early, late = recovery_of(first), recovery_of([*first, 20, *[0] * 48])
    assert (early.peak, early.back_after) == (10, DAY)
    assert (late.peak, late.peak_at, late.half_life, late.back_after, late.relapses) == (
        early.peak, early.peak_at, early.half_life, early.back_after, [],
    )  # fmt: skip
    assert late.curve[-1].at == late.watch_until


def test_what_rises_late_but_within_the_watch_is_the_rise() -> None:
    assert recovery_of([0] * 72 + [10] + [0] * 48).peak == 10
    assert recovery_of([0] * 9 * 24 + [10] + [0] * 48).peak == 0


def test_the_usual_day_is_not_moved_by_one_loud_day() -> None:
    counts = {NOW - n * DAY + HOUR: 2 for n in range(1, 29)}
    assert usual_day(counts | {NOW - 30 * HOUR: 90}, until=NOW) == 2
    assert usual_day({}, until=NOW) == 0


def test_open_questions_hold_on_until_answered() -> None:
    points = curve({}, {}, {NOW: 3, NOW + 2 * HOUR: 0}, since=NOW, until=NOW + 3 * HOUR)
    assert [p.unanswered for p in points] == [3, 3, 0, 0]
    assert points[0].share is None


def test_nothing_to_look_at_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one point"):
        recover([], 1.0)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=120), st.floats(0, 20))
def test_times_follow_each_other(counts: list[int], usual: float) -> None:
    found = recovery_of(counts, usual)
    assert found.peak <= max(p.negative for p in found.curve)
    if found.back_after is not None:
        assert found.back_after >= timedelta(0)
        assert all(at > found.peak_at for at in found.relapses)
    assert found.half_life is None or found.half_life >= timedelta(0)


def test_a_day_before_a_time_has_24_hours() -> None:
    assert usual_day({NOW - 25 * HOUR: 8, NOW - 24 * HOUR: 4, NOW - HOUR: 2, NOW: 16}, until=NOW, days=1) == 6
    assert usual_day({NOW - 28 * DAY - HOUR: 8, NOW - 28 * DAY: 4}, until=NOW, days=28) == 0
    assert usual_day({NOW - 2 * DAY - HOUR: 8, NOW - 2 * DAY: 4}, until=NOW, days=2) == 2


def test_a_few_publications_are_no_rise() -> None:
    assert times_back(recovery_of([0, 1, 0], 0.0)) == ("không đủ dữ liệu", "không đủ dữ liệu")
    assert times_back(recovery_of([0, 20, *[0] * 60], 0.0)) != ("không đủ dữ liệu", "không đủ dữ liệu")
