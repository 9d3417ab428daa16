"""Personal data in what the agency itself is about to say: everything that masking finds, but for its own contacts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.domain.documents import MaskKind
from service.parsing.masking import mask
from service.parsing.urls import is_official_host

_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+$")
_ADDRESS = re.compile(r"(?i)https?://[^\s<>\"']+")
# with a scheme, or as people type it; «TP.HCM» and the name of a file are no address
_LINK = re.compile(
    r"(?:(?i:[a-z][a-z0-9+.-]*:)?//|(?i:https?:)|(?i:www\.))[^\s<>\"']+"
    r"|(?<![\w@./\\-])(?:[A-Za-z0-9-]+\.)+(?!(?:pdf|docx?|xlsx?|jpe?g|png|mp[34])\b)[a-z]{2,24}(?:[:/?#][^\s<>\"']*|(?![\w.-]))"
)
_AFTER = ".,;:!?)]}»”’"
_GOES_ON = re.compile(r"[.\-]?\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnContacts:
    """What is the agency's own beside the hosts of Vietnam Social Security.

    Attributes:
        domains: of its mail, and of the sites under them.
        hosts: exact, without port.
    """

    domains: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def has_host(self, host: str) -> bool:
        """Whether a host is the agency's."""
        return is_official_host(host) or host in self.hosts or any(f".{host}".endswith(f".{d}") for d in self.domains)

    def has_mailbox(self, address: str) -> bool:
        """Whether a mail address is the agency's: only domains that are listed as they are, as for sending."""
        found = _DOMAIN.search(address.lower())
        return found is not None and (is_official_host(found[0]) or found[0] in self.domains)


def personal_data(text: str, own: OwnContacts) -> list[tuple[MaskKind, str]]:
    """Pieces of a text that masking would replace, as they stand there, without the agency's own contacts.

    Its own are mailboxes, and numbers in the path of a page of its own sites; hotlines (1800, 1900) are never masked. A
    profile on a social network is never its own: nothing tells whose it is.
    """
    paths = [path for match in _ADDRESS.finditer(text) if (path := _own_path(match, own)) is not None]
    found = []
    for each in mask(text).replacements:
        piece = text[each.start : each.end]
        if each.kind is MaskKind.EMAIL and own.has_mailbox(piece) and not _GOES_ON.match(text, each.end):
            continue
        if each.kind is not MaskKind.PROFILE_LINK and any(a <= each.start and each.end <= b for a, b in paths):
            continue
        found.append((each.kind, piece))
    return found


def foreign_addresses(text: str, own: OwnContacts) -> list[str]:
    """Web addresses in a text that are not of the agency's own sites, as they stand there; with or without a scheme.

    Words that are no address (the name of a newspaper, a loudspeaker) are none of them.
    """
    found = [match[0].rstrip(_AFTER) for match in _LINK.finditer(text)]
    return [each for each in found if not _is_own(each, own)]


def _is_own(address: str, own: OwnContacts) -> bool:
    if "@" in address or "\\" in address:
        # where a browser goes from there is not always where it seems to go
        return False
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    return parts.scheme in ("", "http", "https") and own.has_host(host)


def _own_path(match: re.Match[str], own: OwnContacts) -> tuple[int, int] | None:
    """Where the path of an address of the agency's own stands; what follows a question mark may be anybody's."""
    try:
        parts = urlsplit(match[0])
    except ValueError:
        return None
    if "@" in match[0] or not own.has_host((parts.hostname or "").lower()):
        return None
    start = match.start() + match[0].index(parts.netloc) + len(parts.netloc)
    return start, start + len(parts.path)
