"""`radar forget`: delete a publication on request."""

from __future__ import annotations

import click


@click.command()
@click.argument("url", required=False)
@click.option("--id", "document_id", help="one document by its id: no other one at the same address goes with it")
@click.option("--dry-run", is_flag=True, help="say how many documents it would be")
@click.option("--yes", is_flag=True, help="do not ask")
def command(url: str | None, document_id: str | None, dry_run: bool, yes: bool) -> None:
    """Delete what is kept of a publication, and of its copies, by its address or id; it is never taken again.

    What alerts, timelines, reasons and messages say of it is taken out too. Restored backups honour it. A citizen's
    comment, which has no address of its own, is named by its id (it stands in the address of its page).
    """
    from service.bootstrap import State, open_store
    from service.cli.common import settings_or_exit
    from service.cli.logs import configure_logging
    from service.scheduling.clock import SystemClock
    from service.usecases.errors import AccountError
    from service.usecases.forget import Forgotten, forget, forget_document

    if (url is None) == (document_id is None):
        raise click.UsageError("expected an address or --id, one of the two")
    settings = settings_or_exit()
    configure_logging(settings.log_level)
    store, clock, ledger = open_store(settings), SystemClock(), State(settings.state_dir).ledger

    def run(*, only_count: bool) -> Forgotten:
        if document_id is not None:
            return forget_document(document_id, store=store, clock=clock, ledger=ledger, dry_run=only_count)
        return forget(url or "", store=store, clock=clock, ledger=ledger, dry_run=only_count)

    try:
        found = run(only_count=True)
        click.echo(f"{found.documents} documents (copies counted)")
        if dry_run:
            return
        if document_id is not None and not found.documents:
            raise click.ClickException(f"no document of this id: {document_id[:80]!r}")
        if not yes:
            click.confirm("delete them for good?", abort=True)
        done = run(only_count=False)
    except AccountError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"deleted: {done.documents} documents")
