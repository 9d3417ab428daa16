"""Exports of other tools (CSV, JSON Lines, XLSX) to rows: columns are known by their names in Vietnamese or English."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import openpyxl
import orjson

from service.domain.text import fold
from service.parsing.charset import REPLACED, decode, is_binary, is_damaged_utf8

MAX_ROWS = 200_000
MAX_CELL = 200_000
MAX_UNPACKED = 512 * 1024 * 1024
DELIMITERS = (",", ";", "\t", "|")
FIELDS = ("title", "text", "url", "published_at", "source", "kind", "id")
# folded, without punctuation; the first column that fits a field is taken. There is no field for who wrote it.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "title": ("title", "headline", "subject", "article title", "tieu de", "tieu de bai viet", "ten bai"),
    "text": (
        "text", "content", "full text", "body", "message", "post content", "summary", "description", "snippet",
        "hit sentence", "opening text", "mention content", "noi dung", "noi dung bai viet", "noi dung binh luan",
        "mo ta", "trich dan", "tom tat",
    ),
    "url": ("url", "link", "article url", "permalink", "mention url", "post url", "duong dan", "lien ket", "dia chi"),
    "published_at": (
        "published at", "published", "publish date", "date published", "date", "datetime", "created at", "created time",
        "timestamp", "time", "ngay dang", "ngay xuat ban", "thoi gian dang", "thoi gian", "ngay gio", "ngay",
    ),
    "source": (
        "source", "source name", "outlet", "media", "site", "site name", "domain", "nguon", "ten nguon", "nguon tin",
        "to bao", "bao", "trang", "ten trang",
    ),
    "kind": (
        "kind", "type", "source kind", "source type", "media type", "channel", "loai", "loai nguon", "kenh",
        "loai hinh",
    ),
    "id": ("id", "mention id", "document id", "ma", "ma bai"),
}  # fmt: skip
# folded as above; a column whose name holds one of these says who wrote, and is not read even where it is asked for
PEOPLE = (
    "author", "authors", "byline", "writer", "journalist", "reporter", "username", "user name", "screen name", "handle",
    "nickname", "full name", "first name", "last name", "display name", "posted by", "sender", "commenter", "tac gia",
    "but danh", "phong vien", "nguoi viet", "nguoi dang", "nguoi gui", "nguoi binh luan", "ten nguoi", "ho ten",
    "ho va ten", "ten tai khoan", "chu tai khoan",
)  # fmt: skip


class BadTableError(ValueError):
    """A file that cannot be read as a whole; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file (from 1, header included) and its cells by column name; None if broken."""

    number: int
    cells: Mapping[str, Any] | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Column names, and the rows as they are read."""

    columns: tuple[str, ...]
    rows: Iterator[Row]


def read_table(body: bytes, *, name: str) -> Table:
    """A table by the ending of its name: .xlsx, .jsonl (.ndjson, .json), else CSV.

    Raises:
        BadTableError: the file is none of these.
    """
    lower = name.lower()
    if lower.endswith((".xlsx", ".xlsm")):
        return _xlsx(body)
    if lower.endswith((".jsonl", ".ndjson", ".json")):
        return _json_lines(body)
    return _csv(body)


