"""The indicators of periods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from service.domain.cells import UTF8_MARK, csv_line
from service.domain.indicators import IndicatorPeriod, PeriodFacts, Unit
from service.domain.provinces import scope_of
from service.domain.sources import Feed
from service.domain.times import VIETNAM
from service.insight.indicators import evaluate
from service.insight.periods import Period
from service.ports.read_models import ReadModels

EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)  # days that may be asked for
COLUMNS = (
    "code", "version", "name", "period", "since", "until", "provinces", "value", "unit", "low", "high", "numerator",
    "denominator", "missing", "detail",
)  # fmt: skip


UNIT_NAMES = {
    Unit.COUNT: "số đếm", Unit.SHARE: "tỷ lệ, 0 đến 1", Unit.INDEX: "chỉ số, 0 đến 1", Unit.RATIO: "lần",
    Unit.MINUTES: "phút", Unit.HOURS: "giờ",
}  # fmt: skip
HEADS = (
    "Mã", "Phiên bản", "Tên", "Kỳ", "Từ", "Đến trước", "Địa phương", "Giá trị", "Đơn vị", "Khoảng tin cậy, dưới",
    "Khoảng tin cậy, trên", "Tử số", "Mẫu số", "Vì sao không có giá trị", "Chi tiết",
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


def as_csv(found: Sequence[IndicatorPeriod], *, vietnamese: bool = False) -> str:
    """One line a value, for spreadsheets.

    Args:
        vietnamese: heads, units and numbers as spreadsheets set to Vietnamese read them.
    """
    lines = [UTF8_MARK + csv_line(HEADS if vietnamese else COLUMNS)]
    for period in found:
        span = {
            "period": period.label, "since": period.since.astimezone(VIETNAM).isoformat(),
            "until": period.until.astimezone(VIETNAM).isoformat(), "provinces": " ".join(period.provinces),
        }  # fmt: skip
        if vietnamese:
            span |= {
                n: f"{t.astimezone(VIETNAM):%d/%m/%Y}" for n, t in (("since", period.since), ("until", period.until))
            }
            span["provinces"] = scope_of(period.provinces)
        for v in period.values:
            cells = {**span, "unit": UNIT_NAMES[v.unit] if vietnamese else str(v.unit)}
            values = [cells.get(c, getattr(v, c, "")) for c in COLUMNS]
            lines.append(csv_line(map(_comma, values) if vietnamese else values))
    return "".join(lines)


def _comma(value: object) -> object:
    return str(value).replace(".", ",") if isinstance(value, float) else value
