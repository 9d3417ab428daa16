"""The audit chain: appended one link at a time, read in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from service.domain.audit import GENESIS, NO_FILTER, AuditDraft, AuditEntry, AuditFilter, Prune, link
from service.storage.schema import AuditPruneRow, AuditRow
from service.storage.sql import table, wait_turn

ENTRIES, PRUNES = table(AuditRow), table(AuditPruneRow)
LOCK = 0x5AD1_7106  # any fixed number: who appends waits for who appends
BATCH = 2000


class AuditTables:
    """See service.ports.storage.AuditStorage."""

    connection: Connection

    def append_audit(self, draft: AuditDraft) -> AuditEntry:
        wait_turn(self.connection, LOCK)
        entry = link(draft, self.audit_end())
        values = {n: getattr(entry, n) for n in AuditEntry.__slots__}
        self.connection.execute(insert(ENTRIES).values(**values))
        return entry

    def audit_end(self) -> tuple[int, str]:
        row = self.connection.execute(
            select(ENTRIES.c.seq, ENTRIES.c.hash).order_by(ENTRIES.c.seq.desc()).limit(1)
        ).one_or_none()
        if row is not None:
            return row.seq, row.hash
        prune = self.last_prune()
        return (prune.seq, prune.hash) if prune else (0, GENESIS)

    def audit_entries(self, *, after: int = 0) -> Iterator[AuditEntry]:
        while True:
            query = select(ENTRIES).where(ENTRIES.c.seq > after).order_by(ENTRIES.c.seq).limit(BATCH)
            batch = [_entry(r) for r in self.connection.execute(query)]
            yield from batch
            if len(batch) < BATCH:
                return
            after = batch[-1].seq

    def newest_audit(
        self, *, limit: int, before: int | None = None, wanted: AuditFilter = NO_FILTER
    ) -> list[AuditEntry]:  # fmt: skip
        query = select(ENTRIES).order_by(ENTRIES.c.seq.desc()).limit(limit)
        if wanted.actors is not None:
            query = query.where(ENTRIES.c.actor.in_(wanted.actors))
        if wanted.action:
            query = query.where(ENTRIES.c.action == wanted.action)
        if wanted.since is not None:
            query = query.where(ENTRIES.c.at >= wanted.since)
        if wanted.until is not None:
            query = query.where(ENTRIES.c.at < wanted.until)
        if before is not None:
            query = query.where(ENTRIES.c.seq < before)
        return [_entry(r) for r in self.connection.execute(query)]

    def audit_before(self, at: datetime) -> tuple[int, str] | None:
        newest = select(func.max(ENTRIES.c.seq)).where(ENTRIES.c.at < at).scalar_subquery()
        row = self.connection.execute(select(ENTRIES.c.seq, ENTRIES.c.hash).where(ENTRIES.c.seq == newest))
        found = row.one_or_none()
        return (found.seq, found.hash) if found else None

    def last_prune(self) -> Prune | None:
        row = self.connection.execute(select(PRUNES).order_by(PRUNES.c.seq.desc()).limit(1)).one_or_none()
        return Prune(**row._mapping) if row else None

    def prune_audit(self, prune: Prune) -> int:
        self.connection.execute(insert(PRUNES).values(**{n: getattr(prune, n) for n in Prune.__slots__}))
        return self.connection.execute(delete(ENTRIES).where(ENTRIES.c.seq <= prune.seq)).rowcount


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(**row._mapping)
