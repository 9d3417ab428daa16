"""What the classifiers say of a text (LABELS: docs/labels.md); the shape of a line of `radar classify`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Tone(StrEnum):
    """Stance toward BHXH policy, its implementation or VSS."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Feedback(StrEnum):
    """What the public says to the agency."""

    COMPLAINT = "complaint"
    QUESTION = "question"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    NONE = "none"


class Axis(StrEnum):
    """The rule itself, or how it is carried out."""

    POLICY = "policy"
    IMPLEMENTATION = "implementation"


@dataclass(frozen=True, slots=True)
class Place:
    """A province named in a text: General Statistics Office code valid at the text's date, and the name."""

    code: str
    name: str


class Limb(StrEnum):
    """What a publication may show: fraud on the public, or the conduct of an institution; nothing else (ADR 0001)."""

    FORGERY = "forgery"
    PROPERTY = "property"
    WITHHELD = "withheld"
    RETALIATION = "retaliation"

    @property
    def is_fraud(self) -> bool:
        return self in (Limb.FORGERY, Limb.PROPERTY)


Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A limb that a text may show.

    Attributes:
        clause: of Article 11 of Law 104/2016/QH13 that the model was trained on.
        evidence: [start, end) in code points of `TextToJudge.text`.
    """

    limb: Limb
    clause: int
    score: float
    evidence: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextToJudge:
    """A text on its way to the classifiers, in memory only and as it came.

    Attributes:
        date: ISO date of the content; chooses provinces and facts valid then.
    """

    id: str
    title: str
    text: str
    kind: str
    date: str | None
    protected_section: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostics:
    """How sure the classifiers were of one text, and how much of it they knew; never served with a document.

    Attributes:
        margins: question (service.domain.labels) -> distance of the answer from its border in log-odds; 0: on it.
        scores: question or class of one («tone=negative») -> calibrated probability.
        words, unknown: syllables of the text, and those that the vocabulary does not hold.
    """

    margins: Mapping[str, float]
    scores: Mapping[str, float]
    words: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Answer of the classifiers on one text. Scores are calibrated probabilities.

    A text that is not relevant has no tone, feedback, axis, topics, audiences, places or acts. Acts become findings for
    people to look at; they are not served with a document and are no input of any level.
    """

    id: str
    relevant: bool
    relevance: float
    tone: Tone | None
    tone_score: float
    feedback: Feedback | None
    axis: Axis | None
    topics: tuple[str, ...]
    audiences: tuple[str, ...]
    places: tuple[Place, ...]
    protected: bool
    denunciation: bool
    model: str
    acts: tuple[Act, ...] = ()
    diagnostics: Diagnostics | None = None

    def as_irrelevant(self) -> Judgement:
        """The same text taken as one that is not about BHXH."""
        return replace(
            self, relevant=False, tone=None, feedback=None, axis=None, topics=(), audiences=(), places=(), acts=()
        )
