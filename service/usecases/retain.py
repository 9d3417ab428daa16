"""Remove what has been kept long enough (product rule 9; docs/settings.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from service.domain.streams import QUARTERS_FOR, STORY_LIFE
from service.ports import Clock
from service.ports.storage import Store
from service.usecases.collect import Collector

SIGHTINGS_FOR = timedelta(days=400)
FEED_HOURS_FOR = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class Removed:
    """How much was removed."""

    texts: int
    sightings: int
    counts: int = 0


def forget_by_interface(collector: Collector) -> int:
    """Remove what came through an interface whose rules allow it to be kept for so long only; gives how many."""
    now = collector.clock.now()
    removed = 0
    for form, channel in collector.channels.items():
        of_channel = [f.id for f in collector.feeds.values() if f.format is form]
        if channel.keep is not None and of_channel:
            with collector.store.begin() as tx:
                removed += tx.delete_old(feed_ids=of_channel, before=now - channel.keep)
    return removed


def retain(store: Store, clock: Clock, *, texts_for: timedelta) -> Removed:
    """Full texts go after `texts_for`; title, link and excerpt stay. Sightings hold no text and go after 400 days.

    Counts by the quarter go after two weeks, those of a story when it is over.
    """
    now = clock.now()
    with store.begin() as tx:
        tx.forget_feed_hours(before=now - FEED_HOURS_FOR)
        return Removed(
            texts=tx.forget_texts(before=now - texts_for),
            sightings=tx.forget_sightings(before=now - SIGHTINGS_FOR),
            counts=tx.forget_counts(quarters_before=now - QUARTERS_FOR, stories_before=now - STORY_LIFE),
        )
