"""Provinces by day: names, successors, territories."""

from __future__ import annotations

from datetime import date

import pytest

from service.classification.provinces import shipped_provinces

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
