"""Engines for SQLite and PostgreSQL, and the one place where units of work are committed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

from service.storage.transaction import SqlTransaction


def make_engine(url: str, *, password: str = "") -> Engine:
    """Engine for `sqlite:///file` (WAL, synchronous NORMAL, foreign keys on) or `postgresql://...` (psycopg 3).

    Its errors name the statement without the values that were bound: these are texts and keys, and errors are logged.

    Args:
        password: for a PostgreSQL address that holds none.
    """
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        if password and address.password is None:
            address = address.set(password=password)
        return create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)
    if address.get_backend_name() != "sqlite":
        raise ValueError(f"expected an SQLite or PostgreSQL address, found {address.get_backend_name()!r}")
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": 30}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # the driver's own transaction handling is off, so that BEGIN IMMEDIATE below is the only one
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # a unit of work reads before it writes; taking the write lock at once avoids a late "database is locked"
        mode = "" if connection.get_execution_options().get("radar_read_only") else " IMMEDIATE"
        connection.exec_driver_sql(f"BEGIN{mode}")

    return engine


class SqlStore:
    """Units of work on one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def begin(self) -> Iterator[SqlTransaction]:
        with self.engine.begin() as connection:
            yield SqlTransaction(connection)

    @contextmanager
    def snapshot(self) -> Iterator[SqlTransaction]:
        with self.read() as connection:
            yield SqlTransaction(connection)

    def settle(self) -> None:
        if self.engine.dialect.name == "sqlite":
            # with secure_delete the pages themselves are overwritten; the journal still holds them as they were
            raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.close()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that only reads; it takes no write lock."""
        with self.engine.connect().execution_options(radar_read_only=True) as connection:
            yield connection
