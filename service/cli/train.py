"""`radar train`: the shipped model again, or a model of one's own labels."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--train",
    "train_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Lines {id,text,label} to learn from.",
)
@click.option(
    "--dev",
    "dev_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Lines {id,text,label} to settle the model on.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder of the model.")
def command(train_file: Path | None, dev_file: Path | None, out: Path | None) -> None:
    """Train a model.

    Without --train, the shipped model is rebuilt from the corpus in the repository (into --out, or in its place): bit
    for bit the same on one machine. With --train, --dev and --out, the same recipe learns any labels of yours.
    """
    from service.classification.training import SHIPPED, TrainingError, rebuild_shipped, train_from_files

    if (train_file is None) != (dev_file is None):
        raise click.UsageError("--train and --dev go together")
    if train_file is not None and out is None:
        raise click.UsageError("--out is missing: the folder for the model")
    try:
        if train_file is None or dev_file is None or out is None:
            out = out or SHIPPED
            manifest = rebuild_shipped(out)
        else:
            manifest = train_from_files(train_file, dev_file, out, out.name)
    except TrainingError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{manifest['name']}@{manifest['version']}: {manifest['items']} items, written to {out}", err=True)
