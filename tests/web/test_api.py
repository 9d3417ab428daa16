"""API v1 over a real application on both databases."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.domain.accounts import Role, Scope
from service.domain.judgement import Feedback, Place, Tone
from service.domain.warning import Alert, AlertState, Level, Signal
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.accounts import Accounts
from service.web.app import make_app
from service.web.deps import Site
from tests.builders import NOW, bearer, hours_ago, make_accounts, make_feed, make_intent, make_source, make_token
from tests.stored import put_in_stories
from tests.web.conftest import ELSEWHERE, LOOPBACK

Client = Callable[..., TestClient]


@pytest.fixture
def accounts(store: SqlStore, clock: SetClock) -> Accounts:
    return make_accounts(store, clock)


@pytest.fixture
def site(store: SqlStore, clock: SetClock, accounts: Accounts) -> Site:
    return Site(
        store=store, read=SqlReadModels(store), accounts=accounts, clock=clock, feeds=[make_feed()],
        hosts=("radar.example.com", "127.0.0.1"), session_key=b"k" * 32, stream_seconds=0.01,
    )  # fmt: skip


@pytest.fixture
def client(site: Site) -> Client:
    app = make_app(site)

    def make(address: tuple[str, int] = LOOPBACK, **more) -> TestClient:
        return TestClient(app, base_url="http://127.0.0.1", client=address, follow_redirects=False, **more)

    return make


@pytest.fixture
def alert(store: SqlStore) -> Alert:
    signal = Signal(
        id="g1", stream="topic:pension", at=NOW, unusual=6.5, harmful=3.0, sure=0.9, value=9, expected=0.5, origins=9,
        sources=5, coverage=1.0, documents=("d0", "d1"),
    )  # fmt: skip
    alert = Alert(
        id="a1", stream="topic:pension", level=Level.RISK, peak_level=Level.RISK, state=AlertState.OPEN, opened_at=NOW,
        updated_at=NOW, headline="Lương hưu chậm", why="Có 9 tin tiêu cực.", quiet_if="Nếu ít hơn 3 nguồn.",
        signal=signal, proposed=True,
    )  # fmt: skip
    with store.begin() as tx:
        tx.save_alert(alert, kind="opened", actor="radar", text="Mở cảnh báo", at=NOW)
    return alert


@pytest.fixture
def documents(store: SqlStore) -> None:
    tones = [Tone.NEGATIVE, Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE, Tone.NEGATIVE, Tone.NEUTRAL, Tone.NEGATIVE]
    with store.begin() as tx:
        tx.add_documents([
            make_intent(
                f"d{n}", tone=tone, at=hours_ago(n), title=f"Lừa đảo Đà Nẵng <script>{n}",
                source=make_source(f"Báo {n}"),
                feedback=Feedback.COMPLAINT if n < 2 else Feedback.NONE, places=(Place("48", "Đà Nẵng"),) if n else (),
                topics=("pension",) if n < 6 else ("fund",),
            )
            for n, tone in enumerate(tones)
        ])  # fmt: skip
        put_in_stories(tx, "s1", {"d4": "d5"})


@pytest.mark.usefixtures("documents")
def test_documents_page_by_cursor_without_gap_or_double(client: Client) -> None:
    seen, cursor = [], None
    for _ in range(9):
        answer = client().get("/api/v1/documents", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [d["id"] for d in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            break
    assert seen == [f"d{n}" for n in range(7)]


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"q": "lua dao da nang"}, ["d0", "d1", "d2", "d3", "d4", "d5", "d6"]),
        ({"q": "LỪA"}, ["d0", "d1", "d2", "d3", "d4", "d5", "d6"]),
        ({"q": "lu"}, []),
        ({"q": "%"}, []),
        ({"topic": "fund"}, ["d6"]),
        ({"tone": "positive"}, ["d3"]),
        ({"place": "48", "tone": "negative"}, ["d1", "d4", "d6"]),
        ({"feedback": "complaint"}, ["d0", "d1"]),
        ({"since": hours_ago(1).isoformat()}, ["d0", "d1"]),
        ({"until": hours_ago(5).isoformat()}, ["d6"]),
        ({"source": "báo-2"}, ["d2"]),
    ],
)
def test_filters(client: Client, query: dict[str, str], ids: list[str]) -> None:
    answer = client().get("/api/v1/documents", params=query)
    assert [d["id"] for d in answer.json()["items"]] == ids


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize("field", ["q", "topic", "source", "story", "place"])
@pytest.mark.parametrize(
    "said", ["lua' or '1'='1", "lua'; drop table documents; --", 'lua" or 1=1 --', "lua\\' or 1=1"]
)
def test_a_filter_is_a_value_and_no_statement(client: Client, field: str, said: str) -> None:
    answer = client().get("/api/v1/documents", params={field: said})
    assert answer.status_code in (200, 422)
    assert answer.status_code == 422 or answer.json()["items"] == []
    assert len(client().get("/api/v1/documents").json()["items"]) == 7


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize(
    ("query", "ids"),
    [({}, ["s1"]), ({"topic": "fund"}, ["s1"]), ({"topic": "unemployment"}, []), ({"q": "lua"}, ["s1"])],
)
def test_stories_have_the_filters_of_documents(client: Client, query: dict[str, str], ids: list[str]) -> None:
    assert [s["id"] for s in client().get("/api/v1/stories", params=query).json()["items"]] == ids


@pytest.mark.parametrize(
    ("address", "field"),
    [("documents?topics=pension", "query.topics"), ("alerts?level=3", "query.level"), ("feeds?limit=3", "query.limit")],
)
def test_a_misspelt_parameter_is_told_and_not_passed_over(client: Client, address: str, field: str) -> None:
    answer = client().get(f"/api/v1/{address}")
    assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, [field])


@pytest.mark.parametrize("given", ["2026", "0.5", "1767225600", "1e9", "nan", "20260512"])
def test_a_number_is_no_time(client: Client, given: str) -> None:
    """«2026» would be the year 1970."""
    asked = ("documents?since", "alert-figures?until", "indicators?last", "indicators/definitions?on")
    for address in (*asked, "reports/periodic?day"):
        answer = client().get(f"/api/v1/{address}={given}")
        assert answer.status_code == 422, address
        assert answer.json()["errors"][0]["problem"].startswith("expected a day or time of ISO 8601")


@pytest.mark.parametrize("given", ["2026-03-01", "2026-03-01T08:00:00", "2026-03-01T08:00:00%2B07:00"])
def test_a_day_and_a_time_of_viet_nam_are_taken(client: Client, given: str) -> None:
    assert client().get(f"/api/v1/documents?since={given}").status_code == 200


def test_a_refused_method_is_told_all_that_there_are(client: Client) -> None:
    one = client()
    assert one.put("/api/v1/silences").headers["allow"] == "GET, POST"
    assert one.delete("/api/v1/documents").headers["allow"] == "GET"


def test_a_file_that_is_cut_says_so(store: SqlStore, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent(f"d{n}", at=hours_ago(n)) for n in range(3)])
    one = client()
    for asked, name in (
        ("limit=2", "documents-2-of-3.csv"),
        ("limit=2&lang=vi", "tin-bai-2-tren-3.csv"),
        ("", "documents.csv"),
    ):
        cut = one.get(f"/api/v1/documents.csv?{asked}")
        assert cut.headers["x-total-count"] == "3"
        assert cut.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert len(cut.text.splitlines()) == (3 if asked else 4)
    assert "chỉ gồm" not in one.get("/documents").text
    monkeypatch.setattr("service.web.search.ROWS", 2)
    assert "chỉ gồm 2 trong 3 tin, bài mới nhất" in one.get("/documents").text


def test_a_misspelt_field_is_told_and_not_passed_over(client: Client, accounts: Accounts, alert: Alert) -> None:
    """Here `seen` would have kept what is not up to date any more from closing the alert."""
    token = bearer(accounts, Scope.WRITE)
    body = {"verb": "dismiss", "text": "báo nhầm", "sen": 0}
    answer = client().post(f"/api/v1/alerts/{alert.id}/actions", json=body, headers=token)
    assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, ["body.sen"])
    assert client().get(f"/api/v1/alerts/{alert.id}").json()["alert"]["state"] == "open"


@pytest.mark.usefixtures("documents")
def test_a_document_shows_what_was_derived_and_never_its_full_text(client: Client) -> None:
    answer = client().get("/api/v1/documents/d4").json()
    assert answer["copy_of"] == "d5"
    assert answer["places"] == [{"code": "48", "name": "Đà Nẵng"}]
    assert "text" not in answer
    assert not any("article" in key or "limb" in key for key in answer)


@pytest.mark.usefixtures("documents")
def test_the_summary_counts_origins_with_interval_and_suppresses_small_groups(client: Client) -> None:
    until = (NOW + timedelta(hours=1)).isoformat()
    answer = client().get("/api/v1/feedback/summary", params={"until": until}).json()
    assert answer["documents"] == 6
    pension, fund = answer["rows"]
    assert (pension["group"], pension["documents"], pension["copies"], pension["negative"]) == ("pension", 5, 1, 2)
    assert pension["low"] < pension["negative_share"] == 0.4 < pension["high"]
    assert (fund["documents"], fund["negative_share"], fund["low"]) == (1, None, None)
    for group in ("place", "tone", "feedback", "source", "kind"):
        assert client().get("/api/v1/feedback/summary", params={"group_by": group, "until": until}).json()["rows"]


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/api/v1/documents?cursor=xyz", "cursor"),
        ("/api/v1/documents?cursor=bm90aGluZw==", "cursor"),
        ("/api/v1/documents?limit=0", "limit"),
        ("/api/v1/documents?topic=none", "unknown topic; expected one of: lump_sum"),
        ("/api/v1/feedback/summary?group_by=author", "group_by"),
        (
            "/api/v1/feedback/summary?since=2026-03-03T00:00:00Z&until=2026-03-01T00:00:00Z",
            "since: ngày đầu phải trước ngày cuối",
        ),
        ("/api/v1/alerts?state=lost", "state"),
    ],
)
def test_bad_input_is_a_problem_that_names_the_field(client: Client, path: str, detail: str) -> None:
    answer = client().get(path)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert detail in answer.json()["detail"]


def test_what_is_not_there_is_a_problem_too(client: Client) -> None:
    for path in ("documents/x", "stories/x", "stories/x/documents", "alerts/x", "nothing"):
        answer = client().get(f"/api/v1/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_reads_are_free_on_loopback_and_need_a_token_elsewhere(client: Client, accounts: Accounts) -> None:
    secret = make_token(accounts, "bao-cao", Scope.READ)
    assert client().get("/api/v1/alerts").status_code == 200
    outside = client(ELSEWHERE)
    for path in ("/api/v1/alerts", "/metrics", "/api/v1/feeds", "/events"):
        refused = outside.get(path)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
    assert outside.get("/api/v1/alerts", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert outside.get("/api/v1/alerts", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert outside.get("/healthz").status_code == 200


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via"])
def test_a_request_through_a_proxy_is_not_loopback(client: Client, name: str) -> None:
    assert client().get("/api/v1/alerts", headers={name: "203.0.113.7"}).status_code == 401


@pytest.mark.parametrize(
    "changes", [{"base_url": "https://radar.example.com"}, {"trusted_proxies": ("127.0.0.1",)}, {}], ids=str
)
def test_loopback_reads_only_a_site_for_this_machine(site: Site, changes: dict[str, Any]) -> None:
    """A proxy need not say that it is one."""
    app = make_app(replace(site, **changes))
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        one = TestClient(app, base_url="http://127.0.0.1", client=(address, 50000), follow_redirects=False)
        assert one.get("/api/v1/alerts").status_code == (401 if changes else 200), address
        assert one.get("/").status_code == (303 if changes else 200), address
        assert one.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("host", "status"), [("[::1]", 200), ("[::1]:8000", 200), ("127.0.0.1:80@evil", 421), ("127.0.0.1:evil", 421)]
)
def test_a_host_is_read_whole(site: Site, host: str, status: int) -> None:
    one = TestClient(make_app(replace(site, hosts=(*site.hosts, "::1"))), base_url="http://127.0.0.1", client=LOOPBACK)
    assert one.get("/api/v1/alerts", headers={"Host": host}).status_code == status


def test_a_foreign_host_header_is_refused(client: Client) -> None:
    assert client().get("/api/v1/alerts", headers={"Host": "evil.example"}).status_code == 421


def test_acknowledging_needs_a_token_that_may_write(client: Client, accounts: Accounts, alert: Alert) -> None:
    path = f"/api/v1/alerts/{alert.id}/acknowledge"
    read = make_token(accounts, "doc", Scope.READ)
    write = make_token(accounts, "ghi", Scope.WRITE)
    assert client().post(path).status_code == 401
    assert client().post(path, headers={"Authorization": f"Bearer {read}"}).status_code == 403
    answer = client().post(path, headers={"Authorization": f"Bearer {write}"})
    assert answer.status_code == 200
    assert answer.json()["alert"]["state"] == "acknowledged"
    assert answer.json()["alert"]["acknowledged_by"] == "token:ghi"
    again = client().post(path, headers={"Authorization": f"Bearer {write}"}).json()
    assert [t["kind"] for t in again["timeline"]] == ["opened", "acknowledged"]
    assert (
        client().post("/api/v1/alerts/x/acknowledge", headers={"Authorization": f"Bearer {write}"}).status_code == 404
    )


@pytest.mark.usefixtures("documents", "alert")
def test_alerts_show_numbers_evidence_and_reason(client: Client) -> None:
    [listed] = client().get("/api/v1/alerts", params={"state": "open", "min_level": 3}).json()["items"]
    assert (listed["level"], listed["proposed"], listed["topic"]) == (3, True, "Lương hưu, tuổi nghỉ hưu")
    detail = client().get(f"/api/v1/alerts/{listed['id']}").json()
    assert [e["id"] for e in detail["evidence"]] == ["d0", "d1"]
    assert client().get("/api/v1/alerts", params={"state": "closed"}).json()["items"] == []


def test_alerts_that_have_ended_are_found_by_their_highest_level(client: Client, store: SqlStore, alert: Alert) -> None:
    with store.begin() as tx:
        ended = replace(alert, state=AlertState.CLOSED, level=Level.NORMAL, updated_at=NOW, closed_at=NOW)
        tx.save_alert(ended, kind="closed", actor="lan", text="xong", at=NOW)
    for least, found in ((alert.peak_level, 1), (alert.peak_level + 1, 0)):
        params = {"state": "closed", "min_level": int(least)}
        assert len(client().get("/api/v1/alerts", params=params).json()["items"]) == found


def test_every_answer_carries_the_security_headers(client: Client) -> None:
    for path in ("/", "/api/v1/alerts", "/nothing", "/static/live.js"):
        headers = client().get(path).headers
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"


def test_the_api_describes_itself(client: Client) -> None:
    schema = client().get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert {"/api/v1/documents", "/api/v1/alerts/{alert_id}/acknowledge", "/api/v1/feedback/summary"} <= set(
        schema["paths"]
    )


def test_the_document_says_who_may_call_and_what_comes(client: Client) -> None:
    schema = client().get("/api/v1/openapi.json").json()
    cookie = [{"APIKeyCookie": []}]
    assert schema["components"]["securitySchemes"]["APIKeyCookie"]["in"] == "cookie"
    for path in ("/api/v1/webhooks", "/api/v1/session", "/api/v1/findings"):
        assert schema["paths"][path]["get"]["security"] == cookie
    assert schema["paths"]["/api/v1/documents"]["get"]["security"] == [{"HTTPBearer": []}, *cookie]
    assert schema["paths"]["/api/v1/silences"]["post"]["security"] == [{"HTTPBearer": []}]
    report = schema["paths"]["/api/v1/reports/periodic"]["get"]["responses"]
    assert {"application/pdf", "text/markdown"} <= set(report["200"]["content"])
    assert "application/octet-stream" not in report["200"]["content"]


def test_a_text_that_is_too_long_has_too_many_characters(client: Client, accounts: Accounts) -> None:
    token = bearer(accounts, Scope.WRITE, name="t")
    body = {"verb": "comment", "text": "x" * 2001}
    answer = client().post("/api/v1/alerts/a1/actions", json=body, headers=token)
    assert answer.json()["detail"] == "body.text: String should have at most 2000 characters"


def test_refusals_because_of_a_state_are_in_the_document(client: Client) -> None:
    paths = client().get("/api/v1/openapi.json").json()["paths"]
    told = {path for path, methods in paths.items() if any("409" in m["responses"] for m in methods.values())}
    assert told == {
        "/api/v1/alerts/{alert_id}/acknowledge", "/api/v1/alerts/{alert_id}/actions",
        "/api/v1/findings/{finding_id}/decisions", "/api/v1/warnings/{finding_id}/receipt",
    }  # fmt: skip


def _cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/alerts/%00", 404), ("/stories/%00", 404), ("/api/v1/documents/a%00", 404), ("/static/%00", 404),
        ("/api/v1/documents?place=%00", 422), ("/api/v1/documents?source=a%00b", 422), ("/%00", 404),
        (f"/api/v1/documents?cursor={_cursor('2026-01-01T00:00:00+00:00|a' + chr(0))}", 422),
        (f"/alerts?cursor={_cursor('2026-01-01T00:00:00+00:00|a' + chr(0))}", 422),
    ],
)  # fmt: skip
def test_no_address_brings_a_nul_to_the_database(client: Client, path: str, status: int) -> None:
    answer = client().get(path)
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_body_brings_a_nul_to_the_database(client: Client, accounts: Accounts) -> None:
    api = client()
    assert api.post("/login", data={"email": "a\0@b.example.com", "password": "x", "csrf": "x"}).status_code == 422
    assert api.post("/login", files={"email": (None, "a\0@b.example.com")}).status_code == 422
    assert api.post("/warnings/%00/receipt").status_code == 404
    token = bearer(accounts, Scope.WRITE, name="t")
    wanted = {"name": "Ra quân", "starts": "2026-03-01", "ends": "2026-03-02", "topics": ["pension"]}
    assert api.post("/api/v1/campaigns", json=wanted | {"name": "a\0"}, headers=token).status_code == 422
    # the same letters behind a backslash, or behind a per cent sign, are a text like any other
    for name in (r"a\u0000", "100%00", r"\ud800", "\U0001f600"):
        assert api.post("/api/v1/campaigns", json=wanted | {"name": name}, headers=token).status_code == 201
    sent = {"content-type": "application/json"} | token
    for half in (rb"\ud800", rb"\uDFFF", rb"\udc00\ud800", rb"\\\ud800", b"\xed\xa0\x80"):
        body = b'{"stream": "all", "minutes": 60, "reason": "' + half + b'"}'
        assert api.post("/api/v1/silences", content=body, headers=sent).status_code == 422, half
    assert api.delete("/api/v1/campaigns/%00", headers=token).status_code == 404
    assert api.get("/login?next=%2500").status_code == 200


EXTREME = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "9999-12-31T23:59:59Z")


@pytest.mark.parametrize("at", EXTREME)
def test_times_at_the_ends_of_the_calendar_are_refused(client: Client, at: str) -> None:
    api, cursor = client(), {"cursor": _cursor(f"{at}|x")}
    lists = ("documents", "stories", "alerts", "revisions", "stories/s1/documents")
    for path in (*(f"/api/v1/{name}" for name in lists), "/alerts"):
        assert api.get(path, params=cursor).status_code == 422, path
    for path in ("documents", "alert-figures", "feedback/summary"):
        for name in ("since", "until"):
            assert api.get(f"/api/v1/{path}", params={name: at}).status_code == 422, (path, name)


@pytest.mark.parametrize("number", ["12345678901234567890", str(2**63 - 1), str(2**31), "0", "-1", "٣x"])
def test_revisions_go_on_behind_a_number_that_can_be(client: Client, number: str) -> None:
    cursor = _cursor(f"2026-01-01T00:00:00+00:00|{number}")
    assert client().get("/api/v1/revisions", params={"cursor": cursor}).status_code == 422
    cursor = _cursor(f"2026-01-01T00:00:00+00:00|{2**31 - 1}")
    assert client().get("/api/v1/revisions", params={"cursor": cursor}).json()["items"] == []


@pytest.mark.parametrize("path", ["/api/v1/campaigns", "/api/v1/silences", "/login", "/no-such-page"])
def test_a_body_that_is_too_large_is_refused_before_anything_reads_it(client: Client, path: str) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield b"{}," * 25_000

    one = client(ELSEWHERE)
    for content in (b"[" + b"{}," * 500_000, chunks()):
        answer = one.post(path, content=content)
        assert (answer.status_code, answer.json()["title"]) == (413, "Content too large")
        assert answer.headers["x-frame-options"] == "DENY"


def test_head_is_get_without_a_body(client: Client, accounts: Accounts) -> None:
    for path in ("/", "/alerts.rss", "/api/v1/documents", "/healthz", "/static/radar.svg", "/no-such-page"):
        got, head = client().get(path), client().head(path)
        assert head.status_code == got.status_code, path
        assert head.headers["content-type"] == got.headers["content-type"]
        assert head.content == b""
    assert client(ELSEWHERE).head("/api/v1/documents").status_code == 401
    # a stream that never ends
    assert client().head("/events").status_code == 200


def test_an_error_has_the_headers_of_every_answer(site: Site) -> None:
    broken = replace(site, secure=True, status=lambda: [str(1 / 0)])
    web = TestClient(
        make_app(broken), base_url="https://127.0.0.1", client=LOOPBACK, raise_server_exceptions=False
    )  # fmt: skip
    for accepted, kind in (("*/*", "application/problem+json"), ("text/html", "text/html; charset=utf-8")):
        answer = web.get("/", headers={"Accept": accepted})
        assert (answer.status_code, answer.headers["content-type"]) == (500, kind)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "Có lỗi xảy ra" in answer.text
    assert "ZeroDivisionError" not in answer.text


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"method": "POST", "url": "/login", "headers": {"Sec-Fetch-Site": "cross-site"}}, 403, "trang khác"),
        ({"method": "POST", "url": "/login", "content": b"x" * 2_000_000}, 413, "quá lớn"),
        ({"method": "GET", "url": "/alerts?cursor=%00"}, 422, "chưa hợp lệ"),
    ],
)
def test_what_is_refused_before_every_page_is_a_page_for_people(
    client: Client, asked: dict[str, Any], status: int, said: str
) -> None:
    asked["headers"] = asked.get("headers", {}) | {"Accept": "text/html"}
    answer = client().request(**asked)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert said in answer.text
    assert answer.headers["x-frame-options"] == "DENY"
    asked["headers"] |= {"Accept": "*/*"}
    assert client().request(**asked).headers["content-type"] == "application/problem+json"


def test_health_readiness_and_metrics(site: Site) -> None:
    known = replace(site, rounds=lambda: {"work": timedelta(minutes=32), "schedule": None})
    one = TestClient(make_app(known), base_url="http://127.0.0.1", client=LOOPBACK)
    assert one.get("/healthz").text == "ok\n"
    rounds = {"work": 1920.0, "schedule": None}
    assert one.get("/readyz").json() == {"ready": True, "detail": "", "seconds_since_round": rounds}
    # a round of this very moment is an age too
    fresh = replace(site, rounds=lambda: {"work": timedelta()})
    one_more = TestClient(make_app(fresh), base_url="http://127.0.0.1", client=LOOPBACK)
    assert one_more.get("/readyz").json()["seconds_since_round"] == {"work": 0.0}
    metrics = one.get("/metrics").text
    assert "radar_documents 0.0" in metrics
    assert 'radar_role_age_seconds{role="work"} 1920.0' in metrics
    assert 'radar_role_age_seconds{role="schedule"} +Inf' in metrics


def test_a_process_is_not_ready_for_a_database_of_another_version(site: Site, store: SqlStore) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = 'ffff00001111'")
    one = TestClient(make_app(site), base_url="http://127.0.0.1", client=LOOPBACK)
    found = one.get("/readyz")
    assert found.status_code == 503
    assert found.json()["detail"] == "the database is of another version of the program"


@pytest.mark.usefixtures("documents", "alert")
def test_the_page_shows_alerts_stories_and_feeds_and_escapes_what_came_from_outside(client: Client) -> None:
    page = client().get("/").text
    assert "Lương hưu chậm" in page
    assert "Nguy cơ khủng hoảng (đề xuất)" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page.replace('<script src="/static/live.js" defer></script>', "")
    for path in ("/alerts/a1", "/stories/s1", "/feeds", "/parts/board"):
        answer = client().get(path)
        assert answer.status_code == 200
        assert "<script>" not in answer.text


def test_people_log_in_set_a_password_of_their_own_and_acknowledge(
    client: Client, accounts: Accounts, alert: Alert
) -> None:
    import re

    password = accounts.add("truc@agency.example.com", Role.DESK)
    browser = client(ELSEWHERE)
    assert browser.get("/").headers["location"] == "/login?next=/"

    def csrf(path: str) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', browser.get(path).text)
        assert found
        return found[1]

    login = {"email": "truc@agency.example.com", "next": "//evil.example", "csrf": csrf("/login")}
    assert browser.post("/login", data=login | {"password": "sai"}).status_code == 401
    assert browser.post("/login", data=login | {"password": password, "csrf": "0"}).status_code == 403
    entered = browser.post("/login", data=login | {"password": password})
    assert entered.headers["location"] == "/password"
    assert "httponly" in entered.headers["set-cookie"].lower()
    change = {"old": password, "new": "mat-khau-cua-toi", "csrf": csrf("/password")}
    assert browser.post("/password", data=change | {"new": "ngan"}).status_code == 422
    old_session = dict(browser.cookies)
    assert browser.post("/password", data=change).headers["location"] == "/"
    assert client(ELSEWHERE, cookies=old_session).get("/").status_code == 303
    page = f"/alerts/{alert.id}"
    assert browser.post(f"{page}/acknowledge", data={"csrf": "0"}).status_code == 403
    assert browser.post(f"{page}/acknowledge", data={"csrf": csrf(page)}).headers["location"] == page
    assert "Đã tiếp nhận" in browser.get(page).text
    assert browser.post("/logout", data={"csrf": csrf("/")}).status_code == 303
    assert browser.get("/").status_code == 303


def test_a_viewer_may_not_acknowledge_and_nobody_without_account(
    client: Client, accounts: Accounts, alert: Alert
) -> None:
    assert client().post(f"/alerts/{alert.id}/acknowledge").headers["location"].startswith("/login")
    password = accounts.add("xem@agency.example.com", Role.VIEWER)
    import re

    browser = client()
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', browser.get("/login").text)
    assert token
    browser.post("/login", data={"email": "xem@agency.example.com", "password": password, "csrf": token[1]})
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', browser.get("/password").text)
    assert token
    assert browser.post(f"/alerts/{alert.id}/acknowledge", data={"csrf": token[1]}).status_code == 403
