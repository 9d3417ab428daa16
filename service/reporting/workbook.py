"""Reports as a workbook: the text on the first sheet, a sheet a table. No cell is a formula or opens an address."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import xlsxwriter

from service.domain.times import VIETNAM
from service.reporting.blocks import DRAFT, Cell, Document, Heading, Items, Link, Moment, Number, Share, Table, text_of

MOST_NAME = 31
BOUNDS = ("thấp nhất (95%)", "cao nhất (95%)")
TEXT = "Nội dung"


def write(document: Document) -> bytes:
    out, blocks = io.BytesIO(), (*document.blocks, *document.annex)
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(out, safe)
    book.set_properties({"title": document.title, "author": "", "comments": document.subject[:200]})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    forms: dict[str, Any] = defaultdict(lambda: plain)
    for form in sorted({_form(c) for b in blocks if isinstance(b, Table) for r in b.rows for c in r} - {""}):
        forms[form] = book.add_format({"num_format": form, "valign": "top"})
    sheet = book.add_worksheet(TEXT)
    sheet.set_column(0, 0, 110)
    lines = [(document.title, bold), (document.subject, bold)] + [(DRAFT, bold)] * (document.letterhead is not None)
    for n, block in enumerate(blocks):
        if n == len(document.blocks):
            lines += [(line, bold) for line in document.annex_head]
        if isinstance(block, Table):
            lines.append((f"(xem trang tính “{_sheet_name(block.name)}”)", plain))
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
    shares = {n for row in table.rows for n, c in enumerate(row) if isinstance(c, Share)}
    # of each column, where it begins: one of shares takes three
    starts = [n + sum(len(BOUNDS) for s in shares if s < n) for n in range(len(table.head) + 1)]
    for n, (name, width) in enumerate(zip(table.head, table.widths, strict=True)):
        names = [name, *(f"{name}, {bound}" for bound in BOUNDS)] if n in shares else [name]
        for column, title in enumerate(names, starts[n]):
            sheet.set_column(column, column, max(8, width))
            sheet.write_string(0, column, title, bold)
    if addresses:
        sheet.write_string(0, starts[-1], "Địa chỉ", bold)
        sheet.set_column(starts[-1], starts[-1], 60)
    for row, cells in enumerate(table.rows, 1):
        for column, cell in zip(starts, cells, strict=False):
            _write(sheet, row, column, cell, forms)
            if isinstance(cell, Link):
                sheet.write_string(row, starts[-1], cell.url)


def _write(sheet: Any, row: int, column: int, cell: Cell, forms: Mapping[str, Any]) -> None:
    if isinstance(cell, Moment):
        sheet.write_datetime(row, column, cell.at.astimezone(VIETNAM).replace(tzinfo=None), forms[_form(cell)])
    elif isinstance(cell, Number | Share) and cell.value is not None:
        bounds = (cell.low, cell.high) if isinstance(cell, Share) else ()
        for n, value in enumerate((cell.value, *bounds), column):
            if value is not None:
                sheet.write_number(row, n, value, forms[_form(cell)])
    else:
        sheet.write_string(row, column, text_of(cell), forms[""])


def _form(cell: Cell) -> str:
    """How a workbook shows a figure or time; empty for texts."""
    if isinstance(cell, Number):
        return cell.shown
    if isinstance(cell, Share):
        return "0.0%"
    return cell.form if isinstance(cell, Moment) else ""


def _sheet_name(name: str) -> str:
    """What a workbook takes as the name of a sheet."""
    return re.sub(r"[\[\]:*?/\\']", " ", name)[:MOST_NAME].strip()
