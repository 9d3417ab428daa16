"""Near-copies: MinHash signatures and the banded index that finds signatures like one's own.

Broder 1997 (MinHash), Indyk and Motwani 1998 (banding), Li and König 2010 (16 bits of each minimum are enough).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

PERMUTATIONS = 128
SEED = 1676
COPY_SIMILARITY = 0.6
MIN_SHINGLES = 5
MOST_OF_A_BAND = 100  # a campaign of thousands of copies: the first hundred are enough to tell what a text is a copy of

Signature = bytes
"""128 minima of 16 bits, little-endian; empty for a text too short to be called a copy of anything."""


def signatures(shingles: npt.NDArray[np.uint64], offsets: npt.NDArray[np.int64]) -> list[Signature]:
    """Signatures of several texts: their distinct shingles one after the other, and where each text's begin and end."""
    if len(offsets) < 2:
        return []
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(shingles, offsets.astype(np.uint64), PERMUTATIONS, SEED)
    minima = np.array(matrix.to_rows(), dtype=np.uint32).astype("<u2")
    long_enough = np.diff(offsets) >= MIN_SHINGLES
    return [row.tobytes() if signed else b"" for row, signed in zip(minima, long_enough.tolist(), strict=True)]


def similarities(one: Signature, others: Sequence[Signature]) -> npt.NDArray[np.float64]:
    """Estimated Jaccard similarity of one text's shingles with those of others, 0 to 1 (standard error about 0.04);
    no signature may be empty."""
    mine, theirs = np.frombuffer(one, "<u2"), np.frombuffer(b"".join(others), "<u2")
    equal: npt.NDArray[np.float64] = np.mean(theirs.reshape(-1, PERMUTATIONS) == mine, axis=1)
    return equal


class CopyIndex:
    """Finds signatures that share a band: all at 0.8 and above, about half of them at 0.4."""

    def __init__(self) -> None:
        # a band of 64 bits hardly ever equals another band of another text, and then only costs a comparison
        self._first: dict[int, int] = {}
        self._others: dict[int, list[int]] = {}

    def add(self, number: int, signature: Signature) -> None:
        """Put a document in, by the number that `find` answers with."""
        first = self._first
        for band in _bands(signature):
            if first.setdefault(band, number) != number:
                self._others.setdefault(band, []).append(number)

    def remove(self, number: int, signature: Signature) -> None:
        """Take out a document that was put in with this signature."""
        first, others = self._first, self._others
        for band in _bands(signature):
            if band not in others:
                del first[band]
                continue
            if first[band] == number:
                first[band] = others[band].pop(0)
            else:
                others[band].remove(number)
            if not others[band]:
                del others[band]

    def find(self, signature: Signature) -> set[int]:
        """Numbers of the documents that share at least one band: of each band, the first that arrived."""
        shared = self._first.keys() & _bands(signature)
        if not shared:
            return set()
        found = {self._first[band] for band in shared}
        return found.union(*(self._others.get(band, ())[:MOST_OF_A_BAND] for band in shared))


def _bands(signature: Signature) -> set[int]:
    return set(np.frombuffer(signature, dtype="<u8").tolist())
