"""Run entries of the past through the whole pipeline in their own time; pages are never fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from service.domain.documents import Entry
from service.domain.sources import Feed
from service.domain.streams import HOUR, bin_start
from service.ports import Classifier
from service.ports.storage import Store
from service.usecases.ingest import FetchPages, Ingested, ingest

QUARTER, SECOND = timedelta(minutes=15), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class PastEntry:
    """An entry with the feed that brought it and the time it was first seen."""

    entry: Entry
    feed: Feed
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What a replay needs.

    Attributes:
        set_time: sets the clock that the other stages look at.
        look: the stages behind ingestion (stories, counts, detection). Run as the service would, which looks all the
            time: at the end of every quarter of an hour that brought something and of every hour, a second before it,
            while it is still the hour that runs.
    """

    store: Store
    classifier: Classifier
    set_time: Callable[[datetime], None]
    look: Callable[[], None]

    def run(self, entries: Iterable[PastEntry]) -> Iterator[tuple[datetime, Ingested]]:
        """Replay entries in order of first sight; gives each hour's end with what was ingested in it.

        Time only goes forward: quarters of an hour before that of the newest entry of the database are left out. So a
        replay that was killed goes on where it was when it is started again with the same entries, and ends in the same
        state; each step of the quarter in which it was killed is safe to repeat.
        """
        with self.store.begin() as tx:
            last = tx.last_sighting()
        ahead = (e for e in entries if last is None or e.first_seen_at >= bin_start(last, QUARTER))
        ordered = sorted(ahead, key=lambda e: (e.first_seen_at, e.feed.id, e.entry.url))
        end: datetime | None = None
        for hour, group in groupby(ordered, key=lambda e: bin_start(e.first_seen_at, HOUR)):
            while end is not None and end < hour:
                end += HOUR
                self._look(end)
                yield end, Ingested()
            end = hour + HOUR
            yield end, self._hour(group, end)

    def _hour(self, group: Iterable[PastEntry], end: datetime) -> Ingested:
        new = kept = dropped = 0
        for quarter, entries in groupby(group, key=lambda e: bin_start(e.first_seen_at, QUARTER)):
            for feed, seen_at, batch in _batches(entries):
                self.set_time(seen_at)
                got = ingest(
                    batch, feed, store=self.store, classifier=self.classifier, now=seen_at, fetch_pages=FetchPages.NONE
                )
                new, kept, dropped = new + got.new, kept + got.kept, dropped + got.dropped
            if quarter + QUARTER < end:
                self._look(quarter + QUARTER)
        self._look(end)
        return Ingested(new, kept, dropped)

    def _look(self, end: datetime) -> None:
        self.set_time(end - SECOND)
        self.look()


def _batches(group: Iterable[PastEntry]) -> Iterator[tuple[Feed, datetime, list[Entry]]]:
    for (seen_at, _), same in groupby(group, key=lambda e: (e.first_seen_at, e.feed.id)):
        batch = list(same)
        yield batch[0].feed, seen_at, [e.entry for e in batch]
