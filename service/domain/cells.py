"""Tables as text files for spreadsheets: no cell of them can become a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
UTF8_MARK = "\ufeff"  # at the beginning of a file it tells spreadsheets that it is UTF-8


def cell(value: object) -> str:
    """The value as text that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    text = "" if value is None else str(value).replace("\x00", "")
    return f"'{text}" if text.lstrip(" ").startswith(DANGEROUS) else text


def csv_line(values: Iterable[object]) -> str:
    """One row of a CSV file."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([cell(v) for v in values])
    return out.getvalue()
