"""Addresses: canonical form, identity of articles, no persons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.parsing.urls import (
    canonical_url,
    foreign_hosts,
    identity_key,
    is_official_host,
    personal_platform,
    tells_no_person,
    web_address,
    without_handle,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://Example.com:80/a?utm_source=zalo&b=2&a=1#top", "https://example.com/a?a=1&b=2"),
        ("https://m.example.com/tin/?fbclid=x&gidzl=y&vn_source=z", "https://example.com/tin"),
        ("https://amp.example.com/a-1.html", "https://example.com/a-1.html"),
        ("https://example.com/a/amp/", "https://example.com/a"),
        ("https://example.com/amp/a.html?outputType=amp", "https://example.com/a.html"),
        ("https://example.com/a.amp.html", "https://example.com/a.html"),
        ("https://www.google.com/amp/s/example.com/a-1.html", "https://example.com/a-1.html"),
        ("https://example-com.cdn.ampproject.org/c/s/example.com/a-1.html", "https://example.com/a-1.html"),
        ("https://bảohiểm.example/a%7eb//c/", "https://xn--bohim-v11b9i.example/a~b/c"),
        (" https://example.com/tin tức\n", "https://example.com/tin%20t%E1%BB%A9c"),
        ("https://example.com/bai-\n    viet.html", "https://example.com/bai-viet.html"),
        ("https://example.com/#/tin/1", "https://example.com/#/tin/1"),
        ("https://example.com/a#!tin-1", "https://example.com/a#!tin-1"),
        ("https://example.com/a#/", "https://example.com/a"),
        ("https://example.com/a;jsessionid=0A1B?PHPSESSID=x&b=1", "https://example.com/a?b=1"),
        ("https://example.com/a;JSESSIONID=0A1B/b?ASPSESSIONIDQQ=x", "https://example.com/a/b"),
        ("https://example.com/%e1%bb%a9", "https://example.com/%E1%BB%A9"),
        ("https://user:secret@example.com/a", "https://example.com/a"),
        ("https://example.com:8443/index.html", "https://example.com:8443/"),
        ("//", "//"),
        ("http://[::1", "http://[::1"),
        ("mailto:a@example.com", "mailto:a@example.com"),
    ],
)
def test_canonical_form(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    "addresses",
    [
        ["https://vnexpress.net/ten-cu-3618863.html", "http://suckhoe.vnexpress.net/tin-tuc/ten-moi-3618863.html?utm_medium=x"],
        ["https://plo.vn/a-post889644.html", "https://m.plo.vn/b-post889644.amp"],
        ["https://danviet.vn/a-d1353457.html", "https://www.danviet.vn/x/b-d1353457.html"],
        ["https://soha.vn/a-188260131001.htm", "https://cafef.vn/b-188260131001.chn", "https://kenh14.vn/188260131001.chn"],
        ["https://vtcnews.vn/a-ar992208.html", "https://vtcnews.vn/b-ar992208.html"],
        ["https://www.example.com/a/", "http://example.com/a?utm_campaign=y#z"],
    ],
)  # fmt: skip
def test_addresses_of_one_article_have_one_key(addresses: list[str]) -> None:
    assert len({identity_key(a) for a in addresses}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://vnexpress.net/a-3618863.html", "https://vnexpress.net/a-3618864.html"),
        ("https://vnexpress.net/a-3618863.html", "https://tuoitre.vn/a-3618863.html"),
        ("https://example.com/a-3618863.html", "https://example.com/b-3618863.html"),
        ("https://example.com/?p=1", "https://example.com/?p=2"),
        ("https://notvnexpress.net/a-3618863.html", "https://vnexpress.net/a-3618863.html"),
    ],
)
def test_different_articles_have_different_keys(one: str, other: str) -> None:
    assert identity_key(one) != identity_key(other)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://voz.example/t/ten-nguoi-dung-noi.12345/page-3#post-99", "https://voz.example/t/12345"),
        ("https://forum.example/threads/chuyen-so-bhxh.1339586/", "https://forum.example/threads/1339586"),
        ("https://forum.example/showthread.php?t=77&p=8#post8", "https://forum.example/showthread.php?t=77"),
        ("https://www.youtube.com/watch?v=abcDEF12345&lc=UgxComment", "https://www.youtube.com/watch?v=abcDEF12345"),
        ("https://youtu.be/abcDEF12345", "https://www.youtube.com/watch?v=abcDEF12345"),
        (
            "https://old.reddit.com/r/VietNam/comments/abc1/tieu_de/def2/",
            "https://www.reddit.com/r/VietNam/comments/abc1",
        ),
        ("https://mastodon.example/@someone/112233", ""),
        ("https://mastodon.example/users/someone/statuses/112233", ""),
        ("https://www.facebook.com/someone/posts/112233", ""),
        ("https://www.facebook.com/groups/1/posts/2", ""),
        ("https://x.com/someone/status/112233", ""),
        ("https://www.youtube.com/@someone", ""),
        ("https://forum.example/members/someone.77/", ""),
        ("https://forum.example/posts/991/", ""),
        ("không phải địa chỉ", ""),
    ],
)
def test_posts_keep_a_public_thread_and_nothing_that_leads_to_a_person(url: str, expected: str) -> None:
    assert without_handle(url) == expected


@pytest.mark.parametrize(
    "host",
    ["baohiemxahoi.gov.vn", "daknong.BAOHIEMXAHOI.gov.vn.", "vss.gov.vn:443", "dichvucong.baohiemxahoi.gov.vn"],
)
def test_official_hosts(host: str) -> None:
    assert is_official_host(host)


@pytest.mark.parametrize(
    "host",
    ["vssid.govvn.com", "baohiemxahoi.vnagov.com", "baohiemxahoi.gov.vn.example.com", "fakevss.gov.vn",
     "baohiemxahoi.gοv.vn", "gov.vn", ""],
)  # fmt: skip
def test_hosts_that_look_official(host: str) -> None:
    assert not is_official_host(host)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "javascript:alert(1)",
        "http://",
        "http://example.com:99999/",
        "http://" + "a" * 5000,
        "http://exam ple.com/",
    ],
)
def test_what_is_no_web_address(url: str) -> None:
    assert web_address(url) is None


def test_credentials_and_line_ends_are_never_sent() -> None:
    assert web_address("http://user:secret@example.com/a\r\nX-Header: 1") == "http://example.com/aX-Header:%201"


@pytest.mark.parametrize(
    "url",
    [
        "https://mastodon.example/@someone/112233445566",
        "https://mastodon.example/users/someone/statuses/112233445566",
        "https://x.com/someone/status/112233445566",
        "https://www.facebook.com/someone/posts/112233445566",
        "https://www.tiktok.com/@someone/video/112233445566",
        "https://bsky.app/profile/someone/post/112233445566",
        "https://linkhay.com/u/someone/link/112233445566",
    ],
)
def test_keys_of_statuses_hold_no_handle(url: str) -> None:
    assert "someone" not in identity_key(url)
    assert identity_key(url) == identity_key(url.replace("someone", "somebody.else"))
    assert identity_key(url).endswith("112233445566")


@pytest.mark.parametrize(
    ("url", "platform", "known"),
    [
        ("https://x.com/someone/status/1", "x.com", True),
        ("https://www.facebook.com/someone/posts/123", "facebook.com", True),
        ("https://mastodon.social/@someone/1", "mastodon.social", True),
        ("https://someone.wordpress.com/2026/01/bai", "wordpress.com", False),
        ("https://medium.com/@someone/bai-1", "medium.com", True),
        ("https://diendan.example.vn/members/someone.9/", "diendan.example.vn", False),
        ("https://trang.example.vn/u/someone/t/5", "trang.example.vn", False),
        ("https://forum.example/threads/chuyen.1339586/", "forum.example", True),
        ("https://bao.example.com/tin-1.html", "", False),
        ("https://bao.example.com/users/someone/statuses/1", "bao.example.com", False),
    ],
)
def test_what_a_person_publishes_is_known_without_the_person(url: str, platform: str, known: bool) -> None:
    assert personal_platform(url) == platform
    assert tells_no_person(url) is known
    assert not known or "someone" not in identity_key(url)
    assert "someone" not in without_handle(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.vnu.edu.vn/bai-1", "https://www.who.int/profile/someone", "https://sonoivu.gov.vn/members/someone",
        "https://quochoi.vn/members/someone", "https://diendan.bao.example.com/bai-1", "https://bao.example.com/u/someone",
    ],
)  # fmt: skip
def test_what_institutions_and_outlets_publish_is_no_person_s(url: str) -> None:
    assert personal_platform(url, ["bao.example.com"]) == ""
    assert personal_platform(url.replace(".vn", ".vn.example").replace("bao.", "la.").replace(".int", ".example"))


HOSTS = st.sampled_from(
    ["example.com", "m.example.com", "amp.m.example.com", "vnexpress.net", "www.google.com", "báo.example", "m.com"]
)
PATHS = st.lists(
    st.sampled_from(["amp", "a", "%7e", "index.html", "", "ế", "x-123456.html", ".", "..", "s", "example.com"]),
    max_size=5,
)
QUERIES = st.lists(st.sampled_from(["a=1", "utm_source=x", "b", "=", "c=%20x", "amp=1"]), max_size=4)


@given(HOSTS, PATHS, QUERIES, st.booleans())
def test_canonical_form_is_its_own(host: str, path: list[str], query: list[str], slash: bool) -> None:
    once = canonical_url(f"http://{host}/{'/'.join(path)}{'/' * slash}?{'&'.join(query)}")
    assert canonical_url(once) == once
    assert identity_key(once) == identity_key(canonical_url(once))


@given(st.text(max_size=60))
def test_any_text_is_survived(text: str) -> None:
    for url in (text, f"http://{text}", f"http://example.com/{text}"):
        once = canonical_url(url)
        assert canonical_url(once) == once
        identity_key(url)
        without_handle(url)
        is_official_host(text)


NAME = ".".join(["a" * 63] * 4)[:253]  # as long as a host's name may be


@pytest.mark.parametrize(
    ("host", "possible"),
    [
        (NAME, True), (NAME + "b", False), ("a" * 63 + ".vn", True), ("a" * 64 + ".vn", False),
        ("ă" * 60 + ".vn", False),  # 60 characters, more than 63 as it goes over the wire
        ("[2001:db8:0:0:0:0:0:1]", True),
    ],
)  # fmt: skip
def test_a_host_longer_than_any_name_is_no_address(host: str, possible: bool) -> None:
    url = f"https://{host}/a"
    assert (web_address(url) is not None) == possible
    assert bool(foreign_hosts([url], "https://bao.example.com/rss")) == possible
