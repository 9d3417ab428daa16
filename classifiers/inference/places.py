"""Provinces and cities a text names as places, by code valid at its date."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from classifiers.labels import Province

FACTS = Path(__file__).parent / "facts" / "provinces.yaml"

# A name after one of these is a firm's, a person's, a street's, a school's: not where something happens
_OTHER_THINGS = (
    "công ty|cty|tnhh|cổ phần|cp|tập đoàn|tổng công ty|ngân hàng|hãng"
    "|may|thép|xi măng|dệt|giày|gạch|nhựa|bia|cao su|gỗ|xổ số"
    "|đường|phố|quốc lộ|cầu|chợ|ga|ngã tư|khách sạn|nhà xe|quán|trường|đại học|báo|đội|clb"
    "|câu lạc bộ|bảo tàng|cung|làng"
    "|chủ tịch|ông|bà|anh|chị|cô|chú|bác|em|cháu|bún bò|bún|nem|mì|phở|cơm tấm|tư tưởng|chủ nghĩa|học tập|theo gương"
)
_NOT_A_PLACE_BEFORE = re.compile(rf"\b(?:{_OTHER_THINGS})\s+$", re.IGNORECASE)
_NOT_A_PLACE_AFTER = re.compile(r"^(?:\s+(?:FC|JSC|Corp|Group|Telecom|Bank)\b|\s+[A-ZĐ]\.(?:\s|$))")


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    code: str
    successor: str


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Names of provinces, as a pattern, and what each stands for."""

    pattern: re.Pattern[str]
    entries: dict[str, _Entry]
    changed_on: str


def _key(name: str) -> str:
    return re.sub(r"[\s.\-–]+", "", name).lower()


@cache
def gazetteer() -> Gazetteer:
    """The shipped file of provinces."""
    facts = yaml.safe_load(FACTS.read_text(encoding="utf-8"))
    entries: dict[str, _Entry] = {}
    spellings: list[str] = []
    for row in facts["provinces"]:
        for spelling in [row["name"], *row.get("also", [])]:
            entries[_key(spelling)] = _Entry(row["name"], row["code"], row["successor"])
            spellings.append(spelling)
    spellings.sort(key=len, reverse=True)
    body = "|".join(re.escape(s).replace(r"\ ", r"\s+").replace(r"\-", r"[-–]") for s in spellings)
    return Gazetteer(re.compile(rf"(?<![\w.])(?:{body})(?!\w)"), entries, str(facts["changed_on"]))


def provinces(text: str, date: str | None) -> tuple[Province, ...]:
    """Provinces named as places, each once, in order; `date` (ISO) None counts as after the merger of 2025."""
    book = gazetteer()
    new = date is None or date >= book.changed_on
    found: dict[str, Province] = {}
    text = unicodedata.normalize("NFC", text)
    for match in book.pattern.finditer(text):
        before, after = text[max(0, match.start() - 24) : match.start()], text[match.end() : match.end() + 12]
        if _NOT_A_PLACE_BEFORE.search(before) or _NOT_A_PLACE_AFTER.match(after):
            continue
        entry = book.entries[_key(match[0])]
        name = "Huế" if entry.code == "46" and (new or match[0] == "Huế") else entry.name
        found.setdefault(entry.name, Province(entry.successor if new else entry.code, name))
    return tuple(found.values())
