"""Bring a database to the newest schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from service.storage.engine import OutOfReachError
from service.storage.sql import wait_turn

LOCK = 0x5AD1_7200  # processes that start together bring the schema up one after the other
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def config(connection: object) -> Config:
    """Alembic's configuration on a connection that is open already."""
    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    found.attributes["connection"] = connection
    return found


def is_revision(name: str) -> bool:
    """Whether this program knows how to bring a database of that version up."""
    return name in {r.revision for r in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def has_schema(engine: Engine) -> bool:
    """Whether a database of ours is there, of whatever version."""
    return inspect(engine).has_table("alembic_version")


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade to `revision`; nothing happens where the database is there already.

    Raises:
        OutOfReachError: a newer version of the program made the database.
    """
    with changing(engine) as connection:
        wait_turn(connection, LOCK)
        for found in MigrationContext.configure(connection).get_current_heads():
            if not is_revision(found):
                raise OutOfReachError(
                    f"{engine.url} is of a newer version of the program ({found}); nothing was changed"
                )
        command.upgrade(config(connection), revision)


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """A transaction in which the schema may change.

    SQLite changes a table by putting a copy in its place, which foreign keys of other tables would forbid: they are off
    until the end, and then checked.

    Raises:
        RuntimeError: a row points nowhere afterwards; nothing is changed.
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
        raise RuntimeError(f"the migration would leave a row of {lost[0]} without its row of {lost[2]}")
