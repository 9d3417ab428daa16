"""Counts of every kind of stream, and the documents behind them, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from service.domain.intents import Placed
from service.domain.judgement import Feedback, Place, Tone
from service.domain.stories import StoryPlacement
from service.domain.streams import HOUR, StreamKind, bin_start, parse, streams_of
from service.ports.storage import Transaction
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from tests.builders import NOW, hours_ago, make_intent, make_source
from tests.stored import put_in_stories

HANOI = Place("01", "Hà Nội")
SINCE, UNTIL = NOW - timedelta(days=30), NOW + HOUR


def put(store: SqlStore, *intents: object, story: str = "s1") -> None:
    """Keep documents and place them, each its own origin."""
    with store.begin() as tx:
        tx.add_documents(intents)  # type: ignore[arg-type]
        put_in_stories(tx, story, trace=b"x")


def figures(store: SqlStore) -> dict[str, list[tuple[int, ...]]]:
    with store.begin() as tx:
        found = tx.bins_of(tx.streams(), since=SINCE, until=UNTIL)
    return {s: [(b.value, b.total, b.sources) for b in bins] for s, bins in found.items()}


def some() -> list[object]:
    asks = {"feedback": Feedback.QUESTION, "places": (HANOI,)}
    return [
        make_intent("a", tone=Tone.NEGATIVE, source=make_source("Báo A"), feedback=Feedback.COMPLAINT, places=(HANOI,)),
        make_intent("b", tone=Tone.NEGATIVE, source=make_source("Báo B"), topics=("pension", "digital")),
        make_intent("c", source=make_source("Báo B"), **asks),
    ]


def test_every_kind_of_stream_is_counted(store: SqlStore) -> None:
    put(store, *some())
    assert figures(store) == {
        "all": [(2, 3, 2)],
        "topic:pension": [(2, 3, 2)],
        "topic:digital": [(1, 1, 1)],
        "place:01": [(1, 2, 1)],
        "topic:pension@01": [(1, 2, 1)],
        "story:s1": [(2, 3, 2)],
    }


def test_counting_again_changes_nothing(store: SqlStore) -> None:
    put(store, *some())
    before = figures(store)
    with store.begin() as tx:
        for _ in range(2):
            tx.count_again([bin_start(NOW, HOUR)], ["s1"])
    assert figures(store) == before


def test_a_document_judged_again_leaves_the_streams_it_was_in(store: SqlStore) -> None:
    first, *others = some()
    put(store, first, *others)
    with store.begin() as tx:
        tx.replace_document(make_intent("a", tone=Tone.NEUTRAL, source=make_source("Báo A"), topics=("fund",)))
        tx.count_again([bin_start(NOW, HOUR)], ["s1"])
    found = figures(store)
    assert "topic:pension@01" in found  # the question is still there
    assert found["topic:pension@01"] == [(0, 1, 0)]
    assert found["topic:fund"] == [(0, 1, 0)]
    assert found["all"] == [(1, 3, 1)]


def test_a_story_of_one_origin_has_no_stream_and_gets_its_whole_past_with_the_second(store: SqlStore) -> None:
    put(store, make_intent("a", tone=Tone.NEGATIVE, at=hours_ago(30)), story="s2")
    assert not any(s.startswith("story:") for s in figures(store))
    put(store, make_intent("b", tone=Tone.NEGATIVE), story="s2")
    assert len(figures(store)["story:s2"]) == 2


def test_a_document_that_moves_is_counted_in_its_new_story_only(store: SqlStore) -> None:
    put(store, *some())
    with store.begin() as tx:
        [moved] = [p for p in tx.recently_placed(since=SINCE) if p.item.id == "c"]
        tx.save_placements([replace(moved, placement=StoryPlacement(id="c", story="s9", origin="c"))])
    found = figures(store)
    assert found["story:s1"] == [(2, 2, 2)]
    assert "story:s9" not in found


def test_backfilled_documents_land_in_the_bin_of_their_publication(store: SqlStore) -> None:
    put(store, make_intent("a", tone=Tone.NEGATIVE, at=hours_ago(50), first_seen_at=NOW))
    with store.begin() as tx:
        [bin_] = tx.bins("all", since=SINCE, until=UNTIL)
    assert bin_.start == bin_start(hours_ago(50), HOUR)


def test_the_stream_of_a_story_that_is_over_is_forgotten(store: SqlStore) -> None:
    put(store, make_intent("a", at=hours_ago(300)), make_intent("b", at=hours_ago(299)))
    assert "story:s1" in figures(store)
    with store.begin() as tx:
        tx.forget_counts(stories_before=NOW - timedelta(days=10))
    assert "story:s1" not in figures(store)
    assert "all" in figures(store)


def test_evidence_of_every_kind_of_stream(store: SqlStore) -> None:
    put(store, *some())
    expected = {
        "all": {"a", "b"}, "topic:pension": {"a", "b"}, "topic:digital": {"b"}, "place:01": {"a"},
        "topic:pension@01": {"a"}, "topic:digital@01": set(), "story:s1": {"a", "b"}, "story:s2": set(),
    }  # fmt: skip
    with store.begin() as tx:
        for stream, ids in expected.items():
            found = tx.evidence(stream, since=SINCE, until=UNTIL, limit=10)
            assert {e.document_id for e in found} == ids, stream
        documents = tx.stream_documents("place:01", since=SINCE, until=UNTIL)
        assert {(d.id, d.negative, d.places) for d in documents} == {("a", True, ("01",)), ("c", False, ("01",))}
        assert tx.subject_of("topic:pension@01") == "Hà Nội"
        assert tx.topics_of(["a", "b"]) == ["pension", "digital"]


def test_a_copy_whose_origin_is_erased_is_an_origin(store: SqlStore) -> None:
    put(store, *some())
    with store.begin() as tx:
        tx.add_documents([make_intent("a2", tone=Tone.NEGATIVE, at=hours_ago(2), source=make_source("Báo C"))])
        [copy] = tx.unplaced(limit=9)
        tx.save_placements([replace(copy, placement=StoryPlacement(id="a2", story="s1", origin="a"), trace=b"x")])
        tx.save_phases({"s1": "growing"}, at=NOW)
    with store.begin() as tx:
        tx.erase_documents(["a"])
        assert [(p.id, p.origin) for p in tx.story_members("s1")] == [("a2", "a2"), ("b", "b"), ("c", "c")]
    assert figures(store)["all"] == [(1, 1, 1), (1, 2, 1)]
    assert figures(store)["story:s1"] == [(1, 1, 1), (1, 2, 1)]
    story = SqlReadModels(store).story("s1")
    assert story is not None
    assert (story.documents, story.origins, story.negative) == (3, 3, 2)
    with store.begin() as tx:
        tx.erase_documents(["a2", "b", "c"])
        assert tx.connection.scalar(text("select count(*) from story_states")) == 0
    assert SqlReadModels(store).story("s1") is None
    assert figures(store) == {}


def test_a_document_whose_page_says_another_time_leaves_its_hour(store: SqlStore) -> None:
    put(store, *some())
    moved = make_intent("b", tone=Tone.NEGATIVE, source=make_source("Báo B"), at=hours_ago(3))
    with store.begin() as tx:
        tx.replace_document(moved)
        tx.recount_later("b")
    with store.begin() as tx:
        tx.recount()
    assert figures(store)["all"] == [(1, 1, 1), (1, 2, 1)]


def test_placing_in_one_batch_or_one_by_one_counts_the_same(store: SqlStore) -> None:
    for intent in some():
        put(store, intent)
    one_by_one = figures(store)
    with store.begin() as tx:
        placed: list[Placed] = tx.recently_placed(since=SINCE)
        tx.save_placements(placed)
    assert figures(store) == one_by_one


NAMES = st.text("abcdefgh_", min_size=1, max_size=8)
CODES = st.from_regex(r"[0-9]{2}", fullmatch=True)


@given(st.sets(NAMES, max_size=4), st.sets(CODES, max_size=3))
def test_every_stream_of_a_document_can_be_taken_apart(topics: set[str], places: set[str]) -> None:
    found = streams_of(topics, places)
    assert len(found) == 1 + len(topics) + len(places) + len(topics) * len(places)
    for name in found:
        stream = parse(name)
        assert stream.topic is None or stream.topic in topics
        assert stream.place is None or stream.place in places
        assert (stream.kind is StreamKind.ALL) == (name == "all")


def beside(store: SqlStore, work: Callable[[Transaction], object]) -> Thread:
    """Begin a unit of work in a thread; gives it back when it is done or waits for another one."""
    waiting = text("select count(*) from pg_locks l join pg_database d on d.oid = l.database or l.database is null "
                   "where d.datname = current_database() and not l.granted")  # fmt: skip

    def run() -> None:
        with store.begin() as tx:
            work(tx)

    thread = Thread(target=run)
    thread.start()
    with store.read() as looking:
        while thread.is_alive() and not looking.scalar(waiting):
            pass
    return thread


@pytest.fixture
def shared_store(store: SqlStore) -> SqlStore:
    if store.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite a unit of work begins when the other one is done")
    return store


def place_one(tx: Transaction, key: str, story: str) -> None:
    tx.add_documents([make_intent(key, tone=Tone.NEGATIVE, source=make_source(key))])
    [new] = [p for p in tx.unplaced(limit=9) if p.item.id == key]
    tx.save_placements([replace(new, placement=StoryPlacement(id=key, story=story, origin=key), trace=b"x")])


def test_two_that_place_in_one_hour_at_a_time_count_each_others_documents(shared_store: SqlStore) -> None:
    with shared_store.begin() as tx:
        place_one(tx, "a", "s1")
        other = beside(shared_store, lambda tx: place_one(tx, "b", "s2"))
    other.join()
    assert figures(shared_store)["all"] == [(2, 2, 2)]


def test_what_is_asked_for_while_others_are_counted_is_counted_too(shared_store: SqlStore) -> None:
    put(shared_store, *some())
    put(shared_store, make_intent("old", tone=Tone.NEGATIVE, at=hours_ago(5)), story="s2")
    with shared_store.begin() as tx:
        tx.recount_later("a")
    with shared_store.begin() as tx:
        place_one(tx, "d", "s1")
        other = beside(shared_store, lambda tx: tx.recount())
        tx.replace_document(make_intent("old", tone=Tone.NEUTRAL, at=hours_ago(5)))
        tx.recount_later("old")
    other.join()
    with shared_store.begin() as tx:
        tx.recount()
    assert figures(shared_store)["all"] == [(0, 1, 0), (3, 4, 3)]


def test_a_document_that_changes_again_while_it_waits_is_counted_as_it_is(shared_store: SqlStore) -> None:
    put(shared_store, *some())
    with shared_store.begin() as tx:
        tx.recount_later("a")
    with shared_store.begin() as tx:
        tx.replace_document(make_intent("a", tone=Tone.NEUTRAL, source=make_source("Báo A")))
        tx.recount_later("a")
        other = beside(shared_store, lambda tx: tx.recount())
    other.join()
    with shared_store.begin() as tx:
        tx.recount()
    assert figures(shared_store)["story:s1"] == [(1, 3, 1)]
