"""Log-in, second factor, sessions, roles and tokens through the pages, as a browser does it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest

from service.domain.accounts import Role, Scope, Token
from service.domain.audit import Action
from service.domain.times import VIETNAM
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.accounts import LOCKED_FOR, Accounts
from service.usecases.audit import audit
from service.web.deps import Site
from service.web.limits import RateLimits
from tests.builders import enrol as enrol_quickly
from tests.builders import make_token
from tests.web.conftest import ELSEWHERE, PASSWORD, Browser, MakeBrowser, chromium_at

Person = Callable[..., str]
NEW_PASSWORD = "mot-cau-khac-cung-dai-nhu-the"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are the same on both databases; what they call is tested on both."""
    return sqlite_url


def enrol(browser: Browser, clock: SetClock) -> tuple[str, list[str]]:
    page = browser.get("/account/second-factor").text
    assert "<svg" in page
    fields = dict(re.findall(r'name="(csrf|signed)" value="([^"]+)"', page))
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert secret
    code = pyotp.TOTP(secret[1]).at(clock.now())
    wrong = browser.client.post("/account/second-factor", data=fields | {"code": code, "password": "sai"})
    assert wrong.status_code == 422
    done = browser.client.post("/account/second-factor", data=fields | {"code": code, "password": PASSWORD})
    assert done.headers["location"] == "/account"
    shown = r"<code>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</code>"
    codes = re.findall(shown, browser.get("/account").text)
    assert not re.findall(shown, browser.get("/account").text)
    return secret[1], codes


def test_a_second_factor_is_asked_for_once_it_is_enrolled(
    browser: MakeBrowser, person: Person, clock: SetClock
) -> None:
    email = person("quan.tri", Role.ADMINISTRATOR)
    one = browser()
    assert one.log_in(email).headers["location"] == "/"
    assert "cần xác thực hai lớp" in one.get("/account").text
    secret, codes = enrol(one, clock)
    assert len(codes) == 10
    two = browser()
    assert two.get("/login/code").headers["location"] == "/login"
    entered = two.log_in(email, next="/feeds")
    assert entered.headers["location"] == "/login/code"
    assert "radar_session" not in entered.headers["set-cookie"]
    assert two.get("/feeds").headers["location"] == "/login?next=/feeds"
    assert two.submit("/login/code", "/login/code", code="000000").status_code == 401
    clock.at += timedelta(minutes=1)
    code = pyotp.TOTP(secret).at(clock.now())
    assert two.submit("/login/code", "/login/code", code=code).headers["location"] == "/feeds"
    assert two.get("/feeds").status_code == 200
    three = browser()
    three.log_in(email)
    assert three.submit("/login/code", "/login/code", code=code).status_code == 401
    assert three.submit("/login/code", "/login/code", code=codes[3]).headers["location"] == "/"


def test_wrong_codes_lock_the_account_too(browser: MakeBrowser, person: Person, clock: SetClock) -> None:
    email = person("quan.tri", Role.ADMINISTRATOR)
    one = browser()
    one.log_in(email)
    secret, _ = enrol(one, clock)
    two = browser()
    two.log_in(email)
    for _ in range(5):
        assert two.submit("/login/code", "/login/code", code="123456").status_code == 401
    clock.at += timedelta(minutes=1)
    right = pyotp.TOTP(secret).at(clock.now())
    assert two.submit("/login/code", "/login/code", code=right).status_code == 401
    assert browser(limits=RateLimits()).log_in(email).status_code == 401


def test_the_password_again_does_not_begin_the_count_of_wrong_codes_anew(
    browser: MakeBrowser, person: Person, clock: SetClock
) -> None:
    email = person("quan.tri", Role.ADMINISTRATOR)
    one = browser()
    one.log_in(email)
    _, codes = enrol(one, clock)
    thief = browser(limits=RateLimits())
    thief.log_in(email)
    for _ in range(4):
        assert thief.submit("/login/code", "/login/code", code="123456").status_code == 401
    assert thief.log_in(email).headers["location"] == "/login/code"
    assert thief.submit("/login/code", "/login/code", code="123456").status_code == 401
    assert thief.log_in(email).status_code == 401
    clock.at += LOCKED_FOR
    assert browser().log_in(email, code=codes[0]).headers["location"] == "/"


