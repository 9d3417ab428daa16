import pytest

from service.stories.lineage import article_key


@pytest.mark.parametrize(
    ("url", "publisher", "expected"),
    [
        ("https://a.example.com/bai-viet-198251023101010101.htm", "net", "net:198251023101010101"),
        ("https://b.example.net/bai-khac-198251023101010101.chn?x=1", "net", "net:198251023101010101"),
        ("https://a.example.com/bai-viet-198251023101010101.htm", "", None),
        ("https://a.example.com/tin-2026.html", "net", None),
        ("https://a.example.com/", "net", None),
        ("", "net", None),
    ],
)
def test_article_numbers_that_networks_share(url: str, publisher: str, expected: str | None) -> None:
    assert article_key(url, publisher) == expected


def test_what_is_no_address_has_no_key() -> None:
    assert article_key("http://[::1", "network") is None
