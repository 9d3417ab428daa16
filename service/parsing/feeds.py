"""Feeds and news sitemaps: bytes in, entries out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import feedparser

from service.domain.documents import Entry, FeedContent
from service.parsing.aggregators import publisher_address, without_publisher
from service.parsing.charset import clean, decode, without_surrogates
from service.parsing.dates import parse_date
from service.parsing.links import absolute
from service.parsing.plain import MAX_SUMMARY, MAX_TITLE, one_line, plain_text
from service.parsing.sitemaps import sitemap_entries, sitemap_parts
from service.parsing.urls import web_address

MAX_ENTRIES = 2000
MAX_PARTS = 3  # of an index of sitemaps, read at one poll
SNIFFED = 8192
GOOGLE_NEWS = "https://news.google.com/"
MAX_ENTITY_TEXT = 1_000_000
MAX_ENTITIES = 300  # the HTML character sets together have 252

PROLOGUE = re.compile(
    r"\s+|<\?[^>]{0,2000}\?>|<!--(?:(?!-->).){0,4000}-->"
    r"|<!DOCTYPE(?![^>]{0,20}html)[^>\[]{0,2000}(?:\[[^\]]{0,65536}\])?\s*>",
    re.DOTALL | re.IGNORECASE,
)
ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?P<name>rss|rdf|feed|channel|urlset|sitemapindex)[\s>/]", re.IGNORECASE)
HTML = re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
ENTRY_START = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s>/])")
ENTITY = re.compile(
    r"<!ENTITY\s+(?P<parameter>%\s*)?(?P<name>[\w.:-]+)\s+(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|SYSTEM|PUBLIC)"
)
NESTED = re.compile(r"&(?!#)\w")
SKIP_HOURS = re.compile(r"<skipHours\s*>(.{0,2000}?)</skipHours\s*>", re.IGNORECASE | re.DOTALL)
HOUR = re.compile(r"<hour\s*>\s*(\d{1,2})\s*</hour\s*>", re.IGNORECASE)
CLOSING = {
    "rss": "</channel></rss>", "channel": "</channel>", "rdf": "</rdf:RDF>", "feed": "</feed>", "urlset": "</urlset>",
    "sitemapindex": "</sitemapindex>",
}  # fmt: skip
ENTRY_NAMES = {"urlset": "url", "sitemapindex": "sitemap"}  # in feeds: item or entry
# what stands beside an entry's own summary: captions of pictures, texts for other programs
SUMMARY = re.compile(r"<(?:description|summary)(?:\s[^>]*)?(?<!/)>(?!\s*(?:<!\[CDATA\[\s*\]\]>\s*)?</)")
ASIDE = re.compile(
    r"<(media|itunes|dc):(description|summary)(?:\s[^>]{0,500})?>.{0,4000}?</\1:\2\s*>", re.DOTALL | re.IGNORECASE
)


def parse_feed(body: bytes, *, url: str, content_type: str, now: datetime) -> FeedContent | None:
    """RSS 0.9x, 1.0, 2.0, Atom, JSON Feed 1.x, sitemaps with news tags, the parts of an index of sitemaps; None if the
    bytes are none of these.

    An HTML page posing as a feed is none, nor is a document that multiplies itself through entities. At most 2,000
    entries, the first ones. Broken XML is read as far as it goes, but not an entry of which the end is missing.
    """
    text = decode(body, content_type)
    start = text[:SNIFFED].lstrip()
    if start.startswith("{"):
        return _json_feed(text, url, now)
    root = _root(text)
    if root is None or _multiplies(text):
        return None
    text = _whole_entries(text, root)
    if root == "sitemapindex":
        parts = sitemap_parts(text, url=url, now=now, limit=MAX_PARTS)
        return FeedContent(entries=(), parts=parts) if parts else None
    if root == "urlset":
        return FeedContent(entries=sitemap_entries(text, now=now, limit=MAX_ENTRIES))
    return _xml_feed(_own_summaries(_first_entries(text, root)), url, now)


def why_no_feed(body: bytes, *, content_type: str) -> str:
    """Why `parse_feed` made nothing of bytes, in words for a person at the desk."""
    text = decode(body, content_type)
    if not text.strip():
        return "không có nội dung"
    if _multiplies(text):
        return "thực thể XML tự nhân lên, không đọc"
    if _root(text) == "sitemapindex":
        return "mục lục sơ đồ trang không nêu sơ đồ nào đọc được trên cùng máy chủ; cần địa chỉ của từng sơ đồ"
    if HTML.search(text, 0, SNIFFED):
        return "là trang HTML"
    return content_type.partition(";")[0].strip()[:60] or "không rõ loại nội dung"


def _root(text: str) -> str | None:
    """Name of the root element if it is one of a feed, wherever in the beginning it stands (warnings of a script may
    come before it)."""
    at = 0
    while match := PROLOGUE.match(text, at):
        at = match.end()
    root, page = ROOT.search(text, at, at + SNIFFED), HTML.search(text, at, at + SNIFFED)
    if root is None or (page is not None and page.start() < root.start()):
        return None
    return root["name"].lower()


def _multiplies(text: str) -> bool:
    """Whether entities are declared that hold others, are too many, or add up to too much text."""
    if "<!ENTITY" not in text:
        return False
    for number, entity in enumerate(ENTITY.finditer(text)):
        value = entity["a"] or entity["b"] or ""
        if number >= MAX_ENTITIES or entity["parameter"] or NESTED.search(value):
            return True
        if len(value) * text.count(f"&{entity['name']};") > MAX_ENTITY_TEXT:
            return True
    return False


def _first_entries(text: str, root: str) -> str:
    """The document without what comes after its 2,000th entry, closed again, so that no feed is too long to read."""
    for number, match in enumerate(ENTRY_START.finditer(text)):
        if number == MAX_ENTRIES:
            return text[: match.start()] + CLOSING[root]
    return text


def _whole_entries(text: str, root: str) -> str:
    """The document without an entry that was cut off, as where it was being written while it was read; its address or
    words would be others."""
    if re.search(rf"</(?:[\w.-]{{1,40}}:)?{root}\s*>", text, re.IGNORECASE):
        return text
    name = rf"(?:[\w.-]{{1,40}}:)?(?:{ENTRY_NAMES.get(root, 'item|entry')})"
    ends = [m.end() for m in re.finditer(rf"</{name}\s*>", text)]
    starts = [m.start() for m in re.finditer(rf"<{name}(?=[\s>/])", text)]
    if not ends and len(starts) != 1:  # none at all, or written without ends
        return text
    return text[: ends[-1] if ends else starts[0]] + CLOSING[root]


def _own_summaries(text: str) -> str:
    """The document without what feedparser would take in the place of an entry's own summary."""
    if not ASIDE.search(text):
        return text
    starts = [0, *(m.start() for m in ENTRY_START.finditer(text)), len(text)]
    parts = (text[start:end] for start, end in pairwise(starts))
    return "".join(ASIDE.sub("", part) if SUMMARY.search(part) else part for part in parts)


