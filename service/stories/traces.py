"""What storage keeps of a document so that a restarted builder goes on as if it had never stopped: about 0.7 kB."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from service.stories.copies import PERMUTATIONS, Signature
from service.stories.features import MAX_TERMS, Weights

_VERSION = 1
_HEAD = struct.Struct("<BBBxf")
_SIGNATURE_BYTES = 2 * PERMUTATIONS


class TraceError(ValueError):
    """Bytes that are no trace, or one of another version: the document has to be read again from its text."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A document as the builder remembers it; no word of the text can be read from it.

    Attributes:
        signature: for copies; empty where the text was too short.
        norm: length of the weighted vector when the document arrived, a 32-bit float.
    """

    signature: Signature
    weights: Weights
    norm: float

    def to_bytes(self) -> bytes:
        """Compact form: version, counts, norm, signature, term numbers, weights."""
        count = len(self.weights)
        return b"".join(
            (
                _HEAD.pack(_VERSION, count, bool(self.signature), self.norm),
                self.signature,
                struct.pack(f"<{count}I", *self.weights),
                bytes(self.weights.values()),
            )
        )


def from_bytes(data: bytes) -> Trace:
    """The trace that `to_bytes` wrote; TraceError for anything else."""
    if len(data) < _HEAD.size or data[0] != _VERSION:
        raise TraceError(f"expected a trace of version {_VERSION}, found {data[:1].hex() or 'nothing'}")
    _, count, signed, norm = _HEAD.unpack_from(data)
    start = _HEAD.size + (_SIGNATURE_BYTES if signed else 0)
    if count > MAX_TERMS or len(data) != start + 5 * count:
        raise TraceError(f"expected {start + 5 * count} bytes, found {len(data)}")
    terms = struct.unpack_from(f"<{count}I", data, start)
    return Trace(data[_HEAD.size : start], dict(zip(terms, data[start + 4 * count :], strict=True)), norm)


def rounded(norm: float) -> float:
    """A norm as it will come back from bytes, so that a restarted builder computes with the same number."""
    value: float = struct.unpack("<f", struct.pack("<f", norm))[0]
    return value
