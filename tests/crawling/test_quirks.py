"""What Vietnamese feeds were seen to do, each served by a real server and taken through the whole of collection."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from service.classification.direct import DirectClassifier
from service.crawling.readers import DirectReader
from service.domain.documents import Page
from service.domain.fetching import Failed, FailureKind, NotModified
from service.domain.sources import Feed
from service.domain.streams import HOUR
from service.insight.health import FeedHealth
from service.ports.read_models import DocumentFilter
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.collect import BACKLOG_AGE, Collector, Polled, collect, collect_due, seed
from service.usecases.health import measure
from service.usecases.ingest import FetchPages
from service.usecases.place import StoryDesk
from service.usecases.read_pages import read_pages
from service.usecases.watch import LOOK_BACK
from tests.builders import FakeFetcher, FakeReader, RuleClassifier, make_feed, make_source
from tests.crawling.conftest import NOW, MakeFetcher
from tests.crawling.server import HostileServer, redirect, reply

NO_TURN = Failed(kind=FailureKind.NO_TURN, retry_after=timedelta(minutes=1))
CHALLENGE = b"<html><body><script>document.cookie='D1N=1;path=/';window.location.reload();</script></body></html>"


def item(link: str, title: str = "Lương hưu", *, date: str = "Mon, 02 Mar 2026 09:00:00 +0700", more: str = "") -> str:
    stamp = f"<pubDate>{date}</pubDate>" if date else ""
    return f"<item><title>{title}</title><link>{link}</link>{stamp}{more}</item>"


def rss(*items: str, title: str = "Báo", head: str = "") -> bytes:
    begin = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{title}</title>{head}'
    return f"{begin}{''.join(items)}</channel></rss>".encode()


@dataclass
class Desk:
    """One feed of the local server, polled as often as the test likes."""

    server: HostileServer
    collector: Collector
    clock: SetClock

    def serve(self, answer: bytes, path: str = "/rss") -> None:
        self.server.routes[path] = answer

    def poll(self) -> Polled:
        [polled] = collect(self.collector)
        self.clock.at = polled.state.next_poll_at
        return polled

    def documents(self) -> list[tuple[str, str, datetime, str]]:
        with self.collector.store.begin() as tx:
            found = tx.connection.execute(text("select title, excerpt, published_at, date_source from documents"))
            return [tuple(r) for r in found]

    def health(self) -> str:
        read = SqlReadModels(self.collector.store)  # type: ignore[arg-type]
        measure(self.collector.feeds, self.collector.store, self.clock)
        [view] = read.feeds(list(self.collector.feeds.values()), now=self.clock.at)
        return view.health


@pytest.fixture
def desk(server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher) -> Desk:
    return make_desk(server, store, make_fetcher)


def make_desk(server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher, **more) -> Desk:
    feed: Feed = replace(make_feed(**more), url=server.url("/rss"))
    clock = SetClock(NOW)
    collector = Collector(
        feeds={feed.id: feed}, store=store, fetcher=make_fetcher(total=5.0, connect=5.0),
        reader=DirectReader(), classifier=RuleClassifier(), clock=clock, fetch_pages=FetchPages.NONE,
    )  # fmt: skip
    seed(collector)
    return Desk(server, collector, clock)


def test_a_challenge_in_place_of_the_feed_is_a_refusal_and_nothing_is_run(desk: Desk) -> None:
    desk.serve(reply(200, CHALLENGE, ("Content-Type", "text/html")))
    polled = desk.poll()
    assert (polled.state.refusals, polled.ingested.new) == (1, 0)
    assert desk.health() == FeedHealth.REFUSED
    assert desk.server.paths() == ["/rss"]


def test_a_redirect_until_the_cookie_is_there(desk: Desk) -> None:
    feed = reply(200, rss(item("https://bao.example.com/a.html")))
    desk.server.routes["/rss"] = lambda r: (
        feed if "s=1" in r.headers.get("cookie", "") else redirect("/rss", ("Set-Cookie", "s=1"))
    )
    assert desk.poll().ingested.kept == 1


def test_an_honest_name_that_is_refused_is_backed_off_up_to_a_day(desk: Desk) -> None:
    desk.serve(reply(403, b"bot"))
    waits = []
    for _ in range(6):
        before = desk.clock.at
        waits.append(desk.poll().state.next_poll_at - before)
    assert waits[0] >= timedelta(hours=2)
    assert timedelta(days=1) <= waits[-1] <= timedelta(days=1.1)
    assert all("BHXH-Radar" in r.headers["user-agent"] for r in desk.server.requests)


def test_an_envelope_without_items_again_and_again(desk: Desk) -> None:
    desk.serve(reply(200, rss(), ("ETag", '"1"')))
    polled = [desk.poll() for _ in range(3)]
    assert [p.state.empties for p in polled] == [1, 2, 3]
    assert desk.health() == FeedHealth.EMPTY
    assert not any("if-none-match" in r.headers for r in desk.server.requests)


def test_a_page_at_the_address_of_a_feed(desk: Desk) -> None:
    desk.serve(reply(200, b"<!DOCTYPE html><html><body><p>Trang kinh t\xe1\xba\xbf</p></body></html>"))
    assert desk.poll().state.outcome == "lỗi: không phải nguồn tin (là trang HTML)"


def test_an_abandoned_feed_that_still_parses(desk: Desk) -> None:
    desk.serve(reply(200, rss(item("https://bao.example.com/a.html", date="Fri, 06 Aug 2021 01:08:00 +0700"))))
    desk.poll()
    assert desk.health() == FeedHealth.STALE


def test_another_section_than_the_address_says(
    server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher
) -> None:
    desk = make_desk(server, store, make_fetcher, section="Thế giới")
    law = replace(make_feed("phap-luat", section="Pháp luật"), enabled=False)
    object.__setattr__(desk.collector, "feeds", {**desk.collector.feeds, law.id: law})
    links = [item(f"https://cand.example.com/phap-luat/tin-{n}.html") for n in range(9)]
    desk.serve(reply(200, rss(*links)))
    desk.poll()
    measure(desk.collector.feeds, store, desk.clock)
    views = SqlReadModels(store).feeds(list(desk.collector.feeds.values()), now=desk.clock.at)
    assert views[0].health == FeedHealth.WRONG_SECTION
    assert views[0].figures is not None
    assert "“Pháp luật”" in views[0].figures.warning_detail


def test_no_date_at_all_is_the_time_of_first_sight(desk: Desk) -> None:
    desk.serve(reply(200, rss(item("https://bao.example.com/a.html"))))
    desk.poll()
    desk.serve(reply(200, rss(item("https://bao.example.com/b.html", date=""))))
    desk.poll()
    assert [source for *_, source in desk.documents()] == ["feed", "first_seen"]


def test_what_had_gathered_without_dates_is_no_news_of_this_minute(desk: Desk) -> None:
    assert BACKLOG_AGE >= LOOK_BACK + HOUR
    polls = []
    for days in (0, 2):
        desk.clock.at += timedelta(days=days)
        desk.serve(reply(200, rss(item(f"https://bao.example.com/{days}.html", date=""))))
        polls.append(str(desk.clock.at - BACKLOG_AGE)[:19])
        desk.poll()
    assert sorted((str(at)[:19], source) for _, _, at, source in desk.documents()) == [(at, "backlog") for at in polls]


def test_a_thousand_items_come_once(desk: Desk) -> None:
    desk.serve(reply(200, rss(*(item(f"https://bao.example.com/{n}.html") for n in range(1000)))))
    assert [desk.poll().ingested.new for _ in range(2)] == [1000, 0]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("L&amp;amp;#432;&amp;#417;ng h&amp;#432;u &amp;amp;quot;mới&amp;amp;quot;", 'Lương hưu "mới"'),
        (unicodedata.normalize("NFD", "Lương hưu mới"), "Lương hưu mới"),
        ("Lương\x0b hưu\x01 mới", "Lương hưu mới"),
        ("<![CDATA[<a href='/x'><img src='/i.jpg'></a></br>Lương hưu mới]]>", "Lương hưu mới"),
    ],
)
def test_titles_as_they_come(title: str, expected: str, desk: Desk) -> None:
    desk.serve(reply(200, rss(item("https://bao.example.com/a.html", title))))
    desk.poll()
    assert [d[0] for d in desk.documents()] == [expected]


@pytest.mark.parametrize(
    "date",
    ["Mon, 02 Mar 2026 08:55:20 +0700", "Mon, 02 Mar 2026 08:55:20 GMT+7", "2026-03-02 08:55:20",
     "Thứ hai, 2/3/2026, 08:55:20 (GMT+7)"],
)  # fmt: skip
def test_dates_of_vietnam_are_in_its_own_time(date: str, desk: Desk) -> None:
    desk.serve(reply(200, rss(item("https://bao.example.com/a.html", date=date))))
    desk.poll()
    [(_, _, at, _)] = desk.documents()
    assert str(at)[:19] == "2026-03-02 01:55:20"


def test_a_date_in_the_future_is_none(desk: Desk) -> None:
    desk.serve(reply(200, rss(item("https://bao.example.com/a.html", date="Wed, 02 Dec 2026 08:00:00 +0700"))))
    desk.poll()
    assert [(str(at)[:19], source) for _, _, at, source in desk.documents()] == [("2026-03-01 02:00:00", "backlog")]


def test_an_article_whose_address_moves_to_another_host_is_one(desk: Desk) -> None:
    links = (
        "https://suckhoe.vnexpress.net/tin-tuc/luong-huu-3618863.html",
        "https://vnexpress.net/suc-khoe/luong-huu-tu-thang-7-3618863.html?utm_source=rss",
        "http://m.vnexpress.net/luong-huu-3618863-p2.html".replace("-p2", ""),
    )
    total = 0
    for link in links:
        desk.serve(reply(200, rss(item(link))))
        total += desk.poll().ingested.kept
    assert total == 1


def test_a_domain_that_moved_is_told_with_its_new_address(desk: Desk) -> None:
    desk.serve(redirect("/moi.rss", status=301))
    desk.serve(reply(200, rss(item("https://bao.example.com/a.html"))), "/moi.rss")
    assert desk.poll().state.outcome.endswith(f"địa chỉ đã chuyển sang {desk.server.url('/moi.rss')}")


def test_hours_and_life_time_that_a_feed_asks_for_are_kept(desk: Desk) -> None:
    hours = "".join(f"<hour>{h}</hour>" for h in range(3, 12))
    desk.serve(reply(200, rss(item("https://bao.example.com/a.html"), head=f"<skipHours>{hours}</skipHours>")))
    assert desk.poll().state.next_poll_at == datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    desk.serve(reply(200, rss(item("https://bao.example.com/a.html"), head="<ttl>60</ttl>")))
    before = desk.clock.at
    assert desk.poll().state.next_poll_at >= before + timedelta(hours=1)


def test_a_list_page_is_read_by_its_selector_and_told_when_that_no_longer_fits(
    server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher
) -> None:
    desk = make_desk(server, store, make_fetcher, selector="div.tin")
    row = "<div class=tin><a href='/tintuc/Pages/x.aspx?ItemID={0}'>Chi trả lương hưu tháng {0}</a> (02/03/2026)</div>"
    page = "<html><body>" + "".join(row.format(n) for n in range(1, 6)) + "</body></html>"
    desk.serve(reply(200, page.encode(), ("Content-Type", "text/html; charset=utf-8")))
    assert desk.poll().ingested.kept == 5
    desk.serve(reply(200, page.replace("class=tin", "class=moi").encode(), ("Content-Type", "text/html")))
    assert "bộ chọn không còn khớp" in desk.poll().state.outcome


@pytest.mark.parametrize("encode", [lambda s: s.encode("utf-16"), lambda s: s.encode("utf-8-sig")])
def test_encodings(encode: Callable[[str], bytes], desk: Desk) -> None:
    body = rss(item("https://bao.example.com/a.html", "Lương hưu mới")).decode().replace('encoding="utf-8"', "")
    desk.serve(reply(200, encode(body), ("Content-Type", "text/xml")))
    desk.poll()
    assert [d[0] for d in desk.documents()] == ["Lương hưu mới"]


# --- what the words seem to say ---------------------------------------------------------------------------------------

SPAM = (
    "Nhà cái uy tín. Mức đóng bhxh 2024, tỷ lệ đóng bhxh, cách tính lương hưu mới nhất. Nổ hũ, tài xỉu, soi cầu xsmb."
)


def test_gambling_pages_stuffed_with_our_words_are_not_kept(desk: Desk) -> None:
    """In the feed's text, and where only the page behind an innocent headline shows it."""
    object.__setattr__(desk.collector, "classifier", DirectClassifier())
    object.__setattr__(desk.collector, "fetch_pages", FetchPages.ALL)
    plain, hidden, honest = (desk.server.url(f"/{n}.html") for n in ("a", "b", "c"))
    more = f"<description>{SPAM}</description>"
    titles = {plain: "Mức đóng BHXH 2024", hidden: "Cách tính lương hưu mới nhất", honest: "Tăng lương hưu từ tháng 7"}
    items = [item(url, title, more=more if url == plain else "") for url, title in titles.items()]
    desk.serve(reply(200, rss(*items)))
    page = "<html><body><article><h1>{0}</h1>{1}</article></body></html>"
    report = "<p>Bảo hiểm xã hội chi trả lương hưu theo mức mới từ tháng 7 cho người đang hưởng.</p>" * 4
    for path, body in (("/a.html", SPAM), ("/b.html", f"<p>{SPAM}</p>" * 4), ("/c.html", report)):
        desk.serve(reply(200, page.format("BHXH", body).encode(), ("Content-Type", "text/html; charset=utf-8")), path)
    desk.poll()
    read_pages(desk.collector)
    assert [title for title, *_ in desk.documents()] == ["Tăng lương hưu từ tháng 7"]  # the page's says less
    with desk.collector.store.begin() as tx:
        assert tx.connection.scalars(text("select url from documents")).all() == [honest]


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("Đội tuyển quốc gia hội quân", "Các tuyển thủ quốc gia tập trung tại Hà Nội, gia đình đến cổ vũ."),
        ("Bão số 5 gây mưa lớn", "Bão mạnh lên, tàu thuyền về nơi trú bão; báo động lũ cấp hai."),
        ("Giá vàng quốc gia láng giềng tăng", "Giá vàng trong nước cũng tăng theo giá thế giới."),
        ("Chốt số đẹp hôm nay", "Người chơi chờ kết quả xổ số."),
    ],
)
def test_parts_of_words_and_lost_accents_make_nothing_relevant(title: str, summary: str, desk: Desk) -> None:
    object.__setattr__(desk.collector, "classifier", DirectClassifier())
    desk.serve(
        reply(200, rss(item("https://bao.example.com/a.html", title, more=f"<description>{summary}</description>")))
    )
    assert desk.poll().ingested.kept == 0


