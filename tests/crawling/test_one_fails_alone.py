"""What fails in one entry or feed stops no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from service.domain.documents import FeedContent, Page
from service.domain.fetching import Failed, FailureKind, Fetched
from service.domain.judgement import Judgement, TextToJudge
from service.scheduling.clock import SetClock
from service.storage.engine import OutOfReachError, SqlStore
from service.usecases.collect import Collector, collect, seed
from service.usecases.ingest import FetchPages
from service.usecases.read_pages import read_pages
from tests.builders import FakeFetcher, FakeReader, RuleClassifier, make_entry, make_feed
from tests.crawling.conftest import NOW

NO_TURN = Failed(kind=FailureKind.NO_TURN, retry_after=timedelta(minutes=1))
CHALLENGE = b"<html><body><script>document.cookie='D1N=1;path=/';window.location.reload();</script></body></html>"


def neighbours(store: SqlStore, reader: FakeReader) -> Collector:
    """A feed that is read first, and one behind it."""
    feeds = [make_feed("dau"), make_feed("sau")]
    answers = {f.url: Fetched(url=f.url, status=200, body=b"x") for f in feeds}
    collector = Collector(
        feeds={f.id: f for f in feeds}, store=store, fetcher=FakeFetcher(dict(answers)), reader=reader,
        classifier=RuleClassifier(), clock=SetClock(NOW), fetch_pages=FetchPages.NONE,
    )  # fmt: skip
    seed(collector)
    reader.feeds.setdefault(feeds[1].url, [make_entry(2)])
    return collector


def test_an_entry_that_the_database_refuses_fails_its_own_feed_only(store: SqlStore) -> None:
    long = "https://" + ".".join(["a" * 63] * 9) + "/tin.html"
    refused = replace(make_entry(1, title="Lương hưu\0"), url=long)
    collector = neighbours(store, FakeReader({make_feed("dau").url: [refused]}))
    if store.engine.dialect.name == "sqlite":  # takes what PostgreSQL refuses

        def broken(texts: Sequence[TextToJudge]) -> list[Judgement]:
            if any("\0" in t.title for t in texts):
                raise ValueError("NUL")
            return RuleClassifier().judge(texts)

        object.__setattr__(collector.classifier, "judge", broken)
    first, second = collect(collector)
    assert first.state.outcome.startswith("lỗi: nội dung hỏng (không lưu được: ")
    assert (first.state.failures, first.ingested.new) == (1, 0)
    assert first.state.next_poll_at >= NOW + timedelta(minutes=15)
    assert (second.feed.id, second.ingested.kept) == ("sau", 1)
    assert collect(collector) == []


def test_a_long_host_in_an_entry_is_no_failure(store: SqlStore) -> None:
    long = "https://" + ".".join(["a" * 63] * 9) + "/tin.html"
    entry = replace(make_entry(1), url=long)
    collector = neighbours(store, FakeReader({make_feed("dau").url: [entry]}))
    assert [p.ingested.kept for p in collect(collector)] == [1, 1]


def test_a_reader_that_breaks_on_a_feed_fails_that_feed_only(store: SqlStore) -> None:
    class Breaking(FakeReader):
        def feed(self, body: bytes, *, url: str, **more: Any) -> FeedContent | Failed:
            if "dau" in url:
                raise RuntimeError("a reader process did not start")
            return super().feed(body, url=url, **more)

    first, second = collect(neighbours(store, Breaking()))
    assert first.state.outcome == "lỗi: nội dung hỏng (không đọc được: RuntimeError)"
    assert (first.state.failures, second.ingested.kept) == (1, 1)


def test_a_database_that_goes_away_is_no_failure_of_feed_or_page(store: SqlStore) -> None:
    class Leaving(RuleClassifier):
        """The database is away, once, when what was judged is to be kept."""

        away = True

        def judge(self, texts: Sequence[TextToJudge]) -> list[Judgement]:
            if self.away:
                self.away = False
                raise OutOfReachError("the server closed the connection")
            return super().judge(texts)

    url = make_entry(1).url
    page = Page(url=url, canonical_url=url, title="Lương hưu", text="Lương hưu tháng ba được chi trả từ ngày mùng hai.")
    reader = FakeReader({make_feed("dau").url: [make_entry(1)]}, {url: page})
    classifier = Leaving()
    collector = replace(neighbours(store, reader), classifier=classifier, fetch_pages=FetchPages.ALL)
    cast("FakeFetcher", collector.fetcher).answers |= {
        make_entry(n).url: Fetched(url=make_entry(n).url, status=200, body=b"x") for n in (1, 2)
    }
    with pytest.raises(OutOfReachError):
        collect(collector)
    first, second = collect(collector)
    assert (first.state.failures, first.ingested.new, second.ingested.new) == (0, 1, 1)
    classifier.away = True
    with pytest.raises(OutOfReachError):
        read_pages(collector)
    assert read_pages(collector) == 1
