"""Signed webhooks against a real HTTP server on loopback, through the real address guard."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alerting.message import WEBHOOK, Content, Occasion, draft
from service.crawling.addresses import ForbiddenAddressError, GuardedBackend, NameNotFoundError, guarded_client
from service.crawling.answers import retry_after
from service.domain.notifications import Delivered, Rejected, Retry, Untried
from service.domain.warning import Level
from service.notifications.webhook import WebhookNotifier, outcome_of, sign, verify
from service.ports import Clock
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.deliver import MAX_ATTEMPTS, Mailroom, deliver, host_allowed
from service.usecases.subscribe import add_webhook
from tests.alerts import opened
from tests.builders import NOW, make_vault
from tests.mail import slow

KEY = b"mot-khoa-bi-mat"
FIVE_MINUTES = timedelta(minutes=5)


@dataclass
class Receiver:
    """What a program of the agency does: it keeps what it gets and answers as the test asks."""

    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0
    retry_after: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/canh-bao"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/drop":
                return
            state.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(state.answers.pop(0) if state.answers else 204)
            if state.retry_after:
                self.send_header("Retry-After", state.retry_after)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()


def make_notifier(allowed: frozenset[str], key: bytes | None = KEY, clock: Clock | None = None) -> WebhookNotifier:
    backend, context = GuardedBackend(allowed=allowed), ssl.create_default_context()
    return WebhookNotifier(
        client=lambda: guarded_client(backend, context=context, headers={}, timeout=httpx.Timeout(5), connections=1),
        forbidden=(ForbiddenAddressError,),
        unreachable=(httpx.HTTPError, OSError, NameNotFoundError),
        key_of=lambda _url: key,
        clock=clock or SetClock(NOW),
        retry_after=retry_after,
    )


def make_room(store: SqlStore, clock: SetClock, receiver: Receiver) -> Mailroom:
    """Sends to the receiver and to nobody else."""
    host = frozenset({f"127.0.0.1:{receiver.port}"})
    return Mailroom(
        store=store, notifiers={WEBHOOK: make_notifier(host, clock=clock)}, allowed_domains=(), clock=clock,
        webhook_hosts=host,
    )  # fmt: skip


def message(url: str):
    content = Content(alert=opened(), occasion=Occasion.OPENED, base_url="http://radar.example.com")
    return draft(content, recipient=url, channel=WEBHOOK)


def test_a_message_is_signed_with_its_time(receiver: Receiver) -> None:
    notifier = make_notifier(frozenset({f"127.0.0.1:{receiver.port}"}))
    sent = message(receiver.url)
    assert list(notifier.send_all([sent], now=NOW)) == [Delivered(detail="204")]
    [(headers, body)] = receiver.got
    signature = headers["x-radar-signature"]
    assert verify(KEY, body, signature, now=NOW, tolerance=FIVE_MINUTES)
    assert not verify(KEY, body + b" ", signature, now=NOW, tolerance=FIVE_MINUTES)
    assert not verify(b"other", body, signature, now=NOW, tolerance=FIVE_MINUTES)
    assert not verify(KEY, body, signature, now=NOW + timedelta(minutes=6), tolerance=FIVE_MINUTES)
    assert headers["x-radar-delivery"] == sent.message_id.strip("<>")
    told = json.loads(body)
    assert told["type"] == "alert.opened"
    assert told["alert"]["url"] == f"http://radar.example.com/alerts/{told['alert']['id']}"
    assert told["figures"]["origins"] == 8


@given(st.binary(max_size=200), st.text(max_size=60))
def test_no_other_header_is_a_signature(body: bytes, header: str) -> None:
    assert not verify(KEY, body, header, now=NOW, tolerance=FIVE_MINUTES)
    assert verify(KEY, body, sign(KEY, body, NOW), now=NOW, tolerance=FIVE_MINUTES)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, Delivered), (204, Delivered), (301, Rejected), (400, Rejected), (404, Rejected), (408, Retry),
     (410, Rejected), (429, Retry), (500, Retry), (503, Retry)],
)  # fmt: skip
def test_what_an_answer_means(status: int, kind: type) -> None:
    assert isinstance(outcome_of(status, None, NOW), kind)
    if kind is Retry:
        assert outcome_of(status, timedelta(seconds=90), NOW).at == NOW + timedelta(seconds=90)
        assert outcome_of(status, timedelta(days=1), NOW).at == NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("", 0), ("90", 90), ("86400", 7200), ("99999999999", 0), ("Wed, 21 Oct", 0),
        (format_datetime(NOW + timedelta(minutes=10), usegmt=True), 600),
        (format_datetime(NOW - timedelta(minutes=10), usegmt=True), 0),
    ],
)  # fmt: skip
def test_a_receiver_may_say_how_long_it_wants_to_be_left_alone(receiver: Receiver, asked: str, wait: int) -> None:
    receiver.answers, receiver.retry_after = [503], asked
    [outcome] = make_notifier(frozenset({f"127.0.0.1:{receiver.port}"})).send_all([message(receiver.url)], now=NOW)
    assert outcome == Retry(at=NOW + timedelta(seconds=wait), reason="503")


def test_each_message_is_signed_with_the_time_of_its_own_try(receiver: Receiver) -> None:
    class Walking:
        def __init__(self) -> None:
            self.at = NOW

        def now(self) -> datetime:
            self.at += timedelta(minutes=3)
            return self.at

    clock = Walking()
    notifier = make_notifier(frozenset({f"127.0.0.1:{receiver.port}"}), clock=clock)
    assert len(list(notifier.send_all([message(receiver.url)] * 3, now=NOW))) == 3
    times = [int(headers["x-radar-signature"].split(",")[0][2:]) for headers, _ in receiver.got]
    assert times == [int((NOW + timedelta(minutes=m)).timestamp()) for m in (3, 9, 15)]


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.answers = [302]
    [outcome] = make_notifier(frozenset({f"127.0.0.1:{receiver.port}"})).send_all([message(receiver.url)], now=NOW)
    assert isinstance(outcome, Rejected)
    assert len(receiver.got) == 1


def test_a_private_address_needs_its_host_and_port_on_the_list(receiver: Receiver) -> None:
    [outcome] = make_notifier(frozenset()).send_all([message(receiver.url)], now=NOW)
    assert isinstance(outcome, Rejected)
    assert "ForbiddenAddressError" in outcome.reason
    assert receiver.got == []


def test_an_address_that_does_not_answer_is_asked_once_a_round() -> None:
    drafts = [message("http://127.0.0.1:1/a"), message("http://127.0.0.1:1/a")]
    outcomes = list(make_notifier(frozenset({"127.0.0.1:1"})).send_all(drafts, now=NOW))
    assert [type(o) for o in outcomes] == [Retry, Untried]
    assert isinstance(outcomes[0], Retry)
    assert outcomes[0].channel_down


def test_a_program_that_does_not_answer_holds_up_no_other_of_its_host(
    store: SqlStore, clock: SetClock, receiver: Receiver
) -> None:
    room = make_room(store, clock, receiver)
    silent, other = f"http://127.0.0.1:{receiver.port}/drop", replace(opened(), id="other")
    contents = [
        Content(alert=a, occasion=Occasion.OPENED, base_url="http://radar.example.com") for a in (opened(), other)
    ]
    with store.begin() as tx:
        for alert in (opened(), other):
            tx.save_alert(alert, kind="opened", actor="radar", text="mở", at=NOW)
        drafts = [draft(c, recipient=silent, channel=WEBHOOK) for c in contents]
        tx.enqueue([*drafts, message(receiver.url)], at=clock.now())
    assert deliver(room) == 1
    with store.begin() as tx:
        waiting = tx.outbox(states=["pending"], before=None, limit=9)
    # the second was not tried, and is not behind the first for ever
    assert [v.last_outcome for v in waiting] == ["", "down"]
    for _ in range(9):
        clock.at += timedelta(seconds=30)
        deliver(room)
    with store.begin() as tx:
        waiting = tx.outbox(states=["pending"], before=None, limit=9)
    assert [(v.attempts, v.last_outcome) for v in waiting] == [(0, "down")] * 2


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n"


@pytest.mark.parametrize(("drip", "every"), [(b"x", 0.2), (b"x" * 1_000_000, 0.0)])
def test_the_body_of_an_answer_is_not_waited_for(drip: bytes, every: float) -> None:
    with slow(head=HEAD, drip=drip, every=every) as (port, sent):
        began = time.monotonic()
        notifier = make_notifier(frozenset({f"127.0.0.1:{port}"}))
        [outcome] = notifier.send_all([message(f"http://127.0.0.1:{port}/a")], now=NOW)
        assert time.monotonic() - began < 3
    assert isinstance(outcome, Delivered)
    assert sent[0] < 20_000_000


def test_a_receiver_has_so_long_for_everything_together() -> None:
    with slow(head=b"HTTP/1.1 200 OK\r\nX-Slow: ", drip=b"x", every=0.1) as (port, _):
        began = time.monotonic()
        notifier = replace(make_notifier(frozenset({f"127.0.0.1:{port}"})), seconds=0.6)
        drafts = [message(f"http://127.0.0.1:{port}/{name}") for name in "abc"]
        outcomes = list(notifier.send_all(drafts, now=NOW))
        assert time.monotonic() - began < 3
    assert [type(o) for o in outcomes] == [Retry] * 3
    assert "TimeoutError" in outcomes[0].reason


def test_a_process_that_ends_does_not_wait_for_a_slow_receiver() -> None:
    with slow(head=b"HTTP/1.1 200 OK\r\nX-Slow: ", drip=b"x", every=0.1) as (port, _):
        began = time.monotonic()
        notifier = replace(make_notifier(frozenset({f"127.0.0.1:{port}"})), ending=lambda: True)
        [outcome] = notifier.send_all([message(f"http://127.0.0.1:{port}/a")], now=NOW)
        assert time.monotonic() - began < 8
    assert isinstance(outcome, Retry)


def test_a_webhook_that_was_removed_gets_nothing(receiver: Receiver) -> None:
    allowed = frozenset({f"127.0.0.1:{receiver.port}"})
    [outcome] = make_notifier(allowed, key=None).send_all([message(receiver.url)], now=NOW)
    assert isinstance(outcome, Rejected)
    assert receiver.got == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hooks.example.com/x", True),
        ("https://hooks.example.com:443/x", True),
        ("https://HOOKS.example.com/x", True),
        ("https://hooks.example.com:8443/x", False),
        ("http://hooks.example.com/x", False),
        ("http://10.0.0.5:9000/x", True),
        ("https://10.0.0.5:9000/x", True),
        ("http://10.0.0.5/x", False),
        ("https://a.hooks.example.com/x", False),
        ("https://hooks.example.com.evil.example/x", False),
        ("https://hooks.example.com@evil.example/x", False),
        ("https://user:pw@hooks.example.com/x", False),
        ("https://hooks.example.com:x/", False),
        ("ftp://hooks.example.com/x", False),
        ("ftp://10.0.0.5:9000/x", False),
        ("https://secure.example.com/x", True),
        ("http://secure.example.com/x", False),
        ("http://plain.example.com/x", True),
        ("https://plain.example.com/x", False),
        ("http://10.0.0.5:9000/x\r\nX: y", False),
        ("https://hooks.example.com/\tx", False),
        ("https://hooks.example.com/x y", False),
        ("https://hooks.example.com/\x00", False),
        ("https://[::1/x", False),
        ("", False),
    ],
)
def test_hosts_are_named_exactly(url: str, expected: bool) -> None:
    hosts = {"hooks.example.com", "10.0.0.5:9000", "secure.example.com:443", "plain.example.com:80"}
    assert host_allowed(url, frozenset(hosts)) is expected


def test_retries_end_with_delivery_and_a_log_and_email_is_not_held_up(
    store: SqlStore, clock: SetClock, receiver: Receiver
) -> None:
    host = frozenset({f"127.0.0.1:{receiver.port}"})
    key = add_webhook(
        receiver.url,
        min_level=Level.WARNING,
        hosts=host,
        who="admin@example.com",
        store=store,
        clock=clock,
        vault=make_vault(),
    )
    receiver.answers = [500, 503]

    def key_of(url: str) -> bytes | None:
        with store.begin() as tx:
            sealed = tx.webhook_key(url)
        assert sealed is not None
        assert key.encode() not in sealed
        return make_vault().open(sealed)

    notifier = replace(make_notifier(host, clock=clock), key_of=key_of)
    room = Mailroom(store=store, notifiers={WEBHOOK: notifier}, allowed_domains=(), clock=clock, webhook_hosts=host)
    alert = opened()
    with store.begin() as tx:
        tx.save_alert(alert, kind="opened", actor="radar", text="mở", at=NOW)
        tx.enqueue([message(receiver.url), message("https://evil.example/x")], at=clock.now())
    done = []
    for _ in range(4):
        done.append(deliver(room))
        clock.at += timedelta(hours=1)
    assert done == [0, 0, 1, 0]
    assert len({headers["x-radar-delivery"] for headers, _ in receiver.got}) == 1
    headers, body = receiver.got[-1]
    at = datetime.fromtimestamp(int(headers["x-radar-signature"].split(",")[0][2:]), UTC)
    assert verify(key.encode(), body, headers["x-radar-signature"], now=at, tolerance=FIVE_MINUTES)
    with store.begin() as tx:
        states = {v.recipient: v.state for v in tx.outbox(states=["delivered", "rejected"], before=None, limit=9)}
        log = tx.connection.exec_driver_sql("select outcome from deliveries order by id").scalars().all()
    assert states == {receiver.url: "delivered", "https://evil.example/x": "rejected"}
    assert sorted(log) == ["delivered", "rejected", "retry", "retry"]


def test_messages_of_an_alert_do_not_overtake_each_other(store: SqlStore, clock: SetClock, receiver: Receiver) -> None:
    room = make_room(store, clock, receiver)
    alert, other = opened(), replace(opened(), id="other")
    told = [(alert, Occasion.OPENED), (other, Occasion.OPENED), (alert, Occasion.RAISED), (alert, Occasion.CLOSED)]
    contents = [Content(alert=a, occasion=o, base_url="http://radar.example.com") for a, o in told]
    with store.begin() as tx:
        tx.save_alert(alert, kind="opened", actor="radar", text="mở", at=NOW)
        tx.save_alert(other, kind="opened", actor="radar", text="mở", at=NOW)
        tx.enqueue([draft(c, recipient=receiver.url, channel=WEBHOOK) for c in contents], at=clock.now())
    receiver.answers = [503]
    for _ in range(3):
        deliver(room)
        clock.at += timedelta(hours=3)
    got = [(told["alert"]["id"], told["type"]) for told in (json.loads(body) for _, body in receiver.got)]
    mine = [kind for one, kind in got if one == alert.id]
    assert mine == ["alert.opened", "alert.opened", "alert.raised", "alert.closed"]
    # another alert waits for none of them
    assert got[1] == ("other", "alert.opened")


def test_a_message_that_was_given_up_holds_up_no_other(store: SqlStore, clock: SetClock, receiver: Receiver) -> None:
    room = make_room(store, clock, receiver)
    contents = [Content(alert=opened(), occasion=o, base_url="http://radar.example.com") for o in Occasion]
    with store.begin() as tx:
        tx.save_alert(opened(), kind="opened", actor="radar", text="mở", at=NOW)
        tx.enqueue([draft(c, recipient=receiver.url, channel=WEBHOOK) for c in contents[:2]], at=clock.now())
    receiver.answers = [503] * MAX_ATTEMPTS
    for _ in range(MAX_ATTEMPTS + 1):
        deliver(room)
        clock.at += timedelta(hours=3)
    assert [json.loads(body)["type"] for _, body in receiver.got[MAX_ATTEMPTS:]] == ["alert.raised"]
