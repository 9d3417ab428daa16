"""Provinces and cities a text names as places, by code valid at its date: by their own name or by that of a district,
ward or commune that lies in no other."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from classifiers.features.normalise import clean
from classifiers.features.provinces import shipped
from classifiers.labels import Province

DIVISIONS = Path(__file__).parent / "facts" / "divisions.json"  # made by classifiers/datasets/divisions.py

# A name after one of these is a firm's, a person's, a street's, a school's: not where something happens
_OTHER_THINGS = (
    "công ty|cty|tnhh|cổ phần|cp|tập đoàn|tổng công ty|ngân hàng|hãng"
    "|may|thép|xi măng|dệt|giày|gạch|nhựa|bia|cao su|gỗ|xổ số"
    "|đường|(?<!thành )phố|quốc lộ|cầu|chợ|ga|ngã tư|khách sạn|nhà xe|quán|trường|đại học|báo|đội|clb"
    "|câu lạc bộ|bảo tàng|cung|làng|phòng khám(?: đa khoa)?|nha khoa|nhà thuốc|thẩm mỹ viện|luật sư(?<!đoàn luật sư)"
    "|quê|quê ở|quê quán|gốc"
    "|chủ tịch|ông|bà|anh|chị|cô|chú|bác|em|cháu|bún bò|bún|nem|mì|phở|cơm tấm|tư tưởng|chủ nghĩa|học tập|theo gương"
)
_NOT_A_PLACE_BEFORE = re.compile(rf"\b(?:{_OTHER_THINGS})\s+$", re.IGNORECASE)
_NOT_A_PLACE_AFTER = re.compile(r"^(?:\s+(?:FC|JSC|Corp|Group|Telecom|Bank)\b|\s+[A-ZĐ]\.(?:\s|$))")

_FAMILY = "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Ngô|Đinh|Trương|Đào|Trịnh|Phùng|Đoàn"
_PERSON_BEFORE = re.compile(
    r"\b(?:(?i:ông|bà|anh|chị|em|cô|chú|bác|cháu|luật\s+sư|bác\s+sĩ)\s+(?:[A-ZÀ-ỸĐ][a-zà-ỹđ]+\s+){1,3}"
    rf"|(?i:giám\s+đốc|phóng\s+viên|PV)\s+(?:BHXH\s+)?(?:{_FAMILY})\s+(?:[A-ZÀ-ỸĐ][a-zà-ỹđ]+\s+)?)$"
)
# hospitals of a firm have «Sài Gòn» in their name wherever they are: the city only where no other place is named
_HOSPITAL_BEFORE = re.compile(r"\bbệnh\s+viện\s+(?:đa\s+khoa\s+|quốc\s+tế\s+)*$", re.IGNORECASE)
_ALSO = {"66": ("Đắc Lắk", "Đắk Lak"), "46": ("TT.Huế", "TT. Huế"), "77": ("BRVT",)}  # other spellings, by code

# What a unit stands behind: its kind («huyện Củ Chi», «TP. Vinh», «quận 1»), an office («BHXH Củ Chi»), or a word for
# where («ở Nha Trang»)
_BEFORE_UNIT = re.compile(
    r"(?<!\w)(?=[hqtpxbởđ])(?:(?P<kind>tp\.|(?:huyện|quận|thị\s+xã|thành\s+phố|tp|phường|xã(?!\s+(?-i:hội|HỘI))|thị\s+trấn"
    r"|đặc\s+khu)(?!\w)|[qhp]\.(?=\s?(?-i:[A-ZÀ-ỸĐ\d]))|q(?=\s?(?:[5-9]|1[0-2])(?!\d)))"
    r"|(?P<office>(?:BHXH|bảo\s+hiểm\s+xã\s+hội)(?:\s+cơ\s+sở)?)(?!\w)|(?:ở|tại)(?!\w))",
    re.IGNORECASE,
)
_WORD = re.compile(r"\s*(?:[-–]\s*)?([^\W_][\w'’]*)(?![\w'’]|[.,/]\d|%)")
_MOST_WORDS = 5  # of a unit's name
_DISTRICTS = ("huyện", "quận", "thị xã", "thành phố")
_ZONE = "đặc khu"  # since 1 July 2025
_SHORT = {"tp": "thành phố", "q": "quận", "h": "huyện", "p": "phường"}
# the tone mark where people put it, and where the lists have it: of a syllable that ends with the two vowels
_TONES = {"oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa", "uỳ": "ùy", "uý": "úy", "uỷ": "ủy"}
_TONE_TYPED = re.compile(rf"(?<!q)(?:{'|'.join(_TONES)})(?!\w)")
# names of provinces in lower case, or without diacritics, are read behind one of these only
_BEFORE_LOWER = (
    r"(?<!\w)(?:ở|tại|bhxh|bảo hiểm xã hội|tỉnh|tp\.?|thành phố|o|tai|tinh|thanh pho)\s+(?:tỉnh\s+|tp\.?\s*|tinh\s+)?"
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
    lower: re.Pattern[str]  # «bhxh hà nội», «o ha noi»; the name is its group
    entries: dict[str, _Entry]
    successors: dict[str, str]
    changed_on: str


def _key(name: str) -> str:
    return re.sub(r"[\s.\-–]+", "", name).lower()


def _bare(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _any_of(names: Iterable[str]) -> str:
    longest_first = sorted(set(names), key=lambda name: (-len(name), name))
    return "|".join(re.escape(n).replace(r"\ ", r"\s+").replace(r"\-", r"[-–]") for n in longest_first)


@cache
def gazetteer() -> Gazetteer:
    """The shipped file of provinces."""
    facts = shipped()
    entries: dict[str, _Entry] = {}
    spellings: list[str] = []
    for row in facts["provinces"]:
        for spelling in [row["name"], *row.get("also", []), *_ALSO.get(row["code"], ())]:
            entry = _Entry(row["name"], row["code"], row["successor"])
            entries[_key(spelling)] = entries[_key(_bare(spelling))] = entry
            spellings.append(spelling)
    written = _any_of([*spellings, *map(str.upper, spellings)])
    first = "".join(sorted({s[0] for s in spellings}))
    typed = _any_of([*map(str.lower, spellings), *(bare for s in spellings if " " in (bare := _bare(s)))])
    successors = {e.code: e.successor for e in entries.values()}
    return Gazetteer(
        re.compile(rf"(?<![\w.])(?=[{first}])(?:{written})(?!\w)"),
        re.compile(rf"{_BEFORE_LOWER}({typed})(?!\w)", re.IGNORECASE),
        entries, successors, str(facts["changed_on"]),
    )  # fmt: skip


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
    of_hospitals: dict[str, Province] = {}
    text = " ".join(clean(text).split())
    for start, end in sorted(_spans(book, text)):
        before, after = text[max(0, start - 40) : start], text[end : end + 12]
        if _NOT_A_PLACE_BEFORE.search(before) or _PERSON_BEFORE.search(before) or _NOT_A_PLACE_AFTER.match(after):
            continue
        entry = book.entries[_key(text[start:end])]
        name = "Huế" if entry.code == "46" and (new or text[start:end] == "Huế") else entry.name
        hospital = text[start:end] == "Sài Gòn" and _HOSPITAL_BEFORE.search(before)
        kept = of_hospitals if hospital else found
        kept.setdefault(entry.name, Province(entry.successor if new else entry.code, name))
    codes = {p.code for p in found.values()}
    for place in _of_units(text, new=new):
        if place.code not in codes:
            codes.add(place.code)
            found[place.name] = place
    return tuple((found or of_hospitals).values())


def _spans(book: Gazetteer, text: str) -> Iterator[tuple[int, int]]:
    for match in book.pattern.finditer(text):
        yield match.span()
    for match in book.lower.finditer(text):
        yield match.span(1)


def _of_units(text: str, *, new: bool) -> Iterator[Province]:
    """The provinces of districts, wards and communes, under the name that is valid at the date."""
    for match in _BEFORE_UNIT.finditer(text):
        kind = " ".join(match["kind"].lower().rstrip(".").split()) if match["kind"] else None
        if kind in ("q", "h", "p") and _PERSON_BEFORE.search(text[max(0, match.start() - 40) : match.start()]):
            continue  # «chị Trần Thị H. Củ Chi»
        unnamed = (*_DISTRICTS, _ZONE) if match["office"] else ("thành phố", _ZONE)
        kinds = (_SHORT.get(kind, kind),) if kind else unnamed
        words = _words_after(text, match.end(), any_case=kinds[0] in _DISTRICTS and kind is not None)
        if kind is None and words and words[0][0].isdecimal():
            continue  # «BHXH 1 lần»
        for length in range(len(words), 0, -1):
            name = " ".join(words[:length])
            # a province's own name: «BHXH Quảng Ninh» is no office of a district, «TP Vinh Long» no Vinh
            of_province = _key(name) in gazetteer().entries
            code = None if of_province and kind is None else _code(kinds, name, new=new)
            if code:
                yield _province(code, new=new)
            if code or of_province:
                break


def _words_after(text: str, at: int, *, any_case: bool) -> list[str]:
    """Words of what may be a name: those in lower case count where `any_case` says so."""
    words: list[str] = []
    while len(words) < _MOST_WORDS and (match := _WORD.match(text, at)):
        if match[1][0].islower() and not any_case:
            break
        words.append(match[1])
        at = match.end()
    return words


@cache
def _listed(group: str) -> Mapping[str, str]:
    return {re.sub(r"\s*-\s*", " ", unit).lower(): code for unit, code in divisions()[group].items()}


def _code(kinds: tuple[str, ...], name: str, *, new: bool) -> str | None:
    """The code of the one province in which units of one of the kinds have this name."""
    listed = _TONE_TYPED.sub(lambda typed: _TONES[typed[0]], name.lower())
    units = [f"{kind} {listed}" for kind in kinds]
    codes = {code for unit in units if (code := _listed("districts").get(unit))}
    if not codes and not new:
        codes = {code for unit in units if (code := _listed("wards").get(unit))}
    if not codes and new:
        return next((code for unit in units if (code := _listed("new_wards").get(unit))), None)
    code = codes.pop() if len(codes) == 1 else None
    return gazetteer().successors[code] if code and new else code


def _province(code: str, *, new: bool) -> Province:
    if new:
        return Province(code, divisions()["new_provinces"][code])
    return Province(code, next(e.name for e in gazetteer().entries.values() if e.code == code))
