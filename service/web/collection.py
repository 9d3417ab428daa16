"""Feeds, coverage, edits and take-downs; and the webhook through which Zalo reports events of the own account."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from service.domain.revisions import RevisionKind
from service.domain.times import VIETNAM
from service.domain.views import CoverageView, FeedView, RevisionView, SuggestionView
from service.insight.health import FeedHealth
from service.web.charts import coverage_chart
from service.web.deps import Site
from service.web.paging import LAST_ROW, After, Limit, Listing, decode, listing
from service.web.rendering import render
from service.web.security import Viewer, reader, site_of

SUGGESTED_DAYS, SUGGESTED_LINKS = 30, 3
MAX_EVENT = 256 * 1024
EVENT_LIFE = timedelta(minutes=5)  # of an event of Zalo, and how far its clock may be ahead
SIGNALS = [RevisionKind.TITLE, RevisionKind.TAKEN_DOWN, RevisionKind.RESTORED]
# what is counted; everything else is counted as «other», so that nobody can fill the table with names
ZALO_EVENTS = frozenset(
    ["user_send_text", "user_send_image", "user_send_link", "user_send_audio", "user_send_video", "user_send_file",
     "user_send_sticker", "user_send_location", "follow", "unfollow", "user_submit_info", "oa_send_text"]
)  # fmt: skip
router = APIRouter(prefix="/api/v1", dependencies=[Depends(reader)])
pages = APIRouter(include_in_schema=False)
hooks = APIRouter(include_in_schema=False)


@router.get("/revisions", summary="Changed titles and take-downs, newest first; with kind=text edits of the text too")
def list_revisions(
    request: Request,
    kind: Annotated[list[RevisionKind] | None, Query(description="title, taken_down, restored if not given")] = None,
    cursor: After = None,
    limit: Limit = 50,
) -> Listing[RevisionView]:
    """Signals for the desk: a title that was changed, a publication that went or came back."""
    kinds = [str(k) for k in kind or SIGNALS]
    after = decode(cursor)
    if after is not None and not (after.id.isdecimal() and 0 < int(after.id) <= LAST_ROW):
        raise HTTPException(422, "cursor: not one of this list")
    items = site_of(request).read.signals(kinds=kinds, after=after, limit=limit)
    return listing(items, limit=limit, times=[i.at for i in items], ids=[str(i.id) for i in items])


@router.get("/coverage", summary="Share of sources that reported as expected, hour by hour")
def list_coverage(
    request: Request, hours: Annotated[int, Query(ge=1, le=24 * 31, description="so many up to now")] = 48
) -> list[CoverageView]:
    """One entry an hour, oldest first; of the whole country for accounts of provinces too."""
    site = site_of(request)
    now = site.clock.now()
    return site.read.coverage(since=now - timedelta(hours=hours), until=now + timedelta(hours=1))


@pages.get("/feeds")
def feeds(request: Request, user: Viewer, show: Literal["troubled", "new", "healthy", "all"] = "all") -> HTMLResponse:
    site = site_of(request)
    now = site.clock.now()
    hours = site.read.coverage(since=now - timedelta(hours=48), until=now + timedelta(hours=1))
    groups: dict[str, list[FeedView]] = {"troubled": [], "new": [], "healthy": [], "all": []}
    for feed in sorted(site.read.feeds(site.feeds, now=now), key=lambda f: (f.source, f.section)):
        for group in (_group(feed), "all"):
            groups[group].append(feed)
    since = since_day(now, SUGGESTED_DAYS)
    suggested = site.read.suggestions(site.feeds, since_day=since, least=SUGGESTED_LINKS)
    return render(
        request, "feeds.html", user=user, show=show, groups=groups, coverage=hours[-1] if hours else None,
        chart=coverage_chart(hours, until=now) if len(hours) > 1 else "", suggested=(suggested or [])[:20],
    )  # fmt: skip


def _group(feed: FeedView) -> str:
    if feed.health == FeedHealth.NEW or not feed.enabled:
        return "new"
    return "healthy" if feed.health == FeedHealth.HEALTHY else "troubled"


@router.get("/feeds/suggestions", summary="Hosts that feeds link to often and that no feed covers")
def list_feed_suggestions(
    request: Request,
    days: Annotated[int, Query(ge=1, le=400, description="so many up to today (Việt Nam)")] = SUGGESTED_DAYS,
    least: Annotated[int, Query(ge=1, le=100_000, description="links that a host must have had")] = SUGGESTED_LINKS,
) -> list[SuggestionView]:
    """Most links first. Links are counted for the whole country: accounts of provinces are refused (403)."""
    site = site_of(request)
    found = site.read.suggestions(site.feeds, since_day=since_day(site.clock.now(), days), least=least)
    if found is None:
        raise HTTPException(403, "links are counted for the whole country; this account is limited to provinces")
    return found


def since_day(now: datetime, days: int) -> str:
    """The day so many days ago in Việt Nam, as ISO date."""
    return (now - timedelta(days=days)).astimezone(VIETNAM).date().isoformat()


@hooks.post("/hooks/zalo")
async def zalo(request: Request) -> Response:
    """An event of the own official account: its kind is counted by day, and nothing else of it is kept or logged.

    One that is not of these minutes is a replay, or comes too late to count: it is answered alike, so that nobody sends
    it again, and nothing is counted.
    """
    site = site_of(request)
    if site.zalo is None:
        raise HTTPException(404, "no such page")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_EVENT:
            raise HTTPException(413, "too large")
    event = _event(body)
    signature = request.headers.get("x-zevent-signature", "")
    expected = zalo_signature(body, str(event.get("timestamp", "")), site.zalo.app_id, site.zalo.secret)
    if not hmac.compare_digest(signature.removeprefix("mac=").encode(), expected.encode()):
        raise HTTPException(403, "X-ZEvent-Signature: wrong signature")
    if not _of_these_minutes(event.get("timestamp"), site.clock.now()):
        return Response(status_code=200)
    name = event.get("event_name")
    await run_in_threadpool(_count, site, name if isinstance(name, str) and name in ZALO_EVENTS else "other")
    return Response(status_code=200)


def zalo_signature(body: bytes, timestamp: str, app_id: str, secret: str) -> str:
    """SHA-256 of application id, body as it came, time stamp of the event and the account's secret, in hexadecimal."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def _of_these_minutes(timestamp: object, now: datetime) -> bool:
    """Whether Zalo's time stamp (milliseconds since 1970, as text or number; signed with the body) is near to now."""
    digits = str(timestamp)
    if isinstance(timestamp, bool) or not (digits.isascii() and digits.isdecimal() and len(digits) <= 15):
        return False
    return abs(now.timestamp() - int(digits) / 1000) <= EVENT_LIFE.total_seconds()


def _event(body: bytes) -> dict[str, Any]:
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError:
        event = None
    if not isinstance(event, dict):
        raise HTTPException(422, "expected a JSON object")
    return event


def _count(site: Site, kind: str) -> None:
    day = site.clock.now().astimezone(VIETNAM).date().isoformat()
    with site.store.begin() as tx:
        tx.count_channel("zalo_oa", kind, 1, day=day)
