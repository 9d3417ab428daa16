"""Provinces by code under the name of the day, wherever people or programs read of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.domain.accounts import Role
from service.domain.judgement import Place, Tone
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.accounts import Accounts
from tests.alerts import make_signal, opened
from tests.builders import NOW, hours_ago, make_intent
from tests.stored import put_in_stories
from tests.web.conftest import LOOPBACK, Browser, MakeBrowser


@pytest.mark.parametrize(("code", "named", "name"), [("48", "Quảng Nam", "Đà Nẵng"), ("24", "Bắc Giang", "Bắc Ninh"),
                                                     ("79", "Bình Dương", "TP. Hồ Chí Minh")])  # fmt: skip
def test_the_home_page_names_the_province_of_an_account_as_it_is_called_today(
    code: str, named: str, name: str, store: SqlStore, browser: MakeBrowser, person: Callable[..., str],
    quick_accounts: Accounts,
) -> None:  # fmt: skip
    with store.begin() as tx:
        tx.add_documents([make_intent("d1", at=hours_ago(1), places=(Place(code, named),))])
    email = person("tinh", Role.DESK)
    quick_accounts.set_provinces(email, [code])
    one = browser()
    one.log_in(email)
    for path in ("/", "/parts/board"):
        page = one.get(path).text
        assert f"nhắc đến: <strong>{name}</strong> (phạm vi của tài khoản)" in page
        # the country may have alerts that this account does not see
        assert "Hiện không có cảnh báo nào trong phạm vi của tài khoản." in page
        assert "luồng" not in page
    page = one.get("/alerts").text
    assert "Hiện không có cảnh báo nào đang mở trong phạm vi của tài khoản" in page
    assert "trừ khi đọc ngay trên máy chủ cài hệ thống" in page


def test_the_board_shows_stories_under_an_alert_as_the_account_may_read_them(
    store: SqlStore, browser: MakeBrowser, person: Callable[..., str], quick_accounts: Accounts
) -> None:
    da_nang, hue = (Place("48", "Đà Nẵng"),), (Place("46", "Huế"),)
    known = {"a": da_nang, "b": hue, "c": da_nang, "old": da_nang, "other": da_nang}
    with store.begin() as tx:
        tx.add_documents([
            make_intent(key, at=hours_ago(90 if key == "old" else 2), places=places, title=f"Chuyện {key}",
                        topics=("fund",) if key == "other" else ("pension",))
            for key, places in known.items()
        ])  # fmt: skip
        put_in_stories(tx, {"a": "s", "b": "s", "c": "c", "old": "old", "other": "other"})
        alert = replace(opened(make_signal(unusual=8.0)), id="a1", opened_at=NOW, stream="topic:pension@48")
        tx.save_alert(alert, kind="opened", actor="radar", text="x", at=NOW)
    email, one = person("tinh", Role.DESK), browser()
    quick_accounts.set_provinces(email, ["48"])
    one.log_in(email)
    for reader, whole in ((browser(LOOPBACK), True), (one, False)):
        page = reader.get("/").text
        [held] = re.findall(r'<p class="small">Câu chuyện: (.*)</p>', page)
        assert set(re.findall(r"/stories/(\w+)", held)) == {"s", "c"}
        listed = page.partition('id="stories-title"')[2]
        assert {key for key in ("s", "c", "old", "other") if f'"/stories/{key}"' in listed} == {"old", "other"}
        read = SqlReadModels(store, () if whole else ("48",))
        found = {s.id: s.documents for s in read.stories_under("topic:pension@48", since=hours_ago(24), limit=9)}
        assert found == {"s": 2 if whole else 1, "c": 1}
        assert "Chuyện b" not in page


JUNE, JULY = datetime(2025, 6, 15, tzinfo=UTC), datetime(2025, 7, 15, tzinfo=UTC)
HCMC, BINH_DUONG = Place("79", "TP. Hồ Chí Minh"), Place("79", "Bình Dương")


def keep(store: SqlStore, at: datetime, *named: tuple[Sequence[Place], int, Tone]) -> None:
    """So many documents of a day that name these provinces, each a story of its own."""
    with store.begin() as tx:
        tx.add_documents([
            make_intent(f"d{at:%m}-{k}-{n}", at=at, places=tuple(places), tone=tone)
            for k, (places, many, tone) in enumerate(named) for n in range(many)
        ])  # fmt: skip
        put_in_stories(tx)


def test_indicators_name_provinces_as_they_are_called_on_the_last_day_of_the_month(
    store: SqlStore, browser: MakeBrowser
) -> None:
    keep(
        store, JULY, ([BINH_DUONG], 9, Tone.NEGATIVE), ([HCMC], 5, Tone.NEUTRAL),
        ([Place("24", "Bắc Giang")], 6, Tone.NEUTRAL),
    )  # fmt: skip
    keep(store, JUNE, ([Place("24", "Bắc Giang")], 6, Tone.NEUTRAL))
    one = browser(LOOPBACK)
    page = one.get("/indicators?month=2025-07").text
    assert re.findall(r'<option value="(\d\d)">([^<]+)', page) == [("24", "Bắc Ninh"), ("79", "TP. Hồ Chí Minh")]
    assert "Tháng 7 năm 2025, TP. Hồ Chí Minh" in one.get("/indicators?month=2025-07&province=79").text
    assert "Tháng 6 năm 2025, Bắc Giang" in one.get("/indicators?month=2025-06&province=24").text
    # no publication names it, and it has a name all the same
    assert "Tháng 2 năm 2026, Bắc Ninh" in one.get("/indicators?month=2026-02&province=24").text


def test_indicators_do_not_compare_a_province_with_another_territory(store: SqlStore, browser: MakeBrowser) -> None:
    for at, tone in ((JUNE, Tone.NEUTRAL), (JULY, Tone.NEGATIVE), (datetime(2025, 8, 15, tzinfo=UTC), Tone.NEUTRAL)):
        keep(store, at, ([HCMC, Place("01", "Hà Nội")], 40, tone))
    one = browser(LOOPBACK)

    def page(query: str) -> str:
        return one.get(f"/indicators?month={query}").text

    july = page("2025-07&province=79")
    assert "Không so sánh với tháng trước vì đổi địa giới hành chính từ ngày 01/07/2025." in july
    assert "so với tháng trước (" not in july
    assert 'class="small">tháng trước' not in july
    assert 'class="usual"' in july
    august = page("2025-08&province=79")
    assert "giảm so với tháng trước (100%)" in august
    assert "đường ngắt ở tháng 07/2025 vì đổi địa giới hành chính" in august
    # Hà Nội and the country are what they were
    for query in ("2025-07&province=01", "2025-07"):
        assert "tăng so với tháng trước (0%)" in page(query)
        assert "địa giới" not in page(query)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (
            "month=2026-02&province=74",
            "Mã 74 (Bình Dương) không còn dùng từ ngày 01/07/2025; nay thuộc TP. Hồ Chí Minh, mã 79.",
        ),
        ("month=2026-02&province=99", "Không có tỉnh, thành phố nào mang mã 99."),
    ],
)  # fmt: skip
def test_indicators_of_no_province_are_refused_with_the_reason(browser: MakeBrowser, query: str, told: str) -> None:
    one = browser(LOOPBACK)
    answer = one.get(f"/indicators?{query}", headers={"Accept": "text/html"})
    assert answer.status_code == 422
    assert told in answer.text
    span = query.replace("month=2026-02", "first=2026-02-01&last=2026-02-28")
    for path in ("indicators", "indicators.csv"):
        answer = one.get(f"/api/v1/{path}?{span}")
        assert (answer.status_code, told in answer.json()["detail"]) == (422, True)
    assert one.get("/indicators?month=2025-05&province=74").status_code == 200
    assert one.get("/api/v1/indicators?first=2025-05-01&last=2025-09-30&province=74").status_code == 200


def grouped(one: Browser, **span: str) -> list[tuple[str, str, int]]:
    found = one.get("/api/v1/feedback/summary", params={"group_by": "place", **span}).json()
    return [(r["group"], r["label"], r["documents"]) for r in found["rows"]]


def test_the_summary_groups_by_code_under_todays_name(store: SqlStore, browser: MakeBrowser) -> None:
    old = [Place("74", "Bình Dương"), Place("79", "TP. Hồ Chí Minh")]
    keep(store, JUNE, (old, 2, Tone.NEUTRAL), (old[:1], 1, Tone.NEUTRAL), ([Place("24", "Bắc Giang")], 3, Tone.NEUTRAL))
    keep(
        store, JULY, ([BINH_DUONG], 3, Tone.NEGATIVE), ([HCMC], 2, Tone.NEUTRAL), ([HCMC, BINH_DUONG], 1, Tone.NEUTRAL)
    )
    one = browser(LOOPBACK)
    july = {"since": "2025-07-01T00:00:00+07:00", "until": "2025-08-01T00:00:00+07:00"}
    [city] = one.get("/api/v1/feedback/summary", params={"group_by": "place", **july}).json()["rows"]
    # neither of the names would be enough for a share
    assert (city["group"], city["label"], city["documents"], city["negative_share"]) == ("79", HCMC.name, 6, 0.5)
    june = {"since": "2025-06-01T00:00:00+07:00", "until": "2025-07-01T00:00:00+07:00"}
    assert grouped(one, **june) == [
        ("24", "Bắc Giang", 3), ("74", "Bình Dương", 3), ("79", "TP. Hồ Chí Minh", 2),
    ]  # fmt: skip
    # a publication that names two that became one counts once
    assert grouped(one, **july | {"since": june["since"]}) == [("79", HCMC.name, 9), ("24", "Bắc Ninh", 3)]


@pytest.mark.parametrize(
    ("named", "months"),
    [
        ("79", "1122222"), ("TP. Hồ Chí Minh", "1122222"), ("TP.HCM", "1122222"), ("tp hcm", "1122222"),
        ("Sài Gòn", "1122222"), ("Thành phố Hồ Chí Minh", "1122222"), ("Binh Duong", "1122222"),
        ("tỉnh Bắc Ninh", "1"), ("24", "1"), ("Đà Nẵng", ""),
    ],
)  # fmt: skip
def test_documents_are_found_by_code_and_by_every_name(
    store: SqlStore, browser: MakeBrowser, named: str, months: str
) -> None:
    keep(store, JUNE, ([Place("74", "Bình Dương")], 1, Tone.NEUTRAL), ([HCMC], 1, Tone.NEUTRAL),
         ([Place("27", "Bắc Ninh")], 1, Tone.NEUTRAL))  # fmt: skip
    keep(store, JULY, ([BINH_DUONG], 3, Tone.NEUTRAL), ([HCMC], 2, Tone.NEUTRAL))
    items = browser(LOOPBACK).get("/api/v1/documents", params={"place": named}).json()["items"]
    assert sorted(i["published_at"][6] for i in items) == sorted(months.translate({49: "6", 50: "7"}))


def test_before_the_merger_names_and_codes_are_those_of_that_time(store: SqlStore, browser: MakeBrowser) -> None:
    keep(store, JUNE, ([Place("74", "Bình Dương")], 2, Tone.NEUTRAL), ([HCMC], 1, Tone.NEUTRAL))
    one, until = browser(LOOPBACK), "2025-07-01T00:00:00+07:00"
    for named, many in (("74", 2), ("Bình Dương", 2), ("79", 1), ("TP.HCM", 1)):
        items = one.get("/api/v1/documents", params={"place": named, "until": until}).json()["items"]
        assert len(items) == many, named


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("Atlantis", "place: Không có tỉnh, thành phố nào tên là “Atlantis”. Dùng tên (ví dụ Đà Nẵng) hoặc mã"),
        ("74", "place: Mã 74 (Bình Dương) không còn dùng từ ngày 01/07/2025; nay thuộc TP. Hồ Chí Minh, mã 79"),
        ("99", "place: Không có tỉnh, thành phố nào mang mã 99"), (" ", "place: Không có"), ("7٩", "place: Không có"),
    ],
)  # fmt: skip
def test_a_place_that_there_is_not_is_refused(browser: MakeBrowser, named: str, told: str) -> None:
    for path in ("documents", "documents.csv"):
        answer = browser(LOOPBACK).get(f"/api/v1/{path}", params={"place": named})
        assert (answer.status_code, answer.json()["detail"][: len(told)]) == (422, told)


def test_a_story_names_each_province_once(store: SqlStore, browser: MakeBrowser) -> None:
    with store.begin() as tx:
        tx.add_documents([
            make_intent("a", at=JUNE, places=(Place("74", "Bình Dương"), Place("24", "Bắc Giang"))),
            make_intent("b", at=JULY, places=(BINH_DUONG,)), make_intent("c", at=JULY, places=(HCMC,)),
        ])  # fmt: skip
        put_in_stories(tx, "s")
    detail = browser(LOOPBACK).get("/api/v1/stories/s/detail").json()
    assert detail["places"] == [["TP. Hồ Chí Minh", 3], ["Bắc Ninh", 1]]
    assert "TP. Hồ Chí Minh (3), Bắc Ninh (1)" in browser(LOOPBACK).get("/stories/s").text
