"""The pages: Vietnamese, usable without JavaScript; live parts come again through server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.templating import Jinja2Templates

from service.domain.accounts import User
from service.domain.topics import TOPICS
from service.domain.warning import AlertState
from service.insight.health import HEALTH_LABELS, FeedHealth
from service.ports.read_models import DocumentFilter
from service.usecases.acknowledge import acknowledge
from service.usecases.explain import explain_alert, explain_story
from service.usecases.recover import aftermath
from service.usecases.tidy import successor
from service.web import charts
from service.web.deps import Site
from service.web.security import (
    COOKIE,
    check_csrf,
    csrf_token,
    page_viewer,
    reader,
    session_user,
    site_of,
    start_session,
)

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
LEVELS = {0: "Bình thường", 1: "Theo dõi", 2: "Cảnh báo", 3: "Nguy cơ khủng hoảng", 4: "Khủng hoảng"}
STATES = {"open": "Mới", "acknowledged": "Đã tiếp nhận", "closed": "Đã kết thúc"}
TONES = {"negative": "tiêu cực", "neutral": "trung lập", "positive": "tích cực"}
LIVE = [str(AlertState.OPEN), str(AlertState.ACKNOWLEDGED)]
MIN_PASSWORD = 12

router = APIRouter(include_in_schema=False)
Viewer = Annotated[User | None, Depends(page_viewer)]


def _templates() -> Jinja2Templates:
    found = Jinja2Templates(Path(__file__).parent / "templates")
    found.env.filters |= {"local": local_time, "ago": ago, "number": number, "percent": percent}
    found.env.globals |= {
        "LEVELS": LEVELS,
        "STATES": STATES,
        "TONES": TONES,
        "TOPICS": TOPICS,
        "hours": lambda n: timedelta(hours=n),
        "HEALTH": {str(k): v for k, v in HEALTH_LABELS.items()},
    }
    return found


def local_time(at: datetime | None) -> str:
    """Time as people in Việt Nam write it; «chưa có» where there is none."""
    return at.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y") if at else "chưa có"


def ago(at: datetime | None, now: datetime) -> str:
    """How long ago, in words."""
    if at is None:
        return "chưa có"
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return "vừa xong"
    if minutes < 60:
        return f"{minutes} phút trước"
    return f"{minutes // 60} giờ trước" if minutes < 48 * 60 else f"{minutes // 1440} ngày trước"


def number(value: float) -> str:
    """A number the Vietnamese way: 1.234 and 0,5."""
    text = f"{value:,.1f}" if value != int(value) else f"{int(value):,}"
    return text.translate(str.maketrans(",.", ".,"))


def percent(value: float | None) -> str:
    return "ít dữ liệu" if value is None else f"{value * 100:.0f}%"


TEMPLATES = _templates()


def render(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page with what every page needs."""
    site = site_of(request)
    values |= {"csrf": csrf_token(request), "now": site.clock.now(), "status": site.status()}
    return TEMPLATES.TemplateResponse(request, name, values, status_code=status)


def _board(site: Site) -> dict[str, Any]:
    now = site.clock.now()
    feeds = site.read.feeds(site.feeds, now=now)
    troubled = [f for f in feeds if f.enabled and f.health not in (FeedHealth.HEALTHY, FeedHealth.NEW)]
    since = now - timedelta(hours=72)
    return {
        "alerts": site.read.alerts(states=LIVE, min_level=1, after=None, limit=30),
        "stories": site.read.stories(after=None, limit=15),
        "feeds": feeds,
        "troubled": troubled,
        "healthy": sum(f.health == FeedHealth.HEALTHY for f in feeds),
        "totals": site.read.totals(now=now),
        "chart": charts.hours_chart(site.read.hours("all", since=since, until=now), since=since, until=now),
        "summary": site.read.summary(since=now - timedelta(days=7), until=now, group_by="topic"),
    }


@router.get("/")
def home(request: Request, user: Viewer) -> HTMLResponse:
    return render(request, "home.html", user=user, **_board(site_of(request)))


@router.get("/parts/board")
def board(request: Request, user: Viewer) -> HTMLResponse:
    return render(request, "board.html", user=user, **_board(site_of(request)))


@router.get("/alerts/{alert_id}")
def alert(request: Request, alert_id: str, user: Viewer) -> HTMLResponse:
    site = site_of(request)
    detail = site.read.alert(alert_id)
    after = aftermath(alert_id, store=site.store, clock=site.clock)
    if detail is None or after is None:
        raise HTTPException(404, "Không có cảnh báo này")
    explained = explain_alert(alert_id, store=site.store)
    return render(request, "alert.html", user=user, detail=detail, after=after, explained=explained)


