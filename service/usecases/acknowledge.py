"""Say that a person has seen an alert."""

from __future__ import annotations

from collections.abc import Sequence

from service.alerting.lifecycle import Command, Outcome, Verb
from service.ports import Clock
from service.ports.storage import Store
from service.usecases.handle import handle


def acknowledge(
    alert_id: str, *, who: str, provinces: Sequence[str] = (), store: Store, clock: Clock
) -> Outcome | None:  # fmt: skip
    """Acknowledge an open alert; one that is past that stays as it is. None: no such alert.

    Args:
        provinces: that the account is limited to.
    """
    command = Command(verb=Verb.ACKNOWLEDGE, who=who, provinces=tuple(provinces))
    return handle(alert_id, command, store=store, clock=clock)
