"""What each person wants to be told of; webhooks of the agency's own programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from service.domain.accounts import User
from service.domain.desk import Subscription, SubscriptionChannel, Webhook
from service.domain.permissions import Action
from service.domain.provinces import codes_of, why_not
from service.domain.warning import Level
from service.usecases.subscribe import (
    SubscriptionError,
    add_webhook,
    remove_webhook,
    subscribe,
    unsubscribe,
    webhooks,
)
from service.web.acting import by_api, by_form, permitted, viewer_with
from service.web.deps import Site
from service.web.flash import Flash, done
from service.web.paging import RowId
from service.web.parameters import Body
from service.web.rendering import render
from service.web.security import csrf_token, site_of

pages = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1")
Person = Annotated[User, Depends(by_api)]
Topic = Annotated[str, Field(max_length=40)]


class SubscriptionBody(Body):
    """What is wanted; empty lists mean everything.

    Attributes:
        channel: at once, or in a daily or weekly digest.
        topics: ids; empty: all.
        provinces: codes; empty: all. With some, alerts about the whole country come from L3 on.
        min_level: from which level on, 0 to 4.
        hours: «06:00-22:00» in the time of Việt Nam, or empty for any hour; L3 and L4 come at any hour.
    """

    channel: SubscriptionChannel = SubscriptionChannel.EMAIL
    topics: list[Topic] = Field(default_factory=list, max_length=40)
    provinces: list[Annotated[str, Field(max_length=4)]] = Field(default_factory=list, max_length=70)
    min_level: Annotated[int, Field(ge=0, le=4)] = 2
    hours: Annotated[str, Field(max_length=11)] = ""


class WebhookBody(Body):
    """A program to tell of alerts from a level on.

    Attributes:
        url: an address on one of the hosts that the operator has allowed (RADAR_WEBHOOK_HOSTS).
    """

    url: Annotated[str, Field(max_length=500)]
    min_level: Annotated[int, Field(ge=2, le=4, description="nobody is told of L1 at once")] = 2


class NewWebhook(BaseModel):
    """The key of a webhook.

    Attributes:
        signing_key: signs what is sent (docs/webhooks.md); it is not shown again.
    """

    signing_key: str


class SessionView(BaseModel):
    """Who is asking.

    Attributes:
        email: account of the session.
        csrf: what its writes carry as X-CSRF-Token.
    """

    email: str
    csrf: str


def _subscribe(site: Site, user: User, body: SubscriptionBody) -> Subscription:
    wanted = Subscription(
        id=0,
        email=user.email,
        channel=body.channel,
        topics=tuple(dict.fromkeys(body.topics)),
        provinces=tuple(dict.fromkeys(body.provinces)),
        min_level=Level(body.min_level),
        hours=body.hours.strip(),
    )
    return subscribe(wanted, domains=site.domains, store=site.store, clock=site.clock, within=user.provinces)


@api.get("/session", summary="The account of this session and its CSRF token")
def get_session(request: Request, user: Person) -> SessionView:
    """Programs that act for a person ask this first: changes carry `csrf` as `X-CSRF-Token`."""
    return SessionView(email=user.email, csrf=csrf_token(request))


@api.get("/subscriptions", summary="What the person of this session has subscribed to")
def list_subscriptions(request: Request, user: Person) -> list[Subscription]:
    """All of one's own; the desk's addresses are told of everything without one."""
    with site_of(request).store.snapshot() as tx:
        return tx.subscriptions(user.email)


@api.post("/subscriptions", summary="Subscribe the person of this session", status_code=201)
def add_subscription(request: Request, body: SubscriptionBody, user: Person) -> Subscription:
    """A subscription for oneself, to an address on one of the agency's own domains; provinces have to be those of the
    account."""
    try:
        return _subscribe(site_of(request), permitted(user, Action.SUBSCRIBE), body)
    except SubscriptionError as error:
        raise HTTPException(422, str(error)) from None


@api.delete("/subscriptions/{subscription_id}", summary="End a subscription of one's own", status_code=204)
def delete_subscription(request: Request, subscription_id: RowId, user: Person) -> None:
    """404 where it is somebody else's."""
    if not unsubscribe(subscription_id, email=user.email, store=site_of(request).store):
        raise HTTPException(404, "no such subscription")


@api.get("/webhooks", summary="Webhooks (administrators)")
def list_webhooks(request: Request, user: Person) -> list[Webhook]:
    """Role `administrator`. Keys are not shown."""
    permitted(user, Action.MANAGE_WEBHOOKS)
    return webhooks(site_of(request).store)


@api.post("/webhooks", summary="Tell a program of alerts (administrators)", status_code=201)
def add_webhook_address(request: Request, body: WebhookBody, user: Person) -> NewWebhook:
    """Role `administrator`. What is posted, and how a receiver checks its signature, is in docs/webhooks.md."""
    permitted(user, Action.MANAGE_WEBHOOKS)
    try:
        return NewWebhook(signing_key=_webhook(site_of(request), user, body.url, body.min_level))
    except SubscriptionError as error:
        raise HTTPException(422, str(error)) from None


