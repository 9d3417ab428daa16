"""Judges in this process: for commands, which have nothing else to do meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from classifiers import labels
from classifiers.inference.judge import judge
from classifiers.models.model import SHIPPED, Model, load_model
from classifiers.models.own import load_own
from classifiers.store import StoreError
from service.domain.judgement import Act, Axis, Diagnostics, Feedback, Judgement, Limb, Place, TextToJudge, Tone

LONGEST = 50_000  # characters of a text: 4,000 words decide, and what stands behind them must not hold a worker


@cache
def model_in(folder: Path = SHIPPED) -> Model:
    """The model of a folder, read once a process.

    Raises:
        StoreError: there is none, or it is of another kind or version.
    """
    try:
        return load_model(folder)
    except StoreError:
        if _of_own_labels(folder):
            raise StoreError(f"{folder}: a model of one's own labels; it is for `radar predict`") from None
        raise


def _of_own_labels(folder: Path) -> bool:
    try:
        load_own(folder)
    except StoreError:
        return False
    return True


def to_text(text: TextToJudge) -> labels.Text:
    """The service's text as the library takes it."""
    return labels.Text(
        id=text.id,
        text=text.text[:LONGEST],
        title=text.title,
        kind=labels.Kind(text.kind),
        date=text.date,
        protected_section=text.protected_section,
    )


def to_domain(judged: labels.Judgement) -> Judgement:
    """The library's answer as the service keeps it."""
    tone, feedback, axis, known = judged.tone, judged.feedback, judged.axis, judged.diagnostics
    return Judgement(
        id=judged.id,
        relevant=judged.relevant.label,
        relevance=judged.relevant.score,
        tone=Tone(tone.label) if tone else None,
        tone_score=tone.scores[tone.label] if tone else 0.0,
        feedback=Feedback(feedback.label) if feedback else None,
        axis=Axis(axis.label) if axis else None,
        topics=tuple(t.id for t in judged.topics),
        audiences=judged.audiences,
        places=tuple(Place(p.code, p.name) for p in judged.places),
        protected=judged.protected.label,
        denunciation=judged.denunciation.label,
        model=judged.model,
        acts=tuple(
            Act(limb=Limb(a.limb.value), clause=a.limb.clause, score=a.score, evidence=a.evidence)
            for a in judged.article11
        ),
        diagnostics=Diagnostics(
            margins=dict(known.margins), scores=dict(known.scores), words=known.words, unknown=known.unknown
        )
        if known
        else None,
    )


def judge_texts(texts: Sequence[TextToJudge], folder: Path = SHIPPED) -> list[Judgement]:
    """Judge with the model of a folder, here and now."""
    return [to_domain(j) for j in judge(model_in(folder), [to_text(t) for t in texts])]


class DirectClassifier:
    """`service.ports.Classifier` in the calling process, with the model of a folder."""

    def __init__(self, folder: Path = SHIPPED) -> None:
        self._folder = folder

    def judge(self, texts: Sequence[TextToJudge]) -> Sequence[Judgement]:
        """One judgement a text, in the same order."""
        return judge_texts(texts, self._folder)
