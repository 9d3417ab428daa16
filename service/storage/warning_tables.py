"""Counts as the detector reads them, alerts, and the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from service.domain.notifications import (
    LONGEST_WAIT,
    Delivered,
    DeliveryOutcome,
    MessageChannel,
    NotificationDraft,
    NotificationState,
    Outdated,
    PendingNotification,
    Rejected,
    Retry,
    Undelivered,
)
from service.domain.warning import Alert, AlertState, Bin
from service.storage import rows
from service.storage.count_tables import read_bin
from service.storage.schema import AlertEventRow, AlertRow, CountRow, DeliveryRow, NotificationRow
from service.storage.sql import due, insert_new, reads_only, table, upsert

COUNTS, ALERTS, EVENTS = table(CountRow), table(AlertRow), table(AlertEventRow)
OUTBOX, DELIVERIES = table(NotificationRow), table(DeliveryRow)
CHANNEL_DOWN, REQUEUED = "down", "requeued"  # outcomes of deliveries beside those of a message
# what a person has somebody told by giving them an alert (message.Occasion.ASSIGNED) is no warning of the machine
OF_MACHINE = OUTBOX.c.key.not_like("alert:%:assigned%")
_earlier = OUTBOX.alias("earlier")
EARLIER = select(_earlier.c.id).where(
    *(_earlier.c[name] == OUTBOX.c[name] for name in ("alert_id", "channel", "recipient")),
    _earlier.c.state == str(NotificationState.PENDING),
    _earlier.c.id < OUTBOX.c.id,
)
_DOWN = (
    select(DELIVERIES.c.id)
    .where(DELIVERIES.c.notification_id == _earlier.c.id, DELIVERIES.c.outcome == CHANNEL_DOWN)
    .exists()
)
WAITING = select(
    OUTBOX,
    ALERTS.c.state.label("alert_state"),
    select(func.max(DELIVERIES.c.at))
    .where(DELIVERIES.c.notification_id == OUTBOX.c.id, DELIVERIES.c.outcome == REQUEUED)
    .scalar_subquery()
    .label("requeued_at"),
).outerjoin(ALERTS, ALERTS.c.id == OUTBOX.c.alert_id)


class WarningTables:
    """See service.ports.storage.WarningStorage."""

    connection: Connection

    def streams(self) -> list[str]:
        return list(self.connection.scalars(select(COUNTS.c.stream).distinct().order_by(COUNTS.c.stream)))

    def bins(self, stream: str, *, since: datetime, until: datetime) -> list[Bin]:
        query = select(COUNTS).where(COUNTS.c.stream == stream, COUNTS.c.start >= since, COUNTS.c.start < until)
        return [read_bin(r) for r in self.connection.execute(query.order_by(COUNTS.c.start))]

    def recent_bins(self, *, since: datetime) -> dict[str, list[Bin]]:
        query = select(COUNTS).where(COUNTS.c.start >= since).order_by(COUNTS.c.stream, COUNTS.c.start)
        found: dict[str, list[Bin]] = {}
        for r in self.connection.execute(query):
            found.setdefault(r.stream, []).append(read_bin(r))
        return found

    def first_bin(self) -> datetime | None:
        first: datetime | None = self.connection.scalar(select(func.min(COUNTS.c.start)))
        return first

    def live_alerts(self) -> list[Alert]:
        return self._alerts(ALERTS.c.state.not_in([str(s) for s in AlertState if s.ended]))

    def merged_alerts(self, *, into: Sequence[str]) -> list[Alert]:
        if not into:
            return []
        since = select(func.min(ALERTS.c.opened_at)).where(ALERTS.c.id.in_(into)).scalar_subquery()
        ended = (ALERTS.c.state == str(AlertState.CLOSED)) & (ALERTS.c.closed_at >= since)
        return [a for a in self._alerts(ended) if a.handling.merged_into in into]

    def ended_alerts(self, *, since: datetime) -> list[Alert]:
        ended = ALERTS.c.state.in_([str(s) for s in AlertState if s.ended])
        return self._alerts(ended & (ALERTS.c.closed_at >= since))

    def last_alert(self, stream: str) -> Alert | None:
        found = self._alerts(ALERTS.c.stream == stream, limit=1, lock=True)
        return found[0] if found else None

    def alert(self, alert_id: str) -> Alert | None:
        found = self._alerts(ALERTS.c.id == alert_id, lock=True)
        return found[0] if found else None

    def _alerts(self, condition: ColumnElement[bool], limit: int | None = None, *, lock: bool = False) -> list[Alert]:
        query = select(ALERTS).where(condition).order_by(ALERTS.c.opened_at.desc(), ALERTS.c.id).limit(limit)
        if lock and not reads_only(self.connection):
            # an alert that is read alone is about to be changed: by the machine or by a person, not by both at once
            query = query.with_for_update()
        return [rows.alert(r) for r in self.connection.execute(query)]

    def save_alert(self, alert: Alert, *, kind: str, actor: str, text: str, at: datetime) -> None:
        upsert(self.connection, ALERTS, [rows.alert_values(alert)])
        line = {"alert_id": alert.id, "at": at, "kind": kind, "actor": actor, "text": text}
        self.connection.execute(insert(EVENTS).values(**line))

    def timeline_length(self, alert_id: str) -> int:
        lines = select(func.count()).select_from(EVENTS).where(EVENTS.c.alert_id == alert_id)
        return self.connection.scalar(lines) or 0

    def touch_alert(self, alert: Alert) -> None:
        upsert(self.connection, ALERTS, [rows.alert_values(alert)])

    def count_told(self, *, since: datetime, recipient: str | None = None) -> int:
        query = select(func.count(OUTBOX.c.alert_id.distinct())).where(OUTBOX.c.created_at >= since, OF_MACHINE)
        if recipient is not None:
            query = query.where(OUTBOX.c.recipient == recipient)
        return self.connection.scalar(query) or 0

    def was_told(self, alert_id: str, *, recipient: str | None = None) -> bool:
        query = select(OUTBOX.c.id).where(OUTBOX.c.alert_id == alert_id, OF_MACHINE).limit(1)
        if recipient is not None:
            query = query.where(OUTBOX.c.recipient == recipient)
        return self.connection.scalar(query) is not None

    def enqueue(self, drafts: Iterable[NotificationDraft], *, at: datetime, not_before: datetime | None = None) -> None:
        first = max(at, not_before or at)
        state = {"state": str(NotificationState.PENDING), "attempts": 0, "next_attempt_at": first, "created_at": at}
        values = [{name: getattr(d, name) for name in d.__slots__} | state for d in drafts]
        insert_new(self.connection, OUTBOX, values)

    def claim_notifications(
        self, now: datetime, *, limit: int, channel: str, until: datetime, strictly: bool = False
    ) -> list[PendingNotification]:
        """What is due of a channel, for this sender alone until a time; another one passes it over."""
        query = select(OUTBOX.c.id).where(_due(now), OUTBOX.c.channel == channel, ~_held(now, strictly=strictly))
        query = query.order_by(OUTBOX.c.next_attempt_at, OUTBOX.c.id).limit(limit)
        ids = list(self.connection.scalars(query.with_for_update(skip_locked=True)))
        if not ids:
            return []
        self.connection.execute(update(OUTBOX).where(OUTBOX.c.id.in_(ids)).values(next_attempt_at=until))
        found = self.connection.execute(WAITING.where(OUTBOX.c.id.in_(ids)).order_by(OUTBOX.c.id))
        return [_pending(r) for r in found]

    def release_notifications(self, ids: Sequence[int], *, at: datetime) -> None:
        mine = OUTBOX.c.id.in_(ids) & (OUTBOX.c.state == str(NotificationState.PENDING))
        self.connection.execute(update(OUTBOX).where(mine).values(next_attempt_at=at))

    def withdraw_notifications(self, alert_id: str, *, occasion: str, at: datetime) -> None:
        waiting = (OUTBOX.c.alert_id == alert_id) & (OUTBOX.c.state == str(NotificationState.PENDING))
        of_occasion = OUTBOX.c.key.startswith(f"alert:{alert_id}:{occasion}", autoescape=True)
        ids = list(self.connection.scalars(select(OUTBOX.c.id).where(waiting, of_occasion)))
        withdrawn = str(NotificationState.WITHDRAWN)
        self.connection.execute(update(OUTBOX).where(OUTBOX.c.id.in_(ids)).values(state=withdrawn))
        lines = [{"notification_id": i, "at": at, "outcome": withdrawn, "detail": ""} for i in ids]
        if lines:
            self.connection.execute(insert(DELIVERIES), lines)

    def told_by_mail(self, alert_id: str) -> list[str]:
        mine = (OUTBOX.c.alert_id == alert_id) & (OUTBOX.c.channel == str(MessageChannel.EMAIL))
        told = OUTBOX.c.state != str(NotificationState.WITHDRAWN)
        return list(
            self.connection.scalars(select(OUTBOX.c.recipient).where(mine, told).distinct().order_by("recipient"))
        )

    def tried_in_vain(self, notification_id: int) -> tuple[datetime | None, int]:
        mine = DELIVERIES.c.notification_id == notification_id
        requeued = select(func.max(DELIVERIES.c.id)).where(mine, DELIVERIES.c.outcome == REQUEUED).scalar_subquery()
        down = mine & (DELIVERIES.c.outcome == CHANNEL_DOWN) & (DELIVERIES.c.id > func.coalesce(requeued, 0))
        found = self.connection.execute(select(func.min(DELIVERIES.c.at), func.count()).where(down)).one()
        return found[0], found[1]

    def undelivered(self, channel: str) -> Undelivered | None:
        waiting = (OUTBOX.c.state == str(NotificationState.PENDING)) & (OUTBOX.c.channel == channel)
        tries = select(func.min(DELIVERIES.c.at)).join(OUTBOX, OUTBOX.c.id == DELIVERIES.c.notification_id)
        since: datetime | None = self.connection.scalar(tries.where(waiting, DELIVERIES.c.outcome == CHANNEL_DOWN))
        if since is None:
            return None
        count = self.connection.scalar(select(func.count()).select_from(OUTBOX).where(waiting))
        return Undelivered(since=since, messages=count or 0)

    def record_delivery(self, notification_id: int, outcome: DeliveryOutcome, *, at: datetime, dead: bool) -> None:
        state, due, detail = NotificationState.PENDING, at, ""
        match outcome:
            case Delivered(detail=detail):
                state = NotificationState.DELIVERED
            case Retry(at=due, reason=detail):
                state = NotificationState.DEAD if dead else NotificationState.PENDING
            case Rejected(reason=detail):
                state = NotificationState.REJECTED
            case Outdated(reason=detail):
                state = NotificationState.DEAD
        name = type(outcome).__name__.lower()
        counted = 0 if isinstance(outcome, Outdated) else 1
        if isinstance(outcome, Retry) and outcome.channel_down:
            name, counted = CHANNEL_DOWN, 0
        self.connection.execute(
            update(OUTBOX)
            .where(OUTBOX.c.id == notification_id)
            .values(state=str(state), attempts=OUTBOX.c.attempts + counted, next_attempt_at=due)
        )
        line = {"notification_id": notification_id, "at": at, "outcome": name, "detail": detail}
        self.connection.execute(insert(DELIVERIES).values(**line))


def _due(now: datetime) -> ColumnElement[bool]:
    pending = OUTBOX.c.state == str(NotificationState.PENDING)
    return pending & due(OUTBOX.c.next_attempt_at, now, longest=LONGEST_WAIT)


def _held(now: datetime, *, strictly: bool) -> ColumnElement[bool]:
    """Whether an earlier message of the same alert to the same address is still on its way.

    Args:
        strictly: one that waits for its hour, or was put off as itself, counts too.
    """
    first = EARLIER if strictly else EARLIER.where((_earlier.c.next_attempt_at <= now) | _DOWN)
    return first.correlate(OUTBOX).exists()


def _pending(r: Row[Any]) -> PendingNotification:
    names: Sequence[str] = tuple(NotificationDraft.__slots__)
    return PendingNotification(
        id=r.id,
        draft=NotificationDraft(**{n: getattr(r, n) for n in names}),
        attempts=r.attempts,
        since=r.requeued_at or r.created_at,
        alert_ended=r.alert_state is not None and AlertState(r.alert_state).ended,
    )
