"""Provinces by day: names, successors, territories."""

from __future__ import annotations

from datetime import date

import pytest

from classifiers.inference.places import divisions, gazetteer
from service.domain.provinces import (
    CODES,
    NAMES,
    OLD_NAMES,
    REDRAWN_ON,
    SHORT,
    SUCCESSORS,
    code_of,
    codes_of,
    full_name,
    name_of,
    names_of,
    names_on,
    territory_changed,
    why_not,
)
from service.domain.text import fold

BEFORE_HUE, OLD, NEW = date(2024, 12, 31), date(2025, 6, 30), date(2025, 7, 1)


def test_there_were_63_and_there_are_34() -> None:
    assert [len(names_on(day)) for day in (date(2020, 1, 1), BEFORE_HUE, OLD, NEW)] == [63, 63, 63, 34]
    assert {SUCCESSORS.get(code, code) for code in OLD_NAMES} == CODES
    assert not set(SUCCESSORS) & set(SUCCESSORS.values())


def test_the_tables_are_those_of_the_classifiers() -> None:
    book = gazetteer()
    assert date.fromisoformat(book.changed_on) == REDRAWN_ON
    assert {old: new for old, new in book.successors.items() if old != new} == SUCCESSORS
    assert {e.code: e.name for e in book.entries.values()} == names_on(BEFORE_HUE)
    assert divisions()["new_provinces"] == NAMES


def test_every_spelling_of_the_classifiers_is_read() -> None:
    book = gazetteer()
    for written, entry in book.entries.items():
        assert [code_of(written, day) for day in (OLD, NEW)] == [entry.code, book.successors[entry.code]], written


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("52", OLD, "Bình Định"), ("52", NEW, "Gia Lai"), ("64", OLD, "Gia Lai"),
        ("64", NEW, "Gia Lai (địa giới trước 01/07/2025)"), ("46", BEFORE_HUE, "Thừa Thiên Huế"),
        ("46", date(2025, 1, 1), "Huế"), ("46", NEW, "Huế"), ("99", NEW, "địa phương mã 99"),
    ],
)  # fmt: skip
def test_names(code: str, day: date, name: str) -> None:
    assert name_of(code, day) == name


def test_territories_that_stayed() -> None:
    assert [NAMES[code] for code in NAMES if not territory_changed(code)] == [
        "Hà Nội", "Cao Bằng", "Điện Biên", "Lai Châu", "Sơn La", "Lạng Sơn", "Quảng Ninh", "Thanh Hóa", "Nghệ An",
        "Hà Tĩnh", "Huế",
    ]  # fmt: skip


@pytest.mark.parametrize("day", [OLD, NEW])
def test_every_name_leads_to_one_code_of_the_day(day: date) -> None:
    for code, name in names_on(day).items():
        assert code_of(name, day) == code_of(f"Tỉnh {fold(name.removeprefix(SHORT)).upper()}", day) == code
        assert why_not(name, day) == why_not(code, day) == ""


def test_a_name_that_is_gone_leads_to_the_province_of_today() -> None:
    assert [code_of("Bình Dương", day) for day in (OLD, NEW)] == ["74", "79"]
    assert [code_of("74", day) for day in (OLD, NEW)] == ["74", None]
    assert code_of("tỉnh", NEW) is code_of("", NEW) is code_of("Hồ", NEW) is code_of("7٩", NEW) is None


def test_six_cities_are_run_centrally() -> None:
    def cities(day: date) -> list[str]:
        full = [full_name(code, day) for code in names_on(day)]
        assert all(name.startswith(("thành phố ", "tỉnh ")) for name in full)
        return sorted(name.removeprefix("thành phố ") for name in full if name.startswith("thành phố "))

    five = ["Cần Thơ", "Hà Nội", "Hải Phòng", "Hồ Chí Minh", "Đà Nẵng"]
    assert cities(BEFORE_HUE) == five
    assert cities(date(2025, 1, 1)) == cities(NEW) == sorted([*five, "Huế"])
    assert full_name("74", NEW) == "Bình Dương (địa giới trước 01/07/2025)"


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("48", ["48"]), ("01, 48", ["01", "48"]), ("01 48", ["01", "48"]), ("Đà Nẵng", ["48"]), ("da nang", ["48"]),
        ("Thành phố Huế; tỉnh Gia Lai", ["46", "52"]), ("TP.HCM, tp hcm, TP. Hồ Chí Minh, 79", ["79"]), ("", []),
        (" , ;", []), ("thừa thiên - huế", ["46"]), ("Bình Định", ["Bình Định"]), ("Đà  Lội", ["Đà Lội"]),
    ],
)  # fmt: skip
def test_provinces_are_read_by_code_or_name(typed: str, codes: list[str]) -> None:
    assert codes_of(typed) == codes


@pytest.mark.parametrize("code", NAMES)
def test_every_name_of_today_is_read(code: str) -> None:
    name = NAMES[code]
    assert codes_of(name, name.upper(), fold(name), f"Tỉnh {name.removeprefix('TP. ')}") == [code]
    assert why_not(code) == ""


@pytest.mark.parametrize("code", sorted(set(OLD_NAMES) - {c for c in NAMES if NAMES[c] == OLD_NAMES[c]}))
def test_what_is_gone_is_explained(code: str) -> None:
    [typed] = codes_of(OLD_NAMES[code])
    if typed not in NAMES:
        assert "từ ngày 01/07/2025; nay " in why_not(typed)
        assert "địa giới trước" in name_of(code) or code in NAMES
        assert codes_of(f"{OLD_NAMES[code]} (địa giới trước 01/07/2025)") == [
            f"{OLD_NAMES[code]} (địa giới trước 01/07/2025)"
        ]


@pytest.mark.parametrize(
    ("named", "day", "why"),
    [
        ("Bình Định", NEW, "Bình Định không còn là tỉnh riêng từ ngày 01/07/2025; nay thuộc Gia Lai, mã 52."),
        ("Tỉnh Vũng Tàu", NEW, "Bà Rịa - Vũng Tàu không còn là tỉnh riêng từ ngày 01/07/2025; nay thuộc TP. Hồ "
         "Chí Minh, mã 79."),
        ("74", NEW, "Mã 74 (Bình Dương) không còn dùng từ ngày 01/07/2025; nay thuộc TP. Hồ Chí Minh, mã 79."),
        ("74", OLD, ""), ("Bình Định", OLD, ""), ("Gia Lai", NEW, ""), ("TP.HCM", NEW, ""),
        ("Đà Lội", NEW, "Không có tỉnh, thành phố nào tên là “Đà Lội”. "
         "Dùng tên (ví dụ Đà Nẵng) hoặc mã gồm hai chữ số (ví dụ 48)."),
        ("99", OLD, "Không có tỉnh, thành phố nào mang mã 99. "
         "Dùng tên (ví dụ Đà Nẵng) hoặc mã gồm hai chữ số (ví dụ 48)."),
    ],
)  # fmt: skip
def test_why_there_is_no_such_province(named: str, day: date, why: str) -> None:
    assert why_not(named, day) == why


def test_names_of_a_list() -> None:
    assert names_of(["48", "74", "99"]) == "Đà Nẵng, Bình Dương (địa giới trước 01/07/2025), địa phương mã 99"
