"""The fetcher is polite: conditional requests, robots.txt, turns, refusals; and says what came of each address."""

from __future__ import annotations

import asyncio
import codecs
import gzip
import socket
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from service.bootstrap import Installation, Plan, install
from service.crawling.fetcher import HttpFetcher
from service.crawling.hosts import Hosts
from service.crawling.robots import rules_of
from service.domain.fetching import (
    Failed,
    FailureKind,
    Fetched,
    FetchOutcome,
    FetchRequest,
    HostRest,
    NotModified,
    RefusalKind,
    Refused,
)
from service.ports.storage import StoreError
from service.scheduling.clock import SetClock
from service.settings import Settings
from tests.builders import NOW
from tests.crawling.conftest import AGENT, Fetch, MakeFetcher
from tests.crawling.server import HostileServer, Request, redirect, reply

RSS = b"<rss version='2.0'></rss>"


def test_a_body_comes_with_what_the_next_request_needs(server: HostileServer, fetch: Fetch) -> None:
    server.routes["/feed"] = reply(
        200,
        RSS,
        ("ETag", 'W/"abc"'),
        ("Last-Modified", "Mon, 02 Mar 2026 02:00:00 GMT"),
        ("Cache-Control", "public, max-age=300"),
        ("Content-Type", "Application/RSS+XML; charset=UTF-8"),
    )
    assert fetch("/feed") == Fetched(
        url=server.url("/feed"),
        status=200,
        body=RSS,
        content_type="application/rss+xml; charset=utf-8",
        etag='W/"abc"',
        last_modified="Mon, 02 Mar 2026 02:00:00 GMT",
        max_age=timedelta(minutes=5),
    )
    sent = server.requests[-1].headers
    assert (sent["user-agent"], sent["accept-encoding"]) == (AGENT, "gzip, deflate")


def test_unchanged_feeds_are_not_sent_again(server: HostileServer, fetch: Fetch) -> None:
    def conditional(request: Request) -> bytes:
        same = (
            request.headers.get("if-none-match") == '"v1"' and request.headers.get("if-modified-since") == "yesterday"
        )
        return reply(304, b"", ("Cache-Control", "max-age=60")) if same else reply(200, RSS)

    server.routes["/feed"] = conditional
    assert fetch("/feed", etag='"v1"', last_modified="yesterday") == NotModified(max_age=timedelta(minutes=1))
    assert isinstance(fetch("/feed", etag='"v2"'), Fetched)


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (401, [], Refused(kind=RefusalKind.UNAUTHORISED, detail="HTTP 401")),
        (403, [], Refused(kind=RefusalKind.FORBIDDEN, detail="HTTP 403")),
        (429, [("Retry-After", "120")],
         Refused(kind=RefusalKind.RATE_LIMITED, detail="HTTP 429", retry_after=timedelta(minutes=2))),
        (429, [("Retry-After", "Mon, 02 Mar 2026 04:00:00 GMT")],
         Refused(kind=RefusalKind.RATE_LIMITED, detail="HTTP 429", retry_after=timedelta(hours=1))),
        (429, [("Retry-After", "soon")], Refused(kind=RefusalKind.RATE_LIMITED, detail="HTTP 429")),
        (404, [], Failed(kind=FailureKind.NOT_FOUND, detail="HTTP 404")),
        (410, [], Failed(kind=FailureKind.GONE, detail="HTTP 410")),
        (400, [], Failed(kind=FailureKind.CLIENT_ERROR, detail="HTTP 400")),
        (500, [], Failed(kind=FailureKind.SERVER_ERROR, detail="HTTP 500")),
        (503, [("Retry-After", "99999999999")], Failed(kind=FailureKind.SERVER_ERROR, detail="HTTP 503")),
        (304, [], NotModified()),
    ],
)  # fmt: skip
def test_what_a_status_means(
    status: int, headers: list[tuple[str, str]], expected: object, server: HostileServer, fetch: Fetch
) -> None:
    server.routes["/x"] = reply(status, b"", *headers)
    assert fetch("/x") == expected


@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_challenge_is_a_refusal_whatever_its_status(status: int, server: HostileServer, fetch: Fetch) -> None:
    page = b"<html><script>document.cookie='D1N=1';location.reload()</script></html>"
    server.routes["/x"] = reply(status, page, ("Content-Type", "text/html"))
    assert fetch("/x") == Refused(kind=RefusalKind.CHALLENGE, detail=f"HTTP {status}")
    assert server.paths() == ["/x"]


