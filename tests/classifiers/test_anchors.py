"""The first gate: what it lets pass to the model."""

from __future__ import annotations

import unicodedata

import pytest

from classifiers.features.anchors import may_concern


@pytest.mark.parametrize(
    "text",
    [
        "bh nhà nước lừa dân", "chán cái bh, lừa dân", "Bh xã hội chậm trả", "tổng đài 1900.9068 không ai nghe",
        "75 tuoi moi duoc 500k", "xin giay chuyen vien ma bac si ko cho", "ho kinh doanh bi thu sai",
        "bảo  hiểm chậm trả", "bảo\u00a0hiểm chậm trả", "bảo\nhiểm chậm trả",
        "\u0412\u041d\u0425\u041d chậm trả lương", "b.h.x.h chậm trả", unicodedata.normalize("NFD", "lương hưu tăng"),
    ],
)  # fmt: skip
def test_what_people_type_passes(text: str) -> None:
    assert may_concern("", text)


@pytest.mark.parametrize("text", ["", "Đội tuyển thắng 2-0", "Giá vàng hôm nay tăng", "abhorrent", "bhutan du lich"])
def test_what_names_nothing_of_it_does_not(text: str) -> None:
    assert not may_concern("", text)
