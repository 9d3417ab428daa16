"""Product rule 1 in the schema, and migrations that match it."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, inspect
from sqlalchemy.event import listen

from service.domain.accounts import Role, Scope
from service.domain.judgement import Limb
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import config, migrate
from service.storage.schema import Base
from service.storage.transaction import SqlTransaction
from service.usecases.seal import Sealed, seal
from tests.builders import NOW, make_intent, make_vault

PERSONAL = re.compile(r"author|handle|avatar|profile|user_?name|nick|phone|ip_addr", re.IGNORECASE)


def test_no_column_can_hold_an_author() -> None:
    columns = [f"{t.name}.{c.name}" for t in Base.metadata.sorted_tables for c in t.columns]
    assert len(columns) > 80
    assert [c for c in columns if PERSONAL.search(c)] == []


def test_nothing_is_made_for_ministries_and_findings_hold_no_text_of_a_publication() -> None:
    names = [f"{t.name}.{c.name}" for t in Base.metadata.sorted_tables for c in t.columns]
    assert [n for n in names if re.search("article11|dossier|ministr|police|prosecut|suspect|person_", n)] == []
    assert {str(limb) for limb in Limb} == {"forgery", "property", "withheld", "retaliation"}
    columns = {c.name for c in Base.metadata.tables["findings"].columns}
    assert columns & {"text", "title", "url", "excerpt", "source_id"} == set()


def test_the_migrations_make_the_schema_of_the_code(engine: Engine) -> None:
    with engine.begin() as connection:
        command.check(config(connection))


def test_down_and_up_again(engine: Engine) -> None:
    with engine.begin() as connection:
        command.downgrade(config(connection), "base")
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    migrate(engine)
    with engine.connect() as connection:
        assert "documents" in inspect(connection).get_table_names()


INDEXED: dict[str, Callable[[SqlTransaction], object]] = {
    "ix_documents_unplaced": lambda tx: tx.unplaced(limit=9),
    "ix_documents_url": lambda tx: tx.documents_at(["https://bao.example.com/1"]),
    "ix_documents_origin": lambda tx: tx.copies_of(["1"]),
    "ix_documents_story_published": lambda tx: tx.stream_documents("story:s1", since=NOW, until=NOW),
    "ix_notifications_created": lambda tx: tx.count_told(since=NOW),
}


@pytest.mark.parametrize("index", INDEXED)
def test_what_is_asked_often_looks_at_no_whole_table(sqlite_template: Path, tmp_path: Path, index: str) -> None:
    shutil.copy(sqlite_template, tmp_path / "radar.db")
    store, asked = SqlStore(make_engine(f"sqlite:///{tmp_path}/radar.db")), []
    with store.begin() as tx:
        tx.add_documents([make_intent("1")])
        listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
        INDEXED[index](tx)
        plans = [
            str(r) for statement, values in list(asked)
            for r in tx.connection.exec_driver_sql(f"explain query plan {statement}", values)
        ]  # fmt: skip
    assert any(index in plan for plan in plans), plans


def test_constraints_have_names(engine: Engine) -> None:
    with engine.connect() as connection:
        names = [
            key["name"]
            for t in inspect(connection).get_table_names()
            for key in inspect(connection).get_foreign_keys(t)
        ]
    assert names
    assert all(names)


def test_accounts_and_tokens_of_the_first_schema_keep_what_they_may(engine: Engine) -> None:
    with engine.begin() as connection:
        command.downgrade(config(connection), "87b93fdae664")
        connection.exec_driver_sql(
            "insert into users (email, role, password_hash, must_change_password, failed_logins, session_version,"
            " created_at) values ('truc@agency.example.com', 'desk', 'x', false, 0, 1, '2026-03-02 03:00:00')"
        )
        connection.exec_driver_sql(
            "insert into api_tokens (name, digest, scope, created_at, expires_at) values"
            " ('ghi', 'd', 'write', '2026-03-02 03:00:00', '2026-04-02 03:00:00')"
        )
    migrate(engine)
    with SqlStore(engine).begin() as tx:
        user, [token] = tx.user("truc@agency.example.com"), tx.tokens()
    assert user is not None
    assert (user.roles, user.provinces) == ({Role.DESK}, ())
    assert token.scopes == {Scope.READ, Scope.WRITE}


def test_secrets_of_an_older_schema_are_sealed_at_the_next_start(engine: Engine) -> None:
    with engine.begin() as connection:
        command.downgrade(config(connection), "c3a1f0d92b57")
        connection.exec_driver_sql(
            "insert into users (email, roles, provinces, password_hash, must_change_password, failed_logins,"
            " totp_secret, totp_last_step, created_at) values ('truc@agency.example.com', '[]', '[]', 'x', false, 0,"
            f" '{'A2' * 16}', 0, '2026-03-02 03:00:00')"
        )
        connection.exec_driver_sql("insert into secrets (name, value) values ('session', 'k')")
    migrate(engine)
    store, vault = SqlStore(engine), make_vault()
    assert seal(store, SetClock(NOW), vault) == Sealed(changed=1, lost=0)
    with store.begin() as tx:
        assert [vault.open(value) for _, value in tx.sealed_values()] == [b"A2" * 16]
        assert tx.connection.exec_driver_sql("select name from secrets").all() == []
