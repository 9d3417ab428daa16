"""The parts of a running installation, and its jobs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from service.bootstrap.opening import State, damaged_keys, open_store, open_vault, periods_of, policy_of, shelf_of
from service.bootstrap.outside import channels, make_fetcher, make_notifiers, text_processes
from service.bootstrap.plan import Plan
from service.domain.audit import Head
from service.domain.notifications import MessageChannel, Undelivered
from service.domain.times import believed
from service.domain.wording import local_time
from service.parsing.own_contacts import OwnContacts
from service.ports import Clock, Turn
from service.scheduling.clock import SystemClock
from service.scheduling.timers import Jobs
from service.settings import ConfigError, Settings
from service.settings.legal_file import load_legal
from service.storage.engine import SqlStore
from service.storage.state_files import AuditKey, StateFileError, add_head, read_heads
from service.storage.turns import turn
from service.storage.vault import FernetVault
from service.usecases.accounts import Accounts
from service.usecases.audit import anchor, note_configuration
from service.usecases.collect import Collector, collect_due, seed
from service.usecases.deliver import LONGEST_ABSENCE, Mailroom, deliver
from service.usecases.digest import Digests, send_digests
from service.usecases.escalate import Escalation, escalate
from service.usecases.health import measure
from service.usecases.ingest import FetchPages
from service.usecases.place import StoryDesk
from service.usecases.read_pages import check_pages, read_pages
from service.usecases.refresh import refresh_by_interface
from service.usecases.retain import LONGEST_PAUSE, Removed, forget_by_interface, held_since, retain
from service.usecases.review import ReviewRoom, remind
from service.usecases.rounds import Rounds
from service.usecases.seal import lost, seal
from service.usecases.switch_model import note_model
from service.usecases.tidy import Tidy
from service.usecases.watch import Watch

if TYPE_CHECKING:
    from service.classification.shelf import Shelf

HOUR_SECONDS = 3600.0
MINUTE_SECONDS = 60.0
HEALTH_SECONDS = 300.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The parts of a running installation.

    Attributes:
        lost_secrets: how many secrets in the database no key of this installation opened at its start.
        rounds: when each role was last at work.
        ending: set when the process is about to end; whoever polls, places or sends begins nothing further then.
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
        desk = StoryDesk(self.store, self.plan.clock, ending=self.ending.is_set)
        tidy = Tidy(desk, beside=ThreadPoolExecutor(1, "tidy"))
        watch = self.watch()

        def tell() -> None:
            desk.place()
            try:
                done = watch.run()
                if done.opened or done.raised or done.closed:
                    log.info("alerts", opened=done.opened, raised=done.raised, closed=done.closed)
            finally:
                tidy.run()  # last, as nobody waits for it; also where a stream stays undecided in every round

        digests = self.digests()
        # a job a channel: a slow receiver of one holds up nobody of another
        deliveries: Jobs = {
            f"deliver_{channel}": (partial(self.deliver, channel), self.plan.step_seconds) for channel in MessageChannel
        }
        return {
            "health": (lambda: measure(self.collector.feeds, self.store, self.plan.clock), HEALTH_SECONDS),
            "tell": (self.rounds.of("schedule", tell), self.plan.step_seconds),
            "retain": (self.retain, HOUR_SECONDS),
            "anchor": (self.anchor_daily, HOUR_SECONDS),
            "escalate": (lambda: escalate(self.escalation()), self.plan.step_seconds),
            **deliveries,
            "digest": (lambda: send_digests(digests), MINUTE_SECONDS),
            "remind": (lambda: remind(self.review_room()), HOUR_SECONDS),
        }

    def deliver(self, channel: MessageChannel) -> None:
        """Send what is due of a channel, with a line in the log where something was delivered."""
        if delivered := deliver(self.mailroom, only=channel):
            log.info("delivered", channel=channel, messages=delivered)

    def turn(self, role: str) -> Turn:
        """Of all processes on this database, one at a time does the jobs of a role («work», «schedule»)."""
        return turn(self.store.engine, role)

    def retain(self) -> Removed | None:
        """Remove what has been kept long enough; None where the clock may be ahead. What came through an interface is
        removed all the same: its rules allow no delay."""
        periods = periods_of(self.settings)
        try:
            signer = self.signer
        except StateFileError as error:
            signer = None
            log.warning("retain", note=f"the audit log keeps its old entries: {error}")
        removed = retain(self.store, self.plan.clock, periods=periods, signer=signer)
        if removed is None:
            since = held_since(self.store, self.plan.clock)
            log.warning("retain", note="nothing is removed: the clock may be ahead", last_known=str(since))
        forget_by_interface(self.collector)
        return removed

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
            stopped=partial(self.rounds.stopped, "work"),
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
            return tx.undelivered(MessageChannel.EMAIL)

    def _of_the_clock(self) -> list[str]:
        """What speaks against the machine's clock, in Vietnamese."""
        lines = []
        with self.store.snapshot() as tx:
            newest = tx.last_sighting()
        if newest and believed(newest, self.plan.clock.now()) is None:
            lines.append(
                f"Có tin được ghi nhận vào lúc {local_time(newest)}, sau giờ hiện tại của máy chủ: đồng hồ đang chậm, "
                "hoặc trước đây từng chạy nhanh. Xin kiểm tra đồng hồ của các máy."
            )
        if since := held_since(self.store, self.plan.clock):
            lines.append(
                f"Tạm dừng xóa dữ liệu hết hạn lưu trữ: đồng hồ của máy chủ đã vượt quá {LONGEST_PAUSE.days} ngày "
                f"kể từ {local_time(since)}. Xin kiểm tra đồng hồ; nếu đúng, chạy lệnh «radar retention run "
                "--clock-is-right». Việc xóa sẽ tự tiếp tục khi đã ghi nhận tin trong "
                f"{LONGEST_PAUSE.days} ngày khác nhau."
            )
        return lines

    def status(self) -> list[str]:
        """What the person in charge should know, in Vietnamese."""
        lines = [*self.rounds.silent(), *self._of_the_clock()]
        if not self.settings.smtp_host:
            lines.append("Chưa cấu hình máy chủ thư (RADAR_SMTP_HOST): thư cảnh báo đang chờ trong hàng đợi thư.")
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


