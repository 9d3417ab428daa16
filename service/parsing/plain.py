"""Plain text of the scraps of HTML that feeds carry in titles and summaries."""

from __future__ import annotations

import re

import lxml.html
from lxml import etree

from service.parsing.charset import clean, unescape

MAX_MARKUP = 200_000
# characters that are kept, wherever a text came from
MAX_TITLE, MAX_SUMMARY = 1000, 20_000
BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure",
        "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
        "section", "table", "td", "th", "tr", "ul",
    )
)  # fmt: skip
SILENT = frozenset(
    (
        "script", "style", "head", "noscript", "svg", "template", "title",
    )
)  # fmt: skip
SPACES = re.compile(r"[\s\u00a0]+")
TAG = re.compile(r"</?[a-zA-Z!?]")


def plain_text(markup: str) -> str:
    """The text of a piece of HTML on one line: no tags, scripts or images, character references replaced."""
    cut = markup[:MAX_MARKUP]
    if TAG.search(cut):
        cut = _without_tags(clean(cut))
    return one_line(unescape(cut))


def one_line(text: str) -> str:
    """Text with every run of white space as one space, without the blank of no width that takes words apart."""
    return SPACES.sub(" ", clean(text).replace("\u200b", "")).strip()


def _without_tags(markup: str) -> str:
    try:
        root = lxml.html.fragment_fromstring(markup, create_parent="div")
    except (etree.ParserError, ValueError, AssertionError):
        return TAG.sub(" ", markup)
    pieces: list[str] = []
    skip = None
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        silent = not isinstance(element.tag, str) or element.tag in SILENT
        if event == "start":
            if silent and skip is None:
                skip = element
            if skip is None:
                pieces += [" " if element.tag in BLOCKS else "", element.text or ""]
            continue
        if event == "end" and element is skip:
            skip = None
        if skip is None and element is not root:
            pieces += [" " if element.tag in BLOCKS else "", element.tail or ""]
    return "".join(pieces)
