"""OPML, discovery of feeds, addresses behind aggregators."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.parsing.aggregators import publisher_address, without_publisher
from service.parsing.discovery import FoundFeed, discover_feeds
from service.parsing.opml import BadOpmlError, BadOutline, Outline, read_opml, write_opml

OPML = """<?xml version="1.0" encoding="utf-8"?><opml version="1.0"><head><title>x</title></head><body>
<outline text="Báo chí"><outline text="Trung ương"><outline text="Tin &amp; bài" xmlUrl="https://example.com/rss" htmlUrl="https://example.com/"/></outline>
<outline text="Lặp" xmlUrl="https://example.com/rss"/></outline><outline text="x" xmlUrl="javascript:alert(1)"/>
<outline title="Khác" xmlUrl="http://example.org/feed?a=1&amp;b=2"/></body></opml>"""


def test_feeds_of_an_opml_file() -> None:
    listed = read_opml(OPML.encode())
    assert listed.outlines == (
        Outline(
            url="https://example.com/rss", title="Tin & bài", site="https://example.com/", folder="Báo chí / Trung ương"
        ),
        Outline(url="http://example.org/feed?a=1&b=2", title="Khác"),
    )
    assert listed.refused == (BadOutline(line=3, title="x", address="javascript:alert(1)"),)


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"<opml></opml>", b"{}", b"\x00"])
def test_what_is_no_opml(body: bytes) -> None:
    with pytest.raises(BadOpmlError, match="not OPML"):
        read_opml(body)


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn", "Zs", "Zl", "Zp"]), min_size=1, max_size=20)


@given(st.lists(st.tuples(st.integers(0, 99), NAMES, NAMES), max_size=6, unique_by=lambda t: t[0]))
def test_what_is_written_is_read_back(rows: list[tuple[int, str, str]]) -> None:
    first = [Outline(url=f"https://example.com/{n}?a=1&b=2", title=t, folder=f) for n, t, f in rows]
    once = read_opml(write_opml(first, title="Nguồn <tin>")).outlines
    assert {(o.url, o.folder) for o in once} == {
        (o.url, o.folder) for o in read_opml(write_opml(once, title="x")).outlines
    }
    assert {o.url for o in once} == {o.url for o in first}


def test_feeds_that_a_page_names_come_before_links_that_look_like_feeds() -> None:
    page = """<html><head><link rel="alternate" type="application/rss+xml" title="Tin" href="/rss/tin.rss">
    <link rel="alternate" type="application/json" href="/wp-json/x">
    <link rel="alternate" hreflang="en" href="/en"></head>
    <body><a href="/rss/xa-hoi.rss">Xã hội</a><a href="/rss/tin.rss">lặp</a><a href="/tin">Tin</a></body></html>"""
    assert discover_feeds(page.encode(), url="https://example.com/rss.html") == (
        FoundFeed("https://example.com/rss/tin.rss", "Tin", declared=True),
        FoundFeed("https://example.com/rss/xa-hoi.rss", "Xã hội", declared=False),
    )
    assert discover_feeds(b"", url="https://example.com/") == ()


def google(target: bytes) -> str:
    code = base64.urlsafe_b64encode(b'\x08\x13"' + bytes([len(target)]) + target + b"\xd2\x01\x00").decode().rstrip("=")
    return f"https://news.google.com/rss/articles/{code}?oc=5"


def test_older_google_news_links_lead_to_the_publisher() -> None:
    assert publisher_address(google(b"https://example.com/tin/a-1.html")) == "https://example.com/tin/a-1.html"


@pytest.mark.parametrize(
    "url",
    [google(b"AU_yqLopaque-number-0123456789"), "https://news.google.com/rss/articles/" + "A" * 30, "https://example.com/articles/x",
     "https://news.google.com/rss/articles/CBMi!", "không phải", ""],
)  # fmt: skip
def test_links_that_do_not_tell_stay(url: str) -> None:
    assert publisher_address(url) == url


def test_redirectors_lead_to_their_target_and_nowhere_else() -> None:
    assert (
        publisher_address("https://www.google.com/url?rct=j&url=https://example.com/a&ct=ga") == "https://example.com/a"
    )
    assert (
        publisher_address("https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fa&h=x") == "https://example.com/a"
    )
    assert publisher_address("https://www.google.com/url?url=javascript:alert(1)").startswith("https://www.google.com/")


def test_the_outlet_at_the_end_of_a_google_news_title_goes() -> None:
    assert without_publisher("Lương hưu tăng - từ tháng 7 - Báo Ví Dụ") == "Lương hưu tăng - từ tháng 7"
    assert without_publisher("Lương hưu tăng") == "Lương hưu tăng"
