"""Exports of other tools: columns by name, bad rows by number."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.parsing.tables import BadTableError, Row, cell_text, map_columns, read_table

VIETNAMESE = ["Tiêu đề", "Nội dung", "Đường dẫn", "Ngày đăng", "Nguồn", "Tác giả"]


def xlsx(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table(body: bytes | str, name: str = "t.csv") -> tuple[tuple[str, ...], list[Row]]:
    found = read_table(body.encode() if isinstance(body, str) else body, name=name)
    return found.columns, list(found.rows)


def test_lines_beyond_the_most_are_not_left_out_unsaid() -> None:
    with pytest.raises(BadTableError, match="at most 200,000 lines, found 200,001"):
        table(b'{"title":"a"}\n' * 200_001, "t.jsonl")


def test_a_column_that_stands_twice_is_no_column_to_read() -> None:
    columns, _ = table("title,title,text,x,x\n1,2,3,4,5\n")
    with pytest.raises(BadTableError, match="'title' stands more than once"):
        map_columns(columns, {})
    assert map_columns(["text", "x", "x"], {}) == {"text": "text"}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (VIETNAMESE, {"title": "Tiêu đề", "text": "Nội dung", "url": "Đường dẫn", "published_at": "Ngày đăng",
                      "source": "Nguồn"}),
        (["Headline", "Hit Sentence", "URL", "Date", "Source Name", "Author"],
         {"title": "Headline", "text": "Hit Sentence", "url": "URL", "published_at": "Date", "source": "Source Name"}),
        (["message", "created_time", "permalink"],
         {"text": "message", "published_at": "created_time", "url": "permalink"}),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_names_and_nobody_who_wrote_is_read(columns, expected) -> None:
    assert map_columns(columns, {}) == expected


def test_a_given_column_wins_and_a_wrong_one_is_named() -> None:
    assert map_columns(["Cột 1", "Title"], {"text": "Cột 1"}) == {"title": "Title", "text": "Cột 1"}
    for wrong, message in (({"text": "Cột 9"}, "no column 'Cột 9'"), ({"tác giả": "Title"}, "no field")):
        with pytest.raises(BadTableError, match=message):
            map_columns(["Cột 1", "Title"], wrong)
    with pytest.raises(BadTableError, match="--map title="):
        map_columns(["a", "b"], {})


@pytest.mark.parametrize("column", ["Tác giả", "ho-ten", "Author Name", "Username", "Tên người dùng"])
def test_a_column_of_names_is_not_read_even_where_it_is_given(column: str) -> None:
    with pytest.raises(BadTableError, match="holds names of people, which are never read"):
        map_columns(["Title", column], {"text": column})


def test_one_wrong_byte_spoils_its_own_row_only() -> None:
    body = "title,url\nBảo hiểm xã hội chậm trả lương hưu,\nabc ?,\nNgười dân,\n".encode().replace(b"?", b"\xff\xfa")
    _, rows = table(body)
    assert [(r.number, r.problem) for r in rows] == [
        (2, ""), (3, "column 'title': not UTF-8, as the rest of the file is"), (4, ""),
    ]  # fmt: skip
    assert (rows[0].cells or {})["title"] == "Bảo hiểm xã hội chậm trả lương hưu"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1258"])
def test_csv_whatever_its_delimiter_and_encoding(delimiter: str, encoding: str) -> None:
    import unicodedata

    text = delimiter.join(["title", "text"]) + "\r\n" + delimiter.join(["Luong huu", '"Nội dung,; mới\nhai dòng"'])
    columns, [row] = table(
        unicodedata.normalize("NFD" if "1258" in encoding else "NFC", text).encode(encoding, "ignore")
    )
    assert columns == ("title", "text")
    assert row.cells is not None
    assert row.cells["title"] == "Luong huu"


def test_bad_rows_of_csv_are_named_and_the_rest_goes_on() -> None:
    _, rows = table("title,text\na,b\nc\nd,e,f\n\ng,h\n")
    assert [(r.number, r.problem) for r in rows] == [
        (2, ""), (3, "expected 2 cells as in the header, found 1"), (4, "expected 2 cells as in the header, found 3"),
        (6, ""),
    ]  # fmt: skip


def test_json_lines() -> None:
    columns, rows = table('{"title": "a", "date": null}\n[1]\nx\n{"text": "b"}', "t.jsonl")
    assert columns == ("title", "date", "text")
    assert [r.problem[:12] for r in rows] == ["", "expected a J", "not JSON: un", ""]


def test_xlsx_with_times_and_empty_rows() -> None:
    body = xlsx(["Tiêu đề", "Ngày đăng"], ["Lương hưu", datetime(2026, 3, 1, 8, 15)], [None, None], ["b", None])  # noqa: DTZ001
    columns, rows = table(body, "T.XLSX")
    assert columns == ("Tiêu đề", "Ngày đăng")
    assert [(r.number, cell_text((r.cells or {}).get("Ngày đăng"))) for r in rows] == [
        (2, "2026-03-01 08:15:00"),
        (4, ""),
    ]


@pytest.mark.parametrize(
    ("body", "name"),
    [(b"", "a.csv"), (b"PK\x03\x04x", "a.xlsx"), (b"", "a.jsonl"), (b"\x00\x01\x02", "a.csv"), (b"<html>", "a.xlsx")],
)
def test_what_is_no_table_is_said_to_be_none(body: bytes, name: str) -> None:
    with pytest.raises(BadTableError, match=r"expected|not XLSX"):
        table(body, name)


def test_an_archive_that_unpacks_without_end_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.parsing.tables.MAX_UNPACKED", 1000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 100_000)
    with pytest.raises(BadTableError, match="larger"):
        table(out.getvalue(), "a.xlsx")


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.jsonl", "a.xlsx"]))
def test_any_bytes_are_a_table_or_said_to_be_none(body: bytes, name: str) -> None:
    try:
        columns, rows = table(body, name)
    except BadTableError:
        return
    assert columns
    assert all(r.problem for r in rows if r.cells is None)


@given(st.lists(st.dictionaries(st.sampled_from(["title", "url"]), st.text(max_size=20), min_size=1), min_size=1))
def test_json_lines_come_back_as_they_went_in(rows: list[dict[str, str]]) -> None:
    _, found = table("\n".join(json.dumps(r) for r in rows), "a.jsonl")
    assert [dict(r.cells or {}) for r in found] == rows
