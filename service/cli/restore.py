"""`radar restore`: the database out of a backup."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="put it in place of what the database holds")
def command(file: Path, replace: bool) -> None:
    """Put the backup FILE into the database, then remove what has been kept long enough or was deleted on request.

    End `radar up`, `radar work` and `radar schedule` first: nothing is restored while one of them is at work. End
    `radar serve` too: what it writes meanwhile is lost. The database is brought to the newest schema, or made, and so
    is a backup of an older version.

    Sessions and API tokens of the backup end, and messages that waited in it are given up: they may have gone out
    since. Accounts and roles are as they were in it: do again what was changed since.

    Backups of PostgreSQL, and those that `radar backup --portable` wrote, go into either kind of database; a backup of
    SQLite without it goes into SQLite. Afterwards `radar audit verify` shows entries that were anchored after the
    backup as missing.
    """
    from service.bootstrap import State, open_store, periods_of
    from service.cli.common import settings_or_exit
    from service.cli.logs import configure_logging
    from service.scheduling.clock import SystemClock
    from service.storage.backup import BackupError, restore
    from service.storage.state_files import AuditKey
    from service.storage.turns import WHO, all_turns
    from service.usecases.after_restore import after_restore

    settings = settings_or_exit()
    configure_logging(settings.log_level)
    state, store = State(settings.state_dir), open_store(settings, make=True, older="brought up")
    # files that are needed afterwards, and may be damaged, before anything is written over
    signer, _ = AuditKey.load(state.key), state.ledger.all()
    with all_turns(store.engine) as taken:
        if taken:
            raise click.ClickException(f"a process is at work on this database ({WHO[taken]}); end it first")
        try:
            rows = restore(store, file, replace=replace)
        except BackupError as error:
            raise click.ClickException(str(error)) from None
        done = after_restore(store, SystemClock(), ledger=state.ledger, periods=periods_of(settings), signer=signer)
    click.echo(f"{rows} rows restored; {done.forgotten} documents deleted again on request")
    click.echo(f"{done.sessions} sessions and {done.tokens} API tokens of the backup ended: people log in anew")
    click.echo(
        f"{done.messages} messages that waited in the backup were given up, as they may have gone out since: see "
        "`radar outbox list`; `radar outbox retry NUMBER` sends one"
    )
    click.echo(
        "accounts, roles, passwords and second factors are those of the backup: compare `radar users list` with what "
        "was changed since, and do it again (radar users disable, revoke, reset)"
    )