def test_permanent_redirects_are_told(server: HostileServer, fetch: Fetch) -> None:
    server.routes |= {
        "/old": redirect("/new", status=301),
        "/new": redirect("/now", status=302),
        "/now": reply(200, RSS),
        "/later": redirect("/old", status=307),
    }
    outcome, other = fetch("/old"), fetch("/later")
    assert isinstance(outcome, Fetched)
    assert isinstance(other, Fetched)
    assert (outcome.url, outcome.permanent_url) == (server.url("/now"), server.url("/new"))
    assert (other.url, other.permanent_url) == (server.url("/now"), None)


def test_a_host_that_does_not_answer(fetch: Fetch, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher(allowed=frozenset({"127.0.0.1:1"}))
    ((_, outcome),) = fetcher.fetch_all([FetchRequest(key="k", url="http://127.0.0.1:1/")])
    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.CONNECTION
    assert outcome.detail


def test_a_server_without_tls_at_a_secure_address(make_fetcher: MakeFetcher) -> None:
    def speak_plainly(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        connection.recv(10)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=speak_plainly, args=(listening,), daemon=True).start()
        netloc = f"127.0.0.1:{listening.getsockname()[1]}"
        fetcher = make_fetcher(allowed=frozenset({netloc}))
        ((_, outcome),) = fetcher.fetch_all([FetchRequest(key="k", url=f"https://{netloc}/")])
    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.TLS


# --- robots.txt ------------------------------------------------------------------------------------------------------


def robots(server: HostileServer, text: str) -> None:
    server.routes["/robots.txt"] = reply(200, text.encode())


def test_robots_are_obeyed_and_read_once(server: HostileServer, fetch: Fetch) -> None:
    robots(server, "User-agent: *\nDisallow: /private\n\nUser-agent: BHXH-Radar\nDisallow: /ours\n")
    server.routes |= {p: reply(200, RSS) for p in ("/private", "/ours", "/free")}
    assert fetch("/ours") == Refused(kind=RefusalKind.ROBOTS)
    assert isinstance(fetch("/free"), Fetched)
    assert isinstance(fetch("/private"), Fetched)  # the group for us alone counts
    assert [r.path for r in server.requests] == ["/robots.txt", "/free", "/private"]


@pytest.mark.parametrize("status", [404, 403, 400])
def test_robots_that_are_not_there_allow(status: int, server: HostileServer, fetch: Fetch) -> None:
    server.routes |= {"/robots.txt": reply(status), "/x": reply(200, RSS)}
    assert isinstance(fetch("/x"), Fetched)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_robots_that_fail_forbid_for_a_while(status: int, server: HostileServer, fetch: Fetch) -> None:
    server.routes |= {"/robots.txt": reply(status), "/x": reply(200, RSS)}
    outcome = fetch("/x")
    assert isinstance(outcome, Refused)
    assert (outcome.kind, outcome.detail) == (RefusalKind.ROBOTS, f"robots.txt: HTTP {status}")
    # that it forbids the address is not said: it is asked for as soon as the file is read again
    assert not outcome.asked
    assert outcome.retry_after is not None
    assert timedelta(0) < outcome.retry_after <= timedelta(hours=1)
    assert server.paths() == []


def test_robots_that_ask_for_time_are_read_again_after_it() -> None:
    assert rules_of(503, b"", at=10.0, wait=300.0).expires == 310.0
    assert rules_of(503, b"", at=10.0, wait=0.0).expires == 70.0
    assert rules_of(502, b"", at=10.0).expires == 3610.0


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", ["BHXH-Radar/1.5", "bhxh-radar/1.5 (+mailto:a@example.com) # us", "BHXH-Radar*"])
def test_robots_may_name_us_as_logs_do(name: str, end: str, server: HostileServer, fetch: Fetch) -> None:
    robots(server, end.join((f"User-agent: {name}", "Disallow: /", "", "User-agent: *", "Allow: /", "")))
    server.routes["/x"] = reply(200, RSS)
    assert fetch("/x") == Refused(kind=RefusalKind.ROBOTS)


def test_a_host_that_cannot_be_reached_for_its_robots_has_failed(server: HostileServer, fetch: Fetch) -> None:
    async def nothing(request: Request):  # type: ignore[no-untyped-def]
        yield b"HTTP/1.1"

    server.routes["/robots.txt"] = nothing
    outcome = fetch("/x")
    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.CONNECTION
    assert fetch("/y") == outcome
    assert [r.path for r in server.requests] == ["/robots.txt"] * 2  # asked again once, as a kept connection may be


def test_a_page_in_place_of_robots_allows(server: HostileServer, fetch: Fetch) -> None:
    server.routes |= {"/robots.txt": reply(200, b"<html>" + b"x" * 600_000), "/x": reply(200, RSS)}
    assert isinstance(fetch("/x"), Fetched)


RULES = "User-agent: *\r\nDisallow: /kin\r\n"
LONG = RULES + f"# {'x' * 100}\n" * 5300  # some 546,000 bytes


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (RULES.encode("utf-8-sig"), []),
        (codecs.BOM_UTF16_LE + RULES.encode("utf-16-le"), []),
        (codecs.BOM_UTF16_BE + RULES.encode("utf-16-be"), []),
        (LONG.encode(), []),
        (gzip.compress(LONG.encode()), [("Content-Encoding", "gzip")]),
        (codecs.BOM_UTF16_LE + LONG.encode("utf-16-le"), []),
    ],
    ids=["utf-8 with a mark", "utf-16-le", "utf-16-be", "long", "long and packed", "long utf-16"],
)
def test_robots_are_obeyed_however_they_are_written(
    body: bytes, headers: list[tuple[str, str]], server: HostileServer, fetch: Fetch
) -> None:
    server.routes |= {
        "/robots.txt": reply(200, body, *headers), "/kin/0": reply(200, RSS), "/x": reply(200, RSS),
    }  # fmt: skip
    assert fetch("/kin/0") == Refused(kind=RefusalKind.ROBOTS)
    assert isinstance(fetch("/x"), Fetched)


