"""Bring a database to the newest schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

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
    """Upgrade to `revision`; nothing happens where the database is there already."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        command.upgrade(config(connection), revision)
