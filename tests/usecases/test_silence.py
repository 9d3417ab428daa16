"""Silences: kept, ended, known however many there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.silences import Silence
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.silence import SilenceError, end_silence, silence
from tests.builders import NOW

DESK, LEAD = ("truyen-thong@example.com",), ("lanh-dao@example.com",)
LAN = "lan@example.com"


def test_a_silence_keeps_messages_back_and_says_so_until_it_is_ended(store: SqlStore, clock: SetClock) -> None:
    with pytest.raises(SilenceError):
        silence("topic:fund", reason=" ", lasting=timedelta(hours=1), who=LAN, store=store, clock=clock)
    with pytest.raises(SilenceError):
        silence("topic:fund", reason="x", lasting=timedelta(days=31), who=LAN, store=store, clock=clock)
    for stream, said in (
        ("topic:funds", "chủ đề"), ("place:00", "mã 00"), ("topic:fund@02", "nay thuộc Tuyên Quang, mã 08"),
        ("place:99", "mã 99"),
    ):  # fmt: skip
        with pytest.raises(SilenceError, match=said):
            silence(stream, reason="bảo trì", lasting=timedelta(hours=1), who=LAN, store=store, clock=clock)
    kept = silence("topic:fund", reason="bảo trì", lasting=timedelta(hours=8), who=LAN, store=store, clock=clock)
    with store.begin() as tx:
        assert tx.silences(active_at=NOW) == [kept]
        assert tx.silences(active_at=NOW + timedelta(hours=8)) == []
    assert end_silence(kept.id, who="minh@example.com", store=store, clock=clock)
    assert not end_silence(kept.id, who="minh@example.com", store=store, clock=clock)
    with store.begin() as tx:
        assert tx.silences(active_at=NOW) == []
        [ended] = tx.silences()
    assert (ended.ended_by, ended.author, ended.reason) == ("minh@example.com", LAN, "bảo trì")


def test_every_silence_that_holds_is_known_however_many_there_are(store: SqlStore) -> None:
    one = Silence(stream="all", author=LAN, reason="bảo trì", since=NOW, until=NOW + timedelta(hours=1))
    with store.begin() as tx:
        first = tx.add_silence(one)
        for _ in range(200):
            tx.add_silence(replace(one, stream="place:01", until=NOW + timedelta(hours=2)))
        assert len(tx.silences(active_at=NOW)) == 201
        assert tx.silence(first) == replace(one, id=first)
        assert tx.silence(0) is None
