"""Log-in by password, second factor or OpenID provider; log-out; a password of one's own."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer

from service.domain.accounts import EnteredBy, User
from service.usecases.audit import digest
from service.usecases.errors import AccountError
from service.usecases.passwords import MIN_PASSWORD
from service.web.deps import Site
from service.web.flash import done
from service.web.problems import MOST_NEXT, password_address
from service.web.rendering import render
from service.web.security import (
    COOKIE,
    check_csrf,
    client_address,
    cookie_name,
    drop_cookie,
    limited,
    log_in_address,
    own_path,
    session_of,
    session_user,
    set_cookie,
    site_of,
    start_session,
)

PENDING, PROVIDER = "radar_pending", "radar_oidc"
PENDING_SECONDS = 300
WRONG = "Email hoặc mật khẩu không đúng, hoặc tài khoản đang tạm khóa."
WRONG_CODE = "Mã không đúng, đã dùng, hoặc tài khoản đang tạm khóa."
NOT_KNOWN = "Không đăng nhập được bằng tài khoản này. Vui lòng liên hệ quản trị viên."
NO_PROVIDER = "Dịch vụ đăng nhập này hiện không trả lời. Vui lòng thử lại sau hoặc dùng email và mật khẩu."

router = APIRouter(include_in_schema=False)
CsrfField = Annotated[str, Form(max_length=200)]


def _serializer(site: Site, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(site.session_key, salt=purpose)


def _cookie_value(request: Request, name: str) -> dict[str, Any] | None:
    """What we put into a signed cookie, while it is fresh."""
    site = site_of(request)
    raw = request.cookies.get(cookie_name(site, name), "")
    try:
        value = _serializer(site, name).loads(raw, max_age=PENDING_SECONDS)
    except BadSignature:
        return None
    return value if isinstance(value, dict) else None


def _login_page(request: Request, target: str, error: str = "", status: int = 200) -> HTMLResponse:
    provider = site_of(request).oidc
    label = provider.label if provider else ""
    return render(request, "login.html", status=status, user=None, next=target, error=error, provider=label)


@router.get("/login")
async def login_page(request: Request, next: str = "/") -> Response:
    if await session_user(request) is not None:
        return RedirectResponse(own_path(next), status_code=303)
    return _login_page(request, own_path(next))


@router.post("/login")
async def login(
    request: Request,
    email: Annotated[str, Form(max_length=254)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form(max_length=MOST_NEXT)] = "/",
    csrf: CsrfField = "",
) -> Response:
    check_csrf(request, csrf)
    email = email.strip().lower()
    await run_in_threadpool(limited, request, "login-address", client_address(request))
    await run_in_threadpool(limited, request, "login-account", email)
    user = await run_in_threadpool(site_of(request).accounts.log_in, email, password)
    if user is None:
        return _login_page(request, own_path(next), WRONG, status=401)
    return await _let_in(request, user, own_path(next), EnteredBy.PASSWORD)


async def _let_in(request: Request, user: User, target: str, method: EnteredBy) -> Response:
    """A session; or, where a second factor is enrolled, the question for its code."""
    site = site_of(request)
    if user.totp_secret is not None:
        response = RedirectResponse("/login/code", status_code=303)
        waiting = {"user": user.id, "next": target, "method": method, "password": digest(user.password_hash)}
        value = _serializer(site, PENDING).dumps(waiting)
        set_cookie(response, site, PENDING, str(value), seconds=PENDING_SECONDS)
        return response
    return await _session(request, user, target, method)


async def _session(
    request: Request, user: User, target: str, method: EnteredBy, *, onto: Response | None = None
) -> Response:  # fmt: skip
    """A session, and on to where the person wanted to go.

    Args:
        onto: the answer that carries the session; None: a plain redirect.
    """
    site = site_of(request)
    response = onto or RedirectResponse(
        password_address(target) if user.must_change_password else target, status_code=303
    )
    client = _client_name(request)
    try:
        await run_in_threadpool(start_session, response, site, user, method=method, client=client)
    except AccountError as error:
        return _login_page(request, target, error.vietnamese, status=401)
    drop_cookie(response, site, PENDING)
    return response


def _client_name(request: Request) -> str:
    """Which browser it is, in few words, so that its owner knows it again in the list of sessions."""
    agent = request.headers.get("user-agent", "")
    browser = next((b for b in ("Edg", "Firefox", "Chrome", "Safari", "curl") if b in agent), "Trình duyệt")
    system = next((s for s in ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux") if s in agent), "")
    return f"{'Edge' if browser == 'Edg' else browser} {system}".strip()


@router.get("/login/code")
async def code_page(request: Request) -> Response:
    if _cookie_value(request, PENDING) is None:
        return RedirectResponse("/login", status_code=303)
    return render(request, "code.html", user=None, error="")


@router.post("/login/code")
async def code(request: Request, code: Annotated[str, Form(max_length=40)], csrf: CsrfField = "") -> Response:
    check_csrf(request, csrf)
    await run_in_threadpool(limited, request, "login-address", client_address(request))
    accounts, pending = site_of(request).accounts, _cookie_value(request, PENDING)
    if pending is None:
        return RedirectResponse("/login", status_code=303)
    user = await run_in_threadpool(accounts.user_by_id, int(pending["user"]))
    # a new password ends what the old one began
    if user is None or digest(user.password_hash) != pending["password"]:
        return RedirectResponse("/login", status_code=303)
    await run_in_threadpool(limited, request, "login-account", user.email)
    if not await run_in_threadpool(accounts.accept_code, user, code):
        return render(request, "code.html", status=401, user=None, error=WRONG_CODE)
    return await _session(request, user, own_path(str(pending["next"])), EnteredBy(pending["method"]))


@router.get("/login/provider")
async def to_provider(request: Request, next: str = "/") -> Response:
    site = site_of(request)
    if site.oidc is None:
        return RedirectResponse("/login", status_code=303)
    await run_in_threadpool(limited, request, "login-address", client_address(request))
    asked = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    address = await run_in_threadpool(site.oidc.begin, **asked, redirect=_redirect(site))
    if address is None:
        return _login_page(request, own_path(next), NO_PROVIDER, status=503)
    response = RedirectResponse(address, status_code=303)
    value = _serializer(site, PROVIDER).dumps(asked | {"next": own_path(next)})
    set_cookie(response, site, PROVIDER, str(value), seconds=PENDING_SECONDS)
    return response


@router.get("/login/provider/back")
async def from_provider(request: Request, code: str = "", state: str = "") -> Response:
    """The provider sends people back here; whoever it names has an account already, or is not let in."""
    site, asked = site_of(request), _cookie_value(request, PROVIDER)
    await run_in_threadpool(limited, request, "login-address", client_address(request))
    user, method = None, EnteredBy.OIDC
    if site.oidc and asked and code and secrets.compare_digest(str(asked["state"]).encode(), state.encode()):
        claims = await run_in_threadpool(
            site.oidc.finish, code=code, nonce=asked["nonce"], verifier=asked["verifier"], redirect=_redirect(site),
            now=site.clock.now(),
        )  # fmt: skip
        if claims:
            enter = site.accounts.entered_by_provider
            method = EnteredBy.OIDC_FACTOR if claims.second_factor else EnteredBy.OIDC
            user = await run_in_threadpool(enter, issuer=claims.issuer, subject=claims.subject, email=claims.email)
    if user is None or asked is None:
        response: Response = _login_page(request, "/", NOT_KNOWN, status=401)
    else:
        response = await _let_in(request, user, own_path(str(asked["next"])), method)
    drop_cookie(response, site, PROVIDER)
    return response


def _redirect(site: Site) -> str:
    return f"{site.base_url}/login/provider/back"


@router.post("/logout")
async def logout(request: Request, csrf: CsrfField = "") -> Response:
    check_csrf(request, csrf)
    site, found = site_of(request), await session_of(request)
    if found:
        await run_in_threadpool(site.accounts.sessions.log_out, *found)
    response = RedirectResponse("/", status_code=303)
    drop_cookie(response, site, COOKIE)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _password_form(request: Request, user: User, target: str, error: str = "") -> HTMLResponse:
    status = 422 if error else 200
    return render(request, "password.html", status=status, user=user, error=error, minimum=MIN_PASSWORD, next=target)


@router.get("/password")
async def password_page(request: Request, next: Annotated[str, Query(max_length=MOST_NEXT)] = "/") -> Response:
    user = await session_user(request)
    if user is None:
        return RedirectResponse(log_in_address("/password"), status_code=303)
    return _password_form(request, user, own_path(next))


@router.post("/password")
async def change_password(
    request: Request,
    old: Annotated[str, Form(max_length=1000)],
    new: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form(max_length=MOST_NEXT)] = "/",
    csrf: CsrfField = "",
) -> Response:
    check_csrf(request, csrf)
    site, found = site_of(request), await session_of(request)
    if found is None:
        return RedirectResponse(log_in_address("/password"), status_code=303)
    session, user = found
    target = own_path(next)
    if new == old:
        return _password_form(request, user, target, "Mật khẩu mới cần khác mật khẩu cũ.")
    await run_in_threadpool(limited, request, "login-account", user.email)
    if await run_in_threadpool(site.accounts.log_in, user.email, old) is None:
        return _password_form(request, user, target, "Mật khẩu hiện tại không đúng, hoặc tài khoản đang tạm khóa.")
    try:
        await run_in_threadpool(site.accounts.change_password, user.email, new)
    except AccountError as error:
        return _password_form(request, user, target, str(error))
    said = done(request, target, _changed(len(await run_in_threadpool(site.accounts.tokens.valid_of, user))))
    return await _session(request, replace(user, must_change_password=False), target, session.method, onto=said)


def _changed(tokens: int) -> str:
    """That the password is a new one; programs go on with the tokens that there are."""
    if not tokens:
        return "Đã đổi mật khẩu."
    return f"Đã đổi mật khẩu. {tokens} mã truy cập API vẫn còn hiệu lực: vui lòng xem lại ở mục “Tài khoản”."
