"""`radar predict`: answers of a model that `radar train` made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from service.cli.lines import BadLineError, batches, finish, open_lines, required_text, write


def _row(row: dict[str, Any]) -> tuple[str, str]:
    identity = row.get("id")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    if not isinstance(identity, str):
        found = "nothing" if identity is None else type(identity).__name__
        raise BadLineError(f"field 'id': expected text, found {found}")
    return identity, required_text(row, "text")


@click.command()
@click.option(
    "--model",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that `radar train --out` wrote.",
)
@click.argument("file", required=False)
def command(model: Path, file: str | None) -> None:
    """Answer {id,label,scores} for lines {id,text} of FILE (or standard input).

    Scores are calibrated probabilities. The label is the class that weighs most once rare classes are weighed up, so it
    need not be the most probable one.
    """
    from service.classification.training import TrainingError, predict_rows

    with open_lines(file) as lines:
        try:
            rows = (row for _, row in lines.parsed(_row))
            write(predict_rows(model, batches(rows, lines)), live=lines.live)
        except TrainingError as error:
            raise click.ClickException(str(error)) from None
        finish(lines)
