"""What is to be expected of an open alert: how much is still to come, and how likely it is to become a crisis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.alerting import outlook as model
from service.detection.forecast import forecast_series
from service.domain.streams import HOUR, bin_start
from service.domain.warning import Alert, Bin
from service.ports import Clock
from service.ports.storage import Store, Transaction
from service.usecases.assess import Hour
from service.usecases.press_reports import PressReports
from service.usecases.scoring import score_all
from service.usecases.watch import HISTORY, assessor

AHEAD = (24, 72, 168)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Negative origins of the stream in the hours to come; the total is below p10, p50, p90 with these chances."""

    hours: int
    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is to be expected of an open alert.

    Attributes:
        at: end of the last whole hour, up to which was counted.
        chance: that it reaches L3 within 72 hours; None where it has reached it.
        spreading: excess of the next day over that of the last; above 1 it still grows.
    """

    at: datetime
    chance: float | None
    spreading: float
    expected: Sequence[Expected]


def outlook(alert_id: str, *, store: Store, clock: Clock) -> Outlook | None:
    """None if there is no such alert, or it has ended."""
    with store.begin() as tx:
        alert = tx.alert(alert_id)
        if alert is None or alert.state.ended:
            return None
        end = bin_start(clock.now(), HOUR)
        last = end - HOUR
        first = min(last, max(tx.first_bin() or last, last - HISTORY))
        bins = tx.bins_of([alert.stream], since=first, until=end)[alert.stream]
        filled = _filled(bins, first, last)
        forecasts = [forecast_series(filled, width=HOUR, hours=hours) for hours in AHEAD]
        return Outlook(
            at=end,
            chance=None if alert.peak_level >= model.REACHES else _chance(tx, alert, bins, first, last),
            spreading=forecasts[0].spreading,
            expected=[
                Expected(hours=hours, p10=f.p10, p50=f.p50, p90=f.p90)
                for hours, f in zip(AHEAD, forecasts, strict=True)
            ],
        )


def _chance(tx: Transaction, alert: Alert, bins: Sequence[Bin], first: datetime, last: datetime) -> float:
    reports = PressReports()
    reports.refresh(tx, last + HOUR)
    with_what = assessor(tx, last + HOUR, reports=reports)
    day = score_all({alert.stream: bins}, first=first, last=last, keep=24)[alert.stream]
    bin_ = next((b for b in bins if b.start == last), Bin(start=last, value=0, total=0, sources=0))
    hour = Hour(stream=alert.stream, unusual=day[-1], bin_=bin_, day=day, bins=bins, first=first)
    found = with_what.assess(tx, hour)
    known = model.features(
        found.signal, found.facts, found.documents, opened_at=alert.opened_at, now=last + timedelta(hours=1)
    )
    return model.shipped().chance(known)


def _filled(bins: Sequence[Bin], first: datetime, last: datetime) -> list[Bin]:
    known = {b.start: b for b in bins}
    hours = int((last - first) / HOUR) + 1
    return [known.get(at := first + HOUR * n) or Bin(start=at, value=0, total=0, sources=0) for n in range(hours)]
