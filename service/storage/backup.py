"""Backups: SQLite's online copy, or JSON Lines of every table, which go into either kind of database.

Both are of the version that the database has, which the file names; one of an older version is brought up when it is
restored, as the database itself would have been.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alembic import command
from sqlalchemy import Connection, Engine, MetaData, Table, func, insert, inspect, select, text
from sqlalchemy.exc import StatementError

from service.domain.audit import Action
from service.storage.audit_triggers import drop_statements, statements
from service.storage.engine import SqlStore
from service.storage.migrate import LostRowError, changing, config, is_revision, migrate, newest, version_of
from service.storage.schema import Base
from service.usecases.audit import CLI, audit

BATCH = 1000
SQLITE_MAGIC = b"SQLite format 3\0"
OURS = {"alembic_version", "documents", "alerts"}  # tables of every version


class BackupError(ValueError):
    """The backup cannot be written or restored; the message says why."""


def backup(store: SqlStore, file: Path, now: datetime, *, portable: bool = False) -> int:
    """Write the database to a new file; gives the number of rows.

    Args:
        portable: as JSON Lines, which go into either kind of database, in place of SQLite's own copy.

    It is written beside, logged and then called `file`: what has that name is whole, and a try that failed blocks none.

    Raises:
        BackupError: the file is there already, or cannot be written.
    """
    try:
        if file.exists():
            raise BackupError(f"{file} is there already")
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".radar-backup-")  # mode 0600
        os.close(handle)
        beside = Path(name)
        try:
            own = store.engine.dialect.name == "sqlite" and not portable
            rows = (_copy if own else _write)(store, beside)
            if inspect(store.engine).has_table("audit_entries"):  # the first schema had no log
                with store.begin() as tx:
                    audit(tx, Action.BACKED_UP, actor=CLI, at=now)
            beside.rename(file)
        finally:
            # SQLite leaves its journal where there was no room
            for left in (beside, beside.with_name(f"{beside.name}-journal")):
                left.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BackupError(f"{file} cannot be written: {reason}") from None
    return rows


def _copy(store: SqlStore, file: Path) -> int:
    with closing(sqlite3.connect(str(store.engine.url.database))) as source, closing(sqlite3.connect(file)) as copy:
        source.backup(copy)
        # of whatever version it is
        names = [n for n in _tables_of(copy) if n != "alembic_version" and not n.startswith("sqlite_")]
        return sum(copy.execute(f"select count(*) from {name}").fetchone()[0] for name in names)  # noqa: S608


def _tables_of(file: sqlite3.Connection) -> set[str]:
    return {name for (name,) in file.execute("select name from sqlite_master where type = 'table'")}


def _write(store: SqlStore, file: Path) -> int:
    rows = 0
    with store.read() as connection, gzip.open(file, "wt", encoding="utf-8") as out:
        # one snapshot: what is written meanwhile is not in it; a transaction of SQLite is one by itself
        if connection.dialect.name == "postgresql":
            connection.execute(text("set transaction isolation level repeatable read"))
        version = version_of(connection)
        out.write(json.dumps({"version": version}) + "\n")
        for line in _lines(connection, _tables(connection, version)):
            out.write(line)
            rows += 1
        out.write(json.dumps({"end": rows}) + "\n")
    return rows


def _tables(connection: Connection, version: str) -> Sequence[Table]:
    """Every table of a database of that version, each behind those that its rows point to."""
    if version == newest():
        return Base.metadata.sorted_tables
    found = MetaData()
    found.reflect(connection)
    return [t for t in found.sorted_tables if t.name != "alembic_version"]


def _lines(connection: Connection, tables: Iterable[Table]) -> Iterator[str]:
    for t in tables:
        # so many rows at a time, not a whole table in memory
        for row in connection.execute(select(t), execution_options={"yield_per": BATCH}):
            values = {k: _plain(v) for k, v in row._mapping.items()}
            yield json.dumps({"table": t.name, "row": values}, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        # a table of another version knows no more than the database, and SQLite keeps times without their offset
        return {"time": (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()}
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _back(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"time"}:
        return datetime.fromisoformat(value["time"])
    return base64.b64decode(value["bytes"]) if isinstance(value, dict) and set(value) == {"bytes"} else value


def restore(store: SqlStore, file: Path, *, replace: bool) -> int:
    """Put a backup into the database, which nobody else works on and is of the version of this program, and bring it
    to that version; gives the number of rows.

    Raises:
        BackupError: the file is no backup, is of another kind of database, or the database is not empty.
    """
    with file.open("rb") as head:
        magic = head.read(16)
    if not replace and _used(store):
        raise BackupError("the database is not empty; --replace puts the backup in its place")
    if magic == SQLITE_MAGIC:
        if store.engine.dialect.name != "sqlite":
            raise BackupError(
                f"{file} is an SQLite database; into PostgreSQL goes what `radar backup --portable` writes"
            )
        _copy_back(store.engine, file)
        migrate(store.engine, alone=True)
        with store.read() as connection:
            return sum(connection.scalar(select(func.count()).select_from(t)) or 0 for t in Base.metadata.sorted_tables)
    if magic[:2] != b"\x1f\x8b":
        raise _no_backup(file)
    try:
        # in one unit of work: a damaged file leaves the database as it was
        with changing(store.engine) as connection:
            return _load(connection, file)
    except LostRowError as error:
        raise BackupError(f"{file} is damaged: {error}") from None


def _used(store: SqlStore) -> bool:
    with store.read() as connection:
        return any(connection.scalar(select(func.count()).select_from(Base.metadata.tables[n])) for n in USED_IF)


USED_IF = ("documents", "users", "alerts", "audit_entries")


def _no_backup(file: Path) -> BackupError:
    return BackupError(f"{file}: expected a backup made by `radar backup`")


def _copy_back(engine: Engine, file: Path) -> None:
    engine.dispose()
    with closing(open_copy(file)) as source, closing(sqlite3.connect(str(engine.url.database))) as target:
        _check(source, file)
        try:
            source.backup(target)
        except sqlite3.OperationalError as error:
            raise BackupError(f"the database cannot be written: {error}; end `radar serve` first") from None


def open_copy(file: Path) -> sqlite3.Connection:
    """A database file that is only read: also from a medium or folder where nothing can be written beside it."""
    beside = file.with_name(f"{file.name}-wal")
    # pages that are only in a log beside it (a copy by hand) are not to be passed over
    whole = not beside.exists() or beside.stat().st_size == 0
    place = f"file:{quote(str(file.resolve()))}?mode=ro{'&immutable=1' if whole else ''}"
    return sqlite3.connect(place, uri=True)


def _check(source: sqlite3.Connection, file: Path) -> None:
    """Whole, ours, and of a version we know: all of it before anything is written over."""
    try:
        whole = source.execute("pragma quick_check").fetchone() == ("ok",)
        if not whole:
            raise BackupError(f"{file} is damaged")
        if not _tables_of(source) >= OURS:
            raise _no_backup(file)
        versions = [str(v) for (v,) in source.execute("select version_num from alembic_version")]
    except sqlite3.Error as error:
        raise BackupError(f"{file} is damaged or cut off ({error})") from None
    if len(versions) != 1 or not is_revision(versions[0]):
        raise _other_version(file, ", ".join(versions))


def _other_version(file: Path, found: str) -> BackupError:
    return BackupError(
        f"{file}: a backup of another version of the program ({found}; this one is of {newest()}); restore it with the "
        "program that wrote it, then bring the database up (docs/operations.md, «Upgrades»)"
    )


def _load(connection: Connection, file: Path) -> int:
    rows, current = 0, ""
    batch: list[dict[str, Any]] = []
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            version = _version(lines.readline(), file)
            tables = {t.name: t for t in _emptied(connection, version)}
            for table_name, row in _read(lines, file, tables):
                if table_name != current or len(batch) >= BATCH:
                    _insert(connection, tables, current, batch)
                    batch, current = [], table_name
                batch.append(row)
                rows += 1
            _insert(connection, tables, current, batch)
    except (EOFError, OSError, zlib.error, UnicodeDecodeError):
        raise BackupError(f"{file} is damaged or cut off") from None
    except StatementError as error:
        reason = str(error.orig).partition("\n")[0]
        raise BackupError(f"{file} is damaged: table {current!r}: {reason}") from None
    if connection.dialect.name == "postgresql":
        _set_sequences(connection, tables.values())
    command.upgrade(config(connection), "head")  # with what migrations do with the rows
    return rows


def _version(first: str, file: Path) -> str:
    """The version of the database that the first line names."""
    try:
        values = json.loads(first)
    except (ValueError, RecursionError):
        raise _no_backup(file) from None
    if not isinstance(values, dict):
        raise _no_backup(file)
    found = values.get("version")
    if not isinstance(found, str) or not is_revision(found):
        raise _other_version(file, "one that named none" if found is None else str(found)[:40])
    return found


def _emptied(connection: Connection, version: str) -> Sequence[Table]:
    """Make the database an empty one of that version; gives its tables."""
    dialect = connection.dialect.name
    for statement in drop_statements(dialect):
        connection.exec_driver_sql(statement)
    for t in reversed(Base.metadata.sorted_tables):
        connection.execute(t.delete())
    for statement in statements(dialect):
        connection.exec_driver_sql(statement)
    if version != newest():
        command.downgrade(config(connection), "base")
        command.upgrade(config(connection), version)
    return _tables(connection, version)


def _read(lines: Iterable[str], file: Path, tables: Mapping[str, Table]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Tables and rows; the last line says how many there are, so that a file that lost some of them is refused."""
    number, end = 1, None
    for number, line in enumerate(lines, 2):
        try:
            values = json.loads(line)
            if end is None and isinstance(values, dict) and set(values) == {"end"}:
                end = values["end"]
                continue
            name, row = values["table"], {k: _back(v) for k, v in values["row"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise BackupError(f"{file}:{number}: expected {{table, row}}") from None
        if name not in tables or set(row) != set(tables[name].c.keys()):
            raise BackupError(f"{file}:{number}: no row of table {name!r} as its version has it")
        yield name, row
    if end != number - 2:
        raise BackupError(f"{file} is damaged or cut off: expected a last line with the number of rows")


def _insert(connection: Connection, tables: Mapping[str, Table], name: str, batch: list[dict[str, Any]]) -> None:
    if batch:
        connection.execute(insert(tables[name]), batch)


def _set_sequences(connection: Connection, tables: Iterable[Table]) -> None:
    """Numbers go on behind the restored ones."""
    for t in tables:
        if _counts(t):
            find = (
                f"select setval(pg_get_serial_sequence('{t.name}', 'id'), (select coalesce(max(id), 1) from {t.name}))"  # noqa: S608
            )
            connection.exec_driver_sql(find)


def _counts(t: Table) -> bool:
    column = t.c.get("id")
    return column is not None and column.autoincrement is True
