"""Provinces and cities by code: which are valid on a day, under which name, and what became of the others.

63 became 34 on 1 July 2025 (Resolution 202/2025/QH15). The classifiers give a document the code that is valid on its
day; tests keep `SUCCESSORS` and `CODES` the same as their list, which no room but classification may read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

MERGED_AT = datetime(2025, 6, 30, 17, tzinfo=UTC)  # 1 July 2025 begins in Việt Nam

# code until then: code from then on, where it is another one
SUCCESSORS: Mapping[str, str] = {
    "02": "08", "06": "19", "10": "15", "17": "25", "26": "25", "27": "24", "30": "31", "34": "33", "35": "37",
    "36": "37", "45": "44", "49": "48", "54": "66", "58": "56", "60": "68", "62": "51", "64": "52", "67": "68",
    "70": "75", "72": "80", "74": "79", "77": "79", "83": "86", "84": "86", "87": "82", "89": "91", "93": "92",
    "94": "92", "95": "96",
}  # fmt: skip
# of today
CODES = frozenset(
    ["01", "04", "08", "11", "12", "14", "15", "19", "20", "22", "24", "25", "31", "33", "37", "38", "40", "42", "44",
     "46", "48", "51", "52", "56", "66", "68", "75", "79", "80", "82", "86", "91", "92", "96"]
)  # fmt: skip


def why_not_code(code: str) -> str:
    """Why no province has this code today, in Vietnamese; empty if one has."""
    if into := SUCCESSORS.get(code):
        return f"Mã tỉnh {code} không còn dùng từ ngày 01/07/2025; nay dùng mã {into}."
    known = code in CODES
    return "" if known else f"Không có tỉnh, thành phố nào mang mã {code[:20]}. Mã gồm hai chữ số, ví dụ 01, 48."


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
    """

    known: Sequence[ProvinceOf]
    redrawn_on: date

    def on(self, code: str, day: date) -> ProvinceOf | None:
        """The province that has the code on a day."""
        return next((p for p in self.known if p.code == code and p.holds_on(day)), None)

    def name(self, code: str, day: date) -> str:
        """Its name on a day; one that is gone by then under its last name, with a mark."""
        if found := self.on(code, day):
            return found.name
        gone = [p for p in self.known if p.code == code]
        return f"{gone[-1].name} (địa giới trước {self.redrawn_on:%d/%m/%Y})" if gone else f"địa phương mã {code}"

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
