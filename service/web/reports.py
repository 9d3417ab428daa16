"""Reports to download, of periods and after alerts; every one is logged."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse

from service.domain.permissions import Action as Permitted
from service.domain.permissions import may
from service.domain.reports import FORM_NAMES, ReportFile, ReportForm, ReportOrder, Unavailable
from service.insight.periods import PeriodKind, before, period_of, today
from service.usecases.after_action import after_action, note_after_action
from service.usecases.indicators import EARLIEST, LATEST
from service.usecases.periodic import NoSuchProvinceError, note_report
from service.web.deps import Site, SiteReports
from service.web.export import exporter
from service.web.indicators import Province, province_of, read_of
from service.web.parameters import Day
from service.web.problems import NOT_SET_UP
from service.web.rendering import render
from service.web.security import Viewer, actor_of, limited, reader, site_of

KINDS = {
    PeriodKind.WEEK: "Tuần", PeriodKind.MONTH: "Tháng", PeriodKind.QUARTER: "Quý", PeriodKind.YEAR: "Năm",
}  # fmt: skip

OFFICE = "application/vnd.openxmlformats-officedocument"
BINARY = {"schema": {"type": "string", "format": "binary"}}
TEXT = {"schema": {"type": "string"}}
# what the OpenAPI document says of a report, by its form
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            f"{OFFICE}.wordprocessingml.document": BINARY, f"{OFFICE}.spreadsheetml.sheet": BINARY,
            "application/pdf": BINARY, "text/html": TEXT, "text/markdown": TEXT,
        }
    }
}  # fmt: skip
Form = Annotated[ReportForm, Query(description="of the file; `pdf` where its library is installed")]
exports = APIRouter(prefix="/api/v1", dependencies=[Depends(reader), Depends(exporter)])
pages = APIRouter(include_in_schema=False)


@exports.get(
    "/reports/periodic",
    summary="Report of a week, month, quarter or year, as a draft",
    response_class=Response,
    responses=FILES | NOT_SET_UP,
)
def get_periodic_report(
    request: Request,
    period: Annotated[PeriodKind, Query(description="how long it is")] = PeriodKind.MONTH,
    day: Annotated[
        Day | None,
        Query(description="a day in it (Việt Nam); the last whole period where not given", examples=["2026-04-15"]),
    ] = None,
    form: Form = ReportForm.DOCX,
    province: Province = None,
) -> Response:
    """A draft for people (docs/reports.md). The file's name and type are those of `form`; a form that is not installed
    is refused (422)."""
    site, actor = site_of(request), actor_of(request)
    if day is not None and not EARLIEST <= day <= LATEST:
        raise HTTPException(422, f"day: ngày phải từ {EARLIEST:%d/%m/%Y} đến {LATEST:%d/%m/%Y}")
    this = period_of(period, day or today(site.clock.now()))
    end = (this if day else before(period, this)).last
    province, own = province_of(province, end, end), getattr(request.state, "provinces", ())
    read = read_of(request, site, province)
    order = ReportOrder(period=str(period), form=form, day=day, provinces=(province,) if province else own)
    reports = _reports(site)
    limited(request, "export", actor)
    try:
        made = reports.periodic(order, read)
    except NoSuchProvinceError as error:
        raise HTTPException(422, f"province: {error}") from None
    except ValueError:
        raise HTTPException(422, "day: kỳ báo cáo có ngày này chưa bắt đầu") from None
    if isinstance(made, Unavailable):
        raise HTTPException(422, made.reason)
    note_report(order, store=site.store, clock=site.clock, actor=actor)
    return _sent(made)


@exports.get(
    "/alerts/{alert_id}/after-action",
    summary="Report after an alert: what happened, how it was handled, how it ebbed",
    response_class=Response,
    responses=FILES,
)
def get_after_action_report(request: Request, alert_id: str, form: Form = ReportForm.DOCX) -> Response:
    """A draft for people (docs/reports.md); a form that is not installed is refused (422)."""
    site, actor = site_of(request), actor_of(request)
    reports = _reports(site)
    limited(request, "export", actor)
    facts = after_action(alert_id, read=site.read, store=site.store, clock=site.clock)
    if facts is None:
        raise HTTPException(404, "no such alert")
    made = reports.after_action(facts, form)
    if isinstance(made, Unavailable):
        raise HTTPException(422, made.reason)
    note_after_action(alert_id, form, store=site.store, clock=site.clock, actor=actor)
    return _sent(made)


def _sent(made: ReportFile) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"'}
    return Response(made.content, media_type=made.media_type, headers=headers)


@pages.get("/reports")
def reports_page(request: Request, user: Viewer) -> HTMLResponse:
    if user is not None and not may(user, Permitted.EXPORT):
        raise HTTPException(403, "Vai trò của tài khoản này không được xuất dữ liệu")
    site = site_of(request)
    now = today(site.clock.now())
    last = {kind: before(kind, period_of(kind, now)) for kind in PeriodKind}
    forms = [f for f in FORM_NAMES if f in _reports(site).forms()]
    own = user.provinces if user else ()
    return render(
        request, "reports.html", user=user, kinds=KINDS, last=last, forms=forms, names=FORM_NAMES, own=own, today=now,
        without=[FORM_NAMES[f] for f in FORM_NAMES if f not in forms],
    )  # fmt: skip


def _reports(site: Site) -> SiteReports:
    if site.reports is None:
        raise HTTPException(404, "no reports are set up")
    return site.reports
