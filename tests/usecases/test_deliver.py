from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from service.alerting.message import Occasion
from service.domain.audit import Action
from service.domain.notifications import Delivered, DeliveryOutcome, NotificationDraft, Rejected, Retry, Undelivered
from service.domain.warning import Alert, AlertState
from service.scheduling.clock import SetClock
from service.storage.engine import OutOfReachError, SqlStore
from service.usecases.deliver import FIRST_WAIT, LEASE, LONGEST_ABSENCE, MAX_ATTEMPTS, Mailroom, deliver
from service.usecases.send_again import send_again
from tests.alerts import make_draft, opened
from tests.builders import NOW
from tests.stored import waiting


@dataclass
class FakeNotifier:
    """Answers in turn; the last answer stays."""

    answers: list[DeliveryOutcome]
    sent: list[NotificationDraft] = field(default_factory=list)

    def send_all(self, drafts: Iterable[NotificationDraft], *, now: datetime) -> Iterator[DeliveryOutcome]:
        for draft in drafts:
            self.sent.append(draft)
            yield self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def mailroom(store: SqlStore, clock: SetClock, *answers: DeliveryOutcome) -> tuple[Mailroom, FakeNotifier]:
    notifier = FakeNotifier(list(answers))
    room = Mailroom(store=store, notifiers={"email": notifier}, allowed_domains=("agency.example.com",), clock=clock)
    return room, notifier


def test_a_message_is_delivered_once(store: SqlStore, clock: SetClock) -> None:
    room, notifier = mailroom(store, clock, Delivered(detail="250"))
    with store.begin() as tx:
        tx.enqueue([make_draft("a"), make_draft("b")], at=NOW)
    assert deliver(room) == 2
    assert deliver(room) == 0
    assert [d.key for d in notifier.sent] == ["a", "b"]


def test_waits_grow_and_end_in_a_dead_letter(store: SqlStore, clock: SetClock) -> None:
    room, notifier = mailroom(store, clock, Retry(at=NOW, reason="connection refused"))
    with store.begin() as tx:
        tx.enqueue([make_draft("a")], at=NOW)
    for _ in range(MAX_ATTEMPTS * 3):
        deliver(room)
        clock.at += timedelta(hours=3)
    assert len(notifier.sent) == MAX_ATTEMPTS
    assert len({d.message_id for d in notifier.sent}) == 1
    with store.begin() as tx:
        assert tx.connection.exec_driver_sql("select state from notifications").scalar() == "dead"


DOWN = Retry(at=NOW, reason="connection refused", channel_down=True)


def test_a_server_that_is_away_over_a_weekend_loses_no_message(store: SqlStore, clock: SetClock) -> None:
    room, notifier = mailroom(store, clock, DOWN)
    with store.begin() as tx:
        tx.enqueue([make_draft("a")], at=NOW)
    times = []
    while clock.at < NOW + timedelta(days=3):
        tried = len(notifier.sent)
        deliver(room)
        times += [clock.at] * (len(notifier.sent) - tried)
        clock.at += timedelta(seconds=30)
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert waits[:3] == [timedelta(seconds=30), timedelta(seconds=30), timedelta(minutes=1)]
    assert max(waits) == timedelta(minutes=5)
    with store.begin() as tx:
        assert tx.undelivered("email") == Undelivered(since=NOW, messages=1)
        [waiting] = tx.outbox(states=["pending"], before=None, limit=9)
    # none of these tries was one of the message
    assert (waiting.attempts, waiting.last_outcome) == (0, "down")
    notifier.answers[:] = [Delivered()]
    clock.at += timedelta(minutes=5)
    assert deliver(room) == 1
    with store.begin() as tx:
        assert tx.undelivered("email") is None


