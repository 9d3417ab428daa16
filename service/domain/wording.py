"""Numbers, times and states of alerts as Vietnamese readers write them, for pages, messages, files and reports."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from service.domain.times import VIETNAM

NOTHING = 0.05  # reads «0» with one decimal place
RARELY, EVEN_STEP = 0.02, 0.05
NONE_YET = "chưa có"
TOO_FEW = "không đủ dữ liệu"  # in place of a figure
UNTOLD = "không báo cho ai"  # in place of a time to react
MOST_PLACES = 6  # behind the comma
# states of an alert, as they stand within a sentence
ALERT_STATES = {
    "open": "mới, chưa tiếp nhận", "acknowledged": "đã tiếp nhận", "assigned": "đã giao xử lý", "in_hand": "đang xử lý",
    "recovering": "theo dõi hồi phục", "closed": "đã kết thúc", "dismissed": "bỏ qua (báo nhầm)",
}  # fmt: skip
# states together
ALERT_GROUPS = {"live": "đang mở", "ended": "đã kết thúc hoặc bỏ qua"}
# what has happened to an alert, by kind of its timeline
ALERT_MOVES = {
    "raised": "đã nâng mức", "relapsed": "đã tăng trở lại", "closed": "đã kết thúc", "dismissed": "bỏ qua (báo nhầm)",
    "merged": "đã gộp vào cảnh báo khác", "reopened": "đã mở lại",
}  # fmt: skip
# phases of a story
PHASES = {
    "emerging": "mới xuất hiện", "growing": "đang lan rộng", "peak": "ở đỉnh", "fading": "đang lắng",
    "dormant": "đã lắng", "revived": "trở lại",
}  # fmt: skip
# control characters, line and paragraph separators, characters that turn the direction of writing, what is none (XML)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]+")
_SWAPPED = str.maketrans(",.", ".,")


def one_line(text: str) -> str:
    """A text from outside on one line, without characters that a mail program or reader could be led astray by."""
    return " ".join(_INVISIBLE.sub(" ", text).split())


def number(value: float, places: int = 1) -> str:
    """«1.234», «0,5»: points between thousands, a decimal comma, no more than `places` behind it."""
    # halves go up, as people and spreadsheets round; what floats add behind the ninth place is no half missed
    rounded = float(Decimal(str(round(value, 9))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
    text = f"{int(rounded):,}" if rounded == int(rounded) else f"{rounded:,.{places}f}"
    return text.translate(_SWAPPED)


def apart(value: float, threshold: float, write: Callable[[float, int], str] = number, *, places: int = 1) -> str:
    """A figure beside a threshold that it misses or passes, with more decimal places where both would read the same."""
    while value != threshold and places < MOST_PLACES and write(value, places) == write(threshold, places):
        places += 1
    return write(value, places)


def usual(value: float) -> str:
    """What is usual, in words where a number would read «0»."""
    return f"khoảng {number(value)}" if value >= NOTHING else "gần như không có"


def percent(share: float | None, places: int = 0) -> str:
    """A share of 0 to 1 in per cent; «không đủ dữ liệu» where there is none."""
    return TOO_FEW if share is None else f"{number(100 * share, places)}%"


def chance(probability: float) -> str:
    """A probability no finer than it is known: «khoảng 15%», «dưới 2%»."""
    if probability < RARELY:
        return f"dưới {percent(RARELY)}"
    if probability > 1 - EVEN_STEP:
        return f"trên {percent(1 - EVEN_STEP)}"
    step = 0.01 if probability < 2 * EVEN_STEP else EVEN_STEP
    return f"khoảng {percent(step * round(probability / step))}"


def local_time(at: datetime | None) -> str:
    """Hour and date in Việt Nam; «chưa có» where there is none."""
    return at.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y") if at else NONE_YET


def hour_of(at: datetime) -> str:
    """The hour in Việt Nam that begins at a time: «08:00-09:00 ngày 12/05/2026»."""
    start = at.astimezone(VIETNAM)
    return f"{start:%H}:00-{start.hour + 1:02}:00 ngày {start:%d/%m/%Y}"


def day(at: date | datetime) -> str:
    """The date, of a moment the one in Việt Nam: «01/07/2025»."""
    return (at.astimezone(VIETNAM) if isinstance(at, datetime) else at).strftime("%d/%m/%Y")


def duration(length: timedelta | None) -> str:
    """«45 phút», «13 giờ 28 phút», «2 ngày 16 giờ»; «chưa có» where it has not come to that."""
    if length is None:
        return NONE_YET
    hours, minutes = divmod(max(0, round(length.total_seconds() / 60)), 60)
    if hours >= 48:
        days, hours = divmod(hours + (minutes >= 30), 24)
        return f"{days} ngày" + f" {hours} giờ" * (hours > 0)
    return " ".join([f"{hours} giờ"] * (hours > 0) + [f"{minutes} phút"] * (minutes > 0 or not hours))


def minutes(value: float | None) -> str:
    """A number of minutes in words; «chưa có» where there is none."""
    return NONE_YET if value is None else duration(timedelta(minutes=value))


def span(seconds: float | None) -> str:
    """A short time: «90 giây», «12 phút»; «chưa có» where there is none."""
    if seconds is None:
        return NONE_YET
    return f"{seconds:.0f} giây" if seconds < 120 else f"{seconds / 60:.0f} phút"


def lasting(time: timedelta) -> str:
    """About how long something took: «khoảng 20 phút», «1,5 giờ»."""
    minutes = time / timedelta(minutes=1)
    return f"{number(minutes / 60)} giờ" if minutes >= 57 else f"khoảng {max(5, 5 * round(minutes / 5))} phút"


def ago(at: datetime | None, now: datetime) -> str:
    """How long ago: «vừa xong», «12 phút trước», «3 ngày trước»."""
    if at is None:
        return NONE_YET
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return "vừa xong"
    if minutes < 60:
        return f"{minutes} phút trước"
    return f"{minutes // 60} giờ trước" if minutes < 48 * 60 else f"{minutes // 1440} ngày trước"
