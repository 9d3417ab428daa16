# ruff: noqa: F401, F811 - fixtures are used by their names
"""Backups: which go where, and that they are only read."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine
from sqlalchemy.event import listen
from sqlalchemy.exc import DatabaseError

from service.domain.audit import Action
from service.storage.backup import BATCH, BackupError, backup, open_copy, restore
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import config, migrate
from service.storage.schema import Base
from service.usecases.audit import CLI, audit
from tests.alerts import make_draft
from tests.builders import NOW, hours_ago, make_intent
from tests.conftest import PostgresServer
from tests.storage.test_upgrades import REVISIONS, counted, empty, fill

NOBODY = 65534


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """One more empty database, of each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "other.db")
        engine = make_engine(f"sqlite:///{tmp_path}/other.db")
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        name = f"other_{os.urandom(4).hex()}"
        server.create(name, "template_radar")
        engine = make_engine(server.url(name))
    yield engine
    engine.dispose()


def test_a_portable_backup_goes_into_either_kind(engine: Engine, other: Engine, tmp_path: Path) -> None:
    fill(engine)
    before = counted(engine)
    rows = backup(SqlStore(engine), tmp_path / "copy", NOW, portable=True)
    assert rows == sum(before.values())
    assert restore(SqlStore(other), tmp_path / "copy", replace=False) == rows
    assert counted(other) == before


def content(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table but what a backup leaves in the log."""
    with engine.begin() as connection:
        return {
            name: sorted(str(dict(row)) for row in connection.execute(t.select()).mappings())
            for name, t in Base.metadata.tables.items()
            if not name.startswith("audit_")
        }


@pytest.mark.parametrize("revision", [REVISIONS[0], "7d41b6e0c9a2", "c5e8a1f7d260"])
def test_lines_of_an_older_version_become_what_the_database_would_have(
    empty: Engine, other: Engine, tmp_path: Path, revision: str
) -> None:
    migrate(empty, revision)
    fill(empty)
    published = revision == "c5e8a1f7d260"  # the next migration takes the text from what was proposed
    if published:
        with empty.begin() as connection:
            connection.exec_driver_sql("update findings set proposal = 'Văn bản A.'")
            connection.exec_driver_sql("update finding_decisions set move = 'publish'")
    rows = sum(counted(empty).values())
    assert backup(SqlStore(empty), tmp_path / "copy", NOW, portable=True) == rows
    fill(other)
    assert restore(SqlStore(other), tmp_path / "copy", replace=True) == rows
    migrate(empty)
    assert content(other) == content(empty)
    with other.begin() as connection:
        command.check(config(connection))
        texts = connection.exec_driver_sql("select text from finding_decisions").scalars().all()
        assert texts == (["Văn bản A."] if published else [""] * len(texts))
    goes_on(other)


def goes_on(engine: Engine) -> None:
    """Numbers go on behind the restored ones, and the log is append-only."""
    before = counted(engine)["notifications"]
    with SqlStore(engine).begin() as tx:
        tx.enqueue([make_draft("neu")], at=NOW)
        audit(tx, Action.RESTORED, actor=CLI, at=NOW)
    assert counted(engine)["notifications"] == before + 1
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.exec_driver_sql("update audit_entries set actor = 'x'")


@pytest.mark.parametrize("revision", [REVISIONS[0], "c3a1f0d92b57", REVISIONS[-2]])
def test_a_file_of_an_older_version_is_a_copy_that_is_brought_up(
    sqlite_template: Path, tmp_path: Path, revision: str
) -> None:
    old = make_engine(f"sqlite:///{tmp_path}/old.db")
    migrate(old, revision)
    fill(old)
    rows = sum(counted(old).values())
    assert backup(SqlStore(old), tmp_path / "copy", NOW) == rows
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("select version_num from alembic_version").fetchall() == [(revision,)]
    other = SqlStore(make_engine(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'radar.db')}"))
    restore(other, tmp_path / "copy", replace=False)
    migrate(old)
    assert content(other.engine) == content(old)


def test_no_table_is_read_into_memory_whole(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    pages: list[int | None] = []

    def note(_connection: object, _cursor: object, _statement: object, _given: object, context: Any, _: object) -> None:
        pages.append(context.execution_options.get("yield_per") if "FROM documents" in context.statement else BATCH)

    listen(engine, "before_cursor_execute", note)
    backup(SqlStore(engine), tmp_path / "copy", NOW, portable=True)
    assert set(pages) == {BATCH}


@pytest.mark.postgres
def test_a_file_of_sqlite_says_what_goes_into_postgresql(
    sqlite_template: Path, postgres: PostgresServer, tmp_path: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "radar.db")
    backup(SqlStore(make_engine(f"sqlite:///{tmp_path}/radar.db")), tmp_path / "copy", NOW)
    with pytest.raises(BackupError, match="radar backup --portable"):
        restore(SqlStore(make_engine(postgres.url("template_radar"))), tmp_path / "copy", replace=True)


@pytest.fixture
def locked() -> Iterator[Path]:
    """A folder in which nothing can be made while the test is nobody."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


def test_a_backup_is_read_where_nothing_can_be_written(sqlite_template: Path, locked: Path) -> None:
    shutil.copy(sqlite_template, locked / "r a?d%ar.db")
    (locked / "r a?d%ar.db").chmod(0o444)
    locked.chmod(0o555)
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        with closing(open_copy(locked / "r a?d%ar.db")) as found:
            assert found.execute("pragma quick_check").fetchone() == ("ok",)
    finally:
        os.seteuid(before)


def test_what_is_only_in_the_log_beside_a_copy_is_read(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "radar.db")
    with closing(sqlite3.connect(tmp_path / "radar.db")) as used:
        used.execute("insert into secrets (name, value) values ('a', 'b')")
        used.commit()
        for name in ("radar.db", "radar.db-wal"):
            shutil.copy(tmp_path / name, tmp_path / f"copy.{name}")
    (tmp_path / "copy.radar.db-wal").rename(tmp_path / "copy-wal")
    (tmp_path / "copy.radar.db").rename(tmp_path / "copy")
    with closing(open_copy(tmp_path / "copy")) as found:
        assert found.execute("select name from secrets").fetchall() == [("a",)]


def test_a_backup_without_room_leaves_nothing_beside(sqlite_template: Path, tmp_path: Path) -> None:
    store = SqlStore(make_engine(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'radar.db')}"))
    with store.begin() as tx:  # more than SQLite holds in memory, so that it begins to write
        tx.add_documents([make_intent(f"d{n}", at=hours_ago(1), text="x" * 20_000) for n in range(100)])
    store.settle()
    before, room = {p.name for p in tmp_path.iterdir()}, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100 * 1024, room[1]))
    try:
        with pytest.raises(BackupError, match="cannot be written"):
            backup(store, tmp_path / "copy.db", NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, room)
    assert {p.name for p in tmp_path.iterdir()} == before
