"""Counts of words, pairs of words, letters within words and cues as one sparse row a text, shared by all labels."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy import sparse

from classifiers.features.analysis import Analysis
from classifiers.features.normalise import fold
from classifiers.features.weighting import Floats, Ints, blocks_of, inverse_frequencies, weigh

# first letter of a feature's name -> weight of its block after the block is brought to length 1 («x»: not normalised)
BLOCKS = {"w": 1.0, "f": 0.5, "c": 0.6, "t": 0.6, "x": 0.25}
PLAIN = "x"
CHAR_SIZES = (3, 4)

Lookup = Callable[[str], int | None]


def letters(word: str) -> list[str]:
    """Letter n-grams of a word with its borders, diacritics dropped."""
    framed = f" {fold(word)} "
    return [f"c{framed[i : i + n]}" for n in CHAR_SIZES for i in range(len(framed) - n + 1)]


@dataclass(slots=True)
class Counter:
    """Turns an analysis into feature numbers; what depends on one word alone is worked out once a word."""

    lookup: Lookup
    _words: dict[str, array[int]] = field(default_factory=dict)

    def _ids(self, names: Iterable[str]) -> array[int]:
        return array("i", [i for i in map(self.lookup, names) if i is not None])

    def _word(self, word: str) -> array[int]:
        known = self._words.get(word)
        if known is None:
            if len(self._words) > 200_000:
                self._words.clear()
            known = self._words[word] = self._ids([f"w{word}", f"f{fold(word)}", *letters(word)])
        return known

    def ids(self, text: Analysis) -> array[int]:
        """Numbers of the features of a text, one entry an occurrence."""
        words = text.title + text.body
        found = array("i")
        for word in words:
            found.extend(self._word(word))
        pairs = [f"w{a} {b}" for a, b in pairwise(words)]
        bare = [fold(w) for w in words]
        pairs += [f"f{a} {b}" for a, b in pairwise(bare)]
        pairs += [f"t{w}" for w in text.title]
        found.extend(self._ids(pairs))
        for cue, count in text.cues.items():
            number = self.lookup(f"x{cue}")
            if number is not None:
                found.extend([number] * count)
        return found


def _matrix(rows: Sequence[array[int]], width: int) -> sparse.csr_matrix:
    lengths = np.fromiter((len(r) for r in rows), dtype=np.int64, count=len(rows))
    indices = np.concatenate([np.frombuffer(r, dtype=np.int32) for r in rows if len(r)] or [np.empty(0, np.int32)])
    pointers = np.concatenate([[0], np.cumsum(lengths)])
    matrix = sparse.csr_matrix((np.ones(len(indices), np.float32), indices, pointers), shape=(len(rows), width))
    matrix.sum_duplicates()
    return matrix


@dataclass(frozen=True)
class Vectoriser:
    """Sublinear TF-IDF in blocks, each block of a row brought to its weight.

    Attributes:
        names: features in the order of columns, block by block.
        idf: smoothed inverse document frequency a column, 1 for cues.
    """

    names: tuple[str, ...]
    idf: Floats
    counter: Counter = field(init=False, repr=False, compare=False)
    block_of: Ints = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        vocabulary = {name: i for i, name in enumerate(self.names)}
        object.__setattr__(self, "counter", Counter(vocabulary.get))
        object.__setattr__(self, "block_of", blocks_of(self.names, BLOCKS))

    def transform(self, texts: Sequence[Analysis]) -> sparse.csr_matrix:
        """One row a text; float32."""
        counts = _matrix([self.counter.ids(t) for t in texts], len(self.names))
        return weigh(counts, self.idf, self.block_of, BLOCKS, plain=PLAIN)


def learn(texts: Sequence[Analysis], *, min_documents: int) -> Vectoriser:
    """Vocabulary and document frequencies: features of at least `min_documents` texts, in a fixed order."""
    numbers: dict[str, int] = {}
    counter = Counter(lambda name: numbers.setdefault(name, len(numbers)))
    rows = [counter.ids(t) for t in texts]
    frequency = np.bincount(_matrix(rows, len(numbers)).indices, minlength=len(numbers))
    order = {letter: i for i, letter in enumerate(BLOCKS)}
    kept = sorted((order[n[0]], n) for n, i in numbers.items() if frequency[i] >= min_documents)
    names = tuple(n for _, n in kept)
    documents = np.array([frequency[numbers[n]] for n in names])
    return Vectoriser(names, inverse_frequencies(names, documents, len(texts), PLAIN))
