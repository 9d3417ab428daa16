"""A role's jobs while it is this process's turn; until then it stands by."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

import structlog

from service.ports import Clock, Turn
from service.scheduling.clock import Steps
from service.scheduling.timers import Jobs, run_all_now, start_timers

ASK_SECONDS = 5.0
log = structlog.get_logger()


class Shift:
    """Asks for the turn again and again, runs the jobs while it has it, and stops them where it was lost.

    Args:
        role: said in the log.
        jobs: makes the jobs at the beginning of every turn, of what the database holds then: in the turn of another
            process it has changed. Name -> (function, seconds between runs), see `start_timers`.
        clock: the machine's; where it is set, the jobs do not wait for the times that were reckoned before.
    """

    def __init__(
        self, role: str, turn: Turn, jobs: Callable[[], Jobs], *, clock: Clock, ask_seconds: float = ASK_SECONDS
    ) -> None:
        self._role, self._turn, self._jobs, self._clock, self._ask = role, turn, jobs, clock, ask_seconds
        self._at_work: dict[str, threading.Lock] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"shift-{role}", daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def end(self) -> None:
        """Let running jobs finish, and give the turn back."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        standing_by = ""
        while not self._over.is_set():
            try:
                if self._turn.take():
                    self._work()
                    standing_by = ""
                elif standing_by != (why := self._turn.why_not()):
                    standing_by = why
                    log.info("standing by", role=self._role, note=why)
            except Exception:
                # a process that lives and does nothing would be taken for one that works
                log.exception("turn failed", role=self._role)
            self._over.wait(self._ask)

    def _work(self) -> None:
        log.info("turn taken", role=self._role)
        with ExitStack() as stack:
            stack.callback(self._turn.give_back)
            jobs = {name: (self._alone(name, job), seconds) for name, (job, seconds) in self._jobs().items()}
            timers, steps = start_timers(jobs), Steps(self._clock)
            # after a lost turn a job may wait for a database that fell silent: the next turn does not wait for that job
            stack.callback(lambda: timers.shutdown(wait=self._over.is_set()))
            while self._turn.held() and not self._over.wait(self._ask):
                if step := steps.step():
                    log.warning("the clock was set", role=self._role, seconds=round(step.total_seconds()))
                    run_all_now(timers)
            if not self._over.is_set():
                log.warning("turn lost", role=self._role)

    def _alone(self, name: str, job: Callable[[], object]) -> Callable[[], None]:
        """A job of which nothing is done while a run of an earlier turn is still at work."""
        at_work = self._at_work.setdefault(name, threading.Lock())

        def run() -> None:
            if not at_work.acquire(blocking=False):
                log.warning("job still at work", job=name)
                return
            try:
                job()
            finally:
                at_work.release()

        return run
