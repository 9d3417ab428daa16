"""Edits, coverage and feed figures in the API; the webhook of the agency's own Zalo account."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from service.domain.accounts import Role
from service.domain.coverage import Coverage, FeedCheck, FeedWarning, hour_of
from service.domain.fetching import FeedState
from service.domain.judgement import Place
from service.domain.revisions import PageState, Revision, RevisionKind, SeenIn
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.accounts import Accounts
from service.web.app import make_app
from service.web.collection import zalo_signature
from service.web.deps import Site, ZaloHook
from tests.builders import NOW, make_accounts, make_feed, make_intent, make_source
from tests.web.conftest import Browser, MakeBrowser

Client = Callable[..., TestClient]
HOOK = ZaloHook(app_id="431", secret="bi-mat")
STAMP = int(NOW.timestamp() * 1000)
EVENT = {"app_id": "431", "event_name": "user_send_text", "timestamp": str(STAMP), "sender": {"id": "246"},
         "message": {"text": "Lương hưu của tôi đâu"}}  # fmt: skip


@pytest.fixture
def client(store: SqlStore, clock: SetClock) -> Client:
    def make(zalo: ZaloHook | None = None) -> TestClient:
        site = Site(
            store=store, read=SqlReadModels(store), accounts=make_accounts(store, clock), clock=clock,
            feeds=[make_feed()], hosts=("127.0.0.1",), session_key=b"k" * 32, zalo=zalo,
        )  # fmt: skip
        return TestClient(make_app(site), base_url="http://127.0.0.1", client=("127.0.0.1", 50000))

    return make


@pytest.fixture
def revisions(store: SqlStore) -> None:
    kinds = (RevisionKind.TITLE, RevisionKind.TEXT, RevisionKind.TAKEN_DOWN)
    with store.begin() as tx:
        tx.add_documents([make_intent("d1")])
        tx.save_page(PageState(document_id="d1", url="https://bao.example.com/d1", due_at=None, comments=7))
        tx.add_revisions(
            Revision(
                document_id="d1", at=NOW + timedelta(hours=n), kind=kind, seen_in=SeenIn.PAGE, title_before="Cũ",
                title_after="Mới", difference="[-Cũ-]{+Mới+}", changed_words=2,
            )
            for n, kind in enumerate(kinds)
        )  # fmt: skip


@pytest.mark.usefixtures("revisions")
def test_a_document_shows_its_edits_and_comment_count(client: Client) -> None:
    answer = client().get("/api/v1/documents/d1").json()
    assert [r["kind"] for r in answer["revisions"]] == ["title", "text", "taken_down"]
    assert answer["revisions"][0]["difference"] == "[-Cũ-]{+Mới+}"
    assert answer["comments"] == 7


@pytest.mark.usefixtures("revisions")
def test_changed_titles_and_take_downs_are_listed_as_signals(client: Client) -> None:
    seen, cursor = [], None
    for _ in range(3):
        params = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        answer = client().get("/api/v1/revisions", params=params).json()
        seen += [r["kind"] for r in answer["items"]]
        cursor = answer.get("next")
        if not cursor:
            break
    assert seen == ["taken_down", "title"]
    texts = client().get("/api/v1/revisions", params={"kind": "text"}).json()["items"]
    assert [t["kind"] for t in texts] == ["text"]
    assert client().get("/api/v1/revisions", params={"kind": "gone"}).status_code == 422


def test_a_deleted_document_takes_its_edits_along(store: SqlStore, revisions: None) -> None:
    with store.begin() as tx:
        tx.delete_documents(["d1"])
        assert tx.connection.scalar(text("select count(*) from document_revisions")) == 0


def test_coverage_and_figures_of_feeds(store: SqlStore, client: Client) -> None:
    check = FeedCheck(
        feed_id="thu", at=NOW, expected_day=12.5, actual_day=3, delay=75.0, warning=FeedWarning.SILENT,
        detail="im lặng bất thường",
    )  # fmt: skip
    with store.begin() as tx:
        tx.save_coverage([Coverage(start=hour_of(NOW), reporting=3, expected=4)])
        tx.save_checks([check])
    assert client().get("/api/v1/coverage").json()[0]["value"] == 0.75
    [feed] = client().get("/api/v1/feeds").json()
    assert feed["figures"]["expected_day"] == 12.5
    assert feed["figures"]["delay_seconds"] == 75
    page = client().get("/feeds").text
    assert "im lặng bất thường" in page
    assert "3 trên 4 nguồn" in page
    assert "75 giây" in page
    assert "nhãn do cán bộ gán" in page


def sent(client: TestClient, event: object, *, secret: str = HOOK.secret) -> int:
    body = json.dumps(event).encode()
    stamp = str(event.get("timestamp", "")) if isinstance(event, dict) else ""
    signature = "mac=" + zalo_signature(body, stamp, HOOK.app_id, secret)
    return client.post("/hooks/zalo", content=body, headers={"X-ZEvent-Signature": signature}).status_code


def test_events_of_zalo_are_counted_and_nothing_else_is_kept(store: SqlStore, client: Client) -> None:
    web = client(HOOK)
    assert [sent(web, EVENT), sent(web, EVENT), sent(web, EVENT | {"event_name": "Nguyễn Văn Mẫu"})] == [200, 200, 200]
    assert sent(web, EVENT | {"event_name": ["user_send_text"]}) == 200
    with store.begin() as tx:
        rows = tx.connection.execute(text("select * from channel_counts order by kind")).all()
    assert [(r.kind, r.count) for r in rows] == [("other", 2), ("user_send_text", 2)]


def test_events_with_a_wrong_signature_are_refused(store: SqlStore, client: Client) -> None:
    web = client(HOOK)
    assert sent(web, EVENT, secret="sai") == 403
    assert web.post("/hooks/zalo", content=json.dumps(EVENT)).status_code == 403
    assert sent(web, [1]) == 422
    assert web.post("/hooks/zalo", content=b"x" * 300_000).status_code == 413
    with store.begin() as tx:
        assert tx.channel_count("zalo_oa", "user_send_text", day="2026-03-02") == 0


MINUTE = 60_000


@pytest.mark.parametrize(
    ("stamp", "counted"),
    [
        (str(STAMP), 1), (STAMP, 1), (str(STAMP - 5 * MINUTE), 1), (str(STAMP + 5 * MINUTE), 1),
        (str(STAMP - 5 * MINUTE - 1), 0), (str(STAMP + 5 * MINUTE + 1), 0), ("154390853474", 0), (STAMP // 1000, 0),
        ("", 0), (None, 0), (True, 0), (STAMP + 0.5, 0), ("9" * 400, 0), ("²", 0), (-STAMP, 0), ("x", 0),
    ],
)  # fmt: skip
def test_an_event_of_another_time_is_answered_alike_and_not_counted(
    store: SqlStore, client: Client, stamp: object, counted: int
) -> None:
    assert sent(client(HOOK), EVENT | {"timestamp": stamp}) == 200
    with store.begin() as tx:
        assert tx.channel_count("zalo_oa", "user_send_text", day="2026-03-02") == counted


def test_an_event_that_is_sent_again_later_is_not_counted(store: SqlStore, client: Client, clock: SetClock) -> None:
    web = client(HOOK)
    assert sent(web, EVENT) == 200
    for _ in range(3):
        clock.at += timedelta(minutes=4)
        sent(web, EVENT | {"timestamp": str(STAMP)})
    # the one four minutes later still counts; those after it do not
    with store.begin() as tx:
        assert tx.channel_count("zalo_oa", "user_send_text", day="2026-03-02") == 2
    # another time stamp than the signed one is a wrong signature
    body = json.dumps(EVENT | {"timestamp": str(int(clock.at.timestamp() * 1000))}).encode()
    signature = "mac=" + zalo_signature(json.dumps(EVENT).encode(), str(STAMP), HOOK.app_id, HOOK.secret)
    assert web.post("/hooks/zalo", content=body, headers={"X-ZEvent-Signature": signature}).status_code == 403


def test_without_its_secret_there_is_no_webhook(client: Client) -> None:
    assert sent(client(), EVENT) == 404


# --- limits to provinces ----------------------------------------------------------------------------------------------

FEEDS = [
    make_feed("toan-quoc"),
    make_feed("ha-noi", source=replace(make_source("Báo Hà Nội Thử"), province="01")),
    make_feed("da-nang", source=replace(make_source("Báo Đà Nẵng Thử"), province="48")),
]


@pytest.fixture
def limited(browser: MakeBrowser, person: Callable[..., str], quick_accounts: Accounts, store: SqlStore) -> Browser:
    """Somebody of Hà Nội, with a revision and linked hosts of elsewhere in the database."""
    with store.begin() as tx:
        tx.add_documents(
            [make_intent("hn", places=(Place("01", "Hà Nội"),)), make_intent("dn", places=(Place("48", "Đà Nẵng"),))]
        )
        tx.add_revisions(
            Revision(document_id=d, at=NOW, kind=RevisionKind.TAKEN_DOWN, seen_in=SeenIn.PAGE) for d in ("hn", "dn")
        )
        tx.count_hosts({"moi.example.com": (9, 4)}, day="2026-03-01")
        tx.save_checks([FeedCheck(feed_id="da-nang", at=NOW, warning=FeedWarning.SILENT, detail="im lặng ở Đà Nẵng")])
    email = person("ha.noi", Role.DESK)
    quick_accounts.set_provinces(email, ["01"])
    one = browser(feeds=FEEDS)
    one.log_in(email)
    return one


def test_feeds_of_other_provinces_are_not_shown(limited: Browser) -> None:
    assert [f["id"] for f in limited.get("/api/v1/feeds").json()] == ["toan-quoc", "ha-noi"]
    for page in ("/feeds", "/feeds?show=all", "/feeds?show=new", "/"):
        text_of_page = limited.get(page).text
        assert "Đà Nẵng" not in text_of_page, page
    assert "Báo Hà Nội Thử" in limited.get("/feeds").text


def test_edits_and_take_downs_of_other_provinces_are_not_listed(limited: Browser) -> None:
    listed = limited.get("/api/v1/revisions").json()["items"]
    assert [r["document_id"] for r in listed] == ["hn"]
    assert limited.get("/api/v1/documents/dn").status_code == 404


def test_suggestions_are_for_readers_without_a_limit(
    limited: Browser, browser: MakeBrowser, person: Callable[..., str]
) -> None:
    assert limited.get("/api/v1/feeds/suggestions").status_code == 403
    assert "moi.example.com" not in limited.get("/feeds").text
    other = browser(feeds=FEEDS)
    other.log_in(person("ca.nuoc", Role.DESK))
    expected = [{"host": "moi.example.com", "links": 9, "relevant": 4}]
    assert other.get("/api/v1/feeds/suggestions").json() == expected
    assert other.get("/api/v1/feeds/suggestions", params={"least": 10}).json() == []
    assert "moi.example.com" in other.get("/feeds").text
    assert len(other.get("/api/v1/feeds").json()) == 3


def test_the_page_of_feeds_can_be_narrowed(store: SqlStore, client: Client) -> None:
    states = [
        FeedState(
            feed_id="thu", next_poll_at=NOW, polls=9, failures=4, last_polled_at=NOW, outcome="lỗi: máy chủ báo lỗi"
        )
    ]
    with store.begin() as tx:
        tx.seed_feeds(states)
        tx.save_coverage([Coverage(start=hour_of(NOW) - timedelta(hours=n), reporting=3, expected=4) for n in (1, 0)])
    page = client().get("/feeds", params={"show": "troubled"}).text
    assert "Cần chú ý (1)" in page
    assert "4 lần lỗi liền" in page
    assert "thấp nhất 75%" in page
    assert "máy chủ báo lỗi" not in client().get("/feeds", params={"show": "healthy"}).text
    assert client().get("/feeds", params={"show": "x"}).status_code == 422
