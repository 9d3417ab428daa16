from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.stories import StoryItem, StoryPlacement
from service.stories.builder import KnownItem, StoryBuilder, story_id
from service.stories.overrides import Merge, Split
from service.stories.window import MOST_GONE, WINDOW_SECONDS

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
EVENTS = (
    "Hàng trăm công nhân nhà máy giày Hoa Sen xếp hàng từ đêm chờ rút trợ cấp một lần tại phường Tân Lập",
    "Ứng dụng tra cứu sổ điện tử ngừng hoạt động suốt buổi sáng, người dùng không nhận được mã xác thực",
    "Bệnh viện huyện Sông Trà thiếu thuốc chạy thận, người bệnh phải tự mua vật tư ngoài quầy",
    "Tòa án xử vụ lập hồ sơ khống chiếm đoạt tiền thai sản qua mười hai doanh nghiệp ma",
)
TURNS = (
    "{} theo ghi nhận của phóng viên sáng nay",
    "Vụ việc mới: {}, cơ quan chức năng đang làm rõ",
    "{}; đại diện đơn vị xin lỗi và hứa khắc phục trong tuần",
    "Nhiều người phản ánh: {}",
)


def item(number: int, *, event: int = 0, turn: int = 0, hours: float = 0, publisher: str = "a") -> StoryItem:
    text = TURNS[turn].format(EVENTS[event])
    return StoryItem(
        id=f"d{number}",
        title=EVENTS[event][:50],
        text=text,
        published_at=START + timedelta(hours=hours),
        publisher=publisher,
    )


@st.composite
def streams(draw: st.DrawFn) -> list[StoryItem]:
    steps = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.floats(-30, 90)), max_size=25))
    hours, items = 0.0, []
    for number, (event, turn, step) in enumerate(steps):
        hours += step
        items.append(item(number, event=event, turn=turn, hours=hours, publisher=f"p{turn}"))
    return items


def known(builder: StoryBuilder, items: list[StoryItem], placements: list[StoryPlacement]) -> list[KnownItem]:
    """What a service would read back after a restart: the last ten days only, titles and traces without text."""
    newest = max((i.published_at for i in items), default=START)
    kept = [
        (i, p)
        for i, p in zip(items, placements, strict=True)
        if (newest - i.published_at).total_seconds() <= WINDOW_SECONDS
    ]
    return [
        KnownItem(item=replace(i, title="", text=""), placement=placement, trace=trace)
        for i, placement in kept
        if (trace := builder.trace(i.id)) is not None  # None: too old already when it came
    ]


def test_copies_and_stories() -> None:
    first, copy, follow_up, other = StoryBuilder().place(
        [
            item(1),
            item(2, hours=1, publisher="b"),
            item(3, turn=2, hours=5, publisher="c"),
            item(4, event=2, hours=6),
        ]
    )
    assert first.origin == "d1"
    assert not first.is_copy
    assert copy.origin == "d1"
    assert copy.is_copy
    assert first.story == copy.story == follow_up.story == story_id("d1")
    assert other.story == story_id("d4")


def test_a_story_of_one_document_is_joined_by_one_that_is_told_in_other_words() -> None:
    first, second = item(1), item(2, hours=1, publisher="b")
    first = replace(first, title="", text="Công nhân nhà máy giày Hoa Sen xếp hàng chờ rút trợ cấp một lần")
    words = "Chủ tịch phường Tân Lập nói về việc người lao động xếp hàng xin rút trợ cấp"
    begun, joined = StoryBuilder().place([first, replace(second, title="", text=words)])
    assert begun.story == joined.story
    assert not joined.is_copy


def test_an_old_event_that_is_told_again_is_a_new_story() -> None:
    first, later = StoryBuilder().place([item(1), item(2, turn=3, hours=24 * 9)])
    assert first.story != later.story


def test_the_same_document_again_gets_the_same_answer() -> None:
    builder = StoryBuilder()
    first = builder.place([item(1), item(2, event=1, hours=1)])
    assert builder.place([item(1), item(2, event=1, hours=1)]) == first


@pytest.mark.parametrize("text", ["", " ", "\n\x00", "👍👍", "a", "\ud800"])
def test_texts_with_nothing_to_compare_stay_alone(text: str) -> None:
    one = StoryItem(id="x", title="", text=text, published_at=START, publisher="")
    placed = StoryBuilder().place([one, replace(one, id="y")])
    assert [p.origin for p in placed] == ["x", "y"]
    assert placed[0].story != placed[1].story


