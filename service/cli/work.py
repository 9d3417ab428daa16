"""`radar work`: read and judge."""

from __future__ import annotations

import click

from service.cli.common import host_option
from service.cli.running import running, wait_for_the_end


@click.command()
@host_option
def command(allow_host: tuple[str, ...]) -> None:
    """Poll feeds, read pages and interfaces, judge texts; needs the way out to the internet and no open port.

    Of several on one database one works, so that no outlet is asked twice; the others stand by and take over within
    half a minute when it ends, crashes or falls silent.
    """
    with running("work", allowed=allow_host) as radar:
        click.echo(f"reading {len(radar.plan.feeds)} feeds; Ctrl-C ends it", err=True)
        wait_for_the_end()
