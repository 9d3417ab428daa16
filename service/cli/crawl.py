"""`radar crawl`: poll the feeds that are due."""

from __future__ import annotations

import time
from dataclasses import replace

import click

from service.cli.common import feeds_or_exit, host_option, settings_or_exit


@click.command()
@click.option("--once", is_flag=True, help="poll what is due once, read the pages, place stories, and end")
@click.option("--feed", "only", multiple=True, metavar="ID", help="only this feed (may be given more than once)")
@host_option
def command(once: bool, only: tuple[str, ...], allow_host: tuple[str, ...]) -> None:
    """Poll the feeds that are due, and go on until it is stopped.

    \b
    radar crawl --once                         one round
    radar crawl --once --feed nhandan-bhxh     one feed

    One line a feed says what came of it. Exit status 1 if a feed failed or refused.
    """
    from service.bootstrap import Plan, install
    from service.cli.logs import configure_logging
    from service.scheduling.clock import SystemClock
    from service.usecases.collect import collect_due
    from service.usecases.health import measure
    from service.usecases.place import StoryDesk
    from service.usecases.read_pages import check_pages, read_pages
    from service.usecases.refresh import refresh_by_interface

    settings = settings_or_exit()
    feeds = feeds_or_exit(settings)
    if unknown := set(only) - {f.id for f in feeds}:
        raise click.BadParameter(f"no feed {sorted(unknown)[0]!r}; see `radar feeds list`", param_hint="--feed")
    configure_logging(settings.log_level)
    chosen = [replace(f, enabled=True) for f in feeds if f.id in only] if only else list(feeds)
    plan = Plan(clock=SystemClock(), feeds=chosen, allowed_hosts=frozenset(allow_host))
    failed = 0
    with install(settings, plan) as radar:
        turn = radar.turn("work")
        if not turn.take():
            raise click.ClickException("another process reads the feeds of this database now (radar up or radar work)")
        desk = StoryDesk(radar.store, plan.clock)
        while True:
            for polled in collect_due(radar.collector):
                failed += bool(polled.state.failures or polled.state.refusals)
                click.echo(f"{polled.feed.id}: {polled.state.outcome}")
            while read := read_pages(radar.collector):
                click.echo(f"pages read: {read}")
            if changed := check_pages(radar.collector):
                click.echo(f"pages changed: {changed}")
            refresh_by_interface(radar.collector)
            desk.place()
            _, coverage = measure(radar.collector.feeds, radar.store, plan.clock)
            click.echo(f"coverage: {coverage.reporting} of {coverage.expected} sources")
            radar.rounds.note("work")
            if once:
                break
            time.sleep(settings.poll_seconds)
        turn.give_back()
    raise SystemExit(1 if failed else 0)
