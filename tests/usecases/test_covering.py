"""One crisis makes one alert: which alert covers what, and where an affair is told; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.domain.judgement import Place, Tone
from service.domain.sources import SourceKind
from service.domain.streams import HOUR
from service.domain.warning import AlertState, Level
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.covering import is_explained
from service.usecases.place import StoryDesk
from tests.builders import NOW, make_intent, make_source
from tests.weeks import SUBJECTS, crisis, make_watch, ordinary_week


def test_a_crisis_of_one_topic_is_one_alert_of_the_agency_too(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    watch = make_watch(store, clock)
    clock.at += timedelta(minutes=50)
    for documents in (3, 6, 14):
        crisis(store, clock, documents=documents)
        watch.run()
        clock.at += timedelta(minutes=10)
    with store.begin() as tx:
        assert [a.stream for a in tx.live_alerts()] == ["topic:health_care"]


def test_closing_an_alert_opens_none_about_the_same_documents(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    watch = make_watch(store, clock)
    assert watch.run().opened == 1
    with store.begin() as tx:
        [alert] = tx.live_alerts()
        ended = replace(alert, state=AlertState.CLOSED, level=Level.NORMAL, updated_at=clock.at, closed_at=clock.at)
        tx.save_alert(ended, kind="closed", actor="lan", text="đã trả lời", at=clock.at)
    for _ in range(4):
        clock.at += timedelta(minutes=50)
        assert make_watch(store, clock).run().opened == 0


def test_a_wide_stream_is_explained_where_nothing_unusual_is_left_without_the_narrower() -> None:
    assert is_explained(25, 10, 12.0)  # an ordinary day besides
    assert not is_explained(40, 10, 12.0)  # there is more than that
    assert not is_explained(20, 1, 12.0)  # hardly anything is shared
    assert not is_explained(5, 0, 5.0)


def test_a_crisis_of_another_topic_is_not_hidden_by_an_open_alert_of_the_agency(
    store: SqlStore, clock: SetClock
) -> None:
    ordinary_week(store, clock)
    watch = make_watch(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    watch.run()
    with store.begin() as tx:
        [first] = tx.live_alerts()
        wide = replace(first, id="wide", stream="all", signal=replace(first.signal, stream="all"))
        tx.save_alert(wide, kind="opened", actor="radar", text="", at=clock.now())
        ended = replace(first, state=AlertState.CLOSED, level=Level.NORMAL, closed_at=clock.now())
        tx.save_alert(ended, kind="closed", actor="radar", text="", at=clock.now())
    clock.at += timedelta(hours=8)
    with store.begin() as tx:
        tx.add_documents(
            [
                make_intent(
                    f"x{n}", tone=Tone.NEGATIVE, at=clock.now() - timedelta(minutes=n), topics=("lump_sum",),
                    source=make_source(f"Báo {n}", reach=4), title=f"{SUBJECTS[n]} xếp hàng rút một lần lượt {n}",
                    excerpt=f"{SUBJECTS[(n * 3) % 10]} {n * 19}",
                )
                for n in range(8)
            ]
        )  # fmt: skip
    StoryDesk(store, clock).place()
    watch.run()
    with store.begin() as tx:
        assert "topic:lump_sum" in {a.stream for a in tx.live_alerts()}


def test_the_agency_is_covered_by_a_topic_that_leaves_nothing_unusual_of_its_day(
    store: SqlStore, clock: SetClock
) -> None:
    """A dozen critical documents a day besides: less than two thirds of the day stand under the topic's alert."""
    with store.begin() as tx:
        tx.add_documents(
            [
                make_intent(
                    f"o{n}", tone=Tone.NEGATIVE, at=NOW - timedelta(hours=2 * n), source=make_source(f"Tờ {n % 7}"),
                    title=f"Chuyện {n} ở {SUBJECTS[n % 10]} số {n * 37}",
                    excerpt=f"{SUBJECTS[(n * 7) % 10]} {n * 11} {SUBJECTS[(n * 3) % 10]} {n * 13}",
                )
                for n in range(1, 12 * 14)
            ]
        )  # fmt: skip
    StoryDesk(store, clock).place()
    watch = make_watch(store, clock)
    watch.run()
    clock.at += timedelta(minutes=50)
    for documents in (3, 6, 14):
        crisis(store, clock, documents=documents)
        watch.run()
        clock.at += timedelta(minutes=3)
    with store.begin() as tx:
        assert [a.stream for a in tx.live_alerts()] == ["topic:health_care"]


