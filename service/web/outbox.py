"""The outbox as a person sees it: what waits, what was given up, and trying again."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from service.domain.desk import OutboxView
from service.domain.notifications import NotificationState
from service.domain.permissions import Action
from service.usecases.send_again import send_again
from service.web.acting import by_form, viewer_with
from service.web.deps import Site
from service.web.flash import done
from service.web.paging import LAST_ROW, Limit, RowId
from service.web.rendering import render
from service.web.security import site_of, writer

STUCK = [str(NotificationState.DEAD), str(NotificationState.REJECTED)]
SHOWN = {"stuck": STUCK, "pending": [str(NotificationState.PENDING)], "delivered": [str(NotificationState.DELIVERED)]}
Shown = Annotated[
    Literal["stuck", "pending", "delivered"],
    Query(description="`stuck`: given up or refused; `pending`: waiting; `delivered`: sent"),
]
Before = Annotated[
    int | None, Query(ge=1, le=LAST_ROW, description="id of the last one of the page before", examples=[4711])
]
PAGE = 100

pages = APIRouter(include_in_schema=False)
writes = APIRouter(prefix="/api/v1")


class Retried(BaseModel):
    """How many messages are tried again.

    Attributes:
        retried: always 1.
    """

    retried: int


def national(request: Request) -> None:
    """The outbox is of the whole service: messages of all provinces are in it."""
    if getattr(request.state, "provinces", ()):
        raise HTTPException(403, "Hàng đợi thư chỉ dành cho tài khoản toàn ngành")


def _list(site: Site, show: Shown, before: int | None, limit: int) -> list[OutboxView]:
    with site.store.snapshot() as tx:
        return tx.outbox(states=SHOWN[show], before=before, limit=limit)


def _retry(site: Site, notification_id: int | None, who: str) -> int:
    return send_again(notification_id, who=who, store=site.store, clock=site.clock)


@pages.get("/outbox")
async def outbox_page(request: Request, show: Shown = "stuck", before: Before = None) -> HTMLResponse:
    user = await viewer_with(request, Action.RETRY_OUTBOX)
    national(request)
    items = await run_in_threadpool(_list, site_of(request), show, before, PAGE)
    following = items[-1].id if len(items) == PAGE else None
    return await run_in_threadpool(
        lambda: render(request, "outbox.html", user=user, items=items, show=show, following=following)
    )


@pages.post("/outbox/retry")
async def retry_form(
    request: Request,
    notification_id: Annotated[int | None, Form(ge=1, le=LAST_ROW)] = None,
    csrf: Annotated[str, Form()] = "",
) -> Response:
    user = await by_form(request, csrf, Action.RETRY_OUTBOX, back="/outbox")
    national(request)
    again = await run_in_threadpool(_retry, site_of(request), notification_id, user.email)
    return done(
        request, "/outbox", f"Đã đưa {again} thư vào hàng để gửi lại." if again else "Không còn thư nào bị kẹt."
    )


@writes.get("/outbox", summary="Messages in the outbox, newest first", dependencies=[Depends(writer)])
def list_outbox(
    request: Request,
    show: Shown = "stuck",
    before: Before = None,
    limit: Limit = 50,
) -> list[OutboxView]:
    """Page by page with `before`. The outbox is of the whole country: accounts of provinces are refused (403)."""
    national(request)
    return _list(site_of(request), show, before, limit)


@writes.post("/outbox/{notification_id}/retry", summary="Try a message again that was given up or refused")
def retry_message(request: Request, notification_id: RowId, who: Annotated[str, Depends(writer)]) -> Retried:
    """The message is due at once; its tries are counted anew. 404 where it is not given up or refused."""
    national(request)
    if not _retry(site_of(request), notification_id, who):
        raise HTTPException(404, "no such message, or it is not stuck")
    return Retried(retried=1)
