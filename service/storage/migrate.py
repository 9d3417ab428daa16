"""Bring a database to the newest schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from service.storage.engine import OutOfReachError
from service.storage.sql import READ_ONLY, wait_turn
from service.storage.turns import WHO, all_turns

LOCK = 0x5AD1_7200  # processes that start together bring the schema up one after the other
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
log = structlog.get_logger()


class LostRowError(RuntimeError):
    """A change of the schema, or a damaged backup, that leaves a row pointing nowhere."""


def config(connection: object) -> Config:
    """Alembic's configuration on a connection that is open already."""
    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    found.attributes["connection"] = connection
    return found


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


@cache
def is_revision(name: str) -> bool:
    """Whether this program knows how to bring a database of that version up."""
    return name in {r.revision for r in _scripts().walk_revisions()}


@cache
def newest() -> str:
    """The version of databases that this program works with."""
    found = _scripts().get_current_head()
    assert found is not None
    return found


def has_schema(engine: Engine) -> bool:
    """Whether a database of ours is there, of whatever version."""
    return inspect(engine).has_table("alembic_version")


def version_of(connection: Connection) -> str:
    """The version that a database has; empty where it has none yet."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def check_version(engine: Engine, *, older: bool = False) -> None:
    """See that a database is of the version of this program, and change nothing.

    Args:
        older: an older version will do.

    Raises:
        OutOfReachError: it is of another one.
    """
    with engine.connect().execution_options(**{READ_ONLY: True}) as connection:
        found = version_of(connection)
    _refuse_newer(engine, found)
    if found != newest() and not older:
        raise OutOfReachError(
            f"{engine.url} is of an older version of the program ({found}; this one is of {newest()}); end everything "
            "that works on it, then `radar up` brings it up (docs/operations.md, «Upgrades»)"
        )


def _refuse_newer(engine: Engine, found: str) -> None:
    if found and not is_revision(found):
        raise OutOfReachError(f"{engine.url} is of a newer version of the program ({found}); nothing was changed")


def migrate(engine: Engine, revision: str = "head", *, alone: bool = False) -> None:
    """Upgrade to `revision`; nothing happens where the database is there already.

    Args:
        alone: whoever calls has all turns; else they are taken for as long as it lasts.

    Raises:
        OutOfReachError: a newer version of the program made the database, or an older one is at work on it.
    """
    wanted = newest() if revision == "head" else revision
    with ExitStack() as stack, changing(engine) as connection:
        # whoever waits here for another process that brings the database up finds it brought up
        wait_turn(connection, LOCK)
        found = version_of(connection)
        _refuse_newer(engine, found)
        if found and found != wanted:
            taken = "" if alone else stack.enter_context(all_turns(engine))
            if taken:
                raise OutOfReachError(
                    f"an older version of the program is at work on {engine.url} ({WHO[taken]}); end it first; nothing "
                    "was changed"
                )
            log.info("migrating", note=f"bringing the database from {found} to {wanted}; this may take minutes")
        command.upgrade(config(connection), revision)


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """A transaction in which the schema may change.

    SQLite changes a table by putting a copy in its place, which foreign keys of other tables would forbid: they are off
    until the end, and then checked.

    Raises:
        LostRowError: a row points nowhere afterwards; nothing is changed.
    """
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")  # inside a transaction it has no effect
        try:
            with connection.begin():
                before = raw.total_changes  # a migration changes one row at least: that of its version
                yield connection
                if raw.total_changes != before:
                    _check_foreign_keys(connection)
        finally:
            raw.execute("PRAGMA foreign_keys=ON")


def _check_foreign_keys(connection: Connection) -> None:
    if lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise LostRowError(f"a row of {lost[0]} would be left without its row of {lost[2]}")
