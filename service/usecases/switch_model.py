"""Another model judges from the next start on: the switch and its entry in the audit log."""

from __future__ import annotations

from collections.abc import Callable

from service.domain.audit import Action
from service.ports import Clock
from service.ports.storage import Store, Transaction
from service.usecases.audit import CLI, RADAR, audit

SHIPPED = "shipped"
NOTE = "model"


def switch_model(
    store: Store,
    clock: Clock,
    *,
    action: Action,
    name: str,
    switch: Callable[[], None],
    chosen: Callable[[], str],
    **details: str,
) -> None:
    """Log and switch in one unit of work: what `switch` raises leaves no entry.

    Args:
        action: MODEL_ADOPTED or MODEL_ROLLED_BACK.
        switch: replaces one file as a whole. It comes last, so that a crash leaves at worst a switched model whose
            entry is missing; `note_model` finds that at the next start or the next switch.
        chosen: see `note_model`.
    """
    note_model(store, clock, chosen=chosen)
    with store.begin() as tx:
        audit(tx, action, actor=CLI, at=clock.now(), subject=f"model:{name}", **details)
        switch()
        tx.replace_secret(NOTE, chosen().encode())


def note_model(store: Store, clock: Clock, *, chosen: Callable[[], str]) -> bool:
    """Log a chosen model that no entry speaks of: its switch was killed before the entry was kept, or somebody changed
    the file by hand. Says whether that was so.

    Args:
        chosen: «NAME DIGEST» of the model that judges from the next start on, or SHIPPED; asked in the unit of work, so
            that a switch that is going on is over or not begun.
    """
    with store.begin() as tx:
        noted = tx.secret(NOTE, lambda: b"").decode()
        now = chosen()
        if noted == now:
            return False
        tx.replace_secret(NOTE, now.encode())
        # an installation of before the note was kept
        if not noted and (now == SHIPPED or _logged(tx, now)):
            return False
        name, _, digest = now.partition(" ")
        before = noted.partition(" ")[0] or SHIPPED
        audit(
            tx, Action.MODEL_FOUND, actor=RADAR, at=clock.now(), subject=f"model:{name}", before=before, digest=digest
        )
        return True


def _logged(tx: Transaction, chosen: str) -> bool:
    name, _, digest = chosen.partition(" ")
    adopted = [e for e in tx.audit_entries() if e.action == Action.MODEL_ADOPTED]
    return any(e.subject == f"model:{name}" and e.details.get("digest") == digest for e in adopted)
