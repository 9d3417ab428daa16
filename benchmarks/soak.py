"""A long run against servers that fail at random: every entry that was ever served whole is stored, exactly once.

    python -m benchmarks.soak [--minutes 3] [--speed 20] [--feeds 60] [--seed 1]

Time inside runs `speed` times as fast as outside, so that back-off and intervals take their course. Answers are whole,
unchanged (304), compressed, cut off, of wrong length, reset, silent, refused, errors, HTML pages and empty envelopes.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from service.crawling.fetcher import FetchLimits, HttpFetcher
from service.crawling.readers import WorkerReader
from service.domain.judgement import Feedback, Judgement, TextToJudge, Tone
from service.domain.sources import Feed, Source, SourceKind
from service.scheduling.clock import ScaledClock, SystemClock
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate
from service.usecases.collect import Collector, collect, seed
from service.usecases.ingest import FetchPages

ORIGIN = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
KEPT = 20
WHOLE = ("plain", "plain", "gzip", "slow but whole")
BROKEN = ("cut gzip", "short", "reset", "silent", "500", "503", "429", "404", "html", "empty", "garbage")


class RestlessServer:
    """One feed a path `/N`; items appear as time goes by, and leave when twenty newer ones are there."""

    def __init__(self, clock: ScaledClock, chance: random.Random) -> None:
        self.clock, self.chance = clock, chance
        self.served: set[str] = set()
        self.answers: Counter[str] = Counter()

    def items(self, number: int) -> list[int]:
        """Numbers of the items in a feed: one every 3 to 60 minutes, by feed."""
        every = timedelta(minutes=3 + number % 20 * 3)
        newest = int((self.clock.now() - ORIGIN) / every)
        return list(range(max(newest - KEPT, 0), newest + 1))

    def body(self, number: int, items: Sequence[int]) -> bytes:
        rows = "".join(
            f"<item><title>Tin {n} của nguồn {number}</title><link>{link(number, n)}</link></item>" for n in items[::-1]
        )
        return f'<rss version="2.0"><channel><title>{number}</title>{rows}</channel></rss>'.encode()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            await self.answer(head, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        path = head.split(" ", 2)[1]
        if not path[1:].isdecimal():
            writer.write(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n")
            return
        number = int(path[1:])
        items = self.items(number)
        etag = f'"{items[-1]}"'
        kind = self.chance.choice(WHOLE if self.chance.random() < 0.5 else BROKEN)
        if f"if-none-match: {etag}" in head.lower() and kind in WHOLE:
            kind = "304"
        self.answers[kind] += 1
        await self.write(kind, etag, self.body(number, items), writer)
        if kind in WHOLE:
            self.served.update(link(number, n) for n in items)

    async def write(self, kind: str, etag: str, body: bytes, writer: asyncio.StreamWriter) -> None:
        packed = gzip.compress(body)
        ok = f"HTTP/1.1 200 OK\r\nConnection: close\r\nETag: {etag}\r\n"
        answers = {
            "304": b"HTTP/1.1 304 X\r\nConnection: close\r\n\r\n",
            "gzip": f"{ok}Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode() + packed,
            "cut gzip": f"{ok}Content-Encoding: gzip\r\n\r\n".encode() + packed[: len(packed) // 2],
            "short": f"{ok}Content-Length: {len(body) + 100}\r\n\r\n".encode() + body,
            "reset": f"{ok}Content-Length: {len(body)}\r\n\r\n".encode() + body[: len(body) // 3],
            "silent": b"",
            "429": b"HTTP/1.1 429 X\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n",
            "html": f"{ok}\r\n<!DOCTYPE html><html><body>Bảo trì</body></html>".encode(),
            "empty": f'{ok}\r\n<rss version="2.0"><channel><title>x</title></channel></rss>'.encode(),
            "garbage": b"\x16\x03\x01 not http\r\n\r\n",
        }
        if kind in ("404", "500", "503"):
            writer.write(f"HTTP/1.1 {kind} X\r\nContent-Length: 0\r\n\r\n".encode())
        elif kind == "slow but whole":
            writer.write(f"{ok}Content-Length: {len(body)}\r\n\r\n".encode() + body[:50])
            await asyncio.sleep(0.1)
            writer.write(body[50:])
        else:
            writer.write(answers.get(kind, f"{ok}Content-Length: {len(body)}\r\n\r\n".encode() + body))
        await writer.drain()
        if kind == "silent":
            await asyncio.sleep(2)


class EverythingRelevant:
    """Judges every text to be about BHXH, so that every document is stored."""

    def judge(self, texts: Sequence[TextToJudge]) -> Sequence[Judgement]:
        return [
            Judgement(
                id=t.id, relevant=True, relevance=1.0, tone=Tone.NEUTRAL, tone_score=1.0, feedback=Feedback.NONE,
                axis=None, topics=(), audiences=(), places=(), protected=False, denunciation=False, model="soak@1",
            )
            for t in texts
        ]  # fmt: skip


def link(number: int, item: int) -> str:
    """Address of an item."""
    return f"https://nguon{number}.example.com/tin-{item}.html"


def start(server: RestlessServer) -> int:
    """Run the server in a thread; gives its port."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    listening = asyncio.run_coroutine_threadsafe(asyncio.start_server(server.handle, "0.0.0.0", 0), loop).result(5)
    return int(listening.sockets[0].getsockname()[1])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=3.0)
    options.add_argument("--speed", type=float, default=20.0)
    options.add_argument("--feeds", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    clock = ScaledClock(ORIGIN, given.speed, end=ORIGIN + timedelta(days=365))
    server = RestlessServer(clock, random.Random(given.seed))
    port = start(server)
    source = Source(id="s", name="Nguồn", kind=SourceKind.ONLINE, publisher="s")
    feeds = [Feed(id=str(n), url=f"http://127.0.1.{n % 200 + 1}:{port}/{n}", source=source) for n in range(given.feeds)]
    allowed = frozenset(f.url.split("/")[2] for f in feeds)
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'soak.db'}")
        migrate(engine)
        limits = FetchLimits(total=1.0, connect=0.8, delay=0.0)
        with (
            HttpFetcher(user_agent="BHXH-Radar/0.1", now=SystemClock().now, allowed=allowed, limits=limits) as fetcher,
            WorkerReader() as reader,
        ):
            collector = Collector(
                feeds={f.id: f for f in feeds}, store=SqlStore(engine), fetcher=fetcher, reader=reader,
                classifier=EverythingRelevant(), clock=clock, fetch_pages=FetchPages.NONE,
            )  # fmt: skip
            seed(collector)
            until = time.monotonic() + given.minutes * 60
            while time.monotonic() < until:
                collect(collector)
                time.sleep(0.2)
            served = set(server.served)
        with engine.connect() as connection:
            stored = [row[0] for row in connection.execute(text("SELECT url FROM documents"))]
            healthy = connection.execute(
                text("SELECT count(*) FROM feeds WHERE failures = 0 AND refusals = 0")
            ).scalar()
        engine.dispose()
    print(f"time inside: {clock.now() - ORIGIN}; answers: {dict(server.answers.most_common())}")
    print(f"served whole {len(served)}, stored {len(stored)}, lost {len(served - set(stored))}")
    print(f"stored twice {len(stored) - len(set(stored))}, never served {len(set(stored) - served)}")
    print(f"feeds without failure or refusal at the end: {healthy} of {given.feeds}")


if __name__ == "__main__":
    main()
