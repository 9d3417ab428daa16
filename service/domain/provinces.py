"""Provinces and cities by code: which are valid on a day, under which name, and what became of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


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
