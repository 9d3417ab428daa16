"""The feedback summary of a span, beside an earlier one where that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from service.domain.cells import UTF8_MARK, csv_line
from service.domain.indicators import hours_read
from service.domain.intervals import Trend, part_of_time
from service.domain.provinces import REDRAWN_ON, name_of, territory_changed
from service.domain.times import VIETNAM
from service.domain.views import Summary, SummaryRow
from service.insight.comparing import pairs
from service.insight.periods import Against, compared_with, last_day, today
from service.ports.read_models import DocumentFilter, ReadModels
from service.usecases.periodic import REDRAWN

DAYS = timedelta(days=30)  # where no first day is given
FIRST_YEAR = 1900  # nothing is looked for before it
COLUMNS = (
    "group", "label", "documents", "copies", "share", "share_low", "share_high", "negative", "negative_share", "low",
    "high", "neutral", "positive", "complaints", "questions", "suggestions", "praise",
)  # fmt: skip
SPAN = ("since", "until", "documents_in_all")
HEADS = (
    "Mã", "Tên", "Tin, bài gốc", "Bản đăng lại", "Tỷ trọng", "Tỷ trọng, dưới", "Tỷ trọng, trên", "Tiêu cực",
    "Tỷ lệ tiêu cực", "Tỷ lệ tiêu cực, dưới", "Tỷ lệ tiêu cực, trên", "Trung lập", "Tích cực", "Phàn nàn", "Câu hỏi",
    "Góp ý", "Khen ngợi",
)  # fmt: skip
SPAN_HEADS = ("Từ", "Đến trước", "Tất cả tin, bài gốc")
WAYS = ("share_trend", "negative_trend", "documents_trend")
WAY_HEADS = ("Xu hướng tỷ trọng", "Xu hướng tiêu cực", "Xu hướng số tin, bài")
TRENDS = {Trend.UP: "tăng", Trend.DOWN: "giảm", Trend.UNCLEAR: "chưa rõ"}


def span_of(wanted: DocumentFilter, now: datetime) -> tuple[datetime, datetime]:
    """The span that is summed up: up to now where no end is given, 30 days where no beginning is."""
    until = wanted.until or now
    return wanted.since or until - DAYS, until


def summarise(
    wanted: DocumentFilter, *, group_by: str, against: Against | None, read: ReadModels, now: datetime
) -> Summary:
    """Origins by group; a year that is not over is compared with as much of the one before.

    Raises:
        ValueError: the earlier span lies before all that can be meant.
    """
    since, until = span_of(wanted, now)
    found = _named(read.summary(since=since, until=until, group_by=group_by, wanted=wanted))
    if against is None:
        return found
    upto = min(until, now) if against is Against.YEAR and since < now else until
    try:
        start, end = compared_with(since, upto, against)
    except OverflowError as error:
        raise ValueError("expected a shorter span") from error
    if start.year < FIRST_YEAR:
        raise ValueError(f"expected an earlier span from {FIRST_YEAR} on")
    redrawn = today(start) < REDRAWN_ON <= last_day(until)
    if redrawn and any(map(territory_changed, [wanted.place] if wanted.place else read.limits())):
        return replace(found, apart=REDRAWN)
    before = _named(read.summary(since=start, until=end, group_by=group_by, wanted=wanted))
    found = replace(found, part=_part(found, before, upto=upto, now=now))
    if group_by != "place" or not redrawn:
        return replace(found, before=before)
    kept = [r for r in before.rows if not territory_changed(r.group)]
    return replace(found, before=replace(before, rows=kept), apart=REDRAWN)


def _part(found: Summary, before: Summary, *, upto: datetime, now: datetime) -> float | None:
    """By which counts of the two are compared; None where nothing was read before, or as much has not passed yet."""
    if not before.read or upto > now:
        return None
    return part_of_time(
        hours_read(found.since, upto, found.hours_measured),
        hours_read(before.since, before.until, before.hours_measured),
    )


def _named(found: Summary) -> Summary:
    if found.group_by != "place":
        return found
    day = last_day(found.until)
    return replace(found, rows=[replace(r, label=name_of(r.group, day)) for r in found.rows])


def as_csv(found: Summary, *, vietnamese: bool = False) -> str:
    """One line a group, the earlier span behind this one.

    Args:
        vietnamese: heads, trends and numbers as spreadsheets set to Vietnamese read them.
    """
    own, span = (HEADS, SPAN_HEADS) if vietnamese else (COLUMNS, SPAN)
    head = [*own, *span]
    if found.before:
        earlier = [*own[2:], *span]
        head += [f"{h} (kỳ so sánh)" for h in earlier] if vietnamese else [f"before_{h}" for h in earlier]
        head += WAY_HEADS if vietnamese else WAYS
    lines = [UTF8_MARK + csv_line(head)]
    for pair in pairs(found):
        cells = [*_cells(pair.now, COLUMNS), *_span(found, vietnamese)]
        if found.before:
            known = pair.before
            cells += [
                *(_cells(known, COLUMNS[2:]) if known else [None] * len(COLUMNS[2:])),
                *_span(found.before, vietnamese),
            ]
            cells += [TRENDS[t] if vietnamese else str(t) for t in (pair.share, pair.negative, pair.moved)]
        lines.append(csv_line(map(_vietnamese, cells) if vietnamese else cells))
    return "".join(lines)


def _cells(row: SummaryRow, names: Sequence[str]) -> list[object]:
    values = (getattr(row, name) for name in names)
    return [round(v, 4) if isinstance(v, float) else v for v in values]


def _span(found: Summary, vietnamese: bool) -> list[object]:
    times = (t.astimezone(VIETNAM) for t in (found.since, found.until))
    return [*(f"{t:%d/%m/%Y %H:%M}" if vietnamese else t.isoformat() for t in times), found.documents]


def _vietnamese(value: object) -> object:
    return str(value).replace(".", ",") if isinstance(value, float) else value
