"""The audit log: what was done, by whom, to what; a chain of hashes that shows any later change.

An entry holds ids and digests only. The form of every value is checked, so that no text of a publication or of a
person can get in by mistake.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

GENESIS = "0" * 64
VALUE = re.compile(r"[A-Za-z0-9_.:/+=@-]{0,100}")
Value = str | int | bool | None


class Action(StrEnum):
    """What was done."""

    LOG_IN = "log_in"
    LOG_IN_FAILED = "log_in_failed"
    LOG_OUT = "log_out"
    SESSION_REVOKED = "session_revoked"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET = "password_reset"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_UNLOCKED = "account_unlocked"
    PROVINCES_SET = "provinces_set"
    ROLE_PROPOSED = "role_proposed"
    ROLE_GRANTED = "role_granted"
    ROLE_WITHDRAWN = "role_withdrawn"
    ROLE_REVOKED = "role_revoked"
    SECOND_FACTOR_ENROLLED = "second_factor_enrolled"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODE_USED = "recovery_code_used"
    TOKEN_CREATED = "token_created"
    TOKEN_REVOKED = "token_revoked"
    TOKEN_WRITE = "token_write"
    ACKNOWLEDGED = "acknowledged"
    ALERT_CHANGED = "alert_changed"
    SILENCED = "silenced"
    CAMPAIGN_ADDED = "campaign_added"
    CAMPAIGN_REMOVED = "campaign_removed"
    STORY_MERGED = "story_merged"
    STORY_SPLIT = "story_split"
    OUTBOX_RETRIED = "outbox_retried"
    FINDING_VIEWED = "finding_viewed"
    DECIDED = "decided"
    LABELLED = "labelled"
    LABEL_WITHDRAWN = "label_withdrawn"
    TRAINED = "trained"
    MODEL_ADOPTED = "model_adopted"
    MODEL_FOUND = "model_found"
    MODEL_ROLLED_BACK = "model_rolled_back"
    EXPORTED = "exported"
    SENT = "sent"
    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_REMOVED = "webhook_removed"
    CONFIGURED = "configured"
    LEGAL_TEXT_LOADED = "legal_text_loaded"
    RETAINED = "retained"
    FORGOTTEN = "forgotten"
    PRUNED = "pruned"
    BACKED_UP = "backed_up"
    RESTORED = "restored"
    ANCHORED = "anchored"
    RESEALED = "resealed"
    RECEIVED = "received"


class AuditError(ValueError):
    """A value that has no place in the audit log: it could hold text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDraft:
    """An entry before it has its place in the chain.

    Attributes:
        actor: «user:3», «token:7», «radar» (the service itself), «cli», «unknown».
        subject: what it was done to, «alert:ID», «user:3»; may be empty.
        details: ids, digests, counts and names of states.
    """

    action: Action
    actor: str
    at: datetime
    subject: str = ""
    details: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for value in (self.actor, self.subject, *self.details, *self.details.values()):
            if isinstance(value, str) and not VALUE.fullmatch(value):
                raise AuditError(f"{self.action}: only ids and digests may be logged, found {value[:20]!r}")
            if not isinstance(value, str | int | None):
                raise AuditError(f"{self.action}: expected an id, digest or whole number, found {type(value).__name__}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A link of the chain; `seq` counts from 1 without gaps."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Value]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries; None and empty mean all.

    Attributes:
        actors: by one of these, as the log names them.
        since, until: from the first on, before the second.
    """

    actors: Sequence[str] | None = None
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None


NO_FILTER = AuditFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of the chain at one time, signed and kept outside the database. `signature` and `key` are hexadecimal."""

    seq: int
    hash: str
    at: str
    key: str
    signature: str

    def signed_bytes(self) -> bytes:
        return head_bytes(self.seq, self.hash, self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prune:
    """Entries up to `seq` were removed because their time was over; `hash` is the last one's. Signed as a head is."""

    seq: int
    hash: str
    at: str
    signature: str

    def signed_bytes(self) -> bytes:
        return b"prune " + head_bytes(self.seq, self.hash, self.at)


class Wrong(StrEnum):
    """What can be wrong with the log at an entry; the words for operators."""

    MISSING = "is missing"
    MISSING_UNTIL = "is missing, and all up to {other}"
    OUT_OF_ORDER = "expected here, found {other} a second time or out of order"
    DETACHED = "does not follow the entry before it (one was removed, moved or replaced)"
    CHANGED = "was changed: its content does not have the hash written beside it"
    NOT_THE_SIGNED = "is not the entry that was signed on {at}"
    CUT_OFF = "is missing: the log was cut off after {at} (it ends at {other})"
    FOREIGN_HEAD = "the head of {at} is not signed by this installation's key"
    FOREIGN_PRUNE = "the removal of old entries up to here is not signed by this installation's key"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with the log, at the entry with this number.

    Attributes:
        at: of a head.
        other: number of another entry.
    """

    seq: int
    wrong: Wrong
    at: str = ""
    other: int = 0

    @property
    def detail(self) -> str:
        return self.wrong.format(at=self.at, other=self.other)


def head_bytes(seq: int, digest: str, at: str) -> bytes:
    """What is signed of a head."""
    return _canonical({"seq": seq, "hash": digest, "at": at})


def _canonical(values: Mapping[str, object]) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def stamp(at: datetime) -> str:
    """A time as the hash sees it: UTC, microseconds always written."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def entry_hash(seq: int, draft: AuditDraft | AuditEntry, previous: str) -> str:
    """SHA-256 over the canonical JSON of the entry and the hash before it."""
    values: dict[str, object] = {
        "seq": seq,
        "at": stamp(draft.at),
        "actor": draft.actor,
        "action": str(draft.action),
        "subject": draft.subject,
        "details": dict(draft.details),
        "previous": previous,
    }
    return hashlib.sha256(_canonical(values)).hexdigest()


def link(draft: AuditDraft, after: tuple[int, str]) -> AuditEntry:
    """The draft as the next entry behind the one with this number and hash."""
    seq, previous = after[0] + 1, after[1]
    return AuditEntry(
        seq=seq, at=draft.at, actor=draft.actor, action=str(draft.action), subject=draft.subject,
        details=dict(draft.details), previous=previous, hash=entry_hash(seq, draft, previous),
    )  # fmt: skip


def flaws(entries: Iterable[AuditEntry], heads: Sequence[Head] = (), prune: Prune | None = None) -> list[Flaw]:
    """Every edit, deletion, reordering and truncation that the chain and its heads show; empty: the log is whole.

    Args:
        entries: in the order of the table's numbers.
        heads: those whose signature was checked.
        prune: where the chain begins if old entries were removed; its signature was checked.
    """
    expected, previous = (prune.seq + 1, prune.hash) if prune else (1, GENESIS)
    first, anchored = expected, {h.seq: h for h in heads}
    found: list[Flaw] = []
    for e in entries:
        if e.seq != expected:
            found.append(_missing(expected, e.seq))
        if e.previous != previous:
            found.append(Flaw(e.seq, Wrong.DETACHED))
        if e.hash != entry_hash(e.seq, e, e.previous):
            found.append(Flaw(e.seq, Wrong.CHANGED))
        head = anchored.pop(e.seq, None)
        if head and head.hash != e.hash:
            found.append(Flaw(e.seq, Wrong.NOT_THE_SIGNED, at=head.at))
        expected, previous = e.seq + 1, e.hash
    for head in sorted(anchored.values(), key=lambda h: h.seq):
        if head.seq >= max(expected, first):
            found.append(Flaw(head.seq, Wrong.CUT_OFF, at=head.at, other=expected - 1))
    return found


def _missing(expected: int, found: int) -> Flaw:
    if found < expected:
        return Flaw(expected, Wrong.OUT_OF_ORDER, other=found)
    if found == expected + 1:
        return Flaw(expected, Wrong.MISSING)
    return Flaw(expected, Wrong.MISSING_UNTIL, other=found - 1)
