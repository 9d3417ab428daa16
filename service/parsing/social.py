"""Answers of social networks' official interfaces to entries: texts and times, never who wrote them.

YouTube Data API v3 (developers.google.com/youtube/v3/docs/commentThreads), Facebook Graph API (page feed with
comments, developers.facebook.com/docs/graph-api), Mastodon (docs.joinmastodon.org/methods/timelines).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson

from service.domain.documents import Entry, FeedContent
from service.domain.sources import FeedFormat
from service.parsing.dates import parse_date
from service.parsing.plain import one_line, plain_text

MOST = 2000
LONGEST, LONGEST_TOKEN = 20_000, 2000
PAGE = 100
YOUTUBE_THREADS = {"part": "snippet,replies", "order": "time", "maxResults": PAGE, "textFormat": "plainText"}
FACEBOOK_FIELDS = "id,created_time,comments.limit(100).order(reverse_chronological){id,message,created_time}"


class BadAddressError(ValueError):
    """A feed address that names nothing at the interface; the message says what was expected."""


def interface_address(form: str, base: str, url: str) -> str:
    """The interface's address for what people know under `url`.

    Raises:
        BadAddressError: the address names no video, channel, page or timeline.
    """
    if (interface := INTERFACES.get(form)) is None:
        raise BadAddressError(f"no interface for {form!r}")
    return interface.address(base, url)


def thread_address(form: str, base: str, url: str, page: str) -> str:
    """The interface's address for a page of the public thread that a text was kept under.

    Raises:
        BadAddressError: as for `interface_address`.
    """
    address = interface_address(form, base, url)
    return f"{address}&{urlencode({INTERFACES[form].page_parameter: page})}" if page else address


def read_social(form: str, body: bytes, *, now: datetime) -> FeedContent | None:
    """What an answer says, None if it is none of this interface. Only named fields are looked at, so that nothing of
    a person can come along."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    interface = INTERFACES.get(form)
    if interface is None or not interface.fits(document):
        return None
    more = _text(_dict(document).get(interface.next_page)) if interface.next_page else ""
    return FeedContent(entries=tuple(islice(interface.read(document, now), MOST)), next_page=more[:LONGEST_TOKEN])


def _youtube_address(base: str, url: str) -> str:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    if parts.path == "/watch" and query.get("v"):
        named = {"videoId": query["v"][0]}
    elif parts.path.startswith("/channel/UC"):
        named = {"allThreadsRelatedToChannelId": parts.path.split("/")[2]}
    else:
        raise BadAddressError("expected https://www.youtube.com/watch?v=ID or https://www.youtube.com/channel/UC...")
    return f"{base}/youtube/v3/commentThreads?{urlencode(named | YOUTUBE_THREADS)}"


def _facebook_address(base: str, url: str) -> str:
    page = urlsplit(url).path.strip("/")
    if not page or "/" in page:
        raise BadAddressError(f"expected https://www.facebook.com/PAGE-ID, found {url!r}")
    return f"{base}/{page}/feed?{urlencode({'fields': FACEBOOK_FIELDS, 'limit': 25})}"


def _mastodon_address(_base: str, url: str) -> str:
    if not urlsplit(url).path.startswith("/api/v1/timelines/"):
        raise BadAddressError(f"expected https://HOST/api/v1/timelines/(public or tag/NAME), found {url!r}")
    return url


def _youtube(document: dict[str, Any], now: datetime) -> Iterator[Entry]:
    for thread in _dicts(document.get("items")):
        snippet = _dict(thread.get("snippet"))
        replies = _dicts(_dict(thread.get("replies")).get("comments"))
        for comment in (_dict(snippet.get("topLevelComment")), *replies):
            said = _dict(comment.get("snippet"))
            key, video = _text(comment.get("id")), _text(snippet.get("videoId")) or _text(said.get("videoId"))
            text = one_line(_text(said.get("textOriginal")) or plain_text(_text(said.get("textDisplay"))))
            if key and text:
                url = f"https://www.youtube.com/watch?{urlencode({'v': video, 'lc': key})}" if video else ""
                yield _entry(key, url, text, said.get("publishedAt"), now)


def _facebook(document: dict[str, Any], now: datetime) -> Iterator[Entry]:
    for post in _dicts(document.get("data")):
        for comment in _dicts(_dict(post.get("comments")).get("data")):
            key, text = _text(comment.get("id")), one_line(_text(comment.get("message")))
            if key and text:
                yield _entry(key, "", text, comment.get("created_time"), now)


def _mastodon(document: list[Any], now: datetime) -> Iterator[Entry]:
    for status in _dicts(document):
        key = _text(status.get("uri")) or _text(status.get("id"))
        # the subject line is part of what was said
        said = (plain_text(_text(status.get(name))) for name in ("spoiler_text", "content"))
        text = " ".join(part for part in said if part)
        if key and text and status.get("visibility", "public") == "public":
            url = _text(status.get("url")) or (key if key.startswith("https://") else "")
            yield _entry(key, url, text, status.get("created_at"), now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """How an interface is asked and its answers are read.

    Attributes:
        address: its address for what people know under another one; BadAddressError where that names nothing.
        fits: whether a document is an answer of it.
        next_page: field of an answer that leads to the next page; "" where only the newest is read.
        page_parameter: what that is handed back as.
    """

    address: Callable[[str, str], str]
    fits: Callable[[Any], bool]
    read: Callable[[Any, datetime], Iterator[Entry]]
    next_page: str = ""
    page_parameter: str = ""


INTERFACES: Mapping[str, Interface] = {
    FeedFormat.YOUTUBE_COMMENTS: Interface(
        address=_youtube_address,
        fits=lambda found: _dict(found).get("kind") == "youtube#commentThreadListResponse",
        read=_youtube,
        next_page="nextPageToken",
        page_parameter="pageToken",
    ),
    FeedFormat.FACEBOOK_PAGE: Interface(
        address=_facebook_address, fits=lambda found: isinstance(_dict(found).get("data"), list), read=_facebook
    ),
    FeedFormat.MASTODON: Interface(
        address=_mastodon_address, fits=lambda found: isinstance(found, list), read=_mastodon
    ),
}


def _entry(key: str, url: str, text: str, stamp: Any, now: datetime) -> Entry:
    at = parse_date(_text(stamp), now=now) if stamp else None
    return Entry(id=key[:1000], url=url, title="", summary=text[:LONGEST], published_at=at)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
