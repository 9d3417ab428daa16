"""Put the messages about an alert into the outbox, in the unit of work that changes the alert."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from service.alerting.audience import budget, is_urgent, wants, when
from service.alerting.hours import Hours
from service.alerting.message import Content, Occasion, drafts
from service.alerting.wording import told_within
from service.domain.notifications import MessageChannel
from service.domain.times import start_of_day
from service.domain.warning import Alert
from service.ports.storage import Transaction
from service.usecases.assess import MOST_EVIDENCE
from service.usecases.subscribe import heard, not_ended


def tell_of(tx: Transaction, content: Content, *, desk: tuple[str, ...], sending: Hours | None, now: datetime) -> None:
    """Tell the desk, whoever has subscribed, and programs; each person once, at an hour of their choice.

    Args:
        desk: addresses that are told of everything; nobody is told where it is empty and nobody has subscribed.
        sending: hours of the desk.
    """
    content = _as_first(tx, content)
    alert, occasion = content.alert, content.occasion
    desk_due = when(sending, alert, occasion, now=now)
    tx.enqueue(drafts(content, desk), at=now, not_before=desk_due)
    at_hour: dict[tuple[datetime, tuple[str, ...]], list[str]] = {}
    full: set[str] = set()
    for subscription, user in heard(tx):
        if user.email in desk or not wants(subscription, alert):
            continue
        known = is_urgent(alert, occasion) or tx.was_told(alert.id, recipient=user.email)
        if not known and tx.count_told(since=start_of_day(now), recipient=user.email) >= budget(user.roles):
            full.add(user.email)
            continue
        hours = Hours.parse(subscription.hours) if subscription.hours else None
        at_hour.setdefault((when(hours, alert, occasion, now=now), user.provinces), []).append(user.email)
    if full and occasion is not Occasion.CLOSED:
        text = f"Không gửi thư cho {', '.join(sorted(full))}: đã đủ số cảnh báo trong ngày theo vai trò."
        tx.save_alert(alert, kind="withheld", actor="radar", text=text, at=now)
    # of two wishes of one person the sooner counts
    for (due, provinces), people in sorted(at_hour.items()):
        if (theirs := readable(tx, content, provinces)) is not None:
            tx.enqueue(drafts(theirs, people), at=now, not_before=due)
    hooks = [h.url for h in tx.webhooks() if alert.peak_level >= h.min_level]
    tx.enqueue(drafts(content, hooks, channel=MessageChannel.WEBHOOK), at=now)
    if occasion in (Occasion.CLOSED, Occasion.REOPENED):
        withdraw_overdue(tx, alert, now)
        # the others who heard of it: people of a later step, who it was given to; nobody twice, as keys are the same
        for provinces, people in _told_before(tx, alert).items():
            if (theirs := readable(tx, content, provinces)) is not None:
                tx.enqueue(drafts(theirs, people), at=now, not_before=desk_due)


def withdraw_overdue(tx: Transaction, alert: Alert, now: datetime) -> None:
    """Nobody is told any more that an alert waits for acknowledgement, once it does not."""
    tx.withdraw_notifications(alert.id, occasion=Occasion.OVERDUE, at=now)


def content_of(tx: Transaction, alert: Alert, occasion: Occasion, base_url: str) -> Content:
    """A message about an alert that was not just assessed: with the documents it was opened or raised on."""
    signal = alert.signal
    evidence = tx.evidence(signal.stream, since=signal.at, until=signal.at, limit=MOST_EVIDENCE, also=signal.documents)
    topics = tx.topics_of([e.document_id for e in evidence])
    return Content(
        alert=alert, occasion=occasion, base_url=base_url, evidence=evidence, topic=topics[0] if topics else None
    )


def _as_first(tx: Transaction, content: Content) -> Content:
    """A level is new, not raised, for people who have not heard of the alert: of L1 nobody is told."""
    first = content.occasion is Occasion.RAISED and not tx.was_told(content.alert.id)
    return replace(content, occasion=Occasion.OPENED) if first else content


def _told_before(tx: Transaction, alert: Alert) -> dict[tuple[str, ...], list[str]]:
    """Whoever was written to about an alert, by the provinces of their account; nobody whose account has ended."""
    found: dict[tuple[str, ...], list[str]] = {}
    for email, user in not_ended(tx, tx.told_by_mail(alert.id)).items():
        found.setdefault(user.provinces if user else (), []).append(email)
    return found


def readable(tx: Transaction, content: Content, provinces: tuple[str, ...]) -> Content | None:
    """What an account of these provinces may read of it; None: nothing."""
    if not provinces:
        return content
    if not tx.alert_within(content.alert.id, provinces):
        return None
    known = tx.documents_within([e.document_id for e in content.evidence], provinces)
    evidence = [e for e in content.evidence if e.document_id in known]
    return replace(content, alert=told_within(content.alert, known=(e.title for e in evidence)), evidence=evidence)
