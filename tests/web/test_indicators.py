"""The indicator set on the page, through the API, as CSV and from the command line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli.indicators import command
from service.domain.accounts import Role
from service.domain.indicators import IndicatorValue, Unit
from service.domain.judgement import Place, Tone
from service.storage.engine import SqlStore
from service.usecases.accounts import Accounts
from service.web.indicator_chart import indicator_chart
from tests.builders import NOW, hours_ago, make_intent
from tests.stored import put_in_stories
from tests.web.conftest import LOOPBACK, Browser, MakeBrowser

HANOI, DANANG = Place("01", "Hà Nội"), Place("48", "=HYPERLINK(1)")


@pytest.fixture(autouse=True)
def documents(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.add_documents(
            [make_intent(f"h{n}", at=hours_ago(1), places=(HANOI,), tone=Tone.NEGATIVE) for n in range(6)]
            + [make_intent(f"d{n}", at=hours_ago(2), places=(DANANG,), tone=Tone.POSITIVE) for n in range(6)]
        )
        put_in_stories(tx)


@pytest.fixture
def limited(browser: MakeBrowser, person: Callable[..., str], quick_accounts: Accounts) -> Browser:
    email = person("ha.noi", Role.ANALYST)
    quick_accounts.set_provinces(email, ["01"])
    one = browser()
    one.log_in(email)
    return one


def values(one: Browser, query: str = "") -> dict[str, dict]:
    [period] = one.get(f"/api/v1/indicators{query}").json()
    return {v["code"]: v for v in period["values"]}


def test_the_api_gives_values_with_denominators_and_reasons(browser: MakeBrowser) -> None:
    found = values(browser(LOOPBACK))
    assert (found["DL-02"]["value"], found["DL-02"]["denominator"]) == (0.5, 12)
    assert found["DL-02"]["low"] < 0.5 < found["DL-02"]["high"]
    assert (found["PH-03"]["value"], found["PH-03"]["missing"]) == (
        None,
        "không đọc được nguồn nào của cơ quan nhà nước trong kỳ",
    )
    assert values(browser(LOOPBACK), "?province=01")["DL-02"]["value"] == 1.0


def test_periods_of_the_api(browser: MakeBrowser) -> None:
    one = browser(LOOPBACK)
    months = one.get("/api/v1/indicators?first=2026-01-15&last=2026-03-31&by=month").json()
    labels = ["tháng 1 năm 2026 (một phần)", "tháng 2 năm 2026", "tháng 3 năm 2026"]
    assert [m["label"] for m in months] == labels
    for query in ("?first=2026-03-02&last=2026-03-01", "?first=1990-01-01", "?first=2001-01-01&by=week", "?by=day",
                  "?province=Atlantis", "?provinces=01",
                  "?last=2300-01-01", "?last=0001-01-05", "?first=9999-12-31"):  # fmt: skip
        assert one.get(f"/api/v1/indicators{query}").status_code == 422, query
    assert one.get("/api/v1/indicators?first=2027-01-01&last=2027-02-01").json() == []


@pytest.mark.parametrize(("named", "codes"), [("01", ["01"]), ("Hanoi", ["01"]), ("thành phố Đà Nẵng", ["48"])])
def test_a_province_is_named_by_code_or_name(browser: MakeBrowser, named: str, codes: list[str]) -> None:
    answer = browser(LOOPBACK).client.get("/api/v1/indicators", params={"province": named})
    assert [p["provinces"] for p in answer.json()] == [codes]


def test_definitions_by_day(browser: MakeBrowser) -> None:
    one = browser(LOOPBACK)
    known = one.get("/api/v1/indicators/definitions").json()
    assert [d["version"] for d in known if d["code"] == "CL-04"] == [1, 2]
    chosen = one.get("/api/v1/indicators/definitions?on=2025-01-01").json()
    assert [(d["version"], d["parameters"]) for d in chosen if d["code"] == "CL-04"] == [(1, {"provinces": 63})]


def test_an_account_of_a_province_sees_its_own_and_nothing_national(limited: Browser) -> None:
    found = values(limited)
    assert (found["DL-01"]["value"], found["DL-02"]["value"]) == (6, 1.0)
    assert {found[c]["missing"] for c in ("CL-01", "CL-02", "CL-04", "LD-01")} == {"chỉ tính cho cả nước"}
    assert values(limited, "?province=01")["DL-01"]["value"] == 6
    for path in ("/api/v1/indicators?province=48", "/api/v1/indicators.csv?province=48", "/indicators?province=48"):
        assert limited.get(path).status_code == 403, path
    page = limited.get("/indicators").text
    assert "Mọi địa phương của tài khoản" in page
    assert "HYPERLINK" not in page


def test_the_file_has_no_formula_and_is_logged(browser: MakeBrowser, store: SqlStore) -> None:
    answer = browser(LOOPBACK).get("/api/v1/indicators.csv?first=2026-03-01&last=2026-03-31&by=month")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[:4] == ["code", "version", "name", "period"]
    assert {r[head.index("value")] for r in rows if r[0] == "DL-02"} == {"0.5"}
    assert not any(c.lstrip(" ").startswith(("=", "+", "-", "@")) for r in rows for c in r)
    with store.begin() as tx:
        assert [(e.action, e.subject) for e in tx.audit_entries()] == [("exported", "indicators.csv")]


def test_the_file_for_people_is_in_vietnamese(browser: MakeBrowser) -> None:
    one = browser(LOOPBACK)
    assert "indicators.csv?lang=vi&amp;first" in one.get("/indicators").text
    answer = one.get("/api/v1/indicators.csv?first=2026-03-01&last=2026-03-31&by=month&lang=vi")
    rows = {r["Mã"]: r for r in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    found = rows["DL-02"]
    assert (found["Giá trị"], found["Từ"], found["Địa phương"]) == ("0,5", "01/03/2026", "cả nước")
    assert found["Đơn vị"] == "tỷ lệ, 0 đến 1"


def test_who_does_not_export_reads_the_page_only(browser: MakeBrowser, person: Callable[..., str]) -> None:
    one = browser()
    one.log_in(person("xem", Role.VIEWER))
    page = one.get("/indicators")
    assert page.status_code == 200
    assert "indicators.csv" not in page.text
    assert one.get("/api/v1/indicators.csv").status_code == 403


def test_the_page_shows_values_reasons_definitions_and_curves(browser: MakeBrowser) -> None:
    one = browser(LOOPBACK)
    page = one.get("/indicators").text
    for words in (
        "(chưa hết tháng)",
        "6 trên 12; khoảng tin cậy 95%",
        "Không đủ dữ liệu",
        "Cách đọc",
        "<svg",
        "Hà Nội",
    ):
        assert words in page, words
    assert "Tháng 1 năm 2026" in one.get("/indicators?month=2026-01&province=01").text
    assert one.get("/indicators?month=2026-13").status_code == 422
    assert one.get("/indicators?month=2099-01").status_code == 200


def test_a_month_without_any_data_says_so(browser: MakeBrowser) -> None:
    one = browser(LOOPBACK)
    old = one.get("/indicators?month=2019-05").text
    assert "Chưa có số liệu của tháng 5 năm 2019: bộ chỉ số áp dụng cho các kỳ từ tháng 01/2020." in old
    assert "không có tin, bài nào được thu thập trong tháng này" in one.get("/indicators?month=2025-05").text
    of_province = one.get("/indicators?month=2025-05&province=15").text
    assert "không có tin, bài nào nhắc đến địa phương trong tháng này" in of_province
    assert "Chưa có số liệu của" not in one.get("/indicators").text


def value(share: float | None, version: int = 1) -> IndicatorValue:
    return IndicatorValue(
        code="X", version=version, name="x", unit=Unit.SHARE, value=share, low=share, high=share, numerator=1,
        denominator=9, missing="" if share is not None else "ít", detail="",
    )  # fmt: skip


def test_a_curve_breaks_where_there_is_too_little_data_and_where_the_method_changes() -> None:
    points = [("a", value(0.1)), ("b", value(0.2)), ("c", value(None)), ("d", value(0.3)), ("e", value(0.4)),
              ("f", value(0.4, 2)), ("g", value(0.5, 2)), ("h", None)]  # fmt: skip
    drawn = str(indicator_chart("<b>", points))
    assert [len(line.split()) for line in re.findall(r'points="([^"]*)"', drawn)] == [2, 2, 2]
    [line] = re.findall(r'class="usual" [^>]*y1="(\d+)"', drawn)
    [figure] = re.findall(r'class="tick" x="0" y="(\d+)">50%', drawn)
    assert int(line) > int(figure)
    assert drawn.count("<circle") == 6
    assert "&lt;b&gt;: 6 trong 8 kỳ có đủ dữ liệu, gần nhất 50%, cao nhất 50%" in drawn
    assert '<tr><th scope="row">a</th><td class="n">10%</td><td class="n">10% đến 10%</td></tr>' in drawn
    assert '<tr><th scope="row">h</th><td class="n">-</td><td class="n">-</td></tr>' in drawn
    assert str(indicator_chart("x", [("a", value(None)), ("b", None)])) == ""


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.setenv("RADAR_DATABASE_URL", database_url)

    def invoke(*args: str) -> str:
        result = CliRunner().invoke(command, list(args))
        assert result.exit_code == 0, result.output
        return result.output

    return invoke


def test_the_command_shows_tables_json_and_csv(run: Callable[..., str]) -> None:
    span = ("--from", str((NOW - timedelta(days=9)).date()), "--to", "2026-03-31", "--by", "month")
    assert "Tỷ lệ tin, bài mang sắc thái tiêu cực: 50% (6 trên 12; KTC 95%: 25,4% đến 74,6%)" in run(*span)
    assert [p["label"] for p in json.loads(run(*span, "--format", "json"))] == [
        "tháng 2 năm 2026 (một phần)", "tháng 3 năm 2026",
    ]  # fmt: skip
    assert '"DL-01","1",' in run(*span, "--province", "48", "--format", "csv")
    assert "DL-01 v1  Số tin, bài độc lập về BHXH  [Dư luận; từ 01/01/2020]" in run("list")
    assert [d["version"] for d in json.loads(run("list", "--format", "json")) if d["code"] == "CL-04"] == [1, 2]
    assert "CL-04 v1" not in run("list", "--on", "2026-01-01")


def test_files_of_the_command_are_logged(run: Callable[..., str], store: SqlStore, tmp_path: Path) -> None:
    for more in ((), ("-o", "-")):
        assert run("--format", "csv", *more).startswith('\ufeff"code"')
    assert run("--format", "json", "-o", str(tmp_path / "a.json"), "--province", "48") == ""
    assert json.loads((tmp_path / "a.json").read_text())[0]["provinces"] == ["48"]
    run()
    with store.begin() as tx:
        logged = [(e.action, e.actor, e.subject, e.details["provinces"]) for e in tx.audit_entries()]
    assert logged == [("exported", "cli", "indicators.csv", "national")] * 2 + [
        ("exported", "cli", "indicators.json", "48")
    ]


@pytest.mark.parametrize("days", [("--to", "0001-01-02"), ("--from", "0001-01-01", "--to", "0001-02-01"),
                                  ("--to", "9999-12-31")])  # fmt: skip
def test_the_command_refuses_days_out_of_range(days: tuple[str, ...]) -> None:
    result = CliRunner().invoke(command, list(days))
    assert result.exit_code == 2
    assert "expected a day from 2000-01-01 to 2200-01-01" in result.output


def test_the_command_refuses_days_that_end_before_they_begin() -> None:
    result = CliRunner().invoke(command, ["--from", "2026-03-02", "--to", "2026-03-01"])
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--province", "99"), "Không có tỉnh, thành phố nào mang mã 99"),
        (("--from", "2199-01-01", "--to", "2199-01-31"), "expected days that have begun"),
    ],
)
def test_the_command_refuses_what_has_no_values(
    database_url: str, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], told: str
) -> None:
    monkeypatch.setenv("RADAR_DATABASE_URL", database_url)
    result = CliRunner().invoke(command, args)
    assert result.exit_code == 2
    assert told in result.output
