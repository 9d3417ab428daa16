"""The little that SQLite and PostgreSQL write differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, Table, TableValuedAlias, cast, func, text
from sqlalchemy.dialects import postgresql, sqlite

from service.storage.schema import Base

CHUNK = 500


def table(row_class: type[Base]) -> Table:
    """The Core table of a row class."""
    found = row_class.__table__
    assert isinstance(found, Table)
    return found


def wait_turn(connection: Connection, lock: int) -> None:
    """Wait until no other unit of work has this lock, and have it to the end of ours: any fixed number on PostgreSQL.
    On SQLite a unit of work waits when it begins."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": lock})


def parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many values at a time as a statement takes."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def due(at: ColumnElement[Any], now: datetime, *, longest: timedelta) -> ColumnElement[bool]:
    """Whether a time has come. One further ahead than anything is ever put off is of a clock that was wrong."""
    return (at <= now) | (at > now + longest)


def insert_new(connection: Connection, into: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; one whose key is there already is left as it is."""
    statement = _insert(connection.dialect.name, into).on_conflict_do_nothing()
    for start in range(0, len(rows), CHUNK):
        connection.execute(statement, list(rows[start : start + CHUNK]))


def insert_if_new(connection: Connection, into: Table, row: Mapping[str, Any]) -> bool:
    """Insert one row; False, and nothing is changed, where its key is there already."""
    statement = _insert(connection.dialect.name, into).on_conflict_do_nothing().returning(*into.primary_key)
    return connection.execute(statement, dict(row)).first() is not None


def upsert(connection: Connection, into: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or put their values in place of the row with the same primary key."""
    if rows:
        connection.execute(_merging(connection.dialect.name, into, tuple(rows[0]), ()), list(rows))


def add_up(connection: Connection, into: Table, rows: Sequence[Mapping[str, Any]], figures: Sequence[str]) -> None:
    """Insert rows, or add their figures to those of the row with the same primary key."""
    if rows:
        connection.execute(_merging(connection.dialect.name, into, (), tuple(figures)), list(rows))


def listed(dialect: str, values: ColumnElement[Any]) -> TableValuedAlias:
    """The texts of a JSON list as rows, in a column `value`."""
    if dialect == "postgresql":
        return func.jsonb_array_elements_text(cast(values, postgresql.JSONB)).table_valued("value")
    return func.json_each(values).table_valued("value")


@cache
def _merging(dialect: str, into: Table, replaced: tuple[str, ...], added: tuple[str, ...]) -> Executable:
    """Kept, as making `excluded` costs more than running the statement."""
    keys = [c.name for c in into.primary_key]
    statement = _insert(dialect, into)
    new = statement.excluded
    changes = {name: new[name] for name in replaced if name not in keys}
    changes |= {name: into.c[name] + new[name] for name in added}
    # a row that is nothing but its key is written too: who is about to delete it has to wait for us
    changes = changes or {name: new[name] for name in keys}
    merging: Executable = statement.on_conflict_do_update(index_elements=keys, set_=changes)
    return merging


def _insert(dialect: str, into: Table) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(into)
