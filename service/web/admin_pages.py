"""Administration: accounts and roles, tokens, the audit log, deletion on request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from pydantic import BeforeValidator, Field

from service.domain.accounts import Role, User, why_not_confirm
from service.domain.audit import AuditFilter
from service.domain.permissions import Action
from service.domain.provinces import scope_of
from service.domain.times import start_of_day
from service.usecases.audit import verify
from service.usecases.errors import AccountError
from service.usecases.forget import forget, forget_document
from service.usecases.indicators import EARLIEST, LATEST
from service.usecases.roles import needs_confirmation
from service.web.audit_words import (
    ACTIONS,
    ROLES,
    SCOPES,
    actors_like,
    flaw_words,
    known_people,
    person,
    subject,
    words,
)
from service.web.flash import Flash, done
from service.web.login_pages import CsrfField
from service.web.paging import RowId
from service.web.rendering import render
from service.web.security import check_csrf, needs, site_of

SHOWN, CHECKED = 200, 20_000
USERS = "/admin/users"
ONCE = "Mật khẩu dùng một lần, chỉ hiển thị lần này:"
NOTHING_THERE = "Không có bản ghi nào của địa chỉ này; địa chỉ sẽ không được đọc trong tương lai."
NOT_SURE = "Vui lòng đánh dấu ô xác nhận: việc xóa không thể hoàn tác."
DECIDED = {"confirm": "Đã xác nhận vai trò.", "withdraw": "Đã hủy đề xuất vai trò."}
STATES = {"disable": "Đã ngừng", "enable": "Đã mở lại", "unlock": "Đã mở khóa"}
router = APIRouter(include_in_schema=False)
Administrator = Annotated[User, Depends(needs(Action.ADMINISTER))]
Email = Annotated[str, Form(max_length=254)]
# an empty field of a form is no day
Day = Annotated[date | None, BeforeValidator(lambda typed: typed or None), Query()]
# codes or names, one in each or several between commas
ProvincesField = Annotated[list[Annotated[str, Field(max_length=1000)]] | None, Form(max_length=70)]


async def _users(request: Request, user: User, error: str = "") -> HTMLResponse:
    site = site_of(request)
    accounts = await run_in_threadpool(site.accounts.users)
    by_id = {u.id: u for u in accounts}
    waiting = [
        (g, by_id[g.user_id], why_not_confirm(g, grantee=by_id[g.user_id], by=user))
        for g in await run_in_threadpool(site.accounts.roles.waiting)
    ]
    return render(
        request, "admin_users.html", status=422 if error else 200, user=user, accounts=accounts, waiting=waiting,
        ROLES=ROLES, confirmed=[str(r) for r in Role if needs_confirmation(r, accounts)], error=error,
    )  # fmt: skip


async def _try(
    request: Request, user: User, change: Callable[[], Any], said: str, *, proposed: str = ""
) -> Response:  # fmt: skip
    """Make a change and go back to the list, with what came of it.

    Args:
        said: what was done.
        proposed: said in its place where the change gives a proposal that somebody else confirms.
    """
    try:
        made = await run_in_threadpool(change)
    except AccountError as error:
        return await _users(request, user, error.vietnamese)
    return done(request, USERS, proposed if proposed and made is not None else said)


@router.get("/admin/users")
async def users(request: Request, user: Administrator) -> HTMLResponse:
    return await _users(request, user)


@router.post("/admin/users")
async def add_user(
    request: Request,
    user: Administrator,
    email: Email,
    role: Annotated[list[Role] | None, Form()] = None,
    provinces: ProvincesField = None,
    csrf: CsrfField = "",
) -> Response:
    check_csrf(request, csrf)
    accounts = site_of(request).accounts
    try:
        password = await run_in_threadpool(accounts.add, email, *(role or ()), provinces=provinces or (), by=user)
    except AccountError as error:
        return await _users(request, user, error.vietnamese)
    return done(request, USERS, Flash(text=f"Đã tạo tài khoản {email.strip().lower()}. {ONCE}", secret=password))


@router.post("/admin/users/provinces")
async def set_provinces(
    request: Request,
    user: Administrator,
    email: Email,
    provinces: ProvincesField = None,
    seen: Annotated[str, Form(max_length=400)] = "",
    csrf: CsrfField = "",
) -> Response:
    check_csrf(request, csrf)
    change = site_of(request).accounts.set_provinces
    try:
        now_there = await run_in_threadpool(change, email, provinces or (), seen=seen.split(), by=user)
    except AccountError as error:
        return await _users(request, user, error.vietnamese)
    return done(request, USERS, f"Đã đổi phạm vi của {email}: nay đọc {scope_of(now_there)}.")


@router.post("/admin/users/roles")
async def change_role(
    request: Request,
    user: Administrator,
    email: Email,
    role: Annotated[Role, Form()],
    do: Annotated[str, Form(pattern="^(grant|revoke)$")],
    csrf: CsrfField = "",
) -> Response:
    check_csrf(request, csrf)
    roles = site_of(request).accounts.roles
    name = ROLES[role].lower()
    if do == "revoke":
        return await _try(
            request, user, lambda: roles.revoke(email, role, by=user), f"Đã thu hồi vai trò {name} của {email}."
        )
    return await _try(
        request, user, lambda: roles.grant(email, role, by=user), f"Đã giao vai trò {name} cho {email}.",
        proposed=f"Đã đề xuất vai trò {name} cho {email}. Vai trò này chờ quản trị viên thứ hai xác nhận.",
    )  # fmt: skip


@router.post("/admin/grants/{grant_id}")
async def decide_grant(
    request: Request,
    grant_id: RowId,
    user: Administrator,
    do: Annotated[str, Form(pattern="^(confirm|withdraw)$")],
    csrf: CsrfField = "",
) -> Response:
    check_csrf(request, csrf)
    roles = site_of(request).accounts.roles
    change = roles.confirm if do == "confirm" else roles.withdraw
    return await _try(request, user, lambda: change(grant_id, by=user), DECIDED[do])


@router.post("/admin/users/state")
async def change_state(
    request: Request,
    user: Administrator,
    email: Email,
    do: Annotated[str, Form(pattern="^(disable|enable|unlock)$")],
    csrf: CsrfField = "",
) -> Response:
    check_csrf(request, csrf)
    accounts = site_of(request).accounts
    change = {"disable": accounts.disable, "enable": accounts.enable, "unlock": accounts.unlock}[do]
    return await _try(request, user, lambda: change(email, by=user), f"{STATES[do]} tài khoản {email}.")


@router.post("/admin/users/reset")
async def reset(request: Request, user: Administrator, email: Email, csrf: CsrfField = "") -> Response:
    check_csrf(request, csrf)
    accounts = site_of(request).accounts
    if email.strip().lower() == user.email:
        # it would end this session, and nobody would see the new password
        return await _users(request, user, "Để đổi mật khẩu của chính mình, vui lòng dùng mục “Đổi mật khẩu”.")
    try:
        password = await run_in_threadpool(accounts.reset_password, email, by=user)
    except AccountError as error:
        return await _users(request, user, error.vietnamese)
    return done(request, USERS, Flash(text=f"Đã đặt lại mật khẩu của {email.strip().lower()}. {ONCE}", secret=password))


@router.get("/admin/tokens")
async def tokens(request: Request, user: Administrator) -> HTMLResponse:
    found = await run_in_threadpool(site_of(request).accounts.tokens.all)
    return render(request, "admin_tokens.html", user=user, tokens=found, SCOPES=SCOPES)


@router.post("/admin/tokens/{token_id}/revoke")
async def revoke_token(request: Request, token_id: RowId, user: Administrator, csrf: CsrfField = "") -> Response:
    check_csrf(request, csrf)
    await run_in_threadpool(site_of(request).accounts.tokens.revoke, token_id, by=user.email)
    return done(request, "/admin/tokens", "Đã thu hồi mã truy cập.")


@router.get("/admin/audit")
def audit_log(
    request: Request, user: Administrator, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    who: Annotated[str, Query(max_length=254)] = "", action: Annotated[str, Query(max_length=40)] = "",
    since: Day = None, until: Day = None,
) -> HTMLResponse:  # fmt: skip
    site = site_of(request)
    if since and until and since > until:
        raise HTTPException(422, "Ngày bắt đầu phải trước ngày kết thúc, hoặc cùng ngày.")
    with site.store.snapshot() as tx:
        people = known_people(tx.accounts(), tx.tokens())
        wanted = AuditFilter(
            actors=actors_like(who, people) if who.strip() else None, action=action if action in ACTIONS else "",
            since=_start_of(since), until=_start_of(until, 1),
        )  # fmt: skip
        entries = tx.newest_audit(limit=SHOWN, before=before, wanted=wanted)
        wrong = verify(tx, heads=(), signer=site.signer, newest=CHECKED)
    asked = {"who": who.strip(), "action": wanted.action, "since": since or "", "until": until or ""}
    return render(
        request,
        "admin_audit.html",
        user=user,
        entries=[(e, person(e.actor, people), subject(e.subject, people), words(e.details)) for e in entries],
        following=entries[-1].seq if len(entries) == SHOWN else None,
        before=before,
        asked=asked,
        query=urlencode({name: value for name, value in asked.items() if value}),
        people=people,
        flaws=[flaw_words(f) for f in wrong],
        key=site.signer is not None,
        ACTIONS=ACTIONS,
    )


def _start_of(day: date | None, later: int = 0) -> datetime | None:
    """The beginning of a day in Việt Nam, or of the one so many days later."""
    if day is None:
        return None
    if not EARLIEST <= day <= LATEST:
        raise HTTPException(422, f"Ngày phải từ {EARLIEST:%d/%m/%Y} đến {LATEST:%d/%m/%Y}.")
    return start_of_day(day + timedelta(days=later))


@router.get("/admin/forget")
async def forget_page(request: Request, user: Administrator) -> HTMLResponse:
    return _forget_page(request, user)


def _forget_page(request: Request, user: User, error: str = "", url: str = "") -> HTMLResponse:
    status = 422 if error else 200
    return render(request, "admin_forget.html", status=status, user=user, error=error, url=url)


@router.post("/admin/forget")
async def forget_url(
    request: Request,
    user: Administrator,
    url: Annotated[str, Form(max_length=2000)],
    sure: Annotated[str, Form()] = "",
    csrf: CsrfField = "",
) -> Response:
    check_csrf(request, csrf)
    site = site_of(request)
    if sure != "yes":
        return _forget_page(request, user, NOT_SURE, url)
    try:
        gone = await run_in_threadpool(
            forget, url, store=site.store, clock=site.clock, ledger=site.ledger, actor=user.ref
        )
    except AccountError:
        return _forget_page(request, user, "Đây không phải địa chỉ http hoặc https.", url)
    said = f"Đã xóa {gone.documents} bản ghi (gồm bản đăng lại)." if gone.documents else NOTHING_THERE
    return done(request, "/admin/forget", said)


@router.post("/documents/{document_id}/forget")
async def forget_one(
    request: Request, user: Administrator, document_id: str, sure: Annotated[str, Form()] = "", csrf: CsrfField = ""
) -> Response:
    check_csrf(request, csrf)
    site = site_of(request)
    if sure != "yes":
        raise HTTPException(422, NOT_SURE)
    gone = await run_in_threadpool(
        forget_document, document_id, store=site.store, clock=site.clock, ledger=site.ledger, actor=user.ref
    )
    if not gone.documents:
        raise HTTPException(404, "Không có bài này")
    return done(request, "/admin/forget", f"Đã xóa {gone.documents} bản ghi (gồm bản đăng lại).")
