"""How the stream of an alert recovers, as a whole and in the provinces it was loudest in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.alerting import wording
from service.alerting.context import outlets, unanswered
from service.alerting.fact_file import KnownFact, facts_on
from service.alerting.responses import Plan, Time, plan_for
from service.domain.streams import HOUR, StreamDocument, StreamKind, bin_start, parse
from service.domain.views import AlertDetailView, EvidenceView
from service.domain.warning import Alert
from service.insight.periods import today
from service.insight.recovery import Recovery, curve, recover, usual_day
from service.ports import Clock
from service.ports.read_models import ReadModels
from service.ports.storage import Store, Transaction
from service.usecases.explain import evidence_view

BEFORE = timedelta(hours=24)
LONGEST = timedelta(days=30)
HISTORY = timedelta(days=30)
MOST_PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRecovery:
    """How one province recovers.

    Attributes:
        code, name: of the province.
        recovery: of what names the province.
    """

    code: str
    name: str
    recovery: Recovery


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """Recovery and plan of an alert.

    Attributes:
        alert: the alert as it is kept, with its signal.
        name: the alert's stream in words.
        topic: id of the topic; None where the stream is of none.
        recovery: of the alert's stream.
        places: of the provinces named most.
        outlets: where the story lives: name and number of publications from a day before the alert to the end of its
            relapse watch.
        more_outlets: how many others published less.
        press: what the press has published on the topic in the province, or in the story, that the alert is about,
            since the first criticism and besides its evidence; newest first.
        unanswered: open questions then, or now.
        plan: what is proposed for now.
        after: what to do and say once it ebbs.
        facts: of the topic, valid today, for answers and corrections.
    """

    alert: Alert
    name: str
    topic: str | None
    recovery: Recovery
    places: Sequence[PlaceRecovery]
    outlets: Sequence[tuple[str, int]]
    more_outlets: int
    press: Sequence[EvidenceView]
    unanswered: int
    plan: Plan
    after: Plan
    facts: Sequence[KnownFact]


def aftermath(alert_id: str, *, read: ReadModels, store: Store, clock: Clock) -> Aftermath | None:
    """What came after an alert opened, and what is proposed, of what `read` may read; None where it may read no such
    alert. The curve is that of the alert's stream, as its figures are."""
    detail = read.alert(alert_id)
    with store.snapshot() as tx:
        alert = tx.alert(alert_id)
        if detail is None or alert is None:
            return None
        alert = _readable(alert, detail, read)
        opened = bin_start(alert.opened_at, HOUR)
        now = max(opened, min(bin_start(clock.now(), HOUR), opened + LONGEST))
        found = tx.stream_documents(alert.stream, since=opened - BEFORE, until=now + HOUR)
        documents = _within(found, read.limits())
        recovery = _recovery(tx, alert.stream, documents, opened, now)
        # what comes after the watch is another matter, with an alert of its own
        until = min(now, recovery.watch_until or now)
        documents = [d for d in documents if d.published_at < until + HOUR]
        named, others = outlets(documents)
        topics = tx.topics_of(alert.signal.documents)
        topic = parse(alert.stream).topic or (topics[0] if topics else None)
        watch_until = recovery.watch_until if recovery.told else None
        return Aftermath(
            alert=alert,
            name=_name(tx, alert, detail, read),
            topic=topic,
            recovery=recovery,
            places=_places(tx, alert, documents, opened, until),
            outlets=named,
            more_outlets=others,
            press=_press(tx, alert, documents),
            unanswered=unanswered(documents, until + HOUR),
            plan=plan_for(alert, topic=topic, watch_until=watch_until),
            after=plan_for(alert, Time.AFTER, topic=topic, watch_until=watch_until),
            facts=facts_on(today(clock.now()), topic),
        )


def _readable(alert: Alert, detail: AlertDetailView, read: ReadModels) -> Alert:
    """The alert with documents, and the titles of documents, that may be read only."""
    if not read.limits():
        return alert
    readable = {e.id for e in detail.evidence}
    documents = tuple(d for d in alert.signal.documents if d in readable)
    mine = replace(alert, signal=replace(alert.signal, documents=documents))
    return wording.told_within(mine, known=(e.title for e in detail.evidence))


def _name(tx: Transaction, alert: Alert, detail: AlertDetailView, read: ReadModels) -> str:
    name = wording.stream_name(alert.stream, subject=tx.subject_of(alert.stream))
    return wording.unquoted(name, known=[e.title for e in detail.evidence]) if read.limits() else name


def _within(documents: Sequence[StreamDocument], provinces: Sequence[str]) -> Sequence[StreamDocument]:
    """Documents that name one of the provinces, and of the places they name these only; none given: all."""
    if not provinces:
        return documents
    mine = ((d, tuple(p for p in d.places if p in provinces)) for d in documents)
    return [replace(d, places=places) for d, places in mine if places]


def _recovery(
    tx: Transaction, stream: str, documents: Sequence[StreamDocument], opened: datetime, now: datetime
) -> Recovery:
    bins = tx.bins(stream, since=opened - HISTORY, until=now + HOUR)
    negative = {b.start: b.value for b in bins}
    asked = _open_questions(documents, opened - BEFORE, now)
    points = curve(negative, {b.start: b.total for b in bins}, asked, since=opened - BEFORE, until=now)
    return recover(points, usual_day(negative, until=opened - BEFORE))


def _press(tx: Transaction, alert: Alert, documents: Sequence[StreamDocument]) -> list[EvidenceView]:
    """Articles that report what is criticised are neutral mostly, and so no evidence. Streams that are of more than one
    matter hold others' too."""
    first = next((d.published_at for d in documents if d.negative), None)
    if first is None or parse(alert.stream).kind not in (StreamKind.TOPIC_PLACE, StreamKind.STORY):
        return []
    ids = {d.id for d in documents if d.published_at >= first and not d.official}.difference(alert.signal.documents)
    at = alert.signal.at
    found = tx.evidence(alert.stream, since=at, until=at, limit=None, also=ids) if ids else []
    return [evidence_view(e) for e in found if e.press]


def _open_questions(documents: Sequence[StreamDocument], since: datetime, until: datetime) -> dict[datetime, int]:
    """Open questions after each hour in which something was published; documents come oldest first."""
    found: dict[datetime, int] = {}
    open_now = 0
    for d in documents:
        if d.official:
            open_now = 0
        elif d.feedback == "question" and not d.is_copy:
            open_now += 1
        if since <= d.published_at <= until + HOUR:
            found[bin_start(d.published_at, HOUR)] = open_now
    return found


def _places(
    tx: Transaction, alert: Alert, documents: Sequence[StreamDocument], opened: datetime, now: datetime
) -> list[PlaceRecovery]:
    if parse(alert.stream).kind not in (StreamKind.TOPIC, StreamKind.ALL):
        return []
    loudest = Counter(code for d in documents if d.negative and not d.is_copy for code in d.places)
    found = []
    for code, _ in loudest.most_common(MOST_PLACES):
        stream = f"{alert.stream}@{code}" if alert.stream != "all" else f"place:{code}"
        mine = [d for d in documents if code in d.places]
        recovery = _recovery(tx, stream, mine, opened, now)
        found.append(PlaceRecovery(code=code, name=tx.subject_of(stream) or code, recovery=recovery))
    return found
