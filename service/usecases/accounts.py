"""Accounts: log-in with lock-out, passwords, who is let in and who no longer is."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from pwdlib import PasswordHash

from service.domain.accounts import Role, User
from service.domain.audit import Action
from service.domain.mailboxes import is_mailbox
from service.domain.persons import same_person
from service.domain.provinces import SUCCESSORS, codes_of, scope_of, why_not
from service.ports import Clock, Vault
from service.ports.storage import Store, Transaction
from service.usecases.audit import CLI, UNKNOWN, audit
from service.usecases.errors import AccountError
from service.usecases.passwords import why_not_password
from service.usecases.roles import Roles, needs_confirmation, refuse_losing
from service.usecases.second_factor import SecondFactor
from service.usecases.sessions import Sessions
from service.usecases.tokens import Tokens

__all__ = ["LOCKED_FOR", "MAX_FAILED", "AccountError", "Accounts"]

MAX_FAILED = 5
LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts of one installation. Passwords are argon2id hashes; of tokens and sessions only digests are kept."""

    store: Store
    clock: Clock
    hasher: PasswordHash = field(default_factory=PasswordHash.recommended)
    vault: Vault = field(kw_only=True)

    @property
    def roles(self) -> Roles:
        return Roles(self.store, self.clock)

    @property
    def sessions(self) -> Sessions:
        return Sessions(self.store, self.clock)

    @property
    def second_factor(self) -> SecondFactor:
        return SecondFactor(self.store, self.clock, self.vault)

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.store, self.clock)

    def add(self, email: str, *roles: Role, provinces: Iterable[str] = (), by: User | None = None) -> str:
        """Create an account; gives its one-time password, which is shown once and never kept.

        Args:
            provinces: codes that limit what it reads; none: the whole country.

        Raises:
            AccountError: not an e-mail address, there is such an account or person already, a role that needs a
                second administrator's confirmation, or an unknown province.
        """
        email = email.strip().lower()
        if not is_mailbox(email) or "." not in email.rpartition("@")[2]:
            raise AccountError(f"{email!r} is not an e-mail address", f"{email} không phải địa chỉ email.")
        wanted = _codes(provinces)
        password = secrets.token_urlsafe(12)
        hashed = self.hasher.hash(password)
        with self.store.begin() as tx:
            _refuse_double(tx, email)
            for role in roles:
                if needs_confirmation(role, tx.accounts()):
                    raise AccountError(
                        f"{role}: propose it once the account is there; a second administrator confirms",
                        "Vai trò này cần quản trị viên thứ hai xác nhận: hãy tạo tài khoản trước rồi đề xuất vai trò.",
                    )
            user_id = tx.add_user(email, frozenset(roles), hashed, at=self.clock.now())
            self._log(tx, Action.ACCOUNT_ADDED, f"user:{user_id}", by, roles="+".join(sorted(roles)))
            if wanted:
                self._limit(tx, user_id, wanted, by)
        return password

    def first_administrator(self, email: str) -> str | None:
        """The one-time password of a first administrator; None where accounts exist already."""
        with self.store.begin() as tx:
            if tx.count_users():
                return None
        return self.add(email, Role.ADMINISTRATOR)

    def reset_password(self, email: str, *, by: User | None = None) -> str:
        """A new one-time password; sessions and tokens of the account end: whoever had the old one may have made
        them. The second factor stays.

        Raises:
            AccountError: no such account; or an administrator would get hold of an account that decides.
        """
        password = secrets.token_urlsafe(12)
        hashed = self.hasher.hash(password)
        with self.store.begin() as tx:
            user = _known(tx, email)
            if by is not None and user.owes_second_factor and not same_person(by.email, email):
                raise AccountError(
                    f"{email} holds a role that decides and has no second factor: use the command line",
                    "Tài khoản này giữ vai trò quan trọng và chưa bật xác thực hai lớp: chỉ đặt lại bằng dòng lệnh.",
                )
            tx.set_password(user.email, hashed, must_change=True)
            tx.revoke_sessions(user.id, at=self.clock.now())
            self.tokens.revoke_of(tx, user, by=by.email if by else CLI)
            self._log(tx, Action.PASSWORD_RESET, user.ref, by)
        return password

    def disable(self, email: str, *, by: User | None = None) -> None:
        """Nobody enters with the account any more; its sessions and tokens end.

        Raises:
            AccountError: no such account, the one it is done with, or too few administrators would be left.
        """
        now = self.clock.now()
        with self.store.begin() as tx:
            user = _known(tx, email)
            if by is not None and same_person(by.email, user.email):
                raise AccountError("nobody disables the account they work with", "Không thể ngừng tài khoản đang dùng.")
            # logged first, as in Roles.revoke
            self._log(tx, Action.ACCOUNT_DISABLED, user.ref, by)
            refuse_losing(user, tx.accounts(), by=by)
            tx.set_disabled(user.id, now)
            tx.revoke_sessions(user.id, at=now)

    def enable(self, email: str, *, by: User | None = None) -> None:
        with self.store.begin() as tx:
            user = _known(tx, email)
            tx.set_disabled(user.id, None)
            self._log(tx, Action.ACCOUNT_ENABLED, user.ref, by)

    def unlock(self, email: str, *, by: User | None = None) -> None:
        """End a lock-out before its time."""
        with self.store.begin() as tx:
            user = _known(tx, email)
            tx.note_login(user.email, failed=0, locked_until=None)
            self._log(tx, Action.ACCOUNT_UNLOCKED, user.ref, by)

    def remove_second_factor(self, email: str) -> None:
        """For who lost both device and codes, or the provider's identity, which is forgotten too; on the command line
        only, so that no administrator takes an account."""
        with self.store.begin() as tx:
            user = _known(tx, email)
            tx.drop_second_factor(user.id)
            tx.set_oidc_subject(user.id, None)
            tx.set_recovery_codes(user.id, [])
            tx.revoke_sessions(user.id, at=self.clock.now())
            self._log(tx, Action.SECOND_FACTOR_REMOVED, user.ref, None)

    def set_provinces(
        self, email: str, codes: Iterable[str], *, seen: Sequence[str] | None = None, by: User | None = None
    ) -> list[str]:
        """Limit what the account reads to provinces (codes); none: the whole country. Gives the codes.

        Args:
            seen: the limit that whoever decides was shown; None: they were shown none (command line).

        Raises:
            AccountError: no such account, an unknown province, or another limit than the one that was shown.
        """
        wanted = _codes(codes)
        with self.store.begin() as tx:
            user = _known(tx, email)
            if seen is not None and sorted(seen) != sorted(user.provinces):
                # an empty field of an old page would open the whole country
                raise AccountError(
                    f"{email}: the limit has changed since it was shown",
                    f"Phạm vi của {user.email} đã thay đổi sau khi quý vị mở trang, nên chưa được ghi nhận. Nay là: "
                    f"{scope_of(user.provinces)}. Vui lòng xem lại rồi lưu lại nếu cần.",
                )
            self._limit(tx, user.id, wanted, by)
        return wanted

    def _limit(self, tx: Transaction, user_id: int, codes: list[str], by: User | None) -> None:
        tx.set_provinces(user_id, codes)
        self._log(tx, Action.PROVINCES_SET, f"user:{user_id}", by, provinces="+".join(codes)[:100])

    def user(self, email: str) -> User | None:
        with self.store.snapshot() as tx:
            return tx.user(email)

    def user_by_id(self, user_id: int) -> User | None:
        """The account, unless nobody may enter with it."""
        with self.store.snapshot() as tx:
            found = tx.user_by_id(user_id)
        return None if found is None or found.disabled_at is not None else found

    def locked(self, user: User) -> bool:
        return user.locked_until is not None and self.clock.now() < user.locked_until

    def users(self) -> list[User]:
        with self.store.snapshot() as tx:
            return tx.accounts()

    def log_in(self, email: str, password: str) -> User | None:
        """The account if the password is right; after MAX_FAILED wrong ones it is locked for a while (ASVS 6.3.1).

        Whoever has a second factor is not let in by this alone (see `accept_code`), nor are the wrong ones forgotten.
        """
        user = self.user(email)
        if user is None or user.disabled_at is not None:
            # the same work as for an account that exists, so that the answer's time does not tell
            self.hasher.hash(password)
            self._note_failure(user)
            return None
        if self.locked(user):
            self.hasher.hash(password)
            self._note_failure(user)
            return None
        if not self.hasher.verify(password, user.password_hash):
            self.count_failure(user)
            return None
        if user.totp_secret is None:
            self._forget_failures(user)
        return user

    def accept_code(self, user: User, code: str) -> bool:
        """Whether the code of the second factor is right; wrong ones lock the account as wrong passwords do.

        Only a right one ends the count: whoever has the password could begin it anew at will (ASVS 6.3.1).
        """
        known = self.user_by_id(user.id)
        if known is None or self.locked(known) or not self.second_factor.accept(known, code):
            self.count_failure(user)
            return False
        self._forget_failures(user)
        return True

    def _forget_failures(self, user: User) -> None:
        with self.store.begin() as tx:
            tx.note_login(user.email, failed=0, locked_until=None)

    def count_failure(self, user: User) -> None:
        """A wrong password or code; the account is locked when there were too many."""
        now = self.clock.now()
        with self.store.begin() as tx:
            known = tx.user_by_id(user.id) or user
            if self.locked(known):
                audit(tx, Action.LOG_IN_FAILED, actor=UNKNOWN, at=now, subject=user.ref, locked=True)
                return
            failed = known.failed_logins + 1
            locked_until = now + LOCKED_FOR if failed >= MAX_FAILED else None
            tx.note_login(user.email, failed=0 if locked_until else failed, locked_until=locked_until)
            audit(tx, Action.LOG_IN_FAILED, actor=UNKNOWN, at=now, subject=user.ref, locked=locked_until is not None)

    def _note_failure(self, user: User | None) -> None:
        with self.store.begin() as tx:
            subject = user.ref if user else ""
            audit(tx, Action.LOG_IN_FAILED, actor=UNKNOWN, at=self.clock.now(), subject=subject, known=user is not None)

    def entered_by_provider(self, *, issuer: str, subject: str, email: str) -> User | None:
        """The account of somebody whom the OpenID provider vouches for. It never makes one; an account stays with the
        provider's identity it was first entered with."""
        identity = f"{issuer} {subject}"
        user = self.user(email.strip().lower())
        if user is None or self.locked(user) or user.disabled_at or user.oidc_subject not in (None, identity):
            self._note_failure(user)
            return None
        with self.store.begin() as tx:
            tx.set_oidc_subject(user.id, identity)
        return user

    def change_password(self, email: str, password: str) -> None:
        """A password of the person's own; every session of the account ends, its tokens go on.

        Raises:
            AccountError: the password is too short or too easy to guess (in Vietnamese).
        """
        if wrong := why_not_password(password, email=email):
            raise AccountError(wrong)
        hashed = self.hasher.hash(password)
        with self.store.begin() as tx:
            user = _known(tx, email)
            tx.set_password(email, hashed, must_change=False)
            tx.revoke_sessions(user.id, at=self.clock.now())
            audit(tx, Action.PASSWORD_CHANGED, actor=user.ref, at=self.clock.now(), subject=user.ref)

    def log_out(self, email: str) -> None:
        """End every session of the account."""
        with self.store.begin() as tx:
            if user := tx.user(email):
                tx.revoke_sessions(user.id, at=self.clock.now())
                audit(tx, Action.LOG_OUT, actor=user.ref, at=self.clock.now(), everywhere=True)

    def _log(self, tx: Transaction, action: Action, subject: str, by: User | None, **details: str) -> None:
        audit(tx, action, actor=by.ref if by else CLI, at=self.clock.now(), subject=subject, **details)


def _codes(codes: Iterable[str]) -> list[str]:
    """Codes of today, of codes or names."""
    wanted = codes_of(*codes)
    for wrong, why in ((c, why_not(c)) for c in wanted):
        if why:
            instead = f" since 1 July 2025; it is {SUCCESSORS[wrong]} now" if wrong in SUCCESSORS else ""
            raise AccountError(f"no province has the code {wrong!r}{instead}", why)
    return sorted(wanted)


def _known(tx: Transaction, email: str) -> User:
    user = tx.user(email.strip().lower())
    if user is None:
        raise AccountError(f"there is no account {email}", f"Không có tài khoản {email}.")
    return user


def _refuse_double(tx: Transaction, email: str) -> None:
    for other in tx.accounts():
        if same_person(other.email, email):
            raise AccountError(f"there is already an account {other.email}", f"Đã có tài khoản {other.email}.")
