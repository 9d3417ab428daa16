"""Whatever happens to documents, in whatever order: stories and counts say what they say, on both databases."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select
from sqlalchemy.event import listen

from service.domain.intents import DocumentIntent
from service.domain.judgement import Place, Tone
from service.domain.streams import HOUR, STORY_ORIGINS, bin_start, story_stream, streams_of
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.schema import Base
from service.usecases.place import StoryDesk
from service.usecases.tidy import look_at_phases, merge, split
from tests.builders import NOW, make_intent, make_source
from tests.stored import put_in_stories

TEXTS = (
    "Cảnh báo tin nhắn giả mạo cơ quan chức năng yêu cầu cập nhật căn cước",
    "Bệnh viện huyện thiếu vật tư phẫu thuật, người bệnh phải tự mua chỉ khâu",
    "Bệnh viện huyện thiếu vật tư phẫu thuật, người bệnh phải tự mua thuốc và chỉ khâu nhiều ngày qua",
)
HANOI = Place("01", "Hà Nội")
JUDGED = {
    "relevant": st.sampled_from([True, True, True, False]),
    "tone": st.sampled_from([Tone.NEGATIVE, Tone.NEGATIVE, Tone.NEUTRAL]),
    "topics": st.sampled_from([("pension",), ("fund",), ("fund", "pension")]),
    "places": st.sampled_from([(), (HANOI,)]),
    "hours": st.integers(0, 2),
}
TABLES = {t.name: t for t in Base.metadata.sorted_tables}
NUMBERS = st.integers(0, 99)


def rows(store: SqlStore, name: str) -> list[Any]:
    with store.read() as connection:
        return list(connection.execute(select(TABLES[name])))


def intent(key: str, text: str, outlet: str, *, hours: int, **judged: Any) -> DocumentIntent:
    if not judged["relevant"]:
        judged |= {"topics": (), "places": ()}
    at = NOW - timedelta(hours=hours)
    return make_intent(
        key, title=text, excerpt=text, text=text, at=at, first_seen_at=NOW, source=make_source(outlet), **judged
    )


class Counting(RuleBasedStateMachine):
    """One database; it is emptied for each history."""

    def __init__(self, store: SqlStore) -> None:
        super().__init__()
        self.store, self.clock = store, SetClock(NOW)
        self.number = 0

    @initialize()
    def empty(self) -> None:
        with self.store.begin() as tx:
            for name in ("recounts", "story_decisions", "story_states", "stories", "counts"):
                tx.connection.execute(TABLES[name].delete())
            tx.delete_documents([r.id for r in rows(self.store, "documents")])
        self.restart()
        begin = {"relevant": True, "tone": Tone.NEGATIVE, "topics": ("pension",), "places": (HANOI,), "hours": 0}
        for text, outlet in ((0, "A"), (0, "B"), (0, "C"), (1, "A"), (2, "B"), (1, "C")):
            self.put(TEXTS[text], outlet, **begin)

    @rule()
    def restart(self) -> None:
        self.desk = StoryDesk(self.store, self.clock)
        look_at_phases(self.store, self.clock.now())

    @rule(text=st.sampled_from(TEXTS), outlet=st.sampled_from("ABC"), **JUDGED)
    def put(self, text: str, outlet: str, **judged: Any) -> None:
        self.number += 1
        with self.store.begin() as tx:
            tx.add_documents([intent(f"d{self.number}", text, outlet, **judged)])
        self.desk.place()

    @property
    def documents(self) -> list[Any]:
        return sorted(rows(self.store, "documents"), key=lambda d: d.id)

    @property
    def stories(self) -> list[str]:
        return sorted(s.id for s in rows(self.store, "stories"))

    @precondition(lambda self: self.documents)
    @rule(n=NUMBERS, **JUDGED)
    def judge_again(self, n: int, **judged: Any) -> None:
        known = self.documents[n % len(self.documents)]
        new = intent(known.id, known.title, known.publisher, **judged)
        with self.store.begin() as tx:
            tx.replace_document(replace(new, document=replace(new.document, first_seen_at=known.first_seen_at)))
            tx.recount_later(known.id)
        self.desk.place()

    @precondition(lambda self: self.documents)
    @rule(n=NUMBERS, on_request=st.booleans(), origin=st.booleans())
    def erase(self, n: int, on_request: bool, origin: bool) -> None:
        known = self.documents[n % len(self.documents)]
        key = known.origin_id or known.id if origin else known.id
        with self.store.begin() as tx:
            if on_request:
                tx.erase_documents([key])
            else:
                tx.delete_documents([key])

    @precondition(lambda self: len(self.stories) > 1)
    @rule(n=NUMBERS)
    def merge(self, n: int) -> None:
        kept = self.stories[n % len(self.stories)]
        absorbed = self.stories[(n + 1) % len(self.stories)]
        merge(self.store, self.clock, kept=kept, absorbed=absorbed, who="an@example.com", reason="")

    @precondition(lambda self: any(s.documents > 1 for s in rows(self.store, "stories")))
    @rule(n=NUMBERS)
    def split(self, n: int) -> None:
        story = min(s.id for s in rows(self.store, "stories") if s.documents > 1)
        members = [d.id for d in self.documents if d.story_id == story and d.relevant]
        leaves = (members[n % len(members)],)
        split(self.store, self.clock, story=story, documents=leaves, who="an@example.com", reason="")

    @invariant()
    def counts_are_those_of_the_documents(self) -> None:
        labels = defaultdict(set)
        for name, column in (("document_topics", "topic"), ("document_places", "code")):
            for r in rows(self.store, name):
                labels[r.document_id, column].add(getattr(r, column))
        cells: defaultdict[tuple[str, Any], list[Any]] = defaultdict(list)
        origins = [d for d in self.documents if d.relevant and d.origin_id == d.id]
        for d in origins:
            streams = list(streams_of(labels[d.id, "topic"], labels[d.id, "code"]))
            if sum(o.story_id == d.story_id for o in origins) >= STORY_ORIGINS:
                streams.append(story_stream(d.story_id))
            for stream in streams:
                cells[stream, bin_start(d.published_at, HOUR)].append(d)
        counted = {(c.stream, c.start): (c.value, c.total, c.sources) for c in rows(self.store, "counts")}
        assert counted == {cell: figures(found) for cell, found in cells.items()}

    @invariant()
    def stories_are_those_of_their_documents(self) -> None:
        members = defaultdict(list)
        for d in self.documents:
            if d.relevant and d.story_id:
                members[d.story_id].append(d)
        kept = {s.id: (s.documents, s.origins, s.negative, s.publishers) for s in rows(self.store, "stories")}
        assert kept == {
            story: (
                len(found), sum(d.origin_id == d.id for d in found),
                sum(d.origin_id == d.id and d.tone == Tone.NEGATIVE for d in found), len({d.publisher for d in found}),
            )
            for story, found in members.items()
        }  # fmt: skip
        assert {s.story_id for s in rows(self.store, "story_states")} <= kept.keys()

    @invariant()
    def every_copy_has_its_origin_in_its_story(self) -> None:
        home = {d.id: d.story_id for d in self.documents}
        assert [d.id for d in self.documents if d.story_id and home.get(d.origin_id) != d.story_id] == []
        relevant = {d.id for d in self.documents if d.relevant}
        assert [d.id for d in self.documents if d.story_id and d.relevant and d.origin_id not in relevant] == []


def figures(found: list[Any]) -> tuple[int, int, int]:
    negative = [d.publisher for d in found if d.tone == Tone.NEGATIVE]
    return len(negative), len(found), len(set(negative))


def test_stories_of_a_batch_are_counted_together(store: SqlStore) -> None:
    """Whoever merges or labels waits meanwhile: two statements a story were most of that time."""
    asked: list[str] = []
    with store.begin() as tx:
        tx.add_documents([make_intent(f"{n}-{of}", at=NOW - n * HOUR) for n in range(40) for of in "abc"[: 1 + n % 3]])
        put_in_stories(tx, {f"{n}-{of}": f"s{n}" for n in range(40) for of in "abc"})
    listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    for stories in ([], [f"s{n}" for n in range(40)]):
        with store.begin() as tx:
            tx.connection.execute(delete(TABLES["counts"]).where(TABLES["counts"].c.stream.like("story:%")))
            asked.clear()
            tx.count_again([], stories)
        assert len(asked) <= 5
    counted = {r.stream: r.total for r in rows(store, "counts") if r.stream.startswith("story:")}
    assert counted == {story_stream(f"s{n}"): 1 + n % 3 for n in range(40) if 1 + n % 3 >= STORY_ORIGINS}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_counts_and_stories_follow_their_documents(store: SqlStore) -> None:
    run_state_machine_as_test(
        lambda: Counting(store),
        settings=settings(
            max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