def test_the_last_rule_of_long_robots_is_not_cut_short(server: HostileServer, fetch: Fetch) -> None:
    begin = "User-agent: *\nDisallow: /kin\n"
    cut = begin + "#" * (512 * 1024 - len(begin) - len("\nDisallow: /")) + "\nDisallow: /archive/\n"
    server.routes |= {"/robots.txt": reply(200, cut.encode()), "/kin": reply(200, RSS), "/x": reply(200, RSS)}
    assert isinstance(fetch("/x"), Fetched)
    assert fetch("/kin") == Refused(kind=RefusalKind.ROBOTS)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("br", RULES.encode()), ("gzip", RULES.encode()), ("gzip", gzip.compress(b"x" * 999)[:-9])],
    ids=["not understood", "not packed", "cut off"],  # what is packed holds the time
)
def test_robots_that_cannot_be_decoded_forbid_for_a_while(
    encoding: str, body: bytes, server: HostileServer, fetch: Fetch
) -> None:
    server.routes |= {"/robots.txt": reply(200, body, ("Content-Encoding", encoding)), "/x": reply(200, RSS)}
    outcome = fetch("/x")
    assert isinstance(outcome, Refused)
    assert outcome.detail.startswith("robots.txt: ")
    assert not outcome.asked
    assert server.paths() == []


