"""How `radar up` and its roles end."""

from __future__ import annotations

import threading

from service.cli.running import _limit


def timers() -> list[threading.Timer]:
    return [t for t in threading.enumerate() if isinstance(t, threading.Timer) and not t.finished.is_set()]


def test_the_limit_on_the_end_is_lifted_once_everything_has_ended() -> None:
    """Else a process that goes on for its own reasons is ended by it."""
    before = timers()
    with _limit() as begin_to_end:
        assert timers() == before
        begin_to_end()
        assert len(timers()) == len(before) + 1
    assert timers() == before
    with _limit():
        pass  # a start that is refused has no end to wait for
    assert timers() == before


def test_the_limit_stays_while_a_thread_holds_up_the_end_of_the_process() -> None:
    before, release = timers(), threading.Event()
    with _limit() as begin_to_end:
        waiting = threading.Thread(target=release.wait)
        waiting.start()
        begin_to_end()
    (limit,) = set(timers()) - set(before)
    release.set()
    waiting.join()
    limit.function()  # nothing is left that it would have to end
    limit.cancel()
