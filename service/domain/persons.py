"""When two accounts are one person."""

from __future__ import annotations

import unicodedata


def person_key(email: str) -> str:
    """An address without what only makes it look different: case, width, tags («+») and dots before the @.

    Two accounts whose addresses differ in nothing else are taken for one person: better two people refused than one
    person twice.
    """
    local, at, domain = unicodedata.normalize("NFKC", email).strip().casefold().rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}{at}{domain.rstrip('.')}"


def same_person(one: str, other: str) -> bool:
    return person_key(one) == person_key(other)
