"""Composition root: settings stop here; everything else is handed what it needs."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from urllib.parse import urlsplit

import structlog

from service.domain.sources import Feed
from service.notifications.email import EmailNotifier, MailServer
from service.ports import Classifier, Clock, FeedReader, Fetcher, Notifier
from service.scheduling.clock import SystemClock
from service.settings import ConfigError, Settings, load_settings
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate
from service.usecases.accounts import Accounts
from service.usecases.collect import FLOOR, Collector, collect, seed
from service.usecases.deliver import Mailroom, deliver
from service.usecases.ingest import FetchPages
from service.usecases.place import StoryDesk
from service.usecases.read_pages import read_pages
from service.usecases.retain import retain
from service.usecases.tidy import Tidy
from service.usecases.watch import Watch

HOUR_SECONDS = 3600.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a command asks of the installation beyond the settings.

    Attributes:
        feeds: in place of those of the feeds file.
        allowed_hosts: exact «host:port» that may be read although they are not public (command line, tests; never
            from a file that others write).
        floor: shortest time between two polls of a feed.
        host_delay: seconds between two requests to one host.
    """

    clock: Clock
    feeds: Sequence[Feed]
    allowed_hosts: frozenset[str] = frozenset()
    floor: timedelta = FLOOR
    host_delay: float = 1.0
    poll_seconds: float = 15.0
    step_seconds: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The parts of a running installation."""

    settings: Settings
    plan: Plan
    store: SqlStore
    accounts: Accounts
    collector: Collector
    mailroom: Mailroom

    def jobs(self) -> Mapping[str, tuple[Callable[[], object], float]]:
        """Name -> (one round of work, seconds between rounds) for `radar up`; each round is safe to repeat."""
        desk = StoryDesk(self.store, self.plan.clock)
        tidy = Tidy(desk)
        watch = self.watch()
        keep = timedelta(days=self.settings.keep_text_days)

        def tell() -> None:
            desk.place()
            tidy.run()
            watch.run()
            deliver(self.mailroom)

        return {
            "collect": (self.poll, self.plan.poll_seconds),
            "pages": (lambda: read_pages(self.collector), self.plan.step_seconds),
            "tell": (tell, self.plan.step_seconds),
            "retain": (lambda: retain(self.store, self.plan.clock, texts_for=keep), HOUR_SECONDS),
        }

    def poll(self) -> None:
        """Poll what is due, with a line in the log for every feed: what came of it, in words."""
        for polled in collect(self.collector):
            troubled = polled.state.failures or polled.state.refusals
            (log.warning if troubled else log.info)(
                "feed", id=polled.feed.id, outcome=polled.state.outcome, new=polled.ingested.new
            )

    def watch(self) -> Watch:
        return Watch(
            store=self.store,
            clock=self.plan.clock,
            recipients=self.settings.desk_recipients,
            base_url=self.settings.base_url,
            false_alarms_per_month=self.settings.false_alarms_per_month,
        )

    def status(self) -> list[str]:
        """What the person in charge should know, in Vietnamese."""
        lines = []
        if not self.settings.smtp_host:
            lines.append("Chưa cấu hình máy chủ thư (RADAR_SMTP_HOST): thư cảnh báo đang chờ trong hàng đợi.")
        if not self.settings.desk_recipients:
            lines.append("Chưa có địa chỉ nhận cảnh báo (RADAR_DESK_RECIPIENTS).")
        return lines


def open_store(settings: Settings) -> SqlStore:
    """The database, brought to the newest schema.

    Raises:
        ConfigError: the address is of no database we know.
    """
    try:
        engine = make_engine(settings.database_url, password=settings.database_password.get_secret_value())
    except ValueError as error:
        raise ConfigError.of_variable("RADAR_DATABASE_URL", str(error)) from None
    migrate(engine)
    return SqlStore(engine)


def open_accounts() -> Accounts:
    """Accounts of the installation the environment names."""
    return Accounts(open_store(load_settings()), SystemClock())


def user_agent(settings: Settings) -> str:
    """Honest: who reads, which version, and whom an editor can write to."""
    return f"BHXH-Radar/{version('bhxh-radar')} (+mailto:{settings.contact})"


@contextmanager
def install(settings: Settings, plan: Plan) -> Iterator[Installation]:
    """An installation with its network and worker processes; everything is closed at the end of the block."""
    with ExitStack() as stack:
        store = open_store(settings)
        stack.callback(store.engine.dispose)
        classifier, reader = _text(settings, stack)
        collector = Collector(
            feeds={f.id: f for f in plan.feeds},
            store=store,
            fetcher=_fetcher(settings, plan, stack),
            reader=reader,
            classifier=classifier,
            clock=plan.clock,
            fetch_pages=FetchPages(settings.fetch_pages),
            floor=plan.floor,
        )
        seed(collector)
        yield Installation(
            settings=settings,
            plan=plan,
            store=store,
            accounts=Accounts(store, plan.clock),
            collector=collector,
            mailroom=Mailroom(
                store=store,
                notifiers=_notifiers(settings),
                allowed_domains=settings.allowed_domains,
                clock=plan.clock,
            ),
        )


def _text(settings: Settings, stack: ExitStack) -> tuple[Classifier, FeedReader]:
    """Who judges and who parses: worker processes, or this process where there are none."""
    if settings.text_workers == 0:
        from service.classification.direct import DirectClassifier
        from service.crawling.readers import DirectReader

        return DirectClassifier(), DirectReader()
    from service.classification.worker import WorkerClassifier
    from service.crawling.readers import WorkerReader

    # two processes for text at most: one judges, one parses; with one worker parsing stays in the parent's threads
    return stack.enter_context(WorkerClassifier(1)), stack.enter_context(WorkerReader())


def _fetcher(settings: Settings, plan: Plan, stack: ExitStack) -> Fetcher:
    from service.crawling.fetcher import FetchLimits, HttpFetcher

    fetcher = HttpFetcher(
        user_agent=user_agent(settings), allowed=plan.allowed_hosts, limits=FetchLimits(delay=plan.host_delay)
    )
    stack.callback(fetcher.close)
    return fetcher


def _notifiers(settings: Settings) -> dict[str, Notifier]:
    if not settings.smtp_host:
        return {}
    server = MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        security=settings.smtp_security,
        sender=settings.mail_from,
    )
    return {"email": EmailNotifier(server)}


def make_site(installation: Installation) -> object:
    """The web application on an installation."""
    from service.storage.read_models import SqlReadModels
    from service.web.app import make_app
    from service.web.deps import Site

    settings = installation.settings
    with installation.store.begin() as tx:
        key = tx.secret("session", lambda: os.urandom(32))
    public = urlsplit(settings.base_url)
    return make_app(
        Site(
            store=installation.store,
            read=SqlReadModels(installation.store),
            accounts=installation.accounts,
            clock=installation.plan.clock,
            feeds=tuple(installation.collector.feeds.values()),
            hosts=tuple({"127.0.0.1", "localhost", "::1", settings.host, public.hostname or ""} - {""}),
            session_key=key,
            secure=public.scheme == "https",
            status=installation.status,
        )
    )


def configure_logging(level: str) -> None:
    """One JSON line an event on standard error, or readable lines on a terminal."""
    terminal = os.isatty(2)
    # a round that takes longer than its interval is no news: the next one does the rest
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks if not terminal else structlog.dev.set_exc_info,
            structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
