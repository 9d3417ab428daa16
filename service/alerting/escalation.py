"""Escalation: after how long without acknowledgement whom to tell next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml

from service.domain.warning import Alert, AlertState, EscalationStep, Level

GROUPS = ("desk", "lead", "administrators")
_AFTER = re.compile(r"(\d{1,4})([mh])")


def parse(text: str) -> dict[Level, tuple[EscalationStep, ...]]:
    """Steps by level; ValueError that names level and step and says what was expected."""
    loaded = yaml.safe_load(text)
    levels = loaded.get("levels") if isinstance(loaded, dict) else None
    if not isinstance(levels, dict):
        raise ValueError("expected a mapping 'levels'")
    found: dict[Level, tuple[EscalationStep, ...]] = {}
    for number, steps in levels.items():
        if number not in (1, 2, 3, 4) or not isinstance(steps, list):
            raise ValueError(f"levels.{number}: expected a level from 1 to 4 with a list of steps")
        parsed = tuple(_step(f"levels.{number}[{i}]", fields) for i, fields in enumerate(steps))
        if any(a.after >= b.after for a, b in pairwise(parsed)):
            raise ValueError(f"levels.{number}: expected steps in order of time")
        found[Level(number)] = parsed
    for low, high in pairwise(sorted(found)):
        if found[low] and found[high] and high >= Level.RISK and found[high][0].after > found[low][0].after:
            raise ValueError(f"levels.{high:d}: expected a first step no later than that of level {low:d}")
    return found


def _step(key: str, fields: Any) -> EscalationStep:
    if not isinstance(fields, dict) or set(fields) != {"after", "tell"}:
        raise ValueError(f"{key}: expected after and tell")
    match = _AFTER.fullmatch(str(fields["after"]))
    if match is None or int(match[1]) == 0:
        raise ValueError(f"{key}.after: expected a duration such as 15m or 2h, found {fields['after']!r}")
    tell = fields["tell"]
    if not isinstance(tell, list) or not tell or any(name not in GROUPS for name in tell):
        raise ValueError(f"{key}.tell: expected some of {', '.join(GROUPS)}, found {tell!r}")
    unit = "minutes" if match[2] == "m" else "hours"
    return EscalationStep(after=timedelta(**{unit: int(match[1])}), tell=tuple(tell))


@lru_cache(maxsize=1)
def shipped() -> Mapping[Level, tuple[EscalationStep, ...]]:
    """The policy that comes with the package."""
    return parse((files(__package__) / "escalation.yaml").read_text(encoding="utf-8"))


def overdue(alert: Alert, now: datetime) -> tuple[EscalationStep, ...]:
    """Steps that are due and were not taken: none once somebody has acknowledged the alert."""
    handling = alert.handling
    if alert.state is not AlertState.OPEN or handling.fired_at is None:
        return ()
    waited = now - handling.fired_at
    return tuple(step for step in handling.steps[handling.escalated :] if step.after <= waited)
