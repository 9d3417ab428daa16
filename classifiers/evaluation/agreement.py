"""How far two readings of the corpus agree, label by label."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sklearn.metrics import cohen_kappa_score

from classifiers.labels import TOPICS, Limb

READINGS = Path(__file__).parents[1] / "datasets" / "readings"
Reading = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of one label.

    Attributes:
        kappa: agreement beyond chance (Cohen 1960); between two readings by one author it is self-consistency.
        share: of items with the same answer.
        items: that both readings answer.
    """

    label: str
    kappa: float
    share: float
    items: int


def read(path: Path) -> dict[str, Reading]:
    """Labels by item id, as one reader gave them."""
    with path.open(encoding="utf-8") as lines:
        return {row["id"]: row for row in map(json.loads, lines)}


def agreements(first: Mapping[str, Reading], second: Mapping[str, Reading]) -> Iterator[Agreement]:
    """Agreement on every label over the items of both readings.

    Tone, feedback, axis and topics are compared where both call an item relevant; topics and limbs one by one.
    """
    shared = [(first[key], second[key]) for key in sorted(first.keys() & second.keys())]
    relevant = [pair for pair in shared if all(r["relevant"] for r in pair)]
    for label in ("relevant", "protected", "denunciation"):
        yield _agreement(label, shared, lambda r, label=label: r[label])  # type: ignore[misc]
    for label in ("tone", "feedback", "axis"):
        yield _agreement(label, relevant, lambda r, label=label: r[label])  # type: ignore[misc]
    for topic in TOPICS:
        yield _agreement(f"topic={topic}", relevant, lambda r, topic=topic: topic in r["topics"])  # type: ignore[misc]
    for limb in Limb:
        yield _agreement(f"limb={limb}", shared, lambda r, limb=limb: limb in r["article11"])  # type: ignore[misc]


def _agreement(label: str, pairs: list[tuple[Reading, Reading]], answer: Callable[[Reading], object]) -> Agreement:
    ours, theirs = [str(answer(a)) for a, _ in pairs], [str(answer(b)) for _, b in pairs]
    same = sum(a == b for a, b in zip(ours, theirs, strict=True))
    return Agreement(label, float(cohen_kappa_score(ours, theirs)), same / len(pairs), len(pairs))
