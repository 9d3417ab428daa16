"""The indicator set (bộ chỉ số): what is defined, what it is reckoned from, what came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

LOW_COVERAGE = 0.8  # figures of hours below it are to be read with care


class Unit(StrEnum):
    """What a value is counted in."""

    COUNT = "count"
    SHARE = "share"  # 0 to 1
    INDEX = "index"  # 0 to 1, but no share
    RATIO = "ratio"
    MINUTES = "minutes"
    HOURS = "hours"


class Better(StrEnum):
    """Which way is good."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One version of an indicator; a change of method is a new version.

    Attributes:
        code: the same for all versions.
        version: grows by one with every change of method.
        group: id of the group it stands in.
        name: in Vietnamese, as reports print it.
        formula, numerator, denominator, reading: in words, for people.
        unit: what the value is counted in; shares and indexes are 0 to 1.
        better: which way is good.
        source: law, decision or method it is taken from.
        measure: name of the function that reckons it (service.insight.formulas).
        valid_from, valid_to: first and last day of the periods it is for; no last day: until further notice.
        national: has a meaning for the whole country only.
        by_length: grows or ripens with the length of the period: says nothing of a trend while the period runs.
        parameters: numbers that the function asks for, such as a deadline.
    """

    code: str
    version: int
    group: str
    name: str
    formula: str
    numerator: str
    denominator: str
    unit: Unit
    better: Better
    reading: str
    source: str
    measure: str
    valid_from: date
    valid_to: date | None = None
    national: bool = False
    by_length: bool = False
    parameters: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """Origins of a topic or province."""

    id: str
    name: str
    origins: int
    negative: int
    positive: int


@dataclass(frozen=True, slots=True)
class Publication:
    """When something was published in a story, and what about: a question, or what a state agency said."""

    story: str
    publisher: str
    at: datetime
    topics: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """How an alert was handled; for the one that merged alerts went on in: how all of them were.

    Attributes:
        level: highest level it reached; what a person refused counts as L2, or as what was confirmed before.
        confirmed: highest level that a person confirmed; L1 and L2 need nobody to.
        told_at: when the first message about it reached somebody; None: nobody was told.
        merged: it is part of another one, and counts there.
    """

    id: str
    stream: str
    level: int
    confirmed: int
    state: str
    opened_at: datetime
    told_at: datetime | None
    seen_at: datetime | None
    statement_at: datetime | None
    closed_at: datetime | None
    ended: bool
    dismissed: bool
    merged: bool

    @property
    def proposed(self) -> bool:
        """No person has confirmed its level: «L3 (đề xuất)»."""
        return self.level > self.confirmed

    def reacted(self, at: datetime | None) -> timedelta | None:
        """From the first message to something that was done, at once where it had been done before; None: it has not
        been done, or nobody was told."""
        return None if at is None or self.told_at is None else max(at - self.told_at, timedelta())


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFacts:
    """What a period's indicators are reckoned from.

    Attributes:
        as_of: the moment of looking; nothing is known of what comes after it.
        provinces: codes that everything is limited to; empty: the whole country.
        publishers: groups with at least one origin.
        places: by the codes that are valid on the period's last day (service.domain.provinces).
        asked: questions of people; one in an article of the press comes with its answer.
        answers: what state agencies published, also after the period.
        agencies_read: whether anything of a state agency was read, so that an answer could have been seen.
        hours: of the streams of its graver alerts, negative origins by hour, for the recovery.
        outlets_reporting, outlets: monitored outlets with at least one publication about BHXH, and all of them.
        covered, expected: outlets that reported and those expected, added up over the hours of the period.
        hours_measured, hours_low: hours with a figure of coverage, and those of them below LOW_COVERAGE.
        delay_minutes: median time from publication to first sight; `delayed` publications it is the median of.
        warnings, received: warnings to the public that were published, and those somebody has taken note of.
        denunciations: that were recognised and not kept; of the whole country only.
        models: that judged the publications.
    """

    since: datetime
    until: datetime
    as_of: datetime
    provinces: tuple[str, ...] = ()
    origins: int = 0
    copies: int = 0
    negative: int = 0
    positive: int = 0
    policy: int = 0
    implementation: int = 0
    complaints: int = 0
    questions: int = 0
    publishers: int = 0
    topics: Sequence[GroupFacts] = ()
    places: Sequence[GroupFacts] = ()
    asked: Sequence[Publication] = ()
    answers: Sequence[Publication] = ()
    agencies_read: bool = True
    alerts: Sequence[AlertFacts] = ()
    hours: Mapping[str, Mapping[datetime, int]]
    outlets_reporting: int = 0
    outlets: int = 0
    covered: int = 0
    expected: int = 0
    hours_measured: int = 0
    hours_low: int = 0
    delay_minutes: float | None = None
    delayed: int = 0
    warnings: int = 0
    received: int = 0
    denunciations: int = 0
    models: Sequence[str] = ()


def hours_read(since: datetime, until: datetime, measured: int) -> float | None:
    """Hours of a span, to compare counts by; None where it was read in part only.

    Args:
        measured: hours with a figure of coverage; none at all: of imported files, of which nothing tells.
    """
    hours = (until - since) / timedelta(hours=1)
    return None if hours <= 0 or 0 < measured < LOW_COVERAGE * hours else hours


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorValue:
    """What came out for one indicator.

    Attributes:
        code, version: which definition it was reckoned by.
        name: in Vietnamese, as reports print it.
        unit: what `value` is counted in; shares and indexes are 0 to 1.
        value: None where it cannot be told; `missing` says why.
        low, high: 95 % interval, of shares of a sample only.
        numerator, denominator: what it is reckoned from; None where it is no quotient.
        missing: why there is no value, in Vietnamese; empty where there is one.
        detail: what else there is to say of it, in Vietnamese; may be empty.
        so_far: of a period that still runs, and by its length: no trend is told of it.
        hours: that a count is of, of what varies by chance as publications do; None: no trend is told by it.
    """

    code: str
    version: int
    name: str
    unit: Unit
    value: float | None
    low: float | None
    high: float | None
    numerator: float | None
    denominator: float | None
    missing: str
    detail: str
    so_far: bool = False
    hours: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorPeriod:
    """All indicators of one period.

    Attributes:
        label: the period in words, in Vietnamese.
        since, until: begin, and end (exclusive) or the moment of looking.
        provinces: codes it is limited to; empty: the whole country.
        values: one for every indicator that holds for the period.
    """

    label: str
    since: datetime
    until: datetime
    provinces: tuple[str, ...]
    values: Sequence[IndicatorValue]
