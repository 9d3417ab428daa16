"""The stream of changes ends with the right to read: of a session, of an account, of a token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from service.domain.accounts import Role, Scope, User
from service.domain.warning import Level
from service.scheduling.clock import SetClock
from service.storage.engine import OutOfReachError, SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.accounts import Accounts
from service.usecases.place import StoryDesk
from service.usecases.sessions import IDLE
from service.web.app import make_app
from service.web.deps import Site
from tests.alerts import opened
from tests.builders import NOW, hours_ago, make_intent, make_token
from tests.web.conftest import ELSEWHERE, chromium_at

TOO_LONG = 20.0
MINUTE = timedelta(minutes=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are the same on both databases; what they call is tested on both."""
    return sqlite_url


def listen(site: Site, header: tuple[str, str], *then: Callable[[], object], stay: bool = False) -> int:
    """How often a listener is told of a change. After each time the next of `then` happens, and once nothing is left
    the stream has to end by itself; with `stay` the listener goes away instead."""
    left, told, gone = list(then), 0, asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not asked:
            asked.append(True)
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        nonlocal told
        if b"changed" in message.get("body", b""):
            told += 1
            if left:
                left.pop(0)()
            elif stay:
                gone.set()

    async def run() -> None:
        name, value = header
        headers = [(b"host", b"127.0.0.1"), (name.encode(), value.encode())]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": "/events",
            "raw_path": b"/events", "query_string": b"", "root_path": "", "scheme": "http",
            "server": ("127.0.0.1", 80), "client": ELSEWHERE, "headers": headers,
        }  # fmt: skip
        async with asyncio.timeout(TOO_LONG):
            await make_app(site)(scope, receive, send)

    asked: list[bool] = []
    asyncio.run(run())
    assert not left
    return told


@pytest.fixture
def lan(person: Callable[..., str], quick_accounts: Accounts) -> User:
    user = quick_accounts.user(person("lan", Role.DESK))
    assert user is not None
    return user


@pytest.fixture
def change(store: SqlStore) -> Callable[[], None]:
    """Something new is there."""
    count = iter(range(9))

    def happen() -> None:
        with store.begin() as tx:
            tx.add_documents([make_intent(f"d{next(count)}", at=hours_ago(1))])

    return happen


def cookie(accounts: Accounts, user: User) -> tuple[str, str]:
    return "cookie", f"radar_session={accounts.sessions.start(user)}"


def test_who_may_read_is_told_of_every_change(
    site: Site, quick_accounts: Accounts, lan: User, clock: SetClock, change: Callable[[], None]
) -> None:
    def later() -> None:
        clock.at += MINUTE
        change()

    assert listen(site, cookie(quick_accounts, lan), change, later, stay=True) == 3


def test_it_stays_while_the_database_is_away(
    site: Site, store: SqlStore, quick_accounts: Accounts, lan: User, change: Callable[[], None]
) -> None:
    class AwayOnce(SqlReadModels):
        def version(self) -> tuple[str, ...]:
            if looks.pop(0):
                return super().version()
            raise OutOfReachError("the database cannot be used")

    looks = [True, False, *[True] * 99]
    read = AwayOnce(store)
    assert listen(replace(site, read=read), cookie(quick_accounts, lan), change, stay=True) == 2
    assert len(looks) < 99


@pytest.mark.parametrize("quiet", [True, False], ids=["within a minute", "at the next change"])
@pytest.mark.parametrize("end", ["disabled", "logged out", "role taken", "has to enrol", "new password"])
def test_it_ends_when_the_session_no_longer_reads(
    site: Site,
    store: SqlStore,
    quick_accounts: Accounts,
    lan: User,
    clock: SetClock,
    change: Callable[[], None],
    end: str,
    quiet: bool,
) -> None:
    def set_roles(*roles: Role) -> None:
        with store.begin() as tx:
            tx.set_roles(lan.id, frozenset(roles))

    ends: dict[str, Callable[[], object]] = {
        "disabled": lambda: quick_accounts.disable(lan.email),
        "logged out": lambda: quick_accounts.log_out(lan.email),
        "role taken": set_roles,
        "has to enrol": lambda: set_roles(Role.REVIEWER),
        "new password": lambda: quick_accounts.reset_password(lan.email),
    }

    def happen() -> None:
        ends[end]()
        if quiet:
            clock.at += MINUTE
        else:
            change()

    assert listen(site, cookie(quick_accounts, lan), happen) == 1


def test_listening_is_no_use_of_a_session(
    site: Site, quick_accounts: Accounts, lan: User, clock: SetClock, change: Callable[[], None]
) -> None:
    def half() -> None:
        clock.at += IDLE / 2 + MINUTE
        change()

    assert listen(site, cookie(quick_accounts, lan), half, half) == 2