def test_network_sites_that_share_an_article_number_are_copies() -> None:
    builder = StoryBuilder()
    placed = builder.place(
        [item(1), item(2, event=1, hours=1)], keys={"d1": "network:1982510", "d2": "network:1982510"}
    )
    assert placed[1].origin == "d1"


@given(streams())
@settings(max_examples=40, deadline=None)
def test_answers_do_not_depend_on_how_the_stream_is_cut(items: list[StoryItem]) -> None:
    one_by_one = StoryBuilder()
    assert StoryBuilder().place(items) == [p for i in items for p in one_by_one.place([i])]


@given(streams(), st.data())
@settings(max_examples=80, deadline=None)
def test_a_restart_changes_nothing(items: list[StoryItem], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(items)))
    before = StoryBuilder()
    head = before.place(items[:cut])
    after = StoryBuilder.restore(known(before, items[:cut], head))
    assert head + after.place(items[cut:]) == StoryBuilder().place(items)


@given(streams())
@settings(max_examples=40, deadline=None)
def test_an_origin_is_its_own_origin_and_shares_its_copies_story(items: list[StoryItem]) -> None:
    by_id = {p.id: p for p in StoryBuilder().place(items)}
    for placement in by_id.values():
        assert by_id[placement.origin].origin == placement.origin
        assert by_id[placement.origin].story == placement.story


def test_memory_is_bounded_by_the_window() -> None:
    builder = StoryBuilder()
    builder.place([item(n, event=n % 4, turn=n % 3, hours=6 * n) for n in range(200)])
    assert builder.trace("d0") is None
    assert builder.trace("d199")
    assert builder.size() <= WINDOW_SECONDS / 3600 / 6 + 1


def test_an_index_made_anew_changes_nothing() -> None:
    items = [item(n, event=n % 4, turn=n % 3, hours=6 * n) for n in range(MOST_GONE + 200)]
    builder = StoryBuilder()
    placed = builder.place(items[:-40])
    restored = StoryBuilder.restore(known(builder, items[:-40], placed))
    assert builder.place(items[-40:]) == restored.place(items[-40:])


def test_a_document_without_a_trace_is_read_again_from_its_text() -> None:
    first = StoryBuilder().place([item(1)])[0]
    restored = StoryBuilder.restore([KnownItem(item=item(1), placement=first, trace=b"\x63other version")])
    assert restored.place([item(2, hours=1)])[0].origin == "d1"


def test_a_merge_survives_and_draws_later_documents() -> None:
    builder = StoryBuilder()
    placed = builder.place([item(1), item(2, event=1, hours=1)])
    merge = Merge(kept=placed[0].story, absorbed=placed[1].story)
    changed = builder.apply(merge)
    assert [(p.id, p.story) for p in changed] == [("d2", placed[0].story)]
    assert builder.apply(merge) == []
    items = [item(1), item(2, event=1, hours=1)]
    restored = StoryBuilder.restore(known(builder, items, [placed[0], changed[0]]), overrides=[merge])
    for running in (builder, restored):
        assert running.place([item(3, event=1, turn=2, hours=2)])[0].story == placed[0].story


def test_a_split_survives_and_its_copies_follow_it() -> None:
    builder = StoryBuilder()
    items = [item(1), item(2, hours=1), item(3, hours=2)]
    placed = builder.place(items)
    split = Split(documents=("d2", "d3"), into="s-person")
    changed = builder.apply(split)
    assert changed == [
        StoryPlacement(id="d2", story="s-person", origin="d2"),
        StoryPlacement(id="d3", story="s-person", origin="d2"),
    ]
    restored = StoryBuilder.restore(known(builder, items, [placed[0], *changed]), overrides=[split])
    for running in (builder, restored):
        assert running.place([item(3, hours=2)]) == [changed[1]]


def test_taking_a_merge_back_keeps_what_joined_since() -> None:
    builder = StoryBuilder()
    items = [item(1), item(2, event=1, hours=1)]
    one, two = builder.place(items)
    decisions = [Merge(kept=one.story, absorbed=two.story), Split(documents=("d2",), into=two.story)]
    for decision in decisions:
        builder.apply(decision)
    later = item(3, event=1, turn=2, hours=2)
    joined = builder.place([later])[0]
    assert joined.story == two.story
    restored = StoryBuilder.restore(known(builder, [*items, later], [one, two, joined]), overrides=decisions)
    assert restored.place([later]) == [joined]
