"""The beginning of a text by whole sentences."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.parsing.excerpts import excerpt


def test_whole_sentences_up_to_the_limit() -> None:
    text = "Câu thứ nhất ở TP. Hồ Chí Minh. Câu thứ hai! Câu thứ ba thì dài hơn nhiều."
    assert excerpt(text, 50) == "Câu thứ nhất ở TP. Hồ Chí Minh. Câu thứ hai!"
    assert excerpt(text, 40) == "Câu thứ nhất ở TP. Hồ Chí Minh."
    assert excerpt(text) == text


def test_a_long_first_sentence_is_cut_between_words() -> None:
    assert excerpt("một hai ba bốn năm sáu", 12) == "một hai ba…"
    assert excerpt("x" * 1000, 100) == "x" * 99 + "…"


def test_numbers_do_not_end_a_sentence() -> None:
    assert excerpt("Mức 2.340.000 đồng. Từ 1.7.2026 là mức mới.", 25) == "Mức 2.340.000 đồng."


@given(st.text(alphabet="abế. !\n“A5…", max_size=300), st.integers(10, 120))
def test_never_longer_than_the_limit_and_always_a_beginning(text: str, limit: int) -> None:
    found = excerpt(text, limit)
    assert len(found) <= limit
    assert " ".join(text.split()).startswith(found.removesuffix("…"))
