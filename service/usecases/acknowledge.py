"""Say that a person has seen an alert."""

from __future__ import annotations

from dataclasses import replace

from service.domain.audit import Action
from service.domain.warning import Alert, AlertState
from service.ports import Clock
from service.ports.storage import Store
from service.usecases.audit import actor_ref, audit


def acknowledge(alert_id: str, *, who: str, store: Store, clock: Clock) -> Alert | None:
    """Acknowledge an open alert; one that is acknowledged or closed stays as it is. None: no such alert."""
    now = clock.now()
    with store.begin() as tx:
        alert = tx.alert(alert_id)
        if alert is None or alert.state is not AlertState.OPEN:
            return alert
        seen = replace(alert, state=AlertState.ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=who, updated_at=now)
        tx.save_alert(seen, kind="acknowledged", actor=who, text="Đã tiếp nhận cảnh báo", at=now)
        audit(tx, Action.ACKNOWLEDGED, actor=actor_ref(tx, who), at=now, subject=f"alert:{alert_id}")
        return seen
