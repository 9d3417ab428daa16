"""`radar models`: candidates of `radar train --with-labels`, and which model judges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from service.classification.shelf import Shelf


@click.group()
def command() -> None:
    """Which model judges. A running service takes up another one when it is started again."""


def shelf_or_exit() -> Shelf:
    """The models of this installation."""
    from service.bootstrap import shelf_of
    from service.cli.common import settings_or_exit

    return shelf_of(settings_or_exit())


@command.command("list")
def list_models() -> None:
    """Models of this installation; * marks the one that judges."""
    from service.classification.shelf import SHIPPED

    shelf = shelf_or_exit()
    place, problem = shelf.in_service()
    click.echo(f"{'*' if place == SHIPPED else ' '} shipped")
    for model in shelf.models():
        labels = model.manifest.get("labels", {})
        mark = "*" if place.name == model.name else " "
        note = "" if model.fits else "\tfor another version of the program"
        click.echo(f"{mark} {model.name}\t{labels.get('texts', 0)} labelled texts{note}")
    if problem:
        click.echo(f"the adopted model is not used: {problem}", err=True)


@command.command()
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="show the figures, and adopt nothing")
def adopt(name: str, dry_run: bool) -> None:
    """Let a candidate judge from the next start on; refused if any figure is worse than is tolerated."""
    from service.bootstrap import open_store
    from service.classification.shelf import ShelfError
    from service.cli.common import settings_or_exit
    from service.domain.audit import Action
    from service.scheduling.clock import SystemClock
    from service.usecases.switch_model import switch_model

    if name == "shipped":
        raise click.ClickException("the shipped model judges where none is adopted: radar models rollback")
    shelf, store = shelf_or_exit(), open_store(settings_or_exit())
    try:
        click.echo("\n".join(shelf.table(name)))
        if dry_run:
            return
        digest = next(m.digest for m in shelf.models() if m.name == name)
        switch_model(
            store, SystemClock(), action=Action.MODEL_ADOPTED, name=name, digest=digest,
            switch=lambda: _adopt(shelf, name), chosen=shelf.chosen,
        )  # fmt: skip
    except ShelfError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"adopted: {name}; the service judges with it from its next start on")


def _adopt(shelf: Shelf, name: str) -> None:
    shelf.adopt(name)


@command.command()
def rollback() -> None:
    """Back to the model before the present one, from the next start on."""
    from service.bootstrap import open_store
    from service.classification.shelf import ShelfError
    from service.cli.common import settings_or_exit
    from service.domain.audit import Action
    from service.scheduling.clock import SystemClock
    from service.usecases.switch_model import switch_model

    shelf, store = shelf_or_exit(), open_store(settings_or_exit())
    left: list[str] = []
    try:
        switch_model(
            store, SystemClock(), action=Action.MODEL_ROLLED_BACK, name=shelf.chosen().partition(" ")[0],
            switch=lambda: left.extend(shelf.rollback()), chosen=shelf.chosen,
        )  # fmt: skip
    except ShelfError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{left[0]} leaves; {left[1]} judges from the next start on")
