"""What every form of a report has to keep: all of its content, nothing that runs, nothing that is loaded."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from openpyxl import load_workbook

from service.domain.reports import ReportFile, ReportForm, Unavailable
from service.reporting import page, word
from service.reporting.blocks import (
    DRAFT,
    MOTTO,
    Document,
    Fill,
    Heading,
    Items,
    Letterhead,
    Link,
    Moment,
    Number,
    Paragraph,
    Share,
    Table,
)
from service.reporting.files import FORMS, file_of

ATTACK = '=HYPERLINK("http://x.example") <script>alert(1)</script> | [bấm](http://x.example)\x00\x0b\n# tiêu đề'
DOCUMENT = Document(
    title="BÁO CÁO",
    subject="Kết quả quý I năm 2026",
    blocks=[
        Heading("I. TÓM TẮT"),
        Paragraph("Nước sông thường dâng vào tháng Chín."),
        Paragraph(ATTACK),
        Fill("phần của người"),
        Items(["một mục", ATTACK]),
        Table(
            name="Bảng [1]: a/b",
            head=("Tên", "Số", "Bài"),
            rows=[
                ["=1+1", Number("1.234,5", 1234.5), Link("Một bài", "https://bao.example.com/1")],
                ["@SUM(A1)", Number("không đủ dữ liệu"), Link(ATTACK, "javascript:alert(1)")],
                ["-2", Number("12%", 0.12, "0.0%"), Link("hai\nba", "https://x.example/\"><script>")],
            ],
            widths=(40, 20, 40),
        ),
    ],
    annex=[Heading("1. Chất lượng", 2), Paragraph("cách tính")],
    annex_title="Phương pháp",
    letterhead=Letterhead(
        parent="BỘ THỬ", agency="CƠ QUAN THỬ", named="Cơ quan Thử", place="Thành phố Thử", year=2026
    ),
)  # fmt: skip


def made(form: ReportForm) -> bytes:
    found = file_of(DOCUMENT, form, "bao-cao")
    if isinstance(found, Unavailable):
        pytest.skip(found.reason)
    assert isinstance(found, ReportFile)
    assert found.name == f"bao-cao.{FORMS[form].suffix}"
    return found.content


def text_of(form: ReportForm) -> str:
    content = made(form)
    if form is ReportForm.DOCX:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return re.sub(r"<[^>]+>", " ", parts.read("word/document.xml").decode())
    if form is ReportForm.XLSX:
        book = load_workbook(io.BytesIO(content))
        return " ".join(str(c.value) for sheet in book for row in sheet for c in row if c.value is not None)
    return content.decode()


@pytest.mark.parametrize("form", [f for f in ReportForm if f is not ReportForm.PDF])
def test_every_form_holds_everything(form: ReportForm) -> None:
    text = text_of(form)
    for words in ("BÁO CÁO", "Kết quả quý I năm 2026", "I. TÓM TẮT", "tháng Chín", "phần của người", "một mục", "Tên",
                  "Một bài", "DỰ THẢO", "Phụ lục", "PHƯƠNG PHÁP", "của Cơ quan Thử)", "cách tính"):  # fmt: skip
        assert words in text, words


def test_every_form_has_a_writer() -> None:
    assert set(FORMS) == set(ReportForm)


def test_nothing_runs_in_a_page_and_nothing_is_loaded() -> None:
    page = made(ReportForm.HTML).decode()
    assert "<script" not in page
    assert set(re.findall(r'(?:href|src)="([^"]*)"', page)) == {"https://bao.example.com/1"}
    assert "url(" not in page


def test_titles_do_not_change_the_form_of_markdown() -> None:
    text = made(ReportForm.MARKDOWN).decode()
    assert re.findall(r"(?<!\\)\[[^]]*\]\(<([^>]*)>\)", text) == ["https://bao.example.com/1"]
    assert [line for line in text.splitlines() if line.startswith("# ")] == ["# BÁO CÁO: Kết quả quý I năm 2026"]
    assert {line.count("|") - line.count("\\|") for line in text.splitlines() if line.startswith("|")} == {4}


def test_no_cell_of_a_workbook_is_a_formula_or_opens_an_address() -> None:
    book = load_workbook(io.BytesIO(made(ReportForm.XLSX)))
    assert book.sheetnames == ["Nội dung", "Bảng  1   a b"]
    cells = [c for sheet in book for row in sheet for c in row if c.value is not None]
    assert not [c for c in cells if c.data_type == "f" or c.hyperlink]
    table = book["Bảng  1   a b"]
    assert [c.value for c in table["A"]] == ["Tên", "=1+1", "@SUM(A1)", "-2"]
    assert [(c.value, c.number_format) for c in table["B"][1:]] == [
        (1234.5, "#,##0.0#"), ("không đủ dữ liệu", "General"), (0.12, "0.0%"),
    ]  # fmt: skip


def test_times_and_shares_of_a_workbook_are_dates_and_numbers() -> None:
    at = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
    table = Table(
        name="T", head=("Bài", "Ngày đăng", "Tiêu cực", "Mở lúc"), widths=(40, 12, 20, 17),
        rows=[
            [Link("a", "https://bao.example.com/1"), Moment("02/03/2026", at, "dd/mm/yyyy"),
             Share("32,3% (18,6 đến 49,9%)", 0.3226, 0.1857, 0.4986), Moment("03:30 ngày 02/03/2026", at)],
            ["b", "", Share("không đủ dữ liệu"), ""],
        ],
    )  # fmt: skip
    document = replace(DOCUMENT, blocks=[table], annex=[])
    found = file_of(document, ReportForm.XLSX, "x")
    assert isinstance(found, ReportFile)
    sheet = load_workbook(io.BytesIO(found.content))["T"]
    head, first, second = sheet.iter_rows()
    assert [c.value for c in head] == [
        "Bài", "Ngày đăng", "Tiêu cực", "Tiêu cực, thấp nhất (95%)", "Tiêu cực, cao nhất (95%)", "Mở lúc", "Địa chỉ",
    ]  # fmt: skip
    local = datetime(2026, 3, 2, 3, 30)  # noqa: DTZ001 - a spreadsheet knows no zones
    assert [(c.value, c.number_format) for c in first[1:6]] == [
        (local, "dd/mm/yyyy"), (0.3226, "0.0%"), (0.1857, "0.0%"), (0.4986, "0.0%"), (local, "dd/mm/yyyy hh:mm"),
    ]  # fmt: skip
    assert first[6].value == "https://bao.example.com/1"
    assert [c.value or "" for c in second] == ["b", "", "không đủ dữ liệu", "", "", "", ""]
    text = file_of(document, ReportForm.MARKDOWN, "x")
    assert isinstance(text, ReportFile)
    assert "| 02/03/2026 | 32,3% (18,6 đến 49,9%) | 03:30 ngày 02/03/2026 |" in text.content.decode().replace("\\", "")


def test_whole_numbers_of_a_workbook_have_no_decimals() -> None:
    forms = [Number("x", value).shown for value in (42, 42.0, 0.5, None)]
    assert forms == ["#,##0", "#,##0", "#,##0.0#", "#,##0"]
    assert Number("x", 0.5, "0.0%").shown == "0.0%"


def test_as_above_is_said_only_where_somebody_is_addressed() -> None:
    assert list(DOCUMENT.receivers) == ["- Lưu: VT, ..."]
    assert list(replace(DOCUMENT, addressed=True).receivers) == ["- Như trên;", "- Lưu: VT, ..."]
    assert "Như trên" not in text_of(ReportForm.DOCX) + text_of(ReportForm.HTML)
    assert "Lưu: VT" in text_of(ReportForm.DOCX)


@pytest.mark.parametrize("form", [ReportForm.MARKDOWN, ReportForm.HTML, ReportForm.DOCX])
def test_every_form_of_a_document_leaves_room_for_its_number(form: ReportForm) -> None:
    assert "Số: ..../BC-..." in text_of(form)


def test_word_checks_the_spelling_of_vietnamese() -> None:
    found = docx.Document(io.BytesIO(made(ReportForm.DOCX)))
    assert {e.get(qn("w:val")) for e in found.styles.element.iter(qn("w:lang"))} == {"vi-VN"}
    assert found.core_properties.language == "vi-VN"


def test_a_caption_does_not_stand_alone_at_the_foot_of_a_page() -> None:
    found = docx.Document(io.BytesIO(made(ReportForm.DOCX)))
    caption = next(p for p in found.paragraphs if p.text == "Bảng [1]: a/b")
    assert caption.paragraph_format.keep_with_next
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in found.tables[1].rows]
    assert kept == [True, None, None, None]
    weasyprint = pytest.importorskip("weasyprint")
    table = Table(
        name="Định nghĩa",
        head=("Mã",),
        rows=[["một"], ["hai"]],
        widths=(1,),
    )
    alone = []
    for lines in range(25, 45):
        document = Document(title="T", subject="S", blocks=[Items(["x"] * lines), table])
        pages = weasyprint.HTML(string=page.write(document).decode()).render().pages
        ends = [_last_words(p._page_box) for p in pages]
        alone += [lines for end in ends[:-1] if end in ("Định nghĩa", "Mã")]
    assert alone == []


def _last_words(box: Any) -> str:
    return [b.text for b in box.descendants() if getattr(b, "text", "").strip()][-1]


def test_word_has_the_form_of_an_administrative_document() -> None:
    found = docx.Document(io.BytesIO(made(ReportForm.DOCX)))
    section = found.sections[0]
    margins = (section.left_margin, section.right_margin, section.top_margin, section.bottom_margin)
    assert [round(v / Mm(1)) for v in (section.page_width, section.page_height, *margins)] == [210, 297, 30, 15, 20, 20]
    assert (found.styles["Normal"].font.name, found.styles["Normal"].font.size) == ("Times New Roman", Pt(13))
    left, right = found.tables[0].rows[0].cells
    assert [p.text for p in left.paragraphs if p.text] == ["BỘ THỬ", "CƠ QUAN THỬ", "Số: ..../BC-..."]
    assert right.paragraphs[1].text == MOTTO
    assert right.paragraphs[-1].text == "Thành phố Thử, ngày ... tháng ... năm 2026"
    assert DRAFT in [p.text for p in found.paragraphs]
    # page numbers stand in the middle of the upper margin, from the second page on
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header.paragraphs[0]._p.xml
    links = [r.target_ref for r in found.part.rels.values() if r.reltype.endswith("/hyperlink")]
    assert links == ["https://bao.example.com/1"]
    filled = [p for p in found.paragraphs if p.text.startswith("[Người lập báo cáo bổ sung")]
    assert [p.runs[0].font.highlight_color is not None for p in filled] == [True]


def test_an_annex_has_its_head_and_its_own_page_numbers() -> None:
    found = docx.Document(io.BytesIO(made(ReportForm.DOCX)))
    shown = {p.text: p for p in found.paragraphs}
    attached = "(Kèm theo Báo cáo số ..../BC-... ngày ... tháng ... năm 2026 của Cơ quan Thử)"
    for text, bold, italic in (("Phụ lục", True, False), ("PHƯƠNG PHÁP", True, False), (attached, False, True)):
        assert shown[text].alignment == WD_ALIGN_PARAGRAPH.CENTER
        [run] = shown[text].runs
        assert (run.bold, run.italic, run.font.size) == (bold, italic, Pt(14))
    first, annex = found.sections
    starts = [section._sectPr.find(qn("w:pgNumType")) for section in (first, annex)]
    assert starts[0] is None
    assert starts[1].get(qn("w:start")) == "1"
    assert annex.different_first_page_header_footer


def test_titles_within_a_section_stand_upright_and_bold() -> None:
    found = docx.Document(io.BytesIO(made(ReportForm.DOCX)))
    [run] = next(p for p in found.paragraphs if p.text == "1. Chất lượng").runs
    assert (run.bold, run.italic) == (True, False)
    assert "font-style" not in re.findall(r"h3 {[^}]*}", text_of(ReportForm.HTML))[0]


def test_pages_of_an_annex_are_numbered_anew_in_a_pdf() -> None:
    weasyprint = pytest.importorskip("weasyprint")
    long = [Items(["x"] * 60)]
    document = replace(DOCUMENT, blocks=long, annex=long)
    pages = weasyprint.HTML(string=page.write(document).decode()).render().pages
    numbers = [_page_number(p._page_box) for p in pages]
    assert numbers == ["", "2", "3", "", "2", "3"]


def _page_number(box: Any) -> str:
    margins = [m for m in box.children if getattr(m, "at_keyword", "") == "@top-center"]
    return "".join(b.text for m in margins for b in m.descendants() if getattr(b, "text", "").strip())


def test_word_has_headings_and_says_when_it_was_made() -> None:
    report = replace(
        DOCUMENT, made_at=datetime(2026, 11, 26, 7, 30, tzinfo=UTC), blocks=[Heading("I"), Heading("1", 2)]
    )
    found = docx.Document(io.BytesIO(word.write(report)))
    styles = {p.text: p.style for p in found.paragraphs}
    assert [styles[t].name for t in ("I", "1", "Phụ lục")] == ["Heading 1", "Heading 2", "Heading 1"]
    for text, level in (("I", "0"), ("1", "1")):
        [outline] = styles[text].element.pPr
        assert (outline.tag, outline.get(qn("w:val"))) == (qn("w:outlineLvl"), level)
        assert styles[text].element.rPr is None  # no colour and font of its own
    told = found.core_properties
    assert (told.comments, told.created, told.modified) == ("", report.made_at, report.made_at)


def test_figures_stand_right_and_the_head_is_as_wide_as_its_cells() -> None:
    table = Table(
        name="Chỉ số", head=("Tên", "Giá trị"), rows=[["a", Number("1")], ["b", Share("50%", 0.5)]], widths=(1, 1)
    )
    document = replace(DOCUMENT, blocks=[table], annex=[])
    text = page.write(document).decode()
    assert text.count('<td class="n">') == 2
    # addresses have no spaces
    assert re.search(r"body \{[^}]*overflow-wrap: anywhere", text)
    assert document.letterhead
    made = docx.Document(io.BytesIO(word.write(document)))
    head, figures = made.tables[0], made.tables[1]
    assert [c.width for c in head.columns] == [c.width for c in head.rows[0].cells]
    assert [row.cells[1].paragraphs[0].alignment for row in figures.rows[1:]] == [WD_ALIGN_PARAGRAPH.RIGHT] * 2


def test_a_report_is_read_on_a_telephone_and_aloud() -> None:
    shown = made(ReportForm.HTML).decode()
    assert '<meta name="viewport" content="width=device-width' in shown
    assert shown.count('<div class="scroll" tabindex="0" role="region"') == shown.count("<table") == 1
    assert b"/StructTreeRoot" in zlib_free(made(ReportForm.PDF))


def test_properties_of_word_paragraphs_are_in_the_order_that_word_wants() -> None:
    order = [qn(f"w:{n}") for n in ("pStyle", "keepNext", "pBdr", "spacing", "ind", "jc")]
    found = docx.Document(io.BytesIO(made(ReportForm.DOCX)))
    for properties in found.element.iter(qn("w:pPr")):
        names = [order.index(child.tag) for child in properties if child.tag in order]
        assert names == sorted(names)


def zlib_free(content: bytes) -> bytes:
    """A PDF with what it keeps compressed."""
    streams = [zlib.decompress(s) for s in re.findall(rb"stream\r?\n(x.*?)\r?\nendstream", content, re.DOTALL)]
    return content + b"".join(streams)


def test_a_pdf_links_to_what_is_on_the_web_only() -> None:
    content = made(ReportForm.PDF)
    assert content.startswith(b"%PDF-")
    assert re.findall(rb"/URI ?\(([^)]*)\)", zlib_free(content)) == [b"https://bao.example.com/1"]


def test_a_page_asks_for_nothing_when_it_becomes_a_pdf() -> None:
    with pytest.raises(ValueError, match="loads nothing"):
        page._nothing("https://x.example/")
