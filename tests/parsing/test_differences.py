"""What changed between two versions of a text."""

from hypothesis import given
from hypothesis import strategies as st

from service.parsing.differences import MOST_CHARACTERS, difference, same_words

WORDS = st.lists(st.sampled_from(["lương", "hưu", "chậm", "trả", "tháng", "năm", "."]), max_size=30)


def test_changed_words_stand_with_a_few_around_them() -> None:
    old = "Một hai ba bốn năm lương hưu tăng 8% từ tháng bảy năm nay và sau đó."
    found = difference(old, old.replace("8%", "15%"))
    assert found.text == "ba bốn năm lương hưu tăng [-8%-]{+15%+} từ tháng bảy năm".removeprefix("ba bốn ")
    assert found.words == 2


def test_spaces_punctuation_and_case_are_no_change() -> None:
    assert difference("Lương hưu, tăng.\nTừ tháng 7", "lương hưu tăng \n\n Từ tháng 7.").words == 0
    assert same_words("Lương hưu: tăng!", "LƯƠNG HƯU – tăng")


def test_only_paragraphs_that_differ_are_shown_and_never_too_much() -> None:
    same = "Câu này không đổi. " * 50
    found = difference(f"{same}\nCũ\n{same}", f"{same}\nMới\n{same}")
    assert found.text == "[-Cũ-]{+Mới+}"
    assert len(difference("a " * 20_000, "b " * 20_000).text) <= MOST_CHARACTERS


@given(WORDS, WORDS)
def test_a_difference_is_there_where_words_differ(old: list[str], new: list[str]) -> None:
    one, other = " ".join(old), " ".join(new)
    found = difference(one, other)
    assert (found.words == 0) == same_words(one, other)
    assert 0 <= found.share <= 1
    assert len(found.text) <= MOST_CHARACTERS


@given(st.text(), st.text())
def test_any_texts_are_survived(old: str, new: str) -> None:
    assert len(difference(old, new).text) <= MOST_CHARACTERS


def test_the_placing_of_tones_is_no_change() -> None:
    assert same_words("Hoà giải thoả đáng về sức khoẻ", "Hòa giải thỏa đáng về sức khỏe")
    assert difference("Uỷ ban ra văn bản", "Ủy ban ra văn bản").words == 0
