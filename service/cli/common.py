"""What several commands share: settings with a readable error, waiting for the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from service.domain.sources import Feed
    from service.settings import Settings


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
