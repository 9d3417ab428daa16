"""`radar detect`: counts in CSV -> expected count, score, level and alarm of each row."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain, repeat

import click
import numpy as np
import numpy.typing as npt
import orjson

from service.cli.common import false_alarms_option
from service.cli.counts import CountsReader, HeaderError, Rows
from service.cli.lines import Lines, finish, open_lines
from service.detection.alarms import LEVELS, threshold
from service.detection.board import NARROWEST, WIDEST, Answers, Board, infer_width

HOUR = 60
LINES_AT_ONCE = 20_000


@click.command(short_help="Score counts: how unusual each is for its own past.")
@click.argument("file", required=False)
@false_alarms_option("series")
@click.option("--series", type=click.IntRange(1), help="How many series there are; a file is counted.")
def command(file: str | None, budget: float, series: int | None) -> None:
    """Score counts: how unusual each is for the past of its own series.

    CSV with a header: timestamp (ISO 8601, 1990 to 2099; without an offset Vietnamese time), value (the count watched,
    e.g. negative origins), and where known series, sources (distinct ones behind value), coverage (0 to 1); other
    columns, such as total or origins, may be there and are not used. Regular bins from five minutes to a week; rows of
    a series in time order. Each row becomes a line {timestamp, series, value, expected, score, level, alarm}. A series
    shows a score of s by chance about once in 10^s hours; level 1 is from 3, level 2 from 4.5; alarm is true on the row
    that opens a burst.
    """
    with open_lines(file) as lines:
        try:
            whole = lines.name != "standard input"
            for rows, numbers, names, board in _boards(lines, whole, budget, series):
                _write(rows, _answers(lines, rows, numbers, names, board))
                if not whole:
                    sys.stdout.flush()
        except HeaderError as error:
            lines.report(1, str(error))
        finish(lines)


Part = tuple[Rows, list[int], dict[str, int], Board]


def _boards(lines: Lines, whole: bool, budget: float, series: int | None) -> Iterator[Part]:
    """Rows to score, with their board: a file at once, standard input as it comes once the width of a bin is known."""
    names: dict[str, int] = {}
    board: Board | None = None
    rows, numbers = Rows(), list[int]()
    for more, more_numbers in CountsReader(lines).chunks():
        rows.extend(more)
        numbers += more_numbers
        for name in dict.fromkeys(more.series):
            names.setdefault(name, len(names))
        board = board or (None if whole else _board(rows, names, budget, series or 1, together=False))
        if board:
            yield rows, numbers, names, board
            rows, numbers = Rows(), []
    if rows:
        last = board or _board(rows, names, budget, series or len(names), together=whole, width=HOUR)
        assert last
        yield rows, numbers, names, last


def _board(
    rows: Rows, names: dict[str, int], budget: float, series: int, *, together: bool, width: int | None = None
) -> Board | None:
    found = infer_width(_numbered(rows, names), np.array(rows.minutes)) or width
    if found is None:
        return None
    if not NARROWEST <= found <= WIDEST:
        raise HeaderError(f"expected bins from five minutes to a week, found {found} minutes")
    return Board(found, threshold(series, budget), together)


def _answers(lines: Lines, rows: Rows, numbers: list[int], names: dict[str, int], board: Board) -> Answers:
    series = _numbered(rows, names)
    answers = board.add(series, np.array(rows.minutes, dtype=np.int64), rows.numbers)
    for row, reason in answers.refused:
        lines.report(numbers[row], reason)
    return answers


def _numbered(rows: Rows, names: dict[str, int]) -> npt.NDArray[np.int64]:
    return np.fromiter(map(names.__getitem__, rows.series), dtype=np.int64, count=len(rows))


def _write(rows: Rows, answers: Answers) -> None:
    """A line a row; whole numbers are written without a fraction."""
    values = np.asarray(rows.numbers["value"])
    stamps = {stamp: b'{"timestamp":' + orjson.dumps(stamp) for stamp in set(rows.timestamps)}
    series = {name: b',"series":' + orjson.dumps(name) + b',"value":' for name in set(rows.series)}
    ends = [
        b',"level":%d,"alarm":%s}\n' % (level, alarm)
        for level in range(len(LEVELS) + 1)
        for alarm in (b"false", b"true")
    ]
    for start in range(0, len(answers.rows), LINES_AT_ONCE):
        part = slice(start, start + LINES_AT_ONCE)
        chosen = answers.rows[part].tolist()
        columns = (
            [stamps[rows.timestamps[i]] for i in chosen],
            [series[rows.series[i]] for i in chosen],
            _figures(values[answers.rows[part]]),
            repeat(b',"expected":'),
            _figures(answers.expected[part].round(3), whole=False),
            repeat(b',"score":'),
            _figures(answers.score[part].round(3), whole=False),
            [ends[i] for i in (2 * answers.level[part] + answers.alarm[part]).tolist()],
        )
        sys.stdout.buffer.write(b"".join(chain.from_iterable(zip(*columns, strict=False))))


def _figures(column: npt.NDArray[np.float64], *, whole: bool = True) -> list[bytes]:
    """Numbers as JSON, all in one call; whole ones without a fraction where that is wanted."""
    numbers = [int(v) if v.is_integer() else v for v in column.tolist()] if whole else column.tolist()
    return orjson.dumps(numbers)[1:-1].split(b",")
