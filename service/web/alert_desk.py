"""Alerts as the desk works on them: actions, silences, response clock, false-alarm figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, BeforeValidator, Field

from service.alerting.lifecycle import MAX_TEXT, Changed, Command, Outcome, Refused, Unchanged, Verb
from service.alerting.wording import stream_name
from service.domain.desk import AlertFigures, HandlingView
from service.domain.permissions import Action
from service.domain.provinces import name_of
from service.domain.silences import Silence
from service.domain.streams import ALL, decides, parse
from service.domain.topics import TOPICS
from service.domain.views import AlertDetailView
from service.ports.storage import Transaction
from service.usecases.handle import Post, handle, normalised
from service.usecases.silence import LONGEST, SilenceError, end_silence, silence
from service.web.acting import by_form
from service.web.alert_list import FIGURES
from service.web.alert_values import NOBODY, done_to
from service.web.api import OFFSET, aware
from service.web.deps import Site
from service.web.flash import Flash, done
from service.web.pages import alert_page
from service.web.paging import RowId
from service.web.problems import CONFLICT
from service.web.rendering import render
from service.web.security import Viewer, provinces_of, reader, site_of, writer
from service.web.typed import Typed

LISTED = 200  # silences, ended ones too
HOURS = [1, 4, 8, 24, 72, 168, 720]
STREAM = r"(all|topic:[a-z_]{1,40}(@\d{2})?|place:\d{2}|story:[\w-]{1,40})"

pages = APIRouter(include_in_schema=False)
reads = APIRouter(prefix="/api/v1", dependencies=[Depends(reader)])
writes = APIRouter(prefix="/api/v1")
Who = Annotated[str, Depends(writer)]
Text = Annotated[Typed, Field(max_length=MAX_TEXT)]


class ActionBody(BaseModel):
    """What is to be done with an alert; `target`: account (assign) or id of another alert (merge); `level`: as it was
    shown (confirm, refuse; may be left out to close, dismiss, merge); `seen`: how many lines of its timeline were shown
    (close, dismiss, merge; may be left out); `at`: when a statement was published, `instead`: why it replaces the kept
    one (state); `assigned`: who was shown to handle it, empty for nobody (assign)."""

    verb: Verb
    text: Text = ""
    target: Annotated[str, Field(max_length=254)] = ""
    level: Annotated[int | None, Field(ge=0, le=4)] = None
    seen: Annotated[int | None, Field(ge=0)] = None
    at: Annotated[datetime | None, BeforeValidator(lambda typed: typed or None), Field(description=OFFSET)] = None
    instead: Text = ""
    assigned: Annotated[str | None, Field(max_length=254)] = None

    def command(self, who: str) -> Command:
        """What this person or program wants."""
        values = {name: getattr(self, name) for name in ActionBody.model_fields}
        return Command(who=who, **values | {"at": aware(self.at)})


class ActionForm(ActionBody):
    """The same as a form of the page sends it."""

    csrf: str = ""

    def command(self, who: str) -> Command:
        """What this person wants; nobody who handles an alert has a name in forms, as an empty field would read as none
        at all."""
        wanted = super().command(who)
        return replace(wanted, assigned="") if self.assigned == NOBODY else wanted


def _own_stream(request: Request, stream: str) -> None:
    """An account of provinces silences streams of these only."""
    if not decides(provinces_of(request), stream):
        raise HTTPException(403, "Tài khoản của tỉnh chỉ tạm dừng cảnh báo của tỉnh mình")


def _own_silence(request: Request, silence_id: int) -> None:
    with site_of(request).store.snapshot() as tx:
        known = tx.silence(silence_id)
    if known is not None:
        _own_stream(request, known.stream)


class SilenceBody(BaseModel):
    """No messages about a stream for some minutes."""

    stream: Annotated[str, Field(pattern=f"^{STREAM}$", max_length=80)]
    reason: Text
    minutes: Annotated[int, Field(ge=5, le=int(LONGEST.total_seconds() // 60))]


@pages.post("/alerts/{alert_id}/do")
async def do_form(request: Request, alert_id: str, form: Annotated[ActionForm, Form()]) -> Response:
    user = await by_form(request, form.csrf, Action.HANDLE_ALERTS, back=f"/alerts/{alert_id}")
    outcome = await run_in_threadpool(_handle, request, alert_id, form.command(user.email))
    if not isinstance(outcome, Changed):
        page = partial(alert_page, error=outcome.reason, unsaved=form.text, tried=str(form.verb), chosen=form.target)
        return await run_in_threadpool(page, request, alert_id, user)
    if form.verb is Verb.COMMENT:
        # beside the comment itself
        said = Flash(text="Đã thêm bình luận, ở cuối phần diễn biến.", place="timeline")
        return done(request, f"/alerts/{alert_id}#done", said)
    return done(request, f"/alerts/{alert_id}", done_to(outcome.alert, form.verb))


def _handle(request: Request, alert_id: str, wanted: Command) -> Outcome:
    site, command = site_of(request), normalised(replace(wanted, provinces=provinces_of(request)))
    # an account of a province acts on what it may read only
    touched = [alert_id, command.target] if command.verb is Verb.MERGE else [alert_id]
    readable = all(site.read.alert(i) is not None for i in touched)
    if not readable:
        raise HTTPException(404, "Không có cảnh báo này")
    outcome = handle(alert_id, command, store=site.store, clock=site.clock, post=_post(site), own=site.own)
    if outcome is None:
        raise HTTPException(404, "Không có cảnh báo này")
    return outcome


def _post(site: Site) -> Post:
    return Post(base_url=site.base_url, domains=site.domains, desk=site.desk, sending=site.policy.sending)


@writes.post(
    "/alerts/{alert_id}/actions",
    summary="Acknowledge, assign, confirm, close, dismiss, reopen, comment, merge",
    responses=CONFLICT,
)
def do_api(request: Request, alert_id: str, body: ActionBody, who: Who) -> AlertDetailView:
    site = site_of(request)
    command = body.command(who)
    outcome = _handle(request, alert_id, command)
    # the same command again is no error, but words that are kept nowhere are
    if isinstance(outcome, Refused) or (isinstance(outcome, Unchanged) and command.text.strip()):
        raise HTTPException(409, outcome.reason)
    found = site.read.alert(alert_id)
    assert found is not None
    return found


@reads.get("/alerts/{alert_id}/handling", summary="Who handles an alert, and the response clock")
def handling(request: Request, alert_id: str) -> HandlingView:
    found = site_of(request).read.handling(alert_id)
    if found is None:
        raise HTTPException(404, "no such alert")
    return found


@reads.get("/alert-figures", summary="False-alarm figure and response times, with denominators and intervals")
def figures(
    request: Request,
    since: Annotated[datetime | None, Query(description=f"90 days before `until` where not given; {OFFSET}")] = None,
    until: Annotated[datetime | None, Query(description=f"now where not given; {OFFSET}")] = None,
) -> AlertFigures:
    site = site_of(request)
    end = aware(until) or site.clock.now()
    start = aware(since) or end - FIGURES
    if start >= end:
        raise HTTPException(422, "since: ngày đầu phải trước ngày cuối")
    return site.read.alert_figures(since=start, until=end)


@reads.get("/silences", summary="Silences of what the account may read, the one that ends last first")
def silences(request: Request, active: bool = False) -> list[Silence]:
    site = site_of(request)
    with site.store.snapshot() as tx:
        found = tx.silences(active_at=site.clock.now() if active else None)
    return [one for one in found if decides(provinces_of(request), one.stream)][: None if active else LISTED]


@writes.post("/silences", summary="No messages about a stream for a time; L3 and L4 still come", status_code=201)
def add_silence(request: Request, body: SilenceBody, who: Who) -> Silence:
    _own_stream(request, body.stream)
    site = site_of(request)
    lasting = timedelta(minutes=body.minutes)
    try:
        return _silence(site, body.stream, body.reason, lasting, who)
    except SilenceError as error:
        raise HTTPException(422, str(error)) from None


def _silence(site: Site, stream: str, reason: str, lasting: timedelta, who: str) -> Silence:
    return silence(
        stream, reason=reason, lasting=lasting, who=who, store=site.store, clock=site.clock, own=site.own
    )  # fmt: skip


@writes.delete("/silences/{silence_id}", summary="End a silence before its time", status_code=204)
def delete_silence(request: Request, silence_id: RowId, who: Who) -> None:
    _own_silence(request, silence_id)
    site = site_of(request)
    if not end_silence(silence_id, who=who, store=site.store, clock=site.clock):
        raise HTTPException(404, "no such silence, or it is over")


@pages.get("/silences")
async def silences_page(request: Request, user: Viewer) -> HTMLResponse:
    return await run_in_threadpool(_silences, request, user, "")


def _silences(request: Request, user: Viewer, error: str, tried: str = "") -> HTMLResponse:
    """The silences; after a refusal with the stream that was `tried` among the choices: what is sent again is of it."""
    site = site_of(request)
    choices = [ALL, *(f"topic:{topic}" for topic in TOPICS)]
    if user is not None and user.provinces:
        choices = [f"place:{code}" for code in user.provinces]
    with site.store.snapshot() as tx:
        # what there are alerts about now, which no other choice names: a topic in one province, a province, a story
        own = [a.stream for a in tx.live_alerts() if decides(provinces_of(request), a.stream)]
        choices = list(dict.fromkeys([*choices, *own, *([tried] if tried else [])]))
        found = [one for one in tx.silences() if decides(provinces_of(request), one.stream)][:LISTED]
        names = {stream: _name(tx, stream) for stream in [*choices, *(one.stream for one in found)]}
    return render(
        request,
        "silences.html",
        status=422 if error else 200,
        user=user,
        silences=found,
        choices=choices,
        names=names,
        hours=HOURS,
        error=error,
    )


def _name(tx: Transaction, stream: str) -> str:
    """A stream as people call it."""
    place = parse(stream).place
    name = stream_name(stream, subject=tx.subject_of(stream) or (name_of(place) if place else ""))
    return name[:1].upper() + name[1:]


@pages.post("/silences")
async def add_silence_form(
    request: Request,
    stream: Annotated[str, Form(pattern=f"^{STREAM}$", max_length=80)],
    hours: Annotated[int, Form(ge=1, le=720)],
    reason: Annotated[Typed, Form(max_length=MAX_TEXT)] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    user = await by_form(request, csrf, Action.SILENCE, back="/silences")
    _own_stream(request, stream)
    site = site_of(request)
    try:
        await run_in_threadpool(_silence, site, stream, reason, timedelta(hours=hours), user.email)
    except SilenceError as error:
        return await run_in_threadpool(_silences, request, user, str(error), stream)
    return done(request, "/silences", "Đã tạm dừng gửi thư.")


@pages.post("/silences/{silence_id}/end")
async def end_silence_form(request: Request, silence_id: RowId, csrf: Annotated[str, Form()] = "") -> Response:
    user = await by_form(request, csrf, Action.SILENCE, back="/silences")
    await run_in_threadpool(_own_silence, request, silence_id)
    site = site_of(request)
    await run_in_threadpool(lambda: end_silence(silence_id, who=user.email, store=site.store, clock=site.clock))
    return done(request, "/silences", "Đã kết thúc lần tạm dừng; thư báo được gửi trở lại.")
