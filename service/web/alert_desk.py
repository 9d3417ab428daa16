"""Alerts as the desk works on them: actions, silences, response clock, false-alarm figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from pydantic import ConfigDict, Field

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
from service.web.api import aware
from service.web.deps import Site
from service.web.flash import Flash, done
from service.web.pages import alert_page
from service.web.paging import RowId
from service.web.parameters import BLANK, OFFSET, Body, Moment
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


class ActionBody(Body):
    """What is to be done with an alert.

    Attributes:
        verb: what is done.
        text: comment, reason or statement; needed to close, dismiss, reopen, refuse, comment and state; one with
            personal data is refused.
        target: account that gets it (assign), or id of the alert that this one becomes part of (merge).
        level: as it was shown (confirm, refuse; may be left out to close, dismiss, merge).
        seen: how many lines of its timeline were shown (close, dismiss, merge; may be left out): where there are more
            by now, nothing is done (409).
        at: when a statement was published (state); a time without offset, or a day, is one of Asia/Ho_Chi_Minh (UTC+7).
        instead: why a statement replaces the kept one (state).
        assigned: who was shown to handle it, empty for nobody (assign; may be left out).
    """

    verb: Verb
    text: Text = ""
    target: Annotated[str, Field(max_length=254)] = ""
    level: Annotated[int | None, Field(ge=0, le=4)] = None
    seen: Annotated[int | None, Field(ge=0)] = None
    at: Annotated[Moment | None, BLANK] = None
    instead: Text = ""
    assigned: Annotated[str | None, Field(max_length=254)] = None

    def command(self, who: str) -> Command:
        """What this person or program wants."""
        values = {name: getattr(self, name) for name in ActionBody.model_fields}
        return Command(who=who, **values | {"at": aware(self.at)})


class ActionForm(ActionBody):
    """The same as a form of the page sends it."""

    model_config = ConfigDict(extra="ignore")

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


class SilenceBody(Body):
    """No messages about a stream for some minutes.

    Attributes:
        stream: as alerts name it; a topic stands for its provinces too, a province for its topics.
        reason: why; one with personal data is refused.
        minutes: from now on, 5 minutes to 30 days.
    """

    stream: Annotated[str, Field(pattern=f"^{STREAM}$", max_length=80)]
    reason: Annotated[Text, Field(min_length=1)]
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
def act_on_alert(request: Request, alert_id: str, body: ActionBody, who: Who) -> AlertDetailView:
    """One command, in the order of the desk's work. The same command again changes nothing and answers alike; what the
    alert's state does not allow, or what has changed since it was read, is refused (409). Alerts of the whole country
    or of another province are read and commented on by an account of provinces, and nothing else."""
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
def get_alert_handling(request: Request, alert_id: str) -> HandlingView:
    """Who handles an alert, what was said in public, how long everything took, and what may be done now."""
    found = site_of(request).read.handling(alert_id)
    if found is None:
        raise HTTPException(404, "no such alert")
    return found


@reads.get("/alert-figures", summary="False-alarm figure and response times, with denominators and intervals")
def get_alert_figures(
    request: Request,
    since: Annotated[
        Moment | None,
        Query(
            description=f"opened then or later; 90 days before `until` where not given; {OFFSET}",
            examples=["2026-02-11"],
        ),
    ] = None,
    until: Annotated[
        Moment | None, Query(description=f"opened before; now where not given; {OFFSET}", examples=["2026-05-12"])
    ] = None,
) -> AlertFigures:
    """Of alerts that were opened in the span; shares carry their 95 % interval (Wilson 1927), of too few alerts there
    is none."""
    site = site_of(request)
    end = aware(until) or site.clock.now()
    start = aware(since) or end - FIGURES
    if start >= end:
        raise HTTPException(422, "since: ngày đầu phải trước ngày cuối")
    return site.read.alert_figures(since=start, until=end)


@reads.get("/silences", summary="Silences of what the account may read, the one that ends last first")
def list_silences(
    request: Request, active: Annotated[bool, Query(description="those that hold now only")] = False
) -> list[Silence]:
    """The 200 that end last, ended ones included; with `active` all that hold now."""
    site = site_of(request)
    with site.store.snapshot() as tx:
        found = tx.silences(active_at=site.clock.now() if active else None)
    return [one for one in found if decides(provinces_of(request), one.stream)][: None if active else LISTED]


@writes.post("/silences", summary="No messages about a stream for a time; L3 and L4 still come", status_code=201)
def add_silence(request: Request, body: SilenceBody, who: Who) -> Silence:
    """No messages about L1 and L2 of a stream; alerts are opened all the same, and L3 and L4 are told. An account of
    provinces silences streams of its provinces only (403)."""
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
    """From now on messages about the stream are sent again."""
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
