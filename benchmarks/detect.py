"""Detection: what a loss of coverage does, and what each part of the detector adds. Invented counts, own seeds.

python -m benchmarks.detect coverage     half of the sources silent for 12 hours: alarms caused, crises hidden
python -m benchmarks.detect ablation     share of crises found within a day at equal false alarms, part by part
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from service.detection.alarms import threshold
from service.detection.detector import Counts, Detector
from service.detection.parameters import DEFAULT, Parameters
from service.detection.scenario import Scenario, Wave, play
from service.detection.watching import local_minute
from service.domain.times import VIETNAM

FIRST_DAY, DAYS, SERIES, SILENT_HOURS, STREAMS, ABLATED = date(2025, 8, 1), 60, 12, 12, 300, 150


@dataclass(frozen=True)
class Sample:
    """Hourly counts, [stream, hour], and the hour of the first item of each stream's crisis."""

    start: int
    value: np.ndarray
    sources: np.ndarray
    crisis: np.ndarray


def sample(a_day: float, number: int, *, flurries: bool) -> Sample:
    """Half a year of every stream, a crisis of random course in its last month, flurries of one page in between."""
    rng = np.random.default_rng(1676)
    values, sources, crises, start = [], [], [], 0
    for i in range(number):
        at = datetime.combine(FIRST_DAY, datetime.min.time(), VIETNAM) + timedelta(
            days=DAYS - 25 + int(rng.integers(0, 10)), hours=int(rng.integers(0, 24))
        )
        rise, peak = float(rng.uniform(3, 48)), float(rng.uniform(0.06, 0.3) * a_day)
        wave = Wave(start=at, rise_hours=rise, peak=peak, half_life_hours=float(rng.uniform(12, 48)), sources=0.7)
        scenario = Scenario(id=f"s{i}", title="", first_day=FIRST_DAY, days=DAYS, negative_a_day=a_day, waves=(wave,))
        episode = play(scenario)
        value, told = (np.array([getattr(b, n) for b in episode.bins], float) for n in ("value", "sources"))
        if flurries:
            for hour in rng.choice(len(value) - 10, rng.poisson(len(value) / 720), replace=False):
                value[hour : hour + 3] += rng.multinomial(rng.poisson(8), [0.5, 0.3, 0.2])
                told[hour] += 1
        values.append(value)
        sources.append(told)
        crises.append(int(np.searchsorted(np.cumsum(_course(wave, episode.bins[0].start, len(value))), 1.0)))
        start = local_minute(episode.bins[0].start)
    return Sample(start, np.array(values), np.array(sources), np.array(crises))


def _course(wave: Wave, start: datetime, hours: int) -> np.ndarray:
    since = np.arange(hours) - (wave.start - start) / timedelta(hours=1)
    rise = np.expm1(3 * np.clip(since / wave.rise_hours, 0, 1)) / np.expm1(3)
    return np.where(since < 0, 0.0, wave.peak * rise)


def scores(
    given: Sample, value: np.ndarray, sources: np.ndarray | None, seen: np.ndarray | None, p: Parameters
) -> np.ndarray:
    """Scores, [stream, hour]."""
    return Detector(len(value), 60, p).advance(given.start, Counts(value, seen, sources=sources)).score


def coverage() -> None:
    """Silence in quiet weeks and at the onset of crises; thinned by half, with the coverage that was measured."""
    rng = np.random.default_rng(7)
    at = threshold(SERIES, 2)
    given = sample(24, STREAMS, flurries=True)
    whole = scores(given, given.value, given.sources, None, DEFAULT) >= at
    hour, rows = np.arange(given.value.shape[1]), np.arange(STREAMS)
    for name, begin in (
        ("quiet", given.crisis - 24 * rng.integers(4, 20, STREAMS)),
        ("onset of a crisis", given.crisis),
    ):
        silent = (hour >= begin[:, None]) & (hour < begin[:, None] + SILENT_HOURS)
        value = np.where(silent, rng.binomial(given.value.astype(int), 0.5), given.value)
        told = np.where(silent, np.minimum(rng.binomial(given.sources.astype(int), 0.5), value), given.sources)
        dipped = scores(given, value, told, np.where(silent, 0.5, 1.0), DEFAULT) >= at

        def within(hits: np.ndarray, hours: int, begin: np.ndarray = begin) -> np.ndarray:
            return np.array([hits[r, begin[r] : begin[r] + hours].any() for r in rows])

        new = within(dipped & ~whole, 36) & ~within(whole, 36)
        day, half = within(whole, 24), within(dipped, 24)
        lost = day & ~within(dipped, 48)
        if name == "quiet":
            print(f"{STREAMS} silences in quiet weeks: alarms caused a silence {new.mean():.4f}")
        else:
            print(f"{STREAMS} crises: found within a day {day.mean():.3f} at full coverage, {half.mean():.3f} at half")
            print(f"hidden (found within a day at full coverage, not within two at half): {lost.sum()} of {day.sum()}")


def ablation() -> None:
    """One part left out at a time; the threshold of each variant gives as many false bursts as the others'."""
    for a_day in (24.0, 1.5):
        given = sample(a_day, ABLATED, flurries=a_day > 10)
        print(f"{a_day:g} negative origins a day and stream, {ABLATED} crises")
        for name, parameters, told in variants():
            found = scores(given, given.value, given.sources if told else None, None, parameters)
            print(f"  {name:<34} found within a day {_found(given, found):.3f}", flush=True)


def variants() -> Iterator[tuple[str, Parameters, bool]]:
    """Name, parameters, whether sources are told."""
    yield "everything", DEFAULT, True
    yield "without sources", DEFAULT, False
    for hours in (3, 24, 72):
        yield f"one span of {hours} h", replace(DEFAULT, windows_hours=(hours,), fade_hours=0), True
    yield "without the fading sum", replace(DEFAULT, fade_hours=0), True
    yield "breadth of sources counts nothing", replace(DEFAULT, broad_spread=1e9), True
    yield "lone sources lose a fixed sum", replace(DEFAULT, alone_share=0), True
    yield "crises learned like any day", replace(DEFAULT, burn=1e9, burn_young=1e9), True
    yield "level of two days", replace(DEFAULT, short_days=2, shrink_level=0.1), True
    yield "no shape of day or week", replace(DEFAULT, shrink_season=1e9), True
    yield "same scale for all streams", replace(DEFAULT, prior_days=1e9), True


def _found(given: Sample, found: np.ndarray, false_a_month: float = 2 / SERIES) -> float:
    """Share found within a day at the threshold that this many days with a false alarm a month allow."""
    quiet = [row[24 * 60 : c - 24] for row, c in zip(found, given.crisis, strict=True)]
    months = sum(map(len, quiet)) / 730
    peaks = np.sort([day.max() for q in quiet for day in np.array_split(q, len(q) // 24)])[::-1]
    at = peaks[int(false_a_month * months)]
    return float(np.mean([(row[c : c + 24] > at).any() for row, c in zip(found, given.crisis, strict=True)]))


COMMANDS: dict[str, Callable[[], None]] = {"coverage": coverage, "ablation": ablation}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]]()
