"""Who is asking: loopback, a token or a session; forms that no other site can send; headers every answer carries."""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated
from urllib.parse import quote, urlsplit

import structlog
from fastapi import Depends, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.domain.accounts import EnteredBy, Scope, Session, Token, User, must_enrol
from service.domain.permissions import Action, may
from service.ports.storage import StoreError
from service.web.deps import Site
from service.web.problems import SECOND_FACTOR_FIRST, LogInNeeded, PasswordNeeded, SecondFactorNeeded
from service.web.refusals import FOREIGN, refusal

COOKIE = "radar_session"
FORM_COOKIE = "radar_form"
FLASH_COOKIE = "radar_done"
TOKEN_LENGTH = 64
SESSION_SECONDS = 12 * 3600
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
FREE_PATHS = ("/healthz", "/readyz")
# where a session may go that has to enrol a second factor first: there, to its own password and sessions, and out
WITHOUT_FACTOR = re.compile(
    r"/account(/second-factor|/sessions/(\d+/)?end)?|/password|/logout|/login(/code|/provider(/back)?)?|/healthz|/readyz"
)
HOST_PORT = re.compile(r":\d*$")
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
# a proxy, or a network before it, has handed the request on; x-forwarded-... too
PROXY_HEADERS = frozenset({"forwarded", "via", "x-real-ip", "cf-connecting-ip", "true-client-ip"})
AWAY = "10"  # seconds after which a database that is away may be back
HSTS = "max-age=31536000; includeSubDomains"
log = structlog.get_logger()
bearer = HTTPBearer(auto_error=False, description="API token made with `radar tokens create`")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def site_of(request: Request) -> Site:
    """The site; what it reads is limited to the provinces of whoever asks."""
    site: Site = request.app.state.site
    provinces: tuple[str, ...] = getattr(request.state, "provinces", ())
    return replace(site, read=site.read.scoped(provinces)) if provinces else site


def from_loopback(request: Request) -> bool:
    """The client sits on this machine, and the site is for this machine only: of a site that people reach under another
    address, or through a proxy, what comes from loopback is what the proxy handed on, whatever headers it sends."""
    site = site_of(request)
    if request.client is None or site.trusted_proxies or not _is_loopback(urlsplit(site.base_url).hostname or ""):
        return False
    handed_on = any(h in PROXY_HEADERS or h.startswith("x-forwarded-") for h in request.headers)
    return not handed_on and _is_loopback(request.client.host)


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    # ::ffff:127.0.0.1, as a socket for both families names it
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def client_address(request: Request) -> str:
    """The address that is asking; what a proxy says is believed of the proxies that the settings name only: from the
    last one back, the first address that is none of them. What stands before it is the client's own saying."""
    direct, trusted = request.client.host if request.client else "", site_of(request).trusted_proxies
    named = [h.strip() for line in request.headers.getlist("x-forwarded-for") for h in line.split(",") if h.strip()]
    way = [*named, direct]
    return next((address for address in reversed(way) if address not in trusted), way[0])


def cookie_name(site: Site, name: str) -> str:
    """Over https the name itself makes the browser refuse a cookie set for other hosts or paths (ASVS 3.4.4)."""
    return f"__Host-{name}" if site.secure else name


def set_cookie(response: Response, site: Site, name: str, value: str, *, seconds: int) -> None:
    """SameSite is «lax»: a link in an alert's e-mail must find its reader logged in; no GET changes anything."""
    response.set_cookie(
        cookie_name(site, name), value, max_age=seconds, httponly=True, samesite="lax", secure=site.secure, path="/"
    )


def drop_cookie(response: Response, site: Site, name: str) -> None:
    response.delete_cookie(
        cookie_name(site, name), path="/", httponly=True, samesite="lax", secure=site.secure
    )  # fmt: skip


def start_session(
    response: Response, site: Site, user: User, *, method: EnteredBy = EnteredBy.PASSWORD, client: str = ""
) -> None:  # fmt: skip
    """A new session of the account, with its cookie."""
    secret = site.accounts.sessions.start(user, method=method, client=client)
    set_cookie(response, site, COOKIE, secret, seconds=SESSION_SECONDS)


async def session_of(request: Request) -> tuple[Session, User] | None:
    """The session behind the cookie with its account, if both are valid; looked up once a request."""
    if not hasattr(request.state, "session"):
        site = site_of(request)
        secret = request.cookies.get(cookie_name(site, COOKIE))
        found = await run_in_threadpool(site.accounts.sessions.find, secret) if secret else None
        request.state.session = found
        if found:
            await _enter(request, found[1].ref, found[1])
    session: tuple[Session, User] | None = request.state.session
    return session


