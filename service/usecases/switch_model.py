"""Another model judges from the next start on: the switch and its entry in the audit log."""

from __future__ import annotations

from collections.abc import Callable

from service.domain.audit import Action
from service.ports import Clock
from service.ports.storage import Store
from service.usecases.audit import CLI, audit


def switch_model(
    store: Store,
    clock: Clock,
    *,
    action: Action,
    name: str,
    switch: Callable[[], None],
    actor: str = CLI,
    **details: str,
) -> None:
    """Log and switch in one unit of work: what `switch` raises leaves no entry.

    Args:
        action: MODEL_ADOPTED or MODEL_ROLLED_BACK.
        switch: replaces one file as a whole. It comes last, so that a crash leaves at worst a switched model whose
            entry is missing; which model judges is logged at every start too (`note_configuration`).
    """
    with store.begin() as tx:
        audit(tx, action, actor=actor, at=clock.now(), subject=f"model:{name}", **details)
        switch()
