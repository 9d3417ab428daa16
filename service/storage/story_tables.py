"""Placement in stories, and the hourly counts that follow from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, case, delete, func, select, update

from service.domain.intents import Placed
from service.domain.judgement import Tone
from service.domain.stories import StoryItem, StoryPlacement
from service.storage.coverage_tables import COVERAGE, counted_coverage
from service.storage.schema import CountRow, DocumentRow, DocumentTopicRow, RecountRow, StoryRow
from service.storage.sql import CHUNK, table, upsert

DOCUMENTS, STORIES, COUNTS, TOPICS = table(DocumentRow), table(StoryRow), table(CountRow), table(DocumentTopicRow)
RECOUNTS = table(RecountRow)
ALL = "all"
HOUR = timedelta(hours=1)
IS_ORIGIN: ColumnElement[bool] = (DOCUMENTS.c.origin_id == DOCUMENTS.c.id) & DOCUMENTS.c.relevant


@dataclass
class _Cell:
    value: int = 0
    total: int = 0
    publishers: set[str] = field(default_factory=set)


class StoryTables:
    """See service.ports.storage.StoryStorage."""

    connection: Connection

    def unplaced(self, *, limit: int) -> list[Placed]:
        return self._placed(DOCUMENTS.c.story_id.is_(None), limit=limit)

    def recently_placed(self, *, since: datetime) -> list[Placed]:
        return self._placed(DOCUMENTS.c.story_id.is_not(None) & (DOCUMENTS.c.first_seen_at >= since))

    def _placed(self, condition: ColumnElement[bool], limit: int | None = None) -> list[Placed]:
        columns = [DOCUMENTS.c[n] for n in ("id", "title", "excerpt", "published_at", "publisher")]
        columns += [DOCUMENTS.c[n] for n in ("story_id", "origin_id", "trace", "url")]
        query = select(*columns).where(DOCUMENTS.c.relevant, condition)
        query = query.order_by(DOCUMENTS.c.first_seen_at, DOCUMENTS.c.id).limit(limit)
        return [_placed(r) for r in self.connection.execute(query)]

    def save_placements(self, placed: Sequence[Placed]) -> None:
        if not placed:
            return
        changes = update(DOCUMENTS).where(DOCUMENTS.c.id == bindparam("which"))
        changes = changes.values({n: bindparam(n) for n in ("story_id", "origin_id", "trace")})
        values = [
            {
                "which": p.item.id,
                "story_id": p.placement.story,
                "origin_id": p.placement.origin,
                "trace": p.trace,
            }
            for p in placed
        ]
        self.connection.execute(changes, values)
        self._refresh_stories({p.placement.story for p in placed})
        self._count_again({_hour(p.item.published_at) for p in placed})

    def recount(self) -> int:
        waiting = list(self.connection.scalars(select(RECOUNTS.c.document_id)))
        if not waiting:
            return 0
        columns = (DOCUMENTS.c.story_id, DOCUMENTS.c.published_at)
        placed = DOCUMENTS.c.story_id.is_not(None)
        found = [
            row
            for i in range(0, len(waiting), CHUNK)
            for row in self.connection.execute(
                select(*columns).where(placed, DOCUMENTS.c.id.in_(waiting[i : i + CHUNK]))
            )
        ]
        self._refresh_stories({r.story_id for r in found})
        self._count_again({_hour(r.published_at) for r in found})
        self.connection.execute(delete(RECOUNTS))
        return len(waiting)

    def _refresh_stories(self, ids: Iterable[str]) -> None:
        wanted = sorted(ids)
        d = DOCUMENTS.c
        origin = case((d.origin_id == d.id, 1), else_=0)
        negative = case(((d.tone == str(Tone.NEGATIVE)) & (d.origin_id == d.id), 1), else_=0)
        figures = select(
            d.story_id.label("id"),
            func.min(d.first_seen_at).label("first_at"),
            func.max(d.first_seen_at).label("last_at"),
            func.count().label("documents"),
            func.sum(origin).label("origins"),
            func.count(d.publisher.distinct()).label("publishers"),
            func.sum(negative).label("negative"),
        )
        figures = figures.where(d.story_id.in_(wanted), d.relevant).group_by(d.story_id)
        titles = select(d.story_id, d.title, d.excerpt).where(d.story_id.in_(wanted), d.relevant)
        headlines: dict[str, str] = {}
        for r in self.connection.execute(titles.order_by(d.first_seen_at, d.id)):
            headlines.setdefault(r.story_id, r.title or r.excerpt[:120])
        rows = [{**r._mapping, "headline": headlines[r.id]} for r in self.connection.execute(figures)]
        upsert(self.connection, STORIES, rows)
        if gone := set(wanted) - {r["id"] for r in rows}:
            self.connection.execute(delete(STORIES).where(STORIES.c.id.in_(gone)))

    def _count_again(self, hours: Iterable[datetime]) -> None:
        for start in sorted(hours):
            cells = self._cells(start)
            covered = self.connection.scalar(select(COVERAGE.c.value).where(COVERAGE.c.start == start))
            self.connection.execute(delete(COUNTS).where(COUNTS.c.start == start))
            rows = [
                {
                    "stream": s,
                    "start": start,
                    "value": c.value,
                    "total": c.total,
                    "sources": len(c.publishers),
                    "coverage": counted_coverage(1.0 if covered is None else covered),
                }
                for s, c in cells.items()
            ]
            upsert(self.connection, COUNTS, rows)

    def _cells(self, start: datetime) -> dict[str, _Cell]:
        d = DOCUMENTS.c
        query = select(d.id, d.tone, d.publisher, TOPICS.c.topic).outerjoin(TOPICS, TOPICS.c.document_id == d.id)
        query = query.where(IS_ORIGIN, d.published_at >= start, d.published_at < start + HOUR)
        found: dict[str, tuple[bool, str, set[str]]] = {}
        for r in self.connection.execute(query):
            entry = found.setdefault(r.id, (r.tone == Tone.NEGATIVE, r.publisher, {ALL}))
            if r.topic:
                entry[2].add(f"topic:{r.topic}")
        cells: dict[str, _Cell] = defaultdict(_Cell)
        for negative, publisher, streams in found.values():
            for stream in streams:
                cell = cells[stream]
                cell.total += 1
                if negative:
                    cell.value += 1
                    cell.publishers.add(publisher)
        return cells


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _placed(r: Row[Any]) -> Placed:
    return Placed(
        item=StoryItem(id=r.id, title=r.title, text=r.excerpt, published_at=r.published_at, publisher=r.publisher),
        placement=StoryPlacement(id=r.id, story=r.story_id or "", origin=r.origin_id or ""),
        url=r.url,
        trace=r.trace,
    )
