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
from service.alerting.levels import is_proposed
from service.alerting.playbook import measures
from service.alerting.rendering import templates
from service.alerting.responses import plan_for
from service.domain.intents import Evidence
from service.domain.notifications import NotificationDraft, thread_id
from service.domain.warning import Alert
from service.domain.wording import chance, hour_of, local_time, number, one_line, percent, usual

MAX_SUBJECT = 160
MAX_EVIDENCE = 10
SHORTEST_TITLE = 8  # a shorter one would be found inside other words
CUT = "…"  # at the end of a subject that was too long
SHORTEST_CUT = 20  # fewer letters of a title that was cut short could be those of another
WEBHOOK = "webhook"
_HOST = re.compile(r"[^a-z0-9.-]+")


class Occasion(StrEnum):
    """What has happened to the alert."""

    OPENED = "opened"
    RAISED = "raised"
    RELAPSED = "relapsed"
    CLOSED = "closed"
    OVERDUE = "overdue"
    ASSIGNED = "assigned"
    REOPENED = "reopened"


# a level stands behind each
OCCASIONS = {
    Occasion.OPENED: "Cảnh báo mới, mức",
    Occasion.RAISED: "Nâng lên mức",
    Occasion.RELAPSED: "Tăng lại lên mức",
    Occasion.CLOSED: "Đã kết thúc cảnh báo, mức cao nhất",
    Occasion.OVERDUE: "Chưa có người tiếp nhận cảnh báo mức",
    Occasion.ASSIGNED: "Giao xử lý cảnh báo mức",
    Occasion.REOPENED: "Đã mở lại cảnh báo mức",
}
# of a subject, behind what the alert is about: a list of mails shows its beginning only
BRIEF = {
    Occasion.OPENED: "cảnh báo mới",
    Occasion.RAISED: "nâng mức",
    Occasion.RELAPSED: "tăng lại",
    Occasion.CLOSED: "đã kết thúc",
    Occasion.OVERDUE: "chưa có người tiếp nhận",
    Occasion.ASSIGNED: "giao xử lý",
    Occasion.REOPENED: "đã mở lại",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a message tells.

    Attributes:
        topic: main topic of a stream that does not name one, for the playbook.
        evidence: negative origins under the alert; the first MAX_EVIDENCE are listed.
        base_url: address of the dashboard, without a slash at the end.
        step: number of the escalation step (OVERDUE), or time of a relapse or of what a person has done, so that each
            has a message of its own.
        waited: minutes without acknowledgement (OVERDUE).
        by: who has assigned the alert to the recipient (ASSIGNED), or ended or reopened it.
        note: what they have written beside it (ASSIGNED, REOPENED); the sentence that tells of it (RELAPSED).
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


def tells_the_end(draft: NotificationDraft) -> bool:
    """Whether a message says that its alert has ended."""
    return draft.key.startswith(f"alert:{draft.alert_id}:{Occasion.CLOSED}")


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


def payload_without(body: str, *, url: str, titles: Sequence[str], mark: str) -> str:
    """A webhook's body without a publication that has to be forgotten: its evidence goes, its titles in words are
    marked.

    Args:
        titles: all that it has had.
        mark: stands where a title stood.
    """
    values = json.loads(body)
    lines = {one_line(title) for title in titles}
    values["evidence"] = [e for e in values["evidence"] if (e["url"] != url or not url) and e["title"] not in lines]
    for name in ("headline", "why"):
        values["alert"][name] = quoted_without(values["alert"][name], titles, mark=mark)
    return json.dumps(values, ensure_ascii=False)


def quoted_without(text: str, titles: Sequence[str], *, mark: str) -> str:
    """A line without titles, the beginning of them that facts quote, and as much as a subject cut short still has."""
    for line in (one_line(title) for title in titles):
        if len(line) < SHORTEST_TITLE:
            continue
        for form in wording.forms_of(line):
            text = text.replace(form, mark)
        for length in range(len(line) - 1, SHORTEST_CUT - 1, -1):
            if text.endswith(line[:length] + CUT):
                text = text.removesuffix(line[:length] + CUT) + mark
                break
    return text


def subject(content: Content) -> str:
    """One line without control or direction characters, at most MAX_SUBJECT long: level, place and topic first; the
    headline, which may be cut, where the stream names neither.
    """
    alert = content.alert
    name = wording.brief_name(alert.stream)
    # the names of the lower levels would only say «cảnh báo» once more
    level, _, said = _level(content).partition(" ")
    standing = said if is_proposed(alert.peak_level) else ""
    head = f"[BHXH Radar] {f'{level} {name}'.strip()}: "
    line = one_line(f"{head}{BRIEF[content.occasion]} {standing}".strip() + ("" if name else f". {alert.headline}"))
    return line if len(line) <= MAX_SUBJECT else line[: MAX_SUBJECT - 1].rstrip() + CUT


def _level(content: Content) -> str:
    """The highest level; of a relapse, the one that it has climbed back to."""
    alert = content.alert
    level = alert.level if content.occasion is Occasion.RELAPSED else alert.peak_level
    return wording.level_label(level, alert.handling.verdict)


def _values(content: Content) -> dict[str, object]:
    alert, lead = content.alert, _lead(content)
    return {
        "alert": alert,
        "signal": alert.signal,
        "occasion": f"{OCCASIONS[content.occasion]} {_level(content)}",
        "lead": lead,
        "why": "" if alert.why in lead else alert.why,
        "evidence": [_line(document) for document in content.evidence[:MAX_EVIDENCE]],
        "more": max(0, len(content.evidence) - MAX_EVIDENCE),
        "measures": measures(alert.stream, topic=content.topic),
        "plan": plan_for(alert, topic=content.topic),
        "chance": chance(signal.chance) if (signal := alert.signal).chance is not None else "",
        "link": f"{content.base_url.rstrip('/')}/alerts/{alert.id}",
    }


def _lead(content: Content) -> str:
    alert = content.alert
    if content.occasion is Occasion.CLOSED:
        return wording.ended(alert, by=content.by)
    if content.occasion is Occasion.RELAPSED:
        return f"{content.note} {alert.why}"
    if content.occasion is Occasion.REOPENED:
        at = local_time(alert.updated_at)
        return f"{content.by} đã mở lại cảnh báo này lúc {at}.{wording.reason(content.note)} {alert.why}"
    if content.occasion is Occasion.OVERDUE:
        # the mail may have waited; what it says was so then
        fired = alert.handling.fired_at
        if fired is None:
            return f"Cảnh báo này chưa có người tiếp nhận. {alert.why}"
        until = fired + timedelta(minutes=content.waited)
        return f"Đến {local_time(until)}, cảnh báo này {wording.waiting(alert, until)}. {alert.why}"
    if content.occasion is Occasion.ASSIGNED:
        note = f" Ghi chú: {one_line(content.note).rstrip('.')}." if content.note else ""
        return f"{content.by} đã giao cho quý vị xử lý cảnh báo này.{note} {alert.why}"
    return alert.why


def opening(text: str) -> str:
    """The first sentence."""
    end = re.search(r"(?<!\bTP)\.(?= )", text)
    return text[: end.end()] if end else text


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
    return templates(
        __package__, number=number, usual=usual, percent=percent, local=local_time, hour=hour_of, opening=opening
    )
