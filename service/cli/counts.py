"""Counts in CSV, as `radar detect` and `radar forecast` read them: checked row by row, a whole chunk at a time."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from service.cli.lines import BadLineError, Lines
from service.domain.times import YEARS, sensible

VIETNAM_MINUTES = 7 * 60
REQUIRED = ("timestamp", "value")
NUMBERS = ("value", "sources", "coverage")
ALL_SERIES = "all"
CHUNK_BYTES = 1 << 22
MAX_LINE_BYTES = 1 << 16
MOST = 1e12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class HeaderError(BadLineError):
    """The first line is no header that can be used."""


@dataclass(slots=True)
class Rows:
    """Good rows as columns, in the order of the input; a number that a row leaves empty is NaN."""

    timestamps: list[str] = field(default_factory=list)
    series: list[str] = field(default_factory=list)
    minutes: array[int] = field(default_factory=lambda: array("q"))
    numbers: dict[str, array[float]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.timestamps)

    def extend(self, more: Rows) -> None:
        """Append rows of the same input."""
        self.timestamps += more.timestamps
        self.series += more.series
        self.minutes += more.minutes
        for name, column in more.numbers.items():
            self.numbers.setdefault(name, array("d")).extend(column)


@dataclass
class CountsReader:
    """Turns lines into rows. The first line given is the header."""

    lines: Lines
    header: list[str] = field(default_factory=list)
    _line: int = 0
    _minutes: dict[str, int] = field(default_factory=dict)

    def chunks(self) -> Iterator[tuple[Rows, list[int]]]:
        """Rows as they come in, and the line number of each: all of a file, or what standard input has ready.

        Raises:
            HeaderError: the first line is no header with `timestamp` and `value`, or there is none.
        """
        stream, rest = self.lines.stream, b""
        read = stream.read1 if self.lines.total_bytes is None and hasattr(stream, "read1") else stream.read
        with self.lines.progress(unit="rows") as bar:
            while data := read(CHUNK_BYTES):
                rest = _line_feeds(rest + data)
                for whole in self._whole_lines(rest):
                    rows, numbers = self._plain(whole) or self._read(whole.split(b"\n"))
                    if bar is not None:
                        bar.update(len(rows))
                    yield rows, numbers
                rest = rest[rest.rfind(b"\n") + 1 :]
            if rest:
                yield self._read([rest])
        if not self.header:
            raise HeaderError("expected a header with timestamp and value, found nothing")
        if self._line < 2:  # whoever made the file has failed, and a job that reads it would look well
            self.lines.report(1, "there is no row below the header")

    def _whole_lines(self, data: bytes) -> Iterator[bytes]:
        """The complete lines in the data; the header by itself."""
        end, first = data.rfind(b"\n"), 0
        if not self.header and end >= 0:
            first = data.index(b"\n") + 1
            yield data[: first - 1]
        if end > first:
            yield data[first:end]

    def _plain(self, whole: bytes) -> tuple[Rows, list[int]] | None:
        """The quick way for many lines after the header that are all good and have no quotation marks, else None."""
        if not self.header or b'"' in whole or b"\0" in whole:
            return None
        try:
            # each end of a line becomes a field of its own: all rows have the same width if those are where they belong
            cells = whole.decode("utf-8").replace("\n", ",\n,").split(",")
            step = len(self.header) + 1
            ends = cells[step - 1 :: step]
            if len(cells) % step != step - 1 or ends.count("\n") != len(ends) or cells.count("\n") != len(ends):
                return None
            rows = self._rows([cells[i::step] for i in range(step - 1)])
        except ValueError:
            return None
        numbers = list(range(self._line + 1, self._line + 2 + len(ends)))
        self._line = numbers[-1]
        return rows, numbers

    def _read(self, raw: list[bytes]) -> tuple[Rows, list[int]]:
        numbered = [(n, line) for n, line in enumerate(raw, self._line + 1) if line.strip()]
        self._line += len(raw)
        text, numbers = self._decoded(numbered)
        cells = list(csv.reader(text))
        if not self.header and cells:
            self.header = _header(cells[0])
            cells, numbers = cells[1:], numbers[1:]
        try:
            return self._columns(cells), numbers
        except ValueError:
            good = [(row, n) for row, n in zip(cells, numbers, strict=True) if self._is_good(row, n)]
            return self._columns([row for row, _ in good]), [n for _, n in good]

    def _decoded(self, numbered: list[tuple[int, bytes]]) -> tuple[list[str], list[int]]:
        text, numbers = [], []
        for number, line in numbered:
            try:
                if len(line) > MAX_LINE_BYTES or b"\0" in line or line.count(b'"') % 2:
                    raise BadLineError("expected one row of CSV of moderate length, each quotation mark closed")
                text.append(line.decode("utf-8-sig" if number == 1 else "utf-8"))
                numbers.append(number)
            except UnicodeDecodeError as error:
                self.lines.report(number, f"not UTF-8 at byte {error.start}")
            except BadLineError as error:
                self.lines.report(number, str(error))
        return text, numbers

    def _columns(self, cells: list[list[str]]) -> Rows:
        """All rows at once; ValueError if any of them is bad."""
        if not cells:
            return Rows(numbers={n: array("d") for n in NUMBERS if n in self.header})
        return self._rows([list(column) for column in zip(*cells, strict=True)])

    def _rows(self, cells: list[list[str]]) -> Rows:
        columns = dict(zip(self.header, cells, strict=True))
        stamps = columns["timestamp"]
        for stamp in set(stamps).difference(self._minutes):
            self._minutes[stamp] = parse_minute(stamp)
        numbers = {name: _numbers(columns[name], name) for name in NUMBERS if name in columns}
        series = columns.get("series") or [ALL_SERIES] * len(stamps)
        return Rows(stamps, series, array("q", map(self._minutes.__getitem__, stamps)), numbers)

    def _is_good(self, row: list[str], number: int) -> bool:
        try:
            if len(row) != len(self.header):
                raise BadLineError(f"expected {len(self.header)} fields, found {len(row)}")
            self._columns([row])
        except ValueError as error:
            self.lines.report(number, str(error))
            return False
        return True


def _line_feeds(data: bytes) -> bytes:
    """Lines that end in CR LF or CR end in LF; a CR at the very end stays, for the LF may be still to come."""
    end = len(data) - data.endswith(b"\r")
    return data[:end].replace(b"\r\n", b"\n").replace(b"\r", b"\n") + data[end:]


def _header(names: list[str]) -> list[str]:
    header = [name.strip().lower() for name in names]
    missing = [name for name in REQUIRED if name not in header]
    if missing or len(set(header)) != len(header):
        raise HeaderError(f"expected a header with timestamp and value, each name once; found {','.join(names)!r}")
    return header


def parse_minute(text: str) -> int:
    """Local minute (clock of Vietnam) since 1970 of an ISO 8601 time; without an offset it is Vietnamese already."""
    try:
        time = datetime.fromisoformat(text.strip())
        known = time.tzinfo is not None
        time = sensible(time if known else time.replace(tzinfo=UTC))
        seconds = (time - _EPOCH) // timedelta(seconds=1)
    except ValueError:
        expected = f"a time such as 2026-11-24T08:00:00, {YEARS}"
        raise BadLineError(f"field 'timestamp': expected {expected}, found {text!r}") from None
    return seconds // 60 + (VIETNAM_MINUTES if known else 0)


def _numbers(column: Sequence[str], name: str) -> array[float]:
    most = 1.0 if name == "coverage" else MOST
    known = {cell: _number(cell, name, most) for cell in set(column)}
    return array("d", map(known.__getitem__, column))


def _number(cell: str, name: str, most: float) -> float:
    if not cell.strip() and name != "value":
        return math.nan
    try:
        value = float(cell) if "_" not in cell else -1.0  # Python alone reads 1_000 as a number
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        raise BadLineError(f"field '{name}': expected a number from 0 to {most:g}, found {cell!r}")
    return value
