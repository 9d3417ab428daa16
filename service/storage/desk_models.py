"""What the pages and the API of the desk and of the review read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select, tuple_

from service.alerting.lifecycle import allowed
from service.domain.desk import AlertFigures, HandlingView
from service.domain.findings import (
    DecisionView,
    FindingDetailView,
    FindingState,
    FindingView,
    Measure,
    Move,
    WarningView,
)
from service.domain.indicators import PeriodFacts
from service.domain.warning import AlertState
from service.insight.formulas import false_alarms, minutes_closed, minutes_seen, minutes_statement
from service.review.reasons import cut
from service.storage import rows, scope
from service.storage.engine import SqlStore
from service.storage.insight_models import alert_facts
from service.storage.review_tables import finding_of
from service.storage.schema import (
    AlertEventRow,
    AlertRow,
    DocumentRow,
    FindingDecisionRow,
    FindingRow,
    WarningReceiptRow,
)
from service.storage.sql import table

ALERTS, EVENTS, DOCUMENTS = table(AlertRow), table(AlertEventRow), table(DocumentRow)
FINDINGS, DECISIONS, RECEIPTS = table(FindingRow), table(FindingDecisionRow), table(WarningReceiptRow)
LIVE = [str(s) for s in AlertState if not s.ended]
MINUTE = 60.0
MEASURES = {Move.PROPOSE_WARNING: Measure.WARNING, Move.PROPOSE_CORRECTION: Measure.CORRECTION}
OF_WARNINGS = (*MEASURES, Move.PUBLISH, Move.CORRECT_PLACE, Move.RETRACT)


class SqlDeskModels:
    """See service.ports.desk.DeskModels."""

    store: SqlStore
    provinces: tuple[str, ...]

    def handling(self, alert_id: str) -> HandlingView | None:
        with self.store.read() as connection:
            wanted = select(ALERTS).where(ALERTS.c.id == alert_id, *scope.alerts(connection, self.provinces))
            row = connection.execute(wanted).one_or_none()
            if row is None:
                return None
            # few alerts are ended by people within reach of one that is looked at
            near = select(ALERTS.c.id, ALERTS.c.handling).where(
                ALERTS.c.state == str(AlertState.CLOSED), ALERTS.c.closed_at >= row.opened_at
            )
            merged = [
                r.id
                for r in connection.execute(near.order_by(ALERTS.c.closed_at).limit(2000))
                if r.handling and r.handling["merged_into"] == alert_id
            ]
        return _handling_view(row, merged, self.provinces)

    def alert_figures(self, *, since: datetime, until: datetime) -> AlertFigures:
        with self.store.read() as connection:
            found = alert_facts(connection, self.provinces, since, until)
        facts = PeriodFacts(since=since, until=until, as_of=until, provinces=self.provinces, alerts=found, hours={})
        seen, stated, closed = minutes_seen(facts, {}), minutes_statement(facts, {}), minutes_closed(facts)
        merged = sum(a.merged for a in found)
        ended = sum(a.ended for a in found if not a.merged)
        false = false_alarms(facts, {})
        return AlertFigures(
            since=since,
            until=until,
            opened=len(found),
            ended=ended,
            judged=int(false.denominator or 0),
            dismissed=int(false.numerator or 0),
            merged=merged,
            share=false.value,
            low=false.low,
            high=false.high,
            median_seen=seen.value,
            seen=int(seen.numerator or 0),
            seen_of=int(seen.denominator or 0),
            median_statement=stated.value,
            stated=int(stated.numerator or 0),
            stated_of=int(stated.denominator or 0),
            median_closed=closed.value,
            closed=int(closed.numerator or 0),
            closed_of=int(closed.denominator or 0),
        )

    def alert_moves(
        self, kinds: Sequence[str], *, since: datetime, until: datetime
    ) -> dict[str, dict[str, datetime]]:  # fmt: skip
        e, found = EVENTS.c, defaultdict[str, dict[str, datetime]](dict)
        with self.store.read() as connection:
            query = select(e.alert_id, e.kind, func.max(e.at).label("at")).join(ALERTS, ALERTS.c.id == e.alert_id)
            query = query.where(e.kind.in_(kinds), e.at >= since, e.at < until)
            query = query.where(*scope.alerts(connection, self.provinces)).group_by(e.alert_id, e.kind)
            for r in connection.execute(query.order_by(func.max(e.at), e.kind)):
                found[r.alert_id][r.kind] = r.at
        return dict(found)

    def findings(self, *, states: Sequence[str], before: str | None, limit: int) -> list[FindingView]:
        query = _with_documents(self.provinces).where(FINDINGS.c.state.in_(states))
        # what is of one publication was found together and stands together
        order = (FINDINGS.c.created_at, FINDINGS.c.document_id, FINDINGS.c.id)
        query = query.order_by(*(c.desc() for c in order))
        with self.store.read() as connection:
            if before is not None:
                last = connection.execute(select(FINDINGS).where(FINDINGS.c.id == before)).one_or_none()
                if last is None:
                    return []
                query = query.where(tuple_(*order) < (last.created_at, last.document_id, last.id))
            found = list(connection.execute(query.limit(limit)))
            copies = _copies(connection, found)
        return [_finding_view(r, copies.get((r.origin_id, r.limb), 1) - 1) for r in found]

    def finding(self, finding_id: str) -> FindingDetailView | None:
        with self.store.read() as connection:
            row = connection.execute(_with_documents(self.provinces).where(FINDINGS.c.id == finding_id)).one_or_none()
            if row is None:
                return None
            own = _decisions(connection, DECISIONS.c.finding_id == finding_id)
            near = _decisions(connection, DECISIONS.c.finding_id.in_(_neighbours(row, self.provinces)))
        finding = finding_of(row)
        text = row.text or None
        return FindingDetailView(
            finding=finding,
            title=row.title,
            url=row.url,
            source=row.source_name,
            kind=row.kind,
            protected=row.protected,
            protected_section=row.protected_section,
            text=text,
            excerpt=row.excerpt,
            parts=cut(text, finding.evidence) if text else [],
            decisions=own,
            near_copies=near,
        )

    def warnings(self, *, limit: int) -> list[WarningView]:
        d = DECISIONS.c
        newest = select(d.finding_id).where(d.move == str(Move.PUBLISH)).order_by(d.id.desc()).limit(limit)
        decided = select(DECISIONS, FINDINGS.c.limb, FINDINGS.c.cited).join(FINDINGS, FINDINGS.c.id == d.finding_id)
        decided = decided.where(d.finding_id.in_(newest), d.move.in_([str(m) for m in OF_WARNINGS])).order_by(d.id)
        receipts = select(RECEIPTS).where(RECEIPTS.c.finding_id.in_(newest)).order_by(RECEIPTS.c.at)
        with self.store.read() as connection:
            found = publications(list(connection.execute(decided)))
            for r in connection.execute(receipts):
                # of the text that was published then
                mine = [w for w in found if w.finding_id == r.finding_id and w.published_at <= r.at]
                if mine:
                    mine[-1].received_by.append(r.email)
        return found[::-1][:limit]

    def finding_counts(self) -> dict[str, int]:
        query = select(FINDINGS.c.state, func.count()).join(DOCUMENTS, DOCUMENTS.c.id == FINDINGS.c.document_id)
        query = query.where(*scope.documents(self.provinces)).group_by(FINDINGS.c.state)
        with self.store.read() as connection:
            found = {r[0]: r[1] for r in connection.execute(query)}
        return {str(state): found.get(str(state), 0) for state in FindingState}


def publications(decisions: Iterable[Row[Any]]) -> list[WarningView]:
    """What findings published, oldest first, with what became of it.

    Args:
        decisions: of `OF_WARNINGS`, in their order, each with limb and citation of its finding as they are now.
    """
    made: list[WarningView] = []
    measures: dict[str, Measure] = {}
    latest: dict[str, int] = {}
    for d in decisions:
        move, key = Move(d.move), d.finding_id
        if move in MEASURES:
            measures[key] = MEASURES[move]
        elif move is Move.PUBLISH:
            latest[key] = len(made)
            made.append(WarningView(
                finding_id=key, limb=d.limb, measure=str(measures[key]), text=d.text, cited=d.cited, where=d.reason,
                published_at=d.at, received_by=[],
            ))  # fmt: skip
        elif move is Move.CORRECT_PLACE:
            made[latest[key]] = replace(made[latest[key]], where=d.reason)
        else:
            made[latest[key]] = replace(
                made[latest[key]], cited="", retracted_at=d.at, retracted_by=d.actor, retracted_why=d.reason
            )
    return made


def _handling_view(row: Row[Any], merged: list[str], provinces: Sequence[str]) -> HandlingView:
    alert = rows.alert(row)
    done, handling = allowed(alert, provinces), alert.handling
    waiting = alert.state is AlertState.OPEN and handling.fired_at is not None
    following = handling.steps[handling.escalated :] if waiting else ()
    return HandlingView(
        assigned_to=handling.assigned_to,
        statement=handling.statement,
        reason=handling.reason,
        ended_by=handling.ended_by,
        merged_into=handling.merged_into,
        merged=merged,
        verdict=rows.verdict_view(handling),
        detected_at=alert.opened_at,
        seen_at=alert.acknowledged_at,
        statement_at=handling.statement_at,
        closed_at=alert.closed_at,
        minutes_seen=_minutes(alert.opened_at, alert.acknowledged_at),
        minutes_statement=_minutes(alert.opened_at, handling.statement_at),
        minutes_closed=_minutes(alert.opened_at, alert.closed_at),
        escalated=handling.escalated,
        next_step_at=handling.fired_at + following[0].after if following and handling.fired_at else None,
        can=sorted(str(v) for v in done),
    )


def _minutes(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else round((end - start).total_seconds() / MINUTE, 1)


def _with_documents(provinces: Sequence[str]) -> Select[Any]:
    d = DOCUMENTS.c
    columns = (
        d.title, d.url, d.source_name, d.kind, d.protected, d.protected_section, d.text, d.excerpt, d.origin_id,
        d.story_id,
    )  # fmt: skip
    found = select(FINDINGS, *columns).join(DOCUMENTS, d.id == FINDINGS.c.document_id)
    return found.where(*scope.documents(provinces))


def _copies(connection: Connection, found: Sequence[Row[Any]]) -> dict[tuple[str, str], int]:
    """Findings by origin and limb, for the origins of these rows."""
    origins = {r.origin_id for r in found if r.origin_id}
    query = select(DOCUMENTS.c.origin_id, FINDINGS.c.limb, func.count()).join(
        FINDINGS, FINDINGS.c.document_id == DOCUMENTS.c.id
    )
    query = query.where(DOCUMENTS.c.origin_id.in_(origins)).group_by(DOCUMENTS.c.origin_id, FINDINGS.c.limb)
    return {(origin, limb): count for origin, limb, count in connection.execute(query)}


def _neighbours(row: Row[Any], provinces: Sequence[str]) -> Select[Any]:
    """Other findings on the same publication and its copies, and of the same limb on others of its story."""
    d = DOCUMENTS.c
    near = or_(
        FINDINGS.c.document_id == row.document_id,
        and_(d.origin_id.is_not(None), d.origin_id == row.origin_id),
        and_(d.story_id.is_not(None), d.story_id == row.story_id, FINDINGS.c.limb == row.limb),
    )
    query = select(FINDINGS.c.id).join(DOCUMENTS, d.id == FINDINGS.c.document_id)
    return query.where(FINDINGS.c.id != row.id, near, *scope.documents(provinces))


def _decisions(connection: Connection, condition: Any) -> list[DecisionView]:
    query = select(DECISIONS, FINDINGS.c.limb).join(FINDINGS, FINDINGS.c.id == DECISIONS.c.finding_id).where(condition)
    query = query.order_by(DECISIONS.c.id.desc()).limit(50)
    names = DecisionView.__slots__
    return [DecisionView(**{n: getattr(r, n) for n in names}) for r in connection.execute(query)]


def _finding_view(r: Row[Any], copies: int) -> FindingView:
    same = (
        "id", "document_id", "limb", "score", "state", "measure", "title", "excerpt", "kind", "content_at",
        "created_at", "due_at", "proposed_by", "moves",
    )  # fmt: skip
    return FindingView(**{n: getattr(r, n) for n in same}, source=r.source_name, copies=max(0, copies))
