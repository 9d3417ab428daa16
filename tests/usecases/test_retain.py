"""What has been kept long enough is removed, and nothing by a clock that may be ahead; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.event import listen

from service.alerting.message import WEBHOOK, Content, Occasion, drafts
from service.domain.findings import FindingState
from service.domain.notifications import Delivered
from service.domain.revisions import Revision, RevisionKind, SeenIn
from service.domain.stories import StoryPlacement
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.storage.state_files import AuditKey
from service.usecases.audit import verify
from service.usecases.retain import COMMENTS_AT_ONCE, LONGEST_PAUSE, Removed, held_since, retain
from tests.alerts import make_draft, make_finding
from tests.builders import NOW, make_intent
from tests.stored import put_in_stories, waiting
from tests.usecases.test_privacy import (
    LONG,
    PERIODS,
    an_alert_about,
    an_alert_by_its_story,
    everything,
    old,
    place,
    post,
)


def test_each_kind_goes_when_its_time_is_over(store: SqlStore, clock: SetClock) -> None:
    with store.begin() as tx:
        tx.add_documents([
            make_intent("ba-nam", at=old(1000), title="Bài ba năm trước", text="dai1", excerpt="ngan1"),
            make_intent("ba-thang", at=old(100), title="Bài ba tháng trước", text="dai2", excerpt="ngan2"),
            make_intent("moi", at=NOW, title="Bài hôm nay", text="dai3", excerpt="ngan3"),
            post("y-kien-cu", old(100), title="Ý kiến cũ lắm", text="dai4", excerpt="ngan4"),
            post("y-kien-moi", old(10), title="Ý kiến mới", text="dai5", excerpt="ngan5"),
        ])  # fmt: skip
        draft = make_draft(subject="Tin cu", text="thu1", html="thu1")
        tx.enqueue([draft, replace(draft, key="cho", subject="Tin cho", text="thu2", html="thu2")], at=old(400))
        [sent, _] = waiting(tx, NOW)
        tx.record_delivery(sent.id, Delivered(), at=NOW, dead=False)
        tx.add_findings([make_finding(id=key, document_id="ba-nam") for key in ("f-xong", "f-mo", "f-moi")])
        for key, state, at in (
            ("f-xong", FindingState.PUBLISHED, old(800)), ("f-mo", FindingState.OPEN, old(800)),
            ("f-moi", FindingState.NOT_AN_ACT, old(100)),
        ):  # fmt: skip
            finding = replace(make_finding(id=key, document_id="ba-nam"), state=state, updated_at=at)
            tx.save_finding(finding, move="publish", actor="lan@agency.example.com", reason=f"vì {key}", at=at)
        for key, at in (("ba-nam", old(800)), ("ba-thang", old(90))):
            tx.add_revisions([
                Revision(
                    document_id=key, at=at, kind=RevisionKind.TEXT, seen_in=SeenIn.PAGE, title_after="b",
                    difference=f"khac {key}", changed_words=2,
                )
            ])  # fmt: skip
    place(store, {})
    preview = retain(store, clock, periods=PERIODS, dry_run=True)
    assert preview == Removed(
        texts=4 - 1, excerpts=1, comments=1, messages=1, findings=1, audit=0, sightings=0, sessions=0
    )
    assert "dai1" in everything(store)
    assert retain(store, clock, periods=PERIODS) == preview
    kept = everything(store)
    with store.read() as connection:
        traced = connection.exec_driver_sql("select id from documents where trace is not null order by id")
        assert list(traced.scalars()) == ["ba-thang", "moi", "y-kien-moi"]
    for gone in (
        "dai1",
        "ngan1",
        "dai2",
        "dai4",
        "ngan4",
        "Ý kiến cũ lắm",
        "bao.example.com/y-kien-cu",
        "thu1",
        "Tin cu",
        "f-xong",
        "khac ba-nam",
    ):
        assert gone not in kept, gone
    for here in (
        "Bài ba năm trước",
        "ngan2",
        "dai3",
        "dai5",
        "ngan5",
        "Ý kiến mới",
        "thu2",
        "Tin cho",
        "f-mo",
        "f-moi",
        "vì f-moi",
        "khac ba-thang",
    ):
        assert here in kept, here
    assert SqlReadModels(store).summary(since=old(101), until=old(99), group_by="topic").documents == 2
    again = retain(store, clock, periods=PERIODS)
    assert not any(getattr(again, name) for name in Removed.__slots__)
    with store.begin() as tx:
        assert [(e.action, e.details["comments"]) for e in tx.audit_entries()] == [("retained", 1)]


def test_nothing_is_removed_by_a_clock_that_may_be_ahead(store: SqlStore, clock: SetClock) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("moi", at=NOW, text="dai")])
        tx.record_sightings(["moi"], feed_id="thu", at=NOW)
    clock.at += timedelta(days=400)
    # before the first removal the newest entry says what time it was
    assert retain(store, clock, periods=PERIODS) is None
    assert held_since(store, clock) == NOW
    clock.at = NOW
    assert retain(store, clock, periods=PERIODS) is not None
    clock.at += timedelta(days=400)
    with store.begin() as tx:
        # what comes in by the wrong clock does not vouch for it
        tx.record_sightings(["sai"], feed_id="thu", at=clock.at)
    for _ in range(3):
        assert retain(store, clock, periods=PERIODS) is None
        clock.at += timedelta(hours=1)
    preview = retain(store, clock, periods=PERIODS, dry_run=True)
    assert preview is not None
    assert preview.texts == 1
    assert "dai" in everything(store)
    assert retain(store, clock, periods=PERIODS, sure=True) == preview
    assert "dai" not in everything(store)
    assert held_since(store, clock) is None
    clock.at += LONGEST_PAUSE
    assert retain(store, clock, periods=PERIODS) is not None
    clock.at = NOW
    assert retain(store, clock, periods=PERIODS) is not None


def seen_daily(store: SqlStore, clock: SetClock, days: int) -> None:
    for _ in range(days):
        clock.at += timedelta(days=1)
        with store.begin() as tx:
            tx.record_sightings([f"tin {clock.at}"], feed_id="thu", at=clock.at)


def test_retention_goes_on_by_itself_once_entries_came_on_enough_days(store: SqlStore, clock: SetClock) -> None:
    assert retain(store, clock, periods=PERIODS) is not None
    clock.at += timedelta(days=21)
    seen_daily(store, clock, LONGEST_PAUSE.days - 1)
    # many entries of one day are those of one day
    seen_daily(store, SetClock(clock.at - timedelta(days=1, hours=-1)), 1)
    assert held_since(store, clock) == NOW
    seen_daily(store, clock, 1)
    assert retain(store, clock, periods=PERIODS) is not None


def test_retention_of_a_monthly_timer_goes_on_unless_the_clock_leaps(store: SqlStore, clock: SetClock) -> None:
    for _ in range(2):
        assert retain(store, clock, periods=PERIODS) is not None
        seen_daily(store, clock, 31)
    clock.at += timedelta(days=400)
    seen_daily(store, clock, 1)
    assert retain(store, clock, periods=PERIODS) is None


def test_an_old_publication_that_was_first_seen_today_is_kept_from_today(store: SqlStore, clock: SetClock) -> None:
    with store.begin() as tx:
        late = {"at": old(1000), "first_seen_at": NOW}
        tx.add_documents([make_intent("bai", **late), post("y-kien", **late)])
    removed = retain(store, clock, periods=PERIODS)
    assert removed is not None
    assert (removed.texts, removed.excerpts, removed.comments) == (0, 0, 0)


def test_a_story_called_after_a_comment_gets_another_name(store: SqlStore, clock: SetClock) -> None:
    with store.begin() as tx:
        tx.add_documents([
            post("p", old(100), title="Ý kiến của ai đó"),
            make_intent("a", at=old(99), title="Báo viết về lương hưu"),
        ])  # fmt: skip
    place(store, {})
    with store.begin() as tx:
        alert = an_alert_about("Ý kiến của ai đó", ("p", "a"))
        tx.save_alert(alert, kind="opened", actor="radar", text="Mở: Ý kiến của ai đó", at=old(99))
        content = Content(alert=alert, occasion=Occasion.OPENED, base_url="http://radar.example.com")
        tx.enqueue(drafts(content, ["truc@agency.example.com"]), at=old(99))
    retain(store, clock, periods=PERIODS)
    assert "Ý kiến của ai đó" not in everything(store)
    story = SqlReadModels(store).story("s1")
    assert story is not None
    assert story.headline == "Báo viết về lương hưu"


def test_a_story_is_called_after_its_first_article_and_what_it_was_called_before_goes(
    store: SqlStore, clock: SetClock
) -> None:
    def headline() -> str:
        story = SqlReadModels(store).story("s1")
        assert story is not None
        return story.headline

    said = "Ý kiến của ai đó"
    with store.begin() as tx:
        tx.add_documents([post("p", old(100), title=said)])
    place(store, {})
    assert headline() == said
    with store.begin() as tx:
        alert = an_alert_by_its_story(said, ())
        tx.save_alert(alert, kind="opened", actor="radar", text=f"Mở: {said}", at=old(99))
        letter = make_intent("thu", at=old(99), title="Thư bạn đọc về lương hưu")
        tx.add_documents([
            replace(letter, document=replace(letter.document, protected_section=True)),
            make_intent("a", at=old(98), title="Báo viết về lương hưu"),
        ])  # fmt: skip
    place(store, {})
    assert headline() == "Báo viết về lương hưu"
    assert SqlReadModels(store, ("01",)).story("s1") is None
    retain(store, clock, periods=PERIODS)
    assert said not in everything(store)


@pytest.mark.parametrize("words", ["Mẹ em bị ung thư mà BHXH chậm duyệt ba tháng", f"Dạ {LONG}"])
def test_messages_keep_words_of_a_comment_no_longer_than_the_comment(
    store: SqlStore, clock: SetClock, words: str
) -> None:
    """Named after it or not; as evidence, or as a story's name that was cut where a word ended."""
    with store.begin() as tx:
        tx.add_documents([
            post("p", old(100), title="", excerpt=words, text=words),
            make_intent("a", at=old(101), title="Báo viết về lương hưu"),
            post("q", old(100), title="", excerpt=f"{words}!", text=words),
        ])  # fmt: skip
    place(store, {})
    with store.begin() as tx:
        tx.move_documents([StoryPlacement(id="q", story="s2", origin="q")])
    named = SqlReadModels(store).story("s2")
    assert named is not None
    with store.begin() as tx:
        alert = an_alert_about("Báo viết về lương hưu", ("p", "a"))
        tx.save_alert(alert, kind="opened", actor="radar", text="Mở", at=old(99))
        evidence = tx.evidence("all", since=old(103), until=old(1), limit=9, also=["p", "a"])
        content = Content(alert=alert, occasion=Occasion.OPENED, base_url="http://r.example.com", evidence=evidence)
        about = replace(an_alert_by_its_story(named.headline, ("q",)), id="a2")
        tx.save_alert(about, kind="opened", actor="radar", text=about.why, at=old(99))
        for each in (content, replace(content, alert=about, evidence=())):
            tx.enqueue(drafts(each, ["truc@agency.example.com"]), at=old(99))
            tx.enqueue(drafts(each, ["https://hooks.example.com/a"], channel=WEBHOOK), at=old(99))
    piece = words[:40]
    assert piece in everything(store)
    retain(store, clock, periods=PERIODS)
    assert piece not in everything(store)


