"""The little that SQLite and PostgreSQL write differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from service.storage.schema import Base

CHUNK = 500


def table(row_class: type[Base]) -> Table:
    """The Core table of a row class."""
    found = row_class.__table__
    assert isinstance(found, Table)
    return found


def insert_new(connection: Connection, into: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; one whose key is there already is left as it is."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    for start in range(0, len(rows), CHUNK):
        connection.execute(dialect.insert(into).on_conflict_do_nothing(), list(rows[start : start + CHUNK]))


def upsert(connection: Connection, into: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or put their values in place of the row with the same primary key."""
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    keys = [c.name for c in into.primary_key]
    statement = dialect.insert(into)
    changes = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    statement = statement.on_conflict_do_update(index_elements=keys, set_=changes)
    connection.execute(statement, list(rows))
