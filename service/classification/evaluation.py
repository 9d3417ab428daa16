"""`radar evaluate`: the shipped model against labelled files, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classifiers.evaluation.floors import broken, floors_of
from classifiers.evaluation.measure import Figure, Pair, by_group, measure, reliability
from classifiers.inference.judge import judge
from classifiers.labels import FEEDBACKS, TONES, TOPICS
from classifiers.models.model import SHIPPED
from service.classification.direct import model_in
from service.classification.rows import to_text

SHORT = ("relevance_f1", "tone_macro", "feedback_macro", "topics_micro")
NEEDED = {"relevant": bool, "topics": list, "article11": list}
LABELS = {
    "relevant",
    "tone",
    "feedback",
    "axis",
    "topics",
    "audience",
    "place",
    "protected",
    "denunciation",
    "article11",
}
KNOWN = {"tone": TONES, "feedback": FEEDBACKS, "topics": TOPICS}


class LabelError(ValueError):
    """A labelled row that lacks a label; the message says which field and what was expected."""


@dataclass(frozen=True)
class Report:
    """Lines to print, and floors that are broken."""

    lines: list[str]
    broken: list[str] = field(default_factory=list)


def check_labels(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row with defaults filled in; LabelError names the field that is wrong, or says that none is a label."""
    if not LABELS & row.keys():
        raise LabelError(f"no label: expected at least one of {', '.join(sorted(LABELS))}")
    filled = {"relevant": True, "topics": [], "article11": [], "protected": False, **row}
    for name, kind in NEEDED.items():
        if not isinstance(filled[name], kind):
            raise LabelError(f"field '{name}': expected {kind.__name__}, found {type(filled[name]).__name__}")
    for name, known in KNOWN.items():
        found = filled.get(name) or ()
        for value in (found,) if isinstance(found, str) else found:
            if value not in known:
                raise LabelError(f"field '{name}': expected values of docs/labels.md, found {value!r:.80}")
    if filled["relevant"]:
        filled["tone"], filled["feedback"] = filled.get("tone") or "neutral", filled.get("feedback") or "none"
    return filled


def _shown(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.count})" if figure.count else "–"


def _table(title: str, groups: Mapping[str, Mapping[str, Figure]]) -> Iterator[str]:
    for value, figures in groups.items():
        cells = "  ".join(f"{m} {_shown(figures[m])}" for m in SHORT)
        yield f"  {title} {value:<16} {cells}"


def _curves(pairs: Sequence[Pair]) -> Iterator[str]:
    for name, bins in (
        ("relevant", reliability(pairs, lambda j: j.relevant.score, lambda r: bool(r["relevant"]))),
        ("protected", reliability(pairs, lambda j: j.protected.score, lambda r: bool(r["protected"]))),
    ):
        cells = "  ".join(f"{b.low:.1f}-{b.high:.1f}: said {b.said:.2f} held {b.held:.2f} ({b.count})" for b in bins)
        yield f"  reliability {name:<10} {cells}"


def evaluate(name: str, rows: Iterable[Mapping[str, Any]], *, folder: Path | None = None) -> Report:
    """Figures of one labelled set, pinned floors applied where the set has any; `folder` as in `judge_rows`."""
    labelled = list(rows)
    judged = judge(model_in(folder or SHIPPED), [to_text(row) for row in labelled])
    pairs: list[Pair] = list(zip(labelled, judged, strict=True))
    figures = measure(pairs)
    floors = floors_of(name)
    lines = [f"{name}: {len(pairs)} items"]
    for metric, figure in figures.items():
        floor = f"  floor {floors[metric]:.3f}" if metric in floors else ""
        lines.append(f"  {metric:<24} {_shown(figure)}{floor}")
    lines += [*_table("kind", by_group(pairs, "kind")), *_table("register", by_group(pairs, "register"))]
    lines += _curves(pairs)
    return Report(lines, broken(figures, floors))
