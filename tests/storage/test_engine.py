"""What the database is reached through: lines that are given up in time, and errors that say whose fault it is."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine, text

import service.storage.engine as module
from service.ports.storage import StoreError
from service.storage.engine import SqlStore, make_engine
from tests.lines import Line

ASKED = {
    "keepalives_idle": socket.TCP_KEEPIDLE,
    "keepalives_interval": socket.TCP_KEEPINTVL,
    "keepalives_count": socket.TCP_KEEPCNT,
    "tcp_user_timeout": 18,  # TCP_USER_TIMEOUT of Linux
}


def asked_of(url: str) -> dict[str, int]:
    """What the system was asked to do about a line that falls silent."""
    engine = make_engine(url)
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        with socket.socket(fileno=os.dup(raw.fileno())) as line:
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            found = {name: line.getsockopt(socket.IPPROTO_TCP, option) for name, option in ASKED.items()}
    engine.dispose()
    return found


@pytest.mark.postgres
def test_a_server_that_fell_silent_is_given_up_within_half_a_minute(line: Line) -> None:
    asked = asked_of(line.url)
    assert asked == {
        "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000,
    }  # fmt: skip
    # what the operator says holds
    own = asked_of(f"{line.url}?keepalives_idle=77&tcp_user_timeout=5000")
    assert own == asked | {"keepalives_idle": 77, "tcp_user_timeout": 5000}


def test_that_no_connection_is_free_is_an_error_of_the_database(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POOL_SECONDS", 0.1)
    engine = make_engine(database_url)
    with ExitStack() as stack:
        for _ in range(15):
            stack.enter_context(engine.connect())
        with pytest.raises(StoreError, match="slow or locked"), SqlStore(engine).begin():
            pass
    with SqlStore(engine).begin() as tx:
        assert tx.count_users() == 0
    engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("setting", ["lock_timeout", "statement_timeout"])
def test_a_limit_of_the_server_is_an_error_of_the_database(line: Line, setting: str) -> None:
    engine = make_engine(f"{line.url}?options=-c%20{setting}%3D100")
    with engine.begin() as locking:
        locking.execute(text("lock table users in access exclusive mode"))
        with pytest.raises(StoreError, match="timeout"), SqlStore(engine).begin() as tx:
            tx.count_users()
    engine.dispose()


@pytest.mark.postgres
def test_connections_that_were_lost_while_idle_cost_no_error(line: Line) -> None:
    engine, others = make_engine(line.url), make_engine(line.url)
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(engine.connect())
    end_others(others)
    for _ in range(4):
        with SqlStore(engine).begin() as tx:
            assert tx.count_users() == 0
    engine.dispose()
    others.dispose()


def end_others(engine: Engine) -> None:
    """End every other session of the database, as a restart of the server does."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        )
