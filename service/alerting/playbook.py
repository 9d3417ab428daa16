"""What may be done about an alert: measures before, during and after a crisis, proposed from playbook.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """One proposed measure for each time (Decision 1676/QĐ-TTg, IV.6), in Vietnamese.

    Attributes:
        before, during, after: for prevention, handling, and rebuilding trust.
    """

    before: str
    during: str
    after: str


def parse(text: str) -> dict[str, Measures]:
    """Measures by topic id and for DEFAULT; ValueError that names the entry and what was expected."""
    entries: dict[str, Any] = yaml.safe_load(text)
    if DEFAULT not in entries:
        raise ValueError(f"expected an entry '{DEFAULT}'")
    for topic, fields in entries.items():
        if set(fields) != {"before", "during", "after"} or not all(isinstance(t, str) and t for t in fields.values()):
            raise ValueError(f"entry {topic}: expected texts before, during and after, found {sorted(fields)}")
    return {topic: Measures(**fields) for topic, fields in entries.items()}


@lru_cache(maxsize=1)
def shipped() -> dict[str, Measures]:
    """The playbook that comes with the package."""
    return parse((files(__package__) / "playbook.yaml").read_text(encoding="utf-8"))


def measures(stream: str, *, topic: str | None = None) -> Measures:
    """Measures for a stream.

    Args:
        topic: what a stream is mainly about that does not name a topic itself (stories, the whole agency).
    """
    kind, _, name = stream.partition(":")
    wanted = name.partition("@")[0] if kind == "topic" else topic
    return shipped().get(wanted or DEFAULT, shipped()[DEFAULT])
