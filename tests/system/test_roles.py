"""`radar serve`, `radar work` and `radar schedule` as processes of their own on one database."""

from __future__ import annotations

import signal
import sqlite3
import urllib.request

import pytest

from tests.builders import free_port
from tests.system.conftest import Installation, Web, answers, wait_for
from tests.system.test_crawl import count, make_feeds, rss

pytestmark = pytest.mark.slow
PLACED = "documents where partial = 0 and story_id is not null"


def publish(web: Web, first: int, last: int) -> None:
    titles = {f"/{n}.html": f"Bảo hiểm xã hội huyện số {n} trả lương hưu đúng hẹn, đợt {n * 7}" for n in range(last)}
    for path, title in titles.items():
        page = f"<html lang=vi><title>{title}</title><article><h1>{title}</h1><p>{(title + '. ') * 9}</p></article>"
        web.pages[path] = (page.encode(), "text/html; charset=utf-8")
    web.pages["/rss"] = (rss(web, *list(titles.items())[first:]), "application/rss+xml")


def test_roles_apart_do_together_what_up_does_and_take_over(installation: Installation, web: Web) -> None:
    port = free_port()
    installation.environment |= {"RADAR_PORT": str(port), "RADAR_POLL_SECONDS": "1"}
    publish(web, 0, 8)
    make_feeds(installation, web, "/rss")
    page = installation.start("serve")
    wait_for(lambda: answers(f"http://127.0.0.1:{port}/readyz"))
    never = "chưa chạy lần nào"
    assert read(f"http://127.0.0.1:{port}/").count(never) == 2
    first = installation.start("work", "--allow-host", web.netloc)
    wait_for(lambda: count(installation, "documents where partial = 0") == 8)
    assert count(installation, PLACED) == 0
    deciding = installation.start("schedule")
    wait_for(lambda: count(installation, PLACED) == 8)

    assert never not in read(f"http://127.0.0.1:{port}/")
    asked = len(web.asked)
    second = installation.start("work", "--allow-host", web.netloc)
    assert "another process reads the feeds" in installation.run("crawl", "--once", status=1)
    assert web.asked[asked:] == []
    publish(web, 8, 12)
    wait_for(lambda: "trả lương hưu đúng hẹn" in read(f"http://127.0.0.1:{port}/"))
    told = [installation.signal(first, signal.SIGKILL)]  # its worker ends by itself
    make_due(installation)
    wait_for(lambda: count(installation, PLACED) == 12)
    assert count(installation, "documents") == 12
    assert count(installation, "sightings") == 12
    listener = urllib.request.urlopen(f"http://127.0.0.1:{port}/events", timeout=60)
    assert b"changed" in listener.readline()
    told += [installation.signal(process, signal.SIGTERM) for process in (second, deciding, page)]
    assert told[1].index("standing by") < told[1].index("turn taken")
    assert "turn taken" in told[2]
    assert "one-time password" in told[3]
    assert all('"event": "ended"' in t for t in told[1:])
    assert not [t for t in told if "Traceback" in t or "Cancel" in t]
    listener.close()


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


def make_due(installation: Installation) -> None:
    """The feed is due at once."""
    with sqlite3.connect(installation.folder / "var/radar.db") as database:
        database.execute("update feeds set next_poll_at = '2000-01-01 00:00:00.000000'")
