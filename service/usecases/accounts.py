"""Accounts: log-in with lock-out, passwords, API tokens."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from pwdlib import PasswordHash

from service.domain.accounts import Role, Scope, Token, User
from service.ports import Clock
from service.ports.storage import Store

MAX_FAILED = 5
LOCKED_FOR = timedelta(minutes=15)
EMAIL = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\"]+")


class AccountError(ValueError):
    """What was asked for cannot be done; the message says why."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts of one installation. Passwords are argon2id hashes; of tokens only a SHA-256 digest is kept."""

    store: Store
    clock: Clock
    hasher: PasswordHash = field(default_factory=PasswordHash.recommended)

    def add(self, email: str, role: Role) -> str:
        """Create an account; gives its one-time password, which is shown once and never kept.

        Raises:
            AccountError: not an e-mail address, or there is such an account already.
        """
        email = email.strip().lower()
        if not EMAIL.fullmatch(email) or len(email) > 254:
            raise AccountError(f"{email!r} is not an e-mail address")
        password = secrets.token_urlsafe(12)
        hashed = self.hasher.hash(password)
        with self.store.begin() as tx:
            if tx.user(email):
                raise AccountError(f"there is already an account {email}")
            tx.add_user(email, role, hashed, at=self.clock.now())
        return password

    def first_administrator(self, email: str) -> str | None:
        """The one-time password of a first administrator; None where accounts exist already."""
        with self.store.begin() as tx:
            if tx.count_users():
                return None
        return self.add(email, Role.ADMINISTRATOR)

    def reset_password(self, email: str) -> str:
        """A new one-time password; every session of the account ends.

        Raises:
            AccountError: no such account.
        """
        password = secrets.token_urlsafe(12)
        hashed = self.hasher.hash(password)
        with self.store.begin() as tx:
            if tx.user(email) is None:
                raise AccountError(f"there is no account {email}")
            tx.set_password(email, hashed, must_change=True)
        return password

    def user(self, email: str) -> User | None:
        with self.store.begin() as tx:
            return tx.user(email)

    def log_in(self, email: str, password: str) -> User | None:
        """The account if the password is right; after MAX_FAILED wrong ones it is locked for a while (ASVS 6.3.1)."""
        now = self.clock.now()
        user = self.user(email)
        if user is None:
            # the same work as for an account that exists, so that the answer's time does not tell
            self.hasher.hash(password)
            return None
        if user.locked_until and now < user.locked_until:
            return None
        right = self.hasher.verify(password, user.password_hash)
        failed = 0 if right else user.failed_logins + 1
        locked_until = now + LOCKED_FOR if failed >= MAX_FAILED else None
        with self.store.begin() as tx:
            tx.note_login(email, failed=0 if locked_until else failed, locked_until=locked_until)
        return user if right else None

    def change_password(self, email: str, password: str) -> None:
        hashed = self.hasher.hash(password)
        with self.store.begin() as tx:
            tx.set_password(email, hashed, must_change=False)

    def log_out(self, email: str) -> None:
        with self.store.begin() as tx:
            tx.end_sessions(email)

    def create_token(self, name: str, scope: Scope, lifetime: timedelta) -> str:
        """A new API token; the secret is given once and only its digest is kept.

        Raises:
            AccountError: a valid token has that name already.
        """
        now = self.clock.now()
        secret = f"radar_{secrets.token_urlsafe(32)}"
        with self.store.begin() as tx:
            if any(t.name == name and t.valid_at(now) for t in tx.tokens()):
                raise AccountError(f"there is already a valid token {name!r}; revoke it first")
            tx.add_token(name, _digest(secret), scope, at=now, expires_at=now + lifetime)
        return secret

    def token(self, secret: str) -> Token | None:
        """The token if it is valid now; its use is noted, to the minute."""
        now = self.clock.now()
        with self.store.begin() as tx:
            found = tx.token(_digest(secret))
            if found is None or not found.valid_at(now):
                return None
            if found.last_used_at is None or now - found.last_used_at > timedelta(minutes=1):
                tx.note_token_use(found.id, at=now)
        return found


def _digest(secret: str) -> str:
    # a token is 256 random bits, so a plain digest is enough
    return hashlib.sha256(secret.encode()).hexdigest()
