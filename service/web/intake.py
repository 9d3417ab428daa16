"""What every request passes before any route or parser sees it: its size, characters no database keeps, HEAD as GET."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web.refusals import refusal

MOST = 1024 * 1024  # bytes of a body; the longest form is that of a dossier, with some texts of 4,000 characters
Refused = tuple[int, str]  # status, and why
TOO_LARGE: Refused = (413, f"the body is larger than {MOST} bytes")
# the escape of NUL, not behind a backslash that is itself escaped
NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Intake:
    """Middleware: a body is read here, up to a limit, so that nobody makes the service parse more than that before it
    is known who asks."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        wrong = _of_head(scope, headers)
        if wrong is None:
            body = await _read(receive)
            wrong = _of_body(body, headers)
            receive = first(body, receive)
        answer = self.app if wrong is None else refusal(Request(scope), *wrong)
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        await answer(scope, receive, send)


def _of_head(scope: Scope, headers: Headers) -> Refused | None:
    """Why a request is refused before its body is read."""
    if "\0" in scope["path"]:
        return 404, "no such page"
    if b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
        return 422, "the query holds a NUL character"
    length = headers.get("content-length", "")
    return TOO_LARGE if length.isdecimal() and int(length[:20]) > MOST else None


def _of_body(message: Message, headers: Headers) -> Refused | None:
    """Why a request is refused for its body."""
    body, kind = message.get("body", b""), headers.get("content-type", "").lower()
    if len(body) > MOST:
        return TOO_LARGE
    escaped = ("urlencoded" in kind and b"%00" in body) or ("json" in kind and NUL_IN_JSON.search(body))
    return (422, "the body holds a NUL character") if escaped or b"\0" in body else None


async def _read(receive: Receive) -> Message:
    """The body as one message, up to the chunk with which it is too large; or that the client has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        body += message.get("body", b"")
        if len(body) > MOST or not message.get("more_body", False):
            return {"type": "http.request", "body": bytes(body), "more_body": False}


def first(message: Message, receive: Receive) -> Receive:
    """Gives a message that was received already, then what comes after it."""
    waiting = [message]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def _without_body(send: Send) -> Send:
    """Sends status and headers and ends there, however long the body would go on."""
    ended = False

    async def head(message: Message) -> None:
        nonlocal ended
        if ended:
            return
        if message["type"] == "http.response.body":
            ended, message = True, {"type": "http.response.body", "body": b"", "more_body": False}
        await send(message)

    return head
