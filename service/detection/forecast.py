"""How much is still to come: the baseline goes on, and what exceeds it fades by a power law."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from service.detection.detector import Counts, Detector
from service.detection.evidence import deviance
from service.detection.watching import local_minute
from service.domain.warning import Bin

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# attention after a shock falls about as 1 / (t + c): Crane and Sornette 2008; c in hours
DECAY, OFFSET = 1.0, 4.0
WINDOWS = (6.0, 12.0, 24.0)
# what the last day left for the next, and how far such forecasts missed (natural log), on seven crises of 2012
CARRY_OVER = 0.55
LOG_SPREAD = 0.62
GROWTH_POWER, MOST_GROWTH = 0.15, 1.3
TENTH = 1.2816
ONSET_DAYS = 7.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """Total of the hours to come.

    Attributes:
        p10, p50, p90: the total is below them with these chances, in percent.
        spreading: excess to come over that of the span just past; above 1 it still grows.
    """

    p10: float
    p50: float
    p90: float
    spreading: float


def forecast_series(bins: Sequence[Bin], *, width: timedelta, hours: int) -> Forecast:
    """Forecast of one stream after its last bin; bins as for `watch_series`."""
    if not bins:
        raise ValueError("expected at least one bin")
    column = np.array([(b.value, b.coverage) for b in bins], dtype=np.float64).T
    minutes = round(width / timedelta(minutes=1))
    return forecast_counts(local_minute(bins[0].start), column[0], column[1], width_minutes=minutes, hours=hours)


def forecast_counts(start: int, counts: Floats, coverage: Floats, *, width_minutes: int, hours: int) -> Forecast:
    """Total of the next `hours` after the last bin.

    Args:
        start: local minute of the first bin.
        counts, coverage: one figure a bin.
    """
    detector = Detector(1, width_minutes)
    scored = detector.advance(start, Counts(counts[None], coverage[None]))
    expected = scored.expected[0]
    after = start + width_minutes * len(counts)
    ahead = after + width_minutes * np.arange(max(1, math.ceil(hours * 60 / width_minutes)), dtype=np.int64)
    full, error, spread = detector.baseline.expect(ahead)
    part = hours * 60 / width_minutes / len(ahead)
    base = float(full[0].sum()) * part
    base_spread = math.sqrt(base * float(spread[0]) + base**2 * float(error[0].mean()))
    base_spread *= _own_spread(counts, expected, float(spread[0]), width_minutes)
    excess, past = _excess(counts, expected, float(spread[0]), width_minutes / 60, float(hours))
    factor = math.exp(TENTH * math.sqrt(LOG_SPREAD**2 + 1.0 / (excess + 1.0)))
    low = max(base - TENTH * base_spread, 0.0) + excess / factor
    return Forecast(
        p10=low,
        p50=max(base + excess, low),
        p90=base + TENTH * base_spread + excess * factor,
        spreading=excess / past if past > 0 else 0.0,
    )


def _own_spread(counts: Floats, expected: Floats, spread: float, width_minutes: int) -> float:
    """How much wider than the model the stream's own quiet days were (conformal: a quantile of its own misses)."""
    day = max(1, 1440 // width_minutes)
    days = min(len(counts) // day, 60)
    if days < 10:
        return 1.0
    seen, wanted = (x[len(x) - days * day :].reshape(days, day).sum(1) for x in (counts, expected))
    miss = np.abs(seen - wanted) / np.sqrt(spread * wanted + (0.1 * wanted) ** 2 + 1e-9)
    # the worst quarter may be crises: the bulk tells how wide a quiet day is
    return float(np.clip(np.quantile(miss, 0.6) / 0.8416, 0.8, 3.0))


def _excess(counts: Floats, expected: Floats, spread: float, width: float, hours: float) -> tuple[float, float]:
    """Excess to come, and the excess of as many hours just past."""
    over = counts - expected
    recent = _last(over, hours, width)
    past = max(float(recent.sum()), 0.0)
    day, wanted = _last(counts, 24, width).sum(), _last(expected, 24, width).sum()
    evidence = float(deviance(np.array([day]), np.array([wanted]), np.array([wanted * spread * 1.2]))[0])
    certain = min(max((evidence - 1.0) / 2.0, 0.0), 1.0)
    if certain == 0.0:
        return 0.0, past
    views = [_continued(over, window, width, hours) for window in WINDOWS]
    scale = _kernel(np.arange(0.5, hours)).sum() / _kernel(np.arange(0.5, 24)).sum()
    views.append(CARRY_OVER * max(float(_last(over, 24, width).sum()), 0.0) * float(scale))
    middle = math.exp(float(np.mean(np.log1p(views)))) - 1.0
    return certain * middle * _growth(over, width), past


def _continued(over: Floats, window: float, width: float, hours: float) -> float:
    """The power law through the last hours, carried on."""
    onset = over[-max(1, round(ONSET_DAYS * 24 / width)) :]
    since_peak = (len(onset) - int(np.argmax(onset))) * width
    recent = _last(over, window, width)
    age = since_peak - width * np.arange(len(recent), 0, -1)
    seen = np.where(age < 0, 0.5 * _kernel(np.zeros(1)), _kernel(np.maximum(age, 0.0))).sum() * width
    return max(float(recent.sum()), 0.0) / float(seen) * float(_kernel(since_peak + np.arange(0.0, hours)).sum())


def _growth(over: Floats, width: float) -> float:
    """Damped: a stream that still rises goes on a little."""
    now, before = (max(float(x.sum()), 1.0) for x in np.array_split(_last(over, 24, width), 2)[::-1])
    rising = int(np.argmax(_last(over, 48, width))) >= len(_last(over, 48, width)) - max(1, round(3 / width))
    return min(max((now / before) ** GROWTH_POWER, 1.0), MOST_GROWTH) if rising and before > 10 else 1.0


def _kernel(age: Floats) -> Floats:
    return np.asarray((age + OFFSET) ** -DECAY)


def _last(values: Floats, hours: float, width: float) -> Floats:
    return values[-max(1, round(hours / width)) :]
