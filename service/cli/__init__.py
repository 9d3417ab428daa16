"""Command line `radar`: one module a command, loaded only when it is called."""

from __future__ import annotations

import errno
import importlib
import os
import select
import sys
from contextlib import suppress
from typing import Any

import click

# name -> module in this package (it has a click command or group called `command`), one line of help
COMMANDS = {
    "audit": ("audit", "Check, sign and export the audit log."),
    "backtest": ("backtest", "Replay scenarios through detection: lead time, misses, false alarms a month."),
    "backup": ("backup", "Write the whole database to a file."),
    "classify": ("classify", "Judge texts: relevance, tone, feedback, topics, places, protected speech, Article 11."),
    "cluster": ("cluster", "Put documents into stories and find which are copies of which."),
    "config": ("config", "Check the configuration."),
    "crawl": ("crawl", "Poll the feeds that are due."),
    "demo": ("demo", "Offline: a day of invented news with a crisis in it, through the real pipeline."),
    "detect": ("detect", "Score counts: how unusual each is for its own past."),
    "doubts": ("doubts", "What the model is least sure of, for people to label."),
    "evaluate": ("evaluate", "Measure the shipped models on labelled files; fails below the pinned floors."),
    "extract": ("extract", "HTML pages to title, text, date and canonical address."),
    "feeds": ("feeds", "List, check, import and export feeds."),
    "forecast": ("forecast", "Totals to come, with an interval."),
    "forget": ("forget", "Delete a publication and its copies on request, for good."),
    "indicators": ("indicators", "The indicator set: values by month or week, and definitions."),
    "import": ("import_", "Publications from CSV, JSON Lines or XLSX exports of other tools."),
    "legal": ("legal", "Show the legal basis by date; load the text of a new law."),
    "models": ("models", "Which model judges: list, adopt a candidate, roll back."),
    "openapi": ("openapi", "The OpenAPI document of the HTTP API."),
    "outbox": ("outbox", "List messages that could not be sent, and try them again."),
    "parse-feed": ("parse_feed", "Feed bytes to entries."),
    "predict": ("predict", "Answers of a model that `radar train` made."),
    "replay": ("replay", "Feed entries of the past through the whole pipeline in their own time."),
    "report": ("report", "Reports for people: of a week, month, quarter or year, and after an alert."),
    "restore": ("restore", "Put a backup into the database."),
    "retention": ("retention", "Remove what has been kept long enough."),
    "schedule": ("schedule", "Stories, alerts, messages, retention: one of the roles apart."),
    "serve": ("serve", "API and dashboard: one of the roles apart."),
    "tokens": ("tokens", "Create, list and revoke API tokens."),
    "train": (
        "train",
        "Train the shipped models again, a candidate with the desk's labels, or a model of your own labels.",
    ),
    "up": ("up", "Everything from one command: crawlers, pipeline, alerts, API, dashboard."),
    "users": ("users", "Accounts, roles, second factors."),
    "work": ("work", "Poll feeds, read pages, judge texts: one of the roles apart."),
}


class LazyGroup(click.Group):
    """A group that imports a command's module when that command is used, so that `radar detect` starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        loaded = importlib.import_module(f"service.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = loaded.command
        return command

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program; what click writes by itself (help, version, errors) may find no room either."""
        try:
            try:
                return super().main(*args, **kwargs)
            finally:
                if sys.stdout is not None:
                    sys.stdout.flush()
        except OSError as error:
            if (told := _told(error)) is None:
                raise
            with suppress(OSError):
                told.show()
            _give_up_output()
            sys.exit(told.exit_code)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what is wrong with its surroundings is told in one line, whichever command meets it."""
        if sys.stdout is None:
            # the next file that is opened, such as the database, would take its place
            raise click.ClickException("standard output is closed; to throw it away: > /dev/null")
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            if not _reader_gone():
                raise
            # `| head`: whoever reads has enough, nothing failed
            _give_up_output()
            raise click.exceptions.Exit(0) from None
        except Exception as error:
            if (told := _told(error)) is None:
                raise
            raise told from None


def _told(error: Exception) -> click.ClickException | None:
    """What an operator can put right, in one line; None for anything else, which is a bug."""
    from service.settings import ConfigError
    from service.storage.engine import OutOfReachError
    from service.storage.state_files import StateFileError

    if isinstance(error, OutOfReachError):
        return click.ClickException(str(ConfigError.of_variable("RADAR_DATABASE_URL", str(error))))
    if isinstance(error, ConfigError | StateFileError):
        return click.ClickException(str(error))
    if isinstance(error, UnicodeEncodeError) and any("\udc80" <= c <= "\udcff" for c in error.object):
        # Python's way to keep bytes of an argument that are no UTF-8
        return click.UsageError(f"expected text in UTF-8, found {error.object!r}")
    if isinstance(error, OSError) and error.strerror and error.errno != errno.EPIPE:
        _give_up_output()
        return click.ClickException(f"{error.filename or 'the output cannot be written'}: {error.strerror}")
    return None


def _reader_gone() -> bool:
    """Whether it is standard output that nobody reads any more, and no connection."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))


def _give_up_output() -> None:
    """What could not be written is not tried again when the program ends."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="bhxh-radar")
def main() -> None:
    """BHXH Radar: what the press and the public say about social insurance, and a crisis before it is one.

    Every stage is also a filter over files (classify, cluster, detect, forecast, extract, parse-feed): it reads a
    file or standard input, writes one JSON line an item to standard output in the same order, reports a bad line
    with its number on standard error and goes on. Exit status: 0 all went well, 1 some lines or items failed,
    2 bad usage.

    \b
    radar demo                       offline: a day of invented news with a crisis in it, dashboard included
    radar up                         everything from one command
    radar classify posts.jsonl       judgements, one line a text
    """


if __name__ == "__main__":
    sys.exit(main())