def test_robots_of_the_host_that_a_redirect_leads_to_count(server: HostileServer, make_fetcher: MakeFetcher) -> None:
    async def loopback(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    def by_host(request: Request) -> bytes:
        return reply(200, b"User-agent: *\nDisallow: /" if request.headers["host"].startswith("closed") else b"")

    closed, open_ = f"closed.example:{server.port}", f"open.example:{server.port}"
    server.routes |= {"/robots.txt": by_host, "/go": redirect(f"http://{closed}/x"), "/x": reply(200, RSS)}
    fetcher = make_fetcher(allowed=frozenset({closed, open_}), resolver=loopback)
    ((_, outcome),) = fetcher.fetch_all([FetchRequest(key="k", url=f"http://{open_}/go")])
    assert outcome == Refused(kind=RefusalKind.ROBOTS)
    assert server.paths() == ["/go"]


def test_robots_count_for_every_hop_on_the_same_host_too(server: HostileServer, fetch: Fetch) -> None:
    robots(server, "User-agent: *\nDisallow: /kin\n")
    server.routes |= {"/a0": redirect("/a1"), "/a1": redirect("/kin/0"), "/kin/0": reply(200, RSS)}
    assert fetch("/a0") == Refused(kind=RefusalKind.ROBOTS)
    assert server.paths() == ["/a0", "/a1"]
    assert isinstance(fetch("/kin/0", obey_robots=False), Fetched)


# --- time that a host asks for --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "headers", "least"),
    [
        (429, [("Retry-After", "259200")], timedelta(days=3)),
        (429, [], timedelta(minutes=15)),
        (503, [("Retry-After", "259200")], timedelta(days=3)),
    ],
)  # fmt: skip
def test_a_host_that_asks_for_time_gets_it_for_all_its_addresses(
    status: int, headers: list[tuple[str, str]], least: timedelta, server: HostileServer, fetch: Fetch
) -> None:
    server.routes |= {"/x": reply(status, b"", *headers), "/y": reply(200, RSS)}
    first, second = fetch("/x"), fetch("/y")
    assert isinstance(first, Refused | Failed)
    assert isinstance(second, Refused | Failed)
    assert (first.asked, second.asked, first.kind) == (True, False, second.kind)
    assert second.retry_after is not None
    assert least - timedelta(seconds=30) < second.retry_after <= least
    assert server.paths() == ["/x"]


@pytest.mark.parametrize("headers", [[], [("Retry-After", "0")]])
def test_a_server_error_that_asks_for_no_time_is_one_of_its_address(
    headers: list[tuple[str, str]], server: HostileServer, fetch: Fetch
) -> None:
    server.routes |= {"/x": reply(503, b"", *headers), "/y": reply(200, RSS)}
    fetch("/x")
    assert isinstance(fetch("/y"), Fetched)


def test_what_waits_for_its_turn_is_not_asked_once_the_host_asks_for_time(
    server: HostileServer, make_fetcher: MakeFetcher
) -> None:
    server.routes |= {f"/{n}": reply(429, b"", ("Retry-After", "3600")) for n in range(6)}
    fetcher = make_fetcher(delay=0.1)
    outcomes = list(fetcher.fetch_all([FetchRequest(key=str(n), url=server.url(f"/{n}")) for n in range(6)]))
    assert all(isinstance(outcome, Refused) for _, outcome in outcomes)
    assert len(server.paths()) == 1


