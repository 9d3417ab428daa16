from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.stories.phase import QUIET, Phase, phase

QUIET_DAYS = [0] * (QUIET + 1)


@pytest.mark.parametrize(
    ("hourly", "expected"),
    [
        ([], Phase.DORMANT),
        ([1], Phase.EMERGING),
        ([1, 0, 0, 2], Phase.EMERGING),
        ([1, 1, 1, 1, 2, 2, 3, 4, 5, 6], Phase.GROWING),
        ([1, 1, 2, 3, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5], Phase.PEAK),
        ([1, 5, 9, 9, 9, 9, 9, 5, 3, 2, 1, 1, 0, 0], Phase.FADING),
        ([3, 4, 5, *QUIET_DAYS], Phase.DORMANT),
        ([3, 4, 5, *QUIET_DAYS, 1, 2], Phase.REVIVED),
        ([3, 4, 5, *QUIET_DAYS, *[2] * 30], Phase.PEAK),
    ],
)
def test_course_of_a_story(hourly: list[int], expected: Phase) -> None:
    assert phase(hourly) is expected


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        phase([1, -1])


@given(st.lists(st.integers(0, 50), max_size=200), st.integers(0, 100))
def test_hours_before_the_story_do_not_matter(hourly: list[int], before: int) -> None:
    assert phase([0] * before + hourly) is phase(hourly)


@given(st.lists(st.integers(0, 50), max_size=200))
def test_two_days_of_silence_make_any_story_dormant(hourly: list[int]) -> None:
    assert phase(hourly + [0] * QUIET) is Phase.DORMANT
