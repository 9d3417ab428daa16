"""Provinces by their own name, and by that of a district or ward that lies in no other."""

from __future__ import annotations

import re
import unicodedata
from itertools import product

import pytest

from classifiers.datasets.divisions import FILE, as_text, build
from classifiers.inference.places import divisions, gazetteer, provinces

OLD, NEW = "2024-05-01", "2026-05-01"
OFFICES = ("BHXH", "bhxh", "Bảo hiểm xã hội", "BHXH tỉnh", "BHXH thành phố", "BHXH TP.", "Tại", "ở")


@pytest.mark.parametrize(
    ("text", "date", "found"),
    [
        ("Người dân huyện Củ Chi chờ lương hưu", NEW, [("79", "TP. Hồ Chí Minh")]),
        ("BHXH TP.Vinh trả lời", OLD, [("40", "Nghệ An")]),
        ("BHXH cơ sở Thủ Đức trả lời", NEW, [("79", "TP. Hồ Chí Minh")]),
        ("công nhân ở TP Dĩ An", OLD, [("74", "Bình Dương")]),
        ("công nhân ở TP Dĩ An", NEW, [("79", "TP. Hồ Chí Minh")]),
        ("công nhân ở TP. Dĩ An, Bình Dương", NEW, [("79", "Bình Dương")]),
        ("huyện Hoà Vang", OLD, [("48", "Đà Nẵng")]),
        ("tại quận 1 và quận 10", OLD, [("79", "TP. Hồ Chí Minh")]),
        ("xã Nam Hải Lăng", NEW, [("44", "Quảng Trị")]),
        ("phường Hàng Bạc", OLD, [("01", "Hà Nội")]),
        ("huyện Phú Vang", NEW, [("46", "Huế")]),
        ("huyện Phú Vang", OLD, [("46", "Thừa Thiên Huế")]),
        ("BHXH huyện Củ Chi, BHXH Quận 12", NEW, [("79", "TP. Hồ Chí Minh")]),
        ("Bảo hiểm xã hội thị xã Sơn Tây", OLD, [("01", "Hà Nội")]),
        ("bhxh quận hoàn kiếm", NEW, [("01", "Hà Nội")]),
        ("BHXH thành phố Huế, Tại thành phố Cần Thơ", NEW, [("46", "Huế"), ("92", "Cần Thơ")]),
        ("bhxh hà nội đông quá, bhxh o nghe an cũng vậy", NEW, [("01", "Hà Nội"), ("40", "Nghệ An")]),
        ("BHXH TỈNH BÀ RỊA - VŨNG TÀU CHI TRẢ", OLD, [("77", "Bà Rịa - Vũng Tàu")]),
        ("Người dân ở Nha Trang và tại Đà Lạt", NEW, [("56", "Khánh Hòa"), ("68", "Lâm Đồng")]),
        ("thành phố Phan Rang – Tháp Chàm", OLD, [("58", "Ninh Thuận")]),
        ("BHXH Quảng Ninh tiếp nhận hồ sơ, BHXH tỉnh Quảng Ninh trả lời", NEW, [("22", "Quảng Ninh")]),
        ("BHXH Vinh Long, o TP Vinh Long", NEW, [("86", "Vĩnh Long")]),
        ("người dân huyện quảng ninh", OLD, [("44", "Quảng Bình")]),
        ("BHXH Ng\u00adhệ An, Phú\u200b Thọ và Quảng N\u0456nh", NEW,
         [("40", "Nghệ An"), ("25", "Phú Thọ"), ("22", "Quảng Ninh")]),
        ("BHXH đặc khu Phú Quý, người dân ở Cô Tô", NEW, [("68", "Lâm Đồng"), ("22", "Quảng Ninh")]),
        ("BHXH Cà Mau kiểm tra phòng khám Sài Gòn Tâm Đức", NEW, [("96", "Cà Mau")]),
        ("Bệnh viện Sài Gòn ở TP Vinh", OLD, [("40", "Nghệ An")]),
        ("Khám ở bệnh viện Sài Gòn", NEW, [("79", "TP. Hồ Chí Minh")]),
        ("Bệnh viện đa khoa Lai Châu chuyển về Hà Nội", NEW, [("12", "Lai Châu"), ("01", "Hà Nội")]),
        ("Đoàn luật sư Hà Nội và Giám đốc BHXH Hà Giang", OLD, [("01", "Hà Nội"), ("02", "Hà Giang")]),
        ("bhxh Q.12, ở q12, BHXH H. Củ Chi", NEW, [("79", "TP. Hồ Chí Minh")]),
        ("P. Bến Nghé", OLD, [("79", "TP. Hồ Chí Minh")]),
        ("BHXH tỉnh Đắc Lắk, Đắk Lak, TT.Huế, BRVT", OLD,
         [("66", "Đắk Lắk"), ("46", "Thừa Thiên Huế"), ("77", "Bà Rịa - Vũng Tàu")]),
    ],
)  # fmt: skip
def test_a_unit_leads_to_its_province_at_the_date(text: str, date: str, found: list[tuple[str, str]]) -> None:
    assert [(p.code, p.name) for p in provinces(text, date)] == found