def test_sessions_are_listed_and_ended_one_by_one(browser: MakeBrowser, person: Person) -> None:
    email = person("truc", Role.DESK)
    one, two = browser(), browser()
    one.client.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
    one.log_in(email)
    two.log_in(email)
    page = two.get("/account").text
    assert "Firefox Linux" in page
    row = next(r for r in page.split("<tr>") if "Firefox Linux" in r)
    action = re.search(r'action="(/account/sessions/\d+/end)"', row)
    assert action
    two.submit("/account", action[1])
    assert one.get("/account").status_code == 303
    assert two.get("/account").status_code == 200
    two.submit("/account", "/account/sessions/end")
    assert two.get("/account").status_code == 303


def test_nobody_ends_the_session_of_another(browser: MakeBrowser, person: Person) -> None:
    mine, other = browser(), browser()
    mine.log_in(person("truc", Role.DESK))
    other.log_in(person("khac", Role.DESK))
    other.submit("/account", "/account/sessions/1/end")
    assert mine.get("/account").status_code == 200


def test_a_weak_password_is_refused_and_a_one_time_password_must_be_changed(
    browser: MakeBrowser, quick_accounts: Accounts
) -> None:
    password = quick_accounts.add("truc@agency.example.com", Role.DESK)
    one = browser()
    one.log_in("truc@agency.example.com", password)
    for path in ("/", "/account", "/feeds"):
        where = "/password" if path == "/" else f"/password?next={path}"
        assert one.get(path).headers["location"] == where
    weak = one.submit("/password", "/password", old=password, new="password12345")
    assert weak.status_code == 422
    assert "dễ đoán" in weak.text
    assert one.submit("/password", "/password", old=password, new=PASSWORD).headers["location"] == "/"
    assert one.get("/feeds").status_code == 200


def test_errors_of_log_in_do_not_tell_whether_the_account_exists(browser: MakeBrowser, person: Person) -> None:
    email, one = person("truc", Role.DESK), browser()
    wrong = one.log_in(email, "sai")
    unknown = one.log_in("khong.co@agency.example.com", "sai")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    same = [re.sub(r'value="[^"]*"', "", r.text) for r in (wrong, unknown)]
    assert same[0] == same[1]


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "",
        "\\\\e",
    ],
)
def test_log_in_sends_nobody_elsewhere(browser: MakeBrowser, person: Person, target: str) -> None:
    one = browser()
    assert one.log_in(person("truc", Role.DESK), next=target).headers["location"] == "/"


def test_cookies_over_https_are_bound_to_the_host(browser: MakeBrowser, person: Person) -> None:
    one = browser(secure=True)
    entered = one.log_in(person("truc", Role.DESK))
    [cookie] = [c for c in entered.headers.get_list("set-cookie") if "radar_session" in c]
    assert cookie.startswith("__Host-radar_session=")
    parts = {p.strip().lower() for p in cookie.split(";")}
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= parts
    assert not any(p.startswith("domain") for p in parts)
    assert one.get("/account").status_code == 200
    assert one.get("/").headers["strict-transport-security"].startswith("max-age=31536000")


def test_a_form_of_another_site_is_refused(browser: MakeBrowser, person: Person) -> None:
    email, one = person("truc", Role.DESK), browser()
    one.log_in(email)
    foreign = ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"})
    for headers in foreign:
        assert one.client.post("/logout", data={"csrf": "x"}, headers=headers).status_code == 403
    assert one.client.post("/logout", data={"csrf": "x"}).status_code == 403
    other = browser()
    page = other.get("/login").text
    stolen = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert stolen
    assert one.client.post("/logout", data={"csrf": stolen[1]}).status_code == 403
    login = {"csrf": stolen[1], "email": email, "password": PASSWORD}
    assert browser().client.post("/login", data=login).status_code == 403


