"""A form is carried out once, however often the same one is sent: a double click, a reload, an impatient second try.

Each page that is rendered gives its forms a value of its own (security.form_value). What such a form was answered when
it was done (a redirect, with the cookies that go along, the short message among them) is kept for some minutes, and
whoever sends exactly the same from the same page in the same session is answered the same; a repeat that comes while
the first is at work waits for it. What was refused has changed nothing, so that it is tried again.

The answers are in the database, so that several processes know of each other's. There they are sealed with a key made
of what only the browser sends (the session's secret and the form itself) and the site's key: who reads the database, or
a copy of it, opens none, and a one-time password lies nowhere in the clear. Where a process dies at work, a repeat is
told to look before trying again.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass

from cryptography.fernet import Fernet
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.usecases.once import drop, keep, known, take
from service.web.deps import Site
from service.web.intake import first
from service.web.problems import PROGRAM_PATHS
from service.web.refusals import refusal
from service.web.security import COOKIE, cookie_name

NONCE = re.compile(rb"(?:^|&)csrf=[0-9a-f]{96}(?:&|$)")
DONE = 303
TRIES, PAUSE = 50, 0.2  # how long a repeat waits for the first: seconds between looks
AT_WORK = (
    "Yêu cầu đang được xử lý",
    "Biểu mẫu này vừa được gửi. Vui lòng mở lại trang và xem kết quả trước khi gửi lần nữa.",
)


@dataclass(frozen=True, slots=True)
class _Form:
    """A form as it came.

    Attributes:
        secret: of the session that sends it.
        digest: what the same form is known by.
    """

    site: Site
    secret: str
    digest: str
    box: Fernet


class Once:
    """Middleware: answers a repeat of a form that is at work or done; see above."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _may_be_form(scope):
            await self.app(scope, receive, send)
            return
        # intake.py has read it as one message
        body = await receive()
        receive = first(body, receive)
        form = _form(Request(scope), body.get("body", b""))
        if form is None:
            await self.app(scope, receive, send)
            return
        claimed = await _claim(form, Request(scope))
        if isinstance(claimed, Response):
            await claimed(scope, receive, send)
        elif claimed:
            await self._carry_out(form, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _carry_out(self, form: _Form, scope: Scope, receive: Receive, send: Send) -> None:
        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                await run_in_threadpool(_note, form, message)
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception:
            await run_in_threadpool(drop, form.digest, store=form.site.store)
            raise


def _may_be_form(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "POST" or scope["path"].startswith(PROGRAM_PATHS):
        return False
    return Headers(scope=scope).get("content-type", "").startswith("application/x-www-form-urlencoded")


def _form(request: Request, body: bytes) -> _Form | None:
    """The form, if it comes from a page of a session; what comes without the page's own value is never a repeat."""
    site: Site = request.app.state.site
    secret = request.cookies.get(cookie_name(site, COOKIE), "")
    if not secret or not NONCE.search(body):
        return None
    sent = b"\0".join([secret.encode(), request.url.path.encode(), request.url.query.encode(), body])
    key = hmac.new(site.session_key, b"form answer\0" + sent, "sha256").digest()
    digest = hashlib.sha256(b"form\0" + sent).hexdigest()
    return _Form(site, secret, digest, Fernet(base64.urlsafe_b64encode(key)))


async def _claim(form: _Form, request: Request) -> Response | bool:
    """The answer to a repeat; or whether the form is noted now that it is carried out: without a session it is not."""
    store, clock = form.site.store, form.site.clock
    for _ in range(TRIES):
        answer = await run_in_threadpool(known, form.digest, store=store, clock=clock)
        if answer:
            return _again(form, answer)
        if answer is None:
            if not await run_in_threadpool(form.site.accounts.sessions.find, form.secret, used=False):
                return False
            if await run_in_threadpool(take, form.digest, store=store, clock=clock):
                return True
        await asyncio.sleep(PAUSE)
    return refusal(request, 409, "the same form is still at work; look at the page before trying again", words=AT_WORK)


def _note(form: _Form, start: Message) -> None:
    """Keep what was done for a repeat; what was refused is forgotten."""
    headers = Headers(raw=start["headers"])
    if start["status"] != DONE:
        drop(form.digest, store=form.site.store)
        return
    answer = json.dumps({"to": headers["location"], "cookies": headers.getlist("set-cookie")})
    keep(form.digest, form.box.encrypt(answer.encode()), store=form.site.store)


def _again(form: _Form, answer: bytes) -> Response:
    """What the first one was answered."""
    kept = json.loads(form.box.decrypt(answer))
    response = RedirectResponse(kept["to"], status_code=DONE)
    for cookie in kept["cookies"]:
        response.headers.append("set-cookie", cookie)
    return response