@pytest.mark.parametrize(
    "text",
    [
        "huyện Châu Thành",  # in many provinces
        "Bảo hiểm xã Hội Việt Nam",
        "quận 3/2026",
        "BHXH Việt Nam trả lời",
        "ông Củ Chi",
        "rút BHXH 1 lần, đóng BHXH 6 tháng, BHXH 8% lương, BHXH 12,5%",
        "Luật BHXH 41/2024",
        "Ông Nguyễn Văn Hà Giang, giám đốc",
        "Luật sư Hà Giang trả lời về BHXH",
        "Bác sĩ Nguyễn Hà Nam, Phó giám đốc BHXH Lê Quảng Nam",
        "Nha khoa Sài Gòn, nhà thuốc Hà Nội",
        "chị Trần Thị H. Củ Chi",
        "Q1 2026 và Q3/2026",
        "ở nhà đóng bảo hiểm",
        "Công ty Thủ Đức",
        "phường đã trả lời",
        "xã hội",
        "",
    ],
)
@pytest.mark.parametrize("date", [OLD, NEW])
def test_what_leads_to_none_or_to_many_is_left(text: str, date: str) -> None:
    assert provinces(text, date) == ()


@pytest.mark.parametrize("blank", ["  ", "\n", "\u00a0", " \t"])
def test_blanks_of_any_kind_stand_between_words(blank: str) -> None:
    for text in ("Toà án nhân dân thành phố Hải Phòng", "BHXH huyện Củ Chi", "BHXH thị xã Sa Pa, ở tỉnh lào cai"):
        assert provinces(text.replace(" ", blank), NEW) == provinces(text, NEW) != ()


@pytest.mark.parametrize(
    ("group", "date"), [("districts", OLD), ("districts", NEW), ("wards", OLD), ("new_wards", NEW)]
)
def test_every_unit_of_the_lists_is_found(group: str, date: str) -> None:
    # the list has some last syllables in lower case («xã Đồng ý»)
    listed = [re.sub(r"(?<!\S)\w", lambda first: first[0].upper(), unit) for unit in divisions()[group]]
    assert [unit for unit in listed if not provinces(f"Tại {unit}, người dân", date)] == []


def test_the_list_of_units_is_the_library_s() -> None:
    assert FILE.read_text(encoding="utf-8") == as_text(), "run `python -m classifiers.datasets.divisions`"
    assert divisions() == build()


def test_there_are_thirteen_special_zones() -> None:
    assert sum(unit.startswith("đặc khu ") for unit in divisions()["new_wards"]) == 13


def test_every_province_is_found_in_every_case() -> None:
    for entry in gazetteer().entries.values():
        for text in (entry.name, entry.name.upper(), f"bhxh {entry.name.lower()}", f"ở {entry.name}"):
            assert [p.code for p in provinces(text, OLD)] == [entry.code], text


def without_marks(name: str) -> str:
    apart = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    return "".join(c for c in apart if not unicodedata.combining(c))


@pytest.mark.parametrize("date", [OLD, NEW])
def test_an_office_of_a_province_is_of_no_other(date: str) -> None:
    codes = {e.name: e.code if date == OLD else e.successor for e in gazetteer().entries.values()}
    if date == NEW:
        codes |= {name: code for code, name in divisions()["new_provinces"].items()}
    wrong = []
    for before, (name, code) in product(OFFICES, codes.items()):
        # one syllable without its mark is too little to know a place by
        spelt = [name, without_marks(name)] if " " in name else [name]
        for written in {w for s in spelt for w in (s, s.upper(), s.lower())}:
            if (found := [p.code for p in provinces(f"{before} {written} hướng dẫn", date)]) != [code]:
                wrong.append((f"{before} {written}", code, found))
    assert wrong == []


def test_both_lists_agree_on_codes_and_names() -> None:
    entries = {e.code: e for e in gazetteer().entries.values()}
    new = divisions()["new_provinces"]
    assert len(new) == 34
    assert {e.successor for e in entries.values()} == set(new)
    assert set(divisions()["districts"].values()) <= set(entries)
    assert set(divisions()["districts"].values()) == set(entries)
    names = {e.name for e in entries.values()} | {"Huế"}
    assert set(new.values()) <= names
