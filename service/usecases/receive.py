"""Say that a person has taken note of a published warning or correction."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from service.domain.accounts import User
from service.domain.audit import Action
from service.domain.findings import FindingState
from service.domain.permissions import Action as Permitted
from service.domain.permissions import may
from service.ports import Clock
from service.ports.storage import Store
from service.usecases.audit import audit


class Receipt(StrEnum):
    """What became of it."""

    NOTED = "noted"
    NOT_PUBLISHED = "not_published"
    OTHER_TEXT = "other_text"


def receive(finding_id: str, user: User, *, seen: datetime | None = None, store: Store, clock: Clock) -> Receipt:
    """Note it once; a second time changes nothing.

    Args:
        seen: when the text that this person has read was published: another one they have not read. None: whatever is
            published now.

    Returns:
        NOT_PUBLISHED also where the account may not read.
    """
    now = clock.now()
    with store.begin() as tx:
        finding, known = tx.finding(finding_id), tx.user(user.email)
        if finding is None or finding.state is not FindingState.PUBLISHED or known is None:
            return Receipt.NOT_PUBLISHED
        if not may(known, Permitted.READ):
            return Receipt.NOT_PUBLISHED
        text = tx.published(finding_id)
        if seen is not None and text is not None and text.at != seen:
            return Receipt.OTHER_TEXT
        if tx.add_receipt(finding_id, known.email, at=now):
            audit(tx, Action.RECEIVED, actor=known.ref, at=now, subject=f"finding:{finding_id}")
        return Receipt.NOTED
