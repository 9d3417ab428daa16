"""What the alert page shows of people's work on an alert."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from service.alerting.lifecycle import NOT_YOURS, Verb
from service.domain.accounts import User
from service.domain.judgement import Tone
from service.domain.permissions import Action, may
from service.domain.streams import StreamKind, decides, parse
from service.domain.times import VIETNAM
from service.domain.views import AlertDetailView, AlertView, DeliveryView
from service.domain.warning import Alert, AlertState
from service.domain.wording import local_time
from service.ports.read_models import AlertFilter, DocumentFilter
from service.usecases.handle import assignable, reopenable
from service.web.deps import Site

# verbs whose forms people fill in
WRITTEN = frozenset(
    map(str, (Verb.REFUSE, Verb.CONFIRM, Verb.STATE, Verb.COMMENT, Verb.CLOSE, Verb.DISMISS, Verb.MERGE, Verb.REOPEN))
)
DELIVERED = {
    "pending": "đang chờ gửi",
    "delivered": "đã gửi",
    "rejected": "bị từ chối",
    "dead": "không gửi được",
    "withdrawn": "không còn cần gửi",
}
TECHNICAL = re.compile(r"\s*\([A-Za-z_.]*(Error|Exception|Timeout|Disconnected)\w*\b.*$", re.DOTALL)
NOBODY = "-"  # handles the alert
LIVE = [str(s) for s in AlertState if not s.ended]


def desk_values(site: Site, alert: AlertView, user: User | None) -> dict[str, Any]:
    """Response clock, what may be done, whom an alert can be given to and what it can be merged into."""
    handling = site.read.handling(alert.id)
    active, provinces = user is not None and may(user, Action.HANDLE_ALERTS), user.provinces if user else ()
    can, own = set(handling.can) if handling else set(), decides(provinces, alert.stream)
    others = site.read.alerts(wanted=AlertFilter(states=LIVE), after=None, limit=50)
    if active and own and reopenable(alert.id, store=site.store, clock=site.clock):
        can.add(str(Verb.REOPEN))
    return {
        "handling": handling,
        "others": [a for a in others if a.id != alert.id and decides(provinces, a.stream)] if active else [],
        "assignable": assignable(alert.id, store=site.store) if active else [],
        "may_handle": active,
        "seen_with": (handling.assigned_to if handling else None) or NOBODY,
        "can": can if active else set(),
        "day": site.read.negative_day([alert.stream], now=site.clock.now())[alert.stream],
        "cool_down": site.policy.cool_down,
        "may_silence": user is not None and own and may(user, Action.SILENCE) and alert.state in LIVE,
        "not_yours": NOT_YOURS if active and not own else "",
    }


def newer(site: Site, detail: AlertDetailView) -> dict[str, Any]:
    """Negative publications of an open alert's stream after the last of its evidence: how many, and the question that
    lists them; a story is listed on its own page."""
    alert, stream = detail.alert, parse(detail.alert.stream)
    if alert.state not in LIVE or stream.kind is StreamKind.STORY or not detail.evidence:
        return {"count": 0, "question": ""}
    since = max(e.published_at for e in detail.evidence) + timedelta(seconds=1)
    tone = str(Tone.NEGATIVE)
    count = site.read.count_documents(DocumentFilter(topic=stream.topic, place=stream.place, tone=tone, since=since))
    wanted = {"topic": stream.topic, "place": stream.place, "tone": tone}
    asked = {name: value for name, value in wanted.items() if value}
    # whole seconds, as addresses are read by people too
    return {"count": count, "question": urlencode(asked | {"since": f"{since.astimezone(VIETNAM):%Y-%m-%dT%H:%M:%S}"})}


def letters(deliveries: Sequence[DeliveryView]) -> list[tuple[str, str, int]]:
    """What became of an alert's messages: recipient, in words, and how many of them; each once."""
    told = Counter((d.recipient, _became(d)) for d in deliveries)
    return [(recipient, words, count) for (recipient, words), count in told.items()]


def _became(delivery: DeliveryView) -> str:
    words = "không gửi nữa" if delivery.last_outcome == "outdated" else DELIVERED[delivery.state]
    if delivery.state == "delivered":
        return f"{words} lúc {local_time(delivery.updated_at)}"
    reason = plain_reason(delivery.last_detail)
    return f"{words}: {reason}" if reason else words


def plain_reason(detail: str) -> str:
    """Why a message was not sent, without what only a program says of it: a tail in brackets without any word of ours.
    The whole of it is told by `radar outbox list` and the log."""
    return TECHNICAL.sub("", detail)


DONE = {
    Verb.ACKNOWLEDGE: "Đã tiếp nhận cảnh báo.",
    Verb.TAKE: "Đã ghi nhận bắt đầu xử lý.",
    Verb.RECOVER: "Đã chuyển sang theo dõi hồi phục.",
    Verb.CLOSE: "Đã kết thúc cảnh báo. Nếu nhầm, có thể mở lại trong 24 giờ.",
    Verb.DISMISS: "Đã bỏ qua cảnh báo. Nếu nhầm, có thể mở lại trong 24 giờ.",
    Verb.REOPEN: "Đã mở lại cảnh báo.",
    Verb.STATE: "Đã ghi nhận phát ngôn đầu tiên và giờ công bố.",
    Verb.MERGE: "Đã gộp vào cảnh báo khác.",
}


def done_to(alert: Alert, verb: Verb) -> str:
    """What was done to an alert, for the page that follows."""
    if verb is Verb.ASSIGN:
        return f"Đã giao cho {alert.handling.assigned_to} xử lý."
    if verb in (Verb.CONFIRM, Verb.REFUSE):
        return f"Đã ghi nhận: {'xác nhận' if verb is Verb.CONFIRM else 'không xác nhận'} mức L{alert.level:d}."
    return DONE[verb]
