"""What `radar up` and its roles apart share: an installation, shifts of jobs, the page, and how they end."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

import click
import structlog

from service.cli.common import feeds_or_exit, settings_or_exit

if TYPE_CHECKING:
    from service.bootstrap import Installation

log = structlog.get_logger()
_asked_to_end = threading.Event()
LONGEST_END = 20.0  # seconds, after the 3 of the page; who asked it to end may kill it after 30 (docs/operations.md)
ADMINISTRATOR = "admin@example.com"
admin_option = click.option(
    "--admin", default=ADMINISTRATOR, show_default=True, help="address of the first administrator"
)


@contextmanager
def running(*roles: str, allowed: Sequence[str] = ()) -> Iterator[Installation]:
    """An installation that does the jobs of the roles («work», «schedule») whenever it is its turn."""
    from service.bootstrap import Plan, install
    from service.cli.logs import configure_logging
    from service.scheduling.clock import SystemClock
    from service.scheduling.shifts import Shift

    end_orderly()
    settings = settings_or_exit()
    feeds = feeds_or_exit(settings)
    configure_logging(settings.log_level)
    plan = Plan(clock=SystemClock(), feeds=feeds, allowed_hosts=frozenset(allowed), poll_seconds=settings.poll_seconds)
    with _limit() as begin_to_end, install(settings, plan) as radar, ExitStack() as stack:
        stack.push(_say_ended)  # after the shifts
        end_if_asked()
        for role in roles:
            jobs = {"work": radar.work, "schedule": radar.schedule}[role]
            shift = Shift(role, radar.turn(role), jobs, clock=plan.clock)
            shift.start()
            stack.callback(shift.end)
        # first of all, so that no shift waits for a long queue of messages
        stack.callback(radar.ending.set)
        stack.callback(begin_to_end)
        yield radar


@contextmanager
def _limit() -> Iterator[Callable[[], None]]:
    """What to call when the end begins. A thread may wait for a database that fell silent, or be at something long:
    then the process ends as if it were killed, after which nothing is lost either. A thread that outlives this block
    holds up the end of the interpreter, so the limit goes on for as long as there is one."""
    before = _holding_up()

    def leave() -> None:
        if lifted.is_set() and _holding_up() <= before:
            return
        log.warning("ended", note=f"something was still at work after {LONGEST_END:g} seconds; it is taken up again")
        os._exit(0)

    lifted = threading.Event()
    timer = threading.Timer(LONGEST_END, leave)
    timer.daemon = True
    try:
        yield timer.start
    finally:
        lifted.set()
        if _holding_up() <= before:
            timer.cancel()


def _holding_up() -> set[threading.Thread]:
    """The threads that the interpreter waits for when it ends."""
    return {thread for thread in threading.enumerate() if not thread.daemon}


def _say_ended(kind: type[BaseException] | None, *_: object) -> None:
    """A command that was refused has said why, and nothing of it has ended."""
    if kind is None or not issubclass(kind, Exception):
        log.info("ended")


def end_orderly() -> None:
    """Let SIGTERM, whenever it comes, end the command with status 0 and with everything that is done at its end; by
    default it ends this process at once and leaves its workers behind.

    uvicorn ends the page first, and then raises the signal anew, for this handler.
    """
    _asked_to_end.clear()

    def end(*_: object) -> None:
        _asked_to_end.set()
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)


def end_if_asked() -> None:
    """Between two steps of a start: end now where Python has dropped the exception of the handler, as it does where the
    signal comes while an object is taken down."""
    if _asked_to_end.is_set():
        sys.exit(0)


def serve(radar: Installation, admin: str) -> None:
    """API and page until SIGINT or SIGTERM; the first administrator is created where there is none."""
    import uvicorn

    from service.bootstrap import make_site
    from service.usecases.errors import AccountError

    settings, site = radar.settings, make_site(radar)  # before a password is shown for a page that does not come up
    end_if_asked()
    try:
        password = radar.accounts.first_administrator(admin)
    except AccountError as error:
        raise click.BadParameter(str(error), param_hint="--admin") from None
    if password:
        click.echo(f"first administrator: {admin}, one-time password: {password}")
    click.echo(f"BHXH Radar on {settings.base_url} ({len(radar.plan.feeds)} feeds); Ctrl-C ends it", err=True)
    end_if_asked()

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            radar.ending.set()  # pages that listen for changes are let go; they would be cut off after the 3 seconds
            await super().shutdown(sockets)

    # headers of proxies are not believed: who sits on this machine may read without a token
    config = uvicorn.Config(
        site,  # type: ignore[arg-type]
        host=settings.host,
        port=settings.port,
        log_level="warning" if settings.log_level == "info" else settings.log_level,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    server = Server(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(3)  # as uvicorn.run does


def wait_for_the_end() -> None:
    """Until SIGINT or SIGTERM."""
    end_if_asked()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()


def port_or_exit() -> None:
    """A port that is taken ends the command before it begins."""
    settings = settings_or_exit()
    host, port = settings.host, settings.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"{host}:{port} cannot be used: {error.strerror} (RADAR_HOST, RADAR_PORT)"
            ) from None
