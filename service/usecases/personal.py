"""What people of the agency type is kept and mailed as it stands, so it may hold nobody's personal data."""

from __future__ import annotations

from service.domain.documents import MaskKind
from service.parsing.own_contacts import OwnContacts, personal_data
from service.ports.storage import Transaction
from service.review.personal import refusal


def why_not_kept(tx: Transaction, text: str, own: OwnContacts | None = None) -> str:
    """Why words are not kept, in Vietnamese; empty where they may be. Addresses of accounts here may be named; names
    are not looked for, as nothing tells whose they are.

    Args:
        own: contacts of the agency; None: of Vietnam Social Security's own hosts only.
    """
    found = [
        (kind, piece)
        for kind, piece in personal_data(text, own or OwnContacts())
        if kind is not MaskKind.EMAIL or tx.user(piece.lower()) is None
    ]
    return refusal(found) if found else ""
