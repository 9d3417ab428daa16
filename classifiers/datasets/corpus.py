"""The corpus written for this project: JSON Lines with the fields of the labelling guide, defaults left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.labels import AUDIENCES, AXES, FEEDBACKS, TONES, TOPICS, Kind, Limb, Text

CORPUS = Path(__file__).parent / "corpus"


class CorpusError(ValueError):
    """An item that breaks the guide; the message says file, line, field and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A labelled text. Where `relevant` is false, tone, feedback and axis are None and lists are empty.

    Attributes:
        group: items that must stay on one side of a split (minimal pairs).
    """

    text: Text
    register: str
    relevant: bool
    tone: str | None
    feedback: str | None
    axis: str | None
    topics: frozenset[str]
    audiences: frozenset[str]
    protected: bool
    denunciation: bool
    limbs: frozenset[Limb]
    places: tuple[str, ...]
    group: str


def _choice(row: Mapping[str, Any], field: str, allowed: tuple[str, ...], default: str | None) -> str | None:
    value = row.get(field, default)
    if value is not None and value not in allowed:
        raise CorpusError(f"field '{field}': expected one of {', '.join(allowed)}, found {value!r}")
    return None if value is None else str(value)


def _list(row: Mapping[str, Any], field: str, allowed: frozenset[str] | None) -> list[str]:
    value = row.get(field) or []
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise CorpusError(f"field '{field}': expected a list of names, found {value!r}")
    unknown = sorted(set(value) - allowed) if allowed is not None else []
    if unknown:
        raise CorpusError(f"field '{field}': unknown {', '.join(unknown)}")
    return value


def _flag(row: Mapping[str, Any], field: str, default: bool) -> bool:
    value = row.get(field, default)
    if not isinstance(value, bool):
        raise CorpusError(f"field '{field}': expected true or false, found {value!r}")
    return value


def _text(row: Mapping[str, Any], field: str, default: str | None = None) -> str:
    value = row.get(field, default)
    if not isinstance(value, str):
        raise CorpusError(f"field '{field}': expected text, found {value!r}")
    return value


def parse(row: Mapping[str, Any]) -> Item:
    """An item from one JSON object, defaults filled in; CorpusError names the field that is wrong."""
    relevant = _flag(row, "relevant", True)
    limbs = set(_list(row, "article11", frozenset(Limb)))
    protected = _flag(row, "protected", False)
    if protected and limbs - {Limb.WITHHELD, Limb.RETALIATION}:
        raise CorpusError("field 'protected': excluded by 'article11' forgery and property")
    for limb, quote in row.get("evidence") or []:
        if quote not in row.get("text", "") and quote not in row.get("title", ""):
            raise CorpusError(f"field 'evidence': {limb} quotes what the text does not hold")
    identity = _text(row, "id")
    kind = _choice(row, "kind", tuple(Kind), None)
    if kind is None:
        raise CorpusError("field 'kind': missing")
    topics = _list(row, "topics", frozenset(TOPICS))
    audiences = _list(row, "audience", frozenset(AUDIENCES))
    return Item(
        text=Text(
            id=identity, text=_text(row, "text"), title=_text(row, "title", ""), kind=Kind(kind), date=row.get("date")
        ),
        register=_text(row, "register", ""),
        relevant=relevant,
        tone=_choice(row, "tone", TONES, "neutral") if relevant else None,
        feedback=_choice(row, "feedback", FEEDBACKS, "none") if relevant else None,
        axis=_choice(row, "axis", AXES, None) if relevant else None,
        topics=frozenset(topics if relevant else ()),
        audiences=frozenset(audiences if relevant else ()),
        protected=protected,
        denunciation=_flag(row, "denunciation", False),
        limbs=frozenset(Limb(x) for x in limbs) if relevant else frozenset(),
        places=tuple(_list(row, "place", None)) if relevant else (),
        group=min(identity, row.get("pair") or identity),
    )


def read(path: Path) -> Iterator[Item]:
    """Items of one file; CorpusError says «file:line: field …»."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield parse(json.loads(line))
            except (ValueError, TypeError) as error:
                raise CorpusError(f"{path.name}:{number}: {error}") from None


def load(folder: Path = CORPUS) -> list[Item]:
    """The whole corpus in a fixed order (file name, line); an id that occurs twice is an error."""
    items: list[Item] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for item in read(path):
            if item.text.id in seen:
                raise CorpusError(f"{path.name}: id {item.text.id!r} is also in {seen[item.text.id]}")
            seen[item.text.id] = path.name
            items.append(item)
    return items
