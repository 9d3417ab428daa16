"""Checkable facts by topic and date: material for answers that people write, never a label on what somebody said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from classifiers.labels import TOPICS

FACTS = Path(__file__).parent / "facts" / "facts.yaml"


class FactError(ValueError):
    """A fact that breaks the format; the message says which one, which field and what was expected."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence that can be checked.

    Attributes:
        valid_from, valid_to: ISO dates, inclusive; None where open.
        source: law, decree or announcement it was read in.
    """

    id: str
    topics: frozenset[str]
    text: str
    valid_from: str | None
    valid_to: str | None
    source: str

    def holds_on(self, date: str) -> bool:
        """Whether the fact is valid on an ISO date."""
        return (self.valid_from or "") <= date and (self.valid_to is None or date <= self.valid_to)


@cache
def facts() -> tuple[Fact, ...]:
    """The shipped file; FactError if it is wrong."""
    found = []
    for row in yaml.safe_load(FACTS.read_text(encoding="utf-8"))["facts"]:
        unknown = set(row["topics"]) - set(TOPICS)
        if unknown:
            raise FactError(f"{FACTS.name}: {row['id']}: field 'topics': unknown {', '.join(sorted(unknown))}")
        dates = [str(row[k]) if row.get(k) else None for k in ("valid_from", "valid_to")]
        found.append(Fact(row["id"], frozenset(row["topics"]), row["text"], dates[0], dates[1], row["source"]))
    return tuple(found)


def facts_for(topics: Iterable[str], date: str) -> tuple[Fact, ...]:
    """Facts about any of the topics that are valid on `date` (ISO), in the order of the file."""
    wanted = set(topics)
    return tuple(f for f in facts() if f.topics & wanted and f.holds_on(date))