def test_a_server_that_never_comes_back_ends_in_a_dead_letter(store: SqlStore, clock: SetClock) -> None:
    room, notifier = mailroom(store, clock, DOWN)
    with store.begin() as tx:
        tx.enqueue([make_draft("a")], at=NOW)
    # what had waited for a long time for the channel to be set up is not given up at its first try
    clock.at += timedelta(days=30)
    deliver(room)
    clock.at += LONGEST_ABSENCE
    for _ in range(MAX_ATTEMPTS - 1):
        # neither is it after an outage of both
        with store.begin() as tx:
            assert tx.outbox(states=["dead"], before=None, limit=9) == []
        clock.at += timedelta(minutes=5)
        deliver(room)
    with store.begin() as tx:
        assert [v.last_outcome for v in tx.outbox(states=["dead"], before=None, limit=9)] == ["down"]
        assert tx.undelivered("email") is None
    assert send_again(None, who="cli", store=store, clock=clock) == 1
    # asked for again it begins anew
    clock.at += timedelta(minutes=1)
    deliver(room)
    with store.begin() as tx:
        assert len(tx.outbox(states=["pending"], before=None, limit=9)) == 1
    notifier.answers[:] = [Delivered()]
    clock.at += FIRST_WAIT
    assert deliver(room) == 1


def test_a_refused_recipient_does_not_block_the_next(store: SqlStore, clock: SetClock) -> None:
    room, notifier = mailroom(store, clock, Rejected(reason="550 unknown"), Delivered())
    with store.begin() as tx:
        tx.enqueue([make_draft("a"), make_draft("b")], at=NOW)
    assert deliver(room) == 1
    assert len(notifier.sent) == 2


def test_every_sending_is_in_the_audit_log_and_a_failed_try_is_not(store: SqlStore, clock: SetClock) -> None:
    room, _ = mailroom(store, clock, Delivered(), Rejected(reason="550 unknown"), Retry(at=NOW, reason="450 later"))
    with store.begin() as tx:
        tx.enqueue([make_draft("a"), make_draft("b"), make_draft("c")], at=NOW)
        numbers = {n.draft.key: n.id for n in waiting(tx, NOW)}
    deliver(room)
    with store.begin() as tx:
        told = [(e.subject, e.details["outcome"]) for e in tx.audit_entries() if e.action == Action.SENT]
    assert told == [(f"notification:{numbers['a']}", "delivered"), (f"notification:{numbers['b']}", "rejected")]


def test_nothing_ever_goes_to_another_domain(store: SqlStore, clock: SetClock) -> None:
    room, notifier = mailroom(store, clock, Delivered())
    outside = ["a@ministry.example", "b@agency.example.com.evil.example", "c@xagency.example.com"]
    with store.begin() as tx:
        tx.enqueue([make_draft(str(n), recipient=r) for n, r in enumerate(outside)], at=NOW)
    assert deliver(room) == 0
    assert notifier.sent == []


def test_two_senders_never_take_the_same_message(store: SqlStore, clock: SetClock) -> None:
    with store.begin() as tx:
        tx.enqueue([make_draft(str(n)) for n in range(5)], at=NOW)
        first = tx.claim_notifications(NOW, limit=3, channel="email", until=NOW + LEASE)
    with store.begin() as tx:
        second = tx.claim_notifications(NOW, limit=9, channel="email", until=NOW + LEASE)
        assert tx.claim_notifications(NOW, limit=9, channel="email", until=NOW + LEASE) == []
    assert [len(first), len(second)] == [3, 2]
    assert {p.id for p in first} & {p.id for p in second} == set()


def test_what_a_dead_sender_had_taken_is_sent_by_the_next(store: SqlStore, clock: SetClock) -> None:
    room, notifier = mailroom(store, clock, Delivered())
    with store.begin() as tx:
        tx.enqueue([make_draft("a")], at=NOW)
        tx.claim_notifications(NOW, limit=9, channel="email", until=NOW + LEASE)
    assert deliver(room) == 0
    clock.at += LEASE
    assert deliver(room) == 1
    assert [d.key for d in notifier.sent] == ["a"]


