"""One's own account: sessions, second factor, API tokens."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup

from service.domain.accounts import Scope, User, may_enrol
from service.usecases.errors import AccountError
from service.usecases.second_factor import PROVIDER_FIRST
from service.web.audit_words import SCOPES
from service.web.flash import Flash, done
from service.web.login_pages import CsrfField
from service.web.paging import RowId
from service.web.problems import MOST_NEXT, with_next
from service.web.rendering import render
from service.web.security import check_csrf, limited, own_path, session_of, signed_in, site_of

ENROL_SECONDS = 900
ACCOUNT = "/account"
WRONG_PASSWORD = "Mật khẩu không đúng, hoặc tài khoản đang tạm khóa."  # noqa: S105
TOKEN_NAME = re.compile(r"[\w .-]+")
router = APIRouter(include_in_schema=False)
Me = Annotated[User, Depends(signed_in)]


async def _account(request: Request, user: User, error: str = "", onward: str = "/") -> HTMLResponse:
    site, found = site_of(request), await session_of(request)
    values = {
        "sessions": await run_in_threadpool(site.accounts.sessions.of, user),
        "current": found[0].id if found else 0,
        "tokens": [t for t in await run_in_threadpool(site.accounts.tokens.all) if t.owner == user.email],
        "SCOPES": SCOPES,
        "onward": onward,
    }
    return render(request, "account.html", status=422 if error else 200, user=user, error=error, **values)


@router.get("/account")
async def account(request: Request, user: Me, next: str = "/") -> HTMLResponse:
    return await _account(request, user, onward=own_path(next))


@router.post("/account/sessions/{session_id}/end")
async def end_session(request: Request, session_id: RowId, user: Me, csrf: CsrfField = "") -> Response:
    check_csrf(request, csrf)
    await run_in_threadpool(site_of(request).accounts.sessions.end, user, only=session_id)
    return done(request, ACCOUNT, "Đã kết thúc phiên đăng nhập.")


@router.post("/account/sessions/end")
async def end_sessions(request: Request, user: Me, csrf: CsrfField = "") -> Response:
    check_csrf(request, csrf)
    await run_in_threadpool(site_of(request).accounts.sessions.end, user)
    return RedirectResponse("/login", status_code=303)


def _proposed(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(site_of(request).session_key, salt="second-factor")


def _enrol_page(request: Request, user: User, secret: str, error: str = "", onward: str = "/") -> HTMLResponse:
    address = site_of(request).accounts.second_factor.address(user, secret)
    drawn = BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=5, xmldecl=False, title="Mã QR")
    # drawn by segno from an address made here
    picture = Markup(drawn.getvalue().decode())  # noqa: S704
    # the secret waits, signed, in the form: it is stored only with a code that proves it arrived
    signed = _proposed(request).dumps([user.id, secret])
    return render(
        request, "second_factor.html", status=422 if error else 200, user=user, picture=picture, secret=secret,
        signed=signed, error=error, onward=onward,
    )  # fmt: skip


@router.get("/account/second-factor")
async def second_factor(request: Request, user: Me, next: str = "/") -> HTMLResponse:
    found = await session_of(request)
    if found is None or not may_enrol(*found):
        return render(request, "second_factor.html", status=403, user=user, error=PROVIDER_FIRST)
    return _enrol_page(request, user, site_of(request).accounts.second_factor.new_secret(), onward=own_path(next))


@router.post("/account/second-factor")
async def enrol(
    request: Request,
    user: Me,
    signed: Annotated[str, Form(max_length=400)],
    code: Annotated[str, Form(max_length=20)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form(max_length=MOST_NEXT)] = "/",
    csrf: CsrfField = "",
) -> Response:
    check_csrf(request, csrf)
    onward = own_path(next)
    await run_in_threadpool(limited, request, "login-account", user.email)
    try:
        owner, secret = _proposed(request).loads(signed, max_age=ENROL_SECONDS)
    except (BadSignature, ValueError):
        raise HTTPException(403, "the form has expired; load the page again") from None
    if owner != user.id:
        raise HTTPException(403, "the form has expired; load the page again")
    accounts, found = site_of(request).accounts, await session_of(request)
    if found is None or not may_enrol(*found):
        return render(request, "second_factor.html", status=403, user=user, error=PROVIDER_FIRST)
    if await run_in_threadpool(accounts.log_in, user.email, password) is None:
        return _enrol_page(request, user, secret, WRONG_PASSWORD, onward)
    try:
        enrol_ = accounts.second_factor.enrol
        codes = await run_in_threadpool(enrol_, user, secret, code, session=found[0].id)
    except AccountError as error:
        return _enrol_page(request, user, secret, str(error), onward)
    # the codes are shown there, once; the page leads on
    shown = Flash(text="Đã bật xác thực hai lớp.", codes=tuple(codes), place="codes")
    return done(request, with_next(ACCOUNT, onward), shown)


@router.post("/account/tokens")
async def create_token(
    request: Request,
    user: Me,
    name: Annotated[str, Form(max_length=60)] = "",
    scope: Annotated[list[Scope] | None, Form()] = None,
    password: Annotated[str, Form(max_length=1000)] = "",
    days: Annotated[int, Form(ge=1, le=365)] = 90,
    csrf: CsrfField = "",
) -> Response:
    check_csrf(request, csrf)
    if not TOKEN_NAME.fullmatch(name):
        return await _account(request, user, "Tên chỉ gồm chữ, chữ số, dấu cách, dấu chấm, gạch dưới và gạch nối.")
    if not scope:
        return await _account(request, user, "Vui lòng chọn ít nhất một quyền.")
    await run_in_threadpool(limited, request, "login-account", user.email)
    accounts = site_of(request).accounts
    # a token lives longer than the session: a browser that somebody left open makes none
    if await run_in_threadpool(accounts.log_in, user.email, password) is None:
        return await _account(request, user, WRONG_PASSWORD)
    create = accounts.tokens.create
    try:
        secret = await run_in_threadpool(create, name, frozenset(scope), timedelta(days=days), owner=user.email)
    except AccountError as error:
        return await _account(request, user, error.vietnamese)
    return done(request, ACCOUNT, Flash(text="Mã truy cập mới, chỉ hiển thị lần này:", secret=secret))


@router.post("/account/tokens/{token_id}/revoke")
async def revoke_token(request: Request, token_id: RowId, user: Me, csrf: CsrfField = "") -> Response:
    check_csrf(request, csrf)
    await run_in_threadpool(site_of(request).accounts.tokens.revoke, token_id, by=user.email, owner=user.email)
    return done(request, ACCOUNT, "Đã thu hồi mã truy cập.")
