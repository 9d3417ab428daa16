"""What the detector promises whatever the counts are, and what it says about plain situations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.detection.alarms import LEVELS, Bursts, levels, threshold
from service.detection.board import Board, infer_width
from service.detection.detector import Counts, Detector
from service.detection.evidence import sums, window_sums
from service.detection.watching import watch_series
from service.domain.warning import Bin, Unusual

START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = 29_540_160  # a Monday at midnight, local
HOUR = timedelta(hours=1)

widths = st.sampled_from([5, 15, 60, 180, 1440, 10_080])
counts = st.lists(st.integers(0, 40), min_size=2, max_size=120)


def score(values: list[int], width: int = 60, **columns: list[float]) -> np.ndarray:
    extra = {name: np.array([column], dtype=float) for name, column in columns.items()}
    return Detector(1, width).advance(MINUTE, Counts(np.array([values], dtype=float), **extra)).score[0]


def watch(values: list[int], coverage: list[float] | None = None, series: int = 12) -> list[Unusual]:
    seen = coverage or [1.0] * len(values)
    bins = [
        Bin(start=START + i * HOUR, value=v, total=v, sources=v, coverage=c)
        for i, (v, c) in enumerate(zip(values, seen, strict=True))
    ]
    return watch_series(bins, width=HOUR, series=series, false_alarms_per_month=2)


def ordinary(days: int, rate: float, seed: int = 1) -> list[int]:
    rng = np.random.default_rng(seed)
    hour = np.arange(days * 24) % 24
    return rng.poisson(rate * np.where((hour < 7), 0.3, 1.3)).tolist()


@given(values=counts, width=widths, cut=st.integers(1, 119))
def test_blocks_may_be_cut_anywhere(values: list[int], width: int, cut: int) -> None:
    cut = min(cut, len(values) - 1)
    detector = Detector(1, width)
    parts = [values[:cut], values[cut:]]
    starts = [MINUTE, MINUTE + cut * width]
    found = [
        detector.advance(at, Counts(np.array([part], dtype=float))).score[0]
        for at, part in zip(starts, parts, strict=True)
    ]
    assert np.allclose(np.concatenate(found), score(values, width))


@given(values=counts, width=widths, later=st.integers(0, 5000))
def test_a_score_depends_on_the_past_only(values: list[int], width: int, later: int) -> None:
    changed = [*values[:-1], values[-1] + later]
    assert np.array_equal(score(values, width)[:-1], score(changed, width)[:-1])


@given(values=st.lists(st.integers(0, 10**9), min_size=1, max_size=80), width=widths)
def test_scores_are_finite_and_not_negative(values: list[int], width: int) -> None:
    found = score(values, width)
    assert np.isfinite(found).all()
    assert (found >= 0).all()


@given(a=counts, b=counts)
def test_series_side_by_side_do_not_touch_each_other(a: list[int], b: list[int]) -> None:
    n = min(len(a), len(b))
    both = Detector(2, 60).advance(MINUTE, Counts(np.array([a[:n], b[:n]], dtype=float))).score
    assert np.allclose(both[0], score(a[:n]))
    assert np.allclose(both[1], score(b[:n]))


@pytest.mark.parametrize("quiet_hours", [0, 3, 24, 24 * 14, 24 * 90])
def test_one_document_in_a_quiet_stream_is_no_news(quiet_hours: int) -> None:
    found = watch([0] * quiet_hours + [1] + [0] * 24)
    assert max(u.score for u in found) < LEVELS[0]
    assert not any(u.alarm for u in found)


def test_a_crisis_after_half_a_day_of_history_stands_out() -> None:
    normal = [1, 2, 1, 3, 2, 3, 3, 2, 1, 2, 4, 4]
    found = watch([*normal, 10, 14, 18, 20, 18, 15, 12])
    before, during = found[: len(normal)], found[len(normal) :]
    assert max(u.score for u in before) < LEVELS[0]
    assert max(u.score for u in during) > 7
    assert any(u.alarm for u in during)
    assert during[-1].score >= LEVELS[1]


def test_a_crisis_does_not_become_the_new_normal_while_it_lasts() -> None:
    found = watch(ordinary(40, 2) + [25] * 60)
    assert found[-1].expected < 5
    assert found[-1].score > 7
    assert sum(u.alarm for u in found[40 * 24 :]) == 1


def test_a_level_that_stays_is_taken_as_normal_in_the_end() -> None:
    found = watch(ordinary(40, 1) + ordinary(60, 6, seed=2))
    assert max(u.score for u in found[-5 * 24 :]) < LEVELS[1]


@given(share=st.sampled_from([0.25, 0.5, 0.75]), seed=st.integers(0, 20))
@settings(max_examples=12)
def test_a_loss_of_coverage_neither_raises_nor_hides(share: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.array(ordinary(45, 4, seed))
    gap = slice(40 * 24 + 8, 40 * 24 + 20)
    seen = np.ones(len(values))
    seen[gap] = share
    dipped = values.copy()
    dipped[gap] = rng.binomial(values[gap], share)
    after = watch(dipped.tolist(), seen.tolist())
    assert not any(u.alarm for u in after[gap.start : gap.stop + 24])
    crisis = values.copy()
    crisis[gap] += 25
    crisis[gap] = rng.binomial(crisis[gap], share)
    assert any(u.alarm for u in watch(crisis.tolist(), seen.tolist())[gap])


def test_an_excess_that_no_new_source_bears_out_counts_less() -> None:
    values = ordinary(60, 2)
    flurry = [*values, 4, 4, 3, 2]
    one_page = score(flurry, sources=[*values, 0, 1, 0, 0])
    many = score(flurry, sources=[*values, 4, 4, 3, 2])
    assert one_page[-1] < many[-1]


def test_more_sources_than_so_many_items_usually_bring_count_more() -> None:
    values = ordinary(60, 0.5)
    few = [float(v and i % 8 == 0) for i, v in enumerate(values)]
    start = len(values) - 12
    surge = [*values[:start], *[v + 1 for v in values[start:]]]
    usual = score(surge, sources=few)[start:].max()
    broad = score(surge, sources=[*few[:start], *[1.0] * 12])[start:].max()
    assert broad > usual + 0.5
    # where items hardly ever bring a new source, that they bring none now says little
    told = score(surge, sources=[*few[:start], *[0.0] * 12])[start:].max()
    assert told > score(surge, sources=[*map(float, values[:start]), *[0.0] * 12])[start:].max() + 0.5


def test_the_fading_sum_is_as_spread_as_a_sum_of_counts() -> None:
    rng = np.random.default_rng(5)
    expected = np.tile(rng.uniform(0.2, 3.0, 96), (4000, 1))
    counted = rng.poisson(expected).astype(float)
    found = sums(np.stack([counted, expected]), (3,), 24, fade=12.0)
    assert found.shape == (2, 2, 4000, 24)
    assert np.allclose(found[:, 0], [window_sums(row, (3,), 24)[0] for row in (counted, expected)])
    mean, faded = found[1, 1].mean(0), found[0, 1]
    assert np.allclose(faded.mean(0), mean, rtol=0.05)
    assert np.allclose(faded.var(0), mean, rtol=0.15)


def test_weeks_know_the_season_and_the_trend() -> None:
    week = np.arange(52 * 7)
    mean = np.exp(2 + 0.002 * week + 0.8 * np.cos(2 * np.pi * week / 52.18))
    values = np.random.default_rng(3).poisson(mean)
    found = score(values.tolist(), 10_080)
    assert np.quantile(found[200:], 0.9) < LEVELS[0] + 1
    values[-1] += 60
    assert score(values.tolist(), 10_080)[-1] > LEVELS[1]


def test_the_budget_sets_the_threshold() -> None:
    assert threshold(12, 2) == pytest.approx(3.64, abs=0.01)
    assert threshold(120, 2) == pytest.approx(threshold(12, 2) + 1)
    assert threshold(12, 0.2) == pytest.approx(threshold(12, 2) + 1)
    with pytest.raises(ValueError, match="budget above 0"):
        threshold(12, 0)
    assert levels(np.array([0.0, 2.99, 3.0, 4.5, 20.0])).tolist() == [0, 0, 1, 2, 2]


def test_a_burst_raises_one_alarm_until_a_day_is_quiet() -> None:
    bursts = Bursts(1, 60, 3.6)
    scores = np.zeros((1, 80))
    scores[0, [2, 3, 20, 40, 70]] = 4.0
    minutes = MINUTE + 60 * np.arange(80)
    first = bursts.openings(minutes[:30], scores[:, :30])[0]
    second = bursts.openings(minutes[30:], scores[:, 30:])[0]
    assert np.flatnonzero(np.concatenate([first, second])).tolist() == [2, 70]


def test_the_width_of_a_bin_is_the_commonest_step() -> None:
    series = np.array([0, 1, 0, 1, 0, 1])
    assert infer_width(series, np.array([0, 0, 60, 60, 240, 120])) == 60
    assert infer_width(np.array([0, 1]), np.array([0, 60])) is None


def test_the_board_refuses_rows_out_of_order_and_fills_gaps() -> None:
    board = Board(60, 3.6)
    minutes = np.array([0, 60, 60, 30, 240])
    answers = board.add(np.zeros(5, dtype=np.int64), minutes, {"value": [1, 2, 3, 4, 5]})
    assert answers.rows.tolist() == [0, 1, 4]
    assert [row for row, _ in answers.refused] == [2, 3]
