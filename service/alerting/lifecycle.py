"""What a person may do with an alert, and what it becomes: a pure decision on values.

open -> acknowledged -> assigned -> in hand -> recovering -> closed; dismissed from anywhere before the end. The machine
itself moves an alert to recovering and back (decide.py). What a person has ended by mistake a person opens again, and
what a person has said of a level a later word of a person replaces; the timeline keeps both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from service.alerting import wording
from service.alerting.levels import is_proposed
from service.domain.streams import decides
from service.domain.text import unfilled
from service.domain.warning import Alert, AlertState, Level, Verdict
from service.domain.wording import local_time, one_line

MAX_TEXT = 2000
ENDED = "Cảnh báo đã kết thúc."
REOPEN_WITHIN = timedelta(hours=24)
# to end what the whole country watches would damp more than a silence does
NOT_YOURS = (
    "Cảnh báo này không thuộc riêng địa phương của tài khoản nên do bộ phận truyền thông phụ trách toàn quốc hoặc địa "
    "phương đó xử lý. Quý vị có thể xem và bình luận."
)
S = AlertState


class Verb(StrEnum):
    """What is done."""

    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    TAKE = "take"
    RECOVER = "recover"
    CLOSE = "close"
    DISMISS = "dismiss"
    REOPEN = "reopen"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    STATE = "state"
    COMMENT = "comment"
    MERGE = "merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a person wants.

    Attributes:
        text: the reason, comment or statement.
        target: who is to handle it (assign), or id of the alert that goes on (merge).
        level: as it was shown to this person (confirm, refuse; close, dismiss and merge where it is told).
        seen: how many lines of its timeline were shown (close, dismiss, merge); None: it is not told.
        at: when the statement was published (state); None: now, or as it is kept already.
        instead: why another statement is kept from now on (state).
        assigned: who was shown as the one that handles it (assign); empty: nobody, None: it was not shown.
        provinces: codes that this person's account is limited to; empty: the whole country.
    """

    verb: Verb
    who: str
    text: str = ""
    target: str = ""
    level: int | None = None
    seen: int | None = None
    at: datetime | None = None
    instead: str = ""
    assigned: str | None = None
    provinces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """The alert after the command, and the line of its timeline."""

    alert: Alert
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """It is so already."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It cannot be done; why, in Vietnamese."""

    reason: str


Outcome = Changed | Unchanged | Refused

# verb -> states it starts from
FROM: Mapping[Verb, frozenset[AlertState]] = {
    Verb.ACKNOWLEDGE: frozenset({S.OPEN}),
    Verb.ASSIGN: frozenset({S.OPEN, S.ACKNOWLEDGED, S.ASSIGNED, S.IN_HAND, S.RECOVERING}),
    Verb.TAKE: frozenset({S.OPEN, S.ACKNOWLEDGED, S.ASSIGNED, S.RECOVERING}),
    Verb.RECOVER: frozenset({S.ACKNOWLEDGED, S.ASSIGNED, S.IN_HAND}),
    Verb.CLOSE: frozenset({S.ACKNOWLEDGED, S.ASSIGNED, S.IN_HAND, S.RECOVERING}),
    Verb.DISMISS: frozenset({S.OPEN, S.ACKNOWLEDGED, S.ASSIGNED, S.IN_HAND, S.RECOVERING}),
    Verb.MERGE: frozenset({S.OPEN, S.ACKNOWLEDGED, S.ASSIGNED, S.IN_HAND, S.RECOVERING}),
}
ENDS = frozenset({Verb.CLOSE, Verb.DISMISS, Verb.MERGE})
NEEDS_REASON = frozenset({Verb.CLOSE, Verb.DISMISS, Verb.REOPEN, Verb.REFUSE, Verb.COMMENT, Verb.STATE})