def test_a_search_finds_syllables_and_no_parts_of_them(desk: Desk) -> None:
    titles = {
        "a": "Lương hưu của người tham gia",
        "b": "Giao dịch BHXH trực tuyến",
        "c": "Bảo hiểm xã hội: bhxh quốc gia",
    }
    desk.serve(reply(200, rss(*(item(f"https://bao.example.com/{n}.html", t) for n, t in titles.items()))))
    desk.poll()
    read = SqlReadModels(desk.collector.store)  # type: ignore[arg-type]

    def found(query: str) -> set[str]:
        return {d.url[-6] for d in read.documents(DocumentFilter(query=query), after=None, limit=9)}

    assert found("gia") == {"a", "c"}
    assert found("tham gia") == {"a"}
    assert found("giao") == {"b"}
    assert found("hiể") == set()


# --- the same story on the sites of one group -------------------------------------------------------------------------

STORY = (
    "Bảo hiểm xã hội chi trả lương hưu tháng này từ ngày mùng hai, người hưởng nhận qua tài khoản hoặc tại điểm chi."
)


def test_sites_of_a_group_that_share_article_numbers_are_one_origin(
    server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher
) -> None:
    group = [f"188260302{n:09d}" for n in range(2)]
    pages = {
        "/soha": ("https://soha.example.com/chi-tra-luong-huu-{0}.htm", "Lương hưu tháng này", "mang-luoi", STORY),
        "/cafef": ("https://cafef.example.net/lich-chi-{0}.chn", "Lịch chi lương hưu mới", "mang-luoi", "Tin ngắn."),
        "/kenh14": ("https://kenh14.example.org/hot-{0}.chn", "Ai có lương hưu cần biết", "mang-luoi", "Xem ngay."),
        "/khac": ("https://bao.example.com/tin-{0}.html", "Lương hưu: chuyện khác hẳn", "bao-khac", "Bàn về quỹ."),
    }
    feeds = []
    for path, (link, title, publisher, summary) in pages.items():
        source = replace(make_source(f"Trang {path[1:]}"), publisher=publisher)
        feeds.append(replace(make_feed(path[1:], source=source), url=server.url(path)))
        more = f"<description>{summary}</description>"
        server.routes[path] = reply(200, rss(item(link.format(group[0]), title, more=more)))
    clock = SetClock(NOW)
    collector = Collector(
        feeds={f.id: f for f in feeds}, store=store, fetcher=make_fetcher(), reader=DirectReader(),
        classifier=RuleClassifier(), clock=clock, fetch_pages=FetchPages.NONE,
    )  # fmt: skip
    seed(collector)
    assert sum(p.ingested.kept for p in collect(collector)) == 4
    StoryDesk(store, clock).place()
    with store.begin() as tx:
        rows = tx.connection.execute(text("select publisher, id, origin_id, story_id from documents")).all()
        counted = tx.connection.execute(text("select sum(total) from counts where stream = 'all'")).scalar()
    of_group = [r for r in rows if r.publisher == "mang-luoi"]
    assert len({r.story_id for r in of_group}) == 1
    assert len({r.origin_id for r in of_group}) == 1
    assert counted == 2