@contextmanager
def install(settings: Settings, plan: Plan) -> Iterator[Installation]:
    """An installation with its network and worker processes; everything is closed at the end of the block.

    Raises:
        ConfigError: the database or a key cannot be used; nothing was made then.
    """
    if problems := damaged_keys(settings):
        raise ConfigError(problems)
    with ExitStack() as stack:
        store = open_store(settings, make=True, older="brought up")
        stack.callback(store.engine.dispose)
        classifier, reader = text_processes(settings, stack)
        ending = Event()
        collector = Collector(
            feeds={f.id: f for f in plan.feeds},
            store=store,
            fetcher=make_fetcher(settings, plan, store, stack),
            reader=reader,
            classifier=classifier,
            clock=plan.clock,
            fetch_pages=FetchPages(settings.fetch_pages),
            floor=plan.floor,
            channels=channels(settings),
            ending=ending.is_set,
        )
        seed(collector)
        feeds = settings.feeds_file.read_bytes() if settings.feeds_file.is_file() else b""
        vault = open_vault(settings)
        sealed = seal(store, plan.clock, vault)
        # secrets show as stars in it
        shelf = shelf_of(settings)
        model = shelf.in_service()[0].name
        _note_model(store, plan.clock, shelf)
        note_configuration(store, plan.clock, settings=settings.model_dump_json(), feeds=feeds, model=model)
        yield Installation(
            settings=settings,
            plan=plan,
            store=store,
            accounts=Accounts(store, plan.clock, vault=vault),
            collector=collector,
            mailroom=Mailroom(
                store=store,
                notifiers=make_notifiers(settings, plan, store, vault, ending.is_set),
                allowed_domains=settings.allowed_domains,
                clock=plan.clock,
                webhook_hosts=frozenset(settings.webhook_hosts),
                ending=ending.is_set,
                pause=ending.wait,
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
