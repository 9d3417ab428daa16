"""How many feeds a cycle takes, beside plain feedparser and httpx on the same list.

    python -m benchmarks.crawl [--feeds 2000] [--hosts 500] [--cycles 3] [--items 30] [--ways whole,ours,plain]

A server in a process of its own answers on as many loopback addresses as there are hosts; after the first cycle 5 % of
the feeds have one new entry each, the others answer 304 to a conditional request. «ours» is fetching, reading in a
worker, and recognising the new entries by their identity; «whole» is the whole of collection into SQLite, with a
classifier that takes nothing for relevant; nothing may be lost. The ways take turns; medians are printed. Memory is
that of all ways together: name one way to know its own.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import feedparser
import httpx
from sqlalchemy import text

from benchmarks.soak import EverythingRelevant
from service.crawling.fetcher import FetchLimits, HttpFetcher
from service.crawling.readers import WorkerReader
from service.domain.fetching import Failed, Fetched, FetchRequest, NotModified
from service.domain.judgement import Judgement, TextToJudge
from service.domain.sources import Feed, Source, SourceKind
from service.parsing.urls import identity_key
from service.scheduling.clock import SetClock, SystemClock
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate
from service.usecases.collect import Collector, collect_due, seed
from service.usecases.ingest import FetchPages

CHANGED = 20  # every twentieth feed


class NothingRelevant(EverythingRelevant):
    """Judges every text to be about something else, as most news is."""

    def judge(self, texts: Sequence[TextToJudge]) -> Sequence[Judgement]:
        return [j.as_irrelevant() for j in super().judge(texts)]


def changes(number: int, cycle: int) -> int:
    """How many entries a feed has added by a cycle."""
    return sum(number % CHANGED == c % CHANGED for c in range(1, cycle + 1))


def feed_body(number: int, newest: int, items: int) -> bytes:
    """A feed as Vietnamese outlets write them."""
    rows = "".join(
        f"<item><title>Tin số {n} của nguồn {number}: bảo hiểm xã hội chi trả lương hưu</title>"
        f"<description><![CDATA[<a href='/x'><img src='/i.jpg'></a></br>Tóm tắt của tin số {n}.]]></description>"
        f"<link>https://nguon{number}.example.com/tin-{number}-{n:06d}.html</link>"
        f"<pubDate>Mon, 02 Mar 2026 {n % 24:02d}:15:00 +0700</pubDate></item>"
        for n in range(newest, newest - items, -1)
    )
    head = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Nguồn {number}</title>'
    return f"{head}{rows}</channel></rss>".encode()


class Server:
    """Answers `/feed/N` with an ETag, `/robots.txt` with 404, `/cycle/N` by moving on."""

    def __init__(self, items: int) -> None:
        self.cycle = 0
        self.items = items

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                writer.write(self.answer(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def answer(self, head: str) -> bytes:
        path = head.split(" ", 2)[1]
        if path.startswith("/cycle/"):
            self.cycle = int(path.removeprefix("/cycle/"))
            return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        if not path.startswith("/feed/"):
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        number = int(path.removeprefix("/feed/"))
        added = changes(number, self.cycle)
        etag = f'"{number}-{added}"'
        if f"if-none-match: {etag}" in head.lower():
            return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
        body = feed_body(number, self.items + added, self.items)
        return f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def serve(ready: Connection, items: int) -> None:
    """The server's process."""

    async def run() -> None:
        server = await asyncio.start_server(Server(items).handle, "0.0.0.0", 0, backlog=2048)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@dataclass
class Crawler:
    """What one way of crawling remembers between cycles."""

    name: str
    run: Callable[[Crawler, list[str]], None]
    validators: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    tools: dict[str, Any] = field(default_factory=dict)


def ours(crawler: Crawler, urls: list[str]) -> None:
    """The product's fetcher and reader."""
    requests = [FetchRequest(key=u, url=u, etag=crawler.validators.get(u, (None, None))[0]) for u in urls]
    for request, outcome in crawler.tools["fetcher"].fetch_all(requests):
        if isinstance(outcome, Fetched):
            content = crawler.tools["reader"].feed(
                outcome.body, url=outcome.url, content_type=outcome.content_type, now=datetime.now(UTC)
            )
            entries = () if isinstance(content, Failed) else content.entries
            crawler.validators[request.key] = (outcome.etag, outcome.last_modified)
            crawler.seen.update(hashlib.sha256(identity_key(e.url).encode()).hexdigest() for e in entries)
        elif not isinstance(outcome, NotModified):
            raise SystemExit(f"{request.url}: {outcome}")


def whole(crawler: Crawler, urls: list[str]) -> None:
    """The whole of collection; time inside goes on by seven hours, so that every feed is due."""
    collector: Collector = crawler.tools["collector"]
    for polled in collect_due(collector):
        if polled.state.failures or polled.state.refusals:
            raise SystemExit(f"{polled.feed.url}: {polled.state.outcome}")
    crawler.tools["clock"].at += timedelta(hours=7)
    with crawler.tools["engine"].connect() as connection:
        crawler.seen = set(connection.scalars(text("SELECT key FROM sightings")))


