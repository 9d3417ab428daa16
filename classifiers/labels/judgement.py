"""A text on its way in, and the judgement on its way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classifiers.labels.taxonomy import Axis, Feedback, Kind, Limb, Tone

SCORE_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text as it was published.

    Attributes:
        date: ISO date of the content, chooses the provinces valid then; None counts as today's provinces.
        protected_section: it stood in a letters or hotline section, which is protected whatever the model says.
    """

    id: str
    text: str
    title: str = ""
    kind: Kind = Kind.ARTICLE
    date: str | None = None
    protected_section: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes or no with the calibrated probability of yes."""

    label: bool
    score: float

    def to_json(self) -> dict[str, Any]:
        return {"label": self.label, "score": round(self.score, SCORE_DIGITS)}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several classes with the calibrated probability of each."""

    label: str
    scores: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        return {"label": self.label, "scores": {k: round(v, SCORE_DIGITS) for k, v in self.scores.items()}}


@dataclass(frozen=True, slots=True)
class TopicScore:
    """A topic the text is about."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Province:
    """A province named in the text, by General Statistics Office code valid at the text's date."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Act:
    """A limb of Article 11 the text may show; evidence as [start, end) in code points of `Text.text` as given."""

    limb: Limb
    score: float
    evidence: tuple[tuple[int, int], ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "limb": self.limb.value,
            "clause": self.limb.clause,
            "score": round(self.score, SCORE_DIGITS),
            "evidence": [list(span) for span in self.evidence],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostics:
    """How sure the model was, and how much of the text it knew: for people who teach and watch it, no part of the line.

    Attributes:
        margins: question -> distance of the answer from its border, in log-odds; 0 on the border (see diagnostics.py).
        scores: head -> calibrated probability, of the heads that were asked.
        words, unknown: syllables of the text, and those that the vocabulary does not hold.
    """

    margins: Mapping[str, float]
    scores: Mapping[str, float]
    words: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the classifiers say of one text.

    A text that is not relevant has no tone, feedback or axis and empty lists. Where `protected` holds, `article11`
    holds at most `withheld` and `retaliation`. `diagnostics` is None for a text that names nothing of social insurance.
    """

    id: str
    relevant: Flag
    tone: Choice | None
    feedback: Choice | None
    axis: Choice | None
    topics: tuple[TopicScore, ...]
    audiences: tuple[str, ...]
    places: tuple[Province, ...]
    protected: Flag
    denunciation: Flag
    article11: tuple[Act, ...]
    model: str
    diagnostics: Diagnostics | None = None

    def to_json(self) -> dict[str, Any]:
        """The line `radar classify` writes."""
        return {
            "id": self.id,
            "relevant": self.relevant.to_json(),
            "tone": self.tone.to_json() if self.tone else None,
            "feedback": self.feedback.to_json() if self.feedback else None,
            "axis": self.axis.to_json() if self.axis else None,
            "topics": [{"id": t.id, "score": round(t.score, SCORE_DIGITS)} for t in self.topics],
            "audiences": list(self.audiences),
            "places": [{"code": p.code, "name": p.name} for p in self.places],
            "protected": self.protected.to_json(),
            "denunciation": self.denunciation.to_json(),
            "article11": [act.to_json() for act in self.article11],
            "model": self.model,
        }


TONES = tuple(t.value for t in Tone)
FEEDBACKS = tuple(f.value for f in Feedback)
AXES = tuple(a.value for a in Axis)
