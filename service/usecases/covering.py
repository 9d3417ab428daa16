"""Which alerts tell already of what a stream shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from service.domain.streams import HOUR, StreamKind, parse
from service.domain.warning import Alert, still_usual
from service.ports.storage import Transaction
from service.usecases.assess import EVIDENCE, Assessment, Assessor

SAME = 2 / 3  # share of an alert's documents that makes two alerts tell of the same thing
WIDE = (StreamKind.ALL, StreamKind.PLACE)  # these hold several matters at once
SPANS = (EVIDENCE, 3 * EVIDENCE)  # what is shown, and the longest sum that a score may stand on

Beside = tuple[Sequence[Alert], Sequence[Alert]]
NONE: Beside = ((), ())


def beside(tx: Transaction, stream: str, *, since: datetime) -> Beside:
    """Alerts of other streams, open or ended since; and those merged into one of them: what told of the same as they
    did is told there."""
    just_ended = [a for a in tx.ended_alerts(since=since) if not a.handling.merged_into]
    others = [a for a in [*tx.live_alerts(), *just_ended] if a.stream != stream]
    return others, tx.merged_alerts(into=[a.id for a in others])


def read_evidence(tx: Transaction, near: Beside, assessed: Sequence[Assessment], assessor: Assessor) -> None:
    """Read what `covering` will ask for, before the unit of work begins in which nobody else can write."""
    ends = [a.signal.at + HOUR for a in assessed]
    streams = {s for alerts in near for a in alerts for s in _streams_of(a)}
    wide = {a.signal.stream for a in assessed if parse(a.signal.stream).kind in WIDE}
    for span in SPANS if wide else SPANS[:1]:
        for stream in sorted(streams | wide) if ends and streams else ():
            for until in (min(ends), max(ends)):
                assessor.evidence(tx, stream, until=until, span=span)


def covering(
    tx: Transaction,
    found: Assessment,
    own: Alert | None,
    near: Beside,
    assessor: Assessor,
    usual: Mapping[str, float],
) -> list[Alert]:
    """Alerts of other streams that tell of the same, open or just ended, gravest first.

    First of all that which a person has merged this stream's alert into, or that of its topic; then the open one about
    the province that is told of: the press may report there what counts of criticism do not hold.

    Args:
        own: the last alert of the stream itself.
        usual: negative origins of a usual day by stream, of those with an open alert.
    """
    same = _same(tx, found, near, assessor, usual) if found.signal.documents else []
    of_topic = tx.last_alert(f"topic:{found.topic}") if found.topic else None
    of_place = tx.last_alert(found.local) if found.local else None
    if of_place is not None and not of_place.state.ended and of_place.id not in {a.id for a in same}:
        same.insert(0, of_place)
    for merged in (of_place, of_topic, own):
        merged_into = merged.handling.merged_into if merged else None
        if merged_into and (target := tx.alert(merged_into)) is not None and not target.state.ended:
            same.insert(0, target)
    return same


def _same(
    tx: Transaction, found: Assessment, near: Beside, assessor: Assessor, usual: Mapping[str, float]
) -> list[Alert]:
    others, merged = [[a for a in alerts if not _is_beyond(found, a)] for alerts in near]
    stream, until = found.signal.stream, found.signal.at + HOUR
    wide = parse(stream).kind in WIDE
    for span in SPANS if wide and others else SPANS[:1]:
        mine = set(found.signal.documents)
        if span != EVIDENCE:
            mine = {e.document_id for e in assessor.evidence(tx, stream, until=until, span=span)}
        shared: dict[str, set[str]] = {}
        for alert in [*others, *merged]:
            told = _told_by(tx, alert, mine, until, span, assessor, usual)
            goes_on = alert.handling.merged_into or alert.id
            shared[goes_on] = shared.get(goes_on, set()) | (told & mine)
        together = len(set().union(*shared.values()))
        explained = wide and is_explained(len(mine), together, found.usual * (span / EVIDENCE))
        same = [a for a in others if (both := shared.get(a.id)) and (explained or len(both) >= SAME * len(mine))]
        if same:
            return sorted(same, key=lambda a: (-a.peak_level, -len(shared[a.id]), a.id))
    return []


def _is_beyond(found: Assessment, alert: Alert) -> bool:
    """Whether what is reported names a province that an alert about another one does not tell of."""
    place = parse(alert.stream).place
    return place is not None and not {place}.issuperset(found.reported)


def _told_by(
    tx: Transaction, alert: Alert, mine: set[str], until: datetime, span: timedelta, assessor: Assessor,
    usual: Mapping[str, float],
) -> set[str]:  # fmt: skip
    """Documents that an alert tells of; of a wide stream none where it tells of something unusual besides ours."""
    told: set[str] = set()
    for stream in _streams_of(alert):
        theirs = assessor.evidence(tx, stream, until=until, span=span)
        documents = {e.document_id for e in theirs} | set(alert.signal.documents)
        usually = usual.get(stream, 0.0) * (span / EVIDENCE)
        if parse(stream).kind not in WIDE or is_explained(len(documents), len(documents & mine), usually):
            told |= documents
    return told


def _streams_of(alert: Alert) -> set[str]:
    """What raised it is narrower than the alert itself where an alert of the agency has grown by one topic."""
    return {alert.stream} if alert.is_of_a_part else {alert.stream, alert.signal.stream}


def is_explained(documents: int, shared: int, usual: float) -> bool:
    """Whether a wide stream has nothing unusual left without the documents that it shares with narrower ones.

    The agency as a whole holds a crisis of one topic, and its ordinary day besides.

    Args:
        documents: negative ones of some days.
        usual: so many are expected.
    """
    return documents - shared <= still_usual(usual) and shared > max(0.0, (documents - usual) / 2)
