"""Attacks from the net on pages, exports, mail and API: stored scripts, formulas, headers, anything OpenAPI allows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from service.domain.accounts import Role, Scope
from service.domain.cells import cell
from service.domain.judgement import Diagnostics, Place, Tone
from service.domain.notifications import NotificationDraft, Rejected
from service.domain.silences import Silence
from service.domain.warning import Alert, AlertState, Level, Signal
from service.notifications.email import compose
from service.reporting.files import ReportMaker
from service.scheduling.clock import SetClock
from service.settings.legal_file import load_legal
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate
from service.storage.read_models import SqlReadModels
from service.usecases.accounts import Accounts
from service.usecases.review import ReviewRoom
from service.web.app import make_app
from service.web.deps import Site
from service.web.limits import RateLimits
from tests.alerts import make_draft, make_finding
from tests.builders import NOW, enrol, hours_ago, make_accounts, make_feed, make_intent, make_source, make_token
from tests.stored import put_in_stories, waiting
from tests.web.conftest import LOOPBACK, Browser, MakeBrowser, chromium_at

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{71*113}}${71*113}",
    "'-alert(1)-'",
    "</title><svg onload=alert(1)>",
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages are the same on both databases; what they call is tested on both."""
    return sqlite_url


class Page(HTMLParser):
    """Collects what could run: scripts, handlers, styles, links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.bad: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "script":
            self.scripts.append(values.get("src") or "inline")
        if tag in ("style", "iframe", "object", "embed", "base", "img") and values.get("src") != "/static/radar.svg":
            self.bad.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.bad.append(f"{tag} {name}")
            link = name in ("href", "src", "action")
            if link and (value or "").strip().lower().startswith(("javascript:", "data:", "vbscript:")):
                self.bad.append(f"{tag} {name}={value}")


def store_attacks(store: SqlStore, attack: str) -> None:
    """The attack in every field that comes from the net, and in what is made of such fields."""
    source = make_source("Báo")
    source = replace(source, name=attack, publisher=attack)
    intent = make_intent(
        "d1", tone=Tone.NEGATIVE, at=hours_ago(1), title=attack, text=attack, excerpt=attack, source=source,
        places=(Place("48", attack),),
        diagnostics=Diagnostics(margins={"tone": 0.1, "topics": 0.2}, scores={"relevant": 0.5}, words=9, unknown=1),
    )  # fmt: skip
    intent = replace(intent, document=replace(intent.document, url=attack, language=attack[:16]))
    signal = Signal(
        id="g1", stream="all", at=NOW, unusual=6.5, harmful=3.0, sure=0.9, value=9, expected=0.5, origins=9, sources=5,
        coverage=1.0, documents=("d1",),
    )  # fmt: skip
    alert = Alert(
        id="a1", stream="all", level=Level.RISK, peak_level=Level.RISK, state=AlertState.OPEN, opened_at=NOW,
        updated_at=NOW, headline=attack, why=attack, quiet_if=attack, signal=signal,
    )  # fmt: skip
    draft = make_draft(recipient=attack, subject=attack, text=attack, html=attack, alert_id="a1")
    with store.begin() as tx:
        tx.add_documents([intent])
        put_in_stories(tx, "s1")
        tx.save_alert(alert, kind="opened", actor=attack, text=attack, at=NOW)
        tx.enqueue([draft], at=NOW)
        [pending] = waiting(tx, NOW)
        tx.record_delivery(pending.id, Rejected(reason=attack), at=NOW, dead=False)
        finding = make_finding(id="f1", document_id="d1", evidence=((0, 3),), proposal=attack, cited=attack)
        tx.add_findings([finding])
        tx.save_finding(finding, move="propose_warning", actor=attack, reason=attack, at=NOW)
        paused = f"story:{attack}"[:80]
        tx.add_silence(Silence(stream=paused, until=NOW + timedelta(1), reason=attack, author=attack, since=NOW))


PAGES = ["/", "/parts/board", "/alerts/a1", "/stories/s1", "/feeds", "/account", "/account/second-factor", "/password",
         "/admin/users", "/admin/tokens", "/admin/audit", "/admin/forget", "/nothing", "/documents", "/stories",
         "/summary", "/alerts", "/silences", "/outbox", "/subscriptions", "/webhooks", "/review", "/review/f1",
         "/campaigns", "/warnings", "/doubts", "/documents/d1", "/model", "/calibration", "/indicators",
         "/reports"]  # fmt: skip


@pytest.mark.browser
def test_no_page_is_wider_than_a_telephone(
    site: Site, person: Callable[..., str], quick_accounts: Accounts, store: SqlStore, clock: SetClock
) -> None:
    store_attacks(store, "nghiêng" * 120)
    email = person("quan.tri.cua.mot.don.vi.co.ten.rat.dai", *Role)
    enrol(quick_accounts, email)
    make_token(quick_accounts, "may-bao-cao-hang-ngay", Scope.READ, timedelta(days=9), owner=email)
    user = quick_accounts.user(email)
    assert user is not None
    with store.begin() as tx:
        url = "https://hooks.example.com/" + "duongdan" * 40
        tx.add_webhook(url, b"sealed", min_level=Level.WARNING, who=email, at=NOW)
    room = ReviewRoom(store=store, clock=clock, legal=load_legal(), base_url="http://127.0.0.1")
    telephone = replace(site, review=room, domains=("agency.example.com",))
    narrow, wide = {"width": 390, "height": 844}, {}
    with chromium_at(telephone, viewport=narrow) as (page, base):
        page.context.add_cookies([{"name": "radar_session", "value": quick_accounts.sessions.start(user), "url": base}])
        for path in PAGES:
            if path not in ("/parts/board", "/reports"):
                page.goto(base + path)
                width = page.evaluate("document.documentElement.scrollWidth")
                if width > narrow["width"]:
                    wide[path] = width
    assert wide == {}


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_came_from_the_net_runs_on_any_page(
    entered: Callable[..., Browser], store: SqlStore, attack: str
) -> None:
    store_attacks(store, attack)
    room = ReviewRoom(store=store, clock=SetClock(NOW), legal=load_legal(), base_url="http://127.0.0.1")
    reports = ReportMaker(feeds=(), clock=SetClock(NOW), parent="Bộ", agency="Cơ quan", place="Nơi")
    one = entered("quan.tri", *Role, review=room, reports=reports)
    for path in PAGES:
        answer = one.get(path)
        assert answer.status_code == (404 if path == "/nothing" else 200), path
        page = Page(answer.text)
        assert set(page.scripts) <= {"/static/live.js"}, path
        assert page.bad == [], path
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy, path
        assert "unsafe" not in policy, path
        assert "8023" not in answer.text, path


def test_every_page_there_is_was_looked_at(site: Site) -> None:
    known = {re.sub(r"/(a1|s1|f1|d1)$", "/{}", p) for p in PAGES}
    needs_no_look = {"/healthz", "/readyz", "/metrics", "/events", "/login", "/login/code", "/login/provider",
                     "/login/provider/back", "/alerts.rss", "/alerts.atom", "/alerts.json"}  # fmt: skip
    paths = {re.sub(r"\{\w+\}", "{}", p) for p in _pages(make_app(site))}
    assert paths - known - needs_no_look == set()


def _pages(app) -> list[str]:
    found = []
    for method, path in _routes(app.routes):
        if method == "GET" and not path.startswith(("/api/", "/static")):
            found.append(path)
    return found


def _routes(routes) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for route in routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if inner:
            found += _routes(inner)
        for method in getattr(route, "methods", None) or ():
            found.append((method, route.path))
    return found


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "=cmd|' /C calc'!A0"]
)
def test_no_cell_of_an_export_is_a_formula(browser: MakeBrowser, store: SqlStore, formula: str) -> None:
    with store.begin() as tx:
        tx.add_documents(
            [make_intent("d1", title=formula, excerpt=f'a "b", {formula}\nc', places=(Place("48", formula),))]
        )
    answer = browser(LOOPBACK).get("/api/v1/documents.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="documents.csv"'
    head, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row[head.index("title")] == f"'{formula}"
    assert not any(value.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "＝")) for value in row)
    with store.begin() as tx:
        assert [(e.action, e.actor) for e in tx.audit_entries()] == [("exported", "loopback")]


@given(st.text(max_size=30))
def test_a_cell_never_starts_as_a_formula(text: str) -> None:
    assert not cell(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert text.replace("\x00", "") in cell(text)


def test_an_export_goes_on_behind_one_batch_and_takes_the_filters(browser: MakeBrowser, store: SqlStore) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent(f"d{n}", at=hours_ago(n / 60)) for n in range(450)])
    read = lambda query: list(csv.reader(io.StringIO(browser(LOOPBACK).get(f"/api/v1/documents.csv{query}").text)))  # noqa: E731
    assert len({r[0] for r in read("")}) == 451
    assert len(read("?limit=7")) == 8
    assert len(read("?topic=fund")) == 1


@pytest.mark.parametrize("what", ["subject", "recipient", "message_id"])
@pytest.mark.parametrize("injected", ["x\r\nBcc: evil@example.com", "x\nBcc: evil@example.com", "x\r\n\r\nbody"])
def test_no_header_can_be_put_into_a_mail(what: str, injected: str) -> None:
    values = {
        "key": "k", "message_id": "<k@radar.example.com>", "channel": "email", "recipient": "truc@agency.example.com",
        "subject": "Tin", "text": "x", "html": "x", "alert_id": None,
    }  # fmt: skip
    try:
        raw = compose(NotificationDraft(**(values | {what: injected})), "radar@example.com", NOW)
    except ValueError:
        return
    raw = raw.split(b"\r\n\r\n")[0]
    assert not re.search(rb"^Bcc:", raw, re.MULTILINE | re.IGNORECASE)


def test_an_account_of_a_province_reads_its_province_only(
    browser: MakeBrowser, person: Callable[..., str], store: SqlStore, quick_accounts: Accounts
) -> None:
    with store.begin() as tx:
        tx.add_documents([
            make_intent("hn", at=hours_ago(2), places=(Place("01", "Hà Nội"),)),
            make_intent("dn", at=hours_ago(1), places=(Place("48", "Đà Nẵng"),)),
            make_intent("cn", at=hours_ago(1)),
        ])  # fmt: skip
        put_in_stories(tx, {key: f"s-{key}" for key in ("hn", "dn", "cn")})
        for key, stream, documents in (
            ("a-hn", "all", ("hn", "cn")), ("a-dn", "all", ("dn",)), ("a-at", "topic:pension@01", ()),
            ("a-p", "place:48", ()),
        ):  # fmt: skip
            signal = Signal(
                id=key, stream=stream, at=NOW, unusual=6.5, harmful=3.0, sure=0.9, value=9, expected=0.5, origins=9,
                sources=5, coverage=1.0, documents=documents,
            )  # fmt: skip
            alert = Alert(
                id=key, stream=stream, level=Level.RISK, peak_level=Level.RISK, state=AlertState.OPEN, opened_at=NOW,
                updated_at=NOW, headline=key, why="x", quiet_if="x", signal=signal,
            )  # fmt: skip
            tx.save_alert(alert, kind="opened", actor="radar", text="x", at=NOW)
    email = person("tinh", Role.DESK)
    quick_accounts.set_provinces(email, ["01"])
    secret = make_token(quick_accounts, "tinh", Scope.WRITE, owner=email)
    one, bearer = browser(), {"Authorization": f"Bearer {secret}"}
    one.log_in(email)

    def ids(path: str, **more) -> set[str]:
        return {i["id"] for i in one.get(f"/api/v1/{path}", **more).json()["items"]}

    for headers in ({}, bearer):
        assert ids("documents", headers=headers) == {"hn"}
        assert ids("stories", headers=headers) == {"s-hn"}
        assert ids("alerts", headers=headers) == {"a-hn", "a-at"}
    for path in (
        "documents/dn", "documents/cn", "stories/s-dn", "stories/s-dn/explain", "stories/s-dn/detail", "alerts/a-dn",
        "alerts/a-p", "alerts/a-dn/explain", "alerts/a-dn/aftermath",
    ):  # fmt: skip
        assert one.get(f"/api/v1/{path}").status_code == 404, path
    for path in ("stories/s-hn/explain", "stories/s-hn/detail", "alerts/a-hn/explain", "alerts/a-hn/aftermath"):
        answer = one.get(f"/api/v1/{path}")
        assert answer.status_code == 200, path
        assert not re.search(r'"id":"(dn|cn)"', answer.text), path
    assert one.get("/stories/s-dn").status_code == 404
    merged = one.client.post("/api/v1/stories/s-dn/merge", headers=bearer, json={"into": "s-hn"})
    split = one.client.post("/api/v1/stories/s-dn/split", headers=bearer, json={"documents": ["dn"]})
    assert (merged.status_code, split.status_code) == (404, 404)
    summary = one.get("/api/v1/feedback/summary", params={"until": (NOW + timedelta(hours=1)).isoformat()}).json()
    assert summary["documents"] == 1
    assert [e["id"] for e in one.get("/api/v1/alerts/a-hn").json()["evidence"]] == ["hn"]
    assert "a-dn" not in one.get("/").text
    assert one.get("/alerts/a-dn").status_code == 404
    assert one.submit("/", "/alerts/a-dn/acknowledge").status_code == 404
    assert one.client.post("/api/v1/alerts/a-dn/acknowledge", headers=bearer).status_code == 404
    # of the whole country, with evidence of its own
    assert one.client.post("/api/v1/alerts/a-hn/acknowledge", headers=bearer).status_code == 409
    assert one.client.post("/api/v1/alerts/a-at/acknowledge", headers=bearer).status_code == 200
    assert "Đà Nẵng" not in one.get("/api/v1/documents.csv").text
    for path in ("/alerts.rss", "/alerts.atom", "/alerts.json", "/alerts"):
        for headers in ({}, bearer) if path != "/alerts" else ({},):
            text = one.get(path, headers=headers).text
            assert ["a-hn" in text, "a-at" in text, "a-dn" in text, "a-p" in text] == [True, True, False, False], path
    span = {"since": (NOW - timedelta(days=1)).isoformat(), "until": (NOW + timedelta(hours=1)).isoformat()}
    assert one.get("/api/v1/alert-figures", params=span).json()["opened"] == 2
    assert one.get("/api/v1/alerts/a-dn/handling").status_code == 404
    merge = {"verb": "merge", "target": "a-dn"}
    assert one.client.post("/api/v1/alerts/a-hn/actions", json=merge, headers=bearer).status_code == 404
    wish = {"reason": "diễn tập", "minutes": 60}
    for stream, status in (("all", 403), ("topic:pension", 403), ("place:48", 403), ("place:01", 201)):
        made = one.client.post("/api/v1/silences", json=wish | {"stream": stream}, headers=bearer)
        assert made.status_code == status, stream
    with store.begin() as tx:
        other = tx.add_silence(
            Silence(
                stream="all", until=NOW + timedelta(days=1), reason="lý do chung", author="x@example.com", since=NOW
            )
        )
        said = [("topic:pension@48", "lý do ở Đà Nẵng"), ("topic:pension@01", "lý do ở Hà Nội")]
        said += [("place:48", "lý do ở Đà Nẵng")] * 200  # as many as a list shows
        national = tx.silences()[0]
        for stream, reason in said:
            tx.add_silence(replace(national, stream=stream, reason=reason))
    seen = one.get("/silences").text
    assert ["lý do ở Hà Nội" in seen, "lý do ở Đà Nẵng" in seen, "lý do chung" in seen] == [True, False, False]
    assert "BHXH tại Hà Nội" in seen
    assert "Chủ đề “Lương hưu, tuổi nghỉ hưu” tại Hà Nội" in seen
    assert [">place:" in seen, ">topic:" in seen] == [False, False]
    listed = one.get("/api/v1/silences", headers=bearer).json()
    assert {s["stream"] for s in listed} == {"place:01", "topic:pension@01"}
    assert one.client.delete(f"/api/v1/silences/{other}", headers=bearer).status_code == 403
    assert one.client.delete(f"/api/v1/silences/{made.json()['id']}", headers=bearer).status_code == 204
    assert one.client.get("/api/v1/outbox", headers=bearer).status_code == 403
    assert one.get("/outbox").status_code == 403
    assert "/outbox" not in one.get("/alerts").text
    national = browser(LOOPBACK).get("/api/v1/documents").json()["items"]
    assert {d["id"] for d in national} == {"hn", "dn", "cn"}
    # figures of the whole country: the page shows those of the province, the metrics are for nobody limited
    home = one.get("/").text
    assert "chỉ tính tin, bài nhắc đến: <strong>Hà Nội</strong>" in home
    assert "Số tin, bài độc lập theo giờ: 1 trong 72 giờ qua" in home
    assert "Tổng số tin, bài về BHXH: 1." in home
    assert "Thư đang chờ gửi" not in home
    assert [one.get("/metrics", headers=headers).status_code for headers in ({}, bearer)] == [403, 403]
    quick_accounts.set_provinces(email, [])
    assert [one.get("/metrics", headers=headers).status_code for headers in ({}, bearer)] == [200, 200]
    home = one.get("/").text
    assert "chỉ tính tin, bài" not in home
    assert "Số tin, bài độc lập theo giờ: 3 trong 72 giờ qua" in home
    assert "Tổng số tin, bài về BHXH: 3." in home
    assert "Thư đang chờ gửi: 0." in home
    operator = make_token(quick_accounts, "may-do", Scope.READ)
    outside = browser().get("/metrics", headers={"Authorization": f"Bearer {operator}"})
    assert "radar_documents 3.0" in outside.text


# anything that the OpenAPI document allows, and much that it does not: no answer is a bug (5xx)


def _app(folder: Path):
    engine = make_engine(f"sqlite:///{folder / 'radar.db'}")
    migrate(engine)
    store, clock = SqlStore(engine), SetClock(datetime(2026, 3, 2, 3, 0, tzinfo=UTC))
    accounts = make_accounts(store, clock)
    store_attacks(store, "Lương hưu")
    secret = make_token(accounts, "thu", Scope.WRITE, timedelta(days=300))
    many = RateLimits(dict.fromkeys(("account", "write", "export", "address"), "1000000/minute"))
    site = Site(
        store=store, read=SqlReadModels(store), accounts=accounts, clock=clock, feeds=[make_feed()],
        hosts=("127.0.0.1", "localhost", "testserver"), session_key=b"k" * 32, limits=many,
    )  # fmt: skip
    return make_app(site), secret


@pytest.mark.timeout(400)
def test_the_api_answers_anything_as_its_document_says(tmp_path: Path) -> None:
    app, secret = _app(tmp_path)
    operations = [r.ok() for r in schemathesis.openapi.from_asgi("/api/v1/openapi.json", app).get_all_operations()]
    assert len(operations) > 10
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def ask(case: schemathesis.Case) -> None:
            # what a cursor holds is ours to know, so that a well-formed request may be refused (422)
            case.call_and_validate(
                headers={"Authorization": f"Bearer {secret}"}, excluded_checks=[positive_data_acceptance]
            )

        ask()
