"""The pages: Vietnamese, usable without JavaScript; live parts come again through server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from service.alerting.lifecycle import Refused
from service.domain.accounts import User
from service.domain.permissions import Action
from service.domain.provinces import name_of
from service.domain.streams import StreamKind, parse
from service.domain.views import AlertView, StoryView
from service.insight.health import FeedHealth
from service.insight.periods import today
from service.ports.read_models import AlertFilter, DocumentFilter
from service.ports.storage import StoreError
from service.usecases.acknowledge import acknowledge
from service.usecases.tidy import successor
from service.web import charts
from service.web.acting import by_form
from service.web.alert_values import LIVE, WRITTEN, desk_values, newer
from service.web.deps import Site
from service.web.explanations import alert_aftermath, alert_explanation, alert_outlook, story_detail, story_explanations
from service.web.flash import done
from service.web.paging import decode, listing
from service.web.rendering import render
from service.web.security import Credentials, Viewer, reader, site_of, still_reads
from service.web.templating import MOST_ALERTS
from service.web.to_do import to_do

STORY_PAGE = 100  # documents
LOOK_EVERY = timedelta(minutes=1)
PARTS = 4  # of the time between two looks, so that the end of the process is noticed at once
STORIES, MOST_HELD = 15, 60  # on the board, and under one alert
ONE_MATTER = (StreamKind.TOPIC_PLACE, StreamKind.STORY)  # streams of more hold other matters too

router = APIRouter(include_in_schema=False)


def _held(site: Site, alerts: Sequence[AlertView]) -> dict[str, list[StoryView]]:
    """Stories that an open alert tells of, by its id: one matter is told in many words, and so in many stories."""
    mine = [a for a in alerts if parse(a.stream).kind in ONE_MATTER]
    day = timedelta(hours=24)
    return {a.id: site.read.stories_under(a.stream, since=a.opened_at - day, limit=MOST_HELD) for a in mine}


def _board(site: Site, user: User | None) -> dict[str, Any]:
    now = site.clock.now()
    known = site.read.feeds(site.feeds, now=now)
    feeds = [f for f in known if f.enabled]
    troubled = [f for f in feeds if f.health not in (FeedHealth.HEALTHY, FeedHealth.NEW)]
    since = now - timedelta(hours=72)
    alerts = site.read.gravest_alerts(AlertFilter(states=LIVE, min_level=1), limit=MOST_ALERTS + 1)
    held = _held(site, alerts[:MOST_ALERTS])
    told = {s.id for stories in held.values() for s in stories}
    stories = site.read.stories(after=None, limit=STORIES + len(told))
    return {
        "alerts": alerts,
        "to_do": to_do(site, user),
        "day": site.read.negative_day([a.stream for a in alerts], now=now),
        "held": held,
        "stories": [s for s in stories if s.id not in told][:STORIES],
        "feeds": feeds,
        "off": len(known) - len(feeds),
        "troubled": troubled,
        "healthy": sum(f.health == FeedHealth.HEALTHY for f in feeds),
        "limits": [name_of(code, today(now)) for code in site.read.limits()],
        "totals": site.read.totals(now=now),
        "chart": charts.hours_chart(site.read.hours(since=since, until=now), since=since, until=now),
        "summary": site.read.summary(since=now - timedelta(days=7), until=now, group_by="topic"),
    }


@router.get("/")
def home(request: Request, user: Viewer) -> HTMLResponse:
    return render(request, "home.html", user=user, **_board(site_of(request), user))


@router.get("/parts/board")
def board(request: Request, user: Viewer) -> HTMLResponse:
    return render(request, "board.html", user=user, **_board(site_of(request), user))


@router.get("/alerts/{alert_id}")
def alert(request: Request, alert_id: str, user: Viewer, draft: bool = False) -> HTMLResponse:
    return alert_page(request, alert_id, user, with_draft=draft)


def alert_page(
    request: Request, alert_id: str, user: User | None, *, error: str = "", unsaved: str = "", tried: str = "",
    chosen: str = "", with_draft: bool = False,
) -> HTMLResponse:  # fmt: skip
    """An alert; where something was not done to it, with why and with what the person had typed.

    Args:
        tried: verb of the form that was refused; where it is still there both stand in it.
        chosen: the other alert that was chosen in it.
        with_draft: the draft of the first statement stands in its form.
    """
    site = site_of(request)
    detail = site.read.alert(alert_id)
    after = alert_aftermath(site, alert_id)
    if detail is None or after is None:
        raise HTTPException(404, "Không có cảnh báo này")
    explained = alert_explanation(site, alert_id)
    outlook = alert_outlook(site, alert_id)
    desk, status = desk_values(site, detail.alert, user), 409 if error else 200
    if tried in WRITTEN and tried in desk["can"]:
        desk |= {"tried": tried, "refused": error, "again": unsaved, "chosen": chosen}
        error = unsaved = ""
    return render(
        request, "alert.html", status=status, user=user, detail=detail, after=after, explained=explained,
        outlook=outlook, newer=newer(site, detail), error=error, unsaved=unsaved, with_draft=with_draft, **desk,
        forms=site.reports.forms() if site.reports else (),
    )  # fmt: skip


@router.get("/stories/{story_id}")
def story(
    request: Request, story_id: str, user: Viewer, cursor: Annotated[str | None, Query(max_length=200)] = None
) -> Response:  # fmt: skip
    site = site_of(request)
    if site.read.story(story_id) is None and (now_in := successor(story_id, store=site.store)):
        return RedirectResponse(f"/stories/{now_in}", status_code=307)
    return story_page(request, story_id, user, cursor=cursor)


def story_page(
    request: Request, story_id: str, user: User | None, *, cursor: str | None = None, error: str = "",
    ticked: Sequence[str] = (),
) -> HTMLResponse:  # fmt: skip
    """A story; where documents were not split from it, with why and with those that the person had ticked.

    Args:
        cursor: where the list of documents goes on.
        ticked: those of them that are of the story stand there, though they are not in this part of the list.
    """
    site = site_of(request)
    made, after = story_detail(site, story_id), decode(cursor)
    if made is None:
        raise HTTPException(404, "Không có câu chuyện này")
    documents = site.read.documents(DocumentFilter(story=story_id), after=after, limit=STORY_PAGE)
    times, ids = [d.published_at for d in documents], [d.id for d in documents]
    following = listing(documents, limit=STORY_PAGE, times=times, ids=ids).next
    elsewhere = [key for key in dict.fromkeys(ticked) if key not in ids]
    others = [site.read.document(key) for key in elsewhere[:STORY_PAGE]]
    return render(
        request, "story.html", status=422 if error else 200, user=user, story=made.story, made=made,
        documents=[*(d for d in others if d and d.story_id == story_id), *documents],
        explained=story_explanations(site, story_id), following=following, cursor=cursor, error=error, ticked=ticked,
    )  # fmt: skip


@router.post("/alerts/{alert_id}/acknowledge")
async def acknowledge_form(request: Request, alert_id: str, csrf: Annotated[str, Form()] = "") -> Response:
    user = await by_form(request, csrf, Action.HANDLE_ALERTS, back=f"/alerts/{alert_id}")
    site = site_of(request)
    if await run_in_threadpool(site.read.alert, alert_id) is None:
        raise HTTPException(404, "Không có cảnh báo này")
    outcome = await run_in_threadpool(
        acknowledge, alert_id, who=user.email, provinces=user.provinces, store=site.store, clock=site.clock
    )
    if outcome is None:
        raise HTTPException(404, "Không có cảnh báo này")
    if isinstance(outcome, Refused):
        return await run_in_threadpool(alert_page, request, alert_id, user, error=outcome.reason)
    return done(request, f"/alerts/{alert_id}", "Đã tiếp nhận cảnh báo.")


def _shown(site: Site) -> tuple[str, ...]:
    """Changes when something that a page shows has changed; that nothing is read any more changes no table."""
    return (*site.read.version(), *site.stopped())


@router.get("/events", response_class=EventSourceResponse, dependencies=[Depends(reader)])
async def events(request: Request, credentials: Credentials) -> AsyncIterator[ServerSentEvent]:
    """Says `changed` whenever something that the page shows has changed.

    Before it says so, and every minute, it looks whether who listens may still read, and ends where not. It ends with
    the process; a browser comes back by itself.
    """
    site = site_of(request)
    last: tuple[str, ...] = ()
    looked = site.clock.now()
    while not await request.is_disconnected():
        with suppress(StoreError):  # a browser does not come back by itself from an error: it waits for the database
            version = await run_in_threadpool(_shown, site)
            if version != last or site.clock.now() - looked >= LOOK_EVERY:
                if not await still_reads(request, credentials):
                    return
                looked = site.clock.now()
            if version != last:
                yield ServerSentEvent(event="changed", data={"at": site.clock.now().isoformat()})
                last = version
        for _ in range(PARTS):
            if site.ending():
                return
            await asyncio.sleep(site.stream_seconds / PARTS)
