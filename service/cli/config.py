"""`radar config`: is the configuration right?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from service.domain.sources import Feed


@click.group()
def command() -> None:
    """Check the configuration."""


@command.command()
def check() -> None:
    """Check the environment and feeds.yaml; every mistake is shown with file, line, key and what was expected.

    Nothing is made, and neither database nor mail server is asked.
    """
    from service.bootstrap import unusable
    from service.settings import ConfigError, load_feeds, misspelt, read_settings

    settings, problems = read_settings()
    problems += [*unusable(settings), *misspelt()]
    feeds: tuple[Feed, ...] = ()
    try:
        feeds = load_feeds(settings.feeds_file)
    except ConfigError as error:
        problems += error.problems
    if problems:
        for problem in problems:
            click.echo(str(problem), err=True)
        raise SystemExit(1)
    verified = sum(f.verified for f in feeds)
    protected = sum(f.protected_section for f in feeds)
    sources = len({f.source.id for f in feeds})
    click.echo(
        f"{settings.feeds_file}: {len(feeds)} feeds of {sources} sources, {verified} verified, "
        f"{protected} protected sections"
    )
    if not settings.smtp_host:
        click.echo("RADAR_SMTP_HOST is not set: alert e-mail waits in the outbox")
    if not settings.desk_recipients:
        click.echo("RADAR_DESK_RECIPIENTS is not set: alerts are shown on the page only")
