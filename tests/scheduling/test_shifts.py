"""Jobs run while it is the process's turn, and at no other time."""

from __future__ import annotations

import threading

from service.scheduling.shifts import Shift
from tests.system.conftest import wait_for


class Given:
    """A turn that the test gives and takes."""

    def __init__(self, *, ours: bool) -> None:
        self.ours = ours
        self.taken = 0
        self.broken = False

    def take(self) -> bool:
        if self.broken:
            raise OSError
        self.taken += self.ours
        return self.ours

    def held(self) -> bool:
        return self.ours

    def give_back(self) -> None:
        self.taken -= 1


def shift(turn: Given, ran: threading.Event) -> Shift:
    made = Shift("work", turn, {"job": (ran.set, 0.02)}, ask_seconds=0.01)
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


def test_a_turn_that_cannot_be_asked_for_is_asked_for_again() -> None:
    turn, ran = Given(ours=True), threading.Event()
    turn.broken = True
    made = shift(turn, ran)
    assert not ran.wait(0.2)
    turn.broken = False
    assert ran.wait(10)
    made.end()
