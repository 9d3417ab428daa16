"""The audit log on both databases: append-only, signed, anchored, pruned, and what writes into it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from service.domain.accounts import Role, Scope
from service.domain.audit import Action, Flaw
from service.domain.warning import Alert, AlertState, Level, Signal
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.state_files import (
    AuditKey,
    ForgottenFile,
    PublicKey,
    StateFileError,
    add_head,
    read_heads,
)
from service.usecases.acknowledge import acknowledge
from service.usecases.audit import anchor, audit, note_configuration, prune_audit, verify
from tests.builders import NOW, make_accounts, make_token
from tests.stored import waiting


@pytest.fixture
def key(tmp_path: Path) -> AuditKey:
    return AuditKey.create(tmp_path / "audit.key")


def write(store: SqlStore, n: int, clock: SetClock) -> None:
    for i in range(n):
        clock.at += timedelta(hours=1)
        with store.begin() as tx:
            audit(tx, Action.DECIDED, actor=f"user:{i}", at=clock.now(), subject=f"finding:{i}", n=i)


def check(store: SqlStore, **more) -> list[Flaw]:
    with store.begin() as tx:
        return verify(tx, **({"heads": (), "signer": None} | more))


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entries set actor = 'user:9' where seq = 2",
        "delete from audit_entries where seq = 2",
        "delete from audit_entries",
        "update audit_prunes set seq = 9",
    ],
)
def test_the_database_refuses_changes(store: SqlStore, clock: SetClock, key: AuditKey, statement: str) -> None:
    write(store, 3, clock)
    with store.begin() as tx:
        prune_audit(tx, signer=key, now=clock.now(), keep_for=timedelta(hours=1))
    with pytest.raises(DatabaseError, match="append-only"), store.begin() as tx:
        tx.connection.exec_driver_sql(statement.replace("seq = 2", "seq = 3"))
    assert check(store, signer=key) == []


def drop_triggers(store: SqlStore) -> None:
    from service.storage.audit_triggers import drop_statements

    with store.begin() as tx:
        for statement in drop_statements(store.engine.dialect.name):
            tx.connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("statement", "seq", "detail"),
    [
        ("update audit_entries set actor = 'user:9' where seq = 3", 3, "was changed"),
        ("delete from audit_entries where seq = 2", 2, "is missing"),
        ("delete from audit_entries where seq > 3", 5, "cut off"),
        ("delete from audit_entries", 5, "cut off"),
    ],
)
def test_who_owns_the_database_is_found_out(
    store: SqlStore, clock: SetClock, key: AuditKey, tmp_path: Path, statement: str, seq: int, detail: str
) -> None:
    write(store, 5, clock)
    heads = tmp_path / "heads.jsonl"
    anchor(store, clock, signer=key, keep=lambda h: add_head(heads, h))
    assert check(store, heads=read_heads(heads), signer=key) == []
    drop_triggers(store)
    with store.begin() as tx:
        tx.connection.exec_driver_sql(statement)
    found = check(store, heads=read_heads(heads), signer=key)
    assert any(f.seq == seq and detail in f.detail for f in found), found


def test_a_head_signed_by_another_key_is_not_believed(
    store: SqlStore, clock: SetClock, key: AuditKey, tmp_path: Path
) -> None:
    write(store, 2, clock)
    heads = []
    anchor(store, clock, signer=AuditKey.create(tmp_path / "other.key"), keep=heads.append)
    assert "not signed" in check(store, heads=heads, signer=key)[0].detail
    assert "not signed" in check(store, heads=heads, signer=PublicKey(key.key_id))[0].detail


def test_heads_go_to_a_file_and_by_mail_once_and_the_file_is_checked(
    store: SqlStore, clock: SetClock, key: AuditKey, tmp_path: Path
) -> None:
    heads = tmp_path / "heads.jsonl"
    keep = {"signer": key, "keep": lambda h: add_head(heads, h), "recipients": ["kiem.soat@agency.example.com"]}
    assert anchor(store, clock, **keep) is None
    write(store, 2, clock)
    first = anchor(store, clock, **keep)
    assert first is not None
    with store.begin() as tx:
        [letter] = waiting(tx, clock.now())
    # in the words and the time of whoever reads it, on a telephone too
    assert letter.draft.subject == "[BHXH Radar] Dấu chốt nhật ký kiểm toán ngày 02/03/2026"
    assert "tính đến 12:00 ngày 02/03/2026" in letter.draft.text
    assert '<html lang="vi">' in letter.draft.html
    assert "white-space: pre-wrap" in letter.draft.html
    line = next(x for x in letter.draft.text.splitlines() if x.startswith("{"))
    heads.write_text(heads.read_text() + line + "\n")
    assert check(store, heads=read_heads(heads), signer=key) == []
    assert json.loads(line)["seq"] == 2
    heads.write_text("nothing\n")
    with pytest.raises(StateFileError, match=r"heads\.jsonl:1"):
        read_heads(heads)


def test_old_entries_are_pruned_with_a_signature(
    store: SqlStore, clock: SetClock, key: AuditKey, tmp_path: Path
) -> None:
    write(store, 6, clock)
    heads = []
    anchor(store, clock, signer=key, keep=heads.append)
    with store.begin() as tx:
        assert prune_audit(tx, signer=key, now=clock.now(), keep_for=timedelta(hours=2)) == 3
        assert prune_audit(tx, signer=key, now=clock.now(), keep_for=timedelta(days=2)) == 0
        assert [e.seq for e in tx.audit_entries()] == [4, 5, 6, 7, 8]
    assert check(store, heads=heads, signer=key) == []
    assert "not signed" in check(store, signer=AuditKey.create(tmp_path / "other.key"))[0].detail


def test_the_key_file_is_private_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "state" / "audit.key"
    made = AuditKey.create(path)
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        AuditKey.create(path)
    loaded = AuditKey.load(path)
    assert loaded is not None
    assert loaded.key_id == made.key_id
    assert AuditKey.load(tmp_path / "none") is None
    path.write_text("nothing")
    with pytest.raises(StateFileError, match="expected an Ed25519"):
        AuditKey.load(path)


def test_a_unit_of_work_that_fails_leaves_no_entry(store: SqlStore, clock: SetClock) -> None:
    def fail() -> None:
        with store.begin() as tx:
            audit(tx, Action.DECIDED, actor="user:1", at=clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.begin() as tx:
        assert list(tx.audit_entries()) == []


def test_use_cases_log_what_they_do_without_any_text(store: SqlStore, clock: SetClock) -> None:

    accounts = make_accounts(store, clock)
    password = accounts.add("truc@agency.example.com", Role.DESK)
    accounts.log_in("truc@agency.example.com", "sai")
    accounts.log_in("khong.co@agency.example.com", "sai")
    user = accounts.log_in("truc@agency.example.com", password)
    assert user is not None
    accounts.sessions.start(user)
    secret = make_token(accounts, "máy báo cáo", Scope.WRITE)
    token = accounts.tokens.find(secret)
    assert token is not None
    accounts.tokens.note_write(token, method="POST", route="/api/v1/alerts/{alert_id}/acknowledge")
    signal = Signal(
        id="g1", stream="all", at=NOW, unusual=6.5, harmful=3.0, sure=0.9, value=9, expected=0.5, origins=9, sources=5,
        coverage=1.0, documents=(),
    )  # fmt: skip
    for n, who in enumerate(("truc@agency.example.com", "token:máy báo cáo")):
        alert = Alert(
            id=f"a{n}", stream="all", level=Level.RISK, peak_level=Level.RISK, state=AlertState.OPEN, opened_at=NOW,
            updated_at=NOW, headline="Lương hưu chậm", why="Có 9 tin.", quiet_if="Nếu ít hơn.", signal=signal,
        )  # fmt: skip
        with store.begin() as tx:
            tx.save_alert(alert, kind="opened", actor="radar", text="Mở", at=NOW)
        acknowledge(alert.id, who=who, store=store, clock=clock)
    accounts.tokens.revoke_named("máy báo cáo")
    assert note_configuration(store, clock, settings="{}", feeds=b"feeds")
    assert not note_configuration(store, clock, settings="{}", feeds=b"feeds")
    assert note_configuration(store, clock, settings="{}", feeds=b"other")
    with store.begin() as tx:
        entries = list(tx.audit_entries())
    assert [e.action for e in entries] == [
        "account_added", "log_in_failed", "log_in_failed", "log_in", "token_created", "token_write", "acknowledged",
        "acknowledged", "token_revoked", "configured", "configured",
    ]  # fmt: skip
    assert [e.actor for e in entries if e.action == "acknowledged"] == [user.ref, token.ref]
    said = json.dumps([[e.actor, e.subject, dict(e.details)] for e in entries], ensure_ascii=False)
    assert not any(word in said for word in ("truc@", "khong.co", "máy", "Lương", "alerts/"))
    assert check(store) == []


def test_deleted_addresses_are_kept_in_a_file(tmp_path: Path) -> None:
    ledger = ForgottenFile(tmp_path / "forgotten.jsonl")
    assert ledger.all() == []
    ledger.add(["a", "b"], at=NOW)
    assert ledger.all() == [("a", NOW), ("b", NOW)]


def test_the_newest_entries_are_checked_alone(store: SqlStore, clock: SetClock) -> None:
    write(store, 6, clock)
    drop_triggers(store)
    with store.begin() as tx:
        tx.connection.exec_driver_sql("update audit_entries set actor = 'user:9' where seq = 2")
    assert [f.seq for f in check(store)] == [2]
    assert [f.seq for f in check(store, newest=5)] == [2]
    assert check(store, newest=3) == []
    with store.begin() as tx:
        tx.connection.exec_driver_sql("update audit_entries set actor = 'user:9' where seq = 5")
    assert [f.seq for f in check(store, newest=3)] == [5]
    assert [f.seq for f in check(store, newest=100)] == [2, 5]
