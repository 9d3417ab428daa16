"""`radar evaluate`: the shipped model on labelled files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from service.cli.lines import BadLineError, open_lines


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--model",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of a candidate (var/models/NAME); the shipped model where not given.",
)
def command(files: tuple[Path, ...], folder: Path | None) -> None:
    """Measure the shipped model on labelled JSON Lines (fields of docs/labels.md): figures with counts, for every kind
    and register, and reliability curves.

    A line needs at least one label. Those it does not have are taken as: relevant true, tone neutral, feedback none,
    no topics, no acts.

    Sets with pinned floors (classifiers/evaluation/floors.yaml, by file name) make the command fail below a floor.
    """
    from service.classification.direct import model_in
    from service.classification.evaluation import LabelError, check_labels, evaluate
    from service.classification.rows import RowError, StoreError, to_text

    def parse(row: dict[str, Any]) -> Mapping[str, Any]:
        try:
            to_text(row)
            return check_labels(row)
        except (RowError, LabelError) as error:
            raise BadLineError(str(error)) from None

    failed = False
    if folder is not None:
        try:
            model_in(folder)
        except StoreError as error:
            raise click.ClickException(str(error)) from None
    for path in files:
        try:
            with open_lines(str(path)) as lines:
                rows = [row for _, row in lines.parsed(parse)]
                if not rows:
                    click.echo(f"{path}: no labelled line: there is nothing to measure", err=True)
                    failed = True
                    continue
                report = evaluate(path.stem, rows, folder=folder)
                failed |= bool(lines.failed or report.broken)
        except StoreError as error:
            raise click.ClickException(str(error)) from None
        click.echo("\n".join(report.lines))
        for line in report.broken:
            click.echo(f"{path.stem}: below the floor: {line}", err=True)
    if failed:
        raise SystemExit(1)
