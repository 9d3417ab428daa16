"""Periodic reports on the page, through the API and from the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli.report import command
from service.domain.accounts import Role
from service.domain.judgement import Place
from service.domain.reports import ReportFile, ReportForm, ReportOrder, Unavailable
from service.insight.periods import PeriodKind
from service.ports.read_models import ReadModels
from service.reporting.files import KINDS, ReportMaker
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.accounts import Accounts
from tests.builders import make_feed, make_intent
from tests.web.conftest import LOOPBACK, Browser, MakeBrowser


@pytest.fixture
def maker(clock: SetClock) -> ReportMaker:
    return ReportMaker(
        feeds=[make_feed()], clock=clock, parent="BỘ THỬ", agency="CƠ QUAN THỬ", place="Thử",
    )  # fmt: skip


@pytest.fixture
def visit(browser: MakeBrowser, maker: ReportMaker) -> Callable[..., Browser]:
    return lambda *args, **more: browser(*args, reports=maker, **more)


def test_a_report_is_downloaded_and_logged(visit: Callable[..., Browser], store: SqlStore) -> None:
    one = visit(LOOPBACK)
    answer = one.get("/api/v1/reports/periodic?period=quarter&day=2026-03-01&form=docx")
    assert answer.headers["content-disposition"] == 'attachment; filename="bao-cao-quy-2026-01-01.docx"'
    assert answer.content.startswith(b"PK")
    assert set(KINDS) == set(PeriodKind)
    page = one.get("/api/v1/reports/periodic?form=html&province=")
    assert "tháng 2 năm 2026" in page.text
    assert page.headers["content-disposition"].startswith("attachment")
    with store.begin() as tx:
        assert [(e.action, e.subject) for e in tx.audit_entries()] == [
            ("exported", "report:quarter:2026-01-01"), ("exported", "report:month:2026-02-01"),
        ]  # fmt: skip


@pytest.mark.parametrize("query", ["day=2026-09-01", "day=1990-01-01", "day=9999-12-31", "period=day", "form=exe",
                                   "province=abc", "day=2025-08-15&province=64"])  # fmt: skip
def test_what_cannot_be_made_is_refused_and_not_logged(
    visit: Callable[..., Browser], store: SqlStore, query: str
) -> None:
    assert visit(LOOPBACK).get(f"/api/v1/reports/periodic?{query}").status_code == 422
    with store.begin() as tx:
        assert list(tx.audit_entries()) == []


def test_a_day_that_cannot_be_is_told_to_people(visit: Callable[..., Browser]) -> None:
    one, page = visit(LOOPBACK), {"Accept": "text/html"}
    for day, said in (("1800-01-01", "Ngày phải từ 01/01/2000"), ("2099-01-01", "chưa bắt đầu")):
        answer = one.get(f"/api/v1/reports/periodic?day={day}", headers=page)
        assert (answer.status_code, said in answer.text) == (422, True), day
    assert 'min="2000-01-01"' in one.get("/reports").text


def test_who_may_export_gets_reports(visit: Callable[..., Browser], person: Callable[..., str]) -> None:
    one = visit()
    one.log_in(person("phan.tich", Role.ANALYST))
    page = one.get("/reports")
    assert page.status_code == 200
    # the Decision prescribes no form, and a week is one of days
    assert "Quyết định không quy định mẫu báo cáo" in page.text
    assert "từ 23/02/2026 đến 01/03/2026" in page.text
    assert "phần hệ thống không có số liệu được để trống" in page.text
    assert 'href="/reports"' in one.get("/alerts").text
    other = visit()
    other.log_in(person("xem", Role.VIEWER))
    assert (other.get("/reports").status_code, other.get("/api/v1/reports/periodic").status_code) == (403, 403)
    assert 'href="/reports"' not in other.get("/alerts").text
    assert visit().get("/api/v1/reports/periodic").status_code == 401


def test_an_account_of_a_province_gets_its_own_report(
    visit: Callable[..., Browser], person: Callable[..., str], quick_accounts: Accounts, store: SqlStore
) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("dn", places=(Place("48", "Đà Nẵng"),))])
    email = person("ha.noi", Role.ANALYST)
    quick_accounts.set_provinces(email, ["01"])
    one = visit()
    one.log_in(email)
    text = one.get("/api/v1/reports/periodic?form=markdown&day=2026-03-01").text
    assert "BẢO HIỂM XÃ HỘI THÀNH PHỐ HÀ NỘI" in text
    assert "Đà Nẵng" not in text
    assert one.get("/api/v1/reports/periodic?province=48").status_code == 403
    page = one.get("/reports").text
    assert "chỉ có số liệu của Hà Nội" in page
    assert 'name="province"' not in page


class NoPdf:
    """An installation without WeasyPrint."""

    def forms(self) -> Sequence[ReportForm]:
        return [ReportForm.DOCX]

    def periodic(self, order: ReportOrder, read: ReadModels) -> ReportFile | Unavailable:
        return Unavailable("chưa có thư viện")


def test_an_installation_without_pdf_says_so(browser: MakeBrowser) -> None:
    one = browser(LOOPBACK, reports=NoPdf())
    answer = one.get("/api/v1/reports/periodic?form=pdf")
    assert (answer.status_code, answer.json()["detail"]) == (422, "chưa có thư viện")
    page = one.get("/reports").text
    assert "form=pdf" not in page
    assert page.count(">Tải về</a>") == page.count('aria-label="Tải về: báo cáo ') > 0
    assert "Bản cài đặt này chưa tạo được: PDF" in page
    assert browser(LOOPBACK).get("/reports").status_code == 404


def test_the_command_writes_a_file_and_logs_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, store: SqlStore
) -> None:
    monkeypatch.setenv("RADAR_DATABASE_URL", database_url)
    monkeypatch.setenv("RADAR_REPORT_AGENCY", "CƠ QUAN KHÁC")
    run = lambda *args: CliRunner().invoke(command, ["periodic", *args])  # noqa: E731
    target = tmp_path / "bao-cao.xlsx"
    result = run("--period", "year", "--date", "2026-03-01", "--format", "xlsx", "-o", str(target))
    assert result.exit_code == 0, result.output
    assert target.read_bytes().startswith(b"PK")
    assert "CƠ QUAN KHÁC" in run("--date", "2026-03-01").output
    assert run("--date", "2199-03-01").exit_code == 2
    assert run("--province", "Hà Nội").exit_code == 2
    refused = run("--date", "2025-08-15", "--province", "64")
    assert (refused.exit_code, "mã 52" in refused.output) == (2, True)
    with store.begin() as tx:
        assert [(e.actor, e.subject) for e in tx.audit_entries()] == [
            ("cli", "report:year:2026-01-01"), ("cli", "report:month:2026-03-01"),
        ]  # fmt: skip


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_command_refuses_days_out_of_range(day: str) -> None:
    result = CliRunner().invoke(command, ["periodic", "--date", day])
    assert result.exit_code == 2
    assert "expected a day from 2000-01-01 to 2200-01-01" in result.output


@pytest.mark.parametrize("args", [("periodic",), ("after-action", "a1")])
def test_a_file_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path, args: tuple[str, ...]) -> None:
    result = CliRunner().invoke(command, [*args, "-o", str(tmp_path / "none" / "a.docx")])
    assert result.exit_code == 2
    assert "is no directory that can be written to" in result.output
