"""What a stream looks like at an hour: detector's score after all chances, campaign guard, facts, three scores.

The watch decides on it, and `explain` shows it: one code, so that what is shown is what was decided on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import log10

from service.alerting import campaigns, context
from service.alerting.context import Kind
from service.alerting.reports import NOTHING
from service.alerting.risks import risks_of
from service.alerting.scores import bearing_out, harmful, sure
from service.alerting.stakes import stake_of
from service.domain.campaigns import Campaign
from service.domain.intents import Evidence
from service.domain.revisions import RevisionKind
from service.domain.streams import HOUR, PressText, StreamDocument, StreamKind, parse
from service.domain.topics import TOPICS
from service.domain.warning import Bin, Signal, Unusual
from service.ports.storage import Transaction
from service.usecases.likeness import OldStories
from service.usecases.press_reports import REPORT_KINDS, PressReports
from service.usecases.stream_reads import StreamReads
from service.usecases.tales import TALES, tales

EVIDENCE = timedelta(hours=24)  # slow bursts are told by documents of a whole day
MOST_EVIDENCE = 200
LOCAL, LEAST_LOCAL = 2 / 3, 3
USUAL_STREAMS = len(TOPICS) + 1  # so many streams the levels' thresholds are made for
WITH_FACTS = (StreamKind.ALL, StreamKind.TOPIC, StreamKind.TOPIC_PLACE, StreamKind.STORY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """An hour of a stream as the detector sees it.

    Attributes:
        day: the 24 hours up to it, itself last.
        bins: the stream's hours with documents, since `first`.
    """

    stream: str
    unusual: Unusual
    bin_: Bin
    day: Sequence[Unusual]
    bins: Sequence[Bin]
    first: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything that a decision stands on.

    Attributes:
        raw: the detector's own score.
        factor: what campaigns usually multiply by; 1 outside of them.
        usual: negative origins that a day like the one up to the hour usually has.
        documents: of the stream in the last two weeks, copies too.
        subject: headline of a story or name of a province, for the wording.
        topic: what the stream is mainly about, if it is known.
        local: the stream of a topic in the one province that its documents of the day name, if they do.
        here: so many negative origins of the day name that province.
        reported: provinces that are named in what the press reports, or people tell, where that is what it stands on.
    """

    raw: Unusual
    unusual: Unusual
    campaigns: Sequence[Campaign]
    factor: float
    usual: float
    facts: Sequence[context.Fact]
    signal: Signal
    evidence: Sequence[Evidence]
    documents: Sequence[StreamDocument]
    subject: str
    topic: str | None
    local: str | None = None
    here: int = 0
    reported: Collection[str] = ()

    @property
    def taken_up(self) -> bool:
        """Whether the press has taken up within a day what others told."""
        return any(f.kind in context.TAKEN_UP for f in self.facts)


