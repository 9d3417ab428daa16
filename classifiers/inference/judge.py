"""From texts to judgements: relevance first, the PROTECTED gate before any act, then everything else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from classifiers.features.analysis import Analysis, analyse
from classifiers.features.anchors import may_concern
from classifiers.inference.acts import acts
from classifiers.inference.places import provinces
from classifiers.labels import (
    AUDIENCES,
    AXES,
    FEEDBACKS,
    TONES,
    TOPICS,
    Choice,
    Flag,
    Judgement,
    Kind,
    Province,
    Text,
    TopicScore,
)
from classifiers.models.linear import Matrix, normalise
from classifiers.models.model import Model

BATCH = 256
PASSED_BY = 0.002  # probability of relevance of a text that names nothing of social insurance


def judge(model: Model, texts: Sequence[Text]) -> list[Judgement]:
    """One judgement a text, in the same order; a text's judgement does not depend on the others."""
    judgements: list[Judgement] = []
    for start in range(0, len(texts), BATCH):
        judgements += _judge_batch(model, texts[start : start + BATCH])
    return judgements


def _judge_batch(model: Model, texts: Sequence[Text]) -> list[Judgement]:
    results: list[Judgement | None] = [None] * len(texts)
    looked_at: list[int] = []
    for i, text in enumerate(texts):
        if may_concern(text.title, text.text):
            looked_at.append(i)
        else:
            results[i] = _not_relevant(model, text, PASSED_BY, 1.0 if text.protected_section else 0.0)
    analyses = [analyse(texts[i].title, texts[i].text, texts[i].kind.value) for i in looked_at]
    if analyses:
        probabilities = model.heads.probabilities(model.vectoriser.transform(analyses))
        for row, (i, analysis) in enumerate(zip(looked_at, analyses, strict=True)):
            results[i] = _judge_one(model, texts[i], analysis, probabilities[row])
    return [r for r in results if r is not None]


def _protected(model: Model, text: Text, probability: float) -> Flag:
    """The PROTECTED gate: from the words alone, forced by the section; sentiment is no input."""
    if text.protected_section:
        return Flag(True, 1.0)
    return Flag(probability >= model.thresholds.protected, probability)


def _not_relevant(model: Model, text: Text, relevance: float, protected: float) -> Judgement:
    return Judgement(
        id=text.id,
        relevant=Flag(False, relevance),
        tone=None,
        feedback=None,
        axis=None,
        topics=(),
        audiences=(),
        places=(),
        protected=_protected(model, text, protected),
        denunciation=Flag(False, 0.0),
        article11=(),
        model=model.name,
    )


def _choice(classes: Sequence[str], probabilities: Matrix, weights: Sequence[float]) -> Choice:
    shares = normalise(probabilities[None, :], weights)[0]
    return Choice(classes[int(np.argmax(shares))], dict(zip(classes, map(float, shares), strict=True)))


def _places(text: Text) -> tuple[Province, ...]:
    return provinces(f"{text.title}\n{text.text}", text.date)


def _judge_one(model: Model, text: Text, analysis: Analysis, probabilities: Matrix) -> Judgement:
    limits, column = model.thresholds, model.heads.column

    def of(head: str) -> float:
        return float(probabilities[column[head]])

    def several(label: str, classes: Sequence[str]) -> Matrix:
        return np.asarray(probabilities[[column[f"{label}={c}"] for c in classes]])

    if of("relevant") < limits.relevant:
        return _not_relevant(model, text, of("relevant"), of("protected"))
    protected = _protected(model, text, of("protected"))
    article = text.kind is Kind.ARTICLE
    topics = [TopicScore(t, of(f"topic={t}")) for t in TOPICS if of(f"topic={t}") >= limits.topics[t]]
    return Judgement(
        id=text.id,
        relevant=Flag(True, of("relevant")),
        tone=_choice(TONES, several("tone", TONES), limits.tone_article if article else limits.tone),
        feedback=_choice(
            FEEDBACKS, several("feedback", FEEDBACKS), limits.feedback_article if article else limits.feedback
        ),
        axis=_choice(AXES, several("axis", AXES), limits.axis),
        topics=tuple(sorted(topics, key=lambda t: -t.score)),
        audiences=tuple(a for a in AUDIENCES if of(f"audience={a}") >= limits.audiences[a]),
        places=_places(text),
        protected=protected,
        denunciation=Flag(of("denunciation") >= limits.denunciation, of("denunciation")),
        article11=acts(model, text, analysis, probabilities, protected=protected.label),
        model=model.name,
    )
