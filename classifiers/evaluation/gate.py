"""Whether a candidate may take the place of the model in service: figure by figure, each with its tolerance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from classifiers.evaluation.floors import LOWER_IS_BETTER

TOLERANCES = Path(__file__).parent / "tolerances.yaml"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure of both models.

    Attributes:
        loss: by how much the candidate falls behind; negative where it gains.
    """

    metric: str
    before: float
    after: float
    tolerance: float
    loss: float

    @property
    def worse(self) -> bool:
        """The candidate falls behind by more than is tolerated."""
        return self.loss > self.tolerance + 1e-9


@cache
def tolerances() -> Mapping[str, float]:
    """Tolerated loss by figure; figures that are not here are not compared."""
    loaded: dict[str, Any] = yaml.safe_load(TOLERANCES.read_text(encoding="utf-8"))
    return {metric: float(row["tolerance"]) for metric, row in loaded.items()}


def compare(before: Mapping[str, float], after: Mapping[str, float]) -> list[Comparison]:
    """Every figure that has a tolerance; one that a model lacks counts as 0, or as 1 where lower is better."""
    found = []
    for metric, tolerance in tolerances().items():
        lower = metric in LOWER_IS_BETTER
        absent = 1.0 if lower else 0.0
        old, new = before.get(metric, absent), after.get(metric, absent)
        loss = new - old if lower else old - new
        found.append(Comparison(metric, old, new, tolerance, loss))
    return found
