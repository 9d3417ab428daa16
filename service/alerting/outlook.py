"""How likely a watch (L1, L2) is to reach L3 within three days: a small logistic model, and how well it was calibrated.

The model was fitted on invented desks (benchmarks/outlook.py), which says of each figure where it comes from; until a
desk has alerts of its own to judge it by, it orders alerts and is no promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from math import exp, log

import yaml

from service.alerting.context import Fact, Kind
from service.alerting.levels import weighted
from service.domain.sources import SourceKind
from service.domain.streams import StreamDocument
from service.domain.times import VIETNAM
from service.domain.warning import Level, Signal

WITHIN = timedelta(hours=72)
REACHES = Level.RISK
TALK = (SourceKind.FORUM, SourceKind.SOCIAL)
KINDS = (Kind.JUMP, Kind.TIER1, Kind.NOVEL, Kind.PROVINCES, Kind.QUESTIONS)
LONGEST_HOURS = 72.0
NIGHT = (22, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Alerts on desks that the model was not fitted on: how many were given about this chance, and what came of them.

    Attributes:
        count: how many were given about this chance.
        expected, reached: mean chance given, and share that reached L3.
    """

    count: int
    expected: float
    reached: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Coefficients on features as they come, and the held-out calibration.

    Attributes:
        intercept, weights: of the logistic model, by name of the feature.
        origin: what it was fitted on and measured on.
        held_out: hours of alerts that the calibration was measured on.
        brier, brier_of_share: mean squared error of the chance on desks held out, and that of giving everyone the
            share.
        reliability: by chance given, lowest first.
    """

    intercept: float
    weights: Mapping[str, float]
    origin: str
    held_out: int
    brier: float
    brier_of_share: float
    reliability: Sequence[Reliability]

    def chance(self, features: Mapping[str, float]) -> float:
        """Probability, 0 to 1."""
        z = self.intercept + sum(weight * features[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, z))))


def parse(text: str) -> Model:
    """The model of a YAML file."""
    values = yaml.safe_load(text)
    return Model(**{**values, "reliability": [Reliability(**r) for r in values["reliability"]]})


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model that comes with the package."""
    return parse((files(__package__) / "outlook.yaml").read_text(encoding="utf-8"))


def features(
    signal: Signal, facts: Iterable[Fact], documents: Sequence[StreamDocument], *, opened_at: datetime, now: datetime
) -> dict[str, float]:
    """What the watch knows of an alert, as numbers.

    Args:
        documents: of the stream in the last days, copies too.
    """
    known = {fact.kind for fact in facts}
    told = [d for d in documents if d.negative and not d.is_copy and d.published_at <= now]

    def between(hours: float, until: float = 0.0) -> int:
        since, end = now - timedelta(hours=hours), now - timedelta(hours=until)
        return sum(since < d.published_at <= end for d in told)

    today = [d for d in told if d.published_at > now - timedelta(hours=24)]
    hour = now.astimezone(VIETNAM).hour
    return {
        "weighted": weighted(signal),
        "harmful": signal.harmful,
        "sure": signal.sure,
        "origins": log(1 + signal.origins),
        "publishers": log(1 + signal.sources),
        "early": signal.early,
        "growth": log((between(6) + 0.5) / (between(12, 6) + 0.5)),
        "branching": log((between(24) + 1) / (between(48, 24) + 1)),
        "talk": sum(SourceKind(d.source_kind) in TALK for d in today) / max(1, len(today)),
        "night": float(hour >= NIGHT[0] or hour < NIGHT[1]),
        "age": log(1 + min(LONGEST_HOURS, max(0.0, (now - opened_at) / timedelta(hours=1)))),
        **{str(kind): float(kind in known) for kind in KINDS},
    }
