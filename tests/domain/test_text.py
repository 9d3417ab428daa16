"""Forms of a text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.text import fold, spellings, tones_placed


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("hoà", "hòa"),
        ("Hoá đơn", "Hóa đơn"),
        ("SỨC KHOẺ", "SỨC KHỎE"),
        ("uỷ ban", "ủy ban"),
        ("luỹ", "lũy"),
        ("xoè", "xòe"),
    ],
)
def test_both_customs_of_placing_a_tone_are_one(new: str, old: str) -> None:
    assert tones_placed(new) == tones_placed(old) == old
    assert tones_placed(unicodedata.normalize("NFD", new)) == old
    assert spellings(new) == spellings(old) == {new, old}


@pytest.mark.parametrize("word", ["quý", "Quỹ", "hoàn", "khoản", "thuế", "quà", "toàn", "huyện", "của", "mùa", "hoa"])
def test_what_has_one_custom_stays(word: str) -> None:
    assert tones_placed(word) == word
    assert spellings(word) == {word}


@given(st.text(alphabet=st.sampled_from("oaeuyhkQqàòáóạọẻỏùỳýúnt \u0301\u0300"), max_size=12))
def test_placing_twice_changes_nothing_and_no_letter_is_lost(text: str) -> None:
    once = tones_placed(text)
    assert tones_placed(once) == once
    assert fold(once) == fold(text)
