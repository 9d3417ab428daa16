"""`radar report`: reports for people."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.common import DAY, feeds_or_exit, file_option, in_range, province_option, settings_or_exit

if TYPE_CHECKING:
    from service.domain.reports import ReportFile, Unavailable

FORMS = click.Choice(["markdown", "html", "docx", "pdf", "xlsx"])
form_option = click.option("--format", "form", type=FORMS, default="markdown", show_default=True)


@click.group(name="report", short_help="Reports: of a period, after an alert.")
def command() -> None:
    """Reports in Vietnamese, as Markdown, page, .docx, PDF or workbook."""


@command.command("after-action")
@click.argument("alert")
@form_option
@file_option
def write_after_action(alert: str, form: str, output: Path) -> None:
    """What happened, how it was handled and how it ebbed, for the alert with this id.

    \b
    radar report after-action a1b2c3d4e5f60718 --format docx -o bao-cao.docx
    """
    from service.bootstrap import open_store
    from service.domain.reports import ReportForm
    from service.reporting.files import after_action_file
    from service.scheduling.clock import SystemClock
    from service.storage.read_models import SqlReadModels
    from service.usecases.after_action import after_action, note_after_action
    from service.usecases.audit import CLI

    clock, store = SystemClock(), open_store(settings_or_exit())
    facts = after_action(alert, read=SqlReadModels(store), store=store, clock=clock)
    if facts is None:
        raise click.ClickException(f"no alert has the id {alert!r}")
    _write(after_action_file(facts, ReportForm(form)), output)
    note_after_action(alert, ReportForm(form), store=store, clock=clock, actor=CLI)


@command.command("periodic")
@click.option("--period", type=click.Choice(["week", "month", "quarter", "year"]), default="month", show_default=True)
@click.option("--date", "day", type=DAY, callback=in_range, help="a day in it; the last whole one if not given")
@province_option
@form_option
@file_option
def periodic(period: str, day: datetime | None, province: str | None, form: str, output: Path) -> None:
    """A draft in the form of Decree 30/2020/NĐ-CP: summary, indicators beside those of the period before, topics,
    provinces, articles copied most, alerts and how they were handled, recovery, quality of the data, method.

    The report of a year goes by the tasks of Decision 1676/QĐ-TTg, which prescribes no form; what only people know is
    marked for them to write. It holds counts and titles of the press, no words of private persons. Every report is
    logged.

    \b
    radar report periodic --period quarter --date 2026-02-01 --format docx -o bao-cao.docx
    """
    from service.bootstrap import open_store, report_maker
    from service.domain.reports import ReportForm, ReportOrder
    from service.scheduling.clock import SystemClock
    from service.storage.read_models import SqlReadModels
    from service.usecases.audit import CLI
    from service.usecases.periodic import NoSuchProvinceError, note_report

    settings, clock = settings_or_exit(), SystemClock()
    store, maker = open_store(settings), report_maker(settings, feeds_or_exit(settings), clock)
    order = ReportOrder(
        period=period, form=ReportForm(form), day=day.date() if day else None,
        provinces=(province,) if province else (),
    )  # fmt: skip
    try:
        made = maker.periodic(order, SqlReadModels(store))
    except NoSuchProvinceError as error:
        raise click.BadParameter(str(error), param_hint="--province") from None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--date") from None
    _write(made, output)
    note_report(order, store=store, clock=clock, actor=CLI)


def _write(made: ReportFile | Unavailable, output: Path) -> None:
    from service.domain.reports import Unavailable

    if isinstance(made, Unavailable):
        raise click.ClickException(made.reason)
    with click.open_file(str(output), "wb") as file:
        file.write(made.content)
