"""The feedback summary: counts by topic, province and so on, beside an earlier span, as page, file and picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from service.domain.audit import Action
from service.domain.intervals import MIN_DOCUMENTS
from service.domain.permissions import Action as Permitted
from service.domain.permissions import may
from service.domain.times import VIETNAM, start_of_day
from service.domain.views import Summary
from service.insight.comparing import comparable, told, total
from service.insight.periods import ONE_DAY, Against, PeriodKind, named, period_of, today
from service.usecases.audit import audit
from service.usecases.summarise import TRENDS, as_csv, span_of, summarise
from service.web.api import Wanted
from service.web.export import CSV, Language, asked, exporter
from service.web.parameters import BLANK
from service.web.rendering import render
from service.web.search import form_values, quick_spans
from service.web.security import Viewer, actor_of, limited, reader, site_of
from service.web.summary_chart import BY, headline, notes, summary_chart

GroupBy = Annotated[
    Literal["topic", "place", "audience", "tone", "feedback", "axis", "source", "kind"],
    Query(description="what the rows are groups of; a publication may be in several topics, places and audiences"),
]
AGAINST = {Against.BEFORE: "kỳ ngay trước", Against.YEAR: "cùng kỳ năm trước"}
# parameters of the page that lists of documents do not have
OWN = ("group_by", "compare")

reads = APIRouter(prefix="/api/v1", dependencies=[Depends(reader)])
exports = APIRouter(prefix="/api/v1", dependencies=[Depends(reader), Depends(exporter)])
pages = APIRouter(include_in_schema=False)


class Asked:
    """What is counted, by what, and beside which span, as query parameters."""

    def __init__(
        self,
        request: Request,
        wanted: Annotated[Wanted, Depends()],
        group_by: GroupBy = "topic",
        compare: Annotated[
            Against | None,
            BLANK,
            Query(
                description="`before`: beside the span just before, of whole months as many whole months; `year`: "
                "beside the same days of the year before, as many of them as have passed"
            ),
        ] = None,
    ) -> None:
        self.site, self.group_by, self.against = site_of(request), group_by, compare
        own: tuple[str, ...] = getattr(request.state, "provinces", ())
        if own and wanted.filter.place and wanted.filter.place not in own:
            raise HTTPException(403, "Tài khoản này chỉ xem được số liệu của tỉnh mình")
        self.over(wanted)

    def over(self, wanted: Wanted) -> None:
        since, until = span_of(wanted.filter, self.site.clock.now())
        if since >= until:
            raise HTTPException(422, "since: ngày đầu phải trước ngày cuối")
        self.wanted = replace(wanted.filter, since=since, until=until)

    def summary(self) -> Summary:
        now = self.site.clock.now()
        try:
            return summarise(
                self.wanted, group_by=self.group_by, against=self.against, read=self.site.read, now=now
            )  # fmt: skip
        except ValueError:
            raise HTTPException(422, "compare: kỳ so sánh nằm trước mọi ngày có thể có số liệu") from None

    def chart(self, found: Summary) -> Markup:
        """The picture, with what it was counted from under it."""
        outlets = self.site.read.summary(
            since=found.since, until=found.until, group_by="source", wanted=self.wanted
        )  # fmt: skip
        under = notes(found, [r.label for r in outlets.rows if r.documents], made_at=self.site.clock.now())
        shown = comparable(found)
        return summary_chart(shown, title=headline(shown, self.wanted), under=under)


@reads.get(
    "/feedback/summary",
    summary="Tone and feedback by topic, place and so on, with denominators and intervals, beside an earlier span",
    description="Counts are of origins, as in periodic reports, 30 days up to now where no span is given. Shares "
    f"carry their 95 % interval (Wilson 1927); of fewer than {MIN_DOCUMENTS} origins there is none, in either span. "
    "Provinces of another territory are not compared across 1 July 2025; `apart` says so.",
)
def get_feedback_summary(wanted: Annotated[Asked, Depends()]) -> Summary:
    return wanted.summary()


@exports.get(
    "/feedback/summary.csv",
    summary="The feedback summary as CSV for spreadsheets, a line a group",
    response_class=Response,
    responses=CSV,
)
def export_feedback_summary(request: Request, wanted: Annotated[Asked, Depends()], lang: Language = "en") -> Response:
    """As UTF-8 with a byte order mark; what an empty cell means is as in the summary."""
    limited(request, "export", actor_of(request))
    found = wanted.summary()
    _note(request, wanted, found, "feedback-summary.csv")
    return _file(as_csv(found, vietnamese=lang == "vi"), "text/csv; charset=utf-8", "bang-tong-hop.csv")


@exports.get(
    "/feedback/summary.svg",
    summary="The feedback summary as a picture for slides, with numbers and sources under it",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}}},
)
def draw_feedback_summary(request: Request, wanted: Annotated[Asked, Depends()]) -> Response:
    """One SVG file without script; nothing in it is loaded from elsewhere."""
    limited(request, "export", actor_of(request))
    found = wanted.summary()
    _note(request, wanted, found, "feedback-summary.svg")
    return _file(str(wanted.chart(found)), "image/svg+xml", "bang-tong-hop.svg")


def _note(request: Request, wanted: Asked, found: Summary, subject: str) -> None:
    with wanted.site.store.begin() as tx:
        audit(
            tx, Action.EXPORTED, actor=actor_of(request), at=wanted.site.clock.now(), subject=subject,
            rows=len(found.rows), group=wanted.group_by, compared=str(wanted.against or ""), **asked(wanted.wanted),
        )  # fmt: skip


def _file(content: str, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@pages.get("/summary")
def summary_page(
    request: Request, user: Viewer, given: Annotated[Wanted, Depends()], wanted: Annotated[Asked, Depends()]
) -> HTMLResponse:  # fmt: skip
    day = today(wanted.site.clock.now())
    if given.filter.until is None and given.filter.since is None:
        # people ask for periods of the calendar
        quarter = period_of(PeriodKind.QUARTER, day)
        wanted.wanted = replace(wanted.wanted, since=quarter.since, until=quarter.until)
    elif given.filter.until is None:
        wanted.wanted = replace(wanted.wanted, until=start_of_day(day + ONE_DAY))
    if "compare" not in request.query_params:
        wanted.against = Against.BEFORE
    counted = wanted.summary()
    found, chart = comparable(counted), wanted.chart(counted)
    shown, few = told(found)
    silent = counted.before and not found.before and named(counted.before.since, counted.before.until)
    values = _form(request, wanted)
    file = urlencode({n: v for n, v in values["asked"].items() if v})
    return render(
        request, "summary.html", user=user, found=found, shown=shown, few=few, least=MIN_DOCUMENTS,
        whole=total(found), chart=chart, silent=silent, title=headline(found, wanted.wanted), file=file,
        span=named(found.since, found.until), before=found.before and named(found.before.since, found.before.until),
        running=found.until > wanted.site.clock.now(), against=wanted.against, by=BY, group_by=wanted.group_by,
        compared=AGAINST, trends={str(t): name for t, name in TRENDS.items()},
        spans=quick_spans(request, wanted.wanted.since, wanted.wanted.until),
        exports=user is None or may(user, Permitted.EXPORT), **values,
    )  # fmt: skip


def _form(request: Request, wanted: Asked) -> dict[str, Any]:
    """The form with the span and the comparison that are shown, and the same question for lists of documents."""
    since, until = wanted.wanted.since, wanted.wanted.until
    assert since
    assert until
    days = {
        "since": since.astimezone(VIETNAM).isoformat(), "until": until.astimezone(VIETNAM).isoformat(),
        "compare": str(wanted.against or ""), "group_by": wanted.group_by,
    }  # fmt: skip
    known = form_values(request)
    shown = {n: v for n, v in known["asked"].items() if n not in ("origins", "cursor")} | days
    question = urlencode({n: v for n, v in shown.items() if n not in OWN})
    return known | {"asked": shown, "question": question}
