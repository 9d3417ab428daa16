"""What the press reports, read once: denials of rumours, impostors, arrears, the agency's own trouble
(service.alerting.reports)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.alerting.context import Kind
from service.alerting.reports import KEPT, NOTHING, Report, Told, joined, read, told
from service.domain.streams import HOUR, bin_start
from service.ports.storage import Transaction

OVERLAP = timedelta(hours=6)  # a page may be read, and a document placed, so long after it was first seen
REPORT_KINDS = frozenset({Kind.REBUTTAL, Kind.IMPOSTORS, Kind.ARREARS, Kind.CONDUCT})


@dataclass(slots=True)
class PressReports:
    """Reports by stream. What is remembered between rounds only spares work; once a day everything is read again."""

    _known: dict[str, Report] = field(default_factory=dict)
    _streams: dict[str, list[Report]] = field(default_factory=dict)
    _read_until: datetime | None = None

    def refresh(
        self, tx: Transaction, now: datetime, *, since: datetime | None = None
    ) -> Mapping[str, Collection[datetime]]:
        """Read what is new; gives the hours in which something was reported that was not known, by stream. Its stream
        is that of the first report of the matter, which it need not be counted in.

        Args:
            since: the earliest hour that will be asked about, if it is not of the last day.
        """
        last = self._read_until
        fresh = last is None or last.date() != now.date()
        begin = (since or now - timedelta(days=1)) - KEPT
        texts = tx.press_texts(published_since=begin, seen_since=begin if fresh or last is None else last - OVERLAP)
        if fresh:
            self._known = {}
        for text in texts:
            if (report := read(text)) is not None:
                self._known[text.id] = report
            else:
                self._known.pop(text.id, None)
        self._read_until = now
        before, self._streams = self._streams, _by_stream(joined(self._known.values()))
        return {s: hours for s, reports in self._streams.items() if (hours := _hours(reports, before.get(s, ())))}

    def told(self, stream: str, *, now: datetime) -> Told:
        """What the reports of a stream say at a time."""
        mine = self._streams.get(stream)
        return told(mine, now=now) if mine else NOTHING

    def in_hours(self, stream: str, hours: Collection[datetime]) -> bool:
        """Whether something was reported in one of these hours."""
        return any(bin_start(r.document.published_at, HOUR) in hours for r in self._streams.get(stream, ()))


def _by_stream(reports: Iterable[Report]) -> dict[str, list[Report]]:
    found: dict[str, list[Report]] = defaultdict(list)
    for report in reports:
        found[report.stream].append(report)
    return dict(found)


def _hours(reports: Iterable[Report], known: Iterable[Report]) -> set[datetime]:
    """Hours of the reports that were not known."""
    old = {r.document.id for r in known}
    return {bin_start(r.document.published_at, HOUR) for r in reports if r.document.id not in old}
