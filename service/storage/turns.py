"""Whose turn it is: of several processes on one database, one at a time does a role's jobs and the others stand by."""

from __future__ import annotations

import fcntl
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

TAKEN, AWAY = "another process has the turn", "the database does not answer"
# fixed numbers of the database's advisory locks, a role each
KEYS = {"work": 0x5AD1_7201, "schedule": 0x5AD1_7202}
# which processes have a role's turn, for messages
WHO = {"work": "radar up, radar work or radar crawl", "schedule": "radar up or radar schedule"}
# seconds after which the server takes the turn from a machine that fell silent: 10 + 3 * 5
KEEPALIVES = ("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3")
ANSWER_SECONDS = 20.0  # a server that keeps the line and says nothing has lost us for so long


class SessionTurn:
    """On PostgreSQL: an advisory lock of a session of its own. It ends with the session, whatever ends that.

    Args:
        answer_seconds: a session that does not answer for so long is lost.
    """

    def __init__(self, engine: Engine, role: str, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._engine = engine
        self._key = KEYS[role]
        self._patience = answer_seconds
        self._session: Connection | None = None  # kept while it is another's turn: one out of the pool may be silent
        self._ours = False
        self._why_not = TAKEN

    def take(self) -> bool:
        """Whether the turn is ours now; false too where the database does not answer."""
        if self._ours:
            return self.held()
        self._why_not = AWAY
        try:
            self._session = self._session or self._connected()
            with _answering(self._session, self._patience):
                self._ours = bool(self._session.scalar(text("select pg_try_advisory_lock(:key)"), {"key": self._key}))
        except SQLAlchemyError:
            self.give_back()
            return False
        self._why_not = TAKEN
        return self._ours

    def _connected(self) -> Connection:
        session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        for setting in KEEPALIVES:
            session.execute(text(f"set {setting}"))
        return session

    def why_not(self) -> str:
        return self._why_not

    def held(self) -> bool:
        """Whether the session that holds it is still there."""
        if self._session is None or not self._ours:
            return False
        try:
            with _answering(self._session, self._patience):
                self._session.execute(text("select 1"))
        except SQLAlchemyError:
            self._ours = False
            self.give_back()
            return False
        return True

    def give_back(self) -> None:
        """End the session, and the lock with it."""
        session, self._session = self._session, None
        ours, self._ours = self._ours, False
        if session is not None:
            if ours:
                # the server may take a moment to notice that a session has ended
                with suppress(SQLAlchemyError), _answering(session, self._patience):
                    session.execute(text("select pg_advisory_unlock(:key)"), {"key": self._key})
            # a session in the pool would keep the lock
            session.invalidate()
            session.close()


@contextmanager
def _answering(session: Connection, seconds: float) -> Iterator[None]:
    """Close the line where what is asked in the block takes longer: whoever waits for the answer gets an error then."""
    raw: Any = session.connection.driver_connection
    line = socket.socket(fileno=os.dup(raw.fileno()))  # ours, so that it is no other's by the time it is closed

    def close() -> None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, close)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        line.close()


class FileTurn:
    """Beside an SQLite file: a locked file. The system unlocks it when the process ends, whatever ends that."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        """Whether the turn is ours now."""
        if self._file is not None:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._file = file
        return True

    def why_not(self) -> str:
        return TAKEN

    def held(self) -> bool:
        return self._file is not None

    def give_back(self) -> None:
        """Unlock. The file stays: who waits for it has it open."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


def turn(engine: Engine, role: str) -> SessionTurn | FileTurn:
    """The turn of a role («work», «schedule») on a database.

    Raises:
        ValueError: an SQLite database in memory, which no other process sees.
    """
    if engine.dialect.name == "postgresql":
        return SessionTurn(engine, role)
    if not engine.url.database or engine.url.database == ":memory:":
        raise ValueError("a database in memory has no turns")
    # by its real name: the same file through a link has the same turn
    return FileTurn(Path(f"{Path(engine.url.database).resolve()}.{role}.lock"))


@contextmanager
def all_turns(engine: Engine) -> Iterator[str]:
    """Take every role's turn for as long as the block lasts; gives the role whose turn another process has, else
    nothing."""
    if engine.dialect.name == "sqlite" and engine.url.database in (None, "", ":memory:"):
        yield ""  # no other process sees it
        return
    with ExitStack() as stack:
        for role in KEYS:
            ours = turn(engine, role)
            stack.callback(ours.give_back)
            if not ours.take():
                yield role
                return
        yield ""
