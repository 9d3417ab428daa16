"""Try messages again that were given up or refused."""

from __future__ import annotations

from service.domain.audit import Action
from service.ports import Clock
from service.ports.storage import Store
from service.usecases.audit import actor_ref, audit


def send_again(notification_id: int | None, *, who: str, store: Store, clock: Clock) -> int:
    """Put a stuck message, or all of them (None), back into the outbox; gives how many."""
    now = clock.now()
    with store.begin() as tx:
        count = tx.requeue(notification_id, who=who, at=now)
        if count:
            subject = f"notification:{notification_id}" if notification_id is not None else ""
            audit(tx, Action.OUTBOX_RETRIED, actor=actor_ref(tx, who), at=now, subject=subject, messages=count)
    return count
