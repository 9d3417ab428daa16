"""Bring secrets that lie open, or under an older key, under the newest key."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.domain.audit import Action
from service.ports import Clock, Vault
from service.ports.storage import Store
from service.usecases.audit import CLI, audit

# how they lay there before they were sealed; what is sealed is longer
OPEN = re.compile(rb"[A-Z2-7]{32}|[\w-]{43}")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What came of it.

    Attributes:
        changed: secrets that were sealed anew.
        lost: secrets that no key of this installation opens.
    """

    changed: int
    lost: int


def lost(store: Store, vault: Vault) -> int:
    """How many secrets no key of this installation opens."""
    with store.begin() as tx:
        return sum(not OPEN.fullmatch(value) and vault.open(value) is None for _, value in tx.sealed_values())


def seal(store: Store, clock: Clock, vault: Vault) -> Sealed:
    """Seal the secrets of second factors and the keys of webhooks with the newest key."""
    changed = missing = 0
    with store.begin() as tx:
        for name, value in tx.sealed_values():
            if vault.is_newest(value):
                continue
            plain = value if OPEN.fullmatch(value) else vault.open(value)
            if plain is None:
                missing += 1
                continue
            tx.replace_sealed(name, vault.seal(plain))
            changed += 1
        if changed:
            audit(tx, Action.RESEALED, actor=CLI, at=clock.now(), secrets=changed, lost=missing)
    if changed:
        store.settle()
    return Sealed(changed, missing)
