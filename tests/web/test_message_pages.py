"""Messages on pages and in the API of the desk: outbox, subscriptions, webhooks, feeds and letters of alerts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import feedparser
import pytest
from fastapi.testclient import TestClient

from service.alerting.decide import Policy
from service.domain.accounts import Role, Scope
from service.domain.notifications import NotificationDraft, Outdated, Rejected, Retry
from service.domain.warning import Alert, AlertState
from service.notifications.email import EmailNotifier
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.accounts import Accounts
from service.usecases.deliver import Mailroom, deliver
from service.usecases.watch import Watch
from tests.alerts import make_draft
from tests.builders import NOW, bearer, make_token
from tests.mail import FlakyInbox, smtp_server
from tests.stored import waiting
from tests.web.conftest import LOOPBACK, SCRIPT, DeskBrowser, LogIn
from tests.weeks import crisis, ordinary_week

Visit = Callable[..., TestClient]


def messages(store: SqlStore, *, channel: str = "email") -> None:
    with store.begin() as tx:
        draft = make_draft(
            channel=channel, recipient="a@agency.example.com", subject=f"Thư {SCRIPT}", text="t", html="h"
        )
        tx.enqueue([draft], at=NOW)
        [pending] = waiting(tx, NOW)
        tx.record_delivery(pending.id, Rejected(reason="550 không có người này"), at=NOW, dead=False)


def test_stuck_messages_are_seen_and_tried_again(
    store: SqlStore, visit: Visit, log_in: LogIn, people: Accounts
) -> None:
    messages(store)
    lan = log_in()
    page = lan.get("/outbox").text
    assert "550 không có người này" in page
    assert SCRIPT not in page
    assert visit(LOOPBACK).get("/outbox").headers["location"] == "/login?next=/outbox"
    assert lan.post("/outbox/retry", notification_id="1").status_code == 303
    assert "Không có thư nào bị kẹt" in lan.get("/outbox").text
    with store.begin() as tx:
        [retried] = [e for e in tx.audit_entries() if e.action == "outbox_retried"]
    assert (retried.actor.partition(":")[0], retried.subject) == ("user", "notification:1")
    assert "lan@agency.example.com" in lan.get("/outbox?show=pending").text
    write = bearer(people, Scope.WRITE, name="ghi")
    [pending] = visit().get("/api/v1/outbox", params={"show": "pending"}, headers=write).json()
    assert (pending["attempts"], pending["state"]) == (0, "pending")
    assert visit().post("/api/v1/outbox/1/retry", headers=write).status_code == 404
    assert visit(LOOPBACK).get("/api/v1/outbox").status_code == 401


def test_subscriptions_are_ones_own(log_in: LogIn) -> None:
    lan, minh = log_in("lan"), log_in("minh", Role.VIEWER)
    data = {"channel": "email", "topics": ["pension", "fund"], "provinces": "48, 79", "min_level": "3", "hours": ""}
    assert lan.post("/subscriptions", **data).status_code == 303
    assert lan.post("/subscriptions", **data | {"hours": "sáng"}).status_code == 422
    assert lan.post("/subscriptions", **data | {"topics": ["no_such"]}).status_code == 422
    assert "<td>Đà Nẵng, TP. Hồ Chí Minh</td>" in lan.get("/subscriptions").text
    [mine] = lan.api("GET", "/subscriptions").json()
    assert minh.api("GET", "/subscriptions").json() == []
    assert minh.api("DELETE", f"/subscriptions/{mine['id']}").status_code == 404
    assert minh.api("POST", "/subscriptions", {"channel": "daily", "min_level": 1}).status_code == 201
    assert lan.client.post("/api/v1/subscriptions", json={}).status_code == 403
    page = lan.get("/subscriptions").text
    assert re.search(r"<details>(?:(?!</details>).)*<button[^>]*>Dừng nhận tin</button></details>", page)
    assert lan.post(f"/subscriptions/{mine['id']}/end").status_code == 303
    assert lan.api("GET", "/subscriptions").json() == []


def test_webhooks_are_for_administrators_and_show_their_key_once(log_in: LogIn) -> None:
    admin, lan = log_in("admin", Role.ADMINISTRATOR), log_in()
    assert lan.get("/webhooks").status_code == 403
    refused = admin.post("/webhooks", url="https://evil.example/x")
    assert (refused.status_code, "chưa được cho phép" in refused.text) == (422, True)
    for broken in ("https://hooks.example.com/x\r\nX: y", "https://hooks.example.com/x y"):
        assert admin.post("/webhooks", url=broken).status_code == 422
    for send in (
        lambda: admin.post("/webhooks", url="https://hooks.example.com/x", min_level=1),
        lambda: admin.api("POST", "/webhooks", {"url": "https://hooks.example.com/x", "min_level": 1}),
    ):
        assert send().status_code == 422  # nobody is told of an L1
    assert admin.post("/webhooks", url="https://hooks.example.com/x").status_code == 303
    made = admin.get("/webhooks").text
    key = re.search(r'key-once">([\w-]{40,})<', made)
    assert key
    assert key[1] not in admin.get("/webhooks").text
    assert "signing_key" not in admin.api("GET", "/webhooks").text
    assert admin.api("POST", "/webhooks", {"url": "https://hooks.example.com/x"}).status_code == 422
    assert lan.api("POST", "/webhooks", {"url": "https://hooks.example.com/y"}).status_code == 403
    # its key is gone for good: a second step
    assert re.search(r"<details>(?:(?!</details>).)*<button[^>]*>Xóa kết nối</button></details>", made)
    assert admin.post("/webhooks/1/remove").status_code == 303
    assert admin.api("GET", "/webhooks").json() == []


@pytest.mark.parametrize("path", ["/alerts.rss", "/alerts.atom", "/alerts.json"])
def test_feeds_of_alerts_take_a_token_in_a_header_only(visit: Visit, people: Accounts, alert: Alert, path: str) -> None:
    secret = make_token(people, "doc", Scope.READ)
    outside = visit()
    assert outside.get(path).status_code == 401
    for name in ("token", "access_token", "KEY"):
        assert outside.get(path, params={name: secret}).status_code == 400
        assert visit(LOOPBACK).get(path, params={name: secret}).status_code == 400
    answer = outside.get(path, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200
    assert visit(LOOPBACK).get(path).content == answer.content
    if path.endswith("json"):
        [item] = answer.json()["items"]
        assert (item["url"], item["title"]) == ("http://127.0.0.1/alerts/a1", f"L3 (đề xuất): Lương hưu {SCRIPT}")
    else:
        read = feedparser.parse(answer.content)
        assert not read.bozo
        [entry] = read.entries
        assert entry.link == "http://127.0.0.1/alerts/a1"
        assert entry.title.startswith("L3 (đề xuất): Lương hưu")
        assert entry.summary == "vì sao"


@pytest.mark.parametrize("path", ["/alerts.rss", "/alerts.atom", "/alerts.json"])
def test_feeds_of_alerts_say_that_an_alert_is_over(visit: Visit, store: SqlStore, alert: Alert, path: str) -> None:
    for state, said in ((AlertState.CLOSED, "(đã kết thúc)"), (AlertState.DISMISSED, "(báo nhầm, đã bỏ qua)")):
        assert said not in visit(LOOPBACK).get(path).text
        with store.begin() as tx:
            tx.touch_alert(replace(alert, state=state))
        assert said in visit(LOOPBACK).get(path).text


def test_from_a_crisis_over_a_real_mail_server_to_an_acknowledgement_after_log_in(
    store: SqlStore, clock: SetClock, visit: Visit, people: Accounts
) -> None:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    crisis(store, clock)
    Watch(
        store=store, clock=clock, recipients=("lan@agency.example.com",), base_url="http://127.0.0.1", policy=Policy()
    ).run()
    inbox = FlakyInbox()
    with smtp_server(inbox) as server:
        room = Mailroom(
            store=store,
            notifiers={"email": EmailNotifier(server)},
            allowed_domains=("agency.example.com",),
            clock=clock,
        )
        assert deliver(room) == 1
    [message] = inbox.messages
    body = message.get_body(("html",))
    assert body is not None
    link = re.search(r'href="http://127\.0\.0\.1(/alerts/a[0-9a-f]{16})"', body.get_content())
    assert link
    once = people.add("lan@agency.example.com", Role.DESK)
    browser = visit()
    to_log_in = browser.get(link[1]).headers["location"]
    assert to_log_in == f"/login?next={link[1]}"
    form = browser.get(to_log_in).text
    hidden = dict(re.findall(r'name="(csrf|next)" value="([^"]*)"', form))
    entered = browser.post("/login", data=hidden | {"email": "lan@agency.example.com", "password": once})
    assert entered.headers["location"] == f"/password?next={link[1]}"
    hidden = dict(re.findall(r'name="(csrf|next)" value="([^"]*)"', browser.get(entered.headers["location"]).text))
    own = browser.post("/password", data=hidden | {"old": once, "new": "mat-khau-cua-toi"})
    assert own.headers["location"] == link[1]
    person = DeskBrowser(browser, "lan@agency.example.com")
    page = browser.get(link[1]).text
    assert "Tiếp nhận cảnh báo" in page
    assert person.post(f"{link[1]}/do", verb="acknowledge").headers["location"] == link[1]
    assert "bởi lan@agency.example.com" in browser.get(link[1]).text


def test_what_held_no_more_is_no_failure(log_in: LogIn, store: SqlStore, alert: Alert) -> None:
    messages(store)
    with store.begin() as tx:
        draft = NotificationDraft(
            key="k2", message_id="<k2@x>", channel="email", recipient="b@agency.example.com", subject="Thư", text="t",
            html="h", alert_id="a1",
        )  # fmt: skip
        tx.enqueue([draft], at=NOW)
        [pending] = waiting(tx, NOW)
        tx.record_delivery(pending.id, Outdated(reason="cảnh báo đã kết thúc"), at=NOW, dead=False)
    lan = log_in()
    assert ">1 thư không gửi được<" in lan.get("/").text  # the one that was refused
    page = lan.get("/alerts/a1").text
    assert "b@agency.example.com: không gửi nữa: cảnh báo đã kết thúc" in page


def test_letters_of_an_alert_are_told_once_and_without_words_of_programs(
    log_in: LogIn, store: SqlStore, alert: Alert
) -> None:
    down = "không kết nối được máy chủ thư (SMTPConnectError: Error connecting to 127.0.0.1 on port 2599: [Errno 111])"
    with store.begin() as tx:
        tx.enqueue(
            [
                make_draft(key=f"k{n}", recipient="a@agency.example.com", subject="Thư", alert_id="a1")
                for n in range(3)
            ],
            at=NOW,
        )  # fmt: skip
        for pending in waiting(tx, NOW):
            tx.record_delivery(pending.id, Retry(at=NOW, reason=down), at=NOW, dead=False)
    lan = log_in()
    page = lan.get("/alerts/a1").text
    assert "<li>a@agency.example.com: đang chờ gửi: không kết nối được máy chủ thư (3 thư)</li>" in page
    for path in ("/alerts/a1", "/outbox?show=pending"):
        assert "máy chủ thư" in lan.get(path).text
        assert "2599" not in lan.get(path).text


def test_hours_are_for_mails_at_once_and_a_stream_is_silenced_once(log_in: LogIn) -> None:
    lan = log_in()
    wish = {"channel": "daily", "min_level": "2", "hours": "08:00-09:00"}
    refused = lan.post("/subscriptions", **wish)
    assert (refused.status_code, "Bản tin có giờ gửi cố định" in refused.text) == (422, True)
    assert lan.post("/subscriptions", **wish | {"hours": ""}).status_code == 303
    for stream, status in (("topic:fund", 303), ("topic:fund", 422), ("topic:pension", 303)):
        answer = lan.post("/silences", stream=stream, hours="4", reason="Bảo trì")
        assert answer.status_code == status, stream
        assert ("Nội dung này đang được tạm dừng gửi thư đến" in answer.text) is (status == 422)
    assert lan.post("/silences/1/end").status_code == 303
    assert lan.post("/silences", stream="topic:fund", hours="4", reason="Lâu hơn").status_code == 303
