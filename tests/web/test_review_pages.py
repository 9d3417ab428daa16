"""The review by pages and API: what is shown, and that one person is never two."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from service.domain.accounts import Role, Scope
from service.domain.desk import Subscription, SubscriptionChannel
from service.domain.judgement import Limb
from service.domain.notifications import Delivered, NotificationDraft
from service.domain.times import start_of_day
from service.domain.warning import Level
from service.domain.wording import local_time
from service.review.workflow import CHANGED
from service.scheduling.clock import SetClock
from service.settings.legal_file import load_legal
from service.storage.engine import SqlStore
from service.usecases.accounts import Accounts
from service.usecases.review import ReviewRoom, remind
from tests.alerts import make_finding
from tests.builders import bearer, make_intent
from tests.stored import put_in_stories, waiting
from tests.web.conftest import DeskBrowser, LogIn

Visit = Callable[..., TestClient]
TEXT = "Cán bộ BHXH đây <script>x</script>. Chuyển phí vào STK [ACCOUNT]. Xin cảm ơn."
START = TEXT.index("Chuyển")
SPAN = ((START, TEXT.index(" Xin")),)
DESK = "truc@agency.example.com"
DECIDING = frozenset({Role.REVIEWER, Role.APPROVER, Role.INSPECTOR})
LATE = datetime.fromisoformat("2026-10-05T03:00:00+00:00")


@pytest.fixture
def log_in(log_in: LogIn, store: SqlStore) -> LogIn:
    """Where no role is asked for, somebody who may decide everything: only the rule of two people stops them."""

    def make(name: str = "lan", role: Role | None = None) -> DeskBrowser:
        if role is not None:
            return log_in(name, role)
        # an account whose address is of a person who has one already is refused; here one is there all the same
        browser = log_in(name.replace("+", "-plus-"), Role.VIEWER)
        with store.begin() as tx:
            user = tx.user(browser.email)
            assert user is not None
            tx.set_roles(user.id, DECIDING)
            users = tx.connection.exec_driver_sql
            users(f"update users set email = '{name}@agency.example.com' where id = {user.id}")
        browser.email = f"{name}@agency.example.com"
        return browser

    return make


@pytest.fixture
def findings(store: SqlStore) -> None:

    with store.begin() as tx:
        tx.add_documents([make_intent(f"d{n}", text=TEXT, title=f"Bài {n} <b>") for n in range(4)])
        put_in_stories(tx, "s1", {"d1": "d0"})
        tx.add_findings([
            make_finding(Limb.PROPERTY, id="f0", document_id="d0", evidence=SPAN),
            make_finding(Limb.PROPERTY, id="f1", document_id="d1", evidence=SPAN),
            make_finding(Limb.WITHHELD, id="f2", document_id="d2", evidence=SPAN),
            make_finding(Limb.FORGERY, id="f3", document_id="d3", evidence=SPAN, content_at=LATE),
        ])  # fmt: skip


@pytest.mark.usefixtures("findings")
def test_the_first_screen_says_which_step_of_the_review_waits_for_whom(
    log_in: Callable[..., DeskBrowser],
) -> None:
    reviewer, viewer = log_in("lan"), log_in("xem", Role.VIEWER)
    assert '<a href="/review?show=open">4 mục chờ thẩm định</a>' in reviewer.get("/").text
    proposed = {"move": "propose_warning", "reason": "lừa đảo", "proposal": "Cảnh báo: không chuyển tiền.", "seen": "0"}
    assert reviewer.post("/review/f0", **proposed).status_code == 303
    assert '<a href="/review?show=waiting">1 đề xuất chờ người thứ hai duyệt</a>' in log_in("minh").get("/").text
    assert "3 mục chờ thẩm định" in reviewer.get("/").text
    assert "Việc của tôi" not in viewer.get("/").text


@pytest.fixture(params=["page", "api"])
def decide(request: pytest.FixtureRequest, store: SqlStore) -> Callable[..., int]:
    """Decide by a form or through the API on what is there now, or on what was `seen`; gives the status."""

    def by_page(who: DeskBrowser, finding: str, move: str, *, seen: int | None = None, **more: str) -> int:
        return who.post(f"/review/{finding}", move=move, seen=moves(finding, seen), **more).status_code

    def by_api(who: DeskBrowser, finding: str, move: str, *, seen: int | None = None, **more: str) -> int:
        body = {"move": move, "seen": moves(finding, seen), **more}
        return who.api("POST", f"/findings/{finding}/decisions", body).status_code

    def moves(finding: str, seen: int | None) -> int:
        with store.begin() as tx:
            found = tx.finding(finding)
        return seen if seen is not None or found is None else found.moves

    return by_page if request.param == "page" else by_api


DONE = (200, 303)
APPROVE = {"move": "approve", "seen": 1}
WARNING = {"proposal": "BHXH Việt Nam cảnh báo. Gọi 1900 9068, thư: hotro@vss.gov.vn.", "reason": "nhiều người hỏi"}


CITED = "khoản 3 Điều 11 Luật Tiếp cận thông tin số 104/2016/QH13 (áp dụng đối với nội dung đăng trước ngày 01/09/2026)"


@pytest.mark.usefixtures("findings")
def test_a_proposal_without_a_reason_is_not_lost(log_in: LogIn) -> None:
    refused = log_in().post(
        "/review/f0", move="propose_warning", seen="0", proposal="Cảnh báo soạn cả buổi.", reason=" "
    )
    assert (refused.status_code, 'role="alert"' in refused.text) == (409, True)
    assert "<details open><summary>Đề xuất cảnh báo công khai" in refused.text
    assert 'rows="6">Cảnh báo soạn cả buổi.</textarea>' in refused.text


@pytest.mark.usefixtures("findings")
def test_the_page_shows_the_whole_law_both_reasons_and_what_is_protected(log_in: LogIn) -> None:
    lan = log_in()
    page = lan.get("/review/f0").text
    assert "<mark>Chuyển phí vào STK [ACCOUNT].</mark>" in page
    assert "<script>" not in page
    assert "gây thiệt hại về tài sản của cá nhân, cơ quan, tổ chức." in page
    assert f"<p>K{CITED[1:]}:</p>" in page
    assert "Điều cần cân nhắc thêm" in page
    assert "xác suất 90%" in page
    assert "khoảng 10 trường hợp không phải" in page
    assert "quyền của người dân" in page
    assert "Không phải hành vi bị cấm" in page
    queue = lan.get("/review").text
    assert "Chờ thẩm định (4)" in queue
    assert "Thao tác" in queue
    assert "1 bản sao cũng đang ở đây" in queue


@pytest.mark.usefixtures("findings")
def test_one_person_is_never_both_and_two_are_enough(
    log_in: LogIn, decide: Callable[..., int], store: SqlStore, clock: SetClock
) -> None:
    lan, alias, minh = log_in("lan"), log_in("la.n+2"), log_in("minh")
    assert decide(lan, "f0", "propose_warning", **WARNING) in DONE
    for same in (lan, alias):
        assert decide(same, "f0", "approve") == 409
        assert decide(same, "f0", "send_back", reason="x") == 409
        assert same.api("POST", "/findings/f0/decisions", {"move": "approve", "seen": 1}).status_code == 409
        assert same.post("/review/f0", move="approve", seen=1).status_code == 409
    assert decide(lan, "f0", "publish", reason="trang") == 409
    assert 'value="approve"' not in alias.get("/review/f0").text
    assert 'value="approve"' in minh.get("/review/f0").text
    assert decide(minh, "f0", "approve") in DONE
    assert decide(lan, "f0", "publish", reason="cổng thông tin") in DONE
    with store.begin() as tx:
        finding = tx.finding("f0")
        told = [p.draft for p in waiting(tx, clock.now())]
    assert finding is not None
    assert (finding.proposed_by, finding.approved_by) == (lan.email, minh.email)
    assert finding.cited == CITED
    assert finding.proposal == WARNING["proposal"]
    assert sorted(d.recipient for d in told) == sorted([minh.email, lan.email, alias.email, *[DESK] * 3])
    assert all("Chuyển phí" not in d.text + d.html for d in told)
    # the paragraphs of a warning stay paragraphs
    [published] = [d.html for d in told if ":publish:" in d.key]
    assert '<p style="white-space: pre-line">' in published


@pytest.mark.usefixtures("findings")
def test_who_may_decide_is_told_with_a_link_that_opens(
    log_in: LogIn, decide: Callable[..., int], store: SqlStore, clock: SetClock
) -> None:
    lan, minh, elsewhere, desk = log_in("lan"), log_in("minh"), log_in("tinh"), log_in("truc", Role.DESK)
    with store.begin() as tx:
        for browser, role in ((lan, Role.REVIEWER), (minh, Role.APPROVER), (elsewhere, Role.APPROVER)):
            user = tx.user(browser.email)
            assert user is not None
            tx.set_roles(user.id, frozenset({role}))
        tx.set_provinces(user.id, ["48"])  # the publication names no province

    def told() -> dict[str, str]:
        """Paths by recipient."""
        with store.begin() as tx:
            found = waiting(tx, clock.now())
            for p in found:
                tx.record_delivery(p.id, Delivered(), at=clock.now(), dead=False)
        return {p.draft.recipient: urlsplit(re.findall(r'href="([^"]+)"', p.draft.html)[0]).path for p in found}

    assert decide(lan, "f0", "propose_warning", **WARNING) in DONE
    assert told() == {minh.email: "/review/f0", desk.email: "/warnings"}
    for browser, path in ((minh, "/review/f0"), (desk, "/warnings")):
        assert browser.get(path).status_code == 200
    assert decide(minh, "f0", "approve") in DONE
    assert told() == {lan.email: "/review/f0", desk.email: "/warnings"}
    clock.at += timedelta(days=9)
    remind(_room(store, clock, desk=(desk.email,)))
    assert told() == {minh.email: "/review/f0", lan.email: "/review/f0", desk.email: "/warnings"}


@pytest.mark.usefixtures("findings")
def test_nobody_approves_a_text_that_they_have_not_seen(
    log_in: LogIn, decide: Callable[..., int], store: SqlStore
) -> None:
    lan, minh = log_in("lan"), log_in("minh")
    assert decide(lan, "f0", "propose_warning", proposal="Văn bản A", reason="x") in DONE
    page = minh.get("/review/f0").text
    form = page[page.index('name="move" value="approve"') :]
    shown = int(re.findall(r'name="seen" value="(\d+)"', form)[0])
    assert shown == minh.api("GET", "/findings/f0").json()["detail"]["finding"]["moves"]
    assert decide(lan, "f0", "withdraw", reason="x") in DONE
    assert decide(lan, "f0", "propose_correction", proposal="Văn bản B", reason="x") in DONE
    assert decide(minh, "f0", "approve", seen=shown) == 409
    assert decide(minh, "f0", "send_back", seen=shown, reason="viết lại câu đầu") == 409
    with store.begin() as tx:
        finding = tx.finding("f0")
    assert finding is not None
    assert (finding.state, finding.approved_by) == ("proposed", None)
    refused = minh.post("/review/f0", move="send_back", seen=shown, reason="viết lại câu đầu").text
    assert CHANGED in refused
    assert "Văn bản B" in refused
    assert "viết lại câu đầu" in refused
    # what does not say what was seen decides nothing
    assert minh.api("POST", "/findings/f0/decisions", {"move": "approve"}).status_code == 422
    assert minh.post("/review/f0", move="approve").status_code == 422
    assert decide(minh, "f0", "approve") in DONE


@pytest.mark.usefixtures("findings")
def test_words_with_personal_data_are_given_back_and_never_kept(
    log_in: LogIn, decide: Callable[..., int], store: SqlStore
) -> None:
    lan, minh = log_in("lan"), log_in("minh")
    words = "Gọi 1900 9068 (hoặc 024 3789 9999), thư: hotro@vss.gov.vn, nguoikhac@gmail.com"
    for proposal, reason in ((words, "x"), ("Nội dung", "bà Hoa 0912 345 678 hỏi")):
        assert decide(lan, "f0", "propose_warning", proposal=proposal, reason=reason) == 409
    told = lan.api("POST", "/findings/f0/decisions", {"move": "propose_warning", "seen": 0, "proposal": words})
    assert "“024 3789 9999” (số điện thoại); “nguoikhac@gmail.com” (địa chỉ thư điện tử)" in told.json()["detail"]
    assert "hotro@vss.gov.vn" not in told.json()["detail"]
    page = lan.post("/review/f0", move="propose_warning", seen=0, proposal=words, reason="nhiều người hỏi")
    assert (page.status_code, "required>nhiều người hỏi</textarea>" in page.text) == (409, True)
    assert page.text.count("<details open>") == 1
    assert decide(lan, "f0", "propose_warning", **WARNING) in DONE
    assert decide(minh, "f0", "approve") in DONE
    assert decide(lan, "f0", "publish", reason="https://www.facebook.com/baohiemxahoi") == 409
    for foreign in ("https://evil.example.org/x", "cổng https://vss.gov.vn.evil.example.org", "www.evil.example.org"):
        page = lan.post("/review/f0", move="publish", seen=2, reason=foreign)
        assert (page.status_code, "không thuộc tên miền của cơ quan" in page.text) == (409, True), foreign
    assert decide(lan, "f0", "publish", reason="https://vss.gov.vn/canh-bao-0912345678, trang Facebook") in DONE
    with store.begin() as tx:
        kept = str(tx.connection.exec_driver_sql("select reason from finding_decisions").all())
    assert "[" not in kept.strip("[]")
    for gone in ("3789", "gmail", "345 678", "facebook.com"):
        assert gone not in kept


@pytest.mark.usefixtures("findings")
def test_a_changed_role_does_not_make_two_of_one(
    log_in: LogIn, decide: Callable[..., int], store: SqlStore, visit: Visit, people: Accounts
) -> None:
    lan, admin, viewer = log_in("lan"), log_in("admin", Role.ADMINISTRATOR), log_in("xem", Role.VIEWER)
    for nobody in (admin, viewer):
        assert decide(nobody, "f0", "propose_warning", **WARNING) in (403, 409)
    assert decide(lan, "f0", "propose_warning", **WARNING) in DONE
    with store.begin() as tx:
        user = tx.user(lan.email)
        assert user is not None
        tx.set_roles(user.id, frozenset({Role.ADMINISTRATOR}))
        tx.set_roles(user.id, frozenset({Role.APPROVER}))
    assert decide(lan, "f0", "approve") == 409
    token = bearer(people, Scope.WRITE, name="lan")
    for client in (visit(), lan.client):
        refused = client.post("/api/v1/findings/f0/decisions", json=APPROVE, headers=token)
        assert refused.status_code == 403
    assert lan.client.post("/api/v1/findings/f0/decisions", json=APPROVE).status_code == 403
    assert visit(("127.0.0.1", 1)).post("/api/v1/findings/f0/decisions", json=APPROVE).status_code == 401


@pytest.mark.usefixtures("findings")
def test_conduct_of_institutions_goes_to_the_inspection_unit_and_nowhere_else(
    log_in: LogIn, decide: Callable[..., int], store: SqlStore, clock: SetClock
) -> None:
    lan = log_in()
    assert decide(lan, "f2", "propose_warning", **WARNING) == 409
    assert decide(lan, "f0", "follow_up", reason="x") == 409
    assert decide(lan, "f2", "follow_up", reason="làm rõ việc trả lời chậm") in DONE
    with store.begin() as tx:
        [told] = waiting(tx, clock.now())
    assert told.draft.recipient == "thanh-tra@agency.example.com"
    assert "Chuyển phí" not in told.draft.text
    assert "làm rõ" not in told.draft.text
    assert decide(lan, "f2", "followed_up", reason="đã trả lời người hỏi") in DONE


@pytest.mark.usefixtures("findings")
def test_without_a_law_in_force_a_scam_warning_cites_nothing_and_the_page_says_why(
    log_in: LogIn, decide: Callable[..., int], store: SqlStore
) -> None:
    lan, minh = log_in("lan"), log_in("minh")
    page = lan.get("/review/f3").text
    assert "Căn cứ pháp lý chờ cập nhật: Luật Tiếp cận thông tin (sửa đổi) có hiệu lực từ" in page
    assert "cảnh báo lừa đảo thông thường" in page
    assert "Điều 11. Các hành vi" not in page
    assert lan.api("GET", "/findings/f3").json()["legal"]["verbatim"] is None
    assert decide(lan, "f3", "propose_warning", **WARNING) in DONE
    assert decide(minh, "f3", "approve") in DONE
    with store.begin() as tx:
        finding = tx.finding("f3")
    assert finding is not None
    assert finding.cited == ""
    assert "Không viện dẫn điều khoản nào" in lan.get("/review/f3").text


@pytest.mark.usefixtures("findings")
def test_without_a_law_in_force_the_conduct_of_an_office_is_offered_what_can_be_done(
    log_in: LogIn, store: SqlStore
) -> None:
    with store.begin() as tx:
        tx.add_findings([make_finding(Limb.WITHHELD, id="f4", document_id="d3", evidence=SPAN, content_at=LATE)])
    page = log_in().get("/review/f4").text
    assert "đề xuất đính chính công khai hoặc chuyển thanh tra, kiểm tra nội bộ, nhưng không viện dẫn" in page
    assert "lừa đảo" not in page


@pytest.mark.usefixtures("findings")
def test_earlier_decisions_on_copies_are_shown(log_in: LogIn) -> None:
    lan = log_in()
    assert lan.post("/review/f0", move="not_an_act", seen=0, back="queue").headers["location"] == "/review"
    detail = lan.api("GET", "/findings/f1").json()["detail"]
    assert [(d["finding_id"], d["move"], d["actor"]) for d in detail["near_copies"]] == [
        ("f0", "not_an_act", lan.email)
    ]
    assert "Chưa có quyết định nào" not in lan.get("/review/f1").text


def test_who_inspects_reads_how_many_denunciations_there_were(log_in: LogIn, store: SqlStore, clock: SetClock) -> None:
    inspector, reviewer = log_in("lan"), log_in("minh")
    with store.begin() as tx:
        user = tx.user(reviewer.email)
        assert user is not None
        tx.set_roles(user.id, frozenset({Role.REVIEWER}))
    line = "Tố cáo được nhận diện, không lưu nội dung: "
    assert f"{line}0 trong 30 ngày qua." in inspector.get("/review").text
    days = [start_of_day(clock.now() - timedelta(days=n)).date() for n in (2, 0)]
    with store.begin() as tx:
        for n, day in enumerate(days):
            tx.record_drops("denunciation", n + 1, day=day.isoformat())
    told = f"{line}3 trong 30 ngày qua (theo ngày: {days[0]:%d/%m/%Y}: 1; {days[1]:%d/%m/%Y}: 2)."
    assert told in inspector.get("/review").text
    assert line not in reviewer.get("/review").text
    with store.begin() as tx:
        user = tx.user(inspector.email)
        assert user is not None
        tx.set_provinces(user.id, ["38"])
    assert line not in inspector.get("/review").text


@pytest.mark.usefixtures("findings")
def test_a_retracted_warning_is_shown_as_such_and_who_was_told_of_it_is_told_again(
    log_in: LogIn, decide: Callable[..., int], store: SqlStore, clock: SetClock
) -> None:
    lan, minh, viewer = log_in("lan"), log_in("minh"), log_in("xem", Role.VIEWER)
    subscribed = Subscription(
        id=0, email=viewer.email, channel=SubscriptionChannel.DAILY, topics=(), provinces=(), min_level=Level.WATCH,
        hours="",
    )  # fmt: skip
    with store.begin() as tx:
        kept = tx.add_subscription(subscribed, at=clock.now())

    def told(move: str) -> dict[str, NotificationDraft]:
        with store.begin() as tx:
            return {p.draft.recipient: p.draft for p in waiting(tx, clock.now()) if f":{move}:" in p.draft.key}

    assert decide(lan, "f0", "propose_warning", proposal="Văn bản A.", reason="x") in DONE
    pending = viewer.get("/warnings").text
    assert "Cảnh báo: Lừa đảo, chiếm đoạt tiền, dữ liệu. Chờ người thứ hai duyệt" in pending
    assert "Văn bản A" not in pending
    assert decide(minh, "f0", "approve") in DONE
    assert decide(lan, "f0", "publish", reason="https://vss.gov.vn/canh-bao-<1>, trang in") in DONE
    page = viewer.get("/warnings").text
    assert 'href="https://vss.gov.vn/canh-bao-' in page
    assert "<1>" not in page
    assert "Đang chờ duyệt, chờ công bố" not in page
    assert "<h2>Đã công bố</h2>" not in page
    assert decide(lan, "f1", "propose_warning", proposal="Văn bản B.", reason="x") in DONE
    both = viewer.get("/warnings").text
    assert both.index("Đang chờ duyệt, chờ công bố") < both.index("<h2>Đã công bố</h2>") < both.index("<article")
    assert decide(lan, "f1", "withdraw", reason="x") in DONE
    assert take_note(viewer) == 303
    for place, status in (("https://evil.example.org/x", 409), ("https://vss.gov.vn/dung", 303)):
        assert lan.post("/review/f0", move="correct_place", seen=3, reason=place).status_code == status
    assert "Nơi công bố đúng: https://vss.gov.vn/dung" in told("correct_place")[viewer.email].text
    clock.at += timedelta(minutes=5)
    # who has unsubscribed meanwhile was told of the publication all the same
    with store.begin() as tx:
        tx.delete_subscription(kept, email=viewer.email)
    assert decide(minh, "f0", "retract", reason=" ") == 409
    assert decide(viewer, "f0", "retract", reason="sai") in (403, 404, 409)
    assert decide(minh, "f0", "retract", reason="nêu sai số tổng đài") in DONE
    again = told("retract")
    assert set(again) == {viewer.email, DESK}
    for part in ("Thu hồi nội dung công khai.", "Lý do: nêu sai số tổng đài", "Văn bản A.", "không sử dụng"):
        assert part in again[viewer.email].text
    shown = viewer.get("/warnings").text
    assert "<del>Văn bản A.</del>" in shown
    assert f"Đã thu hồi lúc {local_time(clock.now())}</strong> ({minh.email}). Lý do: nêu sai số tổng đài" in shown
    assert 'href="https://vss.gov.vn/dung"' in shown
    assert '/receipt"' not in shown
    assert viewer.api("POST", "/warnings/f0/receipt").status_code == 404
    assert "Đã thu hồi" in lan.get("/review?show=done").text
    # another text takes two people again, and stands beside the one that was retracted; receipts are of a text
    assert decide(lan, "f0", "reopen", reason="sửa lại") in DONE
    assert decide(lan, "f0", "propose_correction", proposal="Văn bản B.", reason="x") in DONE
    assert decide(lan, "f0", "approve") == 409
    assert decide(minh, "f0", "approve") in DONE
    assert decide(lan, "f0", "publish", reason="trang in") in DONE
    new, old = viewer.api("GET", "/warnings").json()
    assert (new["text"], new["measure"], new["retracted_at"], new["received_by"]) == (
        "Văn bản B.", "correction", None, [],
    )  # fmt: skip
    assert (old["text"], old["measure"], old["retracted_by"]) == ("Văn bản A.", "warning", minh.email)
    assert old["received_by"] == [viewer.email]
    assert viewer.get("/warnings").text.count('id="w-f0"') == 1
    clock.at += timedelta(minutes=5)
    assert take_note(viewer) == 303
    assert viewer.api("GET", "/warnings").json()[0]["received_by"] == [viewer.email]


@pytest.fixture
def publish(decide: Callable[..., int], store: SqlStore) -> Callable[..., None]:
    """Publish a text under a finding, by two people."""

    def make(lan: DeskBrowser, minh: DeskBrowser, text: str, finding: str = "f0") -> None:
        assert decide(lan, finding, "propose_warning", proposal=text, reason="x") in DONE
        assert decide(minh, finding, "approve") in DONE
        assert decide(lan, finding, "publish", reason="trang in") in DONE

    return make


@pytest.mark.usefixtures("findings")
@pytest.mark.parametrize(("move", "reason"), [("retract", "nêu sai số"), ("correct_place", "cổng thông tin")])
def test_nobody_whose_account_has_ended_is_told_what_became_of_a_warning(
    log_in: LogIn, decide: Callable[..., int], publish: Callable[..., None], store: SqlStore, clock: SetClock,
    people: Accounts, move: str, reason: str,
) -> None:  # fmt: skip
    lan, minh, stays, goes = log_in("lan"), log_in("minh"), log_in("xem", Role.VIEWER), log_in("di", Role.VIEWER)
    with store.begin() as tx:
        for who in (stays, goes):
            subscribed = Subscription(
                id=0, email=who.email, channel=SubscriptionChannel.DAILY, topics=(), provinces=(),
                min_level=Level.WATCH, hours="",
            )  # fmt: skip
            tx.add_subscription(subscribed, at=clock.now())
    publish(lan, minh, "Văn bản A.")
    people.disable(goes.email)
    assert decide(minh, "f0", move, reason=reason) in DONE
    with store.begin() as tx:
        told = {p.draft.recipient for p in waiting(tx, clock.now()) if f":{move}:" in p.draft.key}
    assert told == {stays.email, DESK}


@pytest.mark.usefixtures("findings")
def test_the_place_that_is_kept_is_no_correction_and_nobody_is_mailed_it(
    log_in: LogIn, decide: Callable[..., int], publish: Callable[..., None], store: SqlStore, clock: SetClock
) -> None:
    lan, minh = log_in("lan"), log_in("minh")
    publish(lan, minh, "Văn bản A.")
    for place, done in (("trang in", False), ("cổng thông tin", True), (" cổng thông tin ", False), ("trang in", True)):
        assert (decide(minh, "f0", "correct_place", reason=place) in DONE) == done, place
    with store.begin() as tx:
        assert sum(":correct_place:" in p.draft.key for p in waiting(tx, clock.now())) == 2


@pytest.mark.usefixtures("findings")
def test_nobody_takes_note_of_a_text_by_a_page_that_shows_another(
    log_in: LogIn, decide: Callable[..., int], publish: Callable[..., None], clock: SetClock
) -> None:
    lan, minh, viewer = log_in("lan"), log_in("minh"), log_in("xem", Role.VIEWER)
    publish(lan, minh, "Văn bản A.")
    old = viewer.get("/warnings").text
    seen = viewer.api("GET", "/warnings").json()[0]["published_at"]
    clock.at += timedelta(minutes=5)
    assert decide(minh, "f0", "retract", reason="sai số") in DONE
    assert decide(lan, "f0", "reopen", reason="sửa lại") in DONE
    publish(lan, minh, "Văn bản B.")
    refused = viewer.post("/warnings/f0/receipt", **hidden(old))
    assert refused.status_code == 409
    assert "Nội dung này đã được thay bằng nội dung khác" in refused.text
    assert viewer.api("POST", "/warnings/f0/receipt", {"seen": seen}).status_code == 409
    assert [w["received_by"] for w in viewer.api("GET", "/warnings").json()] == [[], []]
    # a place that is corrected is no other text
    page, [new, _] = viewer.get("/warnings").text, minh.api("GET", "/warnings").json()
    assert decide(lan, "f0", "correct_place", reason="cổng thông tin") in DONE
    assert viewer.post("/warnings/f0/receipt", **hidden(page)).status_code == 303
    assert minh.api("POST", "/warnings/f0/receipt", {"seen": new["published_at"]}).status_code == 204
    assert lan.api("POST", "/warnings/f0/receipt").status_code == 204
    received = viewer.api("GET", "/warnings").json()[0]["received_by"]
    assert sorted(received) == sorted([viewer.email, minh.email, lan.email])


def hidden(page: str) -> dict[str, str]:
    """What the form of the first receipt on a page sends along."""
    form = page[page.index('/receipt"') :]
    return dict(re.findall(r'name="(seen)" value="([^"]+)"', form[: form.index("</form>")]))


def take_note(who: DeskBrowser) -> int:
    """Press the button of the first warning that stands; gives the status."""
    return who.post("/warnings/f0/receipt", **hidden(who.get("/warnings").text)).status_code


@pytest.mark.usefixtures("findings")
def test_what_was_decided_about_the_same_text_is_shown_whatever_its_limb(log_in: LogIn, store: SqlStore) -> None:
    with store.begin() as tx:
        tx.add_findings([make_finding(Limb.FORGERY, id="f9", document_id="d0", evidence=SPAN)])
    lan = log_in()
    queue = lan.get("/review").text
    # one row of the publication with both limbs, one link each
    assert queue.count(">Bài 0 &lt;b&gt;</a>") == 1
    row = queue[queue.index('scope="rowgroup" rowspan="2"') :]
    assert re.findall(r'<td><a href="/review/(f\d)">', row)[:2] == ["f9", "f0"]
    lan.post("/review/f0", move="propose_warning", seen=0, **WARNING)
    twin, copy = lan.get("/review/f9").text, lan.get("/review/f1").text
    for page in (twin, copy):
        assert "Chưa có quyết định nào" not in page
        assert f'<a href="/review/f0">Đề xuất cảnh báo công khai</a> ({lan.email}): Lừa đảo, chiếm đoạt tiền' in page
    ids = [f["id"] for f in lan.api("GET", "/findings?limit=2").json()]
    assert len(ids) == 2
    ids += [f["id"] for f in lan.api("GET", f"/findings?limit=9&before={ids[-1]}").json()]
    assert sorted(ids) == ["f1", "f2", "f3", "f9"]


def _room(store: SqlStore, clock: SetClock, *, desk: tuple[str, ...]) -> ReviewRoom:
    return ReviewRoom(store=store, clock=clock, legal=load_legal(), base_url="http://x", desk=desk)


@pytest.mark.usefixtures("findings")
def test_the_clock_of_ten_days_is_shown_and_reminds(log_in: LogIn, store: SqlStore, clock: SetClock) -> None:
    lan = log_in()
    lan.post("/review/f0", move="propose_warning", seen=0, **WARNING)
    assert "Hạn công bố" in lan.get("/review/f0").text
    room, told = _room(store, clock, desk=("a@agency.example.com",)), []
    for _ in range(14):
        clock.at += timedelta(days=1)
        told.append(remind(room))
    assert told == [0] * 8 + [1, 1] + [0] * 4


@pytest.mark.usefixtures("findings")
def test_the_queue_is_paged_and_for_people_of_the_desk(log_in: LogIn, visit: Visit) -> None:
    lan = log_in()
    first = lan.api("GET", "/findings?limit=3").json()
    rest = lan.api("GET", f"/findings?limit=3&before={first[-1]['id']}").json()
    assert sorted(f["id"] for f in first + rest) == ["f0", "f1", "f2", "f3"]
    assert log_in("xem", Role.VIEWER).get("/review").status_code == 403
    assert visit(("127.0.0.1", 1)).get("/review").headers["location"] == "/login?next=/review"
    assert lan.get("/review/zz").status_code == 404
    assert lan.post("/review/zz", move="not_an_act", seen=0).status_code == 404
    assert lan.post("/review/f0", move="report", seen=0).status_code == 422
