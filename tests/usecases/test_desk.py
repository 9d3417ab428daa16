"""The desk's work on both databases: actions, merge, silences, escalation, subscriptions, figures."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from service.alerting.audience import BUDGETS
from service.alerting.decide import Policy
from service.alerting.hours import Hours
from service.alerting.lifecycle import Changed, Command, Refused, Verb
from service.alerting.message import Content, Occasion
from service.alerting.wording import level_label
from service.domain.accounts import Role
from service.domain.intents import Evidence
from service.domain.judgement import Place
from service.domain.notifications import Delivered, NotificationDraft, thread_id
from service.domain.warning import Alert, AlertState, Level
from service.insight.formulas import FORMULAS
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.escalate import Escalation, escalate
from service.usecases.handle import Post, assignable, handle, reopenable
from service.usecases.silence import silence
from service.usecases.subscribe import SubscriptionError, add_webhook, subscribe
from service.usecases.tell import tell_of
from service.usecases.watch import Watch
from tests.alerts import make_signal, make_subscription, opened
from tests.builders import NOW, make_intent, make_vault
from tests.stored import waiting
from tests.weeks import crisis, ordinary_week

DESK, LEAD = ("truyen-thong@example.com",), ("lanh-dao@example.com",)
LAN = "lan@example.com"


def keep(store: SqlStore, alert: Alert) -> Alert:
    with store.begin() as tx:
        tx.save_alert(alert, kind="opened", actor="radar", text="mở", at=NOW)
    return alert


def an_alert(number: int = 1, **more: object) -> Alert:
    return replace(opened(make_signal(unusual=8.0)), id=f"a{number}", opened_at=NOW, **more)


def do(store: SqlStore, clock: SetClock, verb: Verb, number: int = 1, **more: Any) -> object:
    return handle(f"a{number}", Command(verb=verb, who=LAN, **more), store=store, clock=clock)


def outbox(store: SqlStore, now: datetime) -> list[tuple[str, str]]:
    with store.begin() as tx:
        return [(p.draft.recipient, p.draft.key) for p in waiting(tx, now)]


def test_whoever_an_alert_is_given_to_is_told_at_once(store: SqlStore, clock: SetClock) -> None:
    keep(store, an_alert())
    minh, far = "minh@example.com", "xa@elsewhere.example.org"
    with store.begin() as tx:
        for email in (LAN, minh, far):
            tx.add_user(email, frozenset({Role.DESK}), "x", at=NOW)
    post = Post(base_url="https://radar.example.com", domains=("example.com",))

    def give(to: str, note: str = "") -> None:
        command = Command(verb=Verb.ASSIGN, who=LAN, target=to, text=note)
        assert isinstance(handle("a1", command, store=store, clock=clock, post=post), Changed)
        clock.at += timedelta(minutes=5)

    for to in (minh, LAN, far, minh):  # oneself is not told, and nobody whose domain is not the agency's
        give(to, "gọi tỉnh\ntrước 10 giờ")
    with store.begin() as tx:
        told = [p.draft for p in waiting(tx, clock.now())]
    assert [d.recipient for d in told] == [minh, minh]
    assert told[0].key != told[1].key
    assert ": giao xử lý" in told[0].subject
    said = f"{LAN} đã giao cho quý vị xử lý cảnh báo này. Ghi chú: gọi tỉnh trước 10 giờ."
    assert all(said in part for part in (told[0].text, re.sub("<[^>]+>", "", told[0].html)))
    assert "https://radar.example.com/alerts/a1" in told[0].text
    with store.begin() as tx:
        # no warning of the machine: it opens no end to be told of, and takes nothing from the budget of the day
        assert (tx.was_told("a1"), tx.count_told(since=NOW)) == (False, 0)


POST = Post(base_url="https://radar.example.com", domains=("example.com",), desk=DESK)


def told(store: SqlStore, clock: SetClock) -> list[NotificationDraft]:
    """What waits, sent."""
    with store.begin() as tx:
        found = waiting(tx, clock.now())
        for p in found:
            tx.record_delivery(p.id, Delivered(), at=clock.now(), dead=False)
    return [p.draft for p in found]


def raised_alert(store: SqlStore, clock: SetClock) -> Alert:
    """An L3 of which the desk, a subscriber, a program and, as nobody acknowledged it, the lead were told."""
    with store.begin() as tx:
        tx.add_user(LAN, frozenset({Role.VIEWER}), "x", at=NOW)
        tx.add_documents([make_intent(d, title=f"Bài {d}") for d in an_alert().signal.documents[:3]])
    subscribe(make_subscription(), domains=["example.com"], store=store, clock=clock)
    hook, hosts = "https://hooks.example.com/x", frozenset({"hooks.example.com"})
    add_webhook(
        hook, min_level=Level.RISK, hosts=hosts, who="a@example.com", store=store, clock=clock, vault=make_vault()
    )
    fired = an_alert()
    alert = keep(store, replace(fired, handling=replace(fired.handling, fired_at=NOW)))
    with store.begin() as tx:
        content = Content(alert=alert, occasion=Occasion.OPENED, base_url="https://radar.example.com")
        tell_of(tx, content, desk=DESK, sending=None, now=clock.now())
    clock.at = NOW + timedelta(minutes=31)
    assert escalate(make_escalation(store, clock))
    return alert


def test_the_end_that_a_person_makes_is_told_to_all_who_heard_of_the_alert(store: SqlStore, clock: SetClock) -> None:
    raised_alert(store, clock)
    before = told(store, clock)
    everybody = {*DESK, *LEAD, LAN, "https://hooks.example.com/x"}
    assert {d.recipient for d in before} == everybody
    late = [d for d in before if "overdue" in d.key]
    assert all("đã 31 phút từ khi báo mức L3." in d.text for d in late)
    # a step of the escalation lists what the opening lists
    assert all("Bài " in d.text for d in before if "overdue" in d.key)

    def did(verb: Verb, text: str, who: str = "minh@example.com") -> list[NotificationDraft]:
        clock.at += timedelta(minutes=1)
        outcome = handle("a1", Command(verb=verb, who=who, text=text), store=store, clock=clock, post=POST)
        assert isinstance(outcome, Changed)
        return told(store, clock)

    with store.begin() as tx:
        tx.add_token("kịch bản", "d", frozenset(), owner="quantri@example.com", at=NOW, expires_at=NOW)
    for verb, text, who, subject, said in (
        (Verb.DISMISS, "tin cũ", "minh@example.com", ": đã kết thúc", "minh@example.com đã xác định đây là báo nhầm"),
        (Verb.REOPEN, "lại lan", "minh@example.com", ": đã mở lại", "đã mở lại cảnh báo này lúc 10:33"),
        (
            Verb.CLOSE, "đã trả lời", "token:kịch bản", ": đã kết thúc",
            "Chương trình kịch bản (của quantri@example.com) đã kết thúc cảnh báo này lúc 10:34 ngày 02/03/2026."
            " Lý do: đã trả lời.",
        ),
    ):  # fmt: skip
        found = did(verb, text, who)
        assert sorted(d.recipient for d in found) == sorted(everybody), verb
        for d in found:
            if d.channel == "webhook":
                assert json.loads(d.text)["type"] == ("alert.reopened" if verb is Verb.REOPEN else "alert.closed")
                continue
            assert subject in d.subject
            assert said in d.text
            assert f"Lý do: {text}." in d.html
            assert "trở lại mức thường" not in d.text
            assert "tiếp nhận cảnh báo" not in d.text
            assert ("Sẽ không có cảnh báo" in d.text) is (verb is Verb.REOPEN)


def test_of_an_alert_that_nobody_was_told_of_no_end_is_told(store: SqlStore, clock: SetClock) -> None:
    keep(store, an_alert())
    handle("a1", Command(verb=Verb.DISMISS, who=LAN, text="x"), store=store, clock=clock, post=POST)
    assert told(store, clock) == []


def test_nobody_is_told_after_an_outage_that_an_acknowledged_alert_waits(store: SqlStore, clock: SetClock) -> None:
    raised_alert(store, clock)
    do(store, clock, Verb.ACKNOWLEDGE)
    found = told(store, clock)
    assert found
    assert not [d for d in found if "overdue" in d.key]


def test_a_level_is_a_proposal_until_a_person_answers(store: SqlStore, clock: SetClock) -> None:
    raised_alert(store, clock)
    told(store, clock)
    assert level_label(Level.RISK) == "L3 (nguy cơ khủng hoảng, đề xuất)"
    for verb, said in ((Verb.CONFIRM, "hoảng, đã xác nhận)"), (Verb.REFUSE, "hoảng, không được xác nhận)")):
        do(store, clock, verb, level=3, text="xem lại")
        assert isinstance(
            handle("a1", Command(verb=Verb.DISMISS, who=LAN, text="x"), store=store, clock=clock, post=POST), Changed
        )
        mails = [d.subject for d in told(store, clock)]
        assert mails
        assert all(said in subject for subject in mails)
        do(store, clock, Verb.REOPEN, text="x")
        clock.at += timedelta(minutes=1)


def test_what_was_never_told_is_new_when_it_rises(store: SqlStore, clock: SetClock) -> None:
    alert = keep(store, an_alert())
    with store.begin() as tx:
        content = Content(alert=alert, occasion=Occasion.RAISED, base_url="https://radar.example.com")
        tell_of(tx, content, desk=DESK, sending=None, now=clock.now())
        tell_of(tx, content, desk=DESK, sending=None, now=clock.now())
    first, second = told(store, clock)
    assert "cảnh báo mới" in first.subject
    assert first.message_id == thread_id("a1", DESK[0], host="radar.example.com")
    assert second.subject.endswith(": nâng mức (nguy cơ khủng hoảng, đề xuất)")


def test_an_alert_is_opened_again_unless_its_stream_has_a_later_one(store: SqlStore, clock: SetClock) -> None:
    keep(store, an_alert())
    assert not reopenable("a1", store=store, clock=clock)
    assert isinstance(do(store, clock, Verb.DISMISS, text="nhầm"), Changed)
    with store.begin() as tx:
        ended = tx.alert("a1")
    assert ended is not None
    assert ended.handling.level_then is Level.RISK
    assert reopenable("a1", store=store, clock=clock)
    back = do(store, clock, Verb.REOPEN, text="vẫn đang lan")
    assert isinstance(back, Changed)
    with store.begin() as tx:
        assert tx.alert("a1") == back.alert
        done = [e.details.get("verb") for e in tx.newest_audit(limit=1)]
    assert done == ["reopen"]
    detail = SqlReadModels(store).alert("a1")
    assert detail is not None
    assert [t.kind for t in detail.timeline] == ["opened", "dismissed", "reopened"]
    assert isinstance(do(store, clock, Verb.DISMISS, text="nhầm"), Changed)
    keep(store, replace(an_alert(2), opened_at=NOW + timedelta(minutes=1)))
    refused = do(store, clock, Verb.REOPEN, text="vẫn đang lan")
    assert isinstance(refused, Refused)
    assert "cảnh báo khác về cùng nội dung" in refused.reason
    assert not reopenable("a1", store=store, clock=clock)


def test_what_was_handled_is_read_as_it_was_kept(store: SqlStore, clock: SetClock) -> None:
    keep(store, an_alert())
    with store.begin() as tx:
        tx.add_user(LAN, frozenset({Role.DESK}), "x", at=NOW)
    for verb, more in [
        (Verb.ASSIGN, {"target": LAN}), (Verb.TAKE, {}), (Verb.CONFIRM, {"level": 3}),
        (Verb.STATE, {"text": "đăng trên cổng"}), (Verb.COMMENT, {"text": "một\nhai"}),
        (Verb.CLOSE, {"text": "đã trả lời"}),
    ]:  # fmt: skip
        clock.at += timedelta(minutes=10)
        outcome = do(store, clock, verb, **more)
        assert isinstance(outcome, Changed), verb
        with store.begin() as tx:
            assert tx.alert("a1") == outcome.alert
    read = SqlReadModels(store)
    shown, detail = read.handling("a1"), read.alert("a1")
    assert shown is not None
    assert (shown.minutes_seen, shown.minutes_statement, shown.minutes_closed) == (10, 40, 60)
    assert shown.verdict is not None
    assert (shown.verdict.level, shown.verdict.confirmed) == (3, True)
    assert detail is not None
    assert [t.kind for t in detail.timeline] == [
        "opened", "assigned", "in_hand", "confirmed", "statement", "comment", "closed",
    ]  # fmt: skip
    with store.begin() as tx:
        assert tx.live_alerts() == []


def test_alerts_are_given_to_people_with_an_account_of_the_desk_only(store: SqlStore, clock: SetClock) -> None:
    keep(store, an_alert())
    with store.begin() as tx:
        tx.add_user("xem@example.com", frozenset({Role.VIEWER}), "x", at=NOW)
    for who in ("xem@example.com", "ai-do@example.com", ""):
        assert isinstance(do(store, clock, Verb.ASSIGN, target=who), Refused)


def test_an_alert_is_given_to_nobody_who_could_not_open_it(store: SqlStore, clock: SetClock) -> None:
    keep(store, an_alert(1, stream="topic:pension"))
    keep(store, an_alert(2, stream="topic:pension@48"))
    with store.begin() as tx:
        for who, provinces in ((LAN, []), ("da-nang@example.com", ["48"]), ("hue@example.com", ["46"])):
            tx.add_user(who, frozenset({Role.DESK}), "x", at=NOW)
            user = tx.user(who)
            assert user is not None
            tx.set_provinces(user.id, provinces)
    assert assignable("a1", store=store) == [LAN]
    assert sorted(assignable("a2", store=store)) == ["da-nang@example.com", LAN]
    refused = do(store, clock, Verb.ASSIGN, target="da-nang@example.com")
    assert isinstance(refused, Refused)
    assert "không xử lý được cảnh báo này" in refused.reason
    assert isinstance(do(store, clock, Verb.ASSIGN, number=2, target="da-nang@example.com"), Changed)


def test_a_merged_alert_ends_is_told_of_on_both_and_counts_as_no_false_alarm(store: SqlStore, clock: SetClock) -> None:
    for n in (1, 2):
        keep(store, an_alert(n, stream=f"topic:{'pension' if n == 1 else 'fund'}"))
    assert isinstance(do(store, clock, Verb.MERGE, target="a9"), Refused)
    assert isinstance(do(store, clock, Verb.MERGE, target="a1"), Refused)
    assert isinstance(do(store, clock, Verb.MERGE, target="a2"), Changed)
    read = SqlReadModels(store)
    first, second = read.handling("a1"), read.handling("a2")
    assert first is not None
    assert second is not None
    assert (first.merged_into, second.merged) == ("a2", ["a1"])
    target = read.alert("a2")
    assert target is not None
    assert "merged_here" in [t.kind for t in target.timeline]
    figures = read.alert_figures(since=NOW - timedelta(days=1), until=NOW + timedelta(days=1))
    assert (figures.opened, figures.ended, figures.merged, figures.share) == (2, 0, 1, None)
    assert isinstance(do(store, clock, Verb.MERGE, number=2, target="a1"), Refused)


def test_a_merged_stream_stays_quiet_while_the_other_alert_is_open(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    watch = Watch(store=store, clock=clock, recipients=DESK)
    watch.run()
    with store.begin() as tx:
        [alert] = tx.live_alerts()
    keep(store, replace(an_alert(2), stream="all", level=Level.CRISIS, peak_level=Level.CRISIS))
    merged = handle(alert.id, Command(verb=Verb.MERGE, who=LAN, target="a2"), store=store, clock=clock)
    assert isinstance(merged, Changed)
    clock.at += timedelta(hours=8)
    assert Watch(store=store, clock=clock, recipients=DESK).run().opened == 0


def test_the_false_alarm_figure_has_its_denominator_and_interval(store: SqlStore, clock: SetClock) -> None:
    for n in range(1, 9):
        keep(store, an_alert(n, stream=f"story:{n}"))
        do(store, clock, Verb.ACKNOWLEDGE, number=n)
        if n <= 2:
            do(store, clock, Verb.DISMISS, number=n, text="báo nhầm")
        elif n <= 6:
            do(store, clock, Verb.CLOSE, number=n, text="xong")
    figures = SqlReadModels(store).alert_figures(since=NOW - timedelta(days=1), until=NOW + timedelta(days=1))
    assert (figures.opened, figures.ended, figures.judged, figures.dismissed) == (8, 6, 6, 2)
    assert figures.share == pytest.approx(2 / 6)
    assert figures.low is not None
    assert figures.high is not None
    assert figures.low < 2 / 6 < figures.high
    with store.begin() as tx:
        for n in (9, 10):
            ended = replace(an_alert(n, stream=f"story:{n}"), state=AlertState.CLOSED, closed_at=NOW)
            tx.save_alert(ended, kind="closed", actor="radar", text="x", at=NOW)
    alone = SqlReadModels(store).alert_figures(since=NOW - timedelta(days=1), until=NOW + timedelta(days=1))
    assert (alone.ended, alone.judged, alone.share) == (8, 6, figures.share)


def test_the_page_reckons_times_to_react_as_the_indicators_do(store: SqlStore, clock: SetClock) -> None:
    """Alerts that nobody was told of have none, and of fewer than three there is no median."""
    for n in range(1, 5):
        keep(store, an_alert(n, stream=f"story:{n}"))
        do(store, clock, Verb.ACKNOWLEDGE, number=n)
    read = SqlReadModels(store)
    span = {"since": NOW - timedelta(days=1), "until": NOW + timedelta(days=1)}
    figures = read.alert_figures(**span)
    facts = read.facts([], **span, as_of=NOW + timedelta(days=1))
    wanted = FORMULAS["minutes_seen"](facts, {})
    assert figures.opened == 4
    assert (figures.median_seen, figures.seen, figures.seen_of) == (None, wanted.numerator, wanted.denominator)
    assert (wanted.numerator, wanted.denominator) == (0, 0)
    assert read.alert_figures(since=span["since"], until=min(a.opened_at for a in facts.alerts)).opened == 0


@pytest.mark.parametrize("silenced", [True, False])
def test_the_watch_asks_for_silences(store: SqlStore, clock: SetClock, silenced: bool) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    if silenced:
        silence("topic:health_care", reason="đã biết", lasting=timedelta(hours=8), who=LAN, store=store, clock=clock)
    crisis(store, clock, documents=6)
    Watch(store=store, clock=clock, recipients=DESK).run()
    with store.begin() as tx:
        [alert] = tx.live_alerts()
    assert alert.peak_level == Level.WARNING
    assert bool(outbox(store, clock.now())) is not silenced
    detail = SqlReadModels(store).alert(alert.id)
    assert detail is not None
    assert ("tạm dừng" in detail.timeline[0].text) is silenced


def make_escalation(store: SqlStore, clock: SetClock) -> Escalation:
    groups = {"desk": DESK, "lead": LEAD}
    return Escalation(store=store, clock=clock, base_url="http://radar.example.com", groups=groups)


def test_escalation_tells_the_next_people_once_each_step(store: SqlStore, clock: SetClock) -> None:
    with store.begin() as tx:
        tx.add_user("admin@example.com", frozenset({Role.ADMINISTRATOR}), "x", at=NOW)
    fired = an_alert()
    keep(store, replace(fired, handling=replace(fired.handling, fired_at=NOW)))
    escalation = make_escalation(store, clock)
    seen = []
    for minutes in range(0, 90, 5):
        clock.at = NOW + timedelta(minutes=minutes)
        if escalate(escalation):
            seen.append(minutes)
        assert escalate(escalation) == 0
    assert seen == [15, 30, 60]
    recipients = [r for r, _ in outbox(store, clock.now())]
    assert sorted(recipients) == sorted([*DESK, *DESK, *LEAD, *DESK, *LEAD, "admin@example.com"])
    detail = SqlReadModels(store).alert("a1")
    assert detail is not None
    assert [t.kind for t in detail.timeline].count("escalated") == 3


def test_an_administrator_of_a_province_is_not_told_of_alerts_beyond_it(store: SqlStore, clock: SetClock) -> None:
    with store.begin() as tx:
        tx.set_provinces(tx.add_user("admin@example.com", frozenset({Role.ADMINISTRATOR}), "x", at=NOW), ["48"])
    fired = an_alert()
    keep(store, replace(fired, handling=replace(fired.handling, fired_at=NOW)))
    clock.at = NOW + timedelta(hours=5)
    assert escalate(make_escalation(store, clock))
    assert sorted(r for r, _ in outbox(store, clock.now())) == sorted([*DESK, *LEAD])
    detail = SqlReadModels(store).alert("a1")
    assert detail is not None
    [told] = [t.text for t in detail.timeline if t.kind == "escalated"]
    beyond = "không gửi thư cho admin@example.com: cảnh báo nằm ngoài phạm vi của tài khoản"
    assert told.endswith(f"; đã báo tiếp: {', '.join([*DESK, *LEAD])}; {beyond}")


def test_after_an_outage_only_the_last_step_is_told(store: SqlStore, clock: SetClock) -> None:
    fired = an_alert()
    keep(store, replace(fired, handling=replace(fired.handling, fired_at=NOW)))
    clock.at = NOW + timedelta(hours=5)
    assert escalate(make_escalation(store, clock)) == 3
    assert len(outbox(store, clock.now())) == len(DESK) + len(LEAD)


def test_nothing_escalates_once_somebody_has_seen_it(store: SqlStore, clock: SetClock) -> None:
    fired = an_alert()
    keep(store, replace(fired, handling=replace(fired.handling, fired_at=NOW)))
    do(store, clock, Verb.ACKNOWLEDGE)
    clock.at = NOW + timedelta(hours=5)
    assert escalate(make_escalation(store, clock)) == 0
    assert outbox(store, clock.now()) == []


def test_each_is_told_once_at_an_hour_of_their_choice(store: SqlStore, clock: SetClock) -> None:
    clock.at = NOW.replace(hour=17)  # midnight in Hanoi
    with store.begin() as tx:
        for email in (LAN, "dem@example.com", "quy@example.com", DESK[0]):
            tx.add_user(email, frozenset({Role.VIEWER}), "x", at=NOW)
    for wanted in (
        make_subscription(), make_subscription(topics=("pension",)), make_subscription(DESK[0]),
        make_subscription("dem@example.com", hours="06:00-22:00"),
        make_subscription("quy@example.com", topics=("fund",)),
    ):  # fmt: skip
        subscribe(wanted, domains=["example.com"], store=store, clock=clock)
    add_webhook(
        "https://hooks.example.com/a", min_level=Level.WARNING, hosts=frozenset({"hooks.example.com"}), who=LAN,
        store=store, clock=clock, vault=make_vault(),
    )  # fmt: skip
    low = keep(store, replace(opened(make_signal(unusual=5.5, harmful=0.3)), id="a1"))
    content = Content(alert=low, occasion=Occasion.OPENED, base_url="http://radar.example.com")
    policy = Policy(sending=Hours.parse("05:00-23:00"))
    for _ in range(2):
        with store.begin() as tx:
            tell_of(tx, content, desk=DESK, sending=policy.sending, now=clock.now())
    assert sorted(r for r, _ in outbox(store, clock.now())) == ["https://hooks.example.com/a", LAN]
    at_five = sorted(r for r, _ in outbox(store, clock.at + timedelta(hours=5, minutes=1)))
    assert at_five == sorted(["https://hooks.example.com/a", LAN, *DESK])
    assert len(outbox(store, clock.at + timedelta(hours=7))) == 4


def shown(key: str, title: str) -> Evidence:
    return Evidence(
        document_id=key, title=title, source_name="Báo Thử", publisher="Báo Thử", source_kind="online", reach=3,
        url=f"https://bao.example.com/{key}", published_at=NOW, story_id=None,
    )  # fmt: skip


def test_whoever_may_not_read_an_alert_is_not_told_of_it(store: SqlStore, clock: SetClock) -> None:
    """An account of a province, one that was ended, and one without a role have subscribed to everything."""
    titles = {"hn": "Tin Hà Nội", "dn": "Tin Đà Nẵng"}
    tinh, het, khong = "tinh@example.com", "het@example.com", "khong@example.com"
    with store.begin() as tx:
        for email in (LAN, tinh, het, khong):
            roles = frozenset({Role.VIEWER}) if email != khong else frozenset[Role]()
            number = tx.add_user(email, roles, "x", at=NOW)
            if email == tinh:
                tx.set_provinces(number, ["01"])
            if email == het:
                tx.set_disabled(number, NOW)
        for key, code in (("hn", "01"), ("dn", "48")):
            tx.add_documents([make_intent(key, at=NOW, title=titles[key], places=(Place(code, "Tỉnh"),))])
    for email in (LAN, tinh, het, khong):
        subscribe(make_subscription(email), domains=["example.com"], store=store, clock=clock)
    told: dict[str, list[str]] = {}
    for key, documents in (("mixed", ("hn", "dn")), ("elsewhere", ("dn",))):
        alert = opened(replace(make_signal(unusual=5.5, harmful=0.3), documents=documents))
        said = f"Tăng bất thường về câu chuyện “{titles['dn']}”"
        alert = keep(store, replace(alert, id=key, headline=said, why=f"{said} (mức thường khoảng 2)."))
        with store.begin() as tx:
            evidence = [shown(d, titles[d]) for d in documents]
            content = Content(alert=alert, occasion=Occasion.OPENED, base_url="http://r.example.com", evidence=evidence)
            tell_of(tx, content, desk=(), sending=None, now=clock.now())
    with store.begin() as tx:
        for pending in waiting(tx, clock.now()):
            text = f"{pending.draft.subject}\n{pending.draft.text}"
            told.setdefault(pending.draft.recipient, []).append(text)
    assert {email: len(texts) for email, texts in told.items()} == {LAN: 2, tinh: 1}
    assert ["Tin Hà Nội" in told[tinh][0], "Tin Đà Nẵng" in told[tinh][0]] == [True, False]
    assert "về một câu chuyện" in told[tinh][0]
    assert "Tin Đà Nẵng" in told[LAN][0]


def test_a_day_has_a_budget_by_role_that_l3_breaks_through(store: SqlStore, clock: SetClock) -> None:
    many = "truc2@example.com"
    with store.begin() as tx:
        tx.add_user(LAN, frozenset({Role.VIEWER}), "x", at=NOW)
        tx.add_user(many, frozenset({Role.VIEWER, Role.DESK}), "x", at=NOW)
    for email in (LAN, many):
        subscribe(make_subscription(email), domains=["example.com"], store=store, clock=clock)

    def tell(key: str, occasion: Occasion = Occasion.OPENED, **more: float) -> None:
        alert = keep(store, replace(opened(make_signal(**({"unusual": 5.5, "harmful": 0.3} | more))), id=key))
        content = Content(alert=alert, occasion=occasion, base_url="http://radar.example.com")
        with store.begin() as tx:
            tell_of(tx, content, desk=(), sending=None, now=clock.now())

    def told(email: str) -> int:
        return sum(r == email for r, _ in outbox(store, clock.now()))

    for n in range(12):
        tell(f"a{n}")
    assert (told(LAN), told(many)) == (BUDGETS[Role.VIEWER], BUDGETS[Role.DESK])
    tell("grave", unusual=9.0, harmful=0.9)
    assert (told(LAN), told(many)) == (BUDGETS[Role.VIEWER] + 1, BUDGETS[Role.DESK] + 1)
    # an alert they were told of goes on being told
    tell("a0", Occasion.RAISED)
    assert told(LAN) == BUDGETS[Role.VIEWER] + 2
    detail = SqlReadModels(store).alert("a11")
    assert detail is not None
    assert [t.text for t in detail.timeline if t.kind == "withheld"] == [
        f"Không gửi thư cho {LAN}, {many}: đã đủ số cảnh báo trong ngày theo vai trò."
    ]
    clock.at += timedelta(days=1)
    tell("mai")
    assert "mai" in {d for r, d in recipients_and_alerts(store) if r == LAN}


def recipients_and_alerts(store: SqlStore) -> list[tuple[str, str]]:
    with store.begin() as tx:
        rows = tx.connection.exec_driver_sql("select recipient, alert_id from notifications").all()
    return [(r[0], r[1]) for r in rows]


def test_an_account_of_a_province_subscribes_within_it(store: SqlStore, clock: SetClock) -> None:
    wishes = [make_subscription(provinces=("48",)), make_subscription(provinces=("01", "48"))]
    for wanted in wishes:
        with pytest.raises(SubscriptionError, match="chỉ đọc tin của Hà Nội"):
            subscribe(wanted, domains=["example.com"], store=store, clock=clock, within=("01",))
    assert subscribe(wishes[0], domains=["example.com"], store=store, clock=clock).provinces == ("48",)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"email": "lan@elsewhere.example"}, "tên miền"),
        ({"topics": ("no_such",)}, "chủ đề"),
        ({"provinces": ("x",)}, "mang mã x"),
        ({"provinces": ("48", "99")}, "mang mã 99"),
        ({"provinces": ("49",)}, "nay thuộc Đà Nẵng, mã 48"),
        ({"min_level": Level.WATCH}, "L2"),
        ({"hours": "sáng"}, "06:00-22:00"),
    ],
)
def test_a_wrong_subscription_says_what_is_wrong(
    store: SqlStore, clock: SetClock, more: dict[str, object], problem: str
) -> None:
    with pytest.raises(SubscriptionError, match=problem):
        subscribe(make_subscription(**more), domains=["example.com"], store=store, clock=clock)  # type: ignore[arg-type]


def test_the_same_wish_twice_is_one(store: SqlStore, clock: SetClock) -> None:
    kept = [subscribe(make_subscription(), domains=["example.com"], store=store, clock=clock) for _ in range(2)]
    assert kept[0] == kept[1]
    with store.begin() as tx:
        assert not tx.delete_subscription(kept[0].id, email="minh@example.com")
        assert tx.delete_subscription(kept[0].id, email=LAN)
        assert tx.subscriptions() == []


def test_states_of_the_table_are_those_of_the_code() -> None:
    assert [s for s in AlertState if s.ended] == [AlertState.CLOSED, AlertState.DISMISSED]
