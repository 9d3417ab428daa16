"""Put new documents into stories, find copies, and count the hours they touch anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from service.domain.intents import Placed
from service.domain.streams import HOUR, QUARTERS_FOR, bin_start
from service.ports import Clock
from service.ports.storage import Store
from service.stories.builder import KnownItem, StoryBuilder
from service.stories.lineage import article_key

WINDOW = timedelta(days=10)


class StoryDesk:
    """The story builder with the storage it is restored from; one at a time may work on a database."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock
        with store.begin() as tx:
            known = tx.recently_placed(since=clock.now() - WINDOW)
        self.builder = StoryBuilder.restore(
            KnownItem(item=k.item, placement=k.placement, trace=k.trace, key=_key(k)) for k in known
        )

    def place(self, *, limit: int = 500) -> int:
        """Place what arrived, in batches of `limit`, each one unit of work; gives how many documents were placed."""
        count = 0
        while True:
            with self.store.begin() as tx:
                new = tx.unplaced(limit=limit)
                since = bin_start(self.clock.now(), HOUR) - QUARTERS_FOR
                tx.save_placements([self._place(p) for p in new], quarters_since=since)
                tx.recount(quarters_since=since)
            count += len(new)
            if len(new) < limit:
                return count

    def _place(self, new: Placed) -> Placed:
        # one by one: the next document may be so much later that this one leaves the builder's window
        key = _key(new)
        [placement] = self.builder.place([new.item], keys={new.item.id: key} if key else None)
        return replace(new, placement=placement, trace=self.builder.trace(new.item.id))


def _key(placed: Placed) -> str | None:
    if "#" in placed.url:  # a comment under an article is no copy of it
        return None
    return article_key(placed.url, placed.item.publisher)
