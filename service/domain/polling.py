"""When a feed is polled next: decided from what is remembered of it and what has just come of it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from service.domain.fetching import (
    LONGEST_RETRY_AFTER,
    Failed,
    FailureKind,
    FeedState,
    Fetched,
    FetchOutcome,
    NotModified,
    RefusalKind,
    Refused,
)
from service.domain.times import believed

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
JITTER = 0.1
GROWTH = 1.15  # with the halving this settles where about one poll in six finds something new
QUARTER = timedelta(minutes=15)
AGE_SHARE = 12  # a feed whose newest item is an hour old is looked at every five minutes to begin with

# first wait and longest wait by class of failure: temporary, soft, hard
TEMPORARY = (timedelta(minutes=2), timedelta(hours=1))
SOFT = (timedelta(minutes=15), timedelta(hours=6))
HARD = (timedelta(hours=6), DAY)
FAILURE_WAITS = {
    FailureKind.TIMEOUT: TEMPORARY,
    FailureKind.CONNECTION: TEMPORARY,
    FailureKind.SERVER_ERROR: TEMPORARY,
    FailureKind.OURS: TEMPORARY,
    FailureKind.NAME_NOT_FOUND: SOFT,
    FailureKind.NOT_FOUND: SOFT,
    FailureKind.TOO_LARGE: SOFT,
    FailureKind.TOO_MANY_REDIRECTS: SOFT,
    FailureKind.TLS: SOFT,
    FailureKind.BAD_CONTENT: SOFT,
    FailureKind.NOT_A_FEED: SOFT,
    FailureKind.CLIENT_ERROR: SOFT,
    FailureKind.GONE: HARD,
    FailureKind.FORBIDDEN_ADDRESS: HARD,
}
CONTENT_FAILURES = {FailureKind.BAD_CONTENT, FailureKind.NOT_A_FEED}
REFUSAL_WAITS = {
    RefusalKind.RATE_LIMITED: timedelta(minutes=15),
    RefusalKind.QUOTA: timedelta(minutes=15),
    RefusalKind.CHALLENGE: timedelta(hours=2),
    RefusalKind.FORBIDDEN: timedelta(hours=2),
    RefusalKind.UNAUTHORISED: timedelta(hours=2),
    RefusalKind.ROBOTS: timedelta(hours=6),
}

# no feed is put off for longer: what a host may ask for, spread, and a day of hours that the feed asks to skip
LONGEST_WAIT = LONGEST_RETRY_AFTER * (1 + JITTER) + DAY

PAGE_TRIES = 4
FIRST_PAGE_WAIT = timedelta(minutes=10)
PAGE_NEWS = timedelta(days=7)
FINAL_OF_PAGES = {
    FailureKind.NOT_FOUND, FailureKind.GONE, FailureKind.FORBIDDEN_ADDRESS, FailureKind.TOO_LARGE,
    FailureKind.CLIENT_ERROR,
}  # fmt: skip

FAILURE_WORDS = {
    FailureKind.TIMEOUT: "máy chủ không trả lời kịp",
    FailureKind.CONNECTION: "không kết nối được",
    FailureKind.NAME_NOT_FOUND: "không tìm thấy tên miền",
    FailureKind.SERVER_ERROR: "máy chủ báo lỗi",
    FailureKind.GONE: "địa chỉ đã bị gỡ bỏ",
    FailureKind.NOT_FOUND: "không có địa chỉ này",
    FailureKind.TOO_LARGE: "nội dung quá lớn",
    FailureKind.TOO_MANY_REDIRECTS: "chuyển hướng quá nhiều lần",
    FailureKind.FORBIDDEN_ADDRESS: "địa chỉ nội bộ hoặc cổng lạ, không được phép đọc",
    FailureKind.TLS: "chứng thư bảo mật không hợp lệ",
    FailureKind.BAD_CONTENT: "nội dung hỏng",
    FailureKind.NOT_A_FEED: "không phải nguồn tin",
    FailureKind.CLIENT_ERROR: "yêu cầu không được chấp nhận",
    FailureKind.OURS: "hệ thống chưa đọc xong, không phải do nguồn tin",
    FailureKind.NO_TURN: "chưa đến lượt đọc máy chủ này",
}
REFUSAL_WORDS = {
    RefusalKind.ROBOTS: "robots.txt không cho phép",
    RefusalKind.UNAUTHORISED: "đòi đăng nhập",
    RefusalKind.FORBIDDEN: "cấm truy cập",
    RefusalKind.RATE_LIMITED: "yêu cầu đọc thưa hơn",
    RefusalKind.QUOTA: "đã dùng hết hạn mức của ngày",
    RefusalKind.CHALLENGE: "đòi trình duyệt vượt kiểm tra",
}


def after_poll(
    state: FeedState,
    outcome: FetchOutcome,
    *,
    entries_new: int,
    newest: datetime | None,
    now: datetime,
    floor: timedelta,
    ceiling: timedelta,
    entries: int | None = None,
) -> FeedState:
    """The state of a feed after a poll; it is always polled again, whatever happened.

    Args:
        entries_new: entries never seen before.
        newest: publication time of the newest entry of this poll, None where unknown.
        floor, ceiling: shortest and longest wait between two polls that went well.
        entries: all entries of this poll; the new ones if not given.
    """
    if isinstance(outcome, Failed) and outcome.kind is FailureKind.NO_TURN:
        return replace(state, next_poll_at=now + turn_in(outcome))
    if isinstance(outcome, Failed | Refused) and not outcome.asked:
        return _left_alone(state, outcome, now)
    polled = replace(state, polls=state.polls + 1, last_polled_at=now)
    match outcome:
        case Fetched():
            count = entries_new if entries is None else entries
            after = _after_entries(polled, outcome, count, entries_new, newest, now=now, floor=floor, ceiling=ceiling)
            return _due(after, _at_least(after.interval, outcome.max_age, ceiling), now)
        case NotModified() if state.etag is None and state.last_modified is None:
            answer = Failed(kind=FailureKind.BAD_CONTENT, detail="304 khi chưa có bản nào")
            return _after_failure(polled, answer, now)
        case NotModified():
            after = _after_unchanged(polled, now=now, floor=floor, ceiling=ceiling)
            return _due(after, _at_least(after.interval, outcome.max_age, ceiling), now)
        case Refused():
            return _after_refusal(polled, outcome, now)
        case Failed():
            return _after_failure(polled, outcome, now)


def without_future(state: FeedState, now: datetime) -> FeedState:
    """The state as far as it can be true: a clock that was ahead left times in it that have not come."""
    return replace(
        state,
        last_polled_at=believed(state.last_polled_at, now),
        last_success_at=believed(state.last_success_at, now),
        newest_item_at=believed(state.newest_item_at, now),
    )


def brings_backlog(state: FeedState, now: datetime) -> bool:
    """Whether a poll brings what has gathered: it is the first one, or the feed was not read for clearly longer than it
    usually is. By up to an hour, which is what documents are counted by, a poll may always be late."""
    if state.last_success_at is None:
        return True
    undisturbed = not state.failures and not state.refusals
    usual = max(state.interval, state.next_poll_at - state.last_success_at if undisturbed else state.interval)
    return now - state.last_success_at > max(2 * usual, HOUR)


def turn_in(outcome: Failed | Refused) -> timedelta:
    """How long until the host may be asked, a little more than the fetcher said."""
    return min(outcome.retry_after or timedelta(0), LONGEST_RETRY_AFTER) + SECOND


def page_again(
    outcome: Failed | Refused, *, tries: int, first_seen: datetime, now: datetime
) -> tuple[datetime, bool] | None:
    """When a page that was not read is asked for again, and whether this was a try; None where it is given up: the
    answer is final, it was tried often enough, or its time would come when it is no news any more.

    Args:
        tries: those before this one.
        first_seen: when the document was first seen.
    """
    unasked = not outcome.asked or outcome.kind is FailureKind.NO_TURN
    if unasked:
        until = now + turn_in(outcome)
    elif (isinstance(outcome, Failed) and outcome.kind in FINAL_OF_PAGES) or tries + 1 >= PAGE_TRIES:
        return None
    else:
        wait = (
            _doubled(REFUSAL_WAITS[outcome.kind], tries, DAY)
            if isinstance(outcome, Refused)
            else FIRST_PAGE_WAIT * 4**tries
        )
        until = now + max(wait, outcome.retry_after or timedelta(0))
    return None if until - first_seen > PAGE_NEWS else (until, not unasked)


def outside_skip_hours(state: FeedState, skip_hours: frozenset[int]) -> FeedState:
    """The next poll moved out of the hours of the day (UTC) in which the feed asks not to be polled (`skipHours`)."""
    at = state.next_poll_at
    if len(skip_hours) < 24:
        while at.hour in skip_hours:
            at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return replace(state, next_poll_at=at)


def in_words(outcome: Failed | Refused) -> str:
    """An outcome as a person at the desk reads it."""
    words = (
        f"lỗi: {FAILURE_WORDS[outcome.kind]}"
        if isinstance(outcome, Failed)
        else f"bị từ chối: {REFUSAL_WORDS[outcome.kind]}"
    )
    return f"{words} ({outcome.detail})" if outcome.detail else words


def _after_entries(
    state: FeedState,
    outcome: Fetched,
    entries: int,
    entries_new: int,
    newest: datetime | None,
    *,
    now: datetime,
    floor: timedelta,
    ceiling: timedelta,
) -> FeedState:
    known = [t for t in (state.newest_item_at, newest) if t is not None]
    interval = _rhythm(state, entries_new, newest, now)
    return replace(
        state,
        # an empty answer may be a fault of the moment: the next request is not conditional on it
        etag=outcome.etag if entries else None,
        last_modified=outcome.last_modified if entries else None,
        last_success_at=now,
        outcome=f"đã đọc {entries} tin, {entries_new} tin mới" if entries else "đọc được nhưng không có tin nào",
        failures=0,
        refusals=0,
        empties=0 if entries else state.empties + 1,
        entries_seen=state.entries_seen + entries_new,
        newest_item_at=max(known, default=None),
        interval=_clamp(interval, floor, ceiling),
    )


def _rhythm(state: FeedState, entries_new: int, newest: datetime | None, now: datetime) -> timedelta:
    """Twice as often while news comes, never slower than it comes; slowly less often while none does.

    At the first success everything is new and says nothing of the rhythm, but the age of the newest item does.
    """
    if state.last_success_at is None:
        return state.interval if newest is None or newest > now else (now - newest) / AGE_SHARE
    if entries_new == 0:
        return _quieter(state, now)
    between_items = (now - state.last_success_at) / entries_new
    return min(state.interval / 2, between_items)


def _quieter(state: FeedState, now: datetime) -> timedelta:
    """A little longer each time; beyond a quarter of an hour only in proportion to the silence, so that a feed that
    sleeps at night is not missed in the morning."""
    grown = state.interval * GROWTH
    if state.newest_item_at is None:
        return grown
    return min(grown, max(QUARTER, (now - state.newest_item_at) / AGE_SHARE, state.interval))


def _after_unchanged(state: FeedState, *, now: datetime, floor: timedelta, ceiling: timedelta) -> FeedState:
    """A 304 vouches for the last content that was read, and clears what stood in the way of asking.

    After content that could not be read, or was empty, no validator is kept, so that a 304 never vouches for that.
    """
    return replace(
        state,
        last_success_at=now,
        outcome="không có tin mới",
        failures=0,
        refusals=0,
        interval=_clamp(_quieter(state, now), floor, ceiling),
    )


def _left_alone(state: FeedState, outcome: Failed | Refused, now: datetime) -> FeedState:
    """Nothing was asked, as the host wants to be left alone: told as what it is, without counting as one more time."""
    said = replace(state, outcome=in_words(outcome))
    if isinstance(outcome, Refused):
        said = replace(said, refusals=max(1, state.refusals))
    else:
        said = replace(said, failures=max(1, state.failures))
    return _due(said, turn_in(outcome), now)


def _after_refusal(state: FeedState, outcome: Refused, now: datetime) -> FeedState:
    wait = _doubled(REFUSAL_WAITS[outcome.kind], state.refusals, DAY)
    asked = min(outcome.retry_after or timedelta(0), LONGEST_RETRY_AFTER)
    after = replace(state, refusals=state.refusals + 1, outcome=in_words(outcome))
    return _due(after, max(wait, asked, state.interval), now)


def _after_failure(state: FeedState, outcome: Failed, now: datetime) -> FeedState:
    first, longest = FAILURE_WAITS[outcome.kind]
    wait = _doubled(first, state.failures, longest)
    asked = min(outcome.retry_after or timedelta(0), LONGEST_RETRY_AFTER)
    keep_validators = outcome.kind not in CONTENT_FAILURES
    after = replace(
        state,
        failures=state.failures + 1,
        outcome=in_words(outcome),
        etag=state.etag if keep_validators else None,
        last_modified=state.last_modified if keep_validators else None,
    )
    return _due(after, max(wait, asked, min(state.interval, longest)), now)


def _doubled(first: timedelta, times: int, longest: timedelta) -> timedelta:
    waited: timedelta = first * 2 ** min(times, 20)
    return min(waited, longest)


def _clamp(value: timedelta, floor: timedelta, ceiling: timedelta) -> timedelta:
    return max(floor, min(value, ceiling))


def _at_least(interval: timedelta, asked: timedelta | None, ceiling: timedelta) -> timedelta:
    """How long the publisher says that nothing changes is a lower bound, up to the ceiling."""
    return max(interval, min(asked or timedelta(0), ceiling))


def _due(state: FeedState, wait: timedelta, now: datetime) -> FeedState:
    """Spread the polls: up to a tenth later, the same for the same feed and poll, never earlier than asked."""
    digest = hashlib.sha256(f"{state.feed_id} {state.polls}".encode()).digest()
    share = int.from_bytes(digest[:4], "big") / 2**32
    return replace(state, next_poll_at=now + wait * (1 + JITTER * share))
