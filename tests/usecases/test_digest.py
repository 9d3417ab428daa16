"""Digests: when, once, and what they say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alerting.digest import draft, span_of
from service.domain.accounts import Role
from service.domain.desk import SubscriptionChannel
from service.domain.fetching import FeedState
from service.domain.intervals import Trend, share_if_known
from service.domain.judgement import Place, Tone
from service.domain.times import VIETNAM
from service.domain.views import SummaryRow
from service.domain.warning import AlertState, Level
from service.insight.trends import trends
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.digest import Digests, make, send_digests
from service.usecases.place import StoryDesk
from service.usecases.watch import Watch
from tests.alerts import make_signal, make_subscription, opened
from tests.builders import NOW, make_feed, make_intent
from tests.stored import waiting
from tests.weeks import crisis, ordinary_week

LAN = "lan@example.com"
subscription = partial(make_subscription, min_level=Level.WATCH)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def make_digests(store: SqlStore, clock: SetClock) -> Digests:
    return Digests(
        store=store, read=SqlReadModels(store), clock=clock, feeds=[make_feed()], base_url="http://radar.example.com"
    )


@given(moments)
def test_spans_end_at_seven_in_hanoi_and_weeks_on_monday(now: datetime) -> None:
    for channel, days in ((SubscriptionChannel.DAILY, 1), (SubscriptionChannel.WEEKLY, 7)):
        since, until = span_of(channel, now)
        assert until <= now < until + timedelta(days=days)
        assert until - since == timedelta(days=days)
        assert until.astimezone(VIETNAM).hour == 7
    assert until.astimezone(VIETNAM).weekday() == 0


def row(group: str, negative: int, documents: int) -> SummaryRow:
    share, low, high = share_if_known(negative, documents)
    return SummaryRow(
        group=group, label=group, documents=documents, copies=0, negative=negative, neutral=documents - negative,
        positive=0, complaints=0, questions=0, suggestions=0, praise=0, negative_share=share, low=low, high=high,
    )  # fmt: skip


def test_a_trend_is_told_only_where_the_intervals_do_not_meet() -> None:
    found = trends(
        [row("a", 40, 50), row("b", 6, 10), row("c", 1, 60), row("d", 1, 2), row("e", 5, 9)],
        [row("a", 5, 50), row("b", 5, 10), row("c", 40, 60), row("d", 0, 2)],
    )
    assert [(t.topic, t.trend) for t in found] == [
        ("a", Trend.UP), ("c", Trend.DOWN), ("b", Trend.UNCLEAR), ("e", Trend.UNCLEAR), ("d", Trend.UNCLEAR),
    ]  # fmt: skip
    assert (found[3].before, found[3].share_before, found[4].share) == (0, None, None)


@pytest.mark.parametrize(
    ("now", "before", "moved"),
    [(62, 2, Trend.UP), (2, 62, Trend.DOWN), (30, 28, Trend.UNCLEAR), (4, 0, Trend.UNCLEAR), (0, 0, Trend.UNCLEAR)],
)
def test_a_number_of_articles_has_a_trend_of_its_own(now: int, before: int, moved: Trend) -> None:
    [found] = trends([row("a", now // 2, now)], [row("a", before // 2, before)])
    assert (found.moved, found.trend) == (moved, Trend.UNCLEAR)


def test_a_digest_goes_out_once_after_seven(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    Watch(store=store, clock=clock).run()
    with store.begin() as tx:
        tx.add_user(LAN, frozenset({Role.VIEWER}), "x", at=NOW)
        for channel in SubscriptionChannel:
            tx.add_subscription(subscription(channel=channel), at=NOW)
    clock.at = datetime(2026, 3, 3, 0, 5, tzinfo=UTC)  # Tuesday 07:05 in Hanoi
    digests = make_digests(store, clock)
    assert [send_digests(digests) for _ in range(3)] == [1, 0, 0]
    with store.begin() as tx:
        [pending] = waiting(tx, clock.now())
    text, html = pending.draft.text, pending.draft.html
    assert "Bản tin ngày 03/03/2026: 1 cảnh báo mới, 1 cảnh báo đang mở" in pending.draft.subject
    assert "Khám chữa bệnh" in text
    assert "14 bài gốc (kỳ trước 0), số bài: tăng; tiêu cực 100% (khoảng tin cậy 95%: 78% đến 100%)" in text
    assert "; xu hướng tiêu cực: chưa rõ" in text
    assert "NGUỒN TIN CẦN CHÚ Ý (0 trên 1)" in text
    assert "http://radar.example.com/alerts/" in html
    clock.at += timedelta(days=1)
    assert send_digests(digests) == 1


def test_a_digest_tells_of_older_alerts_that_rose_and_ended_in_its_span(store: SqlStore, clock: SetClock) -> None:
    clock.at = datetime(2026, 3, 3, 0, 5, tzinfo=UTC)
    since, _ = span_of(SubscriptionChannel.DAILY, clock.at)
    for name, opened_at in (("cu", since - timedelta(hours=2)), ("moi", since + timedelta(hours=1))):
        crisis_of = {"peak_level": Level.CRISIS, "opened_at": opened_at, "id": name, "stream": f"story:{name}"}
        alert = replace(opened(make_signal()), headline=f"Việc {name}", **crisis_of)
        with store.begin() as tx:
            tx.save_alert(replace(alert, level=Level.WATCH), kind="opened", actor="radar", text="x", at=opened_at)
            tx.save_alert(replace(alert, level=Level.RISK), kind="raised", actor="radar", text="x", at=since)
            at = since + timedelta(hours=5)
            tx.save_alert(replace(alert, level=Level.CRISIS), kind="raised", actor="radar", text="x", at=at)
            ended = replace(alert, level=Level.NORMAL, state=AlertState.CLOSED, closed_at=at + timedelta(hours=2))
            tx.save_alert(ended, kind="closed", actor="radar", text="x", at=at + timedelta(hours=2))
    digests = make_digests(store, clock)
    made = draft(make(digests, subscription(channel=SubscriptionChannel.DAILY)), recipient=LAN)
    assert "1 cảnh báo mới, 1 cảnh báo đã nâng mức, kết thúc hoặc mở lại, 0 cảnh báo đang mở." in made.subject
    told = (
        "Việc cu: đã nâng mức lúc 12:00 ngày 02/03/2026; đã kết thúc lúc 14:00 ngày 02/03/2026\n  http://radar.example"
    )
    assert f"CẢNH BÁO ĐÃ NÂNG MỨC, KẾT THÚC HOẶC MỞ LẠI TRONG KỲ\n- L4 (đề xuất) {told}" in made.text
    assert made.text.count("Việc moi") == 1
    assert made.html.count("đã kết thúc lúc 14:00") == 1
    # nothing of what happened before its span, to none that is about other provinces
    clock.at += timedelta(days=1)
    later = make(digests, subscription(channel=SubscriptionChannel.DAILY))
    assert (later.happened, later.moved) == ([], [])
    clock.at -= timedelta(days=1)
    assert make(digests, subscription(channel=SubscriptionChannel.DAILY), ("01",)).moved == []


def test_a_digest_tells_that_an_alert_was_opened_again(store: SqlStore, clock: SetClock) -> None:
    clock.at = datetime(2026, 3, 3, 0, 5, tzinfo=UTC)
    since, _ = span_of(SubscriptionChannel.DAILY, clock.at)
    alert = replace(opened(make_signal()), opened_at=since - timedelta(hours=9), headline="Việc cũ")
    closed = replace(alert, state=AlertState.CLOSED, level=Level.NORMAL)
    with store.begin() as tx:
        tx.save_alert(closed, kind="closed", actor="radar", text="x", at=since + timedelta(hours=1))
        tx.save_alert(alert, kind="reopened", actor="radar", text="x", at=since + timedelta(hours=2))
    made = draft(make(make_digests(store, clock), subscription(channel=SubscriptionChannel.DAILY)), recipient=LAN)
    assert "Việc cũ: đã kết thúc lúc 08:00 ngày 02/03/2026; đã mở lại lúc 09:00 ngày 02/03/2026" in made.text


def test_a_digest_says_what_became_of_an_alert_and_how_high_it_was(store: SqlStore, clock: SetClock) -> None:
    known = replace(opened(make_signal(unusual=4.0)), opened_at=NOW)
    with store.begin() as tx:
        for key, level, state in (("a", 1, AlertState.OPEN), ("b", 0, AlertState.DISMISSED)):
            alert = replace(known, id=key, level=Level(level), peak_level=Level.RISK, state=state, headline=key)
            tx.save_alert(alert, kind="opened", actor="radar", text="x", at=NOW)
    clock.at = datetime(2026, 3, 3, 0, 5, tzinfo=UTC)
    made = draft(make(make_digests(store, clock), subscription(channel=SubscriptionChannel.DAILY)), recipient=LAN)
    for text in (made.text, re.sub("<a[^>]*>|</a>", "", made.html)):
        assert "b: bỏ qua (báo nhầm)\n" in text.replace("</li>", "")
        assert re.search(r"L1 a: mới, chưa tiếp nhận, mở từ [^,\n]*, mức cao nhất L3\b", text)


def test_a_digest_says_what_it_is_limited_to(store: SqlStore, clock: SetClock) -> None:
    watch = replace(opened(make_signal(unusual=4.0)), level=Level.WATCH, peak_level=Level.WATCH, opened_at=NOW)
    with store.begin() as tx:
        tx.save_alert(watch, kind="opened", actor="radar", text="x", at=NOW)
    clock.at = datetime(2026, 3, 3, 0, 5, tzinfo=UTC)
    digests = make_digests(store, clock)

    def told(account: tuple[str, ...] = (), **more: object) -> tuple[str, str]:
        made = draft(make(digests, subscription(channel=SubscriptionChannel.DAILY, **more), account), recipient=LAN)
        return made.subject, made.text

    subject, text = told()
    assert "1 cảnh báo mới, 1 cảnh báo đang mở, 1 chưa có người tiếp nhận." in subject
    assert "chỉ gồm cảnh báo" not in text
    subject, text = told(min_level=Level.WARNING)
    assert "0 cảnh báo mới, 0 cảnh báo đang mở (từ mức L2)." in subject
    assert "Bản tin này chỉ gồm cảnh báo từ mức L2, theo đăng ký của quý vị; số tin, bài gốc và" in text
    assert "- Không có cảnh báo đang mở trong phạm vi này." in text
    subject, text = told(min_level=Level.RISK, topics=("fund",), provinces=("01",))
    assert "0 cảnh báo đang mở (theo đăng ký)." in subject
    assert "từ mức L3, chủ đề “Quỹ BHXH, đầu tư, cân đối quỹ” (cảnh báo không riêng chủ đề nào: từ mức L3), địa" in text
    assert "địa phương Hà Nội (cảnh báo của cả nước: từ mức L3), theo đăng ký" in text
    assert "tỷ lệ báo nhầm không giới hạn theo đăng ký." in text
    assert (
        "cảnh báo trong phạm vi tài khoản (Hà Nội), theo đăng ký của quý vị; số tin, bài gốc và tỷ lệ báo nhầm chỉ của "
        "Hà Nội, không giới hạn theo đăng ký."
    ) in told(("01",))[1]


def test_a_digest_says_what_is_wrong_with_a_feed(store: SqlStore, clock: SetClock) -> None:
    state = FeedState(
        feed_id="thu", next_poll_at=NOW, polls=9, entries_seen=3, outcome="không có tin mới", last_success_at=NOW,
        newest_item_at=NOW - timedelta(days=8),
    )  # fmt: skip
    with store.begin() as tx:
        tx.seed_feeds([state])
        tx.save_feed(state)
    [(_, wrong)] = make(make_digests(store, clock), subscription(channel=SubscriptionChannel.DAILY)).troubled
    assert wrong == "chỉ có tin cũ, tin mới nhất lúc 10:00 ngày 22/02/2026"
    with store.begin() as tx:
        tx.save_feed(replace(state, failures=4, outcome="lỗi: hết thời gian chờ"))
    [(_, wrong)] = make(make_digests(store, clock), subscription(channel=SubscriptionChannel.DAILY)).troubled
    assert wrong == "đang lỗi (hết thời gian chờ)"


def test_a_digest_does_not_take_silence_for_calm(store: SqlStore, clock: SetClock) -> None:
    days = timedelta(days=3)
    read = FeedState(
        feed_id="thu", next_poll_at=NOW - days, polls=9, entries_seen=3, outcome="không có tin mới",
        last_polled_at=NOW - days, last_success_at=NOW - days, newest_item_at=NOW - days,
    )  # fmt: skip
    said = "Từ 10:00 ngày 27/02/2026 đến nay, hệ thống chưa đọc được nguồn tin nào."
    feeds = [make_feed(), make_feed("moi"), make_feed("tat", enabled=False)]
    digests = replace(make_digests(store, clock), feeds=feeds, stopped=lambda: [said])

    def told() -> tuple[str, str]:
        made = draft(make(digests, subscription(SubscriptionChannel.DAILY)), recipient=LAN)
        return made.text, made.html

    for told_so in told():
        assert "2 địa chỉ chưa được đọc lần nào." in told_so
        assert "hoạt động bình thường" not in told_so
    with store.begin() as tx:
        tx.seed_feeds([read])
        tx.save_feed(read)
    text, html = told()
    assert text.index(said) < text.index("tin, bài gốc về BHXH")
    assert html.index(said) < html.index("tin, bài gốc về BHXH")
    for told_so in (text, html):
        assert "chưa được đọc lại từ 10:00 ngày 27/02/2026" in told_so
        assert "1 địa chỉ chưa được đọc lần nào." in told_so
        assert "(1 trên 2)" in told_so
        assert "hoạt động bình thường" not in told_so
    digests = replace(digests, feeds=feeds[:1], stopped=list)
    with store.begin() as tx:
        tx.save_feed(replace(read, last_polled_at=NOW, next_poll_at=NOW))
    assert all("hoạt động bình thường" in told_so for told_so in told())


def test_the_weekly_digest_comes_on_monday_and_not_long_after(store: SqlStore, clock: SetClock) -> None:
    with store.begin() as tx:
        tx.add_user(LAN, frozenset({Role.VIEWER}), "x", at=NOW)
        tx.add_subscription(subscription(channel=SubscriptionChannel.WEEKLY), at=NOW)
    digests = make_digests(store, clock)
    sent = []
    for hour in range(24 * 8):
        clock.at = datetime(2026, 3, 1, 0, 30, tzinfo=UTC) + timedelta(hours=hour)
        if send_digests(digests):
            sent.append(clock.at)
    assert sent == [datetime(2026, 3, 2, 0, 30, tzinfo=UTC)]
    clock.at = datetime(2026, 3, 11, 0, 30, tzinfo=UTC)
    assert send_digests(digests) == 0


@pytest.mark.parametrize(("topics", "seen"), [((), True), (("pension",), True), (("fund",), False)])
def test_a_digest_keeps_to_the_topics_that_were_chosen(
    store: SqlStore, clock: SetClock, topics: tuple[str, ...], seen: bool
) -> None:
    with store.begin() as tx:
        tx.add_documents(
            [make_intent(f"d{n}", tone=Tone.NEGATIVE, at=NOW, title=f"Lương hưu <b>{n}") for n in range(6)]
        )
        tx.add_user(LAN, frozenset({Role.VIEWER}), "x", at=NOW)
        tx.add_subscription(subscription(channel=SubscriptionChannel.DAILY, topics=topics), at=NOW)
    StoryDesk(store, clock).place()
    clock.at = datetime(2026, 3, 3, 0, 5, tzinfo=UTC)
    assert send_digests(make_digests(store, clock)) == 1
    with store.begin() as tx:
        [pending] = waiting(tx, clock.now())
    assert ("Lương hưu, tuổi nghỉ hưu" in pending.draft.html) is seen
    assert "<b>" not in pending.draft.html


def test_the_digest_of_an_account_of_a_province_is_about_its_province(store: SqlStore, clock: SetClock) -> None:
    with store.begin() as tx:
        for n in range(12):
            code, name = ("01", "Hà Nội") if n < 4 else ("48", "Đà Nẵng")
            tx.add_documents([make_intent(f"d{n}", at=NOW, title=f"Lương hưu {n}", places=(Place(code, name),))])
        number = tx.add_user(LAN, frozenset({Role.VIEWER}), "x", at=NOW)
        tx.add_subscription(subscription(channel=SubscriptionChannel.DAILY), at=NOW)
    StoryDesk(store, clock).place()
    origins = {}
    clock.at = datetime(2026, 3, 3, 0, 5, tzinfo=UTC)
    digests, wanted = make_digests(store, clock), subscription(channel=SubscriptionChannel.DAILY)
    for provinces in ((), ("01",), ("79",)):
        with store.begin() as tx:
            tx.set_provinces(number, provinces)
        origins[provinces] = make(digests, wanted, provinces).documents
    assert origins == {(): 12, ("01",): 4, ("79",): 0}
    assert send_digests(digests) == 1
    with store.begin() as tx:
        [pending] = waiting(tx, clock.now())
    assert "12 " not in pending.draft.text


def test_nobody_without_an_account_gets_a_digest(store: SqlStore, clock: SetClock) -> None:
    with store.begin() as tx:
        tx.add_subscription(subscription(channel=SubscriptionChannel.DAILY), at=NOW)
    clock.at = datetime(2026, 3, 3, 0, 5, tzinfo=UTC)
    assert send_digests(make_digests(store, clock)) == 0
