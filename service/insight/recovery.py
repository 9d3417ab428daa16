"""After the peak: how fast criticism ebbs, when it is back at its usual level, and whether it flares up again.

All figures are of sums over the last 24 hours, so that the rhythm of the day plays no part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from service.domain.intervals import MIN_DOCUMENTS
from service.domain.warning import back_at_usual
from service.domain.wording import TOO_FEW, duration

FEW, NO_RISE = TOO_FEW, "không tăng"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STAYS = 24  # hours below the usual level before it counts as reached
RELAPSE = 0.5  # share of the peak's height above the usual level that is a relapse
RELAPSE_LEAST = 3
WATCH = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Point:
    """An hour of the curve: origins of the 24 hours up to its end.

    Attributes:
        at: begin of the hour.
        negative, total: negative origins of the 24 hours, and all of them.
        unanswered: questions in them that no agency has answered.
    """

    at: datetime
    negative: int
    total: int
    unanswered: int

    @property
    def until(self) -> datetime:
        """Up to when its 24 hours go."""
        return self.at + HOUR

    @property
    def share(self) -> float | None:
        """Negative share; None where too little was published to tell it."""
        return self.negative / self.total if self.total >= MIN_DOCUMENTS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How a stream recovers.

    Attributes:
        curve: hour by hour, oldest first.
        usual: negative origins of an ordinary day (median of the days before).
        peak_at: begin of the hour of the peak.
        peak: highest negative origins of 24 hours before it was back.
        half_life: from the peak until half of what stood above the usual level is gone; None if it is not yet.
        back_after: from the peak until it is back at the usual level and stays there for a day.
        relapses: when it rose again by half of the peak, from having been back until the end of the watch.
        watch_until: end of the relapse watch; None before it was back.
    """

    curve: Sequence[Point]
    usual: float
    peak_at: datetime
    peak: int
    half_life: timedelta | None
    back_after: timedelta | None
    relapses: Sequence[datetime]
    watch_until: datetime | None

    @property
    def peak_until(self) -> datetime:
        """Up to when the 24 hours of the peak go."""
        return self.peak_at + HOUR

    @property
    def rose(self) -> bool:
        """Whether there was anything to recover from; where not, peak and times say nothing."""
        return self.peak > self.usual

    @property
    def few(self) -> bool:
        """Too few to say anything of a rise."""
        return self.peak < MIN_DOCUMENTS

    @property
    def told(self) -> bool:
        """Whether there is a time to tell."""
        return self.rose and not self.few


def times_back(recovery: Recovery) -> tuple[str, str]:
    """How long until half was gone, and until the usual level, in words."""
    if not recovery.rose:
        return NO_RISE, NO_RISE
    if recovery.few:
        return FEW, FEW
    return duration(recovery.half_life), duration(recovery.back_after)


def usual_day(hourly: Mapping[datetime, int], *, until: datetime, days: int = 28) -> float:
    """Median of the counts of the days before a time, of 24 hours each; days without a document count as 0.

    The median, not the mean: what led up to the alert must not become the level that is asked for.
    """
    sums = [0] * days
    for at, count in hourly.items():
        back = ceil((until - at) / DAY) - 1  # the hour that begins a day before is the first of that day
        if 0 <= back < days:
            sums[back] += count
    return float(median(sums)) if sums else 0.0


def curve(
    negative: Mapping[datetime, int],
    total: Mapping[datetime, int],
    unanswered: Mapping[datetime, int],
    *,
    since: datetime,
    until: datetime,
) -> list[Point]:
    """One point an hour, from `since` to `until`.

    Args:
        negative, total: origins by hour; hours without documents may be missing.
        unanswered: open questions at the end of an hour; the last known one holds on.
    """
    points = []
    open_now, at = 0, since
    while at <= until:
        span = [at - n * HOUR for n in range(24)]
        open_now = unanswered.get(at, open_now)
        points.append(Point(at, sum(negative.get(h, 0) for h in span), sum(total.get(h, 0) for h in span), open_now))
        at += HOUR
    return points


def recover(points: Sequence[Point], usual: float) -> Recovery:
    """What a curve says, up to the end of the relapse watch: a later rise is another one, with an alert of its own.

    Raises:
        ValueError: the curve is empty.
    """
    if not points:
        raise ValueError("expected at least one point")
    calm = back_at_usual(usual)
    top, back = _course(points, calm)
    watch_until = None if back is None else points[back].at + WATCH
    if watch_until is not None:
        points = [p for p in points if p.at <= watch_until]
    peak = points[top].negative
    above = max(0.0, peak - usual)
    half = next((p.at for p in points[top:] if p.negative <= usual + above / 2), None) if above else points[top].at
    flare = max(usual + RELAPSE * above, calm + RELAPSE_LEAST)
    return Recovery(
        curve=points,
        usual=usual,
        peak_at=points[top].at,
        peak=peak,
        half_life=None if half is None else half - points[top].at,
        back_after=None if back is None else points[back].at - points[top].at,
        relapses=[] if back is None else _rises(points[back:], flare, calm),
        watch_until=watch_until,
    )


def _course(points: Sequence[Point], calm: float) -> tuple[int, int | None]:
    """The highest point until it was calm for STAYS hours, and the first of these hours; as long as nothing rises, what
    may still do so within WATCH is waited for."""
    top, run = 0, 0
    for n, point in enumerate(points):
        if point.negative > points[top].negative:
            top, run = n, 0
        run = run + 1 if point.negative <= calm else 0
        waited = points[top].negative > calm or point is points[-1] or point.at - points[0].at >= WATCH
        if run > STAYS and waited:
            return top, n - run + 1
    return top, None


def _rises(points: Sequence[Point], flare: float, calm: float) -> list[datetime]:
    found, armed = [], True
    for point in points:
        if armed and point.negative >= flare:
            found.append(point.at)
            armed = False
        elif point.negative <= calm:
            armed = True
    return found
