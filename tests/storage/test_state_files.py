"""Files of the state folder survive a full disk and a crash: nothing that was written whole is lost or hidden."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from service.domain.audit import Head
from service.storage.state_files import AuditKey, ForgottenFile, StateFileError, add_head, read_heads
from tests.builders import NOW


def head(seq: int) -> Head:
    return Head(seq=seq, hash="a" * 64, at=NOW.isoformat(), key="b" * 64, signature="c" * 128)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """A disk on which a file may have that many bytes: what is behind is not written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_lines_that_were_there(tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    add_head(path, head(1))
    kept = path.read_bytes()
    with room_for(len(kept) + 40), pytest.raises(OSError, match="too large"):
        add_head(path, head(2))
    assert path.read_bytes() == kept
    add_head(path, head(3))
    assert [h.seq for h in read_heads(path)] == [1, 3]


def test_of_several_digests_all_are_kept_or_none(tmp_path: Path) -> None:
    ledger = ForgottenFile(tmp_path / "forgotten.jsonl")
    with room_for(100), pytest.raises(OSError, match="too large"):
        ledger.add(["one", "two", "three"], at=NOW)
    assert ledger.all() == []
    ledger.add(["one", "two"], at=NOW)
    assert ledger.all() == [("one", NOW), ("two", NOW)]


def test_a_torn_last_line_is_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    add_head(path, head(1))
    with path.open("a") as file:
        file.write('{"at": "2026-03-0')
    with capture_logs() as logged:
        assert [h.seq for h in read_heads(path)] == [1]
        add_head(path, head(2))
        assert [h.seq for h in read_heads(path)] == [1, 2]
    assert [(entry["file"], entry["note"]) for entry in logged] == [
        (str(path), "the last line, 2, is torn; left out"),
        (str(path), "the last line was torn; taken out"),
    ]


def test_a_whole_last_line_without_a_line_break_is_one(tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    for seq in (1, 2):
        add_head(path, head(seq))
        path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert [h.seq for h in read_heads(path)] == [1, 2]


@pytest.mark.parametrize("broken", [b'{"at": "2026', b"{}\n", b"\xff\n"])
def test_a_broken_line_in_the_middle_is_refused(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "heads.jsonl"
    add_head(path, head(1))
    whole = path.read_bytes()
    path.write_bytes(whole + broken + whole)
    with pytest.raises(StateFileError, match=r"heads.jsonl:2: expected"):
        read_heads(path)


def test_a_key_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    with room_for(40), pytest.raises(OSError, match="too large"):
        AuditKey.create(path)
    assert list(tmp_path.iterdir()) == []
    made = AuditKey.create(path)
    with pytest.raises(FileExistsError):
        AuditKey.create(path)
    assert [p.name for p in tmp_path.iterdir()] == ["audit.key"]
    assert path.stat().st_mode & 0o777 == 0o600
    found = AuditKey.load(path)
    assert found is not None
    assert found.key_id == made.key_id