def test_legacy_fonts_on_an_old_page_are_read_as_unicode(
    server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher
) -> None:
    """TCVN3 as bytes of an old government page: «Chi trả lương hưu tháng ...»."""
    desk = make_desk(server, store, make_fetcher, selector="div.tin")
    old = "Chi tr¶ l\xad¬ng h\xadu th¸ng {0} cho ng\xad\xeai h\xad\xebng b¶o hiÓm x· héi trªn ®Þa bµn tØnh"
    rows = "".join(f"<div class=tin><a href='/tin/{n}.htm'>{old.format(n)}</a></div>" for n in range(1, 5))
    desk.serve(reply(200, f"<html><body>{rows}</body></html>".encode("latin-1"), ("Content-Type", "text/html")))
    desk.poll()
    titles = sorted(d[0] for d in desk.documents())
    assert titles[0] == "Chi trả lương hưu tháng 1 cho người hưởng bảo hiểm xã hội trên địa bàn tỉnh"
    assert len(titles) == 4


def test_a_host_that_wants_to_be_read_slowly_is_read_feed_by_feed_and_none_counts_as_failed(
    server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher
) -> None:
    server.routes["/robots.txt"] = reply(200, b"User-agent: *\nCrawl-delay: 30\n")
    feeds = [replace(make_feed(f"f{n}"), url=server.url(f"/{n}")) for n in range(3)]
    server.routes |= {f"/{n}": reply(200, rss(item(f"https://bao.example.com/{n}.html"))) for n in range(3)}
    clock = SetClock(NOW)
    collector = Collector(
        feeds={f.id: f for f in feeds}, store=store, fetcher=make_fetcher(longest_turn=1.0), reader=DirectReader(),
        classifier=RuleClassifier(), clock=clock, fetch_pages=FetchPages.NONE,
    )  # fmt: skip
    seed(collector)
    polled = list(collect_due(collector))
    assert sum(p.state.polls for p in polled) == 1
    assert [p.state.failures for p in polled] == [0, 0, 0]
    waiting = [p.state.next_poll_at - NOW for p in polled if not p.state.polls]
    assert all(timedelta(seconds=20) < w <= timedelta(seconds=31) for w in waiting)


