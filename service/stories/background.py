"""How common terms are in Vietnamese news at large: what a story builder knows before it has seen anything.

Shipped as one table of document frequencies without words: a term's number, cut to 18 bits, leads to the logarithm of
how rare it is (feature hashing: Weinberger et al. 2009, ICML). `benchmarks/cluster.py learn` makes it from headlines.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import exp, log

import numpy as np
import numpy.typing as npt

BITS = 18
STEPS = 16
_MASK = (1 << BITS) - 1
_RATES = tuple(exp(-code / STEPS) for code in range(256))


@dataclass(frozen=True, slots=True)
class Background:
    """Share of documents that hold a term.

    Attributes:
        codes: one byte a bucket, -log(share) in sixteenths.
    """

    codes: bytes

    def rarity(self, term: int) -> float:
        """-log of the share of documents with this term: 0 for all of them, about 10 for one in 22,000."""
        return self.codes[term & _MASK] / STEPS

    def rarities(self, terms: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """`rarity` of each term."""
        return np.asarray(np.frombuffer(self.codes, dtype=np.uint8)[terms & _MASK] / STEPS)

    def share(self, term: int) -> float:
        """Share of documents with this term, above 0."""
        return _RATES[self.codes[term & _MASK]]


def learn(documents: Iterable[Iterable[int]]) -> Background:
    """Count in how many documents each term stands; terms seen less than twice are taken as seen twice."""
    counts: Counter[int] = Counter()
    total = 0
    for terms in documents:
        counts.update({term & _MASK for term in terms})
        total += 1
    rarest = log(max(total, 2) / 2)
    codes = bytearray([min(255, round(rarest * STEPS))] * (1 << BITS))
    for bucket, count in counts.items():
        if count > 1:
            codes[bucket] = min(255, round(log(total / count) * STEPS))
    return Background(bytes(codes))


def dump(background: Background) -> bytes:
    """The table as a compressed NumPy archive."""
    out = io.BytesIO()
    np.savez_compressed(out, rarity=np.frombuffer(background.codes, dtype=np.uint8))
    return out.getvalue()


@lru_cache(maxsize=1)
def shipped() -> Background:
    """The table that comes with the package."""
    with (files(__package__) / "background.npz").open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
        return Background(archive["rarity"].tobytes())
