"""Write to the audit log, check it, sign its end, and remove what is older than it has to be kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape

from service.domain.audit import (
    Action,
    AuditDraft,
    AuditEntry,
    Flaw,
    Head,
    Prune,
    Value,
    Wrong,
    flaws,
    head_bytes,
    stamp,
)
from service.domain.notifications import MessageChannel, NotificationDraft
from service.domain.times import VIETNAM
from service.domain.wording import local_time
from service.ports import Clock, Signer
from service.ports.storage import Store, Transaction

# the signed line is longer than any screen is wide
LETTER = (
    '<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{}</title></head>'
    '<body><pre style="white-space: pre-wrap; word-break: break-word; overflow-wrap: anywhere">{}</pre></body></html>'
)
RADAR, CLI, UNKNOWN = "radar", "cli", "unknown"


def audit(
    tx: Transaction, action: Action, *, actor: str, at: datetime, subject: str = "", **details: Value
) -> AuditEntry:
    """Add an entry in the unit of work of what it tells of: both are kept or neither.

    Raises:
        AuditError: a value could hold text; only ids, digests, counts and names of states belong here.
    """
    return tx.append_audit(AuditDraft(action=action, actor=actor, at=at, subject=subject, details=details))


def actor_ref(tx: Transaction, who: str) -> str:
    """How the log names whoever timelines call by address or «token:name»: by id, so that it holds no address."""
    if name := who.removeprefix("token:") if who.startswith("token:") else "":
        known = [t.ref for t in tx.tokens() if t.name == name]
        return known[-1] if known else UNKNOWN
    user = tx.user(who)
    return user.ref if user else (who if who in (RADAR, CLI) else UNKNOWN)


def digest(text: str) -> str:
    """SHA-256, for what may be recognised in the log but not read from it."""
    return sha256(text.encode()).hexdigest()


def verify(tx: Transaction, *, heads: Sequence[Head], signer: Signer | None, newest: int | None = None) -> list[Flaw]:
    """Everything that is wrong with the log; empty: it is whole.

    Args:
        heads: as they were kept outside the database.
        signer: whose public key signed them; without it signatures are not checked, only hashes.
        newest: check only so many of the newest entries (a page cannot wait for all).
    """
    found = [
        Flaw(h.seq, Wrong.FOREIGN_HEAD, at=h.at)
        for h in heads
        if signer and not signer.verify(h.signed_bytes(), h.signature)
    ]
    bad = {f.seq for f in found}
    prune = tx.last_prune()
    if prune and signer and not signer.verify(prune.signed_bytes(), prune.signature):
        found.append(Flaw(prune.seq, Wrong.FOREIGN_PRUNE))
        prune = None
    heads = [h for h in heads if h.seq not in bad]
    first = tx.audit_end()[0] - newest if newest is not None else 0
    before = next(tx.audit_entries(after=first - 1), None) if first > (prune.seq if prune else 0) else None
    if before is not None:
        prune = Prune(seq=before.seq, hash=before.hash, at="", signature="")
    return found + flaws(tx.audit_entries(after=before.seq if before else 0), heads, prune)


def make_head(tx: Transaction, *, signer: Signer, at: datetime) -> Head | None:
    """The end of the log, signed; None while the log is empty."""
    seq, last = tx.audit_end()
    if not seq:
        return None
    when = stamp(at)
    return Head(seq=seq, hash=last, at=when, key=signer.key_id, signature=signer.sign(head_bytes(seq, last, when)))


def anchor(
    store: Store,
    clock: Clock,
    *,
    signer: Signer,
    keep: Callable[[Head], None],
    recipients: Sequence[str] = (),
    mail_domain: str = "radar.invalid",
) -> Head | None:
    """Sign the end of the log and keep it outside the database: in a file, and by mail to the recipients."""
    now = clock.now()
    with store.begin() as tx:
        head = make_head(tx, signer=signer, at=now)
        if head is None:
            return None
        # the file first: a head that is kept twice does no harm, one that is lost cannot show a later truncation
        keep(head)
        tx.enqueue([_letter(head, r, mail_domain) for r in recipients], at=now)
        audit(tx, Action.ANCHORED, actor=RADAR, at=now, entries=head.seq, head=head.hash)
    return head


def _letter(head: Head, recipient: str, domain: str) -> NotificationDraft:
    line = json.dumps(asdict(head), sort_keys=True)
    at = datetime.fromisoformat(head.at)
    subject = f"Dấu chốt nhật ký kiểm toán ngày {at.astimezone(VIETNAM):%d/%m/%Y}"
    text = (
        f"Nhật ký kiểm toán của BHXH Radar có {head.seq} mục tính đến {local_time(at)}.\n\n"
        f"Vui lòng lưu thư này. Dòng dưới đây là dấu chốt đã ký; khi cần, ghi vào một tệp và chạy\n"
        f"radar audit verify --heads TỆP để biết nhật ký có bị sửa, xóa, đảo hay cắt bớt không.\n\n{line}\n"
    )
    key = f"audit-head:{head.at[:10]}:{head.seq}:{recipient}"
    return NotificationDraft(
        key=key[:200],
        message_id=f"<audit-{head.seq}-{digest(key)[:16]}@{domain}>",
        channel=MessageChannel.EMAIL,
        recipient=recipient,
        subject=f"[BHXH Radar] {subject}",
        text=text,
        html=LETTER.format(subject, escape(text)),
        alert_id=None,
    )


def prune_audit(tx: Transaction, *, signer: Signer, now: datetime, keep_for: timedelta) -> int:
    """Remove entries older than `keep_for`; the place where the chain now begins is signed. Gives how many."""
    last = tx.audit_before(now - keep_for)
    if last is None:
        return 0
    seq, final = last
    when = stamp(now)
    signature = signer.sign(b"prune " + head_bytes(seq, final, when))
    removed = tx.prune_audit(Prune(seq=seq, hash=final, at=when, signature=signature))
    audit(tx, Action.PRUNED, actor=RADAR, at=now, entries=removed, until=seq)
    return removed


def note_configuration(store: Store, clock: Clock, *, settings: str, feeds: bytes, model: str = "shipped") -> bool:
    """Log the configuration's digests and the model that judges if they are not those of the last start; says whether
    they were logged."""
    now = clock.now()
    settings_digest, feeds_digest = digest(settings), sha256(feeds).hexdigest()
    with store.begin() as tx:
        last = tx.secret("configuration", lambda: b"")
        current = f"{settings_digest} {feeds_digest} {model}".encode()
        if last == current:
            return False
        tx.replace_secret("configuration", current)
        details = {"settings": settings_digest, "feeds": feeds_digest, "model": model}
        audit(tx, Action.CONFIGURED, actor=RADAR, at=now, **details)
    return True