def test_a_sender_that_is_killed_leaves_one_message_behind_and_the_others_at_once(
    store: SqlStore, clock: SetClock
) -> None:
    class Killed(BaseException):
        pass

    @dataclass
    class Dying:
        seen: list[str] = field(default_factory=list)

        def send_all(self, drafts: Iterable[NotificationDraft], *, now: datetime) -> Iterator[DeliveryOutcome]:
            for one in drafts:
                self.seen.append(one.key)
                if len(self.seen) == 3:
                    raise Killed
                yield Delivered()

    room, notifier = mailroom(store, clock, Delivered())
    with store.begin() as tx:
        tx.enqueue([make_draft(f"{n:02}") for n in range(40)], at=NOW)
    with pytest.raises(Killed):
        deliver(replace(room, notifiers={"email": Dying()}))
    assert deliver(room) == 37
    clock.at += LEASE
    assert deliver(room) == 1
    assert notifier.sent[-1].key == "02"


@pytest.mark.parametrize("limit", [2, 50])
def test_a_channel_that_is_down_leaves_the_rest_untried(store: SqlStore, clock: SetClock, limit: int) -> None:
    @dataclass
    class Down:
        tried: int = 0

        def send_all(self, drafts: Iterable[NotificationDraft], *, now: datetime) -> Iterator[DeliveryOutcome]:
            self.tried += 1
            for _ in drafts:
                yield Retry(at=now, reason="connection refused")
                return

    down = Down()
    room = Mailroom(store=store, notifiers={"email": down}, allowed_domains=("agency.example.com",), clock=clock)
    with store.begin() as tx:
        tx.enqueue([make_draft(str(n)) for n in range(5)], at=NOW)
    assert deliver(room, limit=limit) == 0
    assert down.tried == 1
    clock.at += timedelta(minutes=1)
    with store.begin() as tx:
        due = waiting(tx, clock.now())
    assert sorted(p.attempts for p in due) == [0, 0, 0, 0, 1]


def test_an_error_that_no_notifier_expects_is_a_failed_try_of_one_message(store: SqlStore, clock: SetClock) -> None:
    class Broken:
        def send_all(self, drafts: Iterable[NotificationDraft], *, now: datetime) -> Iterator[DeliveryOutcome]:
            for one in drafts:
                if one.key == "b":
                    raise UnicodeError("no such address")
                yield Delivered()

    room = Mailroom(store=store, notifiers={"email": Broken()}, allowed_domains=("agency.example.com",), clock=clock)
    with store.begin() as tx:
        tx.enqueue([make_draft("a"), make_draft("b"), make_draft("c")], at=NOW)
    assert deliver(room) == 2
    with store.begin() as tx:
        [waiting] = tx.outbox(states=["pending"], before=None, limit=9)
    assert (waiting.attempts, waiting.last_outcome) == (1, "retry")
    assert waiting.last_detail == "lỗi của chương trình khi gửi: UnicodeError"
    for _ in range(MAX_ATTEMPTS):
        clock.at += timedelta(hours=3)
        deliver(room)
    with store.begin() as tx:
        assert [v.state for v in tx.outbox(states=["dead"], before=None, limit=9)] == ["dead"]


class LeavingStore:
    """The database is away from the moment in which a message was handed over, until it is back."""

    def __init__(self, store: SqlStore, notifier: FakeNotifier) -> None:
        self._store, self._notifier = store, notifier
        self.back = False

    def __getattr__(self, name: str) -> Any:
        if self._notifier.sent and not self.back:
            raise OutOfReachError("the server closed the connection")
        return getattr(self._store, name)


@pytest.mark.parametrize(("away", "sent"), [(timedelta(seconds=40), ["a"]), (LEASE + timedelta(seconds=9), ["a", "a"])])
def test_what_came_of_a_message_is_noted_when_the_database_is_back(
    away: timedelta, sent: list[str], store: SqlStore, clock: SetClock
) -> None:
    room, notifier = mailroom(store, clock, Delivered())
    leaving = LeavingStore(store, notifier)

    def pause(seconds: float) -> None:
        clock.at += timedelta(seconds=seconds)
        leaving.back = clock.at >= NOW + away

    with store.begin() as tx:
        tx.enqueue([make_draft("a")], at=NOW)
    with suppress(OutOfReachError):
        deliver(replace(room, store=leaving, pause=pause))
    # where it stayed away for too long the next sender may have it
    clock.at += LEASE
    deliver(room)
    assert [d.key for d in notifier.sent] == sent


