"""Contrast of the style sheet's colours (WCAG 2.2, 1.4.3 and 1.4.11), in light and dark; quotation marks of texts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import service
import service.web

CSS = (Path(service.web.__path__[0]) / "static" / "radar.css").read_text(encoding="utf-8")
SCHEMES = [dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6});", block)) for block in re.findall(r":root \{([^}]+)\}", CSS)]
TEXT = ("ink", "soft", "brand", "bad", "warn", "good", "l1", "l2", "l3", "l4")
PARTS = ("edge", "l3", "l4")


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", SCHEMES, ids=["light", "dark"])
def test_text_borders_and_charts_can_be_told_from_what_is_behind_them(colours: dict[str, str]) -> None:
    for behind in ("paper", "back"):
        for name in TEXT:
            assert contrast(colours[name], colours[behind]) >= 4.5, (name, behind)
        for name in PARTS:
            assert contrast(colours[name], colours[behind]) >= 3, (name, behind)


@pytest.mark.parametrize("colours", SCHEMES[:2], ids=["light", "dark"])
def test_the_negative_part_of_a_column_can_be_told_from_the_rest_without_colours(colours: dict[str, str]) -> None:
    assert contrast(colours["l3"], colours["column"]) >= 3
    # what is pale enough for that has an edge against the paper
    assert ".chart .total { fill: var(--column); stroke: var(--edge); }" in CSS
    assert ".chart.summary :is(.total, .before) { stroke: var(--edge); }" in CSS


def test_the_numbers_of_a_printed_timeline_are_whole() -> None:
    assert ".timeline { padding-left: 32px; }" in CSS[CSS.index("@media print") :]


def test_inputs_and_charts_use_these_colours() -> None:
    for rule in re.findall(r"(?:^|[}\s,])(?:input|select|textarea)(?:, textarea)? \{([^}]+)\}", CSS, re.MULTILINE):
        assert "1px solid" not in rule or "1px solid var(--edge)" in rule, rule
    for rule in re.findall(r"\.(?:chart|key)\S*(?: \S+)? \{([^}]*(?:fill|stroke|background): #[^}]*)\}", CSS):
        assert rule.strip() == "fill: #c8431b22;", rule


def test_texts_have_the_quotation_marks_of_vietnamese_documents() -> None:
    room = Path(service.__path__[0])
    found = [*room.rglob("templates/*"), *room.rglob("*.js")]
    assert len(found) > 50
    assert [str(f) for f in found if set("«»") & set(f.read_text(encoding="utf-8"))] == []


def test_one_thing_is_called_by_one_word() -> None:
    pages = {f.name: f.read_text(encoding="utf-8") for f in Path(service.web.__path__[0]).rglob("templates/*.html")}
    wrong = (
        'scope="col">Việc</th></tr>', 'scope="col">Việc</th>{% endif %}</tr>', "Xử lý nhanh",  # Thao tác
        "<button>Tìm</button>", '"Tìm"', "Bỏ lọc",  # Lọc, Bỏ các điều kiện
        "ít dữ liệu", "Không đủ dữ liệu",  # TOO_FEW
        "–",  # -
    )  # fmt: skip
    assert [(name, words) for name, text in pages.items() for words in wrong if words in text] == []


def test_keys_of_charts_keep_their_colours_where_the_reader_s_own_are_forced() -> None:
    [rule] = re.findall(r"\.key \{([^}]+)\}", CSS)
    assert "forced-color-adjust: none" in rule


def test_what_stands_close_together_is_high_enough_to_be_hit() -> None:
    # WCAG 2.2, 2.5.8
    assert "button.plain, td summary { min-height: 24px; }" in CSS
