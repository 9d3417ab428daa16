"""A week in a database with a crisis at its end, and the watch over it."""

from __future__ import annotations

from datetime import timedelta

from service.domain.judgement import Tone
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.place import StoryDesk
from service.usecases.watch import Watch
from tests.builders import NOW, make_intent, make_source

DESK = ("truyen-thong@example.com", "truc-ban@example.com")
SUBJECTS = [
    "nhà máy giấy",
    "bệnh viện huyện",
    "bến cá",
    "làng gốm",
    "khu phố cổ",
    "chợ nổi",
    "xưởng may",
    "mỏ đá",
    "nông trường",
    "cảng biển",
]


def make_watch(store: SqlStore, clock: SetClock) -> Watch:
    return Watch(store=store, clock=clock, recipients=DESK)


def ordinary_week(store: SqlStore, clock: SetClock) -> None:
    """Seven days with a neutral document every three hours and a negative one a day."""
    with store.begin() as tx:
        tx.add_documents(
            [
                make_intent(
                    f"o{n}",
                    tone=Tone.NEGATIVE if n % 8 == 0 else Tone.NEUTRAL,
                    at=NOW - timedelta(hours=3 * n + 2),
                    title=f"Chuyện {n} ở {SUBJECTS[n % 10]} số {n * 37}",
                    excerpt=f"{SUBJECTS[(n * 7) % 10]} {n * 11} {SUBJECTS[(n * 3) % 10]} {n * 13}",
                )
                for n in range(1, 57)
            ]
        )
    StoryDesk(store, clock).place()


def crisis(store: SqlStore, clock: SetClock, *, documents: int = 14, tone: Tone = Tone.NEGATIVE) -> None:
    """Many independent outlets within the hour."""
    with store.begin() as tx:
        tx.add_documents(
            [
                make_intent(
                    f"c{n}",
                    tone=tone,
                    at=clock.now() - timedelta(minutes=2 * n),
                    source=make_source(f"Báo {n}", reach=4),
                    topics=("health_care",),
                    title=f"{SUBJECTS[n % 10]} thiếu thuốc ngày thứ {n}",
                    excerpt=f"{SUBJECTS[(n * 3) % 10]} {n * 17} {SUBJECTS[(n * 7) % 10]}",
                )
                for n in range(documents)
            ]
        )
    StoryDesk(store, clock).place()
