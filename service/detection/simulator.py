"""An invented desk: months of publications about social insurance, with matters in them that grow or do not.

What is made up is the whole of what the watch sees: outlets, topics, provinces, stories, tones, questions. Sizes of
matters are heavy-tailed, so that most come to little and a few become crises, and an ordinary day has small stories of
its own. Figures from it say how the rules work together, not how often a real desk will be warned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from service.detection.scenario import shape_of_time
from service.domain.judgement import Feedback
from service.domain.sources import SourceKind
from service.domain.streams import StreamDocument
from service.domain.topics import TOPICS

START = datetime(2024, 10, 31, 17, tzinfo=UTC)  # midnight in Việt Nam
MONTH_DAYS = 30.4
LEARN_DAYS = 60  # before the first matter, and left out of every figure
SIZES = (0.82, 0.13, 0.05)  # share of ordinary stories that are told once, twice, three times
NEGATIVE_A_DAY = 12.0  # ordinary negative origins
MATTER_EVERY_DAYS = 5.0  # on average
NEUTRAL = 1.5  # neutral publications for one that is negative
CRISIS_ORIGINS, CRISIS_PUBLISHERS = 20, 5
SMALLEST, LARGEST, TAIL = 3, 250, 0.8
PROVINCES = tuple(f"{n:02d}" for n in range(1, 35))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """Where something is published; `weight` is how much it publishes."""

    name: str
    kind: SourceKind
    reach: int
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A publication with its topic; `matter` is the number of the matter it belongs to, -1 for an ordinary day's."""

    document: StreamDocument
    topic: str
    matter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Something that was published about more than once.

    Attributes:
        first, peak: time of the first publication, and middle of the busiest six hours.
        origins, publishers: negative ones within three days of the first.
    """

    number: int
    topic: str
    first: datetime
    peak: datetime
    origins: int
    publishers: int

    @property
    def is_crisis(self) -> bool:
        return self.origins >= CRISIS_ORIGINS and self.publishers >= CRISIS_PUBLISHERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Publications in order of time, and the matters among them."""

    start: datetime
    counted_from: datetime
    end: datetime
    published: Sequence[Published]
    matters: Sequence[Matter]


def outlets() -> list[Outlet]:
    """Sixty outlets and places of talk."""
    found = [Outlet(name=f"Báo lớn {n}", kind=SourceKind.CENTRAL, reach=5, weight=4.0) for n in range(1, 6)]
    found += [Outlet(name=f"Báo mạng {n}", kind=SourceKind.ONLINE, reach=3, weight=1.5) for n in range(1, 21)]
    found += [Outlet(name=f"Báo tỉnh {n}", kind=SourceKind.PROVINCIAL, reach=2, weight=0.7) for n in range(1, 31)]
    found += [Outlet(name=f"Diễn đàn {n}", kind=SourceKind.FORUM, reach=2, weight=6.0) for n in range(1, 3)]
    return [
        *found,
        *(Outlet(name=f"Mạng xã hội {n}", kind=SourceKind.SOCIAL, reach=2, weight=6.0) for n in range(1, 4)),
    ]


def simulate(*, seed: int, months: float) -> Desk:
    """A desk; the same for the same seed.

    Args:
        months: that are counted, after LEARN_DAYS.
    """
    rng = np.random.default_rng([20261, seed])
    days = LEARN_DAYS + round(months * MONTH_DAYS)
    maker = _Maker(rng, days)
    maker.ordinary()
    at = float(LEARN_DAYS * 24) + rng.exponential(MATTER_EVERY_DAYS * 24)
    while at < (days - 4) * 24:
        maker.matter(at)
        at += rng.exponential(MATTER_EVERY_DAYS * 24)
    published = sorted(maker.published, key=lambda p: (p.document.published_at, p.document.id))
    return Desk(
        start=START, counted_from=START + timedelta(days=LEARN_DAYS), end=START + timedelta(days=days),
        published=published, matters=_matters(published),
    )  # fmt: skip


