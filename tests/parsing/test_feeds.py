"""Feeds of every kind, as they are served: well and badly."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.documents import Entry, FeedContent
from service.parsing.feeds import MAX_ENTRIES, parse_feed

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
URL = "https://example.com/rss/tin.rss"
AT = datetime(2026, 11, 22, 1, 15, tzinfo=UTC)


def parse(body: bytes | str, *, content_type: str = "", url: str = URL) -> FeedContent | None:
    raw = body.encode() if isinstance(body, str) else body
    return parse_feed(raw, url=url, content_type=content_type, now=NOW)


def entries(body: bytes | str, **options: str) -> Sequence[Entry]:
    parsed = parse(body, **options)
    assert parsed is not None
    return parsed.entries


def rss(item: str, channel: str = "") -> str:
    head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Tin</title>'
    return f"{head}{channel}<item>{item}</item></channel></rss>"


FORMATS = {
    "rss 2.0": rss(
        "<title>Lương hưu</title><link>/a-1.html</link><guid>g1</guid><description>Tóm tắt</description>"
        "<pubDate>Sun, 22 Nov 2026 08:15:00 +0700</pubDate>"
    ),
    "rss 0.91": '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"'
    ' "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
    '<rss version="0.91"><channel><title>T</title><item><title>Lương hưu</title><link>/a-1.html</link>'
    "<description>Tóm tắt</description><pubDate>Sun, 22 Nov 2026 01:15:00 GMT</pubDate></item></channel></rss>",
    "rss 1.0": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.com/"><title>T</title></channel>'
    '<item rdf:about="https://example.com/a-1.html"><title>Lương hưu</title><link>https://example.com/a-1.html</link>'
    "<description>Tóm tắt</description><dc:date>2026-11-22T08:15:00+07:00</dc:date></item></rdf:RDF>",
    "atom": '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>tag:example.com,2026:1</id>'
    '<title type="html">Lương &lt;b&gt;hưu&lt;/b&gt;</title><link href="/a-1.html"/><summary>Tóm tắt</summary>'
    "<published>2026-11-22T01:15:00Z</published><updated>2026-11-22T02:00:00Z</updated></entry></feed>",
    "json feed": json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "T",
            "items": [
                {
                    "id": "1",
                    "url": "/a-1.html",
                    "title": "Lương hưu",
                    "content_html": "<p>Tóm <b>tắt</b></p>",
                    "date_published": "2026-11-22T08:15:00+07:00",
                }
            ],
        }
    ),
    "sitemap": '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
    "<url><loc>https://example.com/a-1.html</loc><news:news><news:publication><news:name>Báo</news:name>"
    "</news:publication><news:publication_date>2026-11-22T08:15:00+07:00</news:publication_date>"
    "<news:title>Lương hưu</news:title></news:news></url></urlset>",
}  # fmt: skip


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_title_link_and_time(kind: str) -> None:
    (entry,) = entries(FORMATS[kind])
    assert (entry.title, entry.url, entry.published_at) == ("Lương hưu", "https://example.com/a-1.html", AT)
    assert entry.summary == ("" if kind == "sitemap" else "Tóm tắt")
    assert entry.id


def test_updates_are_told_apart_from_publication() -> None:
    (entry,) = entries(FORMATS["atom"])
    assert entry.updated_at == AT + timedelta(minutes=45)


def test_what_the_feed_asks_for_is_read() -> None:
    parsed = parse(rss("<title>a</title>", "<ttl>30</ttl><skipHours><hour>1</hour><hour>2</hour></skipHours>"))
    assert parsed is not None
    assert (parsed.title, parsed.ttl, parsed.skip_hours) == ("Tin", timedelta(minutes=30), frozenset({1, 2}))


def test_markup_before_the_text_is_left_out() -> None:
    html = '<a href="https://example.com/a"><img width=130 src="https://example.com/i.jpg" ></a></br>Lương hưu tăng.'
    (entry,) = entries(rss(f"<title>a</title><description><![CDATA[{html}]]></description>"))
    assert entry.summary == "Lương hưu tăng."


def test_doubly_encoded_entities_are_read() -> None:
    (entry,) = entries(rss("<title>B&amp;aacute;o &amp;amp; &amp;quot;sổ&amp;quot;</title>"))
    assert entry.title == 'Báo & "sổ"'


def test_decomposed_letters_are_composed_and_tone_marks_stay_where_they_are() -> None:
    (entry,) = entries(rss("<title>hu\u031bu tri\u0301, hoà, hòa</title>"))
    assert entry.title == "hưu trí, hoà, hòa"


def test_control_characters_do_not_break_the_document() -> None:
    (entry,) = entries(rss("<title>Lương\x00 \x0bhưu\x1f</title>"))
    assert entry.title == "Lương hưu"


def test_an_item_without_time_has_none() -> None:
    (entry,) = entries(rss("<title>a</title><link>https://example.com/a</link>"))
    assert entry.published_at is None


@pytest.mark.parametrize(
    "date", ["Sun, 22 Nov 2026 08:15:00 GMT+7", "Chủ nhật, 22/11/2026, 08:15 (GMT+7)", "2026-11-22 08:15:00"]
)
def test_local_times_are_vietnamese_times(date: str) -> None:
    (entry,) = entries(rss(f"<title>a</title><pubDate>{date}</pubDate>"))
    assert entry.published_at == AT


def test_a_time_in_the_future_is_no_time() -> None:
    (entry,) = entries(rss("<title>a</title><pubDate>Sun, 22 Nov 2027 08:15:00 +0700</pubDate>"))
    assert entry.published_at is None


def test_identifier_falls_back_to_the_link_and_link_to_the_identifier() -> None:
    (by_link,) = entries(rss("<title>a</title><link>https://example.com/a</link>"))
    (by_id,) = entries(rss('<title>a</title><guid isPermaLink="false">https://example.com/b</guid>'))
    assert (by_link.id, by_id.url) == ("https://example.com/a", "https://example.com/b")


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "mailto:a@example.com", "file:///etc/passwd", "http://[bad", " "]
)
def test_links_that_are_no_web_address_are_left_out(link: str) -> None:
    (entry,) = entries(rss(f"<title>a</title><link>{link}</link>"))
    assert entry.url == ""


def test_content_is_the_summary_where_there_is_no_other() -> None:
    content = '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">&lt;p&gt;Cả bài&lt;/p&gt;'
    (entry,) = entries(rss(f"<title>a</title>{content}</content:encoded>"))
    assert entry.summary == "Cả bài"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<!DOCTYPE html><html><head><title>Tin</title></head><body><rss></rss></body></html>",
        b"<html><body>RSS</body></html>",
        b"<!-- x --><HTML lang=vi><body></body></HTML>",
        b"Not found",
        b"{}",
        b'{"version":"1.0","items":[]}',
        b'{"version":"https://jsonfeed.org/version/1.1","items":5}',
        b"[1,2",
        b'<?xml version="1.0"?><sitemapindex><sitemap><loc>https://other.example/s.xml</loc></sitemap></sitemapindex>',
        b"<sitemapindex></sitemapindex>",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"></svg>',
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
        b"{" * 100_000,
    ],
)
def test_what_is_no_feed_is_none(body: bytes) -> None:
    assert parse(body) is None


def index(*parts: tuple[str, str]) -> str:
    items = "".join(
        f"<sitemap><loc>{url}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>" for url, at in parts
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</sitemapindex>'


def test_an_index_of_sitemaps_names_its_newest_parts() -> None:
    own = "https://example.com/"
    parsed = parse(index(
        (f"{own}old.xml", "2019-01-01"), (f"{own}undated.xml", ""), (f"{own}new.xml", "2026-11-24T07:00:00Z"),
        (f"{own}today.xml", "2026-11-24"), (f"{own}month.xml", "2026-11-20T00:00:00+07:00"),
        (f"{own}ahead.xml", "2030-01-01"),
    ))  # fmt: skip
    assert parsed is not None
    assert parsed.entries == ()
    assert [p.url.removeprefix(own) for p in parsed.parts] == ["new.xml", "today.xml", "month.xml"]
    # those that do not say when they changed come last, in their order, and each once
    again = parse(index((f"{own}b.xml", ""), (f"{own}a.xml", ""), (f"{own}b.xml", ""), (f"{own}c.xml", "2026-11-01")))
    assert again is not None
    assert [p.url.removeprefix(own) for p in again.parts] == ["c.xml", "b.xml", "a.xml"]


@pytest.mark.parametrize(
    "foreign",
    [
        "https://other.example/s.xml", "https://example.com.evil.example/s.xml", "https://www.example.com/s.xml",
        "https://example.com:8443/s.xml", "file:///etc/passwd", "http://169.254.169.254/s.xml", "javascript:1", "",
        "https://example.com/packed.xml.gz", "//other.example/s.xml", "https://user@other.example/s.xml", URL,
    ],
)  # fmt: skip
def test_an_index_leads_to_its_own_host_only(foreign: str) -> None:
    parsed = parse(index((foreign, "2026-11-24"), ("https://example.com/s.xml", "2019-01-01")))
    assert parsed is not None
    assert [p.url for p in parsed.parts] == ["https://example.com/s.xml"]
    assert parse(index((foreign, "2026-11-24"))) is None


def test_an_envelope_without_items_is_a_feed_without_entries() -> None:
    assert entries('<rss version="2.0"><channel><title>Tin</title></channel></rss>') == ()


def test_warnings_of_a_script_before_the_feed_are_passed_over() -> None:
    (entry,) = entries("\n<br />\n<b>Warning</b>: something<br />\n" + rss("<title>a</title>"))
    assert entry.title == "a"


@pytest.mark.parametrize(
    "cut", ["<title>b", "<link>https://example.com/bai-vi", "<description><![CDATA[chưa", "<title>ba</"]
)
def test_a_truncated_feed_gives_what_is_whole(cut: str) -> None:
    whole = rss(f"<title>một</title></item><item><title>hai</title></item><item><title>ba</title>{cut}")
    assert [e.title for e in entries(whole[: whole.rindex(cut) + len(cut)])] == ["một", "hai"]
    only = rss(f"<title>một</title>{cut}")
    assert entries(only[: only.rindex(cut) + len(cut)]) == ()


def test_a_feed_without_its_last_line_is_whole() -> None:
    assert len(entries(rss("<title>một</title>").removesuffix("</channel></rss>"))) == 1


def test_a_truncated_sitemap_gives_what_is_whole() -> None:
    head = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://example.com/bai-1</loc></url>'
    assert [e.url for e in entries(f"{head}<url><loc>https://example.com/bai-viet-12")] == ["https://example.com/bai-1"]


MODULES = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


@pytest.mark.parametrize(
    "aside",
    [
        "<media:content url='x'><media:description type='plain'>Ảnh minh họa</media:description></media:content>",
        "<dc:description>Ảnh minh họa</dc:description>",
        "<itunes:summary>Ảnh minh họa</itunes:summary>",
    ],
)
def test_a_caption_is_the_summary_only_where_there_is_no_other(aside: str) -> None:
    for own, summary in (("<description>Tóm tắt</description>", "Tóm tắt"), ("<description/>", "Ảnh minh họa")):
        for inner in (aside + own, own + aside):
            feed = rss(f"<title>a</title>{inner}").replace('version="2.0"', f'version="2.0" {MODULES}')
            assert [e.summary for e in entries(feed)] == [summary]


def test_a_space_in_a_link_is_part_of_the_address() -> None:
    (entry,) = entries(rss("<title>a</title><link>\n  https://example.com/tin tuc/bai 1.html\n</link>"))
    assert entry.url == "https://example.com/tin%20tuc/bai%201.html"


def test_an_unescaped_ampersand_breaks_nothing() -> None:
    (entry,) = entries(rss("<title>BHXH & BHYT <3</title><link>https://example.com/a?x=1&y=2</link>"))
    assert entry.title.startswith("BHXH & BHYT")
    assert entry.url == "https://example.com/a?x=1&y=2"


def test_declared_encoding_that_is_wrong() -> None:
    body = rss("<title>Lương hưu</title>").replace("utf-8", "iso-8859-1").encode()
    assert entries(body, content_type="text/xml; charset=iso-8859-1")[0].title == "Lương hưu"


def with_doctype(subset: str, title: str) -> str:
    return f'<!DOCTYPE rss [{subset}]><rss version="2.0"><channel><item><title>{title}</title></item></channel></rss>'


BILLION_LAUGHS = with_doctype(
    f'<!ENTITY a "ha"><!ENTITY b "{"&a;" * 10}"><!ENTITY c "{"&b;" * 10}"><!ENTITY d "{"&c;" * 10}">', "&d;"
)
QUADRATIC = with_doctype(f'<!ENTITY a "{"x" * 50_000}">', "&a;" * 1000)
MANY = with_doctype("".join(f'<!ENTITY e{n} "x">' for n in range(1000)), "a")
PARAMETER = with_doctype('<!ENTITY % p "x">%p;', "a")


@pytest.mark.parametrize(
    "bomb", [BILLION_LAUGHS, QUADRATIC, PARAMETER, MANY, BILLION_LAUGHS.replace("<!D", " " * 99_999 + "<!D")]
)
def test_entity_bombs_are_refused(bomb: str) -> None:
    started = time.process_time()
    assert parse(bomb) is None
    assert time.process_time() - started < 1


def test_external_entities_are_not_read() -> None:
    parsed = parse(with_doctype('<!ENTITY x SYSTEM "file:///etc/passwd">', "a&x;b"))
    assert parsed is None or "root" not in parsed.entries[0].title


def test_a_million_entries_are_cut_to_the_first_two_thousand() -> None:
    items = b"".join(b"<item><title>t%d</title></item>" % n for n in range(1_000_000))
    started = time.process_time()
    found = entries(b'<rss version="2.0"><channel>' + items + b"</channel></rss>")
    assert len(found) == MAX_ENTRIES
    assert (found[0].title, found[-1].title) == ("t0", "t1999")
    assert time.process_time() - started < 10


def test_fifty_megabytes_in_one_item_are_survived() -> None:
    found = entries(rss("<title>a</title><description>" + "ế " * 17_000_000 + "</description>"))
    assert len(found[0].summary) <= 20_000


def test_deep_nesting_is_survived() -> None:
    depth = 100_000
    parsed = parse(rss("<title>a</title><description>" + "<b>" * depth + "x" + "</b>" * depth + "</description>"))
    assert parsed is None or len(parsed.entries) <= 1


MARKUP = st.sampled_from(
    ["<rss>", "<item>", "</item>", "<title>", "]]>", "<![CDATA[", "&", "&amp;", "<!DOCTYPE", "<?xml", "ế", "\x00", "--",
     "<entry>", '<link href="', '">', "<!--", "<feed>", "{", "<urlset><url><loc>http://a/"]
)  # fmt: skip


@given(st.lists(MARKUP, max_size=25).map("".join))
def test_no_markup_raises(text: str) -> None:
    parsed = parse(text)
    assert parsed is None or all("\x00" not in e.title for e in parsed.entries)


@given(st.binary(max_size=200))
def test_no_bytes_raise(body: bytes) -> None:
    parse(b"<rss>" + body)
    parse(body)


def test_youtube_channels() -> None:
    body = (
        '<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns="http://www.w3.org/2005/Atom"><title>Kênh</title><entry><id>yt:video:abcDEF12345</id>'
        "<title>Lương hưu</title>"
        '<link rel="alternate" href="https://www.youtube.com/watch?v=abcDEF12345"/>'
        "<author><name>Tên Kênh</name></author>"
        "<published>2026-11-22T01:15:00+00:00</published><media:group><media:title>Lương hưu</media:title>"
        "<media:description>Hỏi đáp về lương hưu</media:description></media:group></entry></feed>"
    )
    (entry,) = entries(body, url="https://www.youtube.com/feeds/videos.xml?channel_id=x")
    assert entry.url == "https://www.youtube.com/watch?v=abcDEF12345"
    assert (entry.title, entry.summary, entry.published_at) == ("Lương hưu", "Hỏi đáp về lương hưu", AT)
    assert "Tên Kênh" not in repr(entry)


def test_forum_threads_and_mastodon_posts_carry_no_author() -> None:
    forum = rss(
        "<title>Chốt sổ</title><link>https://forum.example/t/chot-so.77/</link>"
        '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">tennguoidung</dc:creator>'
        "<author>a@example.com (tennguoidung)</author><description>Hỏi</description>"
    )
    mastodon = rss(
        "<guid>https://mastodon.example/@x/1</guid><link>https://mastodon.example/@x/1</link>"
        "<description>&lt;p&gt;Hỏi về &lt;a&gt;#bhxh&lt;/a&gt;&lt;/p&gt;</description>"
    )
    assert "tennguoidung" not in repr(entries(forum))
    (post,) = entries(mastodon)
    assert (post.title, post.summary) == ("", "Hỏi về #bhxh")


def test_google_news_search_gives_publisher_and_bare_title() -> None:
    item = "<title>Lương hưu tăng - Báo Ví Dụ</title><link>https://news.google.com/rss/articles/CBMiAAAA?oc=5</link>"
    (entry,) = entries(rss(item), url="https://news.google.com/rss/search?q=bhxh")
    assert entry.title == "Lương hưu tăng"


@pytest.mark.parametrize("reference", ["&#xD800;", "&#55296;", "&#x0000dfff;"])
def test_references_to_lone_surrogates_are_left_out(reference: str) -> None:
    (entry,) = entries(rss(f"<title>Lương{reference} hưu</title><link>https://example.com/{reference}a</link>"))
    assert (entry.title, entry.url) == ("Lương hưu", "https://example.com/a")


def test_a_json_feed_with_a_lone_surrogate_is_read() -> None:
    item = r'{"id": "\ud800", "url": "https://example.com/\ud800a", "title": "Lương\udfff hưu"}'
    (entry,) = entries(f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{item}]}}')
    assert (entry.title, entry.url) == ("Lương hưu", "https://example.com/a")
