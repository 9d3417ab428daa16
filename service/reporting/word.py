"""Reports as .docx in the form of an administrative document (Decree 30/2020/NĐ-CP, Annex I)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import docx
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt

from service.reporting.blocks import (
    COUNTRY,
    DRAFT,
    MOTTO,
    NUMBER,
    Block,
    Cell,
    Document,
    Fill,
    Heading,
    Items,
    Letterhead,
    Link,
    Number,
    Share,
    Table,
    text_of,
)

FONT, LANGUAGE = "Times New Roman", "vi-VN"
BODY, SMALL, TITLE = Pt(13), Pt(11), Pt(14)
INDENT, LEFT, RIGHT, EDGE, PAPER = Cm(1.27), Mm(30), Mm(15), Mm(20), (Mm(210), Mm(297))
HEADINGS = (1, 2)  # levels of headings
CENTRE = WD_ALIGN_PARAGRAPH.CENTER


def write(document: Document) -> bytes:
    made: Any = docx.Document()
    _style(made)
    _number_pages(made.sections[0])
    if document.letterhead:
        _letterhead(made, document.letterhead)
    _line(made.add_paragraph(), document.title, bold=True, size=TITLE, align=CENTRE)
    _line(made.add_paragraph(), document.subject, bold=True, size=TITLE, align=CENTRE)
    _rule(made.add_paragraph(), side=Mm(62))
    for block in document.blocks:
        _block(made, block)
    if document.letterhead:
        _foot(made, document.receivers)
    if document.annex:
        _annex(made, document.annex_head)
    for block in document.annex:
        _block(made, block)
    made.core_properties.title = f"{document.title}: {document.subject}"[:255]
    made.core_properties.author, made.core_properties.comments, made.core_properties.language = "", "", LANGUAGE
    if document.made_at:
        made.core_properties.created = made.core_properties.modified = document.made_at.astimezone(UTC)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _style(made: Any) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = PAPER
    section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = LEFT, RIGHT, EDGE, EDGE
    section.header_distance = Mm(10)
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = FONT, BODY
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    for language in made.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    normal.paragraph_format.space_before, normal.paragraph_format.space_after = Pt(0), Pt(0)
    for level in HEADINGS:
        _plain(made.styles[f"Heading {level}"])


def _plain(heading: Any) -> None:
    """A heading for the outline only: it looks as its paragraphs say, not as Word's own."""
    for part in (heading.element.rPr, *(p for p in heading.element.pPr if p.tag != qn("w:outlineLvl"))):
        part.getparent().remove(part)


def _number_pages(section: Any) -> None:
    """In the middle of the upper margin, from the second page on."""
    section.different_first_page_header_footer = True
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = CENTRE
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = paragraph.add_run("2")
    run.font.size = BODY
    field.append(run._r)
    paragraph._p.append(field)


def _letterhead(made: Any, head: Letterhead) -> None:
    table = made.add_table(rows=1, cols=2)
    table.autofit = False
    left, right = table.rows[0].cells
    for column, cell, width in zip(table.columns, (left, right), (Mm(68), Mm(97)), strict=True):
        column.width = cell.width = width  # Word goes by the cells, LibreOffice by the columns
    _line(left.paragraphs[0], head.parent, size=Pt(12), align=CENTRE)
    _line(left.add_paragraph(), head.agency, bold=True, size=Pt(12), align=CENTRE)
    _rule(left.add_paragraph(), side=Mm(20))
    _line(left.add_paragraph(), NUMBER, align=CENTRE)
    _line(right.paragraphs[0], COUNTRY, bold=True, size=Pt(12), align=CENTRE)
    _line(right.add_paragraph(), MOTTO, bold=True, align=CENTRE)
    _rule(right.add_paragraph(), side=Mm(18))
    _line(right.add_paragraph(), head.dated, italic=True, align=CENTRE)
    draft = made.add_paragraph()
    draft.paragraph_format.space_before = draft.paragraph_format.space_after = Pt(6)
    _line(draft, DRAFT, bold=True, size=Pt(12))


