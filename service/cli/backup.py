"""`radar backup`: the database in one file."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--portable", is_flag=True, help="a form that goes into either kind of database")
def command(file: Path, portable: bool) -> None:
    """Write the whole database to FILE while everything goes on; a file that is there is refused.

    \b
    of SQLite               a database file, which goes into SQLite only
    of SQLite, --portable   JSON Lines, compressed, which go into SQLite and PostgreSQL
    of PostgreSQL           the same, with or without --portable

    Each goes into a database of the same version of the program or of a later one. A database of an older version is
    copied as it is, and not brought up. The audit key and the list of deleted addresses (RADAR_STATE_DIR) are not in
    it: keep them elsewhere.
    """
    from service.bootstrap import open_store
    from service.cli.common import settings_or_exit
    from service.scheduling.clock import SystemClock
    from service.storage.backup import BackupError, backup

    try:
        store = open_store(settings_or_exit(), older="left")
        rows = backup(store, file, SystemClock().now(), portable=portable)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{file}: {rows} rows")
