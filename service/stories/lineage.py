"""What tells one article on several sites of a network."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_ARTICLE_NUMBER = re.compile(r"(?<!\d)(\d{7,20})(?=\.(?:chn|htm|html|vnp|tpo|ldo)$)")


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
