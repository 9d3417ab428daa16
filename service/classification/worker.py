"""Judges in processes of its own: numpy, scipy and underthesea hold the interpreter lock of the process they run in."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType

import structlog

from classifiers.models.model import SHIPPED
from service.classification.direct import judge_texts, model_in
from service.domain.judgement import Judgement, TextToJudge

CHUNK = 64
TRIES = 2
log = structlog.get_logger()


class WorkerClassifier:
    """`service.ports.Classifier` in worker processes; a pool whose worker died is replaced and the work done again.

    Args:
        workers: processes; each holds the models (about 160 MB).
        folder: of the model.
    """

    def __init__(self, workers: int = 1, *, folder: Path = SHIPPED) -> None:
        if workers < 1:
            raise ValueError(f"workers: expected at least 1, found {workers}")
        self._workers = workers
        self._folder = folder
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None

    def judge(self, texts: Sequence[TextToJudge]) -> Sequence[Judgement]:
        """One judgement a text, in the same order; BrokenExecutor if workers die twice over the same texts."""
        chunks = [texts[i : i + CHUNK] for i in range(0, len(texts), CHUNK)]
        for attempt in range(1, TRIES + 1):
            pool = self._running_pool()
            try:
                futures = [pool.submit(judge_texts, chunk, folder=self._folder) for chunk in chunks]
                return [judgement for future in futures for judgement in future.result()]
            except BrokenExecutor:
                log.warning("text worker died", attempt=attempt, texts=len(texts))  # the system may have ended it
                self._discard(pool)
                if attempt == TRIES:
                    raise
        raise AssertionError("unreachable: the last try returns or raises")

    def close(self) -> None:
        """End the workers; the next judgement would start new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> WorkerClassifier:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running_pool(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    self._workers, mp_context=multiprocessing.get_context("spawn"), initializer=_begin,
                    initargs=(self._folder,),
                )  # fmt: skip
            return self._pool

    def _discard(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.shutdown(wait=False, cancel_futures=True)


def _begin(folder: Path) -> None:
    """A worker's first deed. It holds both ends of the queue it waits at, so that nothing tells it when its parent was
    killed: a thread of it looks."""
    Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    model_in(folder)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