def test_the_audit_log_is_kept_as_long_as_it_has_to_be(store: SqlStore, clock: SetClock, tmp_path: Path) -> None:
    from service.domain.audit import Action
    from service.usecases.audit import audit

    key = AuditKey.create(tmp_path / "audit.key")
    for days in (4000, 10):
        with store.begin() as tx:
            audit(tx, Action.DECIDED, actor="user:1", at=old(days))
    assert retain(store, clock, periods=PERIODS).audit == 0
    assert retain(store, clock, periods=PERIODS, signer=key).audit == 1
    with store.begin() as tx:
        assert verify(tx, heads=(), signer=key) == []


def old_comments(store: SqlStore, count: int) -> None:
    """In one story, none of them but the first giving it its name."""
    with store.begin() as tx:
        tx.add_documents([
            post(f"y{n}", old(100) + timedelta(minutes=n), title="", excerpt=f"Ý kiến thứ {n} của bạn đọc")
            for n in range(count)
        ])  # fmt: skip
        put_in_stories(tx, "s1", trace=b"x")


def test_removing_comments_asks_as_little_whatever_the_size_of_their_story(store: SqlStore) -> None:
    old_comments(store, 200)
    asked: list[str] = []
    with store.begin() as tx:
        due = tx.comments_due(before=old(90))
        listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        assert tx.forget_comments(due) == 200
    assert len(asked) < 40
    story = SqlReadModels(store).story("s1")
    assert story is not None
    assert "Ý kiến" not in story.headline


def test_many_comments_are_removed_in_small_units_of_work_that_are_each_logged(
    store: SqlStore, clock: SetClock
) -> None:
    old_comments(store, 2 * COMMENTS_AT_ONCE + 30)
    preview = retain(store, clock, periods=PERIODS, dry_run=True)
    assert preview.comments == 2 * COMMENTS_AT_ONCE + 30
    assert retain(store, clock, periods=PERIODS) == preview
    with store.snapshot() as tx:
        logged = [e.details["comments"] for e in tx.audit_entries()]
        assert sorted(logged) == [30, COMMENTS_AT_ONCE, COMMENTS_AT_ONCE]
        assert tx.comments_due(before=NOW) == []
