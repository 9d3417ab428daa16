"""Delete a publication and its copies on request, by its address or id, and never take it again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.audit import Action
from service.domain.times import start_of_day
from service.parsing.urls import canonical_url, identity_key, web_address, without_handle
from service.ports import Clock, Ledger
from service.ports.storage import Store, Transaction
from service.usecases.audit import CLI, audit
from service.usecases.errors import AccountError
from service.usecases.ingest import PERSONAL_KINDS


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What came of it.

    Attributes:
        documents: deleted, with copies and comments under them; 0: nothing of this address was kept (it is not taken
            in future either).
    """

    documents: int


def key_of(url: str) -> str:
    """The id that a document of this address has (see usecases.ingest.document_id)."""
    return hashlib.sha256(identity_key(url).encode()).hexdigest()[:32]


def forget(
    url: str, *, store: Store, clock: Clock, ledger: Ledger | None = None, actor: str = CLI, dry_run: bool = False
) -> Forgotten:
    """Delete what is kept of an address: the document, everything with the same text (copies), readers' comments
    under these, and what alerts, timelines and messages say of them. A digest of each address stays so that it is not
    taken again.

    Args:
        ledger: notes the digests outside the database too, for the day when an older backup is restored.

    Raises:
        AccountError: not an http address.
    """
    if web_address(url) is None:
        raise AccountError(f"not an http or https address: {url[:200]!r}")
    with store.begin() as tx:
        known = {url, canonical_url(url), without_handle(url)} - {""}
        ids = _whole(tx, [key_of(url), *tx.documents_at(sorted(known))])
        if dry_run:
            return Forgotten(len(ids))
        digests = sorted({key_of(url), *ids})
        erase(tx, ids, digests=digests, now=clock.now(), ledger=ledger)
        subject = f"document:{digests[0]}"
        audit(tx, Action.FORGOTTEN, actor=actor, at=clock.now(), subject=subject, documents=len(ids))
    store.settle()
    return Forgotten(len(ids))


def forget_document(
    document_id: str, *, store: Store, clock: Clock, ledger: Ledger | None = None, actor: str = CLI,
    dry_run: bool = False,
) -> Forgotten:  # fmt: skip
    """Delete one document by its id, where its address leads to others too or it has none: of an article as by its
    address, of a citizen's words with what other citizens have copied of them."""
    with store.begin() as tx:
        known = tx.document(document_id)
        if known is None or dry_run:
            return Forgotten(len(_of(tx, document_id)) if known else 0)
        ids = _of(tx, document_id)
        erase(tx, ids, digests=ids, now=clock.now(), ledger=ledger)
        subject = f"document:{document_id}"
        audit(tx, Action.FORGOTTEN, actor=actor, at=clock.now(), subject=subject, documents=len(ids))
    store.settle()
    return Forgotten(len(ids))


def erase(
    tx: Transaction, ids: Sequence[str], *, digests: Sequence[str], now: datetime, ledger: Ledger | None
) -> None:  # fmt: skip
    """Delete documents with all marks of them and remember the digests by day: what was deleted on request and what
    was a denunciation look alike there."""
    day = start_of_day(now)
    if ledger:
        # outside first: if the rest fails, the request is still remembered
        ledger.add(digests, at=day)
    tx.erase_documents(ids)
    tx.erase_marks(digests)
    tx.remember_forgotten(digests, at=day)


def citizens_copies(tx: Transaction, document_id: str) -> list[str]:
    """A citizen's words and the same by other citizens; an article that they paste, or that quotes them, is no part of
    what is asked about them."""
    return [key for key in tx.copies_of([document_id]) if _is_a_citizens(tx, key)]


def _is_a_citizens(tx: Transaction, document_id: str) -> bool:
    known = tx.document(document_id)
    return known is not None and known.document.kind in PERSONAL_KINDS


def _of(tx: Transaction, document_id: str) -> list[str]:
    if _is_a_citizens(tx, document_id):
        return citizens_copies(tx, document_id)
    return _whole(tx, [document_id])


def forget_again(tx: Transaction, digests: Sequence[tuple[str, datetime]]) -> int:
    """After a restored backup: delete what had been deleted since it was made; gives how many documents."""
    wanted = {d for d, _ in digests}
    for digest, at in digests:
        tx.remember_forgotten([digest], at=start_of_day(at))
    addressed = [key for key, url in tx.addresses() if key_of(url) in wanted] if wanted else []
    # copies of a citizen's words that had to go are named themselves; an article that was pasted stays
    citizens = {key for key in {*wanted, *addressed} if _is_a_citizens(tx, key)}
    ids = sorted({*citizens, *_whole(tx, sorted({*wanted, *addressed} - citizens))})
    tx.erase_documents(ids)
    tx.erase_marks(sorted({*wanted, *ids}))
    return len(ids)


def _whole(tx: Transaction, ids: Sequence[str]) -> list[str]:
    """Publications, their copies, and readers' comments under any of them."""
    copies = tx.copies_of(ids)
    return sorted({*copies, *tx.comments_under(copies)})
