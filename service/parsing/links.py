"""Links made absolute."""

from __future__ import annotations

from urllib.parse import urljoin

from service.parsing.urls import web_address


def absolute(base: str, link: str) -> str | None:
    """A link as an absolute web address; None if it is none."""
    try:
        return web_address(urljoin(base, link.strip()))
    except ValueError:
        return None
