"""Signals beyond volume: each is found where it is, and not where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alerting.context import Fact, Kind, Older, View, facts, lift, outlets, raised_harm, raised_sure, unanswered
from service.alerting.levels import level_of
from service.alerting.message import quoted_without
from service.alerting.risks import parse, risks_of, shipped
from service.alerting.wording import unquoted
from service.domain.streams import StreamDocument
from service.domain.topics import TOPICS
from service.domain.warning import Level, Signal
from tests.builders import NOW, hours_ago


def doc(key: str, hours: float, **more: Any) -> StreamDocument:
    values: dict[str, Any] = {
        "id": key, "published_at": hours_ago(hours), "first_seen_at": hours_ago(hours), "source_kind": "online",
        "publisher": key, "source_name": f"Báo {key}", "reach": 2, "negative": True, "feedback": None,
        "official": False, "is_copy": False, "story_id": "s1", "title": "Chậm lương hưu", "places": (),
    }  # fmt: skip
    return StreamDocument(**(values | more))


def found(documents: Sequence[StreamDocument], **more: Any) -> dict[Kind, Fact]:
    ordered = sorted(documents, key=lambda d: d.published_at)
    return {f.kind: f for f in facts(View(now=NOW, documents=ordered, **more))}


def test_a_jump_from_a_forum_to_the_press() -> None:
    talk = doc("dien-dan", 9, source_kind="forum")
    assert Kind.JUMP in found([talk, doc("bao", 2)])
    assert "sau 7 giờ" in found([talk, doc("bao", 2)])[Kind.JUMP].sentence
    assert Kind.JUMP not in found([doc("bao", 9), doc("dien-dan", 2, source_kind="forum")])
    assert Kind.JUMP not in found([talk, doc("bao", 2, official=True, source_kind="state_agency")])
    assert Kind.JUMP not in found([replace(talk, negative=False), doc("bao", 2, negative=False)])


def test_the_first_outlet_everybody_reads() -> None:
    assert Kind.TIER1 in found([doc("a", 9), doc("lon", 2, reach=5)])
    assert Kind.TIER1 not in found([doc("lon", 9, reach=5), doc("a", 2)])
    assert Kind.TIER1 not in found([doc("a", 60), doc("lon", 50, reach=5), doc("lon2", 2, reach=5)])


def test_what_the_press_tells_of_one_place_is_the_matter_that_people_tell_of_in_other_stories() -> None:
    talk = [doc(f"p{n}", 9 - n, source_kind="social", publisher="Mạng", story_id=f"s{n}") for n in range(3)]
    article = doc("bao", 2, story_id="s9", negative=False, reach=5)
    assert not found([*talk, article])
    told = found([*talk, article], matter=[*talk, article])
    assert "sau 7 giờ" in told[Kind.JUMP].sentence
    assert "Báo bao" in told[Kind.TIER1].sentence


def test_a_new_story_of_several_publishers() -> None:
    three = [doc(k, h) for k, h in (("a", 9), ("b", 5), ("c", 2))]
    assert found(three)[Kind.NOVEL].strength > found(three[:2])[Kind.NOVEL].strength
    assert Kind.NOVEL not in found([replace(d, publisher="nhom") for d in three])
    written = [doc("y-kien", 10, title="Mẹ em chờ mãi"), doc("bao", 4, title="Nghìn người chờ lương hưu", press=True)]
    assert "“Nghìn người chờ" in found([*written, *three])[Kind.NOVEL].sentence
    assert Kind.NOVEL not in found([doc("cu", 60), *three])


def test_new_provinces() -> None:
    before = [doc("x", 100, places=("01",))]
    assert Kind.PROVINCES in found([*before, doc("a", 3, places=("48", "79"))])
    assert Kind.PROVINCES not in found([*before, doc("a", 3, places=("01", "79"))])


def ask(n: int, hours: float, **more: Any) -> StreamDocument:
    return doc(f"q{n}", hours, feedback="question", negative=False, **more)


def test_a_rising_share_of_questions() -> None:
    usual = [doc(f"o{n}", 30 + 5 * n) for n in range(40)]
    assert Kind.QUESTIONS in found([*usual, *(ask(n, n + 1) for n in range(5))])
    assert Kind.QUESTIONS not in found([*usual, *(ask(n, n + 1) for n in range(2))])


def test_questions_nobody_answers() -> None:
    asked = [ask(n, 10 - n) for n in range(4)]
    assert found(asked)[Kind.VOID].sentence.endswith("chưa có văn bản, tin trả lời của cơ quan nhà nước")
    answer = doc("co-quan", 2, official=True, source_kind="state_agency", negative=False)
    assert Kind.VOID not in found([*asked, answer])
    assert unanswered([*asked, answer], NOW) == 0
    assert unanswered(asked, NOW) == 4


def test_titles_changed_and_texts_taken_down() -> None:
    assert Kind.EDITS not in found([doc("a", 2)])
    assert "2 tin, bài bị gỡ" in found([doc("a", 2)], gone=2)[Kind.EDITS].sentence


def test_an_older_story_that_is_like_this_one() -> None:
    old = Older(headline="Lương hưu chậm năm trước", at=hours_ago(2000), negative=14, likeness=0.6)
    assert "14 bài gốc" in found([doc("a", 2)], older=[old])[Kind.REPEAT].sentence
    long = "Người dân Gia Lai bức xúc vì hồ sơ thẻ bảo hiểm y tế chờ ba tháng chưa được giải quyết (286)"
    told = found([doc("a", 2)], older=[replace(old, headline=long)])[Kind.REPEAT].sentence
    assert "ba tháng chưa được giải quyết…” (" in told
    assert unquoted(told, known=[long]) == told
    assert quoted_without(told, [long], mark="[...]").startswith("giống chuyện “[...]” (")
    assert Kind.REPEAT not in found([doc("a", 2, negative=False)], older=[old])


def test_calendar_risks() -> None:
    assert {t for r in shipped() for t in r.topics} <= TOPICS.keys()
    assert risks_of("pension", datetime(2026, 7, 1, 3, tzinfo=NOW.tzinfo))
    assert not risks_of("maternity", NOW)
    dated = found([doc("a", 2)], risks=risks_of("lump_sum", datetime(2027, 7, 5, 3, tzinfo=NOW.tzinfo)))[Kind.CALENDAR]
    assert dated.sentence.startswith("đang trong thời gian dư luận dễ chú ý: Dịp 01/7")
    assert "có hiệu lực" not in dated.sentence  # that was once
    assert Kind.CALENDAR in found([doc("a", 2)], risks=risks_of("pension", NOW))
    monthly, once = parse(
        "- {name: a, date: 'day 31', before: 1, after: 0, topics: []}\n"
        "- {name: b, date: '2026-11-20', before: 0, after: 2, topics: []}"
    )
    assert monthly.holds(date(2026, 2, 27))
    assert not monthly.holds(date(2026, 2, 25))
    assert once.holds(date(2026, 11, 22))
    assert not once.holds(date(2027, 11, 20))
    with pytest.raises(ValueError, match="risk 1: expected name"):
        parse("- {name: a}")


def signal(**more: Any) -> Signal:
    values: dict[str, Any] = {
        "id": "g", "stream": "topic:pension", "at": NOW, "unusual": 1.0, "harmful": 0.5, "sure": 0.5, "value": 2,
        "expected": 0.1, "origins": 3, "sources": 3, "coverage": 1.0, "documents": (),
    }  # fmt: skip
    return Signal(**(values | more))


def test_facts_alone_open_a_watch_and_no_more() -> None:
    assert level_of(signal()) is Level.NORMAL
    assert level_of(signal(early=0.9)) is Level.WATCH
    assert level_of(signal(early=0.7)) is Level.NORMAL  # counts have to help more where facts say less
    assert level_of(signal(early=1.0, harmful=1.0, sure=1.0)) is Level.WATCH
    assert level_of(signal(early=0.9, origins=1)) is Level.NORMAL
    assert level_of(signal(early=0.9, sources=1)) is Level.NORMAL


FACTS = st.lists(st.builds(Fact, st.sampled_from(Kind), st.floats(0, 0.6), st.just("x")), max_size=5)


@given(FACTS, FACTS, st.floats(0, 1))
def test_more_facts_never_lower_anything(some: list[Fact], more: list[Fact], base: float) -> None:
    assert 0 <= lift(some) <= lift(some + more) + 1e-12 <= 1 + 1e-9
    for raised in (raised_harm, raised_sure):
        assert base - 1e-12 <= raised(base, some) <= raised(base, some + more) + 1e-12
        assert raised(base, some + more) <= 1 + 1e-9


TIMES = st.floats(0.1, 14 * 24)
DOCUMENTS = st.lists(
    st.builds(
        doc, st.sampled_from("abcdef"), TIMES, source_kind=st.sampled_from(["online", "forum", "state_agency"]),
        reach=st.integers(1, 5), negative=st.booleans(), feedback=st.sampled_from([None, "question", "complaint"]),
        story_id=st.sampled_from([None, "s1", "s2"]), places=st.sampled_from([(), ("01",), ("48", "79")]),
        is_copy=st.booleans(),
    ),
    max_size=14,
)  # fmt: skip


@given(DOCUMENTS)
def test_whatever_comes_facts_are_bounded_and_said_in_words(documents: list[StreamDocument]) -> None:
    for fact in found(documents).values():
        assert 0 < fact.strength <= 0.6
        assert fact.sentence


def test_outlets_that_are_not_named_are_counted_and_the_press_comes_first_among_equals() -> None:
    talk = [doc(str(n), 1, source_name="VOZ", source_kind="forum") for n in range(3)]
    talk += [doc(f"a{n}", 1, source_name=f"A{n}", source_kind="social") for n in range(6)]
    press = [doc(name, 1, source_name=name) for name in ("Tuổi Trẻ", "Tiền Phong")]
    named, more = outlets([*talk, *press])
    assert named == [("VOZ", 3), ("Tiền Phong", 1), ("Tuổi Trẻ", 1), ("A0", 1), ("A1", 1), ("A2", 1)]
    assert more == 3
    assert outlets(press) == ([("Tiền Phong", 1), ("Tuổi Trẻ", 1)], 0)


def test_silence_says_nothing() -> None:
    assert found([]) == {}
    assert found([doc("a", 2, negative=False)], risks=risks_of("pension", NOW - timedelta(days=10))) == {}
