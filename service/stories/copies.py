"""Near-copies: MinHash signatures and the banded index that finds signatures like one's own.

Broder 1997 (MinHash), Indyk and Motwani 1998 (banding), Li and König 2010 (16 bits of each minimum are enough).
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence

from rensa import RMinHash

PERMUTATIONS = 128
SEED = 1676
COPY_SIMILARITY = 0.6
MIN_SHINGLES = 5
_BANDS = 32
_BAND_BYTES = 2 * PERMUTATIONS // _BANDS

Signature = bytes
"""128 minima of 16 bits, little-endian; empty for a text too short to be called a copy of anything."""


def signatures(texts: Iterable[set[int]]) -> list[Signature]:
    """Signatures of sets of shingles."""
    sets = [sorted(shingles) for shingles in texts]
    rows = RMinHash.digest_matrix_from_token_hash_sets(sets, PERMUTATIONS, SEED).to_rows() if sets else []
    return [_packed(row) if len(shingles) >= MIN_SHINGLES else b"" for row, shingles in zip(rows, sets, strict=True)]


def _packed(row: Sequence[int]) -> Signature:
    minima = array("H", [value & 0xFFFF for value in row])
    if sys.byteorder == "big":
        minima.byteswap()
    return minima.tobytes()


def similarity(one: Signature, other: Signature) -> float:
    """Estimated Jaccard similarity of two texts' shingles, 0 to 1 (standard error about 0.04)."""
    if not one or not other:
        return 0.0
    equal = sum(a == b for a, b in zip(memoryview(one).cast("H"), memoryview(other).cast("H"), strict=True))
    return equal / PERMUTATIONS


class CopyIndex:
    """Finds signatures that share a band: all at 0.8 and above, about half of them at 0.4."""

    def __init__(self) -> None:
        self._bands: list[dict[bytes, list[int]]] = [{} for _ in range(_BANDS)]

    def add(self, number: int, signature: Signature) -> None:
        """Put a document in, by the number that `find` answers with."""
        for band, key in zip(self._bands, _band_keys(signature), strict=False):
            band.setdefault(key, []).append(number)

    def remove(self, number: int, signature: Signature) -> None:
        """Take out a document that was put in with this signature."""
        for band, key in zip(self._bands, _band_keys(signature), strict=False):
            numbers = band[key]
            numbers.remove(number)
            if not numbers:
                del band[key]

    def find(self, signature: Signature) -> set[int]:
        """Numbers of the documents that share at least one band."""
        found: set[int] = set()
        for band, key in zip(self._bands, _band_keys(signature), strict=False):
            found.update(band.get(key, ()))
        return found


def _band_keys(signature: Signature) -> list[bytes]:
    return [signature[start : start + _BAND_BYTES] for start in range(0, len(signature), _BAND_BYTES)]
