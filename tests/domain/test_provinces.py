"""Provinces by day: names, successors, territories."""

from __future__ import annotations

from datetime import date

import pytest

from service.classification.provinces import shipped_provinces
from service.domain.provinces import NAMES, OLD_NAMES, codes_of, name_of, names_of, why_not_code
from service.domain.text import fold

OLD, NEW = date(2025, 6, 30), date(2025, 7, 1)


def test_there_were_63_and_there_are_34() -> None:
    known = shipped_provinces()
    counts = [sum(p.holds_on(day) for p in known.known) for day in (date(2020, 1, 1), date(2025, 1, 1), OLD, NEW)]
    assert counts == [63, 63, 63, 34]
    assert all(known.on(p.successor, NEW) for p in known.known if p.successor)


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("52", OLD, "Bình Định"), ("52", NEW, "Gia Lai"), ("64", OLD, "Gia Lai"),
        ("64", NEW, "Gia Lai (địa giới trước 01/07/2025)"), ("46", date(2024, 12, 31), "Thừa Thiên Huế"),
        ("46", date(2025, 1, 1), "Huế"), ("46", NEW, "Huế"), ("99", NEW, "địa phương mã 99"),
    ],
)  # fmt: skip
def test_names(code: str, day: date, name: str) -> None:
    assert shipped_provinces().name(code, day) == name


def test_territories_that_stayed() -> None:
    known = shipped_provinces()
    stayed = [p.name for p in known.known if p.holds_on(NEW) and not known.redrawn(p.code)]
    assert stayed == [
        "Hà Nội", "Cao Bằng", "Điện Biên", "Lai Châu", "Sơn La", "Lạng Sơn", "Quảng Ninh", "Thanh Hóa", "Nghệ An",
        "Hà Tĩnh", "Huế",
    ]  # fmt: skip


def test_every_name_and_spelling_leads_to_one_code_of_the_day() -> None:
    known = shipped_provinces()
    for day in (OLD, NEW):
        for p in known.known:
            if p.holds_on(day):
                assert known.code_of(p.name, day) == p.code, p.name
                assert known.code_of(f"Tỉnh {fold(p.name).upper()}", day) == p.code
    assert [known.code_of("Bình Dương", day) for day in (OLD, NEW)] == ["74", "79"]
    assert [known.code_of("74", day) for day in (OLD, NEW)] == ["74", None]
    assert known.code_of("tỉnh", NEW) is known.code_of("", NEW) is known.code_of("Hồ", NEW) is None


def test_six_cities_are_run_centrally() -> None:
    known = shipped_provinces()

    def cities(day: date) -> list[str]:
        full = [known.full_name(p.code, day) for p in known.known if p.holds_on(day)]
        assert all(name.startswith(("thành phố ", "tỉnh ")) for name in full)
        return sorted(name.removeprefix("thành phố ") for name in full if name.startswith("thành phố "))

    five = ["Cần Thơ", "Hà Nội", "Hải Phòng", "Hồ Chí Minh", "Đà Nẵng"]
    assert cities(date(2024, 12, 31)) == five
    assert cities(date(2025, 1, 1)) == cities(NEW) == sorted([*five, "Huế"])
    assert known.full_name("74", NEW) == "Bình Dương (địa giới trước 01/07/2025)"


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
    assert why_not_code(code) == ""


@pytest.mark.parametrize("code", sorted(set(OLD_NAMES) - {c for c in NAMES if NAMES[c] == OLD_NAMES[c]}))
def test_what_is_gone_is_explained(code: str) -> None:
    [typed] = codes_of(OLD_NAMES[code])
    if typed not in NAMES:
        assert "từ ngày 01/07/2025; nay " in why_not_code(typed)
        assert "địa giới trước" in name_of(code) or code in NAMES
        assert codes_of(f"{OLD_NAMES[code]} (địa giới trước 01/07/2025)") == [
            f"{OLD_NAMES[code]} (địa giới trước 01/07/2025)"
        ]


def test_words_about_provinces() -> None:
    assert (
        why_not_code("Bình Định") == "Bình Định không còn là tỉnh riêng từ ngày 01/07/2025; nay thuộc Gia Lai (mã 52)."
    )
    assert why_not_code("74") == "Mã tỉnh 74 không còn dùng từ ngày 01/07/2025; nay dùng mã 79."
    assert why_not_code("Đà Lội").startswith("Không có tỉnh, thành phố nào tên là «Đà Lội».")
    assert names_of(["48", "74", "99"]) == "Đà Nẵng, Bình Dương (địa giới trước 01/07/2025), địa phương mã 99"
