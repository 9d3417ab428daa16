"""People who work with the service, and the tokens of programs that do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What an account may do; more roles come with the review workflow."""

    VIEWER = "viewer"
    DESK = "desk"
    ADMINISTRATOR = "administrator"

    @property
    def may_acknowledge(self) -> bool:
        return self is not Role.VIEWER


class Scope(StrEnum):
    """What an API token may do."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account.

    Attributes:
        session_version: goes up when sessions are to end everywhere.
    """

    id: int
    email: str
    role: Role
    password_hash: str
    must_change_password: bool
    failed_logins: int
    locked_until: datetime | None
    session_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An API token as it is listed; the secret itself is never kept."""

    id: int
    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def valid_at(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at