def test_everything_that_is_due_is_polled_however_long_the_list(store: SqlStore) -> None:
    feeds = [make_feed(f"f{n}") for n in range(450)]
    fetcher = FakeFetcher({f.url: NotModified() for f in feeds})
    collector = Collector(
        feeds={f.id: f for f in feeds}, store=store, fetcher=fetcher, reader=FakeReader(), classifier=RuleClassifier(),
        clock=SetClock(NOW),
    )  # fmt: skip
    seed(collector)
    assert len({p.feed.id for p in collect_due(collector)}) == 450
    assert len(fetcher.requests) == 450


def test_a_process_that_is_about_to_end_takes_no_further_feed(store: SqlStore) -> None:
    feeds = [make_feed(f"f{n}") for n in range(250)]
    fetcher = FakeFetcher({f.url: NotModified() for f in feeds})
    collector = Collector(
        feeds={f.id: f for f in feeds}, store=store, fetcher=fetcher, reader=FakeReader(), classifier=RuleClassifier(),
        clock=SetClock(NOW), ending=lambda: True,
    )  # fmt: skip
    seed(collector)
    [taken] = collect_due(collector)
    rest = list(collect_due(replace(collector, ending=lambda: False)))
    assert len(rest) == 249
    assert taken.feed.id not in {p.feed.id for p in rest}


