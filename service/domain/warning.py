"""Counts, signals, alerts: the vocabulary of early warning (three scores, never mixed)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from math import sqrt
from typing import NamedTuple

USUAL_SPREAD = 2.0


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
    """

    start: datetime
    value: int
    total: int
    sources: int
    coverage: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """Answer of the detector on one bin.

    Attributes:
        score: >= 0, comparable between streams.
        alarm: this bin opens a burst within the false-alarm budget; told by `watch_series` only.
    """

    start: datetime
    value: int
    expected: float
    score: float
    alarm: bool = False


class Told(NamedTuple):
    """Negative origins of some hours up to and with that of a signal, beside how many are usual."""

    hours: int
    value: int
    expected: float


def still_usual(expected: float) -> float:
    """So many are no more than usual where so many are expected: two standard deviations (Poisson) above."""
    return expected + USUAL_SPREAD * sqrt(expected)


def back_at_usual(expected: float) -> float:
    """At so many in 24 hours a stream is back at its usual level: alerts and recovery curves end there."""
    return max(min(expected * 1.25, still_usual(expected)), expected + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something unusual in one stream at one time, with the evidence of its moment.

    Attributes:
        at: begin of the hour in question.
        documents: ids of the publications it stands on.
        early: how strongly signals beyond volume speak, 0 to 1 (service.alerting.context).
        reasons: those signals, one sentence each, in Vietnamese.
        campaign: names of the campaigns whose usual effect `expected` holds already; empty outside of campaigns.
        among: how many streams of its kind there are; `unusual` is what is left after that many chances.
        asked: level that reports of the press ask for by themselves (service.alerting.reports); at most L2.
        chance: probability that it reaches L3 within three days (service.alerting.outlook); None where it is not asked.
        day, day_expected: negative origins of the 24 hours that end with this one, and how many are usual; 0 in signals
            of before, which did not tell.
        witnesses: publishers that bear out what is more than usual (service.alerting.scores.bearing_out); 0 in signals
            of before.
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
    asked: Level = Level.NORMAL
    chance: float | None = None
    day: int = 0
    day_expected: float = 0.0
    witnesses: int = 0

    @property
    def is_usual(self) -> bool:
        """Whether what people are told was counted is no more than there usually is."""
        return self.told.value <= still_usual(self.told.expected)

    @property
    def is_reported(self) -> bool:
        """Whether it stands on what is reported, and not on counts."""
        return self.asked > Level.NORMAL and self.is_usual

    @property
    def borne_by(self) -> int:
        """Publishers that count as independent of each other."""
        return self.witnesses or self.sources

    @property
    def told(self) -> Told:
        """What people are told was counted: of the day, as single hours are never tested."""
        if self.day >= max(1, self.value):
            return Told(24, self.day, self.day_expected)
        return Told(1, self.value, self.expected)


class AlertState(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    IN_HAND = "in_hand"
    RECOVERING = "recovering"
    CLOSED = "closed"
    DISMISSED = "dismissed"

    @property
    def ended(self) -> bool:
        return self in (AlertState.CLOSED, AlertState.DISMISSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a person said of a level that the machine proposed (L3, L4).

    Attributes:
        level: the level in question.
        confirmed: False: it was refused.
        by: account of the person.
    """

    level: Level
    confirmed: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    """Whom to tell when nobody has acknowledged an alert for a time.

    Attributes:
        after: counted from the moment the alert's messages were due.
        tell: names of groups of recipients (see alerting/escalation.yaml).
    """

    after: timedelta
    tell: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """What people have done about an alert, and what happens if they do not.

    Attributes:
        assigned_to: account that handles it; None: nobody in particular.
        statement, statement_at: what the first public statement was, or where it stands, and when it was made.
        verdict: what a person last said of a proposed level; None until then.
        reason: why the alert was closed or dismissed by a person.
        ended_by: account that closed or dismissed it; None where the machine did, or nobody has.
        merged_into: id of the alert that this one was merged into.
        fired_at: when the alert's messages were due; escalation is counted from here. None: no messages were sent.
        told_at: the same of the first messages, whatever level the alert reached later.
        steps: the escalation policy, frozen as it was when the alert fired.
        escalated: how many of the steps have been taken.
        level_then: level that the alert had when a person ended it, for who opens it again.
        eased_at: when it was last at L3 or L4, where it fell from there and has not been told again since; None
            otherwise.
    """

    assigned_to: str | None = None
    statement: str = ""
    statement_at: datetime | None = None
    verdict: Verdict | None = None
    reason: str = ""
    ended_by: str | None = None
    merged_into: str | None = None
    fired_at: datetime | None = None
    told_at: datetime | None = None
    steps: tuple[EscalationStep, ...] = ()
    escalated: int = 0
    level_then: Level | None = None
    eased_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A warning to the desk; rule, thresholds, baseline and evidence are frozen as they were when it fired.

    Attributes:
        stream: what it watches, e.g. «topic:pension».
        updated_at: when the alert was last as grave as its level says, or when it ended.
        why: one sentence in Vietnamese for the desk.
        quiet_if: what would have kept it quiet.
        signal: what was counted when it fired.
        proposed: L3 and L4 are proposals until a person confirms or refuses them.
        acknowledged_at, acknowledged_by: when, and which account or program; None until then.
        closed_at: when it ended; None while it stands.
        handling: what people have done about it.
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
    closed_at: datetime | None = None
    handling: Handling = Handling()

    @property
    def is_of_a_part(self) -> bool:
        """Whether it is about one province while its figures are the whole country's."""
        return self.stream.startswith(f"{self.signal.stream}@")
