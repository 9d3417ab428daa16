"""Databases in use go from every schema to the next, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, MetaData
from structlog.testing import capture_logs

from service.storage.engine import OutOfReachError, make_engine
from service.storage.migrate import MIGRATIONS, LostRowError, changing, config, migrate, newest, version_of
from service.storage.schema import Base
from service.storage.turns import turn

REVISIONS = [r.revision for r in reversed(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions()))]
TIME = "2026-03-02 03:00:00"


@pytest.fixture
def empty(database_url: str) -> Iterator[Engine]:
    """A database without any table."""
    engine = make_engine(database_url)
    with engine.begin() as connection:
        command.downgrade(config(connection), "base")
    yield engine
    engine.dispose()


def tables(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    found.remove(found.tables["alembic_version"])
    return found


def value(column: Column[Any]) -> object:
    """Something of a column's type, the same everywhere: so that every foreign key finds its row."""
    if isinstance(column.type, sa.Boolean):
        return True
    if isinstance(column.type, sa.DateTime):
        return datetime.fromisoformat(TIME)
    if isinstance(column.type, sa.JSON):
        return []
    if isinstance(column.type, sa.LargeBinary):
        return b"1"
    if isinstance(column.type, sa.Integer | sa.Float):
        return 1
    # who confirms is another person than who proposes
    return {"role": "desk", "confirmed_by": "2"}.get(column.name, "1")


def fill(engine: Engine) -> None:
    """A row in every table that has none, with all its columns."""
    with engine.begin() as connection:
        for t in tables(connection).sorted_tables:
            if not connection.scalar(sa.select(sa.func.count()).select_from(t)):
                connection.execute(t.insert(), {c.name: value(c) for c in t.columns})


def counted(engine: Engine) -> dict[str, int]:
    with engine.begin() as connection:
        return {
            t.name: connection.scalar(sa.select(sa.func.count()).select_from(t)) or 0
            for t in tables(connection).sorted_tables
        }


def test_every_table_with_rows_goes_up_step_by_step_and_down_again(empty: Engine) -> None:
    for revision in REVISIONS:
        migrate(empty, revision)
        fill(empty)
    assert counted(empty) == dict.fromkeys(Base.metadata.tables, 1)
    with empty.begin() as connection:
        command.check(config(connection))
        if empty.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    with changing(empty) as connection:
        command.downgrade(config(connection), "c3a1f0d92b57")
    migrate(empty)
    assert counted(empty)["sessions"] == counted(empty)["users"] == 1


@pytest.mark.parametrize("revision", [REVISIONS[0], "c3a1f0d92b57", "7d41b6e0c9a2", REVISIONS[-1]])
def test_a_database_of_any_schema_goes_up_at_once(empty: Engine, revision: str) -> None:
    migrate(empty, revision)
    fill(empty)
    before = counted(empty)
    migrate(empty)
    after = counted(empty)
    assert {name: after[name] for name in before if name in after} == {n: before[n] for n in before if n in after}


def test_what_was_published_keeps_its_text(empty: Engine) -> None:
    migrate(empty, "c5e8a1f7d260")
    fill(empty)
    with empty.begin() as connection:
        connection.exec_driver_sql("update findings set proposal = 'Văn bản A.'")
        connection.exec_driver_sql("update finding_decisions set move = 'publish'")
        columns = "finding_id, at, move, actor, reason"
        connection.exec_driver_sql(
            f"insert into finding_decisions (id, {columns}) select 2, finding_id, at, 'approve', actor, reason "
            "from finding_decisions"
        )
    migrate(empty)
    with empty.begin() as connection:
        found = connection.exec_driver_sql("select move, text from finding_decisions order by id").all()
    assert [tuple(r) for r in found] == [("publish", "Văn bản A."), ("approve", "")]


@pytest.mark.parametrize("role", ["work", "schedule"])
def test_nothing_is_brought_up_while_an_older_program_works(empty: Engine, role: str) -> None:
    migrate(empty, REVISIONS[-2])
    held = turn(empty, role)
    assert held.take()
    with pytest.raises(OutOfReachError, match="an older version of the program is at work"):
        migrate(empty)
    with empty.connect() as connection:
        assert version_of(connection) == REVISIONS[-2]
    held.give_back()
    with capture_logs() as told:
        migrate(empty)
    assert [line["note"] for line in told] == [
        f"bringing the database from {REVISIONS[-2]} to {newest()}; this may take minutes"
    ]
    assert held.take()
    migrate(empty)  # there is nothing to do
    held.give_back()


def test_foreign_keys_hold_again_after_it(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/radar.db")
    migrate(engine)
    for _ in range(2):
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_migration_that_loses_a_row_changes_nothing(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/radar.db")
    migrate(engine)
    fill(engine)

    def lose() -> None:
        with changing(engine) as connection:
            connection.exec_driver_sql("create table other (id integer)")
            connection.exec_driver_sql("delete from users")

    with pytest.raises(LostRowError, match="without its row of users"):
        lose()
    assert counted(engine)["users"] == 1
    with engine.connect() as connection:
        assert not sa.inspect(connection).has_table("other")
