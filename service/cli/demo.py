"""`radar demo`: offline, an invented day with a crisis in it through the real pipeline."""

from __future__ import annotations

import socket
import tempfile
import threading
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

import click

from service.cli.common import FiniteRange, settings_or_exit
from service.domain.times import VIETNAM

if TYPE_CHECKING:
    import uvicorn

    from service.scheduling.clock import ScaledClock
    from service.settings import Settings
    from service.storage.engine import SqlStore

DAY = date(2026, 5, 12)
OPENS = time(6, 0)
LENGTH = timedelta(hours=13)


@click.command()
@click.option(
    "--speed",
    type=FiniteRange(1, 1000),
    default=360.0,
    show_default=True,
    help="minutes a minute; on a slow or busy machine alerts of a fast day come late",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="port of the dashboard; 0 takes a free one",
)
@click.option("--stay/--no-stay", default=True, help="keep the dashboard open when the day is over")
@click.option("--smtp", metavar="127.0.0.1:PORT", help="a mail server on this machine that gets the alert e-mail")
def command(speed: float, port: int, stay: bool, smtp: str | None) -> None:
    """A day of invented news and talk: ordinary flow, a scam warning, a campaign, and a crisis building over hours.

    A server on loopback publishes it, the real crawler, classifiers, stories and detector work on it in accelerated
    time, and the dashboard shows what they make of it. Nothing is configured, nothing is kept, nothing leaves this
    machine. The crisis becomes an alert with its evidence; the campaign does not.
    """
    from service.bootstrap import Plan, install, make_site
    from service.cli.logs import configure_logging
    from service.cli.running import end_if_asked, end_orderly
    from service.demo.server import feeds_of, load_day, serve
    from service.scheduling.clock import ScaledClock
    from service.scheduling.timers import start_timers

    configure_logging("error")
    end_orderly()
    mail = _mail(smtp)
    port = port or _free_port()
    opens = datetime.combine(DAY, OPENS, VIETNAM).astimezone(UTC)
    clock = ScaledClock(opens, speed, end=opens + LENGTH)
    day = load_day(DAY)
    with tempfile.TemporaryDirectory(prefix="radar-demo-") as folder, serve(day, clock.now) as base:
        plan = Plan(
            clock=clock, feeds=feeds_of(day, base), allowed_hosts=frozenset({base.removeprefix("http://")}),
            floor=timedelta(minutes=5), host_delay=0.0, poll_seconds=0.5, step_seconds=0.5,
        )  # fmt: skip
        with install(_settings(Path(folder), port, mail), plan) as radar:
            end_if_asked()
            site, chosen = _start_site(make_site(radar), port)  # first, for it may be refused
            timers = start_timers({**radar.work(), **radar.schedule()})
            click.echo(f"dashboard: http://127.0.0.1:{chosen}/   (Ctrl-C ends the demo)")
            try:
                _follow(radar.store, clock, clock.end)
                if stay:
                    click.echo("the day is over; the dashboard stays open until Ctrl-C")
                    threading.Event().wait()
            except KeyboardInterrupt:
                pass
            finally:
                timers.shutdown(wait=True)
                site.should_exit = True


def _settings(folder: Path, port: int, mail: dict[str, object]) -> Settings:
    """Nothing that is kept: everything is in a folder that goes with the demo."""
    own: dict[str, object] = {
        "database_url": f"sqlite:///{folder / 'demo.db'}", "public_url": f"http://127.0.0.1:{port}",
        "fetch_pages": "all", "state_dir": folder,
    }  # fmt: skip
    return settings_or_exit().model_copy(update=own | mail)


def _free_port() -> int:
    """A port that is free now; links in messages need it before the dashboard listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        chosen: int = probe.getsockname()[1]
    return chosen


def _mail(smtp: str | None) -> dict[str, object]:
    """Settings for mail: none leaves this machine."""
    if smtp is None:
        return {"smtp_host": "", "desk_recipients": ()}
    host, _, port = smtp.rpartition(":")
    if host not in ("127.0.0.1", "localhost") or not port.isdecimal():
        raise click.BadParameter(f"expected 127.0.0.1:PORT, found {smtp!r}", param_hint="--smtp")
    return {
        "smtp_host": host,
        "smtp_port": int(port),
        "smtp_security": "none",
        "smtp_user": "",
        "desk_recipients": ("truyen-thong@example.com",),
        "allowed_domains": ("example.com",),
    }


def _start_site(app: object, port: int) -> tuple[uvicorn.Server, int]:
    """Serve the dashboard from a thread of its own; gives the server and its port."""
    import uvicorn

    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.ClickException(f"port {port} cannot be used: {error.strerror}; try --port 0") from None
        chosen = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=chosen, log_level="error", proxy_headers=False))  # type: ignore[arg-type]
    threading.Thread(target=server.run, daemon=True).start()
    return server, chosen


def _follow(store: SqlStore, clock: ScaledClock, end: datetime) -> None:
    """Say what becomes an alert, and when in the day, until the day is over."""
    told: dict[str, int] = {}
    while (now := clock.now()) < end:
        with store.begin() as tx:
            alerts = tx.live_alerts()
        for alert in alerts:
            if told.get(alert.id, -1) < alert.peak_level:
                told[alert.id] = alert.peak_level
                click.echo(
                    f"{now.astimezone(VIETNAM):%H:%M}  L{alert.peak_level:d}  {alert.headline}\n       {alert.why}"
                )
        sleep(0.5)
