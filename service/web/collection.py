"""API v1: edits and take-downs, coverage; and the webhook through which Zalo reports events of the own account."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from service.domain.revisions import RevisionKind
from service.domain.views import CoverageView, RevisionView
from service.web.deps import Site
from service.web.paging import After, Limit, Listing, decode, listing
from service.web.security import reader, site_of

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MAX_EVENT = 256 * 1024
SIGNALS = [RevisionKind.TITLE, RevisionKind.TAKEN_DOWN, RevisionKind.RESTORED]
# what is counted; everything else is counted as «other», so that nobody can fill the table with names
ZALO_EVENTS = frozenset(
    ["user_send_text", "user_send_image", "user_send_link", "user_send_audio", "user_send_video", "user_send_file",
     "user_send_sticker", "user_send_location", "follow", "unfollow", "user_submit_info", "oa_send_text"]
)  # fmt: skip
router = APIRouter(prefix="/api/v1", dependencies=[Depends(reader)])
hooks = APIRouter(include_in_schema=False)


@router.get("/revisions", summary="Changed titles and take-downs, newest first; with kind=text edits of the text too")
def revisions(
    request: Request,
    kind: Annotated[list[RevisionKind] | None, Query(description="title, taken_down, restored if not given")] = None,
    cursor: After = None,
    limit: Limit = 50,
) -> Listing[RevisionView]:
    kinds = [str(k) for k in kind or SIGNALS]
    after = decode(cursor)
    if after is not None and not after.id.isdecimal():
        raise HTTPException(422, "cursor: not one of this list")
    items = site_of(request).read.signals(kinds=kinds, after=after, limit=limit)
    return listing(items, limit=limit, times=[i.at for i in items], ids=[str(i.id) for i in items])


@router.get("/coverage", summary="Share of sources that reported as expected, hour by hour")
def coverage(request: Request, hours: Annotated[int, Query(ge=1, le=24 * 31)] = 48) -> list[CoverageView]:
    site = site_of(request)
    now = site.clock.now()
    return site.read.coverage(since=now - timedelta(hours=hours), until=now + timedelta(hours=1))


@hooks.post("/hooks/zalo")
async def zalo(request: Request) -> Response:
    """An event of the own official account: its kind is counted by day, and nothing else of it is kept or logged."""
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
    name = event.get("event_name")
    await run_in_threadpool(_count, site, name if name in ZALO_EVENTS else "other")
    return Response(status_code=200)


def zalo_signature(body: bytes, timestamp: str, app_id: str, secret: str) -> str:
    """SHA-256 of application id, body as it came, time stamp of the event and the account's secret, in hexadecimal."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


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
