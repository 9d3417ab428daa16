"""Provinces and cities by code: which are valid on a day, under which name, and what became of the others.

63 became 34 on 1 July 2025 (Resolution 202/2025/QH15). The classifiers give a document the code that is valid on its
day; tests keep the tables and spellings the same as theirs, which no room but classification may read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from service.domain.text import fold

REDRAWN_ON = date(2025, 7, 1)
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
HUE, HUE_SINCE = "46", date(2025, 1, 1)
OTHER_SPELLINGS: Mapping[str, str] = {
    "baccan": "06", "baria": "77", "brvt": "77", "buonmathuot": "66", "daclac": "66", "daclak": "66", "dacnong": "67",
    "daklak": "66", "hcm": "79", "hochiminh": "79", "saigon": "79", "thuathienhue": "46", "tthue": "46",
    "vungtau": "77",
}  # fmt: skip
RANK = re.compile(r"^(?:tinh|thanhpho|tp)")  # before a name


def names_on(day: date) -> Mapping[str, str]:
    """Those there are on a day: code to name."""
    if day >= REDRAWN_ON:
        return NAMES
    return OLD_NAMES if day >= HUE_SINCE else {**OLD_NAMES, HUE: "Thừa Thiên Huế"}


def name_of(code: str, day: date = REDRAWN_ON) -> str:
    """The province that has the code on a day, today unless another one is given; one that is gone by then under its
    last name, with a mark."""
    if name := names_on(day).get(code):
        return name
    return f"{OLD_NAMES[code]} (địa giới trước {REDRAWN_ON:%d/%m/%Y})" if code in OLD_NAMES else f"địa phương mã {code}"


def names_of(codes: Iterable[str]) -> str:
    """Names of provinces of today as a list for people."""
    return ", ".join(map(name_of, codes))


def scope_of(codes: Iterable[str]) -> str:
    """What an account that is limited to these reads, for people."""
    return names_of(codes) or "cả nước"


def full_name(code: str, day: date) -> str:
    """Its name with its rank on a day: «thành phố Đà Nẵng», «tỉnh Bình Dương»; without one where it is gone."""
    if code not in names_on(day):
        return name_of(code, day)
    city = code in CITIES and CITIES[code] <= day
    return f"{'thành phố' if city else 'tỉnh'} {name_of(code, day).removeprefix(SHORT)}"


def code_of(named: str, day: date = REDRAWN_ON) -> str | None:
    """The code, on a day, of the province that somebody names by code or name, in any spelling; the name of one that
    is gone by then leads to the one it became part of. None: nothing is called so."""
    if named in OLD_NAMES:
        return named if named in names_on(day) else None
    old = _old_code(named)
    return SUCCESSORS.get(old, old) if old and day >= REDRAWN_ON else old


def codes_of(*texts: str) -> list[str]:
    """Provinces of today as people write them into a form, by code or name, with or without diacritics: «48, TP. Huế»,
    «01 79». What is no province of today stays as it was typed, for `why_not` to say why."""
    found: list[str] = []
    for part in re.split(r"[,;\n]", ",".join(texts)):
        words = part.split()
        if all(w.isdecimal() for w in words):
            found += words
        else:
            old = _old_code(part)
            if old is None or _is_gone(old, REDRAWN_ON):
                found.append(" ".join(words))
            else:
                found.append(SUCCESSORS.get(old, old))
    return list(dict.fromkeys(found))


def why_not(named: str, day: date = REDRAWN_ON) -> str:
    """Why no province has this code or name on a day, as a sentence; empty if one has."""
    since = f"từ ngày {REDRAWN_ON:%d/%m/%Y}; nay thuộc"
    if named in OLD_NAMES:
        if named in names_on(day):
            return ""
        return f"Mã {named} ({OLD_NAMES[named]}) không còn dùng {since} {_successor(named)}."
    if was := _old_code(named):
        return f"{OLD_NAMES[was]} không còn là tỉnh riêng {since} {_successor(was)}." if _is_gone(was, day) else ""
    called = f"mang mã {named[:20]}" if len(named) < 3 or re.search(r"\d", named) else f"tên là “{named[:60]}”"
    return f"Không có tỉnh, thành phố nào {called}. Dùng tên (ví dụ Đà Nẵng) hoặc mã gồm hai chữ số (ví dụ 48)."


def carried(code: str, until: datetime | None) -> list[str]:
    """The codes under which publications of a span name a province: of one that ends before the merger its own; else
    also those that became part of it, which publications of the days before carry."""
    before = until is not None and until <= MERGED_AT
    return [code] if before else [code, *(old for old, new in SUCCESSORS.items() if new == code)]


def territory_changed(code: str) -> bool:
    """Whether the territory of the code is another one since `REDRAWN_ON`."""
    return {old for old in OLD_NAMES if SUCCESSORS.get(old, old) == code} != {code}


def _old_code(named: str) -> str | None:
    """The code until the merger of the province that somebody names, with its rank or without."""
    bare = _spelt(named)
    return _BY_SPELLING.get(bare) or _BY_SPELLING.get(RANK.sub("", bare))


def _successor(old: str) -> str:
    into = SUCCESSORS.get(old, old)
    return f"{NAMES[into]}, mã {into}"


def _is_gone(old: str, day: date) -> bool:
    """Whether what had the code until the merger has become part of a province that is called otherwise."""
    return day >= REDRAWN_ON and OLD_NAMES[old] != NAMES[SUCCESSORS.get(old, old)]


def _spelt(name: str) -> str:
    """A name as names are compared: without case, diacritics, spaces, stops and what stands in brackets, so that
    «TP.HCM» is «tp hcm»."""
    return re.sub(r"[\W_]+", "", fold(re.sub(r"\(.*", "", name)))


_BY_SPELLING = {_spelt(name.removeprefix(SHORT)): code for code, name in OLD_NAMES.items()} | dict(OTHER_SPELLINGS)
