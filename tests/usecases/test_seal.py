"""Secrets in the database are sealed; keys change without anybody enrolling anew."""

from __future__ import annotations

import stat
from pathlib import Path

import pyotp
import pytest
from cryptography.fernet import Fernet

from service.domain.accounts import Role
from service.domain.warning import Level
from service.scheduling.clock import SetClock
from service.storage.backup import backup
from service.storage.engine import SqlStore
from service.storage.state_files import StateFileError
from service.storage.vault import FernetVault, new_key, read_keys, write_keys
from service.usecases.accounts import Accounts
from service.usecases.seal import Sealed, seal
from service.usecases.subscribe import add_webhook
from tests.builders import NOW, make_vault

EMAIL, HOOK = "truc@agency.example.com", "https://hooks.example.com/a"


def enrolled(store: SqlStore, clock: SetClock, vault: FernetVault) -> tuple[str, str]:
    """A secret of a second factor and a key of a webhook, both in use."""
    accounts = Accounts(store, clock, vault=vault)
    accounts.add(EMAIL, Role.DESK)
    user, secret = accounts.user(EMAIL), accounts.second_factor.new_secret()
    assert user is not None
    accounts.second_factor.enrol(user, secret, pyotp.TOTP(secret).at(clock.now()))
    hosts = frozenset({"hooks.example.com"})
    key = add_webhook(
        HOOK, min_level=Level.WARNING, hosts=hosts, who=EMAIL, store=store, clock=clock, vault=vault
    )  # fmt: skip
    return secret, key


def opened(store: SqlStore, vault: FernetVault) -> list[bytes | None]:
    with store.begin() as tx:
        return [vault.open(value) for _, value in tx.sealed_values()]


def test_no_copy_of_the_database_holds_a_secret_or_its_key(store: SqlStore, clock: SetClock, tmp_path: Path) -> None:
    vault = make_vault()
    secret, key = enrolled(store, clock, vault)
    assert opened(store, vault) == [secret.encode(), key.encode()]
    copy = tmp_path / "copy"
    backup(store, copy, NOW)
    with store.begin() as tx:
        lying = b"".join(value for _, value in tx.sealed_values())
    assert secret.encode() not in lying
    assert key.encode() not in lying
    if store.engine.dialect.name == "sqlite":
        assert secret.encode() not in copy.read_bytes()
        assert key.encode() not in copy.read_bytes()


def test_what_lay_open_is_sealed_once(store: SqlStore, clock: SetClock) -> None:
    vault = make_vault()
    secret, key = enrolled(store, clock, vault)
    with store.begin() as tx:
        for (name, _), plain in zip(tx.sealed_values(), (secret, key), strict=True):
            tx.replace_sealed(name, plain.encode())
    assert seal(store, clock, vault) == Sealed(changed=2, lost=0)
    assert opened(store, vault) == [secret.encode(), key.encode()]
    assert seal(store, clock, vault) == Sealed(changed=0, lost=0)


def test_a_new_key_takes_over_and_a_lost_one_lets_nobody_in(store: SqlStore, clock: SetClock) -> None:
    old, new = new_key(), new_key()
    secret, key = enrolled(store, clock, FernetVault([old]))
    assert seal(store, clock, FernetVault([new, old])) == Sealed(changed=2, lost=0)
    assert opened(store, FernetVault([new])) == [secret.encode(), key.encode()]
    assert opened(store, FernetVault([old])) == [None, None]
    assert seal(store, clock, FernetVault([old])) == Sealed(changed=0, lost=2)
    accounts = Accounts(store, clock, vault=FernetVault([old]))
    user = accounts.user(EMAIL)
    assert user is not None
    clock.at = clock.at.replace(hour=5)
    code = pyotp.TOTP(secret).at(clock.now())
    assert not accounts.second_factor.accept(user, code)
    assert Accounts(store, clock, vault=FernetVault([new])).second_factor.accept(user, code)


def test_the_file_is_for_its_owner_only_and_made_once(tmp_path: Path) -> None:
    path = tmp_path / "state" / "secrets.key"
    first = FernetVault.of_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["secrets.key"]
    assert FernetVault.of_file(path).open(first.seal(b"x")) == b"x"
    write_keys(path, [new_key(), *read_keys(path)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    both = FernetVault.of_file(path)
    assert both.open(first.seal(b"x")) == b"x"
    assert first.open(both.seal(b"x")) is None
    assert (both.is_newest(first.seal(b"x")), both.is_newest(both.seal(b"x"))) == (False, True)


def test_what_is_derived_is_the_same_for_the_same_key_only() -> None:
    key = Fernet.generate_key().decode()
    assert FernetVault([key]).derive("sessions") == FernetVault([key, new_key()]).derive("sessions")
    assert len({FernetVault([k]).derive(p) for k in (key, new_key()) for p in ("sessions", "other")}) == 4


@pytest.mark.parametrize("content", ["", "khoa", "dG9vIHNob3J0"])
def test_a_file_that_holds_no_keys_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secrets.key"
    path.write_text(content)
    with pytest.raises(StateFileError, match="expected Fernet keys"):
        FernetVault.of_file(path)
