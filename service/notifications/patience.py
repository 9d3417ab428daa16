"""How long one message may take, and how much less when the process is about to end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
LOOK_SECONDS = 0.5
GRACE_SECONDS = 3.0


def never() -> bool:
    """Whether the process is about to end, where nobody says so."""
    return False


async def within(work: Coroutine[Any, Any, T], *, seconds: float, ending: Callable[[], bool] = never) -> T:
    """What comes of `work`, for the whole of which there are so many seconds; GRACE_SECONDS once the process ends.

    A time-out of each read alone never passes where somebody answers byte by byte.

    Raises:
        TimeoutError: it took longer, and was cancelled.
    """
    loop = asyncio.get_running_loop()
    task, until, hurried = loop.create_task(work), loop.time() + seconds, False
    try:
        while not task.done() and (left := until - loop.time()) > 0:
            await asyncio.wait({task}, timeout=min(left, LOOK_SECONDS))
            if not hurried and ending():
                until, hurried = min(until, loop.time() + GRACE_SECONDS), True
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
    if task.cancelled():
        raise TimeoutError(f"took longer than {seconds:g} s")
    return task.result()