def test_a_process_that_ends_does_not_wait_for_the_database(store: SqlStore, clock: SetClock) -> None:
    room, notifier = mailroom(store, clock, Delivered())
    paused: list[float] = []
    ends = replace(
        room, store=LeavingStore(store, notifier), pause=paused.append, ending=lambda: bool(notifier.sent)
    )  # fmt: skip
    with store.begin() as tx:
        tx.enqueue([make_draft("a")], at=NOW)
    with pytest.raises(OutOfReachError):
        deliver(ends)
    assert paused == []


def test_messages_of_a_channel_that_is_not_set_up_wait_for_it(store: SqlStore, clock: SetClock) -> None:
    room = Mailroom(store=store, notifiers={}, allowed_domains=("agency.example.com",), clock=clock)
    with store.begin() as tx:
        tx.enqueue([make_draft("a")], at=NOW)
    for _ in range(MAX_ATTEMPTS * 2):
        assert deliver(room) == 0
        clock.at += timedelta(hours=3)
    later, _ = mailroom(store, clock, Delivered())
    assert deliver(later) == 1


def test_what_a_clock_that_was_ahead_put_off_goes_out_when_it_is_right(store: SqlStore, clock: SetClock) -> None:
    room, _ = mailroom(store, clock, Delivered())
    with store.begin() as tx:
        tx.enqueue([make_draft("a")], at=NOW + timedelta(days=400))
        tx.enqueue([make_draft("b")], at=NOW, not_before=NOW + timedelta(hours=23))
    assert deliver(room) == 1


@pytest.fixture
def alert(store: SqlStore) -> Alert:
    made = opened()
    with store.begin() as tx:
        tx.save_alert(made, kind="opened", actor="radar", text="mở", at=NOW)
    return made


def of_alert(alert: Alert, occasion: Occasion, *, channel: str = "email") -> NotificationDraft:
    recipient = "truc@agency.example.com" if channel == "email" else "https://hooks.example.com/x"
    key = f"alert:{alert.id}:{occasion}:L2:{channel}"
    return make_draft(key, recipient=recipient, alert_id=alert.id, channel=channel)


def occasions(notifier: FakeNotifier) -> list[str]:
    return [d.key.split(":")[2] for d in notifier.sent]


@pytest.mark.parametrize("channel", ["email", "webhook"])
def test_of_an_alert_that_has_ended_only_the_end_is_told(
    store: SqlStore, clock: SetClock, alert: Alert, channel: str
) -> None:
    room, notifier = mailroom(store, clock, Delivered())
    room = replace(room, notifiers={channel: notifier}, webhook_hosts=frozenset({"hooks.example.com"}))
    with store.begin() as tx:
        for occasion in (Occasion.OVERDUE, Occasion.RAISED, Occasion.CLOSED):
            tx.enqueue([of_alert(alert, occasion, channel=channel)], at=NOW)
        ended = replace(alert, state=AlertState.CLOSED, closed_at=NOW)
        tx.save_alert(ended, kind="closed", actor="radar", text="đóng", at=NOW)
    assert deliver(room) == 1
    assert occasions(notifier) == ["closed"]
    with store.begin() as tx:
        given_up = tx.outbox(states=["dead"], before=None, limit=9)
        logged = [e.details["outcome"] for e in tx.audit_entries()]
    assert [(v.attempts, v.last_outcome, v.last_detail) for v in given_up] == 2 * [
        (0, "outdated", "cảnh báo đã kết thúc trước khi gửi được")
    ]
    assert logged == ["outdated", "outdated", "delivered"]


