"""Sessions of browsers: each with a secret of its own, listed and ended one by one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from service.domain.accounts import EnteredBy, Session, User
from service.domain.audit import Action
from service.ports import Clock
from service.ports.storage import Store
from service.usecases.audit import audit, digest
from service.usecases.errors import AccountError

LONGEST = timedelta(hours=12)
IDLE = timedelta(hours=2)
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions of one installation; they end after LONGEST, or IDLE without a request (ASVS 3.3)."""

    store: Store
    clock: Clock

    def start(self, user: User, *, method: EnteredBy = EnteredBy.PASSWORD, client: str = "") -> str:
        """A new session for somebody who has shown who they are; gives its secret.

        Args:
            user: as they were when they showed it.

        Raises:
            AccountError: meanwhile a second factor was enrolled or changed, which this session has not given.
        """
        now = self.clock.now()
        secret = secrets.token_urlsafe(32)
        session = Session(
            id=0, user_id=user.id, method=method, client=client[:120], created_at=now, last_seen_at=now,
            expires_at=now + LONGEST, revoked_at=None,
        )  # fmt: skip
        with self.store.begin() as tx:
            known = tx.user_by_id(user.id)
            if known is None or known.totp_secret != user.totp_secret:
                raise AccountError("the account has changed meanwhile; log in again", "Vui lòng đăng nhập lại.")
            tx.add_session(digest(secret), session)
            audit(tx, Action.LOG_IN, actor=user.ref, at=now, method=method)
        return secret

    def find(self, secret: str, *, used: bool = True) -> tuple[Session, User] | None:
        """The session and its account, if both are valid now; the use is noted, to the minute.

        Args:
            used: False where nobody asked for anything: a page left open does not keep a session from ending.
        """
        now = self.clock.now()
        with self.store.snapshot() as tx:
            session = tx.session(digest(secret))
            if session is None or session.revoked_at is not None or now >= session.expires_at:
                return None
            user = tx.user_by_id(session.user_id)
            if user is None or user.disabled_at is not None or now - session.last_seen_at > IDLE:
                return None
        if used and now - session.last_seen_at > NOTED_EVERY:
            with self.store.begin() as tx:
                tx.note_session_use(session.id, at=now)
        return session, user

    def of(self, user: User) -> list[Session]:
        """Sessions that are valid now, the one used last first."""
        now = self.clock.now()
        with self.store.snapshot() as tx:
            return [s for s in tx.sessions(user.id, now=now) if now - s.last_seen_at <= IDLE]

    def end(self, user: User, *, only: int | None = None) -> int:
        """End one session of the account, or all; gives how many ended."""
        now = self.clock.now()
        with self.store.begin() as tx:
            ended = tx.revoke_sessions(user.id, at=now, only=only)
            if ended:
                audit(tx, Action.SESSION_REVOKED, actor=user.ref, at=now, subject=user.ref, sessions=ended)
        return ended

    def log_out(self, session: Session, user: User) -> None:
        """End this session only."""
        now = self.clock.now()
        with self.store.begin() as tx:
            tx.revoke_sessions(user.id, at=now, only=session.id)
            audit(tx, Action.LOG_OUT, actor=user.ref, at=now)
