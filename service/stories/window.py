"""The documents of the last days, indexed by term, so that those like a new one are found without reading all."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass
from math import exp, log, sqrt

from service.stories.background import Background
from service.stories.copies import CopyIndex, similarity
from service.stories.features import Weights
from service.stories.traces import Trace, rounded

WINDOW_SECONDS = 10 * 86400.0
KERNEL_SECONDS = 3 * 86400.0
PRIOR_DOCUMENTS = 1000.0
RARE = 5.0
FAINT = 0.03


@dataclass(slots=True)
class Kept:
    """A document in the window.

    Attributes:
        number: order of arrival.
        at: time of publication, seconds since 1970.
        key: what network sites share (service.stories.lineage.article_key), or None.
    """

    number: int
    id: str
    story: str
    origin: str
    at: float
    trace: Trace
    key: str | None = None

    @property
    def is_copy(self) -> bool:
        return self.origin != self.id


class Window:
    """Inverted index, document frequencies and copy index over the documents of the last WINDOW_SECONDS.

    Frequencies are of origins: a text that is copied fifty times does not make its own words common.
    """

    def __init__(self, background: Background) -> None:
        self._background = background
        self._kept: dict[int, Kept] = {}
        self._postings: defaultdict[int, dict[int, int]] = defaultdict(dict)
        self._frequency: defaultdict[int, int] = defaultdict(int)
        self._origins = 0
        self._copies = CopyIndex()
        self._by_age: list[tuple[float, int]] = []
        self._newest = float("-inf")

    def __getitem__(self, number: int) -> Kept:
        return self._kept[number]

    def __len__(self) -> int:
        return len(self._kept)

    def values(self) -> list[Kept]:
        """All documents, in order of arrival."""
        return list(self._kept.values())

    def add(self, kept: Kept) -> bool:
        """Index a document; False, and nothing done, if it is too old already."""
        if kept.at < self._newest - WINDOW_SECONDS:
            return False
        self._kept[kept.number] = kept
        for term, weight in kept.trace.weights.items():
            self._postings[term][kept.number] = weight
        if not kept.is_copy:
            self._count(kept, 1)
        self._copies.add(kept.number, kept.trace.signature)
        heapq.heappush(self._by_age, (kept.at, kept.number))
        return True

    def set_origin(self, kept: Kept, origin: str) -> None:
        """Change what a document is a copy of, and with it the frequencies."""
        was_copy = kept.is_copy
        kept.origin = origin
        if was_copy != kept.is_copy:
            self._count(kept, 1 if was_copy else -1)

    def advance(self, now: float) -> list[Kept]:
        """Let what is too old at `now` leave; what left, oldest first. Time never goes back."""
        self._newest = max(self._newest, now)
        left = []
        while self._by_age and self._by_age[0][0] < self._newest - WINDOW_SECONDS:
            kept = self._kept.pop(heapq.heappop(self._by_age)[1])
            self._remove(kept)
            left.append(kept)
        return left

    def _remove(self, kept: Kept) -> None:
        for term in kept.trace.weights:
            postings = self._postings[term]
            del postings[kept.number]
            if not postings:
                del self._postings[term]
        if not kept.is_copy:
            self._count(kept, -1)
        self._copies.remove(kept.number, kept.trace.signature)

    def _count(self, kept: Kept, step: int) -> None:
        self._origins += step
        for term in kept.trace.weights:
            self._frequency[term] += step
            if not self._frequency[term]:
                del self._frequency[term]

    def trace(self, signature: bytes, weights: Weights) -> Trace:
        """A document as it is remembered: with the norm that term rarities of this moment give it."""
        norm = sqrt(sum((weight * self._rarity(term)) ** 2 for term, weight in weights.items()))
        return Trace(signature, weights, rounded(norm))

    def _rarity(self, term: int) -> float:
        """Inverse document frequency: the window's own counts on a prior of PRIOR_DOCUMENTS from the background."""
        expected = PRIOR_DOCUMENTS * self._background.share(term)
        return log((PRIOR_DOCUMENTS + self._origins + 1) / (expected + self._frequency.get(term, 0) + 1))

    def alike(self, trace: Trace, at: float) -> list[tuple[float, Kept]]:
        """Documents that share a rare term, with cosine similarity damped by a Gaussian of the time between.

        Only rare terms bring a document into question (the others would bring in half of the window); common ones
        then count for those that are. Similarities below FAINT are left out.
        """
        products = self._products(trace.weights)
        faint, kept, scored = FAINT * trace.norm, self._kept, []
        for number, product in products.items():
            other = kept[number]
            norm = other.trace.norm
            if product >= faint * norm:
                gap = (at - other.at) / KERNEL_SECONDS
                scored.append((product / (trace.norm * norm) * exp(-gap * gap / 2), other))
        return scored

    def _products(self, weights: Weights) -> dict[int, float]:
        found: dict[int, float] = {}
        by_rarity = sorted(((self._rarity(term), term) for term in weights), reverse=True)
        for rarity, term in by_rarity:
            postings = self._postings.get(term)
            if not postings:
                continue
            factor = weights[term] * rarity * rarity
            if rarity >= RARE:
                for number, weight in postings.items():
                    found[number] = found.get(number, 0.0) + factor * weight
            else:
                for number in found.keys() & postings.keys():
                    found[number] += factor * postings[number]
        return found

    def nearest_copy(self, signature: bytes, least: float) -> Kept | None:
        """The document most similar to a signature, the first to arrive of several; None below `least`."""
        best: tuple[float, int] | None = None
        for number in self._copies.find(signature):
            likeness = similarity(signature, self._kept[number].trace.signature)
            if likeness >= least and (best is None or (-likeness, number) < best):
                best = (-likeness, number)
        return None if best is None else self._kept[best[1]]
