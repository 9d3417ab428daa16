"""What an installation is kept in: database, key files, models, accounts."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from service.alerting.decide import Policy
from service.alerting.hours import Hours
from service.scheduling.clock import SystemClock
from service.settings import ConfigError, Problem, Settings, load_settings
from service.storage.engine import SqlStore, address_of, make_engine
from service.storage.migrate import check_version, has_schema, migrate
from service.storage.state_files import AuditKey, ForgottenFile, StateFileError, closed, read_heads
from service.storage.vault import FernetVault
from service.usecases.accounts import Accounts
from service.usecases.budget import rules_within
from service.usecases.retain import Periods
from service.usecases.seal import seal

if TYPE_CHECKING:
    from service.classification.shelf import Shelf


@dataclass(frozen=True, slots=True)
class State:
    """Files that are kept beside the database."""

    folder: Path

    @property
    def key(self) -> Path:
        return self.folder / "audit.key"

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets.key"

    @property
    def heads(self) -> Path:
        return self.folder / "audit-heads.jsonl"

    @property
    def ledger(self) -> ForgottenFile:
        return ForgottenFile(self.folder / "forgotten.jsonl")

    @property
    def models(self) -> Path:
        return self.folder / "models"


def shelf_of(settings: Settings) -> Shelf:
    """Models that were trained here."""
    from service.classification.shelf import Shelf

    return Shelf(State(settings.state_dir).models)


def policy_of(settings: Settings) -> Policy:
    """How often people are told, as the settings say."""
    return Policy(
        rules=rules_within(watches=settings.false_watches_per_month, alarms=settings.false_alarms_per_month),
        sending=Hours.parse(quiet).complement() if (quiet := settings.quiet_hours) else None,
    )


def periods_of(settings: Settings) -> Periods:
    """How long each kind is kept, as the settings say."""
    kept = ("text", "excerpt", "comment", "message", "finding")
    days = {f"{name}s": getattr(settings, f"keep_{name}_days") for name in kept} | {"audit": settings.keep_audit_days}
    return Periods(**{name: timedelta(days=number) for name, number in days.items()})


def open_store(
    settings: Settings, *, make: bool = False, older: Literal["refused", "brought up", "left"] = "refused"
) -> SqlStore:
    """The database.

    Args:
        make: make one where there is none; else the address may be mistyped.
        older: what becomes of one of an older version. Whoever only looks, or changes a little, does not bring it up:
            the program that made it may still be at work.

    Raises:
        ConfigError: the address is of no database we know, or there is none of ours.
        OutOfReachError: it is of a newer version, of an older one that is refused, or somebody works on that.
    """
    password = settings.database_password.get_secret_value()
    try:
        engine = make_engine(settings.database_url, password=password, existing=not make)
        there = has_schema(engine)
        if not make and not there:
            raise ValueError(f"{engine.url} holds no database of BHXH Radar; `radar up` makes one")
    except ValueError as error:
        raise ConfigError.of_variable("RADAR_DATABASE_URL", str(error)) from None
    if older == "brought up" or not there:
        migrate(engine)
    else:
        check_version(engine, older=older == "left")
    return SqlStore(engine)


def unusable(settings: Settings) -> list[Problem]:
    """Settings that are well formed and cannot be used here; nothing is made to find out, and no server is asked."""
    found: list[Problem] = []

    def wrong(name: str, expected: str) -> None:
        found.extend(ConfigError.of_variable(name, expected).problems)

    try:
        address = address_of(settings.database_url)
        if address.get_backend_name() == "sqlite" and address.database and Path(address.database).is_dir():
            wrong("RADAR_DATABASE_URL", f"there can be no database {address.database}: it is a folder")
    except ValueError as error:
        wrong("RADAR_DATABASE_URL", str(error))
    try:
        if given := settings.secrets_key.get_secret_value():
            vault_of(given)
    except ConfigError as error:
        found += error.problems
    try:
        with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
            probe.bind((settings.host, 0))  # any port: ours may be in use by the service itself
    except OSError as error:
        wrong("RADAR_HOST", f"expected an address of this machine, found {settings.host!r} ({error.strerror})")
    if reason := closed(settings.state_dir):
        wrong("RADAR_STATE_DIR", f"{settings.state_dir}: expected a folder that can be written to ({reason})")
    state = State(settings.state_dir)
    return found + damaged_keys(settings) + _damaged(lambda: read_heads(state.heads), state.ledger.all)


def damaged_keys(settings: Settings) -> list[Problem]:
    """Files of keys in the state folder that hold none; one that is not there is made, or not needed."""
    state = State(settings.state_dir)
    sealing = state.secrets.is_file() and not settings.secrets_key.get_secret_value()
    return _damaged(lambda: AuditKey.load(state.key), lambda: sealing and FernetVault.of_file(state.secrets))


def _damaged(*reads: Callable[[], object]) -> list[Problem]:
    found = []
    for read in reads:
        try:
            read()
        except StateFileError as error:
            found += ConfigError.of_variable("RADAR_STATE_DIR", str(error)).problems
        except OSError as error:
            found += ConfigError.of_variable("RADAR_STATE_DIR", f"{error.filename}: {error.strerror}").problems
    return found


def vault_of(keys: str) -> FernetVault:
    """The keys of the setting.

    Raises:
        ConfigError: they are no keys.
    """
    try:
        return FernetVault(keys.replace(",", " ").split())
    except ValueError as error:
        raise ConfigError.of_variable("RADAR_SECRETS_KEY", f"expected Fernet keys ({error})") from None


def open_vault(settings: Settings) -> FernetVault:
    """The keys of the settings, else those of the state folder's file, which is made where there is none.

    Raises:
        ConfigError: they are no keys.
    """
    if given := settings.secrets_key.get_secret_value():
        return vault_of(given)
    try:
        return FernetVault.of_file(State(settings.state_dir).secrets)
    except StateFileError as error:
        raise ConfigError.of_variable("RADAR_STATE_DIR", str(error)) from None


def open_accounts(*, make: bool = False) -> Accounts:
    """Accounts of the installation the environment names; `make` as in `open_store`."""
    settings, clock = load_settings(), SystemClock()
    store, vault = open_store(settings, make=make), open_vault(settings)
    seal(store, clock, vault)
    return Accounts(store, clock, vault=vault)
