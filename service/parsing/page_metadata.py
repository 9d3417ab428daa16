"""What a page says of itself in its head: title, time, canonical address, language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from service.parsing.dates import parse_date
from service.parsing.links import absolute
from service.parsing.plain import plain_text

PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "published_time", "datepublished",
    "pubdate",
    "publishdate", "publish_date", "publish-date", "publication_date", "article.published", "parsely-pub-date",
    "sailthru.date", "dc.date.issued", "dcterms.created", "dc.date", "date",
)  # fmt: skip
ARTICLES = frozenset(
    ["Article", "NewsArticle", "ReportageNewsArticle", "BlogPosting", "LiveBlogPosting", "OpinionNewsArticle"]
)
DATE_CLASS = re.compile(r"date|time|ngay|publish", re.IGNORECASE)
VISIBLE_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")
SITE_SUFFIX = re.compile(r"\s+[|–—»]\s+[^|–—»]{2,60}$|\s+-\s+[^-]{2,40}$")
MAX_JSON_LD = 200_000
MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Metadata:
    """Fields as found; None or "" where the page says nothing."""

    title: str
    canonical: str | None
    published_at: datetime | None
    language: str | None


def read_metadata(tree: Any, *, url: str, now: datetime) -> Metadata:
    """From meta elements, JSON-LD, microdata, and last the time that stands visibly above the text."""
    metas = _metas(tree)
    linked = linked_article(tree)
    links = tree.xpath("//link[translate(@rel, 'CANOIL', 'canoil') = 'canonical']/@href")
    canonical = str(links[0]) if links else metas.get("og:url")
    return Metadata(
        title=_title(tree, metas, linked)[:1000],
        canonical=absolute(url, canonical) if canonical else None,
        published_at=next((at for text in _times(tree, metas, linked) if (at := parse_date(text, now=now))), None),
        language=_language(tree, metas),
    )


def _metas(tree: Any) -> dict[str, str]:
    """Content of meta elements by name, the first one of each."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        content = meta.get("content")
        if name and content:
            found.setdefault(name.strip().lower(), content.strip())
    return found


def _title(tree: Any, metas: dict[str, str], linked: dict[str, Any]) -> str:
    headings = [plain_text(h.text_content()) for h in tree.xpath("//h1")[:5]]
    given = metas.get("og:title") or metas.get("twitter:title") or _string(linked.get("headline"))
    if given:
        title = plain_text(given)
        return next((h for h in headings if h and title.startswith(h)), title)
    element = tree.find(".//title")
    title = plain_text(element.text_content()) if element is not None else ""
    heading = next((h for h in headings if h and (h in title or not title)), "")
    return heading or SITE_SUFFIX.sub("", title)


def _times(tree: Any, metas: dict[str, str], linked: dict[str, Any]) -> Iterator[str]:
    if "article:published_time" in metas:
        yield metas["article:published_time"]
    yield _string(linked.get("datePublished"))
    yield from (metas[name] for name in PUBLISHED if name in metas)
    for element in tree.xpath("//*[@itemprop='datePublished']")[:3]:
        yield element.get("datetime") or element.get("content") or element.text_content()
    for element in tree.xpath("//time[@datetime][not(ancestor::aside)]")[:3]:
        yield element.get("datetime")
    yield from _visible(tree)


def _visible(tree: Any) -> Iterator[str]:
    """«Thứ sáu, 6/8/2021, 01:08 (GMT+7)» in a small element whose class speaks of a date."""
    for element in tree.xpath("//*[self::span or self::div or self::p or self::time or self::li][@class]")[:2000]:
        if DATE_CLASS.search(element.get("class", "")) and len(element) <= 3:
            text = element.text_content()
            if len(text) < 120 and VISIBLE_DATE.search(text):
                yield text


def linked_article(tree: Any) -> dict[str, Any]:
    """The first article in the page's JSON-LD (schema.org)."""
    for script in tree.xpath("//script[@type='application/ld+json']")[:20]:
        text = (script.text or "")[:MAX_JSON_LD]
        try:
            document = orjson.loads(re.sub(r"[\x00-\x1f]+", " ", text).strip().rstrip(";"))
        except orjson.JSONDecodeError:
            continue
        if article := next(_articles(document, 0), None):
            return article
    return {}


def _articles(node: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(node, list):
        for each in node[:100]:
            yield from _articles(each, depth + 1)
    elif isinstance(node, dict):
        kinds = node.get("@type")
        if ARTICLES & set(kinds if isinstance(kinds, list) else [str(kinds)]):
            yield node
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _articles(node.get(key), depth + 1)


def _language(tree: Any, metas: dict[str, str]) -> str | None:
    given = tree.get("lang") or tree.get("xml:lang") or metas.get("og:locale") or metas.get("language") or ""
    code = re.match(r"[A-Za-z]{2,3}(?=$|[-_])", given.strip())
    return code[0].lower() if code else None


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
