"""Notices that an article is not there, told from articles about such things."""

import pytest

from service.parsing.notices import is_gone_notice

ARTICLE = "Hơn 2.000 người hưởng lương hưu tại địa phương đã nhận tiền qua tài khoản trong tuần qua. " * 12


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("404 - Báo Mẫu", "Xin lỗi quý độc giả."),
        ("Báo Mẫu", "Không tìm thấy trang bạn yêu cầu. Về trang chủ."),
        ("Thông báo", "Bài viết này không tồn tại hoặc đã bị xóa."),
        ("Page not found", "x"),
        ("Báo Mẫu", "Nội dung bạn tìm hiện không còn trên hệ thống."),
    ],
)
def test_notices(title: str, text: str) -> None:
    assert is_gone_notice(title, text)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Lương hưu tăng từ tháng 7", "Từ ngày 1/7, lương hưu tăng 8%."),
        ("Vì sao 404 hồ sơ hưởng chế độ chậm", "Cơ quan BHXH giải thích."),
        ("Không tìm thấy trang sổ BHXH, làm lại thế nào", ARTICLE),
        ("Bài viết sai sự thật đã bị gỡ", ARTICLE),
    ],
)
def test_articles(title: str, text: str) -> None:
    assert not is_gone_notice(title, text)
