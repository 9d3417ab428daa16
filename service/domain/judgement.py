"""What the classifiers say of a text (LABELS: docs/labels.md); the shape of a line of `radar classify`."""

from __future__ import annotations

from dataclasses import dataclass
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
class Judgement:
    """Answer of the classifiers on one text. Scores are calibrated probabilities.

    A text that is not relevant has no tone, feedback, axis, topics, audiences or places. Article 11 limbs are not
    part of it: they are neither stored nor served before the review workflow exists.
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
