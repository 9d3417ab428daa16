"""`radar retention`: remove what has been kept long enough."""

from __future__ import annotations

from dataclasses import asdict

import click


@click.group()
def command() -> None:
    """Remove what has been kept long enough (RADAR_KEEP_..._DAYS); `radar up` does it every hour."""


@command.command()
@click.option("--dry-run", is_flag=True, help="say what would be removed, and keep it")
@click.option("--clock-is-right", is_flag=True, help="remove although the last removal is long ago")
def run(dry_run: bool, clock_is_right: bool) -> None:
    """Remove now, and log how much.

    Where the last removal is more than 14 days ago, and entries did not come on 14 different days of the last 28, the
    clock may be ahead, and nothing is removed until they did or somebody says that it is right.
    """
    from service.bootstrap import State, open_store, periods_of
    from service.cli.common import settings_or_exit
    from service.scheduling.clock import SystemClock
    from service.storage.state_files import AuditKey
    from service.usecases.retain import LONGEST_PAUSE, held_since, retain

    settings = settings_or_exit()
    signer = AuditKey.load(State(settings.state_dir).key)
    store, clock = open_store(settings), SystemClock()
    removed = retain(
        store, clock, periods=periods_of(settings), signer=signer, dry_run=dry_run, sure=clock_is_right
    )  # fmt: skip
    if removed is None:
        raise click.ClickException(
            f"nothing was removed: it is {clock.now():%Y-%m-%d %H:%M} UTC by this machine, more than "
            f"{LONGEST_PAUSE.days} days after {held_since(store, clock):%Y-%m-%d %H:%M}, the last time that is known; "
            "if the clock is right, say --clock-is-right"
        )
    word = "would be removed" if dry_run else "removed"
    click.echo(f"{word}: " + ", ".join(f"{n} {kind}" for kind, n in asdict(removed).items()))
