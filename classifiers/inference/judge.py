"""From texts to judgements: relevance first, the PROTECTED gate before any act, then everything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from classifiers.features.analysis import NAMED, NAMES, UNNAMED, Analysis, analyse
from classifiers.inference.acts import acts
from classifiers.inference.diagnostics import diagnose
from classifiers.inference.parts import parts_of, together
from classifiers.inference.places import provinces
from classifiers.labels import (
    AUDIENCES,
    AXES,
    FEEDBACKS,
    OWN_CONDUCT,
    TONES,
    TOPICS,
    Choice,
    Feedback,
    Flag,
    Judgement,
    Kind,
    Limb,
    Province,
    Text,
    Tone,
    TopicScore,
)
from classifiers.models.linear import Matrix, normalise
from classifiers.models.model import Model

BATCH = 256
COMPLAINS = 0.5  # probability of blame from which a text counts as a complaint
CLASH = {(Tone.POSITIVE, Feedback.COMPLAINT), (Tone.NEGATIVE, Feedback.PRAISE)}  # no text is both
PASSED_BY = 0.002  # probability of relevance of a text that names nothing of social insurance


def judge(model: Model, texts: Sequence[Text]) -> list[Judgement]:
    """One judgement a text, in the same order; a text's judgement does not depend on the others."""
    judgements: list[Judgement] = []
    for start in range(0, len(texts), BATCH):
        judgements += _judge_batch(model, texts[start : start + BATCH])
    return judgements


def _judge_batch(model: Model, texts: Sequence[Text]) -> list[Judgement]:
    results: list[Judgement | None] = [None] * len(texts)
    looked_at: list[tuple[int, list[Text]]] = []  # text, and its parts
    analyses: list[Analysis] = []
    for i, text in enumerate(texts):
        parts = parts_of(text)
        if parts:
            looked_at.append((i, parts))
            analyses += [analyse(part.title, part.text, part.kind.value) for part in parts]
        else:
            results[i] = _not_relevant(model, text, PASSED_BY, 1.0 if text.protected_section else 0.0)
    if analyses:
        margins = model.heads.margins(model.vectoriser.transform(analyses))
        probabilities = model.heads.calibrated(margins)
        start = 0
        for i, parts in looked_at:
            rows = slice(start, start + len(parts))
            best, among, shares = _best_part(model, margins[rows], probabilities[rows])
            read = together(texts[i], [part for part, about in zip(parts, among, strict=True) if about])
            results[i] = judge_one(model, texts[i], analyses[start + best], margins[start + best], shares, read=read)
            start += len(parts)
    return [r for r in results if r is not None]


def _best_part(model: Model, margins: Matrix, probabilities: Matrix) -> tuple[int, list[bool], Matrix]:
    """The part most about social insurance, which parts are about it at all, and the probabilities of the best with
    topics and audiences of these."""
    column = model.heads.column
    relevance = probabilities[:, column["relevant"]]
    best = int(relevance.argmax())
    if len(margins) == 1:
        return best, [True], probabilities[best]
    among = relevance >= min(model.thresholds.relevant_article, relevance[best])
    shares = probabilities[best].copy()
    several = [n for name, n in column.items() if name.startswith(("topic=", "audience="))]
    shares[several] = probabilities[among][:, several].max(axis=0)
    return best, among.tolist(), shares


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


def tone_and_feedback(tones: Matrix, feedbacks: Matrix) -> tuple[str, str]:
    """The best pair of those that go together, by the sum of their margins."""
    pairs = [(t, f) for t in range(len(TONES)) for f in range(len(FEEDBACKS)) if (TONES[t], FEEDBACKS[f]) not in CLASH]
    tone, feedback = max(pairs, key=lambda pair: float(tones[pair[0]] + feedbacks[pair[1]]))
    return TONES[tone], FEEDBACKS[feedback]


