"""What several commands share: settings with a readable error, waiting for the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from service.domain.sources import Feed
    from service.settings import Settings


def _code(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not (len(value) == 2 and value.isascii() and value.isdecimal()):
        raise click.BadParameter("expected a General Statistics Office code of two digits, such as 01")
    return value


province_option = click.option(
    "--province", callback=_code, help="General Statistics Office code; the whole country where not given"
)


def settings_or_exit() -> Settings:
    """The settings; a mistake in them is shown whole and ends the command with status 1."""
    from service.settings import ConfigError, load_settings

    try:
        return load_settings()
    except ConfigError as error:
        raise click.ClickException(str(error)) from None


def feeds_or_exit(settings: Settings) -> tuple[Feed, ...]:
    """The feeds of the feeds file; a mistake in it is shown whole and ends the command with status 1."""
    from service.settings import ConfigError, load_feeds

    try:
        return load_feeds(settings.feeds_file)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
