"""Of several processes on one database, one at a time has a role's turn."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from service.storage.engine import make_engine
from service.storage.migrate import migrate
from service.storage.turns import SessionTurn, all_turns, turn
from tests.lines import Line
from tests.storage.test_upgrades import REVISIONS

HOLD = (
    "import sys, time; from service.storage.engine import make_engine; from service.storage.turns import turn\n"
    "held = turn(make_engine(sys.argv[1]), 'work'); print(held.take(), flush=True); time.sleep(60)"
)


@pytest.fixture
def others(database_url: str) -> Iterator[Engine]:
    """The same database as another process sees it."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def test_one_at_a_time_a_role(engine: Engine, others: Engine) -> None:
    ours, theirs = turn(engine, "work"), turn(others, "work")
    assert ours.take()
    assert ours.take()
    assert not theirs.take()
    assert theirs.why_not() == "another process has the turn"
    assert not theirs.held()
    assert turn(others, "schedule").take()
    ours.give_back()
    assert not ours.held()
    assert theirs.take()
    assert not ours.take()


def test_a_file_has_one_turn_by_whatever_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "real"
    folder.mkdir()
    (folder / "radar.db").touch()
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "radar.db").symlink_to(folder / "radar.db")
    monkeypatch.chdir(folder)
    assert turn(make_engine("sqlite:///radar.db"), "schedule").take()
    for name in (folder / "radar.db", tmp_path / "link" / "radar.db", tmp_path / "radar.db"):
        assert not turn(make_engine(f"sqlite:///{name}"), "schedule").take()


@pytest.mark.parametrize("role", ["work", "schedule"])
def test_all_turns_or_none(engine: Engine, others: Engine, role: str) -> None:
    ours = turn(engine, role)
    assert ours.take()
    with all_turns(others) as taken:
        assert taken == role
    ours.give_back()
    with all_turns(others) as taken:
        assert taken == ""
        assert not ours.take()
    assert ours.take()


def test_a_killed_process_has_no_turn(database_url: str, engine: Engine) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD, database_url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    ours = turn(engine, "work")
    assert not ours.take()
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    tries = (ours.take() for _ in range(100_000))
    assert any(tries)


@pytest.mark.postgres
def test_a_lost_session_is_a_lost_turn(engine: Engine, others: Engine) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("a session is what holds it on PostgreSQL only")
    ours = turn(engine, "work")
    assert ours.take()
    with others.begin() as connection:
        connection.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        )
    assert not ours.held()
    assert ours.take()


@pytest.mark.postgres
def test_a_session_that_fell_silent_is_a_lost_turn_and_is_asked_for_anew(line: Line) -> None:
    engine = make_engine(line.url)
    ours, theirs = (SessionTurn(engine, "work", answer_seconds=0.5) for _ in range(2))
    assert ours.take()
    assert not theirs.take()  # it stands by
    line.fall_silent()
    assert not ours.held()
    assert not theirs.take()
    assert theirs.why_not() == "the database does not answer"
    # the server still has the session of ours: from its keepalives it knows nothing of it yet
    assert not theirs.take()
    assert theirs.why_not() == "another process has the turn"
    engine.dispose()


def test_a_database_that_is_away_gives_no_turn() -> None:
    ours = turn(make_engine("postgresql://radar@127.0.0.1:9/radar"), "work")
    assert not ours.take()
    assert ours.why_not() == "the database does not answer"


def test_a_database_in_memory_has_none() -> None:
    with pytest.raises(ValueError, match="no turns"):
        turn(make_engine("sqlite:///:memory:"), "work")


@pytest.mark.parametrize("before", ["none", "older"])
def test_processes_that_start_together_bring_the_schema_up_once(tmp_path: Path, before: str) -> None:
    engines = [make_engine(f"sqlite:///{tmp_path / 'new.db'}") for _ in range(3)]
    if before == "older":
        migrate(engines[0], REVISIONS[-2])
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(migrate, engines))
    with engines[0].connect() as connection:
        assert connection.scalar(text("select count(*) from alembic_version")) == 1
