"""From counts to alerts and messages, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Connection
from sqlalchemy.event import listen, remove
from structlog.testing import capture_logs

from service.domain.coverage import Coverage
from service.domain.judgement import Tone
from service.domain.revisions import Revision, RevisionKind, SeenIn
from service.domain.sources import SourceKind
from service.domain.streams import HOUR, bin_start
from service.domain.warning import AlertState, Bin, Level, Unusual
from service.ports.storage import StoreError
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.storage.sql import reads_only
from service.usecases.assess import Assessment
from service.usecases.explain import explain_alert, explain_story
from service.usecases.handle import reopenable
from service.usecases.outlook import outlook
from service.usecases.place import StoryDesk
from service.usecases.recover import aftermath
from service.usecases.rounds import Rounds
from service.usecases.scoring import score_all
from service.usecases.watch import UndecidedError, Watch
from tests.builders import NOW, make_intent, make_source
from tests.stored import waiting
from tests.weeks import DESK, SUBJECTS, crisis, make_watch, ordinary_week


def test_a_crisis_is_one_alert_with_messages_in_the_same_commit(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    watch = make_watch(store, clock)
    assert watch.run().opened == 0
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    assert watch.run().opened == 1
    with store.begin() as tx:
        [alert] = tx.live_alerts()
        pending = waiting(tx, clock.now())
    assert alert.stream == "topic:health_care"
    assert alert.peak_level >= 2
    assert len(alert.signal.documents) == alert.signal.origins
    assert {p.draft.recipient for p in pending} == set(DESK)
    assert all("thiếu thuốc" in p.draft.text for p in pending)
    assert alert.signal.day >= alert.signal.value > 0
    assert "Trong 24 giờ tính đến giờ 10:00-11:00" in alert.why


def test_looking_again_changes_nothing_even_after_a_restart(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    make_watch(store, clock).run()
    with store.begin() as tx:
        before = tx.live_alerts()
    for _ in range(2):
        assert make_watch(store, clock).run().opened == 0
    with store.begin() as tx:
        assert tx.live_alerts() == before
        assert len(waiting(tx, clock.now())) == len(DESK)


def test_praise_and_news_open_nothing(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock, documents=20, tone=Tone.POSITIVE)
    assert make_watch(store, clock).run().opened == 0


def test_an_alert_ends_and_says_so_once(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    watch = make_watch(store, clock)
    watch.run()
    closed = 0
    for _ in range(72):
        clock.at += timedelta(hours=1)
        closed += watch.run().closed
    assert closed == 1
    with store.begin() as tx:
        assert tx.live_alerts() == []
        last = tx.last_alert("topic:health_care")
        subjects = [p.draft.subject for p in waiting(tx, clock.now())]
    assert last is not None
    assert last.state is AlertState.CLOSED
    assert sum(": đã kết thúc" in s for s in subjects) == len(DESK)


def test_who_was_told_is_told_once_more_when_it_climbs_back(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    watch = make_watch(store, clock)
    watch.run()
    with store.begin() as tx:
        [alert] = tx.live_alerts()
        assert alert.level >= Level.RISK
        lower = replace(alert.handling, eased_at=clock.now() - timedelta(hours=7))
        tx.touch_alert(replace(alert, level=Level.WARNING, handling=lower))
    for _ in range(3):
        make_watch(store, clock).run()
    with store.begin() as tx:
        [back] = tx.live_alerts()
        told = [p.draft for p in waiting(tx, clock.now()) if "tăng lại" in p.draft.subject]
    assert (back.level, back.handling.eased_at) == (alert.level, None)
    assert {d.recipient for d in told} == set(DESK)
    assert len(told) == len(DESK)
    assert all("sau khi đã xuống dưới mức L3 từ 03:" in d.text and "thiếu thuốc" in d.text for d in told)


def test_nothing_changed_costs_nothing(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock, documents=2)
    watch = make_watch(store, clock)
    assert watch.run().scored > 0
    assert watch.run().scored == 0


def test_an_empty_database_is_quiet(store: SqlStore, clock: SetClock) -> None:
    assert make_watch(store, clock).run().scored == 0


def test_titles_changed_and_publications_taken_down_are_told(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    at = clock.now() - timedelta(minutes=5)
    with store.begin() as tx:
        tx.add_revisions(
            [
                Revision(document_id="c1", at=at, kind=RevisionKind.TITLE, seen_in=SeenIn.FEED),
                Revision(document_id="c1", at=at, kind=RevisionKind.TITLE, seen_in=SeenIn.PAGE),
                Revision(document_id="c2", at=at, kind=RevisionKind.TAKEN_DOWN, seen_in=SeenIn.PAGE),
                Revision(document_id="c3", at=at - timedelta(days=2), kind=RevisionKind.TITLE, seen_in=SeenIn.PAGE),
            ]
        )
    make_watch(store, clock).run()
    with store.begin() as tx:
        [alert] = [a for a in tx.live_alerts() if a.stream == "topic:health_care"]
    assert "1 tin, bài đổi tiêu đề và 1 tin, bài bị gỡ trong 24 giờ qua" in alert.signal.reasons


def press(store: SqlStore, clock: SetClock, key: str, title: str, outlet: str, **more: Any) -> None:
    """An article in a neutral tone, placed into its story."""
    with store.begin() as tx:
        tx.add_documents([make_intent(key, at=clock.now(), source=make_source(outlet), title=title, **more)])
    StoryDesk(store, clock).place()


def test_a_denied_rumour_is_a_watch_and_with_a_second_publisher_a_warning(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    watch = make_watch(store, clock)
    watch.run()
    clock.at += timedelta(minutes=50)
    health: dict[str, Any] = {
        "topics": ("health_card",),
        "excerpt": "Cơ quan bảo hiểm xã hội khẳng định thẻ vẫn dùng được",
    }
    press(store, clock, "d1", "Bác bỏ tin đồn thẻ BHYT hết giá trị từ tháng tới", "Báo Một", **health)
    assert watch.run().opened == 1
    with store.begin() as tx:
        [alert] = tx.live_alerts()
        assert (alert.stream, alert.level, alert.signal.documents) == ("topic:health_card", Level.WATCH, ("d1",))
        assert "bác bỏ" in alert.why
        assert not waiting(tx, clock.now())
    clock.at += timedelta(hours=5)
    press(store, clock, "d2", "Sự thật về tin giả thẻ BHYT mất hiệu lực", "Báo Hai", **health)
    assert watch.run().raised == 1
    with store.begin() as tx:
        [alert] = tx.live_alerts()
        assert (alert.level, set(alert.signal.documents)) == (Level.WARNING, {"d1", "d2"})
        assert len(waiting(tx, clock.now())) == len(DESK)
    assert make_watch(store, clock).run().opened == 0
    closed = 0
    for _ in range(80):
        clock.at += timedelta(hours=1)
        closed += watch.run().closed
    assert closed == 1


def test_two_prints_of_a_denial_under_other_topics_are_one_alert(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    watch = make_watch(store, clock)
    watch.run()
    clock.at += timedelta(minutes=50)
    press(store, clock, "d1", "Tin đồn vỡ quỹ BHXH là bịa đặt", "Báo Một", topics=("fund", "lump_sum"), excerpt="a")
    assert watch.run().opened == 1
    clock.at += timedelta(hours=2)
    title = "Không có chuyện dừng rút BHXH một lần từ tháng sau"
    press(store, clock, "d2", title, "Báo Hai", topics=("lump_sum",), excerpt="b")
    done = watch.run()
    assert (done.opened, done.raised) == (0, 1)
    with store.begin() as tx:
        [alert] = tx.live_alerts()
    assert (alert.stream, alert.level, set(alert.signal.documents)) == ("topic:fund", Level.WARNING, {"d1", "d2"})
    assert make_watch(store, clock).run().opened == 0, "after a restart too"


def test_charges_against_officials_in_two_papers_are_a_warning(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    watch = make_watch(store, clock)
    watch.run()
    clock.at += timedelta(minutes=50)
    press(
        store, clock, "k1", "Khởi tố nguyên kế toán BHXH huyện Đồi Cao", "Báo Một", topics=("personnel",), excerpt="a"
    )
    assert watch.run().opened == 1
    with store.begin() as tx:
        [alert] = tx.live_alerts()
        assert (alert.stream, alert.level) == ("topic:personnel", Level.WATCH)
        assert "Đồi Cao" not in alert.headline + alert.why
    clock.at += timedelta(hours=3)
    press(
        store, clock, "k2", "Bắt tạm giam cán bộ BHXH vì tham ô", "Báo Hai", topics=("personnel", "fraud"), excerpt="b"
    )
    assert watch.run().raised == 1
    with store.begin() as tx:
        [alert] = tx.live_alerts()
    assert alert.level is Level.WARNING
    assert alert.headline.startswith("Sự việc được báo chí đưa tin về chủ đề")
    closed = 0
    for _ in range(80):
        clock.at += timedelta(hours=1)
        closed += watch.run().closed
    assert closed == 1


def test_reprints_of_a_warning_of_the_agency_open_nothing(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    watch = make_watch(store, clock)
    for n in range(4):
        clock.at += timedelta(hours=1)
        title = f"BHXH Việt Nam khuyến cáo cảnh giác mạo danh cán bộ BHXH, số {n}"
        press(store, clock, f"r{n}", title, f"Báo {n}", topics=("fraud",), excerpt=f"Cách nhận biết {SUBJECTS[n]}")
        assert watch.run().opened == 0


@pytest.mark.parametrize(("places", "opened"), [(3, 1), (1, 0)])
def test_people_who_tell_of_fraud_in_several_places_are_a_watch_without_any_criticism(
    store: SqlStore, clock: SetClock, places: int, opened: int
) -> None:
    ordinary_week(store, clock)
    watch = make_watch(store, clock)
    watch.run()
    clock.at += timedelta(minutes=50)
    done = []
    for n in range(7):
        clock.at += timedelta(minutes=40)
        with store.begin() as tx:
            forum = make_source(f"Diễn đàn {n % places}", kind=SourceKind.FORUM)
            told = f"Vừa có người gọi tự xưng BHXH đòi mã, ở {SUBJECTS[n]} lượt {n * 31}"
            tx.add_documents(
                [make_intent(f"k{n}", at=clock.now(), source=forum, topics=("fraud",), title="", excerpt=told)]
            )
        StoryDesk(store, clock).place()
        done.append(watch.run())
    assert sum(d.opened for d in done) == opened
    assert sum(d.raised for d in done) == 0
    with store.begin() as tx:
        alerts = tx.live_alerts()
        assert not waiting(tx, clock.now())
    if opened:
        [alert] = alerts
        assert (alert.stream, alert.level) == ("topic:fraud", Level.WATCH)
        assert "người dân kể về lừa đảo" in alert.why
        assert set(alert.signal.documents) <= {f"k{n}" for n in range(7)}


def silent(store: SqlStore, clock: SetClock, *, hours: int) -> None:
    """Of ten sources one reported in the last whole hours."""
    with store.begin() as tx:
        starts = [bin_start(clock.now(), HOUR) - HOUR * n for n in range(1, hours + 1)]
        tx.save_coverage([Coverage(start=at, reporting=1, expected=10) for at in starts])


def test_an_explanation_knows_of_the_coverage_that_was_decided_with(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    silent(store, clock, hours=12)
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    make_watch(store, clock).run()
    with store.begin() as tx:
        [alert] = tx.live_alerts()
        [story, *_] = tx.stories_of(list(alert.signal.documents))
    found = {e.stream: e for e in explain_story(story, store=store, clock=clock)}[alert.stream]
    assert (found.at, found.value) == (alert.signal.at, alert.signal.value)
    assert found.unusual == pytest.approx(alert.signal.unusual, abs=0.01)
    assert found.expected == pytest.approx(alert.signal.expected, abs=0.01)


def test_an_outlook_takes_hours_in_which_nothing_could_be_seen_for_no_silence(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    make_watch(store, clock).run()
    with store.begin() as tx:
        [alert] = tx.live_alerts()
    clock.at += timedelta(days=2)
    seen = outlook(alert.id, store=store, clock=clock)
    silent(store, clock, hours=47)
    unseen = outlook(alert.id, store=store, clock=clock)
    assert seen is not None
    assert unseen is not None
    assert unseen.expected[-1].p50 > seen.expected[-1].p50


@dataclass
class FailingScorer:
    """Scores as the watch does; `fails` is asked what to do with the scores first."""

    fails: Callable[[dict[str, list[Unusual]]], None]

    def __call__(self, known: Mapping[str, Sequence[Bin]], **span: Any) -> dict[str, list[Unusual]]:
        scores = score_all(known, **span)
        self.fails(scores)
        return scores


def works(scores: dict[str, list[Unusual]]) -> None:
    """Nothing is wrong."""


def database_gone(scores: dict[str, list[Unusual]]) -> None:
    raise StoreError("database is locked")


def topic_broken(scores: dict[str, list[Unusual]]) -> None:
    """A bug that shows in one stream only."""
    scores["topic:health_care"] = [replace(u, value=cast("int", None)) for u in scores["topic:health_care"]]


def before_a_crisis(store: SqlStore, clock: SetClock) -> tuple[Watch, FailingScorer]:
    """A watch that has seen an ordinary week; a crisis has come since."""
    ordinary_week(store, clock)
    scorer = FailingScorer(works)
    watch = Watch(store=store, clock=clock, recipients=DESK, score=scorer)
    watch.run()
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    return watch, scorer


def test_what_a_failed_round_had_to_do_is_done_in_the_next(store: SqlStore, clock: SetClock) -> None:
    watch, scorer = before_a_crisis(store, clock)
    scorer.fails = database_gone
    for _ in range(2):
        with pytest.raises(StoreError):
            watch.run()
        clock.at += timedelta(seconds=5)
    scorer.fails = works
    assert watch.run().opened == 1
    assert watch.run().scored == 0


def test_a_bug_in_one_stream_holds_up_no_other_and_is_told(store: SqlStore, clock: SetClock) -> None:
    watch, scorer = before_a_crisis(store, clock)
    scorer.fails = topic_broken
    rounds = Rounds(store, clock)
    schedule = rounds.of("schedule", watch.run)
    for _ in range(3):
        with capture_logs() as logs, pytest.raises(UndecidedError, match="topic:health_care"):
            schedule()
        assert [(line["event"], line["stream"]) for line in logs] == [("stream failed", "topic:health_care")]
        clock.at += timedelta(minutes=4)
    with store.snapshot() as tx:
        [alert] = tx.live_alerts()
    assert alert.stream != "topic:health_care"
    assert len(rounds.silent()) == 2  # «work», which never was, and «schedule»
    scorer.fails = works
    schedule()
    assert len(rounds.silent()) == 1
    assert watch.run().scored == 0


def test_documents_are_read_once_a_stream_and_outside_of_units_of_work(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    for hour in range(12):
        with store.begin() as tx:
            tx.add_documents(
                [
                    make_intent(
                        f"k{hour}-{n}", tone=Tone.NEGATIVE, at=NOW + hour * HOUR + timedelta(minutes=n),
                        source=make_source(f"Báo {n}", reach=4), topics=("health_care",),
                        title=f"{SUBJECTS[n]} thiếu thuốc giờ thứ {hour}", excerpt=f"{SUBJECTS[hour % 10]} {n * 17}",
                    )
                    for n in range(4)
                ]
            )  # fmt: skip
    clock.at += 12 * HOUR
    StoryDesk(store, clock).place()
    read: list[bool] = []

    def note(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT") and "documents.excerpt" in statement and "documents.id IN" not in statement:
            read.append(reads_only(connection))

    listen(store.engine, "before_cursor_execute", note)
    done = make_watch(store, clock).run()
    remove(store.engine, "before_cursor_execute", note)
    assert done.opened
    assert all(read)
    assert len(read) < 5 * done.scored


def test_what_is_forgotten_while_the_watch_reads_is_in_no_alert(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock)

    class Interrupted(Watch):
        def _assess(self, *given: Any) -> list[Assessment]:
            assessed = super()._assess(*given)
            if any("c1" in a.signal.documents for a in assessed):
                with store.begin() as tx:
                    tx.erase_documents(["c1"])
            return assessed

    assert Interrupted(store=store, clock=clock, recipients=DESK).run().opened
    with store.snapshot() as tx:
        assert all("c1" not in a.signal.documents for a in tx.live_alerts())


def test_who_reads_an_alert_or_a_story_waits_for_nobody_who_writes(store: SqlStore, clock: SetClock) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    assert make_watch(store, clock).run().opened == 1
    clock.at += timedelta(hours=2)
    with store.snapshot() as tx:
        [alert] = tx.live_alerts()
        [document] = tx.stream_documents("all", since=alert.opened_at - HOUR, until=clock.now())[-1:]
    with store.begin() as tx:
        tx.touch_alert(alert)
        assert explain_alert(alert.id, store=store)
        assert explain_story(document.story_id or "", store=store, clock=clock)
        assert outlook(alert.id, store=store, clock=clock)
        assert aftermath(alert.id, read=SqlReadModels(store), store=store, clock=clock)
        assert reopenable(alert.id, store=store, clock=clock) is False
