"""API tokens: made, found and revoked; of the secret only a digest is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from service.domain.accounts import Scope, Token, User
from service.domain.audit import Action
from service.domain.permissions import Action as Leave
from service.domain.permissions import may
from service.ports import Clock
from service.ports.storage import Store, Transaction
from service.usecases.audit import CLI, actor_ref, audit, digest
from service.usecases.errors import AccountError

# what the owner of a token must be allowed to do for the scope to count
OWNER_NEEDS = {Scope.READ: Leave.READ, Scope.WRITE: Leave.HANDLE_ALERTS}


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one installation."""

    store: Store
    clock: Clock

    def create(self, name: str, scopes: frozenset[Scope], lifetime: timedelta, *, owner: str | None = None) -> str:
        """A new token; the secret is given once.

        Raises:
            AccountError: a valid token has that name, no such owner, or a scope that the owner may not have.
        """
        now = self.clock.now()
        secret = f"radar_{secrets.token_urlsafe(32)}"
        with self.store.begin() as tx:
            if any(t.name == name and t.valid_at(now) for t in tx.tokens()):
                raise AccountError(
                    f"there is already a valid token {name!r}; revoke it first",
                    "Đã có mã truy cập còn hiệu lực mang tên này.",
                )
            user = tx.user(owner) if owner else None
            if owner and user is None:
                raise AccountError(f"there is no account {owner}")
            if refused := scopes - _allowed(scopes, user):
                whose = owner or "a token without owner"
                if user and user.owes_second_factor:
                    raise AccountError(
                        f"{whose} has no second factor yet: roles that need one give its tokens nothing",
                        "Vui lòng bật xác thực hai lớp trước khi tạo mã truy cập với các quyền này.",
                    )
                raise AccountError(
                    f"{whose} cannot have the scope {', '.join(sorted(refused))}",
                    "Vai trò của tài khoản không cho phép quyền đã chọn.",
                )
            made = tx.add_token(name, digest(secret), scopes, owner=owner, at=now, expires_at=now + lifetime)
            actor = user.ref if user else CLI
            scope_names = "+".join(sorted(scopes))
            audit(tx, Action.TOKEN_CREATED, actor=actor, at=now, subject=f"token:{made}", scopes=scope_names)
        return secret

    def find(self, secret: str) -> Token | None:
        """The token if it is valid now, with the scopes its owner may (still) have; its use is noted, to the minute."""
        now = self.clock.now()
        with self.store.snapshot() as tx:
            found = tx.token(digest(secret))
            if found is None or not found.valid_at(now):
                return None
            owner = tx.user(found.owner) if found.owner else None
            if found.owner and (owner is None or owner.disabled_at is not None):
                return None
        if found.last_used_at is None or now - found.last_used_at > timedelta(minutes=1):
            with self.store.begin() as tx:
                tx.note_token_use(found.id, at=now)
        return replace(found, scopes=_allowed(found.scopes, owner))

    def revoke(self, token_id: int, *, by: str, owner: str | None = None) -> bool:
        """Revoke a token, at once; False where there is none of that number to revoke.

        Args:
            owner: the only account whose tokens may be revoked; None: any (names are used again, by others too).
        """
        with self.store.begin() as tx:
            found = [t for t in tx.tokens() if t.id == token_id and owner in (None, t.owner)]
            return self._revoke(tx, found, by) > 0

    def revoke_named(self, name: str) -> int:
        """Revoke every token of that name, at once, on the command line; gives how many."""
        with self.store.begin() as tx:
            return self._revoke(tx, [t for t in tx.tokens() if t.name == name], CLI)

    def revoke_of(self, tx: Transaction, owner: User, *, by: str) -> int:
        """Revoke every token of an account, in a unit of work that changes the account; gives how many."""
        return self._revoke(tx, [t for t in tx.tokens() if t.owner == owner.email], by)

    def revoke_all(self, tx: Transaction, *, by: str) -> int:
        """Revoke every token that is valid now, in a unit of work that changes more; gives how many."""
        return self._revoke(tx, [t for t in tx.tokens() if t.valid_at(self.clock.now())], by)

    def valid_of(self, owner: User) -> list[Token]:
        """Tokens of an account that are valid now."""
        now = self.clock.now()
        with self.store.snapshot() as tx:
            return [t for t in tx.tokens() if t.owner == owner.email and t.valid_at(now)]

    def _revoke(self, tx: Transaction, tokens: list[Token], by: str) -> int:
        now, left = self.clock.now(), [t for t in tokens if t.revoked_at is None]
        for token in left:
            audit(tx, Action.TOKEN_REVOKED, actor=actor_ref(tx, by), at=now, subject=token.ref)
            tx.revoke_token(token.id, at=now)
        return len(left)

    def note_write(self, token: Token, *, method: str, route: str) -> None:
        """Log that a program changes something; `route` is the path's pattern, without values."""
        with self.store.begin() as tx:
            what = digest(route)[:16]
            audit(tx, Action.TOKEN_WRITE, actor=token.ref, at=self.clock.now(), method=method, route=what)

    def all(self) -> list[Token]:
        with self.store.snapshot() as tx:
            return tx.tokens()


def _allowed(scopes: frozenset[Scope], owner: User | None) -> frozenset[Scope]:
    if owner is None:
        return scopes
    return frozenset(s for s in scopes if may(owner.as_owner(), OWNER_NEEDS[s]))
