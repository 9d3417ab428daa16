"""What indicators and periodic reports read: counts of a span of time, never a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, Table, and_, case, cast, extract, func, select

from service.domain.documents import DateSource, DocumentKind
from service.domain.findings import FindingState, Move
from service.domain.indicators import LOW_COVERAGE, AlertFacts, GroupFacts, PeriodFacts, Publication
from service.domain.sources import Feed, SourceKind
from service.domain.topics import TOPICS as TOPIC_NAMES
from service.domain.views import CopiedView
from service.domain.warning import AlertState, Level
from service.insight.formulas import WATCHED
from service.storage import rows, scope
from service.storage.engine import SqlStore
from service.storage.schema import (
    AlertRow,
    CountRow,
    CoverageRow,
    DocumentPlaceRow,
    DocumentRow,
    DocumentTopicRow,
    FindingDecisionRow,
    FindingRow,
    WarningReceiptRow,
)
from service.storage.sql import table

DOCUMENTS, TOPICS, PLACES = table(DocumentRow), table(DocumentTopicRow), table(DocumentPlaceRow)
ALERTS, COUNTS, COVERAGE = table(AlertRow), table(CountRow), table(CoverageRow)
FINDINGS, DECISIONS, RECEIPTS = table(FindingRow), table(FindingDecisionRow), table(WarningReceiptRow)
ANSWERS_FOR = timedelta(days=7)  # how long after a period answers are looked for
LATE = timedelta(days=7)  # what is seen later was imported, not watched


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
            alerts = _alerts(connection, self.provinces, since, until)
            return PeriodFacts(
                since=since,
                until=until,
                as_of=as_of,
                provinces=self.provinces,
                **_documents(connection, within),
                topics=[
                    replace(t, name=TOPIC_NAMES.get(t.id, t.id))
                    for t in _groups(connection, TOPICS, "topic", "topic", origin)
                ],
                places=_groups(connection, PLACES, "code", "name", origin),
                asked=_publications(connection, and_(origin, d.feedback == "question")),
                answers=_answers(connection, since, until, within),
                alerts=alerts,
                hours=_hours(connection, [a for a in alerts if a.level >= Level.RISK]),
                **_outlets(connection, feeds, within),
                **_coverage(connection, since, until),
                **_delay(connection, origin),
                **_warnings(connection, since, until),
                models=sorted(connection.scalars(select(d.model).where(within).distinct())),
            )

    def most_copied(self, *, since: datetime, until: datetime, limit: int) -> list[CopiedView]:
        d, copy = DOCUMENTS.c, DOCUMENTS.alias()
        # letters and what stands in sections of readers are the words of private persons
        press = and_(
            d.relevant, d.published_at >= since, d.published_at < until, d.story_id.is_not(None), d.origin_id == d.id,
            d.kind == str(DocumentKind.ARTICLE), ~d.protected_section, d.title != "",
            d.source_kind.in_([str(k) for k in SourceKind if k.is_press]), *scope.documents(self.provinces),
        )  # fmt: skip
        count = func.count().label("copies")
        shown = (d.id, d.title, d.url, d.source_name.label("source"), d.published_at)
        query = select(*shown, count).join(copy, (copy.c.origin_id == d.id) & (copy.c.id != d.id) & copy.c.relevant)
        query = query.where(press).group_by(*shown).order_by(count.desc(), d.published_at, d.id).limit(limit)
        with self.store.read() as connection:
            return [CopiedView(**r._mapping) for r in connection.execute(query)]


def _documents(connection: Connection, within: ColumnElement[bool]) -> dict[str, int]:
    d = DOCUMENTS.c
    origin = d.origin_id == d.id
    counted: dict[str, ColumnElement[bool]] = {
        "origins": origin, "copies": ~origin, "negative": d.tone == "negative", "positive": d.tone == "positive",
        "policy": d.axis == "policy", "implementation": d.axis == "implementation",
        "complaints": d.feedback == "complaint", "questions": d.feedback == "question",
    }  # fmt: skip
    sums = [
        func.sum(case((condition if name == "copies" else and_(origin, condition), 1), else_=0)).label(name)
        for name, condition in counted.items()
    ]
    publishers = func.count(case((origin, d.publisher)).distinct()).label("publishers")
    row = connection.execute(select(*sums, publishers).where(within)).one()
    return {name: int(value or 0) for name, value in row._mapping.items()}


def _groups(
    connection: Connection, labels: Table, key: str, name: str, origin: ColumnElement[bool]
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


def _publications(connection: Connection, condition: ColumnElement[bool]) -> list[Publication]:
    d = DOCUMENTS.c
    query = select(d.story_id, d.publisher, d.published_at).where(condition).order_by(d.published_at)
    return [Publication(*r) for r in connection.execute(query)]


def _answers(
    connection: Connection, since: datetime, until: datetime, within: ColumnElement[bool]
) -> list[Publication]:  # fmt: skip
    """What state agencies published in the stories that something was asked in, wherever it names."""
    d = DOCUMENTS.c
    stories = select(d.story_id).where(within, d.feedback == "question")
    official = and_(d.relevant, d.source_kind == str(SourceKind.STATE_AGENCY), d.story_id.in_(stories))
    return _publications(
        connection, and_(official, d.published_at >= since, d.published_at < until + ANSWERS_FOR)
    )  # fmt: skip


def _alerts(
    connection: Connection, provinces: tuple[str, ...], since: datetime, until: datetime
) -> list[AlertFacts]:  # fmt: skip
    a = ALERTS.c
    columns = (a.id, a.stream, a.peak_level, a.state, a.opened_at, a.acknowledged_at, a.closed_at)
    query = select(*columns, a.handling).where(a.opened_at >= since, a.opened_at < until)
    query = query.where(*scope.alerts(connection, provinces)).order_by(a.opened_at, a.id)
    found = []
    for r in connection.execute(query):
        handling, state = rows.handling(r.handling), AlertState(r.state)
        found.append(
            AlertFacts(
                id=r.id,
                stream=r.stream,
                level=r.peak_level,
                state=r.state,
                opened_at=r.opened_at,
                seen_at=r.acknowledged_at,
                statement_at=handling.statement_at,
                closed_at=r.closed_at,
                ended=state.ended,
                dismissed=state is AlertState.DISMISSED,
                merged=handling.merged_into is not None,
            )
        )
    return found


def _hours(connection: Connection, alerts: Sequence[AlertFacts]) -> dict[str, dict[datetime, int]]:
    """Negative origins by hour of the alerts' streams, from a month before each alert to a month after it."""
    found: dict[str, dict[datetime, int]] = {}
    for alert in alerts:
        c = COUNTS.c
        span = and_(c.start >= alert.opened_at - WATCHED, c.start <= alert.opened_at + WATCHED)
        query = select(c.start, c.value).where(c.stream == alert.stream, span, c.value > 0)
        found.setdefault(alert.stream, {}).update({r.start: r.value for r in connection.execute(query)})
    return found


