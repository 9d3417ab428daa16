"""Who decides enrols a second factor before anything else, on every route; nothing goes around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pyotp
import pytest

from service.domain.accounts import SENSITIVE_ROLES, Role, Scope
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.accounts import AccountError, Accounts
from service.web.app import make_app
from service.web.deps import Site
from service.web.problems import PROGRAM_PATHS, SECOND_FACTOR_FIRST
from tests.builders import enrol, make_token
from tests.web.conftest import PASSWORD, Browser, MakeBrowser

Person = Callable[..., str]
# the only routes that answer: enrolment, one's own account, password and sessions, and the way out
OPEN = {
    ("GET", "/account"), ("GET", "/account/second-factor"), ("POST", "/account/second-factor"),
    ("POST", "/account/sessions/{session_id}/end"), ("POST", "/account/sessions/end"), ("GET", "/password"),
    ("POST", "/password"), ("POST", "/logout"), ("GET", "/login"), ("POST", "/login"), ("GET", "/login/code"),
    ("POST", "/login/code"), ("GET", "/login/provider"), ("GET", "/login/provider/back"), ("GET", "/healthz"),
    ("GET", "/readyz"),
}  # fmt: skip


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are the same on both databases; what they call is tested on both."""
    return sqlite_url


def routes(found: object) -> Iterator[tuple[str, str]]:
    """Every method and path there is, with the prefix of its router."""
    for one in found:  # type: ignore[attr-defined]
        inner = getattr(getattr(one, "original_router", None), "routes", None)
        if inner:
            yield from routes(inner)
        for method in getattr(one, "methods", None) or ():
            if method != "HEAD" and one.path != "/api/v1/openapi.json":
                yield method, one.path


@pytest.mark.parametrize("role", sorted(SENSITIVE_ROLES))
def test_every_route_sends_such_a_session_to_enrol(
    browser: MakeBrowser, person: Person, site: Site, role: Role
) -> None:
    one = browser()
    one.log_in(person("lan", role, Role.DESK))
    everything = set(routes(make_app(site).routes))
    assert len(everything) > 100
    assert everything >= OPEN
    for method, path in sorted(everything - OPEN):
        answer = one.client.request(method, re.sub(r"\{\w+\}", "1", path))
        if path.startswith(PROGRAM_PATHS):
            assert (answer.status_code, answer.json()["detail"]) == (403, SECOND_FACTOR_FIRST), (method, path)
            assert answer.json()["enrol_at"] == "http://127.0.0.1/account/second-factor"
            assert answer.headers["content-type"] == "application/problem+json"
        else:
            to = answer.headers["location"].partition("?")[0]
            assert (answer.status_code, to) == (303, "/account/second-factor"), (method, path)


def second_factor_fields(page: str, clock: SetClock) -> dict[str, str]:
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    signed = re.search(r'name="signed" value="([^"]+)"', page)
    assert secret
    assert signed
    return {"signed": signed[1], "code": pyotp.TOTP(secret[1]).at(clock.now()), "password": PASSWORD}


def test_the_page_says_why_and_once_enrolled_everything_opens(
    browser: MakeBrowser, person: Person, clock: SetClock
) -> None:
    one, email = browser(), person("quan.tri", Role.ADMINISTRATOR)
    one.log_in(email)
    for path in ("/account", "/account/second-factor", "/password"):
        page = one.get(path).text
        assert "cần xác thực hai lớp" in page, path
        assert 'href="/alerts"' not in page, path
        assert "Đăng xuất" in page, path
    fields = second_factor_fields(one.get("/account/second-factor").text, clock)
    done = one.submit("/account/second-factor", "/account/second-factor", **fields)
    assert done.headers["location"] == "/account"
    assert "cần xác thực hai lớp" not in one.get("/account").text
    assert one.get("/admin/users").status_code == 200
    assert one.get("/api/v1/session").status_code == 200


def test_after_enrolling_the_page_leads_to_where_one_wanted_to_go(
    browser: MakeBrowser, person: Person, clock: SetClock
) -> None:
    one = browser()
    one.log_in(person("quan.tri", Role.ADMINISTRATOR))
    asked = one.get("/alerts?state=ended").headers["location"]
    assert asked == "/account/second-factor?next=/alerts%3Fstate%3Dended"
    page = one.get(asked).text
    assert 'name="next" value="/alerts?state=ended"' in page
    fields = second_factor_fields(page, clock)
    done = one.submit("/account/second-factor", "/account/second-factor", **fields, next="/alerts?state=ended")
    assert done.headers["location"] == "/account?next=/alerts%3Fstate%3Dended"
    shown = one.get(done.headers["location"]).text
    assert '<ul class="codes">' in shown
    assert '<a href="/alerts?state=ended">Tiếp tục' in shown
    assert "evil" not in one.get("/account/second-factor?next=//evil.example").text


