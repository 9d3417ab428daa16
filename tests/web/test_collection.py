"""Edits, coverage and feed figures in the API; the webhook of the agency's own Zalo account."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from service.domain.coverage import Coverage, FeedCheck, FeedWarning, hour_of
from service.domain.revisions import PageState, Revision, RevisionKind, SeenIn
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.web.app import make_app
from service.web.collection import zalo_signature
from service.web.deps import Site, ZaloHook
from tests.builders import NOW, make_accounts, make_feed, make_intent

Client = Callable[..., TestClient]
HOOK = ZaloHook(app_id="431", secret="bi-mat")
EVENT = {"app_id": "431", "event_name": "user_send_text", "timestamp": "154390853474", "sender": {"id": "246"},
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
        tx.delete_document("d1")
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


def sent(client: TestClient, event: object, *, secret: str = HOOK.secret) -> int:
    body = json.dumps(event).encode()
    stamp = str(event.get("timestamp", "")) if isinstance(event, dict) else ""
    signature = "mac=" + zalo_signature(body, stamp, HOOK.app_id, secret)
    return client.post("/hooks/zalo", content=body, headers={"X-ZEvent-Signature": signature}).status_code


def test_events_of_zalo_are_counted_and_nothing_else_is_kept(store: SqlStore, client: Client) -> None:
    web = client(HOOK)
    assert [sent(web, EVENT), sent(web, EVENT), sent(web, EVENT | {"event_name": "Nguyễn Văn Mẫu"})] == [200, 200, 200]
    with store.begin() as tx:
        rows = tx.connection.execute(text("select * from channel_counts order by kind")).all()
    assert [(r.kind, r.count) for r in rows] == [("other", 1), ("user_send_text", 2)]


def test_events_with_a_wrong_signature_are_refused(store: SqlStore, client: Client) -> None:
    web = client(HOOK)
    assert sent(web, EVENT, secret="sai") == 403
    assert web.post("/hooks/zalo", content=json.dumps(EVENT)).status_code == 403
    assert sent(web, [1]) == 422
    assert web.post("/hooks/zalo", content=b"x" * 300_000).status_code == 413
    with store.begin() as tx:
        assert tx.channel_count("zalo_oa", "user_send_text", day="2026-03-02") == 0


def test_without_its_secret_there_is_no_webhook(client: Client) -> None:
    assert sent(client(), EVENT) == 404