def test_too_many_requests_are_told_to_wait(browser: MakeBrowser, person: Person) -> None:
    email = person("truc", Role.DESK)
    one = browser(limits=RateLimits({"login-account": "3/minute"}))
    answers = [one.log_in(email, "sai") for _ in range(4)]
    assert [a.status_code for a in answers] == [401, 401, 401, 429]
    assert int(answers[3].headers["retry-after"]) >= 1
    limits = RateLimits({"address": "5/minute"})
    two = browser(limits=limits)
    assert [two.get("/login").status_code for _ in range(6)][-2:] == [200, 429]
    assert browser(("203.0.113.8", 1), limits=limits).get("/login").status_code == 200
    assert [browser(("127.0.0.1", 1), limits=limits).get("/").status_code for _ in range(9)][-1] == 200


def test_a_proxy_is_believed_only_where_it_is_named(browser: MakeBrowser) -> None:
    limits = RateLimits({"address": "2/minute"})
    through = browser(ELSEWHERE, limits=limits, trusted_proxies=(ELSEWHERE[0],))
    for n in range(5):
        assert through.get("/login", headers={"x-forwarded-for": f"9.9.9.9, 198.51.100.{n}"}).status_code == 200
    # a proxy may add a line of its own behind the client's, and there may be several proxies in a row
    chain = browser(ELSEWHERE, limits=RateLimits({"address": "2/minute"}), trusted_proxies=(ELSEWHERE[0], "10.0.0.2"))
    lines = [[("x-forwarded-for", f"6.6.6.{n}"), ("x-forwarded-for", "9.9.9.9, 10.0.0.2")] for n in range(4)]
    assert [chain.get("/login", headers=each).status_code for each in lines] == [200, 200, 429, 429]
    direct = browser(ELSEWHERE, limits=limits)
    codes = [direct.get("/login", headers={"x-forwarded-for": f"198.51.100.{n}"}).status_code for n in range(4)]
    assert codes[-1] == 429


def test_administration_is_for_administrators(browser: MakeBrowser, person: Person) -> None:
    one = browser()
    for path in ("/admin/users", "/admin/tokens", "/admin/audit", "/admin/forget"):
        assert one.get(path).headers["location"] == f"/login?next={path}"
    one.log_in(person("truc", Role.DESK, Role.ANALYST))
    for path in ("/admin/users", "/admin/tokens", "/admin/audit", "/admin/forget"):
        assert one.get(path).status_code == 403
    assert one.submit("/account", "/admin/users/reset", email="truc@agency.example.com").status_code == 403
    assert browser(("127.0.0.1", 1)).get("/admin/users").status_code == 303


def test_two_administrators_give_a_role_through_the_page(
    entered: Callable[..., Browser], quick_accounts: Accounts
) -> None:
    first, second = "mot@agency.example.com", "hai@agency.example.com"
    one, two = entered("mot", Role.ADMINISTRATOR), entered("hai", Role.ADMINISTRATOR)
    added = one.page_after(
        "/admin/users", "/admin/users", email="moi@agency.example.com", role="desk", provinces="01, Đà Nẵng"
    )
    assert "Mật khẩu dùng một lần" in added.text
    for wrong in ("Hà Lội", "99", "01, 00", "74", "Bình Dương"):
        fields = {"email": "x@y.example.com", "provinces": wrong, "seen": "01 48"}
        assert one.submit("/admin/users", "/admin/users", **fields).status_code == 422
        assert quick_accounts.user("x@y.example.com") is None
        fields["email"] = "moi@agency.example.com"
        assert one.submit("/admin/users", "/admin/users/provinces", **fields).status_code == 422
    change = {"email": "moi@agency.example.com", "role": "reviewer", "do": "grant"}
    waits = "chờ quản trị viên thứ hai xác nhận"
    assert waits in one.page_after("/admin/users", "/admin/users/roles", **change).text
    for do in ("grant", "revoke"):
        other = change | {"role": "viewer", "do": do}
        assert waits not in one.page_after("/admin/users", "/admin/users/roles", **other).text
    assert "Cần một quản trị viên khác xác nhận" in one.get("/admin/users").text
    assert one.submit("/admin/users", "/admin/grants/1", do="confirm").status_code == 422
    user = quick_accounts.user("moi@agency.example.com")
    assert user is not None
    assert (user.roles, user.provinces) == ({Role.DESK}, ("01", "48"))
    assert two.submit("/admin/users", "/admin/grants/1", do="confirm").status_code == 303
    user = quick_accounts.user("moi@agency.example.com")
    assert user is not None
    assert user.roles == {Role.DESK, Role.REVIEWER}
    for do, email, status in (
        ("disable", "moi@agency.example.com", 303),
        ("enable", "moi@agency.example.com", 303),
        ("unlock", "moi@agency.example.com", 303),
        ("disable", first, 422),
    ):
        assert one.submit("/admin/users", "/admin/users/state", email=email, do=do).status_code == status
    assert one.submit("/admin/users", "/admin/users/reset", email="moi@agency.example.com").status_code == 422
    assert one.submit("/admin/users", "/admin/users/provinces", email=second, provinces="", seen="").status_code == 303
    revoke = {"email": "moi@agency.example.com", "role": "desk", "do": "revoke"}
    assert '<summary aria-label="Thu hồi vai trò Trực truyền thông của moi@' in one.get("/admin/users").text
    assert one.submit("/admin/users", "/admin/users/roles", **revoke).status_code == 303
    audit = one.get("/admin/audit")
    assert "Giao vai trò" in audit.text
    assert "Chuỗi nhật ký nguyên vẹn" in audit.text
    assert "dấu chốt đã lưu bên ngoài hệ thống" in audit.text


