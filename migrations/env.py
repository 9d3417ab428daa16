"""Alembic's entry: the connection comes from the caller (`radar`, tests) or RADAR_DATABASE_URL."""

import os
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from service.storage.engine import make_engine
from service.storage.migrate import changing
from service.storage.schema import Base, UtcDateTime


def render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """A migration names SQLAlchemy's own types only, so that it stays true when our code changes."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run(connection: Connection) -> None:
    # SQLite changes a table by copying it (batch); on PostgreSQL the same migration is a plain ALTER
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=render_item,
        compare_server_default=True,
    )  # fmt: skip
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with changing(make_engine(os.environ.get("RADAR_DATABASE_URL", "sqlite:///var/radar.db"))) as own:
        run(own)
