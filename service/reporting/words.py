"""Times and states as reports write them."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.insight.periods import VIETNAM
from service.insight.recovery import Recovery

NO_RISE = "không tăng"
STATES = {
    "open": "mới", "acknowledged": "đã tiếp nhận", "assigned": "đã giao xử lý", "in_hand": "đang xử lý",
    "recovering": "theo dõi hồi phục", "closed": "đã kết thúc", "dismissed": "báo nhầm",
}  # fmt: skip


def day(at: datetime) -> str:
    return at.astimezone(VIETNAM).strftime("%d/%m/%Y")


def moment(at: datetime | None) -> str:
    return at.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y") if at else "chưa"


def duration(length: timedelta | None) -> str:
    """«90 phút», «5 giờ», «3 ngày»; «chưa» where it has not come to that."""
    if length is None:
        return "chưa"
    minutes = max(0, round(length.total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} phút"
    hours = round(minutes / 60)
    return f"{hours} giờ" if hours < 48 else f"{hours // 24} ngày"


def times_back(recovery: Recovery) -> tuple[str, str]:
    """How long until half was gone, and until the usual level."""
    if not recovery.rose:
        return NO_RISE, NO_RISE
    return duration(recovery.half_life), duration(recovery.back_after)


def span(start: datetime, end: datetime | None) -> str:
    return duration(max(end - start, timedelta(0)) if end else None)
