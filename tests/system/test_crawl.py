"""`radar crawl --once` against a web server: taken once, 304 the second time, nothing doubled."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path

import pytest

from tests.system.conftest import Installation, Web

pytestmark = pytest.mark.slow
SOURCES = "sources:\n  bao-thu: {name: Báo Thử, kind: online, publisher: Nhóm Thử, reach: 4}\nfeeds:\n"


def make_feeds(installation: Installation, web: Web, *paths: str) -> None:
    rows = "".join(f"  - {{id: f{n}, source: bao-thu, url: 'http://{web.netloc}{p}'}}\n" for n, p in enumerate(paths))
    (installation.folder / "feeds.yaml").write_text(SOURCES + rows, encoding="utf-8")


def count(installation: Installation, what: str) -> int:
    with sqlite3.connect(installation.folder / "var/radar.db") as database:
        return int(database.execute(f"select count(*) from {what}").fetchone()[0])


def rss(web: Web, *items: tuple[str, str]) -> bytes:
    body = "".join(
        f"<item><title>{title}</title><link>http://{web.netloc}{path}</link><description>{title}</description></item>"
        for path, title in items
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>{body}</channel></rss>".encode()


def test_new_entries_with_their_pages_once(installation: Installation, web: Web) -> None:
    title = "Bảo hiểm xã hội tỉnh chi trả lương hưu qua tài khoản"
    page = f"<html lang=vi><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{'Cơ quan bảo hiểm xã hội cho biết lương hưu tháng này được chi trả đúng hẹn cho người dân. ' * 8}</p></article></body></html>"  # noqa: E501
    web.pages["/rss"] = (rss(web, ("/luong-huu.html", title)), "application/rss+xml")
    web.pages["/luong-huu.html"] = (page.encode(), "text/html; charset=utf-8")
    make_feeds(installation, web, "/rss")
    first = installation.run("crawl", "--once", "--allow-host", web.netloc)
    assert "f0: đã đọc 1 tin, 1 tin mới" in first
    assert count(installation, "documents") == 1
    assert count(installation, "documents where partial = 0 and length(text) > 300 and story_id is not null") == 1
    with sqlite3.connect(installation.folder / "var/radar.db") as database:
        database.execute("update feeds set next_poll_at = '2000-01-01 00:00:00.000000'")
    assert "f0: không có tin mới" in installation.run("crawl", "--once", "--allow-host", web.netloc)
    assert count(installation, "documents") == 1
    assert [a for a in web.asked if a[0] == "/luong-huu.html"] == [("/luong-huu.html", 200)]


def test_loopback_is_refused_without_the_option(installation: Installation, web: Web) -> None:
    web.pages["/rss"] = (rss(web, ("/a.html", "BHXH")), "application/rss+xml")
    make_feeds(installation, web, "/rss")
    assert "f0: lỗi: địa chỉ nội bộ hoặc cổng lạ, không được phép đọc" in installation.run("crawl", "--once", status=1)
    assert web.asked == []


def test_one_bad_feed_does_not_stop_the_others(installation: Installation, web: Web) -> None:
    web.pages |= {
        "/good": (rss(web, ("/a.html", "Trợ cấp thất nghiệp")), "application/rss+xml"),
        "/page": (b"<html><body>khong phai nguon tin</body></html>", "text/html"),
    }
    make_feeds(installation, web, "/missing", "/page", "/good")
    told = installation.run("crawl", "--once", "--allow-host", web.netloc, status=1)
    assert "f0: lỗi: không có địa chỉ này (HTTP 404)" in told
    assert "f1: lỗi: không phải nguồn tin" in told
    assert "f2: đã đọc 1 tin, 1 tin mới" in told


def test_captured_feeds_and_pages(installation: Installation, web: Web, shared: Path) -> None:
    captures = shared / "data/captures"
    for file in sorted((captures / "rss").glob("*.xml")):
        web.pages[f"/{file.name}"] = (file.read_bytes(), "application/rss+xml")
    for file in sorted((captures / "html").glob("*.gz")):
        web.pages[f"/{file.stem}"] = (gzip.decompress(file.read_bytes()), "text/html; charset=utf-8")
    article = "/vnexpress-article-2023.html"
    web.pages["/feed"] = (rss(web, (article, "Bảo hiểm xã hội")), "application/rss+xml")
    names = [p for p in web.pages if p.endswith(".xml")]
    make_feeds(installation, web, *names, "/feed")
    told = installation.run("crawl", "--once", "--allow-host", web.netloc)
    assert told.count("25 tin, 25 tin mới") >= 2
    assert ("/vnexpress-article-2023.html", 200) in web.asked
    seen = count(installation, "sightings")
    with sqlite3.connect(installation.folder / "var/radar.db") as database:
        database.execute("update feeds set next_poll_at = '2000-01-01 00:00:00.000000'")
    again = installation.run("crawl", "--once", "--allow-host", web.netloc)
    assert again.count("không có tin mới") == len(names) + 1
    assert count(installation, "sightings") == seen
