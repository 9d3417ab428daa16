"""Jobs run while it is the process's turn, and at no other time."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from service.scheduling.clock import SystemClock
from service.scheduling.shifts import Shift
from service.scheduling.timers import Every, Jobs
from tests.system.conftest import wait_for


class Given:
    """A turn that the test gives and takes."""

    def __init__(self, *, ours: bool) -> None:
        self.ours = ours
        self.taken = 0
        self.broken = False
        self.why = "another process has the turn"

    def take(self) -> bool:
        if self.broken:
            raise OSError
        self.taken += self.ours
        return self.ours

    def why_not(self) -> str:
        return self.why

    def held(self) -> bool:
        return self.ours

    def give_back(self) -> None:
        self.taken -= 1


def shift(turn: Given, ran: threading.Event) -> Shift:
    made = Shift("work", turn, lambda: {"job": (ran.set, 0.02)}, clock=SystemClock(), ask_seconds=0.01)
    made.start()
    return made


def test_it_stands_by_until_it_is_its_turn_and_gives_it_back() -> None:
    turn, ran = Given(ours=False), threading.Event()
    made = shift(turn, ran)
    assert not ran.wait(0.2)
    turn.ours = True
    assert ran.wait(10)
    made.end()
    assert turn.taken == 0
    ran.clear()
    assert not ran.wait(0.2)


def test_it_says_once_for_what_it_stands_by() -> None:
    turn, ran = Given(ours=False), threading.Event()
    with capture_logs() as logged:
        made = shift(turn, ran)
        wait_for(lambda: logged)
        turn.why = "the database does not answer"
        wait_for(lambda: len(logged) > 1)
        assert not ran.wait(0.2)
        made.end()
    notes = [entry["note"] for entry in logged]
    assert notes == ["another process has the turn", "the database does not answer"]


def test_jobs_end_where_the_turn_is_lost_and_begin_again_with_it() -> None:
    turn, ran = Given(ours=True), threading.Event()
    made = shift(turn, ran)
    assert ran.wait(10)
    turn.ours = False
    wait_for(lambda: turn.taken == 0)
    ran.clear()
    assert not ran.wait(0.2)
    turn.ours = True
    assert ran.wait(10)
    made.end()


def test_a_job_that_waits_for_a_database_that_fell_silent_holds_up_no_turn() -> None:
    turn, ran, hung, answer = Given(ours=True), threading.Event(), threading.Event(), threading.Event()
    begun = []

    def hang() -> None:
        begun.append(1)
        hung.set()
        answer.wait(60)

    made = Shift(
        "work", turn, lambda: {"hang": (hang, 0.02), "job": (ran.set, 0.02)}, clock=SystemClock(), ask_seconds=0.01
    )
    made.start()
    assert hung.wait(10)
    turn.ours = False
    wait_for(lambda: turn.taken == 0)
    ran.clear()
    turn.ours = True
    assert ran.wait(10)
    assert begun == [1]  # nothing is done twice at a time
    answer.set()
    wait_for(lambda: len(begun) > 1)
    made.end()


def test_jobs_are_made_of_what_is_there_when_the_turn_is_taken() -> None:
    turn, there, seen = Given(ours=False), ["before"], threading.Event()
    found: list[str] = []

    def jobs() -> Jobs:
        found.extend(there)
        return {"job": (seen.set, 60)}

    made = Shift("schedule", turn, jobs, clock=SystemClock(), ask_seconds=0.01)
    made.start()
    there[:] = ["what another process did in its turn"]
    turn.ours = True
    assert seen.wait(10)
    made.end()
    assert found == ["what another process did in its turn"]


def test_a_turn_that_cannot_be_asked_for_is_asked_for_again() -> None:
    turn, ran = Given(ours=True), threading.Event()
    turn.broken = True
    made = shift(turn, ran)
    assert not ran.wait(0.2)
    turn.broken = False
    assert ran.wait(10)
    made.end()


class Settable:
    """The machine's time, which may be set."""

    by = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


@pytest.mark.parametrize("by", [timedelta(hours=-2), timedelta(seconds=-5), timedelta(days=400)])
def test_jobs_do_not_wait_for_times_of_a_clock_that_was_set(by: timedelta) -> None:
    turn, ran, clock = Given(ours=True), threading.Event(), Settable()
    made = Shift("work", turn, lambda: {"job": (ran.set, 3600)}, clock=clock, ask_seconds=0.01)
    made.start()
    assert ran.wait(10)
    ran.clear()
    assert not ran.wait(0.2)
    clock.by = by
    assert ran.wait(10)
    ran.clear()
    assert not ran.wait(0.2)  # once
    made.end()


def test_runs_that_a_clock_set_ahead_has_passed_over_are_one() -> None:
    then, now = datetime(2026, 3, 2, tzinfo=UTC), datetime(2066, 3, 2, tzinfo=UTC)
    assert Every(seconds=5, timezone=UTC).get_next_fire_time(then, now) == now + timedelta(seconds=5)
