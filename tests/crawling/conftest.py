"""A hostile server and a fetcher that may read it, with deadlines short enough for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from service.crawling.fetcher import FetchLimits, HttpFetcher
from service.domain.fetching import FetchOutcome, FetchRequest
from tests.crawling.server import HostileServer, hostile_server

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
AGENT = "BHXH-Radar/0.1 (+https://example.com/radar; radar@example.com)"
LIMITS = FetchLimits(total=0.6, connect=0.5, delay=0.0, longest_turn=1.0)

MakeFetcher = Callable[..., HttpFetcher]
Fetch = Callable[..., FetchOutcome]


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server() as running:
        yield running


@pytest.fixture
def make_fetcher(server: HostileServer) -> Iterator[MakeFetcher]:
    made: list[HttpFetcher] = []

    def make(*, allowed: frozenset[str] | None = None, resolver: Any = None, **limits: Any) -> HttpFetcher:
        options = {"resolver": resolver} if resolver else {}
        fetcher = HttpFetcher(
            user_agent=AGENT,
            allowed=frozenset({server.netloc}) if allowed is None else allowed,
            limits=replace(LIMITS, **limits),
            now=lambda: NOW,
            **options,
        )
        made.append(fetcher)
        return fetcher

    yield make
    for fetcher in made:
        fetcher.close()


@pytest.fixture
def fetch(server: HostileServer, make_fetcher: MakeFetcher) -> Fetch:
    """Fetch one path of the hostile server (or a whole address)."""
    fetcher = make_fetcher()

    def one(path: str, **options: Any) -> FetchOutcome:
        url = server.url(path) if path.startswith("/") else path
        ((_, outcome),) = fetcher.fetch_all([FetchRequest(key="k", url=url, **options)])
        return outcome

    return one
