"""Put new documents into stories, find copies, and count the hours they touch anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from service.domain.intents import Placed
from service.ports import Clock
from service.ports.storage import Store
from service.stories.background import Background
from service.stories.builder import KnownItem, StoryBuilder
from service.stories.features import Weights
from service.stories.lineage import article_key

WINDOW = timedelta(days=10)


class StoryDesk:
    """The story builder with the storage it is restored from; one at a time may work on a database."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock
        with store.begin() as tx:
            known = tx.recently_placed(since=clock.now() - WINDOW)
            decisions = tx.story_decisions()
        self._decided = max((number for number, _ in decisions), default=0)
        self.builder = StoryBuilder.restore(
            (KnownItem(item=k.item, placement=k.placement, trace=k.trace, key=_key(k)) for k in known),
            overrides=[override for _, override in decisions],
        )

    def place(self, *, limit: int = 500) -> int:
        """Place what arrived, in batches of `limit`, each one unit of work; gives how many documents were placed."""
        self.follow()
        count = 0
        while True:
            with self.store.begin() as tx:
                new = tx.unplaced(limit=limit)
                tx.save_placements([self._place(p) for p in new])
                tx.recount()
            count += len(new)
            if len(new) < limit:
                return count

    def follow(self) -> int:
        """Carry out what people have decided since the last look; gives how many decisions there were."""
        with self.store.begin() as tx:
            new = tx.story_decisions(after=self._decided)
            changed = {p.id: p for _, override in new for p in self.builder.apply(override)}
            tx.move_documents(list(changed.values()))
        self._decided = max((number for number, _ in new), default=self._decided)
        return len(new)

    def centres(self) -> tuple[list[tuple[str, float, Weights]], Background]:
        """Story, time and terms of every origin that the builder remembers, and how rare terms are."""
        return self.builder.origins(), self.builder.background

    def _place(self, new: Placed) -> Placed:
        # one by one: the next document may be so much later that this one leaves the builder's window
        key = _key(new)
        [placement] = self.builder.place([new.item], keys={new.item.id: key} if key else None)
        return replace(new, placement=placement, trace=self.builder.trace(new.item.id))


def _key(placed: Placed) -> str | None:
    if "#" in placed.url:  # a comment under an article is no copy of it
        return None
    return article_key(placed.url, placed.item.publisher)