async def session_user(request: Request) -> User | None:
    """The account behind the session cookie, if the session was not ended."""
    found = await session_of(request)
    return found[1] if found else None


async def second_factor_first(request: Request) -> None:
    """Asked before every route, whatever else it asks: a session whose account holds a role that decides does nothing
    but enrol a second factor until there is one. A token beside the cookie changes nothing."""
    found = await session_of(request)
    if found and must_enrol(*found):
        request.state.must_enrol = True
        if not WITHOUT_FACTOR.fullmatch(request.url.path):
            raise SecondFactorNeeded(f"{site_of(request).base_url}/account/second-factor")


async def _enter(request: Request, actor: str, person: User | None) -> None:
    """Remember who asks (for the audit log and the limit to provinces) and count the request."""
    request.state.actor, request.state.person = actor, person
    request.state.provinces = person.provinces if person else ()
    await run_in_threadpool(limited, request, "account", actor)
    if request.method not in SAFE_METHODS:
        await run_in_threadpool(limited, request, "write", actor)


def actor_of(request: Request) -> str:
    """Whoever asks, as the audit log names them."""
    actor: str = getattr(request.state, "actor", "loopback")
    return actor


def provinces_of(request: Request) -> tuple[str, ...]:
    """Codes of the provinces that whoever asks is limited to; none: the whole country."""
    provinces: tuple[str, ...] = getattr(request.state, "provinces", ())
    return provinces


def limited(request: Request, kind: str, key: str) -> None:
    """Count a request; 429 where there were too many."""
    if wait := site_of(request).limits.seconds_to_wait(kind, key):
        raise HTTPException(429, "too many requests; try again later", headers={"Retry-After": str(wait)})


def csrf_token(request: Request) -> str:
    """Bound to the session and to a secret of this browser, so that no other site can make a form that is accepted,
    the log-in form included."""
    site = site_of(request)
    form = request.cookies.get(cookie_name(site, FORM_COOKIE)) or getattr(request.state, "new_form", "")
    if not form:
        form = request.state.new_form = secrets.token_urlsafe(24)
    session = request.cookies.get(cookie_name(site, COOKIE), "")
    return hmac.new(site.session_key, f"csrf:{form}:{session}".encode(), "sha256").hexdigest()


def form_value(request: Request) -> str:
    """For the forms of one rendered page: the token, and behind it a value by which a repeat is known (once.py)."""
    return csrf_token(request) + secrets.token_hex(16)


def check_csrf(request: Request, given: str) -> None:
    if not secrets.compare_digest(csrf_token(request).encode(), given[:TOKEN_LENGTH].encode()):
        raise HTTPException(403, "the form has expired; load the page again")


async def _token(request: Request, credentials: HTTPAuthorizationCredentials) -> Token | None:
    site = site_of(request)
    token = await run_in_threadpool(site.accounts.tokens.find, credentials.credentials)
    if token is not None:
        owner = await run_in_threadpool(site.accounts.user, token.owner) if token.owner else None
        await _enter(request, token.ref, owner.as_owner() if owner else None)
        request.state.must_enrol = owner is not None and owner.owes_second_factor
    return token


async def reader(request: Request, credentials: Credentials) -> None:
    """Let through: loopback, a session, or any valid token with the scope read."""
    if credentials:
        token = await _token(request, credentials)
        if token and Scope.READ in token.scopes:
            return
        if token and request.state.must_enrol:
            raise HTTPException(403, SECOND_FACTOR_FIRST)
    else:
        user = await session_user(request)
        if user and may(user, Action.READ) and not user.must_change_password:
            return
        if user is None and from_loopback(request):
            return
    raise HTTPException(401, "a valid API token is needed", headers={"WWW-Authenticate": "Bearer"})


async def still_reads(request: Request, credentials: Credentials) -> bool:
    """Whether whoever was let in by `reader` would be now, for answers that go on; it is no use of a session."""
    site, secret = site_of(request), request.cookies.get(cookie_name(site_of(request), COOKIE))
    if credentials:
        token = await run_in_threadpool(site.accounts.tokens.find, credentials.credentials)
        return token is not None and Scope.READ in token.scopes
    if await session_of(request) is None or secret is None:
        return from_loopback(request)
    found = await run_in_threadpool(site.accounts.sessions.find, secret, used=False)
    if found is None or must_enrol(*found):
        return False
    return may(found[1], Action.READ) and not found[1].must_change_password


