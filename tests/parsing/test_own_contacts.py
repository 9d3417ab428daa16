"""Which addresses in the agency's own words are not its own."""

from __future__ import annotations

import pytest

from service.parsing.own_contacts import OwnContacts, foreign_addresses

OWN = OwnContacts(domains=("example.com",))


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example.org/x", "HTTP://EVIL.EXAMPLE.ORG", "//evil.example.org", "https:/evil.example.org",
        "www.evil.example.org", "evil.example.org/x", "evil.example.org", "https://example.com@evil.example.org/",
        "https://evil.example.org\\@example.com", "https://example.com.evil.example.org", "https://[::1",
        "ftp://example.com/x", "https://xn--exmple-cua.com/", "https://ехample.com/",
    ],
)  # fmt: skip
def test_an_address_elsewhere_is_foreign_however_it_is_written(text: str) -> None:
    assert foreign_addresses(f"Đăng tại {text}", OWN)


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/x, và báo Nhân Dân", "(https://bhxh.example.com/a?b=c).", "Example.com",
        "vss.gov.vn/canh-bao",
        "https://example.com:8443/x", "Báo Nhân Dân, TP.HCM", "loa truyền thanh xã lúc 17:00", "tệp thong-bao.pdf", "",
    ],
)  # fmt: skip
def test_the_agencys_own_addresses_and_names_of_places_are_not(text: str) -> None:
    assert foreign_addresses(text, OWN) == []
