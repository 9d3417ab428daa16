"""Remove what has been kept long enough (product rule 9; docs/settings.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from service.domain.streams import QUARTERS_FOR, STORY_LIFE
from service.ports import Clock
from service.ports.storage import Store

SIGHTINGS_FOR = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Removed:
    """How much was removed."""

    texts: int
    sightings: int
    counts: int = 0


def retain(store: Store, clock: Clock, *, texts_for: timedelta) -> Removed:
    """Full texts go after `texts_for`; title, link and excerpt stay. Sightings hold no text and go after 400 days.

    Counts by the quarter go after two weeks, those of a story when it is over.
    """
    now = clock.now()
    with store.begin() as tx:
        return Removed(
            texts=tx.forget_texts(before=now - texts_for),
            sightings=tx.forget_sightings(before=now - SIGHTINGS_FOR),
            counts=tx.forget_counts(quarters_before=now - QUARTERS_FOR, stories_before=now - STORY_LIFE),
        )
