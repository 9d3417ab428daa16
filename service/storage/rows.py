"""Rows to domain values and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from service.domain.desk import VerdictView
from service.domain.documents import DateSource, Document, DocumentKind
from service.domain.fetching import Failed, FailureKind, FeedState, HostRest, RefusalKind, Refused
from service.domain.intents import DocumentIntent
from service.domain.judgement import Axis, Feedback, Judgement, Place, Tone
from service.domain.sources import Source, SourceKind
from service.domain.text import syllables
from service.domain.warning import Alert, AlertState, EscalationStep, Handling, Level, Signal, Verdict

HANDLING_TIMES = ("statement_at", "fired_at", "told_at", "eased_at")


def feed_state(row: Row[Any]) -> FeedState:
    values = dict(row._mapping)
    return FeedState(feed_id=values.pop("id"), interval=timedelta(seconds=values.pop("interval_seconds")), **values)


def feed_values(state: FeedState) -> dict[str, Any]:
    values = {name: getattr(state, name) for name in state.__slots__ if name not in ("feed_id", "interval")}
    return {"id": state.feed_id, "interval_seconds": int(state.interval.total_seconds()), **values}


def host_rest(row: Row[Any]) -> HostRest:
    refused = row.kind in {str(kind) for kind in RefusalKind}
    said = (
        Refused(kind=RefusalKind(row.kind), detail=row.detail)
        if refused
        else Failed(kind=FailureKind(row.kind), detail=row.detail)
    )
    return HostRest(origin=row.origin, said=said, at=row.at, until=row.until)


def host_rest_values(rest: HostRest) -> dict[str, Any]:
    said = {"kind": str(rest.said.kind), "detail": rest.said.detail}
    return {"origin": rest.origin, "at": rest.at, "until": rest.until, **said}


def document_values(intent: DocumentIntent) -> dict[str, Any]:
    document, judgement, source = intent.document, intent.judgement, intent.source
    return {
        "id": document.id,
        "url": document.url,
        "feed_id": document.feed_id,
        "source_id": source.id,
        "source_name": source.name,
        "publisher": source.publisher,
        "source_kind": str(source.kind),
        "reach": source.reach,
        "kind": str(document.kind),
        "title": document.title,
        "text": document.text,
        "excerpt": document.excerpt,
        "folded": syllables(f"{document.title} {document.excerpt}"),
        "language": document.language,
        "published_at": document.published_at,
        "date_source": str(document.date_source),
        "first_seen_at": document.first_seen_at,
        "protected_section": document.protected_section,
        "partial": document.partial,
        "page_due_at": intent.page_due_at,
        "page_tries": intent.page_tries,
        "relevant": judgement.relevant,
        "relevance": judgement.relevance,
        "tone": judgement.tone,
        "tone_score": judgement.tone_score,
        "feedback": judgement.feedback,
        "axis": judgement.axis,
        "audiences": list(judgement.audiences),
        "protected": judgement.protected,
        "model": judgement.model,
    }


def is_press(row: Row[Any]) -> bool:
    """An article of the press outside sections of readers: its title is not the words of a private person."""
    article = row.kind == DocumentKind.ARTICLE and bool(row.title) and SourceKind(row.source_kind).is_press
    return article and not row.protected_section


def document_intent(row: Row[Any], topics: tuple[str, ...], places: tuple[Place, ...]) -> DocumentIntent:
    return DocumentIntent(
        document=Document(
            id=row.id,
            url=row.url,
            feed_id=row.feed_id,
            source_id=row.source_id,
            kind=DocumentKind(row.kind),
            title=row.title,
            text=row.text or "",
            excerpt=row.excerpt,
            published_at=row.published_at,
            date_source=DateSource(row.date_source),
            first_seen_at=row.first_seen_at,
            protected_section=row.protected_section,
            partial=row.partial,
            language=row.language,
            topics=topics,
        ),
        judgement=Judgement(
            id=row.id,
            relevant=row.relevant,
            relevance=row.relevance,
            tone=Tone(row.tone) if row.tone else None,
            tone_score=row.tone_score,
            feedback=Feedback(row.feedback) if row.feedback else None,
            axis=Axis(row.axis) if row.axis else None,
            topics=topics,
            audiences=tuple(row.audiences),
            places=places,
            protected=row.protected,
            denunciation=False,
            model=row.model,
        ),
        source=Source(
            id=row.source_id,
            name=row.source_name,
            kind=SourceKind(row.source_kind),
            publisher=row.publisher,
            reach=row.reach,
        ),
        page_due_at=row.page_due_at,
        page_tries=row.page_tries,
    )


def signal_values(signal: Signal) -> dict[str, Any]:
    return {
        **asdict(signal),
        "at": signal.at.isoformat(),
        "documents": list(signal.documents),
        "reasons": list(signal.reasons),
    }


def signal(values: dict[str, Any]) -> Signal:
    lists = {name: tuple(values.get(name, ())) for name in ("documents", "reasons")}
    asked = Level(values.get("asked", 0))
    return Signal(**{**values, **lists, "at": datetime.fromisoformat(values["at"]), "asked": asked})


def alert_values(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "stream": alert.stream,
        "level": int(alert.level),
        "peak_level": int(alert.peak_level),
        "state": str(alert.state),
        "proposed": alert.proposed,
        "headline": alert.headline,
        "why": alert.why,
        "quiet_if": alert.quiet_if,
        "signal": signal_values(alert.signal),
        "opened_at": alert.opened_at,
        "updated_at": alert.updated_at,
        "acknowledged_at": alert.acknowledged_at,
        "acknowledged_by": alert.acknowledged_by,
        "closed_at": alert.closed_at,
        "handling": handling_values(alert.handling),
    }


def handling_values(handling: Handling) -> dict[str, Any]:
    values = asdict(handling)
    for name in HANDLING_TIMES:
        values[name] = values[name].isoformat() if values[name] else None
    if handling.verdict:
        values["verdict"] |= {"level": int(handling.verdict.level), "at": handling.verdict.at.isoformat()}
    values["level_then"] = None if handling.level_then is None else int(handling.level_then)
    values["steps"] = [{"after": s.after.total_seconds(), "tell": list(s.tell)} for s in handling.steps]
    return values


def verdict_view(found: Handling) -> VerdictView | None:
    """What a person last said of a level, as pages and the API show it."""
    said = found.verdict
    return VerdictView(level=int(said.level), confirmed=said.confirmed, by=said.by, at=said.at) if said else None


def handling(values: dict[str, Any] | None) -> Handling:
    """Of the column; alerts from before it have none."""
    if not values:
        return Handling()
    times = {n: datetime.fromisoformat(kept) if (kept := values.get(n)) else None for n in HANDLING_TIMES}
    said, steps = values["verdict"], values["steps"]
    verdict = said and Verdict(**{**said, "level": Level(said["level"]), "at": datetime.fromisoformat(said["at"])})
    taken = tuple(EscalationStep(after=timedelta(seconds=s["after"]), tell=tuple(s["tell"])) for s in steps)
    then = values.get("level_then")
    level_then = None if then is None else Level(then)
    return Handling(**{**values, **times, "verdict": verdict or None, "steps": taken, "level_then": level_then})


def alert(row: Row[Any]) -> Alert:
    return Alert(
        id=row.id,
        stream=row.stream,
        level=Level(row.level),
        peak_level=Level(row.peak_level),
        state=AlertState(row.state),
        proposed=row.proposed,
        headline=row.headline,
        why=row.why,
        quiet_if=row.quiet_if,
        signal=signal(row.signal),
        opened_at=row.opened_at,
        updated_at=row.updated_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        closed_at=row.closed_at,
        handling=handling(row.handling),
    )
