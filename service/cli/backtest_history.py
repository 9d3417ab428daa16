"""`radar backtest COUNTS.csv`: what would have been said about a history of one's own."""

from __future__ import annotations

import click
import numpy as np

from service.cli.counts import CountsReader, HeaderError, Rows
from service.cli.lines import finish, open_lines
from service.detection.alarms import HOURS_A_MONTH, LEVELS, Bursts, threshold
from service.detection.backtest import BUDGETS
from service.detection.board import NARROWEST, WIDEST, Board, infer_width


def tell_history(file: str, budget: float) -> None:
    """Print the alarms of a file of counts, bursts by level, and alarms a month at other budgets."""
    with open_lines(file) as lines:
        rows = Rows()
        try:
            for more, _ in CountsReader(lines).chunks():
                rows.extend(more)
            if rows:
                _tell(rows, budget)
        except HeaderError as error:
            lines.report(1, str(error))
        finish(lines)


def _tell(rows: Rows, budget: float) -> None:
    names = {name: i for i, name in enumerate(dict.fromkeys(rows.series))}
    series = np.array([names[s] for s in rows.series], dtype=np.int64)
    minutes = np.array(rows.minutes, dtype=np.int64)
    width = infer_width(series, minutes) or 60
    if not NARROWEST <= width <= WIDEST:
        raise HeaderError(f"expected bins from five minutes to a week, found {width} minutes")
    answers = Board(width, threshold(len(names), budget), together=True).add(series, minutes, rows.numbers)
    months = (int(minutes.max()) - int(minutes.min()) + width) / 60 / HOURS_A_MONTH
    click.echo(f"{len(names)} series, {months:.1f} months; budget {budget:g} false alarms a month")
    for at in np.flatnonzero(answers.alarm):
        row = int(answers.rows[at])
        click.echo(
            f"{rows.timestamps[row]}  {rows.series[row]}  score {answers.score[at]:.1f}, "
            f"{rows.numbers['value'][row]:g} where {answers.expected[at]:.1f} were expected"
        )
    mine = [np.flatnonzero(series[answers.rows] == i) for i in names.values()]

    def a_month(score: float) -> float:
        bursts = [Bursts(1, width, score) for _ in mine]
        found = [
            b.openings(minutes[answers.rows[m]], answers.score[None, m]).sum()
            for b, m in zip(bursts, mine, strict=True)
        ]
        return float(sum(found)) / months

    click.echo(f"bursts a month, all series: level 1 {a_month(LEVELS[0]):.2f}, level 2 {a_month(LEVELS[1]):.2f}")
    for other in BUDGETS:
        at_score = threshold(len(names), other)
        click.echo(f"budget {other:>3g}: score {at_score:.2f}, {a_month(at_score):.2f} alarms a month, crises included")
    for row, reason in answers.refused:
        click.echo(f"left out {rows.timestamps[row]} {rows.series[row]}: {reason}", err=True)
