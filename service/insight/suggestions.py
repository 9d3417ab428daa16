"""Outlets that feeds link to and that no feed covers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from service.domain.sources import Feed
from service.domain.views import SuggestionView

# people and videos, not outlets: what may be read of them goes through their interfaces
NOT_OUTLETS = ("facebook.com", "fb.com", "youtube.com", "youtu.be", "tiktok.com", "twitter.com", "x.com", "zalo.me",
               "instagram.com", "threads.com", "threads.net", "t.me", "google.com", "apple.com")  # fmt: skip


def suggestions(hosts: Iterable[tuple[str, int, int]], feeds: Sequence[Feed], *, least: int) -> list[SuggestionView]:
    """Hosts with at least so many links, in the order given, without those that have a feed and social networks.

    Args:
        hosts: name, links, and those links that came with news about BHXH.
    """
    known = {(urlsplit(f.url).hostname or "").removeprefix("www.") for f in feeds}
    return [
        SuggestionView(host=host, links=links, relevant=relevant)
        for host, links, relevant in hosts
        if links >= least and host not in known and not any(f".{host}".endswith(f".{n}") for n in NOT_OUTLETS)
    ]
