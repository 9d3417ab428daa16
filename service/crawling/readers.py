"""Feeds and pages read from bytes: in this process, or in workers with a limit on time and memory."""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import resource
import signal
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import structlog

from service.domain.documents import FeedContent, Page
from service.domain.fetching import Failed, FailureKind
from service.parsing.feeds import parse_feed, why_no_feed
from service.parsing.lists import ListHealth, read_list
from service.parsing.pages import extract_page
from service.parsing.social import read_social

START_SECONDS = 60.0
READY = "ready"
log = structlog.get_logger(__name__)


LIST_HEALTH = {
    ListHealth.NOTHING_SELECTED: "bộ chọn không còn khớp trang danh sách",
    ListHealth.NO_LINKS: "bộ chọn khớp những mục không có liên kết",
    ListHealth.SHORT_TITLES: "bộ chọn khớp những mục không có tiêu đề",
    ListHealth.SAME_LINKS: "bộ chọn khớp nhiều mục dẫn về cùng một trang",
}


class DirectReader:
    """`ports.FeedReader` in this process, for commands and tests."""

    def feed(
        self, body: bytes, *, url: str, content_type: str, now: datetime, form: str = "", selector: str | None = None
    ) -> FeedContent | Failed:
        """What a feed says, or why it says nothing; with `selector`, the items of a list page that it fits."""
        if form:
            return read_social(form, body, now=now) or _no_feed("không phải câu trả lời của giao diện này")
        if selector is not None:
            page = read_list(body, url=url, content_type=content_type, selector=selector, now=now)
            fits = page.health is ListHealth.HEALTHY
            return FeedContent(entries=page.entries) if fits else _no_feed(LIST_HEALTH[page.health])
        content = parse_feed(body, url=url, content_type=content_type, now=now)
        return content or _no_feed(why_no_feed(body, content_type=content_type))

    def page(self, body: bytes, *, url: str, content_type: str, now: datetime, thorough: bool = True) -> Page | None:
        """Title and text of a page, or None if there is no text to be had."""
        return extract_page(body, url=url, content_type=content_type, now=now, thorough=thorough)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLimits:
    """What a worker may use for one feed or page.

    Attributes:
        seconds: until it is killed.
        memory: address space of a worker, bytes.
        tasks: after so many it is replaced, so that what leaks does not add up.
    """

    seconds: float = 20.0
    memory: int = 1536 * 1024 * 1024
    tasks: int = 2000


@dataclass(frozen=True, slots=True)
class _Task:
    what: str
    body: bytes
    url: str
    content_type: str
    now: datetime
    form: str = ""
    selector: str | None = None
    thorough: bool = True

    def done_by(self, reader: DirectReader) -> FeedContent | Failed | Page | None:
        given = {"url": self.url, "content_type": self.content_type}
        if self.what == "page":
            return reader.page(self.body, **given, now=self.now, thorough=self.thorough)
        return reader.feed(self.body, **given, now=self.now, form=self.form, selector=self.selector)


class WorkerReader:
    """`ports.FeedReader` over worker processes; safe to call from several threads.

    A worker that takes too long or too much memory is killed and replaced, and the feed or page counts as one that
    could not be read.
    """

    def __init__(self, *, workers: int = 1, limits: WorkerLimits | None = None) -> None:
        self._limits = limits or WorkerLimits()
        self._context = multiprocessing.get_context("spawn")
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(workers):
            self._idle.put(None)  # started when first needed

    def feed(
        self, body: bytes, *, url: str, content_type: str, now: datetime, form: str = "", selector: str | None = None
    ) -> FeedContent | Failed:
        """What a feed says, or why it says nothing or could not be read within the limits."""
        task = _Task("feed", body, url, content_type, now, form=form, selector=selector)
        found: FeedContent | Failed = self._ask(task)
        return found

    def page(self, body: bytes, *, url: str, content_type: str, now: datetime, thorough: bool = True) -> Page | None:
        """Title and text of a page, or None if there is no text to be had within the limits."""
        found: Page | Failed | None = self._ask(_Task("page", body, url, content_type, now, thorough=thorough))
        return None if isinstance(found, Failed) else found

    def close(self) -> None:
        """End the workers."""
        with contextlib.suppress(queue.Empty):
            while True:
                worker = self._idle.get_nowait()
                if worker is not None:
                    worker.kill()

    def __enter__(self) -> WorkerReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, task: _Task) -> Any:
        worker = self._idle.get()
        try:
            if worker is None and (worker := _start(self._context, self._limits)) is None:
                return _unread(task, FailureKind.OURS, "tiến trình đọc không khởi động được")
            answer, worker = _answer(worker, task, self._limits)
            return answer
        finally:
            self._idle.put(worker)


def _no_feed(why: str) -> Failed:
    return Failed(kind=FailureKind.NOT_A_FEED, detail=why)


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    tasks_left: int

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def _start(context: multiprocessing.context.SpawnContext, limits: WorkerLimits) -> _Worker | None:
    """A worker that is ready; None where it did not get so far."""
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, limits.memory), name="reader", daemon=True)
    with contextlib.suppress(EOFError, OSError):
        process.start()
        theirs.close()
        if ours.poll(START_SECONDS) and ours.recv() == READY:
            return _Worker(process, ours, limits.tasks)
    if process.pid is not None:
        process.kill()
        process.join()
    ours.close()
    return None


def _answer(worker: _Worker, task: _Task, limits: WorkerLimits) -> tuple[Any, _Worker | None]:
    """The answer, and the worker if it can go on."""
    kind, reason = FailureKind.OURS, "tiến trình đọc đã dừng đột ngột"
    try:
        worker.connection.send(task)
        if worker.connection.poll(limits.seconds):
            answer, reason = worker.connection.recv()
            kind = FailureKind.BAD_CONTENT
            worker.tasks_left -= 1
            if not reason and worker.tasks_left > 0:
                return answer, worker
        else:
            kind, reason = FailureKind.BAD_CONTENT, f"đọc lâu hơn {limits.seconds:g} giây"
    except (EOFError, OSError):
        pass
    worker.kill()
    return (_unread(task, kind, reason) if reason else answer), None


def _unread(task: _Task, kind: FailureKind, reason: str) -> Failed:
    log.warning("reading_failed", what=task.what, url=task.url, reason=reason)
    return Failed(kind=kind, detail=reason)


def _work(connection: Connection, memory: int) -> None:
    """A worker's life: read tasks until the other end goes away. An answer with a reason is its last one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    reader = DirectReader()
    with contextlib.suppress(EOFError, OSError):
        connection.send(READY)
        while True:
            task: _Task = connection.recv()
            try:
                answer = task.done_by(reader)
            except MemoryError:
                connection.send((None, f"cần hơn {memory // 2**20} MB bộ nhớ để đọc"))
                return
            except Exception as error:  # one broken document must not cost the worker
                connection.send((None, f"{type(error).__name__}: {error}"[:300]))
                return
            connection.send((answer, ""))
