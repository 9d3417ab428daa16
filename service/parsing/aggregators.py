"""Addresses that lead to an article only through an aggregator, resolved where the address itself holds the target."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qs, urlsplit

from service.parsing.urls import web_address

GOOGLE_NEWS_ARTICLE = re.compile(r"^/(?:rss/)?(?:__i/rss/rd/)?articles/(?P<code>[\w-]{20,2000}={0,2})$")
ADDRESS = re.compile(rb"https?://[\x21-\x7e]{4,1000}")
REDIRECTORS = {
    "www.google.com": "url",
    "google.com": "url",
    "l.facebook.com": "u",
    "lm.facebook.com": "u",
    "www.bing.com": "url",
}
TITLE_SUFFIX = re.compile(r"\s+-\s+(?P<publisher>[^-]{2,60})$")


def publisher_address(url: str) -> str:
    """The publisher's address behind a Google News or redirector link; the link itself where it does not tell.

    Google News links made until 2024 carry the address in their base64 part; newer ones hold an opaque number and stay
    as they are (only Google could resolve them).
    """
    address = web_address(url)
    if address is None:
        return url
    parts = urlsplit(address)
    if parts.hostname == "news.google.com" and (match := GOOGLE_NEWS_ARTICLE.match(parts.path)):
        return _decoded(match["code"]) or url
    key = REDIRECTORS.get(parts.hostname or "")
    if key and parts.path in ("/url", "/l.php", "/news/apiclick.aspx"):
        target = web_address(parse_qs(parts.query).get(key, [""])[0])
        return target or url
    return url


def without_publisher(title: str) -> str:
    """A Google News title without « - Outlet» at its end."""
    return TITLE_SUFFIX.sub("", title)


def _decoded(code: str) -> str | None:
    try:
        raw = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
    except (binascii.Error, ValueError):
        return None
    match = ADDRESS.search(raw)
    if match is None:
        return None
    # a length byte stands before the address and a tag byte (0xD2) after it, which is not printable
    return web_address(match[0].decode("ascii"))
