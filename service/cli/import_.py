"""`radar import`: publications from files of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from service.cli.common import feeds_or_exit, settings_or_exit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.domain.sources import Source
    from service.usecases.import_rows import ImportedRow, RowProblem

MAX_BYTES = 512 * 1024 * 1024
SHOWN = 5


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="show how the rows would be read; nothing is judged or stored")
@click.option("--map", "mapped", multiple=True, metavar="FIELD=COLUMN", help="which column holds a field")
@click.option(
    "--kind", type=click.Choice(["online", "forum", "social"]), default="online", show_default=True,
    help="sort of outlet, where neither the file nor the address tells",
)  # fmt: skip
def command(files: tuple[Path, ...], dry_run: bool, mapped: tuple[str, ...], kind: str) -> None:
    """Import publications that another tool exported as CSV, JSON Lines (.jsonl) or XLSX (first sheet).

    Fields: title, text, url, published_at, source, kind, id; columns are found by their names in Vietnamese or English
    («Tiêu đề», «Nội dung», «Đường dẫn», «Ngày đăng» ...). Columns with people's names are never read. Rows go through
    the same judgement and masking as what is crawled. A bad row is reported with file, row and field and left out;
    exit status 1 if there was one.
    """
    from service.domain.sources import SourceKind

    given = dict(_pair(m) for m in mapped)
    settings = settings_or_exit()
    sources = {(urlsplit(f.url).hostname or "").removeprefix("www."): f.source for f in feeds_or_exit(settings)}
    reading = _Reading(files, given, sources, SourceKind(kind))
    if dry_run:
        _show(reading)
    else:
        _store(reading)
    raise SystemExit(1 if reading.failed else 0)


def _pair(text: str) -> tuple[str, str]:
    field, sign, column = text.partition("=")
    if not sign or not column:
        raise click.BadParameter(f"expected FIELD=COLUMN, found {text!r}", param_hint="--map")
    return field.strip(), column.strip()


class _Reading:
    """Rows of several files; what is wrong goes to standard error."""

    def __init__(
        self, files: tuple[Path, ...], given: dict[str, str], sources: dict[str, Source], kind: object
    ) -> None:
        self.files, self.given, self.sources, self.kind = files, given, sources, kind
        self.failed = 0
        self.good = 0

    def rows(self) -> Iterator[ImportedRow]:
        from service.domain.sources import SourceKind
        from service.parsing.tables import BadTableError, map_columns, read_table
        from service.scheduling.clock import SystemClock
        from service.usecases.import_rows import ImportedRow, read_rows

        assert isinstance(self.kind, SourceKind)
        for file in self.files:
            try:
                if file.stat().st_size > MAX_BYTES:
                    raise BadTableError(f"larger than {MAX_BYTES // 2**20} MB")
                table = read_table(file.read_bytes(), name=file.name)
                columns = map_columns(table.columns, self.given)
            except BadTableError as error:
                self._report(str(file), str(error))
                continue
            shown = ", ".join(f"{field}={column!r}" for field, column in columns.items())
            click.echo(f"{file}: {shown}", err=True)
            now = SystemClock().now()
            for row in read_rows(table.rows, columns, sources=self.sources, kind=self.kind, now=now):
                if isinstance(row, ImportedRow):
                    self.good += 1
                    yield row
                else:
                    self._problem(file, row)

    def _problem(self, file: Path, problem: RowProblem) -> None:
        where = f"{file}:{problem.number}"
        reason = f"{problem.field}: {problem.expected}" if problem.field else problem.expected
        if problem.fatal:
            self._report(where, reason)
        else:
            click.echo(f"{where}: {reason}; the row is taken with the time of import", err=True)

    def _report(self, where: str, reason: str) -> None:
        self.failed += 1
        click.echo(f"{where}: {reason}", err=True)


def _show(reading: _Reading) -> None:
    from service.parsing.masking import mask

    for number, row in enumerate(reading.rows()):
        if number < SHOWN:
            text = mask(f"{row.entry.title} | {row.entry.summary[:120]}").text
            click.echo(f"{row.number}\t{row.feed.source.name}\t{row.entry.published_at or 'no time'}\t{text}")
    click.echo(f"{reading.good} rows can be read, {reading.failed} cannot; nothing was stored")


def _store(reading: _Reading) -> None:
    from service.bootstrap import classifier_of, open_store
    from service.scheduling.clock import SystemClock
    from service.usecases.import_rows import import_rows
    from service.usecases.place import StoryDesk

    settings, clock = settings_or_exit(), SystemClock()
    store = open_store(settings)
    done = import_rows(reading.rows(), store=store, classifier=classifier_of(settings), now=clock.now())
    placed = StoryDesk(store, clock).place()
    good, known, other = reading.good, reading.good - done.new, done.new - done.relevant - done.dropped
    click.echo(
        f"{good} rows read, {known} known already, {done.new} new: {done.relevant} kept as being about BHXH, "
        f"{other} about something else, {done.dropped} dropped; {placed} placed in stories; "
        f"{reading.failed} rows left out"
    )
    store.engine.dispose()
