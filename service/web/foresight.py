"""Stories, explanations, campaigns and recovery: API routes and pages of their own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from service.alerting.outlook import Model, shipped
from service.domain.accounts import User
from service.domain.campaigns import Campaign
from service.domain.permissions import Action, may
from service.domain.provinces import codes_of, names_of
from service.domain.views import StoryDetailView
from service.usecases import campaigns as campaigning
from service.usecases import tidy
from service.usecases.explain import Explanation
from service.usecases.outlook import Outlook
from service.usecases.recover import Aftermath
from service.web import explanations
from service.web.acting import by_form
from service.web.flash import done
from service.web.pages import story_page
from service.web.parameters import Body, Day
from service.web.rendering import render
from service.web.security import Viewer, reader, site_of, writer

GONE_MEANWHILE = (
    "Một bài đã chọn không còn thuộc câu chuyện này nên đã được bỏ chọn; các bài khác vẫn được chọn. Vui lòng xem lại "
    "rồi tách lại."
)
MERGED_MEANWHILE = (
    "Câu chuyện quý vị đang xem đã được gộp vào câu chuyện này nên chưa được tách. Các bài đã chọn vẫn được chọn. Vui "
    "lòng xem lại rồi tách lại."
)
T = TypeVar("T")
Writer = Annotated[str, Depends(writer)]

router = APIRouter(prefix="/api/v1", dependencies=[Depends(reader)])
writes = APIRouter(prefix="/api/v1")
pages = APIRouter(include_in_schema=False)


class MergeRequest(Body):
    """The story that goes on, and why.

    Attributes:
        into: id of the story that goes on.
        reason: why; one with personal data is refused; may be empty.
    """

    into: str = Field(max_length=40)
    reason: str = Field(default="", max_length=500)


class SplitRequest(Body):
    """Documents that become a story of their own.

    Attributes:
        documents: ids of documents of the story, not all of them.
        reason: why; one with personal data is refused; may be empty.
    """

    documents: list[str] = Field(min_length=1, max_length=1000)
    reason: str = Field(default="", max_length=500)


class CampaignRequest(Body):
    """A campaign to enter.

    Attributes:
        name: in Vietnamese, as alerts name it.
        starts, ends: both included, on the calendar of Việt Nam.
        topics: ids that it makes louder.
        places: codes of provinces; empty: the whole country.
    """

    name: str = Field(min_length=1, max_length=campaigning.MOST_NAME)
    starts: Day
    ends: Day
    topics: list[Annotated[str, Field(max_length=40)]] = Field(min_length=1, max_length=40)
    places: list[Annotated[str, Field(pattern=r"^[0-9]{2}$")]] = Field(default_factory=list, max_length=70)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignView(Campaign):
    """A campaign as it is listed.

    Attributes:
        entered: by people; False: shipped with the service.
    """

    entered: bool


class StoryMoved(BaseModel):
    """Where documents are now.

    Attributes:
        story: id of the story that they are in now.
    """

    story: str


@router.get("/alerts/{alert_id}/explain", summary="Why an alert fired: counts, baseline, rule, evidence")
def explain_alert(request: Request, alert_id: str) -> Explanation:
    """What the alert stood on when it fired, as it was frozen; evidence that the account reads."""
    return _found(explanations.alert_explanation(site_of(request), alert_id), "alert")


@router.get("/alerts/{alert_id}/aftermath", summary="Recovery curve, provinces, and the plan for an alert")
def get_alert_aftermath(request: Request, alert_id: str) -> Aftermath:
    """How the stream comes back to its usual level, by province too, and what is proposed for now and for
    afterwards."""
    return _found(explanations.alert_aftermath(site_of(request), alert_id), "alert")


@router.get("/alerts/{alert_id}/outlook", summary="Forecast of an open alert, and the chance that it reaches L3")
def get_alert_outlook(request: Request, alert_id: str) -> Outlook:
    """Counted up to the last whole hour. 404 where the alert has ended."""
    return _found(explanations.alert_outlook(site_of(request), alert_id), "open alert")


@router.get("/outlook/calibration", summary="How well the chances given by outlooks came true, on held-out simulations")
def get_outlook_calibration() -> Model:
    """The model as it was shipped; nothing in it is of this installation."""
    return shipped()


@router.get("/stories/{story_id}/explain", summary="Why a story did or did not become an alert")
def explain_story(request: Request, story_id: str) -> list[Explanation]:
    """The story's own stream and those of its topics, each at its most unusual hour, by the rule alone: earlier alerts
    and silences are left out of account."""
    return _found(explanations.story_explanations(site_of(request), story_id) or None, "story")


@router.get("/stories/{story_id}/detail", summary="Phase, tone over time, topics, places and sources of a story")
def get_story_detail(request: Request, story_id: str) -> StoryDetailView:
    """Days are those of Việt Nam; names of provinces are those of the day of its newest publication."""
    return _found(explanations.story_detail(site_of(request), story_id), "story")


@writes.post("/stories/{story_id}/merge", summary="Say that a story is part of another; lasts through later runs")
def merge_story(request: Request, story_id: str, wanted: MergeRequest, who: Writer) -> StoryMoved:
    """The publications of this story go into another one. An account of provinces merges stories of which it reads
    everything (403 otherwise)."""
    try:
        _merge(request, kept=wanted.into, absorbed=story_id, who=who, reason=wanted.reason)
    except tidy.UnknownStoryError as error:
        raise HTTPException(404, str(error)) from None
    except tidy.ReasonError as error:
        raise HTTPException(422, str(error)) from None
    return StoryMoved(story=wanted.into)


@writes.post("/stories/{story_id}/split", summary="Say that documents are a story of their own")
def split_story(request: Request, story_id: str, wanted: SplitRequest, who: Writer) -> StoryMoved:
    """They may not be all; the answer names the new story."""
    _found(site_of(request).read.story(story_id), "story")
    try:
        into = _split(request, story_id, documents=tuple(wanted.documents), who=who, reason=wanted.reason)
    except tidy.UnknownStoryError as error:
        raise HTTPException(404, str(error)) from None
    except tidy.ReasonError as error:
        raise HTTPException(422, str(error)) from None
    return StoryMoved(story=into)


def _merge(request: Request, *, kept: str, absorbed: str, who: str, reason: str) -> None:
    """Merge stories that may be read; an account of provinces moves none of what it may not read."""
    site = site_of(request)
    for each in (absorbed, kept):
        if site.read.story(each) is None:
            raise tidy.UnknownStoryError(f"no such story {each!r}")
    if own := site.read.limits():
        with site.store.snapshot() as tx:
            moved = {p.id for p in tx.story_members(absorbed)}
        if moved - site.read.readable(list(moved)):
            raise HTTPException(403, f"Tài khoản này chỉ gộp câu chuyện mà mọi tin, bài đều nhắc đến {names_of(own)}")
    tidy.merge(site.store, site.clock, kept=kept, absorbed=absorbed, who=who, reason=reason, own=site.own)


def _split(request: Request, story: str, *, documents: tuple[str, ...], who: str, reason: str) -> str:
    """Split documents that may be read from their story; gives the new one."""
    site = site_of(request)
    if unknown := set(documents) - site.read.readable(documents):
        raise tidy.NotOfStoryError(f"story {story!r} has no documents {', '.join(sorted(unknown))}")
    return tidy.split(
        site.store, site.clock, story=story, documents=documents, who=who, reason=reason, own=site.own
    )  # fmt: skip


@router.get("/campaigns", summary="Campaigns of this year and the next, shipped and entered by people")
def list_campaigns(request: Request) -> list[CampaignView]:
    """Those of the whole country, and of provinces that the account reads."""
    return [CampaignView(**asdict(c.campaign), entered=c.entered) for c in _listed(request)]


def _listed(request: Request) -> list[campaigning.Listed]:
    """Campaigns of the whole country, and of a province that may be read."""
    site = site_of(request)
    own = set(site.read.limits())
    known = campaigning.listed(site.store, site.clock)
    return [c for c in known if not own or not c.campaign.places or own & set(c.campaign.places)]


@writes.post("/campaigns", status_code=201, summary="Enter a campaign")
def add_campaign(request: Request, wanted: CampaignRequest, who: Writer) -> Campaign:
    """In its days its usual effect is taken for normal. An account of provinces enters those of its provinces only
    (403)."""
    try:
        return _add(request, who, **wanted.model_dump())
    except campaigning.CampaignError as error:
        raise HTTPException(422, str(error)) from None


@writes.delete("/campaigns/{campaign_id}", status_code=204, summary="Remove a campaign that people have entered")
def remove_campaign(request: Request, campaign_id: str, who: Writer) -> Response:
    """404 for those that are shipped with the service."""
    if not _remove(request, campaign_id, who):
        raise HTTPException(404, "no such campaign that people have entered")
    return Response(status_code=204)


def _add(
    request: Request, who: str, *, name: str, starts: date, ends: date, topics: list[str], places: list[str]
) -> Campaign:  # fmt: skip
    _own_places(request, places)
    site = site_of(request)
    return campaigning.add(
        name=name, days=(starts, ends), topics=tuple(topics), places=tuple(places), who=who, store=site.store,
        clock=site.clock, own=site.own,
    )  # fmt: skip


def _remove(request: Request, campaign_id: str, who: str) -> bool:
    site = site_of(request)
    with site.store.begin() as tx:
        for known in tx.campaigns():
            if known.id == campaign_id:
                _own_places(request, known.places)
    return campaigning.remove(campaign_id, who=who, store=site.store, clock=site.clock)


def _own_places(request: Request, places: Collection[str]) -> None:
    """An account of provinces enters and removes campaigns of these only: one without places damps the whole country's
    alerts."""
    provinces: tuple[str, ...] = getattr(request.state, "provinces", ())
    if provinces and not (places and set(places) <= set(provinces)):
        raise HTTPException(403, f"Tài khoản này chỉ nhập và xóa chiến dịch của {names_of(provinces)}")


@pages.get("/calibration")
def calibration_page(request: Request, user: Viewer) -> HTMLResponse:
    return render(request, "calibration.html", user=user, model=shipped())


@pages.get("/campaigns")
def campaigns_page(request: Request, user: Viewer) -> HTMLResponse:
    return _campaigns(request, user, "")


def _campaigns(request: Request, user: User | None, error: str) -> HTMLResponse:
    known = _listed(request)
    own, active = set(user.provinces) if user else set(), user is not None and may(user, Action.HANDLE_ALERTS)
    mine = {
        c.campaign.id for c in known if active and (not own or (c.campaign.places and own >= set(c.campaign.places)))
    }
    return render(
        request, "campaigns.html", 422 if error else 200, user=user, campaigns=known, mine=mine, error=error,
    )  # fmt: skip


@pages.post("/campaigns")
async def campaign_form(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    user = await by_form(request, csrf, Action.HANDLE_ALERTS, back="/campaigns")
    form = await request.form()
    try:
        starts, ends = (date.fromisoformat(str(form.get(day, ""))) for day in ("starts", "ends"))
        await run_in_threadpool(
            _add, request, user.email, name=str(form.get("name", "")), starts=starts, ends=ends,
            topics=[str(t) for t in form.getlist("topics")],
            places=codes_of(*map(str, form.getlist("places"))),
        )  # fmt: skip
    except ValueError as refused:
        known = isinstance(refused, campaigning.CampaignError)
        error = str(refused) if known else "Vui lòng ghi ngày bắt đầu và ngày kết thúc."
        return await run_in_threadpool(_campaigns, request, user, error)
    return done(request, "/campaigns", "Đã lưu chiến dịch.")


@pages.post("/campaigns/{campaign_id}/remove")
async def remove_campaign_form(request: Request, campaign_id: str, csrf: Annotated[str, Form()] = "") -> Response:
    user = await by_form(request, csrf, Action.HANDLE_ALERTS, back="/campaigns")
    await run_in_threadpool(_remove, request, campaign_id, user.email)
    return done(request, "/campaigns", "Đã xóa chiến dịch.")


@pages.post("/stories/{story_id}/merge")
async def merge_form(
    request: Request, story_id: str, into: Annotated[str, Form(max_length=300)], csrf: Annotated[str, Form()] = ""
) -> Response:
    user = await by_form(request, csrf, Action.HANDLE_ALERTS, back=f"/stories/{story_id}")
    kept = urlsplit(into.strip()).path.rstrip("/").rpartition("/")[2]
    if kept == story_id:
        raise HTTPException(422, "Không thể gộp một câu chuyện vào chính nó. Vui lòng nhập câu chuyện khác")

    def work() -> None:
        _merge(request, kept=kept, absorbed=story_id, who=user.email, reason="gộp trên trang")

    try:
        await run_in_threadpool(work)
    except tidy.UnknownStoryError:
        raise HTTPException(404, "Không tìm thấy câu chuyện được giữ lại; vui lòng chép lại địa chỉ") from None
    return done(request, f"/stories/{kept}", "Đã gộp hai câu chuyện; đây là câu chuyện được giữ lại.")


@pages.post("/stories/{story_id}/split")
async def split_form(
    request: Request, story_id: str, csrf: Annotated[str, Form()] = "",
    cursor: Annotated[str | None, Form(max_length=200)] = None,
) -> Response:  # fmt: skip
    user = await by_form(request, csrf, Action.HANDLE_ALERTS, back=f"/stories/{story_id}")
    documents = tuple(str(d) for d in (await request.form()).getlist("documents"))

    def work() -> Response:
        site, again = site_of(request), partial(story_page, request, user=user, ticked=documents)
        if site.read.story(story_id) is None:
            if now_in := tidy.successor(story_id, store=site.store):
                return again(now_in, error=MERGED_MEANWHILE)
            raise HTTPException(404, "Không có câu chuyện này")
        try:
            into = _split(request, story_id, documents=documents, who=user.email, reason="tách trên trang")
        except tidy.NotOfStoryError:
            return again(story_id, cursor=cursor, error=GONE_MEANWHILE)
        except tidy.UnknownStoryError:
            return again(story_id, cursor=cursor, error="Cần chọn một số bài, nhưng không phải tất cả.")
        return done(request, f"/stories/{into}", "Đã tách các bài đã chọn; đây là câu chuyện mới.")

    return await run_in_threadpool(work)


def _found(value: T | None, what: str) -> T:
    if value is None:
        raise HTTPException(404, f"no such {what}")
    return value
