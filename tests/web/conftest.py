"""A real application, and a browser that fills in forms."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from httpx import Response

from service.domain.accounts import Role
from service.domain.warning import Alert
from service.scheduling.clock import SetClock
from service.settings.legal_file import load_legal
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.accounts import Accounts
from service.usecases.review import ReviewRoom
from service.web.app import make_app
from service.web.deps import Site
from tests.alerts import make_signal, opened
from tests.builders import NOW, enrol, make_accounts, make_feed

SCRIPT = "<script>alert(1)</script>"
LOOPBACK, ELSEWHERE = ("127.0.0.1", 50000), ("203.0.113.7", 50000)
ACCEPT = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}  # as a browser sends it
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

    def page_after(self, page: str, action: str, **fields: Any) -> Response:
        """The page on which a form that was carried out ends."""
        answer = self.submit(page, action, **fields)
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["location"])

    def log_in(self, email: str, password: str = PASSWORD, code: str = "", **more: str) -> Response:
        """Log in; `code`: of a second factor, where one is enrolled."""
        entered = self.submit("/login", "/login", email=email, password=password, **more)
        return self.submit("/login/code", "/login/code", code=code) if code else entered


@pytest.fixture
def quick_accounts(store: SqlStore, clock: SetClock) -> Accounts:
    return make_accounts(store, clock)


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
        url = "https://127.0.0.1" if changes.get("secure") else "http://127.0.0.1"
        app = make_app(replace(site, **changes))
        return Browser(TestClient(app, base_url=url, client=address, follow_redirects=False))

    return make


@pytest.fixture
def person(quick_accounts: Accounts, store: SqlStore) -> Callable[..., str]:
    """An account with a password of its own and no second factor; gives its address. Roles that two administrators give
    are there as if they had."""

    def make(name: str, *roles: Any) -> str:
        email = f"{name}@agency.example.com"
        quick_accounts.add(email)
        quick_accounts.change_password(email, PASSWORD)
        user = quick_accounts.user(email)
        assert user is not None
        with store.begin() as tx:
            tx.set_roles(user.id, frozenset(roles))
        return email

    return make


@pytest.fixture
def entered(
    browser: MakeBrowser, person: Callable[..., str], quick_accounts: Accounts
) -> Callable[..., Browser]:  # fmt: skip
    """The browser of somebody with these roles who has logged in with password and second factor."""

    def make(name: str, *roles: Any, **changes: Any) -> Browser:
        email, one = person(name, *roles), browser(**changes)
        assert one.log_in(email, code=enrol(quick_accounts, email)[0]).status_code == 303
        return one

    return make


@contextmanager
def chromium_at(site: Site, **context: Any) -> Iterator[tuple[Any, str]]:
    """A page of a real Chromium, and the address of a server of the site for it."""
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no Chromium is installed (apt-get install chromium)")
    listening = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(make_app(replace(site, base_url=base)), log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        with sync_api.sync_playwright() as play:
            window = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            yield window.new_context(**context).new_page(), base
            window.close()
    finally:
        server.should_exit = True
        thread.join()


@dataclass
class DeskBrowser:
    """A person with a session, without JavaScript: reads pages, fills forms in."""

    client: TestClient
    email: str

    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.client.get("/password").text)
        assert found
        return found[1]

    def get(self, path: str) -> Response:
        return self.client.get(path)

    def post(self, path: str, **data: object) -> Response:
        return self.client.post(path, data={"csrf": self.csrf()} | data)

    def api(self, method: str, path: str, body: object = None) -> Response:
        return self.client.request(method, f"/api/v1{path}", json=body, headers={"X-CSRF-Token": self.csrf()})


LogIn = Callable[..., DeskBrowser]


@pytest.fixture
def people(store: SqlStore, clock: SetClock) -> Accounts:
    return make_accounts(store, clock)


@pytest.fixture
def full_site(store: SqlStore, clock: SetClock, people: Accounts) -> Site:
    room = ReviewRoom(
        store=store, clock=clock, legal=load_legal(), base_url="http://127.0.0.1", desk=("truc@agency.example.com",),
        inspection=("thanh-tra@agency.example.com",),
    )  # fmt: skip
    return Site(
        store=store, read=SqlReadModels(store), accounts=people, clock=clock, feeds=[make_feed()], hosts=("127.0.0.1",),
        session_key=b"k" * 32, review=room, domains=("agency.example.com",),
        webhook_hosts=frozenset({"hooks.example.com"}), base_url="http://127.0.0.1",
    )  # fmt: skip


@pytest.fixture
def visit(full_site: Site) -> Callable[..., TestClient]:
    app = make_app(full_site)

    def make(address: tuple[str, int] = ELSEWHERE) -> TestClient:
        return TestClient(app, base_url="http://127.0.0.1", client=address, follow_redirects=False)

    return make


@pytest.fixture
def log_in(visit: Callable[..., TestClient], people: Accounts) -> Callable[..., DeskBrowser]:
    """Make an account, log in, set a password of one's own and enrol a second factor."""

    def make(name: str = "lan", role: Role = Role.DESK) -> DeskBrowser:
        email = f"{name}@agency.example.com"
        once = people.add(email, role)
        client = visit()
        token = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/login").text)
        assert token
        entered = client.post("/login", data={"email": email, "password": once, "csrf": token[1]})
        assert entered.status_code == 303
        browser = DeskBrowser(client, email)
        assert browser.post("/password", old=once, new=PASSWORD).status_code == 303
        enrol(people, email)
        return browser

    return make


@pytest.fixture
def alert(store: SqlStore) -> Alert:
    """One of L3 that nobody has received, with what a page must not pass on."""
    found = replace(
        opened(make_signal(unusual=8.0)), id="a1", opened_at=NOW, headline=f"Lương hưu {SCRIPT}", why="vì\x01 sao"
    )
    with store.begin() as tx:
        tx.save_alert(found, kind="opened", actor="radar", text="Mở cảnh báo", at=NOW)
    return found
