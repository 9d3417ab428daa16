"""What several commands share: settings with a readable error, waiting for the end."""

from __future__ import annotations

import math
import os
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from service.domain.sources import Feed
    from service.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])
MAX_BYTES = 64 * 1024 * 1024
LARGEST = 2**63 - 1  # number of a row
DAY = click.DateTime(["%Y-%m-%d"])


def _code(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not (len(value) == 2 and value.isascii() and value.isdecimal()):
        raise click.BadParameter("expected a General Statistics Office code of two digits, such as 01")
    return value


province_option = click.option(
    "--province", callback=_code, help="General Statistics Office code; the whole country where not given"
)

host_option = click.option(
    "--allow-host",
    multiple=True,
    metavar="HOST:PORT",
    help="read this exact address although it is not public, or not on a port of the web",
)


def in_range(_ctx: click.Context, _param: click.Parameter, value: datetime | None) -> datetime | None:
    """A day that figures may be asked for."""
    from service.usecases.indicators import EARLIEST, LATEST

    if value is not None and not EARLIEST <= value.date() <= LATEST:
        raise click.BadParameter(f"expected a day from {EARLIEST} to {LATEST}")
    return value


def _writable(_ctx: click.Context, _param: click.Parameter, value: Path) -> Path:
    """Said before the work, not after it."""
    folder = value.parent
    if str(value) != "-" and not value.exists() and not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise click.BadParameter(f"{str(folder)!r} is no directory that can be written to")
    return value


class FiniteRange(click.FloatRange):
    """A range of numbers; no bound keeps NaN out, and infinity only an upper one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"expected a finite number, found {value}", param, ctx)
        return number


def false_alarms_option(what: str) -> Callable[[Command], Command]:
    """`--false-alarms-per-month`, given as `budget`: the same everywhere; `what`: is counted together."""
    return click.option(
        "--false-alarms-per-month", "budget", type=FiniteRange(0, min_open=True), default=2.0, show_default=True,
        help=f"How many false alarms a month are acceptable, all {what} together.",
    )  # fmt: skip


file_option = click.option(
    "-o", "--output", type=click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path),
    callback=_writable, default="-", help="file to write; standard output where not given",
)  # fmt: skip


def read_whole(file: str | None) -> tuple[str, bytes]:
    """What messages call the input, and all of it, a .gz file unpacked; a file that is too large or cannot be read ends
    the command with status 1."""
    from service.cli.lines import open_lines

    with open_lines(file) as lines:
        try:
            body = lines.stream.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise click.ClickException(f"{lines.name}: cannot be read: {error}") from None
        if len(body) > MAX_BYTES:
            raise click.ClickException(f"{lines.name}: larger than {MAX_BYTES // 2**20} MB")
        return lines.name, body


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
