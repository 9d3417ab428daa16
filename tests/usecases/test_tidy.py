"""People merge and split stories; it survives later runs. The nightly pass and phases; on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.domain.judgement import Tone
from service.scheduling.clock import SetClock
from service.storage.engine import OutOfReachError, SqlStore
from service.storage.read_models import SqlReadModels
from service.stories.background import shipped
from service.stories.features import tokens, weigh
from service.stories.merging import proposals
from service.usecases.place import StoryDesk
from service.usecases.tidy import Tidy, UnknownStoryError, look_at_phases, merge, merge_pass, split, successor
from tests.builders import NOW, make_intent, make_source

SCAM = "Cảnh báo tin nhắn giả mạo cơ quan chức năng yêu cầu cập nhật căn cước"
DRUGS = "Bệnh viện huyện thiếu vật tư phẫu thuật, người bệnh phải tự mua chỉ khâu"


def story_of(store: SqlStore, document: str) -> str:
    with store.begin() as tx:
        [story] = tx.stories_of([document])
    return story


def add(store: SqlStore, key: str, title: str, hours: float = 1.0, outlet: str = "Báo A") -> None:
    with store.begin() as tx:
        intent = make_intent(
            key, title=title, excerpt=title, text=title, at=NOW - timedelta(hours=hours), tone=Tone.NEGATIVE,
            source=make_source(outlet),
        )  # fmt: skip
        tx.add_documents([intent])


@pytest.fixture
def desk(store: SqlStore, clock: SetClock) -> StoryDesk:
    add(store, "a", SCAM, 5)
    add(store, "b", DRUGS, 4, "Báo B")
    desk = StoryDesk(store, clock)
    desk.place()
    assert story_of(store, "a") != story_of(store, "b")
    return desk


def test_a_merge_moves_what_is_there_and_what_comes_after_a_restart(
    store: SqlStore, clock: SetClock, desk: StoryDesk
) -> None:
    kept, absorbed = story_of(store, "a"), story_of(store, "b")
    merge(store, clock, kept=kept, absorbed=absorbed, who="an@example.com", reason="cùng một việc")
    desk.place()
    assert story_of(store, "b") == kept
    add(store, "c", f"{DRUGS} nhiều ngày qua", 2, "Báo C")
    StoryDesk(store, clock).place()
    assert story_of(store, "c") == kept
    read = SqlReadModels(store)
    assert read.story(absorbed) is None
    assert successor(absorbed, store=store) == kept
    detail = read.story_detail(kept)
    assert detail is not None
    assert detail.story.documents == 3
    assert [d.actor for d in detail.decisions] == ["an@example.com"]
    with store.begin() as tx:
        # «c» is a copy of «b»
        assert [b.total for b in tx.bins(f"story:{kept}", since=NOW - timedelta(days=1), until=NOW)] == [1, 1]


def test_a_merge_takes_along_what_was_judged_irrelevant(store: SqlStore, clock: SetClock, desk: StoryDesk) -> None:
    add(store, "b2", DRUGS, 3, "Báo C")
    desk.place()
    kept, absorbed = story_of(store, "a"), story_of(store, "b")
    with store.begin() as tx:
        tx.replace_document(make_intent("b2", at=NOW - timedelta(hours=3), relevant=False))
    merge(store, clock, kept=kept, absorbed=absorbed, who="an@example.com", reason="")
    assert story_of(store, "b2") == kept


def test_a_split_lasts_through_a_restart_and_counts_follow(store: SqlStore, clock: SetClock, desk: StoryDesk) -> None:
    kept = story_of(store, "a")
    merge(store, clock, kept=kept, absorbed=story_of(store, "b"), who="an@example.com", reason="")
    desk.place()
    into = split(store, clock, story=kept, documents=("b",), who="an@example.com", reason="hai việc")
    desk.place()
    for _ in range(2):
        assert (story_of(store, "a"), story_of(store, "b")) == (kept, into)
        StoryDesk(store, clock).place()
    with store.begin() as tx:
        assert tx.bins(f"story:{kept}", since=NOW - timedelta(days=1), until=NOW) == []
        assert [p.origin for p in tx.story_members(into)] == ["b"]


def test_a_desk_at_work_hears_that_an_origin_was_erased(store: SqlStore, clock: SetClock, desk: StoryDesk) -> None:
    add(store, "a2", SCAM, 3, "Báo B")
    desk.place()
    with store.begin() as tx:
        tx.erase_documents(["a"])
    add(store, "a3", SCAM, 2, "Báo C")
    desk.place()
    story = story_of(store, "a2")
    with store.begin() as tx:
        assert {p.id: p.origin for p in tx.story_members(story)} == {"a2": "a2", "a3": "a2"}
        tx.erase_documents(["a2"])
    kept = story_of(store, "b")
    merge(store, clock, kept=kept, absorbed=story, who="an@example.com", reason="")
    desk.follow()
    with store.begin() as tx:
        assert {p.id: p.origin for p in tx.story_members(kept)} == {"b": "b", "a3": "a3"}


def test_a_copy_that_leaves_its_origin_is_an_origin(store: SqlStore, clock: SetClock, desk: StoryDesk) -> None:
    add(store, "a2", SCAM, 3, "Báo B")
    add(store, "a3", SCAM, 2, "Báo C")
    desk.place()
    story = story_of(store, "a")
    into = split(store, clock, story=story, documents=("a2", "a3"), who="an@example.com", reason="")
    with store.begin() as tx:
        assert [(p.id, p.origin) for p in tx.story_members(into)] == [("a2", "a2"), ("a3", "a2")]


def test_what_cannot_be_merged_or_split(store: SqlStore, clock: SetClock, desk: StoryDesk) -> None:
    story = story_of(store, "a")
    for kept, absorbed in ((story, story), (story, "s0"), ("s0", story)):
        with pytest.raises(UnknownStoryError):
            merge(store, clock, kept=kept, absorbed=absorbed, who="an", reason="")
    for documents in ((), ("a",), ("a", "b"), ("x",)):
        with pytest.raises(UnknownStoryError):
            split(store, clock, story=story, documents=documents, who="an", reason="")


def test_phases_are_kept_and_stories_fall_asleep(store: SqlStore, clock: SetClock, desk: StoryDesk) -> None:
    assert look_at_phases(store, clock.now()) == 2
    story = story_of(store, "a")
    assert (found := SqlReadModels(store).story(story)) is not None
    assert found.phase == "emerging"
    later = clock.now() + timedelta(days=6)
    look_at_phases(store, later)
    assert [s.phase for s in SqlReadModels(store).stories(after=None, limit=9) if s.id == story] == ["dormant"]
    assert look_at_phases(store, later + timedelta(hours=1)) == 0


def test_tidying_is_due_once_an_hour(store: SqlStore, clock: SetClock, desk: StoryDesk) -> None:
    tidy = Tidy(desk)
    assert tidy.run()[0] == 2
    assert tidy.run() == (0, 0)
    clock.at += timedelta(hours=1)
    assert tidy.run()[0] == 2


def test_what_fails_is_tried_again_in_the_next_round(
    store: SqlStore, clock: SetClock, desk: StoryDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tidy, centres = Tidy(desk), desk.centres

    def fail() -> None:
        raise OutOfReachError("database is locked")

    monkeypatch.setattr(desk, "centres", fail)
    with pytest.raises(OutOfReachError):
        tidy.run()
    add(store, "a2", f"{SCAM} của người dân lan rộng", 3, "Báo C")
    desk.place()
    asked = []
    monkeypatch.setattr(desk, "centres", lambda: asked.append(1) or centres())
    assert tidy.run()[0] >= 2
    assert asked == [1]
    assert tidy.run() == (0, 0)


def weights(title: str) -> dict[int, int]:
    return weigh(tokens([(title, "")]), shipped())[0]


def test_the_nightly_pass_proposes_stories_that_are_one() -> None:
    again = "Tin nhắn giả mạo cơ quan chức năng yêu cầu cập nhật căn cước lan rộng"
    rows = [("s1", 0.0, weights(SCAM)), ("s2", 3600.0, weights(again)), ("s3", 7200.0, weights(DRUGS))]
    [found] = proposals(rows, shipped())
    assert (found.kept, found.absorbed) == ("s1", "s2")
    far = [("s1", 0.0, weights(SCAM)), ("s2", 9 * 86400.0, weights(again))]
    assert proposals(far, shipped()) == []


def test_the_nightly_pass_leaves_alone_what_a_person_took_apart(
    store: SqlStore, clock: SetClock, desk: StoryDesk
) -> None:
    add(store, "a2", f"{SCAM}, nhiều người mất tiền", 3, "Báo C")
    desk.place()
    story = story_of(store, "a")
    if story_of(store, "a2") == story:
        split(store, clock, story=story, documents=("a2",), who="an", reason="")
        desk.place()
    assert merge_pass(desk) == 0
    assert story_of(store, "a2") != story
