"""The indicators of periods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from service.domain.cells import UTF8_MARK, csv_line
from service.domain.indicators import IndicatorPeriod, PeriodFacts
from service.domain.sources import Feed
from service.insight.indicators import evaluate
from service.insight.periods import VIETNAM, Period
from service.ports.read_models import ReadModels

EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)  # days that may be asked for
COLUMNS = (
    "code", "version", "name", "period", "since", "until", "provinces", "value", "unit", "low", "high", "numerator",
    "denominator", "missing", "detail",
)  # fmt: skip


def gather(
    read: ReadModels, feeds: Sequence[Feed], periods: Iterable[Period], *, as_of: datetime
) -> list[tuple[Period, PeriodFacts]]:
    """The periods that have begun, with what their indicators are reckoned from."""
    return [
        (p, read.facts(feeds, since=p.since, until=min(p.until, as_of), as_of=as_of))
        for p in periods
        if p.since < as_of
    ]


def indicators(
    read: ReadModels, feeds: Sequence[Feed], periods: Iterable[Period], *, as_of: datetime
) -> list[IndicatorPeriod]:
    """Each period with the values of the versions that hold on its last day."""
    return [evaluate(facts, period) for period, facts in gather(read, feeds, periods, as_of=as_of)]


def as_csv(found: Sequence[IndicatorPeriod]) -> str:
    """One line a value, for spreadsheets."""
    lines = [UTF8_MARK + csv_line(COLUMNS)]
    for period in found:
        span = {
            "period": period.label, "since": period.since.astimezone(VIETNAM).isoformat(),
            "until": period.until.astimezone(VIETNAM).isoformat(), "provinces": " ".join(period.provinces),
        }  # fmt: skip
        lines += [
            csv_line({**span, "unit": str(v.unit)}.get(c, getattr(v, c, "")) for c in COLUMNS) for v in period.values
        ]
    return "".join(lines)
