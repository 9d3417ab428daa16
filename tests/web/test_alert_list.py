"""Alerts as a list: the same filters on the page and in the API, counts, order, what an empty list says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl, urlencode

import pytest
from fastapi.testclient import TestClient

from service.domain.accounts import Role, Scope
from service.domain.warning import Alert, AlertState, Handling, Level
from service.storage.engine import SqlStore
from service.usecases.accounts import Accounts
from service.web.deps import Site
from tests.alerts import make_signal, opened
from tests.builders import NOW, bearer
from tests.web.conftest import LOOPBACK, Browser, LogIn, chromium_at

LAN, MAI = "lan@agency.example.com", "mai@agency.example.com"
MANY = 60  # more than a page


def made(key: str, days: int, level: int, stream: str, state: AlertState, by: str | None = None) -> Alert:
    """An alert of so many days ago; `level`: the highest it had."""
    now = Level.NORMAL if state.ended else Level(level)
    return replace(
        opened(make_signal(unusual=8.0)), id=key, opened_at=NOW - timedelta(days=days), stream=stream, level=now,
        peak_level=Level(level), state=state, handling=Handling(assigned_to=by), headline=f"Cảnh báo {key}",
    )  # fmt: skip


def keep(store: SqlStore, *alerts: Alert) -> None:
    with store.begin() as tx:
        for alert in alerts:
            tx.save_alert(alert, kind="opened", actor="radar", text="Mở", at=NOW)


@pytest.fixture
def alerts(store: SqlStore) -> None:
    keep(
        store,
        made("new", 1, 1, "topic:pension", AlertState.OPEN),
        made("mine", 3, 3, "topic:pension@38", AlertState.IN_HAND, LAN),
        made("hers", 2, 2, "place:48", AlertState.ASSIGNED, MAI),
        made("tale", 4, 2, "story:s1", AlertState.ACKNOWLEDGED),
        made("over", 5, 4, "topic:fund", AlertState.CLOSED, LAN),
        made("false", 40, 2, "all", AlertState.DISMISSED),
    )


QUESTIONS = [
    ({"state": "live"}, ["mine", "hers", "tale", "new"]),
    ({"state": "ended"}, ["over", "false"]),
    ({"state": "all"}, ["mine", "hers", "tale", "new", "over", "false"]),
    ({"state": "closed"}, ["over"]),
    ({"state": ["open", "in_hand"]}, ["mine", "new"]),
    ({"state": "all", "min_level": "3"}, ["mine", "over"]),
    ({"state": "all", "topic": "pension"}, ["mine", "new"]),
    ({"state": "all", "place": "Đà Nẵng"}, ["hers"]),
    ({"state": "all", "place": "38", "topic": "pension"}, ["mine"]),
    ({"state": "all", "assignee": "me"}, ["mine", "over"]),
    ({"state": "all", "assignee": "nobody"}, ["tale", "new", "false"]),
    ({"state": "all", "since": "2026-02-26", "until": "2026-03-01"}, ["mine", "hers", "tale"]),
    # fields of the form that were left empty
    ({"state": "all", "min_level": "", "topic": "", "place": "", "assignee": "", "since": "", "until": ""}, None),
]


@pytest.mark.usefixtures("alerts")
@pytest.mark.parametrize(("asked", "found"), QUESTIONS)
def test_page_and_api_have_the_same_filters(
    log_in: LogIn, people: Accounts, asked: dict[str, str], found: list[str] | None
) -> None:
    lan = log_in()
    found = ["mine", "hers", "tale", "new", "over", "false"] if found is None else found
    page = lan.get(f"/alerts?{urlencode(asked, doseq=True)}").text
    assert listed(page) == found
    assert f'<p class="lead">{len(found)} cảnh báo' in page
    answer = lan.client.get("/api/v1/alerts", params=asked)
    assert {a["id"] for a in answer.json()["items"]} == set(found)
    counts = lan.client.get("/api/v1/alert-counts", params=asked).json()
    assert sum(counts.values()) == len(found)


def listed(page: str) -> list[str]:
    """Ids of the alerts on a page, in order."""
    return re.findall(r'<th scope="row"><a href="/alerts/(\w+)"', page)


@pytest.mark.usefixtures("alerts")
def test_the_list_tells_scope_and_who_handles_what(log_in: LogIn) -> None:
    page = log_in().get("/alerts?state=all").text
    rows = {key: row for row in page.split("<tr>") for key in re.findall(r'"/alerts/(\w+)"', row)}
    assert 'Cả nước<br><span class="small">Lương hưu, tuổi nghỉ hưu<' in rows["new"]
    assert 'Thanh Hóa<br><span class="small">Lương hưu, tuổi nghỉ hưu<' in rows["mine"]
    assert 'Đà Nẵng<br><span class="small">Địa phương<' in rows["hers"]
    assert 'data-label="Phạm vi"><span class="small">Câu chuyện<' in rows["tale"]  # of no province, nor of the country
    assert 'Cả nước<br><span class="small">Toàn ngành<' in rows["false"]
    assert f">{LAN} (quý vị)</td>" in rows["mine"]
    assert f">{MAI}</td>" in rows["hers"]
    assert ">chưa có người xử lý</td>" in rows["new"]


@pytest.mark.usefixtures("alerts")
def test_without_a_filter_the_page_shows_what_is_open_and_the_api_everything(log_in: LogIn) -> None:
    lan = log_in()
    page = lan.get("/alerts").text
    assert listed(page) == ["mine", "hers", "tale", "new"]
    assert re.search(r'aria-current="page">Đang mở \(4\)</a>', page)
    assert ">Đã kết thúc hoặc bỏ qua (2)</a>" in page
    assert ">Tất cả (6)</a>" in page
    assert "Bỏ các điều kiện" not in page
    assert len(lan.client.get("/api/v1/alerts").json()["items"]) == 6


@pytest.mark.usefixtures("alerts")
def test_what_was_asked_stays_in_the_form_and_in_every_link(log_in: LogIn) -> None:
    page = log_in().get("/alerts?state=all&min_level=2&place=38&since=2026-02-01").text
    assert '<option value="2" selected>L2</option>' in page
    assert '<option value="38" selected>Thanh Hóa</option>' in page
    assert '<option value="all" selected>tất cả</option>' in page
    assert 'name="since" value="2026-02-01"' in page
    assert 'href="/alerts">Bỏ các điều kiện</a>' in page
    assert "từ mức L2; riêng Thanh Hóa; phát hiện từ 00:00 ngày 01/02/2026" in page
    tabs = [dict(parse_qsl(unescape(q))) for q in re.findall(r'href="/alerts\?([^"]+)"[^>]*>\w[^<]* \(\d+\)', page)]
    assert [t.pop("state") for t in tabs] == ["live", "ended", "all"]
    assert all(t == {"min_level": "2", "place": "38", "since": "2026-02-01"} for t in tabs)


def test_what_is_open_stands_before_pages_of_what_has_ended(log_in: LogIn, store: SqlStore) -> None:
    ended = [made(f"e{n}", n, 2, "topic:pension", AlertState.CLOSED) for n in range(MANY)]
    keep(store, *ended, made("old", 90, 1, "all", AlertState.OPEN), made("fund", 1, 2, "topic:fund", AlertState.CLOSED))
    lan = log_in()
    page = lan.get("/alerts?state=all").text
    seen = listed(page)
    assert seen[:2] == ["old", "e0"]
    [following] = re.findall(r'<a href="(/alerts\?[^"]*cursor[^"]*)">Xem tiếp', page)
    page = lan.get(unescape(following)).text
    seen += listed(page)
    assert (len(seen), len(set(seen))) == (MANY + 2, MANY + 2)
    assert '<a href="/alerts?state=all">Về đầu danh sách</a>' in page


@pytest.mark.usefixtures("alerts")
def test_an_empty_list_says_which_condition_leaves_nothing(log_in: LogIn) -> None:
    page = log_in().get("/alerts?state=ended&topic=pension&assignee=me").text
    assert "0 cảnh báo: đã kết thúc hoặc bỏ qua; chủ đề “Lương hưu, tuổi nghỉ hưu”; giao cho quý vị" in page
    assert "Hiện không có cảnh báo nào như vậy." in page
    offers = re.findall(r'<li><a href="/alerts\?([^"]+)">Bỏ điều kiện “([^”]+)[^<]*</a>: có (\d+) cảnh báo', page)
    assert [(dict(parse_qsl(unescape(q))), n) for q, _, n in offers] == [
        ({"state": "all", "topic": "pension", "assignee": "me"}, "1"),
        ({"state": "ended", "assignee": "me"}, "1"),
    ]
    assert "không thuộc riêng chủ đề nào" in page


def test_an_empty_list_of_a_quiet_time_says_so(log_in: LogIn, store: SqlStore) -> None:
    lan = log_in()
    page = lan.get("/alerts").text
    assert "Hiện không có cảnh báo nào đang mở." in page
    assert "Ở các tình trạng khác cũng không có cảnh báo nào." in page
    assert "Bỏ riêng từng điều kiện cũng không có cảnh báo nào." in lan.get("/alerts?min_level=2").text
    assert "Ở các tình trạng khác" not in lan.get("/alerts?state=all&min_level=2").text
    keep(store, made("over", 5, 4, "topic:fund", AlertState.CLOSED))
    assert '<a href="/alerts?state=all">Bỏ điều kiện “đang mở”</a>: có 1 cảnh báo' in lan.get("/alerts").text


def test_silence_of_a_service_that_does_not_read_is_not_called_calm(
    browser: Callable[..., Browser], person: Callable[..., str]
) -> None:
    one = browser(stopped=lambda: ["Không có tin mới nào được đọc từ hôm qua."])
    one.log_in(person("lan", Role.VIEWER))
    assert "Theo các tin, bài đã đọc, không có cảnh báo nào đang mở." in one.get("/alerts").text


@pytest.mark.usefixtures("alerts")
def test_only_who_has_an_account_has_alerts_of_their_own(visit: Callable[..., TestClient], people: Accounts) -> None:
    here = visit(LOOPBACK)
    assert '<option value="me"' not in here.get("/alerts").text
    for path in ("/alerts", "/api/v1/alerts"):
        answer = here.get(f"{path}?assignee=me")
        assert answer.status_code == 422
        assert "chỉ người đã đăng nhập" in answer.text
    headers = bearer(people, Scope.READ)
    assert visit().get("/api/v1/alerts?assignee=nobody", headers=headers).status_code == 200


@pytest.mark.usefixtures("alerts")
def test_an_account_of_a_province_counts_what_it_may_read(
    browser: Callable[..., Browser], person: Callable[..., str], quick_accounts: Accounts
) -> None:
    email = person("tinh", Role.DESK)
    quick_accounts.set_provinces(email, ["48"])
    one = browser()
    one.log_in(email)
    page = one.get("/alerts?state=all").text
    assert listed(page) == ["hers"]
    assert ">Tất cả (1)</a>" in page
    assert '<option value="38"' not in page
    assert "trong phạm vi của tài khoản (Đà Nẵng)." in one.get("/alerts?state=all&place=38").text


@pytest.mark.usefixtures("alerts")
def test_the_list_is_filtered_by_keyboard_and_read_on_a_telephone(site: Site) -> None:
    with chromium_at(site, viewport={"width": 390, "height": 844}, java_script_enabled=False) as (page, base):
        page.goto(f"{base}/alerts")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        first = page.get_by_role("link", name="Cảnh báo mine").bounding_box()
        assert first["y"] + first["height"] < 844 / 2  # what is gravest is seen at once
        page.locator("details.folded summary").press("Enter")
        page.get_by_label("Từ mức").focus()
        page.keyboard.type("L3")
        page.get_by_role("button", name="Lọc", exact=True).press("Enter")
        page.wait_for_url("**min_level=3**")
        for words in ("Thanh Hóa", LAN, "Đang xử lý"):
            seen = page.locator("table.stack").get_by_text(words).first.bounding_box()
            assert seen["x"] + seen["width"] <= 390, words
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.emulate_media(media="print")
        assert not page.get_by_role("button", name="Lọc").is_visible()
        assert page.get_by_text("1 cảnh báo: đang mở; từ mức L3").is_visible()
