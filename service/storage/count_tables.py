"""Counts of every stream by the hour: worked out again from the documents, written only where they differ.

Whatever a change to a document was (new, judged again, moved to another story, gone), counting its hours again leads
to the same figures, however often it is done.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, delete, exists, literal, select, true

from service.domain.documents import DocumentKind
from service.domain.intents import Evidence
from service.domain.judgement import Tone
from service.domain.provinces import name_of
from service.domain.sources import SourceKind
from service.domain.streams import (
    HOUR,
    MOST_DOCUMENTS,
    STORY_ORIGINS,
    PressText,
    StreamDocument,
    StreamKind,
    bin_start,
    parse,
    story_stream,
    streams_of,
)
from service.domain.views import StoryView
from service.domain.warning import Bin
from service.storage import rows
from service.storage.coverage_tables import COVERAGE, counted_coverage
from service.storage.schema import (
    CountRow,
    DocumentPlaceRow,
    DocumentRow,
    DocumentTopicRow,
    StoryRow,
)
from service.storage.sql import CHUNK, parts, table, upsert, wait_turn

DOCUMENTS, TOPICS, PLACES = table(DocumentRow), table(DocumentTopicRow), table(DocumentPlaceRow)
COUNTS, STORIES = table(CountRow), table(StoryRow)
IS_ORIGIN: ColumnElement[bool] = (DOCUMENTS.c.origin_id == DOCUMENTS.c.id) & DOCUMENTS.c.relevant
TALK = [kind for kind in SourceKind if not kind.is_press]
# as `rows.is_press`
IS_PRESS: ColumnElement[bool] = (
    (DOCUMENTS.c.kind == str(DocumentKind.ARTICLE)) & DOCUMENTS.c.source_kind.not_in([str(k) for k in TALK])
    & ~DOCUMENTS.c.protected_section & (DOCUMENTS.c.title != "")
)  # fmt: skip
LOCK = 0x5AD1_7107  # any fixed number: who counts waits for who counts
FIGURES = ("value", "total", "sources")

Key = tuple[str, datetime]


@dataclass(frozen=True, slots=True)
class _Origin:
    publisher: str
    negative: bool
    at: datetime
    streams: Collection[str]


@dataclass
class _Cell:
    value: int = 0
    total: int = 0
    publishers: set[str] = field(default_factory=set)

    def add(self, origin: _Origin) -> None:
        self.total += 1
        if origin.negative:
            self.value += 1
            self.publishers.add(origin.publisher)

    def figures(self) -> tuple[int, ...]:
        return self.value, self.total, len(self.publishers)


class CountTables:
    """Counts, and the documents behind them; see service.ports.storage.StreamStorage."""

    connection: Connection

    def wait_for_counts(self) -> None:
        """Two that count an hour at a time would each miss the other's documents, and the later one would put its
        figures in place of the right ones. Comes before any change to documents, so that nobody waits crosswise."""
        wait_turn(self.connection, LOCK)

    def count_again(self, hours: Iterable[datetime], stories: Iterable[str]) -> None:
        self.wait_for_counts()
        for start in sorted(set(hours)):
            origins = self._origins_of_hour(start)
            theirs = (COUNTS.c.start == start) & COUNTS.c.stream.not_like("story:%")
            self._write(theirs, _cells(origins))
        # a batch of documents is of hundreds of stories, and whoever merges or labels waits while they are counted
        for part in parts(sorted(set(stories))):
            counted = [o for origins in self._origins_of(part) if len(origins) >= STORY_ORIGINS for o in origins]
            self._write(COUNTS.c.stream.in_([story_stream(s) for s in part]), _cells(counted))

    def bins_of(self, streams: Sequence[str], *, since: datetime, until: datetime) -> dict[str, list[Bin]]:
        found: dict[str, list[Bin]] = {s: [] for s in streams}
        for start in range(0, len(streams), CHUNK):
            query = select(COUNTS).where(
                COUNTS.c.stream.in_(streams[start : start + CHUNK]), COUNTS.c.start >= since, COUNTS.c.start < until
            )
            for r in self.connection.execute(query.order_by(COUNTS.c.stream, COUNTS.c.start)):
                found[r.stream].append(read_bin(r))
        return found

    def evidence(
        self, stream: str, *, since: datetime, until: datetime, limit: int | None, also: Collection[str] = ()
    ) -> list[Evidence]:
        d = DOCUMENTS.c
        negative = (d.tone == str(Tone.NEGATIVE)) & (d.published_at >= since) & (d.published_at < until)
        found = self._evidence(_evidence().where(IS_ORIGIN, negative, within(stream)).limit(limit))
        if not also:
            return found
        # asked for by themselves, and by nothing but their ids: else every relevant document would be looked at
        for part in parts(sorted(also)):
            found += self._evidence(_evidence().where(d.id.in_(part), d.origin_id == d.id).order_by(None))
        in_order = sorted({e.document_id: e for e in found}.values(), key=lambda e: e.document_id)
        return sorted(in_order, key=lambda e: e.published_at, reverse=True)[:limit]

    def _evidence(self, query: Select[Any]) -> list[Evidence]:
        same = ("source_name", "publisher", "source_kind", "reach", "url", "published_at", "story_id")
        return [
            Evidence(
                document_id=r.id, title=r.title or r.excerpt[:120], press=rows.is_press(r),
                **{n: getattr(r, n) for n in same},
            )
            for r in self.connection.execute(query)
            if r.relevant
        ]  # fmt: skip

    def stream_documents(
        self, stream: str, *, since: datetime, until: datetime, limit: int | None = MOST_DOCUMENTS
    ) -> list[StreamDocument]:
        d = DOCUMENTS.c
        span = d.relevant & d.story_id.is_not(None) & (d.published_at >= since) & (d.published_at < until)
        columns = (
            d.id, d.published_at, d.first_seen_at, d.source_kind, d.publisher, d.source_name, d.reach, d.tone,
            d.feedback, d.origin_id, d.story_id, d.title, d.excerpt, d.kind, d.protected_section,
        )  # fmt: skip
        query: Select[Any] = select(*columns).where(span, within(stream))
        query = query.order_by(d.published_at.desc(), d.id).limit(limit)
        found = list(self.connection.execute(query))[::-1]
        places = self._labels_of([r.id for r in found], PLACES, "code")
        return [
            StreamDocument(
                id=r.id, published_at=r.published_at, first_seen_at=r.first_seen_at, source_kind=r.source_kind,
                publisher=r.publisher, source_name=r.source_name, reach=r.reach, negative=r.tone == Tone.NEGATIVE,
                feedback=r.feedback, official=r.source_kind == SourceKind.STATE_AGENCY, is_copy=r.origin_id != r.id,
                story_id=r.story_id, title=r.title or r.excerpt[:120], places=tuple(sorted(places[r.id])),
                press=rows.is_press(r),
            )
            for r in found
        ]  # fmt: skip

    def press_texts(self, *, published_since: datetime, seen_since: datetime) -> list[PressText]:
        d = DOCUMENTS.c
        span = d.relevant & d.story_id.is_not(None) & (d.published_at >= published_since)
        article = (d.kind == str(DocumentKind.ARTICLE)) & d.source_kind.not_in([str(k) for k in TALK])
        query = select(DOCUMENTS).where(span, article, d.first_seen_at >= seen_since)
        found = list(self.connection.execute(query.order_by(d.published_at, d.id)))
        ids = [r.id for r in found]
        topics, places = self._labels_of(ids, TOPICS, "topic"), self._labels_of(ids, PLACES, "code")
        same = ("id", "published_at", "source_kind", "publisher", "source_name", "story_id")
        return [
            PressText(
                **{n: getattr(r, n) for n in same}, is_copy=r.origin_id != r.id, text=f"{r.title}. {r.excerpt}",
                topics=tuple(sorted(topics[r.id])), places=tuple(sorted(places[r.id])),
            )
            for r in found
        ]  # fmt: skip

    def topics_of(self, ids: Sequence[str]) -> list[str]:
        found = Counter(t for topics in self._labels_of(ids, TOPICS, "topic").values() for t in topics)
        return [topic for topic, _ in sorted(found.items(), key=lambda item: (-item[1], item[0]))]

    def subject_of(self, stream: str) -> str:
        wanted = parse(stream)
        if wanted.place:
            # by its code of today: publications of before July 2025 call other territories by the same code
            return name_of(wanted.place)
        if wanted.story:
            return self.connection.scalar(select(STORIES.c.headline).where(STORIES.c.id == wanted.story)) or ""
        return ""

    def notable_stories(self, *, negative: int, limit: int) -> list[StoryView]:
        query = select(STORIES).where(STORIES.c.negative >= negative)
        query = query.order_by(STORIES.c.negative.desc(), STORIES.c.id).limit(limit)
        return [StoryView(**r._mapping) for r in self.connection.execute(query)]

    def forget_counts(self, *, stories_before: datetime) -> int:
        living = select(literal("story:") + STORIES.c.id).where(STORIES.c.last_at >= stories_before)
        over = COUNTS.c.stream.like("story:%") & COUNTS.c.stream.not_in(living)
        return self.connection.execute(delete(COUNTS).where(over)).rowcount

    def _origins_of_hour(self, start: datetime) -> list[_Origin]:
        d = DOCUMENTS.c
        span = IS_ORIGIN & (d.published_at >= start) & (d.published_at < start + HOUR)
        found = list(self.connection.execute(_facts().where(span)))
        ids = [r.id for r in found]
        topics, places = self._labels_of(ids, TOPICS, "topic"), self._labels_of(ids, PLACES, "code")
        return [_origin(r, streams_of(topics[r.id], places[r.id])) for r in found]

    def _origins_of(self, stories: Sequence[str]) -> Collection[list[_Origin]]:
        """Those of each story that has any."""
        found: dict[str, list[_Origin]] = defaultdict(list)
        for r in self.connection.execute(_facts().where(IS_ORIGIN, DOCUMENTS.c.story_id.in_(stories))):
            found[r.story_id].append(_origin(r, (story_stream(r.story_id),)))
        return found.values()

    def _labels_of(self, ids: Sequence[str], labels: Table, name: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for start in range(0, len(ids), CHUNK):
            query = select(labels.c.document_id, labels.c[name]).where(
                labels.c.document_id.in_(ids[start : start + CHUNK])
            )
            for r in self.connection.execute(query):
                found[r.document_id].add(r[1])
        return found

    def _write(self, theirs: ColumnElement[bool], cells: Mapping[Key, _Cell]) -> None:
        """Make the counts that `theirs` picks out equal to the cells."""
        c = COUNTS.c
        query = select(c.stream, c.start, *(c[n] for n in FIGURES)).where(theirs)
        known: dict[Key, tuple[int, ...]] = {(r[0], r[1]): tuple(r[2:]) for r in self.connection.execute(query)}
        rows = [
            {"stream": stream, "start": start, **dict(zip(FIGURES, figures, strict=True))}
            for (stream, start), cell in cells.items()
            if known.get((stream, start)) != (figures := cell.figures())
        ]
        upsert(self.connection, COUNTS, self._with_coverage(rows))
        gone = [{"which": stream, "when": start} for stream, start in known.keys() - cells.keys()]
        if gone:
            mine = (c.stream == bindparam("which")) & (c.start == bindparam("when", type_=c.start.type))
            self.connection.execute(delete(COUNTS).where(mine), gone)

    def _with_coverage(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        hours = sorted({r["start"] for r in rows})
        covered: dict[datetime, float] = {}
        for at in range(0, len(hours), CHUNK):
            query = select(COVERAGE.c.start, COVERAGE.c.value).where(COVERAGE.c.start.in_(hours[at : at + CHUNK]))
            covered |= {r.start: r.value for r in self.connection.execute(query)}
        return [r | {"coverage": counted_coverage(covered.get(r["start"], 1.0))} for r in rows]


def within(stream: str) -> ColumnElement[bool]:
    """Documents of a stream; ValueError where it is none."""
    wanted, d = parse(stream), DOCUMENTS.c
    if wanted.kind is StreamKind.STORY:
        return d.story_id == wanted.story
    condition: ColumnElement[bool] = true()
    # asked of each document of a span: those of a topic or province in all years are far more
    if wanted.topic:
        condition &= exists().where(TOPICS.c.document_id == d.id, TOPICS.c.topic == wanted.topic)
    if wanted.place:
        condition &= exists().where(PLACES.c.document_id == d.id, PLACES.c.code == wanted.place)
    return condition


def _evidence() -> Select[Any]:
    """Newest first."""
    d = DOCUMENTS.c
    query = select(
        d.id, d.title, d.excerpt, d.kind, d.protected_section, d.source_name, d.publisher, d.source_kind, d.reach,
        d.url, d.published_at, d.story_id, d.relevant,
    )  # fmt: skip
    return query.order_by(d.published_at.desc(), d.id)


def _facts() -> Any:
    d = DOCUMENTS.c
    return select(d.id, d.publisher, d.tone, d.published_at, d.story_id)


def _origin(r: Any, streams: Collection[str]) -> _Origin:
    return _Origin(r.publisher, r.tone == Tone.NEGATIVE, r.published_at, streams)


def _cells(origins: Iterable[_Origin]) -> dict[Key, _Cell]:
    cells: dict[Key, _Cell] = defaultdict(_Cell)
    for origin in origins:
        start = bin_start(origin.at, HOUR)
        for stream in origin.streams:
            cells[stream, start].add(origin)
    return cells


def read_bin(r: Any) -> Bin:
    """A row of counts."""
    return Bin(start=r.start, coverage=r.coverage, **{name: getattr(r, name) for name in FIGURES})
