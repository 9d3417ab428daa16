"""Bodies read to a limit: what is compressed is never opened further than the limit."""

from __future__ import annotations

import zlib

GZIP, ZLIB, RAW_DEFLATE = 31, 15, -15
ZLIB_HEADER = 2  # bytes
GZIP_MAGIC = b"\x1f\x8b"
OVERHEAD = 64 * 1024  # by which bytes that cannot be compressed may grow


class TooLargeError(Exception):
    """More bytes than are taken."""


class BadBodyError(Exception):
    """Bytes that cannot be decoded."""


class Body:
    """Takes a body piece by piece as it comes off the wire.

    Args:
        encoding: the Content-Encoding header; identity, gzip and deflate are understood.
        limit: of the decoded body, bytes; what is compressed may not be longer either: empty members come to nothing.
        cut: take the first `limit` bytes of a longer one, in place of an error.
    """

    def __init__(self, encoding: str, *, limit: int, cut: bool = False) -> None:
        self._encoding = encoding.strip().lower()
        if self._encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise BadBodyError(f"Content-Encoding: {encoding[:40]}")
        self._limit, self._cut = limit, cut
        self.full = False
        self._pieces: list[bytes] = []
        self._size = self._taken = 0
        self._head = b""  # what came before a zlib frame could be told from none
        self._inflater = self._first_inflater()

    def push(self, chunk: bytes) -> None:
        """Take a piece; TooLargeError as soon as the limit is passed."""
        if self._inflater is None:
            self._keep(chunk)
            return
        self._open(chunk)
        self._taken += len(chunk)
        if self._taken > self._limit + OVERHEAD and not self.full:
            self.full = self._cut
            if not self._cut:
                raise self._too_large()

    def _open(self, chunk: bytes) -> None:
        while chunk and self._inflater is not None and not self.full:
            room = self._limit + 1 - self._size
            self._keep(self._inflate(chunk, room))
            if not self._inflater.eof:
                chunk = self._inflater.unconsumed_tail
                continue
            chunk = self._inflater.unused_data
            if not chunk.startswith(GZIP_MAGIC):  # what follows the last member is padding
                return
            self._inflater = zlib.decompressobj(GZIP)

    def finish(self) -> bytes:
        """The whole body; BadBodyError if the compressed stream was cut off."""
        unended = self._inflater is not None and not self._inflater.eof
        if unended and not self.full and self._size + len(self._pieces):
            raise BadBodyError("nội dung nén bị cắt ngang")
        return b"".join(self._pieces)

    def _first_inflater(self) -> zlib._Decompress | None:
        if self._encoding in ("", "identity"):
            return None
        return zlib.decompressobj(ZLIB if self._encoding == "deflate" else GZIP)

    def _inflate(self, chunk: bytes, room: int) -> bytes:
        assert self._inflater is not None
        try:
            opened = self._inflater.decompress(chunk, room)
        except zlib.error as error:
            if self._encoding == "deflate" and len(self._head) < ZLIB_HEADER:
                # some servers send deflate without its zlib frame
                self._inflater = zlib.decompressobj(RAW_DEFLATE)
                chunk, self._head = self._head + chunk, bytes(ZLIB_HEADER)
                self._pieces.append(b"")
                return self._inflate(chunk, room)
            raise BadBodyError(str(error)) from None
        if len(self._head) < ZLIB_HEADER:
            self._head += chunk[:ZLIB_HEADER]
        return opened

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._cut and self._size >= self._limit:
            self.full = True
            piece = piece[: len(piece) - (self._size - self._limit)]
        elif self._size > self._limit:
            raise self._too_large()
        self._pieces.append(piece)

    def _too_large(self) -> TooLargeError:
        return TooLargeError(f"hơn {self._limit / 2**20:.3g} MB")
