"""From publication to the stored document, on feeds of different pace.

    python -m benchmarks.latency [--hours 24] [--every 15] [--seed 1]

A local server publishes items at random times by the hour of the day (Poisson), through HTTP with ETag; the whole of
collection reads them into SQLite with the timer's step (`RADAR_POLL_SECONDS`), the shortest interval of one minute and
the adaptive rhythm. Time inside is set step by step, so that a day takes minutes; the real time that a poll takes is
added to what each of its entries waited.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import threading
import time
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from benchmarks.soak import EverythingRelevant
from service.crawling.fetcher import FetchLimits, HttpFetcher
from service.crawling.readers import WorkerReader
from service.domain.sources import Feed, Source, SourceKind
from service.scheduling.clock import SetClock, SystemClock
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate
from service.usecases.collect import Collector, collect, seed
from service.usecases.ingest import FetchPages, document_id

START = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)  # midnight in Vietnam
WARM_UP = timedelta(hours=6)
KEPT = 30
# share of a newspaper's items by hour, Vietnam time
PROFILE = (
    0.2,
    0.1,
    0.1,
    0.1,
    0.3,
    0.8,
    1.3,
    1.5,
    1.5,
    1.5,
    1.5,
    1.4,
    1.1,
    1.2,
    1.4,
    1.5,
    1.5,
    1.4,
    1.2,
    1.1,
    1.0,
    0.9,
    0.6,
    0.4,
)
PACES = {"busy": 30.0, "ordinary": 6.0, "slow": 0.5}  # items an hour on average


def publications(an_hour: float, hours: int, chance: random.Random) -> list[datetime]:
    """Random times, in order."""
    found: list[datetime] = []
    for hour in range(hours):
        at = 0.0
        while (at := at + chance.expovariate(max(an_hour * PROFILE[hour % 24], 1e-6))) < 1:
            found.append(START + timedelta(hours=hour + at))
    return found


class Press:
    """Serves `/NAME`: the newest items published by the clock."""

    def __init__(self, items: dict[str, list[datetime]], clock: SetClock) -> None:
        self.items, self.clock = items, clock

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                writer.write(self.answer(head.split(" ", 2)[1][1:], head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def answer(self, name: str, head: str) -> bytes:
        if name not in self.items:
            return b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"
        count = bisect_right(self.items[name], self.clock.now())
        etag = f'"{count}"'
        if f"if-none-match: {etag}" in head.lower():
            return b"HTTP/1.1 304 X\r\n\r\n"
        rows = "".join(
            f"<item><title>Tin {n}</title><link>{link(name, n)}</link>"
            f"<pubDate>{format_datetime(self.items[name][n])}</pubDate></item>"
            for n in range(count - 1, max(count - KEPT, 0) - 1, -1)
        )
        body = f"<rss version='2.0'><channel><title>{name}</title>{rows}</channel></rss>".encode()
        return f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def link(name: str, number: int) -> str:
    """Address of an item."""
    return f"https://{name}.example.com/tin-{number}.html"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--hours", type=int, default=24)
    options.add_argument("--every", type=float, default=15.0, help="seconds between two looks at what is due")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    chance, clock = random.Random(given.seed), SetClock(START)
    items = {name: publications(pace, given.hours, chance) for name, pace in PACES.items()}
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    starting = asyncio.start_server(Press(items, clock).handle, "127.0.0.1", 0)
    port = asyncio.run_coroutine_threadsafe(starting, loop).result(5).sockets[0].getsockname()[1]
    source = Source(id="s", name="Nguồn", kind=SourceKind.ONLINE, publisher="s")
    feeds = {name: Feed(id=name, url=f"http://127.0.0.1:{port}/{name}", source=source) for name in items}
    allowed, limits = frozenset({f"127.0.0.1:{port}"}), FetchLimits(delay=0.0)
    with (
        tempfile.TemporaryDirectory() as folder,
        HttpFetcher(user_agent="BHXH-Radar/0.1", now=SystemClock().now, allowed=allowed, limits=limits) as fetcher,
        WorkerReader() as reader,
    ):
        engine = make_engine(f"sqlite:///{Path(folder) / 'latency.db'}")
        migrate(engine)
        collector = Collector(
            feeds=feeds, store=SqlStore(engine), fetcher=fetcher, reader=reader, classifier=EverythingRelevant(),
            clock=clock, fetch_pages=FetchPages.NONE,
        )  # fmt: skip
        seed(collector)
        waits, polls = run(collector, clock, items, given.hours, given.every)
        engine.dispose()
    for name, pace in PACES.items():
        seen = sorted(waits[name])
        published = sum(at >= START + WARM_UP for at in items[name])
        p95 = seen[int(len(seen) * 0.95)] if seen else float("nan")
        print(
            f"{name:9} {pace:4} an hour: median {statistics.median(seen):6.1f} s, 95 % below {p95:7.1f} s,"
            f" longest {seen[-1]:7.1f} s, stored {len(seen)} of {published}, polls {polls[name]}"
        )


def run(
    collector: Collector, clock: SetClock, items: dict[str, list[datetime]], hours: int, every: float
) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Seconds that each item waited, after the first hours in which the rhythm is learned; polls by feed."""
    waits: dict[str, list[float]] = {name: [] for name in items}
    polls = dict.fromkeys(items, 0)
    pending = {(name, n): at for name, times in items.items() for n, at in enumerate(times)}
    end = START + timedelta(hours=hours)
    while clock.now() < end:
        started = time.perf_counter()
        done = collect(collector)
        took = time.perf_counter() - started
        for polled in done:
            polls[polled.feed.id] += 1
            for key in [k for k, at in pending.items() if k[0] == polled.feed.id and at <= clock.now()]:
                at = pending.pop(key)
                if at >= START + WARM_UP and stored(collector, polled.feed, key):
                    waits[key[0]].append((clock.now() - at).total_seconds() + took)
        clock.at += timedelta(seconds=every)
    return waits, polls


def stored(collector: Collector, feed: Feed, key: tuple[str, int]) -> bool:
    """Whether an item is in the database."""
    from service.domain.documents import Entry

    url = link(*key)
    with collector.store.begin() as tx:
        return tx.document(document_id(Entry(id=url, url=url, title=""), feed)) is not None


if __name__ == "__main__":
    main()
