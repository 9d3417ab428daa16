"""Addresses of mail and names of hosts, as every server takes them."""

from __future__ import annotations

import re

# what RFC 5321 calls Dot-string; quoted and international local parts need extensions that not every server has
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
LOCAL = re.compile(rf"{ATOM}(?:\.{ATOM})*")
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*")
LONGEST, LONGEST_LOCAL, LONGEST_HOST = 254, 64, 253


def is_host(text: str) -> bool:
    """Whether a text is the name of a host in ASCII (a name with diacritics in its xn-- form), or an IPv4 address."""
    return len(text) <= LONGEST_HOST and HOST.fullmatch(text) is not None


def is_mailbox(text: str) -> bool:
    """Whether a text is one address of mail that can be written into a header and said to a server as it is."""
    local, at, host = text.rpartition("@")
    return (
        bool(at)
        and len(text) <= LONGEST
        and len(local) <= LONGEST_LOCAL
        and LOCAL.fullmatch(local) is not None
        # a mail program takes such a word for an encoded one
        and "=?" not in local
        and is_host(host)
    )
