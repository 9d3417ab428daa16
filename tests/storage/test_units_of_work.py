"""Units of work on both databases."""

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError

from service.domain.documents import DocumentKind
from service.domain.fetching import FeedState
from service.domain.judgement import Place, Tone
from service.domain.notifications import Delivered, Rejected, Retry
from service.domain.sources import SourceKind
from service.storage.engine import SqlStore
from tests.alerts import make_draft
from tests.builders import NOW, hours_ago, make_intent, make_source
from tests.stored import put_in_stories, waiting

SERVICE = Path(__file__).parents[2] / "service"
COMMIT = re.compile(r"\.commit\(|(?:engine|connection|session)\.begin\(|AUTOCOMMIT")
# whose changes are no part of a unit of work
ALONE = {"storage/migrate.py", "storage/rate_windows.py", "storage/turns.py"}


def state(feed_id: str, at: datetime = NOW) -> FeedState:
    return FeedState(feed_id=feed_id, next_poll_at=at)


def place(store: SqlStore, story: str = "s1", origin_of: dict[str, str] | None = None) -> None:
    with store.begin() as tx:
        put_in_stories(tx, story, origin_of or {}, trace=b"x")


def spoil(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.record_sightings(["a"], feed_id="f", at=NOW)
        raise RuntimeError


def test_commits_happen_in_one_place() -> None:
    files = {str(p.relative_to(SERVICE)): p.read_text(encoding="utf-8") for p in SERVICE.rglob("*.py")}
    assert {name for name, code in files.items() if COMMIT.search(code)} == {"storage/engine.py", *ALONE}


def test_a_block_that_raises_leaves_nothing_behind(store: SqlStore) -> None:
    with pytest.raises(RuntimeError):
        spoil(store)
    with store.begin() as tx:
        assert tx.unseen(["a"]) == {"a"}


def test_sightings_are_recorded_once(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.record_sightings(["a", "b"], feed_id="f", at=NOW)
        tx.record_sightings(["b", "c"], feed_id="g", at=NOW)
        assert tx.unseen(["a", "b", "c", "d"]) == {"d"}


def test_unseen_takes_more_keys_than_a_statement_has_parameters(store: SqlStore) -> None:
    keys = [f"k{i}" for i in range(40_000)]
    with store.begin() as tx:
        tx.record_sightings(keys[:1_200], feed_id="f", at=NOW)
        assert len(tx.unseen(keys)) == 38_800


def test_feeds_keep_their_state_when_they_are_seeded_again(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.seed_feeds([state("a"), state("b")])
        tx.save_feed(FeedState(feed_id="a", next_poll_at=NOW + timedelta(hours=1), etag='"x"', failures=2))
        tx.seed_feeds([state("a"), state("c")])
        kept = tx.feed_state("a")
        assert kept is not None
        assert (kept.etag, kept.failures) == ('"x"', 2)
        assert [s.feed_id for s in tx.due_feeds(NOW, among=["a", "b", "c"], limit=10)] == ["b", "c"]
        assert tx.due_feeds(NOW, among=["c"], limit=10)[0].feed_id == "c"


def test_times_come_back_in_utc_and_naive_ones_are_refused(store: SqlStore) -> None:
    vietnam = timezone(timedelta(hours=7))
    with store.begin() as tx:
        tx.seed_feeds([state("a", NOW.astimezone(vietnam))])
        found = tx.feed_state("a")
        assert found is not None
        assert found.next_poll_at == NOW
        assert found.next_poll_at.utcoffset() == timedelta(0)
    with pytest.raises(StatementError, match="without offset"), store.begin() as tx:
        tx.seed_feeds([state("b", datetime(2026, 3, 2, 3, 0))])  # noqa: DTZ001


def test_a_document_comes_back_as_it_went_in(store: SqlStore) -> None:
    intent = make_intent("a", tone=Tone.NEGATIVE, topics=("fund", "pension"), places=(Place("01", "Hà Nội"),))
    with store.begin() as tx:
        tx.add_documents([intent])
        tx.add_documents([make_intent("a", tone=Tone.POSITIVE)])
        found = tx.document("a")
    assert found is not None
    assert found.judgement == intent.judgement
    assert found.document.title == intent.document.title


def test_counts_are_of_origins_and_publishers(store: SqlStore) -> None:
    other = make_source("Báo Khác")
    with store.begin() as tx:
        tx.add_documents([
            make_intent("a", tone=Tone.NEGATIVE),
            make_intent("b", tone=Tone.NEGATIVE, source=other),
            make_intent("c", tone=Tone.NEGATIVE, source=make_source("Báo Chép")),
            make_intent("d", tone=Tone.POSITIVE),
            make_intent("e", relevant=False),
        ])  # fmt: skip
    place(store, origin_of={"c": "b"})
    with store.begin() as tx:
        [everything] = tx.bins("all", since=hours_ago(1), until=NOW + timedelta(hours=1))
        assert (everything.value, everything.total, everything.sources) == (2, 3, 2)
        assert tx.streams() == ["all", "story:s1", "topic:pension"]
        assert [
            e.document_id for e in tx.evidence("topic:pension", since=hours_ago(1), until=hours_ago(-1), limit=9)
        ] == ["a", "b"]


def test_evidence_says_which_titles_are_of_the_press(store: SqlStore) -> None:
    forum = make_source("Diễn đàn", SourceKind.FORUM)
    letter, plain = (make_intent(key, tone=Tone.NEGATIVE) for key in ("b", "d"))
    comment = replace(plain, document=replace(plain.document, kind=DocumentKind.COMMENT))
    with store.begin() as tx:
        tx.add_documents([
            make_intent("a", tone=Tone.NEGATIVE),
            replace(letter, document=replace(letter.document, protected_section=True)),
            make_intent("c", tone=Tone.NEGATIVE, source=forum), comment, make_intent("e", tone=Tone.NEGATIVE, title=""),
        ])  # fmt: skip
    place(store)
    with store.begin() as tx:
        found = tx.evidence("topic:pension", since=hours_ago(1), until=hours_ago(-1), limit=9)
    assert [(e.document_id, e.press) for e in found] == [(i, i == "a") for i in "abcde"]


def test_counting_again_gives_the_same_counts(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("a", tone=Tone.NEGATIVE)])
    place(store)
    with store.begin() as tx:
        tx.add_documents([make_intent("b", tone=Tone.NEGATIVE)])
    place(store)
    place(store)
    with store.begin() as tx:
        [everything] = tx.bins("all", since=hours_ago(1), until=NOW + timedelta(hours=1))
    assert (everything.value, everything.total) == (2, 2)


def test_the_outbox_takes_a_key_once_and_tries_until_it_is_done(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.enqueue([make_draft("k"), make_draft("l")], at=NOW)
        tx.enqueue([make_draft("k")], at=NOW)
        first, second = waiting(tx, NOW)
        tx.record_delivery(first.id, Retry(at=NOW + timedelta(minutes=1), reason="busy"), at=NOW, dead=False)
        tx.record_delivery(second.id, Rejected(reason="550"), at=NOW, dead=False)
        assert waiting(tx, NOW) == []
        [again] = waiting(tx, NOW + timedelta(minutes=1))
        assert (again.draft.key, again.attempts) == ("k", 1)
        tx.record_delivery(again.id, Delivered(detail="250"), at=NOW, dead=False)
        assert waiting(tx, NOW + timedelta(days=1)) == []


def test_texts_are_forgotten_and_the_rest_stays(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("old", at=hours_ago(100)), make_intent("new")])
        tx.record_sightings(["old"], feed_id="f", at=hours_ago(100))
        assert (tx.forget_texts(before=hours_ago(50)), tx.forget_sightings(before=hours_ago(50))) == (1, 1)
        old, new = tx.document("old"), tx.document("new")
    assert old is not None
    assert new is not None
    assert (old.document.text, old.document.excerpt) == ("", "Nội dung")
    assert new.document.text == "Nội dung"


def test_drops_are_counted_by_day(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.record_drops("denunciation", 2, day="2026-03-02")
        tx.record_drops("denunciation", 3, day="2026-03-02")
        rows = tx.connection.exec_driver_sql("select day, reason, count from daily_drops").all()
    assert [tuple(r) for r in rows] == [("2026-03-02", "denunciation", 5)]


def test_errors_of_the_database_show_no_values(store: SqlStore) -> None:
    with pytest.raises(DBAPIError) as caught, store.begin() as tx:
        tx.connection.execute(text("select * from no_such_table where a = :a"), {"a": "số sổ 0123456789"})
    assert "0123456789" not in str(caught.value)
