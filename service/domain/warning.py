"""Counts, signals, alerts: the vocabulary of early warning (three scores, never mixed)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How serious, computed from unusual, harmful and sure together."""

    NORMAL = 0
    WATCH = 1
    WARNING = 2
    RISK = 3
    CRISIS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Counts of one stream in one hour (or other regular bin).

    Attributes:
        start: UTC, inclusive.
        value: what is watched: negative origins.
        total: all origins.
        sources: distinct publishers behind `value`.
        coverage: share of sources that report as expected, 0 to 1.
        questions, complaints: origins that ask, or complain.
    """

    start: datetime
    value: int
    total: int
    sources: int
    coverage: float = 1.0
    questions: int = 0
    complaints: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """Answer of the detector on one bin.

    Attributes:
        score: >= 0, comparable between streams.
        level: 0 to 2, from the score alone.
        alarm: this bin opens a burst within the false-alarm budget.
    """

    start: datetime
    value: int
    expected: float
    score: float
    level: int
    alarm: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something unusual in one stream at one time, with the evidence of its moment.

    Attributes:
        early: how strongly signals beyond volume speak, 0 to 1 (service.alerting.context).
        reasons: those signals, one sentence each, in Vietnamese.
        campaign: names of the campaigns whose usual effect `expected` holds already; empty outside of campaigns.
        among: how many streams of its kind there are; `unusual` is what is left after that many chances.
    """

    id: str
    stream: str
    at: datetime
    unusual: float
    harmful: float
    sure: float
    value: int
    expected: float
    origins: int
    sources: int
    coverage: float
    documents: tuple[str, ...]
    early: float = 0.0
    reasons: tuple[str, ...] = ()
    campaign: str = ""
    among: int = 1


class AlertState(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A warning to the desk; rule, thresholds, baseline and evidence are frozen as they were when it fired.

    Attributes:
        stream: what it watches, e.g. «topic:pension».
        proposed: L3 and L4 are proposals until a person confirms them.
        why: one sentence in Vietnamese for the desk.
        quiet_if: what would have kept it quiet.
    """

    id: str
    stream: str
    level: Level
    peak_level: Level
    state: AlertState
    opened_at: datetime
    updated_at: datetime
    headline: str
    why: str
    quiet_if: str
    signal: Signal
    proposed: bool = False
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
