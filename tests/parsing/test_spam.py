"""Pages that sell gambling under the words of social insurance, and texts that only name gambling."""

from __future__ import annotations

import pytest

from service.domain.text import fold
from service.parsing.spam import is_gambling_spam

SPAM = [
    ("Kuwin - mức đóng BHXH mới nhất", "Nhà cái uy tín số 1. Tỷ lệ đóng bhxh, cách tính lương hưu. Nổ hũ, tài xỉu."),
    ("Cách tính lương hưu mới nhất", "98win đăng nhập, khuyến mãi nạp lần đầu, soi cầu xsmb, casino, cá cược."),
    ("Mức đóng BHXH - xsmb hôm nay", "kết quả xổ số, soi cầu, lô đề, chốt số, mức đóng bhxh tự nguyện"),
    ("Mức đóng BHXH", "Trang chủ abc789: game bài đổi thưởng, quay hũ. BHXH bắt buộc, BHYT hộ gia đình."),
]
NO_SPAM = [
    ("Cảnh báo trang cờ bạc giả danh tra cứu BHXH", "Công an: nhiều nhà cái, trang cá cược, soi cầu chèn từ khóa."),
    ("Rút BHXH một lần rồi mất trắng", "Anh mang tiền đi cá cược, lô đề, tài xỉu trực tuyến, nay nợ nần chồng chất."),
    ("", "Rút bhxh về lại nướng vào lô đề với xổ số chứ gì"),
    ("Người bán vé số được hỗ trợ đóng BHXH tự nguyện", "Công ty xổ số hỗ trợ người bán lẻ, đăng ký đến hết tháng."),
    ("Chế độ thai sản", "Chị em đừng lo đẻ xong mới làm hồ sơ, ca đó vẫn được hưởng; đăng ký trực tuyến hôm nay."),
    ("", ""),
]


@pytest.mark.parametrize(("title", "text"), SPAM)
def test_spam_is_told_by_what_it_sells(title: str, text: str) -> None:
    assert is_gambling_spam(title, text)
    assert is_gambling_spam(fold(title), fold(text))
    assert is_gambling_spam(title.upper(), text.upper())


@pytest.mark.parametrize(("title", "text"), NO_SPAM)
def test_who_only_names_gambling_is_not_silenced(title: str, text: str) -> None:
    assert not is_gambling_spam(title, text)


def test_parts_of_words_do_not_count() -> None:
    assert not is_gambling_spam("Casinos", "slot games, xsmbx, jackpots: đăng ký")
