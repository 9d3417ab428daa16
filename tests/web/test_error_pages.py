"""Errors as people see them: a page that says what to do and keeps what was typed; problems for programs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

import pytest
from anyio import create_task_group, lowlevel, move_on_after, run, to_thread
from httpx import ASGITransport, AsyncClient
from structlog.testing import capture_logs

from service.domain.accounts import Role
from service.reporting.files import ReportMaker
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore, make_engine
from service.storage.read_models import SqlReadModels
from service.usecases.accounts import Accounts
from service.web.app import make_app
from service.web.deps import Site
from tests.builders import free_port, make_accounts, make_feed, make_intent
from tests.stored import put_in_stories
from tests.web.conftest import ACCEPT, Browser, DeskBrowser, MakeBrowser


def seen(one: Browser | DeskBrowser) -> Browser | DeskBrowser:
    """The browser, asking for pages as real ones do."""
    one.client.headers.update(ACCEPT)
    return one


@pytest.mark.parametrize(
    ("path", "status", "said", "back"),
    [
        ("/alerts/khong-co", 404, "Không có cảnh báo này.", "/alerts"),
        ("/stories/khong-co", 404, "Không có câu chuyện này.", "/stories"),
        ("/khong/co/trang", 404, "Không tìm thấy", "/"),
        ("/webhooks", 403, "không được thực hiện việc đó.", "/"),
        ("/outbox?show=x", 422, "Nội dung nhập chưa hợp lệ", "/outbox"),
        (
            "/documents?q=l%C6%B0%C6%A1ng&source=x&tone=negative&topic=",
            422,
            "Không có nguồn tin nào",
            "/documents?q=l%C6%B0%C6%A1ng&amp;tone=negative",
        ),
        (
            "/documents?since=2026-02-02&until=2026-01-01&q=a",
            422,
            "Ngày đầu phải trước ngày cuối",
            "/documents?until=2026-01-01&amp;q=a",
        ),
        ("/indicators?month=x", 422, "Nội dung nhập chưa hợp lệ", "/indicators"),
        ("/alerts/a1/do", 405, "không mở trực tiếp được", "/alerts/a1"),
    ],
)
def test_a_browser_gets_a_page_and_a_program_a_problem(
    log_in: Callable[..., DeskBrowser], path: str, status: int, said: str, back: str
) -> None:
    one = log_in()
    assert one.get(path).headers["content-type"] == "application/problem+json"
    page = seen(one).get(path)
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert said in page.text
    assert f'<a href="{back}">Quay lại</a>' in page.text
    assert one.email in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert one.get("/api/v1/alerts/khong-co").headers["content-type"] == "application/problem+json"


def test_while_the_database_is_away_everything_says_so(browser: MakeBrowser, clock: SetClock) -> None:
    away = SqlStore(make_engine(f"postgresql://radar@127.0.0.1:{free_port()}/radar"))
    here = {"address": ("127.0.0.1", 50000), "store": away, "read": SqlReadModels(away)}
    one = browser(**here, accounts=make_accounts(away, clock))
    with capture_logs() as told:
        for path in ("/api/v1/alerts", "/metrics", "/api/v1/documents.csv"):
            answer = one.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
            assert answer.json()["detail"] == "the database cannot be reached; try again soon"
            assert answer.headers["cache-control"] == "no-store"
        assert one.get("/readyz").json()["detail"] == "the database does not answer: OutOfReachError"
        one.client.cookies.set("radar_session", "x" * 64)  # who it is cannot be found out either
        page = seen(one).get("/")
        assert page.status_code == 503
        assert "Cơ sở dữ liệu tạm thời không truy cập được" in page.text
        form = {"csrf": "0" * 96}
        assert one.client.post("/alerts/a1/acknowledge", data=form).status_code == 503
    assert len(told) == 5  # a line a request
    assert all("cannot be used" in line["note"] for line in told)


def test_while_the_database_is_locked_everything_says_so(
    browser: MakeBrowser, database_url: str, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.storage.engine.POOL_SECONDS", 0.1)
    locked = SqlStore(make_engine(database_url))
    one = browser(
        address=("127.0.0.1", 50000), store=locked, read=SqlReadModels(locked), accounts=make_accounts(locked, clock)
    )
    with ExitStack() as stack, capture_logs() as told:
        for _ in range(15):
            stack.enter_context(locked.engine.connect())
        answer = one.get("/api/v1/alerts")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
        page = seen(one).get("/documents")
        assert (page.status_code, page.headers["retry-after"]) == (503, "10")
        assert "Cơ sở dữ liệu tạm thời không truy cập được" in page.text
        assert one.get("/healthz").text == "ok\n"
        assert one.get("/readyz").status_code == 503
    assert ["slow or locked" in line["note"] for line in told] == [True, True]
    assert one.get("/readyz").status_code == 200
    locked.engine.dispose()


def test_health_needs_no_thread_that_pages_wait_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.web.app.READY_SECONDS", 0.1)
    answer = threading.Event()

    class Slow(SqlReadModels):
        def ready(self) -> str:
            answer.wait(60)
            return ""

    async def ask() -> list[int]:
        shared = to_thread.current_default_thread_limiter()
        shared.total_tokens = 1
        app = make_app(replace(site, read=Slow(site.store)))  # type: ignore[arg-type]
        async with create_task_group() as group, AsyncClient(
            transport=ASGITransport(app), base_url="http://127.0.0.1", timeout=None
        ) as client:  # fmt: skip
            group.start_soon(to_thread.run_sync, answer.wait, 60)
            while shared.available_tokens:
                await lowlevel.checkpoint()
            with move_on_after(10):
                found = [(await client.get(path)).status_code for path in ("/healthz", "/readyz")]
            answer.set()
        return found

    assert run(ask) == [200, 503]


def test_what_was_typed_into_a_refused_form_can_be_copied(log_in: Callable[..., DeskBrowser], store: SqlStore) -> None:
    lan = seen(log_in())
    expired = lan.client.post(
        "/silences", data={"csrf": "x", "stream": "all", "hours": "8", "reason": "Lời <b>dài</b>"}
    )
    assert expired.status_code == 403
    assert "Biểu mẫu đã hết hạn" in expired.text
    assert "Lời &lt;b&gt;dài&lt;/b&gt;" in expired.text
    assert '<a href="/silences">Quay lại</a>' in expired.text
    gone = lan.post("/alerts/zz/do", verb="comment", text="Ghi chú dài")
    assert (gone.status_code, "Ghi chú dài" in gone.text) == (404, True)
    secret = lan.client.post("/password", data={"csrf": "x", "old": "mat-khau-cu", "new": "mat-khau-moi"})
    assert secret.status_code == 403
    assert "mat-khau" not in secret.text


@pytest.mark.parametrize(
    ("path", "fields", "kept"),
    [
        ("/campaigns", {"name": "Tháng vận động", "starts": "2026-03-01", "ends": "2026-02-01", "topics": ["fund"],
                        "places": "0148"},
         ['value="Tháng vận động"', 'value="2026-02-01"', 'value="fund" checked', 'value="0148"']),
        ("/silences", {"stream": "topic:fund", "hours": "72", "reason": " "},
         ['value="topic:fund" selected', 'value="72" selected']),
        ("/subscriptions", {"channel": "daily", "topics": ["fund"], "provinces": "đà nẵng", "min_level": "3",
                            "hours": "sáng"},
         ['value="daily" selected', 'value="fund" checked', 'value="48" checked', 'value="3" selected',
          'value="sáng"']),
        ("/webhooks", {"url": "https://xa.example.com/x", "min_level": "4"},
         ['value="https://xa.example.com/x"', 'value="4" selected']),
        ("/admin/users", {"email": "an@agency.example.com", "role": ["desk"], "provinces": "1"},
         ['value="an@agency.example.com"', 'value="desk" checked', 'value="1"']),
        ("/account/tokens", {"name": "may", "scope": ["write"], "days": "7", "password": "sai"},
         ['value="may"', 'value="write" checked', 'value="7"']),
    ],
)  # fmt: skip
def test_a_refused_form_comes_back_filled_in(
    entered: Callable[..., Browser], path: str, fields: dict[str, object], kept: list[str]
) -> None:
    one = seen(entered("quan.tri", Role.ADMINISTRATOR, domains=("agency.example.com",)))
    page = one.submit("/account", path, **fields)
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    for piece in kept:
        assert piece in page.text, piece


def test_a_wrong_password_keeps_the_address(browser: MakeBrowser) -> None:
    refused = seen(browser()).log_in("an@agency.example.com", "sai-mat-khau")
    assert refused.status_code == 401
    assert 'value="an@agency.example.com"' in refused.text
    assert "sai-mat-khau" not in refused.text


def test_a_download_that_fails_is_a_page(
    browser: MakeBrowser, person: Callable[..., str], clock: SetClock, quick_accounts: Accounts
) -> None:
    maker = ReportMaker(
        feeds=[make_feed()], clock=clock, parent="BỘ THỬ", agency="CƠ QUAN THỬ", place="Thử",
    )  # fmt: skip
    one = seen(browser(reports=maker))
    email = person("lan", Role.ANALYST)
    one.log_in(email)
    wrong = one.get("/api/v1/reports/periodic?province=99")
    assert (wrong.status_code, "Không có tỉnh, thành phố nào mang mã 99" in wrong.text) == (422, True)
    assert '<a href="/reports">Quay lại</a>' in wrong.text
    quick_accounts.log_out(email)
    over = one.get("/api/v1/reports/periodic")
    assert over.status_code == 401
    assert '<a href="/login?next=/reports">Đăng nhập</a>' in over.text


def test_log_in_leads_back_to_what_the_page_showed(browser: MakeBrowser, person: Callable[..., str]) -> None:
    one = browser()
    person("lan", Role.DESK)
    for path in ("/outbox?show=pending", "/alerts?state=ended&cursor=x"):
        asked = one.get(path).headers["location"]
        assert asked == "/login?next=" + path.replace("?", "%3F").replace("=", "%3D").replace("&", "%26")
    fields = {"email": "lan@agency.example.com", "password": "mot-cau-dai-cua-rieng-toi"}
    entered = one.submit(asked, "/login", next="/alerts?state=ended&cursor=x", **fields)
    assert entered.headers["location"] == "/alerts?state=ended&cursor=x"
    assert browser().get("/alerts?cursor=" + "x" * 600).headers["location"] == "/login?next=/alerts"
    assert browser().get("/parts/board").status_code == 401


def test_a_refused_merge_says_why_and_an_address_is_taken_as_it_is_pasted(
    log_in: Callable[..., DeskBrowser], store: SqlStore
) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("a"), make_intent("b")])
        put_in_stories(tx, {"a": "sa", "b": "sb"})
    lan = seen(log_in())
    itself = lan.post("/stories/sa/merge", into="http://127.0.0.1/stories/sa#main")
    assert (itself.status_code, "vào chính nó" in itself.text) == (422, True)
    unknown = lan.post("/stories/sa/merge", into="http://127.0.0.1/stories/zz")
    assert (unknown.status_code, "/stories/zz" in unknown.text) == (404, True)
    assert '<a href="/stories/sa">Quay lại</a>' in unknown.text
    merged = lan.post("/stories/sa/merge", into=" http://127.0.0.1/stories/sb/?x=1#main ")
    assert merged.headers["location"] == "/stories/sb"