async def national(request: Request, _: Annotated[None, Depends(reader)]) -> None:
    """As `reader`, for figures of the whole country: nobody whose account is limited to provinces."""
    if getattr(request.state, "provinces", ()):
        raise HTTPException(403, "these figures are of the whole country; this account is limited to provinces")


async def writer(request: Request, credentials: Credentials) -> str:
    """Let through: a token with the scope write; logs its use, and says who it is."""
    token = await _token(request, credentials) if credentials else None
    if token is None:
        raise HTTPException(401, "a valid API token is needed", headers={"WWW-Authenticate": "Bearer"})
    if Scope.WRITE not in token.scopes and request.state.must_enrol:
        raise HTTPException(403, SECOND_FACTOR_FIRST)
    if Scope.WRITE not in token.scopes:
        raise HTTPException(403, f"token {token.name!r} does not have the scope {Scope.WRITE}")
    route = str(getattr(request.scope.get("route"), "path", request.url.path))
    note = site_of(request).accounts.tokens.note_write
    await run_in_threadpool(note, token, method=request.method, route=route)
    return f"token:{token.name}"


async def page_viewer(request: Request) -> User | None:
    """Loopback sees the page without account; everybody else needs a session."""
    user = await session_user(request)
    if user is None:
        if not from_loopback(request):
            raise LogInNeeded
        return None
    if user.must_change_password:
        raise PasswordNeeded
    if not may(user, Action.READ):
        raise HTTPException(403, "Tài khoản này chưa được giao vai trò nào")
    return user


Viewer = Annotated[User | None, Depends(page_viewer)]


async def signed_in(request: Request) -> User:
    """Somebody with a session, from wherever they come."""
    user = await session_user(request)
    if user is None:
        raise LogInNeeded
    if user.must_change_password:
        raise PasswordNeeded
    return user


def needs(action: Action) -> Callable[[User], User]:
    """A dependency that lets through an account whose roles allow this."""

    def ask(user: Annotated[User, Depends(signed_in)]) -> User:
        if not may(user, action):
            raise HTTPException(403, "Vai trò của tài khoản này không cho phép việc này")
        return user

    return ask


def own_path(path: str) -> str:
    """Only a path of this site; anything else would send people elsewhere after log-in."""
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if plain and not urlsplit(path).netloc else "/"


def log_in_address(path: str) -> str:
    return f"/login?next={quote(own_path(path))}"


def _foreign(request: Request) -> bool:
    """A change that a page of another site sends (Fetch metadata, Origin); programs send neither."""
    if request.method in SAFE_METHODS:
        return False
    if (fetched := request.headers.get("sec-fetch-site")) is not None:
        return fetched not in ("same-origin", "none")
    # «null» is what our own pages send under no-referrer; there the form's own value decides
    origin = request.headers.get("origin", "null")
    return origin != "null" and (urlsplit(origin).hostname or "") not in site_of(request).hosts


def _refusal(request: Request) -> Response | None:
    site = site_of(request)
    host = HOST_PORT.sub("", request.headers.get("host", ""))
    if host.strip("[]").lower() not in site.hosts:
        return Response("unknown host\n", status_code=421, media_type="text/plain")
    if _foreign(request):
        return refusal(request, 403, "this request comes from another site", words=FOREIGN)
    if not from_loopback(request) and (wait := site.limits.seconds_to_wait("address", client_address(request))):
        return refusal(request, 429, "too many requests; try again later", {"Retry-After": str(wait)})
    return None


async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse foreign Host headers, forms of other sites and floods; add the security headers.

    The error of a database that is away is met here, as what is asked before every route may meet it too.
    """
    site = site_of(request)
    try:
        refused = None if request.url.path in FREE_PATHS else await run_in_threadpool(_refusal, request)
        response = refused or await call_next(request)
    except StoreError as error:
        log.warning("database", note=str(error), path=request.url.path)
        response = refusal(request, 503, "the database cannot be reached; try again soon", {"Retry-After": AWAY})
    if form := getattr(request.state, "new_form", ""):
        set_cookie(response, site, FORM_COOKIE, form, seconds=SESSION_SECONDS)
    if getattr(request.state, "flash_shown", False):
        drop_cookie(response, site, FLASH_COOKIE)
    return secured(request, response)


def secured(request: Request, response: Response) -> Response:
    """The answer with the headers that every answer has."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if site_of(request).secure:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    return response
