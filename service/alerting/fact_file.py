"""The fact file: sentences that can be checked, by topic and date, for answers and corrections that people write.

Never a measure of what somebody has said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from service.domain.topics import TOPICS


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFact:
    """One sentence that can be checked.

    Attributes:
        id: stays the same.
        topics: ids of the topics it is of.
        text: the sentence, in Vietnamese.
        source: law, decree or announcement it was read in.
        valid_from, valid_to: inclusive; None where open.
    """

    id: str
    topics: tuple[str, ...]
    text: str
    source: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it is valid on a day."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


def parse(text: str) -> tuple[KnownFact, ...]:
    """Facts in the order of the file; ValueError that names the entry and what was expected."""
    return tuple(_fact(n, entry) for n, entry in enumerate(yaml.safe_load(text)["facts"], start=1))


def _fact(n: int, entry: dict[str, Any]) -> KnownFact:
    try:
        found = KnownFact(**{**entry, "topics": tuple(entry["topics"])})
    except (KeyError, TypeError) as error:
        raise ValueError(f"fact {n}: expected id, topics, text, source, valid_from, valid_to: {error}") from None
    if unknown := set(found.topics) - TOPICS.keys():
        raise ValueError(f"fact {found.id}: expected known topics, found {', '.join(sorted(unknown))}")
    if found.valid_from and found.valid_to and found.valid_from > found.valid_to:
        raise ValueError(f"fact {found.id}: expected valid_from before valid_to")
    return found


@lru_cache(maxsize=1)
def shipped() -> tuple[KnownFact, ...]:
    """The fact file that comes with the package."""
    return parse((files(__package__) / "facts.yaml").read_text(encoding="utf-8"))


def facts_on(day: date, topic: str | None) -> Sequence[KnownFact]:
    """Facts about a topic that are valid on a day; none without a topic."""
    return [f for f in shipped() if topic in f.topics and f.holds_on(day)]
