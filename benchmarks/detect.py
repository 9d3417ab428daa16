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

from service.detection import detector
from service.detection.alarms import threshold
from service.detection.detector import Counts, Detector
from service.detection.parameters import DEFAULT, Parameters
from service.detection.scenario import VIETNAM, Scenario, Wave, play
from service.detection.watching import local_minute

DAYS, SERIES, SILENT_HOURS = 60, 12, 12
DIPS = 300


@dataclass(frozen=True)
class Stream:
    """Hourly counts of one stream, and the first hour of its crisis."""

    start: int
    value: np.ndarray
    sources: np.ndarray
    crisis: int


def streams(number: int, *, a_day: float = 24, flurries: bool = True) -> Iterator[Stream]:
    """Half a year each, a crisis of random course on a random day of the last month."""
    rng = np.random.default_rng(1676)
    for i in range(number):
        begin = date(2025, 6, 1) + timedelta(days=int(rng.integers(0, 300)))
        at = datetime.combine(begin, datetime.min.time(), VIETNAM) + timedelta(
            days=DAYS - 25 + int(rng.integers(0, 10)), hours=int(rng.integers(0, 24))
        )
        rise, peak = float(rng.uniform(3, 48)), float(rng.uniform(0.15, 0.5) * a_day)
        wave = Wave(start=at, rise_hours=rise, peak=peak, half_life_hours=float(rng.uniform(12, 48)), sources=0.7)
        scenario = Scenario(id=f"s{i}", title="", first_day=begin, days=DAYS, negative_a_day=a_day, waves=(wave,))
        episode = play(scenario)
        value, sources = (np.array([getattr(b, n) for b in episode.bins], float) for n in ("value", "sources"))
        if flurries:
            for hour in rng.choice(len(value) - 10, rng.poisson(len(value) / 720), replace=False):
                size = rng.poisson(8)
                value[hour : hour + 3] += rng.multinomial(size, [0.5, 0.3, 0.2])
                sources[hour] += 1
        yield Stream(local_minute(episode.bins[0].start), value, sources, episode.crises[0][0])


def scores(stream: Stream, value: np.ndarray, sources: np.ndarray, coverage: np.ndarray | None) -> np.ndarray:
    """Scores of one stream, maybe seen in part."""
    seen = None if coverage is None else coverage[None]
    return Detector(1, 60).advance(stream.start, Counts(value[None], seen, sources=sources[None])).score[0]


def coverage() -> None:
    """Dips in quiet weeks and at the onset of crises; thinned by half, with the coverage that was measured."""
    rng = np.random.default_rng(7)
    at = threshold(SERIES, 2)
    caused = hidden = found = before = 0
    for stream in streams(DIPS):
        quiet = stream.crisis - 24 * int(rng.integers(4, 20))
        for dip, crisis in ((quiet, False), (stream.crisis, True)):
            hours = slice(dip, dip + SILENT_HOURS)
            value, sources, share = stream.value.copy(), stream.sources.copy(), np.ones(len(stream.value))
            value[hours] = rng.binomial(value[hours].astype(int), 0.5)
            sources[hours] = np.minimum(rng.binomial(sources[hours].astype(int), 0.5), value[hours])
            share[hours] = 0.5
            whole = scores(stream, stream.value, stream.sources, None) >= at
            dipped = scores(stream, value, sources, share) >= at
            near = slice(dip, dip + (24 if crisis else SILENT_HOURS + 24))
            if crisis:
                before += whole[near].any()
                found += dipped[near].any()
                hidden += whole[near].any() and not dipped[dip : dip + 48].any()
            else:
                caused += dipped[near].any() and not whole[near].any()
    print(f"{DIPS} dips: alarms caused a dip {caused / DIPS:.4f}")
    print(f"{DIPS} crises: found within a day {before / DIPS:.3f} at full coverage, {found / DIPS:.3f} with half")
    print(f"hidden (found at full coverage, not within two days at half) {hidden} of {before}")


def ablation() -> None:
    """One part left out at a time; thresholds set so that each variant has equally many false bursts."""
    kept = list(streams(150))
    for a_day, sample in ((24, kept), (1.5, list(streams(150, a_day=1.5, flurries=False)))):
        print(f"{a_day} negative origins a day")
        for name, parameters, use_sources in variants():
            found = [_scored(s, parameters, use_sources) for s in sample]
            print(f"  {name:<34} found within a day {_found(sample, found):.3f}")


def variants() -> Iterator[tuple[str, Parameters, bool]]:
    """Name, parameters, whether sources are told."""
    yield "everything", DEFAULT, True
    yield "without sources", DEFAULT, False
    for hours in (3, 24, 72):
        yield f"one span of {hours} h", replace(DEFAULT, windows_hours=(hours,)), True
    yield "crises learned like any day", replace(DEFAULT, burn=1e9, burn_young=1e9), True
    yield "level of two days", replace(DEFAULT, short_days=2, shrink_level=0.1), True
    yield "no shape of day known beforehand", replace(DEFAULT, shrink_season=0.01), True
    yield "same scale for all streams", replace(DEFAULT, prior_days=1e9), True


def _scored(stream: Stream, parameters: Parameters, use_sources: bool) -> np.ndarray:
    sources = stream.sources[None] if use_sources else None
    counts = Counts(stream.value[None], sources=sources)
    return detector.Detector(1, 60, parameters).advance(stream.start, counts).score[0]


def _found(sample: list[Stream], found: list[np.ndarray], false_a_month: float = 2 / SERIES) -> float:
    """Share found within a day at the threshold that this many false bursts a month allow."""
    quiet = [score[24 * 60 : s.crisis - 24] for s, score in zip(sample, found, strict=True)]
    months = sum(map(len, quiet)) / 730
    peaks = np.sort([day.max() for q in quiet for day in np.array_split(q, max(len(q) // 24, 1))])[::-1]
    at = peaks[min(int(false_a_month * months), len(peaks) - 1)]
    return float(
        np.mean([(score[s.crisis : s.crisis + 24] > at).any() for s, score in zip(sample, found, strict=True)])
    )


COMMANDS: dict[str, Callable[[], None]] = {"coverage": coverage, "ablation": ablation}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]]()
