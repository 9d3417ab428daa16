"""Silences: no messages about a stream for a time."""

from __future__ import annotations

from datetime import timedelta

from service.alerting.lifecycle import MAX_TEXT, clean
from service.domain.audit import Action
from service.domain.provinces import why_not
from service.domain.silences import Silence
from service.domain.streams import parse
from service.domain.topics import TOPICS
from service.domain.wording import local_time
from service.parsing.own_contacts import OwnContacts
from service.ports import Clock
from service.ports.storage import Store
from service.usecases.audit import actor_ref, audit
from service.usecases.personal import why_not_kept

LONGEST = timedelta(days=30)


class SilenceError(ValueError):
    """It cannot be done; the message says why, in Vietnamese."""


def silence(
    stream: str, *, reason: str, lasting: timedelta, who: str, store: Store, clock: Clock,
    own: OwnContacts | None = None,
) -> Silence:  # fmt: skip
    """Silence a stream from now on.

    Args:
        own: contacts that the reason may name (see `why_not_kept`).

    Raises:
        SilenceError: no reason, one with personal data, too long a time, a stream that is silenced already, or of a
            topic or province that there is not.
    """
    now, reason = clock.now(), clean(reason)
    if problem := _why_not_stream(stream):
        raise SilenceError(problem)
    if not reason or len(reason) > MAX_TEXT:
        raise SilenceError("Vui lòng ghi lý do tạm dừng gửi thư.")
    if not timedelta(minutes=5) <= lasting <= LONGEST:
        raise SilenceError(f"Thời gian tạm dừng từ 5 phút đến {LONGEST.days} ngày.")
    wanted = Silence(stream=stream, until=now + lasting, reason=reason, author=who, since=now)
    with store.begin() as tx:
        if problem := why_not_kept(tx, reason, own):
            raise SilenceError(problem)
        # to end one of two would leave the other, which nobody thinks of
        if known := next((s for s in tx.silences(active_at=now) if s.stream == stream), None):
            raise SilenceError(
                f"Nội dung này đang được tạm dừng gửi thư đến {local_time(known.until)} ({known.author}). Để đổi thời "
                "hạn, vui lòng kết thúc sớm lần đó trước."
            )
        number = tx.add_silence(wanted)
        minutes = int(lasting.total_seconds() // 60)
        audit(tx, Action.SILENCED, actor=actor_ref(tx, who), at=now, subject=f"silence:{number}", minutes=minutes)
        for alert in tx.live_alerts():
            if wanted.covers(alert.stream):
                text = f"Tạm dừng gửi thư về nội dung này trong {_span(lasting)}: {reason}"
                tx.save_alert(alert, kind="silenced", actor=who, text=text, at=now)
    return Silence(id=number, stream=stream, until=wanted.until, reason=reason, author=who, since=now)


def end_silence(silence_id: int, *, who: str, store: Store, clock: Clock) -> bool:
    """End a silence before its time; False where there is none or it is over."""
    with store.begin() as tx:
        ended = tx.end_silence(silence_id, who=who, at=clock.now())
        if ended:
            subject = f"silence:{silence_id}"
            audit(tx, Action.SILENCED, actor=actor_ref(tx, who), at=clock.now(), subject=subject, ended=True)
        return ended


def _why_not_stream(stream: str) -> str:
    """A silence of nothing would look like one that works."""
    wanted = parse(stream)
    if wanted.topic is not None and wanted.topic not in TOPICS:
        return f"Không có chủ đề nào mang mã {wanted.topic}."
    return why_not(wanted.place) if wanted.place is not None else ""


def _span(lasting: timedelta) -> str:
    minutes = int(lasting.total_seconds() // 60)
    return f"{minutes // 60} giờ" if minutes % 60 == 0 else f"{minutes} phút"