def test_what_an_account_reads_is_not_widened_by_an_old_page(
    entered: Callable[..., Browser], person: Callable[..., str], quick_accounts: Accounts
) -> None:
    one, two, email = entered("mot", Role.ADMINISTRATOR), entered("hai", Role.ADMINISTRATOR), person("moi", Role.VIEWER)
    limit = {"email": email, "provinces": "Thanh Hóa", "seen": ""}
    said = two.page_after("/admin/users", "/admin/users/provinces", **limit).text
    assert f"Đã đổi phạm vi của {email}: nay đọc Thanh Hóa." in said
    # the other page still shows an empty field
    refused = one.submit("/admin/users", "/admin/users/provinces", email=email, provinces="", seen="")
    assert (refused.status_code, "Nay là: Thanh Hóa." in refused.text) == (422, True)
    assert one.submit("/admin/users", "/admin/users/provinces", email=email, provinces="").status_code == 422
    user = quick_accounts.user(email)
    assert user is not None
    assert user.provinces == ("38",)
    page = one.get("/admin/users").text
    [row] = re.findall(rf'value="{email}"><input type="hidden" name="seen" value="([^"]*)"', page)
    wider = one.page_after("/admin/users", "/admin/users/provinces", email=email, provinces="", seen=row).text
    assert f"Đã đổi phạm vi của {email}: nay đọc cả nước." in wider


def test_the_audit_log_names_people_and_is_filtered(
    entered: Callable[..., Browser], quick_accounts: Accounts, clock: SetClock, store: SqlStore
) -> None:
    one, email = entered("quan.tri", Role.ADMINISTRATOR), "quan.tri@agency.example.com"
    quick_accounts.add("moi@agency.example.com", by=quick_accounts.user(email))
    user = quick_accounts.user(email)
    assert user
    assert f'{email} <span class="small">{user.ref}</span>' in one.get("/admin/users").text
    with store.begin() as tx:
        # as of an account that is gone
        audit(tx, Action.EXPORTED, actor="user:99", at=clock.now() - timedelta(days=9), subject="documents.csv")
        audit(tx, Action.EXPORTED, actor="loopback", at=clock.now(), subject="indicators.csv")

    def rows(**query: str) -> str:
        page = one.client.get("/admin/audit", params=query)
        assert page.status_code == 200
        return page.text.partition("<tbody>")[2].partition("</tbody>")[0]

    everything = rows()
    assert f'<td class="who">{email} <span class="small">{user.ref}</span></td><td>Thêm tài khoản</td>' in everything
    assert '<td class="who">moi@agency.example.com</td>' in everything
    assert '<td class="who">user:99</td><td>Xuất dữ liệu</td><td class="who">tin, bài (CSV)</td>' in everything
    assert '<td class="who">máy chủ này, không đăng nhập</td>' in everything
    mine = rows(who="quan.tri", since="", until="")
    assert "Thêm tài khoản" in mine
    assert "user:99" not in mine
    assert rows(who="user:99").count("<tr>") == 1
    assert rows(action="exported").count("<tr>") == 2
    day = clock.now().astimezone(VIETNAM).date()
    assert rows(action="exported", since=str(day)).count("<tr>") == 1
    assert rows(action="exported", until=str(day - timedelta(days=1))).count("<tr>") == 1
    assert rows(who="khong.co@agency.example.com") == ""
    assert "Không có mục nào như vậy." in one.get("/admin/audit?who=khong.co").text
    for wrong in ("since=hom-qua", "until=9999-12-31", "since=1900-01-01"):
        assert one.get(f"/admin/audit?{wrong}").status_code == 422


