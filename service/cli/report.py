"""`radar report`: reports for people."""

from __future__ import annotations

import click

from service.cli.common import settings_or_exit


@click.group(name="report", short_help="Reports: after an alert.")
def command() -> None:
    """Reports in Vietnamese, on standard output."""


@command.command("after-action")
@click.argument("alert")
@click.option("--format", "form", type=click.Choice(["markdown", "html"]), default="markdown", show_default=True)
def after_action(alert: str, form: str) -> None:
    """What happened, how it was handled and how it ebbed, for the alert with this id.

    \b
    radar report after-action a1b2c3d4e5f60718 --format html > bao-cao.html
    """
    from service.bootstrap import open_store
    from service.reporting.after_action import Report, html, markdown
    from service.scheduling.clock import SystemClock
    from service.storage.read_models import SqlReadModels
    from service.usecases.explain import explain_alert
    from service.usecases.recover import aftermath

    clock, store = SystemClock(), open_store(settings_or_exit())
    detail = SqlReadModels(store).alert(alert)
    explained, after = explain_alert(alert, store=store), aftermath(alert, store=store, clock=clock)
    if detail is None or explained is None or after is None:
        raise click.ClickException(f"no alert has the id {alert!r}")
    report = Report(detail=detail, explained=explained, after=after, made_at=clock.now())
    click.echo(html(report) if form == "html" else markdown(report))