class _Maker:
    """Makes publications; hours count from START."""

    def __init__(self, rng: np.random.Generator, days: int) -> None:
        self.rng, self.hours = rng, days * 24
        self.outlets = outlets()
        weights = np.array([o.weight for o in self.outlets])
        self.weights = weights / weights.sum()
        self.press = np.array([o.kind.is_press for o in self.outlets])
        self.shape = shape_of_time(START, np.arange(self.hours))
        self.topics = list(TOPICS)
        ranks = rng.permutation(len(self.topics)) + 1.0
        self.topic_weights = ranks**-0.7 / (ranks**-0.7).sum()
        sizes = (rng.permutation(len(PROVINCES)) + 1.0) ** -0.8
        self.place_weights = sizes / sizes.sum()
        self.published: list[Published] = []
        self.stories = 0

    def ordinary(self) -> None:
        """Every topic at its own pace, which drifts from week to week."""
        per_story = float(np.dot(SIZES, (1, 2, 3)))
        for topic, weight in zip(self.topics, self.topic_weights, strict=True):
            weeks = self.hours // 168 + 1
            drift = np.exp(np.clip(np.cumsum(self.rng.normal(0, 0.12, weeks)), -0.5, 0.5))[np.arange(self.hours) // 168]
            rate = NEGATIVE_A_DAY / 24 * weight * self.shape * drift
            for hour in np.repeat(np.arange(self.hours), self.rng.poisson(rate / per_story)).tolist():
                self._story(topic, hour + self.rng.random())
            for hour in np.repeat(np.arange(self.hours), self.rng.poisson(NEUTRAL * rate)).tolist():
                feedback = Feedback.QUESTION if self.rng.random() < 0.12 else Feedback.NONE
                self._add(hour + self.rng.random(), topic, self._outlet(), self._next(), False, feedback, self._place())

    def _story(self, topic: str, at: float) -> None:
        """A small thing, told by one outlet or a few."""
        size = int(self.rng.choice((1, 2, 3), p=SIZES))
        story, place = self._next(), self._place()
        for n in range(size):
            later = 0.0 if n == 0 else self.rng.exponential(14.0)
            self._add(at + later, topic, self._outlet(), story, True, self._voice(0.1), place)

    def matter(self, at: float) -> None:
        """A matter of heavy-tailed size, that rises and fades, often begun by talk."""
        rng = self.rng
        size = min(LARGEST, int(SMALLEST * (1.0 - rng.random()) ** (-1 / TAIL)))
        rise, fade = float(np.exp(rng.normal(2.4, 0.8))), float(np.exp(rng.normal(3.1, 0.6)))
        talk_first = rng.random() < 0.5
        wide = float(rng.beta(4, 2)) if size > 12 else float(rng.beta(2, 3))
        asks, story, topic = float(rng.beta(1.2, 6)), self._next(), str(rng.choice(self.topics, p=self.topic_weights))
        home = [
            str(p) for p in rng.choice(PROVINCES, size=int(rng.integers(1, 5)), p=self.place_weights, replace=False)
        ]
        number = 1 + max((p.matter for p in self.published), default=-1)
        for n in range(size):
            # as many come before the peak as rise weighs against fade
            before = rng.random() < rise / (rise + 1.44 * fade)
            later = rise * rng.random() ** 0.4 if before else rise + rng.exponential(1.44 * fade)
            hour = at if n == 0 else at + later
            if hour >= self.hours or (n and rng.random() > min(1.0, self.shape[int(hour)])):
                hour += 6.0
            if hour >= self.hours:
                continue
            early = hour - at < rise / 2
            outlet = self._outlet(talk=talk_first and early, wide=wide)
            place = rng.choice(home) if rng.random() < 0.6 else None
            part = story if rng.random() < 0.85 else self._next()
            self._add(hour, topic, outlet, part, True, self._voice(asks), place, matter=number)
            if rng.random() < 0.5:
                self._add(
                    hour + rng.random() * 8, topic, self._outlet(), part, False, Feedback.NONE, place, matter=number
                )

    def _voice(self, asks: float) -> Feedback:
        return Feedback.QUESTION if self.rng.random() < asks else Feedback.COMPLAINT

    def _outlet(self, *, talk: bool = False, wide: float = 1.0) -> Outlet:
        """One of all; of those that talk; or of few where a matter is not wide."""
        weights = np.where(self.press, 0.0, self.weights) if talk else self.weights.copy()
        if self.rng.random() > wide:
            weights[3:] *= 0.15
            weights[:3] *= 2.0
        return self.outlets[int(self.rng.choice(len(self.outlets), p=weights / weights.sum()))]

    def _place(self) -> str | None:
        return str(self.rng.choice(PROVINCES, p=self.place_weights)) if self.rng.random() < 0.35 else None

    def _next(self) -> str:
        self.stories += 1
        return f"n{self.stories}"

    def _add(
        self, hour: float, topic: str, outlet: Outlet, story: str, negative: bool, feedback: Feedback,
        place: str | None, *, matter: int = -1,
    ) -> None:  # fmt: skip
        at = START + timedelta(hours=min(hour, self.hours - 0.02))
        document = StreamDocument(
            id=f"d{len(self.published)}", published_at=at, first_seen_at=at, source_kind=str(outlet.kind),
            publisher=outlet.name, source_name=outlet.name, reach=outlet.reach, negative=negative,
            feedback=str(feedback), official=False, is_copy=False, story_id=story, title=f"Chuyện {story}",
            places=(place,) if place else (), press=outlet.kind.is_press,
        )  # fmt: skip
        self.published.append(Published(document=document, topic=topic, matter=matter))


def _matters(published: Sequence[Published]) -> list[Matter]:
    mine: dict[int, list[Published]] = {}
    for p in published:
        if p.matter >= 0 and p.document.negative:
            mine.setdefault(p.matter, []).append(p)
    found = []
    for number, theirs in sorted(mine.items()):
        times = [p.document.published_at for p in theirs]
        soon = [p for p in theirs if p.document.published_at <= times[0] + timedelta(days=3)]
        busy = [sum(t <= u < t + timedelta(hours=6) for u in times) for t in times]
        found.append(
            Matter(
                number=number, topic=theirs[0].topic, first=times[0],
                peak=times[busy.index(max(busy))] + timedelta(hours=3), origins=len(soon),
                publishers=len({p.document.publisher for p in soon}),
            )
        )  # fmt: skip
    return found
