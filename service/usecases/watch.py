"""From counts to alerts: score the hours that changed, decide, and put messages into the outbox in the same commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.alerting.decide import Close, Decision, Keep, Open, Policy, Quiet, Raise, Situation, decide
from service.alerting.message import Content, Occasion
from service.alerting.scores import harmful, sure
from service.alerting.stakes import stake_of
from service.detection.watching import watch_series
from service.domain.intents import Evidence
from service.domain.warning import Alert, Bin, Signal, Unusual
from service.ports import Clock
from service.ports.storage import Store, Transaction
from service.usecases.tell import tell_of

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR = timedelta(hours=1)
ALL = "all"
HISTORY = timedelta(days=120)  # what a baseline is learned from
LOOK_BACK = timedelta(hours=24)  # a document that arrives later than this is history, not news
EVIDENCE = timedelta(hours=24)  # slow bursts are told by documents of a whole day
MOST_EVIDENCE = 200
SAME = 2 / 3  # share of an alert's documents that makes two alerts tell of the same thing

Figures = tuple[int, int, float]


@dataclass(frozen=True, slots=True)
class Watched:
    """What one round of watching did: streams scored, alerts opened, raised and closed."""

    scored: int = 0
    opened: int = 0
    raised: int = 0
    closed: int = 0


@dataclass(kw_only=True)
class Watch:
    """The watch over all streams.

    What it remembers between rounds only spares work: a new process scores everything once and comes to the same
    alerts, since a decision that has been carried out is not made again.

    Attributes:
        recipients: desk addresses that alerts are sent to; none are sent where it is empty (replay).
        false_alarms_per_month: budget of the detector for all streams together.
    """

    store: Store
    clock: Clock
    recipients: tuple[str, ...] = ()
    base_url: str = "http://127.0.0.1:8000"
    false_alarms_per_month: float = 2.0
    policy: Policy = field(default_factory=Policy)
    _seen: dict[tuple[str, datetime], Figures] = field(default_factory=dict, init=False)
    _hour: datetime | None = field(default=None, init=False)

    def run(self) -> Watched:
        """Score what changed since the last round; every stream is a unit of work of its own."""
        now = self.clock.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        with self.store.begin() as tx:
            fresh = tx.recent_bins(since=hour - LOOK_BACK)
            live = {a.stream for a in tx.live_alerts()}
            changed = self._changed(fresh)
            if hour != self._hour:
                # time passes for open alerts although nothing is published: that is how they end
                changed |= {stream: changed.get(stream, set()) | {hour} for stream in live}
            streams, start = (len(tx.streams()), tx.first_bin()) if changed else (0, None)
        self._hour = hour
        total = Watched()
        for stream in sorted(changed, key=_gravity):
            assert start is not None or stream in live
            done = self._stream(stream, changed[stream], start or hour, streams, now)
            total = Watched(
                total.scored + 1, total.opened + done.opened, total.raised + done.raised, total.closed + done.closed
            )
        return total

    def _changed(self, fresh: Mapping[str, Sequence[Bin]]) -> dict[str, set[datetime]]:
        """Hours by stream whose figures are new or not those of the last round."""
        figures = {(s, b.start): (b.value, b.total, b.coverage) for s, bins in fresh.items() for b in bins}
        changed: dict[str, set[datetime]] = {}
        for (stream, start), now in figures.items():
            if self._seen.get((stream, start)) != now:
                changed.setdefault(stream, set()).add(start)
        self._seen = figures
        return changed

    def _stream(self, stream: str, hours: set[datetime], start: datetime, streams: int, now: datetime) -> Watched:
        last = now.replace(minute=0, second=0, microsecond=0)
        first = max(start, last - HISTORY)
        with self.store.begin() as tx:
            known = tx.bins(stream, since=first, until=last + HOUR)
            covered = {c.start: c.value for c in tx.coverage(since=first, until=last + HOUR)}
            scored = watch_series(
                list(regular(known, first, last, covered)),
                width=HOUR,
                series=max(streams, 1),
                false_alarms_per_month=self.false_alarms_per_month,
            )
            counted = {b.start: b for b in known}
            done = Watched()
            for unusual in scored:
                if unusual.start in hours and unusual.value > 0:
                    bin_ = counted[unusual.start]
                    done = _add(done, self._decide(tx, stream, unusual, bin_, now, only=(Open, Raise)))
            # how grave an open alert is now, and whether it is over, is told by the hour that runs or the one before it
            latest = max(scored[-2:], key=lambda u: u.score)
            bin_ = counted.get(latest.start) or Bin(start=latest.start, value=0, total=0, sources=0)
            return _add(done, self._decide(tx, stream, latest, bin_, now, only=(Keep, Close)))

    def _decide(
        self,
        tx: Transaction,
        stream: str,
        unusual: Unusual,
        bin_: Bin,
        now: datetime,
        *,
        only: tuple[type[Decision], ...],
    ) -> Decision:
        """Decide on one hour, and carry the decision out if it is one of `only`."""
        until = unusual.start + HOUR
        evidence = tx.evidence(stream, since=until - EVIDENCE, until=until, limit=MOST_EVIDENCE)
        signal = make_signal(stream, unusual, bin_, evidence)
        own = tx.last_alert(stream)
        situation = Situation(
            own=own,
            covering=self._covering(tx, stream, signal, until, own) if _could_open(own, unusual) else (),
            silences=tx.silences(active_at=now),
            told_today=tx.count_told(since=_midnight(now)),
        )
        decision = decide(signal, situation, now=now, policy=self.policy)
        if not isinstance(decision, only):
            return Quiet("")
        self._carry_out(tx, decision, own, evidence, now)
        return decision

    def _covering(
        self, tx: Transaction, stream: str, signal: Signal, until: datetime, own: Alert | None
    ) -> list[Alert]:
        """Open alerts of other streams that stand on the same documents, or that this stream's was merged into."""
        mine = set(signal.documents)
        found = []
        merged_into = own.handling.merged_into if own else None
        if merged_into and (target := tx.alert(merged_into)) is not None and not target.state.ended:
            found.append(target)
        for alert in tx.live_alerts():
            if alert.stream == stream or not mine:
                continue
            theirs = tx.evidence(alert.stream, since=until - EVIDENCE, until=until, limit=MOST_EVIDENCE)
            if len(mine & {e.document_id for e in theirs}) >= SAME * len(mine):
                found.append(alert)
        return found

    def _carry_out(
        self, tx: Transaction, decision: Decision, own: Alert | None, evidence: Sequence[Evidence], now: datetime
    ) -> None:
        match decision:
            case Open(alert=alert, tell=tell, reason=reason):
                tx.save_alert(alert, kind="opened", actor="radar", text=reason, at=now)
                self._tell(tx, alert, Occasion.OPENED, evidence, now, tell=tell)
            case Raise(alert=alert, tell=tell, reason=reason):
                tx.save_alert(alert, kind="raised", actor="radar", text=reason, at=now)
                self._tell(tx, alert, Occasion.RAISED, evidence, now, tell=tell)
            case Close(alert=alert, reason=reason):
                tx.save_alert(alert, kind="closed", actor="radar", text=reason, at=now)
                self._tell(tx, alert, Occasion.CLOSED, evidence, now, tell=tx.was_told(alert.id))
            case Keep(alert=alert, reason=reason):
                if own is not None and (alert.level, alert.state) != (own.level, own.state):
                    kind = "level" if alert.state is own.state else str(alert.state)
                    tx.save_alert(alert, kind=kind, actor="radar", text=reason, at=now)
                elif alert != own:
                    tx.touch_alert(alert)
            case Quiet():
                pass

    def _tell(
        self,
        tx: Transaction,
        alert: Alert,
        occasion: Occasion,
        evidence: Sequence[Evidence],
        now: datetime,
        *,
        tell: bool,
    ) -> None:
        if tell:
            content = Content(alert=alert, occasion=occasion, base_url=self.base_url, evidence=evidence)
            tell_of(tx, content, desk=self.recipients, sending=self.policy.sending, now=now)


