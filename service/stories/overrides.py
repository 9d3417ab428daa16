"""What people have decided about stories; it outlives restarts and later runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class Settled:
    """What all decisions together come to; a later one wins over an earlier one.

    Attributes:
        absorbed: story -> the story it is part of now, never itself a key.
        homes: document -> the story a person put it in.
    """

    absorbed: dict[str, str]
    homes: dict[str, str]

    def story(self, document: str, proposed: str) -> str:
        """Where a document belongs for which `proposed` was found."""
        return self.homes.get(document) or self.absorbed.get(proposed, proposed)


def settle(overrides: Iterable[Override]) -> Settled:
    """Put decisions together, oldest first. The same decision twice in a row changes nothing."""
    absorbed: dict[str, str] = {}
    homes: dict[str, str] = {}
    for override in overrides:
        if isinstance(override, Split):
            absorbed.pop(override.into, None)
            homes.update(dict.fromkeys(override.documents, override.into))
            continue
        target = absorbed.get(override.kept, override.kept)
        if target == override.absorbed:
            continue
        absorbed[override.absorbed] = target
        for known in (absorbed, homes):
            known.update({key: target for key, story in known.items() if story == override.absorbed})
    return Settled(absorbed, homes)
