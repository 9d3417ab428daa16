"""How like two headlines are: cosine of their weighted terms, rare in Vietnamese news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from service.stories.background import shipped
from service.stories.builder import AGENCY_WORDS
from service.stories.features import Ints, Weights, terms, tokens, weigh

LIKE = 0.35  # below it headlines share a topic, not a story


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline as weighted terms, and how long it is as a vector; the agency's own names tell nothing."""

    weights: Weights
    norm: float


def headlines(titles: Sequence[str]) -> list[Headline]:
    """Each as if it were alone."""
    rare = shipped().rarity
    weighed = weigh(tokens([(title, "") for title in titles]), shipped(), ignored=_agency())
    return [Headline(w, sqrt(sum((weight * rare(term)) ** 2 for term, weight in w.items()))) for w in weighed]


def likeness(one: Headline, other: Headline) -> float:
    """Cosine of two weighted headlines, 0 to 1."""
    rare = shipped().rarity
    product = sum(
        weight * other.weights[term] * rare(term) ** 2 for term, weight in one.weights.items() if term in other.weights
    )
    return product / (one.norm * other.norm) if product else 0.0


@lru_cache(maxsize=1)
def _agency() -> Ints:
    return terms(tokens([("", AGENCY_WORDS)]))[1]
