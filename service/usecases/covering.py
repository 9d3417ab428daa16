"""Which alerts tell already of what a stream shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from service.domain.streams import HOUR, StreamKind, parse
from service.domain.warning import Alert, still_usual
from service.ports.storage import Transaction
from service.usecases.assess import EVIDENCE, MOST_EVIDENCE, Assessment

SAME = 2 / 3  # share of an alert's documents that makes two alerts tell of the same thing
WIDE = (StreamKind.ALL, StreamKind.PLACE)  # these hold several matters at once
SPANS = (EVIDENCE, 3 * EVIDENCE)  # what is shown, and the longest sum that a score may stand on


def covering(
    tx: Transaction,
    found: Assessment,
    own: Alert | None,
    *,
    since: datetime,
    usual: Mapping[str, float],
) -> list[Alert]:
    """Alerts of other streams that tell of the same, open or just ended, gravest first.

    First of all that which a person has merged this stream's alert into, or that of its topic.

    Args:
        own: the last alert of the stream itself.
        since: what ended before no longer counts.
        usual: negative origins of a usual day by stream, of those with an open alert.
    """
    same = _same(tx, found, since=since, usual=usual) if found.signal.documents else []
    of_topic = tx.last_alert(f"topic:{found.topic}") if found.topic else None
    for merged in (of_topic, own):
        merged_into = merged.handling.merged_into if merged else None
        if merged_into and (target := tx.alert(merged_into)) is not None and not target.state.ended:
            same.insert(0, target)
    return same


def _same(tx: Transaction, found: Assessment, *, since: datetime, usual: Mapping[str, float]) -> list[Alert]:
    stream = found.signal.stream
    just_ended = [a for a in tx.ended_alerts(since=since) if not a.handling.merged_into]
    others = [a for a in [*tx.live_alerts(), *just_ended] if a.stream != stream]
    # a merged alert goes on in another one: what told of the same as it did is told there
    alerts = [*others, *tx.merged_alerts(into=[a.id for a in others])]
    wide = parse(stream).kind in WIDE
    for span in SPANS if wide and others else SPANS[:1]:
        days = span / EVIDENCE
        mine = _documents(tx, found, span)
        shared = _shared(tx, alerts, mine, found.signal.at + HOUR, span, usual)
        together = len(set().union(*shared.values()))
        explained = wide and is_explained(len(mine), together, days * found.usual)
        same = [a for a in others if (both := shared.get(a.id)) and (explained or len(both) >= SAME * len(mine))]
        if same:
            return sorted(same, key=lambda a: (-a.peak_level, -len(shared[a.id]), a.id))
    return []


def _documents(tx: Transaction, found: Assessment, span: timedelta) -> set[str]:
    if span == EVIDENCE:
        return set(found.signal.documents)
    until = found.signal.at + HOUR
    evidence = tx.evidence(found.signal.stream, since=until - span, until=until, limit=MOST_EVIDENCE)
    return {e.document_id for e in evidence}


def _shared(
    tx: Transaction, alerts: Sequence[Alert], mine: set[str], until: datetime, span: timedelta,
    usual: Mapping[str, float],
) -> dict[str, set[str]]:  # fmt: skip
    """Documents of ours by the alert that tells of them; what tells of nothing unusual of its own is left out."""
    shared: dict[str, set[str]] = {}
    for alert in alerts:
        goes_on = alert.handling.merged_into or alert.id
        # what raised it is narrower than the alert itself where an alert of the agency has grown by one topic
        for stream in {alert.stream, alert.signal.stream}:
            theirs = tx.evidence(stream, since=until - span, until=until, limit=MOST_EVIDENCE)
            documents = {e.document_id for e in theirs} | set(alert.signal.documents)
            usually = usual.get(stream, 0.0) * (span / EVIDENCE)
            if parse(stream).kind not in WIDE or is_explained(len(documents), len(documents & mine), usually):
                shared[goes_on] = shared.get(goes_on, set()) | (documents & mine)
    return shared


def is_explained(documents: int, shared: int, usual: float) -> bool:
    """Whether a wide stream has nothing unusual left without the documents that it shares with narrower ones.

    The agency as a whole holds a crisis of one topic, and its ordinary day besides.

    Args:
        documents: negative ones of some days.
        usual: so many are expected.
    """
    return documents - shared <= still_usual(usual) and shared > max(0.0, (documents - usual) / 2)
