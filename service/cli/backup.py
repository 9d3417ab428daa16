"""`radar backup`: the database in one file."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Write the whole database to FILE while everything goes on; a file that is there is refused.

    SQLite: a database file (online backup). PostgreSQL: JSON Lines, compressed. The audit key and the list of deleted
    addresses (RADAR_STATE_DIR) are not in it: keep them elsewhere.
    """
    from service.bootstrap import open_store
    from service.cli.common import settings_or_exit
    from service.scheduling.clock import SystemClock
    from service.storage.backup import BackupError, backup

    try:
        rows = backup(open_store(settings_or_exit(), existing=True), file, SystemClock().now())
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{file}: {rows} rows")
