"""The outbox at scale: 10,000 alerts and 100,000 messages to a real SMTP server on loopback.

Measures the time to drain it and the memory of the sending process; then an hour in which the server is down (the clock
is set forward, not waited for): nothing may be lost, nothing doubled.

    python benchmarks/outbox.py [--alerts 10000] [--messages 100000] [--outage 2000] [--seconds 0]
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from service.alerting.message import Content, Occasion, drafts
from service.domain.warning import Alert, AlertState, Level, Signal
from service.notifications.email import EmailNotifier, MailServer
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate
from service.usecases.deliver import Mailroom, deliver

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
DOMAIN = "agency.example.com"


def serve(port: int, pipe: Connection) -> None:
    """An SMTP server in a process of its own; tells the Message-IDs it has taken when it is asked."""
    from aiosmtpd.controller import Controller

    taken: Counter[str] = Counter()

    class Inbox:
        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
            head = envelope.content.partition(b"\r\n\r\n")[0].decode().replace("\r\n ", " ")  # type: ignore[attr-defined]
            taken[next(h for h in head.split("\r\n") if h.lower().startswith("message-id:"))] += 1
            return "250 taken"

    controller = Controller(Inbox(), hostname="127.0.0.1", port=port)
    controller.start()
    pipe.send("ready")
    pipe.recv()
    controller.stop()
    pipe.send((len(taken), sum(taken.values())))


class Server:
    """Starts and stops the server."""

    def __init__(self, port: int) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=serve, args=(port, theirs), daemon=True)
        self.process.start()
        assert self.pipe.recv() == "ready"

    def stop(self) -> tuple[int, int]:
        """How many different messages were taken, and how many in all."""
        self.pipe.send("stop")
        counts: tuple[int, int] = self.pipe.recv()
        self.process.join()
        return counts


def make_alert(n: int) -> Alert:
    signal = Signal(
        id=f"s{n}", stream=f"story:{n}", at=NOW, unusual=8.0, harmful=0.6, sure=0.9, value=9, expected=0.5, origins=9,
        sources=5, coverage=1.0, documents=(),
    )  # fmt: skip
    return Alert(
        id=f"a{n:016x}", stream=f"story:{n}", level=Level.WARNING, peak_level=Level.WARNING, state=AlertState.OPEN,
        opened_at=NOW, updated_at=NOW, headline=f"Phản ánh tiêu cực tăng bất thường {n}", why="Có 9 tin tiêu cực.",
        quiet_if="Nếu ít hơn 3 nguồn.", signal=signal,
    )  # fmt: skip


def fill(store: SqlStore, alerts: int, messages: int) -> None:
    each = messages // alerts
    for start in range(0, alerts, 200):
        with store.begin() as tx:
            for n in range(start, min(start + 200, alerts)):
                alert = make_alert(n)
                tx.save_alert(alert, kind="opened", actor="radar", text="mở", at=NOW)
                content = Content(alert=alert, occasion=Occasion.OPENED, base_url="http://radar.example.com")
                tx.enqueue(drafts(content, [f"p{i}@{DOMAIN}" for i in range(each)]), at=NOW)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def room(store: SqlStore, clock: SetClock, port: int) -> Mailroom:
    server = MailServer(host="127.0.0.1", port=port, user="", password="", security="none", sender=f"radar@{DOMAIN}")
    return Mailroom(
        store=store, notifiers={"email": EmailNotifier(server)}, allowed_domains=(DOMAIN,), clock=clock
    )  # fmt: skip


def states(store: SqlStore) -> dict[str, int]:
    with store.begin() as tx:
        query = "select state, count(*) from notifications group by state"
        return {r[0]: r[1] for r in tx.connection.exec_driver_sql(query)}


def drain(store: SqlStore, clock: SetClock, messages: int, seconds: float = 0) -> None:
    """Send everything, or what can be sent in so many seconds."""
    port = free_port()
    server, started, cpu, sent = Server(port), time.monotonic(), time.process_time(), 0
    while done := deliver(room(store, clock, port)):
        sent += done
        if seconds and time.monotonic() - started > seconds:
            break
        if sys.stderr.isatty():
            print(f"\r{sent}/{messages}", end="", file=sys.stderr)
    took, used = time.monotonic() - started, time.process_time() - cpu
    different, taken = server.stop()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"drained {sent} in {took:.1f} s ({sent / took:.0f}/s; {used:.1f} s CPU of the sender), "
        f"peak memory {peak:.0f} MB; taken {different} different, {taken} in all; states {states(store)}"
    )
    assert different == taken == sent
    assert sent == messages or seconds


def outage(store: SqlStore, clock: SetClock, messages: int) -> None:
    """The server is down for an hour of the clock, with a round every 5 minutes of it."""
    port, rounds = free_port(), 0
    for _ in range(12):
        assert deliver(room(store, clock, port)) == 0
        clock.at += timedelta(minutes=5)
        rounds += 1
    waiting = states(store)
    server, back = Server(port), clock.at
    while states(store).get("pending"):
        deliver(room(store, clock, port))
        clock.at += timedelta(minutes=5)
    different, taken = server.stop()
    print(
        f"outage: {rounds} rounds without a server left {waiting}; all delivered within {clock.at - back}; "
        f"taken {different} different, {taken} in all; states {states(store)}"
    )
    assert different == taken == messages


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--outage", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=0, help="stop draining after so long; 0: when it is empty")
    args = parser.parse_args()
    for what, alerts, messages in (
        (partial(drain, seconds=args.seconds), args.alerts, args.messages),
        (outage, max(1, args.outage // 10), args.outage),
    ):
        with tempfile.TemporaryDirectory(prefix="radar-outbox-") as folder:
            engine = make_engine(f"sqlite:///{Path(folder) / 'radar.db'}")
            migrate(engine)
            store, started = SqlStore(engine), time.monotonic()
            fill(store, alerts, messages)
            print(f"{alerts} alerts and {messages} messages written in {time.monotonic() - started:.1f} s")
            what(store, SetClock(NOW), messages)
            engine.dispose()


if __name__ == "__main__":
    main()
