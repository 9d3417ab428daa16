"""What people have decided about stories; it outlives restarts and later runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.domain.stories import Merge, Override, Split, StoryPlacement

__all__ = ["Merge", "Override", "Settled", "Split", "rooted", "settle"]


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


def rooted(placements: Sequence[StoryPlacement]) -> list[StoryPlacement]:
    """Copies whose origin stands in another story are copies no more: the first of them becomes the others' origin.

    Args:
        placements: all documents of the stories concerned, in order of arrival.
    """
    story_of = {p.id: p.story for p in placements}
    first: dict[tuple[str, str], str] = {}
    found = []
    for p in placements:
        origin = p.origin
        if story_of.get(origin) != p.story:
            origin = first.setdefault((p.origin, p.story), p.id)
        found.append(StoryPlacement(id=p.id, story=p.story, origin=origin))
    return found
