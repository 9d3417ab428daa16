# ruff: noqa: F401, F811 - fixtures are used by their names
"""Explanations, stories, campaigns and recovery over a real application on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.domain.accounts import Role, Scope
from service.domain.campaigns import Campaign
from service.domain.judgement import Feedback, Place, Tone
from service.domain.stories import Merge, Split, StoryPlacement
from service.domain.warning import Alert, AlertState, Level, Signal
from service.reporting.files import ReportMaker
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.accounts import Accounts
from service.usecases.place import StoryDesk
from service.usecases.tidy import look_at_phases
from service.usecases.watch import Watch
from tests.alerts import make_signal, opened
from tests.builders import NOW, bearer, hours_ago, make_intent, make_source, make_token
from tests.stored import put_in_stories
from tests.web.conftest import Browser, MakeBrowser
from tests.web.test_api import Client, accounts, client
from tests.weeks import SUBJECTS, crisis, ordinary_week

HANOI, DA_NANG = Place("01", "Hà Nội"), Place("48", "Đà Nẵng")


@pytest.fixture
def day(store: SqlStore, clock: SetClock) -> str:
    """An ordinary week, then a crisis; the id of its alert."""
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    Watch(store=store, clock=clock).run()
    with store.begin() as tx:
        [alert] = [a for a in tx.live_alerts() if a.stream == "topic:health_care"]
    return alert.id


@pytest.fixture
def token(accounts: Accounts) -> dict[str, str]:
    return bearer(accounts, Scope.WRITE, name="test")


def quiet_story(store: SqlStore, clock: SetClock) -> str:
    with store.begin() as tx:
        tx.add_documents([make_intent("q1", title="Hỏi về sổ BHXH bị sai tên đệm", feedback=Feedback.QUESTION, at=NOW)])
    StoryDesk(store, clock).place()
    with store.begin() as tx:
        [story] = tx.stories_of(["q1"])
    return story


def test_an_alert_is_explained_as_it_was_frozen(client: Client, day: str) -> None:
    found = client().get(f"/api/v1/alerts/{day}/explain").json()
    assert found["fires"] is True
    assert found["value"] > found["expected"]
    assert found["evidence"]
    assert found["quiet_if"]
    assert [g["level"] for g in found["gates"]] == [1, 2, 3, 4]
    page = client().get(f"/alerts/{day}").text
    for words in ("Giải thích đầy đủ", "Bản thảo phát ngôn đầu tiên", "Hồi phục", "<svg"):
        assert words in page


def test_the_page_of_an_alert_gives_the_due_times_and_figures_that_mails_give(
    client: Client, store: SqlStore, day: str
) -> None:
    told = NOW + timedelta(hours=5)
    with store.begin() as tx:
        alert = tx.alert(day)
        assert alert
        handling = replace(alert.handling, told_at=told)
        tx.touch_alert(replace(alert, handling=handling, level=Level.WARNING, peak_level=Level.WARNING))
    page = client().get(f"/alerts/{day}").text
    first = client().get(f"/api/v1/alerts/{day}/aftermath").json()["plan"]["tasks"][0]
    assert first["due_at"].startswith("2026-03-02T09:00:00")
    assert f"<td>{first['what']}</td><td>{first['owner']}</td><td>16:00 ngày 02/03/2026</td>" in page
    assert '<th scope="row">Điều kiện của mức này</th><td>Sẽ không có cảnh báo mức' in page
    assert "24 giờ gần nhất về chủ đề “Khám chữa bệnh" in page
    assert "đường đứt là mức thường (gần như không có)" in page or "đường đứt là mức thường (khoảng" in page
    assert "luồng" not in page


def test_before_a_crisis_the_statement_is_kept_ready(client: Client, store: SqlStore, day: str) -> None:
    with store.begin() as tx:
        alert = tx.alert(day)
        assert alert
        tx.touch_alert(replace(alert, level=Level.WATCH, peak_level=Level.WATCH))
    page = client().get(f"/alerts/{day}").text
    assert "(chuẩn bị sẵn, chưa công bố)" in page
    assert "Bản thảo phát ngôn đầu tiên" not in page
    with store.begin() as tx:
        tx.touch_alert(replace(alert, state=AlertState.CLOSED, closed_at=NOW))
    assert "Bản thảo phát ngôn" not in client().get(f"/alerts/{day}").text


def test_no_share_is_told_of_two_publications(client: Client, store: SqlStore) -> None:
    alert = replace(opened(make_signal(documents=("d1", "d2"))), id="a1", opened_at=NOW)
    with store.begin() as tx:
        tx.add_documents([make_intent(f"d{n}", at=hours_ago(1)) for n in (1, 2)])
        tx.save_alert(alert, kind="opened", actor="radar", text="x", at=NOW)
    StoryDesk(store, SetClock(NOW)).place()
    assert "không đủ dữ liệu (2 bài gốc trong 24 giờ đến " in client().get("/alerts/a1").text


def test_an_alert_shows_the_facts_of_its_topic_that_hold_today(client: Client, day: str) -> None:
    facts = client().get(f"/api/v1/alerts/{day}/aftermath").json()["facts"]
    assert facts
    assert all("health_care" in f["topics"] and f["source"] for f in facts)
    page = client().get(f"/alerts/{day}").text
    assert "Dữ kiện để trả lời, đính chính" in page
    assert all(f["text"] in page and f["source"] in page for f in facts)


def test_a_story_that_did_not_fire_says_why(
    client: Client,
    store: SqlStore,
    clock: SetClock,
    day: str,
) -> None:
    story = quiet_story(store, clock)
    found = client().get(f"/api/v1/stories/{story}/explain").json()
    assert found
    assert all(not x["fires"] for x in found)
    assert "trung lập" in found[0]["why"] or "không vượt" in found[0]["why"] or "Chưa đến" in found[0]["why"]
    assert "không cảnh báo" in client().get(f"/stories/{story}").text
    assert client().get("/api/v1/stories/s0/explain").status_code == 404
    assert client().get("/api/v1/alerts/a0/explain").status_code == 404


def test_the_aftermath_holds_a_curve_and_a_plan(client: Client, clock: SetClock, day: str) -> None:
    clock.at += timedelta(days=4)
    found = client().get(f"/api/v1/alerts/{day}/aftermath").json()
    assert found["recovery"]["peak"] >= 10
    assert found["recovery"]["back_after"] is not None
    assert found["plan"]["statement"]
    assert found["outlets"]
    assert client().get("/api/v1/alerts/a0/aftermath").status_code == 404


def test_stories_are_merged_and_split_through_the_api(
    client: Client,
    store: SqlStore,
    clock: SetClock,
    token: dict[str, str],
) -> None:
    story = quiet_story(store, clock)
    with store.begin() as tx:
        tx.add_documents(
            [make_intent("z", title="Chợ nổi cấp thẻ BHYT lưu động", source=make_source("Báo B"), places=(HANOI,))]
        )
    StoryDesk(store, clock).place()
    with store.begin() as tx:
        [other] = tx.stories_of(["z"])
    api = client()
    assert api.post(f"/api/v1/stories/{other}/merge", json={"into": story}).status_code == 401
    assert api.post(f"/api/v1/stories/{other}/merge", json={"into": story}, headers=token).json() == {"story": story}
    assert api.get(f"/stories/{other}").headers["location"] == f"/stories/{story}"
    detail = api.get(f"/api/v1/stories/{story}/detail").json()
    assert detail["story"]["documents"] == 2
    assert detail["places"] == [["Hà Nội", 1]]
    named = {"documents": ["z"], "reason": "người viết 0900 000 000"}
    assert api.post(f"/api/v1/stories/{story}/split", json=named, headers=token).status_code == 422
    split = api.post(f"/api/v1/stories/{story}/split", json={"documents": ["z"]}, headers=token).json()
    assert split["story"] not in (story, other)
    with store.begin() as tx:
        logged = [e for e in tx.audit_entries() if e.action.startswith("story_")]
    assert [(e.action, e.subject, dict(e.details)) for e in logged] == [
        ("story_merged", f"story:{other}", {"into": story}),
        ("story_split", f"story:{story}", {"into": split["story"], "documents": 1}),
    ]
    assert {e.actor for e in logged} == {"token:1"}
    wrong = api.post(f"/api/v1/stories/{story}/split", json={"documents": ["none"]}, headers=token)
    assert wrong.status_code == 404


@pytest.fixture
def mixed(store: SqlStore) -> None:
    """Two stories of both provinces: one with an alert, one told in Hà Nội alone but for its first document."""
    with store.begin() as tx:
        tx.add_documents([
            make_intent("dn", at=hours_ago(3), places=(DA_NANG,), tone=Tone.NEGATIVE, title="Đà Nẵng chờ lương hưu",
                        source=make_source("Báo Đà Nẵng"), feedback=Feedback.QUESTION),
            make_intent("hn", at=hours_ago(2), places=(HANOI,), tone=Tone.NEGATIVE, title="Hà Nội chờ lương hưu",
                        source=make_source("Báo Hà Nội")),
            make_intent("hn2", at=hours_ago(1), places=(HANOI,), title="Hà Nội đã trả", source=make_source("Báo H")),
            make_intent("hn3", at=hours_ago(1), places=(HANOI,), title="Hà Nội hỏi thẻ", source=make_source("Báo H")),
        ])  # fmt: skip
        put_in_stories(tx, dict.fromkeys(("dn", "hn", "hn2"), "s1") | {"hn3": "own"})
        told = "câu chuyện “Đà Nẵng chờ lương hưu”"
        signal = Signal(
            id="g1", stream="story:s1", at=NOW, unusual=6.5, harmful=3.0, sure=0.9, value=9, expected=0.5, origins=9,
            sources=5, coverage=1.0, documents=("dn", "hn"),
            reasons=("chuyện mới “Đà Nẵng chờ lương hưu” được 2 nguồn độc lập cùng phản ánh tiêu cực",),
        )  # fmt: skip
        alert = Alert(
            id="a1", stream="story:s1", level=Level.RISK, peak_level=Level.RISK, state=AlertState.OPEN, opened_at=NOW,
            updated_at=NOW, headline=f"Tăng bất thường về {told}", why=f"9 bài về {told} (mức thường khoảng 2).",
            quiet_if="x", signal=signal,
        )  # fmt: skip
        tx.save_alert(alert, kind="opened", actor="radar", text=f"Mở: {told}", at=NOW)
        everywhere = replace(alert, id="a2", stream="all", signal=replace(signal, stream="all"), headline="a2", why="x")
        tx.save_alert(everywhere, kind="opened", actor="radar", text="x", at=NOW)


@pytest.fixture
def limited(
    browser: MakeBrowser, person: Callable[..., str], quick_accounts: Accounts, clock: SetClock
) -> Callable[[str], Browser]:
    """The browser of an account of the province with this code."""
    maker = ReportMaker(feeds=[], clock=clock, parent="BỘ", agency="CƠ QUAN", place="Thử")

    def make(code: str) -> Browser:
        email, one = person(f"tinh-{code}", Role.DESK, Role.ANALYST), browser(reports=maker)
        quick_accounts.set_provinces(email, [code])
        one.log_in(email)
        return one

    return make


@pytest.mark.usefixtures("mixed")
def test_a_story_is_what_an_account_of_a_province_may_read_of_it(
    limited: Callable[[str], Browser], store: SqlStore
) -> None:
    one = limited("01")
    stories = {s["id"]: s for s in one.get("/api/v1/stories").json()["items"]}
    assert [stories["s1"][n] for n in ("headline", "documents", "origins", "publishers", "negative")] == [
        "Hà Nội chờ lương hưu", 2, 2, 2, 1,
    ]  # fmt: skip
    assert one.get("/api/v1/stories/s1").json() == stories["s1"]
    with store.begin() as tx:
        for moved, reason in ((("dn", "hn"), "vì bài Đà Nẵng"), (("hn",), "vì bài này")):
            tx.add_story_decision(Split(documents=moved, into="s1"), actor="lan", reason=reason, at=NOW)
        tx.add_story_decision(Merge(kept="s1", absorbed="s0"), actor="lan", reason="giống Đà Nẵng", at=NOW)
    detail = one.get("/api/v1/stories/s1/detail").json()
    assert [d["text"] for d in detail["decisions"]] == ["", "vì bài này", ""]
    assert detail["places"] == [["Hà Nội", 2]]
    assert dict(detail["sources"]) == {"Báo Hà Nội": 1, "Báo H": 1}
    assert sum(sum(n for name, n in d.items() if name != "day") for d in detail["days"]) == 2
    pages = (
        "/", "/parts/board", "/stories/s1", "/alerts", "/alerts/a1", "/alerts/a2", "/alerts.json",
        "/api/v1/stories/s1/explain", "/api/v1/stories", "/api/v1/alerts", "/api/v1/alerts/a1",
        "/api/v1/alerts/a1/explain", "/api/v1/alerts/a1/aftermath", "/api/v1/alerts/a2/aftermath",
        "/api/v1/alerts/a1/after-action?form=markdown", "/api/v1/alerts/a2/after-action?form=markdown",
    )  # fmt: skip
    for page in pages:
        answer = one.get(page)
        assert answer.status_code == 200, page
        assert "Đà Nẵng" not in re.sub(r"<datalist.*?</datalist>", "", answer.text, flags=re.S), page
    there = limited("48").get("/api/v1/alerts/a1").json()
    assert there["alert"]["headline"] == "Tăng bất thường về câu chuyện “Đà Nẵng chờ lương hưu”"
    with store.begin() as tx:
        for name, places in (("Ra quân Đà Nẵng", ("48",)), ("Ra quân cả nước", ())):
            day = NOW.date()
            entered = Campaign(id=name[-7:], name=name, starts=day, ends=day, topics=("pension",), places=places)
            tx.add_campaign(entered, by="lan", at=NOW)
    listed = {c["name"] for c in one.get("/api/v1/campaigns").json()}
    assert [name in listed for name in ("Ra quân Đà Nẵng", "Ra quân cả nước")] == [False, True]


@pytest.mark.usefixtures("mixed")
def test_the_aftermath_of_an_account_of_a_province_holds_that_province_only(
    limited: Callable[[str], Browser], client: Client
) -> None:
    whole = client().get("/api/v1/alerts/a2/aftermath").json()
    assert whole["alert"]["signal"]["documents"] == ["dn", "hn"]
    assert [p["code"] for p in whole["places"]] == ["48", "01"]
    assert (len(whole["outlets"]), whole["unanswered"]) == (3, 1)
    mine = limited("01").get("/api/v1/alerts/a2/aftermath").json()
    assert mine["alert"]["signal"]["documents"] == ["hn"]
    assert [p["code"] for p in mine["places"]] == ["01"]
    assert ({name for name, _ in mine["outlets"]}, mine["unanswered"]) == ({"Báo Hà Nội", "Báo H"}, 0)


@pytest.mark.usefixtures("mixed")
def test_an_account_of_a_province_moves_only_what_it_may_read(
    limited: Callable[[str], Browser], quick_accounts: Accounts, store: SqlStore
) -> None:
    one = limited("01")
    secret = make_token(quick_accounts, "01", Scope.WRITE, owner="tinh-01@agency.example.com")
    bearer = {"Authorization": f"Bearer {secret}"}

    def api(path: str, **body: object) -> int:
        return int(one.client.post(f"/api/v1/stories/{path}", headers=bearer, json=body).status_code)

    assert api("s1/split", documents=["dn", "hn"]) == 404
    for wrong, why in ((["hn2", "own"], "Một bài đã chọn không còn thuộc câu chuyện này"), ([], "Cần chọn một số bài")):
        refused = one.submit("/stories/s1", "/stories/s1/split", documents=wrong)
        assert (refused.status_code, why in refused.text) == (422, True), wrong
    assert one.submit("/stories/s1", "/stories/s1/split", documents=["dn"]).status_code == 422
    assert api("s1/merge", into="own") == 403
    refused = one.submit("/stories/s1", "/stories/s1/merge", into="/stories/own")
    assert (refused.status_code, "chỉ gộp câu chuyện mà mọi tin, bài đều nhắc đến Hà Nội" in refused.text) == (
        403,
        True,
    )
    with store.begin() as tx:
        assert tx.stories_of(["dn", "hn", "hn2"]) == {"s1"}
    assert api("own/merge", into="s1") == 200
    assert api("s1/split", documents=["hn2", "hn3"]) == 200
    with store.begin() as tx:
        assert tx.stories_of(["dn", "hn"]) == {"s1"}
        assert len(tx.stories_of(["hn", "hn2", "hn3"])) == 2


CAMPAIGN = {"name": "Ra quân <b>tháng 3</b>", "starts": "2026-03-01", "ends": "2026-03-09", "topics": ["voluntary"]}


def test_campaigns_are_entered_listed_and_removed(client: Client, token: dict[str, str]) -> None:
    api = client()
    assert api.post("/api/v1/campaigns", json=CAMPAIGN).status_code == 401
    made = api.post("/api/v1/campaigns", json=CAMPAIGN, headers=token)
    assert made.status_code == 201
    assert made.json()["id"] in {c["id"] for c in api.get("/api/v1/campaigns").json() if c["entered"]}
    page = api.get("/campaigns").text
    assert "Ra quân &lt;b&gt;" in page
    for wrong in (
        {"ends": "2026-02-01"}, {"topics": ["x"]}, {"topics": []}, {"places": ["Hà Nội"]}, {"places": ["99"]},
        {"name": "   "},
        {"name": "\x00\u202e"}, {"topics": ["fund"] * 10_000}, {"starts": "0001-01-01", "ends": "9999-12-31"},
        {"ends": "2026-09-17"}, {"starts": "2023-03-01", "ends": "2023-03-09"},
        {"starts": "2029-03-01", "ends": "2029-03-09"},
    ):  # fmt: skip
        assert api.post("/api/v1/campaigns", json=CAMPAIGN | wrong, headers=token).status_code == 422, wrong
    address = f"/api/v1/campaigns/{made.json()['id']}"
    assert api.delete(address).status_code == 401
    assert api.delete(address, headers=token).status_code == 204
    assert api.delete(address, headers=token).status_code == 404


def test_a_campaign_is_named_without_marks_and_lasts_200_days_at_most(client: Client, token: dict[str, str]) -> None:
    odd = CAMPAIGN | {"name": " Ra quân\u202e tháng 3", "ends": "2026-09-16", "topics": ["fund", "fund"]}
    made = client().post("/api/v1/campaigns", json=odd, headers=token)
    assert (made.status_code, made.json()["name"], made.json()["topics"]) == (201, "Ra quân tháng 3", ["fund"])


def test_an_account_of_a_province_enters_and_removes_campaigns_of_its_own_only(
    browser: MakeBrowser, person: Callable[..., str], quick_accounts: Accounts, store: SqlStore
) -> None:
    email = person("dn", Role.DESK)
    quick_accounts.set_provinces(email, ["48"])
    secret = make_token(quick_accounts, "dn", Scope.WRITE, owner=email)
    bearer = {"Authorization": f"Bearer {secret}"}
    desk, one = browser(), browser()
    desk.log_in(person("truc", Role.DESK))
    one.log_in(email)
    form = {**CAMPAIGN, "topics": ["voluntary"]}
    assert desk.submit("/campaigns", "/campaigns", **form).status_code == 303
    assert desk.submit("/campaigns", "/campaigns", **form, places="48, 01").status_code == 303
    with store.begin() as tx:
        national = [c.id for c in tx.campaigns()]
    for places in ("", "01", "48, 01"):
        assert one.submit("/campaigns", "/campaigns", **form, places=places).status_code == 403, places
        body = CAMPAIGN | {"places": places.replace(",", "").split()}
        assert one.client.post("/api/v1/campaigns", json=body, headers=bearer).status_code == 403, places
    page = one.get("/campaigns").text
    for each in national:
        assert f"/campaigns/{each}/remove" not in page
        assert one.submit("/campaigns", f"/campaigns/{each}/remove").status_code == 403
        assert one.client.delete(f"/api/v1/campaigns/{each}", headers=bearer).status_code == 403
    assert one.submit("/campaigns", "/campaigns", **form, places="48").status_code == 303
    with store.begin() as tx:
        [own] = [c.id for c in tx.campaigns() if c.places == ("48",)]
    assert f"/campaigns/{own}/remove" in one.get("/campaigns").text
    assert one.client.delete(f"/api/v1/campaigns/{own}", headers=bearer).status_code == 204
    assert desk.submit("/campaigns", f"/campaigns/{national[0]}/remove").status_code == 303
    with store.begin() as tx:
        logged = [e for e in tx.audit_entries() if e.action.startswith("campaign_")]
    assert [e.action for e in logged] == ["campaign_added"] * 3 + ["campaign_removed"] * 2
    assert logged[0].details == {"starts": "2026-03-01", "ends": "2026-03-09", "topics": 1, "provinces": "national"}
    assert (logged[2].details["provinces"], logged[2].subject, logged[3].subject) == (
        "48", f"campaign:{own}", f"campaign:{own}",
    )  # fmt: skip


def test_a_story_goes_on_behind_its_first_hundred_documents(client: Client, store: SqlStore) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent(f"d{n}", at=hours_ago(n), title=f"Tin thứ {n}.") for n in range(150)])
        put_in_stories(tx, "s1", {f"d{n}": "d0" for n in range(150)})
    first = client().get("/stories/s1").text
    following = re.search(r'href="(/stories/s1\?cursor=[^"]+)">Xem tiếp', first)
    assert following
    last = client().get(following[1]).text
    shown = re.findall(r"Tin thứ (\d+)\.</a>", first + last)
    assert sorted(map(int, shown)) == list(range(150))
    assert "Xem tiếp" not in last
    assert 'href="/stories/s1">Về đầu danh sách' in last


def test_a_person_enters_a_campaign_and_splits_a_story_on_the_page(
    client: Client,
    accounts: Accounts,
    store: SqlStore,
    clock: SetClock,
    day: str,
) -> None:
    browser = client()
    form = {k: v for k, v in CAMPAIGN.items() if k != "topics"} | {"topics": ["voluntary"], "places": "01, 79"}
    assert browser.post("/campaigns", data=form).headers["location"] == "/login?next=/campaigns"

    def csrf(path: str) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', browser.get(path).text)
        assert found
        return found[1]

    accounts.add("an@example.com", Role.DESK)
    password = "mười hai con thuyền 2026"
    accounts.change_password("an@example.com", password)
    browser.post("/login", data={"email": "an@example.com", "password": password, "csrf": csrf("/login")})
    own = {"old": password, "new": "mot-cau-dai-cua-rieng-toi", "csrf": csrf("/password")}
    assert browser.post("/password", data=own).status_code == 303
    assert browser.post("/campaigns", data=form).status_code == 403
    assert browser.post("/campaigns", data=form | {"csrf": csrf("/campaigns")}).status_code == 303
    wrong = browser.post("/campaigns", data=form | {"csrf": csrf("/campaigns"), "ends": "hôm qua"})
    assert (wrong.status_code, "ghi ngày bắt đầu và ngày kết thúc" in wrong.text) == (422, True)
    for places in ("0148 999 abc12", "1", "٠١", "00"):
        odd = browser.post("/campaigns", data=form | {"csrf": csrf("/campaigns"), "places": places})
        assert (odd.status_code, "mã gồm hai chữ số" in odd.text) == (422, True), places
    with store.begin() as tx:
        [campaign] = tx.campaigns()
    assert campaign.places == ("01", "79")
    browser.post(f"/campaigns/{campaign.id}/remove", data={"csrf": csrf("/campaigns")})
    with store.begin() as tx:
        assert tx.campaigns() == []
        [story] = tx.stories_of(["o1"])
        members = [p.id for p in tx.story_members(story)]
    path = f"/stories/{story}"
    data = {"documents": members[:1], "csrf": csrf(path)}
    if len(members) > 1:
        made = browser.post(f"{path}/split", data=data)
        assert made.status_code == 303
        merged = browser.post(f"{path}/merge", data={"into": made.headers["location"], "csrf": csrf(path)})
        assert merged.headers["location"] == made.headers["location"]
    assert browser.post(f"{path}/merge", data={"into": "s0", "csrf": csrf("/")}).status_code == 404


def test_the_stream_of_a_place_is_told_in_its_topic(store: SqlStore, clock: SetClock) -> None:
    intents = [
        make_intent(f"p{n}", tone=Tone.NEGATIVE, places=(HANOI,), source=make_source(f"Báo {n}")) for n in range(3)
    ]
    with store.begin() as tx:
        tx.add_documents([replace(i) for i in intents])
    StoryDesk(store, clock).place()
    with store.begin() as tx:
        assert "topic:pension@01" in tx.streams()


def test_an_open_alert_has_an_outlook_with_bands_and_a_calibrated_chance(
    client: Client, store: SqlStore, clock: SetClock
) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock, documents=4)
    clock.at += timedelta(minutes=20)
    Watch(store=store, clock=clock).run()
    with store.begin() as tx:
        [alert] = tx.live_alerts()
    assert alert.peak_level < 3
    assert alert.signal.chance is not None
    found = client().get(f"/api/v1/alerts/{alert.id}/outlook").json()
    assert 0 < found["chance"] < 1
    assert [f["hours"] for f in found["expected"]] == [24, 72, 168]
    assert all(f["p10"] <= f["p50"] <= f["p90"] for f in found["expected"])
    assert client().get(f"/api/v1/alerts/{alert.id}").json()["alert"]["chance"] == alert.signal.chance
    page = client().get(f"/alerts/{alert.id}").text
    for words in ("Khả năng lên mức L3 trong 72 giờ", "Mức lan tỏa", "7 ngày", 'href="/calibration"'):
        assert words in page
    # publications are counted in whole numbers
    assert len(re.findall(r"khoảng [\d.]+, nhiều khả năng từ [\d.]+ đến [\d.]+</td>", page)) == 3


def test_the_outlook_of_a_grave_alert_gives_no_chance_and_that_of_none_is_none(client: Client, day: str) -> None:
    assert client().get(f"/api/v1/alerts/{day}/outlook").json()["chance"] is None
    assert client().get("/api/v1/alerts/a0/outlook").status_code == 404


def test_the_calibration_is_shown_with_its_chart(client: Client) -> None:
    found = client().get("/api/v1/outlook/calibration").json()
    assert sum(r["count"] for r in found["reliability"]) == found["held_out"]
    page = client().get("/calibration").text
    assert "chart calibration" in page
    assert "dữ liệu mô phỏng" in page
    assert "docs/" not in page


def test_stories_tell_their_phase_on_the_board_and_in_the_api(client: Client, store: SqlStore, clock: SetClock) -> None:
    story = quiet_story(store, clock)
    look_at_phases(store, clock.now())
    [listed] = [s for s in client().get("/api/v1/stories").json()["items"] if s["id"] == story]
    assert listed["phase"] == client().get(f"/api/v1/stories/{story}").json()["phase"] == "emerging"
    assert "mới xuất hiện" in client().get("/").text
    assert "mới xuất hiện" in client().get(f"/stories/{story}").text


def test_the_board_shows_stories_of_one_matter_under_its_alert(
    client: Client, store: SqlStore, clock: SetClock
) -> None:
    """A crisis that is told in many words is many stories; the others are not pushed off the board."""
    nghe_an: dict[str, Any] = {"topics": ("pension",), "places": (Place("40", "Nghệ An"),)}
    clock.at += timedelta(hours=2)
    with store.begin() as tx:
        other = make_intent("khac", title="Cà Mau tặng thẻ cho hộ nghèo", at=NOW - timedelta(hours=30), excerpt="a")
        titles = [f"{SUBJECTS[n % 10]} {SUBJECTS[(n * 3) % 7]} {n * 37}" for n in range(20)]
        mine = [
            make_intent(f"m{n}", title=title, excerpt=title, at=NOW - timedelta(minutes=n), **nghe_an)
            for n, title in enumerate(titles)
        ]
        tx.add_documents([other, *mine])
        put_in_stories(tx)
    board = client().get("/").text
    assert "Cà Mau tặng thẻ" not in board
    with store.begin() as tx:
        alert = replace(opened(make_signal(documents=("m0", "m1"))), stream="topic:pension@40", opened_at=NOW)
        tx.save_alert(alert, kind="opened", actor="radar", text="Mở", at=NOW)
    board = client().get("/").text
    alerts, _, stories = board.partition('id="stories-title"')
    assert "câu chuyện khác" in alerts
    assert titles[0] in alerts
    assert "Cà Mau tặng thẻ" in stories
    assert not [t for t in titles if t in stories]
