"""What people of the agency type is kept and mailed as it stands, so it may hold nobody's personal data."""

from __future__ import annotations

import re

from service.domain.documents import MaskKind
from service.parsing.own_contacts import OwnContacts, personal_data
from service.ports.storage import Transaction
from service.review.personal import refusal

_COLLEAGUE = re.compile(r"@[^\W\d_]+")


def why_not_kept(tx: Transaction, text: str, own: OwnContacts | None = None, *, colleagues: bool = False) -> str:
    """Why words are not kept, in Vietnamese; empty where they may be. Addresses of accounts here may be named; names
    are not looked for, as nothing tells whose they are.

    Args:
        own: contacts of the agency; None: of Vietnam Social Security's own hosts only.
        colleagues: «@Minh», one word of letters, calls somebody at the desk.
    """
    found = [
        (kind, piece)
        for kind, piece in personal_data(text, own or OwnContacts())
        if not (kind is MaskKind.EMAIL and tx.user(piece.lower()))
        and not (colleagues and kind is MaskKind.HANDLE and _COLLEAGUE.fullmatch(piece))
    ]
    return refusal(found) if found else ""
