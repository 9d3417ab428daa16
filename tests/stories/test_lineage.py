from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.domain.stories import StoryItem
from service.stories.lineage import article_key, independent, lineage

START = datetime(2026, 3, 2, tzinfo=UTC)


def item(name: str, *, title: str = "Thông báo lịch chi trả", text: str, hours: int = 0, publisher: str) -> StoryItem:
    at = START + timedelta(hours=hours)
    return StoryItem(id=name, title=title, text=text, published_at=at, publisher=publisher)


FIRST = item("a", text="Cơ quan chi trả lương hưu từ ngày 2, không thu phí.", publisher="agency")
CHANGED = item(
    "b", title="Tin nóng", text="Cơ quan chi trả lương hưu từ ngày 5, không thu phí.", hours=3, publisher="site"
)


def test_who_was_first_and_what_was_changed() -> None:
    first, copy = lineage([CHANGED, FIRST])
    assert (first.id, first.after, first.kept, first.title_changed) == ("a", timedelta(0), 1.0, False)
    assert (copy.id, copy.after, copy.removed, copy.added) == ("b", timedelta(hours=3), ("2",), ("5",))
    assert copy.title_changed
    assert 0.8 < copy.kept < 1


def test_a_publisher_group_counts_once() -> None:
    more = item("c", text="Khác hẳn", publisher="site")
    assert independent([FIRST, CHANGED, more], ["a", "b", "c"]) == 2
    assert independent([FIRST, CHANGED, more], ["a"]) == 1


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
