"""Workers that read feeds and pages: the same answers as in this process, and none that takes too much."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from multiprocessing.context import SpawnProcess
from typing import Any

import pytest

from service.crawling.readers import DirectReader, WorkerLimits, WorkerReader
from service.domain.documents import Entry
from service.domain.fetching import Failed, FailureKind

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
FEED = b"<rss version='2.0'><channel><item><title>Tin</title><link>/a</link></item></channel></rss>"
PAGE = b"<html><body><article>" + "<p>Một đoạn văn đủ dài để đọc được.</p>".encode() * 5 + b"</article></body></html>"
HUGE = b"<rss version='2.0'><channel><item><title>" + b"a" * 60_000_000 + b"</title></item></channel></rss>"
FROM = {"url": "https://example.com/", "content_type": "", "now": NOW}


def entries(reader: DirectReader | WorkerReader, body: bytes, **more: Any) -> Sequence[Entry] | None:
    content = reader.feed(body, **more)
    return None if isinstance(content, Failed) else content.entries


@pytest.fixture(params=["direct", "worker"], scope="module")
def reader(request: pytest.FixtureRequest) -> Iterator[DirectReader | WorkerReader]:
    if request.param == "direct":
        yield DirectReader()
        return
    with WorkerReader() as pool:
        yield pool


class TestContract:
    """What every reader does."""

    def test_entries_of_a_feed(self, reader: DirectReader | WorkerReader) -> None:
        found = entries(reader, FEED, **FROM)
        assert found is not None
        assert [(e.title, e.url) for e in found] == [("Tin", "https://example.com/a")]

    def test_what_is_no_feed(self, reader: DirectReader | WorkerReader) -> None:
        assert entries(reader, PAGE, **FROM) is None

    def test_entries_of_a_list_page(self, reader: DirectReader | WorkerReader) -> None:
        page = "<ul><li><a href='/b'>Chi trả lương hưu tháng này</a></li></ul><p>x</p>".encode()
        found = entries(reader, page, selector="ul > li", **FROM)
        assert found is not None
        assert [e.url for e in found] == ["https://example.com/b"]
        assert entries(reader, page, selector="p", **FROM) is None

    def test_text_of_a_page(self, reader: DirectReader | WorkerReader) -> None:
        found = reader.page(PAGE, **FROM)
        assert found is not None
        assert "đủ dài" in found.text

    def test_a_page_without_text(self, reader: DirectReader | WorkerReader) -> None:
        assert reader.page(b"", **FROM) is None


def alive() -> list[Any]:
    return [p for p in multiprocessing.active_children() if p.name == "reader"]


def test_what_takes_too_long_is_given_up_and_the_next_one_is_read() -> None:
    with WorkerReader(limits=WorkerLimits(seconds=0.3)) as pool:
        assert entries(pool, FEED, **FROM) is not None
        assert pool.page(b"<html>" + b"<p>chu " * 400_000, **FROM) is None
        assert entries(pool, FEED, **FROM) is not None


def test_what_takes_too_much_memory_is_given_up_and_the_next_one_is_read() -> None:
    with WorkerReader(limits=WorkerLimits(memory=500 * 1024 * 1024)) as pool:
        refused = pool.feed(HUGE, **FROM)
        assert isinstance(refused, Failed)
        assert refused.detail == "cần hơn 500 MB bộ nhớ để đọc"
        assert entries(pool, FEED, **FROM) is not None


def test_a_worker_that_is_killed_is_replaced() -> None:
    with WorkerReader() as pool:
        assert entries(pool, FEED, **FROM) is not None
        (worker,) = [p for p in alive() if p.pid == pool._idle.queue[0].process.pid]
        os.kill(worker.pid, signal.SIGKILL)
        worker.join(5)
        lost = pool.feed(FEED, **FROM)
        assert isinstance(lost, Failed)
        assert lost.kind is FailureKind.OURS  # not the host's: asked for again soon
        assert entries(pool, FEED, **FROM) is not None


def test_a_worker_that_is_killed_while_it_starts_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = SpawnProcess.start

    def killed(process: SpawnProcess) -> None:
        begin(process)
        process.kill()

    with WorkerReader() as pool, monkeypatch.context() as patch:
        patch.setattr(SpawnProcess, "start", killed)
        lost = pool.feed(FEED, **FROM)
        patch.undo()
        assert lost == Failed(kind=FailureKind.OURS, detail="tiến trình đọc không khởi động được")
        assert entries(pool, FEED, **FROM) is not None


def test_workers_are_renewed_and_end_with_the_pool() -> None:
    before = len(alive())
    with WorkerReader(limits=WorkerLimits(tasks=1)) as pool:
        pids = set()
        for _ in range(2):
            assert entries(pool, FEED, **FROM) is not None
            pids |= {p.pid for p in alive()}
    assert len(alive()) == before


def test_several_threads_share_the_workers() -> None:
    found: list[object] = []
    with WorkerReader(workers=2) as pool:
        threads = [threading.Thread(target=lambda: found.append(entries(pool, FEED, **FROM))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert len(found) == 6
    assert None not in found


def test_an_answer_never_belongs_to_another_question() -> None:
    with WorkerReader(limits=WorkerLimits(seconds=0.3)) as pool, contextlib.suppress(OSError):
        for n in range(3):
            pool.page(b"<html>" + b"<p>chu " * 400_000, **FROM)
            feed = FEED.replace(b"Tin", b"Tin %d" % n)
            found = entries(pool, feed, **FROM)
            assert found is None or found[0].title == f"Tin {n}"
