"""Pages as they stand on screens, telephones and on paper, in a real browser; charts with a scale."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.domain.accounts import Role
from service.domain.judgement import Tone
from service.domain.views import CoverageView, HourCount
from service.domain.warning import Level
from service.domain.wording import local_time
from service.insight.recovery import Point, recover
from service.storage.engine import SqlStore
from service.usecases.accounts import Accounts
from service.usecases.place import StoryDesk
from service.web.charts import coverage_chart, hours_chart
from service.web.deps import Site
from service.web.recovery_chart import recovery_chart
from tests.alerts import make_signal, make_subscription, opened
from tests.builders import NOW, enrol, hours_ago, make_feed, make_intent
from tests.web.conftest import chromium_at

SHOTS = os.environ.get("RADAR_SHOTS", "")  # a folder for pictures to look at
PAGES = ("/", "/alerts/a1", "/feeds")
A4 = 703  # pixels between margins


@pytest.fixture
def filled(site: Site, store: SqlStore) -> Site:
    with store.begin() as tx:
        tx.add_documents([
            make_intent(f"d{n}", at=hours_ago(5 * n), tone=Tone.NEGATIVE, text=f"Nội dung {n}") for n in range(12)
        ])  # fmt: skip
        found = replace(opened(make_signal()), id="a1", opened_at=hours_ago(50), headline="Chậm chi trả lương hưu")
        tx.save_alert(found, kind="opened", actor="radar", text="Mở cảnh báo", at=NOW)
    StoryDesk(store, site.clock).place()  # type: ignore[arg-type]
    return replace(site, feeds=[make_feed(f"nguon-{n}", section="Chính sách xã hội") for n in range(8)])


def shoot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_a_telephone_shows_the_page_first_and_the_menu_on_demand(filled: Site) -> None:
    with chromium_at(filled, viewport={"width": 390, "height": 844}, java_script_enabled=False) as (page, base):
        for path in PAGES:
            page.goto(base + path)
            shoot(page, f"390{path.replace('/', '-')}")
            assert page.locator("header").bounding_box()["height"] < 80
            assert not page.get_by_role("link", name="Chiến dịch").is_visible()
        sizes = [box["height"] for t in page.locator("svg.chart text").all() if (box := t.bounding_box())]
        assert all(size >= 10 for size in sizes)
        page.goto(base + "/")
        sizes = [box["height"] for t in page.locator("svg.chart text").all() if (box := t.bounding_box())]
        assert len(sizes) >= 4
        assert min(sizes) >= 10
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        menu = page.locator("details.menu summary")
        menu.focus()
        page.keyboard.press("Enter")
        shoot(page, "390-menu")
        assert page.get_by_role("link", name="Chiến dịch").is_visible()
        page.get_by_role("link", name="Nguồn tin").click()
        page.locator("details.menu summary").click()
        assert page.get_by_role("link", name="Nguồn tin").get_attribute("aria-current") == "page"


def test_tables_of_facts_keep_their_words_whole_on_a_telephone(filled: Site) -> None:
    with chromium_at(filled, viewport={"width": 360, "height": 800}) as (page, base):
        for path in ("/documents/d0", "/alerts/a1", "/alerts"):
            page.goto(base + path)
            shoot(page, f"360{path.replace('/', '-')}")
            widths = page.eval_on_selector_all(".facts td, .facts th", "all => all.map(e => e.clientWidth)")
            assert min(widths) >= 80, path
            assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_wide_page_shows_where_it_is(filled: Site) -> None:
    with chromium_at(filled, viewport={"width": 1366, "height": 768}) as (page, base):
        for path in PAGES:
            page.goto(base + path)
            shoot(page, f"1366{path.replace('/', '-')}")
        assert page.locator('header a[aria-current="page"]:visible').inner_text() == "Nguồn tin"
        assert page.locator("header").bounding_box()["height"] < 110
        assert not page.locator("details.menu").is_visible()


def test_paper_shows_whole_tables_and_nothing_to_click(filled: Site) -> None:
    with chromium_at(filled, viewport={"width": A4, "height": 1000}) as (page, base):
        for path in PAGES:
            page.goto(base + path)
            page.emulate_media(media="print")
            for wide in page.locator(".scroll").all():
                assert wide.evaluate("e => e.scrollWidth <= e.clientWidth + 1 || e.clientWidth == 0"), path
            assert not page.locator("header").is_visible()
            assert page.locator("form:visible").count() == 0
            if SHOTS:
                page.pdf(path=Path(SHOTS) / f"a4{path.replace('/', '-')}.pdf", format="A4")


def test_paper_shows_the_articles_of_a_story_to_those_who_may_split_it(
    filled: Site, store: SqlStore, quick_accounts: Accounts, person: Callable[..., str]
) -> None:
    alike = [make_intent(f"e{n}", title="BHXH Gia Lai chậm trả thẻ", text="Nội dung như nhau") for n in range(3)]
    with store.begin() as tx:
        tx.add_documents(alike)
    StoryDesk(store, filled.clock).place()  # type: ignore[arg-type]
    found = filled.read.document("e0")
    user = quick_accounts.user(person("truc", Role.DESK))
    assert found
    assert user
    with chromium_at(filled, viewport={"width": A4, "height": 1000}) as (page, base):
        page.context.add_cookies([{"name": "radar_session", "value": quick_accounts.sessions.start(user), "url": base}])
        page.goto(f"{base}/stories/{found.story_id}")
        assert page.locator("input[type=checkbox]:visible").count() == 3
        page.emulate_media(media="print")
        assert page.locator(".documents h3:visible").count() == 3
        assert page.locator(":is(input, button):visible").count() == 0


def test_paper_shows_what_each_account_reads_and_no_help_of_forms(
    filled: Site, quick_accounts: Accounts, person: Callable[..., str]
) -> None:
    admin, limited = person("mot", Role.ADMINISTRATOR), person("tinh", Role.DESK)
    enrol(quick_accounts, admin)
    user = quick_accounts.user(admin)
    quick_accounts.set_provinces(limited, ["38"])
    assert user
    with chromium_at(filled, viewport={"width": A4, "height": 1000}) as (page, base):
        page.context.add_cookies([{"name": "radar_session", "value": quick_accounts.sessions.start(user), "url": base}])
        page.goto(f"{base}/admin/users")
        page.emulate_media(media="print")
        shoot(page, "a4-admin-users")
        shown = page.locator("table").inner_text()
        assert "Thanh Hóa" in shown
        assert "cả nước" in shown
        assert "Người này" not in shown
        assert page.locator("td details:visible").count() == 0


@pytest.fixture
def admin(quick_accounts: Accounts, person: Callable[..., str]) -> str:
    """The session of an account with every role, whose address is long."""
    email = person("quan-tri.cua-mot-don-vi.co-ten-rat-dai.nghiep-vu-tuyen-truyen", *Role)
    enrol(quick_accounts, email)
    user = quick_accounts.user(email)
    assert user
    return quick_accounts.sessions.start(user)


def enter(page: Any, base: str, session: str) -> None:
    page.context.add_cookies([{"name": "radar_session", "value": session, "url": base}])


def styled(page: Any, selector: str, name: str) -> str:
    found: str = page.locator(selector).first.evaluate(f"e => getComputedStyle(e).{name}")
    return found


def test_paper_says_what_a_list_is_of_when_and_that_nothing_is_read(filled: Site) -> None:
    stopped = "Từ 05:12 ngày 02/03/2026 không có tin mới nào được đọc: số liệu trên trang có thể thiếu."
    told = {
        "/documents?tone=negative&place=38&since=2026-02-01&origins=true":
            "Thanh Hóa; tiêu cực; chỉ bài gốc; đăng từ ngày 01/02/2026.",
        "/stories?topic=pension&since=2026-02-01&until=2026-03-01": "Lương hưu, tuổi nghỉ hưu; đăng tháng 2 năm 2026.",
        "/indicators": "cả nước", "/alerts?state=ended": "Đã kết thúc hoặc bỏ qua (0)", "/": "",
    }  # fmt: skip
    with chromium_at(replace(filled, stopped=lambda: [stopped]), viewport={"width": A4, "height": 1000}) as (
        page,
        base,
    ):
        for path, words in told.items():
            page.goto(base + path)
            page.emulate_media(media="print")
            shown = page.locator("body").inner_text()
            assert words in shown, path
            assert stopped in shown, path
            assert f"Giờ Việt Nam: {local_time(NOW)}" in shown, path
        page.goto(f"{base}/alerts?state=ended")
        assert page.locator(".tabs a:visible").count() == 1
        page.emulate_media(media="screen")
        page.goto(f"{base}/documents?tone=negative")
        assert not page.locator(".paper-only").is_visible()


def test_paper_has_no_headings_of_forms_no_columns_of_buttons_and_whole_times(
    filled: Site, store: SqlStore, admin: str
) -> None:
    with store.begin() as tx:
        [email] = [u.email for u in tx.accounts()]
        mine = make_subscription(email=email, hours="06:00-22:00")
        tx.add_subscription(mine, at=NOW)
    with chromium_at(filled, viewport={"width": A4, "height": 1000}) as (page, base):
        enter(page, base, admin)
        page.emulate_media(media="print")
        for path, heading in (("/subscriptions", "Thêm đăng ký"), ("/admin/users", "Thêm tài khoản")):
            page.goto(base + path)
            assert not page.get_by_text(heading, exact=True).first.is_visible()
            assert not page.get_by_text("Thao tác").is_visible()
            assert page.locator("td:last-child:visible").count() == 0
            assert styled(page, "td", "overflowWrap") == "break-word"
        assert styled(page, "th.who", "overflowWrap") == "anywhere"
        page.goto(f"{base}/indicators")
        assert page.locator(".indicators li").count() == 0 or styled(page, ".indicators li", "breakInside") == "auto"


def test_forms_and_tables_of_a_wide_page_are_whole(filled: Site, admin: str) -> None:
    with chromium_at(filled, viewport={"width": 1440, "height": 900}) as (page, base):
        enter(page, base, admin)
        page.goto(f"{base}/documents")
        assert page.locator("input[name=origins]").bounding_box()["width"] < 30
        page.goto(f"{base}/admin/audit")
        shoot(page, "1440-admin-audit")
        wide = page.locator(".scroll")
        assert wide.evaluate("e => e.scrollWidth <= e.clientWidth")
        field, button = (page.locator(f"main form {e}").last.bounding_box() for e in ("input", "button"))
        assert abs(field["y"] + field["height"] - button["y"] - button["height"]) < 2
        assert page.locator("main code").first.bounding_box()["height"] < 25
        page.goto(f"{base}/alerts/a1")
        assert styled(page, ".scroll + h3", "marginTop") == "20px"


def test_a_level_has_one_colour_on_every_page(filled: Site, store: SqlStore) -> None:
    found = replace(opened(make_signal()), id="a2", level=Level.WATCH, peak_level=Level.WATCH)
    with store.begin() as tx:
        tx.save_alert(found, kind="opened", actor="radar", text="Mở cảnh báo", at=NOW)
    with chromium_at(filled, java_script_enabled=False) as (page, base):
        colours = set()
        for path in ("/", "/alerts", "/alerts/a2"):
            page.goto(base + path)
            colours.add(styled(page, "li.level-1 .level, .level.level-1", "color"))
        assert len(colours) == 1


def test_buttons_have_edges_where_colours_are_forced(filled: Site) -> None:
    with chromium_at(filled, forced_colors="active") as (page, base):
        page.goto(f"{base}/documents")
        assert styled(page, "main form button", "borderTopWidth") == "1px"
        assert styled(page, "main form button", "borderTopStyle") == "solid"


def test_the_picture_of_the_summary_is_read_on_a_telephone(filled: Site) -> None:
    with chromium_at(filled, viewport={"width": 390, "height": 844}) as (page, base):
        page.goto(f"{base}/summary")
        assert page.locator("svg.chart.summary").bounding_box()["width"] * 13 / 960 >= 12
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_hours_have_a_scale_dates_and_figures() -> None:
    counts = [HourCount(start=hours_ago(n), total=n + 1, negative=n) for n in (3, 30)]
    chart = hours_chart(counts, since=hours_ago(72), until=NOW)
    assert ">31 tin, bài mỗi giờ</text>" in chart
    assert ">0</text>" in chart
    assert chart.count("/03</text>") + chart.count("/02</text>") == 3
    assert "<title>Số tin, bài độc lập theo giờ: 35 trong 72 giờ qua" in chart
    assert '<td class="n">31</td><td class="n">30</td>' in chart
    empty = hours_chart([], since=hours_ago(72), until=NOW)
    assert "Chưa có số liệu" in empty
    assert "<svg" not in empty
    assert hours_chart([HourCount(start=NOW, total=0, negative=0)], since=hours_ago(72), until=NOW) == empty


@pytest.mark.parametrize("hours", [2, 20, 60, 24 * 12, 24 * 31])
def test_recovery_has_a_scale_and_a_few_dates(hours: int) -> None:
    points = [
        Point(at=NOW + timedelta(hours=n), negative=max(0, 12 - n), total=20, unanswered=0) for n in range(hours)
    ]  # fmt: skip
    chart = recovery_chart(recover(points, 2.0))
    assert ">12 bài gốc tiêu cực trong 24 giờ</text>" in chart
    assert ">0</text>" in chart
    assert 2 <= chart.count("/03</text>") + chart.count("/04</text>") <= 7
    assert '<td class="n">12</td><td class="n">20</td>' in chart
    # the first 24 hours end an hour after the hour they are named by begins
    assert f'<th scope="row">{NOW + timedelta(hours=8):%H:%M %d/%m}</th><td class="n">12</td>' in chart
    silent = [replace(p, negative=0, total=0) for p in points]
    assert "Chưa có số liệu" in recovery_chart(recover(silent, 0.0))


def test_coverage_has_a_scale() -> None:
    known = [CoverageView(start=hours_ago(n), value=0.5, reporting=1, expected=2) for n in range(40, 0, -1)]
    chart = coverage_chart(known, until=NOW)
    assert ">100%</text>" in chart
    assert "thấp nhất 50%" in chart
    assert chart.count('<td class="n">50%</td><td class="n">1 trên 2</td>') == 40
