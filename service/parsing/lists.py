"""HTML pages that list articles, for agencies without a feed: read by a CSS selector, and checked for health."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import lxml.html
from lxml import etree

from service.domain.documents import Entry
from service.parsing.charset import decode
from service.parsing.dates import DAY_FIRST, parse_date
from service.parsing.links import absolute
from service.parsing.plain import MAX_TITLE, one_line

MAX_PAGE = 5_000_000
MAX_ITEMS = 200
SHORTEST_TITLE = 12
ITEM_STAMP = re.compile(r"[^.;]{0,40}\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}[^.;]{0,25}")
SELECTOR_PART = re.compile(
    r"^(?P<tag>[a-zA-Z][\w-]*|\*)?(?P<rest>(?:[.#][\w-]+|\[[\w-]+(?:[*^$~]?=[\"']?[^\"'\]]*[\"']?)?\])*)$"
)
SIMPLE = re.compile(
    r"(?P<sign>[.#])(?P<name>[\w-]+)|\[(?P<attribute>[\w-]+)(?:(?P<operator>[*^$~]?)=[\"']?(?P<value>[^\"'\]]*)[\"']?)?\]"
)


class ListHealth(StrEnum):
    """Whether a selector still fits the page it was written for."""

    HEALTHY = "healthy"
    NOTHING_SELECTED = "nothing_selected"
    NO_LINKS = "no_links"
    SHORT_TITLES = "short_titles"
    SAME_LINKS = "same_links"


class BadSelectorError(ValueError):
    """A selector that is not understood; the message says which part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """Entries of a list page, and whether the selector seems to fit."""

    entries: tuple[Entry, ...]
    health: ListHealth


def read_list(body: bytes, *, url: str, content_type: str, selector: str, now: datetime) -> ListPage:
    """Entries of the elements that `selector` picks: each one's first titled link, and a date where one stands in it.

    Args:
        selector: tags, classes, ids and attributes («div.item», «a[href*=ItemID]»), joined by spaces (inside) or «>»
            (directly inside); several with commas.

    Raises:
        BadSelectorError: the selector is not understood.
    """
    path = selector_to_xpath(selector)
    try:
        tree = lxml.html.document_fromstring(decode(body, content_type)[:MAX_PAGE])
    except (etree.ParserError, ValueError):
        return ListPage(entries=(), health=ListHealth.NOTHING_SELECTED)
    picked = tree.xpath(path)[:MAX_ITEMS]
    found = [entry for element in picked if (entry := _entry(element, url, now))]
    entries = tuple({e.url: e for e in reversed(found)}.values())[::-1]
    return ListPage(entries=entries, health=_health(picked, found, entries))


def selector_to_xpath(selector: str) -> str:
    """XPath for the part of CSS selectors that list pages need."""
    return " | ".join(_one_to_xpath(one.strip()) for one in selector.split(","))


def _one_to_xpath(selector: str) -> str:
    path, axis = "", "//"
    for part in re.sub(r"\s*>\s*", " > ", selector).split():
        if part == ">":
            axis = "/"
            continue
        match = SELECTOR_PART.match(part)
        if not match:
            raise BadSelectorError(f"selector part {part!r}: expected a tag, .class, #id or [attribute=value]")
        path += f"{axis}{match['tag'] or '*'}{''.join(_condition(m) for m in SIMPLE.finditer(match['rest']))}"
        axis = "//"
    if not path or axis == "/":
        raise BadSelectorError(f"selector {selector!r}: expected at least one tag, .class, #id or [attribute=value]")
    return path


def _condition(part: re.Match[str]) -> str:
    if part["sign"] == ".":
        return f"[contains(concat(' ', normalize-space(@class), ' '), ' {part['name']} ')]"
    if part["sign"] == "#":
        return f"[@id='{part['name']}']"
    attribute, value = f"@{part['attribute']}", part["value"]
    if value is None:
        return f"[{attribute}]"
    forms = {
        "": f"{attribute}='{value}'",
        "*": f"contains({attribute}, '{value}')",
        "^": f"starts-with({attribute}, '{value}')",
        "$": f"substring({attribute}, string-length({attribute}) - {len(value) - 1})='{value}'",
        "~": f"contains(concat(' ', normalize-space({attribute}), ' '), ' {value} ')",
    }
    return f"[{forms[part['operator']]}]"


def _entry(element: Any, url: str, now: datetime) -> Entry | None:
    titled = [(one_line(a.text_content() or a.get("title") or ""), a.get("href")) for a in _links(element)]
    title, href = max(titled, key=lambda t: len(t[0]), default=("", None))
    link = absolute(url, href) if href else None
    if link is None or not title:
        return None
    text = one_line(element.text_content())
    stamp = ITEM_STAMP.search(text) if DAY_FIRST.search(text) else None
    at = parse_date(stamp[0].strip(" ()|-,"), now=now) if stamp else None
    return Entry(id=link, url=link, title=title[:MAX_TITLE], published_at=at)


def _links(element: Any) -> Iterator[Any]:
    yield from ([element] if element.tag == "a" else element.iter("a"))


def _health(picked: list[Any], found: list[Entry], entries: tuple[Entry, ...]) -> ListHealth:
    if not picked:
        return ListHealth.NOTHING_SELECTED
    if len(found) * 2 < len(picked):
        return ListHealth.NO_LINKS
    if len(entries) * 2 < len(found):
        return ListHealth.SAME_LINKS
    if sum(len(e.title) for e in entries) < SHORTEST_TITLE * len(entries):
        return ListHealth.SHORT_TITLES
    return ListHealth.HEALTHY
