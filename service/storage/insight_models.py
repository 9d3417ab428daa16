"""What indicators and periodic reports read: counts of a span of time, never a text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, and_, case, exists, func, literal_column, or_, select

from service.domain.documents import DENUNCIATION, DateSource, DocumentKind
from service.domain.findings import FindingState, Move
from service.domain.indicators import LOW_COVERAGE, AlertFacts, GroupFacts, PeriodFacts, Publication
from service.domain.judgement import Feedback
from service.domain.provinces import MERGED_AT, SUCCESSORS
from service.domain.sources import Feed, SourceKind
from service.domain.times import VIETNAM
from service.domain.topics import TOPICS as TOPIC_NAMES
from service.domain.views import CopiedView
from service.domain.warning import AlertState, Level
from service.insight.chains import Part, fold, judged, last
from service.insight.formulas import WATCHED, is_crisis
from service.storage import rows, scope
from service.storage.engine import SqlStore
from service.storage.schema import (
    AlertEventRow,
    AlertRow,
    CountRow,
    CoverageRow,
    DeliveryRow,
    DocumentPlaceRow,
    DocumentRow,
    DocumentTopicRow,
    DropRow,
    FeedHourRow,
    FeedRow,
    FindingDecisionRow,
    FindingRow,
    NotificationRow,
    WarningReceiptRow,
)
from service.storage.sql import table

DOCUMENTS, TOPICS, PLACES = table(DocumentRow), table(DocumentTopicRow), table(DocumentPlaceRow)
ALERTS, COUNTS, COVERAGE = table(AlertRow), table(CountRow), table(CoverageRow)
EVENTS, OUTBOX, DELIVERIES = table(AlertEventRow), table(NotificationRow), table(DeliveryRow)
FINDINGS, DECISIONS, RECEIPTS = table(FindingRow), table(FindingDecisionRow), table(WarningReceiptRow)
DROPS, READ, FEED_HOURS = table(DropRow), table(FeedRow), table(FeedHourRow)
ANSWERS_FOR = timedelta(days=7)  # how long after a period answers are looked for
COPIES_FOR = timedelta(days=7)  # how long after a period copies are counted
LATE = timedelta(days=7)  # what is seen later was imported, not watched
# what an agency puts as a question is its answer; no parameters, as PostgreSQL groups by what reads the same only
FEEDBACK = case(
    (
        and_(
            DOCUMENTS.c.feedback == literal_column(f"'{Feedback.QUESTION}'"),
            DOCUMENTS.c.source_kind == literal_column(f"'{SourceKind.STATE_AGENCY}'"),
        ),
        literal_column("null"),
    ),
    else_=DOCUMENTS.c.feedback,
)


class SqlInsightModels:
    """See service.ports.insight.InsightModels."""

    store: SqlStore
    provinces: tuple[str, ...]

    def facts(self, feeds: Sequence[Feed], *, since: datetime, until: datetime, as_of: datetime) -> PeriodFacts:
        d = DOCUMENTS.c
        within = and_(
            d.relevant, d.published_at >= since, d.published_at < until, d.story_id.is_not(None),
            *scope.documents(self.provinces),
        )  # fmt: skip
        origin = and_(within, d.origin_id == d.id)
        with self.store.read() as connection:
            counts, outlets = _documents(connection, within)
            monitored = {f.source.id for f in feeds if f.enabled}
            alerts = alert_facts(connection, self.provinces, since, until)
            return PeriodFacts(
                since=since,
                until=until,
                as_of=as_of,
                provinces=self.provinces,
                **counts,
                topics=[
                    replace(t, name=TOPIC_NAMES.get(t.id, t.id))
                    for t in _groups(connection, TOPICS, "topic", "topic", origin)
                ],
                places=_groups(connection, places_of(until, within), "code", "name", origin),
                asked=_publications(connection, and_(origin, _asked_by_people()), until),
                answers=_publications(connection, _said_by_agencies(since, until), until),
                agencies_read=_agencies_read(connection, feeds, since, until),
                alerts=alerts,
                hours=_hours(connection, [a for a in alerts if is_crisis(a, self.provinces)]),
                outlets_reporting=len(monitored & outlets),
                outlets=len(monitored),
                **_coverage(connection, since, until),
                **_warnings(connection, since, until),
                denunciations=0 if self.provinces else sum(_denunciations(connection, since, until).values()),
            )

    def denunciations(self, *, since: datetime, until: datetime) -> dict[date, int]:
        if self.provinces:
            return {}
        with self.store.read() as connection:
            return _denunciations(connection, since, until)

    def most_copied(self, *, since: datetime, until: datetime, limit: int) -> list[CopiedView]:
        d = DOCUMENTS.c
        copied = select(d.origin_id.label("id"), func.count().label("copies")).where(
            d.relevant, d.published_at >= since, d.published_at < until + COPIES_FOR, d.origin_id != d.id
        )
        counted = copied.group_by(d.origin_id).subquery()
        # letters and what stands in sections of readers are the words of private persons
        press = and_(
            d.relevant, d.published_at >= since, d.published_at < until, d.story_id.is_not(None),
            d.kind == str(DocumentKind.ARTICLE), ~d.protected_section, d.title != "",
            d.source_kind.in_([str(k) for k in SourceKind if k.is_press]), *scope.documents(self.provinces),
        )  # fmt: skip
        shown = (d.id, d.title, d.url, d.source_name.label("source"), d.published_at, counted.c.copies)
        query = select(*shown).join(counted, counted.c.id == d.id).where(press)
        query = query.order_by(counted.c.copies.desc(), d.published_at, d.id).limit(limit)
        with self.store.read() as connection:
            return [CopiedView(**r._mapping) for r in connection.execute(query)]


def _documents(connection: Connection, within: ColumnElement[bool]) -> tuple[dict[str, Any], set[str]]:
    """Everything that is counted of single publications, in one pass, and the outlets they are of."""
    d = DOCUMENTS.c
    columns = (
        d.id, d.origin_id, d.tone, d.axis, FEEDBACK, d.publisher, d.source_id, d.model, d.date_source,
        d.published_at, d.first_seen_at,
    )  # fmt: skip
    copies, outlets, publishers, models = 0, set(), set(), set()
    counts: Counter[str | None] = Counter()
    delays: list[float] = []
    for key, origin, tone, axis, feedback, publisher, outlet, model, dated, at, seen in connection.execute(
        select(*columns).where(within).order_by(d.published_at, d.id)
    ):
        outlets.add(outlet)
        models.add(model)
        if origin != key:
            copies += 1
            continue
        publishers.add(publisher)
        counts.update(("origin", tone, axis, feedback))
        if DateSource(dated).is_known and timedelta() <= seen - at <= LATE:
            delays.append((seen - at).total_seconds())
    values = {
        "origins": counts["origin"], "copies": copies, "negative": counts["negative"], "positive": counts["positive"],
        "policy": counts["policy"], "implementation": counts["implementation"], "complaints": counts["complaint"],
        "questions": counts["question"], "publishers": len(publishers), "models": sorted(models),
        "delay_minutes": round(median(delays) / 60, 2) if delays else None, "delayed": len(delays),
    }  # fmt: skip
    return values, outlets


def places_of(until: datetime, within: ColumnElement[bool]) -> FromClause:
    """Provinces of documents: in a period that ends after the merger of 2025, all by the codes of today, each once.

    Args:
        within: of which documents; those of all years would be grouped otherwise, for every month.
    """
    if until <= MERGED_AT:
        return PLACES
    p = PLACES.c
    code = case(dict(SUCCESSORS), value=p.code, else_=p.code)
    query = select(p.document_id, code.label("code"), func.min(p.name).label("name"))
    query = query.where(p.document_id.in_(select(DOCUMENTS.c.id).where(within)))
    return query.group_by(p.document_id, code).subquery()


def _groups(
    connection: Connection, labels: FromClause, key: str, name: str, origin: ColumnElement[bool]
) -> list[GroupFacts]:
    """Origins by topic or province, most first; a province has the name that is used most for it."""
    d = DOCUMENTS.c
    by = (labels.c[key].label("id"), labels.c[name].label("name"))
    tones = {t: func.sum(case((d.tone == t, 1), else_=0)).label(t) for t in ("negative", "positive")}
    query = select(*by, func.count().label("origins"), *tones.values()).select_from(DOCUMENTS)
    query = query.join(labels, labels.c.document_id == d.id).where(origin).group_by(labels.c[key], labels.c[name])
    found: dict[str, GroupFacts] = {}
    for r in connection.execute(query.order_by(func.count().desc(), labels.c[key], labels.c[name])):
        known = found.get(r.id, GroupFacts(id=r.id, name=r.name, origins=0, negative=0, positive=0))
        sums = {n: getattr(known, n) + getattr(r, n) for n in ("origins", "negative", "positive")}
        found[r.id] = replace(known, **sums)
    return sorted(found.values(), key=lambda g: (-g.origins, g.id))


def _asked_by_people() -> ColumnElement[bool]:
    """Questions outside articles of the press: what is asked in these, in letters to it too, is answered in them."""
    d = DOCUMENTS.c
    article = and_(
        d.kind == str(DocumentKind.ARTICLE), d.source_kind.in_([str(k) for k in SourceKind if k.is_press])
    )  # fmt: skip
    agency = d.source_kind == str(SourceKind.STATE_AGENCY)
    return and_(d.feedback == str(Feedback.QUESTION), ~article, ~agency)


def _said_by_agencies(since: datetime, until: datetime) -> ColumnElement[bool]:
    """What state agencies published in the span or soon after it, wherever it names."""
    d = DOCUMENTS.c
    return and_(
        d.relevant, d.source_kind == str(SourceKind.STATE_AGENCY), d.story_id.is_not(None), d.published_at >= since,
        d.published_at < until + ANSWERS_FOR,
    )  # fmt: skip


def _agencies_read(connection: Connection, feeds: Sequence[Feed], since: datetime, until: datetime) -> bool:
    """Whether a feed of a state agency was read in the span, or a file brought something that one published. Of a feed
    it is known when it was read last, and that it was read before the end where something of it is known from then."""
    agencies = [f.id for f in feeds if f.enabled and f.source.kind is SourceKind.STATE_AGENCY]
    d = DOCUMENTS.c
    hours = exists().where(FEED_HOURS.c.feed_id == READ.c.id, FEED_HOURS.c.start < until, FEED_HOURS.c.read > 0)
    brought = exists().where(d.relevant, d.feed_id == READ.c.id, d.first_seen_at < until)
    read = select(READ.c.id).where(READ.c.id.in_(agencies), READ.c.last_success_at >= since, or_(hours, brought))
    kept = select(d.id).where(
        d.source_kind == str(SourceKind.STATE_AGENCY), d.published_at >= since, d.published_at < until
    )
    return any(connection.scalar(q.limit(1)) is not None for q in (read, kept))


def _publications(connection: Connection, which: ColumnElement[bool], until: datetime) -> list[Publication]:
    """With their topics and provinces, oldest first."""
    d = DOCUMENTS.c
    topics = _labels(connection, TOPICS, "topic", which)
    places = _labels(connection, places_of(until, which), "code", which)
    query = select(d.id, d.story_id, d.publisher, d.published_at).where(which).order_by(d.published_at, d.id)
    return [
        Publication(story, publisher, at, frozenset(topics[key]), frozenset(places[key]))
        for key, story, publisher, at in connection.execute(query)
    ]


def _labels(
    connection: Connection, labels: FromClause, name: str, which: ColumnElement[bool]
) -> dict[str, set[str]]:  # fmt: skip
    found = defaultdict[str, set[str]](set)
    query = select(labels.c.document_id, labels.c[name])
    for key, label in connection.execute(query.where(labels.c.document_id.in_(select(DOCUMENTS.c.id).where(which)))):
        found[key].add(label)
    return found


def alert_facts(
    connection: Connection, provinces: tuple[str, ...], since: datetime, until: datetime
) -> list[AlertFacts]:  # fmt: skip
    """Alerts that opened in the span, merged ones folded into the one they went on in, whenever that opened."""
    a = ALERTS.c
    readable = scope.alerts(connection, provinces)
    found = _alert_rows(connection, a.opened_at >= since, a.opened_at < until, *readable)
    mine = set(found)
    into = _mergers(connection)
    ends = {key: last(key, into)[0] for key in {*mine, *into, *into.values()}}
    touched = {ends[key] for key in mine}
    if beyond := [key for key, end in ends.items() if end in touched and key not in mine]:
        found |= _alert_rows(connection, a.id.in_(beyond))
        mine |= set(connection.scalars(select(a.id).where(a.id.in_(beyond), *readable)))
    told, reached = _told(connection, found.values()), _reached(connection, found.values())
    parts = [_part(r, told.get(key), reached.get(key, ()), key in mine) for key, r in found.items()]
    return fold(parts, since=since, until=until)


def _alert_rows(connection: Connection, *conditions: ColumnElement[bool]) -> dict[str, Row[Any]]:
    a = ALERTS.c
    columns: Sequence[ColumnElement[Any]] = (
        a.id, a.stream, a.peak_level, a.proposed, a.state, a.opened_at, a.acknowledged_at, a.closed_at, a.handling,
    )  # fmt: skip
    return {r.id: r for r in connection.execute(select(*columns).where(*conditions))}


def _mergers(connection: Connection) -> dict[str, str]:
    """Which alert each merged one went on in."""
    into = ALERTS.c.handling["merged_into"].as_string()
    query = select(ALERTS.c.id, into.label("into")).where(ALERTS.c.state == str(AlertState.CLOSED), into.is_not(None))
    return {r.id: r.into for r in connection.execute(query)}


def _told(connection: Connection, alerts: Iterable[Row[Any]]) -> dict[str, datetime]:
    """When the first message about each alert was delivered."""
    n = OUTBOX.c
    query = select(n.alert_id, func.min(DELIVERIES.c.at).label("at")).join(
        DELIVERIES, DELIVERIES.c.notification_id == n.id
    )
    query = query.where(
        n.alert_id.in_([r.id for r in alerts if r.peak_level >= Level.WARNING]), DELIVERIES.c.outcome == "delivered"
    )
    return {r.alert_id: r.at for r in connection.execute(query.group_by(n.alert_id))}


def _reached(connection: Connection, alerts: Iterable[Row[Any]]) -> dict[str, list[tuple[str, datetime]]]:
    """When the graver alerts were raised, confirmed and refused, oldest first."""
    e = EVENTS.c
    query = select(e.alert_id, e.kind, e.at).where(
        e.alert_id.in_([r.id for r in alerts if r.peak_level >= Level.RISK]),
        e.kind.in_(["raised", "confirmed", "refused"]),
    )
    found: dict[str, list[tuple[str, datetime]]] = {}
    for r in connection.execute(query.order_by(e.at, e.id)):
        found.setdefault(r.alert_id, []).append((r.kind, r.at))
    return found


def _part(
    r: Row[Any], told_at: datetime | None, reached: Sequence[tuple[str, datetime]], readable: bool
) -> Part:  # fmt: skip
    handling, state = rows.handling(r.handling), AlertState(r.state)
    verdict = handling.verdict
    level, confirmed = judged(r.peak_level, verdict, reached, opened_at=r.opened_at, proposed=r.proposed)
    facts = AlertFacts(
        id=r.id,
        stream=r.stream,
        level=level,
        confirmed=confirmed,
        state=r.state,
        opened_at=r.opened_at,
        told_at=told_at,
        seen_at=r.acknowledged_at,
        statement_at=handling.statement_at,
        closed_at=r.closed_at,
        ended=state.ended,
        dismissed=state is AlertState.DISMISSED,
        merged=handling.merged_into is not None,
    )
    refused_at = verdict.at if verdict and not verdict.confirmed else None
    return Part(facts=facts, into=handling.merged_into, readable=readable, refused_at=refused_at)


def _hours(connection: Connection, alerts: Sequence[AlertFacts]) -> dict[str, dict[datetime, int]]:
    """Negative origins by hour of the alerts' streams, from a month before each alert to a month after it."""
    found: dict[str, dict[datetime, int]] = {}
    for alert in alerts:
        c = COUNTS.c
        span = and_(c.start >= alert.opened_at - WATCHED, c.start <= alert.opened_at + WATCHED)
        query = select(c.start, c.value).where(c.stream == alert.stream, span, c.value > 0)
        found.setdefault(alert.stream, {}).update({r.start: r.value for r in connection.execute(query)})
    return found


