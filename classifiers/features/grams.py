"""Features of any Vietnamese text, for labels of one's own: words, normalised syllables, letters, length."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise

import numpy as np
from scipy import sparse

from classifiers.features.normalise import CACHE_SIZE, canonical, clean, fold, tokens
from classifiers.features.weighting import Floats, Ints, blocks_of, inverse_frequencies, weigh

# raw words, normalised syllables, words without diacritics and digits, letters as written, letters of the bare words,
# length («l»: a mark, not a count)
BLOCKS = {"r": 1.0, "n": 1.0, "f": 0.7, "c": 1.0, "d": 1.0, "l": 0.5}
PLAIN = "l"
CHAR_SIZES = range(2, 6)
LENGTHS = (3, 5, 8, 10, 15, 20, 25, 30, 40, 60, 80, 120)  # words
LONGEST_CHUNK = 40
LONGEST_TEXT = 20_000  # characters
_WORD = re.compile(r"\w+|[^\w\s]")
_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=CACHE_SIZE)
def _bare(word: str) -> str:
    return _DIGIT.sub("0", fold(word))


@lru_cache(maxsize=CACHE_SIZE)
def _letters(chunk: str) -> tuple[str, ...]:
    found = []
    for block, form in (("c", chunk[:LONGEST_CHUNK]), ("d", _bare(chunk[:LONGEST_CHUNK]))):
        framed = f" {form} "
        found += [f"{block}{framed[i : i + n]}" for n in CHAR_SIZES for i in range(len(framed) - n + 1)]
    return tuple(found)


def grams(text: str) -> Iterator[str]:
    """Names of the features of a text, one an occurrence."""
    cleaned = clean(text[:LONGEST_TEXT])
    lowered = cleaned.lower()
    words = _WORD.findall(lowered)
    yield from (f"r{w}" for w in words)
    yield from (f"r{a} {b}" for a, b in pairwise(words))
    yield from (f"r{a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:], strict=False))
    syllables = list(chain.from_iterable(map(canonical, tokens(cleaned))))
    yield from (f"n{s}" for s in syllables)
    yield from (f"n{a} {b}" for a, b in pairwise(syllables))
    bare = [_bare(w) for w in words]
    yield from (f"f{w}" for w in bare)
    yield from (f"f{a} {b}" for a, b in pairwise(bare))
    for chunk in lowered.split():
        yield from _letters(chunk)
    yield from (f"l>{n}" for n in LENGTHS if len(words) > n)


def _counts(texts: Sequence[str], numbers: dict[str, int], *, grow: bool) -> sparse.csr_matrix:
    indices: list[int] = []
    data: list[int] = []
    pointers = [0]
    for text in texts:
        for name, count in Counter(grams(text)).items():
            number = numbers.setdefault(name, len(numbers)) if grow else numbers.get(name)
            if number is not None:
                indices.append(number)
                data.append(count)
        pointers.append(len(indices))
    return sparse.csr_matrix(
        (np.array(data, np.float32), np.array(indices, np.int32), np.array(pointers)),
        shape=(len(texts), len(numbers)),
    )


@dataclass(frozen=True)
class Grams:
    """A vocabulary with its inverse document frequencies."""

    names: tuple[str, ...]
    idf: Floats
    numbers: dict[str, int] = field(init=False, repr=False, compare=False)
    block_of: Ints = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", {name: i for i, name in enumerate(self.names)})
        object.__setattr__(self, "block_of", blocks_of(self.names, BLOCKS))

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """One row a text; float32."""
        return weigh(_counts(texts, self.numbers, grow=False), self.idf, self.block_of, BLOCKS, plain=PLAIN)


def learn_grams(texts: Sequence[str], *, min_documents: int = 2) -> Grams:
    """Features of at least `min_documents` texts, in a fixed order."""
    numbers: dict[str, int] = {}
    counts = _counts(texts, numbers, grow=True)
    frequency = np.bincount(counts.indices, minlength=len(numbers))
    order = {letter: i for i, letter in enumerate(BLOCKS)}
    names = tuple(
        sorted((n for n, i in numbers.items() if frequency[i] >= min_documents), key=lambda n: (order[n[0]], n))
    )
    documents = np.array([frequency[numbers[n]] for n in names])
    return Grams(names, inverse_frequencies(names, documents, len(texts), PLAIN))
