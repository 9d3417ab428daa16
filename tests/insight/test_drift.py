"""Population stability: known values, no alarm by chance, a shift is seen."""

from __future__ import annotations

import math
import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.drift import BINS, WORDS, ScoreCount
from service.domain.judgement import Diagnostics
from service.insight.drift import LEAST_TEXTS, LEAST_WORDS, MOVED, drift, psi, tally, week_of
from tests.builders import make_judgement

WEEKS = [f"2026-0{m}-01" for m in range(1, 9)]


def test_the_index_of_a_known_pair() -> None:
    before, now = [5000] * 2 + [0] * 8, [7500, 2500] + [0] * 8
    assert psi(before, now) == pytest.approx(0.25 * math.log(1.5) + -0.25 * math.log(0.5), abs=0.002)


@given(st.lists(st.integers(0, 1000), min_size=BINS, max_size=BINS), st.integers(1, 9))
def test_it_is_zero_for_equal_shares_and_never_negative(counts: list[int], times: int) -> None:
    assert psi(counts, counts) == 0
    assert psi(counts, counts[::-1]) >= 0
    assert psi(counts, [0] * BINS) >= 0


def counts(head: str, weeks: list[str], spread: list[int]) -> list[ScoreCount]:
    return [ScoreCount(week=w, head=head, bin=b, count=n) for w in weeks for b, n in enumerate(spread) if n]


def test_chance_alone_is_no_shift() -> None:
    chance = random.Random(1)
    for _ in range(200):
        one, two = ([0] * BINS for _ in range(2))
        for spread in (one, two):
            for _ in range(LEAST_TEXTS):
                spread[min(9, int(chance.betavariate(0.4, 0.4) * BINS))] += 1
        assert psi(one, two) < MOVED


def test_a_shift_is_told_once_there_are_enough_weeks_and_texts() -> None:
    calm, moved = [400, 0, 0, 0, 0, 0, 0, 0, 0, 100], [200, 0, 0, 0, 0, 0, 0, 0, 0, 300]
    found = drift("m", counts("relevant", WEEKS[:4], calm))
    assert (found.present, found.warnings) == (None, [])
    found = drift("m", counts("relevant", WEEKS[:6], calm))
    assert found.shifts[0].psi == pytest.approx(0, abs=0.005)
    assert found.warnings == []
    found = drift("m", counts("relevant", WEEKS[:4], calm) + counts("relevant", WEEKS[4:6], moved))
    assert found.shifts[0].psi is not None
    assert found.shifts[0].psi > MOVED
    assert "“Có nói về BHXH, BHYT, BHTN không”" in found.warnings[0]
    few = drift(
        "m", counts("relevant", WEEKS[:4], calm) + counts("relevant", WEEKS[4:5], [1, 0, 0, 0, 0, 0, 0, 0, 0, 9])
    )
    assert few.shifts[0].psi is None
    assert few.warnings == []


def test_more_unknown_words_are_told() -> None:
    words = counts(WORDS, WEEKS[:4], [90_000, 3_000]) + counts(WORDS, WEEKS[4:5], [90_000, 9_000])
    found = drift("m", words)
    assert found.unknown == pytest.approx(0.0909, abs=0.001)
    assert "từ 3,2% lên 9,1%" in found.warnings[0]


def test_scores_are_tallied_in_tenths_and_texts_that_were_passed_by_are_not() -> None:
    known = Diagnostics(margins={}, scores={"relevant": 1.0, "protected": 0.29}, words=10, unknown=2)
    found = tally([make_judgement("a", diagnostics=known), make_judgement("b")])
    assert found == {("relevant", 9): 1, ("protected", 2): 1, (WORDS, 0): 8, (WORDS, 1): 2}
    assert week_of(date(2026, 3, 1)) == "2026-02-23"


def test_a_shift_up_to_the_limit_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    calm, moved = [400] + [0] * 8 + [100], [300] + [0] * 8 + [200]
    known = counts("relevant", WEEKS[:4], calm) + counts("relevant", WEEKS[4:5], moved)
    index = psi([4 * n for n in calm], moved)
    monkeypatch.setattr("service.insight.drift.MOVED", index)
    assert drift("m", known).warnings == []
    monkeypatch.setattr("service.insight.drift.MOVED", math.nextafter(index, 0.0))
    assert len(drift("m", known).warnings) == 1


@pytest.mark.parametrize(("texts", "compared"), [(LEAST_TEXTS - 1, False), (LEAST_TEXTS, True)])
def test_so_many_texts_are_compared(texts: int, compared: bool) -> None:
    known = counts("relevant", WEEKS[:4], [500] + [0] * 9) + counts("relevant", WEEKS[4:5], [texts] + [0] * 9)
    assert (drift("m", known).shifts[0].psi is not None) == compared


@pytest.mark.parametrize(("words", "compared"), [(LEAST_WORDS - 1, False), (LEAST_WORDS, True)])
def test_so_many_words_are_compared(words: int, compared: bool) -> None:
    known = counts(WORDS, WEEKS[:4], [LEAST_WORDS, 0]) + counts(WORDS, WEEKS[4:5], [words - 1000, 1000])
    assert (drift("m", known).unknown is not None) == compared


@pytest.mark.parametrize(("unknown", "told"), [(3_000, False), (3_001, True)])
def test_half_as_many_unknown_words_again_are_not_told(unknown: int, told: bool) -> None:
    # 2,000 of 32,000 before, so that one and a half times as many is 3,000
    known = counts(WORDS, WEEKS[:1], [30_000, 2_000]) + counts(WORDS, WEEKS[1:4], [0, 0])
    known += counts(WORDS, WEEKS[4:5], [32_000 - unknown, unknown])
    known += [ScoreCount(week=w, head="relevant", bin=0, count=1) for w in WEEKS[:5]]
    assert bool(drift("m", known).warnings) == told
