"""`radar legal`: which law is quoted for content of which days."""

from __future__ import annotations

from pathlib import Path

import click

from service.cli.common import settings_or_exit


@click.group()
def command() -> None:
    """Show the legal basis by date, and load the text of a new law.

    Findings quote the law that was in force on the day of the content. Where that time has no text yet, nothing is
    quoted and the page says so, until a text is loaded here.
    """


@command.command()
def show() -> None:
    """Every legal basis with the days it holds, and its text."""
    from service.bootstrap import open_store
    from service.review.legal import PENDING, from_json, in_force
    from service.settings.legal_file import load_legal

    store = open_store(settings_or_exit())
    with store.begin() as tx:
        bases = in_force([*load_legal(), *(from_json(body) for body in tx.legal_texts())])
    filled = {b.valid_from for b in bases if not b.empty}
    for basis in sorted(bases, key=lambda b: b.valid_from):
        if basis.empty and basis.valid_from in filled:
            continue
        click.echo(f"{basis.valid_from} .. {basis.valid_to or ''}  {basis.law or PENDING}")
        click.echo(f"  {basis.article or basis.source}")
        for number, text in sorted(basis.clauses.items()):
            limbs = ", ".join(limb for limb, n in basis.limbs.items() if n == number)
            click.echo(f"  {number}. {text}" + (f"  [{limbs}]" if limbs else ""))


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--replace",
    is_flag=True,
    help="also for days that have a text: to correct it, or to let a new law follow a law without end",
)
def load(file: Path, replace: bool) -> None:
    """Load the legal bases of a YAML file, of the form of the shipped one (docs/legal-basis.md).

    Nothing that was loaded is thrown away: of two texts for a day the one that was loaded last holds.
    """
    from service.bootstrap import open_store
    from service.domain.audit import Action
    from service.review.legal import from_json, in_force, overlaps, to_json
    from service.scheduling.clock import SystemClock
    from service.settings import ConfigError
    from service.settings.legal_file import digest, load_legal
    from service.usecases.audit import CLI, audit

    try:
        found = load_legal(file)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    now, added = SystemClock().now(), 0
    with open_store(settings_or_exit()).begin() as tx:
        texts = tx.legal_texts()
        known = in_force([*load_legal(), *(from_json(body) for body in texts)])
        for number, basis in enumerate(found):
            if basis.empty:
                raise click.ClickException(f"{file}: legal_basis[{number}].clauses: expected at least one clause")
            body = to_json(basis)
            if any(to_json(k) == body for k in known):
                continue
            if not replace and (other := overlaps(basis, known)):
                raise click.ClickException(
                    f"{file}: legal_basis[{number}].valid_from: expected days without a text, but {other.law} holds "
                    f"from {other.valid_from} to {other.valid_to or 'now on'}; --replace puts this one in its place"
                )
            # a text may come back after another one: its place in the order tells the two apart
            sha = f"{digest(file)[:56]}{len(texts) + added:08x}"
            tx.add_legal_text(body, sha256=sha, at=now)
            audit(tx, Action.LEGAL_TEXT_LOADED, actor=CLI, at=now, valid_from=basis.valid_from, sha256=sha)
            added += 1
    click.echo(f"{added} loaded, {len(found) - added} already there")
