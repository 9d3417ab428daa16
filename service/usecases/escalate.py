"""Tell the next people where nobody has acknowledged an alert in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from service.alerting import wording
from service.alerting.escalation import overdue
from service.alerting.message import Occasion, drafts
from service.domain.accounts import Role
from service.domain.warning import Alert
from service.ports import Clock
from service.ports.storage import Store, Transaction
from service.usecases.tell import content_of, readable


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """What escalation needs.

    Attributes:
        groups: addresses by the names that escalation.yaml uses; «administrators» are the accounts of that role.
    """

    store: Store
    clock: Clock
    base_url: str
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def escalate(escalation: Escalation) -> int:
    """Take every step that is due; gives how many. A step is taken once, in the commit that notes it."""
    now = escalation.clock.now()
    with escalation.store.begin() as tx:
        due = [a.id for a in tx.live_alerts() if overdue(a, now)]
    return sum(_one(escalation, alert_id, now) for alert_id in due)


def _one(escalation: Escalation, alert_id: str, now: datetime) -> int:
    with escalation.store.begin() as tx:
        alert = tx.alert(alert_id)
        steps = overdue(alert, now) if alert is not None else ()
        if alert is None or not steps:
            return 0
        # after an outage only the last step that is due says something new
        step = steps[-1]
        taken = alert.handling.escalated + len(steps)
        escalated = replace(alert, handling=replace(alert.handling, escalated=taken))
        content = content_of(tx, escalated, Occasion.OVERDUE, escalation.base_url)
        content = replace(content, step=taken, waited=_minutes(alert, now))
        told: list[str] = []
        beyond: list[str] = []
        for email in _addresses(tx, escalation, step.tell):
            user = tx.user(email)
            if (theirs := readable(tx, content, user.provinces if user else ())) is not None:
                tx.enqueue(drafts(theirs, [email]), at=now)
                told.append(email)
            else:
                beyond.append(email)
        tx.save_alert(escalated, kind="escalated", actor="radar", text=_text(alert, told, beyond, now), at=now)
        return len(steps)


def _text(alert: Alert, told: Sequence[str], beyond: Sequence[str], now: datetime) -> str:
    waiting = wording.waiting(alert, now)
    text = f"{waiting[0].upper()}{waiting[1:]}; đã báo tiếp: {', '.join(told) or 'không có ai'}"
    if not beyond:
        return text
    return f"{text}; không gửi thư cho {', '.join(beyond)}: cảnh báo nằm ngoài phạm vi của tài khoản"


def _minutes(alert: Alert, now: datetime) -> int:
    assert alert.handling.fired_at is not None
    return int((now - alert.handling.fired_at).total_seconds() // 60)


def _addresses(tx: Transaction, escalation: Escalation, names: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for name in names:
        if name == "administrators":
            found += [u.email for u in tx.accounts() if Role.ADMINISTRATOR in u.roles and u.disabled_at is None]
        found += escalation.groups.get(name, ())
    return list(dict.fromkeys(found))
