"""Names of those who wrote a page, taken out before its text is read: the service keeps no author."""

from __future__ import annotations

import re
from typing import Any

LONGEST_BYLINE = 160
LONGEST_SIGNATURE = 48
BYLINE = re.compile(
    r"(?:^|[\s_-])(?:authors?|byline|author[_-]?mail|tac-?gia|but-?danh|nguoi-?viet|phong-?vien|journalist|writer)(?=$|[\s_-])",
    re.IGNORECASE,
)
RIGHT_ALIGNED = re.compile(r"text-align\s*:\s*right", re.IGNORECASE)
# picked in C first: few elements of a page are looked at closely
CANDIDATES = (
    "//*[@itemprop='author' or @rel='author' or contains(@style, 'right')"
    + "".join(
        f" or contains(@class, '{part}')"
        for part in ("uthor", "yline", "ournalist", "riter", "gia", "danh", "vien", "viet")
    )
    + "]"
)
SIGNATURE = re.compile(
    r"^(?:(?:Theo|Bài|Ảnh|Tác giả|Thực hiện|Biên tập|PV|Nhóm PV|CTV)\s*[:.]?\s*)*"
    r"(?:[A-ZĐÀ-ỸÁÂĂÊÔƠƯ][\wà-ỹ.]*[\s,–-]*){1,6}(?:\((?:[tT]heo|TTXVN|[A-Z])[^()]*\))?$"
)
SENTENCE_END = re.compile(r"[.!?…:;”\"»)]$")


def remove_bylines(tree: Any) -> None:
    """Take short elements that are marked as the author's, or stand right-aligned, out of a page (in place)."""
    for element in tree.xpath(CANDIDATES):
        marks = " ".join(element.get(name, "") for name in ("class", "itemprop", "rel"))
        is_byline = BYLINE.search(marks) or (element.tag == "p" and RIGHT_ALIGNED.search(element.get("style", "")))
        if is_byline and element.getparent() is not None and len(element.text_content().strip()) <= LONGEST_BYLINE:
            element.drop_tree()


def without_signature(text: str) -> str:
    """A text without the names that Vietnamese outlets put on its last line."""
    body, separator, last = text.rpartition("\n")
    stripped = last.strip()
    signed = separator and len(stripped) <= LONGEST_SIGNATURE and not SENTENCE_END.search(stripped.removesuffix(")"))
    return body.rstrip() if signed and SIGNATURE.match(stripped) else text
