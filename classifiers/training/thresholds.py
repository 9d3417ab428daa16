"""Where a label begins: from answers on items the models had not seen, and a few numbers settled on real texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import f1_score, fbeta_score

from classifiers.datasets.corpus import Item
from classifiers.labels import AUDIENCES, FEEDBACKS, OWN_CONDUCT, TONES, TOPICS, Limb
from classifiers.models.linear import Matrix, sigmoid
from classifiers.models.model import Thresholds

Answers = np.ndarray[Any, Any]
# share of items without any act that may be flagged, a limb: fraud, and conduct told of by the person affected
FRAUD_ALARMS, CONDUCT_ALARMS = 0.002, 0.01
LEAST_ACT = 0.4
# Margins and biases settled on real texts (the open half of the judged sets, see docs/model-card.md): the corpus holds
# more relevant comments, more topics a text and more neutral posts (tales of scams) than the stream does.
# What names social insurance is about it in the stream as often as in the corpus; of what says «bảo hiểm», or less, it
# is seldom so.
RELEVANT_ARTICLE, RELEVANT_NAMED, RELEVANT_INSURANCE, RELEVANT_UNNAMED = 0.2, 0.1, 0.75, 1.7
# Harsh comments say «bảo hiểm» or less; those who complain of it mean the State's more often than a company's.
RELEVANT_INSURANCE_COMPLAINT, RELEVANT_UNNAMED_COMPLAINT = -0.1, 1.1
# Of news, one text in two hundred is about social insurance, and that one names it.
RELEVANT_ARTICLE_UNNAMED = 1.5
# what a stance is put ahead of neutral by: the press blames and praises in measured words; people blame without bitter
# words more often than the corpus has it
TONE_ARTICLE = {"negative": 0.3, "positive": 0.3}
TONE_OTHER = {"negative": 0.8, "positive": 0.2}
FEEDBACK_OTHER = {"complaint": 0.8}
# Topics: people are for or against the law, and speak of the lump sum, of abuse and of service, more often than the
# corpus has it; the press writes of rules that a benefit follows without the law being its subject.
TOPIC = 0.55
TOPICS_ANY = {"contribution": 0.45, "fraud": 0.35, "lump_sum": 0.4, "service_attitude": 0.4}
TOPICS_ARTICLE = {**TOPICS_ANY, "law_reform": 0.75}
TOPICS_OTHER = {**TOPICS_ANY, "law_reform": 0.3}
TOPIC_ALONE = 0.2  # hardly any text about social insurance has no topic


def _best(scores: Matrix, answers: Answers, beta: float = 1.0) -> float:
    """The probability with the best F-beta; beta > 1 weighs misses more than false alarms."""
    grid = np.round(np.arange(0.1, 0.81, 0.02), 2)
    return float(
        max(grid, key=lambda t: (fbeta_score(answers, scores >= t, beta=beta, zero_division=0), -abs(t - 0.5)))
    )


def _common(scores: Matrix, answers: Answers) -> float:
    """One threshold for all labels of a kind, best micro-F1: labels are too rare to settle one each."""
    grid = np.round(np.arange(0.15, 0.71, 0.01), 2)
    return float(max(grid, key=lambda t: f1_score(answers, scores >= t, average="micro", zero_division=0)))


def _strict(scores: Matrix, without: Answers, share: float) -> float:
    """The lowest threshold that flags at most `share` of the items without an act."""
    return float(max(LEAST_ACT, np.quantile(scores[without], 1 - share) if without.any() else 0.5))


def _limbs(items: Sequence[Item], held_out: Matrix, column: dict[str, int]) -> dict[str, float]:
    fraud = np.array([bool(i.limbs - OWN_CONDUCT) for i in items])
    found = {}
    for limb in Limb:
        own = limb in OWN_CONDUCT
        without = ~np.array([limb in i.limbs for i in items]) if own else ~fraud
        share = CONDUCT_ALARMS if own else FRAUD_ALARMS
        found[limb.value] = _strict(held_out[:, column[f"limb={limb.value}"]], without, share)
    return found


def choose(items: Sequence[Item], names: Sequence[str], held_out: Matrix, relevance: tuple[float, float]) -> Thresholds:
    """Thresholds from held-out probabilities (items x heads); `relevance`: slope and offset of that head's sigmoid."""
    column = {name: i for i, name in enumerate(names)}
    relevant = np.array([i.relevant for i in items])
    slope, offset = relevance

    def several(label: str, classes: Sequence[str], field: str) -> dict[str, float]:
        answers = np.array([[c in getattr(i, field) for c in classes] for i in items])
        scores = held_out[:, [column[f"{label}={c}"] for c in classes]]
        return dict.fromkeys(classes, _common(scores[relevant], answers[relevant]))

    def relevance_at(margin: float) -> float:
        return float(sigmoid(np.array(slope * margin + offset)))

    return Thresholds(
        relevant=relevance_at(RELEVANT_NAMED),
        relevant_article=relevance_at(RELEVANT_ARTICLE),
        relevant_article_unnamed=relevance_at(RELEVANT_ARTICLE_UNNAMED),
        relevant_insurance=relevance_at(RELEVANT_INSURANCE),
        relevant_unnamed=relevance_at(RELEVANT_UNNAMED),
        relevant_insurance_complaint=relevance_at(RELEVANT_INSURANCE_COMPLAINT),
        relevant_unnamed_complaint=relevance_at(RELEVANT_UNNAMED_COMPLAINT),
        protected=_best(held_out[:, column["protected"]], np.array([i.protected for i in items]), beta=2.0),
        denunciation=_best(held_out[:, column["denunciation"]], np.array([i.denunciation for i in items])),
        topics={t: TOPICS_OTHER.get(t, TOPIC) for t in TOPICS},
        topics_article={t: TOPICS_ARTICLE.get(t, TOPIC) for t in TOPICS},
        topic_alone=TOPIC_ALONE,
        audiences=several("audience", AUDIENCES, "audiences"),
        limbs=_limbs(items, held_out, column),
        tone_article=tuple(TONE_ARTICLE.get(c, 0.0) for c in TONES),
        tone=tuple(TONE_OTHER.get(c, 0.0) for c in TONES),
        feedback=tuple(FEEDBACK_OTHER.get(c, 0.0) for c in FEEDBACKS),
    )
