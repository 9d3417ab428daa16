"""Who is asking: loopback, a token or a session; and the headers every answer carries."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from itsdangerous import BadSignature, URLSafeTimedSerializer

from service.domain.accounts import Scope, Token, User
from service.web.deps import Site
from service.web.problems import LogInNeeded

COOKIE = "radar_session"
SESSION_SECONDS = 12 * 3600
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
bearer = HTTPBearer(auto_error=False, description="API token made with `radar tokens create`")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def from_loopback(request: Request) -> bool:
    """The client sits on this machine; a request that a proxy handed on does not count."""
    if request.client is None or any(h in request.headers for h in ("forwarded", "x-forwarded-for", "via")):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _serializer(site: Site) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(site.session_key, salt="session")


def start_session(response: Response, site: Site, user: User) -> None:
    """Set the session cookie."""
    value = _serializer(site).dumps([user.email, user.session_version])
    response.set_cookie(
        COOKIE, value, max_age=SESSION_SECONDS, httponly=True, samesite="strict", secure=site.secure, path="/"
    )


async def session_user(request: Request) -> User | None:
    """The account behind the session cookie, if the session was not ended."""
    site, value = site_of(request), request.cookies.get(COOKIE)
    if not value:
        return None
    try:
        email, version = _serializer(site).loads(value, max_age=SESSION_SECONDS)
    except (BadSignature, ValueError):
        return None
    user = await run_in_threadpool(site.accounts.user, str(email))
    return user if user and user.session_version == version else None


def csrf_token(request: Request) -> str:
    """Bound to the session, so that no other site can make a form that is accepted."""
    session = request.cookies.get(COOKIE, "")
    return hmac.new(site_of(request).session_key, f"csrf:{session}".encode(), "sha256").hexdigest()


def check_csrf(request: Request, given: str) -> None:
    if not secrets.compare_digest(csrf_token(request), given):
        raise HTTPException(403, "the form has expired; load the page again")


async def _token(site: Site, credentials: HTTPAuthorizationCredentials) -> Token | None:
    return await run_in_threadpool(site.accounts.token, credentials.credentials)


async def reader(request: Request, credentials: Credentials) -> None:
    """Let through: loopback, a session, or any valid token."""
    site = site_of(request)
    if credentials and await _token(site, credentials):
        return
    if credentials is None and (from_loopback(request) or await session_user(request)):
        return
    raise HTTPException(401, "a valid API token is needed", headers={"WWW-Authenticate": "Bearer"})


async def writer(request: Request, credentials: Credentials) -> str:
    """Let through a token of scope write, and say who it is."""
    token = await _token(site_of(request), credentials) if credentials else None
    if token is None:
        raise HTTPException(401, "a valid API token is needed", headers={"WWW-Authenticate": "Bearer"})
    if token.scope is not Scope.WRITE:
        raise HTTPException(403, f"token {token.name!r} may read only")
    return f"token:{token.name}"


async def page_viewer(request: Request) -> User | None:
    """Loopback sees the page without account; everybody else needs a session."""
    user = await session_user(request)
    if user is None and not from_loopback(request):
        raise LogInNeeded
    return user


async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse foreign Host headers; add the security headers."""
    site = site_of(request)
    host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    if host.strip("[]").lower() not in site.hosts and request.url.path not in ("/healthz", "/readyz"):
        response: Response = Response("unknown host\n", status_code=421, media_type="text/plain")
    else:
        response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
