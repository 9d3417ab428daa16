"""Placement in stories, and the hourly counts that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, case, delete, func, select, update

from service.domain.intents import Placed
from service.domain.judgement import Tone
from service.domain.stories import StoryItem, StoryPlacement
from service.domain.streams import HOUR, bin_start
from service.storage.count_tables import CountTables
from service.storage.schema import DocumentRow, RecountRow, StoryRow
from service.storage.sql import CHUNK, table, upsert

DOCUMENTS, STORIES = table(DocumentRow), table(StoryRow)
RECOUNTS = table(RecountRow)
# of what arrived together, as in an import, the one that was published first is the original
ARRIVAL = (DOCUMENTS.c.first_seen_at, DOCUMENTS.c.published_at, DOCUMENTS.c.id)


class StoryTables(CountTables):
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
        query = query.order_by(*ARRIVAL).limit(limit)
        return [_placed(r) for r in self.connection.execute(query)]

    def save_placements(self, placed: Sequence[Placed], *, quarters_since: datetime | None = None) -> None:
        if not placed:
            return
        left = self.stories_of([p.item.id for p in placed])
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
        hours = {bin_start(p.item.published_at, HOUR) for p in placed}
        self.refresh(hours, left | {p.placement.story for p in placed}, quarters_since=quarters_since)

    def refresh(
        self, hours: Iterable[datetime], stories: Iterable[str], *, quarters_since: datetime | None = None
    ) -> None:
        touched = set(stories)
        self._refresh_stories(touched)
        self.count_again(hours, touched, quarters_since=quarters_since)

    def stories_of(self, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for start in range(0, len(ids), CHUNK):
            query = select(DOCUMENTS.c.story_id).where(
                DOCUMENTS.c.id.in_(ids[start : start + CHUNK]), DOCUMENTS.c.story_id.is_not(None)
            )
            found.update(self.connection.scalars(query))
        return found

    def recount(self, *, quarters_since: datetime | None = None) -> int:
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
        stories = {r.story_id for r in found}
        self._refresh_stories(stories)
        self.count_again({bin_start(r.published_at, HOUR) for r in found}, stories, quarters_since=quarters_since)
        self.connection.execute(delete(RECOUNTS))
        return len(waiting)

    def _refresh_stories(self, ids: Iterable[str]) -> None:
        wanted = sorted(ids)
        d = DOCUMENTS.c
        # what was imported or found late is no news of today; nothing is of later than it was seen
        dated = case((d.published_at < d.first_seen_at, d.published_at), else_=d.first_seen_at)
        origin = case((d.origin_id == d.id, 1), else_=0)
        negative = case(((d.tone == str(Tone.NEGATIVE)) & (d.origin_id == d.id), 1), else_=0)
        figures = select(
            d.story_id.label("id"),
            func.min(dated).label("first_at"),
            func.max(dated).label("last_at"),
            func.count().label("documents"),
            func.sum(origin).label("origins"),
            func.count(d.publisher.distinct()).label("publishers"),
            func.sum(negative).label("negative"),
        )
        figures = figures.where(d.story_id.in_(wanted), d.relevant).group_by(d.story_id)
        titles = select(d.story_id, d.title, d.excerpt).where(d.story_id.in_(wanted), d.relevant)
        headlines: dict[str, str] = {}
        for r in self.connection.execute(titles.order_by(*ARRIVAL)):
            headlines.setdefault(r.story_id, r.title or r.excerpt[:120])
        rows = [{**r._mapping, "headline": headlines[r.id]} for r in self.connection.execute(figures)]
        upsert(self.connection, STORIES, rows)
        if gone := set(wanted) - {r["id"] for r in rows}:
            self.connection.execute(delete(STORIES).where(STORIES.c.id.in_(gone)))


def _placed(r: Row[Any]) -> Placed:
    return Placed(
        item=StoryItem(id=r.id, title=r.title, text=r.excerpt, published_at=r.published_at, publisher=r.publisher),
        placement=StoryPlacement(id=r.id, story=r.story_id or "", origin=r.origin_id or ""),
        url=r.url,
        trace=r.trace,
    )
