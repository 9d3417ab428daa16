"""People who work with the service, what they may do, and the tokens of programs that do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from service.domain.persons import same_person


class Role(StrEnum):
    """An account holds a set of these."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    DESK = "desk"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


# granted only when a second administrator confirms
CONFIRMED_ROLES = frozenset({Role.REVIEWER, Role.APPROVER})
# who holds one of these may do nothing but enrol a second factor until there is one (ASVS 6.3.3)
SENSITIVE_ROLES = frozenset({Role.REVIEWER, Role.APPROVER, Role.INSPECTOR, Role.ADMINISTRATOR})


class Scope(StrEnum):
    """What an API token may do, as far as its owner may. Review and administration are for people, not for tokens."""

    READ = "read"
    WRITE = "write"


class EnteredBy(StrEnum):
    """How a person entered; a second factor that is enrolled here is asked for after each of them."""

    PASSWORD = "password"  # noqa: S105
    OIDC = "oidc"
    # the provider says that it asked for a second factor
    OIDC_FACTOR = "oidc_factor"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account.

    Attributes:
        provinces: codes of the provinces its reads are limited to; empty: the whole country.
        totp_secret: sealed (see service.ports.Vault); None where no second factor is enrolled.
        totp_last_step: the newest 30-second step whose code was taken, so that no code is taken twice.
        oidc_subject: «issuer subject» of the provider account it was first entered with.
    """

    id: int
    email: str
    roles: frozenset[Role]
    provinces: tuple[str, ...] = ()
    password_hash: str
    must_change_password: bool
    failed_logins: int
    locked_until: datetime | None
    disabled_at: datetime | None = None
    totp_secret: str | None = None
    totp_last_step: int = 0
    oidc_subject: str | None = None

    @property
    def ref(self) -> str:
        """How the audit log names it."""
        return f"user:{self.id}"

    @property
    def sensitive(self) -> bool:
        return bool(self.roles & SENSITIVE_ROLES)

    @property
    def owes_second_factor(self) -> bool:
        """It holds a role that needs one, and none is enrolled here."""
        return self.sensitive and self.totp_secret is None

    def as_owner(self) -> User:
        """The account as its tokens act: roles that need a second factor count for nothing until there is one."""
        return replace(self, roles=self.roles - SENSITIVE_ROLES) if self.owes_second_factor else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An API token as it is listed; the secret itself is never kept.

    Attributes:
        owner: address of the account it works for; None: made on the command line.
    """

    id: int
    name: str
    scopes: frozenset[Scope]
    owner: str | None = None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    @property
    def ref(self) -> str:
        return f"token:{self.id}"

    def valid_at(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that is logged in; of its secret only a digest is kept.

    Attributes:
        client: what the browser calls itself, so that its owner knows which one it is.
        method: how its person entered.
    """

    id: int
    user_id: int
    method: EnteredBy
    client: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


def must_enrol(session: Session, user: User) -> bool:
    """Whether this session may do nothing but enrol a second factor (or end).

    Where one is enrolled, every session has given a code: enrolling ends all others.
    """
    return user.owes_second_factor and session.method is not EnteredBy.OIDC_FACTOR


def may_enrol(session: Session | None, user: User) -> bool:
    """Whether a second factor may be enrolled in this session.

    Where the account is entered through a provider, a password would otherwise put its own in place of the provider's.
    """
    return user.oidc_subject is None or (session is not None and session.method is not EnteredBy.PASSWORD)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGrant:
    """A role that one administrator proposed; it holds when another one confirms it."""

    id: int
    user_id: int
    role: Role
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def waiting(self) -> bool:
        return self.confirmed_at is None and self.withdrawn_at is None


def why_not_confirm(grant: RoleGrant, *, grantee: User, by: User) -> str:
    """Why this administrator cannot confirm the grant; empty if they can."""
    if not grant.waiting:
        return "the proposal is no longer open"
    if Role.ADMINISTRATOR not in by.roles or by.disabled_at is not None:
        return "only an administrator confirms a role"
    if same_person(grant.proposed_by, by.email):
        return "the person who proposed a role cannot confirm it"
    if same_person(grantee.email, by.email):
        return "nobody confirms a role of their own"
    return ""
