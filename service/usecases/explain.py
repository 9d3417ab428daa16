"""Why an alert fired, and why a story did not: the counts, the baseline, the rule, the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.alerting import wording
from service.alerting.decide import Open, Policy, Situation, decide
from service.alerting.gates import GateView, gates
from service.domain.intents import Evidence
from service.domain.streams import HOUR, bin_start, story_stream
from service.domain.views import EvidenceView, HourCount
from service.domain.warning import Bin, Signal
from service.ports import Clock
from service.ports.storage import Store, Transaction
from service.usecases.assess import EVIDENCE, MOST_EVIDENCE, Assessor, Hour
from service.usecases.history import past_of
from service.usecases.press_reports import PressReports
from service.usecases.watch import assessor

LONGEST = timedelta(days=21)
AFTERWARDS = timedelta(hours=6)
MOST_TOPICS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a stream looked like at one hour, and what followed from it.

    Attributes:
        name: the stream in words.
        at: begin of the hour.
        raw_score: the detector's own; `unusual` is what was left of it after all chances and the campaign guard.
        among: how many streams of its kind there are; by chance alone one of many is always unusual.
        campaign: campaigns whose usual effect `expected` holds already; empty outside of them.
        factor: what campaigns usually multiply negative counts by; 1 outside of them.
        early: how strongly the signals beyond volume (`reasons`) speak, 0 to 1.
        origins, sources: independent publications behind it, and independent publishers of them.
        reasons: signals beyond volume, one sentence each, in Vietnamese.
        level: the level that follows; 0 where none does.
        fires: an alert is opened at such an hour, if none stands already.
        why: the decision in one sentence.
        quiet_if: what would have kept it quiet; empty where nothing fired.
        gates: each level with what it asks for, and what of it did not hold.
        hours: the day up to it.
        evidence: publications behind it, newest first.
    """

    stream: str
    name: str
    at: datetime
    value: int
    expected: float
    raw_score: float
    unusual: float
    among: int
    campaign: str
    factor: float
    harmful: float
    sure: float
    early: float
    origins: int
    sources: int
    coverage: float
    reasons: Sequence[str]
    level: int
    fires: bool
    why: str
    quiet_if: str
    gates: Sequence[GateView]
    hours: Sequence[HourCount]
    evidence: Sequence[EvidenceView]


def explain_alert(alert_id: str, *, store: Store, policy: Policy | None = None) -> Explanation | None:
    """What an alert stood on when it fired, as it was frozen; None if there is no such alert."""
    with store.snapshot() as tx:
        alert = tx.alert(alert_id)
        if alert is None:
            return None
        signal = alert.signal
        return _explanation(
            tx, signal, raw=signal.unusual, factor=1.0, level=int(alert.peak_level), why=alert.why,
            quiet_if=alert.quiet_if, policy=policy or Policy(),
        )  # fmt: skip


def explain_story(story_id: str, *, store: Store, clock: Clock, policy: Policy | None = None) -> list[Explanation]:
    """Why a story did or did not become an alert: its own stream and its topics', each at its most unusual hour.

    Empty if there is no such story. Earlier alerts are left out of account, so that the rule itself is explained.
    """
    with store.snapshot() as tx:
        documents = tx.stream_documents(story_stream(story_id), since=clock.now() - 40 * LONGEST, until=clock.now())
        if not documents:
            return []
        first, last = documents[0].published_at, documents[-1].published_at
        span = max(first, last - LONGEST), min(clock.now(), last + AFTERWARDS)
        topics = tx.topics_of([d.id for d in documents])[:MOST_TOPICS]
        streams = [story_stream(story_id), *(f"topic:{t}" for t in topics)]
        reports = PressReports()
        reports.refresh(tx, span[1], since=span[0])
        with_what = assessor(tx, span[1], reports=reports)
        begin, end = (bin_start(at, HOUR) for at in span)
        hours = past_of(tx, streams, last=end).hours(int((end - begin) / HOUR) + 1)
        worst = [_worst(hours[stream], with_what) for stream in streams]
        return [_explain(tx, hour, with_what, policy or Policy()) for hour in worst if hour is not None]


def _worst(hours: Sequence[Hour], with_what: Assessor) -> Hour | None:
    """The most unusual of a stream's hours; None where none has a document."""
    told = with_what.reports.told
    return max(
        (h for h in hours if h.bin_.total),
        key=lambda h: (told(h.stream, now=h.unusual.start + HOUR).level, with_what.score(h)[0].score, h.unusual.value),
        default=None,
    )


def _explain(tx: Transaction, hour: Hour, with_what: Assessor, policy: Policy) -> Explanation:
    found = with_what.assess(tx, hour)
    decision = decide(found.signal, Situation(subject=found.subject), now=found.signal.at + HOUR, policy=policy)
    return _explanation(
        tx, found.signal, raw=found.raw.score, factor=found.factor,
        level=int(decision.alert.level) if isinstance(decision, Open) else 0, why=decision.reason,
        quiet_if=decision.alert.quiet_if if isinstance(decision, Open) else "", policy=policy,
    )  # fmt: skip


def _explanation(
    tx: Transaction, signal: Signal, *, raw: float, factor: float, level: int, why: str, quiet_if: str,
    policy: Policy,
) -> Explanation:  # fmt: skip
    until = signal.at + HOUR
    bins = tx.bins(signal.stream, since=until - EVIDENCE, until=until)
    wanted = set(signal.documents)
    evidence = tx.evidence(
        signal.stream, since=until - EVIDENCE, until=until, limit=MOST_EVIDENCE, also=signal.documents
    )
    same = ("value", "expected", "unusual", "among", "campaign", "harmful", "sure", "early", "origins", "sources")
    return Explanation(
        stream=signal.stream,
        name=wording.stream_name(signal.stream, subject=tx.subject_of(signal.stream)),
        at=signal.at,
        raw_score=raw,
        factor=factor,
        coverage=signal.coverage,
        reasons=signal.reasons,
        level=level,
        fires=level > 0,
        why=why,
        quiet_if=quiet_if,
        gates=gates(signal, policy.rules),
        hours=[_count(b) for b in bins],
        evidence=[evidence_view(e) for e in evidence if e.document_id in wanted],
        **{name: getattr(signal, name) for name in same},
    )


def evidence_view(e: Evidence) -> EvidenceView:
    """A document under an alert, as pages show it."""
    return EvidenceView(
        id=e.document_id, title=e.title, source=e.source_name, url=e.url, published_at=e.published_at, press=e.press
    )


def _count(bin_: Bin) -> HourCount:
    return HourCount(start=bin_.start, negative=bin_.value, total=bin_.total)
