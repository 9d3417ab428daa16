"""Rate limits that several processes on one PostgreSQL database share."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from service.storage.rate_windows import RateWindows
from service.web.limits import RateLimits


@pytest.fixture
def shared(engine: Engine) -> Iterator[Engine]:
    if engine.dialect.name != "postgresql":
        pytest.skip("shared on PostgreSQL only")
    yield engine
    with engine.begin() as connection:
        connection.execute(text("delete from rate_windows"))


def limits(engine: Engine, rate: str = "5/minute", secret: bytes = b"k" * 32) -> RateLimits:
    return RateLimits({"login-account": rate}, storage=RateWindows(engine, secret))


def test_two_processes_count_together_and_keys_apart(shared: Engine) -> None:
    one, two = limits(shared), limits(shared)
    waits = [each.seconds_to_wait("login-account", "truc@agency.example.com") for each in (one, two) * 3]
    assert waits[:5] == [0] * 5
    assert 1 <= waits[5] <= 60
    assert one.seconds_to_wait("login-account", "minh@agency.example.com") == 0


def test_requests_at_once_are_all_counted(shared: Engine) -> None:
    one = limits(shared, "10/minute")
    with ThreadPoolExecutor(4) as pool:
        waits = list(pool.map(lambda _: one.seconds_to_wait("login-account", "a"), range(24)))
    assert sum(w == 0 for w in waits) == 10


def test_a_window_that_is_over_begins_anew_and_is_swept(shared: Engine) -> None:
    windows = RateWindows(shared, b"k" * 32)
    assert windows.incr("a", -1) == 1
    assert windows.get("a") == 0
    assert windows.incr("a", 60) == 1
    assert windows.incr("a", 60) == 2
    assert windows.incr("b", -1) == 1
    windows.incr("c", 60)
    with shared.begin() as connection:
        kept = connection.execute(text("select digest from rate_windows")).scalars().all()
    assert len(kept) == 2
    assert all(len(d) == 64 and d.isalnum() for d in kept)


def test_only_keyed_digests_are_kept(shared: Engine) -> None:
    limits(shared).seconds_to_wait("login-account", "truc@agency.example.com")
    limits(shared, secret=b"other").seconds_to_wait("login-account", "truc@agency.example.com")
    with shared.begin() as connection:
        kept = connection.execute(text("select digest from rate_windows")).scalars().all()
    assert len(set(kept)) == 2
