"""Readers' comments that an article's page carries: how many, and their texts where they stand in the page itself."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from lxml import etree

from service.domain.documents import PageComment
from service.parsing.dates import parse_date
from service.parsing.page_metadata import linked_article
from service.parsing.plain import SILENT, SPACES, plain_text

MOST = 200
LONGEST = 4000
SHORTEST = 8
COMMENT = "//*[@itemprop='comment' or contains(@itemtype, 'schema.org/Comment')]"
# boxes of large outlets, in which readers write without such markup
BOXES = "".join(
    f" | //*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"
    for name in ("box_comment_vne", "item-comment", "ykien_vne", "fb-comments")
)
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


def remove_comments(tree: Any, comments: Sequence[PageComment]) -> None:
    """Take readers' comments out of a page (in place), those that were read and what is marked alike, so that no word
    of a reader is taken for the outlet's."""
    for element in tree.xpath(COMMENT + BOXES):
        if element.getparent() is not None and element.tag not in ("body", "article"):
            element.drop_tree()
    _blank(tree, [c.text for c in comments])


def _blank(tree: Any, texts: Sequence[str]) -> None:
    """Empty the elements that hold one of the texts and nothing else, however it is cut into elements."""
    places: list[tuple[Any, str]] = []
    starts: list[int] = []
    pieces, at = [], 0
    for element, name in _texts(tree):
        if said := SPACES.sub("", getattr(element, name) or ""):
            places.append((element, name))
            starts.append(at)
            pieces.append(said)
            at += len(said)
    whole = "".join(pieces)
    for text in texts:
        words = SPACES.sub("", text)
        begin = whole.find(words)
        while begin >= 0:
            end = begin + len(words)
            first, last = bisect_left(starts, begin), bisect_left(starts, end)
            # the end of a very long one was not read
            closed = len(text) == LONGEST or end == at or starts[last] == end
            if first < len(starts) and starts[first] == begin and closed:
                for element, name in places[first:last]:
                    setattr(element, name, " ")
            begin = whole.find(words, end)


def _texts(tree: Any) -> Iterator[tuple[Any, str]]:
    """Where the text of a page is kept, in its order."""
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        if event != "start":
            yield element, "tail"
        elif element.tag not in SILENT:
            yield element, "text"


def _linked(article: dict[str, Any], now: datetime) -> Iterator[PageComment]:
    given = article.get("comment")
    for each in given[:MOST] if isinstance(given, list) else [given]:
        if isinstance(each, dict):
            yield from _comment(each.get("text"), each.get("dateCreated") or each.get("datePublished"), now)


def _microdata(tree: Any, now: datetime) -> Iterator[PageComment]:
    for element in tree.xpath(COMMENT)[:MOST]:
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
