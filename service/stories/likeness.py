"""How like two headlines are: cosine of their weighted terms, rare in Vietnamese news."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from service.stories.background import shipped
from service.stories.builder import AGENCY_WORDS
from service.stories.features import Weights, terms, tokens, weigh

LIKE = 0.35  # below it headlines share a topic, not a story


def headline_weights(title: str) -> Weights:
    """A headline as weighted terms; the agency's own names tell nothing."""
    _, ignored, _ = terms(tokens([("", AGENCY_WORDS)]))
    return weigh(tokens([(title, "")]), shipped(), ignored=ignored)[0]


def likeness(one: Weights, other: Weights) -> float:
    """Cosine of two weighted headlines, 0 to 1."""
    rare = shipped().rarity
    if not one or not other:
        return 0.0
    product = sum(weight * other[term] * rare(term) ** 2 for term, weight in one.items() if term in other)
    return product / (_norm(one, rare) * _norm(other, rare))


def _norm(weights: Mapping[int, int], rare: object) -> float:
    return sqrt(sum((weight * rare(term)) ** 2 for term, weight in weights.items()))  # type: ignore[operator]
