"""The documents of the last days, indexed by term, so that those like a new one are found without reading all."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np
import numpy.typing as npt

from service.stories.background import Background
from service.stories.copies import CopyIndex, similarities
from service.stories.features import Weights
from service.stories.traces import Trace, rounded

WINDOW_SECONDS = 10 * 86400.0
KERNEL_SECONDS = 3 * 86400.0
PRIOR_DOCUMENTS = 1000.0
RARE = 5.0
FAINT = 0.03
MOST_GONE = 1024

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_PACKED = np.dtype("<u4")


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


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A document that is compared with the window.

    Attributes:
        columns: number of each term in the index.
        amounts: weight of each term.
        rarities: inverse document frequency of each term at this moment.
    """

    trace: Trace
    columns: Ints
    amounts: Floats
    rarities: Floats


class TermIndex:
    """Which documents hold a term, by place; a document that has left keeps its place until the index is made anew.

    Attributes:
        frequency: of each term, in how many documents it is, as far as they are counted.
        prior: of each term, in how many of PRIOR_DOCUMENTS it would be.
    """

    def __init__(self, background: Background, documents: Sequence[Kept] = ()) -> None:
        self._background = background
        self.documents = list(documents)
        self.norms = array("d", [kept.trace.norm for kept in documents])
        self.times = array("d", [kept.at for kept in documents])
        self.frequency, self.prior = array("d"), array("d")
        self._numbers: dict[int, int] = {}
        # of each term, four bytes a document: its place, shifted by the weight in the lowest byte
        self._postings: list[bytes] = []
        self.columns = [self.columns_of(kept.trace.weights) for kept in documents]
        self._post()

    def _post(self) -> None:
        """All postings at once."""
        if not self.documents:
            return
        columns = np.concatenate(self.columns)
        places = np.repeat(np.arange(len(self.columns)), [len(c) for c in self.columns])
        weights = [weight for kept in self.documents for weight in kept.trace.weights.values()]
        order = np.argsort(columns, kind="stable")
        packed = ((places << 8) | np.array(weights))[order].astype(_PACKED).tobytes()
        ends = np.searchsorted(columns[order], np.arange(len(self._postings) + 1)) * 4
        self._postings = [packed[start:end] for start, end in pairwise(ends.tolist())]

    def columns_of(self, weights: Weights) -> Ints:
        """Number of each term; new terms get the next ones."""
        numbers, known = self._numbers, len(self._postings)
        found = [numbers.setdefault(term, len(numbers)) for term in weights]
        new = [term for term, column in zip(weights, found, strict=True) if column >= known]
        self._postings += [b""] * len(new)
        self.frequency.extend([0.0] * len(new))
        self.prior.extend([PRIOR_DOCUMENTS * self._background.share(term) for term in new])
        return np.array(found, dtype=np.int64)

    def add(self, kept: Kept, columns: Ints) -> None:
        """Put a document in."""
        weights = np.fromiter(kept.trace.weights.values(), _PACKED, len(columns))
        packed = (weights | (len(self.documents) << 8)).tobytes()
        postings = self._postings
        for start, column in zip(range(0, len(packed), 4), columns.tolist(), strict=True):
            postings[column] += packed[start : start + 4]
        self.documents.append(kept)
        self.columns.append(columns)
        self.norms.append(kept.trace.norm)
        self.times.append(kept.at)

    def products(self, new: Newcomer) -> tuple[Ints, Floats]:
        """Places of the documents that share a rare term, and the scalar product with each."""
        order = np.argsort(-new.rarities, kind="stable")
        postings = [self._postings[column] for column in new.columns[order].tolist()]
        counts = [len(found) // 4 for found in postings]
        rare = sum(counts[: np.count_nonzero(new.rarities >= RARE)])
        packed = np.frombuffer(b"".join(postings), _PACKED)
        places = packed >> 8
        factors = np.repeat((new.amounts * new.rarities * new.rarities)[order], counts)
        products = np.bincount(places, factors * (packed & 0xFF)).astype(np.float64, copy=False)
        shares_one = np.zeros(len(products), dtype=np.bool_)
        shares_one[places[:rare]] = True
        in_question = np.flatnonzero(shares_one)
        return in_question, products[in_question]


class Window:
    """Index of terms with document frequencies, and copy index, over the documents of the last WINDOW_SECONDS.

    Frequencies are of origins: a text that is copied fifty times does not make its own words common.
    """

    def __init__(self, background: Background) -> None:
        self._background = background
        self._kept: dict[int, Kept] = {}
        self._places: dict[int, int] = {}
        self._index = TermIndex(background)
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

    def add(self, kept: Kept, columns: Ints | None = None) -> bool:
        """Index a document; False, and nothing done, if it is too old already.

        Args:
            columns: as of the newcomer, if no other document was added since.
        """
        if kept.at < self._newest - WINDOW_SECONDS:
            return False
        self._kept[kept.number] = kept
        self._places[kept.number] = len(self._index.documents)
        self._index.add(kept, self._index.columns_of(kept.trace.weights) if columns is None else columns)
        if not kept.is_copy:
            self._count(kept, 1)
        self._copies.add(kept.number, kept.trace.signature)
        heapq.heappush(self._by_age, (kept.at, kept.number))
        if len(self._index.documents) > 2 * len(self._kept) + MOST_GONE:
            self._index_again()
        return True

    def _index_again(self) -> None:
        self._index = TermIndex(self._background, self.values())
        self._places = {number: place for place, number in enumerate(self._kept)}
        self._origins = 0
        for kept in self._kept.values():
            if not kept.is_copy:
                self._count(kept, 1)

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
            if not kept.is_copy:
                self._count(kept, -1)
            del self._places[kept.number]
            self._copies.remove(kept.number, kept.trace.signature)
            left.append(kept)
        return left

    def _count(self, kept: Kept, step: int) -> None:
        self._origins += step
        np.frombuffer(self._index.frequency)[self._index.columns[self._places[kept.number]]] += step

    def meet(self, signature: bytes, weights: Weights) -> Newcomer:
        """A document with the term rarities of this moment: the window's own counts on a prior from the background."""
        index = self._index
        columns = index.columns_of(weights)
        amounts = np.fromiter(weights.values(), np.float64, len(weights))
        counted = np.frombuffer(index.prior)[columns] + np.frombuffer(index.frequency)[columns] + 1
        rarities = np.log((PRIOR_DOCUMENTS + self._origins + 1) / counted)
        vector = amounts * rarities
        norm = rounded(sqrt(float(vector @ vector)))
        return Newcomer(Trace(signature, weights, norm), columns, amounts, rarities)

    def alike(self, new: Newcomer, at: float, least: float) -> list[tuple[float, Kept]]:
        """Documents that share a rare term, of stories that have one at least this similar; with the similarity.

        That is the cosine, damped by a Gaussian of the time between. Only rare terms bring a document into question
        (the others would bring in half of the window); common ones then count for those that are. Similarities below
        FAINT are left out.
        """
        index = self._index
        near, products = index.products(new)
        cosines = products / (new.trace.norm * np.frombuffer(index.norms)[near])
        if not (cosines >= least).any():
            return []
        times = np.frombuffer(index.times)[near]
        clear = (cosines >= FAINT) & (times >= self._newest - WINDOW_SECONDS)
        near, gap = near[clear], (at - times[clear]) / KERNEL_SECONDS
        similar = cosines[clear] * np.exp(-gap * gap / 2)
        stories = {index.documents[place].story for place in near[similar >= least].tolist()}
        if not stories:
            return []
        found = zip(similar.tolist(), near.tolist(), strict=True)
        return [(score, kept) for score, place in found if (kept := index.documents[place]).story in stories]

    def nearest_copy(self, signature: bytes, least: float) -> Kept | None:
        """The document most similar to a signature, the first to arrive of several; None below `least`."""
        near = [self._kept[number] for number in sorted(self._copies.find(signature))]
        if not near:
            return None
        likeness = similarities(signature, [kept.trace.signature for kept in near])
        best = int(likeness.argmax())
        return near[best] if likeness[best] >= least else None
