"""`radar serve`: the API and the page alone."""

from __future__ import annotations

import click

from service.cli.running import admin_option, port_or_exit, running, serve


@click.command()
@admin_option
def command(admin: str) -> None:
    """API and dashboard alone; `radar work` and `radar schedule` do the rest, here or on other machines.

    Any number may run on one PostgreSQL database. All machines need the same secrets key (RADAR_SECRETS_KEY), and the
    same files under RADAR_STATE_DIR.
    """
    port_or_exit()
    with running() as radar:
        serve(radar, admin)
