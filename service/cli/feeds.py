"""`radar feeds`: the feeds and their health."""

from __future__ import annotations

import click

from service.cli.common import feeds_or_exit, settings_or_exit


@click.group()
def command() -> None:
    """List feeds with their health; check one address."""


@command.command(name="list")
@click.option("--troubled", is_flag=True, help="only those that need a look")
def list_feeds(troubled: bool) -> None:
    """List feeds: id, health, last outcome, address."""
    from service.bootstrap import open_store
    from service.insight.health import FeedHealth
    from service.scheduling.clock import SystemClock
    from service.storage.read_models import SqlReadModels

    settings = settings_or_exit()
    feeds = feeds_or_exit(settings)
    views = SqlReadModels(open_store(settings)).feeds(feeds, now=SystemClock().now())
    for view in views:
        if troubled and view.health in (FeedHealth.HEALTHY, FeedHealth.NEW):
            continue
        verified = "" if view.verified else " (unverified)"
        click.echo(f"{view.id}\t{view.health}\t{view.outcome or '-'}\t{view.url}{verified}")


@command.command()
@click.argument("url")
@click.option("--allow-host", multiple=True, metavar="HOST:PORT", help="read this exact address although not public")
def check(url: str, allow_host: tuple[str, ...]) -> None:
    """Read one address once and show what would be taken from it; nothing is stored.

    Exit status 1 if it is no feed, or could not be read.
    """
    from service.bootstrap import user_agent
    from service.crawling.fetcher import HttpFetcher
    from service.crawling.readers import DirectReader
    from service.domain.fetching import Failed, Fetched, FetchRequest, Refused
    from service.domain.polling import in_words
    from service.scheduling.clock import SystemClock

    settings = settings_or_exit()
    fetcher = HttpFetcher(user_agent=user_agent(settings), allowed=frozenset(allow_host))
    try:
        [(_, outcome)] = fetcher.fetch_all([FetchRequest(key="check", url=url)])
    finally:
        fetcher.close()
    if isinstance(outcome, Failed | Refused):
        raise click.ClickException(f"{url}: {in_words(outcome)}")
    assert isinstance(outcome, Fetched)
    entries = DirectReader().entries(
        outcome.body, url=outcome.url, content_type=outcome.content_type, now=SystemClock().now()
    )
    if entries is None:
        raise click.ClickException(f"{url}: {outcome.content_type or 'no content type'}, not a feed")
    dated = sum(e.published_at is not None for e in entries)
    newest = max((e.published_at for e in entries if e.published_at), default=None)
    click.echo(f"{outcome.url}: {len(entries)} entries, {dated} dated, newest {newest or 'unknown'}")
    for entry in entries[:10]:
        click.echo(f"  {entry.published_at or 'no date':}  {entry.title}  {entry.url}")
