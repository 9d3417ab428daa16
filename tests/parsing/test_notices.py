"""Notices that an article is not there, told from articles about such things."""

import pytest

from service.domain.documents import Page
from service.parsing.notices import Instead, instead_of_article, is_gone_notice

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


TITLE, URL = "Bảo hiểm xã hội chậm trả lương hưu, người dân bức xúc", "https://bao.example.com/tin/luong-huu-1.html"
FORM = "Vui lòng đăng nhập để tiếp tục đọc báo. Nhập số điện thoại hoặc thư điện tử của bạn."
WAIT = "Website đang được nâng cấp, vui lòng quay lại sau ít phút. Xin cảm ơn quý độc giả."
SHELL = "Bạn cần bật JavaScript để chạy ứng dụng này."
SECTION = "Giá vàng hôm nay tăng mạnh trên thị trường thế giới. " * 20


def came(title: str, text: str, at: str = "/tin/luong-huu-1.html", *, canonical: str = "", before: str = ""):
    url = f"https://bao.example.com{at}"
    page = Page(url=url, canonical_url=canonical or url, title=title, text=text)
    return instead_of_article(page, url=URL, title=TITLE, text=before)


def test_pages_that_say_nothing_of_the_article() -> None:
    assert came("Đăng nhập - Báo Mẫu", FORM, "/dang-nhap") is Instead.NOTHING
    assert came(TITLE, ARTICLE, "/login") is Instead.NOTHING
    assert came("Đăng nhập", FORM) is Instead.NOTHING
    assert came("Bảo trì hệ thống", WAIT) is Instead.NOTHING
    assert came("Bảo trì hệ thống", WAIT, "/bao-tri.html") is Instead.NOTHING
    assert came(TITLE, SHELL) is Instead.NOTHING
    assert came("Please wait", "Trang đang được tạo, vui lòng đợi.") is Instead.NOTHING


SHORT = "Từ tháng 1/2027 hơn ba triệu người nghỉ hưu được nhận mức hưởng mới theo nghị định vừa được ký. "


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Hơn ba triệu người sắp có tin vui", SHORT * 2),
        ("[Ảnh] Ngày chi trả đầu tiên tại Huế", "Hàng trăm cụ già xếp hàng từ sáng sớm. " * 3),
        (
            "Bộ phận một cửa quá tải",
            "Người dân phải chờ ba giờ, có người phải quay lại hôm sau. Đăng nhập VssID cũng lỗi.",
        ),
        ("Đăng nhập VssID cách nào khi quên mật khẩu", "Người dùng làm theo ba bước để lấy lại mật khẩu. " * 3),
    ],
)
def test_a_short_article_has_another_headline_than_its_feed(title: str, text: str) -> None:
    assert came(title, text) is None
    # only where the page says that it is this article
    assert came(title, text, "/khac.html") is Instead.NOTHING
    assert came(title, text, canonical="https://bao.example.com/khac.html") is Instead.NOTHING
    assert came(title, f"Website đang được bảo trì. {text}") is Instead.NOTHING


def test_another_page_in_place_of_the_article() -> None:
    assert came("Thời sự", SECTION, "/thoi-su.htm") is Instead.GONE
    assert came(TITLE, ARTICLE, "/") is Instead.GONE


def test_what_may_be_the_article() -> None:
    assert came(TITLE, "Ngắn.", "/moi/luong-huu.html") is None
    assert came("Người dân bức xúc vì lương hưu chậm", ARTICLE, "/moi/luong-huu.html") is None
    assert came("Báo Mẫu", ARTICLE) is None
    assert came("Báo Mẫu", f"{TITLE} Ngắn.") is None
    assert came("Báo Mẫu", f"Xã hội\n{TITLE}\n{ARTICLE}", "/moi/1.html") is None
    assert came("Tin mới", ARTICLE, "/moi/1.html", canonical=URL) is None
    assert came("Đính chính", ARTICLE, "/moi/1.html", before=ARTICLE) is None
    assert came("Báo Mẫu", "Người dân bức xúc vì bảo hiểm xã hội trả lương hưu chậm.") is None
    assert came("", "Ngắn.") is None
    assert came("Nhà cái uy tín", "Nhà cái uy tín. Nổ hũ, tài xỉu, soi cầu xsmb. Đăng ký ngay.") is None
