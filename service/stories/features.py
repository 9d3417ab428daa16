"""A text as weighted terms: syllables, pairs of syllables (most Vietnamese words are pairs) and names.

Terms are 32-bit numbers, not words: quick to compare, and what is kept of a text for later comparison
(service.stories.traces) cannot be read as a text. Many texts are read at once; each as if it were alone.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from service.stories.background import Background

READ_CHARS = 2000
MAX_TERMS = 80
COMMON_RARITY = 3.5
TITLE_WEIGHT = 2.0
NAME_WEIGHT = 1.5
PAIR_WEIGHT = 0.7
WEIGHT_STEPS = 16
MOST_REMEMBERED = 1 << 16

_SYLLABLE = re.compile(r"\w+")
_MASK = 0xFFFFFFFF
_GOLDEN = 0x9E3779B1

Weights = dict[int, int]
"""Term -> its weight in sixteenths, 1 to 255, before rarity is taken into account."""
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def syllable_id(syllable: str) -> int:
    """Number of a syllable: the same in either case, in every process, on every machine."""
    return zlib.crc32(syllable.lower().encode("utf-8", "surrogatepass"))


def syllables(text: str) -> list[str]:
    """Words and numbers of a text in their own case, in order."""
    return _SYLLABLE.findall(unicodedata.normalize("NFC", text))


class _Numbers(dict[str, int]):
    """Syllable -> its number, doubled, plus one if it begins with a capital letter."""

    def __missing__(self, syllable: str) -> int:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[syllable] = number = syllable_id(syllable) << 1 | syllable[0].isupper()
        return number


_numbers = _Numbers()


@dataclass(frozen=True, slots=True)
class Tokens:
    """Syllables of several texts, one after the other.

    Attributes:
        texts: how many texts.
        text: which one each syllable stands in.
        part: number of the title or body that it stands in.
        ids, names: number of the syllable; whether it begins with a capital letter.
    """

    texts: int
    text: Ints
    part: Ints
    ids: Ints
    names: npt.NDArray[np.bool_]


def tokens(texts: Sequence[tuple[str, str]]) -> Tokens:
    """Syllables of titles and bodies."""
    parts = [syllables(part) for title, body in texts for part in (title, body[:READ_CHARS])]
    numbers = np.array([_numbers[word] for words in parts for word in words], dtype=np.int64)
    part = np.repeat(np.arange(len(parts)), [len(words) for words in parts])
    return Tokens(len(texts), part >> 1, part, numbers >> 1, (numbers & 1).astype(np.bool_))


def pair_ids(first: Ints, second: Ints) -> Ints:
    """Numbers of terms followed by others."""
    return ((first.astype(np.uint64) * _GOLDEN + second.astype(np.uint64)) & _MASK).astype(np.int64)


def shingles(read: Tokens) -> tuple[npt.NDArray[np.uint64], Ints]:
    """Numbers of all runs of three syllables, which near-copies share: of all texts; and where each text's begin.

    The runs of a text are distinct and in order; the last of the offsets is the end.
    """
    ids, text = read.ids, read.text
    whole = text[:-2] == text[2:]
    runs = pair_ids(pair_ids(ids[:-2], ids[1:-1]), ids[2:])[whole]
    distinct = np.unique(text[:-2][whole] << 32 | runs)
    return (distinct & _MASK).astype(np.uint64), np.searchsorted(distinct >> 32, np.arange(read.texts + 1))


def terms(read: Tokens) -> tuple[Ints, Ints, Floats]:
    """Text, term and how much of it there is: the title counts double, a pair of capitalised syllables more.

    In order of the texts, the terms of a text in order.
    """
    weights = np.where(read.part & 1, 1.0, TITLE_WEIGHT)
    within = read.part[1:] == read.part[:-1]
    named = np.where(read.names[1:] & read.names[:-1], NAME_WEIGHT, 1.0)
    single = read.text << 33 | read.ids << 1
    pairs = (read.text[1:] << 33 | pair_ids(read.ids[:-1], read.ids[1:]) << 1 | 1)[within]
    found, place = np.unique(np.concatenate([single, pairs]), return_inverse=True)
    amounts = np.bincount(place, np.concatenate([weights, (weights[1:] * named)[within]]), len(found))
    damped = np.where(amounts > 1, 1 + np.log(np.maximum(amounts, 1.0)), amounts)
    return found >> 33, found >> 1 & _MASK, damped * np.where(found & 1, PAIR_WEIGHT, 1.0)


def weigh(read: Tokens, background: Background, *, ignored: Ints | None = None) -> list[Weights]:
    """The terms that tell a text from others: the MAX_TERMS heaviest that are not common in any news (tf-idf)."""
    text, term, amounts = terms(read)
    rarities = background.rarities(term)
    telling = rarities >= COMMON_RARITY
    if ignored is not None:
        telling &= ~np.isin(term, ignored)
    text, term, amounts = text[telling], term[telling], amounts[telling]
    order = np.argsort(-amounts * rarities[telling], kind="stable")
    order = order[np.argsort(text[order], kind="stable")]
    steps = np.clip(np.rint(amounts[order] * WEIGHT_STEPS), 1, 255).astype(np.int64).tolist()
    heaviest = term[order].tolist()
    starts = np.searchsorted(text, np.arange(read.texts + 1)).tolist()
    parts = [slice(start, min(end, start + MAX_TERMS)) for start, end in pairwise(starts)]
    return [dict(zip(heaviest[part], steps[part], strict=True)) for part in parts]
