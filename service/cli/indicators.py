"""`radar indicators`: the indicator set, values and definitions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.common import DAY, feeds_or_exit, file_option, in_range, province_option, settings_or_exit

if TYPE_CHECKING:
    from service.domain.indicators import Definition, IndicatorPeriod

DAYS = 30


@click.group(name="indicators", invoke_without_command=True)
@click.option(
    "--from", "first", type=DAY, callback=in_range, help="first day (Việt Nam); 30 days up to the last where not given"
)
@click.option("--to", "last", type=DAY, callback=in_range, help="last day; today where not given")
@click.option("--by", type=click.Choice(["month", "week"]), help="one value a month or week of the span")
@province_option
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@file_option
@click.option("--describe", is_flag=True, help="show the definitions (same as `radar indicators list`)")
@click.pass_context
def command(
    ctx: click.Context, first: datetime | None, last: datetime | None, by: str | None, province: str | None,
    form: str, output: Path, describe: bool,
) -> None:  # fmt: skip
    """The indicator set (bộ chỉ số) of a span of days, each value with its denominator and, for shares, a 95% interval.

    Where there is too little to say anything the value is empty and the reason is given. CSV files and whatever goes to
    a file are logged.

    \b
    radar indicators --from 2026-01-01 --to 2026-06-30 --by month --format csv -o chi-so.csv
    radar indicators list
    """
    if ctx.invoked_subcommand:
        return
    if describe:
        ctx.invoke(definitions)
        return
    from service.bootstrap import open_store
    from service.domain.audit import Action
    from service.domain.provinces import names_on, why_not
    from service.insight.periods import PeriodKind, split, today
    from service.scheduling.clock import SystemClock
    from service.storage.read_models import SqlReadModels
    from service.usecases.audit import CLI, audit
    from service.usecases.indicators import as_csv, indicators

    settings, now = settings_or_exit(), SystemClock().now()
    end = last.date() if last else today(now)
    begin = first.date() if first else end - timedelta(days=DAYS - 1)
    try:
        periods = split(begin, end, PeriodKind(by) if by else None)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--from") from None
    # a span may begin before a merger and end after it
    refused = province and province not in names_on(begin)
    if refused and (refusal := why_not(str(province), end)):
        raise click.BadParameter(refusal, param_hint="--province")
    store = open_store(settings)
    read = SqlReadModels(store, (province,) if province else ())
    found = indicators(read, feeds_or_exit(settings), periods, as_of=now)
    if not found:
        raise click.BadParameter("expected days that have begun", param_hint="--from, --to")
    if form == "json":
        text = json.dumps([asdict(p) for p in found], ensure_ascii=False, default=_plain, indent=2) + "\n"
    else:
        text = as_csv(found) if form == "csv" else _table(found)
    with click.open_file(str(output), "wb") as file:
        file.write(text.encode())
    if form == "csv" or str(output) != "-":
        with store.begin() as tx:
            audit(
                tx, Action.EXPORTED, actor=CLI, at=now, subject=f"indicators.{form}", provinces=province or "national"
            )


@command.command("list")
@click.option("--on", type=DAY, help="the versions that hold on a day; all versions where not given")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def definitions(on: datetime | None = None, form: str = "text") -> None:
    """Definitions: formula, numerator, denominator, how to read it, source, and for which days a version holds."""
    from service.insight.indicators import shipped, valid_on

    groups, known = shipped()
    wanted = valid_on(on.date()) if on else known
    if form == "json":
        click.echo(json.dumps([asdict(d) for d in wanted], ensure_ascii=False, default=_plain, indent=2))
        return
    for d in wanted:
        until = f" đến {d.valid_to:%d/%m/%Y}" if d.valid_to else ""
        click.echo(f"{d.code} v{d.version}  {d.name}  [{groups[d.group]}; từ {d.valid_from:%d/%m/%Y}{until}]")
        for label, text in _lines(d):
            click.echo(f"    {label}: {text}")
        click.echo()


def _lines(d: Definition) -> list[tuple[str, str]]:
    scope = [("Phạm vi", "chỉ tính cho cả nước")] if d.national else []
    return [
        ("Công thức", d.formula), ("Tử số", d.numerator), ("Mẫu số", d.denominator), ("Cách đọc", d.reading),
        ("Nguồn", d.source), *scope,
    ]  # fmt: skip


def _table(found: Sequence[IndicatorPeriod]) -> str:
    from service.insight.indicators import based_on, interval, said

    lines = []
    for period in found:
        lines.append(f"{period.label}{', tỉnh mã ' + ' '.join(period.provinces) if period.provinces else ''}")
        for v in period.values:
            more = [t for t in (based_on(v), interval(v) and f"KTC 95%: {interval(v)}", v.missing, v.detail) if t]
            lines.append(f"  {v.code} v{v.version}  {v.name}: {said(v)}" + (f" ({'; '.join(more)})" if more else ""))
    return "".join(f"{line}\n" for line in lines)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
