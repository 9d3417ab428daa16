"""What came through YouTube's interface is asked for again before its thirty days are over."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from service.domain.accounts import Role
from service.domain.judgement import Act, Diagnostics, Judgement, Limb, TextToJudge
from service.domain.labels import Question
from service.domain.sources import FeedFormat
from service.storage.engine import SqlStore
from service.usecases.collect import collect
from service.usecases.label import label
from service.usecases.refresh import Refreshed, refresh_by_interface
from service.usecases.retain import forget_by_interface
from tests.builders import make_accounts, make_judgement
from tests.crawling.conftest import MakeFetcher
from tests.crawling.server import HostileServer, Request, reply
from tests.crawling.test_social import YOUTUBE, Desk, answering

KEEP = timedelta(days=30)
CHANNEL = {"units": 1, "units_a_day": 100, "zone": "America/Los_Angeles", "keep": KEEP}


@pytest.fixture
def make_desk(server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher) -> Callable[..., Desk]:
    """A feed of one video with a comment and an answer to it, polled once, four weeks ago."""

    def make(**channel: Any) -> Desk:
        fetcher = make_fetcher(allowed=frozenset({server.netloc}))
        desk = Desk(FeedFormat.YOUTUBE_COMMENTS, server, store, fetcher, **(CHANNEL | channel))
        collect(desk.collector)
        assert len(desk.documents()) == 2
        desk.clock.at += timedelta(days=28)
        return desk

    return make


class Alarmed:
    """Finds theft in every text."""

    def judge(self, texts: Sequence[TextToJudge]) -> list[Judgement]:
        act = Act(limb=Limb.PROPERTY, clause=3, score=0.9, evidence=((0, 9),))
        return [make_judgement(t.id, acts=(act,)) for t in texts]


class Unconcerned:
    """Finds nothing about BHXH in any text, and says how sure it is."""

    def judge(self, texts: Sequence[TextToJudge]) -> list[Judgement]:
        found = Diagnostics(margins={"relevant": 0.4}, scores={"relevant": 0.1}, words=4, unknown=0)
        return [make_judgement(t.id, relevant=False, diagnostics=found) for t in texts]


def answer(*, top: str | None = "Lương hưu\nchậm quá", reply_to_it: str | None = None, more: str = "") -> bytes:
    """The thread with other words; None where a comment is gone."""
    document = copy.deepcopy(YOUTUBE)
    [thread] = document["items"]
    if reply_to_it is None:
        del thread["replies"]
    else:
        thread["replies"]["comments"][0]["snippet"]["textOriginal"] = reply_to_it
    if top is None:
        document["items"] = []
    else:
        thread["snippet"]["topLevelComment"]["snippet"]["textOriginal"] = top
    if more:
        document["nextPageToken"] = more
    return reply(200, json.dumps(document).encode(), ("Content-Type", "application/json"))


def say(desk: Desk, ids: Sequence[str], question: Question) -> None:
    """An analyst answers yes, of each of these documents."""
    accounts = make_accounts(desk.store, desk.clock)
    accounts.add("a@example.com", Role.ANALYST)
    for key in ids:
        label(key, {question: True}, user=accounts.user("a@example.com"), store=desk.store, clock=desk.clock)


def units(desk: Desk, kind: str) -> int:
    with desk.store.begin() as tx:
        return tx.channel_count(
            "kênh", kind, day=desk.collector.channels[FeedFormat.YOUTUBE_COMMENTS].day(desk.clock.at)
        )


def test_what_is_still_there_is_kept_for_another_period(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    assert refresh_by_interface(desk.collector) == Refreshed(same=2)
    assert (units(desk, "units"), units(desk, "units refresh")) == (1, 1)
    assert refresh_by_interface(desk.collector) == Refreshed()
    desk.clock.at += timedelta(days=20)
    assert forget_by_interface(desk.collector) == 0
    desk.clock.at += timedelta(days=11)
    assert forget_by_interface(desk.collector) == 2


def test_nothing_is_asked_before_it_is_time(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.clock.at -= timedelta(days=4)
    before = len(desk.server.requests)
    assert refresh_by_interface(desk.collector) == Refreshed()
    assert len(desk.server.requests) == before


def test_what_is_gone_is_removed_with_its_traces(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.server.routes[desk.path] = answer()
    assert refresh_by_interface(desk.collector) == Refreshed(same=1, gone=1)
    assert [d[2] for d in desk.documents()] == ["Lương hưu chậm quá"]
    with desk.store.begin() as tx:
        assert tx.connection.scalar(text("select count(*) from document_topics")) == 1


def test_a_video_that_is_gone_takes_its_comments_along(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.server.routes[desk.path] = reply(404, b'{"error": {"errors": [{"reason": "videoNotFound"}]}}')
    assert refresh_by_interface(desk.collector) == Refreshed(gone=2)
    assert desk.documents() == []


def test_other_words_are_judged_again(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    with desk.store.begin() as tx:
        [first] = tx.connection.execute(text("select distinct first_seen_at from documents")).all()
    desk.server.routes[desk.path] = answer(
        top="Lương hưu đã nhận đủ, gọi 0900 000 000", reply_to_it="BHXH trả lời rồi, gọi 0900 000 000"
    )
    assert refresh_by_interface(desk.collector) == Refreshed(same=1, changed=1)
    assert desk.documents()[1][2] == "Lương hưu đã nhận đủ, gọi [PHONE]"
    with desk.store.begin() as tx:
        tones = tx.connection.execute(text("select text, tone, first_seen_at from documents order by text")).all()
        assert [t.tone for t in tones] == ["neutral", "neutral"]
        assert {t.first_seen_at for t in tones} == {first[0]}
        assert tx.connection.scalar(text("select count(*) from recounts")) == 1


@pytest.mark.parametrize("words", ["Tôi tố cáo ông A ăn chặn lương hưu", "Hôm nay trời đẹp"])
def test_words_that_may_not_or_need_not_be_kept_are_removed(words: str, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.server.routes[desk.path] = answer(top=words, reply_to_it="BHXH trả lời rồi, gọi 0900 000 000")
    assert refresh_by_interface(desk.collector) == Refreshed(same=1, gone=1)
    assert words not in desk.everything()


def test_findings_follow_the_new_words(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.collector = replace(desk.collector, classifier=Alarmed())
    desk.server.routes[desk.path] = answer(
        top="Lương hưu: bấm vào đây để nhận", reply_to_it="BHXH trả lời rồi, gọi 0900 000 000"
    )
    refresh_by_interface(desk.collector)
    with desk.store.begin() as tx:
        assert tx.connection.scalar(text("select count(*) from findings")) == 1
    desk.server.routes[desk.path] = answer(top=None)
    desk.clock.at += timedelta(days=26)
    assert refresh_by_interface(desk.collector) == Refreshed(gone=2)
    with desk.store.begin() as tx:
        assert tx.connection.scalar(text("select count(*) from findings")) == 0


def test_speech_that_a_person_calls_protected_has_no_finding_of_fraud_in_other_words_either(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk()
    with desk.store.begin() as tx:
        ids = tx.connection.scalars(text("select id from documents")).all()
    say(desk, ids, Question.PROTECTED)
    desk.server.routes[desk.path] = answer(top="Lương hưu chậm quá rồi", reply_to_it="Lương hưu cũng chậm lắm")
    desk.collector = replace(desk.collector, classifier=Alarmed())
    assert refresh_by_interface(desk.collector) == Refreshed(changed=2)
    with desk.store.begin() as tx:
        assert tx.connection.scalar(text("select count(*) from findings")) == 0


def test_what_a_person_calls_relevant_stays_whatever_the_machine_says_of_its_new_words(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk()
    with desk.store.begin() as tx:
        [first] = tx.connection.scalars(text("select id from documents where text like 'Lương hưu%'")).all()
    say(desk, [first], Question.RELEVANT)
    desk.collector = replace(desk.collector, classifier=Unconcerned())
    desk.server.routes[desk.path] = answer(top="Hôm nay trời đẹp", reply_to_it="Hôm nay trời đẹp")
    assert refresh_by_interface(desk.collector) == Refreshed(changed=1, gone=1)
    with desk.store.begin() as tx:
        [(words, relevant)] = tx.connection.execute(text("select text, relevant from documents")).all()
        assert (words, bool(relevant)) == ("Hôm nay trời đẹp", True)
        tx.withdraw_labels(first, [Question.RELEVANT])  # the machine's newest answer holds again
        assert not tx.connection.scalar(text("select relevant from documents"))


def test_later_pages_are_read_and_counted(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.server.routes[desk.path] = answer(more="trang-2")
    desk.server.routes[f"{desk.path}&pageToken=trang-2"] = answer(top=None, more="trang-3")
    desk.server.routes[f"{desk.path}&pageToken=trang-3"] = answering(YOUTUBE)
    assert refresh_by_interface(desk.collector) == Refreshed(same=2)
    assert units(desk, "units refresh") == 3


def test_pages_without_end_decide_nothing_about_what_was_not_found(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    pages = 0

    def endless(request: Request) -> bytes:
        nonlocal pages
        pages += 1
        desk.server.routes[f"{desk.path}&pageToken={pages}"] = endless
        return answer(top="Lương hưu\nchậm quá", more=str(pages))

    desk.server.routes[desk.path] = endless
    assert refresh_by_interface(desk.collector) == Refreshed(same=1)
    assert (pages, len(desk.documents())) == (20, 2)
    desk.clock.at += timedelta(days=3)
    assert forget_by_interface(desk.collector) == 1


@pytest.mark.parametrize("status", [500, 403, 429])
def test_an_interface_that_does_not_say_leaves_texts_to_their_end(status: int, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.server.routes[desk.path] = reply(status)
    assert refresh_by_interface(desk.collector) == Refreshed()
    assert len(desk.documents()) == 2
    desk.clock.at += timedelta(days=3)
    assert forget_by_interface(desk.collector) == 2


def test_half_of_the_units_are_left_for_what_is_new(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(units_a_day=2)
    desk.server.routes[desk.path] = answer(more="2")
    assert refresh_by_interface(desk.collector) == Refreshed()
    assert (units(desk, "units"), units(desk, "units refresh")) == (1, 1)
    [polled] = collect(desk.collector)
    assert "đã đọc" in polled.state.outcome
