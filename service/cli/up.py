"""`radar up`: everything from one command."""

from __future__ import annotations

import socket

import click

from service.cli.common import feeds_or_exit, settings_or_exit

ADMINISTRATOR = "admin@example.com"


@click.command()
@click.option("--admin", default=ADMINISTRATOR, show_default=True, help="address of the first administrator")
@click.option("--allow-host", multiple=True, metavar="HOST:PORT", help="read this exact address although not public")
def command(admin: str, allow_host: tuple[str, ...]) -> None:
    """Crawlers, pipeline, alerts, API and dashboard in one process, with at most two worker processes for text.

    Brings the database to the newest schema, and creates the first administrator with a one-time password that is
    printed once. Stop it with Ctrl-C; whatever was not finished is taken up again at the next start.
    """
    from service.bootstrap import Plan, configure_logging, install, make_site
    from service.scheduling.clock import SystemClock
    from service.scheduling.timers import start_timers

    settings = settings_or_exit()
    feeds = feeds_or_exit(settings)
    configure_logging(settings.log_level)
    _port_or_exit(settings.host, settings.port)
    plan = Plan(
        clock=SystemClock(), feeds=feeds, allowed_hosts=frozenset(allow_host), poll_seconds=settings.poll_seconds
    )
    with install(settings, plan) as radar:
        if password := radar.accounts.first_administrator(admin):
            click.echo(f"first administrator: {admin}, one-time password: {password}")
        click.echo(f"BHXH Radar on {settings.base_url} ({len(feeds)} feeds); Ctrl-C ends it", err=True)
        timers = start_timers(radar.jobs())
        try:
            serve(make_site(radar), settings.host, settings.port, settings.log_level)
        finally:
            timers.shutdown(wait=True)


def serve(site: object, host: str, port: int, log_level: str) -> None:
    """Serve the site until SIGINT or SIGTERM."""
    import uvicorn

    # headers of proxies are not believed: who sits on this machine may read without a token
    uvicorn.run(
        site,  # type: ignore[arg-type]
        host=host,
        port=port,
        log_level="warning" if log_level == "info" else log_level,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )


def _port_or_exit(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"{host}:{port} cannot be used: {error.strerror} (RADAR_HOST, RADAR_PORT)"
            ) from None
