"""Edits and take-downs are revisions of the same document, never new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from service.domain.documents import Entry, Page, PageComment
from service.domain.fetching import Failed, FailureKind, Fetched, FetchOutcome, RefusalKind, Refused
from service.domain.judgement import Judgement, TextToJudge
from service.domain.revisions import PageState, RevisionKind
from service.domain.sources import SourceKind
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.collect import Collector, collect, seed
from service.usecases.comments import comment_id
from service.usecases.forget import forget
from service.usecases.ingest import FetchPages, document_id, ingest
from service.usecases.place import StoryDesk
from service.usecases.read_pages import check_pages, read_pages
from service.usecases.revise import CHECK_AFTER, after_check
from tests.builders import NOW, FakeFetcher, FakeReader, RuleClassifier, make_entry, make_feed, make_source
from tests.stored import page_state
from tests.usecases.test_findings import MARKED, ORDER, SCAM, ActClassifier, open_limbs

FEED = make_feed()
URL = make_entry(1).url
TEXT = "Lương hưu tháng ba được chi trả từ ngày mùng hai.\nNgười hưởng nhận tiền qua tài khoản trong tuần này."


def page(title: str = "Lương hưu tháng 1", text: str = TEXT, **more) -> Page:
    return Page(url=URL, canonical_url=URL, title=title, text=text, language="vi", **more)


class Desk:
    """A collector whose feed, page and answer the test changes at will."""

    def __init__(self, store: SqlStore, clock: SetClock) -> None:
        self.store, self.clock = store, clock
        self.reader = FakeReader(feeds={FEED.url: [make_entry(1)]}, pages={URL: page()})
        self.fetcher = FakeFetcher({FEED.url: self.answer(FEED.url), URL: self.answer(URL)})
        self.collector = Collector(
            feeds={FEED.id: FEED}, store=store, fetcher=self.fetcher, reader=self.reader,
            classifier=RuleClassifier(), clock=clock,
        )  # fmt: skip
        seed(self.collector)

    @staticmethod
    def answer(url: str) -> FetchOutcome:
        return Fetched(url=url, status=200, body=b"x")

    def poll(self, *entries: Entry) -> None:
        self.reader.feeds[FEED.url] = list(entries)
        self.clock.at += timedelta(hours=7)
        collect(self.collector)

    def wait(self, hours: float) -> None:
        self.clock.at += timedelta(hours=hours)

    def revisions(self) -> Sequence[RevisionKind]:
        return [r.kind for r in SqlReadModels(self.store).revisions(document_id(make_entry(1), FEED))]

    def documents(self) -> int:
        with self.store.begin() as tx:
            return tx.connection.scalar(text("select count(*) from documents")) or 0


@pytest.fixture
def desk(store: SqlStore, clock: SetClock) -> Desk:
    made = Desk(store, clock)
    collect(made.collector)
    assert read_pages(made.collector) == 1
    return made


def test_a_new_title_in_the_feed_is_a_revision_of_the_same_document(desk: Desk) -> None:
    desk.poll(make_entry(1, title="Lương hưu tháng 1 chậm, gọi 0900 000 000"))
    assert desk.documents() == 1
    [revision] = SqlReadModels(desk.store).revisions(document_id(make_entry(1), FEED))
    assert revision.kind == RevisionKind.TITLE
    assert (revision.title_before, revision.title_after) == ("Lương hưu tháng 1", "Lương hưu tháng 1 chậm, gọi [PHONE]")
    assert "{+chậm, gọi [PHONE]+}" in revision.difference
    desk.poll(make_entry(1, title="Lương hưu tháng 1 chậm, gọi 0900 000 000"))
    assert len(desk.revisions()) == 1


def test_spaces_and_the_wording_of_another_feed_are_no_edits(desk: Desk) -> None:
    desk.poll(make_entry(1, title="Lương  hưu tháng 1 "))
    ingest(
        [make_entry(1, title="Từ 1/3: lương hưu tháng 1")], make_feed("khac"), store=desk.store,
        classifier=RuleClassifier(), now=NOW,
    )  # fmt: skip
    assert desk.revisions() == []


def test_an_entry_that_is_about_bhxh_only_under_its_new_title_is_taken_then(store: SqlStore) -> None:
    def poll(title: str) -> int:
        done = ingest(
            [make_entry(1, title=title)], FEED, store=store, classifier=RuleClassifier(), now=NOW,
            fetch_pages=FetchPages.NONE,
        )  # fmt: skip
        return done.kept

    assert [poll("Chuyện hôm nay"), poll("Chuyện hôm nay: lương hưu chậm")] == [0, 1]
    with store.begin() as tx:
        known = tx.document(document_id(make_entry(1), FEED))
    assert known is not None
    assert known.document.title == "Chuyện hôm nay: lương hưu chậm"


def test_nothing_is_kept_to_compare_the_words_of_citizens_with(store: SqlStore) -> None:
    forum = make_feed("dien-dan", source=make_source("Diễn đàn", SourceKind.FORUM))
    for title in ("Lương hưu chậm", "Lương hưu rất chậm"):
        ingest([make_entry(1, title=title)], forum, store=store, classifier=RuleClassifier(), now=NOW)
    with store.begin() as tx:
        assert tx.connection.scalar(text("select count(*) from sightings where digest is not null")) == 0
        assert tx.connection.scalar(text("select count(*) from document_revisions")) == 0


def test_a_page_is_read_again_and_its_edit_kept_as_a_difference(desk: Desk) -> None:
    assert check_pages(desk.collector) == 0
    desk.wait(1.1)
    desk.reader.pages[URL] = page(text=TEXT.replace("mùng hai", "mùng năm"), title="Lương hưu tháng 1 trả chậm")
    assert check_pages(desk.collector) == 1
    title, words = SqlReadModels(desk.store).revisions(document_id(make_entry(1), FEED))
    assert (title.kind, words.kind) == (RevisionKind.TITLE, RevisionKind.TEXT)
    assert "mùng [-hai.-]{+năm.+}" in words.difference
    assert "Người hưởng" not in words.difference
    assert desk.documents() == 1


def test_an_edit_changes_tone_and_counts_of_the_story(desk: Desk, clock: SetClock) -> None:
    StoryDesk(desk.store, clock).place()
    read = SqlReadModels(desk.store)
    assert [s.negative for s in read.stories(after=None, limit=9)] == [0]
    desk.wait(1.1)
    desk.reader.pages[URL] = page(text=TEXT + "\nNhiều người bức xúc vì chờ đợi.")
    check_pages(desk.collector)
    StoryDesk(desk.store, clock).place()
    assert [s.negative for s in read.stories(after=None, limit=9)] == [1]


def test_a_page_that_is_gone_twice_is_a_take_down_and_may_come_back(desk: Desk) -> None:
    desk.wait(1.1)
    desk.fetcher.answers[URL] = Failed(kind=FailureKind.NOT_FOUND)
    assert check_pages(desk.collector) == 0
    desk.wait(0.3)
    assert check_pages(desk.collector) == 1
    assert desk.revisions() == [RevisionKind.TAKEN_DOWN]
    desk.wait(6)
    desk.fetcher.answers[URL] = desk.answer(URL)
    assert check_pages(desk.collector) == 1
    assert desk.revisions() == [RevisionKind.TAKEN_DOWN, RevisionKind.RESTORED]
    assert desk.documents() == 1


def test_pages_are_read_again_for_two_days_only(desk: Desk) -> None:
    asked = len(desk.fetcher.requests)
    for _ in range(30):
        desk.wait(3)
        check_pages(desk.collector)
    assert len(desk.fetcher.requests) - asked == len(CHECK_AFTER)


STATE = PageState(document_id="d", url=URL, due_at=NOW)


@pytest.mark.parametrize(
    ("outcome", "taken_down", "missing"),
    [
        (Failed(kind=FailureKind.GONE), True, True),
        (Failed(kind=FailureKind.NOT_FOUND), False, True),
        (Fetched(url="https://bao.example.com/", status=200, body=b""), False, True),
        (Fetched(url=URL, status=200, body=b""), False, False),
        (Failed(kind=FailureKind.TIMEOUT), False, None),
        (Failed(kind=FailureKind.SERVER_ERROR), False, None),
        (Refused(kind=RefusalKind.FORBIDDEN), False, None),
    ],
)
def test_what_an_answer_says_of_a_page(outcome: FetchOutcome, taken_down: bool, missing: bool | None) -> None:
    checked = after_check(STATE, outcome, first_read=NOW, now=NOW)
    assert (checked.state.taken_down, checked.missing) == (taken_down, missing)
    assert checked.state.due_at is not None
    assert checked.state.due_at > NOW


def test_pages_put_off_by_a_clock_that_was_ahead_are_read_when_it_is_right(store: SqlStore, clock: SetClock) -> None:
    desk = Desk(store, clock)
    clock.at += timedelta(days=400)
    desk.poll(make_entry(1, at=clock.at))
    clock.at = NOW
    assert read_pages(desk.collector) == 1
    with store.begin() as tx:
        state = page_state(tx, document_id(make_entry(1), FEED))
        tx.save_page(replace(state, due_at=clock.at + timedelta(days=400)))
        assert len(tx.pages_to_check(clock.at, limit=9)) == 1
        tx.save_page(replace(state, due_at=clock.at + timedelta(days=30)))
        assert tx.pages_to_check(clock.at, limit=9) == []


def test_a_failure_in_between_does_not_clear_a_take_down() -> None:
    gone = after_check(STATE, Failed(kind=FailureKind.GONE), first_read=NOW, now=NOW).state
    after = after_check(gone, Failed(kind=FailureKind.TIMEOUT), first_read=NOW, now=NOW + timedelta(hours=1))
    assert after.state.taken_down


def test_an_answer_that_was_not_read_says_nothing_of_a_page_that_is_gone(desk: Desk) -> None:
    desk.fetcher.answers[URL] = Failed(kind=FailureKind.GONE)
    desk.wait(1)
    assert check_pages(desk.collector) == 1
    assert desk.revisions() == [RevisionKind.TAKEN_DOWN]
    desk.fetcher.answers[URL] = desk.answer(URL)
    desk.reader.pages[URL] = None  # the reader was killed or too slow
    desk.wait(6)
    assert check_pages(desk.collector) == 0
    assert desk.revisions() == [RevisionKind.TAKEN_DOWN]
    desk.reader.pages[URL] = page()
    desk.wait(18)
    assert check_pages(desk.collector) == 1


def test_a_host_that_asks_for_time_is_not_asked_for_a_page_before_it() -> None:
    hours = timedelta(hours=9)
    asked = after_check(STATE, Failed(kind=FailureKind.SERVER_ERROR, retry_after=hours), first_read=NOW, now=NOW)
    left = Refused(kind=RefusalKind.RATE_LIMITED, retry_after=hours, asked=False)
    unasked = after_check(STATE, left, first_read=NOW, now=NOW)
    for checked, checks in ((asked, 1), (unasked, 0)):
        assert checked.missing is None
        assert checked.state.checks == checks
        assert checked.state.due_at is not None
        assert checked.state.due_at >= NOW + hours


def test_the_quick_extractor_s_text_is_replaced_not_compared(desk: Desk) -> None:
    with desk.store.begin() as tx:
        state = page_state(tx, document_id(make_entry(1), FEED))
        tx.save_page(replace(state, thorough=False))
    desk.wait(1.1)
    desk.reader.pages[URL] = page(text=TEXT + "\nXem thêm: lương hưu.")
    assert check_pages(desk.collector) == 0
    with desk.store.begin() as tx:
        known = tx.document(document_id(make_entry(1), FEED))
    assert known is not None
    assert known.document.text.endswith("Xem thêm: lương hưu.")


def test_comments_of_the_page_are_judged_and_kept_without_their_writers(store: SqlStore, clock: SetClock) -> None:
    desk = Desk(store, clock)
    comments = ("Lương hưu chậm quá, gọi 0900 000 000", "Hay lắm", "Tôi tố cáo ông ấy ăn chặn lương hưu")
    desk.reader.pages[URL] = page(comments=tuple(PageComment(text=c) for c in comments), comment_count=12)
    collect(desk.collector)
    read_pages(desk.collector)
    desk.wait(1.1)
    check_pages(desk.collector)
    with store.begin() as tx:
        rows = tx.connection.execute(text("select title, text, url from documents where kind = 'comment'")).all()
        dropped = tx.connection.scalar(text("select count from daily_drops"))
        state = page_state(tx, document_id(make_entry(1), FEED))
    assert [tuple(r) for r in rows] == [("", "Lương hưu chậm quá, gọi [PHONE]", f"{URL}#binh-luan")]
    assert dropped == 1
    assert state.comments == 12


def test_comments_lead_to_findings_and_stay_away_when_deleted_on_request(store: SqlStore, clock: SetClock) -> None:
    desk = Desk(store, clock)
    desk.collector = replace(desk.collector, classifier=ActClassifier())
    scam = f"BHXH đây, {SCAM}"
    desk.reader.pages[URL] = page(comments=(PageComment(text=scam), PageComment(text="Lương hưu chậm quá")))
    collect(desk.collector)
    article = document_id(make_entry(1), FEED)
    with store.begin() as tx:
        tx.remember_forgotten([comment_id(article, "Lương hưu chậm quá")], at=NOW)
    read_pages(desk.collector)
    [listed] = SqlReadModels(store).findings(states=["open"], before=None, limit=10)
    assert (listed.limb, listed.kind) == ("property", "comment")
    assert desk.documents() == 2


def test_comments_of_an_article_that_is_deleted_while_they_are_judged_are_not_taken(
    store: SqlStore, clock: SetClock
) -> None:
    desk = Desk(store, clock)
    desk.reader.pages[URL] = page(comments=(PageComment(text="Lương hưu chậm quá"),))
    collect(desk.collector)

    class Slow(RuleClassifier):
        def judge(self, texts: Sequence[TextToJudge]) -> list[Judgement]:
            if any(t.kind == "comment" for t in texts):
                forget(URL, store=store, clock=clock)
            return super().judge(texts)

    desk.collector = replace(desk.collector, classifier=Slow())
    read_pages(desk.collector)
    assert desk.documents() == 0


@pytest.mark.parametrize(("backlog", "thorough"), [(600, True), (0, False)])
def test_the_quick_extractor_works_off_a_backlog(
    backlog: int, thorough: bool, store: SqlStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.usecases.read_pages.BACKLOG", backlog)
    desk = Desk(store, clock)
    collect(desk.collector)
    read_pages(desk.collector)
    assert desk.reader.thorough == [thorough]
    with store.begin() as tx:
        state = page_state(tx, document_id(make_entry(1), FEED))
    assert state.thorough == thorough


def test_a_page_that_leads_to_the_front_page_is_not_the_article(store: SqlStore, clock: SetClock) -> None:
    desk = Desk(store, clock)
    front = "https://bao.example.com/"
    desk.fetcher.answers[URL] = desk.answer(front)
    desk.reader.pages[front] = replace(page(text="Trang nhất: lương hưu, bóng đá, thời tiết hôm nay."), url=front)
    collect(desk.collector)
    assert read_pages(desk.collector) == 0
    with store.begin() as tx:
        known = tx.document(document_id(make_entry(1), FEED))
    assert known is not None
    assert known.document.partial


def test_a_notice_in_place_of_the_article_is_a_take_down_not_an_edit(desk: Desk) -> None:
    desk.wait(1.1)
    desk.reader.pages[URL] = page(title="Báo Mẫu", text="Bài viết không tồn tại hoặc đã bị xóa.")
    assert check_pages(desk.collector) == 0
    desk.wait(0.3)
    assert check_pages(desk.collector) == 1
    assert desk.revisions() == [RevisionKind.TAKEN_DOWN]
    with desk.store.begin() as tx:
        known = tx.document(document_id(make_entry(1), FEED))
    assert known is not None
    assert known.document.text == TEXT


LOG_IN = Page(
    url="https://bao.example.com/dang-nhap", canonical_url="https://bao.example.com/dang-nhap", title="Đăng nhập",
    text="Vui lòng đăng nhập để tiếp tục đọc báo.",
)  # fmt: skip


def test_a_log_in_in_place_of_the_article_is_no_edit(desk: Desk) -> None:
    desk.fetcher.answers[URL] = desk.answer(LOG_IN.url)
    desk.reader.pages[LOG_IN.url] = LOG_IN
    for hours in (1.1, 5, 18):
        desk.wait(hours)
        assert check_pages(desk.collector) == 0
    desk.fetcher.answers[URL] = desk.answer(URL)
    desk.wait(24.1)
    assert check_pages(desk.collector) == 0
    assert desk.revisions() == []
    with desk.store.begin() as tx:
        known = tx.document(document_id(make_entry(1), FEED))
    assert known is not None
    assert (known.document.title, known.document.text) == ("Lương hưu tháng 1", TEXT)


def test_an_article_is_read_when_what_stood_in_its_place_has_gone(store: SqlStore, clock: SetClock) -> None:
    desk = Desk(store, clock)
    desk.reader.feeds[FEED.url] = [make_entry(1, title="Chậm chi trả, dân chờ", summary="Xem bài viết")]
    desk.reader.pages[URL] = page(title="Bảo trì hệ thống", text="Website đang được nâng cấp, vui lòng quay lại sau.")
    collect(desk.collector)
    assert read_pages(desk.collector) == 0
    desk.wait(0.5)
    desk.reader.pages[URL] = page(title="Báo Mẫu", text=TEXT * 9)
    assert read_pages(desk.collector) == 1
    with store.begin() as tx:
        known = tx.document(document_id(make_entry(1), FEED))
    assert known is not None
    assert known.document.title == "Chậm chi trả, dân chờ"
    desk.wait(1)
    assert check_pages(desk.collector) == 0


@pytest.mark.parametrize("title", ["Người già xếp hàng từ sớm", "Lương hưu chưa về"])
def test_an_answer_without_text_is_asked_for_again(title: str, store: SqlStore, clock: SetClock) -> None:
    desk = Desk(store, clock)
    desk.reader.feeds[FEED.url] = [make_entry(1, title=title, summary="Xem bài viết")]
    desk.reader.pages[URL] = None  # empty, or the reader was killed or too slow
    collect(desk.collector)
    assert read_pages(desk.collector) == 0
    desk.reader.pages[URL] = page(title=title)
    assert read_pages(desk.collector) == 0
    desk.wait(0.2)
    assert read_pages(desk.collector) == 1
    with store.begin() as tx:
        known = tx.document(document_id(make_entry(1), FEED))
    assert known is not None
    assert (known.document.partial, known.document.text) == (False, TEXT)


def test_a_text_that_is_written_anew_is_an_edit(desk: Desk) -> None:
    desk.wait(1.1)
    desk.reader.pages[URL] = page(text="Cơ quan bảo hiểm đính chính toàn bộ thông tin về lương hưu đã đăng.")
    assert check_pages(desk.collector) == 1
    assert desk.revisions() == [RevisionKind.TEXT]


def test_an_edit_brings_a_finding_or_takes_it_away_again(store: SqlStore, clock: SetClock) -> None:
    desk = Desk(store, clock)
    desk.collector = replace(desk.collector, classifier=ActClassifier())
    collect(desk.collector)
    read_pages(desk.collector)
    assert open_limbs(store) == []
    lure = page(text=f"{TEXT}\nCán bộ BHXH đây, gọi 0912 345 678. {ORDER}")
    for hours, read, found in [(2, lure, MARKED), (6, page(), []), (24, lure, MARKED)]:
        desk.wait(hours)
        desk.reader.pages[URL] = read
        assert check_pages(desk.collector) == 1
        assert open_limbs(store) == found


@pytest.mark.parametrize("before", ["Chuyện hôm nay", "Lương hưu hôm nay"])
def test_an_entry_under_a_new_title_has_the_findings_of_its_words(before: str, store: SqlStore) -> None:
    def poll(title: str, words: str) -> None:
        ingest(
            [make_entry(1, title=title, summary=words)], FEED, store=store, classifier=ActClassifier(), now=NOW,
            fetch_pages=FetchPages.NONE,
        )  # fmt: skip

    poll(before, "Nghe nói.")
    assert open_limbs(store) == []
    poll("Chuyện hôm nay: lương hưu chậm", f"Gọi 0912 345 678. {ORDER}")
    assert open_limbs(store) == MARKED
