"""What becomes of a signal: a new alert, a higher level, nothing new, an end, or nothing at all; and why.

Only negative origins are counted, so that praise and campaigns, however loud, are no signal. A burst of a stream is one
alert: it opens once, is told again only when it gets worse than ever before or climbs back to L3 or L4 after a time
below, and closes after a time of calm.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from service.alerting import escalation, wording
from service.alerting.hours import Hours
from service.alerting.levels import DEFAULT_RULES, Rules, is_proposed, level_of
from service.domain.silences import Silence
from service.domain.streams import is_wider
from service.domain.warning import (
    Alert,
    AlertState,
    EscalationStep,
    Handling,
    Level,
    Signal,
    back_at_usual,
    still_usual,
)  # fmt: skip
from service.domain.wording import local_time, number

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How often people are told.

    Attributes:
        open_from: least level that opens an alert.
        tell_from: least level that sends messages; below it an alert is on the page only.
        calm: how long a stream is normal before its alert closes.
        cool_down: how long after that neither the same stream nor another one on the same documents opens an alert that
            is not graver than the last; and how long an alert must have been below L3 for its climbing back to be told.
        stale: a signal older than this (backfilled documents) opens nothing.
        daily_budget: alerts a day that send messages; L3 and L4 are never held back by it.
        sending: hours of the day in which messages below L3 go out; outside they wait. None: at any hour.
        escalation: who is told next where nobody acknowledges, by level; frozen into an alert when it fires.
    """

    rules: Rules = field(default=DEFAULT_RULES)
    open_from: Level = Level.WATCH
    tell_from: Level = Level.WARNING
    calm: timedelta = timedelta(hours=12)
    cool_down: timedelta = timedelta(hours=6)
    stale: timedelta = timedelta(hours=24)
    daily_budget: int = 10
    sending: Hours | None = None
    escalation: Mapping[Level, tuple[EscalationStep, ...]] = field(default_factory=escalation.shipped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known when a signal comes.

    Attributes:
        own: alert of the signal's stream that is not closed, or the last one that is.
        covering: alerts of other streams that tell of the same, open or just ended (inhibition).
        borne: level that another stream bears out now, where it was that one which raised `own`.
        told_today: alerts that have sent messages today.
        subject: what `wording.stream_name` needs for streams that only hold an id.
        local: stream of the one province that a topic's documents name, if they do: a new alert is about it.
        local_own: the last alert of that stream.
        here: so many negative origins of the day name that province.
        taken_up: the press has taken up within a day what others told; while the day is more than usual, nothing calms
            down then, however few have come since.
    """

    own: Alert | None = None
    covering: Sequence[Alert] = ()
    borne: Level = Level.NORMAL
    silences: Sequence[Silence] = ()
    told_today: int = 0
    subject: str = ""
    local: str | None = None
    local_own: Alert | None = None
    here: int = 0
    taken_up: bool = False

    def why(self, signal: Signal) -> str:
        """One sentence on a signal."""
        return wording.why(signal, subject=self.subject, local=self.local, here=self.here)


@dataclass(frozen=True, slots=True)
class Open:
    """A new alert; `tell`: messages are to be sent, not before `alert.handling.fired_at`."""

    alert: Alert
    tell: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Raise:
    """The open alert is graver than ever before; `tell`: messages are to be sent again."""

    alert: Alert
    tell: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Relapse:
    """The open alert was below L3 for a time, and is back at L3 or L4 with as much in a day as was told; messages are
    sent again."""

    alert: Alert
    reason: str


@dataclass(frozen=True, slots=True)
class Keep:
    """The open alert goes on, with a level that may have changed; nobody is told."""

    alert: Alert
    reason: str


@dataclass(frozen=True, slots=True)
class Close:
    """The open alert has ended."""

    alert: Alert
    reason: str


@dataclass(frozen=True, slots=True)
class Quiet:
    """There is no open alert and none is opened."""

    reason: str


Decision = Open | Raise | Relapse | Keep | Close | Quiet


def decide(signal: Signal, situation: Situation, *, now: datetime, policy: Policy | None = None) -> Decision:
    """What becomes of a signal. A pure function: the same values give the same decision, and a decision that has been
    carried out leads to Keep or Quiet when the same signal comes again.

    Args:
        signal: of the stream that `situation.own` belongs to; ValueError otherwise.
        now: UTC.
    """
    policy = policy or Policy()
    own = situation.own
    if own is not None and own.stream != signal.stream:
        raise ValueError(f"expected an alert of stream {signal.stream}, found one of {own.stream}")
    if own is not None and not own.state.ended:
        return _go_on(own, signal, situation, now=now, policy=policy)
    level = reached(signal, rules=policy.rules)
    reason = _quiet_reason(signal, level, situation, now=now, policy=policy)
    if reason:
        return Quiet(reason)
    lower = next((other for other in situation.covering if not other.state.ended), None)
    if lower is not None and not _is_graver(signal, lower):
        return Quiet("Số tin, bài gốc tiêu cực của 24 giờ đã ít hơn lúc báo, không nâng mức.")
    if lower is not None:
        return _raise(lower, signal, level, situation, now=now, policy=policy)
    return _open(signal, level, situation, now=now, policy=policy)


def reached(signal: Signal, *, rules: Rules, previous: Level = Level.NORMAL) -> Level:
    """Level of a signal; a day that is no more than usual reaches none by itself, whatever the days before it were.

    Args:
        previous: level of the open alert, which goes on through nights and pauses until the day is back at its usual
            level.
    """
    expected = signal.told.expected
    most = back_at_usual(expected) if previous else still_usual(expected)
    return level_of(signal, previous=previous, rules=rules) if signal.told.value > most else signal.asked


def _go_on(own: Alert, signal: Signal, situation: Situation, *, now: datetime, policy: Policy) -> Decision:
    level = reached(signal, previous=own.level, rules=policy.rules)
    if level > own.peak_level and _is_graver(signal, own):
        return _raise(own, signal, level, situation, now=now, policy=policy)
    level = min(max(level, situation.borne), own.peak_level)
    if situation.taken_up and level >= policy.open_from:
        level = max(level, own.level)
    if level >= policy.open_from:
        # by the time of the signal, not of the look at it: looking again, after a restart too, changes nothing
        seen = max(own.updated_at, min(now, signal.at + HOUR))
        # a relapse: what was calming down has to be handled again
        relapse = own.state is AlertState.RECOVERING and level > own.level
        state = AlertState.IN_HAND if relapse else own.state
        kept = replace(own, level=level, proposed=_open_proposal(own, level), updated_at=seen, state=state)
        if is_proposed(level):
            return _at_grave(own, kept, signal, situation, policy=policy)
        return Keep(_eased(kept, own), reason=wording.level_now(own, level))
    hours = number(policy.calm / HOUR)
    if now - own.updated_at >= policy.calm:
        if own.state in (AlertState.ASSIGNED, AlertState.IN_HAND):
            # people are at work on it: it is watched for a relapse before it ends
            eased = replace(own, level=Level.NORMAL, proposed=False, state=AlertState.RECOVERING, updated_at=now)
            return Keep(
                _eased(eased, own), reason=f"{_over(own)} trong {hours} giờ liền; chuyển sang theo dõi hồi phục."
            )
        closed = replace(
            own, level=Level.NORMAL, proposed=False, state=AlertState.CLOSED, updated_at=now, closed_at=now
        )
        return Close(closed, reason=f"{_over(own)} trong {hours} giờ liền.")
    return Keep(_eased(own, own), reason=f"Đã về mức thường nhưng chưa đủ {hours} giờ liền.")


def _at_grave(own: Alert, kept: Alert, signal: Signal, situation: Situation, *, policy: Policy) -> Decision:
    """The alert goes on at L3 or L4: all the time, after a flutter, or again after a time below."""
    since = own.handling.eased_at
    if since is None or kept.updated_at - since < policy.cool_down:
        return Keep(_eased_at(kept, None), reason=wording.level_now(own, kept.level))
    if _ebbs(signal, own.signal):
        # a document may lift what longer sums hold; the climb is told when there is as much in a day as was told
        return Keep(kept, reason=wording.level_now(own, kept.level))
    retold = _retold(_eased_at(kept, None), signal, situation, policy=policy)
    return Relapse(retold, reason=wording.relapsed(kept.level, own.handling.verdict, since=since))


def _eased(alert: Alert, before: Alert) -> Alert:
    """An alert that is below L3 now, with the time from which on it is, where it has been there."""
    grave = is_proposed(before.peak_level)
    return _eased_at(alert, before.handling.eased_at or before.updated_at) if grave else alert


def _eased_at(alert: Alert, at: datetime | None) -> Alert:
    return replace(alert, handling=replace(alert.handling, eased_at=at))


def _retold(alert: Alert, signal: Signal, situation: Situation, *, policy: Policy) -> Alert:
    """The alert on the figures of now; what another stream bears out stays on that one's."""
    if signal.stream != alert.signal.stream:
        return alert
    why, quiet_if = situation.why(signal), wording.quiet_if(signal, alert.level, policy.rules)
    return replace(alert, why=why, quiet_if=quiet_if, signal=signal)


def _raise(alert: Alert, signal: Signal, level: Level, situation: Situation, *, now: datetime, policy: Policy) -> Raise:
    """An open alert goes up: by its own stream, or by another one that tells of the same."""
    streams = (alert.stream, signal.stream)
    untold = _untold(level, situation, streams, now=now, policy=policy)
    why = situation.why(signal)
    raised = replace(
        alert,
        level=level,
        peak_level=level,
        proposed=is_proposed(level),
        updated_at=now,
        headline=wording.raised_headline(alert.headline, signal, level, rules=policy.rules),
        why=why if signal.stream == alert.stream else wording.raised_by(alert, why),
        quiet_if=wording.quiet_if(signal, level, policy.rules),
        signal=signal,
        handling=_fired(alert.handling, level, not untold, now=now, policy=policy),
    )
    reason = f"Tăng từ mức L{alert.level:d} lên mức {wording.level_label(level)}: {raised.why}{untold}"
    return Raise(raised, tell=not untold, reason=reason)


def _over(own: Alert) -> str:
    over = wording.over(own)
    return over[0].upper() + over[1:]


def _rises(signal: Signal) -> bool:
    """Something came in this hour that makes the day more than usual."""
    return signal.value > signal.expected and not signal.is_usual


def _is_graver(signal: Signal, alert: Alert) -> bool:
    """Whether a higher level is news: sums over three days still grow while the day ebbs already."""
    ebbs = signal.stream == alert.signal.stream and _ebbs(signal, alert.signal)
    return signal.asked > alert.peak_level or (_rises(signal) and not ebbs)


def _ebbs(signal: Signal, was: Signal) -> bool:
    """Less is published in a day than was told, and the harm to be expected has not grown."""
    return signal.day < was.day and signal.harmful <= was.harmful


def _quiet_reason(signal: Signal, level: Level, situation: Situation, *, now: datetime, policy: Policy) -> str:
    """Why nothing is opened; empty if something is."""
    if signal.value == 0 and not signal.asked:
        return "Không có tin, bài gốc tiêu cực; tin trung lập hoặc tích cực không gây cảnh báo."
    if not _rises(signal) and not signal.asked:
        return f"Số tin, bài gốc tiêu cực không vượt mức thường (khoảng {number(signal.told.expected)})."
    if level < policy.open_from:
        return f"Chưa đến mức L{policy.open_from:d}: điểm bất thường {number(signal.unusual)}."
    if now - signal.at > policy.stale:
        return f"Tin thu thập bổ sung cho thời điểm {local_time(signal.at)}, không báo lại chuyện đã qua."
    return _covered(signal, level, situation, now=now, policy=policy)


def _covered(signal: Signal, level: Level, situation: Situation, *, now: datetime, policy: Policy) -> str:
    """Which alert says the same already: one that has ended, or one on the same documents; empty if none does."""
    for last in (situation.own, situation.local_own):
        if last is not None and last.state.ended and level <= last.peak_level and signal.at < last.updated_at:
            return f"Đã được báo trong cảnh báo kết thúc lúc {local_time(last.updated_at)}, không nặng hơn."
    last = situation.own
    if last is not None and level <= last.peak_level and now - last.updated_at < policy.cool_down:
        return f"Cảnh báo trước về cùng nội dung vừa kết thúc lúc {local_time(last.updated_at)}, không nặng hơn."
    for other in situation.covering:
        if other.state is AlertState.DISMISSED and is_wider(situation.local or signal.stream, other.stream):
            continue  # whoever called it a false alarm spoke of less than this
        if other.peak_level >= level and (not other.state.ended or now - other.updated_at < policy.cool_down):
            told = f"Đã nằm trong cảnh báo về {wording.stream_name(other.stream)} ở mức L{other.peak_level:d}"
            return told + (f", kết thúc lúc {local_time(other.updated_at)}." if other.state.ended else ".")
    return ""


def _untold(
    level: Level, situation: Situation, streams: Sequence[str], *, now: datetime, policy: Policy
) -> str:  # fmt: skip
    """Why no messages are sent about an alert; empty if they are. Nothing holds back L3 and L4.

    Args:
        streams: that of the alert and that of the signal; a silence of either holds.
    """
    if is_proposed(level):
        return ""
    if level < policy.tell_from:
        return f" Không gửi thư vì dưới mức L{policy.tell_from:d}."
    silence = next((s for s in situation.silences if any(s.holds(each, now) for each in streams)), None)
    if silence is not None:
        return f" Không gửi thư vì được tạm dừng đến {local_time(silence.until)}: {silence.reason}"
    if situation.told_today >= policy.daily_budget:
        return f" Không gửi thư vì đã đủ {policy.daily_budget} cảnh báo trong ngày."
    return ""


def _open(signal: Signal, level: Level, situation: Situation, *, now: datetime, policy: Policy) -> Open:
    why = situation.why(signal)
    stream = situation.local or signal.stream
    untold = _untold(level, situation, (stream, signal.stream), now=now, policy=policy)
    alert = Alert(
        id=alert_id(stream, signal.at),
        stream=stream,
        level=level,
        peak_level=level,
        state=AlertState.OPEN,
        opened_at=now,
        updated_at=now,
        headline=wording.headline(replace(signal, stream=stream), level, subject=situation.subject, rules=policy.rules),
        why=why,
        quiet_if=wording.quiet_if(signal, level, policy.rules),
        signal=signal,
        proposed=is_proposed(level),
        handling=_fired(Handling(), level, not untold, now=now, policy=policy),
    )
    return Open(alert, tell=not untold, reason=f"{why}{untold}")


def _fired(handling: Handling, level: Level, tell: bool, *, now: datetime, policy: Policy) -> Handling:
    """Freeze the escalation policy of the moment; nobody is asked to answer what nobody was told."""
    if not tell:
        return handling
    due = now if policy.sending is None or is_proposed(level) else policy.sending.next_open(now)
    return replace(
        handling,
        fired_at=due,
        told_at=handling.told_at or due,
        eased_at=None,
        steps=tuple(policy.escalation.get(level, ())),
        escalated=0,
    )


def _open_proposal(own: Alert, level: Level) -> bool:
    """Whether the level still waits for a person: what was said of a level holds for lower ones too."""
    verdict = own.handling.verdict
    return is_proposed(level) and (verdict is None or level > verdict.level)


def alert_id(stream: str, at: datetime) -> str:
    """Id of the alert that a signal at this time opens: the same in every run."""
    return "a" + hashlib.blake2b(f"{stream}|{at.isoformat()}".encode(), digest_size=8).hexdigest()
