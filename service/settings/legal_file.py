"""Legal texts from YAML: the shipped file and those an operator loads."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from service.domain.findings import LegalBasis
from service.domain.judgement import Limb
from service.settings.marked_yaml import Reader, read_yaml

SHIPPED = Path(__file__).parents[1] / "review" / "legal_basis.yaml"
KEYS = {"law", "article", "valid_from", "valid_to", "source", "clauses", "limbs"}


def load_legal(path: Path = SHIPPED) -> tuple[LegalBasis, ...]:
    """The legal bases of a file.

    Raises:
        ConfigError: every mistake with file, line, key and what was expected.
    """
    reader, root = read_yaml(path)
    top = reader.mapping(root, "file")
    reader.known_keys(top, {"legal_basis"}, "file")
    found: list[LegalBasis] = []
    if "legal_basis" not in top:
        reader.wrong(root, "legal_basis", "missing; this key is required")
    else:
        found = [b for key, node in reader.items(top["legal_basis"], "legal_basis") if (b := _basis(reader, node, key))]
        if not found and not reader.problems:
            reader.wrong(root, "legal_basis", "expected at least one entry")
    reader.finish()
    return tuple(found)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _basis(reader: Reader, node: yaml.Node, key: str) -> LegalBasis | None:
    fields = reader.mapping(node, key)
    before = len(reader.problems)
    reader.known_keys(fields, KEYS, key)

    def value(name: str, parse: Callable[[Any], Any], default: Any = ...) -> Any:
        return reader.value(fields, name, key=key, parse=parse, default=default, where=node)

    clauses = value("clauses", _clauses)
    values = {
        "law": value("law", _line), "article": value("article", _line), "source": value("source", _line),
        "valid_from": value("valid_from", _day), "valid_to": value("valid_to", _day_or_open, None),
        "limbs": value("limbs", _limbs),
    }  # fmt: skip
    if len(reader.problems) > before:
        return None
    if clauses and not (values["law"] and values["article"]):
        reader.wrong(node, f"{key}.law", "expected the names of law and article, since clauses are given")
    if values["valid_to"] is not None and values["valid_to"] < values["valid_from"]:
        reader.wrong(fields["valid_to"], f"{key}.valid_to", "expected a day not before valid_from")
    for limb, number in values["limbs"].items():
        if number not in clauses:
            reader.wrong(fields["limbs"], f"{key}.limbs.{limb}", f"clause {number} is not among the clauses")
    return LegalBasis(clauses=clauses, **values) if len(reader.problems) == before else None


def _line(value: Any) -> str:
    if not isinstance(value, str) or "\n" in value:
        raise ValueError(f"expected one line of text, found {value!r}")
    return unicodedata.normalize("NFC", value.strip())


def _day(value: Any) -> str:
    try:
        return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
    except ValueError:
        raise ValueError(f"expected a day such as 2026-09-01, found {value!r}") from None


def _day_or_open(value: Any) -> str | None:
    return None if value is None else _day(value)


def _clauses(value: Any) -> dict[int, str]:
    if not isinstance(value, dict):
        raise ValueError("expected the text of each clause by its number")
    for number, text in value.items():
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise ValueError(f"expected numbers of clauses from 1, found {number!r}")
        if not isinstance(text, str) or not any(map(str.isalpha, text)):
            raise ValueError(f"clause {number}: expected its text, found {text!r}")
    return {n: unicodedata.normalize("NFC", " ".join(text.split())) for n, text in value.items()}


def _limbs(value: Any) -> dict[Limb, int]:
    known = ", ".join(Limb)
    if not isinstance(value, dict) or any(limb not in set(Limb) for limb in value):
        raise ValueError(f"expected numbers of clauses by limb ({known}), found {value!r}")
    return {Limb(limb): int(number) for limb, number in value.items()}
