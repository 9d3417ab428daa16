"""Figures at the top of the page: totals and the chart of hours, of the country or of an account's provinces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from service.domain.judgement import Tone
from service.domain.notifications import NotificationState, Outdated
from service.domain.polling import PAGE_NEWS
from service.domain.streams import ALL, HOUR, bin_start
from service.domain.times import SKEW
from service.domain.views import HourCount, Totals
from service.domain.warning import AlertState
from service.storage import scope
from service.storage.engine import SqlStore
from service.storage.schema import AlertRow, CountRow, DeliveryRow, DocumentRow, NotificationRow
from service.storage.sql import due, table
from service.storage.story_models import readable_stories

DOCUMENTS = table(DocumentRow)
ALERTS, COUNTS, OUTBOX, DELIVERIES = table(AlertRow), table(CountRow), table(NotificationRow), table(DeliveryRow)
# given up as what it said held no more: nothing failed
OUTDATED = (OUTBOX.c.state == str(NotificationState.DEAD)) & OUTBOX.c.id.in_(
    select(DELIVERIES.c.notification_id).where(DELIVERIES.c.outcome == Outdated.__name__.lower())
)


class FigureReads:
    """See service.ports.read_models.ReadModels."""

    store: SqlStore
    provinces: tuple[str, ...]

    def hours(self, *, since: datetime, until: datetime) -> list[HourCount]:
        with self.store.read() as connection:
            if self.provinces:
                return _hours_here(connection, self.provinces, since, until)
            query = select(COUNTS).where(COUNTS.c.stream == ALL, COUNTS.c.start >= since, COUNTS.c.start < until)
            found = connection.execute(query.order_by(COUNTS.c.start)).all()
        return [HourCount(start=r.start, negative=r.value, total=r.total) for r in found]

    def negative_day(self, streams: Sequence[str], *, now: datetime) -> dict[str, int]:
        since = bin_start(now, HOUR) - 23 * HOUR
        mine = COUNTS.c.stream.in_(streams) & (COUNTS.c.start >= since) & (COUNTS.c.start <= now)
        query = select(COUNTS.c.stream, func.sum(COUNTS.c.value)).where(mine).group_by(COUNTS.c.stream)
        with self.store.read() as connection:
            found = {stream: int(value) for stream, value in connection.execute(query)}
        return {stream: found.get(stream, 0) for stream in streams}

    def totals(self, *, now: datetime) -> Totals:
        d, n = DOCUMENTS.c, OUTBOX.c
        here, page_due = scope.documents(self.provinces), due(d.page_due_at, now, longest=PAGE_NEWS)
        counts: dict[str, Select[Any]] = {
            "documents": select(func.count()).where(d.relevant, *here),
            "stories": select(func.count()).select_from(readable_stories(self.provinces)),
            "pages_due": select(func.count()).where(page_due, *here),
            "pages_put_off": select(func.count()).where(d.page_due_at.is_not(None), ~page_due, *here),
        }
        waiting = {"pending_notifications": [NotificationState.PENDING]}
        waiting["dead_notifications"] = [NotificationState.DEAD, NotificationState.REJECTED]
        if not self.provinces:
            counts |= {
                k: select(func.count()).where(n.state.in_(list(map(str, v))), ~OUTDATED) for k, v in waiting.items()
            }
        with self.store.read() as connection:
            alerts = [ALERTS.c.state == str(AlertState.OPEN), *scope.alerts(connection, self.provinces)]
            counts["open_alerts"] = select(func.count()).where(*alerts)
            figures = {name: connection.scalar(query) or 0 for name, query in counts.items()}
            seen = select(func.max(d.first_seen_at)).where(d.relevant, d.first_seen_at <= now + SKEW, *here)
            newest = connection.scalar(seen)
        return Totals(newest_document_at=newest, **(dict.fromkeys(waiting) | figures))

    def limits(self) -> tuple[str, ...]:
        return self.provinces


def _hours_here(connection: Connection, provinces: Sequence[str], since: datetime, until: datetime) -> list[HourCount]:
    """From the documents: the counts kept of each province cannot be added, as some documents name several."""
    d = DOCUMENTS.c
    span = (d.published_at >= since) & (d.published_at < until) & d.relevant & (d.origin_id == d.id)
    query = select(d.published_at, d.tone).where(span, *scope.documents(provinces))
    total: Counter[datetime] = Counter()
    negative: Counter[datetime] = Counter()
    for r in connection.execute(query):
        start = bin_start(r.published_at, HOUR)
        total[start] += 1
        negative[start] += r.tone == Tone.NEGATIVE
    return [HourCount(start=start, negative=negative[start], total=total[start]) for start in sorted(total)]
