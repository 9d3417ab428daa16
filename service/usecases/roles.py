"""Who may do what: roles given and taken away; the roles that decide need two administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.accounts import CONFIRMED_ROLES, Role, RoleGrant, User, why_not_confirm
from service.domain.audit import Action
from service.domain.persons import person_key
from service.ports import Clock
from service.ports.storage import Store
from service.usecases.audit import CLI, audit
from service.usecases.errors import AccountError


def needs_confirmation(role: Role, accounts: Sequence[User]) -> bool:
    """Reviewer and approver always; administrator as soon as there are two of them, so that nobody makes a second
    administrator of their own to confirm what they proposed."""
    if role is not Role.ADMINISTRATOR:
        return role in CONFIRMED_ROLES
    # disabled ones count: else whoever disables all others would be alone, and free to make one
    return len({person_key(u.email) for u in accounts if Role.ADMINISTRATOR in u.roles}) > 1


def refuse_losing(user: User, accounts: Sequence[User], *, by: User | None) -> None:
    """Refuse that an administrator goes where none would be left, or on the page fewer than two: one who had taken
    away all others would need nobody's confirmation any more.

    Args:
        by: who takes the role or the account away; None: the command line.

    Raises:
        AccountError: too few would be left.
    """
    if Role.ADMINISTRATOR not in user.roles:
        return
    active = [u for u in accounts if Role.ADMINISTRATOR in u.roles and u.disabled_at is None]
    left = {person_key(u.email) for u in active if u.id != user.id}
    if not left:
        raise AccountError("the last administrator stays one", "Đây là quản trị viên cuối cùng.")
    if by is not None and len(left) < 2:
        raise AccountError(
            "two administrators stay: use the command line",
            "Cần còn ít nhất hai quản trị viên đang hoạt động: trường hợp này chỉ thực hiện được bằng dòng lệnh.",
        )


@dataclass(frozen=True, slots=True)
class Roles:
    """Roles of the accounts of one installation."""

    store: Store
    clock: Clock

    def grant(self, email: str, role: Role, *, by: User | None) -> RoleGrant | None:
        """Give a role, or propose it where a second administrator has to confirm; gives the proposal.

        Args:
            by: the administrator; None: the command line, which proposes nothing.

        Raises:
            AccountError: no such account, nobody to propose, or the role is there or proposed already.
        """
        now = self.clock.now()
        with self.store.begin() as tx:
            user = tx.user(email.strip().lower())
            if user is None:
                raise AccountError(f"there is no account {email}", f"Không có tài khoản {email}.")
            if role in user.roles:
                raise AccountError(f"{email} is {role} already", f"{email} đã có vai trò này.")
            if not needs_confirmation(role, tx.accounts()):
                tx.set_roles(user.id, user.roles | {role})
                audit(tx, Action.ROLE_GRANTED, actor=by.ref if by else CLI, at=now, subject=user.ref, role=role)
                return None
            if by is None or Role.ADMINISTRATOR not in by.roles or by.disabled_at is not None:
                raise AccountError(f"{role}: an administrator has to propose it by name, and another one to confirm it")
            if any(g.user_id == user.id and g.role is role for g in tx.waiting_grants()):
                raise AccountError(f"{role} is proposed for {email} already", "Vai trò này đã được đề xuất.")
            made = tx.propose_role(user.id, role, by=by.email, at=now)
            audit(tx, Action.ROLE_PROPOSED, actor=by.ref, at=now, subject=user.ref, role=role, grant=made)
            return tx.role_grant(made)

    def confirm(self, grant_id: int, *, by: User) -> RoleGrant:
        """A second administrator confirms; only now the account has the role.

        Raises:
            AccountError: the same person proposed it, it is their own role, they are no administrator, or it is over.
        """
        now = self.clock.now()
        with self.store.begin() as tx:
            grant = tx.role_grant(grant_id)
            grantee = tx.user_by_id(grant.user_id) if grant else None
            current = tx.user_by_id(by.id)
            if grant is None or grantee is None or current is None:
                raise AccountError(f"there is no proposal {grant_id}", "Không có đề xuất này.")
            if reason := why_not_confirm(grant, grantee=grantee, by=current):
                raise AccountError(reason, "Cần một quản trị viên khác xác nhận, và đề xuất phải còn hiệu lực.")
            tx.confirm_grant(grant_id, by=by.email, at=now)
            tx.set_roles(grantee.id, grantee.roles | {grant.role})
            audit(tx, Action.ROLE_GRANTED, actor=by.ref, at=now, subject=grantee.ref, role=grant.role, grant=grant_id)
        return grant

    def withdraw(self, grant_id: int, *, by: User | None) -> None:
        """Refuse or take back a proposal; one administrator is enough."""
        now = self.clock.now()
        with self.store.begin() as tx:
            grant = tx.role_grant(grant_id)
            if grant is None or not grant.waiting:
                raise AccountError(f"there is no open proposal {grant_id}", "Đề xuất này không còn hiệu lực.")
            tx.withdraw_grant(grant_id, at=now)
            actor = by.ref if by else CLI
            audit(tx, Action.ROLE_WITHDRAWN, actor=actor, at=now, subject=f"user:{grant.user_id}", grant=grant_id)

    def revoke(self, email: str, role: Role, *, by: User | None) -> None:
        """Take a role away, at once.

        Raises:
            AccountError: no such account or role, or too few administrators would be left.
        """
        now = self.clock.now()
        with self.store.begin() as tx:
            user = tx.user(email.strip().lower())
            if user is None or role not in user.roles:
                raise AccountError(f"{email} is not {role}", f"{email} không có vai trò này.")
            # logged first: the log takes one entry at a time, so of two who go at once the second one is counted
            audit(tx, Action.ROLE_REVOKED, actor=by.ref if by else CLI, at=now, subject=user.ref, role=role)
            if role is Role.ADMINISTRATOR:
                refuse_losing(user, tx.accounts(), by=by)
            tx.set_roles(user.id, user.roles - {role})

    def waiting(self) -> list[RoleGrant]:
        with self.store.snapshot() as tx:
            return tx.waiting_grants()