def test_the_audit_log_goes_on_behind_its_newest_entries(
    entered: Callable[..., Browser], store: SqlStore, clock: SetClock
) -> None:
    one = entered("quan.tri", Role.ADMINISTRATOR)
    with store.begin() as tx:
        for n in range(250):
            audit(tx, Action.EXPORTED, actor="cli", at=clock.now(), subject=f"thu:{n}")
        [last] = tx.newest_audit(limit=1)
    found, address = [], "/admin/audit"
    while address:
        page = one.get(address).text
        found += map(int, re.findall(r'<td class="n">(\d+)</td>', page))
        following = re.search(r'href="(/admin/audit\?before=\d+)">Xem tiếp', page)
        address = following[1] if following else ""
    assert found == list(range(last.seq, 0, -1))
    assert 'href="/admin/audit">Về mục mới nhất' in page


def test_tokens_of_ones_own_act_with_the_owners_rights(
    browser: MakeBrowser, person: Person, entered: Callable[..., Browser], quick_accounts: Accounts
) -> None:
    one, admin = browser(), entered("quan.tri", Role.ADMINISTRATOR)
    email = person("truc", Role.DESK)
    one.log_in(email)
    wish = {"name": "báo cáo", "scope": ["read", "write"], "days": "30"}
    wrong = one.submit("/account", "/account/tokens", **wish, password="sai")
    assert (wrong.status_code, "Mật khẩu không đúng" in wrong.text) == (422, True)
    made = one.page_after("/account", "/account/tokens", **wish, password=PASSWORD)
    secret = re.search(r"radar_[\w-]{43}", made.text)
    assert secret
    for scope in ("admin", "review"):
        assert one.submit("/account", "/account/tokens", name="x", scope=[scope], password=PASSWORD).status_code == 422
    token = quick_accounts.tokens.find(secret[0])
    assert token is not None
    assert (token.owner, token.scopes) == (email, {Scope.READ, Scope.WRITE})
    listed = admin.get("/admin/tokens").text
    assert "báo cáo" in listed
    assert "<td>đọc, xử lý cảnh báo</td>" in listed
    assert "<td>đọc, xử lý cảnh báo</td>" in one.get("/account").text
    admin.submit("/account", f"/account/tokens/{token.id}/revoke")
    assert quick_accounts.tokens.find(secret[0]) is not None
    one.submit("/account", f"/account/tokens/{token.id}/revoke")
    assert quick_accounts.tokens.find(secret[0]) is None


def test_tokens_end_with_a_reset_and_are_named_with_a_new_password(
    browser: MakeBrowser, person: Person, quick_accounts: Accounts
) -> None:
    email, other, one = person("truc", Role.DESK), person("khac", Role.DESK), browser()
    day = timedelta(days=1)
    secrets = [make_token(quick_accounts, name, Scope.WRITE, day, owner=whose) for name, whose in (
        ("a", email), ("b", email), ("c", other))]  # fmt: skip
    one.log_in(email)
    changed = one.page_after("/password", "/password", old=PASSWORD, new=NEW_PASSWORD)
    assert "2 mã truy cập API vẫn còn hiệu lực" in changed.text
    assert all(quick_accounts.tokens.find(s) for s in secrets)
    quick_accounts.reset_password(email)
    assert [quick_accounts.tokens.find(s) is None for s in secrets] == [True, True, False]
    with quick_accounts.store.begin() as tx:
        assert [e.action for e in tx.audit_entries()][-3:] == ["token_revoked", "token_revoked", "password_reset"]


