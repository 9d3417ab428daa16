"""Edits, take-downs and the pages that are read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, update

from service.domain.documents import KeptText
from service.domain.polling import LONGEST_WAIT, PAGE_NEWS
from service.domain.revisions import PageState, Revision, RevisionKind
from service.storage.schema import (
    DocumentPageRow,
    DocumentRow,
    RecountRow,
    RevisionRow,
    SightingRow,
)
from service.storage.sql import CHUNK, due, table, upsert

SIGHTINGS, DOCUMENTS, RECOUNTS = table(SightingRow), table(DocumentRow), table(RecountRow)
REVISIONS, PAGES = table(RevisionRow), table(DocumentPageRow)


class RevisionTables:
    """See service.ports.collecting.RevisionStorage."""

    connection: Connection

    def title_digests(self, keys: Sequence[str], *, feed_id: str) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for start in range(0, len(keys), CHUNK):
            query = select(SIGHTINGS.c.key, SIGHTINGS.c.digest).where(SIGHTINGS.c.key.in_(keys[start : start + CHUNK]))
            found |= {r.key: r.digest for r in self.connection.execute(query.where(SIGHTINGS.c.feed_id == feed_id))}
        return found

    def save_digests(self, digests: Mapping[str, str]) -> None:
        if not digests:
            return
        change = update(SIGHTINGS).where(SIGHTINGS.c.key == bindparam("which")).values(digest=bindparam("new"))
        self.connection.execute(change, [{"which": k, "new": d} for k, d in digests.items()])

    def add_revisions(self, revisions: Iterable[Revision]) -> None:
        values = [{**asdict(r), "kind": str(r.kind), "seen_in": str(r.seen_in)} for r in revisions]
        if values:
            self.connection.execute(insert(REVISIONS), values)

    def count_revised(self, ids: Sequence[str], kind: RevisionKind, *, since: datetime, until: datetime) -> int:
        r = REVISIONS.c
        # those of a day are few, the documents of a stream are not
        query = select(r.document_id).where(r.kind == str(kind), r.at >= since, r.at < until).distinct()
        return len(set(ids).intersection(self.connection.scalars(query)))

    def pages_to_check(self, now: datetime, *, limit: int) -> list[PageState]:
        query = select(PAGES).where(due(PAGES.c.due_at, now, longest=LONGEST_WAIT))
        query = query.order_by(PAGES.c.due_at, PAGES.c.document_id).limit(limit)
        return [PageState(**r._mapping) for r in self.connection.execute(query)]

    def save_page(self, state: PageState) -> None:
        upsert(self.connection, PAGES, [asdict(state)])

    def recount_later(self, document_id: str) -> None:
        # not left as it is where it is there: counting may have seen the document as it was (see upsert)
        upsert(self.connection, RECOUNTS, [{"document_id": document_id}])

    def pages_waiting(self, now: datetime) -> int:
        is_due = due(DOCUMENTS.c.page_due_at, now, longest=PAGE_NEWS)
        query = select(func.count()).select_from(DOCUMENTS).where(is_due)
        return self.connection.scalar(query) or 0

    def kept_since(self, *, feed_ids: Sequence[str], before: datetime) -> list[KeptText]:
        d = DOCUMENTS.c
        known = func.coalesce(d.confirmed_at, d.first_seen_at)
        query = select(d.id, d.feed_id, d.url, d.text).where(d.feed_id.in_(feed_ids), known < before)
        return [KeptText(**r._mapping) for r in self.connection.execute(query.order_by(d.url, d.id))]

    def confirm(self, ids: Sequence[str], *, at: datetime) -> None:
        for start in range(0, len(ids), CHUNK):
            mine = DOCUMENTS.c.id.in_(ids[start : start + CHUNK])
            self.connection.execute(update(DOCUMENTS).where(mine).values(confirmed_at=at))
