from datetime import timedelta

import pytest

from service.domain.accounts import Role, Scope
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.accounts import LOCKED_FOR, MAX_FAILED, AccountError, Accounts
from tests.builders import make_accounts, make_token


@pytest.fixture
def accounts(store: SqlStore, clock: SetClock) -> Accounts:
    return make_accounts(store, clock)


def test_the_first_administrator_is_made_once(accounts: Accounts) -> None:
    password = accounts.first_administrator("quan.tri@agency.example.com")
    assert password
    assert accounts.first_administrator("khac@agency.example.com") is None
    user = accounts.log_in("quan.tri@agency.example.com", password)
    assert user is not None
    assert (user.roles, user.must_change_password) == ({Role.ADMINISTRATOR}, True)


def test_a_wrong_password_locks_the_account_for_a_while(accounts: Accounts, clock: SetClock) -> None:
    password = accounts.add("truc@agency.example.com", Role.DESK)
    for _ in range(MAX_FAILED):
        assert accounts.log_in("truc@agency.example.com", "sai") is None
    assert accounts.log_in("truc@agency.example.com", password) is None
    clock.at += LOCKED_FOR
    assert accounts.log_in("truc@agency.example.com", password) is not None


def test_a_new_password_ends_every_session(accounts: Accounts) -> None:
    accounts.add("truc@agency.example.com", Role.DESK)
    user = accounts.user("truc@agency.example.com")
    assert user is not None
    secrets = [accounts.sessions.start(user) for _ in range(2)]
    assert all(accounts.sessions.find(s) for s in secrets)
    accounts.change_password("truc@agency.example.com", "mat-khau-moi-123")
    assert [accounts.sessions.find(s) for s in secrets] == [None, None]
    after = accounts.user("truc@agency.example.com")
    assert after is not None
    assert not after.must_change_password


@pytest.mark.parametrize(
    "email",
    [
        "khong-phai",
        "a@b",
        "a b@example.com",
        "a@example.com\nBcc: x@example.com",
        "@x.example",
        "nguyễn@example.com",
        "a..b@example.com",
        "=?utf-8?q?a?=@example.com",
    ],
)
def test_what_is_not_an_address_makes_no_account(accounts: Accounts, email: str) -> None:
    with pytest.raises(AccountError, match="not an e-mail address"):
        accounts.add(email, Role.VIEWER)


def test_an_account_is_made_once(accounts: Accounts) -> None:
    accounts.add("truc@agency.example.com", Role.DESK)
    with pytest.raises(AccountError, match="already an account"):
        accounts.add(" TRUC@agency.example.com", Role.VIEWER)


def test_a_token_ends_by_time_or_by_hand(accounts: Accounts, clock: SetClock) -> None:
    secret = make_token(accounts, "bao-cao", Scope.READ)
    assert accounts.tokens.find(secret) is not None
    assert accounts.tokens.find(secret + "x") is None
    with pytest.raises(AccountError, match="already a valid token"):
        make_token(accounts, "bao-cao", Scope.READ)
    clock.at += timedelta(days=1)
    assert accounts.tokens.find(secret) is None
    other = make_token(accounts, "bao-cao", Scope.WRITE)
    assert accounts.tokens.revoke_named("bao-cao") == 2
    assert accounts.tokens.find(other) is None


def test_the_secret_of_a_token_is_not_kept(accounts: Accounts, store: SqlStore) -> None:
    secret = make_token(accounts, "bao-cao", Scope.READ)
    with store.begin() as tx:
        rows = tx.connection.exec_driver_sql("select * from api_tokens").all()
    assert secret not in str(rows)
