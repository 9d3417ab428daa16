"""`radar retention`: remove what has been kept long enough."""

from __future__ import annotations

from dataclasses import asdict

import click


@click.group()
def command() -> None:
    """Remove what has been kept long enough (RADAR_KEEP_..._DAYS); `radar up` does it every hour."""


@command.command()
@click.option("--dry-run", is_flag=True, help="say what would be removed, and keep it")
def run(dry_run: bool) -> None:
    """Remove now, and log how much."""
    from service.bootstrap import State, open_store, periods_of
    from service.cli.common import settings_or_exit
    from service.scheduling.clock import SystemClock
    from service.storage.state_files import AuditKey
    from service.usecases.retain import retain

    settings = settings_or_exit()
    signer = AuditKey.load(State(settings.state_dir).key)
    removed = retain(
        open_store(settings), SystemClock(), periods=periods_of(settings), signer=signer, dry_run=dry_run
    )  # fmt: skip
    word = "would be removed" if dry_run else "removed"
    click.echo(f"{word}: " + ", ".join(f"{n} {kind}" for kind, n in asdict(removed).items()))
