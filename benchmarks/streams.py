"""How long a replay takes: 10,000 invented entries about BHXH over thirty days through stories, counts and the watch.

python -m benchmarks.streams [ENTRIES]

The judge is a table, so that the figures are of stories, counting and watching alone. One topic and province has a
crisis on the last day.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import Engine

from service.domain.documents import Entry
from service.domain.judgement import Axis, Feedback, Judgement, Place, TextToJudge, Tone
from service.domain.sources import Feed, Source, SourceKind
from service.domain.topics import TOPICS
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate
from service.storage.transaction import SqlTransaction
from service.usecases.place import StoryDesk
from service.usecases.replay import PastEntry, Replay
from service.usecases.watch import Watch

START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 30
FIRSTS = 3
PROVINCES = [f"{n:02d}" for n in range(1, 35)]
WORDS = ["ba", "bến", "cá", "chợ", "đá", "gốm", "hoa", "khu", "làng", "mỏ", "nông", "phố", "rừng", "sông", "trại"]
SHAPE = (1, 1, 1, 1, 1, 2, 4, 7, 9, 9, 9, 7, 6, 7, 8, 8, 7, 5, 4, 4, 4, 3, 2, 1)


@dataclass(frozen=True)
class Table:
    """Judges by what the title says: «topic|place|tone|feedback ...»."""

    def judge(self, texts: Sequence[TextToJudge]) -> list[Judgement]:
        return [self._one(t) for t in texts]

    def _one(self, t: TextToJudge) -> Judgement:
        topic, place, tone, feedback = t.title.split(" ", 1)[0].split("|")
        return Judgement(
            id=t.id, relevant=True, relevance=0.9, tone=Tone(tone), tone_score=0.9, feedback=Feedback(feedback),
            axis=Axis.POLICY, topics=(topic,), audiences=(), places=(Place(place, place),) if place else (),
            protected=False, denunciation=False, model="table@1",
        )  # fmt: skip


def entries(count: int) -> list[PastEntry]:
    """Entries in the rhythm of a day, with bursts that tell the same story."""
    rng = random.Random(5)
    feeds = [
        Feed(
            id=f"f{n}",
            url=f"https://f{n}.example.com/",
            source=Source(id=f"f{n}", name=f"Báo {n}", kind=SourceKind.ONLINE, publisher=f"p{n}", reach=1 + n % 5),
        )
        for n in range(60)
    ]
    found = []
    for n in range(count):
        crisis = n >= 0.985 * count
        hour = rng.choices(range(24), SHAPE)[0]
        at = START + timedelta(
            days=DAYS - 1 if crisis else rng.randrange(DAYS), hours=hour, seconds=rng.randrange(3600)
        )
        topic = "pension" if crisis else rng.choice(list(TOPICS))
        place = "01" if crisis else rng.choice([*PROVINCES, *[""] * 34])
        tone = "negative" if crisis or rng.random() < 0.15 else rng.choice(["neutral", "positive"])
        feedback = rng.choice(["complaint", "question", "none", "none"])
        words = " ".join(f"{rng.choice(WORDS)}{rng.randrange(400)}" for _ in range(12))
        url = f"https://bao.example.com/{n}"
        entry = Entry(
            id=url, url=url, title=f"{topic}|{place}|{tone}|{feedback} {words}", summary=words, published_at=at
        )
        found.append(PastEntry(entry, rng.choice(feeds), at))
    return found


class TimedStore(SqlStore):
    """Notes how much processor time each unit of work takes, in which nobody else can write on SQLite."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.units: list[float] = []

    @contextmanager
    def begin(self) -> Iterator[SqlTransaction]:
        with super().begin() as tx:
            started = time.process_time()
            yield tx
            self.units.append(time.process_time() - started)


def first_round(store: TimedStore, clock: SetClock) -> tuple[float, float]:
    """What a new process takes for its first round, which looks at every hour of a day, and for its longest unit."""
    store.units.clear()
    started = time.process_time()
    Watch(store=store, clock=clock).run()
    return time.process_time() - started, max(store.units, default=0.0)


def main(count: int) -> None:
    """Replay, and print where the time went."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'radar.db'}")
        migrate(engine)
        store, clock = TimedStore(engine), SetClock(START)
        desk, watch = StoryDesk(store, clock), Watch(store=store, clock=clock)
        spent: Counter[str] = Counter()

        def timed(name: str, work: object) -> object:
            started = time.process_time()
            done = work()  # type: ignore[operator]
            spent[name] += time.process_time() - started
            return done

        def look() -> None:
            timed("stories and counts", desk.place)
            done = timed("watch", watch.run)
            spent["streams scored"] += done.scored  # type: ignore[attr-defined]
            spent["alerts"] += done.opened  # type: ignore[attr-defined]

        def set_time(at: datetime) -> None:
            clock.at = at

        replay = Replay(store=store, classifier=Table(), set_time=set_time, look=look)
        started = time.process_time()
        for _ in replay.run(entries(count)):
            pass
        total = time.process_time() - started
        firsts = [first_round(store, clock) for _ in range(FIRSTS)]
        with store.begin() as tx:
            streams = len(tx.streams())
    print(f"{count} entries: {total:.1f} s of processor time, {count / total:.0f} a second; {streams} streams")
    for name, amount in spent.items():
        print(f"  {name}: {amount:.1f}")
    whole, longest = (median(first[n] for first in firsts) for n in (0, 1))
    print(f"  first round of a new process: {whole:.2f}, its longest unit of work {longest:.3f} (medians of {FIRSTS})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
