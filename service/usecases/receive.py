"""Say that a person has taken note of a published warning or correction."""

from __future__ import annotations

from service.domain.accounts import User
from service.domain.audit import Action
from service.domain.findings import FindingState
from service.domain.permissions import Action as Permitted
from service.domain.permissions import may
from service.ports import Clock
from service.ports.storage import Store
from service.usecases.audit import audit


def receive(finding_id: str, user: User, *, store: Store, clock: Clock) -> bool:
    """Note it once; a second time changes nothing.

    False: nothing of that id is published, or the account may not read.
    """
    now = clock.now()
    with store.begin() as tx:
        finding, known = tx.finding(finding_id), tx.user(user.email)
        if finding is None or finding.state is not FindingState.PUBLISHED or known is None:
            return False
        if not may(known, Permitted.READ):
            return False
        if tx.add_receipt(finding_id, known.email, at=now):
            audit(tx, Action.RECEIVED, actor=known.ref, at=now, subject=f"finding:{finding_id}")
        return True