def test_a_new_password_ends_a_log_in_that_waits_for_its_code(
    browser: MakeBrowser, person: Person, quick_accounts: Accounts
) -> None:
    email, thief = person("truc", Role.DESK), browser()
    codes = enrol_quickly(quick_accounts, email)
    assert thief.log_in(email).headers["location"] == "/login/code"
    quick_accounts.change_password(email, NEW_PASSWORD)
    assert thief.submit("/login/code", "/login/code", code=codes[0]).headers["location"] == "/login"
    assert thief.get("/account").headers["location"] == "/login?next=/account"


def test_a_token_is_revoked_by_its_owner_whoever_used_its_name_before(
    browser: MakeBrowser, person: Person, entered: Callable[..., Browser], quick_accounts: Accounts
) -> None:
    def make(who: Browser) -> str:
        wish = {"name": "ci job", "scope": "read", "password": PASSWORD}
        secret = re.search(r"radar_[\w-]{43}", who.page_after("/account", "/account/tokens", **wish).text)
        assert secret
        return secret[0]

    def revoke(who: Browser, token: Token | None) -> None:
        assert token is not None
        assert who.submit("/account", f"/account/tokens/{token.id}/revoke").status_code == 303

    viewer, desk = browser(), browser()
    viewer.log_in(person("xem", Role.VIEWER))
    desk.log_in(person("truc", Role.DESK))
    first = make(viewer)
    revoke(viewer, old := quick_accounts.tokens.find(first))
    assert quick_accounts.tokens.find(first) is None
    second = make(desk)
    revoke(viewer, old)
    revoke(viewer, current := quick_accounts.tokens.find(second))
    assert quick_accounts.tokens.find(second) is not None
    assert current
    admin = entered("quan.tri", Role.ADMINISTRATOR)
    admin.submit("/account", f"/admin/tokens/{current.id}/revoke")
    assert quick_accounts.tokens.find(second) is None


def test_an_account_without_a_role_sees_nothing(browser: MakeBrowser, person: Person) -> None:
    one = browser()
    one.log_in(person("chua"))
    assert one.get("/").status_code == 403
    assert one.get("/api/v1/alerts").status_code == 401
    assert one.get("/account").status_code == 200


def test_deletion_on_request_through_the_page(entered: Callable[..., Browser], store: SqlStore) -> None:
    from tests.builders import make_intent

    with store.begin() as tx:
        tx.add_documents([make_intent("a")])
    one = entered("quan.tri", Role.ADMINISTRATOR)
    url = "https://bao.example.com/a"
    assert one.submit("/admin/forget", "/admin/forget", url=url).status_code == 422
    assert one.submit("/admin/forget", "/admin/forget", url="javascript:1", sure="yes").status_code == 422
    assert "Đã xóa 1 bản ghi" in one.page_after("/admin/forget", "/admin/forget", url=url, sure="yes").text
    with store.begin() as tx:
        assert tx.document("a") is None
        tx.add_documents([make_intent("b")])
    assert 'action="/documents/b/forget"' in one.get("/documents/b").text
    assert one.submit("/documents/b", "/documents/b/forget").status_code == 422
    assert "Đã xóa 1 bản ghi" in one.page_after("/documents/b", "/documents/b/forget", sure="yes").text
    with store.begin() as tx:
        assert tx.document("b") is None
        tx.add_documents([make_intent("c")])
    desk = entered("truc", Role.DESK)
    assert "/documents/c/forget" not in desk.get("/documents/c").text
    assert desk.submit("/documents/c", "/documents/c/forget", sure="yes").status_code == 403
    assert one.submit("/admin/forget", "/documents/none/forget", sure="yes").status_code == 404


