"""Roles: two administrators for the roles that decide, and one person never both of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from service.domain.accounts import Role, Scope, User
from service.domain.audit import Action
from service.domain.permissions import Action as Leave
from service.domain.permissions import may
from service.domain.persons import person_key, same_person
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.accounts import AccountError, Accounts
from tests.builders import enrol, make_accounts

FIRST, SECOND, THIRD = "mot@agency.example.com", "hai@agency.example.com", "ba@agency.example.com"
DESK = "truc@agency.example.com"


@pytest.fixture
def accounts(store: SqlStore, clock: SetClock) -> Accounts:
    found = make_accounts(store, clock)
    found.first_administrator(FIRST)
    found.add(SECOND, Role.ADMINISTRATOR)
    found.add(DESK, Role.DESK)
    return found


def get(accounts: Accounts, email: str) -> User:
    user = accounts.user(email)
    assert user is not None
    return user


def actions(store: SqlStore) -> list[str]:
    with store.begin() as tx:
        return [e.action for e in tx.audit_entries()]


def test_the_first_administrator_neither_reviews_nor_approves(accounts: Accounts) -> None:
    first = get(accounts, FIRST)
    assert may(first, Leave.ADMINISTER)
    assert not may(first, Leave.REVIEW)
    assert not may(first, Leave.APPROVE)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.APPROVER])
def test_a_deciding_role_holds_only_when_a_second_administrator_confirmed(
    accounts: Accounts, store: SqlStore, role: Role
) -> None:
    with pytest.raises(AccountError, match="by name"):
        accounts.roles.grant(DESK, role, by=None)
    with pytest.raises(AccountError, match="second administrator"):
        accounts.add("moi@agency.example.com", role)
    grant = accounts.roles.grant(DESK, role, by=get(accounts, FIRST))
    assert grant is not None
    assert role not in get(accounts, DESK).roles
    with pytest.raises(AccountError, match="already"):
        accounts.roles.grant(DESK, role, by=get(accounts, SECOND))
    with pytest.raises(AccountError, match="proposed a role cannot confirm"):
        accounts.roles.confirm(grant.id, by=get(accounts, FIRST))
    with pytest.raises(AccountError, match="only an administrator"):
        accounts.roles.confirm(grant.id, by=get(accounts, DESK))
    accounts.roles.confirm(grant.id, by=get(accounts, SECOND))
    assert get(accounts, DESK).roles == {Role.DESK, role}
    with pytest.raises(AccountError, match="no longer open"):
        accounts.roles.confirm(grant.id, by=get(accounts, SECOND))
    assert [a for a in actions(store) if a.startswith("role")] == [Action.ROLE_PROPOSED, Action.ROLE_GRANTED]


def test_nobody_confirms_a_role_of_their_own(accounts: Accounts) -> None:
    grant = accounts.roles.grant(SECOND, Role.REVIEWER, by=get(accounts, FIRST))
    assert grant is not None
    with pytest.raises(AccountError, match="of their own"):
        accounts.roles.confirm(grant.id, by=get(accounts, SECOND))


def test_one_person_with_two_addresses_has_one_account(accounts: Accounts) -> None:
    for same in ("MOT@agency.example.com", "mot+hai@agency.example.com"):
        with pytest.raises(AccountError, match="already an account"):
            accounts.add(same, Role.ADMINISTRATOR)
    with pytest.raises(AccountError, match="is not an e-mail address"):
        accounts.add("ｍｏｔ@agency.example.com", Role.ADMINISTRATOR)


def test_one_administrator_cannot_make_another_to_confirm_with(accounts: Accounts) -> None:
    with pytest.raises(AccountError, match="second administrator"):
        accounts.add(THIRD, Role.ADMINISTRATOR, by=get(accounts, FIRST))
    accounts.add(THIRD)
    grant = accounts.roles.grant(THIRD, Role.ADMINISTRATOR, by=get(accounts, FIRST))
    assert grant is not None
    with pytest.raises(AccountError, match="cannot confirm"):
        accounts.roles.confirm(grant.id, by=get(accounts, FIRST))


def test_an_administrator_who_lost_the_role_confirms_nothing(accounts: Accounts) -> None:
    grant = accounts.roles.grant(DESK, Role.REVIEWER, by=get(accounts, FIRST))
    second = get(accounts, SECOND)
    accounts.roles.revoke(SECOND, Role.ADMINISTRATOR, by=None)
    assert grant is not None
    with pytest.raises(AccountError, match="only an administrator"):
        accounts.roles.confirm(grant.id, by=second)


def test_an_administrator_takes_no_deciding_account_over_by_a_new_password(accounts: Accounts) -> None:
    grant = accounts.roles.grant(DESK, Role.REVIEWER, by=get(accounts, FIRST))
    assert grant is not None
    accounts.roles.confirm(grant.id, by=get(accounts, SECOND))
    with pytest.raises(AccountError, match="use the command line"):
        accounts.reset_password(DESK, by=get(accounts, FIRST))
    assert accounts.reset_password(DESK)


def test_withdrawn_roles_and_the_last_administrator(accounts: Accounts) -> None:
    grant = accounts.roles.grant(DESK, Role.APPROVER, by=get(accounts, FIRST))
    assert grant is not None
    accounts.roles.withdraw(grant.id, by=get(accounts, FIRST))
    with pytest.raises(AccountError, match="no longer open"):
        accounts.roles.confirm(grant.id, by=get(accounts, SECOND))
    accounts.roles.revoke(SECOND, Role.ADMINISTRATOR, by=None)
    with pytest.raises(AccountError, match="last administrator"):
        accounts.roles.revoke(FIRST, Role.ADMINISTRATOR, by=None)
    with pytest.raises(AccountError, match="last administrator"):
        accounts.disable(FIRST)


@pytest.mark.parametrize("way", ["disable", "revoke"])
def test_one_administrator_does_not_take_all_others_away_to_be_alone(accounts: Accounts, way: str) -> None:
    accounts.add(THIRD)
    grant = accounts.roles.grant(THIRD, Role.ADMINISTRATOR, by=get(accounts, FIRST))
    assert grant is not None
    accounts.roles.confirm(grant.id, by=get(accounts, SECOND))
    first = get(accounts, FIRST)

    def lose(email: str, by: User | None) -> None:
        if way == "disable":
            accounts.disable(email, by=by)
        else:
            accounts.roles.revoke(email, Role.ADMINISTRATOR, by=by)

    lose(THIRD, first)
    with pytest.raises(AccountError, match="two administrators stay") as refused:
        lose(SECOND, first)
    assert "ít nhất hai quản trị viên" in refused.value.vietnamese
    assert Role.ADMINISTRATOR in get(accounts, SECOND).roles
    assert get(accounts, SECOND).disabled_at is None
    # whoever runs the command line may; the one who is left is not free to make another one then, either
    accounts.disable(SECOND)
    assert accounts.roles.grant(DESK, Role.ADMINISTRATOR, by=first) is not None
    with pytest.raises(AccountError, match="two administrators stay"):
        accounts.roles.revoke(SECOND, Role.ADMINISTRATOR, by=first)


def test_the_database_itself_refuses_one_name_twice(accounts: Accounts, store: SqlStore) -> None:
    grant = accounts.roles.grant(DESK, Role.REVIEWER, by=get(accounts, FIRST))
    assert grant is not None
    with pytest.raises(IntegrityError), store.begin() as tx:
        tx.confirm_grant(grant.id, by=FIRST, at=accounts.clock.now())


def test_a_token_can_never_do_more_than_its_owner(accounts: Accounts) -> None:
    from datetime import timedelta

    day = timedelta(days=1)
    accounts.add("xem@agency.example.com", Role.VIEWER)
    with pytest.raises(AccountError, match="cannot have the scope"):
        accounts.tokens.create("x", frozenset({Scope.WRITE}), day, owner="xem@agency.example.com")
    enrol(accounts, SECOND)
    secret = accounts.tokens.create("quan-tri", frozenset(Scope), day, owner=SECOND)
    found = accounts.tokens.find(secret)
    assert found is not None
    assert found.scopes == {Scope.READ, Scope.WRITE}
    accounts.roles.revoke(SECOND, Role.ADMINISTRATOR, by=None)
    accounts.roles.grant(SECOND, Role.VIEWER, by=None)
    found = accounts.tokens.find(secret)
    assert found is not None
    assert found.scopes == {Scope.READ}
    accounts.disable(SECOND)
    assert accounts.tokens.find(secret) is None


LOCAL = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1, max_size=12)


@given(LOCAL, LOCAL, st.text("abc", max_size=4))
def test_a_tag_or_capitals_make_no_other_person(one: str, two: str, tag: str) -> None:
    address = f"{one}@agency.example.com"
    assert same_person(address, f"{one.upper()}+{tag}@AGENCY.example.com.")
    assert same_person(address, f"{two}@agency.example.com") == (one == two)
    assert person_key(person_key(address)) == person_key(address)
