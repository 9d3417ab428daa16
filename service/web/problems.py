"""Errors as RFC 9457 problem details; the one place where they become HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

TITLES = {
    400: "Bad request",
    401: "Authentication needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Content too large",
    422: "Invalid input",
    429: "Too many requests",
    503: "Not available",
}


# of a route that refuses because of a state, or that is not set up everywhere; which other errors it gives follows from
# what it is (service.web.openapi)
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"description": TITLES[409]}}
NOT_SET_UP: dict[int | str, dict[str, Any]] = {404: {"description": TITLES[404]}}


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MOST_NEXT = 500  # characters of the address that log-in leads back to


class LogInNeeded(Exception):  # noqa: N818 - it asks for something, it is not an error
    """A page that only people with an account see; its text is where to come back to, or empty for the page itself."""


class PasswordNeeded(Exception):  # noqa: N818 - it asks for something, it is not an error
    """Whoever entered with a one-time password sets one of their own first."""


class SecondFactorNeeded(Exception):  # noqa: N818 - it asks for something, it is not an error
    """Whoever holds a role that decides enrols a second factor before anything else.

    Attributes:
        where: address of the page that does it.
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


SECOND_FACTOR_FIRST = (
    "Vai trò của tài khoản này cần xác thực hai lớp. Vui lòng đăng nhập trên trang và bật xác thực hai lớp trước khi "
    "làm việc khác."
)
# what programs and scripts ask for; everything else is a page that people look at
PROGRAM_PATHS = ("/api/", "/metrics", "/events", "/parts/", "/alerts.")


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **more: object) -> JSONResponse:
    """A response of type application/problem+json."""
    body = {"type": "about:blank", "title": TITLES.get(status, "Error"), "status": status, "detail": detail, **more}
    return JSONResponse(body, status_code=status, headers=headers, media_type="application/problem+json")


class ErrorPages(Protocol):
    """Errors as people see them; see service.web.error_pages."""

    def wanted(self, request: Request) -> bool:
        """Whether a person looks at the answer."""
        ...

    async def error_page(
        self, request: Request, status: int, detail: str, fields: Sequence[tuple[str, int]] = ()
    ) -> Response: ...  # fmt: skip

    def holds_words(self, request: Request) -> bool:
        """Whether a form has brought what a person wrote, which a redirect would lose."""
        ...

    def refusal(self, request: Request, status: int, detail: str) -> Response:
        """A problem, or a page that asks nothing of the site; see service.web.refusals."""
        ...


def install(app: FastAPI, pages: ErrorPages, secured: Callable[[Request, Response], Response]) -> None:
    """Make every error a problem, or a page where a person looks at it.

    Args:
        secured: adds the headers that every answer has; that to a bug is made outside everything that would.
    """

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = _allowed(request)
        if pages.wanted(request):
            page = await pages.error_page(request, error.status_code, str(error.detail))
            page.headers.update(headers)
            return page
        return problem(error.status_code, str(error.detail), headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        if pages.wanted(request):
            return await pages.error_page(request, 422, "", [(str(e["loc"][-1]), _most(e)) for e in error.errors()])
        fields = [{"field": ".".join(map(str, e["loc"])), "problem": _said(e)} for e in error.errors()]
        return problem(422, "; ".join(f"{f['field']}: {f['problem']}" for f in fields), errors=fields)

    @app.exception_handler(Exception)
    async def _bug(request: Request, _error: Exception) -> Response:
        return secured(request, pages.refusal(request, 500, "an unexpected error; it has been logged"))

    _send_on(app, pages)


def _allowed(request: Request) -> str:
    """All methods of an address: of a route that was asked for one it does not have, only its own are known."""
    routes = request.app.router.routes
    scopes = {method: {**request.scope, "method": method} for method in METHODS}
    return ", ".join(m for m, scope in scopes.items() if any(r.matches(scope)[0] is Match.FULL for r in routes))


def _said(error: Mapping[str, Any]) -> str:
    """What was wrong with a field; a text has characters, whatever else its type is checked with."""
    most = _most(error)
    return f"String should have at most {most} characters" if most else str(error["msg"]).removeprefix("Value error, ")


def _most(error: Mapping[str, Any]) -> int:
    """How many characters a field takes whose text was too long; 0 where that is not what was wrong with it."""
    too_long = error["type"] in ("string_too_long", "too_long") and isinstance(error["input"], str)
    return int(error["ctx"]["max_length"]) if too_long else 0


def _send_on(app: FastAPI, pages: ErrorPages) -> None:
    """Make what has to be done first a redirect to where it is done; words that a form brought are shown first."""

    @app.exception_handler(LogInNeeded)
    async def _log_in(request: Request, error: LogInNeeded) -> Response:
        if request.url.path.startswith(PROGRAM_PATHS):
            return problem(401, "log in first: this needs the session of a person")
        if pages.wanted(request) and pages.holds_words(request):
            return await pages.error_page(request, 401, "")
        return RedirectResponse(f"/login?next={quote(str(error) or _asked_for(request))}", status_code=303)

    @app.exception_handler(PasswordNeeded)
    async def _password(request: Request, _error: PasswordNeeded) -> Response:
        asked = _asked_for(request) if request.method in ("GET", "HEAD") else "/"
        return RedirectResponse(password_address(asked), status_code=303)

    @app.exception_handler(SecondFactorNeeded)
    async def _second_factor(request: Request, error: SecondFactorNeeded) -> Response:
        if request.url.path.startswith(PROGRAM_PATHS):
            return problem(403, SECOND_FACTOR_FIRST, enrol_at=error.where)
        asked = _asked_for(request) if request.method in ("GET", "HEAD") else "/"
        return RedirectResponse(with_next("/account/second-factor", asked), status_code=303)


def password_address(target: str) -> str:
    """Where a password of one's own is set, on the way to a page of this site."""
    return with_next("/password", target)


def with_next(page: str, target: str) -> str:
    """A page that comes first on the way to another one of this site."""
    return page if target == "/" else f"{page}?next={quote(target)}"


def _asked_for(request: Request) -> str:
    """The page with its query, which says what it shows; without it where log-in would not take it for its length."""
    path, query = request.url.path, request.url.query
    return f"{path}?{query}" if query and len(path) + len(query) < MOST_NEXT else path
