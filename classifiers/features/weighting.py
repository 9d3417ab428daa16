"""TF-IDF in blocks: every block of a row (words, letters, cues) is brought to a length of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import sparse

Ints = np.ndarray[tuple[int], np.dtype[np.int8]]
Floats = np.ndarray[tuple[int], np.dtype[np.float32]]


def blocks_of(names: Sequence[str], blocks: Mapping[str, float]) -> Ints:
    """Number of the block of every feature, told by the first letter of its name."""
    order = {letter: i for i, letter in enumerate(blocks)}
    return np.array([order[n[0]] for n in names], dtype=np.int8)


def inverse_frequencies(names: Sequence[str], documents: Any, total: int, plain: str) -> Floats:
    """Smoothed inverse document frequency a feature; 1 for features of the blocks in `plain`."""
    idf = np.log((1 + total) / (1 + np.asarray(documents))) + 1
    return np.where([n[0] in plain for n in names], 1.0, idf).astype(np.float32)


def weigh(
    counts: sparse.csr_matrix, idf: Floats, block_of: Ints, blocks: Mapping[str, float], *, plain: str
) -> sparse.csr_matrix:
    """Counts to weights, in place: 1 + log count, times idf, each block of a row scaled to its weight.

    Blocks in `plain` are scaled by their weight alone: their size carries meaning.
    """
    data = (1.0 + np.log(counts.data)) * idf[counts.indices]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    cell = rows * len(blocks) + block_of[counts.indices]
    norms = np.sqrt(np.bincount(cell, weights=data * data, minlength=counts.shape[0] * len(blocks)))
    scale = np.tile(np.array(list(blocks.values())), counts.shape[0]) / np.maximum(norms, 1e-9)
    for i, (letter, weight) in enumerate(blocks.items()):
        if letter in plain:
            scale[i :: len(blocks)] = weight
    counts.data = (data * scale[cell]).astype(np.float32)
    return counts
