"""From a scam post in a feed to a public warning that the staff has taken note of, over real servers: feed, HTTP, SMTP.

And the same stopped wherever it can be stopped, with the reason.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
import uvicorn

from service.bootstrap import Installation as Radar
from service.bootstrap import Plan, install, make_site
from service.domain.accounts import Role, Scope, User
from service.domain.sources import Feed, Source, SourceKind
from service.scheduling.clock import SetClock
from service.settings import ConfigError, load_settings
from service.usecases.accounts import AccountError
from service.usecases.audit import verify
from service.usecases.collect import collect
from service.usecases.deliver import deliver
from service.usecases.place import StoryDesk
from service.web.problems import SECOND_FACTOR_FIRST
from tests.builders import enrol, free_port, make_token
from tests.mail import FlakyInbox, smtp_server
from tests.system.conftest import Web, wait_for

pytestmark = pytest.mark.slow
NOW = datetime(2026, 8, 20, 3, 0, tzinfo=UTC)
DOMAIN, PASSWORD = "agency.example.com", "mot-cau-dai-cua-rieng-toi"
SCAM = (
    "Cán bộ bảo hiểm xã hội đây, hồ sơ lương hưu của bác bị lỗi. Chuyển ngay 5 triệu đồng phí cập nhật VssID vào số tài"
    " khoản 0900000000 rồi gửi mã OTP cho tôi, nếu không sẽ bị khóa thẻ bảo hiểm y tế."
)
TITLE = "Bác tôi nhận được tin nhắn này, mọi người xem giúp"
PROPOSAL = "BHXH Việt Nam không thu phí qua điện thoại."
WARNING = {"move": "propose_warning", "reason": "nhiều người gặp", "proposal": PROPOSAL}
DESK = f"truc@{DOMAIN}"


@dataclass
class Person:
    """Somebody at a browser: keeps cookies, takes the CSRF value from the API."""

    client: httpx.Client
    email: str
    codes: list[str] = field(default_factory=list)

    def log_in(self, password: str = PASSWORD, *, by_code: bool = True) -> httpx.Response:
        """Log in; where a second factor is enrolled, with one of its recovery codes too."""
        entered = self._send("/login", email=self.email, password=password)
        if entered.headers.get("location") == "/login/code" and by_code:
            return self._send("/login/code", code=self.codes.pop())
        return entered

    def _send(self, page: str, **values: str) -> httpx.Response:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.client.get(page).text)
        assert found
        return self.client.post(page, data={"csrf": found[1]} | values)

    def csrf(self) -> str:
        answer = self.client.get("/api/v1/session")
        return str(answer.json()["csrf"]) if answer.status_code == 200 else ""

    def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        return self.client.request(method, f"/api/v1{path}", json=body, headers={"X-CSRF-Token": self.csrf()})

    def decide(self, finding: str, move: str, **more: str) -> httpx.Response:
        """Decide on what is there now; an account that may not see it has nothing but the address."""
        shown = self.ask("GET", f"/findings/{finding}")
        seen = shown.json()["detail"]["finding"]["moves"] if shown.status_code == 200 else 0
        return self.ask("POST", f"/findings/{finding}/decisions", {"move": move, "seen": seen} | more)


@dataclass
class Agency:
    """A running installation with its people, its mailbox and its feed."""

    radar: Radar
    clock: SetClock
    inbox: FlakyInbox
    web: Web
    base: str

    def person(self, name: str, *roles: Role, log_in: bool = True) -> Person:
        """An account; reviewer and approver are proposed by one administrator and confirmed by another."""
        accounts, email = self.radar.accounts, f"{name}@{DOMAIN}"
        sensitive = [r for r in roles if r in (Role.REVIEWER, Role.APPROVER)]
        accounts.add(email, *(r for r in roles if r not in sensitive))
        accounts.change_password(email, PASSWORD)
        one, two = self.user("mot"), self.user("hai")
        for role in sensitive:
            grant = accounts.roles.grant(email, role, by=one)
            assert grant is not None
            accounts.roles.confirm(grant.id, by=two)
        # the roles that decide need a second factor
        person = Person(httpx.Client(base_url=self.base, timeout=30), email, enrol(accounts, email))
        if log_in:
            assert person.log_in().status_code == 303
        return person

    def user(self, name: str) -> User:
        found = self.radar.accounts.user(f"{name}@{DOMAIN}")
        assert found is not None
        return found

    def publish_post(self, path: str = "/1.html", title: str = TITLE, text: str = SCAM, at: datetime = NOW) -> None:
        item = (
            f"<item><title>{title}</title><link>http://{self.web.netloc}{path}</link><description>{text}</description>"
        )
        item += f"<pubDate>{format_datetime(at)}</pubDate></item>"
        body = f"<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>{item}</channel></rss>"
        self.web.pages["/rss"] = (body.encode(), "application/rss+xml")
        self.clock.at += timedelta(hours=1)
        [polled] = collect(self.radar.collector)
        assert polled.ingested.new == 1, polled.state.outcome
        StoryDesk(self.radar.store, self.clock).place()

    def mail(self) -> dict[str, list[str]]:
        """What has arrived, as subjects by recipient."""
        deliver(self.radar.mailroom)
        found: dict[str, list[str]] = {}
        for message in self.inbox.messages:
            found.setdefault(str(message["To"]), []).append(str(message["Subject"]))
        return found


def finding(person: Person, limb: str = "property") -> str:
    [found] = [f for f in person.ask("GET", "/findings").json() if f["limb"] == limb]
    return str(found["id"])


@pytest.fixture
def agency(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Agency]:
    monkeypatch.chdir(tmp_path)
    port, inbox, clock = free_port(), FlakyInbox(), SetClock(NOW)
    feed = Feed(
        id="dien-dan", url=f"http://{web.netloc}/rss", verified=True, interval=timedelta(minutes=15),
        source=Source(id="dd", name="Diễn Đàn Thử", kind=SourceKind.FORUM, publisher="Diễn Đàn", reach=2),
    )  # fmt: skip
    plan = Plan(clock=clock, feeds=(feed,), allowed_hosts=frozenset({web.netloc}), host_delay=0.0)
    with smtp_server(inbox) as smtp:
        for name, value in {
            "DATABASE_URL": f"sqlite:///{tmp_path}/radar.db", "STATE_DIR": str(tmp_path / "state"), "PORT": str(port),
            "SMTP_HOST": smtp.host, "SMTP_PORT": str(smtp.port), "SMTP_SECURITY": "none", "TEXT_WORKERS": "0",
            "MAIL_FROM": f"radar@{DOMAIN}", "ALLOWED_DOMAINS": DOMAIN, "DESK_RECIPIENTS": DESK, "FETCH_PAGES": "none",
        }.items():  # fmt: skip
            monkeypatch.setenv(f"RADAR_{name}", value)
        with install(load_settings(), plan) as radar:
            for name in ("mot", "hai"):
                radar.accounts.add(f"{name}@{DOMAIN}", Role.ADMINISTRATOR)
            config = uvicorn.Config(make_site(radar), port=port, log_level="error")  # type: ignore[arg-type]
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, daemon=True)
            thread.start()
            wait_for(lambda: server.started)
            yield Agency(radar, clock, inbox, web, f"http://127.0.0.1:{port}")
            server.should_exit = True
            thread.join(10)


def test_from_a_scam_post_to_a_warning_that_was_received(agency: Agency) -> None:
    lan, minh = agency.person("lan", Role.REVIEWER), agency.person("minh", Role.APPROVER)
    tinh = agency.person("tinh", Role.VIEWER)
    wish = {"channel": "email", "min_level": 3, "topics": [], "provinces": [], "hours": ""}
    assert tinh.ask("POST", "/subscriptions", wish).status_code == 201
    agency.publish_post()
    key = finding(lan)
    seen = lan.ask("GET", f"/findings/{key}").json()
    assert [part for part, marked in seen["detail"]["parts"] if marked]
    assert "0900000000" not in str(seen)
    assert seen["legal"]["verbatim"]
    assert seen["against"]

    assert lan.decide(key, **WARNING).status_code == 200
    asked = ["[BHXH Radar] Đề xuất cảnh báo công khai đang chờ người thứ hai duyệt"]
    assert agency.mail() == {DESK: asked, minh.email: asked}
    assert minh.decide(key, "approve").status_code == 200
    assert lan.decide(key, "publish", reason="https://agency.example.com/canh-bao").status_code == 200
    agency.inbox.mode = "busy"
    agency.mail()
    assert len(agency.inbox.messages) == 2
    agency.inbox.mode, agency.clock.at = "ok", agency.clock.at + timedelta(minutes=10)
    told = agency.mail()
    assert told[tinh.email] == ["[BHXH Radar] Nội dung công khai đã được công bố"]
    assert len(told[DESK]) == 3
    last = next(m for m in agency.inbox.messages if m["To"] == tinh.email)
    text = last.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert PROPOSAL in text
    assert "https://agency.example.com/canh-bao" in text
    assert "khoản 3 Điều 11" in text
    assert "Chuyển ngay 5 triệu" not in text
    assert all(n == 1 for n in agency.inbox.copies().values())

    assert tinh.ask("POST", f"/warnings/{key}/receipt").status_code == 204
    assert tinh.ask("POST", f"/warnings/{key}/receipt").status_code == 204
    [published] = lan.ask("GET", "/warnings").json()
    assert (published["text"], published["received_by"]) == (PROPOSAL, [tinh.email])
    assert "Đã tiếp nhận (1)" in minh.client.get("/warnings").text
    with agency.radar.store.begin() as tx:
        assert verify(tx, heads=(), signer=None) == []
        log = [e.action for e in tx.audit_entries()]
    assert log.count("decided") == 3
    assert log.count("received") == 1


def reason(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json().get("detail", ""))


def test_nobody_goes_on_who_may_not(agency: Agency) -> None:
    """Stops that lie with the person: each with its reason, and the finding stays where it was."""
    agency.publish_post()
    accounts, both = agency.radar.accounts, (Role.REVIEWER, Role.APPROVER)
    lan, minh, xem = agency.person("lan", *both), agency.person("minh", *both), agency.person("xem", Role.VIEWER)
    key = finding(lan)
    assert lan.decide(key, **WARNING).status_code == 200
    # the same person, who has both roles; a second account with the same address
    assert reason(lan.decide(key, "approve")) == (409, "Người duyệt phải khác người đề xuất.")
    with pytest.raises(AccountError, match="there is already an account"):
        accounts.add(f"La.n+hai@{DOMAIN}", Role.VIEWER)
    # no role; the role taken away between log-in and decision; the account ended
    assert reason(xem.decide(key, "approve")) == (409, "Tài khoản này không được đưa ra quyết định đó.")
    assert xem.ask("GET", "/findings").status_code == 403
    accounts.roles.revoke(minh.email, Role.APPROVER, by=None)
    assert reason(minh.decide(key, "approve")) == (409, "Tài khoản này không được đưa ra quyết định đó.")
    thu = agency.person("thu", Role.APPROVER)
    accounts.disable(thu.email)
    assert thu.decide(key, "approve").status_code == 401
    # a program; a form of another site; a one-time password; a second factor that was not given
    hoa = agency.person("hoa", Role.APPROVER)
    secret = make_token(accounts, "may", Scope.READ, owner=lan.email)
    program = httpx.post(
        f"{agency.base}/api/v1/findings/{key}/decisions", json={"move": "approve"},
        headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip
    assert reason(program) == (403, "this needs the session of a person; a token belongs to a program")
    foreign = hoa.client.post(f"/api/v1/findings/{key}/decisions", json={"move": "approve"})
    assert foreign.status_code == 403
    first = accounts.reset_password(hoa.email)
    assert hoa.decide(key, "approve").status_code == 401
    hoa.log_in(first)
    assert reason(hoa.decide(key, "approve"))[0] == 403
    accounts.change_password(hoa.email, PASSWORD)
    assert hoa.log_in(by_code=False).headers["location"] == "/login/code"
    assert hoa.decide(key, "approve").status_code == 401
    accounts.remove_second_factor(hoa.email)
    assert hoa.log_in().status_code == 303
    assert reason(hoa.decide(key, "approve")) == (403, SECOND_FACTOR_FIRST)
    # a session that is over
    accounts.roles.grant(minh.email, Role.APPROVER, by=agency.user("mot"))
    [grant] = accounts.roles.waiting()
    accounts.roles.confirm(grant.id, by=agency.user("hai"))
    agency.clock.at += timedelta(hours=3)
    assert minh.decide(key, "approve").status_code == 401
    # an account of another province
    assert minh.log_in().status_code == 303
    accounts.set_provinces(minh.email, ["48"])
    assert minh.decide(key, "approve").status_code == 404
    accounts.set_provinces(minh.email, [])
    lan.log_in()
    assert lan.ask("GET", f"/findings/{key}").json()["detail"]["finding"]["state"] == "proposed"
    assert minh.decide(key, "approve").status_code == 200


def test_the_way_has_an_order(agency: Agency) -> None:
    """Stops that lie with the finding: sent back, not approved, withdrawn, without reason, without words."""
    agency.publish_post()
    lan, minh = agency.person("lan", Role.REVIEWER), agency.person("minh", Role.APPROVER)
    key = finding(lan)
    later = "Việc này đã qua hoặc chưa tới bước đó; vui lòng tải lại trang."
    assert reason(minh.decide(key, "approve")) == (409, later)
    assert reason(lan.decide(key, "publish", reason="x")) == (409, later)
    assert reason(lan.decide(key, "propose_warning", proposal="x")) == (409, "Vui lòng ghi lý do.")
    assert reason(lan.decide(key, "propose_warning", reason="x")) == (409, "Vui lòng ghi nội dung dự kiến công bố.")
    assert lan.decide(key, "report").status_code == 422
    assert lan.decide(key, **WARNING).status_code == 200
    assert minh.decide(key, "send_back", reason="thiếu nơi liên hệ").status_code == 200
    assert reason(minh.decide(key, "approve")) == (409, later)
    assert reason(lan.decide(key, "publish", reason="x")) == (409, later)
    assert agency.mail()[lan.email] == ["[BHXH Radar] Đề xuất được trả lại"]
    assert lan.decide(key, **WARNING).status_code == 200
    assert minh.decide(key, "approve").status_code == 200
    assert lan.decide(key, "withdraw", reason="đã có cảnh báo khác").status_code == 200
    assert reason(lan.decide(key, "publish", reason="x")) == (409, later)
    assert lan.ask("POST", f"/warnings/{key}/receipt").status_code == 404
    assert lan.ask("GET", "/warnings").json() == []


def test_an_empty_slot_of_the_law_is_said_and_nothing_is_cited(agency: Agency) -> None:
    agency.clock.at = datetime(2026, 9, 5, 3, 0, tzinfo=UTC)
    agency.publish_post(at=agency.clock.at)
    lan, minh = agency.person("lan", Role.REVIEWER), agency.person("minh", Role.APPROVER)
    key = finding(lan)
    legal = lan.ask("GET", f"/findings/{key}").json()["legal"]
    assert legal["verbatim"] is None
    assert legal["pending"].startswith("căn cứ pháp lý chờ cập nhật")
    assert "Căn cứ pháp lý chờ cập nhật" in lan.client.get(f"/review/{key}").text
    # people are warned of a scam all the same; no clause is named
    assert lan.decide(key, **WARNING).json()["cited"] == ""
    assert minh.decide(key, "approve").status_code == 200
    assert lan.decide(key, "publish", reason="https://agency.example.com/canh-bao").status_code == 200
    assert "Viện dẫn" not in str([m.get_body(("plain",)).get_content() for m in agency.inbox.messages])  # type: ignore[union-attr]


def test_nothing_leaves_for_an_address_that_is_not_the_agencys(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    agency.publish_post()
    lan = agency.person("lan", Role.REVIEWER)
    agency.radar.accounts.add("ngoai@elsewhere.example", Role.VIEWER)
    agency.radar.accounts.change_password("ngoai@elsewhere.example", PASSWORD)
    ngoai = Person(httpx.Client(base_url=agency.base, timeout=30), "ngoai@elsewhere.example")
    ngoai.log_in()
    wish = {"channel": "email", "min_level": 3, "topics": [], "provinces": [], "hours": ""}
    assert reason(ngoai.ask("POST", "/subscriptions", wish))[0] == 422
    with agency.radar.store.begin() as tx:
        # as if the list of domains had been longer yesterday
        tx.connection.exec_driver_sql(
            "insert into subscriptions (email, channel, topics, provinces, min_level, hours, created_at)"
            " values ('ngoai@elsewhere.example', 'email', '[]', '[]', 3, '', '2026-08-01 00:00:00')"
        )
    minh, key = agency.person("minh", Role.APPROVER), finding(lan)
    assert lan.decide(key, **WARNING).status_code == 200
    assert minh.decide(key, "approve").status_code == 200
    assert lan.decide(key, "publish", reason="https://agency.example.com/canh-bao").status_code == 200
    assert set(agency.mail()) == {DESK, lan.email, minh.email}
    with agency.radar.store.begin() as tx:
        [refused] = tx.outbox(states=["rejected"], before=None, limit=9)
    assert refused.recipient == "ngoai@elsewhere.example"
    assert refused.last_detail == "tên miền elsewhere.example không phải của cơ quan (RADAR_ALLOWED_DOMAINS)"
    monkeypatch.setenv("RADAR_DESK_RECIPIENTS", "ngoai@elsewhere.example")
    with pytest.raises(ConfigError, match="RADAR_ALLOWED_DOMAINS"):
        load_settings()
