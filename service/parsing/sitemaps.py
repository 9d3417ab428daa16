"""Sitemaps (sitemaps.org 0.9) with Google's news extension, and indexes of sitemaps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from service.domain.documents import Entry, FeedPart
from service.domain.times import EARLIEST
from service.parsing.dates import parse_date
from service.parsing.plain import MAX_TITLE, one_line
from service.parsing.urls import web_address

XML_DECLARATION = "<?xml"
_OF_MEDIA = re.compile("sitemap-(image|video)")  # they have an address and a title of their own, of the picture


def sitemap_entries(text: str, *, now: datetime, limit: int) -> tuple[Entry, ...]:
    """The first `limit` addresses; those without news tags have no title, and `lastmod` as their last change."""
    return tuple(islice(_entries(text, now), limit))


def sitemap_parts(text: str, *, url: str, now: datetime, limit: int) -> tuple[FeedPart, ...]:
    """The `limit` sitemaps of the index's own host, no less safe than it, that changed last; those that do not say when
    come last, in their order. Packed ones (.gz) are left out: they cannot be read."""
    host, secure = urlsplit(url).netloc, urlsplit(url).scheme == "https"
    found: dict[str, FeedPart] = {}
    for fields in _elements(text, "sitemap"):
        link = web_address(fields.get("loc", ""))
        if link is None or link == url or not host or urlsplit(link).netloc != host:
            continue
        if secure and urlsplit(link).scheme != "https":
            continue
        if not urlsplit(link).path.lower().endswith(".gz"):
            found.setdefault(link, FeedPart(url=link, changed_at=parse_date(fields.get("lastmod"), now=now)))
    return tuple(sorted(found.values(), key=lambda p: p.changed_at or EARLIEST, reverse=True)[:limit])


def _entries(text: str, now: datetime) -> Iterator[Entry]:
    for fields in _elements(text, "url"):
        if entry := _entry(fields, now):
            yield entry


def _elements(text: str, name: str) -> Iterator[dict[str, str]]:
    """What stands in each element of that name; the tree does not grow with them."""
    body = text.lstrip()
    if body.startswith(XML_DECLARATION):
        body = body[body.find("?>") + 2 :]
    events = etree.iterparse(
        BytesIO(body.encode("utf-8")),
        events=("end",),
        recover=True,
        resolve_entities=False,
        no_network=True,
    )
    for _, element in events:
        if isinstance(element.tag, str) and etree.QName(element).localname == name:
            fields: dict[str, str] = {}
            for field, value in _fields(element):
                fields.setdefault(field, value)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            yield fields


def _fields(element: Any) -> Iterator[tuple[str, str]]:
    for child in element.iterdescendants():
        if not isinstance(child.tag, str) or not child.text:
            continue
        name = etree.QName(child)
        if not _OF_MEDIA.search(name.namespace or ""):
            yield name.localname, child.text


def _entry(fields: dict[str, str], now: datetime) -> Entry | None:
    link = web_address(fields.get("loc", ""))
    if link is None:
        return None
    return Entry(
        id=link,
        url=link,
        title=one_line(fields.get("title", ""))[:MAX_TITLE],
        published_at=parse_date(fields.get("publication_date"), now=now),
        updated_at=parse_date(fields.get("lastmod"), now=now),
    )