@dataclass(kw_only=True)
class Assessor:
    """Assesses hours; what it is given holds for one round.

    Attributes:
        running: campaigns around now.
        streams: how many streams of each kind are counted.
        reads: what was read of streams; another round begins with none.
    """

    running: Sequence[Campaign]
    streams: Counter[StreamKind]
    old: OldStories
    kinds: Sequence[Kind] = field(default_factory=lambda: tuple(Kind))
    reports: PressReports = field(default_factory=PressReports)
    reads: StreamReads = field(default_factory=StreamReads)

    def score(self, hour: Hour) -> tuple[Unusual, list[Campaign], float]:
        """The score after all chances and in its campaign; no storage is asked."""
        found = campaigns.running(hour.stream, hour.unusual.start, self.running)
        factor = 1.0
        unusual = hour.unusual
        if found and unusual.value:
            factor = campaigns.usual_factor(hour.stream, hour.bins, hour.first, unusual.start, self.running)
            unusual = campaigns.guarded(unusual, hour.day, factor)
        return among(unusual, self.among(hour.stream)), found, factor

    def among(self, stream: str) -> int:
        """How many streams of the same kind share the chances; at least as many as the thresholds are made for."""
        kind = parse(stream).kind
        return max(USUAL_STREAMS, self.streams[kind]) if kind.is_detail else USUAL_STREAMS

    def read(self, tx: Transaction, hours: Sequence[Hour]) -> None:
        """Read at once what assessing these hours of a stream will ask for."""
        ends = [h.unusual.start + HOUR for h in hours]
        for until in (min(ends), max(ends)):
            self.evidence(tx, hours[0].stream, until=until)
            if parse(hours[0].stream).kind in WITH_FACTS:
                self.reads.documents(tx, hours[0].stream, since=until - context.LOOK, until=until)

    def assess(self, tx: Transaction, hour: Hour) -> Assessment:
        """Everything about an hour; asks the storage for its documents."""
        unusual, found, factor = self.score(hour)
        until = unusual.start + HOUR
        stream, kind = parse(hour.stream), parse(hour.stream).kind
        told = self.reports.told(hour.stream, now=until) if set(self.kinds) >= REPORT_KINDS else NOTHING
        if hour.stream == TALES and Kind.TALES in self.kinds:
            every = self.reads.documents(tx, hour.stream, since=until - context.LOOK, until=until)
            told = told.with_(tales(every, hour.bins, first=hour.first, last=unusual.start))
        also = [d.id for d in told.documents]
        evidence = self.evidence(tx, hour.stream, until=until, also=also)
        documents: list[StreamDocument] = []
        if kind in WITH_FACTS and evidence:
            documents = self.reads.documents(tx, hour.stream, since=until - context.LOOK, until=until)
        topics = [stream.topic] if stream.topic else tx.topics_of([e.document_id for e in evidence])
        topic = topics[0] if topics else None
        subject = tx.subject_of(hour.stream)
        usual = factor * sum(u.expected for u in hour.day)
        local = local_stream(hour.stream, documents, until, reported=told.documents)
        place = parse(local or hour.stream).place
        day = critical(documents, until)
        facts = [*told.facts, *(self._facts(tx, kind, topic, documents, until, place) if documents else [])]
        signal = make_signal(
            hour.stream, unusual, hour.bin_, evidence, topics=topics if kind is not StreamKind.ALL else [], usual=usual
        )
        signal = replace(
            signal,
            harmful=context.raised_harm(signal.harmful, facts),
            sure=context.raised_sure(signal.sure, facts),
            early=context.lift(facts),
            reasons=tuple(f.sentence for f in facts),
            campaign=", ".join(c.name for c in found),
            among=self.among(hour.stream),
            asked=told.level,
            day=sum(u.value for u in hour.day),
            day_expected=usual,
        )
        return Assessment(
            raw=hour.unusual, unusual=unusual, campaigns=found, factor=factor,
            usual=usual, facts=facts, signal=signal, evidence=_first_of(place, evidence, documents),
            documents=documents, subject=subject, topic=topic, local=local,
            here=sum(place in d.places for d in day),
            reported={place for d in told.documents for place in d.places} if len(day) < LEAST_LOCAL else (),
        )  # fmt: skip

    def evidence(
        self, tx: Transaction, stream: str, *, until: datetime, also: Collection[str] = (), span: timedelta = EVIDENCE
    ) -> list[Evidence]:
        """Negative origins of the day up to a time (or another span) and the documents named, newest first."""
        return self.reads.evidence(tx, stream, since=until - span, until=until, limit=MOST_EVIDENCE, also=also)

    def _facts(
        self, tx: Transaction, kind: StreamKind, topic: str | None, documents: Sequence[StreamDocument],
        now: datetime, place: str | None,
    ) -> list[context.Fact]:  # fmt: skip
        ids = [d.id for d in documents]
        recent = [d for d in documents if d.negative and d.published_at > now - context.DAY]
        view = context.View(
            now=now,
            documents=documents,
            older=self.old.like([(d.story_id or "", d.title) for d in recent], before=now - context.LOOK),
            risks=risks_of(topic, now) if kind is not StreamKind.ALL else (),
            edited=tx.count_revised(ids, RevisionKind.TITLE, since=now - context.DAY, until=now),
            gone=tx.count_revised(ids, RevisionKind.TAKEN_DOWN, since=now - context.DAY, until=now),
            matter=_matter(place, documents, now) if place else (),
        )
        return context.facts(view, kinds=self.kinds)