@router.get("/stories/{story_id}")
def story(request: Request, story_id: str, user: Viewer) -> Response:
    site = site_of(request)
    made = site.read.story_detail(story_id)
    if made is None:
        if now_in := successor(story_id, store=site.store):
            return RedirectResponse(f"/stories/{now_in}", status_code=307)
        raise HTTPException(404, "Không có câu chuyện này")
    documents = site.read.documents(DocumentFilter(story=story_id), after=None, limit=100)
    explained = explain_story(story_id, store=site.store, clock=site.clock)
    return render(
        request, "story.html", user=user, story=made.story, made=made, documents=documents, explained=explained
    )


@router.get("/feeds")
def feeds(request: Request, user: Viewer) -> HTMLResponse:
    site = site_of(request)
    return render(request, "feeds.html", user=user, feeds=site.read.feeds(site.feeds, now=site.clock.now()))


@router.post("/alerts/{alert_id}/acknowledge")
async def acknowledge_form(request: Request, alert_id: str, csrf: Annotated[str, Form()] = "") -> Response:
    user = await session_user(request)
    if user is None:
        return RedirectResponse(f"/login?next=/alerts/{alert_id}", status_code=303)
    check_csrf(request, csrf)
    if not user.role.may_acknowledge:
        raise HTTPException(403, "Tài khoản này chỉ được xem")
    site = site_of(request)
    found = await run_in_threadpool(acknowledge, alert_id, who=user.email, store=site.store, clock=site.clock)
    if found is None:
        raise HTTPException(404, "Không có cảnh báo này")
    return RedirectResponse(f"/alerts/{alert_id}", status_code=303)


@router.get("/login")
async def login_page(request: Request, next: str = "/") -> HTMLResponse:
    return render(request, "login.html", user=None, next=_own_path(next), error="")


@router.post("/login")
async def login(
    request: Request,
    email: Annotated[str, Form(max_length=254)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = "/",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    check_csrf(request, csrf)
    site = site_of(request)
    user = await run_in_threadpool(site.accounts.log_in, email.strip().lower(), password)
    if user is None:
        error = "Email hoặc mật khẩu không đúng, hoặc tài khoản đang tạm khóa."
        return render(request, "login.html", status=401, user=None, next=_own_path(next), error=error)
    target = "/password" if user.must_change_password else _own_path(next)
    response = RedirectResponse(target, status_code=303)
    start_session(response, site, user)
    return response


@router.post("/logout")
async def logout(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    check_csrf(request, csrf)
    user = await session_user(request)
    if user:
        await run_in_threadpool(site_of(request).accounts.log_out, user.email)
    response = RedirectResponse("/", status_code=303)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.get("/password")
async def password_page(request: Request) -> Response:
    user = await session_user(request)
    if user is None:
        return RedirectResponse("/login?next=/password", status_code=303)
    return render(request, "password.html", user=user, error="", minimum=MIN_PASSWORD)


@router.post("/password")
async def change_password(
    request: Request,
    old: Annotated[str, Form(max_length=1000)],
    new: Annotated[str, Form(max_length=1000)],
    csrf: Annotated[str, Form()] = "",
) -> Response:
    check_csrf(request, csrf)
    site, user = site_of(request), await session_user(request)
    if user is None:
        return RedirectResponse("/login?next=/password", status_code=303)
    error = ""
    if len(new) < MIN_PASSWORD or new == old:
        error = f"Mật khẩu mới cần ít nhất {MIN_PASSWORD} ký tự và khác mật khẩu cũ."
    elif await run_in_threadpool(site.accounts.log_in, user.email, old) is None:
        error = "Mật khẩu hiện tại không đúng."
    if error:
        return render(request, "password.html", status=422, user=user, error=error, minimum=MIN_PASSWORD)
    await run_in_threadpool(site.accounts.change_password, user.email, new)
    response = RedirectResponse("/", status_code=303)
    fresh = await run_in_threadpool(site.accounts.user, user.email)
    assert fresh is not None
    start_session(response, site, fresh)
    return response


@router.get("/events", response_class=EventSourceResponse, dependencies=[Depends(reader)])
async def events(request: Request) -> AsyncIterator[ServerSentEvent]:
    """Says `changed` whenever something that the page shows has changed."""
    site = site_of(request)
    last: tuple[str, ...] = ()
    while not await request.is_disconnected():
        version = await run_in_threadpool(site.read.version)
        if version != last:
            yield ServerSentEvent(event="changed", data={"at": site.clock.now().isoformat()})
            last = version
        await asyncio.sleep(site.stream_seconds)


def _own_path(path: str) -> str:
    """Only a path of this site; anything else would send people elsewhere after log-in."""
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if own else "/"
