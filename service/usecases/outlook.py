"""What is to be expected of an open alert: how much is still to come, and how likely it is to become a crisis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.alerting import outlook as model
from service.detection.forecast import forecast_series
from service.domain.streams import HOUR, bin_start
from service.domain.warning import Alert
from service.ports import Clock
from service.ports.storage import Store, Transaction
from service.usecases.history import Past, past_of
from service.usecases.press_reports import PressReports
from service.usecases.watch import assessor

AHEAD = (24, 72, 168)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Negative origins of the stream in the hours to come.

    Attributes:
        hours: from `at` on.
        p10, p50, p90: the total is below these with a chance of 10, 50 and 90 %.
    """

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
        expected: for the next 24, 72 and 168 hours.
    """

    at: datetime
    chance: float | None
    spreading: float
    expected: Sequence[Expected]


def outlook(alert_id: str, *, store: Store, clock: Clock) -> Outlook | None:
    """None if there is no such alert, or it has ended."""
    with store.snapshot() as tx:
        alert = tx.alert(alert_id)
        if alert is None or alert.state.ended:
            return None
        end = bin_start(clock.now(), HOUR)
        last = end - HOUR
        past = past_of(tx, [alert.stream], last=last)
        bins = past.bins(alert.stream)
        forecasts = [forecast_series(bins, width=HOUR, hours=hours) for hours in AHEAD]
        return Outlook(
            at=end,
            chance=None if alert.peak_level >= model.REACHES else _chance(tx, alert, past),
            spreading=forecasts[0].spreading,
            expected=[
                Expected(hours=hours, p10=f.p10, p50=f.p50, p90=f.p90)
                for hours, f in zip(AHEAD, forecasts, strict=True)
            ],
        )


def _chance(tx: Transaction, alert: Alert, past: Past) -> float:
    now = past.last + HOUR
    reports = PressReports()
    reports.refresh(tx, now)
    [hour] = past.hours(1)[alert.stream]
    found = assessor(tx, now, reports=reports).assess(tx, hour)
    known = model.features(found.signal, found.facts, found.documents, opened_at=alert.opened_at, now=now)
    return model.shipped().chance(known)