@api.delete("/webhooks/{webhook_id}", summary="Remove a webhook (administrators)", status_code=204)
def delete_webhook(request: Request, webhook_id: RowId, user: Person) -> None:
    """Role `administrator`. From now on it is told of nothing."""
    permitted(user, Action.MANAGE_WEBHOOKS)
    if not _remove(site_of(request), user, webhook_id):
        raise HTTPException(404, "no such webhook")


def _remove(site: Site, user: User, webhook_id: int) -> bool:
    return remove_webhook(webhook_id, who=user.email, store=site.store, clock=site.clock)


def _webhook(site: Site, user: User, url: str, level: int) -> str:
    return add_webhook(
        url, min_level=Level(level), hosts=site.webhook_hosts, who=user.email, store=site.store, clock=site.clock,
        vault=site.accounts.vault,
    )  # fmt: skip


def _page(request: Request, user: User, error: str = "", status: int = 200) -> HTMLResponse:
    with site_of(request).store.snapshot() as tx:
        mine = tx.subscriptions(user.email)
    return render(request, "subscriptions.html", status=status, user=user, subscriptions=mine, error=error)


@pages.get("/subscriptions")
async def subscriptions_page(request: Request) -> HTMLResponse:
    user = await viewer_with(request, Action.SUBSCRIBE)
    return await run_in_threadpool(_page, request, user)


@pages.post("/subscriptions")
async def subscribe_form(
    request: Request,
    channel: Annotated[SubscriptionChannel, Form()],
    topics: Annotated[list[str] | None, Form()] = None,
    provinces: Annotated[list[Annotated[str, Field(max_length=1000)]] | None, Form(max_length=70)] = None,
    min_level: Annotated[int, Form(ge=0, le=4)] = 2,
    hours: Annotated[str, Form(max_length=20)] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    user = await by_form(request, csrf, Action.SUBSCRIBE, back="/subscriptions")
    codes = codes_of(*provinces or ())
    try:
        if wrong := next(filter(None, map(why_not, codes)), ""):
            raise SubscriptionError(wrong)
        body = SubscriptionBody(
            channel=channel, topics=topics or [], provinces=codes, min_level=min_level, hours=hours.strip()
        )
        await run_in_threadpool(_subscribe, site_of(request), user, body)
    except (SubscriptionError, ValueError) as error:
        text = str(error) if isinstance(error, SubscriptionError) else "Vui lòng kiểm tra lại các ô đã nhập."
        return await run_in_threadpool(_page, request, user, text, 422)
    return done(request, "/subscriptions", "Đã lưu đăng ký nhận tin.")


@pages.post("/subscriptions/{subscription_id}/end")
async def unsubscribe_form(request: Request, subscription_id: RowId, csrf: Annotated[str, Form()] = "") -> Response:
    user = await by_form(request, csrf, Action.SUBSCRIBE, back="/subscriptions")
    await run_in_threadpool(lambda: unsubscribe(subscription_id, email=user.email, store=site_of(request).store))
    return done(request, "/subscriptions", "Đã dừng nhận.")


def _webhooks_page(request: Request, user: User, error: str = "") -> HTMLResponse:
    site = site_of(request)
    values = {"webhooks": webhooks(site.store), "hosts": sorted(site.webhook_hosts), "error": error}
    return render(request, "webhooks.html", status=422 if error else 200, user=user, **values)


@pages.get("/webhooks")
async def webhooks_page(request: Request) -> HTMLResponse:
    user = await viewer_with(request, Action.MANAGE_WEBHOOKS)
    return await run_in_threadpool(_webhooks_page, request, user)


@pages.post("/webhooks")
async def webhook_form(
    request: Request,
    url: Annotated[str, Form(max_length=500)],
    min_level: Annotated[int, Form(ge=2, le=4)] = 2,
    csrf: Annotated[str, Form()] = "",
) -> Response:
    user = await by_form(request, csrf, Action.MANAGE_WEBHOOKS, back="/webhooks")
    try:
        key = await run_in_threadpool(_webhook, site_of(request), user, url.strip(), min_level)
    except SubscriptionError as error:
        return await run_in_threadpool(_webhooks_page, request, user, str(error))
    said = "Đã thêm kết nối. Khóa ký, chỉ hiện một lần:"
    return done(request, "/webhooks", Flash(text=said, secret=key))


@pages.post("/webhooks/{webhook_id}/remove")
async def remove_webhook_form(request: Request, webhook_id: RowId, csrf: Annotated[str, Form()] = "") -> Response:
    user = await by_form(request, csrf, Action.MANAGE_WEBHOOKS, back="/webhooks")
    await run_in_threadpool(_remove, site_of(request), user, webhook_id)
    return done(request, "/webhooks", "Đã xóa kết nối.")
