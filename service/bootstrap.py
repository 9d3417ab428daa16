"""Composition root: settings stop here; everything else is handed what it needs."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from service.alerting.decide import Policy
from service.alerting.hours import Hours
from service.alerting.wording import local_time
from service.domain.audit import Head
from service.domain.channels import Channel
from service.domain.notifications import Undelivered
from service.domain.sources import Feed, FeedFormat
from service.notifications.email import EmailNotifier, MailServer
from service.parsing.own_contacts import OwnContacts
from service.ports import Classifier, Clock, FeedReader, Fetcher, Notifier, Turn
from service.scheduling.clock import SystemClock
from service.scheduling.timers import Jobs
from service.settings import ConfigError, Problem, Settings, load_settings
from service.settings.legal_file import load_legal
from service.storage.engine import SqlStore, address_of, make_engine
from service.storage.migrate import has_schema, migrate
from service.storage.state_files import AuditKey, ForgottenFile, StateFileError, add_head, closed, read_heads
from service.storage.turns import turn
from service.storage.vault import FernetVault
from service.usecases.accounts import Accounts
from service.usecases.audit import anchor, note_configuration
from service.usecases.budget import rules_within
from service.usecases.collect import FLOOR, Collector, collect_due, seed
from service.usecases.deliver import LONGEST_ABSENCE, WEBHOOK, Mailroom, deliver
from service.usecases.digest import Digests, send_digests
from service.usecases.escalate import Escalation, escalate
from service.usecases.health import measure
from service.usecases.ingest import FetchPages
from service.usecases.place import StoryDesk
from service.usecases.read_pages import check_pages, read_pages
from service.usecases.refresh import refresh_by_interface
from service.usecases.retain import Periods, Removed, forget_by_interface, retain
from service.usecases.review import ReviewRoom, remind
from service.usecases.rounds import Rounds
from service.usecases.seal import lost, seal
from service.usecases.switch_model import note_model
from service.usecases.tidy import Tidy
from service.usecases.watch import Watch

if TYPE_CHECKING:
    from service.classification.shelf import Shelf
    from service.reporting.files import ReportMaker
    from service.storage.rate_windows import RateWindows
    from service.web.deps import Provider

HOUR_SECONDS = 3600.0
MINUTE_SECONDS = 60.0
HEALTH_SECONDS = 300.0
YOUTUBE_KEEP = timedelta(days=30)  # YouTube API Services Developer Policies, III.E.4
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
    """The parts of a running installation.

    Attributes:
        lost_secrets: how many secrets in the database no key of this installation opened at its start.
        rounds: when each role was last at work.
        ending: set when the process is about to end; whoever sends begins no further message then.
    """

    settings: Settings
    plan: Plan
    store: SqlStore
    accounts: Accounts
    collector: Collector
    mailroom: Mailroom
    vault: FernetVault
    rounds: Rounds
    lost_secrets: int = 0
    ending: Event = field(default_factory=Event)

    def work(self) -> Jobs:
        """What reads and judges: feeds, pages, interfaces. Each round is safe to repeat."""
        collector, plan = self.collector, self.plan
        return {
            "collect": (self.rounds.of("work", self.poll), plan.poll_seconds),
            "pages": (lambda: read_pages(collector), plan.step_seconds),
            "checks": (lambda: check_pages(collector), plan.poll_seconds),
            "refresh": (lambda: refresh_by_interface(collector), HOUR_SECONDS),
        }

    def schedule(self) -> Jobs:
        """What follows from the tables in time: stories, alerts, messages, retention. Each round is safe to repeat."""
        desk = StoryDesk(self.store, self.plan.clock)
        tidy = Tidy(desk)
        watch = self.watch()

        def tell() -> None:
            desk.place()
            tidy.run()
            done = watch.run()
            if done.opened or done.raised or done.closed:
                log.info("alerts", opened=done.opened, raised=done.raised, closed=done.closed)

        digests = self.digests()
        return {
            "health": (lambda: measure(self.collector.feeds, self.store, self.plan.clock), HEALTH_SECONDS),
            "tell": (self.rounds.of("schedule", tell), self.plan.step_seconds),
            "retain": (self.retain, HOUR_SECONDS),
            "anchor": (self.anchor_daily, HOUR_SECONDS),
            "escalate": (lambda: escalate(self.escalation()), self.plan.step_seconds),
            # a job a channel: a slow receiver of one holds up nobody of another
            "deliver": (lambda: self.deliver("email"), self.plan.step_seconds),
            "webhooks": (lambda: self.deliver(WEBHOOK), self.plan.step_seconds),
            "digest": (lambda: send_digests(digests), MINUTE_SECONDS),
            "remind": (lambda: remind(self.review_room()), HOUR_SECONDS),
        }

    def deliver(self, channel: str) -> None:
        """Send what is due of a channel, with a line in the log where something was delivered."""
        if delivered := deliver(self.mailroom, only=channel):
            log.info("delivered", channel=channel, messages=delivered)

    def turn(self, role: str) -> Turn:
        """Of all processes on this database, one at a time does the jobs of a role («work», «schedule»)."""
        return turn(self.store.engine, role)

    def retain(self, *, dry_run: bool = False) -> Removed:
        """Remove what has been kept long enough."""
        periods = periods_of(self.settings)
        if not dry_run:
            forget_by_interface(self.collector)
        try:
            signer = self.signer
        except StateFileError as error:
            signer = None
            log.warning("retain", note=f"the audit log keeps its old entries: {error}")
        return retain(self.store, self.plan.clock, periods=periods, signer=signer, dry_run=dry_run)

    def anchor_daily(self) -> Head | None:
        """Sign the end of the audit log once a day (UTC); None: done already, or there is no key."""
        heads = read_heads(self.state.heads)
        if self.signer is None or (heads and heads[-1].at[:10] == f"{self.plan.clock.now():%Y-%m-%d}"):
            return None
        return self.anchor()

    def anchor(self) -> Head | None:
        """Sign the end of the audit log, keep it in the file of heads and send it to its recipients."""
        if self.signer is None:
            return None
        path, settings = self.state.heads, self.settings
        return anchor(
            self.store, self.plan.clock, signer=self.signer, keep=lambda head: add_head(path, head),
            recipients=settings.audit_recipients, mail_domain=urlsplit(settings.base_url).hostname or "radar.invalid",
        )  # fmt: skip

    @property
    def state(self) -> State:
        return State(self.settings.state_dir)

    @property
    def signer(self) -> AuditKey | None:
        """Who signs the audit log; None where there is no key.

        Raises:
            StateFileError: the file of the key holds none.
        """
        return AuditKey.load(self.state.key)

    def poll(self) -> None:
        """Poll what is due, with a line in the log for every feed: what came of it, in words."""
        for polled in collect_due(self.collector):
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
            policy=policy_of(self.settings),
        )

    def escalation(self) -> Escalation:
        groups = {"desk": self.settings.desk_recipients, "lead": self.settings.lead_recipients}
        return Escalation(store=self.store, clock=self.plan.clock, base_url=self.settings.base_url, groups=groups)

    def digests(self) -> Digests:
        from service.storage.read_models import SqlReadModels

        return Digests(
            store=self.store,
            read=SqlReadModels(self.store),
            clock=self.plan.clock,
            feeds=tuple(self.collector.feeds.values()),
            base_url=self.settings.base_url,
        )

    def review_room(self) -> ReviewRoom:
        return ReviewRoom(
            store=self.store,
            clock=self.plan.clock,
            legal=load_legal(),
            base_url=self.settings.base_url,
            desk=self.settings.desk_recipients,
            inspection=self.settings.inspection_recipients,
            own=OwnContacts(
                domains=self.settings.allowed_domains,
                hosts=tuple(host.partition(":")[0] for host in self.settings.webhook_hosts if host.count(":") < 2),
            ),
        )

    def _undelivered(self) -> Undelivered | None:
        with self.store.snapshot() as tx:
            return tx.undelivered("email")

    def status(self) -> list[str]:
        """What the person in charge should know, in Vietnamese."""
        lines = self.rounds.silent()
        if not self.settings.smtp_host:
            lines.append("Chưa cấu hình máy chủ thư (RADAR_SMTP_HOST): thư cảnh báo đang chờ trong hàng đợi.")
        elif down := self._undelivered():
            lines.append(
                f"Chưa gửi được thư từ {local_time(down.since)} vì máy chủ thư không trả lời hoặc từ chối: "
                f"{down.messages} thư đang chờ và được tự động gửi lại trong {LONGEST_ABSENCE.days} ngày."
            )
        if not self.settings.desk_recipients:
            lines.append("Chưa có địa chỉ nhận cảnh báo (RADAR_DESK_RECIPIENTS).")
        try:
            if self.signer is None:
                lines.append("Chưa có khóa ký nhật ký kiểm toán (radar audit key): nhật ký chưa được chốt hằng ngày.")
        except StateFileError:
            lines.append("Tệp khóa ký nhật ký kiểm toán (audit.key) bị hỏng: nhật ký không được chốt hằng ngày.")
        # none is lost while it runs; those that were lost are enrolled anew or taken away one by one
        if self.lost_secrets and (missing := lost(self.store, self.vault)):
            lines.append(
                f"{missing} khóa xác thực hai lớp hoặc khóa ký không mở được: thiếu tệp khóa cũ (docs/accounts.md)."
            )
        if shelf_of(self.settings).in_service()[1]:
            lines.append(
                "Mô hình đã chọn không dùng được (radar models list): đang dùng mô hình kèm theo chương trình."
            )
        waiting = [f for f in self.collector.feeds.values() if f.enabled and not self.collector.can_poll(f)]
        if waiting:
            lines.append(f"{len(waiting)} nguồn mạng xã hội chưa có khóa truy cập nên chưa được đọc (docs/social.md).")
        return lines


@dataclass(frozen=True, slots=True)
class State:
    """Files that are kept beside the database."""

    folder: Path

    @property
    def key(self) -> Path:
        return self.folder / "audit.key"

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets.key"

    @property
    def heads(self) -> Path:
        return self.folder / "audit-heads.jsonl"

    @property
    def ledger(self) -> ForgottenFile:
        return ForgottenFile(self.folder / "forgotten.jsonl")

    @property
    def models(self) -> Path:
        return self.folder / "models"


def shelf_of(settings: Settings) -> Shelf:
    """Models that were trained here."""
    from service.classification.shelf import Shelf

    return Shelf(State(settings.state_dir).models)


def policy_of(settings: Settings) -> Policy:
    """How often people are told, as the settings say."""
    return Policy(
        rules=rules_within(watches=settings.false_watches_per_month, alarms=settings.false_alarms_per_month),
        sending=Hours.parse(quiet).complement() if (quiet := settings.quiet_hours) else None,
    )


def periods_of(settings: Settings) -> Periods:
    """How long each kind is kept, as the settings say."""
    kept = ("text", "excerpt", "comment", "message", "finding")
    days = {f"{name}s": getattr(settings, f"keep_{name}_days") for name in kept} | {"audit": settings.keep_audit_days}
    return Periods(**{name: timedelta(days=number) for name, number in days.items()})


def open_store(settings: Settings, *, make: bool = False) -> SqlStore:
    """The database, brought to the newest schema.

    Args:
        make: make one where there is none; else the address may be mistyped.

    Raises:
        ConfigError: the address is of no database we know, or there is none of ours.
    """
    password = settings.database_password.get_secret_value()
    try:
        engine = make_engine(settings.database_url, password=password, existing=not make)
        if not make and not has_schema(engine):
            raise ValueError(f"{engine.url} holds no database of BHXH Radar; `radar up` makes one")
    except ValueError as error:
        raise ConfigError.of_variable("RADAR_DATABASE_URL", str(error)) from None
    migrate(engine)
    return SqlStore(engine)


def unusable(settings: Settings) -> list[Problem]:
    """Settings that are well formed and cannot be used here; nothing is made to find out, and no server is asked."""
    found: list[Problem] = []

    def wrong(name: str, expected: str) -> None:
        found.extend(ConfigError.of_variable(name, expected).problems)

    try:
        address = address_of(settings.database_url)
        if address.get_backend_name() == "sqlite" and address.database and Path(address.database).is_dir():
            wrong("RADAR_DATABASE_URL", f"there can be no database {address.database}: it is a folder")
    except ValueError as error:
        wrong("RADAR_DATABASE_URL", str(error))
    try:
        if given := settings.secrets_key.get_secret_value():
            vault_of(given)
    except ConfigError as error:
        found += error.problems
    try:
        with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
            probe.bind((settings.host, 0))  # any port: ours may be in use by the service itself
    except OSError as error:
        wrong("RADAR_HOST", f"expected an address of this machine, found {settings.host!r} ({error.strerror})")
    if reason := closed(settings.state_dir):
        wrong("RADAR_STATE_DIR", f"{settings.state_dir}: expected a folder that can be written to ({reason})")
    state = State(settings.state_dir)
    return found + damaged_keys(settings) + _damaged(lambda: read_heads(state.heads), state.ledger.all)


def damaged_keys(settings: Settings) -> list[Problem]:
    """Files of keys in the state folder that hold none; one that is not there is made, or not needed."""
    state = State(settings.state_dir)
    sealing = state.secrets.is_file() and not settings.secrets_key.get_secret_value()
    return _damaged(lambda: AuditKey.load(state.key), lambda: sealing and FernetVault.of_file(state.secrets))


def _damaged(*reads: Callable[[], object]) -> list[Problem]:
    found = []
    for read in reads:
        try:
            read()
        except StateFileError as error:
            found += ConfigError.of_variable("RADAR_STATE_DIR", str(error)).problems
        except OSError as error:
            found += ConfigError.of_variable("RADAR_STATE_DIR", f"{error.filename}: {error.strerror}").problems
    return found


def vault_of(keys: str) -> FernetVault:
    """The keys of the setting.

    Raises:
        ConfigError: they are no keys.
    """
    try:
        return FernetVault(keys.replace(",", " ").split())
    except ValueError as error:
        raise ConfigError.of_variable("RADAR_SECRETS_KEY", f"expected Fernet keys ({error})") from None


def open_vault(settings: Settings) -> FernetVault:
    """The keys of the settings, else those of the state folder's file, which is made where there is none.

    Raises:
        ConfigError: they are no keys.
    """
    if given := settings.secrets_key.get_secret_value():
        return vault_of(given)
    try:
        return FernetVault.of_file(State(settings.state_dir).secrets)
    except StateFileError as error:
        raise ConfigError.of_variable("RADAR_STATE_DIR", str(error)) from None


def open_accounts(*, make: bool = False) -> Accounts:
    """Accounts of the installation the environment names; `make` as in `open_store`."""
    settings, clock = load_settings(), SystemClock()
    store, vault = open_store(settings, make=make), open_vault(settings)
    seal(store, clock, vault)
    return Accounts(store, clock, vault=vault)


def user_agent(settings: Settings) -> str:
    """Honest: who reads, which version, and whom an editor can write to."""
    return f"BHXH-Radar/{version('bhxh-radar')} (+mailto:{settings.contact})"


@contextmanager
def install(settings: Settings, plan: Plan) -> Iterator[Installation]:
    """An installation with its network and worker processes; everything is closed at the end of the block.

    Raises:
        ConfigError: the database or a key cannot be used; nothing was made then.
    """
    if problems := damaged_keys(settings):
        raise ConfigError(problems)
    with ExitStack() as stack:
        store = open_store(settings, make=True)
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
            channels=channels(settings),
        )
        seed(collector)
        feeds = settings.feeds_file.read_bytes() if settings.feeds_file.is_file() else b""
        vault = open_vault(settings)
        sealed = seal(store, plan.clock, vault)
        # secrets show as stars in it
        shelf = shelf_of(settings)
        model = shelf.in_service()[0].name
        _note_model(store, plan.clock, shelf)
        ending = Event()
        note_configuration(store, plan.clock, settings=settings.model_dump_json(), feeds=feeds, model=model)
        yield Installation(
            settings=settings,
            plan=plan,
            store=store,
            accounts=Accounts(store, plan.clock, vault=vault),
            collector=collector,
            mailroom=Mailroom(
                store=store,
                notifiers=_notifiers(settings, plan, store, vault, ending.is_set),
                allowed_domains=settings.allowed_domains,
                clock=plan.clock,
                webhook_hosts=frozenset(settings.webhook_hosts),
                ending=ending.is_set,
            ),
            vault=vault,
            rounds=Rounds(store, SystemClock()),
            lost_secrets=sealed.lost,
            ending=ending,
        )


def _note_model(store: SqlStore, clock: Clock, shelf: Shelf) -> None:
    from service.classification.shelf import ShelfError

    try:
        if note_model(store, clock, chosen=shelf.chosen):
            log.warning("model", note="the adopted model had no entry in the audit log; there is one now")
    except ShelfError as error:
        # the page says that the shipped model judges
        log.warning("model", note=str(error))


def classifier_of(settings: Settings) -> Classifier:
    """Judges in this process, with the model that is in service."""
    from service.classification.direct import DirectClassifier

    return DirectClassifier(shelf_of(settings).in_service()[0])


def _text(settings: Settings, stack: ExitStack) -> tuple[Classifier, FeedReader]:
    """Who judges and who parses: worker processes, or this process where there are none."""
    if settings.text_workers == 0:
        from service.crawling.readers import DirectReader

        return classifier_of(settings), DirectReader()
    from service.classification.worker import WorkerClassifier
    from service.crawling.readers import WorkerReader

    model, _ = shelf_of(settings).in_service()
    # two processes for text at most: one judges, one parses; with one worker parsing stays in the parent's threads
    return stack.enter_context(WorkerClassifier(1, folder=model)), stack.enter_context(WorkerReader())


def _fetcher(settings: Settings, plan: Plan, stack: ExitStack) -> Fetcher:
    from service.crawling.fetcher import FetchLimits, HttpFetcher

    fetcher = HttpFetcher(
        user_agent=user_agent(settings),
        now=plan.clock.now,
        allowed=plan.allowed_hosts,
        limits=FetchLimits(delay=plan.host_delay),
    )
    stack.callback(fetcher.close)
    return fetcher


def channels(settings: Settings) -> dict[FeedFormat, Channel]:
    """The official interfaces that are set up; docs/social.md says what each can see."""
    found = {FeedFormat.MASTODON: Channel(name="mastodon", base="")}
    if key := settings.youtube_api_key.get_secret_value():
        found[FeedFormat.YOUTUBE_COMMENTS] = Channel(
            name="youtube",
            base="https://www.googleapis.com",
            headers=(("X-Goog-Api-Key", key),),
            units=1,
            units_a_day=settings.youtube_units_a_day,
            zone="America/Los_Angeles",
            keep=YOUTUBE_KEEP,
        )
    if token := settings.facebook_page_token.get_secret_value():
        found[FeedFormat.FACEBOOK_PAGE] = Channel(
            name="facebook", base="https://graph.facebook.com/v24.0", headers=(("Authorization", f"Bearer {token}"),)
        )
    return found


def _notifiers(
    settings: Settings, plan: Plan, store: SqlStore, vault: FernetVault, ending: Callable[[], bool]
) -> dict[str, Notifier]:
    found: dict[str, Notifier] = {}
    if settings.smtp_host:
        found["email"] = EmailNotifier(_mail_server(settings), ending=ending)
    if settings.webhook_hosts:
        found[WEBHOOK] = _webhooks(settings, plan, store, vault, ending)
    return found


def _webhooks(
    settings: Settings, plan: Plan, store: SqlStore, vault: FernetVault, ending: Callable[[], bool]
) -> Notifier:
    """Posts through the same address guard as the crawler; a private address needs its host and port on a list."""
    import ssl

    import httpx

    from service.crawling.addresses import ForbiddenAddressError, GuardedBackend, NameNotFoundError, guarded_client
    from service.crawling.answers import retry_after
    from service.notifications.webhook import WebhookNotifier

    backend = GuardedBackend(allowed=plan.allowed_hosts | frozenset(settings.webhook_hosts))
    context = ssl.create_default_context()
    headers = {"User-Agent": user_agent(settings)}

    def key_of(url: str) -> bytes | None:
        with store.begin() as tx:
            sealed = tx.webhook_key(url)
        return vault.open(sealed) if sealed else None

    return WebhookNotifier(
        client=lambda: guarded_client(
            backend, context=context, headers=headers, timeout=httpx.Timeout(10.0), connections=1
        ),
        forbidden=(ForbiddenAddressError,),
        unreachable=(httpx.HTTPError, OSError, NameNotFoundError),
        key_of=key_of,
        clock=plan.clock,
        retry_after=retry_after,
        ending=ending,
    )


def _mail_server(settings: Settings) -> MailServer:
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        security=settings.smtp_security,
        sender=settings.mail_from,
        subscriptions=f"{settings.base_url}/subscriptions",
    )


def make_site(installation: Installation) -> object:
    """The web application on an installation."""
    from service.storage.read_models import SqlReadModels
    from service.web.app import make_app
    from service.web.deps import Site, ZaloHook
    from service.web.limits import RateLimits

    settings = installation.settings
    session_key = installation.vault.derive("sessions")
    public = urlsplit(settings.base_url)
    return make_app(
        Site(
            store=installation.store,
            read=SqlReadModels(installation.store),
            accounts=installation.accounts,
            clock=installation.plan.clock,
            feeds=tuple(installation.collector.feeds.values()),
            hosts=tuple({"127.0.0.1", "localhost", "::1", settings.host, public.hostname or ""} - {""}),
            session_key=session_key,
            limits=RateLimits(storage=_windows(installation.store, session_key)),
            policy=policy_of(settings),
            secure=public.scheme == "https",
            base_url=settings.base_url,
            trusted_proxies=settings.trusted_proxies,
            oidc=_provider(settings),
            signer=installation.signer,
            ledger=installation.state.ledger,
            status=installation.status,
            rounds=installation.rounds.ages,
            zalo=ZaloHook(app_id=settings.zalo_app_id, secret=settings.zalo_secret.get_secret_value())
            if settings.zalo_app_id
            else None,
            review=installation.review_room(),
            domains=settings.allowed_domains,
            desk=settings.desk_recipients,
            webhook_hosts=frozenset(settings.webhook_hosts),
            reports=report_maker(settings, tuple(installation.collector.feeds.values()), installation.plan.clock),
        )
    )


def report_maker(settings: Settings, feeds: Sequence[Feed], clock: Clock) -> ReportMaker:
    """What makes reports."""
    from service.reporting.files import ReportMaker

    return ReportMaker(
        feeds=feeds, clock=clock, parent=settings.report_parent, agency=settings.report_agency,
        place=settings.report_place,
    )  # fmt: skip


def _windows(store: SqlStore, secret: bytes) -> RateWindows | None:
    """Where requests are counted: in the database where several processes may share it, else in memory."""
    from service.storage.rate_windows import RateWindows

    return RateWindows(store.engine, secret) if store.engine.dialect.name == "postgresql" else None


def _provider(settings: Settings) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    from service.web.oidc import OidcProvider

    return OidcProvider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        label=settings.oidc_label,
    )
