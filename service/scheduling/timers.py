"""Timers: APScheduler runs use cases in threads; the truth is in the tables, never here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

Jobs = Mapping[str, tuple[Callable[[], object], float]]  # name -> (function, seconds between runs)
log = structlog.get_logger()


class Every(IntervalTrigger):  # type: ignore[misc]  # APScheduler has no types
    """An interval that is counted from now: of a clock that was set ahead the scheduler would else reckon every run
    that it missed, one by one."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        following: datetime = now if previous_fire_time is None else now + self.interval
        return following


def start_timers(jobs: Jobs) -> BackgroundScheduler:
    """Run each job every so many seconds, never two runs of the same job at once.

    Args:
        jobs: a job that raises is logged and runs again.
    """
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(len(jobs))})
    for i, (name, (job, seconds)) in enumerate(jobs.items()):
        scheduler.add_job(
            _logged(name, job),
            Every(seconds=seconds, timezone=UTC),
            id=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC) + timedelta(milliseconds=100 * i),
        )
    scheduler.start()
    return scheduler


def run_all_now(scheduler: BackgroundScheduler) -> None:
    """Every job now, and then at its interval: the times that were reckoned are of a clock that was set since."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=datetime.now(UTC))


def _logged(name: str, job: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            job()
        except Exception:
            # the one place where anything is caught: a bug in one job must not end the others
            log.exception("job failed", job=name)

    return run
