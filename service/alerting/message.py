"""An alert as an e-mail to the desk: what, how grave, on what evidence, why, and what may be done."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

from jinja2 import Environment

from service.alerting import wording
from service.alerting.playbook import measures
from service.alerting.rendering import templates
from service.alerting.responses import Time, plan, time_of
from service.domain.intents import Evidence
from service.domain.notifications import NotificationDraft, thread_id
from service.domain.warning import Alert
from service.domain.wording import chance, local_time, number, one_line, percent, usual

MAX_SUBJECT = 160
MAX_EVIDENCE = 10
SHORTEST_CUT = 20  # fewer letters of a title that was cut short could be those of another
WEBHOOK = "webhook"
_HOST = re.compile(r"[^a-z0-9.-]+")


class Occasion(StrEnum):
    """What has happened to the alert."""

    OPENED = "opened"
    RAISED = "raised"
    CLOSED = "closed"
    OVERDUE = "overdue"
    ASSIGNED = "assigned"
    REOPENED = "reopened"


OCCASIONS = {
    Occasion.OPENED: "Cảnh báo mới",
    Occasion.RAISED: "Cảnh báo tăng mức",
    Occasion.CLOSED: "Đã kết thúc",
    Occasion.OVERDUE: "Chưa có người tiếp nhận",
    Occasion.ASSIGNED: "Giao xử lý",
    Occasion.REOPENED: "Đã mở lại",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a message tells.

    Attributes:
        topic: main topic of a stream that does not name one, for the playbook.
        evidence: negative origins under the alert; the first MAX_EVIDENCE are listed.
        base_url: address of the dashboard, without a slash at the end.
        step: number of the escalation step (OVERDUE) or time of what a person has done, so that each has a message of
            its own.
        waited: minutes without acknowledgement (OVERDUE).
        by: who has assigned the alert to the recipient (ASSIGNED), or ended or reopened it.
        note: what they have written beside it (ASSIGNED, REOPENED).
    """

    alert: Alert
    occasion: Occasion
    base_url: str
    evidence: Sequence[Evidence] = ()
    topic: str | None = None
    step: int = 0
    waited: int = 0
    by: str = ""
    note: str = ""


def draft(content: Content, *, recipient: str, channel: str = "email") -> NotificationDraft:
    """The message for one recipient; the same alert, occasion, level and recipient always give the same key."""
    return drafts(content, [recipient], channel=channel)[0]


def drafts(content: Content, recipients: Sequence[str], *, channel: str = "email") -> list[NotificationDraft]:
    """The same message for several, written once."""
    if not recipients:
        return []
    if channel == WEBHOOK:
        text, html = payload(content), ""
    else:
        values = _values(content)
        text, html = (_templates().get_template(f"alert.{kind}").render(values) for kind in ("txt", "html"))
    return [_addressed(content, text, html, recipient, channel) for recipient in recipients]


def _addressed(content: Content, text: str, html: str, recipient: str, channel: str) -> NotificationDraft:
    alert = content.alert
    digest = hashlib.blake2b(f"{channel}|{recipient}".encode(), digest_size=8).hexdigest()
    occasion = f"{content.occasion}{content.step or ''}"
    key = f"alert:{alert.id}:{occasion}:L{alert.peak_level:d}:{digest}"
    host = _HOST.sub("", (urlsplit(content.base_url).hostname or "").lower()) or "localhost"
    first = content.occasion is Occasion.OPENED and channel != WEBHOOK
    return NotificationDraft(
        key=key,
        message_id=thread_id(alert.id, recipient, host=host) if first else f"<{key.replace(':', '.')}@{host}>",
        channel=channel,
        recipient=recipient,
        subject=subject(content),
        text=text,
        html=html,
        alert_id=alert.id,
    )


def payload(content: Content) -> str:
    """The alert as a webhook gets it: figures and links, no text of a publication beyond its headline."""
    alert, signal = content.alert, content.alert.signal
    values = {
        "type": f"alert.{content.occasion}",
        "alert": {
            "id": alert.id, "stream": alert.stream, "level": int(alert.level), "peak_level": int(alert.peak_level),
            "proposed": alert.proposed, "state": str(alert.state), "headline": alert.headline, "why": alert.why,
            "opened_at": alert.opened_at.isoformat(), "updated_at": alert.updated_at.isoformat(),
            "url": f"{content.base_url.rstrip('/')}/alerts/{alert.id}",
        },
        "figures": {
            "negative": signal.value, "expected": signal.expected, "negative_24_hours": signal.day,
            "expected_24_hours": signal.day_expected, "origins": signal.origins,
            "publishers": signal.sources, "unusual": signal.unusual, "harmful": signal.harmful, "sure": signal.sure,
            "coverage": signal.coverage, "chance_of_l3_in_72_hours": signal.chance,
        },
        "evidence": [_line(document) for document in content.evidence[:MAX_EVIDENCE]],
    }  # fmt: skip
    return json.dumps(values, ensure_ascii=False)