def test_a_page_whose_turn_has_not_come_is_put_off_without_a_try(desk: Desk) -> None:
    object.__setattr__(desk.collector, "fetch_pages", FetchPages.ALL)
    desk.serve(reply(200, rss(item(desk.server.url("/a.html")))))
    desk.poll()
    object.__setattr__(desk.collector, "fetcher", FakeFetcher({desk.server.url("/a.html"): NO_TURN}))
    assert read_pages(desk.collector) == 0
    with desk.collector.store.begin() as tx:
        [page] = tx.connection.execute(text("select page_tries, page_due_at from documents")).all()
        assert page.page_tries == 0
        assert tx.pages_due(desk.clock.at, limit=9) == []
        assert len(tx.pages_due(desk.clock.at + timedelta(minutes=2), limit=9)) == 1


def test_a_cookie_that_the_front_page_gives(desk: Desk) -> None:
    feed = reply(200, rss(item("https://bao.example.com/a.html")))
    desk.server.routes["/"] = redirect("/rss", ("Set-Cookie", "s=1; Path=/"))
    desk.server.routes["/rss"] = lambda r: feed if "s=1" in r.headers.get("cookie", "") else redirect("/")
    assert desk.poll().ingested.kept == 1
    assert desk.server.paths() == ["/rss", "/", "/rss"]


