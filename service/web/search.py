"""Pages that list and search publications and stories, by the filters of the API (service.web.api.Wanted)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from service.domain.audiences import AUDIENCES
from service.domain.labels import Question
from service.domain.provinces import name_of
from service.domain.text import fold
from service.domain.times import VIETNAM, start_of_day
from service.domain.topics import TOPICS
from service.domain.wording import day, local_time, one_line
from service.insight.label_words import ANSWERS, SOURCE_KINDS
from service.insight.periods import (
    ONE_DAY,
    Against,
    PeriodKind,
    before,
    compared_with,
    last_day,
    named,
    period_of,
    today,
)
from service.ports.read_models import DocumentFilter
from service.web.api import Wanted, WantedDocuments
from service.web.export import ROWS
from service.web.paging import decode, listing
from service.web.rendering import render
from service.web.security import Viewer, site_of

PAGE = 50
Cursor = Annotated[str | None, Query(max_length=200)]

router = APIRouter(include_in_schema=False)


@router.get("/documents")
def documents(
    request: Request, user: Viewer, wanted: Annotated[WantedDocuments, Depends()], cursor: Cursor = None
) -> HTMLResponse:  # fmt: skip
    read = site_of(request).read
    found = read.documents(wanted.filter, after=decode(cursor), limit=PAGE)
    times, ids = [d.published_at for d in found], [d.id for d in found]
    values = _values(request, wanted.filter, times, ids, cursor)
    return render(
        request, "documents.html", user=user, wanted=wanted.filter, documents=found,
        count=read.count_documents(wanted.filter), origins=read.count_documents(replace(wanted.filter, origins=True)),
        most_rows=ROWS, **values,
    )  # fmt: skip


@router.get("/stories")
def stories(
    request: Request, user: Viewer, wanted: Annotated[Wanted, Depends()], cursor: Cursor = None
) -> HTMLResponse:  # fmt: skip
    found = site_of(request).read.stories(wanted=wanted.filter, after=decode(cursor), limit=PAGE)
    values = _values(request, wanted.filter, [s.last_at for s in found], [s.id for s in found], cursor)
    return render(request, "stories.html", user=user, wanted=wanted.filter, stories=found, **values)


def conditions(wanted: DocumentFilter, now: datetime) -> list[str]:
    """What documents are wanted, in words: without the fields of the form paper does not say what a list is of."""
    return [told for told in (
        wanted.topic and TOPICS[wanted.topic],
        wanted.place and name_of(wanted.place, last_day(wanted.until or now)),
        wanted.audience and AUDIENCES[wanted.audience],
        wanted.tone and ANSWERS[Question.TONE][wanted.tone],
        wanted.feedback and ANSWERS[Question.FEEDBACK][wanted.feedback],
        wanted.kind and SOURCE_KINDS[wanted.kind],
        wanted.source and f"nguồn {one_line(wanted.source)}",
        wanted.query.strip() and f"có các từ “{one_line(wanted.query)}”",
        wanted.origins and "chỉ bài gốc",
    ) if told]  # fmt: skip


def _when(wanted: DocumentFilter) -> list[str]:
    """The days of publication that are wanted, in words."""
    if wanted.since and wanted.until:
        return [f"đăng {named(wanted.since, wanted.until)}"]
    ends = (("từ", wanted.since), ("trước", wanted.until))
    return [f"đăng {word} {_day_or_time(at)}" for word, at in ends if at]


def _day_or_time(at: datetime) -> str:
    return f"ngày {day(at)}" if at == start_of_day(today(at)) else local_time(at)


def form_values(request: Request) -> dict[str, Any]:
    """The form as it was sent, and what can be chosen in it."""
    asked = {name: value for name, value in request.query_params.items() if value and name != "cursor"}
    outlets = sorted({feed.source.name for feed in site_of(request).feeds}, key=fold)
    return {"asked": asked, "AUDIENCES": AUDIENCES, "OUTLETS": outlets}


def quick_spans(request: Request, since: datetime | None, until: datetime | None) -> list[tuple[str, str, bool]]:
    """Spans of the calendar to choose from: name, address of the same question over it, whether it is the one shown."""
    now = site_of(request).clock.now()
    month, quarter, year = (period_of(k, today(now)) for k in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR))
    spans = {
        "Tháng này": month, "Tháng trước": before(PeriodKind.MONTH, month),
        "Quý này": quarter, "Quý trước": before(PeriodKind.QUARTER, quarter),
        "Năm nay": year, "Năm trước": before(PeriodKind.YEAR, year),
    }  # fmt: skip
    found = {name: (p.since, p.until) for name, p in spans.items()}
    # of a span that still runs, as many days as have begun
    first, end = since or quarter.since, until or quarter.until
    upto = min(end, start_of_day(today(now) + ONE_DAY))
    found["Cùng kỳ năm trước"] = compared_with(first, upto if first < upto else end, Against.YEAR)
    asked = {n: v for n, v in form_values(request)["asked"].items() if n not in ("since", "until")}
    return [
        (name, f"{request.url.path}?{urlencode(asked | _days(*span))}", span == (since, until))
        for name, span in found.items()
    ]


def _days(since: datetime, until: datetime) -> dict[str, str]:
    return {name: f"{at.astimezone(VIETNAM):%Y-%m-%d}" for name, at in (("since", since), ("until", until))}


def _values(
    request: Request, wanted: DocumentFilter, times: Sequence[datetime], ids: Sequence[str], cursor: str | None
) -> dict[str, Any]:
    """The form, where the list goes on, and the same question for the other list and the file."""
    known = form_values(request)
    asked, following = known["asked"], listing(ids, limit=PAGE, times=times, ids=ids).next
    return known | {
        "question": urlencode(asked),
        "next": urlencode(asked | {"cursor": following}) if following else "",
        "later": cursor is not None,
        "told": "; ".join([*conditions(wanted, site_of(request).clock.now()), *_when(wanted)]),
        "spans": quick_spans(request, wanted.since, wanted.until),
    }
