"""Pages that come, with status 200, in place of an article."""

from __future__ import annotations

import re
from enum import StrEnum
from urllib.parse import urlsplit

from service.domain.documents import Page
from service.domain.text import nfc, syllables
from service.parsing.differences import share_of
from service.parsing.spam import is_gambling_spam
from service.parsing.urls import identity_key, is_front_page

# an article about such a thing is longer than a notice
LONGEST_NOTICE = 700
GONE = re.compile(
    r"^\W*(?:(?:lỗi|error)\s*)?404\b|404 not found|page not found"
    r"|không tìm thấy (?:trang|bài|nội dung|đường dẫn|thông tin)|không tồn tại|(?:đã bị|đã được) (?:xóa|xoá|gỡ)"
    r"|(?:trang|bài viết|nội dung|đường dẫn)[^.\n]{0,40}(?:không (?:còn|tìm thấy)|đã (?:bị )?(?:xóa|xoá|gỡ))",
    re.IGNORECASE,
)
LOG_IN = re.compile(
    r"/(?:log-?in|sign-?in|sso|oauth2?|authorize|dang-?nhap)(?:[/.]|$)|/account/(?:log|sign)", re.IGNORECASE
)
SCRIPT_SHELL = re.compile(r"(?:bật|kích hoạt|hỗ trợ|enable|requires?|turn on)\s(?:\w+\s)?javascript", re.IGNORECASE)
# what the title or the first lines of a notice say: to log in, to wait, to come back, to prove to be a person
NOTICE = re.compile(
    r"^\W*(?:(?:yêu cầu )?đăng nhập|(?:hệ thống )?(?:đang )?bảo trì)(?: hệ thống)?\W*$"
    r"|(?:vui lòng|mời bạn|bạn cần|bạn phải) đăng nhập(?! để (?:bình luận|gửi))"
    r"|(?:vui lòng|xin|hãy) (?:đợi|chờ|quay lại|thử lại|trở lại|xác (?:minh|nhận|thực) bạn)"
    r"|(?:website|trang(?: web)?|máy chủ)[^.\n]{0,20} đang (?:được )?(?:bảo trì|nâng cấp|tạo|tải)"
    r"|please (?:wait|log ?in|sign in|try again)|(?:log|sign) in to|under maintenance|just a moment"
    r"|checking your browser|access denied|captcha|javascript",
    re.IGNORECASE,
)
LONGEST_SHELL = 300
FIRST_LINES = 400
FEWEST_SYLLABLES = 3  # of a headline that can be compared
ALIKE, SAME_TEXT = 1 / 3, 0.7


class Instead(StrEnum):
    """What stands in the place of an article: a page that says it is gone (or another page altogether), or one that
    says nothing of it (a log-in, a notice of maintenance, a page that only scripts fill)."""

    GONE = "gone"
    NOTHING = "nothing"


def instead_of_article(page: Page, *, url: str, title: str, text: str = "") -> Instead | None:
    """What came in place of the article that was asked for; None if this may be it.

    Args:
        url: the address that was asked.
        title: its headline as far as it is known, "" if not.
        text: its text as it was read before, "" if it never was.
    """
    if (is_front_page(page.url) and not is_front_page(url)) or is_gone_notice(page.title, page.text):
        return Instead.GONE
    to_log_in = LOG_IN.search(urlsplit(page.url).path) and not LOG_IN.search(urlsplit(url).path)
    shell = len(page.text) <= LONGEST_SHELL and SCRIPT_SHELL.search(page.text)
    if to_log_in or shell or not page.text.strip():
        return Instead.NOTHING
    if not page.title or alike(title, page.title) or (text and share_of(text, page.text) >= SAME_TEXT):
        return None
    # the headline in the first lines says more than the page's title; gambling is judged as what it is
    if syllables(title) in syllables(page.text[:FIRST_LINES]) or is_gambling_spam(page.title, page.text):
        return None
    own = identity_key(url)
    if len(page.text) <= LONGEST_NOTICE:
        if share_of(title, page.text) >= SAME_TEXT:
            return None
        # editors give a short article, or one of pictures, another headline than its feed has
        doubtful = says_to_wait(page.title, page.text) or identity_key(page.canonical_url) != own
        return Instead.NOTHING if doubtful else None
    return None if own in (identity_key(page.url), identity_key(page.canonical_url)) else Instead.GONE


def alike(title: str, other: str) -> bool:
    """Whether two headlines may be those of one article: one that says little is like any other."""
    return len(syllables(title).split()) < FEWEST_SYLLABLES or share_of(title, other) >= ALIKE


def says_to_wait(title: str, text: str) -> bool:
    """Whether a short page asks its reader to log in, to wait or to come back."""
    return bool(NOTICE.search(nfc(title)) or NOTICE.search(nfc(text[:300])))


def is_gone_notice(title: str, text: str) -> bool:
    """Whether a page is a notice in the place of an article: short, and its title or first lines say so."""
    if len(text) > LONGEST_NOTICE:
        return False
    return bool(GONE.search(nfc(title)) or GONE.search(nfc(text[:300])))
