from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.stories.background import STEPS, dump, learn, shipped
from service.stories.copies import MOST_OF_A_BAND, CopyIndex, signatures, similarities
from service.stories.features import (
    MAX_TERMS,
    pair_ids,
    shingles,
    syllable_id,
    syllables,
    terms,
    tokens,
    weigh,
)
from service.stories.overrides import Merge, Split, settle
from service.stories.traces import Trace, TraceError, from_bytes, rounded

WORDS = [f"từ{n}" for n in range(400)]


def mark(words: list[str]) -> bytes:
    return signatures(*shingles(tokens([("", " ".join(words))])))[0]


def amounts(title: str, body: str) -> dict[int, float]:
    _, found, amount = terms(tokens([(title, body)]))
    return dict(zip(found.tolist(), amount.tolist(), strict=True))


def pair(first: str, second: str) -> int:
    one, two = (np.array([syllable_id(syllable)]) for syllable in (first, second))
    return int(pair_ids(one, two)[0])


def test_case_and_normal_form_make_no_difference() -> None:
    assert [syllable_id(s) for s in syllables("Lương HƯU")] == [
        syllable_id(s) for s in syllables("Lu\u031bo\u031bng hu\u031bu")
    ]


def test_a_pair_has_an_order() -> None:
    assert pair("bảo", "hiểm") != pair("hiểm", "bảo")
    assert pair("bảo", "hiểm") in amounts("Bảo hiểm", "")
    assert pair("hiểm", "y") not in amounts("bảo hiểm", "y tế")


def test_titles_and_names_weigh_more() -> None:
    found = amounts("chậm", "đóng Sông Trà rất xa")
    assert found[syllable_id("chậm")] > found[syllable_id("đóng")]
    assert found[pair("sông", "trà")] > found[pair("rất", "xa")]


def test_common_and_ignored_terms_are_left_out() -> None:
    one, two = syllable_id("một"), syllable_id("hai")
    common = learn([[one, two, pair("một", "hai")]] * 60)
    read = tokens([("", "một hai")])
    assert weigh(read, common) == [{}]
    rare = learn([[n] for n in range(100)])
    assert weigh(read, rare, ignored=np.array([one, pair("một", "hai")])) == [{two: 16}]
    assert [len(weights) for weights in weigh(tokens([("", " ".join(WORDS))]), rare)] == [MAX_TERMS]


@given(st.lists(st.tuples(st.text(), st.text("aăbB cđ1", max_size=60)), max_size=6))
def test_texts_are_read_as_if_each_were_alone(texts: list[tuple[str, str]]) -> None:
    together, alone = tokens(texts), [tokens([text]) for text in texts]
    assert weigh(together, shipped()) == [weigh(read, shipped())[0] for read in alone]
    assert signatures(*shingles(together)) == [signatures(*shingles(read))[0] for read in alone]


def test_background_learns_shares_and_is_kept() -> None:
    table = learn([[1, 7], [1, 8]] * 50)
    assert table.rarity(1) == 0
    assert table.share(7) == pytest.approx(0.5, rel=1 / STEPS)
    assert table.rarity(99) > table.rarity(7)
    assert dump(table)[:2] == b"PK"
    assert shipped().rarity(syllable_id("và")) < 2 < shipped().rarity(syllable_id("zzzz"))


@given(st.integers(0, 60))
def test_similarity_estimates_the_share_of_common_shingles(changed: int) -> None:
    words = WORDS[:200]
    other = WORDS[200 : 200 + changed] + words[changed:]
    a, b = (set(shingles(tokens([("", " ".join(text))]))[0].tolist()) for text in (words, other))
    assert similarities(mark(words), [mark(other)])[0] == pytest.approx(len(a & b) / len(a | b), abs=0.2)


def test_copy_index_finds_near_copies_until_they_are_removed() -> None:
    index = CopyIndex()
    index.add(1, mark(WORDS[:100]))
    index.add(2, mark(WORDS[100:200]))
    near = mark([*WORDS[:95], *WORDS[300:305]])
    assert 1 in index.find(near)
    assert 2 not in index.find(near)
    index.add(3, mark(WORDS[:100]))
    index.remove(1, mark(WORDS[:100]))
    assert index.find(near) == {3}
    index.remove(3, mark(WORDS[:100]))
    assert index.find(near) == set()
    assert signatures(*shingles(tokens([]))) == []
    assert mark(["một", "hai"]) == b""


def test_a_campaign_of_copies_is_looked_at_in_part() -> None:
    index = CopyIndex()
    same = mark(WORDS[:100])
    for number in range(3 * MOST_OF_A_BAND):
        index.add(number, same)
    assert index.find(same) == set(range(MOST_OF_A_BAND + 1))
    for number in (0, 5):
        index.remove(number, same)
    assert index.find(same) == {*range(MOST_OF_A_BAND + 3)} - {0, 5}


@given(
    st.booleans(),
    st.dictionaries(st.integers(0, 2**32 - 1), st.integers(1, 255), max_size=MAX_TERMS),
    st.floats(0, 1e4).map(rounded),
)
def test_traces_come_back_as_they_were(signed: bool, weights: dict[int, int], norm: float) -> None:
    trace = Trace(mark(WORDS[:30]) if signed else b"", weights, norm)
    back = from_bytes(trace.to_bytes())
    assert back == trace
    assert list(back.weights) == list(weights)


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x02" + bytes(20), b"\x01\xff" + bytes(20), b"\x01\x02" + bytes(9)])
def test_bytes_that_are_no_trace_are_refused(data: bytes) -> None:
    with pytest.raises(TraceError, match="expected"):
        from_bytes(data)


def test_decisions_settle_in_their_order() -> None:
    chain = settle([Merge(kept="b", absorbed="a"), Merge(kept="c", absorbed="b")])
    assert chain.story("x", "a") == chain.story("x", "b") == "c"
    circle = settle([Merge(kept="b", absorbed="a"), Merge(kept="a", absorbed="b")])
    assert circle.story("x", "a") == circle.story("x", "b") == "b"
    back = settle([Merge(kept="b", absorbed="a"), Split(documents=("x",), into="a")])
    assert back.story("x", "b") == back.story("y", "a") == "a"
    gone = settle([Split(documents=("x",), into="n"), Merge(kept="b", absorbed="n")])
    assert gone.story("x", "anything") == "b"


names = st.sampled_from("abcde")
decisions = st.one_of(
    st.builds(Merge, kept=names, absorbed=names),
    st.builds(Split, documents=st.tuples(st.sampled_from("xyz")), into=names),
)


@given(st.lists(decisions, max_size=12))
def test_settled_stories_are_final(overrides: list[Merge | Split]) -> None:
    settled = settle(overrides)
    for story in "abcde":
        assert settled.story("other", settled.story("other", story)) == settled.story("other", story)
    assert not set(settled.absorbed) & set(settled.absorbed.values())


def test_the_shipped_table_is_numbers_only() -> None:
    assert np.frombuffer(shipped().codes, dtype=np.uint8).size == 1 << 18