def test_log_out_and_the_end_of_sessions_work(browser: MakeBrowser, person: Person) -> None:
    email = person("lan", Role.REVIEWER)
    one, two = browser(), browser()
    for entered in (one, two):
        entered.log_in(email)
    assert one.submit("/account", "/account/sessions/end").headers["location"] == "/login"
    assert two.get("/account").headers["location"] == "/login?next=/account"
    one.log_in(email)
    assert one.submit("/account", "/logout").status_code == 303
    assert one.get("/account").status_code == 303


def test_a_session_from_before_neither_keeps_its_freedom_nor_gains_it(
    browser: MakeBrowser, person: Person, quick_accounts: Accounts, store: SqlStore
) -> None:
    email, thief, mine = person("lan", Role.DESK), browser(), browser()
    thief.log_in(email)
    assert thief.get("/").status_code == 200
    user = quick_accounts.user(email)
    assert user is not None
    with store.begin() as tx:
        tx.set_roles(user.id, frozenset({Role.DESK, Role.REVIEWER}))
    assert thief.get("/").headers["location"] == "/account/second-factor"
    mine.log_in(email)
    enrol(quick_accounts, email)
    assert mine.get("/").status_code == 200
    # whoever entered with the password alone is out, not let in by somebody else's second factor
    assert thief.get("/account").headers["location"] == "/login?next=/account"


def test_a_token_beside_the_session_changes_nothing(
    browser: MakeBrowser, person: Person, quick_accounts: Accounts
) -> None:
    one = browser()
    one.log_in(person("lan", Role.REVIEWER))
    secret = make_token(quick_accounts, "may", Scope.WRITE)
    for value in (f"Bearer {secret}", "Bearer x", "Basic eDp4"):
        for path, status in (("/review", 303), ("/api/v1/alerts", 403), ("/api/v1/findings", 403)):
            assert one.get(path, headers={"Authorization": value}).status_code == status


def test_this_machine_reads_without_an_account_but_not_with_such_a_session(
    browser: MakeBrowser, person: Person
) -> None:
    here = browser(("127.0.0.1", 50000))
    assert here.get("/").status_code == 200
    here.log_in(person("quan.tri", Role.ADMINISTRATOR))
    assert here.get("/").headers["location"] == "/account/second-factor"


def test_tokens_get_nothing_out_of_roles_that_need_a_second_factor(
    browser: MakeBrowser, person: Person, quick_accounts: Accounts
) -> None:
    admin, lan = person("quan.tri", Role.ADMINISTRATOR), person("lan", Role.DESK, Role.REVIEWER)
    make, day = quick_accounts.tokens.create, timedelta(days=1)
    with pytest.raises(AccountError, match="no second factor yet"):
        make("x", frozenset(Scope), day, owner=admin)
    secrets = {
        "admin": make("a", frozenset(), day, owner=admin),
        "desk": make("d", frozenset({Scope.READ, Scope.WRITE}), day, owner=lan),
    }
    one = browser()

    def status(name: str, path: str = "/api/v1/alerts", method: str = "GET") -> int:
        return one.client.request(method, path, headers={"Authorization": f"Bearer {secrets[name]}"}).status_code

    # what the other role of the owner allows stays
    assert status("desk") == 200
    assert status("admin") == 403
    for owner in (admin, lan):
        enrol(quick_accounts, owner)
    secrets["admin"] = make("aa", frozenset(Scope), day, owner=admin)
    assert status("admin") == 200
    for owner in (admin, lan):
        quick_accounts.remove_second_factor(owner)
    assert status("admin") == 403
    assert status("admin", "/api/v1/alerts/a1/acknowledge", "POST") == 403
    assert status("desk") == 200
    assert SECOND_FACTOR_FIRST in one.get("/metrics", headers={"Authorization": f"Bearer {secrets['admin']}"}).text


def test_other_roles_enter_with_a_password_alone(browser: MakeBrowser, person: Person) -> None:
    one: Browser = browser()
    one.log_in(person("truc", Role.DESK, Role.ANALYST, Role.VIEWER))
    assert one.get("/").status_code == 200
    assert "cần xác thực hai lớp" not in one.get("/account").text
