"""List pages by selector."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import lxml.html
import pytest

from service.parsing.lists import BadSelectorError, ListHealth, ListPage, read_list, selector_to_xpath

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
URL = "https://agency.example/tintuc/Pages/hoat-dong.aspx?CateID=136"
PAGE = """<html><body><div class="menu"><a href="/">Trang chủ</a></div><ul id="news">
<li class="item first"><a href="?ItemID=2"><img src="i.jpg"></a>
<h3><a href="?ItemID=2">Cấp mã số qua cổng dịch vụ công</a></h3>
<span>(22/11/2026 08:15)</span></li>
<li class="item"><a href="?ItemID=1">Chi trả lương hưu tháng mười một</a> <i>21/11/2026</i></li>
</ul><ol><li class="item other"><a href="#">x</a></li></ol></body></html>"""


def read(selector: str, page: str = PAGE) -> ListPage:
    return read_list(page.encode(), url=URL, content_type="text/html", selector=selector, now=NOW)


def test_titles_links_and_dates_of_a_list() -> None:
    found = read("ul#news > li.item")
    assert found.health is ListHealth.HEALTHY
    assert [(e.title, e.url, e.published_at) for e in found.entries] == [
        (
            "Cấp mã số qua cổng dịch vụ công",
            "https://agency.example/tintuc/Pages/hoat-dong.aspx?ItemID=2",
            datetime(2026, 11, 22, 1, 15, tzinfo=UTC),
        ),
        (
            "Chi trả lương hưu tháng mười một",
            "https://agency.example/tintuc/Pages/hoat-dong.aspx?ItemID=1",
            datetime(2026, 11, 20, 17, 0, tzinfo=UTC),
        ),
    ]


@pytest.mark.parametrize(
    ("selector", "health"),
    [
        ("div.gone", ListHealth.NOTHING_SELECTED),
        ("span", ListHealth.NO_LINKS),
        ("div.menu, ol li", ListHealth.SHORT_TITLES),
        ("ul#news, ul", ListHealth.HEALTHY),
    ],
)
def test_a_selector_that_no_longer_fits_is_noticed(selector: str, health: ListHealth) -> None:
    assert read(selector).health is health


def test_many_elements_with_one_link_are_noticed() -> None:
    page = "<ul>" + "<li><a href='/more'>Xem thêm nhiều tin khác nữa</a></li>" * 5 + "</ul>"
    assert read("li", page).health is ListHealth.SAME_LINKS


@pytest.mark.parametrize(
    ("selector", "count"),
    [("li", 3), ("li.item.first", 1), ("a[href*=ItemID]", 3), ("[href^='?Item']", 3), ('a[href$="=1"]', 1), 
     ("ul > a", 0), ("ul a", 3), ("h3>a", 1), ("*#news", 1), ("li[class~=other]", 1), ("a[href]", 5), ("h3, span", 2)],
)  # fmt: skip
def test_selectors(selector: str, count: int) -> None:
    assert len(lxml.html.document_fromstring(PAGE).xpath(selector_to_xpath(selector))) == count


@pytest.mark.parametrize("selector", ["", ">", "a:hover", "a' or '1'='1", "li >", "a[href='x' or 1]", "//a", "a,"])
def test_what_is_no_selector(selector: str) -> None:
    with pytest.raises(BadSelectorError, match="expected"):
        selector_to_xpath(selector)


def test_what_is_no_page_selects_nothing() -> None:
    assert read("li", "").health is ListHealth.NOTHING_SELECTED


CAPTURE = Path(__file__).parents[3] / "shared" / "data" / "captures" / "html" / "dantri-home-b.html.gz"


@pytest.mark.skipif(not CAPTURE.is_file(), reason="../shared/data/captures is not there")
def test_a_captured_front_page() -> None:
    found = read_list(
        gzip.decompress(CAPTURE.read_bytes()), url="https://dantri.com.vn/", content_type="", selector="h2, h3", now=NOW
    )
    assert found.health is ListHealth.HEALTHY
    assert len(found.entries) > 20