def test_a_redirect_to_a_host_that_is_left_alone_is_not_followed(
    server: HostileServer, make_fetcher: MakeFetcher
) -> None:
    async def loopback(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    busy, free = f"busy.example:{server.port}", f"free.example:{server.port}"
    server.routes |= {"/x": reply(429, b"", ("Retry-After", "60")), "/go": redirect(f"http://{busy}/y")}
    fetcher = make_fetcher(allowed=frozenset({busy, free}), resolver=loopback)
    [(_, first)] = fetcher.fetch_all([FetchRequest(key="k", url=f"http://{busy}/x")])
    [(_, second)] = fetcher.fetch_all([FetchRequest(key="k", url=f"http://{free}/go")])
    assert isinstance(first, Refused)
    assert isinstance(second, Refused)
    assert not second.asked
    assert server.paths() == ["/x", "/go"]


# --- turns -----------------------------------------------------------------------------------------------------------


def test_crawl_delay_puts_off_what_would_wait_too_long(server: HostileServer, fetch: Fetch) -> None:
    robots(server, "User-agent: *\nCrawl-delay: 30\n")
    server.routes["/x"] = reply(200, RSS)
    assert isinstance(fetch("/x"), Fetched)
    later = fetch("/x")
    assert isinstance(later, Failed)
    assert later.kind is FailureKind.NO_TURN
    assert later.retry_after is not None
    assert timedelta(seconds=25) < later.retry_after <= timedelta(seconds=30)


def test_requests_to_a_host_keep_their_distance(server: HostileServer, make_fetcher: MakeFetcher) -> None:
    times: list[float] = []

    def stamped(request: Request) -> bytes:
        times.append(time.monotonic())
        return reply(200, RSS)

    server.routes |= {f"/{n}": stamped for n in range(4)}
    fetcher = make_fetcher(delay=0.1)
    list(fetcher.fetch_all([FetchRequest(key=str(n), url=server.url(f"/{n}")) for n in range(4)]))
    assert all(after - before > 0.08 for before, after in zip(sorted(times), sorted(times)[1:], strict=False))


def test_hops_keep_their_distance(server: HostileServer, make_fetcher: MakeFetcher) -> None:
    server.routes |= {"/0": redirect("/1"), "/1": redirect("/2"), "/2": redirect("/3"), "/3": reply(200, RSS)}
    fetcher, started = make_fetcher(delay=0.1), time.monotonic()
    [(_, outcome)] = fetcher.fetch_all([FetchRequest(key="k", url=server.url("/0"))])
    assert isinstance(outcome, Fetched)
    assert time.monotonic() - started >= 0.3


def test_a_hop_whose_turn_is_far_away_is_made_by_the_next_request(
    server: HostileServer, make_fetcher: MakeFetcher
) -> None:
    robots(server, "User-agent: *\nCrawl-delay: 1\n")
    server.routes |= {"/old": redirect("/new", status=301), "/new": reply(200, RSS)}
    fetcher = make_fetcher(longest_turn=0.5)
    wanted = [FetchRequest(key="k", url=server.url("/old"))]
    [(_, first)] = fetcher.fetch_all(wanted)
    assert isinstance(first, Failed)
    assert first.kind is FailureKind.NO_TURN
    fetcher._hosts.get(f"http://{server.netloc}").next_start = 0.0  # its turn has come
    [(_, second)] = fetcher.fetch_all(wanted)
    assert isinstance(second, Fetched)
    assert (second.url, second.permanent_url) == (server.url("/new"), server.url("/new"))
    assert server.paths() == ["/old", "/new"]


def test_no_more_than_two_at_once_at_a_host(server: HostileServer, fetch: Fetch, make_fetcher: MakeFetcher) -> None:
    async def takes_a_moment(request: Request):  # type: ignore[no-untyped-def]
        await asyncio.sleep(0.03)
        yield reply(200, RSS)

    server.routes |= {f"/{n}": takes_a_moment for n in range(8)}
    outcomes = list(make_fetcher().fetch_all([FetchRequest(key=str(n), url=server.url(f"/{n}")) for n in range(8)]))
    assert all(isinstance(outcome, Fetched) for _, outcome in outcomes)
    assert server.most_running == 2


def test_connections_of_idle_hosts_are_closed(server: HostileServer, make_fetcher: MakeFetcher) -> None:
    async def loopback(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    names = [f"h{n}.example:{server.port}" for n in range(30)]
    server.routes["/x"] = reply(200, RSS)
    fetcher = make_fetcher(allowed=frozenset(names), resolver=loopback, open_clients=4, concurrency=2)
    outcomes = list(fetcher.fetch_all([FetchRequest(key=n, url=f"http://{n}/x") for n in names]))
    assert all(isinstance(outcome, Fetched) for _, outcome in outcomes)
    assert sum(h.client is not None for h in fetcher._hosts._hosts.values()) <= 6


def test_connections_that_nobody_uses_are_closed_and_cookies_stay(
    server: HostileServer, make_fetcher: MakeFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def loopback(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    busy, quiet = f"busy.example:{server.port}", f"quiet.example:{server.port}"
    server.routes |= {"/x": reply(200, RSS, ("Set-Cookie", "D1N=1; Path=/")), "/y": reply(200, RSS)}
    fetcher = make_fetcher(allowed=frozenset({busy, quiet}), resolver=loopback)

    def ask(url: str) -> None:
        [(_, outcome)] = fetcher.fetch_all([FetchRequest(key="k", url=url)])
        assert isinstance(outcome, Fetched)

    ask(f"http://{quiet}/x")
    host = fetcher._hosts._hosts[f"http://{quiet}"]
    ask(f"http://{busy}/y")
    assert host.client is not None
    monkeypatch.setattr("service.crawling.hosts.KEEP_ALIVE", 0.0)
    ask(f"http://{busy}/y")
    assert host.client is None
    ask(f"http://{quiet}/y")
    assert server.requests[-1].headers["cookie"] == "D1N=1"


def test_nothing_asked_nothing_answered(make_fetcher: MakeFetcher) -> None:
    assert list(make_fetcher().fetch_all([])) == []


def test_a_reader_that_goes_away_stops_the_rest(server: HostileServer, make_fetcher: MakeFetcher) -> None:
    server.routes |= {f"/{n}": reply(200, RSS) for n in range(50)}
    fetcher = make_fetcher(delay=0.02)
    first = next(iter(fetcher.fetch_all([FetchRequest(key=str(n), url=server.url(f"/{n}")) for n in range(50)])))
    assert isinstance(first[1], Fetched)
    fetcher.close()
    assert len(server.requests) < 50


def test_an_installation_takes_retry_after_by_its_own_clock(server: HostileServer, tmp_path: Path) -> None:
    later = format_datetime(NOW + timedelta(hours=1), usegmt=True)
    server.routes |= {"/robots.txt": reply(404), "/x": reply(429, b"", ("Retry-After", later))}
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'radar.db'}", text_workers=0)
    plan = Plan(clock=SetClock(NOW), feeds=(), allowed_hosts=frozenset({server.netloc}), host_delay=0.0)
    with install(settings, plan) as radar:
        [(_, outcome)] = radar.collector.fetcher.fetch_all([FetchRequest(key="k", url=server.url("/x"))])
    assert isinstance(outcome, Refused)
    assert outcome.retry_after == timedelta(hours=1)


@pytest.mark.parametrize(("status", "kind"), [(429, RefusalKind.RATE_LIMITED), (503, FailureKind.SERVER_ERROR)])
def test_the_time_that_a_host_asks_for_outlasts_the_process(
    status: int, kind: RefusalKind | FailureKind, server: HostileServer, tmp_path: Path
) -> None:
    server.routes |= {"/x": reply(status, b"", ("Retry-After", "3600")), "/y": reply(200, RSS)}
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'radar.db'}", text_workers=0)
    clock = SetClock(NOW)
    plan = Plan(clock=clock, feeds=(), allowed_hosts=frozenset({server.netloc}), host_delay=0.0)

    def ask(radar: Installation, path: str) -> FetchOutcome:
        [(_, outcome)] = radar.collector.fetcher.fetch_all([FetchRequest(key="k", url=server.url(path))])
        return outcome

    with install(settings, plan) as standing_by:
        assert isinstance(ask(standing_by, "/y"), Fetched)  # it knows the host
        with install(settings, plan) as first:
            ask(first, "/x")
        clock.at += timedelta(minutes=50)
        outcomes = [ask(standing_by, "/y")]
    with install(settings, plan) as started:
        outcomes += [ask(started, "/y")]
    for outcome in outcomes:
        assert isinstance(outcome, Refused | Failed)
        assert (outcome.kind, outcome.detail, outcome.asked) == (kind, f"HTTP {status}", False)
        assert outcome.retry_after is not None
        assert timedelta(minutes=9) < outcome.retry_after <= timedelta(minutes=10)
    clock.at += timedelta(minutes=11)
    with install(settings, plan) as later:
        assert isinstance(ask(later, "/y"), Fetched)


def test_a_rest_that_cannot_be_kept_is_obeyed_all_the_same(server: HostileServer) -> None:
    def broken(rest: HostRest) -> None:
        raise StoreError("the database is away")

    server.routes["/x"] = reply(429, b"")
    fetcher = HttpFetcher(user_agent=AGENT, now=lambda: NOW, allowed=frozenset({server.netloc}), keep_rest=broken)
    with fetcher:
        outcomes = [o for _ in range(2) for _, o in fetcher.fetch_all([FetchRequest(key="k", url=server.url("/x"))])]
    assert [isinstance(o, Refused) and o.asked for o in outcomes] == [True, False]


def test_closing_ends_the_thread() -> None:
    before = threading.active_count()
    fetcher = HttpFetcher(user_agent=AGENT, now=lambda: NOW)
    fetcher.close()
    fetcher.close()
    assert threading.active_count() == before


def test_a_client_that_came_into_use_while_others_were_closed_stays_open() -> None:
    async def run() -> None:
        class Slow(httpx.AsyncClient):
            async def aclose(self) -> None:
                busy.in_use = 1  # a request begins at a host that was idle when the closing began
                await asyncio.sleep(0)
                await super().aclose()

        hosts = Hosts(lambda: Slow(trust_env=False), per_host=2, open_at_most=2)
        first, busy, third = (hosts.get(f"http://{n}.example") for n in ("a", "b", "c"))
        for number, host in enumerate((first, busy, third)):
            await hosts.client(host, float(number))
        assert first.client is None
        assert busy.client is not None
        assert not busy.client.is_closed
        await hosts.close_all()

    asyncio.run(run())
