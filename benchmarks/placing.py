"""How long a person's merge waits while documents are placed: python -m benchmarks.placing ADDRESS KNOWN DAYS

ADDRESS: an empty database, as postgresql://radar@/bench?host=/tmp/pg. KNOWN invented documents of the last ten days are
placed first. Then 500 more arrive, spread over the last DAYS (0.1: news as they come; 9: an import), and while they are
placed somebody merges two stories. Medians of several such rounds, in seconds: how long they took to be placed, in
which parts, how long the merge took, and how long one of a quiet time.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from service.domain.judgement import Place, Tone
from service.domain.provinces import NAMES
from service.domain.topics import TOPICS
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate
from service.storage.transaction import SqlTransaction
from service.stories.builder import StoryBuilder
from service.usecases.place import StoryDesk
from service.usecases.tidy import merge
from tests.builders import make_intent, make_source

NOW = datetime(2026, 3, 12, 3, 30, tzinfo=UTC)
ROUNDS, ARRIVING = 5, 500
PARTS = (
    (StoryBuilder, "place"), (SqlTransaction, "unplaced"), (SqlTransaction, "save_placements"),
    (SqlTransaction, "count_again"), (SqlTransaction, "recount"),
)  # fmt: skip
spent: defaultdict[str, float] = defaultdict(float)  # of the thread that places


@contextmanager
def timed(name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    spent[name] += time.perf_counter() - started


def measured(kind: type, name: str, placing: threading.Thread | None) -> None:
    """Notes how long a method takes in the main thread, which is the one that places."""
    method = getattr(kind, name)

    def called(*args: Any, **more: Any) -> Any:
        if threading.current_thread() is not placing:
            return method(*args, **more)
        with timed(name):
            return method(*args, **more)

    setattr(kind, name, called)


def arrive(store: SqlStore, name: str, count: int, days: float, chance: random.Random) -> None:
    """So many documents of the last days, two in ten of them of a story of ten."""
    intents = []
    for n in range(count):
        story = n // 10 if n % 10 < 2 else -n
        words = random.Random(f"{name} {story}")
        title = " ".join(f"từ{words.randrange(4000)}" for _ in range(14))
        intents.append(make_intent(
            f"{name}-{n}", title=title, text=title, excerpt=title, tone=chance.choice([Tone.NEGATIVE, Tone.NEUTRAL]),
            at=NOW - timedelta(days=days * chance.random()), topics=(chance.choice(list(TOPICS)),),
            places=(Place(*chance.choice(list(NAMES.items()))),), source=make_source(f"Báo {chance.randrange(60)}"),
        ))  # fmt: skip
    with store.begin() as tx:
        tx.add_documents(intents)


def merged(store: SqlStore, clock: SetClock, pair: tuple[str, str]) -> float:
    """How long a person waits for a merge."""
    with store.begin() as tx:
        kept, absorbed = (next(iter(tx.stories_of([key]))) for key in pair)
    started = time.perf_counter()
    if kept != absorbed:
        merge(store, clock, kept=kept, absorbed=absorbed, who="an@example.com", reason="")
    return time.perf_counter() - started


def main(address: str, known: int, days: float) -> None:
    engine = make_engine(address)
    migrate(engine)
    store, clock, chance = SqlStore(engine), SetClock(NOW), random.Random(1)
    arrive(store, "known", known, 9, chance)
    desk = StoryDesk(store, clock)
    desk.place()
    for kind, name in PARTS:
        measured(kind, name, threading.main_thread())
    quiet = median(merged(store, clock, (f"known-{n}", f"known-{n + 1}")) for n in range(3, 3 + 10 * ROUNDS, 10))
    desk.place()
    rounds: list[dict[str, float]] = []
    for turn in range(ROUNDS):
        arrive(store, f"new{turn}", ARRIVING, days, chance)
        spent.clear()
        waited: list[float] = []
        pair = (f"known-{5 + 10 * turn}", f"known-{7 + 10 * turn}")
        person = threading.Timer(0.1, lambda pair=pair, waited=waited: waited.append(merged(store, clock, pair)))
        person.start()
        with timed("all"):
            desk.place()
        person.join()
        rounds.append(dict(spent) | {"merge": waited[0]})
    print(f"{known} known, {ARRIVING} more over {days:g} days; a merge in a quiet time: {quiet:.2f}")
    for name in ("all", *(name for _, name in PARTS), "merge"):
        print(f"  {name}: {median(r.get(name, 0.0) for r in rounds):.2f}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
