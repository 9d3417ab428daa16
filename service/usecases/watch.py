"""From counts to alerts: score the hours that changed, decide, and put messages into the outbox in the same commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from service.alerting.campaigns import around
from service.alerting.context import Kind
from service.alerting.decide import (
    Close,
    Decision,
    Keep,
    Open,
    Policy,
    Quiet,
    Raise,
    Relapse,
    Situation,
    decide,
    reached,
)
from service.alerting.message import Content, Occasion
from service.alerting.outlook import features, shipped
from service.alerting.stakes import stake_of
from service.domain.streams import HOUR, StreamKind, bin_start, parse
from service.domain.times import start_of_day
from service.domain.warning import Alert, Bin, Level, Signal
from service.ports import Clock
from service.ports.storage import Store, StoreError, Transaction
from service.usecases.assess import Assessment, Assessor, Hour
from service.usecases.covering import NONE, Beside, beside, covering, read_evidence
from service.usecases.history import past_of
from service.usecases.likeness import MOST, NEGATIVE, OldStories
from service.usecases.press_reports import PressReports
from service.usecases.scoring import Scorer, score_all
from service.usecases.stream_reads import StreamReads
from service.usecases.tales import TALES
from service.usecases.tell import tell_of

LOOK_BACK = timedelta(hours=24)  # a document that arrives later than this is history, not news
LOOKED_AT = int(LOOK_BACK / HOUR) + 1  # with the hour that runs
EARLY_ORIGINS = 2  # negative origins in a day below which signals beyond volume say nothing

Figures = tuple[int, int, float]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Watched:
    """What one round of watching did: streams scored, alerts opened, raised and closed."""

    scored: int = 0
    opened: int = 0
    raised: int = 0
    closed: int = 0


class UndecidedError(Exception):
    """Some streams could not be decided on in this round; the message names them, the log says why."""


@dataclass(kw_only=True)
class Watch:
    """The watch over all streams.

    What it remembers between rounds only spares work: a new process scores everything once and comes to the same
    alerts, since a decision that has been carried out is not made again.

    Attributes:
        recipients: desk addresses that alerts are sent to; none are sent where it is empty (replay).
        kinds: signals beyond volume that are looked for; all of them but in experiments.
        score: how streams are scored; a rehearsal knows all scores before it begins.
    """

    store: Store
    clock: Clock
    recipients: tuple[str, ...] = ()
    base_url: str = "http://127.0.0.1:8000"
    policy: Policy = field(default_factory=Policy)
    kinds: Sequence[Kind] = tuple(Kind)
    score: Scorer = score_all
    _seen: dict[tuple[str, datetime], Figures] = field(default_factory=dict, init=False)
    _hour: datetime | None = field(default=None, init=False)
    _undone: dict[str, set[datetime]] = field(default_factory=dict, init=False)
    _reports: PressReports = field(default_factory=PressReports, init=False)
    _assessor: Assessor = field(init=False)
    _usual: dict[str, float] = field(default_factory=dict, init=False)

    def run(self) -> Watched:
        """Score what changed since the last round; every stream is decided on in units of work of its own.

        Raises:
            UndecidedError: at the end, where something is wrong with some of the streams.
        """
        now = self.clock.now()
        hour = bin_start(now, HOUR)
        with self.store.snapshot() as tx:
            fresh = tx.recent_bins(since=hour - LOOK_BACK)
            live = {a.stream: a.signal.stream for a in tx.live_alerts()}
            figures = {(s, b.start): (b.value, b.total, b.coverage) for s, bins in fresh.items() for b in bins}
            changed = self._changed(figures, since=hour - LOOK_BACK)
            if hour != self._hour:
                # time passes for open alerts although nothing is published: that is how they end
                changed |= {stream: changed.get(stream, set()) | {hour} for stream in live}
            if changed:
                for stream, reported in self._reports.refresh(tx, now).items():
                    changed.setdefault(stream, set()).update(h for h in reported if h >= hour - LOOK_BACK)
            wanted = {s: hours for s, hours in changed.items() if s in live or self._may_open(s, hours, fresh)}
            # streams that raised another one's alert bear its level out
            wanted |= {live[s]: wanted.get(live[s], set()) for s in wanted if live.get(s, s) != s}
            past = past_of(tx, sorted({*wanted, *(live if wanted else ())}), last=hour)
            if hour != self._hour:
                before = self._assessor if self._hour else None
                self._assessor = assessor(tx, now, before, kinds=self.kinds, reports=self._reports)
        self._assessor = replace(self._assessor, reads=StreamReads())
        # seen is what was decided on: a stream that fails, and those behind it if it ends the round, are tried again
        self._seen, self._hour, self._undone = figures, hour, dict(wanted)
        hours = past.hours(LOOKED_AT, score=self.score)
        self._usual = {s: sum(u.expected for u in hours[s][-1].day) for s in live if s in hours}
        total = Watched()
        for stream in sorted(wanted, key=_gravity):
            bearer = hours[live[stream]] if live.get(stream, stream) != stream else ()
            try:
                done = self._stream(stream, hours[stream], wanted[stream], now, is_live=stream in live, bearer=bearer)
            except StoreError:
                raise  # the database would not answer for the others either
            except Exception:
                log.exception("stream failed", stream=stream)
                continue
            del self._undone[stream]
            total = Watched(
                total.scored + 1, total.opened + done.opened, total.raised + done.raised, total.closed + done.closed
            )
        if self._undone:
            raise UndecidedError(f"undecided, to be tried again: {', '.join(self._undone)}")
        return total

    def _changed(self, figures: Mapping[tuple[str, datetime], Figures], *, since: datetime) -> dict[str, set[datetime]]:
        """Hours by stream whose figures are new or not those of the last round, or were not decided on in it."""
        changed = {s: {h for h in hours if h >= since} for s, hours in self._undone.items()}
        for (stream, start), now in figures.items():
            if self._seen.get((stream, start)) != now:
                changed.setdefault(stream, set()).add(start)
        return changed

    def _stream(
        self,
        stream: str,
        hours: Sequence[Hour],
        wanted: Collection[datetime],
        now: datetime,
        *,
        is_live: bool,
        bearer: Sequence[Hour],
    ) -> Watched:
        """Decide on the hours wanted; a stream that nothing can come of is not asked further about.

        What has to be read is read before the unit of work begins: in a crisis that takes long, and nobody else can
        write in the meantime.
        """
        new = [h for h in hours if h.unusual.start in wanted]
        new = [
            h
            for h in new
            if self._reports.in_hours(stream, {h.unusual.start})
            or (h.unusual.value > 0 and (is_live or self._could_matter(h)))
            or (stream == TALES and h.bin_.total > 0)
        ]
        done = Watched()
        if new:
            with self.store.snapshot() as tx:
                assessed = self._assess(tx, new)
                loud = [a for a in assessed if a.signal.documents and _is_loud(a.signal)]
                read_evidence(tx, beside(tx, stream, since=now - self.policy.cool_down), loud, self._assessor)
            with self.store.begin() as tx:
                near = beside(tx, stream, since=now - self.policy.cool_down)
                for found in self._as_it_is_now(tx, new, assessed):
                    done = _add(done, self._decide(tx, found, now, only=(Open, Raise), near=near))
        # how grave an open alert is now, and whether it is over, is told by the hour that runs or the one before it
        if is_live or done.opened:
            latest = [_latest(h, self._assessor) for h in (bearer, hours) if h]
            with self.store.snapshot() as tx:
                assessed = self._assess(tx, latest)
            with self.store.begin() as tx:
                *bearing, found = self._as_it_is_now(tx, latest, assessed)
                borne = self._borne(tx, stream, bearing)
                done = _add(done, self._decide(tx, found, now, only=(Relapse, Keep, Close), near=NONE, borne=borne))
        return done

    def _assess(self, tx: Transaction, hours: Sequence[Hour]) -> list[Assessment]:
        for stream in {h.stream for h in hours}:
            self._assessor.read(tx, [h for h in hours if h.stream == stream])
        return [self._assessor.assess(tx, hour) for hour in hours]

    def _as_it_is_now(self, tx: Transaction, hours: Sequence[Hour], assessed: list[Assessment]) -> list[Assessment]:
        """What was assessed before the unit of work began; anew where a publication was removed in the meantime, so
        that no alert quotes it."""
        known = {d.id for a in assessed for d in a.documents} | {d for a in assessed for d in a.signal.documents}
        if not tx.gone(known):
            return assessed
        self._assessor = replace(self._assessor, reads=StreamReads())
        return self._assess(tx, hours)

    def _borne(self, tx: Transaction, stream: str, bearing: Sequence[Assessment]) -> Level:
        """The level at which the stream that raised this one's alert is now."""
        own = tx.last_alert(stream) if bearing else None
        if own is None:
            return Level.NORMAL
        if own.stream.startswith(f"{bearing[0].signal.stream}@") and bearing[0].local != own.stream:
            return Level.NORMAL  # the topic is about more than that province now
        return reached(bearing[0].signal, previous=own.level, rules=self.policy.rules)

    def _may_open(self, stream: str, hours: Collection[datetime], fresh: Mapping[str, Sequence[Bin]]) -> bool:
        """Something negative is new; where there are hundreds of streams of a kind, one document is nothing. Of fraud
        people tell without criticism."""
        bins = fresh.get(stream, ())
        least = EARLY_ORIGINS if parse(stream).kind.is_detail else 1
        negative = sum(b.value for b in bins) >= least and any(b.value for b in bins if b.start in hours)
        told = stream == TALES and any(b.total for b in bins if b.start in hours)
        return negative or told or self._reports.in_hours(stream, hours)

    def _could_matter(self, hour: Hour) -> bool:
        """Counts that come near the least level, or enough negative documents for the signals beyond volume."""
        score = self._assessor.score(hour)[0].score
        kind = parse(hour.stream).kind
        least = min(gate.unusual for gate in self.policy.rules.gates.values())
        enough = sum(u.value for u in hour.day) >= EARLY_ORIGINS and kind in (StreamKind.TOPIC, StreamKind.STORY)
        return score >= least or enough

    def _decide(
        self,
        tx: Transaction,
        found: Assessment,
        now: datetime,
        *,
        only: tuple[type[Decision], ...],
        near: Beside,
        borne: Level = Level.NORMAL,
    ) -> Decision:
        """Decide on one hour, and carry the decision out if it is one of `only`."""
        stream = found.signal.stream
        own = tx.last_alert(stream)
        found = replace(found, signal=self._with_chance(found, own, now))
        signal = found.signal
        situation = Situation(
            own=own,
            covering=covering(tx, found, own, near, self._assessor, self._usual) if _could_open(own, signal) else (),
            borne=borne,
            silences=tx.silences(active_at=now),
            told_today=tx.count_told(since=start_of_day(now)),
            subject=found.subject,
            local=found.local,
            local_own=tx.last_alert(found.local) if found.local else None,
            here=found.here,
            taken_up=found.taken_up,
        )
        decision = decide(signal, situation, now=now, policy=self.policy)
        if not isinstance(decision, only):
            return Quiet("")
        self._carry_out(tx, decision, own, found, now)
        return decision

    def _with_chance(self, found: Assessment, own: Alert | None, now: datetime) -> Signal:
        """The signal with the chance that its alert becomes grave, if it is not."""
        signal = found.signal
        if reached(signal, rules=self.policy.rules) not in (Level.WATCH, Level.WARNING):
            return signal
        opened_at = now if own is None or own.state.ended else own.opened_at
        known = features(signal, found.facts, found.documents, opened_at=opened_at, now=signal.at + HOUR)
        return replace(signal, chance=shipped().chance(known))

    def _carry_out(
        self, tx: Transaction, decision: Decision, own: Alert | None, found: Assessment, now: datetime
    ) -> None:
        match decision:
            case Open(alert=alert, tell=tell, reason=reason):
                tx.save_alert(alert, kind="opened", actor="radar", text=reason, at=now)
                self._tell(tx, alert, Occasion.OPENED, found, now, tell=tell)
            case Raise(alert=alert, tell=tell, reason=reason):
                tx.save_alert(alert, kind="raised", actor="radar", text=reason, at=now)
                self._tell(tx, alert, Occasion.RAISED, found, now, tell=tell)
            case Relapse(alert=alert, reason=reason):
                tx.save_alert(alert, kind="relapsed", actor="radar", text=reason, at=now)
                self._tell(tx, alert, Occasion.RELAPSED, found, now, tell=True, note=reason)
            case Close(alert=alert, reason=reason):
                tx.save_alert(alert, kind="closed", actor="radar", text=reason, at=now)
                self._tell(tx, alert, Occasion.CLOSED, found, now, tell=tx.was_told(alert.id))
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
        found: Assessment,
        now: datetime,
        *,
        tell: bool,
        note: str = "",
    ) -> None:
        if tell:
            content = Content(
                alert=alert, occasion=occasion, base_url=self.base_url, evidence=found.evidence, topic=found.topic,
                step=int(now.timestamp()) if occasion is Occasion.RELAPSED else 0, note=note,
            )  # fmt: skip
            tell_of(tx, content, desk=self.recipients, sending=self.policy.sending, now=now)


