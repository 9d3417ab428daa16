"""Texts everyone would judge alike: every model has to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from classifiers.evaluation.measure import Figure
from classifiers.labels import Judgement, Kind, Text

PINNED = Path(__file__).parent / "pinned.jsonl"


def _rows() -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in PINNED.read_text(encoding="utf-8").splitlines()]


def pinned_texts() -> list[Text]:
    """The texts, in order."""
    return [Text(id=str(i), text=r["text"], kind=Kind(r["kind"])) for i, r in enumerate(_rows())]


def wrong_on_pinned(judged: Sequence[Judgement]) -> list[str]:
    """Pinned texts that were judged otherwise than expected; `judged` in their order."""
    return [r["text"] for r, j in zip(_rows(), judged, strict=True) if any(r[k] != v for k, v in _labels(j).items())]


def pinned_kept(judged: Sequence[Judgement]) -> Figure:
    """Share of pinned texts that were judged as expected."""
    return Figure(1 - len(wrong_on_pinned(judged)) / len(judged), len(judged))


def _labels(judged: Judgement) -> dict[str, Any]:
    """The labels of a judgement, in the form of the pinned rows."""
    found = judged.to_json()
    said = {k: (found[k] or {}).get("label") for k in ("relevant", "tone", "feedback", "protected")}
    said["limbs"] = sorted(a["limb"] for a in found["article11"])
    said["topics"] = sorted(t["id"] for t in found["topics"])
    return said
