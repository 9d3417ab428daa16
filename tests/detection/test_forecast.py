"""Forecasts: ordered quantiles, the baseline for quiet streams, fading after a peak."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.detection.forecast import forecast_counts, forecast_series
from service.domain.warning import Bin

MINUTE = 29_540_160


def total(counts: np.ndarray, hours: int = 24, width: int = 60):
    values = np.asarray(counts, dtype=float)
    return forecast_counts(MINUTE, values, np.ones(len(values)), width_minutes=width, hours=hours)


@given(
    counts=st.lists(st.integers(0, 10**6), min_size=1, max_size=100),
    hours=st.integers(1, 168),
    width=st.sampled_from([5, 60, 180, 1440, 10_080]),
)
def test_quantiles_are_ordered_and_finite(counts: list[int], hours: int, width: int) -> None:
    found = total(np.array(counts), hours, width)
    assert 0 <= found.p10 <= found.p50 <= found.p90 < float("inf")
    assert found.spreading >= 0


def test_a_quiet_stream_goes_on_as_before() -> None:
    counts = np.random.default_rng(1).poisson(3.0, 24 * 60)
    found = total(counts)
    assert found.p50 == pytest.approx(72, rel=0.15)
    assert found.p10 > 45
    assert found.p90 < 120
    assert total(counts, 72).p50 == pytest.approx(3 * found.p50, rel=0.2)


def test_after_a_peak_it_fades() -> None:
    quiet = np.random.default_rng(1).poisson(1.0, 24 * 30)
    crisis = 60 / (1 + np.arange(48) / 4)
    found = total(np.concatenate([quiet, np.round(crisis)]))
    assert 24 < found.p50 < crisis[24:].sum() + 24
    assert 0 < found.spreading < 1


def test_bins_of_the_service() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    bins = [Bin(start=start + timedelta(hours=i), value=2, total=2, sources=1) for i in range(24 * 20)]
    assert forecast_series(bins, width=timedelta(hours=1), hours=24).p50 == pytest.approx(48, rel=0.15)
    with pytest.raises(ValueError, match="at least one bin"):
        forecast_series([], width=timedelta(hours=1), hours=24)
