"""What a story is made of, for its page and the API."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from service.domain.views import StoryDayView, StoryDetailView, StoryView, TimelineView
from service.storage import scope
from service.storage.engine import SqlStore
from service.storage.insight_models import places_of
from service.storage.schema import (
    DocumentRow,
    DocumentTopicRow,
    StoryDecisionRow,
    StoryRow,
    StoryStateRow,
)
from service.storage.sql import table

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
DOCUMENTS, TOPICS = table(DocumentRow), table(DocumentTopicRow)
STORIES, STATES, DECISIONS = table(StoryRow), table(StoryStateRow), table(StoryDecisionRow)
MOST = 12


def stories_with_phase() -> Select[Any]:
    """Rows of stories with the phase each is in."""
    phase = func.coalesce(STATES.c.phase, "").label("phase")
    return select(STORIES, phase).outerjoin(STATES, STATES.c.story_id == STORIES.c.id)


class StoryModels:
    """See service.ports.read_models.ReadModels."""

    store: SqlStore
    provinces: tuple[str, ...]

    def story_detail(self, story_id: str) -> StoryDetailView | None:
        d = DOCUMENTS.c
        mine = select(d.id).where(d.story_id == story_id, d.relevant, d.origin_id == d.id)
        with self.store.read() as connection:
            query = stories_with_phase().where(STORIES.c.id == story_id, *scope.stories(self.provinces))
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            facts = select(d.id, d.origin_id, d.tone, d.published_at, d.source_name)
            documents = connection.execute(facts.where(d.story_id == story_id, d.relevant)).all()
            topics = Counter(connection.scalars(select(TOPICS.c.topic).where(TOPICS.c.document_id.in_(mine))))
            named = places_of(row.last_at).c
            places = Counter(connection.scalars(select(named.code).where(named.document_id.in_(mine))))
            about = (DECISIONS.c.story == story_id) | (DECISIONS.c.absorbed == story_id)
            decisions = connection.execute(select(DECISIONS).where(about).order_by(DECISIONS.c.id.desc())).all()
        days: dict[str, Counter[str]] = defaultdict(Counter)
        for r in documents:
            day = r.published_at.astimezone(VIETNAM).date().isoformat()
            days[day][r.tone if r.origin_id == r.id else "copies"] += 1
        names = ("negative", "neutral", "positive", "copies")
        return StoryDetailView(
            story=StoryView(**row._mapping),
            days=[StoryDayView(day=day, **{n: days[day][n] for n in names}) for day in sorted(days)],
            topics=_most(topics),
            places=_most(places),
            sources=_most(Counter(r.source_name for r in documents)),
            decisions=[TimelineView(at=r.at, kind=r.kind, actor=r.actor, text=r.reason) for r in decisions],
        )


def _most(found: Counter[str]) -> list[tuple[str, int]]:
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MOST]
