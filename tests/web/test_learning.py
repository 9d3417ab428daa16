"""Labels, doubts and drift by pages and API: who may, what is shown, what follows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from httpx import Response

from service.domain.accounts import Role, Scope
from service.domain.documents import DocumentKind
from service.domain.drift import WORDS
from service.domain.judgement import Diagnostics, Place, Tone
from service.domain.topics import TOPICS
from service.insight.drift import week_of
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.accounts import Accounts
from tests.builders import NOW, make_intent, make_token
from tests.web.conftest import LOOPBACK, DeskBrowser, LogIn, MakeBrowser


def doubt(**margins: float) -> Diagnostics:
    return Diagnostics(margins=margins, scores={}, words=10, unknown=1)


def answer(who: DeskBrowser, document: str, **fields: object) -> Response:
    """Answer on the page of a document as it is now."""
    return who.post(f"/documents/{document}/labels", shown=shown(who.get(f"/documents/{document}").text), **fields)


def shown(page: str) -> list[str]:
    return re.findall(r'name="shown" value="([^"]+)"', page)


@pytest.fixture
def documents(store: SqlStore) -> None:
    post = make_intent(
        "d2", title="", text="Xin hỏi [PHONE] bao giờ có lương hưu", diagnostics=doubt(feedback=0.1),
        places=(Place("01", "Hà Nội"),),
    )  # fmt: skip
    with store.begin() as tx:
        tx.add_documents([
            make_intent(
                "d1", tone=Tone.NEGATIVE, title="Lương hưu <b>chậm</b>", diagnostics=doubt(tone=0.2, topics=0.3)
            ),
            replace(post, document=replace(post.document, kind=DocumentKind.POST)),
            make_intent("d3", title="Chuyện khác", diagnostics=doubt(relevant=0.4)),
        ])  # fmt: skip


@pytest.mark.parametrize("role", [Role.DESK, Role.ANALYST])
def test_one_click_confirms_and_another_corrects(log_in: LogIn, store: SqlStore, documents: None, role: Role) -> None:
    who = log_in("lan", role)
    page = who.get("/doubts").text
    assert page.index("documents/d2") < page.index("documents/d1") < page.index("documents/d3")
    assert page.count("autofocus") == 1
    assert "<b>chậm</b>" not in page
    assert "[PHONE]" in page
    done = answer(who, "d1", tone="negative", back="tone")
    assert (done.status_code, done.headers["location"]) == (303, "/doubts?question=tone")
    assert answer(who, "d2", feedback="question", back="all").headers["location"] == "/doubts"
    assert answer(who, "d3", relevant="no", back="all").status_code == 303
    page = who.get("/doubts").text
    assert "documents/d1" in page  # asked about its topics now
    assert "documents/d3" not in page
    counts = {c.question: (c.labels, c.corrections) for c in SqlReadModels(store).label_counts()}
    assert (counts["tone"], counts["feedback"], counts["relevant"]) == ((1, 0), (1, 1), (1, 1))
    topics = answer(who, "d1", topics_asked="1", topics=["fund"], back="topics")
    assert topics.status_code == 303
    assert "Hiện không còn nội dung nào" in who.get("/doubts").text


def test_the_page_of_a_document_shows_who_said_what_and_takes_all_answers(
    log_in: LogIn, store: SqlStore, documents: None
) -> None:
    who = log_in()
    assert "của máy" in who.get("/documents/d1").text
    answers = {"relevant": "yes", "tone": "positive", "feedback": "none", "axis": "policy", "protected": "no"}
    assert answer(who, "d1", topics_asked="1", topics=["fund", "digital"], **answers).status_code == 303
    page = who.get("/documents/d1").text
    assert "đã sửa, máy cho là: tiêu cực" in page
    assert page.count("đã xác nhận") == 3
    assert "Đây là tố cáo" not in page
    assert answer(who, "d1", relevant="no").status_code == 303
    assert "máy cho là: có" in who.get("/documents/d1").text
    for wrong in ({}, {"tone": "angry"}, {"relevant": "maybe"}):
        assert answer(who, "d1", **wrong).status_code == 422
    assert answer(who, "none", tone="neutral").status_code == 404
    with store.begin() as tx:
        assert len(tx.labels("d1")) == 6


def test_a_refused_form_keeps_what_was_chosen(log_in: LogIn, documents: None) -> None:
    chosen = {"tone": "positive", "relevant": "yes", "topics_asked": "1", "topics": list(TOPICS)[-7:]}
    refused = answer(log_in(), "d1", **chosen)
    assert (refused.status_code, "nhiều nhất 6 chủ đề" in refused.text) == (422, True)
    assert re.findall(r'name="tone" value="(\w+)" checked', refused.text) == ["positive"]
    assert re.findall(r'name="topics" value="(\w+)" checked', refused.text) == chosen["topics"]


def test_an_old_form_does_not_write_over_what_somebody_else_has_answered(
    log_in: LogIn, store: SqlStore, documents: None, clock: SetClock
) -> None:
    lan, minh = log_in(), log_in("minh")
    page = minh.get("/documents/d1").text
    form = dict(re.findall(r'name="(\w+)" value="(\w+)" checked', page))
    assert form["tone"] == "negative"
    assert answer(lan, "d1", tone="positive").status_code == 303
    old = minh.post("/documents/d1/labels", shown=shown(page), topics_asked="1", **form)
    assert old.status_code == 409
    assert "đã được sửa hoặc rút sau khi quý vị mở trang" in old.text
    assert "Sắc thái đối với BHXH: tiêu cực" in old.text
    with store.begin() as tx:
        [label] = tx.labels("d1")
        mine = tx.user(lan.email)
    assert mine is not None
    assert (label.answer, label.who) == ("positive", mine.ref)
    # a click on a question that nobody has answered goes on, and so does who has seen the answer
    assert minh.post("/documents/d1/labels", feedback="none", back="all").status_code == 303
    assert minh.post("/documents/d1/labels", tone="negative", back="all").status_code == 409
    clock.at += timedelta(minutes=1)
    assert answer(minh, "d1", **(form | {"tone": "neutral"})).status_code == 303


def test_a_denunciation_is_taken_out_by_the_person_who_sees_it(log_in: LogIn, store: SqlStore, documents: None) -> None:
    who = log_in()
    assert "Đây là tố cáo" in who.get("/documents/d2").text
    assert who.post("/documents/d2/denunciation").status_code == 303
    assert who.post("/documents/d1/denunciation").status_code == 404
    with store.begin() as tx:
        assert tx.document("d2") is None
        assert tx.document("d1") is not None


def test_api_labels_as_a_person_and_serves_the_correction(log_in: LogIn, store: SqlStore, documents: None) -> None:
    who = log_in()
    assert [d["document_id"] for d in who.api("GET", "/doubts").json()] == ["d2", "d1", "d3"]
    assert [d["margin"] for d in who.api("GET", "/doubts?question=topics").json()] == [0.3]
    said = who.api("POST", "/documents/d1/labels", {"tone": "neutral", "topics": ["fund"]})
    assert said.status_code == 200
    assert {v["question"]: (v["answer"], v["machine"]) for v in said.json()} == {
        "tone": ("neutral", "negative"), "topics": (["fund"], ["pension"]),
    }  # fmt: skip
    served = who.api("GET", "/documents/d1").json()
    assert (served["tone"], served["topics"], served["corrected"]) == ("neutral", ["fund"], ["tone", "topics"])
    assert who.api("GET", "/documents/d1/labels").json() == said.json()
    for wrong in (
        {},
        {"tone": "angry"},
        {"topics": ["x"]},
        {"limb": "forgery"},
        {"relevant": None},
        {"relevant": "yes"},
        {"protected": 1},
    ):
        assert who.api("POST", "/documents/d1/labels", wrong).status_code == 422, wrong
    assert who.api("GET", "/documents/none/labels").status_code == 404


def test_an_answer_is_withdrawn_by_page_and_api(log_in: LogIn, store: SqlStore, documents: None) -> None:
    who, other = log_in(), log_in("xem", Role.VIEWER)
    answer(who, "d1", tone="positive", feedback="praise", topics_asked="1", topics=["fund"])
    page = who.get("/documents/d1").text
    assert page.count(">Rút nhãn</button>") == 3
    assert "Rút nhãn" not in other.get("/documents/d1").text
    assert other.post("/documents/d1/labels/withdraw", question="tone").status_code == 403
    assert other.api("DELETE", "/documents/d1/labels/tone").status_code == 403
    assert who.client.delete("/api/v1/documents/d1/labels/tone").status_code == 403
    done = who.post("/documents/d1/labels/withdraw", question="tone")
    assert (done.status_code, done.headers["location"]) == (303, "/documents/d1")
    left = who.api("DELETE", "/documents/d1/labels/topics")
    assert (left.status_code, [v["question"] for v in left.json()]) == (200, ["feedback"])
    served = who.api("GET", "/documents/d1").json()
    assert (served["tone"], served["topics"], served["corrected"]) == ("negative", ["pension"], ["feedback"])
    assert "đã sửa" in who.get("/documents/d1").text
    for path, status in (("d1/labels/tone", 404), ("none/labels/tone", 404), ("d1/labels/limb", 422)):
        assert who.api("DELETE", f"/documents/{path}").status_code == status, path
    assert who.post("/documents/d1/labels/withdraw", question="tone").status_code == 404
    assert who.post("/documents/d1/labels/withdraw", question="x").status_code == 422
    answer(who, "d3", relevant="no")
    assert who.post("/documents/d3/labels/withdraw", question="relevant").headers["location"] == "/documents/d3"
    assert who.get("/documents/d3").status_code == 200


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER, Role.APPROVER, Role.INSPECTOR, Role.ADMINISTRATOR])
def test_nobody_else_labels(log_in: LogIn, documents: None, role: Role, store: SqlStore) -> None:
    who = log_in("lan", Role.VIEWER)
    with store.begin() as tx:
        user = tx.user(who.email)
        assert user is not None
        tx.set_roles(user.id, frozenset({role}))
    assert who.get("/doubts").status_code == 403
    assert who.get("/documents/d1").status_code == 200
    assert "Nội dung" in who.get("/documents/d1").text
    assert answer(who, "d1", tone="neutral").status_code == 403
    assert who.post("/documents/d2/denunciation").status_code == 403
    assert who.api("POST", "/documents/d1/labels", {"tone": "neutral"}).status_code == 403
    with store.begin() as tx:
        assert tx.labels("d1") == []


def test_a_program_labels_nothing(browser: MakeBrowser, quick_accounts: Accounts, documents: None) -> None:
    secret = make_token(quick_accounts, "may", Scope.WRITE)
    one = browser()
    bearer = {"Authorization": f"Bearer {secret}"}
    answer = one.client.post("/api/v1/documents/d1/labels", json={"tone": "neutral"}, headers=bearer)
    assert answer.status_code == 403
    assert one.client.get("/api/v1/doubts", headers=bearer).status_code == 200


def test_an_account_of_a_province_labels_its_province_only(
    log_in: LogIn, people: Accounts, documents: None, store: SqlStore
) -> None:
    who = log_in()
    people.set_provinces(who.email, ["01"])
    assert [d["document_id"] for d in who.api("GET", "/doubts").json()] == ["d2"]
    assert who.get("/documents/d1").status_code == 404
    assert answer(who, "d1", tone="neutral").status_code == 404
    assert who.api("POST", "/documents/d1/labels", {"tone": "neutral"}).status_code == 404
    assert who.api("GET", "/documents/d1/labels").status_code == 404
    assert answer(who, "d2", tone="neutral").status_code == 303
    with store.begin() as tx:
        assert tx.labels("d1") == []


def test_drift_is_on_a_page_in_the_api_and_in_the_metrics(browser: MakeBrowser, store: SqlStore) -> None:
    one = browser(LOOPBACK)
    page = one.get("/model").text
    assert "Chưa đủ số liệu" in page
    assert "cán bộ đồng ý với máy đến mức nào" in page
    assert "người làm việc" not in page
    assert one.get("/api/v1/drift").json() is None
    with store.begin() as tx:
        for n in range(6):
            tx.add_scores({("relevant", 9): 70}, model="m@0", week=week_of((NOW + timedelta(weeks=n - 9)).date()))
    page = one.get("/model").text
    assert "cần ít nhất 500 văn bản mỗi bên (nay 280 và 140)" in page
    assert "Không có dấu hiệu lệch" not in page
    with store.begin() as tx:
        for n in range(6):
            moved = n > 3
            spread = {("tone=negative", 1 if moved else 8): 900, ("relevant", 9): 900}
            words = {(WORDS, 0): 90_000, (WORDS, 1): 9_000 if moved else 3_000}
            tx.add_scores(spread | words, model="m@1", week=week_of((NOW + timedelta(weeks=n)).date()))
            tx.add_scores({("relevant", 9): 100}, model="m@1", week=week_of((NOW + timedelta(weeks=n)).date()))
    page = one.get("/model").text
    assert "Phân bố điểm của “Sắc thái đối với BHXH: tiêu cực” đã lệch" in page
    assert "từ mới" in page
    found = one.get("/api/v1/drift").json()
    assert {s["head"]: s["now"] for s in found["shifts"]} == {"relevant": 2000, "tone=negative": 1800}
    assert len(found["warnings"]) == 2
    lines = one.get("/metrics").text.splitlines()
    assert "radar_drift_warnings 2.0" in lines
    [relevant] = [line for line in lines if line.startswith('radar_score_psi{head="relevant"}')]
    assert float(relevant.split()[1]) < 0.01
