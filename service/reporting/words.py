"""Times and states as reports write them."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.domain.times import VIETNAM
from service.insight.periods import duration

STATES = {
    "open": "mới", "acknowledged": "đã tiếp nhận", "assigned": "đã giao xử lý", "in_hand": "đang xử lý",
    "recovering": "theo dõi hồi phục", "closed": "đã kết thúc", "dismissed": "báo nhầm",
}  # fmt: skip


def day(at: datetime) -> str:
    return at.astimezone(VIETNAM).strftime("%d/%m/%Y")


def moment(at: datetime | None) -> str:
    return at.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y") if at else "chưa"


def span(start: datetime, end: datetime | None) -> str:
    return duration(max(end - start, timedelta(0)) if end else None)
