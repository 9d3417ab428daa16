"""Web pages: bytes in, title, text and time out; never an author."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import lxml.html
import trafilatura
from lxml import etree
from resiliparse.extract.html2text import extract_plain_text

from service.domain.documents import Page
from service.parsing.bylines import remove_bylines, without_signature
from service.parsing.charset import clean, decode, is_binary, unescape
from service.parsing.comments import read_comments, remove_comments
from service.parsing.page_metadata import Metadata, read_metadata
from service.parsing.urls import canonical_url, web_address

MAX_PAGE = 5_000_000
MAX_TEXT = 200_000
MIN_TEXT = 25
VIETNAMESE = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
BLANK_LINES = re.compile(r"[ \t\u00a0]*\n\s*")


def extract_page(body: bytes, *, url: str, content_type: str, now: datetime, thorough: bool = True) -> Page | None:
    """Title, text, time, canonical address and language of a page; None if it has no text to be had.

    Args:
        thorough: trafilatura (more exact); otherwise resiliparse (about eight times as fast), for days of backlog.
    """
    if not content_type_is_page(content_type) or is_binary(body, content_type):
        return None
    markup = decode(body, content_type)[:MAX_PAGE]
    tree = _tree(markup)
    if tree is None:
        return None
    url = clean(url)
    metadata = read_metadata(tree, url=url, now=now)
    count, comments = read_comments(tree, now=now)
    remove_comments(tree, comments)
    remove_bylines(tree)
    text = without_signature(_text(tree, thorough))
    if len(text) < MIN_TEXT:
        return None
    return Page(
        url=url,
        canonical_url=_canonical(metadata.canonical, url),
        title=metadata.title,
        text=text[:MAX_TEXT],
        published_at=metadata.published_at,
        language=_language(metadata, text),
        comment_count=count,
        comments=comments,
    )


def content_type_is_page(content_type: str) -> bool:
    """Whether a body of this type can be a page: HTML, XML, plain text or no word about it."""
    kind = content_type.partition(";")[0].strip().lower()
    return not kind or kind.startswith("text/") or "html" in kind or "xml" in kind or kind == "application/octet-stream"


def _tree(markup: str) -> Any | None:
    try:
        tree = lxml.html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", markup, count=1))
    except (etree.ParserError, ValueError):
        return None
    return tree


def _text(tree: Any, thorough: bool) -> str:
    text = _trafilatura(tree) if thorough else ""
    return text or _resiliparse(tree)


def _resiliparse(tree: Any) -> str:
    markup = lxml.html.tostring(tree, encoding="unicode")
    return _tidy(extract_plain_text(markup, main_content=True, alt_texts=False, links=False))


def _trafilatura(tree: Any) -> str:
    try:
        found: Any = trafilatura.bare_extraction(
            tree, fast=True, include_comments=False, include_tables=True, with_metadata=False
        )
    except (RecursionError, ValueError, AttributeError, TypeError, etree.LxmlError):
        # trafilatura trips over some broken trees; the plainer extractor gets its chance
        return ""
    return _tidy(found.text or "") if found is not None else ""


def _tidy(text: str) -> str:
    return BLANK_LINES.sub("\n", unescape(clean(text))).strip()


def _canonical(canonical: str | None, url: str) -> str:
    """The page's own word for its address, unless it points to a front page or is no address."""
    found = web_address(canonical) if canonical else None
    if found is None or (urlsplit(found).path in ("", "/") and urlsplit(web_address(url) or "").path not in ("", "/")):
        return canonical_url(url)
    return canonical_url(found)


def _language(metadata: Metadata, text: str) -> str | None:
    sample = text[:2000]
    if len(VIETNAMESE.findall(sample)) * 12 > len(sample.split()) * 2:
        return "vi"
    return metadata.language