def _choices(model: Model, margins: Matrix, probabilities: Matrix, *, article: bool) -> list[Choice]:
    """Tone, feedback and axis: the class furthest on its side of the border; its share need not be the largest: rare
    classes are found so."""
    limits = model.thresholds

    def moved(label: str, classes: Sequence[str], bias: Sequence[float] = ()) -> Matrix:
        columns = model.heads.columns(label, classes, article=article)
        return np.asarray(margins[columns] + np.asarray(bias or (0.0,) * len(classes)))

    tone, feedback = tone_and_feedback(
        moved("tone", TONES, limits.tone_article if article else limits.tone),
        moved("feedback", FEEDBACKS, () if article else limits.feedback),
    )
    axis = AXES[int(np.argmax(moved("axis", AXES)))]
    found = []
    for label, classes, picked in (("tone", TONES, tone), ("feedback", FEEDBACKS, feedback), ("axis", AXES, axis)):
        shares = normalise(probabilities[model.heads.columns(label, classes, article=article)])
        found.append(Choice(picked, dict(zip(classes, map(float, shares), strict=True))))
    return found


def _places(text: Text) -> tuple[Province, ...]:
    """Where it happens: a title that names places has them all; bodies also name others, to compare or where people are
    from."""
    return provinces(text.title, text.date) or provinces(text.text, text.date)


def judge_one(
    model: Model, text: Text, analysis: Analysis, margins: Matrix, probabilities: Matrix, *, read: Text | None = None
) -> Judgement:
    """What follows from the margins and calibrated probabilities of a text (of all heads).

    Args:
        read: what of a digest is about social insurance, where it is one.
    """
    article = text.kind is Kind.ARTICLE
    border = _relevance_border(model, analysis, probabilities, article=article)
    judged = _judged(model, text, analysis, margins, probabilities, border, read or text)
    found = diagnose(
        model, analysis, margins, probabilities, judged, border=border, article=article, forced=text.protected_section
    )
    return replace(judged, diagnostics=found)


def _relevance_border(model: Model, analysis: Analysis, probabilities: Matrix, *, article: bool) -> float:
    """The probability from which a text is about social insurance: higher where it does not name it, and then lower
    where it complains and names no company's product, as people who are angry at «bảo hiểm» mean the State's, or where
    it looks like a fraud, which names as little as it can."""
    limits, column = model.thresholds, model.heads.column
    if article:
        return limits.relevant_article if NAMES & analysis.cues.keys() else limits.relevant_article_unnamed
    if NAMED in analysis.cues:
        return limits.relevant
    blame = max(probabilities[column["tone=negative"]], probabilities[column["feedback=complaint"]])
    complains = blame >= COMPLAINS and "commercial" not in analysis.cues
    if UNNAMED in analysis.cues:
        frauds = [limb.value for limb in Limb if limb not in OWN_CONDUCT]
        cheats = any(probabilities[column[f"limb={limb}"]] >= limits.limbs[limb] for limb in frauds)
        return limits.relevant_unnamed_complaint if complains or cheats else limits.relevant_unnamed
    return limits.relevant_insurance_complaint if complains else limits.relevant_insurance


def _judged(
    model: Model, text: Text, analysis: Analysis, margins: Matrix, probabilities: Matrix, border: float, read: Text
) -> Judgement:
    limits, column = model.thresholds, model.heads.column
    article = text.kind is Kind.ARTICLE

    def of(head: str) -> float:
        return float(probabilities[column[head]])

    if of("relevant") < border:
        return _not_relevant(model, text, of("relevant"), of("protected"))
    protected = _protected(model, text, of("protected"))
    tone, feedback, axis = _choices(model, margins, probabilities, article=article)
    borders = limits.topics_article if article else limits.topics
    scored = [TopicScore(t, of(f"topic={t}")) for t in TOPICS]
    likeliest = max(scored, key=lambda t: t.score)
    topics = [t for t in scored if t.score >= borders[t.id]] or [
        t for t in [likeliest] if t.score >= limits.topic_alone
    ]
    return Judgement(
        id=text.id,
        relevant=Flag(True, of("relevant")),
        tone=tone,
        feedback=feedback,
        axis=axis,
        topics=tuple(sorted(topics, key=lambda t: -t.score)),
        audiences=tuple(a for a in AUDIENCES if of(f"audience={a}") >= limits.audiences[a]),
        places=_places(read),
        protected=protected,
        denunciation=Flag(of("denunciation") >= limits.denunciation, of("denunciation")),
        article11=acts(model, text, analysis, probabilities, protected=protected.label),
        model=model.name,
    )
