"""What the shipped model gets right on labelled texts: figures with the number of items behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from classifiers.labels import FEEDBACKS, OWN_CONDUCT, TONES, Judgement, Limb

Row = Mapping[str, Any]
Pair = tuple[Row, Judgement]
BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
LIMBS = frozenset(x.value for x in Limb)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value, between 0 and 1, and the items (or labels) it was measured on."""

    value: float
    count: int


def f1(true: int, false: int, missed: int) -> float:
    """Harmonic mean of precision and recall; 0 where nothing was found."""
    return 2 * true / (2 * true + false + missed) if true else 0.0


def macro_f1(pairs: Sequence[tuple[str, str | None]], classes: Sequence[str]) -> Figure:
    """Mean F1 of the classes that occur."""
    scores = []
    for c in classes:
        if any(gold == c for gold, _ in pairs):
            true = sum(gold == c == answer for gold, answer in pairs)
            scores.append(
                f1(
                    true,
                    sum(answer == c != gold for gold, answer in pairs),
                    sum(gold == c != answer for gold, answer in pairs),
                )
            )
    return Figure(sum(scores) / len(scores) if scores else 0.0, len(pairs))


def micro_f1(pairs: Iterable[tuple[frozenset[str], frozenset[str]]]) -> Figure:
    """F1 over all labels of all items."""
    true = false = missed = 0
    for gold, answer in pairs:
        true, false, missed = true + len(gold & answer), false + len(answer - gold), missed + len(gold - answer)
    return Figure(f1(true, false, missed), true + missed)


def _share(hits: Sequence[bool]) -> Figure:
    return Figure(sum(hits) / len(hits) if hits else 0.0, len(hits))


def _limbs(judged: Judgement) -> frozenset[str]:
    return frozenset(act.limb.value for act in judged.article11)


def measure(pairs: Sequence[Pair]) -> dict[str, Figure]:
    """All figures of one set of labelled texts with their judgements."""
    relevant = [(row, j) for row, j in pairs if row["relevant"]]
    named = [(bool(row["relevant"]), j.relevant.label) for row, j in pairs]
    own = {x.value for x in OWN_CONDUCT}
    silent = [j for row, j in pairs if not row.get("article11")]
    acts = [(limb, limb in _limbs(j)) for row, j in pairs for limb in row.get("article11") or ()]
    return {
        "relevance_f1": Figure(
            f1(named.count((True, True)), named.count((False, True)), named.count((True, False))), len(named)
        ),
        "tone_macro": macro_f1([(r["tone"], j.tone.label if j.tone else None) for r, j in relevant], TONES),
        "feedback_macro": macro_f1(
            [(r["feedback"], j.feedback.label if j.feedback else None) for r, j in relevant], FEEDBACKS
        ),
        "topics_micro": micro_f1((frozenset(r["topics"]), frozenset(t.id for t in j.topics)) for r, j in relevant),
        "audience_micro": micro_f1((frozenset(r.get("audience") or ()), frozenset(j.audiences)) for r, j in relevant),
        "protected_recall": _share([j.protected.label for r, j in relevant if r.get("protected")]),
        "flagged_without_act": _share([bool(_limbs(j) - own) for j in silent]),
        "acts_recall_four_limbs": _share([found for limb, found in acts if limb in LIMBS]),
        "acts_recall_all_limbs": _share([found for _, found in acts]),
    }


def by_group(pairs: Sequence[Pair], field: str) -> dict[str, dict[str, Figure]]:
    """The same figures for every value of a field (kind, register)."""
    values = sorted({str(row[field]) for row, _ in pairs if row.get(field)})
    return {value: measure([p for p in pairs if p[0].get(field) == value]) for value in values}


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions whose probability lay in [low, high): how probable they were said to be, and how often it held."""

    low: float
    high: float
    said: float
    held: float
    count: int


def reliability(pairs: Sequence[Pair], score: Callable[[Judgement], float], truth: Callable[[Row], bool]) -> list[Bin]:
    """The reliability curve of a yes-or-no probability."""
    points = [(score(judged), truth(row)) for row, judged in pairs]
    bins = []
    for low, high in pairwise(BINS):
        inside = [(s, t) for s, t in points if low <= s < high or (high == BINS[-1] and s == high)]
        if inside:
            said, held = (sum(column) / len(inside) for column in zip(*inside, strict=True))
            bins.append(Bin(low, high, said, held, len(inside)))
    return bins