@pytest.mark.browser
def test_a_real_browser_logs_in_and_enrols_a_second_factor(site: Site, person: Person) -> None:
    email = person("quan.tri", Role.ADMINISTRATOR)
    with chromium_at(site) as (page, base):
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{base}/login?next=/account/second-factor")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", PASSWORD)
        page.click("main button")
        page.wait_for_url(f"{base}/account/second-factor")
        secret = page.inner_text("main code")
        page.fill("input[name=code]", pyotp.TOTP(secret).at(site.clock.now()))
        page.fill("input[name=password]", PASSWORD)
        page.click("main button")
        page.wait_for_selector(".codes li")
        assert page.locator(".codes li").count() == 10
        assert said == []


def test_a_token_that_cannot_be_made_says_why_in_its_form(browser: MakeBrowser, person: Person) -> None:
    one = browser()
    one.log_in(person("truc", Role.DESK))
    for fields, said in (
        ({"name": "báo cáo", "days": "30"}, "chọn ít nhất một quyền"),
        ({"name": "thử <b>", "scope": ["read", "write"]}, "Tên chỉ gồm chữ, chữ số"),
    ):
        page = one.submit("/account", "/account/tokens", **fields)
        assert page.status_code == 422
        assert said in page.text
        assert (
            f'name="name" maxlength="60" autocomplete="off" required value="{html.escape(str(fields["name"]))}"'
            in page.text
        )
    assert 'value="write" checked' in page.text


def test_administration_takes_a_second_look_and_its_buttons_say_of_whom(
    entered: Callable[..., Browser], person: Person
) -> None:
    one, other = entered("mot", Role.ADMINISTRATOR), person("truc", Role.DESK)
    page = one.get("/admin/users").text
    for does in ("Ngừng tài khoản", "Đặt lại mật khẩu của"):
        assert f'<details><summary aria-label="{does} {other}">' in page
    main = page.partition("<main")[2].partition("</table>")[0]
    buttons = re.findall(r"<button[^>]*>", main)
    assert all("aria-label" in b and "@" in b for b in buttons), buttons


def test_who_proposed_a_role_takes_it_back_and_others_refuse_it(
    entered: Callable[..., Browser], person: Person
) -> None:
    one, two = entered("mot", Role.ADMINISTRATOR), entered("hai", Role.ADMINISTRATOR)
    change = {"email": person("truc", Role.DESK), "role": "reviewer", "do": "grant"}
    assert one.submit("/admin/users", "/admin/users/roles", **change).status_code == 303
    assert ">Rút đề xuất</button>" in one.get("/admin/users").text
    assert ">Từ chối</button>" in two.get("/admin/users").text


def test_days_of_the_audit_log_that_cannot_be_are_told(entered: Callable[..., Browser]) -> None:
    one, page = entered("mot", Role.ADMINISTRATOR), {"Accept": "text/html"}
    for days, said in (
        ("since=2026-12-01&until=2026-11-01", "Ngày bắt đầu phải trước ngày kết thúc"),
        ("since=9999-12-31", "Ngày phải từ 01/01/2000 đến 01/01/2200"),
    ):
        answer = one.get(f"/admin/audit?{days}", headers=page)
        assert (answer.status_code, said in answer.text) == (422, True), days


def test_who_has_logged_in_is_sent_on(browser: MakeBrowser, person: Person) -> None:
    one = browser()
    one.log_in(person("truc", Role.DESK))
    assert one.get("/login?next=/alerts").headers["location"] == "/alerts"


def test_what_only_the_machines_keepers_can_mend_is_told_to_them(
    browser: MakeBrowser, person: Person, entered: Callable[..., Browser]
) -> None:
    told = {"status": lambda: ["Chưa có khóa ký nhật ký kiểm toán"]}
    assert told["status"]()[0] in browser(("127.0.0.1", 1), **told).get("/").text
    assert told["status"]()[0] in entered("mot", Role.ADMINISTRATOR, **told).get("/").text
    one = browser(**told)
    assert told["status"]()[0] not in one.get("/login").text
    one.log_in(person("truc", Role.DESK))
    assert told["status"]()[0] not in one.get("/").text
