"""Second factor, sessions, passwords, and log-in through a provider."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from service.domain.accounts import EnteredBy, Role, User
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.accounts import LOCKED_FOR, MAX_FAILED, AccountError, Accounts
from service.usecases.passwords import why_not_password
from service.usecases.second_factor import PROVIDER_FIRST
from service.usecases.sessions import IDLE, LONGEST
from tests.builders import make_accounts

EMAIL = "truc@agency.example.com"


@pytest.fixture
def accounts(store: SqlStore, clock: SetClock) -> Accounts:
    found = make_accounts(store, clock)
    found.add(EMAIL, Role.DESK)
    return found


def user(accounts: Accounts) -> User:
    found = accounts.user(EMAIL)
    assert found is not None
    return found


def code_at(secret: str, clock: SetClock) -> str:
    return pyotp.TOTP(secret).at(clock.now())


def test_a_code_is_taken_once_and_recovery_codes_too(accounts: Accounts, clock: SetClock, store: SqlStore) -> None:
    secret = accounts.second_factor.new_secret()
    with pytest.raises(AccountError, match="Mã không đúng"):
        accounts.second_factor.enrol(user(accounts), secret, "000000")
    assert user(accounts).totp_secret is None
    first = code_at(secret, clock)
    codes = accounts.second_factor.enrol(user(accounts), secret, first)
    me, accept = user(accounts), accounts.second_factor.accept
    assert not accept(me, first)
    clock.at += timedelta(seconds=30)
    second = code_at(secret, clock)
    assert accept(me, second)
    assert not accept(me, second)
    clock.at += timedelta(minutes=5)
    assert not accept(me, second)
    assert len(set(codes)) == 10
    assert accept(me, codes[0].lower())
    assert not accept(me, codes[0])
    assert not accept(me, "ABCD-EFGH-IJKL-MNOP")
    with store.begin() as tx:
        kept = str(tx.connection.exec_driver_sql("select * from recovery_codes").all())
    assert not any(c in kept or c.replace("-", "") in kept for c in codes)


def test_whoever_gave_the_password_before_a_second_factor_was_enrolled_gets_no_session_after(
    accounts: Accounts, clock: SetClock
) -> None:
    before, mine = user(accounts), accounts.sessions.start(user(accounts))
    other = accounts.sessions.start(before)
    found = accounts.sessions.find(mine)
    assert found is not None
    secret = accounts.second_factor.new_secret()
    accounts.second_factor.enrol(before, secret, code_at(secret, clock), session=found[0].id)
    assert accounts.sessions.find(mine) is not None
    assert accounts.sessions.find(other) is None
    with pytest.raises(AccountError, match="log in again"):
        accounts.sessions.start(before)
    assert accounts.sessions.find(accounts.sessions.start(user(accounts))) is not None


def test_of_two_sessions_that_enrol_at_once_only_the_first_one_does(accounts: Accounts, clock: SetClock) -> None:
    mine, other = (accounts.sessions.find(accounts.sessions.start(user(accounts))) for _ in range(2))
    assert mine is not None
    assert other is not None
    first, second = accounts.second_factor.new_secret(), accounts.second_factor.new_secret()
    codes = accounts.second_factor.enrol(mine[1], first, code_at(first, clock), session=mine[0].id)
    before = user(accounts).totp_secret
    for late, session in ((other[1], other[0].id), (other[1], None), (user(accounts), other[0].id)):
        with pytest.raises(AccountError, match="đăng nhập lại"):
            accounts.second_factor.enrol(late, second, code_at(second, clock), session=session)
    assert user(accounts).totp_secret == before
    assert accounts.second_factor.accept(user(accounts), codes[0])
    assert accounts.second_factor.enrol(user(accounts), second, code_at(second, clock), session=mine[0].id)


def test_nobody_enrols_with_an_account_that_is_disabled_or_gone(accounts: Accounts, clock: SetClock) -> None:
    me, secret = user(accounts), accounts.second_factor.new_secret()
    accounts.disable(EMAIL)
    for late in (me, replace(me, id=999)):
        with pytest.raises(AccountError, match="đăng nhập lại"):
            accounts.second_factor.enrol(late, secret, code_at(secret, clock))
    assert user(accounts).totp_secret is None


def refused() -> AbstractContextManager[object]:
    return pytest.raises(AccountError, match=PROVIDER_FIRST)


@pytest.mark.parametrize(
    ("method", "lets"), [(EnteredBy.PASSWORD, False), (EnteredBy.OIDC, True), (EnteredBy.OIDC_FACTOR, True)]
)
def test_where_a_provider_lets_in_the_second_factor_is_enrolled_in_its_sessions_only(
    accounts: Accounts, clock: SetClock, method: EnteredBy, lets: bool
) -> None:
    before = accounts.sessions.find(accounts.sessions.start(user(accounts), method=method))
    assert before is not None
    accounts.entered_by_provider(issuer="https://id.example.com", subject="7", email=EMAIL)
    secret = accounts.second_factor.new_secret()
    for session, refusal in ((None, refused()), (before[0].id, nullcontext() if lets else refused())):
        with refusal:
            # as the account was before: what it is now counts
            accounts.second_factor.enrol(before[1], secret, code_at(secret, clock), session=session)
    assert (user(accounts).totp_secret is not None) == lets


def test_the_command_line_forgets_the_identity_at_the_provider_with_the_second_factor(
    accounts: Accounts, clock: SetClock
) -> None:
    accounts.entered_by_provider(issuer="https://id.example.com", subject="7", email=EMAIL)
    accounts.remove_second_factor(EMAIL)
    secret = accounts.second_factor.new_secret()
    assert accounts.second_factor.enrol(user(accounts), secret, code_at(secret, clock))
    assert accounts.entered_by_provider(issuer="https://id.example.com", subject="8", email=EMAIL) is not None


def test_an_older_code_is_refused_after_a_newer_one(accounts: Accounts, clock: SetClock) -> None:
    secret = accounts.second_factor.new_secret()
    accounts.second_factor.enrol(user(accounts), secret, code_at(secret, clock))
    clock.at += timedelta(minutes=2)
    older = pyotp.TOTP(secret).at(clock.now() - timedelta(seconds=30))
    newer = code_at(secret, clock)
    assert accounts.second_factor.accept(user(accounts), newer)
    assert not accounts.second_factor.accept(user(accounts), older)


def test_sessions_end_one_by_one_by_time_and_by_idleness(accounts: Accounts, clock: SetClock, store: SqlStore) -> None:
    me, sessions = user(accounts), accounts.sessions
    one, two = sessions.start(me, client="Firefox Linux"), sessions.start(me)
    listed = sessions.of(me)
    assert {s.client for s in listed} == {"Firefox Linux", ""}
    found = sessions.find(one)
    assert found is not None
    assert sessions.end(me, only=found[0].id) == 1
    assert sessions.find(one) is None
    assert sessions.find(two) is not None
    assert sessions.find("x" * 43) is None
    with store.begin() as tx:
        assert two not in str(tx.connection.exec_driver_sql("select * from sessions").all())
    clock.at += IDLE
    assert sessions.find(two) is not None
    clock.at += IDLE + timedelta(minutes=1)
    assert sessions.find(two) is None
    three = sessions.start(me)
    for _ in range(int(LONGEST / IDLE) * 2):
        clock.at += IDLE / 2
        sessions.find(three)
    assert sessions.find(three) is None


def test_a_disabled_account_is_out_at_once(accounts: Accounts) -> None:
    password = accounts.reset_password(EMAIL)
    secret = accounts.sessions.start(user(accounts))
    accounts.disable(EMAIL)
    assert accounts.sessions.find(secret) is None
    assert accounts.log_in(EMAIL, password) is None
    accounts.enable(EMAIL)
    assert accounts.log_in(EMAIL, password) is not None


def test_an_administrator_ends_a_lock_out(accounts: Accounts) -> None:
    password = accounts.reset_password(EMAIL)
    for _ in range(MAX_FAILED):
        accounts.log_in(EMAIL, "sai")
    assert accounts.log_in(EMAIL, password) is None
    accounts.unlock(EMAIL)
    assert accounts.log_in(EMAIL, password) is not None


def test_wrong_codes_count_until_a_right_one_whatever_the_password_is(accounts: Accounts, clock: SetClock) -> None:
    password = accounts.reset_password(EMAIL)
    secret = accounts.second_factor.new_secret()
    codes = accounts.second_factor.enrol(user(accounts), secret, code_at(secret, clock))

    def wrong(times: int) -> None:
        for _ in range(times):
            me = accounts.log_in(EMAIL, password)
            assert me is not None
            assert not accounts.accept_code(me, "000000")

    wrong(MAX_FAILED - 1)
    me = user(accounts)
    assert accounts.accept_code(me, codes[0])
    wrong(MAX_FAILED)
    assert accounts.locked(user(accounts))
    assert accounts.log_in(EMAIL, password) is None
    # whoever gave the password before the lock-out
    assert not accounts.accept_code(me, codes[1])
    clock.at += LOCKED_FOR / 2
    for _ in range(MAX_FAILED):  # what is tried meanwhile makes the lock-out neither shorter nor longer
        assert not accounts.accept_code(me, "000000")
        assert accounts.locked(user(accounts))
    clock.at += LOCKED_FOR / 2
    assert accounts.accept_code(me, codes[1])


@pytest.mark.parametrize(
    ("password", "part"),
    [
        ("ngan-thoi", "12 ký tự"),
        ("x" * 257, "256 ký tự"),
        ("password12345", "dễ đoán"),
        ("aaaaaaaaaaaaaaaa", "dễ đoán"),
        ("qwertyuiop123", "dễ đoán"),
        ("trucagencyexample", "dễ đoán"),
    ],
)
def test_weak_passwords_are_refused_with_a_reason(accounts: Accounts, password: str, part: str) -> None:
    with pytest.raises(AccountError, match=part):
        accounts.change_password(EMAIL, password)


def test_a_long_sentence_of_ones_own_is_a_good_password() -> None:
    assert why_not_password("con mèo nhà tôi thích phở", email=EMAIL) == ""


def test_a_provider_makes_no_account_and_stays_with_one_identity(accounts: Accounts) -> None:
    enter = accounts.entered_by_provider
    assert enter(issuer="https://id.example.com", subject="7", email="la@agency.example.com") is None
    assert [u.email for u in accounts.users()] == [EMAIL]
    assert enter(issuer="https://id.example.com", subject="7", email=EMAIL.upper()) is not None
    assert enter(issuer="https://id.example.com", subject="8", email=EMAIL) is None
    assert enter(issuer="https://other.example.com", subject="7", email=EMAIL) is None
    accounts.disable(EMAIL)
    assert enter(issuer="https://id.example.com", subject="7", email=EMAIL) is None
