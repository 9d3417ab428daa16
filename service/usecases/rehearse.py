"""The watch on an invented desk: the same decisions, from a storage in memory and scores that are known beforehand."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import cast

from service.alerting.decide import Decision, Keep, Policy
from service.alerting.outlook import REACHES, features
from service.detection.simulator import Desk, Published
from service.domain.intents import Evidence
from service.domain.streams import (
    HOUR,
    MOST_DOCUMENTS,
    STORY_ORIGINS,
    PressText,
    StreamDocument,
    bin_start,
    parse,
    story_stream,
    streams_of,
)
from service.domain.warning import Alert, Bin, Level, Unusual
from service.ports.storage import Store, Transaction
from service.usecases.assess import Assessment
from service.usecases.covering import Beside
from service.usecases.scoring import Scores, score_streams
from service.usecases.watch import Watch

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An alert as it was at the end of an hour."""

    at: datetime
    alert: Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was known of an open alert at the end of an hour; `features` as in service.alerting.outlook."""

    at: datetime
    alert: Alert
    features: Mapping[str, float]


@dataclass(kw_only=True)
class _Recorder(Watch):
    """Keeps what it saw of alerts that may still become graver."""

    looks: list[Look] = field(default_factory=list)

    def _decide(
        self, tx: Transaction, found: Assessment, now: datetime, *, only: tuple[type[Decision], ...],
        near: Beside, borne: Level = Level.NORMAL,
    ) -> Decision:  # fmt: skip
        decision = super()._decide(tx, found, now, only=only, near=near, borne=borne)
        own = tx.last_alert(found.signal.stream)
        if Keep in only and own is not None and not own.state.ended and own.peak_level < REACHES:
            known = features(found.signal, found.facts, found.documents, opened_at=own.opened_at, now=now)
            self.looks.append(Look(at=now, alert=own, features=known))
        return decision


@dataclass(kw_only=True)
class Rehearsal:
    """What the watch did.

    Attributes:
        alerts: every alert as it was when it ended, or at the end.
        moments: every change of an alert, in order of time.
        looks: what was known of open alerts below L3, every hour.
        matter_of: number of the matter that each document belongs to; -1: none.
    """

    desk: Desk
    alerts: Sequence[Alert]
    moments: Sequence[Moment]
    looks: Sequence[Look]
    matter_of: Mapping[str, int]

    def matter(self, alert: Alert) -> int | None:
        """The matter that an alert stands on: that of at least two of its documents, or of all; None: by chance."""
        found = Counter(self.matter_of[d] for d in alert.signal.documents)
        found.pop(-1, None)
        if not found:
            return None
        number, count = found.most_common(1)[0]
        return number if count >= min(2, len(alert.signal.documents)) else None


def rehearse(desk: Desk, *, policy: Policy | None = None) -> Rehearsal:
    """Hour by hour through the watch."""
    memory = _Memory(desk)
    watch = _Recorder(store=cast("Store", memory), clock=memory, policy=policy or Policy(), score=memory.score)
    while memory.at < desk.end:
        memory.at += HOUR
        watch.run()
    return Rehearsal(
        desk=desk,
        alerts=list(memory.alerts.values()),
        moments=memory.moments,
        looks=watch.looks,
        matter_of={p.document.id: p.matter for p in desk.published},
    )


@dataclass
class _Stream:
    """Publications of a stream, and when its negative ones were published."""

    published: list[Published] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)

    def between(self, since: datetime, until: datetime) -> list[Published]:
        return self.published[bisect_left(self.times, since) : bisect_left(self.times, until)]


class _Memory:
    """What the watch asks of the storage and the clock, up to the hour that has just ended.

    Not the real storage on SQLite in memory: it would read and score again every hour what is known here before the
    first one, 40 ms of processor time an hour where this takes 4, and a rehearsal is tens of thousands of hours. Nor a
    second implementation of `Transaction`, of which the watch asks 28 methods of 184; most are empty here, as nobody
    acts on an invented desk.
    """

    def __init__(self, desk: Desk) -> None:
        self.at = desk.start
        self.desk = desk
        self.alerts: dict[str, Alert] = {}
        self.moments: list[Moment] = []
        self.last: dict[str, Alert] = {}
        self.by_id = {p.document.id: p for p in desk.published}
        self.found: dict[str, _Stream] = defaultdict(_Stream)
        for p in desk.published:
            d = p.document
            for stream in {*streams_of([p.topic], d.places), story_stream(d.story_id or "")}:
                self.found[stream].published.append(p)
                self.found[stream].times.append(d.published_at)
        self.hours: dict[str, dict[datetime, Bin]] = {s: _bins(f.published) for s, f in self.found.items()}
        self.at_hour: dict[datetime, set[str]] = defaultdict(set)
        for stream, bins in self.hours.items():
            for start in bins:
                self.at_hour[start].add(stream)
        self.scores: dict[str, Scores] = {}
        self.begun = {s: f.times[0] for s, f in self.found.items()}
        self.counted: tuple[datetime, list[str]] = (desk.start, [])

    def now(self) -> datetime:
        return self.at

    @contextmanager
    def begin(self) -> Iterator[_Memory]:
        yield self

    snapshot = begin

    def score(
        self,
        known: Mapping[str, Sequence[Bin]],
        *,
        first: datetime,
        last: datetime,
        keep: int,
        covered: Mapping[datetime, float] | None = None,
    ) -> dict[str, list[Unusual]]:
        """Scores of a stream use only its own past, so that all of them can be worked out at once."""
        if not self.scores:
            end = bin_start(self.desk.end, HOUR)
            loud = {s: list(bins.values()) for s, bins in self.hours.items() if _may_be_heard(list(bins.values()))}
            self.scores = dict(score_streams(loud, first=self.desk.start, last=end))
        end_at = int((last - self.desk.start) / HOUR) + 1
        return {s: self.scores[s].rows(end_at - keep, end_at) for s in known}

    def _visible(self, stream: str) -> bool:
        if not stream.startswith("story:"):
            return True
        mine = self.found[stream]
        return bisect_left(mine.times, self.at) >= STORY_ORIGINS

    def recent_bins(self, *, since: datetime) -> dict[str, list[Bin]]:
        found: dict[str, list[Bin]] = {}
        start = bin_start(since, HOUR)
        while start < bin_start(self.at, HOUR):
            for stream in self.at_hour.get(start, ()):
                if self._visible(stream):
                    found.setdefault(stream, []).append(self.hours[stream][start])
            start += HOUR
        return found

    def bins_of(self, streams: Sequence[str], *, since: datetime, until: datetime) -> dict[str, list[Bin]]:
        return {s: [b for start, b in self.hours[s].items() if since <= start < self.at] for s in streams}

    def first_bin(self) -> datetime | None:
        return self.desk.start

    def streams(self) -> list[str]:
        if self.at.date() != self.counted[0].date() or not self.counted[1]:
            self.counted = (self.at, [s for s, first in self.begun.items() if first < self.at and self._visible(s)])
        return self.counted[1]

    def coverage(self, *, since: datetime, until: datetime) -> list[object]:
        return []

    def campaigns(self) -> list[object]:
        return []

    def notable_stories(self, *, negative: int, limit: int) -> list[object]:
        return []

    def silences(self, *, active_at: datetime) -> list[object]:
        return []

    def count_told(self, *, since: datetime) -> int:
        return 0

    def count_revised(self, ids: Sequence[str], kind: object, *, since: datetime, until: datetime) -> int:
        return 0

    def press_texts(self, *, published_since: datetime, seen_since: datetime) -> list[PressText]:
        return []

    def subject_of(self, stream: str) -> str:
        return "" if parse(stream).story is None else f"Chuyện {parse(stream).story}"

    def gone(self, ids: Collection[str]) -> set[str]:
        return set()

    def topics_of(self, ids: Sequence[str]) -> list[str]:
        return [t for t, _ in Counter(self.by_id[i].topic for i in ids).most_common()]

    def evidence(
        self, stream: str, *, since: datetime, until: datetime, limit: int | None, also: Collection[str] = ()
    ) -> list[Evidence]:
        mine = [p.document for p in self.found[stream].between(since, until) if p.document.negative]
        if also:
            named = {d.id: d for d in (*mine, *(self.by_id[key].document for key in also))}
            mine = sorted(named.values(), key=lambda d: d.published_at)
        return [
            Evidence(
                document_id=d.id, title=d.title, source_name=d.source_name, publisher=d.publisher,
                source_kind=d.source_kind, reach=d.reach, url="", published_at=d.published_at, story_id=d.story_id,
            )
            for d in mine[::-1][:limit]
        ]  # fmt: skip

    def stream_documents(
        self, stream: str, *, since: datetime, until: datetime, limit: int | None = MOST_DOCUMENTS
    ) -> list[StreamDocument]:
        found = [p.document for p in self.found[stream].between(since, until)]
        return found if limit is None else found[-limit:]

    def live_alerts(self) -> list[Alert]:
        return [a for a in self.last.values() if not a.state.ended]

    def merged_alerts(self, *, into: Sequence[str]) -> list[Alert]:
        return []

    def ended_alerts(self, *, since: datetime) -> list[Alert]:
        return [a for a in self.alerts.values() if a.state.ended and a.closed_at is not None and a.closed_at >= since]

    def last_alert(self, stream: str) -> Alert | None:
        return self.last.get(stream)

    def alert(self, alert_id: str) -> Alert | None:
        return self.alerts.get(alert_id)

    def accounts(self) -> list[object]:
        return []

    def subscriptions(self) -> list[object]:
        return []

    def webhooks(self) -> list[object]:
        return []

    def enqueue(self, drafts: object, *, at: datetime, not_before: datetime | None = None) -> None:
        """Nobody is told of what is invented."""

    def was_told(self, alert_id: str) -> bool:
        return False

    def save_alert(self, alert: Alert, **_: object) -> None:
        self.touch_alert(alert)
        self.moments.append(Moment(at=self.at, alert=alert))

    def touch_alert(self, alert: Alert) -> None:
        self.alerts[alert.id] = self.last[alert.stream] = alert


def _may_be_heard(bins: Sequence[Bin]) -> bool:
    """Two negative ones within a day, somewhere: the watch does not look at quieter streams of detail."""
    heard = [b.start for b in bins for _ in range(b.value)]
    return any(later - sooner <= DAY for sooner, later in pairwise(heard))


def _bins(published: Sequence[Published]) -> dict[datetime, Bin]:
    cells: dict[datetime, list[Published]] = defaultdict(list)
    for p in published:
        cells[bin_start(p.document.published_at, HOUR)].append(p)
    return {start: _bin(start, cell) for start, cell in sorted(cells.items())}


def _bin(start: datetime, cell: Sequence[Published]) -> Bin:
    negative = [p.document for p in cell if p.document.negative]
    return Bin(
        start=start,
        value=len(negative),
        total=len(cell),
        sources=len({d.publisher for d in negative}),
    )
