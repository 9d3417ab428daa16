"""The indicator set: values, definitions, the page and its CSV file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse

from service.domain.audit import Action
from service.domain.indicators import Better, Definition, IndicatorPeriod, IndicatorValue
from service.domain.intervals import MIN_DOCUMENTS, Trend
from service.domain.permissions import Action as Permitted
from service.domain.permissions import may
from service.domain.provinces import REDRAWN_ON, code_of, name_of, names_on, territory_changed, why_not
from service.insight import indicators as insight
from service.insight.periods import Period, PeriodKind, before, period_of, split, today
from service.ports.read_models import ReadModels
from service.usecases.audit import audit
from service.usecases.indicators import EARLIEST, LATEST, as_csv, gather, indicators
from service.web.api import PLACE
from service.web.deps import Site
from service.web.export import CSV, Language, exporter
from service.web.indicator_chart import indicator_chart
from service.web.parameters import Day
from service.web.rendering import render
from service.web.security import Viewer, actor_of, limited, reader, site_of

DAYS, MOST_PERIODS, MONTHS = 30, 60, 12
Province = Annotated[str | None, Query(max_length=60, description=f"{PLACE}; empty: all", examples=["Đà Nẵng"])]
Month = Annotated[str | None, Query(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$", description="last month shown")]

reads = APIRouter(prefix="/api/v1", dependencies=[Depends(reader)])
exports = APIRouter(prefix="/api/v1", dependencies=[Depends(reader), Depends(exporter)])
pages = APIRouter(include_in_schema=False)


class Span:
    """Which days and which places, as query parameters."""

    def __init__(
        self,
        request: Request,
        first: Annotated[
            Day | None,
            Query(description="first day (Việt Nam), from 2000 on; 30 days where not given", examples=["2026-01-01"]),
        ] = None,
        last: Annotated[
            Day | None, Query(description="last day (Việt Nam); today where not given", examples=["2026-04-30"])
        ] = None,
        by: Annotated[
            Literal["month", "week"] | None,
            Query(description=f"cut into periods of the calendar, at most {MOST_PERIODS}; one period where not given"),
        ] = None,
        province: Province = None,
    ) -> None:
        self.site = site_of(request)
        end = last or today(self.site.clock.now())
        if not EARLIEST <= end <= LATEST:
            raise HTTPException(422, "last: expected a day from the year 2000 on")
        begin = first or end - timedelta(days=DAYS - 1)
        if not EARLIEST <= begin <= end:
            raise HTTPException(422, "first: must not be after last, nor before the year 2000")
        width = {"month": 28, "week": 7, None: 10**6}[by]
        if (end - begin).days // width > MOST_PERIODS:
            raise HTTPException(422, f"first: at most {MOST_PERIODS} periods")
        self.read = read_of(request, self.site, province_of(province, begin, end))
        self.periods = split(begin, end, PeriodKind(by) if by else None)

    def values(self) -> list[IndicatorPeriod]:
        return indicators(self.read, self.site.feeds, self.periods, as_of=self.site.clock.now())


def province_of(named: str | None, first: date, last: date) -> str | None:
    """The code of a province on the last day or on the first: a span may begin before a merger and end after it."""
    named = (named or "").strip()
    if not named:
        return None
    if code := code_of(named, last) or (named if named in names_on(first) else None):
        return code
    raise HTTPException(422, f"province: {why_not(named, last)}")


def read_of(request: Request, site: Site, province: str | None) -> ReadModels:
    """What is read for a province; an account of provinces gets its own only, and all of them where none is named."""
    own: tuple[str, ...] = getattr(request.state, "provinces", ())
    if not province:
        return site.read
    if own and province not in own:
        raise HTTPException(403, "Tài khoản này chỉ xem được số liệu của tỉnh mình")
    return site.read.scoped((province,))


@reads.get("/indicators", summary="The indicator set by month or week: values with denominators and intervals")
def get_indicators(span: Annotated[Span, Depends()]) -> list[IndicatorPeriod]:
    """Each value by the version that holds on the period's last day; why one is missing is said in words. Of a period
    that still runs, up to now. A province that is not the account's is refused (403)."""
    return span.values()


@reads.get("/indicators/definitions", summary="Every version of every indicator: formula, source, days it holds for")
def list_indicator_definitions(
    on: Annotated[
        Day | None, Query(description="the versions that hold on a day; all where not given", examples=["2026-04-30"])
    ] = None,
) -> list[Definition]:
    """A change of method is a new version, from a day on."""
    return insight.valid_on(on) if on else list(insight.shipped()[1])


