"""`radar outbox`: messages that could not be sent."""

from __future__ import annotations

import click

from service.cli.common import LARGEST, settings_or_exit

STATES = {"stuck": ["dead", "rejected"], "pending": ["pending"], "delivered": ["delivered"]}


@click.group()
def command() -> None:
    """List messages in the outbox, and try again what was given up or refused."""


@command.command("list")
@click.option("--show", type=click.Choice(list(STATES)), default="stuck", show_default=True)
@click.option("--limit", type=click.IntRange(1, 10000), default=100, show_default=True)
def list_(show: str, limit: int) -> None:
    """Messages, newest first: number, state, tries, recipient, subject, what came of the last try."""
    from service.bootstrap import open_store

    with open_store(settings_or_exit()).snapshot() as tx:
        for m in tx.outbox(states=STATES[show], before=None, limit=limit):
            click.echo(
                "\t".join(map(str, (m.id, m.state, m.attempts, m.recipient, m.subject, m.last_outcome, m.last_detail)))
            )


@command.command()
@click.argument("numbers", type=click.IntRange(1, LARGEST), nargs=-1)
@click.option("--all", "everything", is_flag=True, help="every message that is stuck")
def retry(numbers: tuple[int, ...], everything: bool) -> None:
    """Try stuck messages again."""
    from service.bootstrap import open_store
    from service.scheduling.clock import SystemClock
    from service.usecases.audit import CLI
    from service.usecases.send_again import send_again

    if bool(numbers) == everything:
        raise click.UsageError("expected numbers of messages (see `radar outbox list`) or --all")
    store, clock = open_store(settings_or_exit()), SystemClock()
    done, failed = send_again(None, who=CLI, store=store, clock=clock) if everything else 0, []
    for number in numbers:
        if send_again(number, who=CLI, store=store, clock=clock):
            done += 1
        else:
            failed.append(number)
    click.echo(f"{done} will be tried again")
    for number in failed:
        click.echo(f"{number}: no such message, or it is not stuck", err=True)
    raise SystemExit(1 if failed else 0)
