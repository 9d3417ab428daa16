"""What is kept beside the database on purpose: the key that signs the audit log, its heads, and what was deleted on
request. A copy of the database without them can be checked against them; one that replaces it cannot hide that."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from io import FileIO
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from service.domain.audit import Head

log = structlog.get_logger()


class StateFileError(ValueError):
    """A file is not what it should be; the message names file and line."""


class AuditKey:
    """Ed25519 key pair in a PEM file that only its owner can read."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    @classmethod
    def load(cls, path: Path) -> AuditKey | None:
        """The key; None where there is no such file.

        Raises:
            StateFileError: the file holds something else.
        """
        if not path.is_file():
            return None
        data = path.read_bytes()
        if not data.strip():
            raise StateFileError(
                f"{path}: it is empty; put your copy there, or remove it and make one: radar audit key"
            )
        try:
            found = serialization.load_pem_private_key(data, password=None)
        except (ValueError, TypeError) as error:
            raise StateFileError(f"{path}: expected an Ed25519 private key in PEM ({error})") from None
        if not isinstance(found, Ed25519PrivateKey):
            raise StateFileError(f"{path}: expected an Ed25519 private key in PEM")
        return cls(found)

    @classmethod
    def create(cls, path: Path) -> AuditKey:
        """A new key in a new file.

        Raises:
            FileExistsError: there is a file already; a key is never replaced, or older heads could not be checked.
            StateFileError: the folder cannot be made.
        """
        private = Ed25519PrivateKey.generate()
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_new(path, pem)
        return cls(private)

    @property
    def key_id(self) -> str:
        return self._private.public_key().public_bytes_raw().hex()

    def sign(self, data: bytes) -> str:
        return self._private.sign(data).hex()

    def verify(self, data: bytes, signature: str) -> bool:
        return PublicKey(self.key_id).verify(data, signature)


class PublicKey:
    """The half that checks signatures, for who verifies elsewhere."""

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id

    def sign(self, data: bytes) -> str:
        raise TypeError("a public key signs nothing")

    def verify(self, data: bytes, signature: str) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key_id)).verify(bytes.fromhex(signature), data)
        except (InvalidSignature, ValueError):
            return False
        return True


def read_heads(path: Path) -> list[Head]:
    """Heads as a file keeps them, one JSON object a line; none where there is no file.

    Raises:
        StateFileError: a line is no head.
    """
    heads = []
    for number, line in _lines(path):
        try:
            heads.append(Head(**json.loads(line)))
        except (ValueError, TypeError):
            raise StateFileError(f"{path}:{number}: expected a head {{seq, hash, at, key, signature}}") from None
    return heads


def add_head(path: Path, head: Head) -> None:
    """Put a head at the end of the file: the whole line, or nothing."""
    _append(path, [asdict(head)])


class ForgottenFile:
    """Digests of publications deleted on request; see service.ports.Ledger."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, digests: Sequence[str], *, at: datetime) -> None:
        _append(self.path, [{"at": at.isoformat(), "digest": digest} for digest in digests])

    def all(self) -> list[tuple[str, datetime]]:
        found = []
        for number, line in _lines(self.path):
            try:
                values = json.loads(line)
                found.append((str(values["digest"]), datetime.fromisoformat(values["at"])))
            except (ValueError, TypeError, KeyError):
                raise StateFileError(f"{self.path}:{number}: expected {{at, digest}}") from None
        return found


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines that are not blank. The last one may be torn, as a full disk or a crash leaves it: it is left out,
    and the log says so."""
    if not path.is_file():
        return
    data = path.read_bytes()
    whole, torn = _whole(data)
    if torn:
        number = whole.count(b"\n") + 1
        log.warning("state file", file=str(path), note=f"the last line, {number}, is torn; left out")
    for number, line in enumerate(whole.split(b"\n"), 1):
        try:
            text = line.decode().strip()
        except UnicodeDecodeError:
            raise StateFileError(f"{path}:{number}: expected text in UTF-8") from None
        if text:
            yield number, text


def _whole(data: bytes) -> tuple[bytes, bytes]:
    """What was written whole, and the piece of a line behind it. Without a line break the last line is whole where it
    says something by itself."""
    end = data.rfind(b"\n") + 1
    last = data[end:]
    try:
        if last.strip():
            json.loads(last)
    except ValueError:
        return data[:end], last
    return data, b""


def make_folder(folder: Path) -> None:
    """The folder of a state file, made for its owner only where there is none.

    Raises:
        StateFileError: it cannot be.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StateFileError(f"{folder}: expected a folder that can be written to ({error.strerror})") from None


def write_new(path: Path, data: bytes) -> None:
    """A new file, for its owner only: it is written beside, then called by its name, so that it is there whole or not
    at all.

    Raises:
        FileExistsError: there is one, which may have come from another process meanwhile.
        StateFileError: the folder cannot be made.
    """
    make_folder(path.parent)
    made = write_beside(path, data)
    try:
        path.hardlink_to(made)  # unlike a rename it fails where there is one
    finally:
        made.unlink()


def write_beside(path: Path, data: bytes) -> Path:
    """A file next to `path`, which may take its place."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(name).unlink()
        raise
    return Path(name)


def closed(folder: Path) -> str:
    """Why nothing can be written to a folder, which need not be there; empty: it can."""
    there = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    try:
        tempfile.TemporaryDirectory(dir=there).cleanup()
    except OSError as error:
        return str(error.strerror)
    return ""


def _append(path: Path, rows: Sequence[object]) -> None:
    """Put rows at the end of a file of lines, all of them or none; a piece that was left there by a crash goes."""
    make_folder(path.parent)
    lines = b"".join(json.dumps(row, sort_keys=True).encode() + b"\n" for row in rows)
    # without a buffer: what could not be written is not tried again when the file is closed
    with path.open("a+b", buffering=0) as file:
        with suppress(OSError):  # another account's file, that we may write to
            os.fchmod(file.fileno(), 0o600)
        # two processes at once would take each other's rows for such a piece
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        whole, torn = _whole(file.readall())
        if torn:
            log.warning("state file", file=str(path), note="the last line was torn; taken out")
        try:
            file.truncate(len(whole))
            _write(file, lines if whole.endswith(b"\n") or not whole else b"\n" + lines)
            os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                file.truncate(len(whole))
            raise


def _write(file: FileIO, data: bytes) -> None:
    while data:
        data = data[file.write(data) :]
