"""`radar up`: everything from one command."""

from __future__ import annotations

import click

from service.cli.common import host_option
from service.cli.running import admin_option, port_or_exit, running, serve


@click.command()
@admin_option
@host_option
def command(admin: str, allow_host: tuple[str, ...]) -> None:
    """Crawlers, pipeline, alerts, API and dashboard in one process, with at most two worker processes for text.

    Brings the database to the newest schema, and creates the first administrator with a one-time password that is
    printed once. Stop it with Ctrl-C; whatever was not finished is taken up again at the next start.

    Where another process already reads or decides on this database, this one serves the page and stands by.
    """
    port_or_exit()
    with running("work", "schedule", allowed=allow_host) as radar:
        serve(radar, admin)