def payload_without(body: str, *, url: str, title: str, mark: str) -> str:
    """A webhook's body without a publication that has to be forgotten: its evidence goes, its title in words is marked.

    Args:
        mark: stands where the title stood.
    """
    values = json.loads(body)
    line = one_line(title)
    values["evidence"] = [e for e in values["evidence"] if (e["url"] != url or not url) and e["title"] != line]
    for name in ("headline", "why"):
        values["alert"][name] = quoted_without(values["alert"][name], title, mark=mark)
    return json.dumps(values, ensure_ascii=False)


def quoted_without(text: str, title: str, *, mark: str) -> str:
    """A line without a title, or as much of it as a subject that was cut short still has."""
    if not title:
        return text
    for length in (len(title), *range(len(title) - 1, SHORTEST_CUT - 1, -1)):
        if title[:length] in text:
            return text.replace(title[:length] + "…", mark).replace(title[:length], mark)
    return text


def subject(content: Content) -> str:
    """One line without control or direction characters, at most MAX_SUBJECT long."""
    alert = content.alert
    text = f"[BHXH Radar] {OCCASIONS[content.occasion]} {_level(alert)}: {alert.headline}"
    line = one_line(text)
    return line if len(line) <= MAX_SUBJECT else line[: MAX_SUBJECT - 1].rstrip() + "…"


def _level(alert: Alert) -> str:
    return wording.level_label(alert.peak_level, alert.handling.verdict)


def _values(content: Content) -> dict[str, object]:
    alert, lead = content.alert, _lead(content)
    return {
        "alert": alert,
        "signal": alert.signal,
        "occasion": OCCASIONS[content.occasion],
        "lead": lead,
        "why": "" if alert.why in lead else alert.why,
        "level": _level(alert),
        "evidence": [_line(document) for document in content.evidence[:MAX_EVIDENCE]],
        "more": max(0, len(content.evidence) - MAX_EVIDENCE),
        "measures": measures(alert.stream, topic=content.topic),
        "plan": plan(alert.stream, _time(content), topic=content.topic),
        "chance": chance(signal.chance) if (signal := alert.signal).chance is not None else "",
        "link": f"{content.base_url.rstrip('/')}/alerts/{alert.id}",
    }


def _lead(content: Content) -> str:
    alert = content.alert
    if content.occasion is Occasion.CLOSED:
        return wording.ended(alert, by=content.by)
    if content.occasion is Occasion.REOPENED:
        at = local_time(alert.updated_at)
        return f"{content.by} đã mở lại cảnh báo này lúc {at}.{wording.reason(content.note)} {alert.why}"
    if content.occasion is Occasion.OVERDUE:
        # the mail may have waited; what it says was so then
        fired = alert.handling.fired_at
        until = f"Đến {local_time(fired + timedelta(minutes=content.waited))}, đã" if fired else "Đã"
        return f"{until} {content.waited} phút chưa có người tiếp nhận cảnh báo này. {alert.why}"
    if content.occasion is Occasion.ASSIGNED:
        note = f" Ghi chú: {one_line(content.note).rstrip('.')}." if content.note else ""
        return f"{content.by} đã giao cho quý vị xử lý cảnh báo này.{note} {alert.why}"
    return alert.why


def _time(content: Content) -> Time:
    return time_of(closed=content.occasion is Occasion.CLOSED, level=content.alert.peak_level)


def _line(document: Evidence) -> dict[str, str]:
    url = document.url
    return {
        "title": one_line(document.title) or "(không có tiêu đề)",
        "outlet": one_line(document.source_name),
        "at": local_time(document.published_at),
        "url": url if url.startswith(("http://", "https://")) and not re.search(r"\s", url) else "",
    }


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return templates(__package__, number=number, usual=usual, percent=percent, local=local_time)
