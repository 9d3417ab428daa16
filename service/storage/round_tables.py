"""When each role was last at work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from service.storage.schema import RoundRow
from service.storage.sql import table, upsert

ROUNDS = table(RoundRow)


class RoundTables:
    """See service.ports.storage.RoundStorage."""

    connection: Connection

    def note_round(self, role: str, *, at: datetime) -> None:
        upsert(self.connection, ROUNDS, [{"role": role, "at": at}])

    def rounds(self) -> dict[str, datetime]:
        return {r.role: r.at for r in self.connection.execute(select(ROUNDS))}