def assessor(
    tx: Transaction,
    now: datetime,
    before: Assessor | None = None,
    *,
    reports: PressReports,
    kinds: Sequence[Kind] = tuple(Kind),
) -> Assessor:
    """What a round of watching, or an explanation, assesses with.

    Args:
        before: the assessor of the hour before, whose older stories are kept for a day.
    """
    old = (
        before.old if before is not None and now.hour else OldStories(tx.notable_stories(negative=NEGATIVE, limit=MOST))
    )
    kept: Counter[StreamKind] = Counter(parse(s).kind for s in tx.streams())
    return Assessor(running=around(now, tx.campaigns()), streams=kept, old=old, kinds=kinds, reports=reports)


def _latest(hours: Sequence[Hour], assessor: Assessor) -> Hour:
    """The hour that runs or the one before it, whichever asks for more."""
    told = assessor.reports.told
    return max(hours[-2:], key=lambda h: (told(h.stream, now=h.unusual.start + HOUR).level, assessor.score(h)[0].score))


def _could_open(own: Alert | None, signal: Signal) -> bool:
    return (own is None or own.state.ended) and _is_loud(signal)


def _is_loud(signal: Signal) -> bool:
    return signal.value > signal.expected or signal.asked > Level.NORMAL


def _gravity(stream: str) -> tuple[int, int, str]:
    """Graver topics first, then stories and places, the agency as a whole last.

    Of several alerts on the same documents the first one stands.
    """
    found = parse(stream)
    order = {StreamKind.TOPIC: 0, StreamKind.STORY: 1, StreamKind.TOPIC_PLACE: 2, StreamKind.PLACE: 3}
    return order.get(found.kind, 4), -stake_of([found.topic or ""]).weight, stream


def _add(done: Watched, decision: Decision) -> Watched:
    return Watched(
        done.scored,
        done.opened + isinstance(decision, Open),
        done.raised + isinstance(decision, Raise),
        done.closed + isinstance(decision, Close),
    )