def _foot(made: Any, receivers: Sequence[str]) -> None:
    made.add_paragraph()
    table = made.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    _line(left.paragraphs[0], "Nơi nhận:", bold=True, italic=True, size=Pt(12))
    for each in receivers:
        _line(left.add_paragraph(), each, size=SMALL)
    _line(right.paragraphs[0], "[CHỨC VỤ NGƯỜI KÝ]", bold=True, align=CENTRE)


def _annex(made: Any, head: Sequence[str]) -> None:
    """The head of an annex, whose pages are numbered anew."""
    numbers = OxmlElement("w:pgNumType")
    numbers.set(qn("w:start"), "1")
    # Word wants it behind margins and before columns
    made.add_section(WD_SECTION.NEW_PAGE)._sectPr.find(qn("w:cols")).addprevious(numbers)
    label, title, *attached = head
    _line(made.add_paragraph(style="Heading 1"), label, bold=True, size=TITLE, align=CENTRE)
    _line(made.add_paragraph(), title, bold=True, size=TITLE, align=CENTRE)
    for text in attached:
        _line(made.add_paragraph(), text, italic=True, size=TITLE, align=CENTRE)
    _rule(made.add_paragraph(), side=Mm(62))


def _block(made: Any, block: Block) -> None:
    if isinstance(block, Table):
        _table(made, block)
        return
    for text in block.lines if isinstance(block, Items) else (block.text,):
        paragraph = made.add_paragraph(style=f"Heading {block.level}" if isinstance(block, Heading) else None)
        shape = paragraph.paragraph_format
        shape.space_before, shape.line_spacing = Pt(6), 1.15
        if isinstance(block, Heading):
            shape.keep_with_next, shape.first_line_indent = True, INDENT
            _line(paragraph, text, bold=True)
            continue
        shape.first_line_indent = INDENT
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        run = _line(paragraph, f"- {text}" if isinstance(block, Items) else text, italic=isinstance(block, Fill))
        if isinstance(block, Fill):
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _table(made: Any, block: Table) -> None:
    caption = made.add_paragraph()
    caption.paragraph_format.space_before, caption.paragraph_format.keep_with_next = Pt(6), True
    _line(caption, block.name, italic=True, size=Pt(12))
    table = made.add_table(rows=0, cols=len(block.head))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    room = PAPER[0] - LEFT - RIGHT
    for column, width in zip(table.columns, block.widths, strict=True):
        column.width = int(room * width / sum(block.widths))
    for n, row in enumerate([block.head, *block.rows]):
        added = table.add_row()
        if n == 0:
            mark = OxmlElement("w:tblHeader")
            mark.set(qn("w:val"), "true")
            added._tr.get_or_add_trPr().append(mark)
        for place, cell, width in zip(added.cells, row, block.widths, strict=True):
            place.width = int(room * width / sum(block.widths))
            _cell(made, place.paragraphs[0], cell, bold=n == 0)
            place.paragraphs[0].paragraph_format.keep_with_next = n == 0 or None


def _cell(made: Any, paragraph: Any, cell: Cell, *, bold: bool) -> None:
    if isinstance(cell, Link) and cell.is_web:
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), made.part.relate_to(cell.url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        run = _line(paragraph, cell.text, size=SMALL)
        run.font.underline = True
        link.append(run._r)
        paragraph._p.append(link)
        return
    _line(paragraph, text_of(cell), bold=bold, size=SMALL)
    if isinstance(cell, Number | Share):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _line(
    paragraph: Any, text: str, *, bold: bool = False, italic: bool = False, size: Any = BODY, align: Any = None
) -> Any:
    # what XML cannot hold has no place in a report either
    run = paragraph.add_run("".join(c for c in " ".join(text.split()) if c.isprintable()))
    run.bold, run.italic, run.font.size = bold, italic, size
    if align is not None:
        paragraph.alignment = align
    return run


def _rule(paragraph: Any, *, side: Any) -> None:
    """A line below, set in from both sides."""
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = side
    shape.space_after, shape.line_spacing = Pt(4), Pt(3)
    border, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    border.append(line)
    # Word wants them in this order
    paragraph._p.get_or_add_pPr().insert_element_before(border, "w:spacing", "w:ind", "w:jc")