def _coverage(connection: Connection, since: datetime, until: datetime) -> dict[str, Any]:
    c = COVERAGE.c
    low = func.sum(case((c.value < LOW_COVERAGE, 1), else_=0))
    sums = (func.sum(c.reporting), func.sum(c.expected), func.count(), low)
    found = connection.execute(select(*sums).where(c.start >= since, c.start < until)).one()
    names = ("covered", "expected", "hours_measured", "hours_low")
    return {name: int(value or 0) for name, value in zip(names, found, strict=True)}


def _denunciations(connection: Connection, since: datetime, until: datetime) -> dict[date, int]:
    """By day in Việt Nam, which is all that was kept of them."""
    c = DROPS.c
    first, last = (at.astimezone(VIETNAM).date() for at in (since, until - timedelta(microseconds=1)))
    days = select(c.day, c.count).where(c.reason == DENUNCIATION, c.day.between(str(first), str(last)))
    return {date.fromisoformat(day): count for day, count in connection.execute(days.order_by(c.day))}


def _warnings(connection: Connection, since: datetime, until: datetime) -> dict[str, Any]:
    f, d, r = FINDINGS.c, DECISIONS.c, RECEIPTS.c
    # of the newest text only: who took note of one before it, retracted since, need not have read this one
    texts = select(d.finding_id, func.max(d.at).label("at")).where(d.move == str(Move.PUBLISH)).group_by(d.finding_id)
    newest = texts.subquery().c
    stands = (f.id == newest.finding_id) & (f.state == str(FindingState.PUBLISHED))
    published = select(f.id).where(stands, newest.at >= since, newest.at < until)
    received = published.where(r.finding_id == f.id, r.at >= newest.at).distinct()
    names = {"warnings": published, "received": received}
    return {n: connection.scalar(select(func.count()).select_from(q.subquery())) or 0 for n, q in names.items()}
