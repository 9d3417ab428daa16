"""The beginning of a text, by whole sentences."""

from __future__ import annotations

import re

# a full stop ends a sentence before a capital, a quotation mark or a dash; not after «TP», «TS», «GS» and the like
SENTENCE_END = re.compile(
    r"(?<=[.!?…])(?<!\bTP\.)(?<!\bTS\.)(?<!\bGS\.)(?<!\bBS\.)(?<!\bLS\.)[”\"»)]?\s+(?=[^\W\da-zà-ỹ]|[“\"«\-–—\d])"
)
SPACES = re.compile(r"\s+")


def excerpt(text: str, limit: int = 400) -> str:
    """Whole sentences from the start of a text, at most `limit` characters; a longer first one is cut with «…»."""
    head = SPACES.sub(" ", text[: limit * 4]).strip()
    if len(head) <= limit:
        return head
    ends = [m.start() for m in SENTENCE_END.finditer(head, 0, limit + 2) if m.start() <= limit]
    if ends:
        return head[: ends[-1]].rstrip()
    cut = head[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip() + "…"
