"""`{id,text,label}` lines, for models of one's own labels."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path


class LabelledError(ValueError):
    """A line that is not labelled text; the message says file, line, field and what was expected."""


def _pair(row: object) -> tuple[str, str]:
    if not isinstance(row, dict):
        raise LabelledError(f"expected a JSON object, found {type(row).__name__}")
    for field in ("text", "label"):
        if not isinstance(row.get(field), str):
            raise LabelledError(f"field '{field}': expected text, found {type(row.get(field)).__name__}")
    return row["text"], row["label"]


def read_labelled(path: Path) -> Iterator[tuple[str, str]]:
    """(text, label) a line of a JSON Lines file (.gz too); LabelledError at the first line that is wrong."""
    number = 0
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        try:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    yield _pair(json.loads(line.decode("utf-8")))
                except (ValueError, RecursionError) as error:
                    raise LabelledError(f"{path}:{number}: {error}") from None
        except (EOFError, OSError, zlib.error) as error:
            raise LabelledError(f"{path}:{number + 1}: damaged or cut off here: {error}") from None
