"""Counts of requests that several processes on one PostgreSQL database share."""

from __future__ import annotations

import hmac
import time

from limits.storage import Storage
from sqlalchemy import Engine, case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from service.storage.schema import RateWindowRow
from service.storage.sql import table

WINDOWS = table(RateWindowRow)


class RateWindows(Storage):
    """Fixed windows for `limits`; of an account's or network's address only a keyed digest is kept.

    Args:
        secret: the same for all processes.
    """

    STORAGE_SCHEME = None

    def __init__(self, engine: Engine, secret: bytes) -> None:
        super().__init__()
        self._engine = engine
        self._secret = secret

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        statement = insert(WINDOWS).values(digest=self._digest(key), count=amount, ends_at=now + expiry)
        over = WINDOWS.c.ends_at <= now
        changes = {
            "count": case((over, amount), else_=WINDOWS.c.count + amount),
            "ends_at": case((over, now + expiry), else_=WINDOWS.c.ends_at),
        }
        # one statement: of two requests at once each counts
        query = statement.on_conflict_do_update(index_elements=["digest"], set_=changes).returning(WINDOWS.c.count)
        with self._engine.begin() as connection:
            count: int = connection.execute(query).scalar_one()
            if count == amount:
                connection.execute(delete(WINDOWS).where(WINDOWS.c.ends_at <= now))
        return count

    def get(self, key: str) -> int:
        query = select(WINDOWS.c.count).where(WINDOWS.c.digest == self._digest(key), WINDOWS.c.ends_at > time.time())
        with self._engine.connect() as connection:
            return connection.scalar(query) or 0

    def get_expiry(self, key: str) -> float:
        query = select(WINDOWS.c.ends_at).where(WINDOWS.c.digest == self._digest(key))
        with self._engine.connect() as connection:
            return connection.scalar(query) or time.time()

    def check(self) -> bool:
        with self._engine.connect() as connection:
            return connection.scalar(select(1)) == 1

    def reset(self) -> int:
        with self._engine.begin() as connection:
            return connection.execute(delete(WINDOWS)).rowcount

    def clear(self, key: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(WINDOWS).where(WINDOWS.c.digest == self._digest(key)))

    def _digest(self, key: str) -> str:
        return hmac.new(self._secret, key.encode(), "sha256").hexdigest()
