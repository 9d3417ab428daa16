"""The desk's pages and API: alerts at work, silences, outbox, subscriptions, webhooks, feeds of alerts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import escape

import pytest
from fastapi.testclient import TestClient

from service.domain.accounts import Role, Scope
from service.domain.judgement import Place, Tone
from service.domain.times import VIETNAM
from service.domain.warning import Alert, AlertState, Handling
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.accounts import Accounts
from service.usecases.place import StoryDesk
from tests.alerts import make_finding, make_signal, opened
from tests.builders import NOW, bearer, make_intent
from tests.stored import put_in_stories
from tests.web.conftest import LOOPBACK, SCRIPT, DeskBrowser, LogIn
from tests.weeks import SUBJECTS

Visit = Callable[..., TestClient]


def test_an_alert_goes_through_its_life_by_forms(log_in: LogIn, alert: Alert, clock: SetClock) -> None:
    lan = log_in()
    page = "/alerts/a1"
    steps = [
        ({"verb": "acknowledge"}, "Đã tiếp nhận"),
        ({"verb": "confirm", "level": 3}, "đã được xác nhận"),
        ({"verb": "assign", "target": "LAN@agency.example.com"}, "Người xử lý: lan@agency.example.com"),
        ({"verb": "take"}, "Đang xử lý"),
        ({"verb": "state", "text": "Đăng trên cổng"}, "sau 0 phút"),
        ({"verb": "comment", "text": f"dòng một {SCRIPT}\ndòng hai"}, "dòng hai"),
        ({"verb": "close", "text": "Đã trả lời"}, "Lý do kết thúc"),
    ]
    for data, shown in steps:
        to = f"{page}#done" if data["verb"] == "comment" else page
        assert lan.post(f"{page}/do", **data).headers.get("location") == to, data
        text = lan.get(page).text
        assert shown in text
        assert SCRIPT not in text
    assert "&lt;script&gt;" in lan.get(page).text
    assert "&lt;script&gt;" in lan.get("/alerts?state=ended").text


def test_the_first_screen_says_what_waits_for_whom(log_in: LogIn, alert: Alert) -> None:
    lan, mai = log_in(), log_in("mai")
    for one in (lan, mai):
        assert '<a href="/alerts?state=open">1 cảnh báo chưa có người tiếp nhận</a>' in one.get("/").text
    assert "Việc của tôi" not in log_in("xem", Role.VIEWER).get("/").text
    assert lan.post("/alerts/a1/do", verb="assign", target=mai.email).status_code == 303
    given = f'<a href="/alerts/a1">Giao cho quý vị: {escape(alert.headline)}</a>'
    assert given in mai.get("/").text
    assert given in mai.get("/parts/board").text
    assert "Việc của tôi" not in lan.get("/").text


def test_what_waits_is_counted_whole_and_no_step_is_hidden_by_alerts_given(log_in: LogIn, store: SqlStore) -> None:
    lan = log_in()
    finding = make_finding()
    with store.begin() as tx:
        tx.set_roles(tx.accounts()[0].id, frozenset({Role.DESK, Role.REVIEWER}))
        tx.add_documents([make_intent(finding.document_id)])
        tx.add_findings([finding])
        for n in range(45):
            mine = Handling(assigned_to=lan.email) if n < 11 else Handling()
            state = AlertState.ASSIGNED if n < 11 else AlertState.OPEN
            stream = "place:38" if n % 2 else "topic:pension"
            alert = replace(opened(make_signal()), id=f"a{n}", handling=mine, state=state, stream=stream)
            tx.save_alert(alert, kind="opened", actor="radar", text="Mở cảnh báo", at=NOW)
    home = lan.get("/").text
    assert '<a href="/alerts?state=open">34 cảnh báo chưa có người tiếp nhận</a>' in home
    assert "1 mục chờ thẩm định" in home
    assert home.count("Giao cho quý vị: ") == 8
    assert '<a href="/alerts?assignee=me">và 3 cảnh báo khác giao cho quý vị</a>' in home
    with store.begin() as tx:
        tx.set_provinces(tx.accounts()[0].id, ("38", "79"))
    home = lan.get("/").text
    own = '<a href="/alerts?state=open&amp;place=38">17 cảnh báo chưa có người tiếp nhận ở Thanh Hóa</a>'
    assert own in home
    assert '<p class="lead">17 cảnh báo' in lan.get("/alerts?state=open&place=38").text
    assert (home.count("Giao cho quý vị: "), "cảnh báo khác giao" in home) == (5, False)


def test_the_gravest_alert_stands_first_however_many_lesser_ones_are_newer(log_in: LogIn, store: SqlStore) -> None:
    grave = replace(opened(make_signal(unusual=8.0)), id="grave", opened_at=NOW - timedelta(days=2), level=3)
    with store.begin() as tx:
        for alert in (grave, *(replace(grave, id=f"l{n}", opened_at=NOW, level=1) for n in range(31))):
            tx.save_alert(alert, kind="opened", actor="radar", text="Mở cảnh báo", at=NOW)
    home = log_in().get("/").text
    shown = re.findall(r'href="/alerts/(\w+)"', home)
    assert (shown[0], len(shown)) == ("grave", 30)
    assert 'href="/alerts">Xem tất cả cảnh báo đang mở' in home


def test_an_ended_alert_names_the_level_it_had(log_in: LogIn, store: SqlStore, alert: Alert) -> None:
    lan = log_in()
    page = lan.get("/alerts/a1").text
    assert "<title>L3 " in page
    assert f"<td>{alert.signal.harmful:.0%}</td>" in page  # in the same form as in the full explanation below
    assert lan.post("/alerts/a1/do", verb="dismiss", text="báo nhầm").status_code == 303
    page = lan.get("/alerts/a1").text
    assert "<title>L3 " in page
    assert "Mức cao nhất L3 · Nguy cơ khủng hoảng" in page
    assert "L0 · Bình thường" not in page


def test_a_false_alarm_orders_nobody_to_do_anything(log_in: LogIn, alert: Alert) -> None:
    lan = log_in()
    orders = ("Việc cần làm", "Kế hoạch ứng phó", "Thông điệp củng cố niềm tin")
    assert all(order in lan.get("/alerts/a1").text for order in orders)
    lan.post("/alerts/a1/do", verb="dismiss", text="báo nhầm")
    page = lan.get("/alerts/a1").text
    assert not [order for order in orders if order in page]
    assert "Hồi phục</h2>" in page


def test_the_first_screen_tells_the_figures_of_then_and_of_now(log_in: LogIn, store: SqlStore, clock: SetClock) -> None:
    with store.begin() as tx:
        tx.add_documents([
            make_intent(f"d{n}", tone=Tone.NEGATIVE, at=NOW - timedelta(hours=7 * n), title=f"Lương hưu {SUBJECTS[n]}")
            for n in range(5)
        ])  # fmt: skip
        alert = replace(opened(make_signal(value=8)), id="a1")
        tx.save_alert(alert, kind="opened", actor="radar", text="Mở cảnh báo", at=NOW)
    StoryDesk(store, clock).place()
    page = log_in().get("/").text
    assert "Lúc báo (giờ 10:00-11:00 ngày 02/03/2026): 8 tin, bài gốc tiêu cực, mức thường" in page
    assert "<strong>24 giờ qua: 4</strong>" in page


def test_an_alert_tells_what_was_first_what_is_newer_and_what_ending_it_means(
    log_in: LogIn, store: SqlStore, clock: SetClock
) -> None:
    with store.begin() as tx:
        tx.add_documents([
            make_intent(f"d{n}", tone=Tone.NEGATIVE, at=NOW - timedelta(minutes=7 * n), title=f"Hưu {SUBJECTS[n]}")
            for n in range(5)
        ])  # fmt: skip
        signal = replace(make_signal(unusual=8.0), documents=("d2", "d3", "d4"))
        tx.save_alert(replace(opened(signal), id="a1"), kind="opened", actor="radar", text="Mở cảnh báo", at=NOW)
    StoryDesk(store, clock).place()
    lan = log_in()
    lan.post("/alerts/a1/do", verb="acknowledge")
    page = lan.get("/alerts/a1").text
    marked = page.partition("Đăng sớm nhất:")[2].partition("</li>")[0]
    assert [f"Hưu {SUBJECTS[n]}" in marked for n in (4, 2)] == [True, False]
    [question] = re.findall(r'href="(/documents\?[^"]+)">2 tin, bài tiêu cực đăng sau các căn cứ này', page)
    listed = lan.get(question.replace("&amp;", "&")).text
    assert set(re.findall(r'href="/documents/(d\d)"', listed)) == {"d0", "d1"}
    told = "Hiện có 5 tin, bài gốc tiêu cực trong 24 giờ qua; cảnh báo đang ở mức L3. Trong 6 giờ sau khi kết thúc"
    assert page.count(told) == 2


def test_an_alert_without_a_rise_has_no_peak_and_no_times(log_in: LogIn, alert: Alert) -> None:
    page = log_in().get("/alerts/a1").text
    assert "không có đợt tăng" in page
    assert "Giảm một nửa sau</th><td>" not in page
    assert "0 bài gốc tiêu cực trong 24 giờ, lúc" not in page


def test_what_cannot_be_done_says_why(log_in: LogIn, alert: Alert) -> None:
    lan = log_in()
    refused = lan.post("/alerts/a1/do", verb="dismiss", text=" ")
    assert (refused.status_code, "Vui lòng ghi rõ nội dung hoặc lý do." in refused.text) == (409, True)
    assert lan.post("/alerts/a1/do", verb="merge", target="a1").status_code == 409
    assert lan.post("/alerts/zz/do", verb="acknowledge").status_code == 404
    assert lan.post("/alerts/a1/do", verb="report").status_code == 422


def test_an_old_page_confirms_no_level_that_has_risen_since(
    log_in: LogIn, store: SqlStore, alert: Alert, people: Accounts
) -> None:
    lan = log_in()
    page = lan.get("/alerts/a1").text
    assert "Xác nhận mức L3" in page
    form = page[page.index('name="verb" value="confirm"') :]
    shown = re.findall(r'name="level" value="(\d)"', form)[0]
    with store.begin() as tx:
        tx.save_alert(replace(alert, level=4, peak_level=4), kind="raised", actor="radar", text="Tăng mức", at=NOW)
    refused = lan.post("/alerts/a1/do", verb="confirm", level=shown)
    assert (refused.status_code, "Mức đã thay đổi" in refused.text) == (409, True)
    token = bearer(people, Scope.WRITE, name="may")
    for level in ({}, {"level": 3}):
        body = {"verb": "confirm"} | level
        assert lan.client.post("/api/v1/alerts/a1/actions", json=body, headers=token).status_code == 409
    with store.begin() as tx:
        now_there = tx.alert("a1")
    assert now_there is not None
    assert now_there.handling.verdict is None


@pytest.mark.parametrize("verb", ["close", "dismiss", "merge"])
def test_an_old_page_ends_no_alert_that_others_have_worked_on_since(
    log_in: LogIn, store: SqlStore, alert: Alert, people: Accounts, verb: str
) -> None:
    others = [replace(alert, id=f"a{n}", stream=f"topic:{topic}") for n, topic in ((2, "fund"), (3, "fraud"))]
    with store.begin() as tx:
        for other in others:
            tx.save_alert(other, kind="opened", actor="radar", text="Mở cảnh báo", at=NOW)
    lan, minh = log_in(), log_in("minh")
    lan.post("/alerts/a1/do", verb="acknowledge")

    def shown() -> dict[str, str]:
        page = minh.get("/alerts/a1").text
        form = page[page.index(f'name="verb" value="{verb}"') :]
        return dict(re.findall(r'name="(level|seen)" value="(\d+)"', form)[:2])

    old = shown()
    assert set(old) == {"level", "seen"}
    assert lan.post("/alerts/a1/do", verb="confirm", level="3", text="đúng là chậm trả").status_code == 303
    wish = {"verb": verb, "text": "tin cũ đăng lại", "target": "a2"}
    refused = minh.post("/alerts/a1/do", **wish, **old)
    assert refused.status_code == 409
    assert refused.text.count("Cảnh báo đã có diễn biến mới sau khi quý vị mở trang.") == 1
    opened_again = refused.text[refused.text.index("<details open>") :]
    kept = '<option value="a2" selected>' if verb == "merge" else ">tin cũ đăng lại</textarea>"
    assert kept in opened_again
    assert minh.post("/alerts/a1/do", **wish, **(shown() | {"level": "2"})).status_code == 409
    token, told = bearer(people, Scope.WRITE, name="may"), {n: int(v) for n, v in old.items()}
    assert minh.client.post("/api/v1/alerts/a1/actions", json=wish | told, headers=token).status_code == 409
    with store.begin() as tx:
        known = tx.alert("a1")
    assert known is not None
    assert not known.state.ended
    assert minh.post("/alerts/a1/do", **wish, **shown()).status_code == 303


def test_a_statement_is_made_from_the_draft_filled_in_timed_and_corrected(
    log_in: LogIn, alert: Alert, clock: SetClock
) -> None:
    lan = log_in()
    page = lan.get("/alerts/a1").text
    assert 'href="/alerts/a1?draft=1#statement"' in page
    [draft] = re.findall(r'<blockquote id="draft">(.*?)</blockquote>', page, re.DOTALL)
    assert f"required>{draft}</textarea>" in lan.get("/alerts/a1?draft=1").text
    clock.at += timedelta(hours=8)
    lan = log_in("minh")
    at = f"{(NOW + timedelta(minutes=20)).astimezone(VIETNAM):%Y-%m-%dT%H:%M}"
    refused = lan.post("/alerts/a1/do", verb="state", text=draft, at=at)
    assert (refused.status_code, "chỗ chưa điền" in refused.text) == (409, True)
    assert f'name="at" value="{at}"' in refused.text
    assert f">{draft}</textarea>" in refused.text
    assert lan.post("/alerts/a1/do", verb="state", text="Đăng trên cổng", at=at).status_code == 303
    assert "sau 20 phút" in lan.get("/alerts/a1").text
    assert lan.post("/alerts/a1/do", verb="state", text="Đăng trên báo", at="").status_code == 409
    again = {"verb": "state", "text": "Đăng trên báo", "at": "", "instead": "ghi nhầm"}
    assert lan.post("/alerts/a1/do", **again).status_code == 303
    page = lan.get("/alerts/a1").text
    assert 'sau 20 phút</strong><span class="small pre">Đăng trên báo</span>' in page
    assert "lý do: ghi nhầm" in page
    assert lan.post("/alerts/a1/do", **again | {"at": "2026-13-45"}).status_code == 422


def test_who_works_on_an_alert_is_who_it_is_given_to(log_in: LogIn, alert: Alert) -> None:
    lan, minh = log_in(), log_in("minh")
    lan.post("/alerts/a1/do", verb="assign", target=minh.email)
    page = lan.get("/alerts/a1").text
    assert "Bắt đầu xử lý</button>" not in page
    assert "giao lại cảnh báo cho mình" in page
    assert "Bắt đầu xử lý</button>" in minh.get("/alerts/a1").text
    refused = lan.post("/alerts/a1/do", verb="take")
    assert (refused.status_code, f"đang giao cho {minh.email}" in refused.text) == (409, True)
    lan.post("/alerts/a1/do", verb="assign", target=lan.email, assigned=minh.email)
    assert lan.post("/alerts/a1/do", verb="take").status_code == 303
    assert f"Người xử lý: {lan.email}." in lan.get("/alerts/a1").text


def test_what_a_second_person_types_is_never_lost_without_a_word(log_in: LogIn, alert: Alert, people: Accounts) -> None:
    lan, minh = log_in(), log_in("minh")
    assert lan.post("/alerts/a1/do", verb="dismiss", text="báo nhầm").status_code == 303
    late = minh.post("/alerts/a1/do", verb="close", text="Đã trả lời trên báo <b>")
    assert late.status_code == 409
    assert "Cảnh báo đã kết thúc." in late.text
    assert "Đã trả lời trên báo &lt;b&gt;" in late.text
    token = bearer(people, Scope.WRITE, name="may")
    for text in ("Đã trả lời", ""):
        body = {"verb": "take", "text": text}
        assert minh.client.post("/api/v1/alerts/a1/actions", json=body, headers=token).status_code == 409


def test_a_line_break_counts_once_as_it_does_on_the_page(log_in: LogIn, alert: Alert, store: SqlStore) -> None:
    lan = log_in()
    text = ("một dòng 14 k\n" * 140)[:1990] + "x" * 30  # 1,990 characters for the page, 140 more in the form
    assert len(text) == 1990
    assert lan.post("/alerts/a1/do", verb="comment", text=text.replace("\n", "\r\n")).status_code == 303
    silence = {"stream": "all", "hours": 1, "reason": text.replace("\n", "\r\n")}
    assert lan.post("/silences", **silence).status_code == 303
    with store.begin() as tx:
        assert tx.silences()[0].reason == text
    assert lan.post("/alerts/a1/do", verb="comment", text="x" * 2001).status_code == 422


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/alerts/a1/do", {"verb": "acknowledge"}),
        ("/silences", {"stream": "all", "hours": "1", "reason": "x"}),
        ("/silences/1/end", {}),
        ("/outbox/retry", {}),
        ("/webhooks", {"url": "https://hooks.example.com/x"}),
        ("/webhooks/1/remove", {}),
        ("/review/f1", {"move": "not_an_act", "seen": "0"}),
    ],
)
def test_nobody_acts_without_account_role_and_token_of_the_form(
    visit: Visit, log_in: LogIn, alert: Alert, path: str, data: dict[str, str]
) -> None:
    for address in (LOOPBACK, ("203.0.113.7", 1)):
        assert visit(address).post(path, data=data).headers["location"].startswith("/login?next=/")
    viewer = log_in("xem", Role.VIEWER)
    assert viewer.client.post(path, data=data | {"csrf": "0"}).status_code == 403
    assert viewer.post(path, **data).status_code == 403


def test_a_one_time_password_is_not_enough_to_act(visit: Visit, people: Accounts, alert: Alert) -> None:
    once = people.add("moi@agency.example.com", Role.DESK)
    client = visit()
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/login").text)
    assert token
    client.post("/login", data={"email": "moi@agency.example.com", "password": once, "csrf": token[1]})
    browser = DeskBrowser(client, "moi@agency.example.com")
    campaign = {"name": "Chi trả", "starts": "2026-03-01", "ends": "2026-03-02", "topics": "pension"}
    for path, fields in (
        ("/alerts/a1/do", {"verb": "acknowledge"}), ("/alerts/a1/acknowledge", {}), ("/campaigns", campaign),
        ("/campaigns/c1/remove", {}), ("/stories/s1/merge", {"into": "s2"}), ("/stories/s1/split", {"documents": "d1"}),
    ):  # fmt: skip
        refused = browser.post(path, **fields)
        assert (refused.status_code, "mật khẩu của riêng" in refused.json()["detail"]) == (403, True), path
    assert browser.api("GET", "/findings").status_code == 403


def test_programs_handle_alerts_with_a_token_that_may_write(visit: Visit, people: Accounts, alert: Alert) -> None:
    client = visit()
    write = bearer(people, Scope.WRITE, name="ghi")
    read = bearer(people, Scope.READ, name="doc")
    path = "/api/v1/alerts/a1/actions"
    assert client.post(path, json={"verb": "acknowledge"}).status_code == 401
    assert client.post(path, json={"verb": "acknowledge"}, headers=read).status_code == 403
    done = client.post(path, json={"verb": "acknowledge"}, headers=write)
    assert done.json()["alert"]["state"] == "acknowledged"
    assert client.post(path, json={"verb": "dismiss"}, headers=write).status_code == 409
    assert client.post(path, json={"verb": "dismiss", "text": "x" * 2001}, headers=write).status_code == 422
    handling = client.get("/api/v1/alerts/a1/handling", headers=read).json()
    assert handling["minutes_seen"] == 0
    assert client.get("/api/v1/alerts/zz/handling", headers=read).status_code == 404
    figures = client.get("/api/v1/alert-figures", headers=read).json()
    assert (figures["ended"], figures["share"]) == (0, None)
    bad = {"since": "2026-03-03T00:00:00Z", "until": "2026-03-01T00:00:00Z"}
    assert client.get("/api/v1/alert-figures", params=bad, headers=read).status_code == 422


def test_the_stream_of_an_alert_can_be_silenced_from_it(log_in: LogIn, store: SqlStore, people: Accounts) -> None:
    with store.begin() as tx:
        for n, stream in enumerate(("topic:pension@38", "place:38", "topic:pension@48", "story:s1")):
            alert = replace(opened(make_signal()), id=f"a{n}", stream=stream)
            tx.save_alert(alert, kind="opened", actor="radar", text="Mở cảnh báo", at=NOW)
    lan, th = log_in(), log_in("th")
    people.set_provinces(th.email, ["38"])

    def choices(who: DeskBrowser) -> set[str]:
        return set(re.findall(r'<option value="((?:topic|place|story):[^"]+)"', who.get("/silences").text))

    assert {"topic:pension@38", "place:38", "topic:pension@48", "story:s1", "topic:pension"} <= choices(lan)
    assert choices(th) == {"place:38", "topic:pension@38"}
    page = th.get("/alerts/a0").text
    form = page[page.index("Tạm dừng gửi thư về nội dung này") :]
    assert 'name="stream" value="topic:pension@38"' in form
    assert th.post("/silences", stream="topic:pension@38", hours=8, reason="đang xử lý").status_code == 303
    assert "Tạm dừng gửi thư về nội dung này trong 8 giờ: đang xử lý" in th.get("/alerts/a0").text
    assert "Tạm dừng gửi thư về nội dung này</summary>" not in th.get("/alerts/a2").text
    assert "Tạm dừng gửi thư về nội dung này</summary>" in lan.get("/alerts/a3").text


def test_silences_by_form_and_api(visit: Visit, log_in: LogIn, people: Accounts) -> None:
    lan = log_in()
    assert lan.post("/silences", stream="topic:fund", hours="8", reason=f"bảo trì {SCRIPT}").status_code == 303
    assert lan.post("/silences", stream="topic:fund", hours="8", reason=" ").status_code == 422
    assert lan.post("/silences", stream="author:x", hours="8", reason="x").status_code == 422
    refused = lan.post("/silences", stream="topic:pension@38", hours="8", reason="vì fb.com/mau.90")
    # what is sent again is of the same stream, although no alert about it is open
    assert re.findall(r'value="([^"]+)" selected', refused.text)[0] == "topic:pension@38"
    assert (refused.status_code, "dữ liệu có thể là của cá nhân" in refused.text) == (422, True)
    page = lan.get("/silences").text
    assert "đang áp dụng" in page
    assert SCRIPT not in page
    assert lan.post("/silences/1/end").status_code == 303
    assert "kết thúc sớm" in lan.get("/silences").text
    write = bearer(people, Scope.WRITE, name="ghi")
    body = {"stream": "topic:pension@48", "reason": "x", "minutes": 30}
    made = visit().post("/api/v1/silences", json=body, headers=write)
    assert made.status_code == 201
    page = lan.get("/silences").text
    assert "Chủ đề “Lương hưu, tuổi nghỉ hưu” tại Đà Nẵng" in page
    assert 'value="all">Bảo hiểm xã hội nói chung' in page
    assert ">topic:" not in page
    [listed] = visit().get("/api/v1/silences", params={"active": True}, headers=write).json()
    assert (listed["stream"], listed["author"]) == ("topic:pension@48", "token:ghi")
    assert visit().delete(f"/api/v1/silences/{listed['id']}", headers=write).status_code == 204
    assert visit().delete(f"/api/v1/silences/{listed['id']}", headers=write).status_code == 404
    assert visit().post("/api/v1/silences", json=body | {"minutes": 1}, headers=write).status_code == 422


def test_an_account_of_a_province_reads_the_countrys_alert_and_comments_only(
    log_in: LogIn, store: SqlStore, people: Accounts
) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("d1", places=(Place("48", "Đà Nẵng"),))])
        signal = make_signal(unusual=8.0, documents=("d1",))
        for key, stream in (("a1", "topic:pension"), ("a2", "topic:pension@48"), ("a3", "all")):
            one = replace(opened(signal), id=key, stream=stream, opened_at=NOW, headline=f"Tin {key}")
            tx.save_alert(one, kind="opened", actor="radar", text="Mở", at=NOW)
    lan = log_in()
    people.set_provinces(lan.email, ["48"])
    page = lan.get("/alerts/a1").text
    assert "không thuộc riêng địa phương của tài khoản" in page
    assert set(re.findall(r'name="verb" value="(\w+)"', page)) == {"comment"}
    own = lan.get("/alerts/a2").text
    assert "không thuộc riêng" not in own
    assert "Tin a1" not in own  # nothing of one's own is merged into what is not
    assert lan.post("/alerts/a1/do", verb="comment", text="Đà Nẵng đang kiểm tra").status_code == 303
    for data in ({"verb": "dismiss", "text": "nhầm"}, {"verb": "acknowledge"}, {"verb": "take"}):
        refused = lan.post("/alerts/a1/do", **data)
        assert (refused.status_code, "không thuộc riêng" in refused.text) == (409, True), data
    assert lan.post("/alerts/a1/acknowledge").status_code == 409
    assert lan.post("/alerts/a2/do", verb="merge", target="a1").status_code == 409
    token = people.tokens.create("tinh", frozenset({Scope.READ, Scope.WRITE}), timedelta(days=1), owner=lan.email)
    said = {"Authorization": f"Bearer {token}"}
    for path, body in (("actions", {"verb": "close", "text": "xong"}), ("acknowledge", None)):
        assert lan.client.post(f"/api/v1/alerts/a1/{path}", json=body, headers=said).status_code == 409
    with store.begin() as tx:
        assert {str(a.state) for a in tx.live_alerts()} == {"open"}
    assert lan.post("/alerts/a2/do", verb="acknowledge").status_code == 303


def test_who_gives_an_alert_sees_whom_it_was_just_given_to(log_in: LogIn, alert: Alert) -> None:
    lan, minh = log_in(), log_in("minh")
    assert 'name="assigned" value="-"' in minh.get("/alerts/a1").text
    assert lan.post("/alerts/a1/do", verb="assign", target=minh.email, assigned="-").status_code == 303
    late = minh.post("/alerts/a1/do", verb="assign", target=lan.email, assigned="-")
    assert (late.status_code, f"vừa được giao cho {minh.email}" in late.text) == (409, True)


def test_a_level_that_was_refused_is_shown_as_such_everywhere(
    log_in: LogIn, visit: Visit, store: SqlStore, alert: Alert
) -> None:
    lan = log_in()
    shown = "L3 · Nguy cơ khủng hoảng"
    assert f"{shown} (đề xuất)" in lan.get("/").text
    assert lan.post("/alerts/a1/do", verb="refuse", level=3, text="chưa đến mức").status_code == 303
    for path in ("/", "/alerts/a1"):
        assert f"{shown} (không được xác nhận)" in lan.get(path).text, path
    assert "không được xác nhận" in lan.get("/alerts").text
    assert "L3 (không được xác nhận): Lương hưu" in visit(LOOPBACK).get("/alerts.rss").text
    assert lan.post("/alerts/a1/do", verb="confirm", level=3, text="đã rõ").status_code == 303
    assert f"{shown} (đã xác nhận)" in lan.get("/").text
    assert lan.post("/alerts/a1/do", verb="close", text="xong").status_code == 303
    assert f"Mức cao nhất {shown} (đã xác nhận)" in lan.get("/alerts/a1").text


def test_an_alert_leads_to_the_story_of_its_evidence(log_in: LogIn, store: SqlStore) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent(key, title=f"Tin {key}") for key in ("d1", "d2", "d3")])
        put_in_stories(tx, {"d1": "s1", "d2": "s2", "d3": "s2"})
        found = replace(opened(make_signal(documents=("d1", "d2", "d3"))), id="a1", opened_at=NOW)
        tx.save_alert(found, kind="opened", actor="radar", text="Mở", at=NOW)
    page = log_in().get("/alerts/a1").text
    assert re.findall(r'href="/stories/(\w+)"', page) == ["s2", "s1"]
    assert 'aria-label="Nhãn của: Tin d1"' in page


def test_the_gravest_of_the_open_alerts_stands_first_in_the_list_too(log_in: LogIn, store: SqlStore) -> None:
    grave = replace(opened(make_signal(unusual=8.0)), id="grave", opened_at=NOW - timedelta(days=2), level=3)
    with store.begin() as tx:
        for found in (grave, *(replace(grave, id=f"l{n}", opened_at=NOW, level=n) for n in (0, 1))):
            tx.save_alert(found, kind="opened", actor="radar", text="Mở", at=NOW)
    assert re.findall(r'href="/alerts/(\w+)"', log_in().get("/alerts").text) == ["grave", "l1", "l0"]


def test_reaction_times_are_told_in_hours_and_of_few_alerts_not_at_all(
    log_in: LogIn, alert: Alert, clock: SetClock
) -> None:
    lan = log_in()
    clock.at = alert.opened_at + timedelta(hours=1, minutes=28)
    assert lan.post("/alerts/a1/do", verb="acknowledge").status_code == 303
    assert "sau 1 giờ 28 phút" in lan.get("/alerts/a1").text
    # the middle of a few alerts, or of those that nobody was told of, says nothing
    assert "tiếp nhận: không đủ dữ liệu (0 trên 0)" in lan.get("/alerts").text