def test_what_has_waited_for_too_long_alarms_nobody_unless_a_person_wants_it(
    store: SqlStore, clock: SetClock, alert: Alert
) -> None:
    room, notifier = mailroom(store, clock, Delivered())
    with store.begin() as tx:
        tx.enqueue([of_alert(alert, Occasion.CLOSED), make_draft("head")], at=NOW)
        ended = replace(alert, state=AlertState.CLOSED, closed_at=NOW)
        tx.save_alert(ended, kind="closed", actor="radar", text="đóng", at=NOW)
    clock.at += LONGEST_ABSENCE + timedelta(days=85)
    assert deliver(room) == 1
    assert [d.key for d in notifier.sent] == ["head"]
    with store.begin() as tx:
        [given_up] = tx.outbox(states=["dead"], before=None, limit=9)
    assert given_up.last_detail == "quá hạn: chưa gửi được trong 5 ngày"
    assert send_again(given_up.id, who="cli", store=store, clock=clock) == 1
    assert deliver(room) == 1


def test_an_alert_that_stands_is_told_however_late(store: SqlStore, clock: SetClock, alert: Alert) -> None:
    """Whether mail was not set up or its server was away."""
    room, notifier = mailroom(store, clock, DOWN)
    with store.begin() as tx:
        tx.enqueue([of_alert(alert, Occasion.OPENED)], at=NOW)
    clock.at += LONGEST_ABSENCE + timedelta(days=1)
    for _ in range(MAX_ATTEMPTS + 2):
        deliver(room)
        clock.at += timedelta(hours=12)
    notifier.answers[:] = [Delivered()]
    assert deliver(room) == 1
    assert set(occasions(notifier)) == {"opened"}


def test_messages_of_one_alert_go_out_in_their_order(store: SqlStore, clock: SetClock, alert: Alert) -> None:
    """Whether they waited for their hour, for a machine that was off or for the mail server."""
    room, notifier = mailroom(store, clock, DOWN)
    morning = NOW + timedelta(hours=2)
    with store.begin() as tx:
        tx.enqueue([of_alert(alert, Occasion.OPENED)], at=NOW, not_before=morning)
        tx.enqueue([of_alert(alert, Occasion.RAISED)], at=NOW + timedelta(hours=1))
        tx.enqueue([of_alert(alert, Occasion.OVERDUE)], at=morning)
    clock.at = morning
    for _ in range(20):
        deliver(room)
        clock.at += timedelta(seconds=30)
    assert set(occasions(notifier)) == {"opened"}
    notifier.answers[:], notifier.sent[:] = [Delivered()], []
    while len(notifier.sent) < 3:
        deliver(room)
        clock.at += timedelta(seconds=30)
    assert occasions(notifier) == ["opened", "raised", "overdue"]


def test_an_urgent_message_waits_for_none_that_has_its_hour_or_a_fault_of_its_own(
    store: SqlStore, clock: SetClock, alert: Alert
) -> None:
    room, notifier = mailroom(store, clock, Retry(at=NOW, reason="451"), Delivered())
    with store.begin() as tx:
        tx.enqueue([of_alert(alert, Occasion.OPENED)], at=NOW)
        tx.enqueue([of_alert(alert, Occasion.OVERDUE)], at=NOW, not_before=NOW + timedelta(hours=8))
        tx.enqueue([of_alert(alert, Occasion.RAISED)], at=NOW)
    assert deliver(room) == 1
    assert occasions(notifier) == ["opened", "raised"]


def test_a_process_that_ends_begins_no_further_message(store: SqlStore, clock: SetClock) -> None:
    room, notifier = mailroom(store, clock, Delivered())
    ending = replace(room, ending=lambda: bool(notifier.sent))
    with store.begin() as tx:
        tx.enqueue([make_draft(str(n)) for n in range(5)], at=NOW)
    assert deliver(ending) == 1
    # the others are left for the next at once
    assert deliver(room) == 4


def test_a_channel_alone(store: SqlStore, clock: SetClock) -> None:
    room, notifier = mailroom(store, clock, Delivered())
    with store.begin() as tx:
        tx.enqueue([make_draft("a")], at=NOW)
    assert deliver(room, only="webhook") == 0
    assert deliver(room, only="email") == 1
    assert len(notifier.sent) == 1