@exports.get(
    "/indicators.csv",
    summary="The indicator set as CSV for spreadsheets",
    response_class=Response,
    responses=CSV,
)
def export_indicators(request: Request, span: Annotated[Span, Depends()], lang: Language = "en") -> Response:
    """A line an indicator and period, as UTF-8 with a byte order mark."""
    actor = actor_of(request)
    limited(request, "export", actor)
    body = as_csv(span.values(), vietnamese=lang == "vi")
    with span.site.store.begin() as tx:
        audit(tx, Action.EXPORTED, actor=actor, at=span.site.clock.now(), subject="indicators.csv")
    name = {"Content-Disposition": 'attachment; filename="chi-so.csv"'}
    return Response(body, media_type="text/csv; charset=utf-8", headers=name)


@pages.get("/indicators")
def indicators_page(request: Request, user: Viewer, month: Month = None, province: Province = None) -> HTMLResponse:
    site = site_of(request)
    now = site.clock.now()
    this = period_of(PeriodKind.MONTH, today(now))
    chosen = period_of(PeriodKind.MONTH, date.fromisoformat(f"{month}-01")) if month else this
    months = _until(min(chosen, this, key=lambda p: p.first))
    province = province_of(province, months[-1].last, months[-1].last)
    own = user.provinces if user else ()
    known = gather(read_of(request, site, province), site.feeds, months, as_of=now)
    periods = [insight.evaluate(facts, period) for period, facts in known]
    redrawn = _redrawn([province] if province else own, months)
    return render(
        request, "indicators.html", user=user, month=months[-1],
        groups=_groups(periods, months, redrawn), redrawn=redrawn,
        running=months[-1] == this, months=_until(this)[::-1], first=months[0].first, last=months[-1].last,
        province=province or "", provinces=_names(known[-1:], own, province, months[-1].last),
        since=min(d.valid_from for d in insight.shipped()[1]), blind=not (known[-1][1].origins or known[-1][1].covered),
        exports=user is None or may(user, Permitted.EXPORT), least=MIN_DOCUMENTS,
    )  # fmt: skip


def _until(last: Period) -> list[Period]:
    """So many months up to one."""
    found = [last]
    while len(found) < MONTHS:
        found.insert(0, before(PeriodKind.MONTH, found[0]))
    return found


def _names(
    known: list[Any], own: tuple[str, ...], province: str | None, day: date
) -> dict[str, str]:  # fmt: skip
    """Provinces to choose from, under their names on a day: one's own, or those with enough data in the month."""
    told = {place.id for _, facts in known for place in facts.places if place.origins >= MIN_DOCUMENTS}
    codes = own or sorted({*told, *([province] if province else [])})
    return {code: name_of(code, day) for code in codes}


def _redrawn(chosen: Sequence[str], months: list[Period]) -> date | None:
    """The first month of the figures' present territory, where one of the provinces had another one before."""
    first = period_of(PeriodKind.MONTH, REDRAWN_ON).first
    return first if months[-1].last >= first and any(map(territory_changed, chosen)) else None


def _groups(
    periods: list[IndicatorPeriod], months: list[Period], redrawn: date | None
) -> dict[str, list[dict[str, Any]]]:  # fmt: skip
    """Indicators by name of their group, each with the values of all months.

    Args:
        redrawn: the month that is compared with none before it, as the territory was another one.
    """
    names, valid = insight.shipped()[0], insight.valid_on(months[-1].last)
    breaks = next((n for n, m in enumerate(months) if n and m.first == redrawn), 0)
    by_code: dict[str, dict[str, IndicatorValue]] = defaultdict(dict)
    for period in periods:
        for value in period.values:
            by_code[value.code][period.label] = value
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for definition in valid:
        mine = [by_code[definition.code].get(m.label) for m in months]
        now, last = mine[-1], None if months[-1].first == redrawn else mine[-2]
        trend = insight.change(now, last) if now else Trend.UNCLEAR
        labels = [f"{m.first:%m/%Y}" for m in months]
        found[names[definition.group]].append({
            "definition": definition, "now": now, "before": last, "trend": str(trend),
            "good": _good(definition.better, trend),
            "chart": indicator_chart(definition.name, list(zip(labels, mine, strict=True)), breaks=breaks),
        })  # fmt: skip
    return found


def _good(better: Better, trend: Trend) -> str:
    """«good», «bad» or empty: what a change means."""
    if better is Better.NEITHER or trend is Trend.UNCLEAR:
        return ""
    return "good" if str(better) == str(trend) else "bad"