def with_collector(urls: list[str], fetcher: HttpFetcher, reader: WorkerReader, folder: Path) -> dict[str, Any]:
    """What `whole` needs."""
    engine = make_engine(f"sqlite:///{folder / 'crawl.db'}")
    migrate(engine)
    source = Source(id="s", name="Nguồn", kind=SourceKind.ONLINE, publisher="s")
    clock = SetClock(datetime(2026, 3, 2, tzinfo=UTC))
    collector = Collector(
        feeds={u: Feed(id=u, url=u, source=source) for u in urls}, store=SqlStore(engine), fetcher=fetcher,
        reader=reader, classifier=NothingRelevant(), clock=clock, fetch_pages=FetchPages.NONE,
    )  # fmt: skip
    seed(collector)
    return {"collector": collector, "clock": clock, "engine": engine}


def plain(crawler: Crawler, urls: list[str]) -> None:
    """feedparser and one httpx client, no robots.txt, no guard, no limits, no worker."""

    async def run() -> None:
        slots = asyncio.Semaphore(64)
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:

            async def one(url: str) -> None:
                etag = crawler.validators.get(url, (None, None))[0]
                async with slots:
                    response = await client.get(url, headers={"If-None-Match": etag} if etag else {})
                if response.status_code == 200:
                    parsed = feedparser.parse(response.content)
                    crawler.validators[url] = (response.headers.get("etag"), None)
                    crawler.seen.update(hashlib.sha256(e.link.encode()).hexdigest() for e in parsed.entries)

            await asyncio.gather(*(one(u) for u in urls))

    asyncio.run(run())


def cpu_seconds() -> float:
    """User and system time of this process and of children that have ended."""
    return sum(
        u.ru_utime + u.ru_stime
        for u in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def worker_cpu() -> float:
    """CPU seconds of reader processes that are still running."""
    total = 0.0
    for process in multiprocessing.active_children():
        if process.name == "reader":
            with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            total += (int(fields[11]) + int(fields[12])) / 100
    return total


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--feeds", type=int, default=2000)
    options.add_argument("--hosts", type=int, default=500)
    options.add_argument("--cycles", type=int, default=3)
    options.add_argument("--items", type=int, default=30, help="in a feed")
    options.add_argument("--ways", default="whole,ours,plain")
    options.add_argument("--delay", type=float, default=0.0, help="seconds between two requests to a host")
    given = options.parse_args()
    context = multiprocessing.get_context("spawn")
    theirs, mine = context.Pipe()
    server = context.Process(target=serve, args=(theirs, given.items), daemon=True)
    server.start()
    port = mine.recv()
    hosts = [f"127.{1 + n // 250}.0.{1 + n % 250}:{port}" for n in range(given.hosts)]
    urls = [f"http://{hosts[n % given.hosts]}/feed/{n}" for n in range(given.feeds)]
    limits = FetchLimits(delay=given.delay, longest_turn=600)
    with (
        HttpFetcher(
            user_agent="BHXH-Radar/0.1", now=SystemClock().now, allowed=frozenset(hosts), limits=limits
        ) as fetcher,
        WorkerReader() as reader,
        tempfile.TemporaryDirectory() as folder,
    ):
        tools = {"fetcher": fetcher, "reader": reader}
        if "whole" in given.ways:
            tools |= with_collector(urls, fetcher, reader, Path(folder))
        ways = {"whole": whole, "ours": ours, "plain": plain}
        crawlers = [Crawler(name, ways[name], tools=tools) for name in given.ways.split(",")]
        for cycle in range(given.cycles + 1):
            httpx.get(f"http://{hosts[0]}/cycle/{cycle}", trust_env=False)
            for crawler in crawlers if cycle % 2 else reversed(crawlers):
                started, used = time.perf_counter(), cpu_seconds() + worker_cpu()
                crawler.run(crawler, urls)
                crawler.wall.append(time.perf_counter() - started)
                crawler.cpu.append(cpu_seconds() + worker_cpu() - used)
        new = sum(changes(n, given.cycles) for n in range(given.feeds))
        for crawler in crawlers:
            first, later = (given.feeds / cpu for cpu in (crawler.cpu[0], statistics.median(crawler.cpu[1:])))
            print(
                f"{crawler.name:6} first cycle {crawler.wall[0]:6.1f} s ({first:5.0f} feeds per CPU second),"
                f" later ones {statistics.median(crawler.wall[1:]):6.1f} s ({later:5.0f}),"
                f" entries {len(crawler.seen)} of {given.feeds * given.items + new}"
            )
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"memory at most: {own / 1024:.0f} MB here, {child / 1024:.0f} MB in the largest child")
    server.terminate()


if __name__ == "__main__":
    main()
