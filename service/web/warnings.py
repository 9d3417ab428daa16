"""Published warnings and corrections, for everybody on the staff, and who has taken note of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from service.domain.accounts import User
from service.domain.findings import FindingState, WarningView
from service.domain.permissions import Action
from service.review.reasons import LIMBS
from service.usecases.receive import Receipt, receive
from service.web.acting import by_api, by_form
from service.web.deps import Site
from service.web.flash import done
from service.web.paging import Limit
from service.web.parameters import Body, Moment
from service.web.problems import CONFLICT
from service.web.rendering import render
from service.web.review import STATES
from service.web.security import Viewer, reader, site_of

MOST = 100
PENDING = [str(FindingState.PROPOSED), str(FindingState.APPROVED)]
MEASURES = {"warning": "Cảnh báo", "correction": "Đính chính"}
CHANGED = (
    "Nội dung này đã được thay bằng nội dung khác sau khi quý vị mở trang, nên việc tiếp nhận chưa được ghi nhận. "
    "Vui lòng đọc nội dung hiện tại rồi xác nhận lại."
)
pages = APIRouter(include_in_schema=False)
reads = APIRouter(prefix="/api/v1", dependencies=[Depends(reader)])
writes = APIRouter(prefix="/api/v1")


class ReceiptBody(Body):
    """Which text was read.

    Attributes:
        seen: `published_at` of the text that was read; where another is published by now nothing is noted (409).
    """

    seen: Moment | None = None


def _receive(site: Site, finding_id: str, user: User, seen: datetime | None) -> None:
    match receive(finding_id, user, seen=seen, store=site.store, clock=site.clock):
        case Receipt.OTHER_TEXT:
            raise HTTPException(409, CHANGED)
        case Receipt.NOT_PUBLISHED:
            raise HTTPException(404, "no such published warning")


@reads.get(
    "/warnings", summary="Published warnings and corrections, newest first, those retracted too; the agency's own words"
)
def list_warnings(request: Request, limit: Limit = MOST) -> list[WarningView]:
    """The agency's own words, for everybody on the staff; nothing of the publications they are about."""
    return site_of(request).read.warnings(limit=limit)


@writes.post(
    "/warnings/{finding_id}/receipt", summary="Say that one has taken note of a warning", status_code=204,
    responses=CONFLICT,
)  # fmt: skip
def acknowledge_warning(
    request: Request, finding_id: str, user: Annotated[User, Depends(by_api)], body: ReceiptBody | None = None
) -> None:
    """Any role. A second time it changes nothing."""
    _receive(site_of(request), finding_id, user, body.seen if body else None)


@pages.get("/warnings")
def warnings_page(request: Request, user: Viewer) -> HTMLResponse:
    read = site_of(request).read
    values: dict[str, Any] = {
        "warnings": read.warnings(limit=MOST),
        # of what waits the kind and the day only: it is nobody's words yet
        "pending": read.findings(states=PENDING, before=None, limit=MOST),
        "LIMBS": LIMBS,
        "MEASURES": MEASURES,
        "FINDING_STATES": STATES,
    }
    return render(request, "warnings.html", user=user, **values)


@pages.post("/warnings/{finding_id}/receipt")
async def receipt_form(
    request: Request, finding_id: str, seen: Annotated[datetime, Form()], csrf: Annotated[str, Form()] = ""
) -> Response:
    user = await by_form(request, csrf, Action.READ, back="/warnings")
    await run_in_threadpool(_receive, site_of(request), finding_id, user, seen)
    return done(request, "/warnings", "Đã ghi nhận quý vị tiếp nhận nội dung này.")
