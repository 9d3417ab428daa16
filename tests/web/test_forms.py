"""Forms by pages: sent twice, refused, sent too late; what is said afterwards, and to whom what is offered."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from service.domain.accounts import Role
from service.domain.judgement import Tone
from service.domain.warning import Alert
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.accounts import Accounts
from service.usecases.once import FORMS_FOR
from service.usecases.tidy import merge
from service.web import once
from service.web.app import make_app
from service.web.deps import Site
from service.web.pages import STORY_PAGE
from tests.alerts import make_signal, opened
from tests.builders import NOW, enrol, hours_ago, make_intent
from tests.stored import put_in_stories, waiting
from tests.web.conftest import ELSEWHERE, PASSWORD, Browser, DeskBrowser, LogIn, MakeBrowser, chromium_at

Entered = Callable[..., Browser]
NEW = "moi@agency.example.com"
USERS = "/admin/users"
HTML = {"accept": "text/html"}


@pytest.fixture
def alert(store: SqlStore) -> Alert:
    found = replace(opened(make_signal(unusual=8.0)), id="a1", opened_at=NOW)
    with store.begin() as tx:
        tx.save_alert(found, kind="opened", actor="radar", text="Mở cảnh báo", at=NOW)
    return found


def value(page: Response) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{96})"', page.text)
    assert found
    return found[1]


def once_password(page: str) -> str | None:
    found = re.search(r'<code class="key-once">([\w-]+)</code>', page)
    return found[1] if found else None


def twice(who: DeskBrowser, path: str, **fields: object) -> tuple[Response, Response]:
    form = {"csrf": who.csrf()} | fields
    return who.client.post(path, data=form), who.client.post(path, data=form)


def kept(store: SqlStore) -> list[bytes]:
    with store.begin() as tx:
        return [bytes(r[0]) for r in tx.connection.exec_driver_sql("select answer from form_answers")]


def test_a_double_click_makes_one_account_and_shows_its_password(
    entered: Entered, quick_accounts: Accounts, store: SqlStore
) -> None:
    one = entered("quan.tri", Role.ADMINISTRATOR)
    form = {"csrf": value(one.get(USERS)), "email": NEW, "role": "desk"}
    for _ in range(2):
        assert one.client.post(USERS, data=form).headers["location"] == USERS
    page = one.get(USERS).text
    assert f"Đã tạo tài khoản {NEW}" in page
    password = once_password(page)
    assert password
    assert quick_accounts.log_in(NEW, password) is not None
    assert once_password(one.get(USERS).text) is None
    # it lies nowhere in the clear
    assert all(answer and password.encode() not in answer for answer in kept(store))


def test_two_clicks_at_once_in_two_processes_are_one(entered: Entered, site: Site, quick_accounts: Accounts) -> None:
    one = entered("quan.tri", Role.ADMINISTRATOR)
    form = {"csrf": value(one.get(USERS)), "email": NEW, "role": "desk"}
    clients = [
        TestClient(make_app(replace(site)), base_url="http://127.0.0.1", client=ELSEWHERE, follow_redirects=False)
        for _ in range(3)
    ]
    for client in clients:
        client.cookies = one.client.cookies
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda c: c.post(USERS, data=form), clients))
    assert [a.status_code for a in answers] == [303, 303, 303]
    assert len({a.headers["set-cookie"] for a in answers}) == 1
    password = once_password(clients[2].get(USERS).text)
    assert password
    assert quick_accounts.log_in(NEW, password) is not None


def test_a_reset_is_not_made_again_by_a_reload_or_a_second_click(entered: Entered, quick_accounts: Accounts) -> None:
    one = entered("quan.tri", Role.ADMINISTRATOR)
    quick_accounts.add(NEW, Role.DESK)
    form = {"csrf": value(one.get(USERS)), "email": NEW}
    one.client.post(f"{USERS}/reset", data=form)
    one.client.post(f"{USERS}/reset", data=form)
    password = once_password(one.get(USERS).text)
    assert password
    assert once_password(one.get(USERS).text) is None
    assert quick_accounts.log_in(NEW, password) is not None
    own = one.submit(USERS, f"{USERS}/reset", email="quan.tri@agency.example.com")
    assert (own.status_code, "Đổi mật khẩu" in own.text) == (422, True)


def test_one_click_too_many_comments_silences_and_splits_once(
    log_in: LogIn, store: SqlStore, alert: Alert, clock: SetClock
) -> None:
    lan = log_in()
    for answer in twice(lan, "/alerts/a1/do", verb="comment", text="Đã gọi tỉnh"):
        assert answer.headers["location"] == "/alerts/a1#done"
    for answer in twice(lan, "/silences", stream="topic:pension", hours="4", reason="đang họp"):
        assert answer.headers["location"] == "/silences"
    assert lan.get("/alerts/a1").text.count("Đã gọi tỉnh") == 1
    with store.begin() as tx:
        assert len(tx.silences()) == 1
    # the same words from a page that was loaded anew are meant
    assert lan.post("/alerts/a1/do", verb="comment", text="Đã gọi tỉnh").status_code == 303
    assert lan.get("/alerts/a1").text.count("Đã gọi tỉnh") == 2


def test_a_split_that_is_refused_leaves_the_ticks_and_says_why(log_in: LogIn, store: SqlStore, clock: SetClock) -> None:
    keys = [f"d{n:03}" for n in range(STORY_PAGE + 5)]  # the last ones are the oldest
    with store.begin() as tx:
        intents = [make_intent(key, at=hours_ago(n + 1)) for n, key in enumerate(keys)]
        tx.add_documents([*intents, make_intent("x", at=hours_ago(200))])
        put_in_stories(tx, dict.fromkeys(keys, "s1") | {"x": "s2"})
    lan = log_in()

    def ticked(page: str) -> list[str]:
        return re.findall(r'name="documents" value="(\w+)" checked', page)

    every = lan.post("/stories/s1/split", documents=keys)
    assert (every.status_code, "Cần chọn một số bài, nhưng không phải tất cả." in every.text) == (422, True)
    assert set(ticked(every.text)) == set(keys)
    page = lan.get("/stories/s1").text
    [cursor] = re.findall(r"cursor=([^&\"]+)", page)
    later = lan.get(f"/stories/s1?cursor={cursor}").text
    assert f'name="cursor" value="{cursor}"' in later
    # a page that is open for long: one of the documents has been moved since
    stale = lan.post("/stories/s1/split", documents=["d001", "d103", "x"], cursor=cursor)
    assert (stale.status_code, "Một bài đã chọn không còn thuộc câu chuyện này" in stale.text) == (422, True)
    assert ticked(stale.text) == ["d001", "d103"]
    assert 'value="d104"' in stale.text
    assert 'value="d050"' not in stale.text
    merge(store, clock, kept="s2", absorbed="s1", who="an@example.com", reason="")
    merged = lan.post("/stories/s1/split", documents=["d001", "d103"])
    assert (merged.status_code, "đã được gộp vào câu chuyện này" in merged.text) == (422, True)
    assert ticked(merged.text) == ["d103", "d001"]
    assert lan.post("/stories/s2/split", documents=["d001", "d103"]).status_code == 303


def test_labels_saved_twice_are_no_conflict(log_in: LogIn, store: SqlStore) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("d1", tone=Tone.NEGATIVE)])
    lan, minh = log_in(), log_in("minh")
    answers = twice(lan, "/documents/d1/labels", back="document", tone="positive")
    assert [a.status_code for a in answers] == [303, 303]
    # and not even from an old page, where the same person says the same
    assert lan.post("/documents/d1/labels", back="document", tone="positive").status_code == 303
    assert lan.post("/documents/d1/labels", back="document", tone="neutral").status_code == 409
    assert minh.post("/documents/d1/labels", back="document", tone="positive").status_code == 409


def test_what_was_refused_is_tried_again_and_what_is_long_past_is_new(
    log_in: LogIn, store: SqlStore, alert: Alert, clock: SetClock
) -> None:
    lan = log_in()
    for answer in twice(lan, "/alerts/a1/do", verb="close", text="xong"):
        assert answer.status_code == 409
    form = {"csrf": lan.csrf(), "verb": "comment", "text": "Lời ghi"}
    lan.client.post("/alerts/a1/do", data=form)
    clock.at += FORMS_FOR + timedelta(seconds=1)
    lan.client.post("/alerts/a1/do", data=form)
    assert lan.get("/alerts/a1").text.count("Lời ghi") == 2
    assert len(kept(store)) == 1


def test_the_form_of_somebody_else_is_another_one(log_in: LogIn, alert: Alert) -> None:
    lan, minh = log_in(), log_in("minh")
    form = {"csrf": lan.csrf(), "verb": "comment", "text": "Của tôi"}
    assert lan.client.post("/alerts/a1/do", data=form).status_code == 303
    assert minh.client.post("/alerts/a1/do", data=form).status_code == 403
    lan.post("/logout")
    assert lan.client.post("/alerts/a1/do", data=form).headers["location"].startswith("/login")


def test_a_form_whose_process_died_at_work_is_looked_at_first(
    log_in: LogIn, store: SqlStore, alert: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once, "TRIES", 1)
    monkeypatch.setattr(once, "PAUSE", 0.0)
    lan = log_in()
    form = {"csrf": lan.csrf(), "verb": "comment", "text": "Ghi lại"}
    lan.client.post("/alerts/a1/do", data=form)
    with store.begin() as tx:
        tx.connection.exec_driver_sql("update form_answers set answer = ''" if tx.connection.dialect.name == "sqlite"
                                      else "update form_answers set answer = ''::bytea")  # fmt: skip
    again = lan.client.post("/alerts/a1/do", data=form, headers=HTML)
    assert (again.status_code, "đang được xử lý" in again.text) == (409, True)


def test_what_was_done_is_said_once_there_and_to_nobody_else(
    log_in: LogIn, alert: Alert, visit: Callable[..., TestClient]
) -> None:
    lan, minh = log_in(), log_in("minh")
    assert lan.post("/alerts/a1/do", verb="acknowledge").status_code == 303
    cookie = lan.client.cookies["radar_done"]
    said = 'id="done" role="status" tabindex="-1" autofocus>Đã tiếp nhận cảnh báo.<'
    assert said not in lan.get("/alerts").text
    assert said not in lan.get("/parts/board").text
    minh.client.cookies.set("radar_done", cookie)
    assert said not in minh.get("/alerts/a1").text
    assert said in lan.get("/alerts/a1").text
    assert said not in lan.get("/alerts/a1").text
    lan.client.cookies.set("radar_done", "tiếp nhận".encode().hex())
    assert 'id="done"' not in lan.get("/alerts/a1?done=acknowledged").text
    lan.post("/alerts/a1/do", verb="comment", text="Lời mới")
    page = lan.get("/alerts/a1").text
    assert page.index("Đồng hồ phản ứng") < page.index('id="done"') < page.index("Lời mới")


def test_an_error_stands_in_its_form_with_what_was_typed(log_in: LogIn, alert: Alert) -> None:
    lan, minh = log_in(), log_in("minh")
    assert lan.post("/alerts/a1/do", verb="confirm", level=3).status_code == 303
    wrong = minh.post("/alerts/a1/do", verb="refuse", level=4, text="Tin cũ đăng lại")
    assert wrong.status_code == 409
    form = wrong.text.partition("<details open>")[2].partition("</details>")[0]
    assert 'role="alert" tabindex="-1" autofocus>Mức đã thay đổi' in form
    assert "Tin cũ đăng lại</textarea>" in form
    right = minh.post("/alerts/a1/do", verb="refuse", level=3, text="Tin cũ đăng lại")
    assert right.status_code == 303
    page = minh.get("/alerts/a1").text
    assert "không được xác nhận" in page
    assert f"thay cho ý kiến trước ({lan.email} đã xác nhận mức L3)" in page
    assert "Xác nhận mức L3 (" in page


def test_nothing_grave_is_one_click_away_and_what_was_ended_is_opened_again(
    log_in: LogIn, alert: Alert, clock: SetClock
) -> None:
    lan = log_in()
    page = lan.get("/alerts/a1").text
    first = page.partition('<div class="actions">')[2].partition("</div>")[0]
    assert "Tiếp nhận cảnh báo" in first
    assert "Xác nhận mức" not in first
    assert '<button class="second">Xác nhận mức L3</button>' in page
    assert lan.post("/alerts/a1/do", verb="dismiss", text="bấm nhầm").status_code == 303
    page = lan.get("/alerts/a1").text
    assert "có thể mở lại trong 24 giờ" in page
    assert '<button class="second">Mở lại</button>' in page
    assert lan.api("POST", "/alerts/a1/actions", {"verb": "reopen", "text": "nhầm"}).status_code in (401, 403)
    assert lan.post("/alerts/a1/do", verb="reopen", text="Vẫn đang lan").headers["location"] == "/alerts/a1"
    page = lan.get("/alerts/a1").text
    assert "Mở lại: Vẫn đang lan" in page
    assert ">Mở lại</button>" not in page
    lan.post("/alerts/a1/do", verb="dismiss", text="báo nhầm")
    clock.at += timedelta(hours=25)
    minh = log_in("minh")
    assert ">Mở lại</button>" not in minh.get("/alerts/a1").text
    late = minh.post("/alerts/a1/do", verb="reopen", text="Vẫn đang lan")
    assert (late.status_code, "trong 24 giờ" in late.text) == (409, True)


def test_only_what_an_account_may_do_is_offered(log_in: LogIn, alert: Alert, visit: Callable[..., TestClient]) -> None:
    for who in (log_in("xem", Role.VIEWER), log_in("pt", Role.ANALYST)):
        page = who.get("/alerts/a1").text
        assert "<form" not in page.partition("<main")[2]
        assert "chỉ xem" in page
        assert "<form" not in who.get("/campaigns").text.partition("<main")[2]
    nobody = visit(("127.0.0.1", 50000))
    assert 'href="/login?next=/alerts/a1"' in nobody.get("/alerts/a1").text
    assert 'href="/login?next=/campaigns"' in nobody.get("/campaigns").text
    assert "<form" in log_in().get("/campaigns").text.partition("<main")[2]


def test_a_role_that_takes_two_is_not_offered_with_a_new_account(entered: Entered) -> None:
    one = entered("mot", Role.ADMINISTRATOR)
    offered = 'type="checkbox" name="role" value="administrator"'
    assert offered in one.get(USERS).text
    entered("hai", Role.ADMINISTRATOR)
    page = one.get(USERS).text
    assert offered not in page
    legend = page.partition("<legend>Vai trò</legend>")[2].partition("</fieldset>")[0]
    assert "Quản trị" in legend.partition("Không chọn được ở đây")[2]
    assert page.count('name="do" value="disable"') == 1  # not for the account in use


def test_words_written_while_the_session_ended_are_shown(log_in: LogIn, alert: Alert, clock: SetClock) -> None:
    lan = log_in()
    form = {"csrf": lan.csrf(), "verb": "comment", "text": "Lời viết cả buổi"}
    clock.at += timedelta(hours=13)
    over = lan.client.post("/alerts/a1/do", data=form, headers=HTML)
    assert over.status_code == 401
    assert "Lời viết cả buổi" in over.text
    assert 'href="/login?next=/alerts/a1" target="_blank"' in over.text
    only_a_click = lan.client.post("/alerts/a1/do", data=form | {"verb": "take", "text": ""}, headers=HTML)
    assert only_a_click.headers["location"] == "/login?next=/alerts/a1"


def test_a_comment_that_is_too_long_is_told_the_limit(log_in: LogIn, alert: Alert) -> None:
    lan = log_in()
    form = {"csrf": lan.csrf(), "verb": "comment", "text": "x" * 2001}
    page = lan.client.post("/alerts/a1/do", data=form, headers=HTML)
    assert page.status_code == 422
    assert "Nội dung (dài quá, nhiều nhất 2.000 ký tự)." in page.text


def test_the_first_log_in_leads_to_where_one_wanted_to_go(
    browser: MakeBrowser, quick_accounts: Accounts, alert: Alert
) -> None:
    once_only = quick_accounts.add(NEW, Role.DESK)
    one = browser()
    entered = one.submit("/login?next=/alerts/a1", "/login", email=NEW, password=once_only, next="/alerts/a1")
    assert entered.headers["location"] == "/password?next=/alerts/a1"
    page = one.get(entered.headers["location"])
    assert 'name="next" value="/alerts/a1"' in page.text
    form = {"csrf": value(page), "old": once_only, "new": PASSWORD, "next": "/alerts/a1"}
    second_click = browser()
    second_click.client.cookies.update(one.client.cookies)
    answers = [each.client.post("/password", data=form) for each in (one, second_click)]
    assert [a.headers["location"] for a in answers] == ["/alerts/a1", "/alerts/a1"]
    assert second_click.get("/alerts/a1").status_code == 200
    assert "Đã đổi mật khẩu." in one.get("/alerts/a1").text
    evil = one.submit("/password", "/password", old=PASSWORD, new=PASSWORD + "-2", next="//evil.example")
    assert evil.headers["location"] == "/"


def test_an_assignee_is_written_to(log_in: LogIn, alert: Alert, store: SqlStore, clock: SetClock) -> None:
    lan, minh = log_in(), log_in("minh")
    assert lan.post("/alerts/a1/do", verb="assign", target=minh.email).status_code == 303
    assert f"Đã giao cho {minh.email} xử lý." in lan.get("/alerts/a1").text
    with store.begin() as tx:
        [told] = [p.draft for p in waiting(tx, clock.now())]
    assert told.recipient == minh.email


@pytest.mark.browser
def test_a_real_double_click_and_where_the_focus_goes(
    site: Site, person: Callable[..., str], alert: Alert, quick_accounts: Accounts
) -> None:
    email = person("quan.tri", Role.ADMINISTRATOR)
    code = enrol(quick_accounts, email)[0]
    with chromium_at(site, java_script_enabled=True) as (page, base):
        page.goto(f"{base}/login?next={USERS}")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", PASSWORD)
        page.click("main button")
        page.fill("input[name=code]", code)
        page.click("main button")
        page.wait_for_url(f"{base}{USERS}")
        page.fill("input[type=email]", NEW)
        page.dblclick("text=Thêm tài khoản >> nth=-1")
        page.wait_for_selector("#done code")
        password = page.inner_text("#done code")
        assert quick_accounts.log_in(NEW, password) is not None
        page.wait_for_selector("#done:focus")
        page.reload()
        assert page.locator("#done").count() == 0
        page.goto(f"{base}/alerts/a1")
        page.click("summary:text-is('Bình luận')")
        page.fill("details[open] textarea", "Đã gọi tỉnh")
        page.dblclick("details[open] button")
        page.wait_for_url(f"{base}/alerts/a1#done")
        assert page.locator(".timeline .comment").count() == 1
        page.wait_for_selector("#done:focus")
