"""What is read: an entry as the feed gave it, a page's text, and the document that is kept of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

DENUNCIATION = "denunciation"  # why a text is dropped and counted


class DocumentKind(StrEnum):
    """What sort of publication a text is."""

    ARTICLE = "article"
    POST = "post"
    COMMENT = "comment"
    LETTER = "letter"
    SMS = "sms"


class DateSource(StrEnum):
    """Where a document's time of publication was taken from."""

    FEED = "feed"
    PAGE = "page"
    FIRST_SEEN = "first_seen"
    BACKLOG = "backlog"  # without a date, and come with what had gathered in a feed: put a day back, to be no news

    @property
    def is_known(self) -> bool:
        """Whether somebody has said it."""
        return self not in (DateSource.FIRST_SEEN, DateSource.BACKLOG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as a feed gave it: plain text (no markup), NFC; times in UTC.

    Attributes:
        id: the feed's own identifier (guid, atom:id), else the address.
        published_at: None where missing or not understood; never «now».
        outlet_url: site of the outlet, where an aggregator names it; "" otherwise.
        in_thread: the address is that of a thread or film which many posts share: its identifier tells it.
    """

    id: str
    url: str
    title: str
    summary: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    outlet_url: str = ""
    in_thread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPart:
    """A sitemap that an index of sitemaps names; `changed_at` is None where it does not say when it changed."""

    url: str
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedContent:
    """What a feed says.

    Attributes:
        parts: of an index of sitemaps: the sitemaps of its own host, the one that changed last first; it has no
            entries of its own.
        ttl: how long it says that it stays as it is.
        skip_hours: hours of the day, UTC, in which it asks not to be polled.
        next_page: how an interface calls the page after this one, "" where there is none.
    """

    entries: tuple[Entry, ...]
    title: str = ""
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    next_page: str = ""
    parts: tuple[FeedPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageComment:
    """A reader's comment that stands on the page: text only, never who wrote it."""

    text: str
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was read from a web page: plain text, NFC, no author's name.

    Attributes:
        comment_count: number of readers' comments as the page names it, None where it names none.
        comments: those that the page itself carries.
    """

    url: str
    canonical_url: str
    title: str
    text: str
    published_at: datetime | None = None
    language: str | None = None
    comment_count: int | None = None
    comments: tuple[PageComment, ...] = ()


class MaskKind(StrEnum):
    """Personal data that is replaced before a text is stored (product rule 1)."""

    PHONE = "PHONE"
    CITIZEN_ID = "CCCD"
    INSURANCE_CODE = "BHXH_CODE"
    EMAIL = "EMAIL"
    ACCOUNT = "ACCOUNT"
    HANDLE = "HANDLE"
    PROFILE_LINK = "PROFILE"
    PAPER = "PAPER"
    ADDRESS = "ADDRESS"


@dataclass(frozen=True, slots=True)
class Replacement:
    """One piece of personal data in a text: [start, end) in code points of the text as it came."""

    start: int
    end: int
    kind: MaskKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedText:
    """A text with placeholders such as «[PHONE]» in place of personal data, and where they were put."""

    text: str
    replacements: tuple[Replacement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A publication as it is kept: no author, no handle, personal data as placeholders.

    Attributes:
        url: canonical address; for posts and comments one without a handle, else empty.
        text: the full masked text while processing and review need it, later None (retention).
        excerpt: the first sentences, at most 400 characters.
        partial: only the feed's own text could be had (page refused or failed).
    """

    id: str
    url: str
    feed_id: str
    source_id: str
    kind: DocumentKind
    title: str
    text: str
    excerpt: str
    published_at: datetime
    date_source: DateSource
    first_seen_at: datetime
    protected_section: bool = False
    partial: bool = False
    language: str | None = None
    topics: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDue:
    """A document whose page is still to be read.

    Attributes:
        tries: how often it was tried already.
    """

    document_id: str
    feed_id: str
    url: str
    tries: int


def comments_at(url: str) -> str:
    """The address that readers' comments under an article are kept with."""
    return f"{url}#binh-luan"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptText:
    """A text that came through an interface, as it is kept; `url` is that of the public thread."""

    id: str
    feed_id: str
    url: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Erased:
    """What a document was that is no more."""

    id: str
    url: str
    title: str
    excerpt: str
    story_id: str | None
    published_at: datetime
