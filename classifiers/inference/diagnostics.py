"""How sure the model was of each answer, and how much of the text it knew.

The distance from the border picks what people should look at first (margin sampling: Scheffer, Decomain and Wrobel
2001, Active Hidden Markov Models for Information Extraction; Settles 2009, Active Learning Literature Survey, 3.1).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from classifiers.features.analysis import Analysis
from classifiers.labels import AXES, FEEDBACKS, TONES, TOPICS, Diagnostics, Judgement
from classifiers.models.linear import ARTICLES, Matrix, of_kind
from classifiers.models.model import Model

FIRST = ("relevant", "protected")  # asked of every text; the rest is asked of relevant ones
LEAST = 1e-6


def _log_odds(probability: float) -> float:
    p = min(1.0 - LEAST, max(LEAST, probability))
    return math.log(p / (1.0 - p))


def _distance(probability: float, border: float) -> float:
    return abs(_log_odds(probability) - _log_odds(border))


def _choices(model: Model, margins: Matrix, judged: Judgement, *, article: bool) -> Iterator[tuple[str, float]]:
    """How far the class that was picked is ahead of the next one; not at all where it gave way to a pair."""
    limits = model.thresholds
    none: Sequence[float] = ()
    for label, classes, bias, choice in (
        ("tone", TONES, limits.tone_article if article else limits.tone, judged.tone),
        ("feedback", FEEDBACKS, none if article else limits.feedback, judged.feedback),
        ("axis", AXES, none, judged.axis),
    ):
        if choice is None:
            continue
        columns = model.heads.columns(label, classes, article=article)
        moved = margins[columns] + np.asarray(bias or (0.0,) * len(classes))
        picked = classes.index(choice.label)
        rival = next(int(i) for i in np.argsort(-moved, kind="stable") if i != picked)
        slope = (model.heads.slope[columns[picked]] + model.heads.slope[columns[rival]]) / 2
        yield label, max(0.0, float(abs(slope) * (moved[picked] - moved[rival])))


def diagnose(
    model: Model,
    analysis: Analysis,
    margins: Matrix,
    probabilities: Matrix,
    judged: Judgement,
    *,
    border: float,
    article: bool,
    forced: bool,
) -> Diagnostics:
    """Distances, scores and words of one text.

    Args:
        border: probability from which the text counts as relevant.
        forced: protected because of its section, whatever the model says.
    """
    column, limits = model.heads.column, model.thresholds
    found = {"relevant": _distance(float(probabilities[column["relevant"]]), border)}
    if not forced:
        found["protected"] = _distance(float(probabilities[column["protected"]]), limits.protected)
    relevant = judged.relevant.label
    if relevant:
        found |= _choices(model, margins, judged, article=article)
        borders = limits.topics_article if article else limits.topics
        found["topics"] = min(_distance(float(probabilities[column[f"topic={t}"]]), borders[t]) for t in TOPICS)
    heads = [h for h in model.heads.names if not h.startswith(ARTICLES)] if relevant else FIRST
    words = analysis.title + analysis.body
    known = model.vectoriser.counter.lookup
    return Diagnostics(
        margins=found,
        scores={h: float(probabilities[column[of_kind(h, article=article)]]) for h in heads},
        words=len(words),
        unknown=sum(known(f"w{w}") is None for w in words),
    )
