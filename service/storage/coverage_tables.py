"""What feeds brought hour by hour, their health, coverage, linked hosts and channel counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, case, delete, func, select, update

from service.domain.coverage import Coverage, FeedCheck, FeedHour, FeedPast, PollFigures, hour_of, slot_of
from service.domain.fetching import FeedState
from service.storage import rows
from service.storage.schema import (
    ChannelCountRow,
    CountRow,
    CoverageRow,
    FeedCheckRow,
    FeedHourRow,
    FeedRow,
    FeedSignRow,
    LinkedHostRow,
)
from service.storage.sql import add_up, table, upsert

FEEDS, HOURS, CHECKS, SIGNS = table(FeedRow), table(FeedHourRow), table(FeedCheckRow), table(FeedSignRow)
COVERAGE, COUNTS, HOSTS, CHANNELS = table(CoverageRow), table(CountRow), table(LinkedHostRow), table(ChannelCountRow)
DELAY_SPAN = timedelta(days=7)
LEAST_COVERAGE = 0.05


def counted_coverage(value: float) -> float:
    """Coverage as detection sees it: never so low that a single document of an hour in which almost nothing could be
    read looks like a wave."""
    return max(value, LEAST_COVERAGE)


def linked_hosts(connection: Connection, *, since_day: str) -> list[tuple[str, int, int]]:
    """Host, links, relevant links since a day; the most relevant first."""
    links, relevant = func.sum(HOSTS.c.links), func.sum(HOSTS.c.relevant)
    query = select(HOSTS.c.host, links, relevant).where(HOSTS.c.day >= since_day).group_by(HOSTS.c.host)
    found = connection.execute(query.order_by(relevant.desc(), links.desc(), HOSTS.c.host))
    return [(r[0], int(r[1]), int(r[2])) for r in found]


class CoverageTables:
    """See service.ports.collecting.CoverageStorage."""

    connection: Connection

    def count_poll(self, figures: PollFigures) -> None:
        same = ("entries", "judged", "relevant", "delays", "delayed")
        values = {name: getattr(figures, name) for name in same} | {"polls": 1, "read": int(figures.read)}
        key = {"feed_id": figures.feed_id, "start": hour_of(figures.at), "slot": slot_of(figures.at)}
        add_up(self.connection, HOURS, [key | values], list(values))

    def feed_states(self) -> list[FeedState]:
        return [rows.feed_state(r) for r in self.connection.execute(select(FEEDS))]

    def feed_pasts(self, *, since: datetime, recent: datetime, until: datetime) -> list[FeedPast]:
        h = HOURS.c
        was_read = case((h.read > 0, 1), else_=0)
        by_slot = select(h.feed_id, h.slot, func.sum(was_read).label("hours"), func.sum(h.entries).label("entries"))
        slots: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
        for r in self.connection.execute(
            by_slot.where(h.start.between(since, until), h.read > 0).group_by(h.feed_id, h.slot)
        ):
            slots[r.feed_id][r.slot] = (int(r.hours), int(r.entries))
        lately: dict[str, list[FeedHour]] = defaultdict(list)
        for r in self.connection.execute(select(HOURS).where(h.start.between(recent, until)).order_by(h.start)):
            lately[r.feed_id].append(FeedHour(start=r.start, read=r.read, entries=r.entries))
        new = case((h.start >= recent - DELAY_SPAN, 1), else_=0)
        whole = select(
            h.feed_id,
            func.sum(h.judged).label("judged"),
            func.sum(h.relevant).label("relevant"),
            func.sum(h.delays * new).label("delays"),
            func.sum(h.delayed * new).label("delayed"),
            func.max(case((h.entries > 0, h.start))).label("last"),
        )
        return [
            FeedPast(
                feed_id=r.feed_id,
                slots=slots[r.feed_id],
                recent=tuple(lately[r.feed_id]),
                last_entry_hour=r.last,
                judged=int(r.judged),
                relevant=int(r.relevant),
                delay=r.delays / r.delayed if r.delayed else None,
            )
            for r in self.connection.execute(whole.where(h.start.between(since, until)).group_by(h.feed_id))
        ]

    def save_checks(self, checks: Iterable[FeedCheck]) -> None:
        upsert(self.connection, CHECKS, [asdict(c) for c in checks])

    def save_sign(self, feed_id: str, *, title: str, path: str, path_share: float) -> None:
        sign = {"feed_id": feed_id, "title": title, "path": path, "path_share": path_share}
        upsert(self.connection, SIGNS, [sign])

    def signs(self) -> dict[str, tuple[str, str, float]]:
        return {r.feed_id: (r.title, r.path, r.path_share) for r in self.connection.execute(select(SIGNS))}

    def save_coverage(self, hours: Sequence[Coverage]) -> None:
        values = [{**asdict(c), "value": c.value} for c in hours]
        if not values:
            return
        upsert(self.connection, COVERAGE, values)
        change = update(COUNTS).where(COUNTS.c.start == bindparam("which"), COUNTS.c.coverage != bindparam("new"))
        seen = [{"which": c.start, "new": counted_coverage(c.value)} for c in hours]
        self.connection.execute(change.values(coverage=bindparam("new")), seen)

    def coverage(self, *, since: datetime, until: datetime) -> list[Coverage]:
        c = COVERAGE.c
        query = select(c.start, c.reporting, c.expected).where(c.start >= since, c.start < until).order_by(c.start)
        return [Coverage(**r._mapping) for r in self.connection.execute(query)]

    def forget_feed_hours(self, *, before: datetime) -> int:
        return self.connection.execute(delete(HOURS).where(HOURS.c.start < before)).rowcount

    def count_hosts(self, hosts: Mapping[str, tuple[int, int]], *, day: str) -> None:
        values = [{"host": h, "day": day, "links": n, "relevant": r} for h, (n, r) in hosts.items()]
        add_up(self.connection, HOSTS, values, ["links", "relevant"])

    def count_channel(self, channel: str, kind: str, count: int, *, day: str) -> None:
        add_up(self.connection, CHANNELS, [{"channel": channel, "day": day, "kind": kind, "count": count}], ["count"])

    def channel_count(self, channel: str, kind: str, *, day: str) -> int:
        c = CHANNELS.c
        query = select(c["count"]).where(c.channel == channel, c.kind == kind, c.day == day)
        return self.connection.scalar(query) or 0
