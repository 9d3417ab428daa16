"""`radar replay`: entries of the past through the whole pipeline in their own time."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
from tqdm import tqdm

from service.cli.common import feeds_or_exit, settings_or_exit
from service.cli.lines import BadLineError, Lines, open_lines, optional_text, required_text
from service.domain.documents import Entry
from service.domain.sources import Feed, Source, SourceKind
from service.domain.times import sensible
from service.parsing.plain import MAX_SUMMARY, MAX_TITLE, one_line, plain_text
from service.parsing.urls import of_state_agency, web_address
from service.usecases.replay import PastEntry

if TYPE_CHECKING:
    from service.storage.engine import SqlStore

MAX_KEY = 100  # of an outlet's id, which is as long as its host; columns hold 120 characters


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def command(files: tuple[str, ...]) -> None:
    """Run entries of the past through the whole pipeline in their own time, into the configured database.

    FILE holds JSON Lines (.gz too) with title, summary, link, source, published, first_commit: link is the address,
    first_commit the time the entry was first seen. Pages are never fetched, and nothing is sent. A replay that was
    stopped goes on where it was when it is started again with the same files.

    \b
    RADAR_DATABASE_URL=sqlite:///var/replay.db radar replay 2025-*.jsonl.gz
    """
    from service.bootstrap import classifier_of, open_store, policy_of
    from service.scheduling.clock import SetClock
    from service.usecases.place import StoryDesk
    from service.usecases.replay import Replay
    from service.usecases.tidy import Tidy
    from service.usecases.watch import Watch

    settings = settings_or_exit()
    outlets = Outlets(feeds_or_exit(settings))
    entries, failed = _read(files, outlets)
    if not entries:
        raise click.ClickException("no entry could be read")
    store = open_store(settings, make=True, older="brought up")
    clock = SetClock(min(e.first_seen_at for e in entries))
    desk = StoryDesk(store, clock)
    tidy = Tidy(desk)
    watch = Watch(store=store, clock=clock, policy=policy_of(settings))

    def set_time(at: datetime) -> None:
        clock.at = at

    def look() -> None:
        desk.place()
        watch.run()
        while tidy.run()[1]:
            desk.place()  # follows

    started = time.perf_counter()
    replay = Replay(store=store, classifier=classifier_of(settings), set_time=set_time, look=look)
    totals: Counter[str] = Counter()
    with tqdm(total=len(entries), unit="entries", disable=None) as bar:
        for end, hour in replay.run(entries):
            totals.update(new=hour.new, kept=hour.kept, dropped=hour.dropped)
            bar.set_postfix_str(f"{end:%Y-%m-%d}", refresh=False)
            bar.update(hour.new)
    seconds = time.perf_counter() - started
    click.echo(f"entries {len(entries)}, new {totals['new']}, kept as relevant {totals['kept']}, {seconds:.0f} s")
    click.echo("(entries older than the newest of the database are left out: time only goes forward)")
    click.echo(f"{totals['new'] / seconds:.0f} documents a second")
    _report(store)
    raise SystemExit(1 if failed else 0)


class Outlets:
    """Finds the outlet of an address among the configured sources, by host; others become online outlets, those of
    state agencies (with the subdomains of agencies that are configured) state agencies."""

    def __init__(self, feeds: Iterable[Feed]) -> None:
        self._sources = {_site(f.url): f.source for f in feeds if f.source.kind is not SourceKind.AGGREGATOR}
        self._agencies = [site for site, source in self._sources.items() if source.kind is SourceKind.STATE_AGENCY]
        self._feeds: dict[str, Feed] = {}

    def feed(self, url: str, name: str) -> Feed:
        """A feed that stands for all of an outlet's past entries."""
        site = _site(url)
        if site not in self._feeds:
            kind = SourceKind.STATE_AGENCY if of_state_agency(url, self._agencies) else SourceKind.ONLINE
            fresh = Source(id=_key(site), name=name or site, kind=kind, publisher=site)
            source = self._sources.get(site, fresh)
            self._feeds[site] = Feed(id=f"replay-{_key(source.id)}", url=f"https://{site}/", source=source)
        return self._feeds[site]


def _key(name: str) -> str:
    """A name as it is, or cut and told apart from others that begin alike."""
    if len(name) <= MAX_KEY:
        return name
    return f"{name[: MAX_KEY - 17]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _read(files: tuple[str, ...], outlets: Outlets) -> tuple[list[PastEntry], int]:
    entries: list[PastEntry] = []
    failed = 0
    for file in files:
        with open_lines(file) as lines:
            entries += _entries(lines, outlets)
            failed += lines.failed
    return entries, failed


def _entries(lines: Lines, outlets: Outlets) -> Iterator[PastEntry]:
    for _, entry in lines.parsed(lambda row: _entry(row, outlets)):
        yield entry


def _entry(row: dict[str, Any], outlets: Outlets) -> PastEntry:
    given = required_text(row, "link")
    link = web_address(given)
    if link is None:
        raise BadLineError(f"field 'link': expected an http or https address, found {given[:80]!r}")
    seen_at = _time(required_text(row, "first_commit"), "first_commit")
    published = optional_text(row, "published")
    return PastEntry(
        entry=Entry(
            id=link,
            url=link,
            title=plain_text(optional_text(row, "title") or "")[:MAX_TITLE],
            summary=plain_text(optional_text(row, "summary") or "")[:MAX_SUMMARY],
            published_at=_time(published, "published") if published else None,
        ),
        feed=outlets.feed(link, one_line((optional_text(row, "source") or "").split(" - ")[0])[:120]),
        first_seen_at=seen_at,
    )


def _time(value: str, key: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise BadLineError(f"field '{key}': expected an ISO 8601 time, found {value[:40]!r}") from None
    if at.tzinfo is None:
        raise BadLineError(f"field '{key}': expected a time with its offset, found {value!r}")
    try:
        return sensible(at).astimezone(UTC)
    except ValueError as error:
        raise BadLineError(f"field '{key}': {error}, found {value!r}") from None


def _report(store: SqlStore) -> None:
    from service.storage.read_models import SqlReadModels

    read = SqlReadModels(store)
    totals = read.totals(now=datetime.now(UTC))
    click.echo(f"documents {totals.documents}, stories {totals.stories}")
    months: Counter[tuple[str, int]] = Counter()
    for alert in read.alerts(after=None, limit=100_000):
        months[f"{alert.opened_at:%Y-%m}", alert.peak_level] += 1
    for (month, level), count in sorted(months.items()):
        click.echo(f"alerts {month} L{level}: {count}")
