"""The report after an alert: on the page of an alert that has ended, and through the API."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.domain.accounts import Role
from service.domain.judgement import Place, Tone
from service.domain.sources import SourceKind
from service.domain.warning import AlertState, Level, Verdict
from service.reporting.files import ReportMaker
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.accounts import Accounts
from service.usecases.place import StoryDesk
from tests.alerts import make_signal, opened
from tests.builders import NOW, make_feed, make_intent, make_source
from tests.web.conftest import ACCEPT, LOOPBACK, Browser, MakeBrowser

LINK = "/api/v1/alerts/a1/after-action?form=docx"
Enter = Callable[..., Browser]


def keep(store: SqlStore, state: AlertState, **more: Any) -> None:
    found = replace(
        opened(make_signal(documents=("d1", "d2"))), id="a1", opened_at=NOW, headline="Chậm chi trả", **more
    )
    with store.begin() as tx:
        tx.save_alert(replace(found, state=state), kind="opened", actor="radar", text="Mở cảnh báo", at=NOW)


@pytest.fixture
def ended(store: SqlStore, clock: SetClock) -> None:
    with store.begin() as tx:
        tx.add_documents([
            make_intent("d1", title="Hà Nội chậm chi trả", text="Chờ từ sáng.", places=(Place("01", "Hà Nội"),)),
            make_intent("d2", title="Nghệ An chậm chi trả", places=(Place("40", "Nghệ An"),)),
        ])  # fmt: skip
    StoryDesk(store, clock).place()
    keep(store, AlertState.CLOSED)


@pytest.fixture
def visit(browser: MakeBrowser, clock: SetClock) -> Callable[..., Browser]:
    maker = ReportMaker(
        feeds=[make_feed()], clock=clock, parent="BỘ THỬ", agency="CƠ QUAN THỬ", place="Thử",
    )  # fmt: skip
    return lambda *args, **more: browser(*args, reports=maker, **more)


@pytest.fixture
def enter(visit: Callable[..., Browser], person: Callable[..., str]) -> Enter:
    def make(*roles: Role) -> Browser:
        one = visit()
        one.log_in(person("lan", *roles))
        return one

    return make


@pytest.mark.usefixtures("ended")
def test_an_alert_that_has_ended_gives_its_report_which_is_logged(enter: Enter, store: SqlStore) -> None:
    lan = enter(Role.ANALYST)
    assert LINK in lan.get("/alerts/a1").text
    answer = lan.get(LINK)
    assert answer.content.startswith(b"PK")
    assert answer.headers["content-disposition"] == 'attachment; filename="bao-cao-sau-su-viec-a1.docx"'
    text = lan.get(LINK.replace("docx", "markdown")).text
    assert "Hà Nội chậm chi trả" in text
    assert "Nghệ An chậm chi trả" in text
    with store.begin() as tx:
        made = [e for e in tx.audit_entries() if e.action == "exported"]
        known = tx.user("lan@agency.example.com")
    assert known
    assert [(e.actor, e.subject, e.details) for e in made] == [
        (known.ref, "report:after-action:a1", {"form": form}) for form in ("docx", "markdown")
    ]


def test_an_open_alert_has_no_link(enter: Enter, store: SqlStore) -> None:
    keep(store, AlertState.OPEN)
    assert "after-action" not in enter(Role.DESK, Role.ANALYST).get("/alerts/a1").text


@pytest.mark.usefixtures("ended")
def test_who_does_not_export_gets_none(enter: Enter) -> None:
    lan = enter(Role.VIEWER)
    assert "after-action" not in lan.get("/alerts/a1").text
    assert lan.get(LINK).status_code == 403
    refused = lan.get(LINK, headers=ACCEPT)
    assert (refused.status_code, '<a href="/alerts/a1">Quay lại</a>' in refused.text) == (403, True)


@pytest.mark.usefixtures("ended")
def test_an_account_of_a_province_gets_what_its_page_shows(enter: Enter, quick_accounts: Accounts) -> None:
    lan = enter(Role.ANALYST)
    quick_accounts.set_provinces("lan@agency.example.com", ["01"])
    text = lan.get(LINK.replace("docx", "markdown")).text
    assert "Hà Nội chậm chi trả" in text
    assert "Nghệ An chậm chi trả" not in text
    quick_accounts.set_provinces("lan@agency.example.com", ["96"])
    assert lan.get("/alerts/a1").status_code == 404
    assert lan.get(LINK).status_code == 404


@pytest.mark.usefixtures("ended")
def test_what_there_is_not_is_refused(visit: Callable[..., Browser], store: SqlStore) -> None:
    one = visit(LOOPBACK)
    assert LINK in one.get("/alerts/a1").text
    assert one.get("/api/v1/alerts/khong-co/after-action").status_code == 404
    assert one.get(LINK.replace("docx", "exe")).status_code == 422
    with store.begin() as tx:
        assert not [e for e in tx.audit_entries() if e.action == "exported"]


@pytest.mark.usefixtures("ended")
def test_the_report_says_what_was_said_of_the_level(enter: Enter, store: SqlStore) -> None:
    lan = enter(Role.ANALYST)
    assert "mức cao nhất L2; trạng thái" in lan.get(LINK.replace("docx", "markdown")).text
    said = Verdict(level=Level.CRISIS, confirmed=False, by="tt@agency.example.com", at=NOW)
    with store.begin() as tx:
        found = tx.alert("a1")
        assert found
        tx.touch_alert(replace(found, peak_level=Level.CRISIS, handling=replace(found.handling, verdict=said)))
    assert "mức cao nhất L4 (không được xác nhận); trạng thái" in lan.get(LINK.replace("docx", "markdown")).text


def test_a_report_says_where_nothing_is_known_of_outlets(enter: Enter, store: SqlStore) -> None:
    keep(store, AlertState.CLOSED)
    text = enter(Role.ANALYST).get(LINK.replace("docx", "markdown")).text
    assert re.search(r"Nơi câu chuyện được nói đến[^\n]*\n+- chưa rõ\n", text)


def test_an_alert_of_a_province_shows_what_the_press_has_published_there(
    visit: Callable[..., Browser], store: SqlStore
) -> None:
    nghe_an: dict[str, Any] = {"topics": ("pension",), "places": (Place("40", "Nghệ An"),)}
    forum = make_source("Diễn đàn", kind=SourceKind.FORUM)
    negative = {"tone": Tone.NEGATIVE, "source": forum}
    with store.begin() as tx:
        tx.add_documents([
            make_intent("d1", title="Cả tháng chưa thấy tiền", at=NOW - timedelta(hours=3), **negative),
            make_intent("d2", title="Bà em vẫn chờ", at=NOW - timedelta(hours=5), **negative, **nghe_an),
            make_intent("p1", title="Nghìn người chưa nhận lương hưu", at=NOW - timedelta(hours=1), **nghe_an),
            make_intent("p0", title="Lịch chi trả tháng này", at=NOW - timedelta(hours=20), **nghe_an),
            make_intent("p2", title="Giá gạo tăng", at=NOW - timedelta(hours=1), **nghe_an | {"topics": ("fund",)}),
        ])  # fmt: skip
    StoryDesk(store, SetClock(NOW)).place()
    keep(store, AlertState.CLOSED, stream="topic:pension@40")
    one = visit(LOOPBACK)
    page = one.get("/alerts/a1").text
    figures, _, below = page.partition("<h2>Căn cứ</h2>")
    evidence, _, press = below.partition("Báo chí đã đưa")
    assert evidence.index("Bà em vẫn chờ") < evidence.index("Cả tháng chưa thấy tiền"), "what names it comes first"
    assert evidence.count("không nhắc đến địa phương này") == 1
    assert " trên cả nước, mức thường" in figures
    assert '<a href="https://bao.example.com/p1"' in press
    assert "Lịch chi trả" not in press, "before anybody complained"
    assert "Giá gạo" not in press
    report = one.get(LINK.replace("docx", "markdown")).text
    assert "Nghìn người chưa nhận lương hưu" in report.partition("Báo chí đã đưa")[2]
