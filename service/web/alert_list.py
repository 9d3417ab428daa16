"""Alerts as a list, by one set of filters: page and API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BeforeValidator

from service.domain.accounts import User
from service.domain.provinces import name_of
from service.domain.topics import TOPICS
from service.domain.views import AlertView
from service.domain.warning import AlertState, Level
from service.domain.wording import ALERT_GROUPS, ALERT_STATES, local_time
from service.ports.read_models import EVERY_ALERT, AlertFilter, Cursor, ReadModels
from service.web.alert_values import LIVE
from service.web.api import Topic, WhereAndWhen
from service.web.paging import After, Limit, Listing, decode, listing
from service.web.parameters import BLANK
from service.web.rendering import render
from service.web.search import PAGE, form_values, quick_spans
from service.web.security import Viewer, reader, site_of

FIGURES = timedelta(days=90)
MOST_LIVE = 500  # on the page; what is open is never very much
ENDED = [str(s) for s in AlertState if s.ended]
GROUPS = {"live": LIVE, "ended": ENDED, "all": [*LIVE, *ENDED]}
STATE_NAMES = ALERT_GROUPS | {"all": "tất cả"} | ALERT_STATES
ME, NOBODY = "me", "nobody"
ASSIGNEES = {ME: "tôi", NOBODY: "chưa có ai"}
# fields of the filter that are called otherwise than the parameters of the address
FIELDS = {"state": "states", "assignee": "assigned_to"}
MIN_LEVELS = {str(int(level)): f"L{level:d}" for level in Level if level}

pages = APIRouter(include_in_schema=False)
reads = APIRouter(prefix="/api/v1", dependencies=[Depends(reader)])
# fields of a form that were left empty ask for nothing
States = Annotated[
    list[AlertState | Literal["live", "ended", "all"]],
    BeforeValidator(lambda values: [v for v in values if v]),
    Query(description="`live`: all that have not ended, `ended`: all others; all where not given"),
]
MinLevel = Annotated[
    int, BeforeValidator(lambda value: value or 0),
    Query(ge=0, le=4, description="of one that has ended its highest level counts"),
]  # fmt: skip
Assignee = Annotated[
    Literal["me", "nobody"] | None, BLANK,
    Query(description="who handles it; `me`: the account of the session, or that the token belongs to"),
]  # fmt: skip


class WantedAlerts:
    """Which alerts are meant, as query parameters; `place` and `topic` are those of what an alert watches."""

    def __init__(
        self,
        request: Request,
        there: Annotated[WhereAndWhen, Depends()],
        state: States = [],  # noqa: B006 (FastAPI copies it)
        min_level: MinLevel = 0,
        topic: Annotated[Topic | None, BLANK, Query(description="what the alert is about")] = None,
        assignee: Assignee = None,
    ) -> None:
        self.named = [str(name) for name in state]
        self.filter = AlertFilter(
            states=_states(self.named), min_level=min_level, topic=topic, place=there.place,
            assigned_to=_assigned_to(request, assignee), since=there.since, until=there.until,
        )  # fmt: skip

    def show(self, *names: str) -> None:
        """Those in these states, instead of what was asked for."""
        self.named, self.filter = list(names), replace(self.filter, states=_states(names))


def _states(named: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(s for name in named for s in GROUPS.get(name, [name])))


def _assigned_to(request: Request, assignee: str | None) -> str | None:
    if assignee != ME:
        return "" if assignee == NOBODY else None
    person: User | None = getattr(request.state, "person", None)
    if person is None:
        raise HTTPException(422, "assignee: chỉ người đã đăng nhập mới lọc được cảnh báo giao cho mình")
    return person.email


@reads.get("/alerts", summary="Alerts, newest first")
def list_alerts(
    request: Request, wanted: Annotated[WantedAlerts, Depends()], cursor: After = None, limit: Limit = 50
) -> Listing[AlertView]:
    """Open and ended alerts with the figures of the moment they fired."""
    return _newest(site_of(request).read, wanted.filter, after=decode(cursor), limit=limit)


@reads.get("/alert-counts", summary="How many such alerts there are, by state")
def count_alerts(request: Request, wanted: Annotated[WantedAlerts, Depends()]) -> dict[str, int]:
    """Every state with the number of alerts in it that the conditions leave; 0 where there is none."""
    return site_of(request).read.count_alerts(wanted.filter)


def _newest(read: ReadModels, wanted: AlertFilter, *, after: Cursor | None, limit: int) -> Listing[AlertView]:
    items = read.alerts(wanted=wanted, after=after, limit=limit)
    return listing(items, limit=limit, times=[i.opened_at for i in items], ids=[i.id for i in items])


@pages.get("/alerts")
def alerts_page(
    request: Request, user: Viewer, wanted: Annotated[WantedAlerts, Depends()], cursor: After = None
) -> HTMLResponse:
    site = site_of(request)
    if not wanted.named:
        wanted.show("live")
    now, read, found = site.clock.now(), site.read, _gravest_first(site.read, wanted.filter, decode(cursor))
    return render(
        request, "alerts.html", user=user, alerts=found.items, later=cursor is not None,
        figures=read.alert_figures(since=now - FIGURES, until=now), **_form(request, user, wanted, found.next),
        **_told(read, wanted, none=not found.items),
    )  # fmt: skip


def _gravest_first(read: ReadModels, wanted: AlertFilter, after: Cursor | None) -> Listing[AlertView]:
    """A page of the list: all that are open, the highest first, then those that have ended, the newest first."""
    live, ended = ([s for s in wanted.states if (s in LIVE) is is_live] for is_live in (True, False))
    first = read.gravest_alerts(replace(wanted, states=live), limit=MOST_LIVE) if live and after is None else []
    if not ended:
        return Listing(items=first)
    rest = _newest(read, replace(wanted, states=ended), after=after, limit=PAGE)
    return Listing(items=[*first, *rest.items], next=rest.next)


def _form(request: Request, user: User | None, wanted: WantedAlerts, following: str | None) -> dict[str, Any]:
    """The filters as they were sent, what can be chosen in them, and where the list goes on."""
    asked: dict[str, Any] = form_values(request)["asked"] | {"state": wanted.named}
    chosen = wanted.named[0] if len(wanted.named) == 1 else ""
    return {
        "asked": asked | {"state": chosen},
        "states": ({} if chosen else {"": "nhiều tình trạng"}) | STATE_NAMES,
        "ASSIGNEES": {name: words for name, words in ASSIGNEES.items() if user or name != ME},
        "MIN_LEVELS": MIN_LEVELS,
        "question": _question(asked),
        "next": _question(asked | {"cursor": following}) if following else "",
        "spans": quick_spans(request, wanted.filter.since, wanted.filter.until),
        "tabs": {name: _question(asked | {"state": name}) for name in GROUPS},
        "without": {name: _question(asked | {name: "all" if name == "state" else ""}) for name in conditions(wanted)},
    }


def _question(asked: Mapping[str, Any]) -> str:
    return urlencode({name: value for name, value in asked.items() if value}, doseq=True)


def _told(read: ReadModels, wanted: WantedAlerts, *, none: bool) -> dict[str, Any]:
    """How many there are, by group of states, and what was asked for, in words.

    Args:
        none: none is shown; how many there would be without each of the conditions is told too.
    """
    counts = read.count_alerts(replace(wanted.filter, states=GROUPS["all"]))
    asked = conditions(wanted)
    others = {name: sum(read.count_alerts(_without(wanted.filter, name)).values()) for name in asked} if none else {}
    return {
        "conditions": asked,
        "others": {name: count for name, count in others.items() if count},
        "count": sum(counts[s] for s in wanted.filter.states),
        "counts": {name: sum(counts[s] for s in states) for name, states in GROUPS.items()},
    }


def conditions(wanted: WantedAlerts) -> dict[str, str]:
    """What is asked for, in words, by the parameter that asks for it."""
    asked = wanted.filter
    words = {
        "state": "" if len(asked.states) == len(AlertState) else " hoặc ".join(STATE_NAMES[n] for n in wanted.named),
        "min_level": f"từ mức L{asked.min_level}" if asked.min_level else "",
        "topic": f"chủ đề “{TOPICS[asked.topic]}”" if asked.topic else "",
        "place": f"riêng {name_of(asked.place)}" if asked.place else "",
        "assignee": {None: "", "": "chưa có người xử lý"}.get(asked.assigned_to, "giao cho quý vị"),
        "since": f"phát hiện từ {local_time(asked.since)}" if asked.since else "",
        "until": f"phát hiện trước {local_time(asked.until)}" if asked.until else "",
    }
    return {name: told for name, told in words.items() if told}


def _without(wanted: AlertFilter, parameter: str) -> AlertFilter:
    """The same without one condition."""
    return replace(wanted, **{FIELDS.get(parameter, parameter): getattr(EVERY_ALERT, FIELDS.get(parameter, parameter))})
