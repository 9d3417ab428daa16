"""People merge and split stories; it survives later runs. The nightly pass and phases; on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.event import listen

from service.domain.judgement import Tone
from service.domain.stories import Merge, StoryPlacement
from service.scheduling.clock import SetClock
from service.storage.engine import OutOfReachError, SqlStore
from service.storage.read_models import SqlReadModels
from service.stories.background import shipped
from service.stories.features import tokens, weigh
from service.stories.merging import proposals
from service.usecases.place import StoryDesk
from service.usecases.tidy import Tidy, UnknownStoryError, look_at_phases, merge, split, successor
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


def test_a_process_that_is_about_to_end_places_no_further_batch(
    store: SqlStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.usecases.place.BATCH", 2)
    for n in range(5):
        add(store, f"d{n}", f"{DRUGS}, ngày thứ {n}", 5 - n)
    assert StoryDesk(store, clock, ending=lambda: True).place() == 2
    assert StoryDesk(store, clock).place() == 3


def test_a_desk_knows_what_another_places_after_it_was_made(store: SqlStore, clock: SetClock) -> None:
    before = StoryDesk(store, clock)  # its turn is lost, and its job still at work
    add(store, "a", SCAM, 5)
    after = StoryDesk(store, clock)
    assert before.place() == 1
    again = f"{SCAM} của người dân lan rộng"
    add(store, "a2", again, 3, "Báo C")
    assert after.place() == 1
    add(store, "a3", f"{again} nhiều nơi", 2, "Báo D")
    assert before.place() == 1
    assert story_of(store, "a") == story_of(store, "a2") == story_of(store, "a3")


def test_a_desk_carries_out_what_was_decided_about_what_another_places(store: SqlStore, clock: SetClock) -> None:
    add(store, "a", SCAM, 5)
    after = StoryDesk(store, clock)
    add(store, "b", DRUGS, 4, "Báo B")
    StoryDesk(store, clock).place()
    kept, absorbed = story_of(store, "a"), story_of(store, "b")
    merge(store, clock, kept=kept, absorbed=absorbed, who="an@example.com", reason="")
    add(store, "b2", f"{DRUGS} nhiều ngày qua", 2, "Báo C")
    after.place()
    assert story_of(store, "b2") == story_of(store, "b") == kept


@contextmanager
def placing(desk: StoryDesk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[int, object]]]:
    """While the desk has the lock of counts and is about to place what arrived: what does something that waits for it,
    and gives the results of both."""
    place, inside, go_on = desk.builder.place, threading.Event(), threading.Event()
    monkeypatch.setattr(desk.builder, "place", lambda *a, **k: inside.set() or (go_on.wait(60) and place(*a, **k)))

    def meanwhile(work: Callable[[], object]) -> tuple[int, object]:
        waiting = pool.submit(work)
        wait([waiting], timeout=0.5)
        go_on.set()
        return first.result(), waiting.result()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(desk.place)
        assert inside.wait(60)
        yield meanwhile


def test_of_two_desks_at_work_one_places_what_arrived(
    store: SqlStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, "a", SCAM, 5)
    one, two = StoryDesk(store, clock), StoryDesk(store, clock)
    with placing(one, monkeypatch) as meanwhile:
        assert meanwhile(two.place) == (1, 0)


def test_a_merge_takes_along_what_was_placed_while_it_waited(
    store: SqlStore, clock: SetClock, desk: StoryDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, absorbed = story_of(store, "a"), story_of(store, "b")
    add(store, "b2", DRUGS, 3, "Báo C")
    with placing(desk, monkeypatch) as meanwhile:
        meanwhile(lambda: merge(store, clock, kept=kept, absorbed=absorbed, who="an@example.com", reason=""))
    assert story_of(store, "b2") == story_of(store, "b") == kept


def test_a_copy_that_was_placed_while_a_split_of_its_original_waited_is_one_of_its_own(
    store: SqlStore, clock: SetClock, desk: StoryDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    story, other = story_of(store, "a"), story_of(store, "b")
    merge(store, clock, kept=story, absorbed=other, who="an@example.com", reason="")
    desk.place()
    add(store, "b2", DRUGS, 3, "Báo C")
    with placing(desk, monkeypatch) as meanwhile:
        meanwhile(lambda: split(store, clock, story=story, documents=("b",), who="an@example.com", reason=""))
    with store.begin() as tx:
        assert {p.id: p.origin for p in tx.story_members(story)} == {"a": "a", "b2": "b2"}


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
    desk.place()
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
    assert tidied(desk) == []
    assert story_of(store, "a2") != story


def tidied(desk: StoryDesk) -> list[int]:
    """How many stories each step of a pass has merged, rounds as they are."""
    tidy, merged = Tidy(desk), []
    while step := tidy.run()[1]:
        merged.append(step)
        desk.place()
    return merged


def alike(numbers: Iterable[int]) -> list[Merge]:
    """What a pass proposes, here: the stories of these documents go into the first one's."""
    return [Merge(kept="d0", absorbed=f"d{n}") for n in numbers]


