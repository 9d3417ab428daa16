"""Feeds that a site's page names, for somebody who knows only the site's address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lxml.html
from lxml import etree

from service.parsing.charset import decode
from service.parsing.links import absolute
from service.parsing.plain import one_line

MAX_PAGE = 5_000_000
MAX_FOUND = 100
FEED_TYPES = frozenset(
    ["application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/json"]
)
FEED_ENDINGS = (".rss", ".rdf", ".atom", "/rss", "/feed", "/rss.xml", "/feed.xml", "/atom.xml", "/index.rss")


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """An address that is said to be a feed.

    Attributes:
        declared: named in the page's head; else only a link that looks like one.
    """

    url: str
    title: str
    declared: bool


def discover_feeds(body: bytes, *, url: str, content_type: str = "") -> tuple[FoundFeed, ...]:
    """Feeds named in the head of a page first, then links that look like feeds (Vietnamese outlets list them on an
    «RSS» page); each address once, at most 100."""
    try:
        tree = lxml.html.document_fromstring(decode(body, content_type)[:MAX_PAGE])
    except (etree.ParserError, ValueError):
        return ()
    found: dict[str, FoundFeed] = {}
    for feed in (*_declared(tree, url), *_linked(tree, url)):
        found.setdefault(feed.url, feed)
    return tuple(found.values())[:MAX_FOUND]


def _declared(tree: Any, url: str) -> Iterator[FoundFeed]:
    for link in tree.iter("link"):
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" in (link.get("rel") or "").lower().split() and kind in FEED_TYPES:
            address = absolute(url, link.get("href") or "")
            if address and link.get("href") and "wp-json" not in address and "oembed" not in address:
                yield FoundFeed(address, one_line(link.get("title") or ""), declared=True)


def _linked(tree: Any, url: str) -> Iterator[FoundFeed]:
    for link in tree.iter("a"):
        address = absolute(url, link.get("href") or "") if link.get("href") else None
        if address and address.partition("?")[0].rstrip("/").lower().endswith(FEED_ENDINGS):
            yield FoundFeed(address, one_line(link.text_content())[:200], declared=False)