def test_the_day_after_a_crisis_the_agency_stays_covered_although_longer_sums_hold_the_crisis(
    store: SqlStore, clock: SetClock
) -> None:
    def published(key: str, topic: str, title: str) -> None:
        with store.begin() as tx:
            at, source = clock.now() - timedelta(minutes=1), make_source(f"Báo {key}", reach=4)
            tx.add_documents([make_intent(key, tone=Tone.NEGATIVE, at=at, topics=(topic,), source=source, title=title)])
        StoryDesk(store, clock).place()

    ordinary_week(store, clock)
    watch = make_watch(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock, documents=8)
    watch.run()
    clock.at += timedelta(hours=10)
    for n in range(6):
        published(f"z{n}", "health_care", f"{SUBJECTS[n]} vẫn thiếu thuốc, lượt {n * 41}")
    watch.run()
    # the first documents have gone out of the 24 hours, and the day is a little lively besides
    for topic, title in {
        "contribution": "Tiểu thương kêu mức đóng cao", "maternity": "Hồ sơ thai sản nằm ba tháng",
        "fund": "Bạn đọc hỏi lãi đầu tư đi đâu", "unemployment": "Xếp hàng từ năm giờ sáng",
    }.items():  # fmt: skip
        clock.at += timedelta(hours=4)
        published(f"y-{topic}", topic, title)
        watch.run()
    with store.begin() as tx:
        assert {a.stream for a in tx.live_alerts()} == {"topic:health_care"}


@pytest.mark.parametrize(("others", "stream"), [(0, "topic:voluntary@38"), (5, "topic:voluntary")])
def test_an_affair_of_one_province_is_an_alert_about_it(
    store: SqlStore, clock: SetClock, others: int, stream: str
) -> None:
    ordinary_week(store, clock)
    watch = make_watch(store, clock)
    clock.at += timedelta(minutes=50)
    with store.begin() as tx:
        tx.add_documents([
            make_intent(
                f"v{n}", tone=Tone.NEGATIVE, at=clock.now() - timedelta(minutes=2 * n), topics=("voluntary",),
                places=(Place("38", "Thanh Hóa") if n >= others else Place("40", "Nghệ An"),),
                source=make_source(f"Báo {n}", reach=4), title=f"{SUBJECTS[n]} mất tiền đóng lượt {n * 31}",
                excerpt=f"{SUBJECTS[(n * 3) % 10]} {n * 17} {SUBJECTS[(n * 7) % 10]}",
            )
            for n in range(10)
        ])  # fmt: skip
    StoryDesk(store, clock).place()
    watch.run()
    with store.begin() as tx:
        [alert] = [a for a in tx.live_alerts() if a.stream.startswith("topic:")]
    assert (alert.stream, alert.signal.stream) == (stream, "topic:voluntary")
    assert ("tại Thanh Hóa" in alert.headline) is (others == 0)
    level = alert.level
    assert level >= Level.WARNING
    # the stream of the topic bears the level out, and opens nothing beside it
    for _ in range(3):
        clock.at += HOUR
        assert watch.run().opened == 0
    with store.begin() as tx:
        assert [a.level for a in tx.live_alerts() if a.id == alert.id] == [level]


def test_an_affair_of_a_second_province_is_told_and_does_not_bear_out_the_first(
    store: SqlStore, clock: SetClock
) -> None:
    def affair(place: Place, outlets: int) -> None:
        with store.begin() as tx:
            tx.add_documents([
                make_intent(
                    f"{place.code}-{n}", tone=Tone.NEGATIVE, at=clock.now() - timedelta(minutes=2 * n),
                    topics=("voluntary",), places=(place,), source=make_source(f"Báo {outlets + n}", reach=4),
                    title=f"{place.name}: {SUBJECTS[n]} mất tiền đóng lượt {n * 31 + outlets}",
                    excerpt=f"{SUBJECTS[(n * 3) % 10]} {n * 17} {SUBJECTS[(n * 7) % 10]}",
                )
                for n in range(10)
            ])  # fmt: skip
        StoryDesk(store, clock).place()

    ordinary_week(store, clock)
    watch = make_watch(store, clock)
    clock.at += timedelta(minutes=50)
    affair(Place("38", "Thanh Hóa"), 0)
    watch.run()
    for _ in range(5):
        clock.at += HOUR
        watch.run()
    affair(Place("31", "Hải Phòng"), 100)
    assert watch.run().opened
    with store.snapshot() as tx:
        told = {d for a in tx.live_alerts() if a.stream != "topic:voluntary@38" for d in a.signal.documents}
    assert {f"31-{n}" for n in range(10)} <= told
    for _ in range(40):
        clock.at += HOUR
        watch.run()
    with store.snapshot() as tx:
        first = tx.last_alert("topic:voluntary@38")
    assert first is not None
    assert first.state is AlertState.CLOSED


