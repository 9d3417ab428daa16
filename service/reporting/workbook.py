"""Reports as a workbook: the text on the first sheet, a sheet a table. No cell is a formula or opens an address."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import xlsxwriter

from service.reporting.blocks import DRAFT, Cell, Document, Heading, Items, Link, Number, Table, text_of

MOST_NAME = 31
TEXT = "Nội dung"


def write(document: Document) -> bytes:
    out, blocks = io.BytesIO(), (*document.blocks, *document.annex)
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(out, safe)
    book.set_properties({"title": document.title, "author": "", "comments": document.subject[:200]})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    forms: dict[str, Any] = defaultdict(lambda: plain)
    for form in {c.shown for b in blocks if isinstance(b, Table) for r in b.rows for c in r if isinstance(c, Number)}:
        forms[form] = book.add_format({"num_format": form, "valign": "top"})
    sheet = book.add_worksheet(TEXT)
    sheet.set_column(0, 0, 110)
    lines = [(document.title, bold), (document.subject, bold)] + [(DRAFT, bold)] * (document.letterhead is not None)
    for block in blocks:
        if isinstance(block, Table):
            lines.append((f"(xem trang tính «{_sheet_name(block.name)}»)", plain))
        elif isinstance(block, Items):
            lines += [(f"- {line}", plain) for line in block.lines]
        else:
            lines.append((block.text, bold if isinstance(block, Heading) else plain))
    for row, (text, form) in enumerate(lines):
        sheet.write_string(row, 0, text, form)
    for table in blocks:
        if isinstance(table, Table):
            _sheet(book, table, bold, forms)
    book.close()
    return out.getvalue()


def _sheet(book: Any, table: Table, bold: Any, forms: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(_sheet_name(table.name))
    sheet.freeze_panes(1, 0)
    addresses = any(isinstance(c, Link) for row in table.rows for c in row)
    for n, (name, width) in enumerate(zip(table.head, table.widths, strict=True)):
        sheet.set_column(n, n, max(8, width))
        sheet.write_string(0, n, name, bold)
    if addresses:
        sheet.write_string(0, len(table.head), "Địa chỉ", bold)
        sheet.set_column(len(table.head), len(table.head), 60)
    for row, cells in enumerate(table.rows, 1):
        for column, cell in enumerate(cells):
            _write(sheet, row, column, cell, forms)
            if isinstance(cell, Link):
                sheet.write_string(row, len(table.head), cell.url)


def _write(sheet: Any, row: int, column: int, cell: Cell, forms: Mapping[str, Any]) -> None:
    if isinstance(cell, Number) and cell.value is not None:
        sheet.write_number(row, column, cell.value, forms[cell.shown])
    else:
        sheet.write_string(row, column, text_of(cell), forms[""])


def _sheet_name(name: str) -> str:
    """What a workbook takes as the name of a sheet."""
    return re.sub(r"[\[\]:*?/\\']", " ", name)[:MOST_NAME].strip()
