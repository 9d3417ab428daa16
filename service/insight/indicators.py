"""The indicator set: reads indicators.yaml, chooses the versions of a period, reckons them, says values in words."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml

from service.domain.indicators import Better, Definition, IndicatorPeriod, IndicatorValue, PeriodFacts, Unit
from service.domain.intervals import Trend, count_trend, part_of_time, trend
from service.domain.wording import TOO_FEW, number
from service.insight.formulas import FORMULAS, Reckoned
from service.insight.periods import Period

NATIONAL_ONLY = "chỉ tính cho cả nước"
UNITS = {Unit.RATIO: "lần", Unit.MINUTES: "phút", Unit.HOURS: "giờ"}


def parse(text: str) -> tuple[dict[str, str], tuple[Definition, ...]]:
    """Names of groups, and every version of every indicator in the order of the file.

    Raises:
        ValueError: names the entry and what was expected.
    """
    content: dict[str, Any] = yaml.safe_load(text)
    groups: dict[str, str] = content["groups"]
    found = tuple(_definition(n, entry, groups) for n, entry in enumerate(content["indicators"], 1))
    for one, other in pairwise(found):
        if one.code == other.code and not (
            one.version + 1 == other.version and one.valid_to is not None and one.valid_to < other.valid_from
        ):
            raise ValueError(
                f"{other.code}: expected version {one.version + 1}, valid after version {one.version} ends"
            )
    if len({d.code for d in found}) != 1 + sum(a.code != b.code for a, b in pairwise(found)):
        raise ValueError("expected all versions of an indicator one after the other")
    return groups, found


def _definition(n: int, entry: dict[str, Any], groups: dict[str, str]) -> Definition:
    where = f"indicator {n} ({entry.get('code', 'without code')})"
    if unknown := set(entry) - {f.name for f in fields(Definition)}:
        raise ValueError(f"{where}: unknown field {min(unknown)!r}")
    if entry.get("measure") not in FORMULAS:
        raise ValueError(f"{where}: expected measure to be one of {', '.join(FORMULAS)}")
    if entry.get("group") not in groups:
        raise ValueError(f"{where}: expected group to be one of {', '.join(groups)}")
    try:
        values = {"parameters": {}} | entry | {"unit": Unit(entry["unit"]), "better": Better(entry["better"])}
        return Definition(**values)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}") from None


@lru_cache(maxsize=1)
def shipped() -> tuple[dict[str, str], tuple[Definition, ...]]:
    """The set that comes with the package."""
    return parse((files(__package__) / "indicators.yaml").read_text(encoding="utf-8"))


def valid_on(day: date) -> list[Definition]:
    """The version of each indicator that holds on a day."""
    return [d for d in shipped()[1] if d.valid_from <= day and (d.valid_to is None or day <= d.valid_to)]


def evaluate(facts: PeriodFacts, period: Period) -> IndicatorPeriod:
    """Every indicator that is valid on the period's last day."""
    return IndicatorPeriod(
        label=period.label,
        since=facts.since,
        until=facts.until,
        provinces=facts.provinces,
        values=[_value(d, facts, running=facts.as_of < period.until) for d in valid_on(period.last)],
    )


def _value(definition: Definition, facts: PeriodFacts, *, running: bool) -> IndicatorValue:
    if definition.national and facts.provinces:
        found = Reckoned(missing=NATIONAL_ONLY)
    else:
        found = FORMULAS[definition.measure](facts, definition.parameters)
    return IndicatorValue(
        code=definition.code,
        version=definition.version,
        name=definition.name,
        unit=definition.unit,
        so_far=running and definition.by_length,
        **{f.name: getattr(found, f.name) for f in fields(Reckoned)},
    )


def change(now: IndicatorValue, before: IndicatorValue | None) -> Trend:
    """Up or down of shares only where two intervals do not meet, of counts of publications only beyond chance; anything
    else has no direction here.

    What depends on how long a period is has none either while one of the two still runs.
    """
    if before is None or before.version != now.version or now.so_far or before.so_far:
        return Trend.UNCLEAR
    if now.hours and now.value is not None and before.value is not None:
        part = part_of_time(now.hours, before.hours)
        return count_trend(int(now.value), int(before.value), part=part)
    return trend((now.low, now.high), (before.low, before.high))


def said(value: IndicatorValue) -> str:
    """«12,5%», «1.234», «35 phút»; «không đủ dữ liệu» where there is none."""
    return TOO_FEW if value.value is None else with_unit(value.value, value.unit)


def interval(value: IndicatorValue) -> str:
    """«8,1% đến 17,0%»; empty where there is none."""
    if value.low is None or value.high is None:
        return ""
    return f"{with_unit(value.low, value.unit)} đến {with_unit(value.high, value.unit)}"


def based_on(value: IndicatorValue) -> str:
    """«12 trên 96», «96 lượt»; empty where nothing was counted."""
    if value.denominator is None:
        return ""
    if not value.denominator:
        return "không có trường hợp nào"
    if value.numerator is None:
        return f"{number(value.denominator)} lượt"
    return f"{number(value.numerator)} trên {number(value.denominator)}"


def with_unit(value: float, unit: Unit) -> str:
    if unit is Unit.SHARE:
        return f"{number(100 * value)}%"
    return f"{number(value, 2 if unit in (Unit.RATIO, Unit.INDEX) else 1)} {UNITS.get(unit, '')}".strip()
