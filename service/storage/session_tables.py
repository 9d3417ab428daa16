"""Sessions, second factors, roles and what waits for a second administrator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from service.domain.accounts import EnteredBy, Role, RoleGrant, Session, User
from service.storage.schema import FormAnswerRow, RecoveryCodeRow, RoleGrantRow, SessionRow, UserRow
from service.storage.sql import insert_if_new, table

USERS, SESSIONS, CODES, GRANTS = table(UserRow), table(SessionRow), table(RecoveryCodeRow), table(RoleGrantRow)
FORMS = table(FormAnswerRow)


class SessionTables:
    """See service.ports.storage.SessionStorage."""

    connection: Connection

    def user_by_id(self, user_id: int) -> User | None:
        row = self.connection.execute(select(USERS).where(USERS.c.id == user_id)).one_or_none()
        return as_user(row) if row else None

    def accounts(self) -> list[User]:
        return [as_user(r) for r in self.connection.execute(select(USERS).order_by(USERS.c.email))]

    def set_roles(self, user_id: int, roles: frozenset[Role]) -> None:
        self._change(user_id, roles=sorted(map(str, roles)))

    def set_provinces(self, user_id: int, provinces: Sequence[str]) -> None:
        self._change(user_id, provinces=sorted(provinces))

    def set_disabled(self, user_id: int, at: datetime | None) -> None:
        self._change(user_id, disabled_at=at)

    def drop_second_factor(self, user_id: int) -> None:
        self._change(user_id, totp_secret=None, totp_last_step=0)

    def enrol_second_factor(self, user_id: int, secret: str, step: int, *, instead_of: str | None) -> bool:
        # in one statement, which locks the row: of two that enrol at once the second one sees what the first did
        known = USERS.c.totp_secret.is_not_distinct_from(instead_of) & USERS.c.disabled_at.is_(None)
        changed = update(USERS).where((USERS.c.id == user_id) & known).values(totp_secret=secret, totp_last_step=step)
        return self.connection.execute(changed).rowcount == 1

    def take_totp_step(self, user_id: int, step: int) -> bool:
        # in one statement: of two requests with the same code only one is let in
        mine = (USERS.c.id == user_id) & (USERS.c.totp_last_step < step)
        return self.connection.execute(update(USERS).where(mine).values(totp_last_step=step)).rowcount == 1

    def set_oidc_subject(self, user_id: int, subject: str | None) -> None:
        self._change(user_id, oidc_subject=subject)

    def _change(self, user_id: int, **values: Any) -> None:
        self.connection.execute(update(USERS).where(USERS.c.id == user_id).values(**values))

    def set_recovery_codes(self, user_id: int, digests: Sequence[str]) -> None:
        self.connection.execute(delete(CODES).where(CODES.c.user_id == user_id))
        if digests:
            self.connection.execute(insert(CODES), [{"user_id": user_id, "digest": d} for d in digests])

    def take_recovery_code(self, user_id: int, digest: str, *, at: datetime) -> bool:
        mine = (CODES.c.user_id == user_id) & (CODES.c.digest == digest) & CODES.c.used_at.is_(None)
        return self.connection.execute(update(CODES).where(mine).values(used_at=at)).rowcount == 1

    def add_session(self, digest: str, session: Session) -> None:
        values = {name: getattr(session, name) for name in Session.__slots__ if name != "id"}
        self.connection.execute(insert(SESSIONS).values(digest=digest, **values))

    def session(self, digest: str) -> Session | None:
        found = self._sessions(SESSIONS.c.digest == digest)
        return found[0] if found else None

    def sessions(self, user_id: int, *, now: datetime) -> list[Session]:
        live = SESSIONS.c.revoked_at.is_(None) & (SESSIONS.c.expires_at > now)
        return self._sessions((SESSIONS.c.user_id == user_id) & live)

    def _sessions(self, condition: ColumnElement[bool]) -> list[Session]:
        query = select(SESSIONS).where(condition).order_by(SESSIONS.c.last_seen_at.desc(), SESSIONS.c.id)
        return [_session(r) for r in self.connection.execute(query)]

    def note_session_use(self, session_id: int, *, at: datetime) -> None:
        self.connection.execute(update(SESSIONS).where(SESSIONS.c.id == session_id).values(last_seen_at=at))

    def revoke_sessions(self, user_id: int, *, at: datetime, only: int | None = None, keep: int | None = None) -> int:
        mine = (SESSIONS.c.user_id == user_id) & SESSIONS.c.revoked_at.is_(None)
        if only is not None:
            mine &= SESSIONS.c.id == only
        if keep is not None:
            mine &= SESSIONS.c.id != keep
        return self.connection.execute(update(SESSIONS).where(mine).values(revoked_at=at)).rowcount

    def forget_sessions(self, *, before: datetime) -> int:
        return self.connection.execute(delete(SESSIONS).where(SESSIONS.c.expires_at < before)).rowcount

    def take_form(self, digest: str, *, at: datetime) -> bool:
        return insert_if_new(self.connection, FORMS, {"digest": digest, "at": at, "answer": b""})

    def form_answer(self, digest: str, *, since: datetime) -> bytes | None:
        mine = (FORMS.c.digest == digest) & (FORMS.c.at >= since)
        found: bytes | None = self.connection.scalar(select(FORMS.c.answer).where(mine))
        return found

    def answer_form(self, digest: str, answer: bytes) -> None:
        self.connection.execute(update(FORMS).where(FORMS.c.digest == digest).values(answer=answer))

    def drop_form(self, digest: str) -> None:
        self.connection.execute(delete(FORMS).where(FORMS.c.digest == digest))

    def forget_forms(self, *, before: datetime) -> None:
        self.connection.execute(delete(FORMS).where(FORMS.c.at < before))

    def propose_role(self, user_id: int, role: Role, *, by: str, at: datetime) -> int:
        values = {"user_id": user_id, "role": str(role), "proposed_by": by, "proposed_at": at}
        made: int | None = self.connection.scalar(insert(GRANTS).values(**values).returning(GRANTS.c.id))
        assert made is not None
        return made

    def role_grant(self, grant_id: int) -> RoleGrant | None:
        row = self.connection.execute(select(GRANTS).where(GRANTS.c.id == grant_id)).one_or_none()
        return _grant(row) if row else None

    def waiting_grants(self) -> list[RoleGrant]:
        waiting = GRANTS.c.confirmed_at.is_(None) & GRANTS.c.withdrawn_at.is_(None)
        return [_grant(r) for r in self.connection.execute(select(GRANTS).where(waiting).order_by(GRANTS.c.id))]

    def confirm_grant(self, grant_id: int, *, by: str, at: datetime) -> None:
        mine = (GRANTS.c.id == grant_id) & GRANTS.c.confirmed_at.is_(None) & GRANTS.c.withdrawn_at.is_(None)
        self.connection.execute(update(GRANTS).where(mine).values(confirmed_by=by, confirmed_at=at))

    def withdraw_grant(self, grant_id: int, *, at: datetime) -> None:
        self.connection.execute(update(GRANTS).where(GRANTS.c.id == grant_id).values(withdrawn_at=at))


def as_user(row: Row[Any]) -> User:
    names = [n for n in User.__slots__ if n not in ("roles", "provinces")]
    values = {n: getattr(row, n) for n in names}
    return User(roles=frozenset(map(Role, row.roles)), provinces=tuple(row.provinces), **values)


def _session(row: Row[Any]) -> Session:
    values = {n: getattr(row, n) for n in Session.__slots__ if n != "method"}
    return Session(method=EnteredBy(row.method), **values)


def _grant(row: Row[Any]) -> RoleGrant:
    values = {n: getattr(row, n) for n in RoleGrant.__slots__ if n != "role"}
    return RoleGrant(role=Role(row.role), **values)
