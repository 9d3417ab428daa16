"""Statuses, headers and errors of HTTP as outcomes; nowhere else are they interpreted."""

from __future__ import annotations

import re
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import orjson

from service.crawling.addresses import ForbiddenAddressError, NameNotFoundError
from service.crawling.bodies import BadBodyError, TooLargeError
from service.domain.fetching import LONGEST_RETRY_AFTER, Failed, FailureKind, RefusalKind, Refused

PRINTABLE = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,999}")
MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
NOT_STORED = re.compile(r"(?:^|[\s,])(?:no-cache|no-store)(?:$|[\s,;])", re.IGNORECASE)
SILENT_WAIT = timedelta(minutes=15)  # of a host that says 429 and not how long
REFUSALS = {
    401: RefusalKind.UNAUTHORISED,
    403: RefusalKind.FORBIDDEN,
    407: RefusalKind.UNAUTHORISED,
    429: RefusalKind.RATE_LIMITED,
    451: RefusalKind.FORBIDDEN,
}
# what official interfaces name as reason (Google) or code (Facebook) of an error; nothing else of it is shown
REASONS = {
    **dict.fromkeys(("quotaExceeded", "dailyLimitExceeded"), (RefusalKind.QUOTA, "")),
    **dict.fromkeys(
        ("rateLimitExceeded", "userRateLimitExceeded", "4", "17", "32", "613"), (RefusalKind.RATE_LIMITED, "")
    ),
    "commentsDisabled": (RefusalKind.FORBIDDEN, "phần bình luận đã tắt"),
    "accessNotConfigured": (RefusalKind.FORBIDDEN, "giao diện chưa được bật cho khóa này"),
    **dict.fromkeys(("10", "200"), (RefusalKind.FORBIDDEN, "mã truy cập thiếu quyền")),
    **dict.fromkeys(("keyInvalid", "190"), (RefusalKind.UNAUTHORISED, "mã truy cập hết hạn hoặc không đúng")),
}


class TooManyRedirectsError(Exception):
    """Redirected more often than is followed."""


class BadRedirectError(Exception):
    """Redirected to what is no web address."""


def from_status(
    response: httpx.Response, *, challenge: bool, now: datetime, reason: str = ""
) -> Refused | Failed | None:
    """What a status means; None where the body is wanted (2xx).

    Args:
        reason: of an official interface's error (`reason_of`), which says more than its status.
    """
    status = response.status_code
    wait = retry_after(response.headers.get("retry-after"), now=now)
    if challenge:
        return Refused(kind=RefusalKind.CHALLENGE, detail=f"HTTP {status}", retry_after=wait)
    if status >= 400 and reason in REASONS:
        kind, words = REASONS[reason]
        return Refused(kind=kind, detail=f"HTTP {status}, {words}" if words else f"HTTP {status}", retry_after=wait)
    if status in REFUSALS:
        return Refused(kind=REFUSALS[status], detail=f"HTTP {status}", retry_after=wait)
    if 200 <= status < 300:
        return None
    if status == 503 and wait is not None:
        return Failed(kind=FailureKind.SERVER_ERROR, detail="HTTP 503", retry_after=wait)
    kinds = {404: FailureKind.NOT_FOUND, 410: FailureKind.GONE, 408: FailureKind.TIMEOUT}
    failure = kinds.get(status, FailureKind.SERVER_ERROR if status >= 500 else FailureKind.CLIENT_ERROR)
    return Failed(kind=failure, detail=f"HTTP {status}", retry_after=wait)


def reason_of(body: bytes) -> str:
    """The reason or code that an official interface gives in its error; "" where it gives none."""
    try:
        error = orjson.loads(body)["error"]
        named = error["errors"][0]["reason"] if "errors" in error else error["code"]
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return ""
    return str(named)


def asks_for_time(response: httpx.Response, *, now: datetime) -> Refused | Failed | None:
    """What a host says that wants to be left alone for a while (429, 503 with Retry-After), with how long."""
    said = from_status(response, challenge=False, now=now) if response.status_code in (429, 503) else None
    if said is None:
        return None
    wait = said.retry_after or (SILENT_WAIT if response.status_code == 429 else None)
    return replace(said, retry_after=wait) if wait else None


def from_error(error: BaseException) -> Failed:
    """An error on the way as a failure of its kind."""
    return Failed(kind=_kind(error), detail=_short(error))


def retry_after(value: str | None, *, now: datetime) -> timedelta | None:
    """Retry-After in seconds or as a date (RFC 9110, section 10.2.3); at most 30 days, None if not understood."""
    text = (value or "").strip()[:60]
    if re.fullmatch(r"\d{1,9}", text):
        return min(timedelta(seconds=int(text)), LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta(0)), LONGEST_RETRY_AFTER)


def max_age(headers: httpx.Headers) -> timedelta | None:
    """How long the answer stays fresh (Cache-Control), None if it does not say or is not to be stored."""
    value = headers.get("cache-control", "")[:500]
    match = MAX_AGE.search(value)
    if match is None or NOT_STORED.search(value):
        return None
    return timedelta(seconds=min(int(match[1]), 366 * 86400))


def validator(value: str | None) -> str | None:
    """An ETag or Last-Modified that may be sent back: printable ASCII, not long."""
    return value if value and PRINTABLE.fullmatch(value) else None


def _kind(error: BaseException) -> FailureKind:
    kinds: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], FailureKind], ...] = (
        (ForbiddenAddressError, FailureKind.FORBIDDEN_ADDRESS),
        (NameNotFoundError, FailureKind.NAME_NOT_FOUND),
        (TooLargeError, FailureKind.TOO_LARGE),
        (TooManyRedirectsError, FailureKind.TOO_MANY_REDIRECTS),
        ((BadBodyError, BadRedirectError), FailureKind.BAD_CONTENT),
        ((TimeoutError, httpx.TimeoutException), FailureKind.TIMEOUT),
        ((httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError), FailureKind.CLIENT_ERROR),
    )
    for types, kind in kinds:
        if isinstance(error, types):
            return kind
    return FailureKind.TLS if _is_tls(error) else FailureKind.CONNECTION


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _short(error: BaseException) -> str:
    message = " ".join(str(error).split())[:160]
    return message or type(error).__name__