def map_columns(columns: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Field -> column: as given, else by synonym.

    Raises:
        BadTableError: a given field or column does not exist, the column is one of people's names or stands more than
            once, or neither title nor text is there.
    """
    for field, column in given.items():
        if field not in FIELDS:
            raise BadTableError(f"no field {field!r}; expected one of: {', '.join(FIELDS)}")
        if column not in columns:
            raise BadTableError(f"no column {column!r} for {field}; there are: {', '.join(columns)}")
        if any(f" {name} " in f" {_bare(column)} " for name in PEOPLE):
            raise BadTableError(f"column {column!r} for {field} holds names of people, which are never read")
    bare = {_bare(c): c for c in reversed(columns)}
    found = {f: next((bare[s] for s in SYNONYMS[f] if s in bare), "") for f in FIELDS}
    mapped = {f: c for f, c in found.items() if c and c not in given.values()} | dict(given)
    if not {"title", "text"} & mapped.keys():
        raise BadTableError(
            f"no column for title or text among: {', '.join(columns)}; name one with --map title=COLUMN"
        )
    if twice := [c for c in mapped.values() if columns.count(c) > 1]:
        raise BadTableError(f"column {twice[0]!r} stands more than once; rename those that are not meant")
    return mapped


def _bare(column: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in fold(column)).split())


def _csv(body: bytes) -> Table:
    if is_binary(body):
        raise BadTableError("expected CSV, JSON Lines or XLSX, found a binary file")
    damaged = is_damaged_utf8(body)
    text = decode(body, "charset=utf-8" if damaged else "")
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    csv.field_size_limit(MAX_CELL * 4)
    lines = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter)
    header = next(_safely(lines), Row(1, None)).cells
    columns = tuple(str(c).strip() for c in header["row"]) if header else ()
    if not any(columns):
        raise BadTableError("expected a header in the first line")

    def rows() -> Iterator[Row]:
        for row in _safely(lines):
            cells = row.cells["row"] if row.cells else []
            if row.cells and not any(c.strip() for c in cells):
                continue
            if row.cells and len(cells) != len(columns):
                yield Row(row.number, None, f"expected {len(columns)} cells as in the header, found {len(cells)}")
            elif broken := [c for c, cell in zip(columns, cells, strict=False) if damaged and REPLACED in cell]:
                yield Row(row.number, None, f"column {broken[0]!r}: not UTF-8, as the rest of the file is")
            else:
                yield Row(row.number, dict(zip(columns, cells, strict=True)), "") if row.cells else row

    return Table(columns, rows())


def _safely(lines: Any) -> Iterator[Row]:
    """Rows of a csv reader with the line each begins on; a broken one is a problem, not the end."""
    while True:
        number = lines.line_num + 1
        try:
            yield Row(number, {"row": next(lines)})
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(number, None, f"not CSV: {error}")


def _json_lines(body: bytes) -> Table:
    lines = [(n, line) for n, line in enumerate(body.split(b"\n"), 1) if line.strip()]
    if len(lines) > MAX_ROWS:
        raise BadTableError(f"expected at most {MAX_ROWS:,} lines, found {len(lines):,}; import the file in parts")
    rows = [_object(n, line) for n, line in lines]
    columns = dict.fromkeys(key for r in rows if r.cells for key in r.cells)
    if not columns:
        raise BadTableError("expected one JSON object a line")
    return Table(tuple(columns), iter(rows))


def _object(number: int, line: bytes) -> Row:
    try:
        value = orjson.loads(line.lstrip(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        return Row(number, None, f"not JSON: {error}")
    if not isinstance(value, dict):
        return Row(number, None, f"expected a JSON object, found {type(value).__name__}")
    return Row(number, value)


def _xlsx(body: bytes) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(f.file_size for f in archive.infolist()) > MAX_UNPACKED:
                raise BadTableError(f"unpacked the file is larger than {MAX_UNPACKED // 2**20} MB")
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
        lines = enumerate(book.worksheets[0].iter_rows(values_only=True), 1)
        _, header = next(lines, (1, ()))
    except BadTableError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part of a file leads to
        raise BadTableError(f"not XLSX: {type(error).__name__}") from None
    columns = tuple(str(c).strip() if c is not None else "" for c in header)
    if not any(columns):
        raise BadTableError("expected a header in the first line")

    def rows() -> Iterator[Row]:
        for number, cells in lines:
            if any(c is not None for c in cells):
                yield Row(number, {c: v for c, v in zip(columns, cells, strict=False) if c})

    return Table(columns, rows())


def cell_text(value: Any) -> str:
    """A cell as text; times in ISO form, so that they are read like any other."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)[:MAX_CELL]
