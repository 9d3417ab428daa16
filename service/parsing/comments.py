"""Readers' comments that an article's page carries: how many, and their texts where they stand in the page itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
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
# of those looked for in the page: fewer characters stand in many a sentence of an article
SHORTEST_SHOWN = 40
BLOCKS = ("p", "div", "li", "blockquote")
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
    _remove_shown(tree, [c.text for c in comments])


def _remove_shown(tree: Any, texts: Collection[str]) -> None:
    """Take out the blocks that hold one of the texts and nothing else, however it is cut into elements.

    Readers write what they like, also words of the article: its own stay. A block in it goes only where none stands
    outside, and never a paragraph beside one that no reader has written.
    """
    whole, blocks = _blocks(tree)
    said = {SPACES.sub("", text): len(text) == LONGEST for text in texts if len(text) >= SHORTEST_SHOWN}
    for words, cut in said.items():
        shown = []
        begin = whole.find(words)
        while begin >= 0:
            end = begin + len(words)
            # the end of a very long one was not read
            shown += [b for b in blocks.get(begin, ()) if b.end == end or (cut and b.end > end)][:1]
            begin = whole.find(words, end)
        outside = [b for b in shown if not b.in_article]
        for block in outside or [b for b in shown if not _is_paragraph_among(b.element, said)]:
            if block.element.getparent() is not None:
                block.element.drop_tree()


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of a page, and where its text ends in that of the whole page."""

    element: Any
    end: int
    in_article: bool


def _blocks(tree: Any) -> tuple[str, dict[int, list[_Block]]]:
    """The text of a page without spaces, and its blocks by where they begin in it, inner ones first."""
    pieces: list[str] = []
    begins: list[int] = []
    blocks: dict[int, list[_Block]] = {}
    at = articles = 0
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        if event == "start":
            begins.append(at)
            articles += _is_article(element)
            text = "" if element.tag in SILENT else element.text
        else:
            if event == "end":
                begin = begins.pop()
                if element.tag in BLOCKS:
                    blocks.setdefault(begin, []).append(_Block(element, at, articles > 0))
                articles -= _is_article(element)
            text = element.tail
        pieces.append(SPACES.sub("", text or ""))
        at += len(pieces[-1])
    return "".join(pieces), blocks


def _is_article(element: Any) -> bool:
    return bool(element.tag == "article" or element.get("itemprop") == "articleBody")


def _is_paragraph_among(block: Any, said: Collection[str]) -> bool:
    """Whether it is a paragraph with another long one right beside it that no reader has written."""
    beside = [e for e in (block.getprevious(), block.getnext()) if e is not None and e.tag == block.tag == "p"]
    texts = [e.text_content() for e in beside]
    return any(len(t) >= SHORTEST_SHOWN and SPACES.sub("", t) not in said for t in texts)


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
