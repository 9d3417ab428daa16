"""`radar forget`: delete a publication on request."""

from __future__ import annotations

import click


@click.command()
@click.argument("url")
@click.option("--dry-run", is_flag=True, help="say how many documents it would be")
@click.option("--yes", is_flag=True, help="do not ask")
def command(url: str, dry_run: bool, yes: bool) -> None:
    """Delete what is kept of a publication, and of its copies, by its address; it is never taken again.

    What alerts, timelines and messages say of it is taken out too. Restored backups honour it.
    """
    from service.bootstrap import State, open_store
    from service.cli.common import settings_or_exit
    from service.cli.logs import configure_logging
    from service.scheduling.clock import SystemClock
    from service.usecases.errors import AccountError
    from service.usecases.forget import forget

    settings = settings_or_exit()
    configure_logging(settings.log_level)
    store, clock, ledger = open_store(settings), SystemClock(), State(settings.state_dir).ledger
    try:
        found = forget(url, store=store, clock=clock, dry_run=True)
        click.echo(f"{found.documents} documents (copies counted)")
        if dry_run:
            return
        if not yes:
            click.confirm("delete them for good?", abort=True)
        done = forget(url, store=store, clock=clock, ledger=ledger)
    except AccountError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"deleted: {done.documents} documents")
