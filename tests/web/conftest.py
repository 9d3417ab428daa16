"""A real application, and a browser that fills in forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.accounts import Accounts
from service.web.app import make_app
from service.web.deps import Site
from tests.builders import make_feed

ELSEWHERE = ("203.0.113.7", 50000)
PASSWORD = "mot-cau-dai-cua-rieng-toi"


class Browser:
    """Keeps cookies and sends the page's own CSRF value with each form."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> Response:
        return self.client.get(path, **more)

    def submit(self, page: str, action: str, **fields: Any) -> Response:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get(page).text)
        assert found, f"no form on {page}"
        return self.client.post(action, data={"csrf": found[1]} | fields)

    def log_in(self, email: str, password: str = PASSWORD, **more: str) -> Response:
        return self.submit("/login", "/login", email=email, password=password, **more)


@pytest.fixture
def quick_accounts(store: SqlStore, clock: SetClock) -> Accounts:
    return Accounts(store, clock, PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)))


MakeBrowser = Callable[..., Browser]


@pytest.fixture
def site(store: SqlStore, clock: SetClock, quick_accounts: Accounts) -> Site:
    return Site(
        store=store, read=SqlReadModels(store), accounts=quick_accounts, clock=clock, feeds=[make_feed()],
        hosts=("127.0.0.1",), session_key=b"k" * 32, stream_seconds=0.01, base_url="http://127.0.0.1",
    )  # fmt: skip


@pytest.fixture
def browser(site: Site) -> MakeBrowser:
    def make(address: tuple[str, int] = ELSEWHERE, **changes: Any) -> Browser:
        from dataclasses import replace

        url = "https://127.0.0.1" if changes.get("secure") else "http://127.0.0.1"
        app = make_app(replace(site, **changes))
        return Browser(TestClient(app, base_url=url, client=address, follow_redirects=False))

    return make


@pytest.fixture
def person(quick_accounts: Accounts) -> Callable[..., str]:
    """An account with a password of its own; gives its address."""

    def make(name: str, *roles: Any) -> str:
        email = f"{name}@agency.example.com"
        quick_accounts.add(email, *roles)
        quick_accounts.change_password(email, PASSWORD)
        return email

    return make
