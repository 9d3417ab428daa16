"""Merges and splits of stories, and the phase each story is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, or_, select

from service.domain.stories import Merge, Override, Split, StoryPlacement
from service.domain.streams import HOUR, bin_start
from service.storage.schema import DocumentRow, StoryDecisionRow, StoryRow, StoryStateRow
from service.storage.sql import parts, table, upsert
from service.storage.story_tables import ARRIVAL, StoryTables

DOCUMENTS, STORIES = table(DocumentRow), table(StoryRow)
DECISIONS, STATES = table(StoryDecisionRow), table(StoryStateRow)
DORMANT = "dormant"


class DecisionTables(StoryTables):
    """See service.ports.storage.StoryDecisionStorage."""

    def story_decisions(self, *, after: int = 0) -> list[tuple[int, Override]]:
        query = select(DECISIONS).where(DECISIONS.c.id > after).order_by(DECISIONS.c.id)
        return [
            (
                r.id,
                Merge(kept=r.story, absorbed=r.absorbed)
                if r.kind == "merge"
                else Split(documents=tuple(r.documents), into=r.story),
            )
            for r in self.connection.execute(query)
        ]

    def add_story_decision(self, override: Override, *, actor: str, reason: str, at: datetime) -> None:
        merge = isinstance(override, Merge)
        values = {
            "at": at,
            "kind": "merge" if merge else "split",
            "story": override.kept if isinstance(override, Merge) else override.into,
            "absorbed": override.absorbed if isinstance(override, Merge) else None,
            "documents": [] if isinstance(override, Merge) else list(override.documents),
            "actor": actor,
            "reason": reason,
        }
        self.connection.execute(insert(DECISIONS).values(**values))

    def story_members(self, story: str, *, irrelevant: bool = False) -> list[StoryPlacement]:
        d = DOCUMENTS.c
        query = select(d.id, d.story_id, d.origin_id).where(d.story_id == story)
        query = query.order_by(d.relevant.desc()) if irrelevant else query.where(d.relevant)
        return [
            StoryPlacement(id=r.id, story=r.story_id, origin=r.origin_id)
            for r in self.connection.execute(query.order_by(*ARRIVAL))
        ]

    def move_documents(self, placements: Sequence[StoryPlacement]) -> None:
        if not placements:
            return
        self.wait_for_counts()
        d = DOCUMENTS.c
        query = select(d.id, d.story_id, d.origin_id, d.published_at)
        ids = [p.id for p in placements]
        was = {r.id: r for part in parts(ids) for r in self.connection.execute(query.where(d.id.in_(part)))}
        there = [(p, was[p.id]) for p in placements if p.id in was]
        moved = [(p, r) for p, r in there if (r.story_id, r.origin_id) != (p.story, p.origin)]
        self.put(p for p, _ in moved)
        # the counts of an hour tell who is an origin, not of which story
        hours = {bin_start(r.published_at, HOUR) for p, r in moved if r.origin_id != p.origin}
        self.refresh(hours, {p.story for p, _ in moved} | {r.story_id for _, r in moved if r.story_id})

    def moving_stories(self, *, since: datetime) -> list[str]:
        query = select(STORIES.c.id).outerjoin(STATES, STATES.c.story_id == STORIES.c.id)
        moving = or_(STORIES.c.last_at >= since, STATES.c.phase.is_distinct_from(DORMANT))
        return list(self.connection.scalars(query.where(moving).order_by(STORIES.c.id)))

    def story_hours(self, story: str) -> list[datetime]:
        query = select(DOCUMENTS.c.published_at).where(DOCUMENTS.c.story_id == story, DOCUMENTS.c.relevant)
        return sorted(bin_start(at, HOUR) for at in self.connection.scalars(query))

    def save_phases(self, phases: Mapping[str, str], *, at: datetime) -> None:
        upsert(self.connection, STATES, [{"story_id": s, "phase": p, "looked_at": at} for s, p in phases.items()])
