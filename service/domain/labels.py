"""What people say of a publication in place of the machine: labels, which teach the next model.

A limb is labelled by the review queue alone (service.domain.findings); of a denunciation nothing is kept, so that none
becomes a label.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from service.domain.judgement import Axis, Feedback, Judgement, Tone
from service.domain.topics import TOPICS

MOST_TOPICS = 6

Answer = bool | str | tuple[str, ...]


class Question(StrEnum):
    """What a label answers."""

    RELEVANT = "relevant"
    TONE = "tone"
    FEEDBACK = "feedback"
    AXIS = "axis"
    TOPICS = "topics"
    PROTECTED = "protected"


CHOICES: Mapping[Question, tuple[str, ...]] = {
    Question.TONE: tuple(map(str, Tone)),
    Question.FEEDBACK: tuple(map(str, Feedback)),
    Question.AXIS: tuple(map(str, Axis)),
}


class AnswerError(ValueError):
    """An answer that the question does not have; the message says which and what was expected."""


class OvertakenError(Exception):
    """Somebody else has answered, or withdrawn an answer, since the form was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """An answer of a person.

    Attributes:
        machine: what the model had said, None where it said nothing.
        score: how sure the model was, for questions that keep it.
        who: «user:3», as the audit log names people.
    """

    question: Question
    answer: Answer
    machine: Answer | None
    at: datetime
    who: str
    score: float | None = None

    @property
    def corrects(self) -> bool:
        """Whether it differs from the machine; otherwise it confirms."""
        return self.answer != self.machine


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledText:
    """A masked text with the answers of people, on its way to training.

    Attributes:
        day: ISO date of publication, Việt Nam.
        limbs: limb -> whether people found that the text shows it; only those that were decided.
    """

    id: str
    kind: str
    title: str
    text: str
    day: str
    protected_section: bool
    answers: Mapping[Question, Answer]
    limbs: Mapping[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelView:
    """An answer of a person about a publication.

    Attributes:
        answer, machine: a flag, a class or a list of topics: of the person, and of the model (None where it said
            nothing).
        corrects: the two differ.
        who: «user:3», as the audit log names people.
    """

    question: str
    answer: bool | str | list[str]
    machine: bool | str | list[str] | None
    corrects: bool
    at: datetime
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtView:
    """A publication the model is unsure of, with the question it is least sure of.

    Attributes:
        margin: distance from the border in log-odds, 0 on it; small is unsure.
        answer: what the model says now.
    """

    document_id: str
    question: str
    margin: float
    answer: bool | str | list[str]
    title: str
    excerpt: str
    url: str
    source: str
    kind: str
    published_at: datetime
    story_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCounts:
    """Answers to a question.

    Attributes:
        labels, corrections: how many there are, and how many of them said that the machine was wrong.
    """

    question: str
    labels: int
    corrections: int


def marks(labels: Iterable[Label | LabelView]) -> frozenset[str]:
    """Which answers of people there are, as a form carries it: «tone user:3 1778554800.0», one for each."""
    return frozenset(f"{one.question} {one.who} {one.at.timestamp()}" for one in labels)


def read_answer(question: Question, given: object) -> Answer:
    """An answer in its own form; AnswerError where the question has no such answer."""
    if question in (Question.RELEVANT, Question.PROTECTED):
        if not isinstance(given, bool):
            raise AnswerError(f"{question}: expected true or false, found {given!r}")
        return given
    if question is Question.TOPICS:
        if not isinstance(given, list | tuple) or not set(given) <= set(TOPICS) or len(set(given)) > MOST_TOPICS:
            raise AnswerError(f"topics: expected at most {MOST_TOPICS} of {', '.join(TOPICS)}, found {given!r}")
        return tuple(sorted(set(given)))
    if given not in CHOICES[question]:
        raise AnswerError(f"{question}: expected one of {', '.join(CHOICES[question])}, found {given!r}")
    return str(given)


def answer_of(judgement: Judgement, question: Question) -> Answer | None:
    """What a judgement says to a question."""
    match question:
        case Question.RELEVANT:
            return judgement.relevant
        case Question.PROTECTED:
            return judgement.protected
        case Question.TOPICS:
            return tuple(sorted(judgement.topics))
        case _:
            value = getattr(judgement, question)
            return None if value is None else str(value)


def score_of(judgement: Judgement, question: Question) -> float | None:
    """How sure a judgement is of its answer, for questions whose score is kept with the document."""
    return {Question.RELEVANT: judgement.relevance, Question.TONE: judgement.tone_score}.get(question)


def given_back(
    judgement: Judgement, question: Question, *, answer: Answer | None, score: float | None
) -> Judgement:  # fmt: skip
    """The judgement with the machine's answer to a question, in place of a person's that is withdrawn."""
    match question, answer:
        case Question.RELEVANT, bool():
            return replace(judgement, relevant=answer, relevance=judgement.relevance if score is None else score)
        case Question.PROTECTED, bool():
            return replace(judgement, protected=answer)
        case Question.TOPICS, tuple():
            return replace(judgement, topics=answer)
        case Question.TONE, str() | None:
            sure = judgement.tone_score if score is None else score
            return replace(judgement, tone=None if answer is None else Tone(answer), tone_score=sure)
        case Question.FEEDBACK, str() | None:
            return replace(judgement, feedback=None if answer is None else Feedback(answer))
        case Question.AXIS, str() | None:
            return replace(judgement, axis=None if answer is None else Axis(answer))
    return judgement


def corrected(judgement: Judgement, answers: Mapping[Question, Answer]) -> Judgement:
    """The judgement with the answers of people in place of the machine's.

    Other answers about a text that people call irrelevant stay as they are (nothing reads them), so that the answer
    can be taken back. Acts that protected or irrelevant texts cannot show are left out.
    """
    for question, answer in answers.items():
        match question, answer:
            case Question.TONE, str():
                judgement = replace(judgement, tone=Tone(answer), tone_score=1.0)
            case Question.FEEDBACK, str():
                judgement = replace(judgement, feedback=Feedback(answer))
            case Question.AXIS, str():
                judgement = replace(judgement, axis=Axis(answer))
            case Question.TOPICS, tuple():
                judgement = replace(judgement, topics=answer)
            case Question.RELEVANT, bool():
                judgement = replace(judgement, relevant=answer, relevance=float(answer))
            case Question.PROTECTED, bool():
                judgement = replace(judgement, protected=answer)
    if not judgement.relevant:
        return replace(judgement, acts=())
    if judgement.protected:
        return replace(judgement, acts=tuple(a for a in judgement.acts if not a.limb.is_fraud))
    return judgement