def regular(
    bins: Iterable[Bin], first: datetime, last: datetime, coverage: Mapping[datetime, float] | None = None
) -> Iterator[Bin]:
    """Every hour from `first` to `last`, those without documents as zeros with the coverage of their hour (1 where it
    was not measured)."""
    known = {b.start: b for b in bins}
    at = first
    while at <= last:
        yield known.get(at) or Bin(start=at, value=0, total=0, sources=0, coverage=(coverage or {}).get(at, 1.0))
        at += HOUR


def make_signal(stream: str, unusual: Unusual, bin_: Bin, evidence: Sequence[Evidence]) -> Signal:
    """The three scores of an hour with the documents they stand on."""
    origins = len(evidence)
    kind, _, topic = stream.partition(":")
    return Signal(
        id=f"{stream}@{unusual.start.isoformat()}",
        stream=stream,
        at=unusual.start,
        unusual=unusual.score,
        harmful=harmful(stake_of([topic] if kind == "topic" else []), evidence),
        sure=sure(evidence, origins=origins, coverage=bin_.coverage),
        value=unusual.value,
        expected=unusual.expected,
        origins=origins,
        sources=len({e.publisher for e in evidence}),
        coverage=bin_.coverage,
        documents=tuple(e.document_id for e in evidence),
    )


def _could_open(own: Alert | None, unusual: Unusual) -> bool:
    return (own is None or own.state.ended) and unusual.value > unusual.expected


def _gravity(stream: str) -> tuple[int, str]:
    """Graver topics first, the agency as a whole last: of several alerts on the same documents the first one stands."""
    kind, _, topic = stream.partition(":")
    return (-stake_of([topic]).weight if kind == "topic" else 0, stream)


def _add(done: Watched, decision: Decision) -> Watched:
    return Watched(
        done.scored,
        done.opened + isinstance(decision, Open),
        done.raised + isinstance(decision, Raise),
        done.closed + isinstance(decision, Close),
    )


def _midnight(now: datetime) -> datetime:
    return now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
