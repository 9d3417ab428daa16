"""Log-in through a real OpenID provider on loopback."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pyotp
import pytest
import uvicorn
from fastapi import FastAPI, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from service.domain.accounts import Role
from service.scheduling.clock import SetClock
from service.usecases.accounts import Accounts
from service.usecases.second_factor import PROVIDER_FIRST
from service.web.oidc import OidcProvider
from tests.web.conftest import PASSWORD, Browser, MakeBrowser

CLIENT, SECRET = "radar", "bi-mat-cua-radar"


class FakeProvider:
    """A small provider: code flow, PKCE S256, client secret, RS256 ID tokens; `claims` overrides what it says,
    `instead` what it answers at a path."""

    def __init__(self, port: int, clock: SetClock) -> None:
        self.issuer, self.clock = f"http://127.0.0.1:{port}", clock
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}, private=True)
        self.claims: dict[str, Any] = {}
        self.signed_with = self.key
        self.codes: dict[str, dict[str, str]] = {}
        self.instead: dict[str, tuple[int, Any]] = {}
        self.app = FastAPI()
        self.app.middleware("http")(self.answer)
        self.app.get("/.well-known/openid-configuration")(self.configuration)
        self.app.get("/authorize")(self.authorize)
        self.app.post("/token")(self.token)
        self.app.get("/keys")(self.keys)

    async def answer(self, request: Request, usual: Callable[[Request], Awaitable[Response]]) -> Response:
        if (other := self.instead.get(request.url.path)) is None:
            return await usual(request)
        return JSONResponse(other[1], status_code=other[0])

    def configuration(self) -> dict[str, str]:
        base = self.issuer
        return {"issuer": base, "authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token",
                "jwks_uri": f"{base}/keys"}  # fmt: skip

    def keys(self) -> dict[str, Any]:
        return dict(KeySet([self.key]).as_dict(private=False))

    def authorize(self, request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert (asked["code_challenge_method"], "openid" in asked["scope"]) == ("S256", True)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        query = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}", status_code=302)

    def token(
        self, request: Request, code: Annotated[str, Form()], code_verifier: Annotated[str, Form()] = ""
    ) -> JSONResponse:
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(code, None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        right = request.headers.get("authorization") == f"Basic {basic}"
        if asked is None or not right or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "42", "exp": now + 300, "iat": now, "nonce": asked["nonce"],
            "email": "truc@agency.example.com", "email_verified": True,
        } | self.claims  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.signed_with)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": signed})


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are the same on both databases; what they call is tested on both."""
    return sqlite_url


@pytest.fixture
def provider(clock: SetClock) -> Iterator[FakeProvider]:
    # it listens before the server runs, so that nobody has to wait for the server
    listening = socket.create_server(("127.0.0.1", 0))
    made = FakeProvider(listening.getsockname()[1], clock)
    server = uvicorn.Server(uvicorn.Config(made.app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield made
    server.should_exit = True
    thread.join()


@pytest.fixture
def entering(browser: MakeBrowser, provider: FakeProvider) -> Callable[[], Browser]:
    oidc = OidcProvider(provider.issuer, CLIENT, SECRET, "Đăng nhập bằng tài khoản ngành")
    return lambda: browser(oidc=oidc)


def at_the_provider(browser: Browser) -> str:
    """Goes to the provider and back; gives the address with which it sends people back."""
    away = browser.get("/login/provider?next=/feeds")
    assert away.status_code == 303
    back = httpx.get(away.headers["location"]).headers["location"]
    return back.removeprefix("http://127.0.0.1")


def test_off_until_it_is_set_up(browser: MakeBrowser) -> None:
    one = browser()
    assert "/login/provider" not in one.get("/login").text
    assert one.get("/login/provider").headers["location"] == "/login"
    assert one.get("/login/provider/back?code=x&state=y").status_code == 401


def test_somebody_with_an_account_enters(
    entering: Callable[[], Browser], person: Callable[..., str], quick_accounts: Accounts
) -> None:
    email = person("truc", Role.DESK)
    one = entering()
    assert "Đăng nhập bằng tài khoản ngành" in one.get("/login").text
    entered = one.get(at_the_provider(one))
    assert entered.headers["location"] == "/feeds"
    assert email in one.get("/account").text
    assert "đăng nhập một lần" in one.get("/account").text
    user = quick_accounts.user(email)
    assert user is not None
    assert user.oidc_subject is not None
    assert user.oidc_subject.endswith(" 42")


def test_it_makes_no_account(entering: Callable[[], Browser], quick_accounts: Accounts) -> None:
    one = entering()
    assert one.get(at_the_provider(one)).status_code == 401
    assert quick_accounts.users() == []


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
        {"aud": "other"},
        {"iss": "https://evil.example"},
        {"nonce": "other"},
        {"exp": 1},
        {"azp": "other"},
        {"sub": None},
    ],
)
def test_a_token_that_is_not_as_it_has_to_be_lets_nobody_in(
    entering: Callable[[], Browser], provider: FakeProvider, person: Callable[..., str], claims: dict[str, Any]
) -> None:
    person("truc", Role.DESK)
    provider.claims = claims
    one = entering()
    assert one.get(at_the_provider(one)).status_code == 401


