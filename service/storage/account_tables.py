"""Accounts, tokens and the keys made at first start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from service.domain.accounts import Role, Scope, Token, User
from service.storage.schema import SecretRow, TokenRow, UserRow
from service.storage.sql import insert_new, table

USERS, TOKENS, SECRETS = table(UserRow), table(TokenRow), table(SecretRow)


class AccountTables:
    """Accounts and tokens."""

    connection: Connection

    def count_users(self) -> int:
        return self.connection.scalar(select(func.count()).select_from(USERS)) or 0

    def add_user(self, email: str, role: Role, password_hash: str, *, at: datetime) -> None:
        values = {"email": email, "role": str(role), "password_hash": password_hash, "must_change_password": True}
        rest = {"failed_logins": 0, "session_version": 1, "created_at": at}
        self.connection.execute(insert(USERS).values(**values, **rest))

    def user(self, email: str) -> User | None:
        row = self.connection.execute(select(USERS).where(USERS.c.email == email)).one_or_none()
        if row is None:
            return None
        names = [n for n in User.__slots__ if n != "role"]
        return User(role=Role(row.role), **{n: getattr(row, n) for n in names})

    def users(self) -> list[tuple[str, str]]:
        return [(r.email, r.role) for r in self.connection.execute(select(USERS).order_by(USERS.c.email))]

    def set_password(self, email: str, password_hash: str, *, must_change: bool) -> None:
        self.connection.execute(
            update(USERS)
            .where(USERS.c.email == email)
            .values(
                password_hash=password_hash,
                must_change_password=must_change,
                failed_logins=0,
                locked_until=None,
                session_version=USERS.c.session_version + 1,
            )
        )

    def note_login(self, email: str, *, failed: int, locked_until: datetime | None) -> None:
        changes = {"failed_logins": failed, "locked_until": locked_until}
        self.connection.execute(update(USERS).where(USERS.c.email == email).values(**changes))

    def end_sessions(self, email: str) -> None:
        changes = {"session_version": USERS.c.session_version + 1}
        self.connection.execute(update(USERS).where(USERS.c.email == email).values(**changes))

    def add_token(self, name: str, digest: str, scope: Scope, *, at: datetime, expires_at: datetime) -> None:
        values = {"name": name, "digest": digest, "scope": str(scope), "created_at": at, "expires_at": expires_at}
        self.connection.execute(insert(TOKENS).values(**values))

    def tokens(self) -> list[Token]:
        names = [n for n in Token.__slots__ if n != "scope"]
        return [
            Token(scope=Scope(r.scope), **{n: getattr(r, n) for n in names})
            for r in self.connection.execute(select(TOKENS).order_by(TOKENS.c.id))
        ]

    def token(self, digest: str) -> Token | None:
        row = self.connection.execute(select(TOKENS).where(TOKENS.c.digest == digest)).one_or_none()
        names = [n for n in Token.__slots__ if n != "scope"]
        return None if row is None else Token(scope=Scope(row.scope), **{n: getattr(row, n) for n in names})

    def note_token_use(self, token_id: int, *, at: datetime) -> None:
        self.connection.execute(update(TOKENS).where(TOKENS.c.id == token_id).values(last_used_at=at))

    def revoke_token(self, name: str, *, at: datetime) -> int:
        mine = (TOKENS.c.name == name) & TOKENS.c.revoked_at.is_(None)
        return self.connection.execute(update(TOKENS).where(mine).values(revoked_at=at)).rowcount

    def secret(self, name: str, make: Callable[[], bytes]) -> bytes:
        """A key by name; made by `make` and kept if it is not there yet."""
        insert_new(self.connection, SECRETS, [{"name": name, "value": make()}])
        value: bytes | None = self.connection.scalar(select(SECRETS.c.value).where(SECRETS.c.name == name))
        assert value is not None
        return value
