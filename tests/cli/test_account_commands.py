"""Commands for accounts, audit, retention, deletion and backups, as an operator types them."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.bootstrap import open_accounts
from service.cli import main
from service.domain.audit import Action
from service.storage.engine import OutOfReachError, make_engine
from service.storage.migrate import migrate, newest
from service.storage.state_files import StateFileError
from service.storage.turns import turn
from service.usecases.accounts import MAX_FAILED
from service.usecases.audit import CLI, audit
from tests.builders import NOW, enrol
from tests.storage.test_upgrades import REVISIONS

FIRST, SECOND, DESK = "mot@agency.example.com", "hai@agency.example.com", "truc@agency.example.com"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    for name, value in {"DATABASE_URL": f"sqlite:///{tmp_path}/radar.db", "STATE_DIR": str(tmp_path / "state")}.items():
        monkeypatch.setenv(f"RADAR_{name}", value)

    def call(*args: str, input: str | None = None, status: int = 0) -> Result:
        result = CliRunner().invoke(main, args, input=input)
        assert result.exit_code == status, result.output
        return result

    return call


def password_of(result: Result) -> str:
    return result.output.strip().rpartition(": ")[2]


def test_other_accounts_of_the_machine_read_nothing(run: Run, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        run("users", "add", FIRST, "--role", "administrator")
        run("audit", "key")
        run("audit", "head")
        run("forget", "https://bao.example.com/x", "--yes")
        run("audit", "export", "-o", "audit.jsonl")
        with closing(sqlite3.connect(tmp_path / "radar.db")) as open_elsewhere:
            open_elsewhere.execute("select count(*) from users").fetchone()  # keeps the journal there
            run("users", "list")
            made = [tmp_path / "state", *(tmp_path / "state").iterdir(), *tmp_path.glob("radar.db*")]
            found = {p.name: p.stat().st_mode & 0o077 for p in [*made, tmp_path / "audit.jsonl"]}
    finally:
        os.umask(before)
    assert {"radar.db-wal", "audit-heads.jsonl", "forgotten.jsonl", "audit.jsonl"} <= set(found)
    assert not any(found.values()), found


def test_a_database_that_is_there_is_closed_to_others(run: Run, tmp_path: Path) -> None:
    run("users", "add", FIRST, "--role", "administrator")
    for mode, after in ((0o644, 0o640), (0o660, 0o660)):
        (tmp_path / "radar.db").chmod(mode)
        run("users", "list")
        assert (tmp_path / "radar.db").stat().st_mode & 0o777 == after


def test_roles_with_two_administrators(run: Run) -> None:
    one = password_of(run("users", "add", FIRST, "--role", "administrator"))
    two = password_of(run("users", "add", SECOND, "--role", "administrator"))
    assert "no province has the code '99'" in run("users", "add", DESK, "--province", "99", status=1).output
    run("users", "add", DESK, "--province", "01")
    assert "'Hà Lội'" in run("users", "provinces", DESK, "Hà Lội", status=1).output
    assert "by name" in run("users", "grant", DESK, "reviewer", status=1).output
    without = run("users", "grant", DESK, "reviewer", "--by", FIRST, input=f"{one}\n", status=1).output
    assert "has no second factor: enrol one first" in without
    mine, other = (enrol(open_accounts(), email) for email in (FIRST, SECOND))
    told = run("users", "grant", DESK, "reviewer", "--by", FIRST, input=f"{one}\n{mine[0]}\n").output
    assert "radar users confirm 1" in told
    assert "wrong code" in run("users", "confirm", "1", "--by", SECOND, input=f"{two}\n000000\n", status=1).output
    own = run("users", "confirm", "1", "--by", FIRST, input=f"{one}\n{mine[1]}\n", status=1).output
    assert "cannot confirm" in own
    assert "wrong password" in run("users", "confirm", "1", "--by", SECOND, input="sai\n", status=1).output
    run("users", "confirm", "1", "--by", SECOND, input=f"{two}\n{other[0]}\n")
    listed = run("users", "list").output
    assert f"{DESK}\tdesk,reviewer\t01\tactive\tpassword only" in listed
    run("users", "revoke", DESK, "reviewer")
    run("users", "provinces", DESK)
    run("users", "disable", DESK)
    assert f"{DESK}\tdesk\tnational\tdisabled" in run("users", "list").output
    run("users", "disable", DESK, "--undo")
    run("users", "unlock", DESK)
    assert "one-time password" in run("users", "reset", DESK, "--second-factor").output
    assert "no account" in run("users", "reset", "la@agency.example.com", status=1).output


def test_wrong_codes_lock_an_administrator_out(run: Run) -> None:
    password = password_of(run("users", "add", FIRST, "--role", "administrator"))
    run("users", "add", DESK)
    codes = enrol(open_accounts(), FIRST)
    for _ in range(MAX_FAILED):
        run("users", "grant", DESK, "reviewer", "--by", FIRST, input=f"{password}\n000000\n", status=1)
    locked = run("users", "grant", DESK, "reviewer", "--by", FIRST, input=f"{password}\n{codes[0]}\n", status=1)
    assert "a locked account" in locked.output
    run("users", "unlock", FIRST)
    run("users", "grant", DESK, "reviewer", "--by", FIRST, input=f"{password}\n{codes[0]}\n")


def test_tokens(run: Run) -> None:
    run("users", "add", DESK)
    assert run("tokens", "create", "may", "--scope", "write", "--owner", DESK).output.startswith("radar_")
    assert "is not one of 'read', 'write'" in run("tokens", "create", "x", "--scope", "admin", status=2).output
    assert f"may\tread,write\t{DESK}" in run("tokens", "list").output
    run("tokens", "revoke", "may")
    assert "no valid token" in run("tokens", "revoke", "may", status=1).output


def test_the_audit_log_is_signed_checked_and_exported(run: Run, tmp_path: Path) -> None:
    run("users", "add", DESK)
    assert "create it with: radar audit key" in run("audit", "head", status=1).output
    public = password_of(run("audit", "key"))
    assert "is there already" in run("audit", "key", status=1).output
    head = json.loads(run("audit", "head").output)
    assert (head["seq"], head["key"]) == (1, public)
    assert "whole: 2 entries" in run("audit", "verify").output
    copy = tmp_path / "elsewhere.jsonl"
    copy.write_text(json.dumps(head) + "\n")
    assert "not anchored yet" in run("audit", "verify", "--heads", str(copy), "--public-key", public).output
    copy.write_text(json.dumps(head | {"seq": 9}) + "\n")
    assert "entry 9" in run("audit", "verify", "--heads", str(copy), status=1).output
    copy.write_text("nothing\n")
    assert "elsewhere.jsonl:1" in run("audit", "verify", "--heads", str(copy), status=1).output
    lines = [json.loads(line) for line in run("audit", "export").output.splitlines()]
    assert [x["action"] for x in lines] == ["account_added", "anchored"]
    later = [json.loads(line) for line in run("audit", "export", "--after", "2").output.splitlines()]
    assert [(x["action"], x["details"]) for x in later] == [("exported", {"after": 0, "until": 2})]
    assert "whole: 4 entries" in run("audit", "verify").output


def test_truncation_shows_at_the_command(run: Run, tmp_path: Path) -> None:
    run("users", "add", DESK)
    run("audit", "key")
    run("audit", "head")
    with sqlite3.connect(tmp_path / "radar.db") as database:
        database.execute("drop trigger audit_no_delete")
        database.execute("delete from audit_entries")
    found = run("audit", "verify", status=1)
    assert "entry 1: is missing: the log was cut off" in found.output


def test_retention_and_deletion(run: Run, tmp_path: Path) -> None:
    run("users", "add", DESK)
    assert "would be removed: 0 texts" in run("retention", "run", "--dry-run").output
    assert "removed: 0 texts" in run("retention", "run").output
    with closing(sqlite3.connect(tmp_path / "radar.db")) as database, database:
        database.execute("update rounds set at = '2024-03-02 03:00:00.000000' where role = 'retention'")
    held = run("retention", "run", status=1).output
    assert held.startswith("Error: nothing was removed: it is ")
    assert "say --clock-is-right" in held
    assert "removed: 0 texts" in run("retention", "run", "--clock-is-right").output
    assert "removed: 0 texts" in run("retention", "run").output
    url = "https://bao.example.com/a"
    assert run("forget", url, "--dry-run").output == "0 documents (copies counted)\n"
    run("forget", url, input="n\n", status=1)
    assert "deleted: 0 documents" in run("forget", url, "--yes").output
    assert "not an http" in run("forget", "ftp://x", status=1).output
    assert run("forget", "--id", "a1b2", "--dry-run").output == "0 documents (copies counted)\n"
    assert "no document of this id" in run("forget", "--id", "a1b2", "--yes", status=1).output
    assert "one of the two" in run("forget", "--yes", status=2).output


def test_a_backup_is_restored(run: Run, tmp_path: Path) -> None:
    run("users", "add", DESK)
    run("backup", "radar.backup")
    assert "is there already" in run("backup", "radar.backup", status=1).output
    run("users", "add", FIRST)
    assert "not empty" in run("restore", "radar.backup", status=1).output
    told = run("restore", "radar.backup", "--replace").output
    assert "0 sessions and 0 API tokens of the backup ended" in told
    assert "0 messages that waited in the backup were given up" in told
    assert "compare `radar users list`" in told
    assert run("users", "list").output.split("\t")[0] == DESK
    assert FIRST not in run("users", "list").output
    assert "whole" in run("audit", "verify").output


@pytest.mark.parametrize("role", ["work", "schedule"])
def test_nothing_is_restored_while_somebody_works(run: Run, tmp_path: Path, role: str) -> None:
    run("users", "add", DESK)
    run("backup", "radar.backup")
    run("users", "add", FIRST)
    held = turn(make_engine(f"sqlite:///{tmp_path}/radar.db"), role)
    assert held.take()
    assert "end it first" in run("restore", "radar.backup", "--replace", status=1).output
    assert FIRST in run("users", "list").output
    held.give_back()
    run("restore", "radar.backup", "--replace")
    assert held.take()


def test_a_portable_backup_is_restored(run: Run, tmp_path: Path) -> None:
    run("users", "add", DESK)
    run("backup", "--portable", "radar.backup")
    assert (tmp_path / "radar.backup").read_bytes()[:2] == b"\x1f\x8b"
    run("users", "add", FIRST)
    run("restore", "radar.backup", "--replace")
    assert run("users", "list").output.split("\t")[0] == DESK
    assert FIRST not in run("users", "list").output
    assert "whole" in run("audit", "verify").output


def test_a_new_key_for_secrets(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("users", "add", DESK)
    path = tmp_path / "state" / "secrets.key"
    before = path.read_text()
    assert "new key, 0 secrets" in run("users", "rekey").output
    after = path.read_text()
    assert len(after.split()) == 1
    assert after != before
    assert path.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("RADAR_SECRETS_KEY", f"{after.strip()},{before.strip()}")
    assert "RADAR_SECRETS_KEY" in run("users", "rekey", status=1).output
    monkeypatch.setenv("RADAR_SECRETS_KEY", "khong-phai-khoa")
    refused = run("users", "list", status=1)
    assert refused.output.startswith("Error: environment: RADAR_SECRETS_KEY: expected Fernet keys")
    assert "khong-phai-khoa" not in refused.output


def test_a_damaged_audit_key_is_told_and_a_restore_with_it_changes_nothing(run: Run, tmp_path: Path) -> None:
    run("users", "add", DESK)
    run("backup", "radar.backup")
    run("users", "add", FIRST)
    (tmp_path / "state" / "audit.key").write_text("x")
    told = "audit.key: expected an Ed25519 private key in PEM"
    for command in (
        ["audit", "verify"],
        ["audit", "head"],
        ["retention", "run"],
        ["restore", "radar.backup", "--replace"],
    ):
        assert told in run(*command, status=1).output
    assert FIRST in run("users", "list").output


def test_an_empty_audit_key_is_told_before_anything_else(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "feeds.yaml").write_bytes((Path(__file__).parents[2] / "feeds.yaml").read_bytes())
    monkeypatch.setenv("RADAR_TEXT_WORKERS", "0")
    monkeypatch.setenv("RADAR_PORT", "0")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "audit.key").touch()
    told = "environment: RADAR_STATE_DIR: state/audit.key: it is empty; put your copy there, or remove it and make one"
    monkeypatch.setenv("RADAR_STATE_DIR", "state")
    for command in (["config", "check"], ["serve"], ["up"], ["work"], ["schedule"]):
        found = run(*command, status=1)
        assert found.output.removeprefix("Error: ").startswith(told)
        assert len(found.output.splitlines()) == 1
    assert not (tmp_path / "radar.db").exists()


@pytest.mark.parametrize("name", ["audit.key", "secrets.key", "audit-heads.jsonl", "forgotten.jsonl"])
def test_config_check_reads_the_state_folder(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "feeds.yaml").write_bytes((Path(__file__).parents[2] / "feeds.yaml").read_bytes())
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / name).write_text("x\n")
    assert f"{name}:" in run("config", "check", status=1).output


def test_heads_that_are_no_text_are_told_by_line(run: Run, tmp_path: Path) -> None:
    run("users", "add", DESK)
    (tmp_path / "bin.jsonl").write_bytes(b"\n\xff\xfe\n")
    assert "bin.jsonl:2: expected text in UTF-8" in run("audit", "verify", "--heads", "bin.jsonl", status=1).output


@pytest.mark.parametrize("folder", ["/proc/x", "/dev/null"])
@pytest.mark.parametrize(
    "command", ["users list", "audit key", "tokens create may", "forget https://a.example.com/b --yes"]
)
def test_a_state_folder_that_cannot_be_written_to_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, folder: str, command: str
) -> None:
    run("users", "add", DESK)
    monkeypatch.setenv("RADAR_STATE_DIR", folder)
    assert f"{folder}: expected a folder that can be written to" in run(*command.split(), status=1).output


def test_an_export_that_waits_is_logged_and_holds_no_lock(run: Run, tmp_path: Path) -> None:
    run("users", "add", DESK)
    store = open_accounts().store
    with store.begin() as tx:
        for n in range(3000):
            audit(tx, Action.TRAINED, actor=CLI, at=NOW, subject=f"model:{n}")
    command = [sys.executable, "-m", "service.cli", "audit", "export"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path, env=environment) as export:
        assert export.stdout is not None
        assert b"account_added" in export.stdout.readline()
        with sqlite3.connect(tmp_path / "radar.db", timeout=1) as database:
            database.execute("begin immediate")
        export.stdout.close()
    with store.snapshot() as tx:
        assert tx.newest_audit(limit=1)[0].details == {"after": 0, "until": 3001}


LOOKING = [
    "audit verify",
    "audit export",
    "indicators",
    "report periodic",
    "report after-action x",
    "outbox list",
    "users list",
    "tokens list",
    "doubts",
    "backup copy",
    "feeds list",
    "feeds suggest",
    "legal show",
]
WRITING = [
    "audit head", "forget https://a.example.com/b --yes", "import a.csv", "legal load a.yaml", "models adopt x",
    "models rollback", "outbox retry --all", "retention run", "tokens create may", "tokens revoke may",
    "train --with-labels", "users disable a@b.vn", "users grant a@b.vn desk", "users rekey",
]  # fmt: skip


@pytest.mark.parametrize("command", LOOKING + WRITING)
def test_commands_make_no_database(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    (tmp_path / "feeds.yaml").write_bytes((Path(__file__).parents[2] / "feeds.yaml").read_bytes())
    (tmp_path / "a.csv").write_text("title\nLương hưu tăng\n")
    (tmp_path / "a.yaml").write_bytes((Path(__file__).parents[2] / "service/review/legal_basis.yaml").read_bytes())
    run("audit", "key")
    for place, told in (("mistyped/radar.db", "there is no database"), ("other.db", "holds no database of BHXH Radar")):
        monkeypatch.setenv("RADAR_DATABASE_URL", f"sqlite:///{place}")
        sqlite3.connect("other.db").close()
        found = run(*command.split(), status=1).stderr.splitlines()[-1]
        assert found.startswith("Error: environment: RADAR_DATABASE_URL: "), found
        assert told in found
        assert "`radar up` makes one" in found
    assert not (tmp_path / "mistyped").exists()
    assert (tmp_path / "other.db").stat().st_size < 10_000


def test_commands_leave_a_database_of_an_older_version_as_it_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_bytes((Path(__file__).parents[2] / "feeds.yaml").read_bytes())
    (tmp_path / "a.csv").write_text("title\nLương hưu tăng\n")
    (tmp_path / "a.yaml").write_bytes((Path(__file__).parents[2] / "service/review/legal_basis.yaml").read_bytes())
    run("audit", "key")
    engine = make_engine(f"sqlite:///{tmp_path}/radar.db")
    migrate(engine, REVISIONS[-2])
    for command in [*LOOKING, *WRITING, f"users add {FIRST}"]:
        if command != "backup copy":
            told = run(*command.split(), status=1).stderr.splitlines()[-1]
            assert f"is of an older version of the program ({REVISIONS[-2]}; this one is of {newest()})" in told
            assert "then `radar up` brings it up" in told
    run("backup", "copy")
    for file in ("radar.db", "copy"):
        with closing(sqlite3.connect(tmp_path / file)) as found:
            assert found.execute("select version_num from alembic_version").fetchall() == [(REVISIONS[-2],)]
    run("restore", "copy", "--replace")
    run("users", "list")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://u:bi-mat@127.0.0.1:1/x", "cannot be used: connection failed"),
        ("sqlite:///text.db", "cannot be used: file is not a database"),
        ("sqlite:////tmp", "there can be no database /tmp: it is a folder"),
        ("sqlite:////proc/x/radar.db", "there is no database /proc/x/radar.db; `radar up` makes one"),
        ("foo", "expected sqlite:///FILE or postgresql://"),
        ("", "expected sqlite:///FILE or postgresql://"),
        ("mysql://x", "expected an SQLite or PostgreSQL address, found 'mysql'"),
        ("postgresql://u:bi-mat@127.0.0.1:1/x?foo=1", 'invalid connection option "foo"'),
        ("postgresql://u:bi-mat@127.0.0.1:1/x?connect_timeout=abc", "cannot be used"),
    ],
)
def test_a_database_out_of_reach_is_told_in_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, told: str
) -> None:
    (tmp_path / "text.db").write_text("no database " * 100)
    monkeypatch.setenv("RADAR_DATABASE_URL", address)
    found = run("retention", "run", status=1).output
    assert found.startswith("Error: environment: RADAR_DATABASE_URL: ")
    assert told in found
    assert "bi-mat" not in found
    assert len(found.splitlines()) == 1


@pytest.mark.parametrize("command", ["retention run", "users list", "serve"])
def test_a_database_of_a_newer_version_is_told_in_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (tmp_path / "feeds.yaml").write_bytes((Path(__file__).parents[2] / "feeds.yaml").read_bytes())
    monkeypatch.setenv("RADAR_PORT", "0")
    run("users", "add", DESK)
    with sqlite3.connect(tmp_path / "radar.db") as database:
        database.execute("update alembic_version set version_num = 'ffffffffffff'")
    found = run(*command.split(), status=1).output
    assert found.startswith("Error: environment: RADAR_DATABASE_URL: ")
    assert "is of a newer version of the program (ffffffffffff)" in found
    assert len(found.splitlines()) == 1


def test_a_locked_database_is_told(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/radar.db")
    with closing(sqlite3.connect(tmp_path / "radar.db")) as other, engine.connect() as connection:
        connection.rollback()
        connection.connection.execute("PRAGMA busy_timeout=0")
        other.execute("create table x (id)")
        other.execute("begin immediate")
        with pytest.raises(OutOfReachError, match="database is locked"), connection.begin():
            pass


@pytest.mark.parametrize(
    "command",
    ["outbox retry 99999999999999999999999", "audit export --after 99999999999999999999", "audit export --after -1",
     "users confirm 99999999999999999999 --by a@b.vn"],
)  # fmt: skip
def test_numbers_no_row_has_are_bad_usage(run: Run, command: str) -> None:
    assert "is not in the range" in run(*command.split(), status=2).output


@pytest.mark.parametrize("command", [["users", "disable"], ["tokens", "create"], ["report", "after-action"]])
def test_an_argument_that_is_no_utf_8_is_bad_usage(run: Run, command: list[str]) -> None:
    run("users", "add", DESK)
    assert "expected text in UTF-8" in run(*command, "\udcff@agency.example.com", status=2).output


def test_the_first_administrator_needs_an_address(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADAR_FEEDS_FILE", str(Path(__file__).parents[2] / "feeds.yaml"))
    monkeypatch.setenv("RADAR_PORT", "0")
    monkeypatch.setenv("RADAR_TEXT_WORKERS", "0")
    assert "Invalid value for --admin" in run("serve", "--admin", "khong-phai-thu", status=2).output


def test_no_password_is_shown_for_a_page_that_does_not_come_up(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "feeds.yaml").write_bytes((Path(__file__).parents[2] / "feeds.yaml").read_bytes())
    monkeypatch.setenv("RADAR_PORT", "0")
    monkeypatch.setenv("RADAR_TEXT_WORKERS", "0")

    def broken(_: object) -> object:
        raise StateFileError("state/x: no page")

    monkeypatch.setattr("service.bootstrap.make_site", broken)
    assert run("serve", status=1).output == "Error: state/x: no page\n"
    assert run("users", "list").output == ""