def _outlets(connection: Connection, feeds: Sequence[Feed], within: ColumnElement[bool]) -> dict[str, int]:
    monitored = {f.source.id for f in feeds if f.enabled}
    seen = set(connection.scalars(select(DOCUMENTS.c.source_id).where(within).distinct()))
    return {"outlets_reporting": len(monitored & seen), "outlets": len(monitored)}


def _coverage(connection: Connection, since: datetime, until: datetime) -> dict[str, int]:
    c = COVERAGE.c
    low = func.sum(case((c.value < LOW_COVERAGE, 1), else_=0))
    sums = (func.sum(c.reporting), func.sum(c.expected), func.count(), low)
    found = connection.execute(select(*sums).where(c.start >= since, c.start < until)).one()
    names = ("covered", "expected", "hours_measured", "hours_low")
    return {name: int(value or 0) for name, value in zip(names, found, strict=True)}


def _delay(connection: Connection, origin: ColumnElement[bool]) -> dict[str, Any]:
    """Median minutes from publication to first sight; the middle one or two are picked out by the database."""
    d = DOCUMENTS.c
    if connection.dialect.name == "postgresql":
        seconds: ColumnElement[Any] = cast(extract("epoch", d.first_seen_at - d.published_at), Float)
    else:
        seconds = 86400.0 * (func.julianday(d.first_seen_at) - func.julianday(d.published_at))
    timed = and_(
        origin, d.date_source != str(DateSource.FIRST_SEEN), d.first_seen_at >= d.published_at,
        seconds <= LATE.total_seconds(),
    )  # fmt: skip
    count = connection.scalar(select(func.count()).select_from(DOCUMENTS).where(timed)) or 0
    if not count:
        return {"delay_minutes": None, "delayed": 0}
    middle = select(seconds).where(timed).order_by(seconds).offset((count - 1) // 2).limit(2 - count % 2)
    found = list(connection.scalars(middle))
    return {"delay_minutes": round(sum(found) / len(found) / 60, 2), "delayed": count}


def _warnings(connection: Connection, since: datetime, until: datetime) -> dict[str, int]:
    f = FINDINGS.c
    published = select(f.id).join(DECISIONS, DECISIONS.c.finding_id == f.id)
    published = published.where(
        f.state == str(FindingState.PUBLISHED), DECISIONS.c.move == str(Move.PUBLISH), DECISIONS.c.at >= since,
        DECISIONS.c.at < until,
    ).distinct()  # fmt: skip
    ids = list(connection.scalars(published))
    received = select(func.count(RECEIPTS.c.finding_id.distinct())).where(RECEIPTS.c.finding_id.in_(ids))
    return {"warnings": len(ids), "received": connection.scalar(received) or 0}
