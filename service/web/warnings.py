"""Published warnings and corrections, for everybody on the staff, and who has taken note of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from service.domain.accounts import User
from service.domain.findings import FindingState, WarningView
from service.domain.permissions import Action
from service.review.reasons import LIMBS
from service.usecases.receive import receive
from service.web.acting import by_api, by_form
from service.web.deps import Site
from service.web.flash import done
from service.web.rendering import render
from service.web.review import STATES
from service.web.security import Viewer, reader, site_of

MOST = 100
PENDING = [str(FindingState.PROPOSED), str(FindingState.APPROVED)]
MEASURES = {"warning": "Cảnh báo", "correction": "Đính chính"}
pages = APIRouter(include_in_schema=False)
reads = APIRouter(prefix="/api/v1", dependencies=[Depends(reader)])
writes = APIRouter(prefix="/api/v1")


def _receive(site: Site, finding_id: str, user: User) -> None:
    if not receive(finding_id, user, store=site.store, clock=site.clock):
        raise HTTPException(404, "no such published warning")


@reads.get(
    "/warnings", summary="Published warnings and corrections, newest first, those retracted too; the agency's own words"
)
def warnings(request: Request, limit: Annotated[int, Query(ge=1, le=200)] = MOST) -> list[WarningView]:
    return site_of(request).read.warnings(limit=limit)


@writes.post("/warnings/{finding_id}/receipt", summary="Say that one has taken note of a warning", status_code=204)
def add_receipt(request: Request, finding_id: str, user: Annotated[User, Depends(by_api)]) -> None:
    _receive(site_of(request), finding_id, user)


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
async def receipt_form(request: Request, finding_id: str, csrf: Annotated[str, Form()] = "") -> Response:
    user = await by_form(request, csrf, Action.READ, back="/warnings")
    await run_in_threadpool(_receive, site_of(request), finding_id, user)
    return done(request, "/warnings", "Đã ghi nhận quý vị tiếp nhận nội dung này.")
