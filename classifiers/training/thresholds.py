"""Thresholds and class weights from answers on items the models had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from sklearn.metrics import f1_score

from classifiers.datasets.corpus import Item
from classifiers.labels import AUDIENCES, AXES, FEEDBACKS, TONES, TOPICS, Kind, Limb
from classifiers.models.linear import Matrix, normalise
from classifiers.models.model import Thresholds

Answers = np.ndarray[Any, Any]
GRID = (0.5, 0.7, 1.0, 1.4, 2.0)
FALSE_ALARMS = 0.003  # share of items without the act that may be flagged, a limb


def _best_f1(scores: Matrix, answers: Answers) -> float:
    grid = np.round(np.arange(0.1, 0.81, 0.02), 2)
    return float(max(grid, key=lambda t: (f1_score(answers, scores >= t, zero_division=0), -abs(t - 0.5))))


def _common(scores: Matrix, answers: Answers) -> float:
    """One threshold for all labels of a kind, best micro-F1: labels are too rare to settle one each."""
    grid = np.round(np.arange(0.15, 0.71, 0.01), 2)
    return float(max(grid, key=lambda t: f1_score(answers, scores >= t, average="micro", zero_division=0)))


def _strict(scores: Matrix, answers: Answers) -> float:
    """The lowest threshold that flags at most FALSE_ALARMS of the items without the act."""
    return float(max(0.3, np.quantile(scores[~answers], 1 - FALSE_ALARMS) if (~answers).any() else 0.5))


def _weights(scores: Matrix, answers: Answers, classes: Sequence[str]) -> tuple[float, ...]:
    """Weights of classes with the best macro-F1, nearest to 1 where equal."""
    if len(answers) < 20:
        return (1.0,) * len(classes)
    gold = np.array([classes.index(a) for a in answers])

    def value(weights: tuple[float, ...]) -> tuple[float, float]:
        shares = normalise(scores, weights)
        macro = f1_score(gold, shares.argmax(axis=1), average="macro", zero_division=0)
        return round(float(macro), 4), -sum(abs(np.log(w)) for w in weights)

    candidates = [w for w in product(GRID, repeat=len(classes)) if w[-1] == 1.0]
    return max(candidates, key=value)


def choose(items: Sequence[Item], names: Sequence[str], held_out: Matrix) -> Thresholds:
    """Thresholds from held-out probabilities (items x heads)."""
    column = {name: i for i, name in enumerate(names)}
    relevant = np.array([i.relevant for i in items])
    article = np.array([i.text.kind is Kind.ARTICLE for i in items])

    def of(label: str, classes: Sequence[str]) -> Matrix:
        return np.asarray(held_out[:, [column[f"{label}={c}"] for c in classes]])

    def weights(label: str, classes: Sequence[str], which: Answers) -> tuple[float, ...]:
        picked = relevant & which
        answers = np.array([getattr(i, label) for i in items])[picked]
        return _weights(of(label, classes)[picked], answers, classes)

    def several(label: str, classes: Sequence[str], field: str) -> dict[str, float]:
        answers = np.array([[c in getattr(i, field) for c in classes] for i in items])
        common = _common(of(label, classes)[relevant], answers[relevant])
        return dict.fromkeys(classes, common)

    def single(name: str) -> Matrix:
        return np.asarray(held_out[:, column[name]])

    return Thresholds(
        relevant=_best_f1(single("relevant"), relevant),
        protected=_best_f1(single("protected"), np.array([i.protected for i in items])),
        denunciation=_best_f1(single("denunciation"), np.array([i.denunciation for i in items])),
        topics=several("topic", TOPICS, "topics"),
        audiences=several("audience", AUDIENCES, "audiences"),
        limbs={x.value: _strict(single(f"limb={x.value}"), np.array([x in i.limbs for i in items])) for x in Limb},
        tone=weights("tone", TONES, ~article),
        tone_article=weights("tone", TONES, article),
        feedback=weights("feedback", FEEDBACKS, ~article),
        feedback_article=weights("feedback", FEEDBACKS, article),
        axis=weights("axis", AXES, np.ones(len(items), dtype=bool)),
    )