def act(alert: Alert, command: Command, *, now: datetime, lines: int | None = None) -> Outcome:
    """What becomes of an alert. The same command a second time changes nothing.

    Args:
        now: UTC.
        lines: how many its timeline has now; None: nobody asks.
    """
    if command.verb is not Verb.COMMENT and not decides(command.provinces, alert.stream):
        return Refused(NOT_YOURS)
    text, instead = clean(command.text), clean(command.instead)
    if command.verb in NEEDS_REASON and not text:
        return Refused("Vui lòng ghi rõ nội dung hoặc lý do.")
    if max(len(text), len(instead)) > MAX_TEXT:
        return Refused(f"Nội dung dài quá {MAX_TEXT} ký tự.")
    starts = FROM.get(command.verb)
    if starts is not None and alert.state not in starts:
        return _not_from_here(alert, command)
    # what others have done since is not ended, nor a statement of theirs replaced, unseen
    restates = command.verb is Verb.STATE and alert.handling.statement not in (None, "", text)
    if (command.verb in ENDS or restates) and (problem := _unseen(alert, command, lines)):
        return Refused(problem)
    return DOERS[command.verb](alert, replace(command, text=text, instead=instead), now)


def clean(text: str) -> str:
    """Plain text of a person: line breaks stay, other control and direction characters go."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip()


def allowed(alert: Alert, provinces: Sequence[str] = ()) -> frozenset[Verb]:
    """What can be done now, for the page's buttons; whether it can be opened again is asked apart (why_not_reopen).

    Args:
        provinces: that whoever asks is limited to.
    """
    if not decides(provinces, alert.stream):
        return frozenset({Verb.COMMENT})
    found = {verb for verb, starts in FROM.items() if alert.state in starts} | {Verb.COMMENT, Verb.STATE}
    if alert.proposed:
        found |= {Verb.CONFIRM, Verb.REFUSE}
    elif (verdict := _replaceable(alert)) is not None:
        found.add(Verb.REFUSE if verdict.confirmed else Verb.CONFIRM)
    return frozenset(found)


def why_not_reopen(alert: Alert, *, now: datetime) -> str:
    """Why an alert cannot be opened again, in Vietnamese; empty where it can.

    A person has to have ended it, in the last 24 hours and not by merging it. That no later alert of its stream is
    there is for whoever knows the others (usecases/handle.py).
    """
    if not alert.state.ended or alert.closed_at is None:
        return "Cảnh báo đang mở."
    if alert.handling.merged_into is not None:
        return "Cảnh báo đã được gộp vào cảnh báo khác nên không mở lại được."
    if alert.handling.ended_by is None:
        return f"Hệ thống đã kết thúc cảnh báo này vì {wording.over(alert)}; nếu tăng lại sẽ có cảnh báo mới."
    if now - alert.closed_at > REOPEN_WITHIN:
        return "Chỉ mở lại được trong 24 giờ sau khi kết thúc."
    return ""


def _replaceable(alert: Alert) -> Verdict | None:
    """What was said of the level that the alert has now, where somebody may still say otherwise."""
    verdict = alert.handling.verdict
    if alert.state.ended or verdict is None or not is_proposed(alert.level) or alert.level > verdict.level:
        return None
    return verdict


def _not_from_here(alert: Alert, command: Command) -> Outcome:
    if alert.state.ended:
        return Refused(ENDED)
    if command.verb is Verb.CLOSE:
        return Refused("Vui lòng tiếp nhận cảnh báo trước khi kết thúc.")
    return Unchanged("Cảnh báo đã ở bước này hoặc bước sau.")


def _unseen(alert: Alert, command: Command, lines: int | None) -> str:
    """Why nobody ends an alert whose level, or whose handling by others, they have not seen; empty if they have.
    Programs need not say what they saw."""
    if command.level not in (None, alert.level):
        return _other_level(alert)
    if lines is not None and command.seen not in (None, lines):
        return "Cảnh báo đã có diễn biến mới sau khi quý vị mở trang. Vui lòng xem lại rồi quyết định."
    return ""


def _other_level(alert: Alert) -> str:
    return f"Mức đã thay đổi hoặc chưa được nêu; cảnh báo hiện ở mức L{alert.level:d}. Vui lòng xem lại rồi quyết định."


def _seen(alert: Alert, who: str, now: datetime) -> Alert:
    """Whoever does something about an alert has seen it."""
    if alert.acknowledged_at is not None:
        return alert
    return replace(alert, acknowledged_at=now, acknowledged_by=who)


def _acknowledge(alert: Alert, command: Command, now: datetime) -> Outcome:
    seen = replace(_seen(alert, command.who, now), state=S.ACKNOWLEDGED)
    return Changed(seen, "acknowledged", "Đã tiếp nhận cảnh báo")


def _assign(alert: Alert, command: Command, now: datetime) -> Outcome:
    target = one_line(command.target)
    before = alert.handling.assigned_to or ""
    if not target:
        return Refused("Vui lòng chọn người xử lý.")
    if alert.state is S.ASSIGNED and before == target:
        return Unchanged(f"Đã giao cho {target}.")
    if command.assigned not in (None, before):
        # nobody takes an alert from somebody whom they did not see
        now_with = f"vừa được giao cho {before}" if before else "không còn được giao cho ai"
        return Refused(f"Cảnh báo {now_with}. Vui lòng xem lại rồi quyết định.")
    handling = replace(alert.handling, assigned_to=target)
    changed = replace(_seen(alert, command.who, now), state=S.ASSIGNED, handling=handling)
    return Changed(changed, "assigned", _with(f"Giao cho {target} xử lý", command.text))


def _take(alert: Alert, command: Command, now: datetime) -> Outcome:
    given_to = alert.handling.assigned_to
    if given_to not in (None, command.who):
        # one way to take an alert over: assigning, which asks whom it was seen with
        return Refused(f"Cảnh báo đang giao cho {given_to}. Để xử lý thay, vui lòng giao lại cảnh báo cho mình.")
    handling = replace(alert.handling, assigned_to=command.who)
    changed = replace(_seen(alert, command.who, now), state=S.IN_HAND, handling=handling)
    return Changed(changed, "in_hand", _with("Bắt đầu xử lý", command.text))


def _recover(alert: Alert, command: Command, now: datetime) -> Outcome:
    changed = replace(_seen(alert, command.who, now), state=S.RECOVERING)
    return Changed(changed, "recovering", _with("Chuyển sang theo dõi hồi phục", command.text))


def _close(alert: Alert, command: Command, now: datetime) -> Outcome:
    return Changed(_ended(alert, S.CLOSED, command, now), "closed", f"Kết thúc: {command.text}")


def _dismiss(alert: Alert, command: Command, now: datetime) -> Outcome:
    return Changed(_ended(alert, S.DISMISSED, command, now), "dismissed", f"Bỏ qua, báo nhầm: {command.text}")


def _ended(alert: Alert, state: AlertState, command: Command, now: datetime) -> Alert:
    handling = replace(alert.handling, reason=command.text, ended_by=command.who, level_then=alert.level)
    seen = _seen(alert, command.who, now)
    return replace(
        seen, state=state, level=Level.NORMAL, proposed=False, updated_at=now, closed_at=now, handling=handling
    )


def _reopen(alert: Alert, command: Command, now: datetime) -> Outcome:
    if problem := why_not_reopen(alert, now=now):
        return Refused(problem) if alert.state.ended else Unchanged(problem)
    before = alert.handling
    # alerts that were ended before this was kept do not tell it; what they fell to is not known
    level = alert.peak_level if before.level_then is None else before.level_then
    proposed = is_proposed(level) and (before.verdict is None or level > before.verdict.level)
    changed = replace(
        _seen(alert, command.who, now),
        state=S.ASSIGNED if before.assigned_to else S.ACKNOWLEDGED,
        level=level,
        proposed=proposed,
        updated_at=now,
        closed_at=None,
        handling=replace(before, reason="", ended_by=None, level_then=None),
    )
    return Changed(changed, "reopened", f"Mở lại: {command.text}")


def _verdict(alert: Alert, command: Command, now: datetime) -> Outcome:
    if alert.state.ended:
        return Refused(ENDED)
    earlier = None if alert.proposed else _replaceable(alert)
    if not alert.proposed and earlier is None:
        return Unchanged("Mức này không chờ xác nhận.")
    if command.level != alert.level:
        # a person answers for the level that they saw, not for one that it has risen to since
        return Refused(_other_level(alert))
    confirmed = command.verb is Verb.CONFIRM
    if earlier is not None and earlier.confirmed is confirmed:
        return Unchanged(f"{_said(earlier)} rồi.")
    if earlier is not None and not command.text:
        return Refused("Vui lòng ghi lý do thay ý kiến trước.")
    verdict = Verdict(level=alert.level, confirmed=confirmed, by=command.who, at=now)
    handling = replace(alert.handling, verdict=verdict)
    state = S.ACKNOWLEDGED if alert.state is S.OPEN else alert.state
    changed = replace(_seen(alert, command.who, now), proposed=False, state=state, handling=handling)
    word = "Xác nhận" if confirmed else "Không xác nhận"
    instead = f", thay cho ý kiến trước ({_said(earlier)})" if earlier else ""
    text = _with(f"{word} mức L{alert.level:d}{instead}", command.text)
    return Changed(changed, "confirmed" if confirmed else "refused", text)


def _said(verdict: Verdict) -> str:
    return f"{verdict.by} đã {'xác nhận' if verdict.confirmed else 'không xác nhận'} mức L{verdict.level:d}"


def _state(alert: Alert, command: Command, now: datetime) -> Outcome:
    before = alert.handling
    if before.statement_at is not None and not command.instead:
        return Unchanged("Đã ghi nhận phát ngôn đầu tiên. Để sửa, vui lòng ghi lý do sửa.")
    if problem := unfilled(command.text):
        return Refused(problem)
    at = command.at or before.statement_at or now
    # people give minutes
    if not alert.opened_at - timedelta(minutes=1) < at <= now:
        return Refused(f"Giờ công bố phải từ lúc phát hiện ({local_time(alert.opened_at)}) đến nay.")
    at = max(at, alert.opened_at)
    if (command.text, at) == (before.statement, before.statement_at):
        return Unchanged("Phát ngôn và giờ công bố vẫn như đã ghi.")
    handling = replace(before, statement=command.text, statement_at=at)
    state = S.ACKNOWLEDGED if alert.state is S.OPEN else alert.state
    changed = replace(_seen(alert, command.who, now), state=state, handling=handling)
    published = "" if at == now else f" (công bố lúc {local_time(at)})"
    if before.statement_at is None:
        return Changed(changed, "statement", f"Phát ngôn đầu tiên{published}: {command.text}")
    text = f"Sửa phát ngôn đầu tiên{published}, lý do: {command.instead}\nNội dung: {command.text}"
    return Changed(changed, "restated", text)


def _comment(alert: Alert, command: Command, _now: datetime) -> Outcome:
    return Changed(alert, "comment", command.text)


def _merge(alert: Alert, command: Command, now: datetime) -> Outcome:
    if not command.target or command.target == alert.id:
        return Refused("Vui lòng chọn một cảnh báo khác để gộp vào.")
    ended = _ended(alert, S.CLOSED, command, now)
    merged = replace(ended, handling=replace(ended.handling, merged_into=command.target))
    return Changed(merged, "merged", _with(f"Gộp vào cảnh báo {command.target}", command.text))


def _with(text: str, more: str) -> str:
    return f"{text}: {more}" if more else text


DOERS: Mapping[Verb, Callable[[Alert, Command, datetime], Outcome]] = {
    Verb.ACKNOWLEDGE: _acknowledge,
    Verb.ASSIGN: _assign,
    Verb.TAKE: _take,
    Verb.RECOVER: _recover,
    Verb.CLOSE: _close,
    Verb.DISMISS: _dismiss,
    Verb.REOPEN: _reopen,
    Verb.CONFIRM: _verdict,
    Verb.REFUSE: _verdict,
    Verb.STATE: _state,
    Verb.COMMENT: _comment,
    Verb.MERGE: _merge,
}
