"""Provinces and cities by code: which are valid on a day, under which name, and what became of the others.

63 became 34 on 1 July 2025 (Resolution 202/2025/QH15). The classifiers give a document the code that is valid on its
day; tests keep `SUCCESSORS`, `NAMES` and `OLD_NAMES` the same as their list, which no room but classification may read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from service.domain.text import fold, syllables

MERGED_AT = datetime(2025, 6, 30, 17, tzinfo=UTC)  # 1 July 2025 begins in Việt Nam

# code until then: code from then on, where it is another one
SUCCESSORS: Mapping[str, str] = {
    "02": "08", "06": "19", "10": "15", "17": "25", "26": "25", "27": "24", "30": "31", "34": "33", "35": "37",
    "36": "37", "45": "44", "49": "48", "54": "66", "58": "56", "60": "68", "62": "51", "64": "52", "67": "68",
    "70": "75", "72": "80", "74": "79", "77": "79", "83": "86", "84": "86", "87": "82", "89": "91", "93": "92",
    "94": "92", "95": "96",
}  # fmt: skip
# centrally run cities, and from which day on; Huế: Resolution 175/2024/QH15
CITIES: Mapping[str, date] = dict.fromkeys(("01", "31", "48", "79", "92"), date.min) | {"46": date(2025, 1, 1)}
SHORT = "TP. "  # before the name of one that is named after a person
RANKS = re.compile(r"^(?:tinh|thanhpho|tp)")  # before a name
# of today
NAMES: Mapping[str, str] = {
    "01": "Hà Nội", "04": "Cao Bằng", "08": "Tuyên Quang", "11": "Điện Biên", "12": "Lai Châu", "14": "Sơn La",
    "15": "Lào Cai", "19": "Thái Nguyên", "20": "Lạng Sơn", "22": "Quảng Ninh", "24": "Bắc Ninh", "25": "Phú Thọ",
    "31": "Hải Phòng", "33": "Hưng Yên", "37": "Ninh Bình", "38": "Thanh Hóa", "40": "Nghệ An", "42": "Hà Tĩnh",
    "44": "Quảng Trị", "46": "Huế", "48": "Đà Nẵng", "51": "Quảng Ngãi", "52": "Gia Lai", "56": "Khánh Hòa",
    "66": "Đắk Lắk", "68": "Lâm Đồng", "75": "Đồng Nai", "79": "TP. Hồ Chí Minh", "80": "Tây Ninh", "82": "Đồng Tháp",
    "86": "Vĩnh Long", "91": "An Giang", "92": "Cần Thơ", "96": "Cà Mau",
}  # fmt: skip
# until then; some codes are now those of another territory
OLD_NAMES: Mapping[str, str] = {
    "01": "Hà Nội", "02": "Hà Giang", "04": "Cao Bằng", "06": "Bắc Kạn", "08": "Tuyên Quang", "10": "Lào Cai",
    "11": "Điện Biên", "12": "Lai Châu", "14": "Sơn La", "15": "Yên Bái", "17": "Hòa Bình", "19": "Thái Nguyên",
    "20": "Lạng Sơn", "22": "Quảng Ninh", "24": "Bắc Giang", "25": "Phú Thọ", "26": "Vĩnh Phúc", "27": "Bắc Ninh",
    "30": "Hải Dương", "31": "Hải Phòng", "33": "Hưng Yên", "34": "Thái Bình", "35": "Hà Nam", "36": "Nam Định",
    "37": "Ninh Bình", "38": "Thanh Hóa", "40": "Nghệ An", "42": "Hà Tĩnh", "44": "Quảng Bình", "45": "Quảng Trị",
    "46": "Huế", "48": "Đà Nẵng", "49": "Quảng Nam", "51": "Quảng Ngãi", "52": "Bình Định", "54": "Phú Yên",
    "56": "Khánh Hòa", "58": "Ninh Thuận", "60": "Bình Thuận", "62": "Kon Tum", "64": "Gia Lai", "66": "Đắk Lắk",
    "67": "Đắk Nông", "68": "Lâm Đồng", "70": "Bình Phước", "72": "Tây Ninh", "74": "Bình Dương", "75": "Đồng Nai",
    "77": "Bà Rịa - Vũng Tàu", "79": "TP. Hồ Chí Minh", "80": "Long An", "82": "Tiền Giang", "83": "Bến Tre",
    "84": "Trà Vinh", "86": "Vĩnh Long", "87": "Đồng Tháp", "89": "An Giang", "91": "Kiên Giang", "92": "Cần Thơ",
    "93": "Hậu Giang", "94": "Sóc Trăng", "95": "Bạc Liêu", "96": "Cà Mau",
}  # fmt: skip
CODES = frozenset(NAMES)
KIND = re.compile(r"^(tinh|thanh pho|tp) ")
OTHER_NAMES = {"hcm": "79", "tphcm": "79", "sai gon": "79", "thua thien hue": "46"}


def why_not_code(code: str) -> str:
    """Why no province has this code today, in Vietnamese; empty if one has. A name that `codes_of` has left as it was
    typed is explained too."""
    if into := SUCCESSORS.get(code):
        return f"Mã tỉnh {code} không còn dùng từ ngày 01/07/2025; nay dùng mã {into}."
    if code in CODES:
        return ""
    if was := _FOLDED_OLD.get(_plain(code)):
        into = SUCCESSORS.get(was, was)
        return f"{OLD_NAMES[was]} không còn là tỉnh riêng từ ngày 01/07/2025; nay thuộc {NAMES[into]} (mã {into})."
    called = f"mang mã {code[:20]}" if len(code) < 3 or re.search(r"\d", code) else f"tên là «{code[:60]}»"
    return f"Không có tỉnh, thành phố nào {called}. Mã gồm hai chữ số, ví dụ 01, 48."


def name_of(code: str) -> str:
    """The province that has the code today; one that is gone under its last name, with a mark."""
    if code in NAMES:
        return NAMES[code]
    return f"{OLD_NAMES[code]} (địa giới trước 01/07/2025)" if code in OLD_NAMES else f"địa phương mã {code}"


def names_of(codes: Iterable[str]) -> str:
    """Names of provinces as a list for people."""
    return ", ".join(map(name_of, codes))


def codes_of(*texts: str) -> list[str]:
    """Provinces as people write them, by code or name, with or without diacritics: «48, TP. Huế», «01 79». What is
    neither stays as it was typed, for `why_not_code` to say why."""
    found: list[str] = []
    for part in re.split(r"[,;\n]", ",".join(texts)):
        words = part.split()
        numbers = all(w.isdecimal() for w in words)
        found += words if numbers else [_FOLDED.get(_plain(part)) or " ".join(words)]
    return list(dict.fromkeys(found))


def _plain(name: str) -> str:
    """A name without diacritics, marks, what stands in brackets, and what kind of place it is."""
    return KIND.sub("", syllables(re.sub(r"\(.*", "", name)).strip())


_FOLDED = {_plain(name): code for code, name in NAMES.items()} | OTHER_NAMES
_FOLDED_OLD = {_plain(name): code for code, name in OLD_NAMES.items()}


def carried(code: str, until: datetime | None) -> list[str]:
    """The codes under which publications of a span name a province: of one that ends before the merger its own; else
    also those that became part of it, which publications of the days before carry."""
    before = until is not None and until <= MERGED_AT
    return [code] if before else [code, *(old for old, new in SUCCESSORS.items() if new == code)]


def spelt(name: str) -> str:
    """A name as names are compared: without case, diacritics, spaces and stops, so that «TP.HCM» is «tp hcm»."""
    return re.sub(r"[\W_]+", "", fold(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvinceOf:
    """A province under one name.

    Attributes:
        code: of the General Statistics Office; after a merger the same code may be that of another territory.
        since, until: first and last day; None where open.
        successor: code of the province it became part of; empty where it is still there.
    """

    code: str
    name: str
    since: date | None = None
    until: date | None = None
    successor: str = ""

    def holds_on(self, day: date) -> bool:
        return (self.since or day) <= day <= (self.until or day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provinces:
    """All of them.

    Attributes:
        redrawn_on: the day from which the territories are those of today.
        spellings: names and how else people write them (see `spelt`), with the code until that day.
    """

    known: Sequence[ProvinceOf]
    redrawn_on: date
    spellings: Mapping[str, str] = field(default_factory=dict)

    def on(self, code: str, day: date) -> ProvinceOf | None:
        """The province that has the code on a day."""
        return next((p for p in self.known if p.code == code and p.holds_on(day)), None)

    def name(self, code: str, day: date) -> str:
        """Its name on a day; one that is gone by then under its last name, with a mark."""
        if found := self.on(code, day):
            return found.name
        gone = [p for p in self.known if p.code == code]
        return f"{gone[-1].name} (địa giới trước {self.redrawn_on:%d/%m/%Y})" if gone else f"địa phương mã {code}"

    def full_name(self, code: str, day: date) -> str:
        """Its name with its rank on a day: «thành phố Đà Nẵng», «tỉnh Bình Dương»; without one where it is gone."""
        if self.on(code, day) is None:
            return self.name(code, day)
        city = code in CITIES and CITIES[code] <= day
        return f"{'thành phố' if city else 'tỉnh'} {self.name(code, day).removeprefix(SHORT)}"

    def code_of(self, named: str, day: date) -> str | None:
        """The code, on a day, of the province that somebody names by code or name; the name of one that is gone by then
        leads to the one that it became part of. None: nothing is called so."""
        if re.fullmatch(r"[0-9]{2}", named):
            return named if self.on(named, day) else None
        bare = spelt(named)
        old = self.spellings.get(bare) or self.spellings.get(RANKS.sub("", bare))
        if old is None or day < self.redrawn_on:
            return old
        return next((p.successor for p in self.known if p.code == old and p.successor), None)

    def unknown(self, named: str, day: date) -> str:
        """Why there is no such province, in words; to be asked where `code_of` knows none."""
        if re.fullmatch(r"[0-9]{2}", named):
            return self.refusal(named, day)
        return (
            f"không có tỉnh, thành phố nào tên là «{named[:40]}»; dùng tên (ví dụ Đà Nẵng) hoặc mã gồm hai chữ số "
            "(ví dụ 48)"
        )

    def refusal(self, code: str, day: date) -> str:
        """Why a code means nothing on a day, in words; empty: it does."""
        if self.on(code, day):
            return ""
        gone = [p for p in self.known if p.code == code and p.successor]
        into = self.on(gone[-1].successor, day) if gone else None
        if into is None:
            return f"không có tỉnh, thành phố nào mang mã {code} vào ngày {day:%d/%m/%Y}"
        return (
            f"mã {code} ({gone[-1].name}) không còn dùng từ ngày {self.redrawn_on:%d/%m/%Y}; "
            f"nay thuộc {into.name}, mã {into.code}"
        )

    def redrawn(self, code: str) -> bool:
        """Whether the territory of the code is another one since `redrawn_on`."""
        return {p.code for p in self.known if p.successor == code} != {code}
