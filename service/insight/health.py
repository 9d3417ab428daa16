"""The health of a feed in words that a person can read."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.fetching import FeedState

STALE_AFTER = timedelta(days=7)
UNREAD_AFTER = timedelta(hours=2)
LATE = timedelta(minutes=30)  # behind its own time; in a full round polls are late by minutes
MANY_EMPTIES = 12
MANY_FAILURES = 3


class FeedHealth(StrEnum):
    """How a feed is doing."""

    NEW = "new"
    HEALTHY = "healthy"
    FAILING = "failing"
    REFUSED = "refused"
    EMPTY = "empty"
    UNREAD = "unread"
    STALE = "stale"
    SILENT = "silent"
    WRONG_SECTION = "wrong_section"


HEALTH_LABELS: dict[FeedHealth, str] = {
    FeedHealth.NEW: "Chưa đọc lần nào",
    FeedHealth.HEALTHY: "Bình thường",
    FeedHealth.FAILING: "Đang lỗi",
    FeedHealth.REFUSED: "Bị từ chối",
    FeedHealth.EMPTY: "Không có tin",
    FeedHealth.UNREAD: "Chưa được đọc lại",
    FeedHealth.STALE: "Chỉ có tin cũ",
    FeedHealth.SILENT: "Im lặng bất thường",
    FeedHealth.WRONG_SECTION: "Sai chuyên mục",
}


def is_empty(state: FeedState) -> bool:
    """It answers, and brings nothing."""
    return state.empties >= MANY_EMPTIES or (state.empties > 0 and not state.entries_seen)


def is_unread(state: FeedState, now: datetime) -> bool:
    """Its time has come and gone, and nobody has read it: what is known of it is of before."""
    if state.last_polled_at is None:
        return False
    waited = now - state.last_polled_at
    return waited > max(3 * state.interval, UNREAD_AFTER) and now - state.next_poll_at > LATE


def is_stale(state: FeedState, now: datetime) -> bool:
    """It answers, and brings only old items."""
    return state.newest_item_at is not None and now - state.newest_item_at > STALE_AFTER


def feed_health(state: FeedState | None, now: datetime, *, warning: str = "") -> FeedHealth:
    """What a desk has to know of a feed: one that answers but brings nothing, or only old items, is not healthy, nor is
    one that nobody reads any more.

    Args:
        warning: of its last check against its own past (service.domain.coverage.FeedWarning).
    """
    if state is None or state.polls == 0:
        return FeedHealth.NEW
    if state.refusals:
        return FeedHealth.REFUSED
    if state.failures >= MANY_FAILURES or (state.failures and state.last_success_at is None):
        return FeedHealth.FAILING
    if is_unread(state, now):
        return FeedHealth.UNREAD
    if is_empty(state):
        return FeedHealth.EMPTY
    if is_stale(state, now):
        return FeedHealth.STALE
    if warning in (FeedHealth.SILENT, FeedHealth.WRONG_SECTION):
        return FeedHealth(warning)
    return FeedHealth.HEALTHY
