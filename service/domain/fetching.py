"""What came of a request: a value of one of four kinds, never an exception."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_RETRY_AFTER = timedelta(days=30)  # what a host asks for beyond that is taken for this


class FailureKind(StrEnum):
    """Why nothing could be read; decides how soon it is tried again."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    NAME_NOT_FOUND = "name_not_found"
    SERVER_ERROR = "server_error"
    GONE = "gone"
    NOT_FOUND = "not_found"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    FORBIDDEN_ADDRESS = "forbidden_address"
    TLS = "tls"
    BAD_CONTENT = "bad_content"
    NOT_A_FEED = "not_a_feed"
    CLIENT_ERROR = "client_error"
    OURS = "ours"  # nothing the host did: a process of ours ended
    NO_TURN = "no_turn"  # nothing was asked: the host wants more time between requests than one may wait here


class RefusalKind(StrEnum):
    """How a host said that it does not want to be read; it is obeyed, never evaded."""

    ROBOTS = "robots"
    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"  # what an official interface allows in a day is used up
    CHALLENGE = "challenge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A body, and what the server said for the next conditional request.

    Attributes:
        url: the address after redirects.
        permanent_url: where permanent redirects (301, 308) led, None if there were none.
        content_type: the header as given, lower case.
        max_age: from Cache-Control, None if not given.
    """

    url: str
    status: int
    body: bytes
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    max_age: timedelta | None = None
    permanent_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server says that nothing changed (304)."""

    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The host does not want to be read.

    Attributes:
        retry_after: as it asked for.
        asked: False where nothing was asked now: the host had said so before, and its time is not over.
    """

    kind: RefusalKind
    detail: str = ""
    retry_after: timedelta | None = None
    asked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Nothing could be read; the attributes are those of Refused."""

    kind: FailureKind
    detail: str = ""
    retry_after: timedelta | None = None
    asked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRest:
    """A host wants to be left alone for a time.

    Attributes:
        origin: scheme, name and port.
        said: what it answered.
        at, until: when it said so, and until when that holds.
    """

    origin: str
    said: Refused | Failed
    at: datetime
    until: datetime


FetchOutcome = Fetched | NotModified | Refused | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is remembered of a feed from poll to poll.

    Attributes:
        url: the address that the rest is about.
        outcome: last outcome in words, for a person: «không có tin mới», «refused: robots», «failed: timeout (…)».
        failures, refusals, empties: how many times in a row.
        newest_item_at: publication time of the newest item ever seen.
        interval: the current interval between polls.
    """

    feed_id: str
    next_poll_at: datetime
    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    outcome: str = ""
    failures: int = 0
    refusals: int = 0
    empties: int = 0
    polls: int = 0
    entries_seen: int = 0
    newest_item_at: datetime | None = None
    interval: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """An address to read.

    Attributes:
        key: the caller's own name for it (feed id, document id).
        max_bytes: of the decoded body; more is Failed(TOO_LARGE).
        headers: sent to the address's own host only, never shown (tokens of official interfaces).
        obey_robots: False for interfaces made for programs, whose terms stand in the place of robots.txt.
    """

    key: str
    url: str
    etag: str | None = None
    last_modified: str | None = None
    max_bytes: int = 8 * 1024 * 1024
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    obey_robots: bool = True
