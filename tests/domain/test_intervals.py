"""Shares with their interval: suppression of small numbers, and a direction only where two intervals do not meet."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.intervals import MIN_DOCUMENTS, Bounds, Trend, share_if_known, trend, wilson


@given(st.integers(0, 300), st.integers(1, 300))
def test_an_interval_holds_its_share_and_is_narrower_on_one_side(part: int, whole: int) -> None:
    part = min(part, whole)
    low, high = wilson(part, whole)
    assert 0 <= low <= part / whole <= high <= 1
    assert low <= wilson(part, whole, z=1.645)[0] <= part / whole


def test_too_few_are_suppressed() -> None:
    assert share_if_known(1, MIN_DOCUMENTS - 1) == (None, None, None)
    assert share_if_known(1, MIN_DOCUMENTS)[0] == 0.2


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ((0.3, 0.4), (0.1, 0.2), Trend.UP),
        ((0.1, 0.2), (0.3, 0.4), Trend.DOWN),
        ((0.2, 0.4), (0.1, 0.2), Trend.UNCLEAR),
        ((math.nextafter(0.2, 1.0), 0.4), (0.1, 0.2), Trend.UP),
        ((0.1, 0.2), (0.2, 0.4), Trend.UNCLEAR),
        ((None, None), (0.1, 0.2), Trend.UNCLEAR),
        ((0.3, 0.4), (None, None), Trend.UNCLEAR),
    ],
)
def test_a_direction_is_told_where_the_intervals_do_not_meet(now: Bounds, before: Bounds, said: Trend) -> None:
    assert trend(now, before) is said
