"""Hostile feeds through the whole of collection: each is over soon, says why, and costs its neighbour nothing."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import text

from service.crawling.readers import WorkerLimits, WorkerReader
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore, make_engine
from service.usecases.collect import Collector, Polled, collect, seed
from service.usecases.ingest import FetchPages
from tests.builders import RuleClassifier, make_feed
from tests.crawling.conftest import NOW, MakeFetcher
from tests.crawling.server import Answer, HostileServer, Request, redirect, reply

LIMITS = WorkerLimits(seconds=20, memory=700 * 2**20)
XML = ("Content-Type", "application/rss+xml")


def rss(inside: str, doctype: str = "") -> bytes:
    return f'{doctype}<rss version="2.0"><channel>{inside}</channel></rss>'.encode()


def item(inside: str = "<title>Lương hưu</title>", link: str = "https://bao.example.com/1.html") -> str:
    return f"<item>{inside}<link>{link}</link></item>"


GOOD = rss(item(link="https://bao.example.com/tot.html"))
LAUGHS = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "{}"><!ENTITY c "{}"><!ENTITY d "{}">]>'.format(
    "&a;" * 10, "&b;" * 10, "&c;" * 10
)
QUADRATIC = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 50_000}">]>'
DEEP = rss(item("<title>Lương hưu</title><description>" + "<b>" * 30_000 + "</description>"))
DEEP_XML = rss("<a>" * 30_000)


@cache
def fifty() -> bytes:
    return reply(200, rss(item("<title>Lương hưu</title><description>" + "x" * 50_000_000 + "</description>")), XML)


@cache
def bomb() -> bytes:
    return reply(200, gzip.compress(b"\0" * 200_000_000, 1), XML, ("Content-Encoding", "gzip"))


async def endless(request: Request) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss><channel>"
    while True:
        yield b"<item><title>x</title></item>" * 3000


async def drip(request: Request) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n<rss>"
    while True:
        await asyncio.sleep(0.1)
        yield b"x"


async def cut(request: Request) -> AsyncIterator[bytes]:
    yield reply(200, GOOD[:40], XML, length=len(GOOD))


CASES: dict[str, tuple[Answer | Callable[[], bytes], str]] = {
    "entities in entities": (reply(200, rss(item("<title>&d;</title>"), LAUGHS), XML), "thực thể XML tự nhân lên"),
    "one entity often": (
        reply(200, rss(item(f"<title>{'&a;' * 1000}</title>"), QUADRATIC), XML),
        "thực thể XML tự nhân lên",
    ),
    "bomb": (bomb, "nội dung quá lớn (hơn 8 MB)"),
    "bomb in a bomb": (
        reply(200, gzip.compress(gzip.compress(b"\0" * 20_000_000)), ("Content-Encoding", "gzip, gzip")),
        "nội dung hỏng (Content-Encoding: gzip, gzip)",
    ),
    "fifty megabytes": (fifty, "nội dung quá lớn (hơn 8 MB)"),
    "endless": (endless, "nội dung quá lớn (hơn 8 MB)"),
    "slow": (drip, "máy chủ không trả lời kịp"),
    "cut off": (cut, "không kết nối được"),
    "redirects to itself": (redirect("/rss"), "chuyển hướng quá nhiều lần (hơn 5 lần)"),
    "redirect inside": (redirect("http://169.254.169.254/latest/"), "cổng lạ, không được phép đọc (169.254"),
    "decimal address": (redirect("http://2130706433/"), "địa chỉ nội bộ hoặc cổng lạ, không được phép đọc"),
    "octal address": (redirect("http://0177.0.0.1/"), "Invalid IPv4 address: '0177.0.0.1'"),
    "mapped address": (redirect("http://[::ffff:10.0.0.1]/"), "địa chỉ nội bộ hoặc cổng lạ, không được phép đọc"),
    "a page": (reply(200, b"<!DOCTYPE html><html><body>x</body></html>"), "không phải nguồn tin (là trang HTML)"),
    "nothing": (reply(200, b"", XML), "không phải nguồn tin (không có nội dung)"),
    "binary": (reply(200, b"\x89PNG\0\0\0", ("Content-Type", "image/png")), "không phải nguồn tin (image/png)"),
    "deep elements": (reply(200, DEEP_XML, XML), ""),
}
TAKEN: dict[str, tuple[bytes, int]] = {
    "deep nesting in a text": (DEEP, 1),
    "NUL and control characters": (GOOD.replace(b"tot", b"nul").replace(b"<title>", b"<title>\0\x01\x0b"), 1),
    "header injection in an ETag": (GOOD.replace(b"tot", b"etag"), 1),
}


@pytest.fixture(scope="module")
def reader() -> Iterator[WorkerReader]:
    with WorkerReader(limits=LIMITS) as pool:
        yield pool


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[SqlStore]:
    """One database is enough: nothing here depends on which."""
    target = tmp_path / "radar.db"
    shutil.copy(sqlite_template, target)
    engine = make_engine(f"sqlite:///{target}")
    yield SqlStore(engine)
    engine.dispose()


Poll = Callable[..., dict[str, Polled]]


@pytest.fixture
def poll(server: HostileServer, sqlite: SqlStore, make_fetcher: MakeFetcher, reader: WorkerReader) -> Poll:
    """Poll a hostile feed and a good one of the same server in one cycle."""

    def run(answer: Answer) -> dict[str, Polled]:
        server.routes |= {"/rss": answer, "/tot": reply(200, GOOD, XML)}
        feeds = {n: replace(make_feed(n), url=server.url(path)) for n, path in (("du", "/rss"), ("tot", "/tot"))}
        collector = Collector(
            feeds=feeds, store=sqlite, fetcher=make_fetcher(total=6.0, connect=5.0), reader=reader,
            classifier=RuleClassifier(), clock=SetClock(NOW), fetch_pages=FetchPages.NONE,
        )  # fmt: skip
        seed(collector)
        return {p.feed.id: p for p in collect(collector)}

    return run


@pytest.mark.parametrize("case", list(CASES))
def test_each_says_why_and_the_neighbour_is_read(case: str, poll: Poll) -> None:
    answer, why = CASES[case]
    started = time.monotonic()
    polled = poll(answer() if answer in (fifty, bomb) else answer)
    assert why in polled["du"].state.outcome
    assert polled["du"].ingested.kept == 0
    assert polled["du"].state.next_poll_at > NOW  # never given up
    assert polled["tot"].ingested.kept == 1
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("case", list(TAKEN))
def test_what_can_be_read_is_taken(case: str, poll: Poll, sqlite: SqlStore) -> None:
    body, kept = TAKEN[case]
    polled = poll(reply(200, body, XML, ("ETag", '"a"\tX-Evil: 1' + "é" * 9)))
    assert polled["du"].ingested.kept == kept
    with sqlite.begin() as tx:
        titles = tx.connection.scalars(text("select title from documents")).all()
        [etag] = tx.connection.scalars(text("select etag from feeds where id = 'du'"))
    assert set(titles) == {"Lương hưu"}
    assert etag is None


@pytest.mark.parametrize(
    ("entry", "many", "outcome"),
    [
        ("<item><title>Lương hưu {0}</title></item>", 150_000, "đã đọc 2000 tin, 2000 tin mới"),
        ("<item/>", 1_000_000, "đã đọc"),
        ("<item><title>Lương hưu {0}</title></item>", 1_000_000, "nội dung quá lớn"),
    ],
)
def test_a_million_entries_are_cut_or_refused(entry: str, many: int, outcome: str, poll: Poll) -> None:
    polled = poll(reply(200, rss("".join(map(entry.format, range(many)))), XML))
    assert outcome in polled["du"].state.outcome
    assert polled["du"].ingested.new <= 2000
    assert polled["tot"].ingested.kept == 1
