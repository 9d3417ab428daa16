"""Who published first, who copied when, and what was changed on the way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from urllib.parse import urlsplit

from service.domain.stories import StoryItem
from service.domain.text import nfc

_ARTICLE_NUMBER = re.compile(r"(?<!\d)(\d{7,20})(?=\.(?:chn|htm|html|vnp|tpo|ldo)$)")
_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class CopyStep:
    """One publication of a text.

    Attributes:
        after: time since the first publication; zero for the first itself.
        kept: share of the first publication's words that stand here, in order, 0 to 1.
        removed, added: runs of words that only the first, or only this one, holds.
        title_changed: the title has other words than the first one's.
    """

    id: str
    publisher: str
    published_at: datetime
    after: timedelta
    kept: float
    removed: tuple[str, ...]
    added: tuple[str, ...]
    title_changed: bool


def article_key(url: str, publisher: str) -> str | None:
    """What sites of one network share for the same article: the number at the end of its address and their publisher.

    >>> article_key("https://site.example.com/mot-bai-viet-198251023101010101.htm", "network")
    'network:198251023101010101'
    """
    try:
        path = urlsplit(url).path
    except ValueError:  # no address at all
        return None
    number = _ARTICLE_NUMBER.search(path)
    return f"{publisher}:{number[1]}" if number and publisher else None


def lineage(items: Sequence[StoryItem]) -> list[CopyStep]:
    """History of one text.

    Args:
        items: the origin and its copies, in any order; the earliest published is taken as the first.
    """
    ordered = sorted(items, key=lambda item: (item.published_at, item.id))
    return [_step(ordered[0], item) for item in ordered]


def independent(items: Sequence[StoryItem], origins: Sequence[str]) -> int:
    """How many origins are independent of each other: publishers that published one, each counted once.

    Args:
        origins: ids of those `items` that are copies of nothing.
    """
    wanted = set(origins)
    return len({item.publisher for item in items if item.id in wanted})


def _step(first: StoryItem, item: StoryItem) -> CopyStep:
    before, after = _WORD.findall(nfc(first.text)), _WORD.findall(nfc(item.text))
    removed, added, same = [], [], 0
    for kind, i, j, k, m in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if kind == "equal":
            same += j - i
            continue
        removed += [" ".join(before[i:j])] if j > i else []
        added += [" ".join(after[k:m])] if m > k else []
    return CopyStep(
        id=item.id,
        publisher=item.publisher,
        published_at=item.published_at,
        after=item.published_at - first.published_at,
        kept=same / len(before) if before else 1.0,
        removed=tuple(removed),
        added=tuple(added),
        title_changed=_WORD.findall(nfc(first.title)) != _WORD.findall(nfc(item.title)),
    )
