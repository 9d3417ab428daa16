"""Provinces by code under the name of the day, wherever people or programs read of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.domain.accounts import Role
from service.domain.judgement import Place
from service.storage.engine import SqlStore
from service.usecases.accounts import Accounts
from tests.builders import hours_ago, make_intent
from tests.web.conftest import MakeBrowser


@pytest.mark.parametrize(("code", "named", "name"), [("48", "Quảng Nam", "Đà Nẵng"), ("24", "Bắc Giang", "Bắc Ninh"),
                                                     ("79", "Bình Dương", "TP. Hồ Chí Minh")])  # fmt: skip
def test_the_home_page_names_the_province_of_an_account_as_it_is_called_today(
    code: str, named: str, name: str, store: SqlStore, browser: MakeBrowser, person: Callable[..., str],
    quick_accounts: Accounts,
) -> None:  # fmt: skip
    with store.begin() as tx:
        tx.add_documents([make_intent("d1", at=hours_ago(1), places=(Place(code, named),))])
    email = person("tinh", Role.DESK)
    quick_accounts.set_provinces(email, [code])
    one = browser()
    one.log_in(email)
    for path in ("/", "/parts/board"):
        assert f"nhắc đến: <strong>{name}</strong> (phạm vi của tài khoản)" in one.get(path).text
