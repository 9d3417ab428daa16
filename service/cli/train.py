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
@click.option("--with-labels", is_flag=True, help="A candidate from the corpus and the labels of the desk.")
def command(train_file: Path | None, dev_file: Path | None, out: Path | None, with_labels: bool) -> None:
    """Train a model.

    Without --train, the shipped model is rebuilt from the corpus in the repository (into --out, or in its place): bit
    for bit the same on one machine. With --train, --dev and --out, the same recipe learns any labels of yours, into a
    new folder or one of such a model; macro-F1 is of the dev part, on which the model was settled. With
    --with-labels, a candidate is trained and measured beside the shipped model; `radar models adopt` lets it judge.
    """
    if with_labels:
        if train_file or dev_file or out:
            raise click.UsageError("--with-labels goes with no other option")
        _with_labels()
        return
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
            manifest = train_from_files(train_file, dev_file, out, tell=lambda line: click.echo(line, err=True))
    except TrainingError as error:
        raise click.ClickException(str(error)) from None
    made = f"{manifest['name']}@{manifest['version']}: {manifest['items']} items, "
    if "dev_macro_f1" in manifest:
        made += f"macro-F1 {manifest['dev_macro_f1']:.3f} on {dev_file}, "
    click.echo(f"{made}written to {out}", err=True)


def _with_labels() -> None:
    from service.bootstrap import open_store
    from service.classification.candidates import NothingToLearnError, train_candidate
    from service.cli.common import settings_or_exit
    from service.cli.models import shelf_or_exit
    from service.domain.audit import Action
    from service.scheduling.clock import SystemClock
    from service.usecases.audit import CLI, audit

    store, shelf = open_store(settings_or_exit()), shelf_or_exit()
    with store.snapshot() as tx:
        texts = tx.labelled_texts()
    if texts:
        click.echo(f"{len(texts)} labelled texts; training takes some minutes", err=True)
    try:
        made = train_candidate(texts, shelf)
    except NothingToLearnError as error:
        raise click.ClickException(str(error)) from None
    labels = made.manifest["labels"]
    with store.begin() as tx:
        audit(
            tx, Action.TRAINED, actor=CLI, at=SystemClock().now(), subject=f"model:{made.name}", digest=made.digest,
            labels=labels["hash"], texts=labels["texts"],
        )  # fmt: skip
    click.echo("\n".join(shelf.table(made.name)))
    click.echo(f"candidate: {made.name}; to let it judge: radar models adopt {made.name}")