def reported(store: SqlStore, clock: SetClock, key: str, title: str, *places: Place) -> None:
    """An article in a neutral tone, of an outlet of its own."""
    with store.begin() as tx:
        intent = make_intent(
            key, at=clock.now(), source=make_source(f"Báo {key}", reach=5), topics=("fraud",), places=places,
            title=title, excerpt=key,
        )  # fmt: skip
        tx.add_documents([intent])
    StoryDesk(store, clock).place()


def test_what_the_press_reports_of_one_province_is_an_alert_about_it(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    watch = make_watch(store, clock)
    watch.run()
    clock.at += timedelta(minutes=50)
    here = Place("92", "Cần Thơ")
    reported(store, clock, "f1", "Cần Thơ: một cụ bà mất 90 triệu vì kẻ giả danh cán bộ BHXH", here)
    assert watch.run().opened == 1
    with store.begin() as tx:
        [alert] = tx.live_alerts()
    assert (alert.stream, alert.signal.stream, alert.level) == ("topic:fraud@92", "topic:fraud", Level.WATCH)
    assert "tại Cần Thơ" in alert.headline
    clock.at += timedelta(hours=5)
    reported(store, clock, "f2", "Công an vào cuộc vụ tự xưng nhân viên bảo hiểm xã hội lừa người già")
    done = watch.run()
    assert (done.opened, done.raised) == (0, 1), "a report that names no place is of the same matter"
    for _ in range(3):
        clock.at += HOUR
        assert make_watch(store, clock).run().opened == 0
    with store.begin() as tx:
        [alert] = tx.live_alerts()
    assert (alert.stream, alert.level) == ("topic:fraud@92", Level.WARNING)
    reported(store, clock, "f3", "Quảng Trị: ba người bị lừa bởi kẻ mạo danh cán bộ BHXH", Place("44", "Quảng Trị"))
    assert watch.run().opened == 1, "two provinces are more than the one"
    with store.begin() as tx:
        assert "topic:fraud" in {a.stream for a in tx.live_alerts()}


@pytest.mark.parametrize("press", [0, 2])
def test_an_affair_of_a_province_does_not_calm_down_when_the_press_takes_it_up(
    store: SqlStore, clock: SetClock, press: int
) -> None:
    def told(key: str, **more: Any) -> None:
        with store.begin() as tx:
            tx.add_documents([
                make_intent(
                    key, at=clock.now() - timedelta(minutes=1), topics=("pension",), places=(Place("40", "Nghệ An"),),
                    **more,
                )
            ])  # fmt: skip
        StoryDesk(store, clock).place()

    ordinary_week(store, clock)
    watch = make_watch(store, clock)
    clock.at += timedelta(minutes=50)
    for n in range(7):
        source = make_source(f"Diễn đàn {n % 3}", kind=SourceKind.FORUM)
        told(
            f"v{n}", tone=Tone.NEGATIVE, source=source, title=f"{SUBJECTS[n]} {n * 31}", excerpt=SUBJECTS[(n * 3) % 10]
        )
    watch.run()
    for _ in range(8):
        clock.at += HOUR
        watch.run()
    for n in range(press):
        told(f"b{n}", source=make_source(f"Báo {n}", reach=5), title=f"Hàng nghìn người chưa nhận lương hưu, kỳ {n}")
    levels = set()
    for _ in range(8):
        clock.at += HOUR
        watch.run()
        with store.begin() as tx:
            [alert] = [a for a in tx.live_alerts() if a.stream == "topic:pension@40"]
        levels.add(alert.level)
    assert alert.peak_level is Level.WARNING
    assert levels == ({Level.WARNING} if press else {Level.WATCH, Level.WARNING})
