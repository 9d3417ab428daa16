"""Say that a person has seen an alert."""

from __future__ import annotations

from service.alerting.lifecycle import Command, Verb
from service.domain.warning import Alert
from service.ports import Clock
from service.ports.storage import Store
from service.usecases.handle import handle


def acknowledge(alert_id: str, *, who: str, store: Store, clock: Clock) -> Alert | None:
    """Acknowledge an open alert; one that is past that stays as it is. None: no such alert."""
    handle(alert_id, Command(verb=Verb.ACKNOWLEDGE, who=who), store=store, clock=clock)
    with store.begin() as tx:
        return tx.alert(alert_id)
