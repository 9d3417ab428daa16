"""A text as weighted terms: syllables, pairs of syllables (most Vietnamese words are pairs) and names.

Terms are 32-bit numbers, not words: quick to compare, and what is kept of a text for later comparison
(service.stories.traces) cannot be read as a text.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import log

from service.stories.background import Background

READ_CHARS = 2000
MAX_TERMS = 80
COMMON_RARITY = 3.5
TITLE_WEIGHT = 2.0
NAME_WEIGHT = 1.5
PAIR_WEIGHT = 0.7
WEIGHT_STEPS = 16

_SYLLABLE = re.compile(r"\w+")
_MASK = 0xFFFFFFFF
_GOLDEN = 0x9E3779B1

Weights = dict[int, int]
"""Term -> its weight in sixteenths, 1 to 255, before rarity is taken into account."""


@lru_cache(maxsize=1 << 16)
def syllable_id(syllable: str) -> int:
    """Number of a syllable: the same in either case, in every process, on every machine."""
    return zlib.crc32(syllable.lower().encode("utf-8", "surrogatepass"))


def pair_id(first: int, second: int) -> int:
    """Number of one term followed by another."""
    return (first * _GOLDEN + second) & _MASK


def syllables(text: str) -> list[str]:
    """Words and numbers of a text in their own case, in order."""
    return _SYLLABLE.findall(unicodedata.normalize("NFC", text))


def shingles(ids: Sequence[int]) -> set[int]:
    """Numbers of all runs of three syllables, which near-copies share; of the syllables, if there are fewer."""
    runs = zip(ids, ids[1:], ids[2:], strict=False)
    return {pair_id(pair_id(first, second), third) for first, second, third in runs} or set(ids)


def all_terms(title: Sequence[str], body: Sequence[str]) -> dict[int, float]:
    """Every term with how much of it there is: the title counts double, a pair of capitalised syllables more."""
    single: defaultdict[int, float] = defaultdict(float)
    pairs: defaultdict[int, float] = defaultdict(float)
    for words, weight in ((title, TITLE_WEIGHT), (body, 1.0)):
        before, after_name = 0, False
        for word in words:
            term, name = syllable_id(word), word[0].isupper()
            single[term] += weight
            if before:
                pairs[pair_id(before, term)] += weight * NAME_WEIGHT if name and after_name else weight
            before, after_name = term, name
    found = {term: _damped(amount) for term, amount in single.items()}
    found.update((term, PAIR_WEIGHT * _damped(amount)) for term, amount in pairs.items())
    return found


def _damped(amount: float) -> float:
    return 1 + log(amount) if amount > 1 else amount


def weigh(terms: dict[int, float], background: Background, *, ignored: Iterable[int] = ()) -> Weights:
    """The terms that tell a text from others: the MAX_TERMS heaviest that are not common in any news (tf-idf)."""
    rare = background.rarity
    heavy = [
        (-weight * rarity, term)
        for term, weight in terms.items()
        if (rarity := rare(term)) >= COMMON_RARITY and term not in ignored
    ]
    heavy.sort()
    return {term: max(1, min(255, round(terms[term] * WEIGHT_STEPS))) for _, term in heavy[:MAX_TERMS]}