def moved(desk: Desk, path: str) -> None:
    """The feeds file names another address, and the service starts again."""
    [feed] = desk.collector.feeds.values()
    object.__setattr__(desk.collector, "feeds", {feed.id: replace(feed, url=desk.server.url(path))})
    seed(desk.collector)


def test_a_feed_that_has_a_new_address_begins_anew(desk: Desk) -> None:
    last = ("Last-Modified", "Mon, 02 Mar 2026 02:00:00 GMT")
    desk.serve(reply(200, rss(item("https://bao.example.com/a.html")), ("ETag", '"1"'), last))
    desk.poll()
    desk.serve(reply(500))
    desk.poll()
    fresh = reply(200, rss(item("https://bao.example.com/b.html")), ("ETag", '"2"'))
    desk.server.routes["/moi"] = lambda r: reply(304) if "if-none-match" in r.headers else fresh
    desk.clock.at -= timedelta(minutes=1)  # not due yet
    moved(desk, "/moi")
    polled = desk.poll()
    assert "if-modified-since" not in desk.server.requests[-1].headers
    assert (polled.ingested.kept, polled.state.failures, polled.state.etag) == (1, 0, '"2"')
    seed(desk.collector)
    desk.poll()
    assert desk.server.requests[-1].headers["if-none-match"] == '"2"'


def test_a_state_of_a_time_when_addresses_were_not_kept_is_asked_once_without_conditions(desk: Desk) -> None:
    desk.serve(reply(200, rss(item("https://bao.example.com/a.html")), ("ETag", '"1"')))
    due = desk.poll().state.next_poll_at
    with desk.collector.store.begin() as tx:
        tx.connection.execute(text("update feeds set url = null"))
    seed(desk.collector)
    with desk.collector.store.begin() as tx:
        [state] = tx.due_feeds(due, among=["thu"], limit=1)
    assert (state.url, state.etag, state.next_poll_at) == (desk.server.url("/rss"), None, due)
    assert state.last_success_at is not None