def _xml_feed(text: str, url: str, now: datetime) -> FeedContent | None:
    document = without_surrogates(re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1))
    parsed = feedparser.parse(
        document.strip().encode("utf-8"),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.entries and not parsed.get("version"):
        return None
    feed = parsed.feed
    skipped = SKIP_HOURS.search(text[:65536])
    return FeedContent(
        entries=_unique(_xml_entry(e, url, now) for e in parsed.entries[:MAX_ENTRIES]),
        title=plain_text(_text(feed, "title"))[:MAX_TITLE],
        ttl=_minutes(_text(feed, "ttl")),
        skip_hours=frozenset(int(h) % 24 for h in HOUR.findall(skipped[1])) if skipped else frozenset(),
    )


def _xml_entry(entry: Any, url: str, now: datetime) -> Entry:
    link = publisher_address(_link(entry, url))
    title = _plain(entry, "title")
    published = _date(entry, ("published", "updated", "created"), now)
    return Entry(
        id=one_line(_text(entry, "id"))[:MAX_TITLE] or link,
        url=link,
        title=(without_publisher(title) if url.startswith(GOOGLE_NEWS) else title)[:MAX_TITLE],
        summary=_summary(entry)[:MAX_SUMMARY],
        published_at=published,
        updated_at=_date(entry, ("updated",), now),
        outlet_url=web_address(_text(entry.get("source") or {}, "href")) or "",
    )


def _link(entry: Any, url: str) -> str:
    """The address of the article: the entry's link, else another link that is no enclosure, else its identifier."""
    links = entry.get("links", [])
    identifier = _text(entry, "id")
    candidates = [_text(entry, "link"), *(x.get("href", "") for x in links if x.get("rel") != "enclosure")]
    if identifier.startswith(("http://", "https://")):
        candidates.append(identifier)
    return next((found for c in candidates if c.strip() and (found := absolute(url, c))), "")


def _text(values: Any, key: str) -> str:
    # dict.get: feedparser's own fills missing times in from other fields
    value = dict.get(values, key)
    return value if isinstance(value, str) else ""


def _plain(entry: Any, key: str) -> str:
    detail = entry.get(f"{key}_detail") or {}
    value = _text(entry, key)
    is_plain = detail.get("type") == "text/plain" and "&" not in value and "<" not in value
    return one_line(value) if is_plain else plain_text(value)


def _summary(entry: Any) -> str:
    summary = _plain(entry, "summary")
    if summary:
        return summary
    return next((text for c in entry.get("content", []) if (text := plain_text(c.get("value") or ""))), "")


def _date(entry: Any, keys: tuple[str, ...], now: datetime) -> datetime | None:
    return next((at for key in keys if (at := parse_date(_text(entry, key), now=now))), None)


def _minutes(value: str) -> timedelta | None:
    return timedelta(minutes=int(value)) if re.fullmatch(r"\s*\d{1,6}\s*", value) and int(value) else None


def _unique(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Each entry once, as they came."""
    return tuple(dict.fromkeys(entries))


def _json_feed(text: str, url: str, now: datetime) -> FeedContent | None:
    try:
        document = json.loads(text)  # orjson refuses the whole for one lone surrogate
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or "jsonfeed.org" not in str(document.get("version", "")):
        return None
    items = document.get("items")
    if not isinstance(items, list):
        return None
    rows = [i for i in items[:MAX_ENTRIES] if isinstance(i, dict)]
    return FeedContent(
        entries=_unique(_json_entry(row, url, now) for row in rows),
        title=plain_text(_string(document, "title"))[:MAX_TITLE],
    )


def _json_entry(row: dict[str, Any], url: str, now: datetime) -> Entry:
    identifier = _string(row, "id")
    candidates = [
        _string(row, "url"),
        _string(row, "external_url"),
        identifier if identifier.startswith("http") else "",
    ]
    link = next((found for c in candidates if c and (found := absolute(url, c))), "")
    summary = plain_text(_string(row, "summary")) or one_line(_string(row, "content_text"))
    return Entry(
        id=one_line(identifier)[:MAX_TITLE] or link,
        url=link,
        title=plain_text(_string(row, "title"))[:MAX_TITLE],
        summary=(summary or plain_text(_string(row, "content_html")))[:MAX_SUMMARY],
        published_at=parse_date(_string(row, "date_published"), now=now),
        updated_at=parse_date(_string(row, "date_modified"), now=now),
    )


def _string(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    return clean(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
