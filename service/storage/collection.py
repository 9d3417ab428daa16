"""Feeds, sightings, documents: the part of a unit of work that collection needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from service.domain.documents import PageDue
from service.domain.fetching import FeedState, HostRest
from service.domain.intents import DocumentIntent
from service.domain.judgement import Place
from service.domain.labels import Question
from service.domain.polling import LONGEST_WAIT, PAGE_NEWS
from service.domain.streams import HOUR, bin_start
from service.domain.times import SKEW, start_of_day
from service.storage import rows
from service.storage.count_tables import CountTables
from service.storage.label_tables import LabelTables
from service.storage.schema import (
    DocumentPageRow,
    DocumentPlaceRow,
    DocumentRow,
    DocumentTopicRow,
    DropRow,
    FeedRow,
    HostRestRow,
    RevisionRow,
    SightingRow,
)
from service.storage.sql import CHUNK, due, insert_new, table, upsert

FEEDS, SIGHTINGS, DOCUMENTS = table(FeedRow), table(SightingRow), table(DocumentRow)
TOPICS, PLACES, DROPS = table(DocumentTopicRow), table(DocumentPlaceRow), table(DropRow)
LABELLED = ("relevant", "relevance", "tone", "tone_score", "feedback", "axis", "protected")
VALIDATORS = ("url", "etag", "last_modified")
# all but the counts of its whole life
MOVED = (
    *VALIDATORS, "next_poll_at", "interval_seconds", "last_success_at", "outcome", "failures", "refusals", "empties",
    "newest_item_at",
)  # fmt: skip
REVISIONS, PAGES, RESTS = table(RevisionRow), table(DocumentPageRow), table(HostRestRow)


class CollectionTables(LabelTables, CountTables):
    """See service.ports.storage.CollectionStorage."""

    connection: Connection

    def seed_feeds(self, states: Iterable[FeedState]) -> None:
        seeds = {s.feed_id: s for s in states}
        insert_new(self.connection, FEEDS, [rows.feed_values(s) for s in seeds.values()])
        for row in self.connection.execute(select(FEEDS.c.id, FEEDS.c.url)).all():
            seed = seeds.get(row.id)
            if seed is not None and seed.url and seed.url != row.url:
                self._move_feed(seed, known=row.url is not None)

    def _move_feed(self, seed: FeedState, *, known: bool) -> None:
        """What was remembered is of another address; where that was not kept, of what may be another."""
        names = MOVED if known else VALIDATORS
        values = {name: value for name, value in rows.feed_values(seed).items() if name in names}
        self.connection.execute(update(FEEDS).where(FEEDS.c.id == seed.feed_id).values(**values))

    def due_feeds(self, now: datetime, *, among: Sequence[str], limit: int) -> list[FeedState]:
        wanted = set(among)
        # when it is due was reckoned from the last poll: where that lies in the future, so does the other
        is_due = due(FEEDS.c.next_poll_at, now, longest=LONGEST_WAIT) | (FEEDS.c.last_polled_at > now + SKEW)
        query = select(FEEDS).where(is_due).order_by(FEEDS.c.next_poll_at, FEEDS.c.id)
        return [rows.feed_state(r) for r in self.connection.execute(query) if r.id in wanted][:limit]

    def host_rests(self, now: datetime) -> list[HostRest]:
        # what was said later than now was so by a clock that was ahead
        stands = (RESTS.c.until > now) & (RESTS.c.at <= now + SKEW)
        return [rows.host_rest(r) for r in self.connection.execute(select(RESTS).where(stands))]

    def save_host_rest(self, rest: HostRest) -> None:
        self.connection.execute(delete(RESTS).where(RESTS.c.until <= rest.at))
        upsert(self.connection, RESTS, [rows.host_rest_values(rest)])

    def feed_state(self, feed_id: str) -> FeedState | None:
        row = self.connection.execute(select(FEEDS).where(FEEDS.c.id == feed_id)).one_or_none()
        return rows.feed_state(row) if row else None

    def save_feed(self, state: FeedState) -> None:
        upsert(self.connection, FEEDS, [rows.feed_values(state)])

    def unseen(self, keys: Sequence[str]) -> set[str]:
        seen: set[str] = set()
        for start in range(0, len(keys), CHUNK):
            query = select(SIGHTINGS.c.key).where(SIGHTINGS.c.key.in_(keys[start : start + CHUNK]))
            seen.update(self.connection.scalars(query))
        return set(keys) - seen

    def record_sightings(
        self, keys: Iterable[str], *, feed_id: str, at: datetime, digests: Mapping[str, str] | None = None
    ) -> None:
        known = digests or {}
        same = {"feed_id": feed_id, "first_seen_at": at}
        insert_new(self.connection, SIGHTINGS, [{"key": k, "digest": known.get(k), **same} for k in keys])

    def last_sighting(self) -> datetime | None:
        newest: datetime | None = self.connection.scalar(select(func.max(SIGHTINGS.c.first_seen_at)))
        return newest

    def days_with_sightings(self, *, since: datetime, until: datetime) -> int:
        seen, days = SIGHTINGS.c.first_seen_at, 0
        while found := self.connection.scalar(select(func.min(seen)).where(seen >= since, seen <= until)):
            days, since = days + 1, start_of_day(found) + timedelta(days=1)
        return days

    def record_drops(self, reason: str, count: int, *, day: str) -> None:
        insert_new(self.connection, DROPS, [{"day": day, "reason": reason, "count": 0}])
        mine = (DROPS.c.day == day) & (DROPS.c.reason == reason)
        self.connection.execute(update(DROPS).where(mine).values(count=DROPS.c.count + count))

    def add_documents(self, intents: Sequence[DocumentIntent]) -> None:
        insert_new(self.connection, DOCUMENTS, [rows.document_values(i) for i in intents])
        self._add_topics_and_places(intents)
        self.keep_margins(intents)

    def _add_topics_and_places(self, intents: Sequence[DocumentIntent]) -> None:
        topics = [{"document_id": i.document.id, "topic": t} for i in intents for t in i.judgement.topics]
        places = [
            {"document_id": i.document.id, "code": p.code, "name": p.name} for i in intents for p in i.judgement.places
        ]
        insert_new(self.connection, TOPICS, topics)
        insert_new(self.connection, PLACES, places)

    def pages_due(self, now: datetime, *, limit: int) -> list[PageDue]:
        columns = (DOCUMENTS.c.id, DOCUMENTS.c.feed_id, DOCUMENTS.c.url, DOCUMENTS.c.page_tries)
        # what looks relevant is read first
        order = (DOCUMENTS.c.relevant.desc(), DOCUMENTS.c.page_due_at, DOCUMENTS.c.id)
        is_due = due(DOCUMENTS.c.page_due_at, now, longest=PAGE_NEWS)
        query = select(*columns).where(is_due).order_by(*order).limit(limit)
        return [
            PageDue(document_id=r.id, feed_id=r.feed_id, url=r.url, tries=r.page_tries)
            for r in self.connection.execute(query)
        ]

    def document(self, document_id: str) -> DocumentIntent | None:
        row = self.connection.execute(select(DOCUMENTS).where(DOCUMENTS.c.id == document_id)).one_or_none()
        return None if row is None else rows.document_intent(row, *self._labels([document_id])[document_id])

    def _labels(self, ids: Sequence[str]) -> dict[str, tuple[tuple[str, ...], tuple[Place, ...]]]:
        topics: dict[str, list[str]] = defaultdict(list)
        places: dict[str, list[Place]] = defaultdict(list)
        for r in self.connection.execute(select(TOPICS).where(TOPICS.c.document_id.in_(ids)).order_by(TOPICS.c.topic)):
            topics[r.document_id].append(r.topic)
        for r in self.connection.execute(select(PLACES).where(PLACES.c.document_id.in_(ids)).order_by(PLACES.c.code)):
            places[r.document_id].append(Place(r.code, r.name))
        return {i: (tuple(topics[i]), tuple(places[i])) for i in ids}

    def replace_document(self, intent: DocumentIntent) -> None:
        self.note_machine(intent)
        intent = self.with_labels(intent)  # what people said of it holds whatever the machine says of its new text
        values, mine = rows.document_values(intent), DOCUMENTS.c.id == intent.document.id
        if left := self._hour_left(intent):
            self.wait_for_counts()
        self.connection.execute(update(DOCUMENTS).where(mine).values(**values))
        for labels in (TOPICS, PLACES):
            self.connection.execute(delete(labels).where(labels.c.document_id == intent.document.id))
        self._add_topics_and_places([intent])
        self.keep_margins([intent])
        if left:
            self.count_again([left], ())

    def _hour_left(self, intent: DocumentIntent) -> datetime | None:
        """The hour in which a document was counted until its page said when it was published; None if it is that."""
        published = DOCUMENTS.c.published_at
        known = self.connection.scalar(select(published).where(DOCUMENTS.c.id == intent.document.id))
        left = bin_start(known, HOUR) if known is not None else None
        return None if left == bin_start(intent.document.published_at, HOUR) else left

    def withdraw_labels(self, document_id: str, questions: Collection[Question]) -> None:
        if (known := self.document(document_id)) is not None:
            self._judge_again(replace(known, judgement=self.take_labels(document_id, questions, known.judgement)))

    def relabel(self, document_id: str) -> None:
        if (known := self.document(document_id)) is not None:
            self._judge_again(known)

    def _judge_again(self, intent: DocumentIntent) -> None:
        intent, document_id = self.with_labels(intent), intent.document.id
        values = {name: rows.document_values(intent)[name] for name in LABELLED}
        self.connection.execute(update(DOCUMENTS).where(DOCUMENTS.c.id == document_id).values(**values))
        self.connection.execute(delete(TOPICS).where(TOPICS.c.document_id == document_id))
        insert_new(self.connection, TOPICS, [{"document_id": document_id, "topic": t} for t in intent.judgement.topics])
        self.drop_impossible_findings(intent)

    def postpone_page(self, document_id: str, *, until: datetime | None, tried: bool = True) -> None:
        changes = {"page_due_at": until, "page_tries": DOCUMENTS.c.page_tries + int(tried)}
        self.connection.execute(update(DOCUMENTS).where(DOCUMENTS.c.id == document_id).values(**changes))

    def forget_texts(self, *, before: datetime) -> int:
        old = (DOCUMENTS.c.first_seen_at < before) & DOCUMENTS.c.text.is_not(None)
        return self.connection.execute(update(DOCUMENTS).where(old).values(text=None)).rowcount

    def forget_sightings(self, *, before: datetime) -> int:
        return self.connection.execute(delete(SIGHTINGS).where(SIGHTINGS.c.first_seen_at < before)).rowcount
