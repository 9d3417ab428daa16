"""Lists and figures for the API and the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select, text, true
from sqlalchemy.exc import SQLAlchemyError

from service.alerting.wording import unquoted
from service.domain.audiences import AUDIENCES
from service.domain.fetching import FeedState
from service.domain.intervals import MIN_DOCUMENTS, share_if_known
from service.domain.labels import Question
from service.domain.provinces import carried
from service.domain.sources import Feed
from service.domain.streams import StreamKind, parse
from service.domain.topics import TOPICS as TOPIC_NAMES
from service.domain.views import (
    AlertDetailView,
    AlertView,
    DeliveryView,
    DocumentDetailView,
    DocumentView,
    EvidenceView,
    FeedFigures,
    FeedView,
    PlaceView,
    StoryView,
    Summary,
    SummaryRow,
    TimelineView,
)
from service.domain.warning import AlertState
from service.insight.health import feed_health
from service.insight.label_words import ANSWERS, SOURCE_KINDS
from service.ports.read_models import EVERY_ALERT, EVERYTHING, AlertFilter, Cursor, DocumentFilter
from service.storage import rows, scope
from service.storage.collection_reads import CollectionReads, comment_count, feed_figures
from service.storage.desk_models import SqlDeskModels
from service.storage.engine import SqlStore
from service.storage.figure_reads import FigureReads
from service.storage.insight_models import FEEDBACK, SqlInsightModels, places_of
from service.storage.learning_models import LABELS, LearningReads
from service.storage.migrate import newest
from service.storage.schema import (
    AlertEventRow,
    AlertRow,
    CountRow,
    CoverageRow,
    DeliveryRow,
    DocumentPlaceRow,
    DocumentRow,
    DocumentTopicRow,
    FeedRow,
    NotificationRow,
    StoryRow,
)
from service.storage.sql import listed, table
from service.storage.story_models import StoryModels, readable_stories
from service.storage.word_search import with_words

DOCUMENTS, TOPICS, PLACES = table(DocumentRow), table(DocumentTopicRow), table(DocumentPlaceRow)
STORIES, ALERTS, EVENTS, COUNTS = table(StoryRow), table(AlertRow), table(AlertEventRow), table(CountRow)
OUTBOX, DELIVERIES, FEEDS = table(NotificationRow), table(DeliveryRow), table(FeedRow)
COVERAGE = table(CoverageRow)

STORIES_NAMED = 3  # of an alert
GROUPS: dict[str, ColumnElement[Any]] = {
    "topic": TOPICS.c.topic,
    "tone": DOCUMENTS.c.tone,
    "feedback": FEEDBACK,
    "axis": DOCUMENTS.c.axis,
    "source": DOCUMENTS.c.source_name,
    "kind": DOCUMENTS.c.source_kind,
}
# groups as people call them; outlets are called what they are, provinces by the day (service.usecases.summarise)
LABELS_OF = {
    "topic": TOPIC_NAMES, "audience": AUDIENCES, "kind": SOURCE_KINDS,
    **{str(q): ANSWERS[q] for q in (Question.TONE, Question.FEEDBACK, Question.AXIS)},
}  # fmt: skip
# what an alert of a stream without a topic is about, in a word
WIDER = dict.fromkeys(StreamKind, "Toàn ngành") | {StreamKind.PLACE: "Địa phương", StreamKind.STORY: "Câu chuyện"}


class SqlReadModels(FigureReads, CollectionReads, SqlDeskModels, SqlInsightModels, StoryModels, LearningReads):
    """See service.ports.read_models.ReadModels."""

    def __init__(self, store: SqlStore, provinces: tuple[str, ...] = ()) -> None:
        self.store, self.provinces = store, provinces

    @property
    def _dialect(self) -> str:
        return self.store.engine.dialect.name

    def scoped(self, provinces: tuple[str, ...]) -> SqlReadModels:
        return SqlReadModels(self.store, provinces)

    def documents(self, wanted: DocumentFilter, *, after: Cursor | None, limit: int) -> list[DocumentView]:
        query = _filtered(wanted, self._dialect).where(*scope.documents(self.provinces))
        if after:
            query = query.where(_before(DOCUMENTS.c.published_at, DOCUMENTS.c.id, after))
        query = query.order_by(DOCUMENTS.c.published_at.desc(), DOCUMENTS.c.id.desc()).limit(limit)
        with self.store.read() as connection:
            return _document_views(connection, list(connection.execute(query)))

    def count_documents(self, wanted: DocumentFilter) -> int:
        found = _filtered(wanted, self._dialect).where(*scope.documents(self.provinces))
        query = select(func.count()).select_from(found.with_only_columns(DOCUMENTS.c.id).subquery())
        with self.store.read() as connection:
            return connection.scalar(query) or 0

    def readable(self, ids: Sequence[str]) -> set[str]:
        if not self.provinces:
            return set(ids)
        query = select(DOCUMENTS.c.id).where(DOCUMENTS.c.id.in_(ids), *scope.documents(self.provinces))
        with self.store.read() as connection:
            return set(connection.scalars(query))

    def document(self, document_id: str) -> DocumentDetailView | None:
        query = select(DOCUMENTS).where(DOCUMENTS.c.id == document_id, DOCUMENTS.c.relevant)
        query = query.where(*scope.documents(self.provinces))
        with self.store.read() as connection:
            found = _document_views(connection, list(connection.execute(query)))
            comments = comment_count(connection, document_id)
        if not found:
            return None
        same = {f.name: getattr(found[0], f.name) for f in fields(DocumentView)}
        return DocumentDetailView(**same, comments=comments, revisions=self.revisions(document_id))

    def labelled_document(self, document_id: str) -> DocumentView | None:
        named = DOCUMENTS.c.id.in_(select(LABELS.c.document_id).where(LABELS.c.document_id == document_id))
        query = select(DOCUMENTS).where(DOCUMENTS.c.id == document_id, or_(DOCUMENTS.c.relevant, named))
        with self.store.read() as connection:
            found = _document_views(connection, list(connection.execute(query.where(*scope.documents(self.provinces)))))
        return found[0] if found else None

    def stories(
        self, *, after: Cursor | None, limit: int, wanted: DocumentFilter = EVERYTHING, by_start: bool = False
    ) -> list[StoryView]:
        found = readable_stories(self.provinces)
        at = found.c.first_at if by_start else found.c.last_at
        query = select(found).order_by(at.desc(), found.c.id.desc()).limit(limit)
        if wanted != EVERYTHING:
            such = _filtered(wanted, self._dialect).where(*scope.documents(self.provinces))
            query = query.where(found.c.id.in_(such.with_only_columns(DOCUMENTS.c.story_id)))
        if after:
            query = query.where(_before(at, found.c.id, after))
        with self.store.read() as connection:
            return [StoryView(**r._mapping) for r in connection.execute(query)]

    def story(self, story_id: str) -> StoryView | None:
        found = readable_stories(self.provinces)
        with self.store.read() as connection:
            row = connection.execute(select(found).where(found.c.id == story_id)).one_or_none()
        return StoryView(**row._mapping) if row else None

    def alerts(
        self, *, after: Cursor | None, limit: int, wanted: AlertFilter = EVERY_ALERT
    ) -> list[AlertView]:  # fmt: skip
        query = select(ALERTS).where(*_such_alerts(wanted))
        if after:
            query = query.where(_before(ALERTS.c.opened_at, ALERTS.c.id, after))
        return self._alerts(query.order_by(ALERTS.c.opened_at.desc(), ALERTS.c.id.desc()).limit(limit))

    def gravest_alerts(self, wanted: AlertFilter, *, limit: int) -> list[AlertView]:
        order = ALERTS.c.level.desc(), ALERTS.c.opened_at.desc(), ALERTS.c.id.desc()
        return self._alerts(select(ALERTS).where(*_such_alerts(wanted)).order_by(*order).limit(limit))

    def count_alerts(self, wanted: AlertFilter) -> dict[str, int]:
        query = select(ALERTS.c.state, func.count()).where(*_such_alerts(wanted)).group_by(ALERTS.c.state)
        with self.store.read() as connection:
            found = {r[0]: r[1] for r in connection.execute(query.where(*scope.alerts(connection, self.provinces)))}
        return {state: found.get(state, 0) for state in wanted.states or map(str, AlertState)}

    def _alerts(self, query: Select[Any]) -> list[AlertView]:
        with self.store.read() as connection:
            found = connection.execute(query.where(*scope.alerts(connection, self.provinces))).all()
            if not self.provinces:
                return [_alert_view(r) for r in found]
            ids = {d for r in found for d in r.signal["documents"]}
            known = [_title(r) for r in connection.execute(self._evidence(ids))]
            return [_told_within(_alert_view(r), known) for r in found]

    def _evidence(self, ids: Collection[str]) -> Select[Any]:
        return select(DOCUMENTS).where(DOCUMENTS.c.id.in_(ids), *scope.documents(self.provinces))

    def alert(self, alert_id: str) -> AlertDetailView | None:
        with self.store.read() as connection:
            wanted = select(ALERTS).where(ALERTS.c.id == alert_id, *scope.alerts(connection, self.provinces))
            row = connection.execute(wanted).one_or_none()
            if row is None:
                return None
            newest = self._evidence(row.signal["documents"]).order_by(DOCUMENTS.c.published_at.desc())
            events = select(EVENTS).where(EVENTS.c.alert_id == alert_id).order_by(EVENTS.c.id)
            evidence = _evidence_views(connection, row.stream, connection.execute(newest).all())
            detail = AlertDetailView(
                alert=_alert_view(row),
                evidence=evidence,
                timeline=[
                    TimelineView(at=r.at, kind=r.kind, actor=r.actor, text=r.text) for r in connection.execute(events)
                ],
                deliveries=_deliveries(connection, alert_id),
                stories=_stories_of(connection, row, self.provinces),
            )
        if not self.provinces:
            return detail
        known = [e.title for e in detail.evidence]
        timeline = [replace(t, text=unquoted(t.text, known=known)) for t in detail.timeline]
        return replace(detail, alert=_told_within(detail.alert, known), timeline=timeline)

    def summary(
        self, *, since: datetime, until: datetime, group_by: str, wanted: DocumentFilter = EVERYTHING
    ) -> Summary:
        """Origins by group with tone, feedback and the negative share with its interval.

        Raises:
            KeyError: no such grouping (see GROUPS, and `place`, `audience`).
        """
        d = DOCUMENTS.c
        within = _conditions(replace(wanted, since=since, until=until), self._dialect)
        if wanted.feedback:
            within.append(GROUPS["feedback"] == wanted.feedback)
        span = and_(*within, d.story_id.is_not(None), *scope.documents(self.provinces))
        places, people = places_of(until, span), listed(self._dialect, d.audiences)
        group = (GROUPS | {"place": places.c.code, "audience": people.c.value})[group_by]
        origin = d.origin_id == d.id
        counted = {
            "negative": d.tone == "negative", "neutral": d.tone == "neutral", "positive": d.tone == "positive",
            "complaints": FEEDBACK == "complaint", "questions": FEEDBACK == "question",
            "suggestions": FEEDBACK == "suggestion", "praise": FEEDBACK == "praise",
        }  # fmt: skip
        sums = [func.sum(case((origin & condition, 1), else_=0)).label(name) for name, condition in counted.items()]
        origins = func.sum(case((origin, 1), else_=0)).label("documents")
        copies = func.sum(case((origin, 0), else_=1)).label("copies")
        query = select(group.label("name"), origins, copies, *sums).select_from(DOCUMENTS)
        if group_by == "topic":
            query = query.join(TOPICS, TOPICS.c.document_id == d.id)
        if group_by == "place":
            query = query.join(places, places.c.document_id == d.id)
            if mine := [wanted.place] if wanted.place else self.provinces:
                # what else such documents name is told of in part only
                query = query.where(group.in_([c for code in mine for c in carried(code, until)]))
        if group_by == "audience":
            query = query.join(people, true())
        query = query.where(span, group.is_not(None)).group_by(group).order_by(origins.desc(), group)
        with self.store.read() as connection:
            whole = connection.scalar(select(func.count()).where(span, origin)) or 0
            every = replace(EVERYTHING, since=since, until=until, origins=True)
            read = (
                connection.scalar(
                    select(func.count()).where(*_conditions(every, self._dialect), *scope.documents(self.provinces))
                )
                or 0
            )
            measured = connection.scalar(
                select(func.count()).where(COVERAGE.c.start >= since, COVERAGE.c.start < until)
            )  # fmt: skip
            found = [_summary_row(r, group_by, whole) for r in connection.execute(query)]
        return Summary(
            since=since, until=until, group_by=group_by, documents=whole, read=read, hours_measured=measured or 0,
            rows=found,
        )  # fmt: skip

    def feeds(self, feeds: Sequence[Feed], *, now: datetime) -> list[FeedView]:
        with self.store.read() as connection:
            states = {r.id: rows.feed_state(r) for r in connection.execute(select(FEEDS))}
            figures = feed_figures(connection)
        return [_feed_view(f, states.get(f.id), figures.get(f.id), now) for f in scope.feeds(feeds, self.provinces)]

    def version(self) -> tuple[str, ...]:
        d = DOCUMENTS.c
        queries = (
            select(func.max(ALERTS.c.updated_at)),
            select(func.max(EVENTS.c.id)),
            select(func.max(STORIES.c.last_at)),
            select(func.count()).where(d.relevant),
            select(func.max(FEEDS.c.last_polled_at)),
        )
        with self.store.read() as connection:
            return tuple(str(connection.scalar(q)) for q in queries)

    def ready(self) -> str:
        try:
            with self.store.read() as connection:
                revision = connection.scalar(text("select version_num from alembic_version"))
        except SQLAlchemyError as error:
            return f"the database does not answer: {type(error).__name__}"
        if not revision:
            return "the database is not migrated"
        return "" if revision == newest() else "the database is of another version of the program"


def _about(audience: str, dialect: str) -> ColumnElement[bool]:
    people = listed(dialect, DOCUMENTS.c.audiences)
    return select(people.c.value).where(people.c.value == audience).exists()


def _before(at: ColumnElement[Any], key: ColumnElement[Any], cursor: Cursor) -> ColumnElement[bool]:
    return or_(at < cursor.at, (at == cursor.at) & (key < cursor.id))


def _filtered(wanted: DocumentFilter, dialect: str) -> Select[Any]:
    return select(DOCUMENTS).where(*_conditions(wanted, dialect))


def _conditions(wanted: DocumentFilter, dialect: str) -> list[ColumnElement[bool]]:
    d = DOCUMENTS.c
    found: list[ColumnElement[bool]] = [d.relevant]
    equal = {"tone": d.tone, "feedback": d.feedback, "story": d.story_id, "kind": d.source_kind}
    for name, column in equal.items():
        if (value := getattr(wanted, name)) is not None:
            found.append(column == value)
    if wanted.source is not None:
        found.append(or_(d.source_id == wanted.source, d.source_name == wanted.source))
    if wanted.origins:
        found.append(d.origin_id == d.id)
    if wanted.since is not None:
        found.append(d.published_at >= wanted.since)
    if wanted.until is not None:
        found.append(d.published_at < wanted.until)
    if wanted.topic is not None:
        found.append(d.id.in_(select(TOPICS.c.document_id).where(TOPICS.c.topic == wanted.topic)))
    if wanted.audience is not None:
        found.append(_about(wanted.audience, dialect))
    if wanted.place is not None:
        codes = carried(wanted.place, wanted.until)
        found.append(d.id.in_(select(PLACES.c.document_id).where(PLACES.c.code.in_(codes))))
    return [*found, *with_words(wanted.query)]


def _document_views(connection: Connection, found: Sequence[Row[Any]]) -> list[DocumentView]:
    ids = [r.id for r in found]
    topics: dict[str, list[str]] = defaultdict(list)
    places: dict[str, list[PlaceView]] = defaultdict(list)
    for r in connection.execute(select(TOPICS).where(TOPICS.c.document_id.in_(ids)).order_by(TOPICS.c.topic)):
        topics[r.document_id].append(r.topic)
    for r in connection.execute(select(PLACES).where(PLACES.c.document_id.in_(ids)).order_by(PLACES.c.code)):
        places[r.document_id].append(PlaceView(code=r.code, name=r.name))
    corrections: dict[str, list[str]] = defaultdict(list)
    for r in connection.execute(select(LABELS).where(LABELS.c.document_id.in_(ids)).order_by(LABELS.c.question)):
        if r.answer != r.machine:
            corrections[r.document_id].append(r.question)
    same = (
        "id", "url", "title", "excerpt", "kind", "source_id", "publisher", "published_at", "date_source",
        "first_seen_at", "partial", "relevance", "tone", "tone_score", "feedback", "axis", "audiences", "protected",
        "story_id", "model",
    )  # fmt: skip
    return [
        DocumentView(
            **{name: getattr(r, name) for name in same},
            source=r.source_name,
            topics=topics[r.id],
            places=places[r.id],
            copy_of=r.origin_id if r.origin_id not in (None, r.id) else None,
            corrected=corrections[r.id],
        )
        for r in found
    ]


def _such_alerts(wanted: AlertFilter) -> list[ColumnElement[bool]]:
    a = ALERTS.c
    # one that has ended has no level any more; how grave it was is its peak
    ended = a.state.in_([str(s) for s in AlertState if s.ended])
    found: list[ColumnElement[bool]] = [case((ended, a.peak_level), else_=a.level) >= wanted.min_level]
    if wanted.states:
        found.append(a.state.in_(wanted.states))
    if wanted.topic is not None:
        stream = f"topic:{wanted.topic}"
        found.append(or_(a.stream == stream, a.stream.startswith(f"{stream}@", autoescape=True)))
    if wanted.place is not None:
        found.append(scope.watched_in(carried(wanted.place, wanted.until)))
    if wanted.assigned_to is not None:
        found.append(func.coalesce(a.handling["assigned_to"].as_string(), "") == wanted.assigned_to)
    if wanted.since is not None:
        found.append(a.opened_at >= wanted.since)
    if wanted.until is not None:
        found.append(a.opened_at < wanted.until)
    return found


def _alert_view(r: Row[Any]) -> AlertView:
    same = (
        "id", "stream", "level", "peak_level", "proposed", "state", "headline", "why", "quiet_if", "opened_at",
        "updated_at", "acknowledged_at", "acknowledged_by",
    )  # fmt: skip
    figures = ("value", "expected", "unusual", "harmful", "sure", "origins", "sources", "coverage")
    stream, signal = parse(r.stream), rows.signal(r.signal)
    told, handling = signal.told, rows.handling(r.handling)
    return AlertView(
        topic=TOPIC_NAMES.get(stream.topic or "", WIDER[stream.kind]),
        place=stream.place,
        **{name: getattr(r, name) for name in same},
        **{name: r.signal[name] for name in figures},
        verdict=rows.verdict_view(handling),
        assigned_to=handling.assigned_to,
        chance=r.signal.get("chance"),
        told_at=signal.at,
        told_hours=told.hours,
        told_value=told.value,
        told_expected=told.expected,
    )


def _told_within(alert: AlertView, known: Sequence[str]) -> AlertView:
    """Without titles of publications beyond these: the alert may stand on others too."""
    return replace(alert, headline=unquoted(alert.headline, known=known), why=unquoted(alert.why, known=known))


def _title(r: Row[Any]) -> str:
    title: str = r.title or r.excerpt[:120]
    return title


def _evidence_views(connection: Connection, stream: str, found: Sequence[Row[Any]]) -> list[EvidenceView]:
    """Evidence of an alert; of one about a province, what does not name it comes last."""
    place = parse(stream).place
    named = select(PLACES.c.document_id).where(PLACES.c.code == place, PLACES.c.document_id.in_([r.id for r in found]))
    here = set(connection.scalars(named)) if place else {r.id for r in found}
    views = [
        EvidenceView(
            id=r.id, title=_title(r), source=r.source_name, url=r.url, published_at=r.published_at,
            press=rows.is_press(r), elsewhere=r.id not in here,
        )
        for r in found
    ]  # fmt: skip
    return sorted(views, key=lambda e: e.elsewhere)


def _stories_of(connection: Connection, alert: Row[Any], provinces: Sequence[str]) -> list[StoryView]:
    """Stories that the evidence of an alert is of, those with the most of it first."""
    d, mine = DOCUMENTS.c, [DOCUMENTS.c.id.in_(alert.signal["documents"]), *scope.documents(provinces)]
    counts = select(d.story_id.label("id"), func.count().label("n")).where(*mine).group_by(d.story_id).subquery()
    found = readable_stories(provinces)
    query = select(found).join(counts, counts.c.id == found.c.id)
    query = query.order_by(counts.c.n.desc(), found.c.last_at.desc(), found.c.id).limit(STORIES_NAMED)
    return [StoryView(**r._mapping) for r in connection.execute(query)]


def _deliveries(connection: Connection, alert_id: str) -> list[DeliveryView]:
    last = select(DELIVERIES.c.notification_id, func.max(DELIVERIES.c.id).label("id"))
    newest = last.group_by(DELIVERIES.c.notification_id).subquery()
    query = (
        select(OUTBOX, DELIVERIES.c.detail, DELIVERIES.c.outcome, DELIVERIES.c.at)
        .outerjoin(newest, newest.c.notification_id == OUTBOX.c.id)
        .outerjoin(DELIVERIES, DELIVERIES.c.id == newest.c.id)
        .where(OUTBOX.c.alert_id == alert_id)
        .order_by(OUTBOX.c.id)
    )
    return [
        DeliveryView(
            recipient=r.recipient,
            channel=r.channel,
            state=r.state,
            attempts=r.attempts,
            last_detail=r.detail or "",
            updated_at=r.at or r.created_at,
            last_outcome=r.outcome or "",
        )
        for r in connection.execute(query)
    ]


def _summary_row(r: Row[Any], group_by: str, whole: int) -> SummaryRow:
    share, low, high = share_if_known(r.negative, r.documents)
    few = group_by == "place" and r.documents < MIN_DOCUMENTS
    of_all, of_all_low, of_all_high = (None, None, None) if few else share_if_known(r.documents, whole)
    label = LABELS_OF.get(group_by, {}).get(r.name, r.name)
    figures = {k: v for k, v in r._mapping.items() if k != "name"}
    return SummaryRow(
        group=r.name, label=label, negative_share=share, low=low, high=high, share=of_all, share_low=of_all_low,
        share_high=of_all_high, **figures,
    )  # fmt: skip


def _feed_view(feed: Feed, state: FeedState | None, figures: FeedFigures | None, now: datetime) -> FeedView:
    return FeedView(
        id=feed.id,
        source=feed.source.name,
        section=feed.section,
        url=feed.url,
        verified=feed.verified,
        enabled=feed.enabled,
        health=str(feed_health(state, now, warning=figures.warning if figures else "")),
        outcome=state.outcome if state else "",
        last_polled_at=state.last_polled_at if state else None,
        last_success_at=state.last_success_at if state else None,
        next_poll_at=state.next_poll_at if state else None,
        failures=state.failures if state else 0,
        refusals=state.refusals if state else 0,
        empties=state.empties if state else 0,
        entries_seen=state.entries_seen if state else 0,
        newest_item_at=state.newest_item_at if state else None,
        figures=figures,
    )
