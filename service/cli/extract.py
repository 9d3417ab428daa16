"""`radar extract`: HTML pages to title, text, date and canonical address."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from service.cli.common import read_whole
from service.cli.lines import BadLineError, finish, open_lines, optional_text, required_text, write
from service.parsing.urls import web_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.cli.lines import Lines
    from service.domain.documents import Page


@dataclass(frozen=True, slots=True)
class GivenPage:
    """A line of the input."""

    id: str
    url: str
    html: str


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--url", default="", help="Address the page came from.")
@click.option("--content-type", default="", help="Content-Type header that it came with.")
@click.option("--jsonl", is_flag=True, help="FILE holds lines {id,url,html} instead of one page.")
@click.option("--fast", is_flag=True, help="The plainer, about eight times faster extractor.")
def command(file: str | None, url: str, content_type: str, jsonl: bool, fast: bool) -> None:
    """HTML pages to {url,canonical_url,title,text,published_at,language}, one line a page.

    With --jsonl every line carries its `id` too. A page without text to be had is reported, exit status 1.
    """
    if jsonl and (url or content_type):
        raise click.UsageError("--jsonl goes without --url and --content-type: each line has its own address")
    if jsonl:
        with open_lines(file) as lines:
            write(_pages(lines, thorough=not fast), live=lines.live)
            finish(lines)
        return
    from service.parsing.pages import extract_page

    if url and web_address(url) is None:
        raise click.BadParameter(f"expected an http or https address, found {url!r}", param_hint="--url")
    name, body = read_whole(file)
    page = extract_page(body, url=url, content_type=content_type, now=datetime.now(UTC), thorough=not fast)
    if page is None:
        click.echo(f"{name}: no text in this page", err=True)
        raise SystemExit(1)
    write([_row(page)])
    sys.stdout.flush()


def _pages(lines: Lines, *, thorough: bool) -> Iterator[dict[str, object]]:
    from service.parsing.pages import extract_page

    now = datetime.now(UTC)
    for number, given in lines.parsed(_given):
        body = given.html.encode("utf-8", "replace")
        page = extract_page(body, url=given.url, content_type="text/html; charset=utf-8", now=now, thorough=thorough)
        if page is None:
            lines.report(number, f"no text in page {given.id}")
        else:
            yield {"id": given.id, **_row(page)}


def _given(row: dict[str, Any]) -> GivenPage:
    url = optional_text(row, "url") or ""
    if url and web_address(url) is None:
        raise BadLineError(f"field 'url': expected an http or https address, found {url!r:.80}")
    return GivenPage(required_text(row, "id"), url, required_text(row, "html"))


def _row(page: Page) -> dict[str, object]:
    return {
        "url": page.url,
        "canonical_url": page.canonical_url,
        "title": page.title,
        "text": page.text,
        "published_at": page.published_at,
        "language": page.language,
    }
