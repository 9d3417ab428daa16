from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from service.domain.documents import DateSource
from service.domain.sources import SourceKind
from service.storage.engine import SqlStore
from service.usecases.ingest import FetchPages, Ingested, document_id, ingest
from tests.builders import NOW, RuleClassifier, hours_ago, make_entry, make_feed, make_source

FORUM = make_feed("dien-dan", source=make_source("Diễn đàn", SourceKind.FORUM))


def run(store: SqlStore, entries, feed=None, **more) -> Ingested:
    classifier = more.pop("classifier", None) or RuleClassifier()
    return ingest(entries, feed or make_feed(), store=store, classifier=classifier, now=NOW, **more)


def everything(store: SqlStore) -> str:
    """All text the database holds, as one string."""
    with store.begin() as tx:
        tables = ("documents", "sightings", "daily_drops", "document_topics", "stories")
        return "\n".join(str(row) for t in tables for row in tx.connection.execute(text(f"select * from {t}")))


def test_an_entry_is_taken_once_whatever_feed_brings_it(store: SqlStore) -> None:
    entries = [make_entry(1), make_entry(2)]
    assert run(store, entries) == Ingested(new=2, kept=2, relevant=2)
    assert run(store, [*entries, make_entry(3)]) == Ingested(new=1, kept=1, relevant=1)
    assert run(store, entries, make_feed("khac")) == Ingested()


def test_the_same_entry_twice_in_one_poll_is_one_document(store: SqlStore) -> None:
    assert run(store, [make_entry(1), make_entry(1)]) == Ingested(new=1, kept=1, relevant=1)


def test_entries_that_share_an_address_are_known_by_their_identifiers(store: SqlStore) -> None:
    shared = [replace(make_entry(n), id=f"g{n}", url="https://bao.example.com/") for n in (1, 2, 3, 4)]
    assert run(store, shared[1:]) == Ingested(new=3, kept=3, relevant=3)
    assert run(store, shared) == Ingested(new=1, kept=1, relevant=1)
    assert run(store, [replace(make_entry(5), id=guid) for guid in ("a", "b")]).new == 1  # one article, named twice
    assert document_id(make_entry(5), make_feed()) in everything(store)


def test_what_is_not_about_bhxh_is_remembered_but_not_kept(store: SqlStore) -> None:
    entry = make_entry(1, title="Giá vàng tăng mạnh")
    assert run(store, [entry], fetch_pages=FetchPages.NONE) == Ingested(new=1)
    assert "Giá vàng" not in everything(store)
    assert run(store, [entry], fetch_pages=FetchPages.NONE) == Ingested()


def test_a_missing_date_is_the_time_it_was_first_seen_and_a_future_one_is_clamped(store: SqlStore) -> None:
    feed = make_feed()
    undated, future = make_entry(1, at=None), make_entry(2, at=NOW + timedelta(days=3))
    run(store, [undated, future])
    with store.begin() as tx:
        first, second = tx.document(document_id(undated, feed)), tx.document(document_id(future, feed))
    assert first is not None
    assert second is not None
    assert (first.document.published_at, first.document.date_source) == (NOW, DateSource.FIRST_SEEN)
    assert second.document.published_at == NOW


def test_personal_data_is_judged_in_memory_and_stored_as_placeholders(store: SqlStore) -> None:
    classifier = RuleClassifier()
    entry = make_entry(1, summary="Lương hưu chậm, gọi tôi số 0900 000 000 hoặc bao@example.com nhé")
    run(store, [entry], classifier=classifier)
    assert "0900 000 000" in classifier.seen[0].text
    stored = everything(store)
    assert "0900 000 000" not in stored
    assert "bao@example.com" not in stored
    assert "[PHONE]" in stored


def test_nothing_is_kept_of_a_denunciation_but_a_daily_count(store: SqlStore) -> None:
    entry = make_entry(1, title="Tôi tố cáo giám đốc chi nhánh ăn chặn lương hưu", summary="Đề nghị thanh tra")
    assert run(store, [entry], FORUM) == Ingested(new=1, dropped=1)
    stored = everything(store)
    assert "tố cáo" not in stored
    assert "tin-1" not in stored
    assert "('2026-03-02', 'denunciation', 1)" in stored
    assert run(store, [entry], FORUM) == Ingested()


def test_a_denunciation_leaves_no_trace_in_the_files_of_the_database(tmp_path, sqlite_template) -> None:
    import shutil

    from service.storage.engine import make_engine

    shutil.copy(sqlite_template, tmp_path / "radar.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'radar.db'}")
    run(SqlStore(engine), [make_entry(1, title="Tôi tố cáo phó phòng QUYTRINH77 về lương hưu")], FORUM)
    engine.dispose()
    assert all(b"QUYTRINH77" not in f.read_bytes() for f in tmp_path.iterdir())


def test_posts_are_kept_without_an_address_that_leads_to_a_person(store: SqlStore) -> None:
    post = make_entry(1, title="Lương hưu chậm quá")
    social = make_feed("mang", source=make_source("Mạng", SourceKind.SOCIAL))
    run(store, [type(post)(id="1", url="https://social.example.com/@nguoi.nao.do/112233", title=post.title)], social)
    assert "nguoi.nao.do" not in everything(store)


def test_feed_topics_are_added_to_relevant_documents_only(store: SqlStore) -> None:
    feed = make_feed(topics=("fraud",))
    good, other = make_entry(1), make_entry(2, title="Thời tiết")
    run(store, [good, other], feed)
    with store.begin() as tx:
        first, second = tx.document(document_id(good, feed)), tx.document(document_id(other, feed))
    assert first is not None
    assert second is not None
    assert first.judgement.topics == ("fraud", "pension")
    assert second.judgement.topics == ()


def test_pages_are_due_for_new_articles_not_for_old_ones_or_posts(store: SqlStore) -> None:
    run(store, [make_entry(1), make_entry(2, at=hours_ago(72))])
    run(store, [replace(make_entry(4), url="https://bao.example.com/#/tin/4")])  # a page of scripts for all of them
    run(store, [make_entry(3)], FORUM)
    with store.begin() as tx:
        assert [d.url for d in tx.pages_due(NOW, limit=9)] == ["https://bao.example.com/tin-1.html"]


def test_a_crash_between_judging_and_storing_loses_and_doubles_nothing(store: SqlStore) -> None:
    import pytest

    def crash(tx, new: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(store, [make_entry(1)], also=crash)
    assert run(store, [make_entry(1)]) == Ingested(new=1, kept=1, relevant=1)


def test_entries_without_address_and_identifier_are_told_apart_by_title_and_time(store: SqlStore) -> None:
    bare = [replace(make_entry(n), id="", url="") for n in (1, 2)]
    later = replace(bare[0], published_at=hours_ago(24))
    untitled = [replace(bare[0], title="", summary=f"Lương hưu {n}") for n in (1, 2)]
    assert run(store, [*bare, later, *untitled]).new == 5
    assert run(store, [*bare, later, *untitled]).new == 0