def critical(documents: Sequence[StreamDocument], now: datetime) -> list[StreamDocument]:
    """Negative origins of the day."""
    return [d for d in documents if d.negative and not d.is_copy and d.published_at > now - EVIDENCE]


def local_stream(
    stream: str,
    documents: Sequence[StreamDocument],
    now: datetime,
    *,
    reported: Sequence[PressText | StreamDocument] = (),
) -> str | None:
    """The stream of a topic in one province, where two thirds of its negative origins of the day (three at least) name
    that province and no other: what happens in one place is that place's matter before it is the country's.

    Args:
        reported: what the press reports, or people tell; it decides where there is less criticism than that.
    """
    day = critical(documents, now)
    if parse(stream).kind is not StreamKind.TOPIC:
        return None
    if reported and len(day) < LEAST_LOCAL:
        places = {place for r in reported for place in r.places} | {place for d in day for place in d.places}
        return f"{stream}@{places.pop()}" if len(places) == 1 else None
    named = Counter(d.places[0] for d in day if len(d.places) == 1)
    if not named:
        return None
    place, count = min(named.items(), key=lambda known: (-known[1], known[0]))
    return f"{stream}@{place}" if count >= LEAST_LOCAL and count >= LOCAL * len(day) else None


def _matter(place: str, documents: Sequence[StreamDocument], now: datetime) -> list[StreamDocument]:
    """What the day tells of one topic in one province, from the first criticism on, where there is enough of that to be
    a matter of the province: people and the press tell of one thing in other words, and so in other stories."""
    day = [d for d in documents if place in d.places and d.published_at > now - EVIDENCE]
    told = critical(day, now)
    return day[day.index(told[0]) :] if len(told) >= LEAST_LOCAL else []


def _first_of(place: str | None, evidence: list[Evidence], documents: Sequence[StreamDocument]) -> list[Evidence]:
    """What names a province before what does not."""
    here = {d.id for d in documents if place in d.places}
    return sorted(evidence, key=lambda e: e.document_id not in here)


def among(unusual: Unusual, streams: int) -> Unusual:
    """A score after as many chances as there are streams: one of a thousand is unusual a thousand times as often."""
    if streams <= USUAL_STREAMS:
        return unusual
    return replace(unusual, score=max(0.0, unusual.score - log10(streams / USUAL_STREAMS)))


def make_signal(
    stream: str,
    unusual: Unusual,
    bin_: Bin,
    evidence: Sequence[Evidence],
    *,
    topics: Sequence[str] = (),
    usual: float = 0.0,
) -> Signal:
    """The three scores of an hour with the documents they stand on.

    Args:
        usual: negative origins that an ordinary day has.
    """
    origins = len(evidence)
    witnesses = bearing_out(evidence, usual)
    return Signal(
        id=f"{stream}@{unusual.start.isoformat()}",
        stream=stream,
        at=unusual.start,
        unusual=unusual.score,
        harmful=harmful(stake_of(topics), evidence),
        sure=sure(witnesses, origins=origins, coverage=bin_.coverage),
        value=unusual.value,
        expected=unusual.expected,
        origins=origins,
        sources=len({e.publisher for e in evidence}),
        witnesses=len({e.publisher for e in witnesses}),
        coverage=bin_.coverage,
        documents=tuple(e.document_id for e in evidence),
    )
