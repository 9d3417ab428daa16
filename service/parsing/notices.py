"""Pages that say, with status 200, that the article is not there."""

from __future__ import annotations

import re

from service.domain.text import nfc

# an article about such a thing is longer than a notice
LONGEST_NOTICE = 700
GONE = re.compile(
    r"^\W*(?:(?:lỗi|error)\s*)?404\b|404 not found|page not found"
    r"|không tìm thấy (?:trang|bài|nội dung|đường dẫn|thông tin)|không tồn tại|(?:đã bị|đã được) (?:xóa|xoá|gỡ)"
    r"|(?:trang|bài viết|nội dung|đường dẫn)[^.\n]{0,40}(?:không (?:còn|tìm thấy)|đã (?:bị )?(?:xóa|xoá|gỡ))",
    re.IGNORECASE,
)


def is_gone_notice(title: str, text: str) -> bool:
    """Whether a page is a notice in the place of an article: short, and its title or first lines say so."""
    if len(text) > LONGEST_NOTICE:
        return False
    return bool(GONE.search(nfc(title)) or GONE.search(nfc(text[:300])))
