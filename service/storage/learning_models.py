"""Labels, doubts and drift as the page and the API read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from service.domain.drift import ScoreCount
from service.domain.labels import DoubtView, LabelCounts, LabelView, Question
from service.storage import scope
from service.storage.engine import SqlStore
from service.storage.label_tables import label_of
from service.storage.schema import (
    DocumentLabelRow,
    DocumentMarginRow,
    DocumentRow,
    DocumentTopicRow,
    ScoreCountRow,
)
from service.storage.sql import table

DOCUMENTS, LABELS, MARGINS = table(DocumentRow), table(DocumentLabelRow), table(DocumentMarginRow)
TOPICS, SCORES = table(DocumentTopicRow), table(ScoreCountRow)
MOST_LOOKED_AT = 5000  # of a big story, or of what was answered, most fall out


class LearningReads:
    """See service.ports.learning.LearningModels."""

    store: SqlStore
    provinces: tuple[str, ...]

    def document_text(self, document_id: str) -> str | None:
        d = DOCUMENTS.c
        query = select(d.text, d.excerpt).where(d.id == document_id, *scope.documents(self.provinces))
        with self.store.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else row.text or row.excerpt

    def label_views(self, document_id: str) -> list[LabelView]:
        query = select(LABELS).join(DOCUMENTS, DOCUMENTS.c.id == LABELS.c.document_id)
        query = query.where(LABELS.c.document_id == document_id, *scope.documents(self.provinces))
        with self.store.read() as connection:
            return [_view(r) for r in connection.execute(query.order_by(LABELS.c.question))]

    def doubts(self, *, question: Question | None, since: datetime, limit: int) -> list[DoubtView]:
        d, m = DOCUMENTS.c, MARGINS.c
        wanted = [question] if question else list(Question)
        query = _asked(wanted, since).where(*scope.documents(self.provinces)).order_by(m.margin, d.id, m.question)
        with self.store.read() as connection:
            answered = _answered(connection, since)
            picked = _one_a_story(connection.execute(query.limit(MOST_LOOKED_AT)), answered, limit)
            topics = _topics(connection, [r.id for r in picked])
        return [_doubt(r, topics.get(r.id, [])) for r in picked]

    def label_counts(self) -> list[LabelCounts]:
        with self.store.read() as connection:
            query = select(LABELS.c.question, LABELS.c.answer, LABELS.c.machine)
            if here := scope.documents(self.provinces):
                query = query.join(DOCUMENTS, DOCUMENTS.c.id == LABELS.c.document_id).where(*here)
            rows = connection.execute(query).all()
        return [
            LabelCounts(
                question=str(q),
                labels=sum(r.question == q for r in rows),
                corrections=sum(r.question == q and r.answer != r.machine for r in rows),
            )
            for q in Question
        ]

    def score_counts(self, model: str) -> list[ScoreCount]:
        s = SCORES.c
        query = select(s.week, s.head, s.bin, s.count).where(s.model == model).order_by(s.week, s.head, s.bin)
        with self.store.read() as connection:
            return [ScoreCount(**r._mapping) for r in connection.execute(query)]

    def newest_model(self) -> str | None:
        newest = select(SCORES.c.model).group_by(SCORES.c.model)
        newest = newest.order_by(func.max(SCORES.c.week).desc(), func.min(SCORES.c.week).desc(), SCORES.c.model.desc())
        with self.store.read() as connection:
            found: str | None = connection.scalar(newest.limit(1))
        return found


def _asked(wanted: list[Question], since: datetime) -> Select[Any]:
    """Origins with a margin of one of the questions; a page that is still to be read will be judged anew."""
    d, m = DOCUMENTS.c, MARGINS.c
    query = select(DOCUMENTS, m.question, m.margin).join(MARGINS, m.document_id == d.id)
    query = query.where(m.question.in_([str(q) for q in wanted]), d.published_at >= since, d.relevant)
    return query.where(d.page_due_at.is_(None), or_(d.origin_id.is_(None), d.origin_id == d.id))


def _answered(connection: Connection, since: datetime) -> set[tuple[str, str]]:
    """(question, origin) of what people have answered already, about any copy."""
    d = DOCUMENTS.c
    query = select(LABELS.c.question, d.id, d.origin_id).join(DOCUMENTS, d.id == LABELS.c.document_id)
    found = connection.execute(query.where(d.published_at >= since)).all()
    return {(r.question, r.origin_id or r.id) for r in found} | {(r.question, r.id) for r in found}


def _one_a_story(found: Iterable[Row[Any]], answered: set[tuple[str, str]], limit: int) -> list[Row[Any]]:
    """The least sure of each story, and each document with one question: what is alike teaches the same once."""
    picked: list[Row[Any]] = []
    seen: set[str] = set()
    for r in found:
        keys = {r.id, r.story_id or r.id, r.title or r.excerpt[:120]}
        if (r.question, r.id) not in answered and not keys & seen:
            picked.append(r)
            seen |= keys
        if len(picked) == limit:
            break
    return picked


def _topics(connection: Connection, ids: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for r in connection.execute(select(TOPICS).where(TOPICS.c.document_id.in_(ids)).order_by(TOPICS.c.topic)):
        found.setdefault(r.document_id, []).append(r.topic)
    return found


def _doubt(r: Row[Any], topics: list[str]) -> DoubtView:
    answer = topics if r.question == Question.TOPICS else getattr(r, r.question)
    same = ("question", "margin", "title", "excerpt", "url", "kind", "published_at", "story_id")
    return DoubtView(
        document_id=r.id, answer="" if answer is None else answer, source=r.source_name,
        **{n: getattr(r, n) for n in same},
    )  # fmt: skip


def _view(r: Row[Any]) -> LabelView:
    label = label_of(r)
    return LabelView(
        question=str(label.question), answer=r.answer, machine=r.machine, corrects=label.corrects, at=r.at, who=r.actor
    )