@pytest.fixture
def twelve(store: SqlStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> StoryDesk:
    """Stories d0 to d12 of one document each, which the pass of the night takes for one."""
    with store.begin() as tx:
        tx.add_documents([make_intent(f"d{n}", at=NOW - timedelta(hours=13 - n)) for n in range(13)])
        tx.save_placements([
            replace(p, placement=StoryPlacement(id=p.item.id, story=p.item.id, origin=p.item.id), trace=None)
            for p in tx.unplaced(limit=99)
        ])  # fmt: skip
    desk = StoryDesk(store, clock)

    def found(rows: Sequence[tuple[str, float, object]], _: object) -> list[Merge]:
        return alike(sorted({int(story[1:]) for story, *_ in rows} - {0}))

    monkeypatch.setattr("service.usecases.tidy.proposals", found)
    return desk


def stories_left(store: SqlStore) -> int:
    with store.begin() as tx:
        return len(tx.stories_of([f"d{n}" for n in range(13)]))


def test_the_nightly_pass_goes_in_steps_and_a_process_that_takes_over_goes_on(
    store: SqlStore, clock: SetClock, twelve: StoryDesk
) -> None:
    assert Tidy(twelve).run()[1] == 10
    assert stories_left(store) == 3
    other = StoryDesk(store, clock)  # the first one was killed
    assert tidied(other) == [2]
    assert stories_left(store) == 1
    with store.begin() as tx:
        assert [b.total for b in tx.bins("story:d0", since=NOW - timedelta(days=1), until=NOW)] == [1] * 13


def test_the_nightly_pass_is_of_one_night_whoever_does_it(
    store: SqlStore, clock: SetClock, twelve: StoryDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at = NOW.replace(hour=19, minute=59)  # 02:59 in Việt Nam
    assert tidied(twelve) == []
    clock.at += timedelta(minutes=1)
    assert tidied(twelve) == [10, 2]
    asked: list[int] = []
    monkeypatch.setattr("service.usecases.tidy.proposals", lambda *_: asked.append(1) or [])
    clock.at += timedelta(hours=9)
    Tidy(StoryDesk(store, clock)).run()  # a process that starts later in the day
    assert asked == []
    clock.at += timedelta(days=1)
    Tidy(StoryDesk(store, clock)).run()
    assert asked == [1]


def test_the_nightly_pass_leaves_alone_what_changed_since_it_began(store: SqlStore, twelve: StoryDesk) -> None:
    tidy = Tidy(twelve)
    assert tidy.run()[1] == 10
    merge(store, twelve.clock, kept="d11", absorbed="d0", who="an@example.com", reason="")
    assert tidy.run()[1] == 0
    assert stories_left(store) == 2
    assert tidy.run()[1] == 0


def test_the_nightly_pass_leaves_what_a_person_merged_meanwhile_where_it_is(
    store: SqlStore, clock: SetClock, twelve: StoryDesk
) -> None:
    tidy = Tidy(twelve)
    assert tidy.run()[1] == 10
    add(store, "z", DRUGS, 2, "Báo Z")
    twelve.place()
    z = story_of(store, "z")
    merge(store, clock, kept=z, absorbed="d12", who="an@example.com", reason="")
    assert tidy.run()[1] == 1
    twelve.place()
    assert story_of(store, "d12") == successor("d12", store=store) == z
    assert story_of(store, "d11") == "d0"


def test_a_pass_that_ends_after_midnight_is_of_the_night_in_which_it_began(
    clock: SetClock, twelve: StoryDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tidy = Tidy(twelve)
    clock.at = NOW.replace(hour=16, minute=59)  # 23:59 in Việt Nam
    assert tidy.run()[1] == 10
    clock.at += timedelta(minutes=2)
    assert tidy.run()[1] == 2
    asked: list[int] = []
    monkeypatch.setattr("service.usecases.tidy.proposals", lambda *_: asked.append(1) or [])
    tidy.run()
    assert asked == []
    clock.at += timedelta(hours=4)
    tidy.run()
    assert asked == [1]


def test_no_round_waits_while_the_nightly_pass_looks_for_stories(
    twelve: StoryDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr("service.usecases.tidy.proposals", lambda *_: go_on.wait(60) and alike(range(1, 13)))
    with ThreadPoolExecutor(1) as pool:
        tidy = Tidy(twelve, beside=pool)
        assert tidy.run() == (13, 0)
        assert tidy.run() == (0, 0)
        go_on.set()
    assert tidy.run() == (0, 10)
    assert tidy.run() == (0, 2)


def test_a_merge_counts_only_the_hours_that_it_changes(store: SqlStore, twelve: StoryDesk) -> None:
    asked: list[str] = []
    listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert Tidy(twelve).run()[1] == 10
    assert [s for s in asked if "NOT LIKE" in s] == []  # the counts of an hour
