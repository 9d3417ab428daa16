"""Readers' comments that an article's page carries: how many, and their texts where they stand in the page itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from service.domain.documents import PageComment
from service.parsing.dates import parse_date
from service.parsing.page_metadata import linked_article
from service.parsing.plain import plain_text

MOST = 200
LONGEST = 4000
SHORTEST = 8
COUNT_ATTRIBUTES = ("data-comment-count", "data-total-comment", "data-count-comment", "data-totalcomment")
COUNT_CLASS = re.compile(r"(?:^|[\s_-])(?:comments?[_-]?count|(?:count|total|num)[_-]?comments?)(?=$|[\s_-])")
NUMBER = re.compile(
    r"^\s*\(?(\d{1,3}(?:[.,]\d{3})*|\d{1,7})\)?(?:\s*(?:bình luận|ý kiến|comments?))?\s*$", re.IGNORECASE
)


def read_comments(tree: Any, *, now: datetime) -> tuple[int | None, tuple[PageComment, ...]]:
    """The number of comments that the page names (at least those it carries; None if it names none), and the
    comments that schema.org markup, as JSON-LD or microdata, tells apart from the rest of the page."""
    article = linked_article(tree)
    found: dict[str, PageComment] = {}
    for comment in (*_linked(article, now), *_microdata(tree, now)):
        found.setdefault(comment.text, comment)
    comments = tuple(found.values())[:MOST]
    count = next(_counts(article, tree), None)
    return (max(count or 0, len(comments)) if comments else count), comments


def _linked(article: dict[str, Any], now: datetime) -> Iterator[PageComment]:
    given = article.get("comment")
    for each in given[:MOST] if isinstance(given, list) else [given]:
        if isinstance(each, dict):
            yield from _comment(each.get("text"), each.get("dateCreated") or each.get("datePublished"), now)


def _microdata(tree: Any, now: datetime) -> Iterator[PageComment]:
    for element in tree.xpath("//*[@itemprop='comment' or contains(@itemtype, 'schema.org/Comment')]")[:MOST]:
        text = " ".join(e.text_content() for e in element.xpath(".//*[@itemprop='text']")[:1])
        times = element.xpath(".//*[@itemprop='dateCreated' or @itemprop='datePublished']")[:1]
        stamp = next((e.get("datetime") or e.get("content") or e.text_content() for e in times), None)
        yield from _comment(text, stamp, now)


def _comment(text: Any, stamp: Any, now: datetime) -> Iterator[PageComment]:
    plain = plain_text(text)[:LONGEST] if isinstance(text, str) else ""
    if len(plain) >= SHORTEST:
        at = parse_date(stamp, now=now) if isinstance(stamp, str) else None
        yield PageComment(text=plain, published_at=at)


def _counts(article: dict[str, Any], tree: Any) -> Iterator[int]:
    yield from _number(article.get("commentCount"))
    statistics = article.get("interactionStatistic")
    for each in statistics if isinstance(statistics, list) else [statistics]:
        if isinstance(each, dict) and "CommentAction" in str(each.get("interactionType")):
            yield from _number(each.get("userInteractionCount"))
    for element in tree.xpath("//*[@itemprop='commentCount']")[:3]:
        yield from _number(element.get("content") or element.text_content())
    for name in COUNT_ATTRIBUTES:
        for element in tree.xpath(f"//*[@{name}]")[:1]:
            yield from _number(element.get(name))
    for element in tree.xpath("//*[contains(@class, 'omment')]")[:200]:
        if COUNT_CLASS.search(element.get("class", "").lower()) and len(element) <= 2:
            yield from _number(element.text_content())


def _number(value: Any) -> Iterator[int]:
    match = NUMBER.match(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if match:
        yield int(re.sub(r"\D", "", match[1]))
