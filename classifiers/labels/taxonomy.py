"""What can be said of a text: the labels of docs/labels.md as enums and fixed orders of classes."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What sort of publication a text is."""

    ARTICLE = "article"
    POST = "post"
    COMMENT = "comment"
    LETTER = "letter"
    SMS = "sms"


class Tone(StrEnum):
    """Stance toward BHXH policy, its implementation or VSS; not the mood of the words."""

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


class Limb(StrEnum):
    """Acts a text can show: fraud on the public, and conduct of institutions. Nothing else is labelled (ADR 0001)."""

    FORGERY = "forgery"
    PROPERTY = "property"
    WITHHELD = "withheld"
    RETALIATION = "retaliation"

    @property
    def clause(self) -> int:
        """Clause of Article 11 of the Law on Access to Information (104/2016/QH13) the limb belongs to."""
        return {"forgery": 1, "withheld": 1, "property": 3, "retaliation": 4}[self.value]


# Limbs a person affected may tell of: the text that tells is protected all the same.
OWN_CONDUCT = frozenset({Limb.WITHHELD, Limb.RETALIATION})

TOPICS = (
    "lump_sum",
    "pension",
    "contribution",
    "evasion",
    "voluntary",
    "maternity",
    "sickness",
    "work_accident",
    "unemployment",
    "health_card",
    "health_care",
    "digital",
    "service_attitude",
    "fraud",
    "fund",
    "law_reform",
    "household_business",
    "social_pension",
    "data_privacy",
    "personnel",
    "campaign",
)

AUDIENCES = (
    "farmers",
    "informal",
    "employees",
    "employers",
    "retirees",
    "officials",
    "students",
    "minorities",
    "household_business",
    "patients",
    "women",
)
