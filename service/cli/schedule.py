"""`radar schedule`: what is decided and sent in time."""

from __future__ import annotations

import click

from service.cli.common import host_option
from service.cli.running import running, wait_for_the_end


@click.command()
@host_option
def command(allow_host: tuple[str, ...]) -> None:
    """Stories, baselines, alerts, messages, reminders, digests, retention, the signed end of the audit log.

    Needs the database and the mail server. Of several on one database one decides; the others stand by and take over
    within half a minute when it ends, crashes or falls silent.
    """
    with running("schedule", allowed=allow_host):
        click.echo("stories, alerts and messages; Ctrl-C ends it", err=True)
        wait_for_the_end()
