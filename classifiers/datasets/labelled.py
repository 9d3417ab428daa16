"""`{id,text,label}` lines, for models of one's own labels."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path

MOST_TOLD = 20  # bad lines of a file that a message names


class LabelledError(ValueError):
    """Lines that are not labelled text; the message says of each file, line, field and what was expected."""


def _pair(row: object) -> tuple[str, str]:
    if not isinstance(row, dict):
        raise LabelledError(f"expected a JSON object, found {type(row).__name__}")
    for field in ("text", "label"):
        if not isinstance(row.get(field), str):
            raise LabelledError(f"field '{field}': expected text, found {type(row.get(field)).__name__}")
        if not row[field].strip():
            raise LabelledError(f"field '{field}': expected text that is not blank")
    return row["text"], row["label"].strip()


def _parsed(line: bytes) -> object:
    try:
        return json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise LabelledError(f"not UTF-8 at byte {error.start}") from None
    except (ValueError, RecursionError) as error:
        raise LabelledError(f"not JSON: {error}") from None


def read_labelled(path: Path) -> list[tuple[str, str]]:
    """(text, label) a line of a JSON Lines file (.gz too), labels without blanks around them; LabelledError of all
    lines that are wrong."""
    pairs: list[tuple[str, str]] = []
    wrong: list[str] = []
    number = 0
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        try:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    pairs.append(_pair(_parsed(line)))
                except LabelledError as error:
                    wrong.append(f"{path}:{number}: {error}")
        except (EOFError, OSError, zlib.error) as error:
            wrong.append(f"{path}:{number + 1}: damaged or cut off here: {error}")
    if len(wrong) > MOST_TOLD:
        wrong[MOST_TOLD:] = [f"{path}: and {len(wrong) - MOST_TOLD} lines more"]
    if wrong:
        raise LabelledError("\n".join(wrong))
    return pairs
