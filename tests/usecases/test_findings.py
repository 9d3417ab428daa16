"""From judgements with acts to findings, with evidence that stands right in the masked text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from service.domain.documents import Entry, Page
from service.domain.fetching import Fetched
from service.domain.judgement import Act, Judgement, Limb
from service.domain.sources import SourceKind
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.collect import Collector
from service.usecases.ingest import FetchPages, ingest
from service.usecases.read_pages import read_pages
from tests.builders import NOW, FakeFetcher, FakeReader, RuleClassifier, make_entry, make_feed, make_source

SCAM = "Cán bộ BHXH đây. Gọi 0912 345 678 ngay. Chuyển 500.000 đồng phí hồ sơ vào STK 0123456789 nhé. Xin cảm ơn."
ORDER = "Chuyển 500.000 đồng phí hồ sơ vào STK 0123456789 nhé."


@dataclass
class ActClassifier(RuleClassifier):
    """Finds the act `property` where the order stands."""

    def _one(self, t):  # type: ignore[no-untyped-def]
        judged: Judgement = super()._one(t)
        at = t.text.find(ORDER)
        if at < 0:
            return judged
        act = Act(limb=Limb.PROPERTY, clause=3, score=0.93, evidence=((at, at + len(ORDER)),))
        return replace(judged, acts=(act,))


def post(text: str, *, title: str = "BHXH") -> Entry:
    return make_entry(1, title=title, summary=text)


def forum():
    return make_feed(source=make_source(kind=SourceKind.FORUM))


def open_limbs(store: SqlStore) -> list[tuple[str, list[str]]]:
    """Limbs of the open findings, each with the pieces of the kept text that are its evidence."""
    read = SqlReadModels(store)
    details = [read.finding(listed.id) for listed in read.findings(states=["open"], before=None, limit=10)]
    return [(d.finding.limb, [piece for piece, marked in d.parts if marked]) for d in details if d is not None]


MARKED = [("property", [ORDER.replace("0123456789", "[ACCOUNT]")])]


def test_evidence_of_a_post_stands_right_although_its_text_was_masked(store: SqlStore, clock: SetClock) -> None:
    ingest([post(SCAM)], forum(), store=store, classifier=ActClassifier(), now=NOW)
    read = SqlReadModels(store)
    [listed] = read.findings(states=["open"], before=None, limit=10)
    assert (listed.limb, listed.kind, listed.state) == ("property", "post", "open")
    detail = read.finding(listed.id)
    assert detail is not None
    assert "0912" not in str(detail)
    assert "0123456789" not in str(detail)
    assert [piece for piece, marked in detail.parts if marked] == [
        "Chuyển 500.000 đồng phí hồ sơ vào STK [ACCOUNT] nhé."
    ]
    assert "".join(piece for piece, _ in detail.parts) == detail.text


def test_a_denunciation_leaves_no_finding(store: SqlStore, clock: SetClock) -> None:
    ingest([post(f"Tôi tố cáo. {SCAM}")], forum(), store=store, classifier=ActClassifier(), now=NOW)
    assert SqlReadModels(store).findings(states=["open"], before=None, limit=10) == []


def test_the_text_goes_with_its_retention_and_the_finding_stays(store: SqlStore, clock: SetClock) -> None:
    ingest([post(SCAM)], forum(), store=store, classifier=ActClassifier(), now=NOW)
    with store.begin() as tx:
        tx.forget_texts(before=NOW + timedelta(days=31))
    read = SqlReadModels(store)
    [listed] = read.findings(states=["open"], before=None, limit=10)
    detail = read.finding(listed.id)
    assert detail is not None
    assert (detail.text, detail.parts) == (None, [])


def test_a_document_that_is_deleted_takes_its_findings_along(store: SqlStore, clock: SetClock) -> None:
    ingest([post(SCAM)], forum(), store=store, classifier=ActClassifier(), now=NOW)
    read = SqlReadModels(store)
    [listed] = read.findings(states=["open"], before=None, limit=10)
    detail = read.finding(listed.id)
    assert detail is not None
    with store.begin() as tx:
        tx.delete_documents([detail.finding.document_id])
    assert read.finding(listed.id) is None


def test_a_page_that_was_read_replaces_what_the_feed_had_shown(store: SqlStore, clock: SetClock) -> None:
    feed, classifier = make_feed(), ActClassifier()
    entry = post(SCAM)
    ingest([entry], feed, store=store, classifier=classifier, now=NOW, fetch_pages=FetchPages.ALL)
    page = Page(url=entry.url, canonical_url=entry.url, title="BHXH", text=f"Trang đầy đủ về BHXH. {ORDER} Hết.")
    answer = Fetched(url=entry.url, status=200, body=b"x", content_type="text/html")
    collector = Collector(
        feeds={feed.id: feed},
        store=store,
        fetcher=FakeFetcher({entry.url: answer}),
        reader=FakeReader(pages={entry.url: page}),
        classifier=classifier,
        clock=clock,
    )
    assert read_pages(collector) == 1
    read = SqlReadModels(store)
    [listed] = read.findings(states=["open"], before=None, limit=10)
    detail = read.finding(listed.id)
    assert detail is not None
    assert [piece for piece, marked in detail.parts if marked] == [ORDER.replace("0123456789", "[ACCOUNT]")]
