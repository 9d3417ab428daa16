"""Revisions, coverage and suggestions for the API, the page and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from service.domain.sources import Feed
from service.domain.views import CoverageView, FeedFigures, RevisionView, SuggestionView
from service.insight.suggestions import suggestions
from service.ports.read_models import Cursor
from service.storage import scope
from service.storage.coverage_tables import CHECKS, COVERAGE, linked_hosts
from service.storage.engine import SqlStore
from service.storage.revision_tables import DOCUMENTS, PAGES, REVISIONS


class CollectionReads:
    """See service.ports.read_models.ReadModels."""

    store: SqlStore
    provinces: tuple[str, ...]

    def revisions(self, document_id: str) -> list[RevisionView]:
        query = _revisions().where(REVISIONS.c.document_id == document_id, *scope.documents(self.provinces))
        with self.store.read() as connection:
            return [_view(r) for r in connection.execute(query.order_by(REVISIONS.c.id))]

    def signals(self, *, kinds: Sequence[str], after: Cursor | None, limit: int) -> list[RevisionView]:
        r = REVISIONS.c
        query = _revisions().where(r.kind.in_(kinds), *scope.documents(self.provinces))
        if after:
            # order: newest first, then the later one of the same moment
            query = query.where((r.at < after.at) | ((r.at == after.at) & (r.id < int(after.id))))
        with self.store.read() as connection:
            found = connection.execute(query.order_by(r.at.desc(), r.id.desc()).limit(limit))
            return [_view(row) for row in found]

    def coverage(self, *, since: datetime, until: datetime) -> list[CoverageView]:
        c = COVERAGE.c
        query = select(COVERAGE).where(c.start >= since, c.start < until).order_by(c.start)
        with self.store.read() as connection:
            return [CoverageView(**r._mapping) for r in connection.execute(query)]

    def suggestions(self, feeds: Sequence[Feed], *, since_day: str, least: int) -> list[SuggestionView] | None:
        if self.provinces:
            return None
        with self.store.read() as connection:
            return suggestions(linked_hosts(connection, since_day=since_day), feeds, least=least)


def comment_count(connection: Connection, document_id: str) -> int | None:
    """Number of readers' comments as the page of a document names it."""
    query = select(PAGES.c.comments).where(PAGES.c.document_id == document_id)
    found: int | None = connection.scalar(query)
    return found


def feed_figures(connection: Connection) -> dict[str, FeedFigures]:
    """What the last check of each feed found."""
    return {
        r.feed_id: FeedFigures(
            expected_hour=round(r.expected_hour, 2),
            actual_hour=r.actual_hour,
            expected_day=round(r.expected_day, 1),
            actual_day=r.actual_day,
            delay_seconds=None if r.delay is None else round(r.delay),
            warning=r.warning,
            warning_detail=r.detail,
        )
        for r in connection.execute(select(CHECKS))
    }


def _revisions() -> Select[Any]:
    d = DOCUMENTS.c
    columns = (d.title.label("title"), d.url, d.source_name.label("source"))
    return select(REVISIONS, *columns).join(DOCUMENTS, d.id == REVISIONS.c.document_id).where(d.relevant)


def _view(r: Row[Any]) -> RevisionView:
    return RevisionView(**r._mapping)
