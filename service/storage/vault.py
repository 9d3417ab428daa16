"""What the database must not hold in the clear is sealed (Fernet: AES-128-CBC with HMAC-SHA256) with a key kept outside
it: a stolen copy of the database opens no second factor and signs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.storage.state_files import StateFileError, write_beside, write_new


class FernetVault:
    """Seals with the first key and opens with any; see service.ports.Vault.

    Args:
        keys: Fernet keys, newest first.

    Raises:
        ValueError: there is none, or one is not 32 bytes in URL-safe base64.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._all = MultiFernet([Fernet(key) for key in keys])
        self._newest, self._first = Fernet(keys[0]), keys[0]

    @classmethod
    def of_file(cls, path: Path) -> FernetVault:
        """The keys of a file, one a line; where there is none a file with a new key is made, for its owner only.

        Raises:
            StateFileError: the file holds something else.
        """
        if not path.is_file():
            # another process that was quicker: then its key holds
            with suppress(FileExistsError):
                write_new(path, _lines([new_key()]))
        try:
            return cls(read_keys(path))
        except ValueError as error:
            raise StateFileError(f"{path}: expected Fernet keys, one a line ({error})") from None

    def seal(self, value: bytes) -> bytes:
        return self._all.encrypt(value)

    def open(self, sealed: bytes) -> bytes | None:
        try:
            return self._all.decrypt(sealed)
        except InvalidToken:
            return None

    def is_newest(self, sealed: bytes) -> bool:
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def derive(self, purpose: str) -> bytes:
        """32 bytes for a purpose, the same wherever the newest key is the same."""
        return HKDF(SHA256(), length=32, salt=None, info=f"bhxh-radar {purpose}".encode()).derive(self._first.encode())


def new_key() -> str:
    return Fernet.generate_key().decode()


def read_keys(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").split()


def write_keys(path: Path, keys: Sequence[str]) -> None:
    """Put these keys in place of the file's; whoever reads meanwhile finds the old ones or the new ones."""
    write_beside(path, _lines(keys)).replace(path)


def _lines(keys: Sequence[str]) -> bytes:
    return "".join(f"{key}\n" for key in keys).encode("ascii")
