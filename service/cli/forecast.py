"""`radar forecast`: counts in CSV up to a time -> total to come of each series, with an interval."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import click
import numpy as np
import numpy.typing as npt

from service.cli.counts import VIETNAM_MINUTES, CountsReader, HeaderError, Rows, parse_minute
from service.cli.lines import BadLineError, Lines, finish, open_lines, write
from service.detection.board import MOST_BINS_LEFT_OUT, NARROWEST, WIDEST, infer_width
from service.detection.forecast import forecast_counts

HOUR = 60


@click.command(short_help="Totals to come, with an interval.")
@click.argument("file", required=False)
@click.option("--at", help="Forecast from this time on (ISO 8601); default: the end of the last bin.")
@click.option("--hours", type=click.IntRange(1, 24 * 31), default=24, show_default=True, help="How far ahead.")
def command(file: str | None, at: str | None, hours: int) -> None:
    """Forecast the total of the next hours.

    CSV as for `radar detect`; only bins that end by the given time are used. Each series becomes a line {series, at,
    hours, p10, p50, p90}, in the order in which the series come.
    """
    try:
        until = None if at is None else parse_minute(at)
    except BadLineError as error:
        raise click.BadParameter(str(error), param_hint="--at") from None
    with open_lines(file) as lines:
        try:
            rows, numbers = Rows(), list[int]()
            for more, more_numbers in CountsReader(lines).chunks():
                rows.extend(more)
                numbers += more_numbers
            write(_forecasts(lines, rows, numbers, until, at, hours))
        except HeaderError as error:
            lines.report(1, str(error))
        finish(lines)


def _forecasts(
    lines: Lines, rows: Rows, numbers: list[int], until: int | None, at: str | None, hours: int
) -> Iterator[dict[str, object]]:
    names = {name: i for i, name in enumerate(dict.fromkeys(rows.series))}
    series = np.array([names[s] for s in rows.series], dtype=np.int64)
    minutes = np.array(rows.minutes, dtype=np.int64)
    width = infer_width(series, minutes) or HOUR
    if not NARROWEST <= width <= WIDEST:
        raise HeaderError(f"expected bins from five minutes to a week, found {width} minutes")
    if not len(minutes):
        return
    end = int(minutes.max()) + width if until is None else until
    told = at or _iso(end)
    value = np.array(rows.numbers["value"])
    coverage = np.nan_to_num(np.array(rows.numbers.get("coverage", np.ones(len(value)))), nan=1.0)
    for name, number in names.items():
        mine = np.flatnonzero((series == number) & (minutes + width <= end))
        mine = _regular(lines, mine, minutes, numbers, width)
        if not len(mine):
            lines.report(numbers[int(np.flatnonzero(series == number)[0])], f"series {name!r}: no bin ends by {told}")
            continue
        start = int(minutes[mine[0]])
        bins = max((end - start) // width, 1)
        if end - int(minutes[mine[-1]]) > MOST_BINS_LEFT_OUT * width:
            lines.report(numbers[int(mine[-1])], f"series {name!r}: its last bin is too far from {told}")
            continue
        counts, seen = np.zeros(bins), np.zeros(bins)
        place = (minutes[mine] - start) // width
        counts[place], seen[place] = value[mine], coverage[mine]
        found = forecast_counts(start, counts, seen, width_minutes=width, hours=hours)
        quantiles = {"p10": round(found.p10, 2), "p50": round(found.p50, 2), "p90": round(found.p90, 2)}
        yield {"series": name, "at": told, "hours": hours, **quantiles}


def _regular(
    lines: Lines, mine: npt.NDArray[np.int64], minutes: npt.NDArray[np.int64], numbers: list[int], width: int
) -> npt.NDArray[np.int64]:
    """Rows of one series in time order and on its grid; others are reported."""
    step = np.diff(minutes[mine])
    if bool(np.all((step > 0) & (step % width == 0) & (step <= width * MOST_BINS_LEFT_OUT))):
        return mine
    good: list[int] = []
    for row in mine.tolist():
        gap = int(minutes[row] - minutes[good[-1]]) if good else width
        if gap <= 0 or gap % width or gap > width * MOST_BINS_LEFT_OUT:
            lines.report(numbers[row], f"field 'timestamp': expected regular bins of {width} minutes in time order")
        else:
            good.append(row)
    return np.array(good, dtype=np.int64)


def _iso(minute: int) -> str:
    local = datetime(1970, 1, 1) + timedelta(minutes=minute)  # noqa: DTZ001 a clock of Vietnam, written with its offset
    return f"{local.isoformat()}+{VIETNAM_MINUTES // 60:02d}:00"
