"""Copies, origins and stories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryItem:
    """A document as the story builder sees it; items come in the order of their arrival.

    Attributes:
        publisher: group of the outlet; items of one group never count as independent of each other.
    """

    id: str
    title: str
    text: str
    published_at: datetime
    publisher: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPlacement:
    """Where an item belongs.

    Attributes:
        story: id of its story (opaque, stable).
        origin: id of the first publication that it is a copy of, or its own id.
    """

    id: str
    story: str
    origin: str

    @property
    def is_copy(self) -> bool:
        return self.origin != self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two stories are one: everything in `absorbed`, now and later, belongs to `kept`."""

    kept: str
    absorbed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """These documents are a story of their own.

    Attributes:
        documents: ids of the documents that leave.
        into: id of the story they form; one that was absorbed by a merge comes to life again.
    """

    documents: tuple[str, ...]
    into: str


Override = Merge | Split
