"""`radar config`: is the configuration right, and what can be set?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import SecretStr

    from service.domain.sources import Feed
    from service.settings import Settings

IN_MEMORY = ("sqlite://", "sqlite:///", "sqlite:///:memory:")
PAIRS = (("smtp_user", "smtp_password"), ("zalo_app_id", "zalo_secret"), ("oidc_client_id", "oidc_issuer"))


@click.group()
def command() -> None:
    """Check the configuration; list the settings."""


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
    for note in _notes(settings):
        click.echo(note)


@command.command()
def settings() -> None:
    """Every setting with its default and meaning, in Markdown: the table of docs/settings.md."""
    from service.settings.environment import table

    click.echo(table())


def _notes(settings: Settings) -> Iterator[str]:
    """What works, and hardly as it is meant."""
    if settings.database_url.partition("?")[0] in IN_MEMORY:
        yield "RADAR_DATABASE_URL is a database in memory: all of it is lost when the command ends"
    if _example(settings.contact):
        yield f"RADAR_CONTACT is an example ({settings.contact}): editors cannot write to whoever reads their pages"
    if not settings.smtp_host:
        yield "RADAR_SMTP_HOST is not set: alert e-mail waits in the outbox"
    elif _example(settings.mail_from):
        yield f"RADAR_MAIL_FROM is an example ({settings.mail_from}): mail servers may refuse it"
    if not settings.desk_recipients:
        yield "RADAR_DESK_RECIPIENTS is not set: alerts are shown on the page only"
    if settings.oidc_issuer and not settings.public_url:
        yield f"RADAR_OIDC_ISSUER without RADAR_PUBLIC_URL: the provider sends people back to {settings.base_url}"
    if settings.false_alarms_per_month > settings.false_watches_per_month:
        yield "RADAR_FALSE_ALARMS_PER_MONTH is above RADAR_FALSE_WATCHES_PER_MONTH: no alert is of L1"
    for one, other in PAIRS:
        if bool(_given(settings, one)) != bool(_given(settings, other)):
            there, missing = (one, other) if _given(settings, one) else (other, one)
            yield f"RADAR_{there.upper()} is set without RADAR_{missing.upper()}: it cannot be used"


def _example(address: str) -> bool:
    return address.rpartition("@")[2].lower() in ("example.com", "example.org", "example.net")


def _given(settings: Settings, name: str) -> str:
    value: str | SecretStr = getattr(settings, name)
    return value if isinstance(value, str) else value.get_secret_value()
