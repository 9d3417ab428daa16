"""What people of the agency type is refused where it holds personal data."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.alerting.lifecycle import Changed, Refused, Verb
from service.domain.accounts import Role
from service.parsing.own_contacts import OwnContacts
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.campaigns import CampaignError, add
from service.usecases.silence import SilenceError, silence
from service.usecases.tidy import ReasonError, merge, split
from tests.builders import NOW, make_intent
from tests.usecases.test_desk import LAN, an_alert, do, keep, outbox

OUTSIDER = "Người viết là fb.com/mau.90, 0900 000 000, mau@gmail.com"


def test_what_people_type_names_no_outsider(store: SqlStore, clock: SetClock) -> None:
    """In no comment, note, reason, statement or name; colleagues and the agency's hotline may be named."""
    keep(store, an_alert())
    minh = "minh@example.com"
    with store.begin() as tx:
        for email in (LAN, minh):
            tx.add_user(email, frozenset({Role.DESK}), "x", at=NOW)
        tx.add_documents([make_intent("d1"), make_intent("d2")])
        new = [
            replace(p, placement=replace(p.placement, story=p.item.id, origin=p.item.id)) for p in tx.unplaced(limit=9)
        ]
        tx.save_placements(new)
    for verb in (Verb.COMMENT, Verb.ASSIGN, Verb.STATE, Verb.TAKE, Verb.CONFIRM, Verb.DISMISS):
        refused = do(store, clock, verb, text=OUTSIDER, target=minh)
        assert isinstance(refused, Refused), verb
        assert "fb.com/mau.90" in refused.reason
    with pytest.raises(SilenceError, match="dữ liệu có thể là của cá nhân"):
        silence("all", reason=OUTSIDER, lasting=timedelta(hours=1), who=LAN, store=store, clock=clock)
    with pytest.raises(CampaignError, match="dữ liệu có thể là của cá nhân"):
        add(
            name=OUTSIDER, days=(NOW.date(), NOW.date()), topics=("pension",), places=(), who=LAN, store=store,
            clock=clock,
        )  # fmt: skip
    with pytest.raises(ReasonError, match="dữ liệu có thể là của cá nhân"):
        merge(store, clock, kept="d1", absorbed="d2", who=LAN, reason=OUTSIDER)
    with pytest.raises(ReasonError, match="dữ liệu có thể là của cá nhân"):
        split(store, clock, story="d1", documents=("d1",), who=LAN, reason=OUTSIDER)
    assert outbox(store, NOW) == []
    said = f"Nhờ {minh} trả lời qua tổng đài 1900 9068, thu BHXH 2.340.000.000 đồng"
    assert isinstance(do(store, clock, Verb.COMMENT, text=said), Changed)


def test_a_comment_calls_colleagues_but_no_accounts_of_networks(store: SqlStore, clock: SetClock) -> None:
    keep(store, an_alert())
    assert isinstance(do(store, clock, Verb.COMMENT, text="@Minh xem giúp, @Hạnh trả lời báo."), Changed)
    for text in ("@mau_90 đăng lại", "@user-xy7zk2pq9w", "@mau@mastodon.example", "@@mau"):
        assert isinstance(do(store, clock, Verb.COMMENT, text=text), Refused), text
    assert isinstance(do(store, clock, Verb.STATE, text="Theo @Minh, tin này không đúng."), Refused)


def test_the_name_of_a_campaign_may_hold_contacts_of_the_agency(store: SqlStore, clock: SetClock) -> None:
    name = "Tuyên truyền BHXH tự nguyện, hỏi đáp qua hoi-dap@bhxh.example.com"
    given: dict[str, Any] = {
        "name": name, "days": (NOW.date(), NOW.date()), "topics": ("pension",), "places": (), "who": LAN,
        "store": store, "clock": clock,
    }  # fmt: skip
    with pytest.raises(CampaignError, match="dữ liệu có thể là của cá nhân"):
        add(**given)
    assert add(**given, own=OwnContacts(domains=("bhxh.example.com",))).name == name
