"""Sitemaps (sitemaps.org 0.9) with Google's news extension."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any

from lxml import etree

from service.domain.documents import Entry
from service.parsing.dates import parse_date
from service.parsing.plain import one_line
from service.parsing.urls import web_address

XML_DECLARATION = "<?xml"


def sitemap_entries(text: str, *, url: str, now: datetime, limit: int) -> tuple[Entry, ...]:
    """The first `limit` addresses; those without news tags have no title, and `lastmod` as their last change."""
    return tuple(islice(_entries(text, now), limit))


def _entries(text: str, now: datetime) -> Iterator[Entry]:
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
        if isinstance(element.tag, str) and etree.QName(element).localname == "url":
            fields = dict(_fields(element))
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            if entry := _entry(fields, now):
                yield entry


def _fields(element: Any) -> Iterator[tuple[str, str]]:
    for child in element.iterdescendants():
        if isinstance(child.tag, str) and child.text:
            yield etree.QName(child).localname, child.text


def _entry(fields: dict[str, str], now: datetime) -> Entry | None:
    link = web_address(fields.get("loc", ""))
    if link is None:
        return None
    return Entry(
        id=link,
        url=link,
        title=one_line(fields.get("title", ""))[:1000],
        published_at=parse_date(fields.get("publication_date"), now=now),
        updated_at=parse_date(fields.get("lastmod"), now=now),
    )
