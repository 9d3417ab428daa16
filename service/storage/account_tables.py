"""Accounts, tokens and the keys made at first start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from service.domain.accounts import Role, Scope, Token, User
from service.storage.schema import SecretRow, TokenRow, UserRow, WebhookRow
from service.storage.session_tables import as_user
from service.storage.sql import insert_new, table, upsert

USERS, TOKENS, SECRETS, WEBHOOKS = table(UserRow), table(TokenRow), table(SecretRow), table(WebhookRow)


class AccountTables:
    """Accounts and tokens."""

    connection: Connection

    def count_users(self) -> int:
        return self.connection.scalar(select(func.count()).select_from(USERS)) or 0

    def add_user(self, email: str, roles: frozenset[Role], password_hash: str, *, at: datetime) -> int:
        values = {"email": email, "roles": sorted(map(str, roles)), "provinces": [], "password_hash": password_hash}
        rest = {"must_change_password": True, "failed_logins": 0, "created_at": at}
        made: int | None = self.connection.scalar(insert(USERS).values(**values, **rest).returning(USERS.c.id))
        assert made is not None
        return made

    def user(self, email: str) -> User | None:
        row = self.connection.execute(select(USERS).where(USERS.c.email == email)).one_or_none()
        return as_user(row) if row else None

    def set_password(self, email: str, password_hash: str, *, must_change: bool) -> None:
        self.connection.execute(
            update(USERS)
            .where(USERS.c.email == email)
            .values(
                password_hash=password_hash,
                must_change_password=must_change,
                failed_logins=0,
                locked_until=None,
            )
        )

    def note_login(self, email: str, *, failed: int, locked_until: datetime | None) -> None:
        changes = {"failed_logins": failed, "locked_until": locked_until}
        self.connection.execute(update(USERS).where(USERS.c.email == email).values(**changes))

    def add_token(
        self,
        name: str,
        digest: str,
        scopes: frozenset[Scope],
        *,
        owner: str | None,
        at: datetime,
        expires_at: datetime,
    ) -> int:
        values = {"name": name, "digest": digest, "scopes": sorted(map(str, scopes)), "owner": owner}
        query = insert(TOKENS).values(**values, created_at=at, expires_at=expires_at).returning(TOKENS.c.id)
        made: int | None = self.connection.scalar(query)
        assert made is not None
        return made

    def tokens(self) -> list[Token]:
        return [_token(r) for r in self.connection.execute(select(TOKENS).order_by(TOKENS.c.id))]

    def token(self, digest: str) -> Token | None:
        row = self.connection.execute(select(TOKENS).where(TOKENS.c.digest == digest)).one_or_none()
        return _token(row) if row else None

    def note_token_use(self, token_id: int, *, at: datetime) -> None:
        self.connection.execute(update(TOKENS).where(TOKENS.c.id == token_id).values(last_used_at=at))

    def revoke_token(self, token_id: int, *, at: datetime) -> None:
        self.connection.execute(update(TOKENS).where(TOKENS.c.id == token_id).values(revoked_at=at))

    def secret(self, name: str, make: Callable[[], bytes]) -> bytes:
        """A key by name; made by `make` and kept if it is not there yet."""
        insert_new(self.connection, SECRETS, [{"name": name, "value": make()}])
        value: bytes | None = self.connection.scalar(select(SECRETS.c.value).where(SECRETS.c.name == name))
        assert value is not None
        return value

    def replace_secret(self, name: str, value: bytes) -> None:
        upsert(self.connection, SECRETS, [{"name": name, "value": value}])

    def sealed_values(self) -> list[tuple[str, bytes]]:
        factors = select(USERS.c.id, USERS.c.totp_secret).where(USERS.c.totp_secret.is_not(None))
        keys = select(WEBHOOKS.c.id, WEBHOOKS.c.signing_key)
        found = [(f"user:{r.id}", r.totp_secret.encode()) for r in self.connection.execute(factors)]
        return found + [(f"webhook:{r.id}", r.signing_key) for r in self.connection.execute(keys)]

    def replace_sealed(self, name: str, value: bytes) -> None:
        kind, _, number = name.partition(":")
        where = {"user": USERS, "webhook": WEBHOOKS}[kind]
        values: dict[str, Any] = {"totp_secret": value.decode()} if kind == "user" else {"signing_key": value}
        self.connection.execute(update(where).where(where.c.id == int(number)).values(**values))


def _token(row: Row[Any]) -> Token:
    values = {n: getattr(row, n) for n in Token.__slots__ if n != "scopes"}
    # earlier versions gave out scopes that opened nothing
    return Token(scopes=frozenset(s for s in Scope if s in row.scopes), **values)
