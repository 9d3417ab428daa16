"""Scenario files: the course of an episode in a few figures, and the hourly counts made from them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from typing import Self

import numpy as np
import numpy.typing as npt
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from service.detection import calendar
from service.detection.parameters import HOUR_PRIOR, WEEKDAY_PRIOR
from service.domain.times import VIETNAM, sensible, start_of_day
from service.domain.warning import Bin

BUILT_IN = ("episodes.yaml", "controls.yaml")
HISTORY_DAYS = 120
NOISE = 1.5
CRISIS_PEAK = 1.0
ALL_OVER_NEGATIVE = 6.0

Floats = npt.NDArray[np.float64]


class ScenarioError(ValueError):
    """A scenario file that cannot be used; one line a problem: file, key, what was expected."""


class Wave(BaseModel):
    """Something that was published about: it rises, then halves.

    Attributes:
        peak: negative origins an hour at the peak; all: further origins an hour that are not negative.
        sources: share of its documents that come from a publisher not yet counted in that hour.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: datetime
    rise_hours: float = Field(gt=0, le=1000)
    peak: float = Field(ge=0, le=10_000)
    half_life_hours: float = Field(gt=0, le=10_000)
    sources: float = Field(default=0.8, ge=0, le=1)
    all: float = Field(default=0, ge=0, le=10_000)

    @field_validator("start")
    @classmethod
    def _local(cls, start: datetime) -> datetime:
        return sensible(start if start.tzinfo else start.replace(tzinfo=VIETNAM)).astimezone(UTC)


class Scenario(BaseModel):
    """One episode, or a control that must stay quiet (its waves peak below one negative origin an hour).

    Attributes:
        topic: what it is about (docs/labels.md); its stake goes into the level.
        expected: least and highest level (1 to 4) that the course deserves; none for a control.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str = Field(min_length=1)
    title: str
    first_day: date = Field(alias="from")
    days: int = Field(ge=1, le=400)
    negative_a_day: float = Field(gt=0, le=100_000)
    topic: str = ""
    expected: tuple[int, int] | None = None
    waves: tuple[Wave, ...] = ()

    @field_validator("first_day")
    @classmethod
    def _possible(cls, day: date) -> date:
        sensible(start_of_day(day))
        return day

    @model_validator(mode="after")
    def _waves_within(self) -> Self:
        begin = start_of_day(self.first_day)
        for number, wave in enumerate(self.waves):
            if not begin <= wave.start < begin + timedelta(days=self.days):
                raise ValueError(f"waves.{number}.start: expected a time in the {self.days} days from {self.first_day}")
        return self


@dataclass(frozen=True, slots=True)
class Episode:
    """Counts of a scenario.

    Attributes:
        first: index of the bin in which the replay proper begins, after the history.
        crises: bin of the first item, bin of the peak and last bin of each crisis.
    """

    scenario: Scenario
    bins: Sequence[Bin]
    first: int
    crises: Sequence[tuple[int, int, int]]


def load(text: str, name: str) -> list[Scenario]:
    """Scenarios of one YAML file.

    Raises:
        ScenarioError: naming file, key and what was expected.
    """
    try:
        given = yaml.safe_load(text) or []
        if not isinstance(given, list):
            raise ScenarioError(f"{name}: expected a list of scenarios, found {given!r:.80}")
        found = TypeAdapter(list[Scenario]).validate_python(given)
    except ScenarioError:
        raise
    except ValidationError as error:
        lines = [
            f"{name}: {'.'.join(map(str, e['loc']))}: {e['msg']}, found {e['input']!r:.80}" for e in error.errors()
        ]
        raise ScenarioError("\n".join(lines)) from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a day that the calendar does not have
        raise ScenarioError(f"{name}: not YAML: {' '.join(str(error).split())}") from None
    if not found:
        raise ScenarioError(f"{name}: expected a list of scenarios, found none")
    return found


def built_in() -> list[Scenario]:
    """The historical episodes C1 to C15 and the controls N1 to N7."""
    folder = resources.files("service.detection.scenarios")
    return [s for name in BUILT_IN for s in load((folder / name).read_text(encoding="utf-8"), name)]


def play(scenario: Scenario, *, seed: int = 0) -> Episode:
    """Counts an hour from four months before; the same for the same seed."""
    rng = np.random.default_rng([zlib.crc32(scenario.id.encode()), seed])
    start = start_of_day(scenario.first_day).astimezone(UTC) - timedelta(days=HISTORY_DAYS)
    hours = np.arange((HISTORY_DAYS + scenario.days) * 24)
    shape = shape_of_time(start, hours)
    negative = _noisy(rng, scenario.negative_a_day / 24 * shape)
    total = negative + _noisy(rng, scenario.negative_a_day / 24 * ALL_OVER_NEGATIVE * shape)
    sources = rng.binomial(negative, 0.95)
    crises = []
    for wave in scenario.waves:
        since = hours - (wave.start - start) / timedelta(hours=1)
        course = _course(np.asarray(since, dtype=np.float64), wave) * np.minimum(shape, 1.5) ** 0.7
        expected = wave.peak * course
        items = _noisy(rng, expected)
        negative, total = negative + items, total + items + _noisy(rng, wave.all * course)
        sources = sources + rng.binomial(items, wave.sources)
        if wave.peak >= CRISIS_PEAK and expected.sum() >= 1.0:  # less: it begins too late to bring a single item
            crises.append(_milestones(expected))
    bins = [
        Bin(start=start + timedelta(hours=int(h)), value=int(n), total=int(t), sources=int(s))
        for h, n, t, s in zip(hours, negative, total, sources, strict=True)
    ]
    return Episode(scenario, bins, HISTORY_DAYS * 24, crises)


def shape_of_time(start: datetime, hours: npt.NDArray[np.int64]) -> Floats:
    local = [start.astimezone(VIETNAM) + timedelta(hours=int(h)) for h in hours]
    return np.array(
        [
            HOUR_PRIOR[t.hour] * WEEKDAY_PRIOR[t.weekday()] * calendar.PRIOR_FACTORS[calendar.kind_of_day(t.date())]
            for t in local
        ]
    )


def _course(since: Floats, wave: Wave) -> Floats:
    """Share of the peak at each hour since the start of a wave."""
    rise = (np.expm1(3 * np.clip(since / wave.rise_hours, 0, 1))) / np.expm1(3)
    fall = 0.5 ** (np.maximum(since - wave.rise_hours, 0) / wave.half_life_hours)
    return np.where(since < 0, 0.0, rise * fall)


def _noisy(rng: np.random.Generator, mean: Floats) -> npt.NDArray[np.int64]:
    mean = np.maximum(mean, 1e-12)
    return rng.negative_binomial(mean / (NOISE - 1), 1 / NOISE)


def _milestones(expected: Floats) -> tuple[int, int, int]:
    reached = np.flatnonzero(np.cumsum(expected) >= 1.0)
    peak = int(np.argmax(expected))
    return int(reached[0]), peak, int(np.flatnonzero(expected >= 0.1 * expected[peak])[-1])
