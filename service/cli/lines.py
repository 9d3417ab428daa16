"""What every filter command does with its lines: read, report the bad ones, show progress, write."""

from __future__ import annotations

import gzip
import json
import os
import select
import stat
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click
import orjson

if TYPE_CHECKING:
    from tqdm import tqdm

T = TypeVar("T")
MAX_LINE_BYTES = 16 * 1024 * 1024
BATCH = 256
PIECE = 65_536  # bytes


class BadLineError(ValueError):
    """A line that does not hold what the command expects; the message says which field and what was expected."""


@dataclass
class Lines:
    """The lines of one input and what went wrong with them; `failed` decides the exit status.

    Args:
        name: what error messages call the input (the path, or «standard input»).
        live: no regular file: the next line may be long in coming, so nothing is held back until then.
    """

    name: str
    stream: BinaryIO
    total_bytes: int | None = None
    live: bool = False
    failed: int = 0
    show_progress: bool = field(default_factory=lambda: sys.stderr.isatty())
    _come: bytes = field(default=b"", repr=False)

    def report(self, number: int, reason: str) -> None:
        """Say on standard error which line was left out and why."""
        self.failed += 1
        said = f"{self.name}:{number}: {reason}"
        if self.show_progress:
            from tqdm import tqdm

            tqdm.write(said, file=sys.stderr)
        else:
            print(said, file=sys.stderr)

    def progress(self, **options: Any) -> AbstractContextManager[tqdm[Any] | None]:
        """A progress bar; None where nobody looks at it."""
        if not self.show_progress:
            return nullcontext()
        from tqdm import tqdm

        return tqdm(unit_scale=True, file=sys.stderr, **options)

    def raw(self) -> Iterator[tuple[int, bytes]]:
        """Numbered lines that are not blank, with a progress bar on a terminal."""
        with self.progress(total=self.total_bytes, unit="B") as bar:
            number = 0
            while chunk := self._piece(number + 1):
                number += 1
                if bar is not None:
                    bar.update(len(chunk))
                if not chunk.endswith(b"\n") and len(chunk) >= MAX_LINE_BYTES:
                    self._skip_rest_of_line(number)
                    self.report(number, f"line longer than {MAX_LINE_BYTES} bytes")
                    continue
                if number == 1 and chunk.startswith(b"\xef\xbb\xbf"):
                    chunk = chunk[3:]
                if chunk.strip():
                    yield number, chunk

    def _piece(self, number: int) -> bytes:
        """A line, or as much of it as is read at once; nothing where the input ends, or is damaged, which is told."""
        try:
            return self._live_piece() if self.live else self.stream.readline(MAX_LINE_BYTES)
        except (OSError, EOFError, zlib.error) as error:
            self.report(number, f"the input is damaged or cut off here: {error}")
            return b""

    def _live_piece(self) -> bytes:
        # what the stream has is kept here: of a buffer of its own nobody could tell whether it holds a line
        while (end := self._come.find(b"\n") + 1) == 0 and len(self._come) < MAX_LINE_BYTES:
            data = self.stream.read1(PIECE)  # type: ignore[attr-defined]
            if not data:
                break
            self._come += data
        piece = self._come[: end or MAX_LINE_BYTES]
        self._come = self._come[len(piece) :]
        return piece

    def more(self) -> bool:
        """Whether the next line is there, or the end; False: it may be long in coming."""
        if not self.live or b"\n" in self._come:
            return True
        try:
            return bool(select.select([self.stream], [], [], 0)[0])
        except (OSError, ValueError):
            # no file at all (tests)
            return True

    def _skip_rest_of_line(self, number: int) -> None:
        while (chunk := self._piece(number)) and not chunk.endswith(b"\n"):
            pass

    def parsed(self, parse: Callable[[dict[str, Any]], T]) -> Iterator[tuple[int, T]]:
        """JSON objects made into what `parse` returns; what it refuses (BadLineError) is reported and left out."""
        for number, raw in self.raw():
            try:
                yield number, parse(decode_object(raw))
            except BadLineError as error:
                self.report(number, str(error))


def decode_object(raw: bytes) -> dict[str, Any]:
    """One JSON object from one line; lone surrogates and NUL are tolerated, anything else is a BadLineError."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        try:
            value = json.loads(raw.decode("utf-8", errors="strict"))
        except UnicodeDecodeError as error:
            raise BadLineError(f"not UTF-8 at byte {error.start}") from None
        except (ValueError, RecursionError) as error:
            raise BadLineError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadLineError(f"expected a JSON object, found {type(value).__name__}")
    return value


def required_text(row: dict[str, Any], key: str) -> str:
    """A field that must be there and be text."""
    value = row.get(key)
    if not isinstance(value, str):
        raise BadLineError(
            f"field '{key}': expected text, found {'nothing' if value is None else type(value).__name__}"
        )
    return value


def optional_text(row: dict[str, Any], key: str) -> str | None:
    """A field that may be missing or null, else must be text."""
    return None if row.get(key) is None else required_text(row, key)


def batches(items: Iterable[T], lines: Lines) -> Iterator[list[T]]:
    """Items in their order, at most BATCH at a time; of a live input those that have come, so that none waits for the
    next one and a full pipe is not taken one by one."""
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH or not lines.more():
            yield batch
            batch = []
    if batch:
        yield batch


def write(rows: Iterable[Any], *, live: bool = False) -> None:
    """Write objects as JSON lines to standard output, each at once where the input is live; a reader that goes away
    (`| head`) ends the command quietly."""
    out = sys.stdout.buffer
    for row in rows:
        try:
            line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY)
        except TypeError:
            # a lone surrogate goes out as it came in, escaped
            line = json.dumps(row, separators=(",", ":"), default=_plain).encode() + b"\n"
        out.write(line)
        if live:
            out.flush()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value.item()


@contextmanager
def open_lines(path: str | None) -> Iterator[Lines]:
    """The input named on the command line: a file (.gz too) or pipe, or standard input for `-` or nothing."""
    if path in (None, "-"):
        if sys.stdin is None:
            raise click.ClickException("standard input is closed")
        yield _lines_of("standard input", sys.stdin.buffer)
        return
    file = Path(str(path))
    try:
        stream = file.open("rb")
    except FileNotFoundError:
        raise click.BadParameter(f"no such file: {file}", param_hint="FILE") from None
    except OSError as error:
        raise click.BadParameter(f"{file}: {error.strerror}", param_hint="FILE") from None
    lines = _lines_of(str(file), stream)
    if file.suffix == ".gz":
        with stream, gzip.open(stream) as unpacked:
            yield replace(lines, stream=unpacked, total_bytes=None)  # type: ignore[arg-type]
    else:
        with stream:
            yield lines


def _lines_of(name: str, stream: BinaryIO) -> Lines:
    try:
        found = os.fstat(stream.fileno())
    except OSError:
        # no file at all (tests)
        return Lines(name, stream, live=True)
    regular = stat.S_ISREG(found.st_mode)
    return Lines(name, stream, total_bytes=found.st_size if regular else None, live=not regular)


def finish(lines: Lines) -> None:
    """Flush, and exit with status 1 if any line was left out."""
    sys.stdout.flush()
    if lines.failed:
        raise SystemExit(1)
