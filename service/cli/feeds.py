"""`radar feeds`: the feeds and their health."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.common import feeds_or_exit, host_option, settings_or_exit

if TYPE_CHECKING:
    from service.crawling.fetcher import HttpFetcher
    from service.domain.documents import Entry, FeedContent
    from service.domain.fetching import Failed, Fetched
    from service.domain.views import FeedView


@click.group()
def command() -> None:
    """List feeds with their health, check an address, import and export lists, suggest new ones."""


@command.command(name="list")
@click.option("--troubled", is_flag=True, help="only those that need a look")
def list_feeds(troubled: bool) -> None:
    """List feeds: id, health, entries of 24 hours (usual), delay, last outcome or warning, address."""
    from service.bootstrap import open_store
    from service.insight.health import FeedHealth
    from service.scheduling.clock import SystemClock
    from service.storage.read_models import SqlReadModels

    settings = settings_or_exit()
    feeds = feeds_or_exit(settings)
    read, now = SqlReadModels(open_store(settings)), SystemClock().now()
    for view in read.feeds(feeds, now=now):
        if troubled and view.health in (FeedHealth.HEALTHY, FeedHealth.NEW):
            continue
        click.echo(_line(view))
    hours = read.coverage(since=now - timedelta(hours=1), until=now + timedelta(hours=1))
    if hours:
        click.echo(f"coverage {hours[-1].value:.0%}: {hours[-1].reporting} of {hours[-1].expected} sources", err=True)


def _line(view: FeedView) -> str:
    verified = "" if view.verified else " (unverified)"
    figures = view.figures
    day = f"{figures.actual_day} ({figures.expected_day:.0f})" if figures else "-"
    delay = f"{figures.delay_seconds} s" if figures and figures.delay_seconds is not None else "-"
    said = (figures.warning_detail if figures else "") or view.outcome or "-"
    return f"{view.id}\t{view.health}\t{day}\t{delay}\t{said}\t{view.url}{verified}"


@command.command()
@click.argument("url")
@host_option
@click.option("--selector", metavar="CSS", help="read the address as a list page; which of its elements are the items")
def check(url: str, allow_host: tuple[str, ...], selector: str | None) -> None:
    """Read one address once and show what would be taken from it; nothing is stored.

    If it is a page, the feeds that it names are listed and the first one that can be read is shown. Exit status 1 if
    there is no feed, or nothing could be read.
    """
    from service.bootstrap import user_agent
    from service.crawling.fetcher import HttpFetcher
    from service.domain.fetching import Failed
    from service.domain.polling import in_words
    from service.parsing.lists import BadSelectorError, selector_to_xpath
    from service.scheduling.clock import SystemClock

    try:
        selector_to_xpath(selector or "a")
    except BadSelectorError as error:
        raise click.BadParameter(str(error), param_hint="--selector") from None
    agent = user_agent(settings_or_exit())
    with HttpFetcher(user_agent=agent, now=SystemClock().now, allowed=frozenset(allow_host)) as fetcher:
        outcome = _fetched(fetcher, url)
        content = _content(outcome, selector)
        if isinstance(content, Failed):
            if selector is not None:
                raise click.ClickException(f"{url}: {in_words(content)}")
            outcome, content = _discovered(fetcher, outcome)
        if content.parts:
            content = _parts(fetcher, outcome, content)
    _show(outcome, content)


def _fetched(fetcher: object, url: str) -> Fetched:
    from service.crawling.fetcher import HttpFetcher
    from service.domain.fetching import Failed, Fetched, FetchRequest, Refused
    from service.domain.polling import in_words

    assert isinstance(fetcher, HttpFetcher)
    [(_, outcome)] = fetcher.fetch_all([FetchRequest(key="check", url=url)])
    if isinstance(outcome, Failed | Refused):
        raise click.ClickException(f"{url}: {in_words(outcome)}")
    assert isinstance(outcome, Fetched)
    return outcome


def _content(outcome: Fetched, selector: str | None = None) -> FeedContent | Failed:
    from service.crawling.readers import DirectReader
    from service.scheduling.clock import SystemClock

    now = SystemClock().now()
    given = {"url": outcome.url, "content_type": outcome.content_type}
    return DirectReader().feed(outcome.body, **given, now=now, selector=selector)


def _parts(fetcher: HttpFetcher, outcome: Fetched, index: FeedContent) -> FeedContent:
    """What a poll would take of the parts of an index of sitemaps."""
    from service.crawling.readers import DirectReader
    from service.domain.fetching import Failed, Refused
    from service.domain.polling import in_words
    from service.scheduling.clock import SystemClock
    from service.usecases.follow import follow, index_of

    parts = [index_of("check", outcome, index, last=None)]
    for part in parts[0].parts:
        click.echo(f"{outcome.url}: an index of sitemaps; read of it: {part.url}")
    [found] = follow(parts, fetcher=fetcher, reader=DirectReader(), now=SystemClock().now())
    if isinstance(found.outcome, Failed | Refused) or found.content is None:
        why = in_words(found.outcome) if isinstance(found.outcome, Failed | Refused) else "nothing"
        raise click.ClickException(f"{outcome.url}: {why}")
    if found.note:
        click.echo(f"  note: {found.note}", err=True)
    return found.content


def _discovered(fetcher: object, page: Fetched) -> tuple[Fetched, FeedContent]:
    from service.domain.fetching import Failed
    from service.domain.polling import in_words
    from service.parsing.discovery import discover_feeds

    found = discover_feeds(page.body, url=page.url, content_type=page.content_type)
    if not found:
        kind = page.content_type or "no content type"
        raise click.ClickException(f"{page.url}: {kind}, not a feed, and no feed is named on it")
    click.echo(f"{page.url}: a page that names {len(found)} feeds")
    for feed in found:
        click.echo(f"  {feed.url}  {feed.title or '-'}{'' if feed.declared else '  (a link that looks like one)'}")
    for feed in found[:5]:
        try:
            outcome = _fetched(fetcher, feed.url)
        except click.ClickException as error:
            click.echo(f"  {error.message}", err=True)
            continue
        content = _content(outcome)
        if not isinstance(content, Failed):
            return outcome, content
        click.echo(f"  {feed.url}: {in_words(content)}", err=True)
    raise click.ClickException(f"{page.url}: none of the feeds it names can be read")


def _show(outcome: Fetched, content: FeedContent) -> None:
    entries = content.entries
    dated = sum(e.published_at is not None for e in entries)
    newest = max((e.published_at for e in entries if e.published_at), default=None)
    click.echo(f"{outcome.url}: {len(entries)} entries, {dated} dated, newest {newest or 'unknown'}")
    if content.title:
        click.echo(f"  it calls itself «{content.title}»")
    for hint in _hints(entries, newest):
        click.echo(f"  note: {hint}", err=True)
    for entry in entries[:10]:
        click.echo(f"  {entry.published_at or 'no date'}  {entry.title}  {entry.url}")


def _hints(entries: Sequence[Entry], newest: datetime | None) -> Iterator[str]:
    from service.insight.health import STALE_AFTER
    from service.scheduling.clock import SystemClock

    if not entries:
        yield "it answers and brings nothing; look again later, or for another address of the outlet"
    elif newest is None:
        yield "no entry has a date that is understood; the time of first sight stands in its place"
    elif (age := SystemClock().now() - newest) > STALE_AFTER:
        yield f"its newest entry is {age.days} days old; it may be abandoned"
    if any(not e.url for e in entries):
        yield f"{sum(not e.url for e in entries)} entries have no address"


@command.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="show what would be added; the feeds file stays as it is")
def import_opml(file: Path, dry_run: bool) -> None:
    """Add the feeds of an OPML file to the feeds file (RADAR_FEEDS_FILE), marked as unverified.

    Feeds that are there already are passed over; an outlet is known by its host. An outline whose address is none is
    reported, exit status 1.
    """
    from service.parsing.opml import BadOpmlError, read_opml
    from service.settings import ConfigError
    from service.settings.feeds_writer import additions, write_additions

    settings = settings_or_exit()
    try:
        listed = read_opml(file.read_bytes())
    except BadOpmlError as error:
        raise click.ClickException(f"{file}: {error}") from None
    for bad in listed.refused:
        found = f"expected an http or https address, found {bad.address[:80]!r}"
        click.echo(f"{file}:{bad.line}: outline {bad.title!r}: {found}", err=True)
    new = additions(listed.outlines, feeds_or_exit(settings))
    for each in new:
        click.echo(f"{each.id}\t{each.source_id}{' (new outlet)' if each.source_name else ''}\t{each.url}")
    if new and not dry_run:
        try:
            write_additions(settings.feeds_file, new)
        except ConfigError as error:
            raise click.ClickException(str(error)) from None
    verb = "would be added" if dry_run else "added"
    click.echo(f"{len(new)} feeds {verb}, {len(listed.outlines) - len(new)} known already", err=True)
    raise SystemExit(1 if listed.refused else 0)


@command.command()
def export() -> None:
    """Write all feeds as OPML 2.0 to standard output, one folder an outlet."""
    from service.parsing.opml import Outline, write_opml

    feeds = feeds_or_exit(settings_or_exit())
    outlines = [
        Outline(url=f.url, title=f"{f.source.name} - {f.section}" if f.section else f.source.name, folder=f.source.name)
        for f in feeds
        if not f.format.is_interface and f.selector is None
    ]
    sys.stdout.buffer.write(write_opml(outlines, title="BHXH Radar"))


@command.command()
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 400))
@click.option("--least", default=3, show_default=True, type=click.IntRange(1), help="links that a host must have had")
def suggest(days: int, least: int) -> None:
    """Hosts that feeds link to often and that no feed covers: links, those in polls with news about BHXH, host.

    `radar feeds check https://HOST/` then shows the feeds of one.
    """
    from service.bootstrap import open_store
    from service.domain.times import VIETNAM
    from service.scheduling.clock import SystemClock
    from service.storage.read_models import SqlReadModels

    settings = settings_or_exit()
    since = (SystemClock().now() - timedelta(days=days)).astimezone(VIETNAM).date().isoformat()
    read = SqlReadModels(open_store(settings))
    for found in read.suggestions(feeds_or_exit(settings), since_day=since, least=least) or ():
        click.echo(f"{found.links}\t{found.relevant}\t{found.host}")
