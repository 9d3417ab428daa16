"""Which legal basis holds for content of a day, and how it is cited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any

from service.domain.findings import LegalBasis
from service.domain.judgement import Limb
from service.domain.times import VIETNAM
from service.domain.wording import day

PENDING = "căn cứ pháp lý chờ cập nhật"


def choose(bases: Sequence[LegalBasis], at: datetime) -> LegalBasis | None:
    """The basis for content published at a time; one that was loaded goes before an empty slot.

    Args:
        bases: those of `in_force`.
    """
    on = at.astimezone(VIETNAM).date().isoformat()
    valid = [b for b in bases if b.valid_from <= on and (b.valid_to is None or on <= b.valid_to)]
    filled = [b for b in valid if not b.empty]
    return filled[-1] if filled else (valid[-1] if valid else None)


def in_force(bases: Sequence[LegalBasis]) -> list[LegalBasis]:
    """The bases without days that a later one has a text for: a correction takes their place, a new law their end.

    Args:
        bases: in the order in which they were loaded, shipped ones first.
    """
    found: list[LegalBasis] = []
    for basis in bases:
        if not basis.empty:
            found = [part for earlier in found for part in _without(earlier, basis)]
        found.append(basis)
    return found


def _without(earlier: LegalBasis, later: LegalBasis) -> list[LegalBasis]:
    """What is left of a basis before and after another."""
    if earlier.empty or overlaps(earlier, [later]) is None:
        return [earlier]
    parts = []
    if earlier.valid_from < later.valid_from:
        parts.append(replace(earlier, valid_to=_beside(later.valid_from, -1)))
    if later.valid_to is not None and (earlier.valid_to is None or later.valid_to < earlier.valid_to):
        parts.append(replace(earlier, valid_from=_beside(later.valid_to, 1)))
    return parts


def _beside(on: str, days: int) -> str:
    return (date.fromisoformat(on) + timedelta(days=days)).isoformat()


def clause_of(basis: LegalBasis | None, limb: Limb) -> tuple[int, str] | None:
    """Number and text of the clause that a limb belongs to; None where the slot is empty or names none."""
    if basis is None or basis.empty or limb not in basis.limbs:
        return None
    number = basis.limbs[limb]
    return number, basis.clauses[number]


def citation(basis: LegalBasis | None, limb: Limb) -> str:
    """«khoản 3 Điều 11 Luật Tiếp cận thông tin số 104/2016/QH13»; empty where nothing can be cited.

    A law that ends is cited with the content it holds for: who reads it later must not take it for law in force.
    """
    found = clause_of(basis, limb)
    if basis is None or found is None:
        return ""
    cited = f"khoản {found[0]} {basis.article.partition('.')[0]} {basis.law}"
    if basis.valid_to is None:
        return cited
    ended = date.fromisoformat(basis.valid_to) + timedelta(days=1)
    return f"{cited} (áp dụng đối với nội dung đăng trước ngày {day(ended)})"


def overlaps(basis: LegalBasis, others: Sequence[LegalBasis]) -> LegalBasis | None:
    """A filled basis that holds on some of the same days; None if there is none."""
    for other in others:
        ends_before = other.valid_to is not None and other.valid_to < basis.valid_from
        begins_after = basis.valid_to is not None and basis.valid_to < other.valid_from
        if not other.empty and not ends_before and not begins_after:
            return other
    return None


def to_json(basis: LegalBasis) -> dict[str, Any]:
    return {
        **asdict(basis),
        "clauses": {str(n): text for n, text in basis.clauses.items()},
        "limbs": {str(limb): n for limb, n in basis.limbs.items()},
    }


def from_json(body: Mapping[str, Any]) -> LegalBasis:
    return LegalBasis(
        **{
            **body,
            "clauses": {int(n): text for n, text in body["clauses"].items()},
            "limbs": {Limb(limb): n for limb, n in body["limbs"].items()},
        }
    )
