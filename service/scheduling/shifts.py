"""A role's jobs while it is this process's turn; until then it stands by."""

from __future__ import annotations

import threading

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
        jobs: name -> (function, seconds between runs), see `start_timers`.
        clock: the machine's; where it is set, the jobs do not wait for the times that were reckoned before.
    """

    def __init__(self, role: str, turn: Turn, jobs: Jobs, *, clock: Clock, ask_seconds: float = ASK_SECONDS) -> None:
        self._role, self._turn, self._jobs, self._clock, self._ask = role, turn, jobs, clock, ask_seconds
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
        timers, steps = start_timers(self._jobs), Steps(self._clock)
        try:
            while self._turn.held() and not self._over.wait(self._ask):
                if step := steps.step():
                    log.warning("the clock was set", role=self._role, seconds=round(step.total_seconds()))
                    run_all_now(timers)
        finally:
            if not self._over.is_set():
                log.warning("turn lost", role=self._role)
            timers.shutdown(wait=True)
            self._turn.give_back()
