"""Placement in stories, and the hourly counts that follow from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, case, delete, func, select, tuple_, update

from service.domain.documents import Erased
from service.domain.intents import Placed
from service.domain.judgement import Tone
from service.domain.stories import StoryItem, StoryPlacement
from service.domain.streams import HOUR, bin_start
from service.storage.count_tables import IS_PRESS, CountTables
from service.storage.schema import Base, DocumentRow, RecountRow, StoryRow, StoryStateRow
from service.storage.sql import CHUNK, parts, table, upsert

DOCUMENTS, STORIES = table(DocumentRow), table(StoryRow)
RECOUNTS, STATES = table(RecountRow), table(StoryStateRow)
EXPIRED = "(đã hết thời hạn lưu)"  # in place of a name whose text is not kept any more
# of what arrived together, as in an import, the one that was published first is the original
ARRIVAL = (DOCUMENTS.c.first_seen_at, DOCUMENTS.c.published_at, DOCUMENTS.c.id)
# a story is called after its first article; after the first words of a private person only until there is one
NAMING = (case((IS_PRESS, 0), else_=1), *ARRIVAL)


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

    def save_placements(self, placed: Sequence[Placed]) -> None:
        if not placed:
            return
        self.wait_for_counts()
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
        self.refresh(hours, left | {p.placement.story for p in placed})

    def refresh(self, hours: Iterable[datetime], stories: Iterable[str], *, judged: Collection[str] = ()) -> None:
        """Bring stories and hours up to date with their documents.

        Args:
            judged: documents that were judged again.
        """
        touched = set(stories)
        rooted_in = self._root_again(touched, set(judged))
        self._refresh_stories(touched)
        self.count_again(rooted_in.union(hours), touched)

    def delete_documents(self, ids: Sequence[str]) -> list[Erased]:
        self.wait_for_counts()
        d, gone = DOCUMENTS.c, list[Erased]()
        for part in parts(ids):
            for other in reversed(Base.metadata.sorted_tables):
                if "document_id" in other.c:
                    self.connection.execute(delete(other).where(other.c.document_id.in_(part)))
            query = delete(DOCUMENTS).where(d.id.in_(part)).returning(*(d[f.name] for f in fields(Erased)))
            gone += [Erased(**r._mapping) for r in self.connection.execute(query)]
        placed = [e for e in gone if e.story_id is not None]
        self.refresh({bin_start(e.published_at, HOUR) for e in placed}, {e.story_id for e in placed if e.story_id})
        return gone

    def put(self, placements: Iterable[StoryPlacement]) -> None:
        """Write where documents belong, nothing else."""
        changes = update(DOCUMENTS).where(DOCUMENTS.c.id == bindparam("which"))
        changes = changes.values(story_id=bindparam("story"), origin_id=bindparam("origin"))
        values = [{"which": p.id, "story": p.story, "origin": p.origin} for p in placements]
        if values:
            self.connection.execute(changes, values)

    def gone(self, ids: Collection[str]) -> set[str]:
        wanted = sorted(ids)
        there = {
            key for part in parts(wanted)
            for key in self.connection.scalars(select(DOCUMENTS.c.id).where(DOCUMENTS.c.id.in_(part)))
        }  # fmt: skip
        return set(wanted) - there

    def _root_again(self, stories: Collection[str], judged: Collection[str]) -> set[datetime]:
        """Copies whose origin is gone, or relevant no more, get the first of them as theirs; an origin that is judged
        relevant again takes its copies back. Gives the hours in which that shows."""
        d, origins = DOCUMENTS.c, DOCUMENTS.alias()
        o = origins.c
        # the irrelevant one is made a copy of the one that took its place: what is found to copy it copies that one
        family = func.coalesce(o.origin_id, d.origin_id).label("family")
        lost = o.id.is_(None) | (d.relevant & ~o.relevant)
        sooner = d.relevant & (tuple_(*ARRIVAL) < tuple_(*(o[c.name] for c in ARRIVAL)))
        every = select(d.id, d.story_id, d.origin_id, d.published_at, family, lost.label("lost"))
        every = every.outerjoin(origins, o.id == d.origin_id).order_by(d.relevant.desc(), *ARRIVAL)
        roots: dict[tuple[str, str], str] = {}
        moved = []
        for part in parts(sorted(stories)):
            mine = every.where(d.story_id.in_(part))
            found = self.connection.execute(mine.where(lost | sooner))
            wanted = sorted({r.family for r in found if r.lost or r.id in judged})
            members = [r for some in parts(wanted) for r in self.connection.execute(mine.where(family.in_(some)))]
            moved += [r for r in members if roots.setdefault((r.family, r.story_id), r.id) != r.origin_id]
        self.put(StoryPlacement(id=r.id, story=r.story_id, origin=roots[r.family, r.story_id]) for r in moved)
        return {bin_start(r.published_at, HOUR) for r in moved}

    def stories_of(self, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for start in range(0, len(ids), CHUNK):
            query = select(DOCUMENTS.c.story_id).where(
                DOCUMENTS.c.id.in_(ids[start : start + CHUNK]), DOCUMENTS.c.story_id.is_not(None)
            )
            found.update(self.connection.scalars(query))
        return found

    def recount(self) -> int:
        self.wait_for_counts()
        # taken before they are counted: what is asked for meanwhile stays for the next time
        waiting = list(self.connection.scalars(delete(RECOUNTS).returning(RECOUNTS.c.document_id)))
        if not waiting:
            return 0
        columns = (DOCUMENTS.c.id, DOCUMENTS.c.story_id, DOCUMENTS.c.published_at)
        placed = DOCUMENTS.c.story_id.is_not(None)
        found = [
            row
            for i in range(0, len(waiting), CHUNK)
            for row in self.connection.execute(
                select(*columns).where(placed, DOCUMENTS.c.id.in_(waiting[i : i + CHUNK]))
            )
        ]
        hours = {bin_start(r.published_at, HOUR) for r in found}
        self.refresh(hours, {r.story_id for r in found}, judged=[r.id for r in found])
        return len(waiting)

    def _refresh_stories(self, ids: Iterable[str]) -> None:
        wanted = sorted(ids)
        d = DOCUMENTS.c
        figures = story_figures().where(d.story_id.in_(wanted))
        titles = select(d.story_id, d.title, d.excerpt).where(d.story_id.in_(wanted), d.relevant)
        headlines: dict[str, str] = {}
        for r in self.connection.execute(titles.order_by(*NAMING)):
            if named := r.title or r.excerpt[:120]:
                headlines.setdefault(r.story_id, named)
        rows = [{**r._mapping, "headline": headlines.get(r.id, EXPIRED)} for r in self.connection.execute(figures)]
        upsert(self.connection, STORIES, rows)
        if gone := set(wanted) - {r["id"] for r in rows}:
            self.connection.execute(delete(STORIES).where(STORIES.c.id.in_(gone)))
            self.connection.execute(delete(STATES).where(STATES.c.story_id.in_(gone)))


def story_figures() -> Select[Any]:
    """What the relevant documents of each story come to; which documents is left to the caller."""
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
    return figures.where(d.relevant).group_by(d.story_id)


def _placed(r: Row[Any]) -> Placed:
    return Placed(
        item=StoryItem(id=r.id, title=r.title, text=r.excerpt, published_at=r.published_at, publisher=r.publisher),
        placement=StoryPlacement(id=r.id, story=r.story_id or "", origin=r.origin_id or ""),
        url=r.url,
        trace=r.trace,
    )