def test_a_token_signed_by_another_lets_nobody_in(
    entering: Callable[[], Browser], provider: FakeProvider, person: Callable[..., str]
) -> None:
    person("truc", Role.DESK)
    provider.signed_with = RSAKey.generate_key(2048, {"kid": "k1"}, private=True)
    one = entering()
    assert one.get(at_the_provider(one)).status_code == 401


CONFIGURATION = "/.well-known/openid-configuration"


def test_a_provider_that_is_away_leaves_the_password(browser: MakeBrowser) -> None:
    one = browser(oidc=OidcProvider("http://127.0.0.1:9", CLIENT, SECRET, "Đăng nhập bằng tài khoản ngành"))
    answer = one.get("/login/provider?next=/feeds")
    assert answer.status_code == 503
    assert "hiện không trả lời" in answer.text
    assert 'name="password"' in answer.text
    assert 'value="/feeds"' in answer.text


@pytest.mark.parametrize(
    "said", [(503, {}), (200, []), (200, "x"), (200, {}), (200, {"issuer": "https://khac.example"})]
)
def test_a_provider_that_answers_oddly_leaves_the_password(
    entering: Callable[[], Browser], provider: FakeProvider, said: tuple[int, Any]
) -> None:
    provider.instead = {CONFIGURATION: said}
    assert entering().get("/login/provider").status_code == 503
    provider.instead = {CONFIGURATION: (200, {"issuer": provider.issuer})}
    assert entering().get("/login/provider").status_code == 503


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/token", (500, {"error": "x"})), ("/token", (502, "x")), ("/token", (200, [])), ("/token", (200, None)),
        ("/keys", (200, [])), ("/keys", (200, "x")), ("/keys", (200, {"keys": None})), ("/keys", (200, {"keys": []})),
    ],
)  # fmt: skip
def test_an_odd_answer_on_the_way_back_lets_nobody_in(
    entering: Callable[[], Browser], provider: FakeProvider, person: Callable[..., str], path: str, said: Any
) -> None:
    person("truc", Role.DESK)
    provider.instead = {path: said}
    one = entering()
    assert one.get(at_the_provider(one)).status_code == 401


def test_a_key_that_is_not_understood_is_passed_over(
    entering: Callable[[], Browser], provider: FakeProvider, person: Callable[..., str]
) -> None:
    person("truc", Role.DESK)
    strange = {"kty": "EC", "kid": "x", "crv": "BP-256", "x": "AAAA", "y": "AAAA"}
    provider.instead = {"/keys": (200, {"keys": [strange, "x", *provider.keys()["keys"]]})}
    one = entering()
    assert one.get(at_the_provider(one)).status_code == 303


