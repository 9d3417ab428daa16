"""News digests: several headlines under one, of which one may be about social insurance."""

from __future__ import annotations

import re

MOST_PARTS = 40
LEAD = 300  # characters of the text in which the headlines stand
_DIGEST = re.compile(
    r"(?:điểm tin|bản tin|toàn cảnh|tin (?:tức|sáng|trưa|chiều|tối|nhanh|nóng|vắn)|tổng hợp tin)\b", re.IGNORECASE
)
_LABEL = re.compile(r"^[^:;|]{0,40}:\s+(?=\S)")  # «Điểm tin 17h: …», «Tin tức đáng chú ý: …»
_BETWEEN_HEADLINES = re.compile(r";|\s\|\s|•")
_BORDER = re.compile(r"\s*(?:;|\s\|\s|•|\n|\.{3}|…)\s*")


def parts_of_digest(title: str, text: str) -> tuple[str, ...]:
    """The headlines of a digest, title and lead taken apart at their borders; empty for any other text."""
    if not _DIGEST.match(title.lstrip()) or not _BETWEEN_HEADLINES.search(f"{title}\n{text[:LEAD]}"):
        return ()
    found = [part for whole in (title, text) for part in _BORDER.split(_LABEL.sub("", whole.strip())) if part]
    return tuple(found[:MOST_PARTS]) if len(found) > 1 else ()
