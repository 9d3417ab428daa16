"""Put new documents into stories, find copies, and count the hours they touch anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from service.domain.intents import Placed
from service.domain.stories import Override, StoryPlacement
from service.ports import Clock
from service.ports.storage import Store, Transaction
from service.stories.background import Background
from service.stories.builder import KnownItem, StoryBuilder
from service.stories.features import Weights
from service.stories.lineage import article_key

WINDOW = timedelta(days=10)
BATCH = 100  # on PostgreSQL whoever merges, splits or labels waits until one is done (benchmarks/placing.py)
ROUND = "place"  # its name among the rounds


class StoryDesk:
    """The story builder with the storage it is restored from. Where another desk has placed something, as one whose
    turn was lost while it was at work, it is restored anew.

    Args:
        ending: whether the process is about to end; then no further batch is begun.
    """

    def __init__(self, store: Store, clock: Clock, *, ending: Callable[[], bool] = lambda: False) -> None:
        self.store, self.clock, self._ending = store, clock, ending
        with store.begin() as tx:
            # read before the documents: what is placed meanwhile is read twice, never left out
            self._mark = tx.rounds().get(ROUND)
            self._decided = max((number for number, _ in tx.story_decisions()), default=0)
            self.builder = self._restored(tx, self._decided)

    def place(self) -> int:
        """Carry out what people have decided since the last look, and place what arrived, in batches of BATCH, each
        one unit of work; gives how many documents were placed."""
        count = 0
        while True:
            with self.store.begin() as tx:
                tx.wait_for_counts()  # of two desks at work the later one reads what the other has placed
                mark = tx.rounds().get(ROUND)
                if mark != self._mark:
                    self.builder = self._restored(tx, self._decided)
                decided = self._follow(tx)
                new = tx.unplaced(limit=BATCH)
                tx.save_placements(self._placed(tx, new, decided))
                tx.recount()
                if new:
                    mark = self._noted(tx, mark)
            self._decided, self._mark = decided, mark
            count += len(new)
            if len(new) < BATCH or self._ending():
                return count

    def centres(self) -> tuple[list[tuple[str, float, Weights]], Background]:
        """Story, time and terms of every origin that the builder remembers, and how rare terms are."""
        return self.builder.origins(), self.builder.background

    def _follow(self, tx: Transaction) -> int:
        """Carry out the decisions since the last look; gives the number of the last one."""
        new = tx.story_decisions(after=self._decided)
        changed = self._decide(new)
        if tx.gone({p.origin for p in changed}):
            self.builder = self._restored(tx, self._decided)
            changed = self._decide(new)
        tx.move_documents(changed)
        return max((number for number, _ in new), default=self._decided)

    def _placed(self, tx: Transaction, new: Sequence[Placed], decided: int) -> list[Placed]:
        placed = [self._place(p) for p in new]
        if tx.gone({p.placement.origin for p in placed}):
            self.builder = self._restored(tx, decided)
            placed = [self._place(p) for p in new]
        return placed

    def _noted(self, tx: Transaction, mark: datetime | None) -> datetime:
        """Note a round that placed something, by which other desks see that they do not know it all."""
        now = self.clock.now()
        # no two are alike, though the clock is set back
        at = now if mark is None else max(now, mark + timedelta.resolution)
        tx.note_round(ROUND, at=at)
        return at

    def _restored(self, tx: Transaction, decided: int) -> StoryBuilder:
        """A builder that knows what the storage does, and the decisions up to a number; one that is at work knows
        publications that were erased since."""
        known = tx.recently_placed(since=self.clock.now() - WINDOW)
        return StoryBuilder.restore(
            (KnownItem(item=k.item, placement=k.placement, trace=k.trace, key=_key(k)) for k in known),
            overrides=[override for number, override in tx.story_decisions() if number <= decided],
        )

    def _decide(self, decisions: Sequence[tuple[int, Override]]) -> list[StoryPlacement]:
        changed = {p.id: p for _, override in decisions for p in self.builder.apply(override)}
        return list(changed.values())

    def _place(self, new: Placed) -> Placed:
        # one by one: the next document may be so much later that this one leaves the builder's window
        key = _key(new)
        [placement] = self.builder.place([new.item], keys={new.item.id: key} if key else None)
        return replace(new, placement=placement, trace=self.builder.trace(new.item.id))


def _key(placed: Placed) -> str | None:
    if "#" in placed.url:  # a comment under an article is no copy of it
        return None
    return article_key(placed.url, placed.item.publisher)
