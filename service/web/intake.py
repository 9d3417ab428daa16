"""What every request passes before any route or parser sees it: its size, characters no database keeps, HEAD as GET."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web.refusals import refusal

MOST = 1024 * 1024  # bytes of a body; the longest form is that of a dossier, with some texts of 4,000 characters
Refused = tuple[int, str]  # status, and why
NUL: Refused = (422, "the body holds a NUL character")
TOO_LARGE: Refused = (413, f"the body is larger than {MOST} bytes")
# what JSON can say and no database keeps: NUL, and half of a surrogate pair, escaped or as bytes. An escaped backslash
# and a whole pair come first, so that they are passed over
UNKEPT_IN_JSON = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u0000|\\u[dD][89a-fA-F]|\xed[\xa0-\xbf])"
)


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
    if b"\0" in body or ("urlencoded" in kind and b"%00" in body):
        return NUL
    if "json" in kind or not kind:
        unkept = next((m[1] for m in UNKEPT_IN_JSON.finditer(body) if m[1]), b"")
        if unkept:
            return NUL if unkept == rb"\u0000" else (422, "the body holds half of a surrogate pair")
    return None


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
