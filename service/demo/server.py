"""Serves the invented day on loopback: a feed and pages an outlet, showing what was published by now."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

from service.domain.sources import Feed, Source, SourceKind
from service.domain.times import VIETNAM

DAY_FILE = Path(__file__).with_name("day.yaml")


@dataclass(frozen=True, slots=True)
class Item:
    """One invented publication; `part` names what it belongs to («crisis»), for tests."""

    number: int
    at: datetime
    outlet: str
    title: str
    text: str
    body: str
    part: str


@dataclass(frozen=True, slots=True)
class Day:
    """The invented day on a date: outlets and items in order of time."""

    outlets: dict[str, Source]
    items: tuple[Item, ...]


def load_day(on: date) -> Day:
    """The day as if it were `on`, Vietnamese time."""
    raw = yaml.safe_load(DAY_FILE.read_text(encoding="utf-8"))
    outlets = {
        key: Source(id=key, name=o["name"], kind=SourceKind(o["kind"]), publisher=o["name"], reach=o["reach"])
        for key, o in raw["outlets"].items()
    }
    items = [
        Item(
            number=n,
            at=datetime.combine(on, time.fromisoformat(i["at"]), VIETNAM).astimezone(UTC),
            outlet=i["outlet"],
            title=i["title"],
            text=i["text"],
            body=i.get("body", i["text"]),
            part=i.get("part", ""),
        )
        for n, i in enumerate(raw["items"])
    ]
    return Day(outlets, tuple(sorted(items, key=lambda i: i.at)))


def feeds_of(day: Day, base: str) -> list[Feed]:
    """A feed an outlet at the server's address."""
    return [
        Feed(
            id=f"demo-{key}",
            url=f"{base}/{key}/feed.xml",
            source=source,
            section="Tin mới",
            verified=True,
            interval=timedelta(minutes=5),
        )
        for key, source in day.outlets.items()
    ]


@contextmanager
def serve(day: Day, now: Callable[[], datetime]) -> Iterator[str]:
    """Serve the day on 127.0.0.1 and any free port; gives the base address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            outlet, _, rest = self.path.strip("/").partition("/")
            items = [i for i in day.items if i.outlet == outlet and i.at <= now()]
            if outlet in day.outlets and rest == "feed.xml":
                self._answer(_feed(day.outlets[outlet], items, _base(self.server)), "application/rss+xml")
            elif page := next((i for i in items if rest == f"tin-{i.number}.html"), None):
                self._answer(_page(day.outlets[outlet], page), "text/html; charset=utf-8")
            else:
                self.send_error(404)

        def _answer(self, text: str, content_type: str) -> None:
            body = text.encode()
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if self.headers.get("If-None-Match") == tag:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", tag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing; the crawler reports what it reads."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield _base(server)
    finally:
        server.shutdown()
        server.server_close()


def _base(server: object) -> str:
    assert isinstance(server, ThreadingHTTPServer)
    return f"http://127.0.0.1:{server.server_address[1]}"


def _feed(outlet: Source, items: list[Item], base: str) -> str:
    entries = "".join(
        f"<item><title>{escape(i.title)}</title><link>{base}/{i.outlet}/tin-{i.number}.html</link>"
        f"<guid>{base}/{i.outlet}/tin-{i.number}.html</guid><description>{escape(i.text)}</description>"
        f"<pubDate>{format_datetime(i.at.astimezone(VIETNAM))}</pubDate></item>"
        for i in reversed(items[-40:])
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{escape(outlet.name)}</title>'
        f"<link>{base}</link><description>Tin hư cấu</description>{entries}</channel></rss>"
    )


def _page(outlet: Source, item: Item) -> str:
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{escape(item.title)}</title>'
        f'<meta property="article:published_time" content="{item.at.isoformat()}"></head><body>'
        f"<nav>{escape(outlet.name)}</nav><article><h1>{escape(item.title)}</h1><p>{escape(item.text)}</p>"
        f"<p>{escape(item.body)}</p></article><footer>Nội dung hư cấu để minh họa.</footer></body></html>"
    )
