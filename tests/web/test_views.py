"""What pages say of numbers and states, in words that people read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from service.domain.accounts import Role
from service.domain.fetching import FeedState
from service.domain.notifications import Delivered
from service.reporting.files import ReportMaker
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.accounts import Accounts
from service.usecases.rounds import Rounds
from tests.alerts import make_draft
from tests.builders import NOW, make_feed
from tests.stored import waiting
from tests.web.conftest import ACCEPT, LOOPBACK, Browser, DeskBrowser, MakeBrowser


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_a_message_that_was_sent_says_so_once(log_in: Callable[..., DeskBrowser], store: SqlStore) -> None:
    with store.begin() as tx:
        draft = make_draft(recipient="a@agency.example.com", subject="Thư", text="t", html="h")
        tx.enqueue([draft], at=NOW)
        [pending] = waiting(tx, NOW)
        tx.record_delivery(pending.id, Delivered(detail="2.0.0 Ok: queued"), at=NOW, dead=False)
    page = log_in().get("/outbox?show=delivered").text
    assert "đã gửi" in page
    assert "<h1>Hàng đợi thư</h1>" in page
    assert '<a href="/outbox"' in page
    assert "Hàng thư" not in page
    assert "queued" not in page


def test_an_export_that_is_refused_is_a_page(browser: MakeBrowser, person: Callable[..., str]) -> None:
    one = browser()
    one.log_in(person("xem", Role.VIEWER))
    refused = one.get("/api/v1/documents.csv", headers=ACCEPT)
    assert (refused.status_code, refused.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "Không được phép" in refused.text
    assert one.get("/api/v1/documents.csv").headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("on", "off", "said"),
    [
        (2, 0, "Trong 2 địa chỉ đang bật của 1 nguồn, 1 địa chỉ hoạt động bình thường."),
        (2, 3, "Trong 2 địa chỉ đang bật của 1 nguồn, 1 địa chỉ hoạt động bình thường; 3 địa chỉ đã tắt."),
        (0, 3, "Cả 3 địa chỉ đều đã tắt"), (0, 0, "Chưa có nguồn tin nào."),
    ],
)  # fmt: skip
def test_feeds_that_are_off_are_not_counted_as_failing(
    browser: MakeBrowser, store: SqlStore, on: int, off: int, said: str
) -> None:
    feeds = [make_feed(f"n{n}", enabled=n < on) for n in range(on + off)]
    with store.begin() as tx:
        for feed in feeds[:1] + feeds[on : on + 1]:
            seen = FeedState(
                feed_id=feed.id, next_poll_at=NOW, polls=1, entries_seen=1, last_success_at=NOW, newest_item_at=NOW
            )
            tx.save_feed(seen)
    page = words_of(browser(LOOPBACK, feeds=feeds).get("/").text)
    assert said in page


def test_that_nothing_is_read_any_more_is_told_to_everybody_who_reads(
    browser: MakeBrowser, person: Callable[..., str], entered: Callable[..., Browser], store: SqlStore, clock: SetClock
) -> None:
    rounds, three_days = Rounds(store, clock), timedelta(days=3)
    rounds.note("work")
    rounds.note("schedule")
    feed = make_feed()
    with store.begin() as tx:
        state = FeedState(
            feed_id=feed.id, next_poll_at=NOW, polls=9, entries_seen=9, last_polled_at=NOW, last_success_at=NOW,
            newest_item_at=NOW, outcome="không có tin mới",
        )  # fmt: skip
        tx.save_feed(state)
    reader, runs = browser(stopped=rounds.stopped, status=rounds.silent), {"stopped": rounds.stopped}
    reader.log_in(person("xem", Role.VIEWER))
    said = "Từ 10:00 ngày 02/03/2026 đến nay, hệ thống chưa đọc được nguồn tin nào"
    assert said not in reader.get("/").text
    assert "1 địa chỉ hoạt động bình thường" in words_of(reader.get("/").text)
    clock.at += three_days
    rounds.note("schedule")
    reader.log_in("xem@agency.example.com")
    for path in ("/", "/parts/board", "/alerts", "/feeds", "/documents"):
        page = reader.get(path).text
        assert page.count(said) == 1, path
        assert "radar work" not in page
    home, feeds = words_of(reader.get("/").text), words_of(reader.get("/feeds").text)
    assert "0 địa chỉ hoạt động bình thường" in home
    assert "Theo các tin, bài đã đọc, không có cảnh báo nào" in home
    assert "Chưa được đọc lại" in home
    assert "Cần chú ý (1)" in feeds
    assert said not in browser(**runs).get("/login").text  # nobody yet
    head = entered("quan-tri", Role.ADMINISTRATOR, **runs, status=rounds.silent)
    assert "(radar work) không chạy từ 10:00 ngày 02/03/2026" in head.get("/feeds").text
    assert said not in head.get("/feeds").text


def test_provinces_are_chosen_and_shown_by_name(
    browser: MakeBrowser, person: Callable[..., str], store: SqlStore, quick_accounts: Accounts
) -> None:
    one, email = browser(domains=("agency.example.com",)), person("truc", Role.DESK)
    one.log_in(email)
    form = {"name": "Ra quân", "starts": "2026-03-01", "ends": "2026-03-09", "topics": ["voluntary"]}
    assert one.submit("/campaigns", "/campaigns", **form, places=["48", "Huế"]).status_code == 303
    assert "<td>Đà Nẵng, Huế</td>" in one.get("/campaigns").text
    wrong = one.submit("/campaigns", "/campaigns", **form, places="Bình Dương")
    assert (wrong.status_code, "nay thuộc TP. Hồ Chí Minh, mã 79" in wrong.text) == (422, True)
    wish = {"channel": "daily", "min_level": "2"}
    assert one.submit("/subscriptions", "/subscriptions", **wish, provinces=["48", "79"]).status_code == 303
    assert "<td>Đà Nẵng, TP. Hồ Chí Minh</td>" in one.get("/subscriptions").text
    wrong = one.submit("/subscriptions", "/subscriptions", **wish, provinces=["48", "74"])
    assert (wrong.status_code, "Mã 74 (Bình Dương) không còn dùng" in wrong.text) == (422, True)
    assert 'value="48" checked> Đà Nẵng' in wrong.text
    assert one.submit("/subscriptions", "/subscriptions", **wish).status_code == 303
    assert "<td>cả nước</td>" in one.get("/subscriptions").text
    quick_accounts.set_provinces(email, ["Đà Nẵng"])
    page = one.get("/subscriptions").text
    assert "<td>địa phương của tài khoản (Đà Nẵng)</td>" in page
    assert "<td>cả nước</td>" not in page
    assert 'value="01"' not in page
    refused = one.submit("/campaigns", "/campaigns", **form, places="Hà Nội")
    assert (refused.status_code, "Tài khoản này chỉ nhập và xóa chiến dịch của Đà Nẵng" in refused.text) == (403, True)


def test_reports_are_of_provinces_by_name(browser: MakeBrowser, clock: SetClock) -> None:
    maker = ReportMaker(
        feeds=[make_feed()], clock=clock, parent="BỘ THỬ", agency="CƠ QUAN THỬ", place="Thử",
    )  # fmt: skip
    page = browser(LOOPBACK, reports=maker).get("/reports").text
    assert '<option value="48">Đà Nẵng</option>' in page
    assert '<option value="74">Bình Dương</option>' in page.partition("Kỳ trước ngày")[2]
    assert "Mã tỉnh" not in page


def test_where_there_is_nothing_yet_pages_say_so_and_what_to_look_at(
    browser: MakeBrowser, person: Callable[..., str], quick_accounts: Accounts
) -> None:
    one = browser(LOOPBACK)
    home = one.get("/").text
    assert "Chưa có số liệu" in home
    assert "Mỗi cột là một giờ" not in home
    for path, told in (("/documents", "Chưa có tin, bài nào về BHXH"), ("/stories", "Chưa có câu chuyện nào về BHXH")):
        assert f'{told}; xin xem tình trạng <a href="/feeds">Nguồn tin</a>.' in one.get(path).text
        assert "như vậy. Quý vị có thể bỏ bớt điều kiện" in one.get(f"{path}?topic=pension").text
    email, limited = person("tinh", Role.DESK), browser()
    quick_accounts.set_provinces(email, ["38"])
    limited.log_in(email)
    assert "Chưa có tin, bài nào về BHXH trong phạm vi của tài khoản." in limited.get("/").text


def test_nobody_is_given_a_role_that_there_is_not(entered: Callable[..., Browser]) -> None:
    page = entered("tat-ca", *Role).get("/admin/users").text
    assert "Vai trò cho tat-ca@" not in page
