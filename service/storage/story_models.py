"""What a story is made of, for its page and the API."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Subquery, and_, func, select

from service.domain.times import VIETNAM
from service.domain.views import StoryDayView, StoryDetailView, StoryView, TimelineView
from service.storage import scope
from service.storage.count_tables import within
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
from service.storage.story_tables import NAMING, story_figures

DOCUMENTS, TOPICS = table(DocumentRow), table(DocumentTopicRow)
STORIES, STATES, DECISIONS = table(StoryRow), table(StoryStateRow), table(StoryDecisionRow)
MOST = 12


def readable_stories(provinces: Sequence[str], *, only: Select[Any] | None = None) -> Subquery:
    """Rows of stories with the phase each is in. Whoever is limited to provinces gets a story as the documents make it
    that they may read, and called after these.

    Args:
        only: ids of the stories that are asked for; of the others nothing is reckoned.
    """
    phase = func.coalesce(STATES.c.phase, "").label("phase")
    if not provinces:
        whole = select(STORIES, phase).outerjoin(STATES, STATES.c.story_id == STORIES.c.id)
        whole = whole if only is None else whole.where(STORIES.c.id.in_(only))
        return whole.subquery("stories_read")
    d, here = DOCUMENTS.c, scope.documents(provinces)
    asked = d.story_id.is_not(None) if only is None else d.story_id.in_(only)
    figures = story_figures().where(asked, *here).subquery("figures")
    title = func.coalesce(func.nullif(d.title, ""), func.substr(d.excerpt, 1, 120))
    first = select(title).where(d.story_id == figures.c.id, d.relevant, *here).order_by(*NAMING).limit(1)
    headline = first.correlate(figures).scalar_subquery().label("headline")
    mine = select(figures, headline, phase).outerjoin_from(figures, STATES, STATES.c.story_id == figures.c.id)
    return mine.subquery("stories_read")


class StoryModels:
    """See service.ports.read_models.ReadModels."""

    store: SqlStore
    provinces: tuple[str, ...]

    def stories_under(self, stream: str, *, since: datetime, limit: int) -> list[StoryView]:
        d, here = DOCUMENTS.c, scope.documents(self.provinces)
        told = select(d.story_id).where(d.relevant, d.published_at >= since, within(stream))
        found = readable_stories(self.provinces, only=told.where(d.story_id.is_not(None), *here))
        query = select(found).order_by(found.c.last_at.desc(), found.c.id.desc())
        with self.store.read() as connection:
            return [StoryView(**r._mapping) for r in connection.execute(query.limit(limit))]

    def story_detail(self, story_id: str) -> StoryDetailView | None:
        d = DOCUMENTS.c
        readable = [d.story_id == story_id, d.relevant, *scope.documents(self.provinces)]
        origin = and_(*readable, d.origin_id == d.id)
        mine = select(d.id).where(origin)
        with self.store.read() as connection:
            stories = readable_stories(self.provinces)
            row = connection.execute(select(stories).where(stories.c.id == story_id)).one_or_none()
            if row is None:
                return None
            facts = select(d.id, d.origin_id, d.tone, d.published_at, d.source_name)
            documents = connection.execute(facts.where(*readable)).all()
            topics = Counter(connection.scalars(select(TOPICS.c.topic).where(TOPICS.c.document_id.in_(mine))))
            named = places_of(row.last_at, origin).c
            places = Counter(connection.scalars(select(named.code).where(named.document_id.in_(mine))))
            about = (DECISIONS.c.story == story_id) | (DECISIONS.c.absorbed == story_id)
            decisions = connection.execute(select(DECISIONS).where(about).order_by(DECISIONS.c.id.desc())).all()

        def told(moved: Sequence[str]) -> bool:
            """Whether a reason may be read: it may name what was moved, of which a merge does not tell."""
            return not self.provinces or bool(moved and {r.id for r in documents} >= set(moved))

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
            decisions=[
                TimelineView(at=r.at, kind=r.kind, actor=r.actor, text=r.reason if told(r.documents) else "")
                for r in decisions
            ],
        )


def _most(found: Counter[str]) -> list[tuple[str, int]]:
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MOST]
