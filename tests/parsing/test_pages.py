"""Pages: text, title, time, canonical address; no author; nothing breaks."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.documents import Page
from service.parsing.challenges import is_challenge
from service.parsing.pages import extract_page

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
AT = datetime(2026, 11, 22, 1, 15, tzinfo=UTC)
URL = "https://example.com/tin/luong-huu-1.html"
PARAGRAPHS = [
    "Từ tháng bảy, mức lương hưu của người nghỉ hưu được điều chỉnh tăng theo quy định mới của pháp luật.",
    "Cơ quan bảo hiểm xã hội cho biết việc chi trả diễn ra đúng hạn tại tất cả các điểm trong tỉnh.",
    "Người hưởng không phải làm thêm thủ tục nào, tiền được chuyển vào tài khoản như các tháng trước.",
]
LINKED_DATA = {"@graph": [{"@type": ["NewsArticle"], "datePublished": "2026-11-22T08:15:00+07:00"}]}
TEXT = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)


def page(head: str = "", body: str = TEXT, *, html: str = "<html>", thorough: bool = True) -> Page | None:
    menu = "<nav><a href='/'>Trang chủ</a></nav>"
    markup = f"<!DOCTYPE html>{html}<head>{head}</head><body>{menu}<article>{body}</article></body></html>"
    return extract_page(markup.encode(), url=URL, content_type="text/html", now=NOW, thorough=thorough)


def read(head: str = "", body: str = TEXT, html: str = "<html>") -> Page:
    found = page(head, body, html=html)
    assert found is not None
    return found


@pytest.mark.parametrize("thorough", [True, False])
def test_text_is_read_without_the_menu(thorough: bool) -> None:
    found = page(thorough=thorough)
    assert found is not None
    assert all(p in found.text for p in PARAGRAPHS)
    assert "Trang chủ" not in found.text
    assert (found.url, found.canonical_url, found.language) == (URL, URL, "vi")


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2026-11-22T08:15:00+07:00">',
        '<meta name="pubdate" content="2026-11-22 08:15:00">',
        '<meta itemprop="datePublished" content="2026-11-22T01:15:00Z">',
        f'<script type="application/ld+json">{json.dumps(LINKED_DATA)}</script>',
    ],
)  # fmt: skip
def test_time_of_publication_from_the_head(head: str) -> None:
    assert read(head).published_at == AT


@pytest.mark.parametrize(
    "stamp",
    [
        '<span class="date">Chủ nhật, 22/11/2026, 08:15 (GMT+7)</span>',
        '<time datetime="2026-11-22T08:15:00+07:00">hôm qua</time>',
        '<div class="author-time">08:15 22/11/2026</div>',
    ],
)
def test_time_of_publication_from_the_page(stamp: str) -> None:
    assert read(body=stamp + TEXT).published_at == AT


def test_a_page_that_says_nothing_has_no_time() -> None:
    assert read().published_at is None


def test_a_time_of_publication_in_the_future_is_none() -> None:
    assert read('<meta property="article:published_time" content="2030-01-01T00:00:00Z">').published_at is None


def test_title_without_the_name_of_the_site() -> None:
    assert read("<title>Lương hưu tăng - Báo Ví Dụ</title>").title == "Lương hưu tăng"
    assert read("<title>Báo Ví Dụ | Lương hưu tăng</title>", f"<h1>Lương hưu tăng</h1>{TEXT}").title == "Lương hưu tăng"
    assert read('<meta property="og:title" content="Lương &amp;amp; hưu">').title == "Lương & hưu"


def test_canonical_address_of_the_page_counts_unless_it_is_the_front_page() -> None:
    own = read('<link rel="canonical" href="/tin/b-2.html?utm_source=x">')
    assert own.canonical_url == "https://example.com/tin/b-2.html"
    assert read('<link rel="canonical" href="https://example.com/">').canonical_url == URL
    assert read('<link rel="canonical" href="javascript:alert(1)">').canonical_url == URL


def test_no_author_is_kept() -> None:
    found = read('<meta name="author" content="Tác Giả Ví Dụ"><meta property="article:author" content="/@ten">')
    assert not hasattr(found, "author")
    assert "Tác Giả" not in repr(found)


def test_language_of_pages_in_other_languages_is_the_declared_one() -> None:
    english = "<p>" + "The agency said that pensions would be paid on time in every province this month. " * 4 + "</p>"
    assert read(body=english, html='<html lang="en-GB">').language == "en"


@pytest.mark.parametrize("thorough", [True, False])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "text/html"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "image/png"),
        (b"%PDF-1.7", "application/pdf"),
        (b"<html></html>", "text/html"),
        (b"\x00" * 1000, ""),
    ],
)
def test_what_has_no_text_is_none(body: bytes, content_type: str, thorough: bool) -> None:
    assert extract_page(body, url=URL, content_type=content_type, now=NOW, thorough=thorough) is None


@pytest.mark.parametrize("tag", ["div", "b", "table", "ul", "blockquote"])
def test_deep_nesting_is_survived(tag: str) -> None:
    started = time.process_time()
    page(body=f"<{tag}>" * 20_000 + TEXT)
    assert time.process_time() - started < 10


MARKUP = st.sampled_from(
    ["<p>", "</p>", "<table>", "<tr>", "<td>", "chữ ", "&#0;", "<script>", "</script>", "<!--", "<svg>",
     "<meta charset=x>", "\x00", "<a href=", "'", ">", "<title>", "<h1>", "<iframe>", "<template>"]
)  # fmt: skip


@given(st.lists(MARKUP, max_size=30).map("".join), st.booleans())
def test_no_markup_raises(body: str, thorough: bool) -> None:
    page(body=body, thorough=thorough)


COOKIE = b"document.cookie='D1N=abc; path=/';"
CHALLENGES = {
    "cookie by script (D1N)": b"<html><script>" + COOKIE + b"window.location.reload();</script></html>",
    "slowAES": b"<html><script>toNumbers('00');slowAES.decrypt(c,2,a,b)</script></html>",
    "cloudflare": b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>",
    "refresh": b"<html><meta http-equiv='refresh' content='1'><script>" + COOKIE + b"</script></html>",
}


@pytest.mark.parametrize("kind", CHALLENGES)
def test_challenges_are_recognised(kind: str) -> None:
    assert is_challenge(CHALLENGES[kind])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'<?xml version="1.0"?><rss version="2.0"><channel><title>Just a moment...</title></channel></rss>',
        b"<html><head><title>Tin</title><script src='/cdn-cgi/challenge-platform/jsd/main.js'></script></head></html>",
        b"<html><script>document.cookie='seen=1'</script><p>Tin</p></html>",
        b"<html><script>document.cookie='a=1';location.href='/x'</script>" + b"<p>text</p>" * 2000 + b"</html>",
        b'{"title":"document.cookie= location.reload"}',
    ],
)
def test_ordinary_answers_are_no_challenges(body: bytes) -> None:
    assert not is_challenge(body)


@pytest.mark.parametrize("thorough", [True, False])
@pytest.mark.parametrize(
    "byline",
    [
        '<p class="author_mail"><strong>Tên Ví Dụ</strong></p>',
        '<div class="article-author">Tên Ví Dụ</div>',
        '<span itemprop="author">Tên Ví Dụ</span>',
        '<a rel="author" href="/x">Tên Ví Dụ</a>',
        '<p style="text-align:right;"><strong>Tên Ví Dụ</strong></p>',
        "<p><strong>Tên Ví Dụ</strong></p>",
        "<p>Tên Ví Dụ (Theo TTXVN)</p>",
        "<p>Theo Tên Ví Dụ - Người Khác</p>",
    ],
)
def test_who_wrote_it_is_not_in_the_text(byline: str, thorough: bool) -> None:
    found = page(body=TEXT + byline, thorough=thorough)
    assert found is not None
    assert "Ví Dụ" not in found.text
    assert all(p in found.text for p in PARAGRAPHS)


@pytest.mark.parametrize(
    "last",
    ["Mức mới áp dụng từ ngày 1 tháng 7", "Vì sao lương hưu tăng?", "Đó là điều Hà Nội, Huế và Đà Nẵng cần làm ngay."],
)
def test_a_last_line_that_is_no_name_stays(last: str) -> None:
    assert last in read(body=f"{TEXT}<p>{last}</p>").text


@pytest.mark.parametrize("url", ["http://[::1", "\udc80", "https://example.com/\udc80"])
def test_an_address_that_is_none_takes_nothing_from_the_page(url: str) -> None:
    head = '<link rel="canonical" href="https://example.com/">'
    body = f"<html><head>{head}</head><body>{TEXT}</body></html>".encode()
    found = extract_page(body, url=url, content_type="text/html", now=NOW)
    assert found is not None
    assert PARAGRAPHS[0] in found.text
    assert f"{found.url} {found.canonical_url}".isascii()
