"""Limbs of Article 11 a text may show: use against mention, and the sentences that show it."""

from __future__ import annotations

import numpy as np

from classifiers.features.analysis import Analysis, analyse
from classifiers.features.sentences import sentence_spans
from classifiers.labels import OWN_CONDUCT, Act, Limb, Text
from classifiers.models.linear import Matrix
from classifiers.models.model import Model

MOST_SENTENCES = 2


def allowed(limb: Limb, *, protected: bool) -> bool:
    """Protected speech can show the conduct of others toward its author, and no act of the author."""
    return limb in OWN_CONDUCT or not protected


def plausible(limb: Limb, cues: dict[str, int]) -> bool:
    """Whether the text asks for or offers something: a scam has to, a report of one does not.

    Rule of the domain: an order, a link, telephone or secret, and no frame of a report (warning, arrest, victim).
    """
    if limb in OWN_CONDUCT:
        return True
    framed = cues.get("report", 0) >= 2
    return not framed


def acts(model: Model, text: Text, analysis: Analysis, probabilities: Matrix, *, protected: bool) -> tuple[Act, ...]:
    """Acts whose probability reaches the limb's threshold, with the sentences that weigh most for each."""
    found: list[Act] = []
    for limb in Limb:
        score = float(probabilities[model.heads.column[f"limb={limb.value}"]])
        if (
            allowed(limb, protected=protected)
            and score >= model.thresholds.limbs[limb.value]
            and plausible(limb, analysis.cues)
        ):
            found.append(Act(limb, score, _evidence(model, text, limb)))
    return tuple(found)


def _evidence(model: Model, text: Text, limb: Limb) -> tuple[tuple[int, int], ...]:
    spans = sentence_spans(text.text)
    if not spans:
        return ()
    parts = [analyse("", text.text[start:end], text.kind.value) for start, end in spans]
    weights = model.heads.margins(model.vectoriser.transform(parts), [f"limb={limb.value}"])[:, 0]
    order = np.argsort(-weights, kind="stable")[:MOST_SENTENCES]
    picked = [int(order[0])] + [int(i) for i in order[1:] if weights[i] > 0]
    return tuple(spans[i] for i in sorted(picked))
