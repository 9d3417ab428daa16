"""How far the scores and words of the present stand from those of a reference."""

from __future__ import annotations

from dataclasses import dataclass

BINS = 10
WORDS = "words"  # bin 0: syllables the vocabulary holds, bin 1: those it does not


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCount:
    """Texts of a week (ISO date of its Monday) whose score for a head lay in the tenth `bin` of the scale."""

    week: str
    head: str
    bin: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Of one head: the index of population stability, and texts in both spreads.

    Attributes:
        head: score of the model that it is of, or `words`.
        psi: None where either spread holds too few texts to compare.
        before, now: texts in the reference and in the present.
    """

    head: str
    psi: float | None
    before: int
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What has moved since the reference.

    Attributes:
        model: whose scores these are.
        reference, present: (first, last) week, Mondays as ISO dates; None before there are enough weeks.
        shifts: of every score of the model.
        unknown, unknown_before: share of syllables the vocabulary does not hold, now and in the reference.
        warnings: sentences for the person in charge, in Vietnamese; empty where nothing has moved.
    """

    model: str
    reference: tuple[str, str] | None
    present: tuple[str, str] | None
    shifts: list[Shift]
    unknown: float | None
    unknown_before: float | None
    warnings: list[str]
