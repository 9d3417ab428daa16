"""`radar parse-feed`: feed bytes to entries."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from service.cli.common import read_whole
from service.cli.lines import write

if TYPE_CHECKING:
    from service.domain.documents import Entry


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--url", default="", help="Address the feed came from; relative links are resolved against it.")
@click.option("--content-type", default="", help="Content-Type header that it came with.")
def command(file: str | None, url: str, content_type: str) -> None:
    """Feed bytes (RSS, RDF, Atom, JSON Feed, news sitemap) to one entry a line.

    Writes {id,url,title,summary,published_at,updated_at}; times in UTC, null where the feed gives none that can be
    understood. What is no feed (an HTML page, an entity bomb) is reported, exit status 1.
    """
    from service.parsing.feeds import parse_feed
    from service.parsing.urls import web_address

    if url and web_address(url) is None:
        raise click.BadParameter(f"expected an http or https address, found {url!r}", param_hint="--url")
    name, body = read_whole(file)
    parsed = parse_feed(body, url=url, content_type=content_type, now=datetime.now(UTC))
    if parsed is None:
        click.echo(f"{name}: not a feed (expected RSS, RDF, Atom, JSON Feed or a sitemap)", err=True)
        raise SystemExit(1)
    for part in parsed.parts:
        click.echo(f"{name}: an index of sitemaps; a poll reads {part.url}", err=True)
    write(_row(entry) for entry in parsed.entries)
    sys.stdout.flush()


def _row(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "published_at": entry.published_at,
        "updated_at": entry.updated_at,
    }
