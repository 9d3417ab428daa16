"""Provinces and cities a text names as places, by code valid at its date: by their own name or by that of a district,
ward or commune that lies in no other."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path

import yaml

from classifiers.labels import Province

FACTS = Path(__file__).parent / "facts" / "provinces.yaml"
DIVISIONS = Path(__file__).parent / "facts" / "divisions.json"  # made by classifiers/datasets/divisions.py

# A name after one of these is a firm's, a person's, a street's, a school's: not where something happens
_OTHER_THINGS = (
    "công ty|cty|tnhh|cổ phần|cp|tập đoàn|tổng công ty|ngân hàng|hãng"
    "|may|thép|xi măng|dệt|giày|gạch|nhựa|bia|cao su|gỗ|xổ số"
    "|đường|phố|quốc lộ|cầu|chợ|ga|ngã tư|khách sạn|nhà xe|quán|trường|đại học|báo|đội|clb"
    "|câu lạc bộ|bảo tàng|cung|làng"
    "|quê|quê ở|quê quán|gốc"
    "|chủ tịch|ông|bà|anh|chị|cô|chú|bác|em|cháu|bún bò|bún|nem|mì|phở|cơm tấm|tư tưởng|chủ nghĩa|học tập|theo gương"
)
_NOT_A_PLACE_BEFORE = re.compile(rf"\b(?:{_OTHER_THINGS})\s+$", re.IGNORECASE)
_NOT_A_PLACE_AFTER = re.compile(r"^(?:\s+(?:FC|JSC|Corp|Group|Telecom|Bank)\b|\s+[A-ZĐ]\.(?:\s|$))")


# A unit with its kind before it («huyện Củ Chi», «TP. Vinh», «quận 1»), or a district in the name of an office
_NAME = r"[^\W\d_][\w'’-]*"
_UNIT = re.compile(
    r"(?<!\w)(?i:(?P<kind>huyện|quận|thị\s+xã|thành\s+phố|tp\.?|phường|xã|thị\s+trấn)|(?P<office>BHXH(?:\s+cơ\s+sở)?(?!\s+TP)))"
    rf"\s*(?P<name>(?<=\s)\d{{1,2}}(?![\w.,/]\d)|(?:(?<=\s)|(?<=\.)){_NAME}(?:\s+{_NAME}){{0,3}})"
)
_DISTRICTS = ("huyện", "quận", "thị xã", "thành phố")
# the tone mark where people put it, and where the lists have it
_TONE_PAIRS = (
    ("oà", "òa"),
    ("oá", "óa"),
    ("oả", "ỏa"),
    ("oã", "õa"),
    ("oạ", "ọa"),
    ("uỳ", "ùy"),
    ("uý", "úy"),
    ("uỷ", "ủy"),
)


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
    successors: dict[str, str]
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
    successors = {e.code: e.successor for e in entries.values()}
    return Gazetteer(re.compile(rf"(?<![\w.])(?:{body})(?!\w)"), entries, successors, str(facts["changed_on"]))


@cache
def divisions() -> Mapping[str, Mapping[str, str]]:
    """Units that lead to one province: «districts» and «wards» until the merger, «new_wards» from then on; names of
    «new_provinces»."""
    loaded: dict[str, dict[str, str]] = json.loads(DIVISIONS.read_text(encoding="utf-8"))
    return loaded


def provinces(text: str, date: str | None) -> tuple[Province, ...]:
    """Provinces named as places, each once, in order, then those that only a district or ward tells; `date` (ISO) None
    counts as after the merger of 2025."""
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
    codes = {p.code for p in found.values()}
    for place in _of_units(text, new=new):
        if place.code not in codes:
            codes.add(place.code)
            found[place.name] = place
    return tuple(found.values())


def _of_units(text: str, *, new: bool) -> Iterator[Province]:
    """The provinces of districts, wards and communes, under the name that is valid at the date."""
    for typed, listed in _TONE_PAIRS:
        text = text.replace(typed, listed)
    for match in _UNIT.finditer(text):
        words = list(takewhile(lambda w: not w[0].islower(), match["name"].split()))
        while words:
            code = _code(match["kind"], " ".join(words), new=new)
            if code is not None:
                yield _province(code, new=new)
                break
            words.pop()


def _code(kind: str | None, name: str, *, new: bool) -> str | None:
    book, known = gazetteer(), divisions()
    if kind is None:  # of an office: any district of this name, if it is the only one
        codes = {code for k in _DISTRICTS if (code := known["districts"].get(f"{k} {name}"))}
        code = codes.pop() if len(codes) == 1 else None
    else:
        plain = " ".join(kind.lower().rstrip(".").split())
        unit = f"{'thành phố' if plain == 'tp' else plain} {name}"
        code = known["districts"].get(unit) or (None if new else known["wards"].get(unit))
    if code is not None:
        return book.successors[code] if new else code
    return known["new_wards"].get(unit) if new and kind is not None else None


def _province(code: str, *, new: bool) -> Province:
    if new:
        return Province(code, divisions()["new_provinces"][code])
    return Province(code, next(e.name for e in gazetteer().entries.values() if e.code == code))
