"""Gambling pages stuffed with what people search for («mức đóng bhxh 2024», «cách tính lương hưu mới nhất»).

They fill the top of searches and, by their words, are about social insurance; they are told by what they sell. A report
about gambling names it too, but also who warns, arrests or judges; so does a citizen who tells of a loss, in a word or
two.
"""

from __future__ import annotations

import re

from service.domain.text import NOT_WORD, fold

MANY = 3  # different names of games, so that none on its own decides
GAMES = (
    "nhà cái", "soi cầu", "lô đề", "nổ hũ", "tài xỉu", "cá cược", "cá độ", "xổ số", "xsmb", "xsmn", "xsmt", "casino",
    "bắn cá", "đổi thưởng", "game bài", "đánh bài", "đá gà", "quay hũ", "kèo bóng đá", "kèo nhà cái", "tỷ lệ kèo",
    "tỉ lệ kèo", "baccarat", "slot game", "nạp rút", "giftcode", "rồng hổ", "xóc đĩa", "jackpot", "dàn đề", "lô tô",
    "kuwin", "98win",
)  # fmt: skip
# who sells: a call to come and play, or the brand of such a site
OFFERS = (
    "uy tín", "đăng ký", "đăng nhập", "truy cập", "link vào", "tải app", "khuyến mãi", "tặng", "nạp", "trực tuyến",
    "trực tiếp", "hôm nay", "chốt số", "thành viên mới", "trang chủ", "giftcode",
)  # fmt: skip
BRAND = re.compile(r"(?<!\w)(?:[a-z]{2,9}\d{2,3}|\d{2,3}[a-z]{0,2}(?:win|bet|club)|[a-z]{2,8}(?:win|bet|club))(?!\w)")
REPORTS = (
    "công an", "cảnh báo", "khuyến cáo", "bắt giữ", "bị bắt", "khởi tố", "triệt phá", "xét xử", "tòa án", "cờ bạc",
    "viện kiểm sát", "đánh bạc", "giả danh", "mất trắng", "nợ nần", "lừa đảo", "sa lầy", "vỡ nợ",
)  # fmt: skip


def is_gambling_spam(title: str, text: str) -> bool:
    """Whether a text sells gambling: several games, an offer, and nobody who reports, warns or complains.

    Words count as whole syllables with their diacritics; in a text that has none, without.
    """
    words = " ".join(NOT_WORD.sub(" ", f"{title} {text}".lower()).split())
    bare = words.isascii()

    def named(phrases: tuple[str, ...]) -> int:
        return sum(f" {fold(p) if bare else p} " in f" {words} " for p in phrases)

    return named(GAMES) >= MANY and not named(REPORTS) and bool(named(OFFERS) or BRAND.search(words))