def test_that_nothing_is_read_any_more_is_a_change(
    site: Site, quick_accounts: Accounts, lan: User, change: Callable[[], None]
) -> None:
    lines: list[str] = []
    silent = replace(site, stopped=lambda: list(lines))
    assert listen(silent, cookie(quick_accounts, lan), lambda: lines.append("đã ngừng đọc"), change, stay=True) == 3


def test_it_ends_with_the_process(site: Site, quick_accounts: Accounts, lan: User, change: Callable[[], None]) -> None:
    ending = Event()
    assert listen(replace(site, ending=ending.is_set), cookie(quick_accounts, lan), change, ending.set) == 2


def test_it_ends_with_its_token(
    site: Site, quick_accounts: Accounts, clock: SetClock, change: Callable[[], None]
) -> None:
    secret = make_token(quick_accounts, "may", Scope.READ)

    def revoke() -> None:
        quick_accounts.tokens.revoke_named("may")
        clock.at += MINUTE

    assert listen(site, ("authorization", f"Bearer {secret}"), change, revoke) == 2


@pytest.mark.browser
def test_the_page_comes_back_by_itself_and_says_when_the_session_is_over(
    site: Site, quick_accounts: Accounts, lan: User, change: Callable[[], None]
) -> None:
    # whoever comes through a proxy needs a session
    with chromium_at(site, extra_http_headers={"X-Forwarded-For": "203.0.113.7"}) as (page, base):
        page.context.add_cookies([{"name": "radar_session", "value": quick_accounts.sessions.start(lan), "url": base}])
        page.route("**/events", lambda route: route.fulfill(status=502))
        page.goto(base)
        page.wait_for_selector("#live:has-text('đang thử lại')")
        page.unroute("**/events")
        page.wait_for_selector(".on#live:has-text('Trực tiếp')")
        quick_accounts.log_out(lan.email)
        change()
        page.wait_for_selector("#live:has-text('Phiên làm việc đã kết thúc')")
        assert page.get_attribute("#live a", "href") == "/login?next=%2F"


@pytest.mark.browser
def test_the_page_of_an_alert_says_that_there_is_more_and_keeps_what_is_typed(
    site: Site, store: SqlStore, quick_accounts: Accounts, lan: User
) -> None:
    alert = replace(opened(), id="a1")
    with store.begin() as tx:
        tx.save_alert(alert, kind="opened", actor="radar", text="Mở cảnh báo", at=NOW)
    with chromium_at(site) as (page, base):
        page.context.add_cookies([{"name": "radar_session", "value": quick_accounts.sessions.start(lan), "url": base}])
        page.goto(f"{base}/alerts/a1")
        page.wait_for_selector(".on#live:has-text('Trực tiếp')")
        assert page.inner_text("#watched-news") == ""
        page.click("summary:has-text('Bình luận')")
        page.fill("details[open] textarea[name=text]", "đang gọi tỉnh")
        with store.begin() as tx:
            tx.save_alert(replace(alert, level=Level.CRISIS), kind="raised", actor="radar", text="Tăng mức", at=NOW)
        page.wait_for_selector("#watched-news:has-text('diễn biến mới')", timeout=30_000)
        assert page.input_value("details[open] textarea[name=text]") == "đang gọi tỉnh"
        assert page.get_attribute("#watched-news a", "href") == "/alerts/a1"


@pytest.mark.browser
def test_a_change_leaves_the_keyboard_where_it_is_and_can_be_waited_for(
    site: Site, store: SqlStore, clock: SetClock, change: Callable[[], None]
) -> None:
    change()
    StoryDesk(store, clock).place()
    with chromium_at(site, viewport={"width": 360, "height": 800}) as (page, base):
        page.goto(base)
        page.wait_for_selector(".on#live:has-text('Trực tiếp')")
        for what in ("#board summary", "#board .scroll[tabindex]"):
            page.locator(what).first.focus()
            page.evaluate("document.querySelector('#board').firstElementChild.id = 'old'")
            change()
            page.wait_for_selector("#old", state="detached")
            assert page.locator(what).first.evaluate("e => e === document.activeElement"), what
        page.click("text=Tạm dừng cập nhật")
        page.wait_for_selector("#live:has-text('Đã tạm dừng')")
        page.evaluate("document.querySelector('#board').firstElementChild.id = 'old'")
        with page.expect_response("**/parts/board", timeout=20_000) as answered:
            change()
            page.wait_for_timeout(500)
            assert page.locator("#old").count() == 1
            page.click("text=Tiếp tục cập nhật")
        assert answered.value.ok
        page.wait_for_selector("#old", state="detached")