# --- pages that are refused -------------------------------------------------------------------------------------------

ARTICLE = ("<html><body><article><h1>Tin {0}</h1>" + "<p>Bảo hiểm xã hội chi trả lương hưu tháng này.</p>" * 5).encode()


def due_in(desk: Desk) -> list[timedelta]:
    with desk.collector.store.begin() as tx:
        due = tx.pages_due(desk.clock.at + timedelta(days=60), limit=99)
        rows = tx.connection.execute(text("select page_due_at from documents where page_due_at is not null")).all()
    assert len(due) == len(rows)
    return [datetime.fromisoformat(str(at)).replace(tzinfo=UTC) - desk.clock.at for (at,) in rows]


def headlines(desk: Desk, many: int) -> None:
    """A feed of headlines that do not say what their pages are about."""
    object.__setattr__(desk.collector, "fetch_pages", FetchPages.ALL)
    object.__setattr__(desk.collector.fetcher, "_limits", replace(desk.collector.fetcher._limits, delay=0.05))  # type: ignore[attr-defined]
    desk.serve(reply(200, rss(*(item(desk.server.url(f"/a{n}.html"), f"Tin {n}") for n in range(many)))))
    collect(desk.collector)


def kept(desk: Desk) -> int:
    with desk.collector.store.begin() as tx:
        return tx.connection.scalar(text("select count(*) from documents")) or 0


def test_pages_of_a_host_that_asks_for_an_hour_are_read_after_it(desk: Desk, make_fetcher: MakeFetcher) -> None:
    headlines(desk, 8)
    busy = reply(429, b"", ("Retry-After", "3600"))
    desk.server.routes |= {f"/a{n}.html": busy for n in range(8)}
    assert read_pages(desk.collector) == 0
    assert len(desk.server.paths(without=("/robots.txt", "/rss"))) <= 2
    assert kept(desk) == 8
    assert min(due_in(desk)) >= timedelta(hours=1) - timedelta(seconds=5)
    desk.clock.at += timedelta(hours=1, seconds=30)
    object.__setattr__(desk.collector, "fetcher", make_fetcher())
    desk.server.routes |= {f"/a{n}.html": reply(200, ARTICLE, ("Content-Type", "text/html")) for n in range(8)}
    assert read_pages(desk.collector) == 8


@pytest.mark.parametrize("answer", [reply(403, b"bot"), reply(200, CHALLENGE, ("Content-Type", "text/html"))])
def test_a_page_that_is_refused_is_asked_for_later_and_judged_by_its_headline_in_the_end(
    answer: bytes, desk: Desk
) -> None:
    headlines(desk, 1)
    desk.server.routes["/a0.html"] = answer
    waits = []
    for _ in range(3):
        read_pages(desk.collector)
        [wait] = due_in(desk)
        waits.append(wait)
        desk.clock.at += wait
    assert waits == [timedelta(hours=2), timedelta(hours=4), timedelta(hours=8)]
    assert kept(desk) == 1
    read_pages(desk.collector)
    assert kept(desk) == 0


def test_a_server_error_with_retry_after_is_not_asked_before_it(desk: Desk) -> None:
    headlines(desk, 1)
    desk.server.routes["/a0.html"] = reply(503, b"", ("Retry-After", "86400"))
    read_pages(desk.collector)
    assert due_in(desk) == [timedelta(days=1)]


def test_a_page_that_cannot_be_kept_fails_alone(desk: Desk) -> None:
    headlines(desk, 2)
    desk.server.routes |= {f"/a{n}.html": reply(200, ARTICLE, ("Content-Type", "text/html")) for n in range(2)}
    reader = desk.collector.reader

    class Breaking(DirectReader):
        def page(self, body: bytes, *, url: str, **more: Any) -> Page | None:
            if "a0" in url:
                raise RuntimeError("bug")
            return reader.page(body, url=url, **more)

    object.__setattr__(desk.collector, "reader", Breaking())
    assert read_pages(desk.collector) == 1
    assert due_in(desk) == [timedelta(minutes=10)]


# --- none can stop the others -----------------------------------------------------------------------------------------
