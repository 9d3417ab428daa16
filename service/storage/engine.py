"""Engines for SQLite and PostgreSQL, and the one place where units of work are committed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_IMODE
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    PoolProxiedConnection,
    QueuePool,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError, TimeoutError

from service.ports.storage import StoreError
from service.storage.sql import READ_ONLY, reads_only
from service.storage.transaction import SqlTransaction

WAL_TRIES, WAL_PAUSE = 100, 0.05  # seconds between two
POOL_SECONDS = 10  # for a connection while all are in use: a page whose reader has gone by then is of no use
# how soon a PostgreSQL server that fell silent (a machine without power, a line that was cut) is given up, where the
# address says nothing else; by default the system waits two hours for an answer. Seconds: 10 to connect, 10 + 3 * 5 for
# the line itself; milliseconds for what was sent and is not confirmed
LINE = {
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
# what SQLite says of a wrong statement; its other codes are about the file
STATEMENT = sqlite3.SQLITE_ERROR


class OutOfReachError(StoreError, SQLAlchemyError):
    """See service.ports.storage.StoreError."""


class Pool(QueuePool):
    """Connections; that there is none for too long is an error of the database like others: it is slow, or locked."""

    def connect(self) -> PoolProxiedConnection:
        try:
            return super().connect()
        except TimeoutError:
            raise OutOfReachError(
                f"the database is slow or locked: no connection was free within {POOL_SECONDS} seconds"
            ) from None


def address_of(url: str) -> URL:
    """An address as we connect to it.

    Raises:
        ValueError: it is of no kind of database we know.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        # not shown: it may hold a password
        raise ValueError("expected sqlite:///FILE or postgresql://USER@HOST/NAME") from None
    if address.port is not None and not 0 < address.port < 2**16:
        raise ValueError(f"expected a port from 1 to {2**16 - 1}, found {address.port}")
    if address.get_backend_name() == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
        _check_options(address)
        return address
    if address.get_backend_name() != "sqlite":
        raise ValueError(f"expected an SQLite or PostgreSQL address, found {address.get_backend_name()!r}")
    return address


def _check_options(address: URL) -> None:
    dialect = address.get_dialect()
    psycopg = dialect.import_dbapi()
    _, options = dialect().create_connect_args(address)
    try:
        psycopg.conninfo.make_conninfo(**options)
    except psycopg.ProgrammingError as error:
        # it names the option, not its value, which may be a password
        raise ValueError(f"expected options that PostgreSQL knows: {str(error).strip()}") from None


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Bring a database into write-ahead mode. Where two do that to a new one at a time, SQLite tells one of them at
    once that it is locked, whatever its busy time-out: it tries again."""
    for left in range(WAL_TRIES, -1, -1):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if not left or "locked" not in str(error):
                raise
            time.sleep(WAL_PAUSE)


def _close_to_others(file: Path) -> None:
    """Of a new database only its owner may read anything; one that is there, with its journal, is closed to those who
    are neither owner nor of its group. What SQLite makes beside it gets the same rights."""
    with suppress(OSError):  # SQLite itself says better what is wrong
        file.touch(mode=0o600, exist_ok=False)
    for each in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        with suppress(OSError):
            each.chmod(S_IMODE(each.stat().st_mode) & ~0o007)


def make_engine(url: str, *, password: str = "", existing: bool = False) -> Engine:
    """Engine for `sqlite:///file` (WAL, synchronous NORMAL, foreign keys on) or `postgresql://...` (psycopg 3).

    Its errors name the statement without the values that were bound: these are texts and keys, and errors are logged.

    Args:
        password: for a PostgreSQL address that holds none.
        existing: make no file where there is none.

    Raises:
        ValueError: the address is of no kind of database we know, or there can be none.
    """
    address = address_of(url)
    if address.get_backend_name() == "postgresql":
        if password and address.password is None:
            address = address.set(password=password)
        line = {name: value for name, value in LINE.items() if name not in address.query}
        engine = create_engine(
            address, poolclass=Pool, pool_timeout=POOL_SECONDS, pool_pre_ping=True, connect_args=line,
            hide_parameters=True,
        )  # fmt: skip
        event.listen(engine, "handle_error", _out_of_reach)
        return engine
    pool: dict[str, Any] = {}  # of a database in memory there is one connection
    if address.database and address.database != ":memory:":
        pool = {"poolclass": Pool, "pool_timeout": POOL_SECONDS}
        file = Path(address.database)
        if file.is_dir():
            raise ValueError(f"there can be no database {file}: it is a folder")
        if existing and not file.exists():
            raise ValueError(f"there is no database {file}; `radar up` makes one")
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ValueError(f"there can be no database {file}: {error.strerror}") from None
        _close_to_others(file)
    engine = create_engine(address, connect_args={"timeout": 30}, hide_parameters=True, **pool)
    event.listen(engine, "handle_error", _out_of_reach)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # the driver's own transaction handling is off, so that BEGIN IMMEDIATE below is the only one
        connection.isolation_level = None
        for pragma in ("busy_timeout=30000", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        _write_ahead(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # a unit of work reads before it writes; taking the write lock at once avoids a late "database is locked"
        mode = "" if reads_only(connection) else " IMMEDIATE"
        connection.exec_driver_sql(f"BEGIN{mode}")

    return engine


def _out_of_reach(context: ExceptionContext) -> OutOfReachError | None:
    """Our own error in place of the driver's where it is the database that fails, not the statement."""
    if context.is_pre_ping:
        return None  # SQLAlchemy puts a new connection in place of one that was lost, and asks that one
    found = context.original_exception
    if isinstance(found, sqlite3.Error):
        code = getattr(found, "sqlite_errorcode", STATEMENT)
        failed = isinstance(found, sqlite3.OperationalError) and code & 0xFF != STATEMENT
        failed |= type(found) is sqlite3.DatabaseError
    else:
        # what fails before there is a connection is the address
        failed = isinstance(context.sqlalchemy_exception, OperationalError) or context.connection is None
    if not failed:
        return None
    where = context.engine.url if context.engine else context.dialect.name  # the password shows as stars
    return OutOfReachError(f"{where} cannot be used: {str(found).strip().replace(chr(10), ' ')}")


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
        with self.engine.connect().execution_options(**{READ_ONLY: True}) as connection:
            yield connection
