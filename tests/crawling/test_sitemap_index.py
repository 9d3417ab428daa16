"""An index of sitemaps is followed one level, politely, on its own host, and archives flood nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from service.cli import main
from service.crawling.readers import DirectReader
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.collect import Collector, Polled, collect, seed
from service.usecases.ingest import FetchPages
from tests.builders import NOW, RuleClassifier, make_feed
from tests.crawling.conftest import MakeFetcher
from tests.crawling.server import HostileServer, redirect, reply

NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def xml(body: str, *headers: tuple[str, str]) -> bytes:
    return reply(200, body.encode(), ("Content-Type", "application/xml"), *headers)


def urlset(server: HostileServer, *items: tuple[str, datetime | None, str]) -> bytes:
    """Items: path, when it was published, title."""
    rows = "".join(
        f"<url><loc>{server.url(path)}</loc><news:news><news:title>{title}</news:title>"
        + (f"<news:publication_date>{at.isoformat()}</news:publication_date>" if at else "")
        + "</news:news></url>"
        for path, at, title in items
    )
    return xml(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="{NEWS}">{rows}</urlset>')


def index(
    server: HostileServer, *parts: tuple[str, datetime | None], headers: tuple[tuple[str, str], ...] = ()
) -> bytes:
    rows = "".join(
        f"<sitemap><loc>{server.url(path) if path.startswith('/') else path}</loc>"
        + (f"<lastmod>{at.isoformat()}</lastmod>" if at else "")
        + "</sitemap>"
        for path, at in parts
    )
    return xml(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>', *headers)


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


class Desk:
    """A collector of one feed: the index of the local server."""

    def __init__(self, server: HostileServer, store: SqlStore, fetcher: object) -> None:
        self.server, self.store, self.clock = server, store, SetClock(NOW)
        feed = make_feed("so-do")
        object.__setattr__(feed, "url", server.url("/index.xml"))
        self.collector = Collector(
            feeds={feed.id: feed}, store=store, fetcher=fetcher, reader=DirectReader(),  # type: ignore[arg-type]
            classifier=RuleClassifier(), clock=self.clock, fetch_pages=FetchPages.NONE,
        )  # fmt: skip
        seed(self.collector)

    def poll(self) -> Polled:
        [polled] = collect(self.collector)
        return polled

    def titles(self) -> list[str]:
        with self.store.begin() as tx:
            return list(tx.connection.scalars(text("select title from documents order by title")))


@pytest.fixture
def desk(server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher) -> Desk:
    return Desk(server, store, make_fetcher())


def test_the_newest_parts_are_read_and_each_address_once(server: HostileServer, desk: Desk) -> None:
    headers = (("ETag", '"1"'), ("Last-Modified", "Mon, 02 Mar 2026 02:00:00 GMT"))
    parts = [(f"/{n}.xml", ago(hours=n)) for n in (5, 1, 3, 2, 4)]
    server.routes["/index.xml"] = index(server, *parts, headers=headers)
    for n in range(1, 6):
        server.routes[f"/{n}.xml"] = urlset(server, (f"/tin-{n}", ago(hours=n), f"Lương hưu {n}"))
    polled = desk.poll()
    assert sorted(server.paths()) == ["/1.xml", "/2.xml", "/3.xml", "/index.xml"]
    assert desk.titles() == ["Lương hưu 1", "Lương hưu 2", "Lương hưu 3"]
    assert (polled.ingested.new, polled.state.outcome) == (3, "đã đọc 3 tin, 3 tin mới")
    # an index that has not changed may name parts that have: it is asked for without conditions
    assert (polled.state.etag, polled.state.last_modified) == (None, None)


def test_later_polls_read_the_newest_part_and_those_that_changed(server: HostileServer, desk: Desk) -> None:
    server.routes["/index.xml"] = index(server, ("/a.xml", ago(days=3)), ("/b.xml", ago(days=9)), ("/c.xml", None))
    for name in "abc":
        server.routes[f"/{name}.xml"] = urlset(server, (f"/{name}", ago(hours=1), f"Lương hưu {name}"))
    desk.poll()
    server.requests.clear()
    desk.clock.at += timedelta(hours=6)
    polled = desk.poll()
    assert sorted(server.paths()) == ["/a.xml", "/c.xml", "/index.xml"]
    assert polled.state.outcome == "đã đọc 2 tin, 0 tin mới"


def test_old_and_undated_addresses_of_an_archive_are_left_out(server: HostileServer, desk: Desk) -> None:
    server.routes["/index.xml"] = index(server, ("/a.xml", ago(hours=1)))
    server.routes["/a.xml"] = urlset(
        server, ("/1", ago(days=800), "Lương hưu cũ"), ("/2", None, "Lương hưu lúc nào"),
        ("/3", ago(hours=47), "Lương hưu mới"),
    )  # fmt: skip
    desk.poll()
    assert desk.titles() == ["Lương hưu mới"]


def test_what_cannot_be_read_costs_only_itself_and_is_said(server: HostileServer, desk: Desk) -> None:
    server.routes["/index.xml"] = index(server, ("/a.xml", ago(hours=1)), ("/b.xml", ago(hours=2)), ("/c.xml", None))
    server.routes["/a.xml"] = reply(500)
    server.routes["/b.xml"] = urlset(server, ("/b", ago(hours=2), "Lương hưu b"))
    server.routes["/c.xml"] = index(server, ("/d.xml", ago(hours=1)))  # a second level is not followed
    server.routes["/d.xml"] = urlset(server, ("/d", ago(hours=1), "Lương hưu d"))
    polled = desk.poll()
    assert desk.titles() == ["Lương hưu b"]
    assert polled.state.failures == 0
    assert "2 trên 3 sơ đồ chưa đọc được: lỗi: máy chủ báo lỗi" in polled.state.outcome
    assert "/d.xml" not in server.paths()


def test_where_no_part_can_be_read_the_feed_has_failed(server: HostileServer, desk: Desk) -> None:
    server.routes["/index.xml"] = index(server, ("/a.xml", ago(hours=1)), ("/b.xml", None))
    server.routes["/a.xml"] = reply(404)
    polled = desk.poll()
    assert (polled.state.failures, desk.titles()) == (1, [])
    assert "không có địa chỉ này" in polled.state.outcome


def test_robots_and_the_address_guard_hold_for_parts_too(
    server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher
) -> None:
    desk = Desk(server, store, make_fetcher())
    server.routes["/robots.txt"] = reply(200, b"User-agent: *\nDisallow: /private/")
    server.routes["/index.xml"] = index(
        server, ("/private/a.xml", ago(hours=1)), ("/away.xml", ago(hours=2)), ("/inside.xml", ago(hours=3)),
        ("http://127.0.0.1:1/b.xml", ago(minutes=1)),
    )  # fmt: skip
    server.routes["/away.xml"] = redirect("http://other.example/s.xml")
    server.routes["/inside.xml"] = redirect("http://127.0.0.1:1/s.xml")
    polled = desk.poll()
    assert polled.state.refusals == 1
    assert "robots.txt không cho phép" in polled.state.outcome
    assert "/private/a.xml" not in server.paths()
    assert desk.titles() == []


def test_a_part_that_redirects_to_another_host_brings_nothing(
    server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher
) -> None:
    other = f"localhost:{server.port}"
    fetcher = make_fetcher(allowed=frozenset({server.netloc, other}))
    desk = Desk(server, store, fetcher)
    server.routes["/index.xml"] = index(server, ("/a.xml", ago(hours=1)))
    server.routes["/a.xml"] = redirect(f"http://{other}/s.xml")
    server.routes["/s.xml"] = urlset(server, ("/s", ago(hours=1), "Lương hưu lạ"))
    polled = desk.poll()
    assert desk.titles() == []
    assert "sơ đồ chuyển sang máy chủ khác" in polled.state.outcome


def test_an_index_that_may_be_read_only_slowly_says_so(
    server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher
) -> None:
    desk = Desk(server, store, make_fetcher())
    server.routes["/robots.txt"] = reply(200, b"User-agent: *\nCrawl-delay: 60")
    server.routes["/index.xml"] = index(server, ("/a.xml", ago(hours=1)))
    polled = desk.poll()
    assert server.paths() == ["/index.xml"]
    assert polled.state.failures == 1
    assert "chưa đến lượt đọc các sơ đồ của nó" in polled.state.outcome
    assert polled.state.next_poll_at - NOW >= timedelta(minutes=13)


def test_the_check_shows_what_a_poll_would_read(server: HostileServer) -> None:
    now = datetime.now(NOW.tzinfo)
    server.routes["/index.xml"] = index(server, ("/a.xml", now - timedelta(hours=1)))
    server.routes["/a.xml"] = urlset(server, ("/a", now - timedelta(hours=1), "Lương hưu"))
    run = lambda: CliRunner().invoke(  # noqa: E731
        main, ["feeds", "check", server.url("/index.xml"), "--allow-host", server.netloc]
    )
    shown = run()
    assert shown.exit_code == 0, shown.output
    assert f"an index of sitemaps; read of it: {server.url('/a.xml')}" in shown.output
    assert "1 entries, 1 dated" in shown.output
    del server.routes["/a.xml"]
    assert run().exit_code == 1


def test_the_picture_of_an_article_is_not_the_article(server: HostileServer, desk: Desk) -> None:
    image = "http://www.google.com/schemas/sitemap-image/1.1"
    server.routes["/index.xml"] = index(server, ("/a.xml", ago(hours=1)))
    server.routes["/a.xml"] = xml(
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="{NEWS}" xmlns:image="{image}"><url>'
        f"<loc>{server.url('/tin-1.html')}</loc><image:image><image:loc>https://cdn.example.net/anh.jpg</image:loc>"
        f"<image:title>Ảnh minh họa</image:title></image:image><news:news><news:title>Lương hưu tăng</news:title>"
        f"<news:publication_date>{ago(hours=1).isoformat()}</news:publication_date></news:news></url></urlset>"
    )
    desk.poll()
    with desk.store.begin() as tx:
        [row] = tx.connection.execute(text("select url, title from documents")).all()
    assert (row.url, row.title) == (server.url("/tin-1.html"), "Lương hưu tăng")


def test_a_part_that_failed_is_read_again_while_its_entries_are_news(server: HostileServer, desk: Desk) -> None:
    server.routes["/index.xml"] = index(server, ("/a.xml", ago(hours=1)), ("/b.xml", ago(hours=26)))
    server.routes["/a.xml"] = urlset(server, ("/a", ago(hours=1), "Lương hưu a"))
    server.routes["/b.xml"] = reply(503)
    desk.poll()
    server.routes["/b.xml"] = urlset(server, ("/b", ago(hours=26), "Lương hưu b"))
    desk.clock.at += timedelta(hours=6)
    desk.poll()
    assert "Lương hưu b" in desk.titles()


def test_a_host_that_asks_for_time_at_one_part_gets_it(server: HostileServer, desk: Desk) -> None:
    server.routes["/index.xml"] = index(server, ("/a.xml", ago(hours=1)), ("/b.xml", ago(hours=2)))
    server.routes["/a.xml"] = urlset(server, ("/a", ago(hours=1), "Lương hưu a"))
    server.routes["/b.xml"] = reply(429, b"", ("Retry-After", "7200"))
    assert desk.poll().state.next_poll_at >= NOW + timedelta(hours=2)
