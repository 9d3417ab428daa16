"""Pinned floors: a model below one is not shipped. Lowering one needs a reason in `floors.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from classifiers.evaluation.measure import Figure

FLOORS = Path(__file__).parent / "floors.yaml"
LOWER_IS_BETTER = frozenset({"flagged_without_act"})


def floors_of(name: str, path: Path = FLOORS) -> Mapping[str, float]:
    """Floors of a set by the stem of its file name; empty for a set nobody pinned."""
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {metric: float(row["floor"]) for metric, row in loaded["sets"].get(name, {}).items()}


def broken(figures: Mapping[str, Figure], floors: Mapping[str, float]) -> list[str]:
    """One sentence a floor that is not reached."""
    found = []
    for metric, floor in floors.items():
        value = figures[metric].value
        short = value > floor if metric in LOWER_IS_BETTER else value < floor
        if short:
            found.append(f"{metric}: {value:.3f}, pinned at {floor:.3f} ({figures[metric].count} items)")
    return found