def test_an_answer_counts_once_in_the_browser_that_asked(
    entering: Callable[[], Browser], person: Callable[..., str]
) -> None:
    person("truc", Role.DESK)
    one, other = entering(), entering()
    back = at_the_provider(one)
    assert other.get(back).status_code == 401
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert one.get(back.replace(state, "x" * len(state))).status_code == 401
    again = at_the_provider(one)
    assert one.get(again).status_code == 303
    assert one.get(again).status_code == 401


def test_who_has_a_second_factor_is_asked_for_it_here_too(
    entering: Callable[[], Browser], person: Callable[..., str], quick_accounts: Accounts, clock: SetClock
) -> None:
    user = quick_accounts.user(person("truc", Role.DESK))
    assert user is not None
    secret = quick_accounts.second_factor.new_secret()
    quick_accounts.second_factor.enrol(user, secret, pyotp.TOTP(secret).at(clock.now()))
    one = entering()
    assert one.get(at_the_provider(one)).headers["location"] == "/login/code"
    assert one.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("amr", "open_"),
    [
        (["pwd"], False), (None, False), ("mfa", False), ([["mfa"]], False), ([], False), (["pwd", "sms"], False),
        (["pwd", "mfa"], True), (["otp"], True), (["hwk", "pin"], True),
    ],
)  # fmt: skip
def test_a_role_that_decides_enters_with_a_second_factor_of_the_provider_or_enrols_one(
    entering: Callable[[], Browser], provider: FakeProvider, person: Callable[..., str], amr: Any, open_: bool
) -> None:
    person("truc", Role.DESK, Role.REVIEWER)
    provider.claims = {"amr": amr}
    one = entering()
    assert one.get(at_the_provider(one)).status_code == 303
    shown = one.get("/feeds")
    assert (shown.status_code, shown.headers.get("location")) == (
        (200, None) if open_ else (303, "/account/second-factor?next=/feeds")
    )
    assert ("đăng nhập một lần, hai lớp" in one.get("/account").text) == open_


def test_a_password_is_not_enough_where_only_the_provider_asks_for_a_second_factor(
    entering: Callable[[], Browser], provider: FakeProvider, person: Callable[..., str]
) -> None:
    email = person("truc", Role.REVIEWER)
    provider.claims = {"amr": ["mfa"]}
    one, other = entering(), entering()
    one.get(at_the_provider(one))
    other.log_in(email)
    assert one.get("/").status_code == 200
    assert other.get("/").headers["location"] == "/account/second-factor"


def test_the_password_of_such_an_account_enrols_no_second_factor_of_its_own(
    entering: Callable[[], Browser],
    provider: FakeProvider,
    person: Callable[..., str],
    quick_accounts: Accounts,
    clock: SetClock,
) -> None:
    email = person("truc", Role.REVIEWER)
    thief, one = entering(), entering()
    thief.log_in(email)
    # the page was loaded before its owner came for the first time
    fields = second_factor_fields(thief, clock)
    provider.claims = {"amr": ["mfa"]}
    one.get(at_the_provider(one))
    page = thief.get("/account/second-factor")
    assert (page.status_code, PROVIDER_FIRST in page.text, "<svg" in page.text) == (403, True, False)
    refused = thief.submit("/account", "/account/second-factor", **fields)
    assert (refused.status_code, PROVIDER_FIRST in refused.text) == (403, True)
    assert thief.get("/review").headers["location"] == "/account/second-factor?next=/review"
    user = quick_accounts.user(email)
    assert user is not None
    assert user.totp_secret is None
    assert one.get("/").status_code == 200
    assert one.submit("/account", "/account/second-factor", **second_factor_fields(one, clock)).status_code == 303


def second_factor_fields(browser: Browser, clock: SetClock) -> dict[str, str]:
    page = browser.get("/account/second-factor").text
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    signed = re.search(r'name="signed" value="([^"]+)"', page)
    assert secret
    assert signed
    return {"signed": signed[1], "code": pyotp.TOTP(secret[1]).at(clock.now()), "password": PASSWORD}
