"""When a feed is polled next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from service.domain.polling import (
    FAILURE_WAITS,
    FAILURE_WORDS,
    REFUSAL_WAITS,
    REFUSAL_WORDS,
    after_poll,
    brings_backlog,
    outside_skip_hours,
    page_again,
)

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
FLOOR, CEILING, DAY = timedelta(minutes=1), timedelta(hours=6), timedelta(days=1)
MINUTE = timedelta(minutes=1)
NEW = FeedState(feed_id="f", next_poll_at=NOW)
BUSY = replace(
    NEW,
    polls=50,
    etag='"1"',
    last_success_at=NOW - 15 * MINUTE,
    last_polled_at=NOW - 15 * MINUTE,
    newest_item_at=NOW - 20 * MINUTE,
)
OK = Fetched(url="https://example.com/rss", status=200, body=b"", etag='"2"', last_modified="x")


def poll(state: FeedState, outcome: FetchOutcome = OK, **given: Any) -> FeedState:
    options = {"entries_new": 0, "newest": None, "now": NOW, "floor": FLOOR, "ceiling": CEILING} | given
    return after_poll(state, outcome, **options)


def wait(state: FeedState, now: datetime = NOW) -> timedelta:
    return state.next_poll_at - now


def test_a_poll_that_went_well_is_remembered() -> None:
    after = poll(BUSY, entries=25, entries_new=3, newest=NOW - MINUTE)
    assert (after.polls, after.last_polled_at, after.last_success_at) == (51, NOW, NOW)
    assert (after.etag, after.last_modified) == ('"2"', "x")
    assert (after.entries_seen, after.newest_item_at) == (3, NOW - MINUTE)
    assert after.outcome == "đã đọc 25 tin, 3 tin mới"


def test_a_busy_feed_is_polled_more_often_and_a_quiet_one_less() -> None:
    assert poll(BUSY, entries=25, entries_new=5).interval == 3 * MINUTE
    assert poll(BUSY, entries=25, entries_new=1).interval == BUSY.interval / 2
    assert poll(BUSY, entries=25, entries_new=200).interval == FLOOR
    quiet = replace(BUSY, interval=4 * MINUTE)
    assert 4 * MINUTE < poll(quiet, entries=25).interval < 5 * MINUTE


def test_a_quiet_feed_ends_at_the_ceiling() -> None:
    state = BUSY
    for _ in range(60):
        state = poll(state, NotModified(), now=state.next_poll_at)
    assert state.interval == CEILING


def test_a_feed_that_sleeps_at_night_is_not_missed_in_the_morning() -> None:
    state, morning = BUSY, NOW + timedelta(hours=8)
    while state.next_poll_at < morning:
        state = poll(state, NotModified(), now=state.next_poll_at)
    assert state.interval <= timedelta(minutes=45)


@pytest.mark.parametrize("seed", range(5))
def test_news_of_a_busy_feed_is_seen_within_a_minute(seed: int) -> None:
    """Items every two minutes on average for six hours: half are seen within 45 seconds, nineteen in twenty in 90."""
    random = Random(seed)
    published = list(accumulate((timedelta(minutes=random.expovariate(0.5)) for _ in range(180)), initial=NOW))
    state, delays = poll(NEW, entries=30, entries_new=30, newest=NOW), []
    while published[0] < NOW + timedelta(hours=6) and len(published) > 1:
        now = state.next_poll_at
        found = [at for at in published if at <= now]
        published = published[len(found) :]
        delays += [(now - at).total_seconds() for at in found]
        outcome = OK if found else NotModified()
        state = poll(state, outcome, now=now, entries=30, entries_new=len(found), newest=max(found, default=None))
        if not published:
            break
    delays.sort()
    assert delays[len(delays) // 2] < 45
    assert delays[len(delays) * 19 // 20] < 90


def test_the_first_poll_goes_by_the_age_of_the_newest_item() -> None:
    assert poll(NEW, entries=30, entries_new=30, newest=NOW - timedelta(hours=1)).interval == 5 * MINUTE
    assert poll(NEW, entries=30, entries_new=30, newest=NOW - timedelta(days=900)).interval == CEILING
    assert poll(NEW, entries=30, entries_new=30).interval == NEW.interval
    assert poll(NEW, entries=30, entries_new=30, newest=NOW + MINUTE).interval == NEW.interval


def test_a_first_poll_and_one_after_a_gap_bring_what_had_gathered() -> None:
    assert brings_backlog(NEW, NOW)
    read = replace(NEW, last_success_at=NOW, interval=15 * MINUTE, next_poll_at=NOW + 16 * MINUTE)
    assert not brings_backlog(read, NOW + 60 * MINUTE), "counts are by the hour"
    assert brings_backlog(read, NOW + 61 * MINUTE)
    slow = replace(read, next_poll_at=NOW + timedelta(hours=6))
    assert not brings_backlog(slow, NOW + timedelta(hours=7)), "the publisher asked for such waits"
    assert brings_backlog(replace(slow, failures=3), NOW + timedelta(hours=7))


def test_what_the_publisher_asks_for_is_a_lower_bound_up_to_the_ceiling() -> None:
    hour = replace(OK, max_age=timedelta(hours=1))
    assert timedelta(hours=1) <= wait(poll(BUSY, hour, entries=9, entries_new=9)) <= timedelta(hours=1.1)
    assert wait(poll(BUSY, replace(OK, max_age=timedelta(days=90)), entries=9)) <= CEILING * 1.1
    assert wait(poll(BUSY, NotModified(max_age=timedelta(hours=1)))) >= timedelta(hours=1)


def test_skipped_hours_are_waited_out() -> None:
    at_ten_past_three = replace(NEW, next_poll_at=NOW + 10 * MINUTE)
    assert outside_skip_hours(at_ten_past_three, frozenset({3, 4})).next_poll_at == NOW + timedelta(hours=2)
    assert outside_skip_hours(at_ten_past_three, frozenset({5})) == at_ten_past_three
    assert outside_skip_hours(at_ten_past_three, frozenset(range(24))) == at_ten_past_three


def test_an_empty_envelope_is_no_news_but_counted_and_asked_for_again_whole() -> None:
    once = poll(BUSY, entries=0)
    twice = poll(once, entries=0)
    assert (once.empties, twice.empties) == (1, 2)
    assert (once.etag, once.last_modified) == (None, None)
    assert once.outcome == "đọc được nhưng không có tin nào"
    assert poll(twice, entries=3).empties == 0
    assert poll(BUSY, NotModified()).empties == 0


def test_a_304_clears_failures_to_connect_but_vouches_for_no_bad_content() -> None:
    timed_out = poll(BUSY, Failed(kind=FailureKind.TIMEOUT))
    assert poll(timed_out, NotModified()).failures == 0
    assert poll(timed_out, NotModified()).outcome == "không có tin mới"
    html = poll(BUSY, Failed(kind=FailureKind.NOT_A_FEED, detail="text/html"))
    assert (html.etag, html.last_modified) == (None, None)
    unasked = poll(html, NotModified())
    assert unasked.failures == 2
    assert unasked.last_success_at == BUSY.last_success_at


def test_failures_back_off_by_their_class() -> None:
    def waits(kind: FailureKind, times: int) -> list[timedelta]:
        state, found = replace(BUSY, interval=FLOOR), []
        for _ in range(times):
            state = poll(state, Failed(kind=kind))
            found.append(wait(state))
        return found

    temporary, soft, hard = (waits(k, 12) for k in (FailureKind.TIMEOUT, FailureKind.NOT_FOUND, FailureKind.GONE))
    assert temporary[0] <= 3 * MINUTE
    assert timedelta(hours=1) <= temporary[-1] <= timedelta(hours=1.1)
    assert 15 * MINUTE <= soft[0] <= 17 * MINUTE
    assert CEILING <= soft[-1] <= CEILING * 1.1
    assert hard[0] >= CEILING
    assert DAY <= hard[-1] <= DAY * 1.1


def test_refusals_are_backed_off_up_to_a_day_and_obeyed() -> None:
    once = poll(BUSY, Refused(kind=RefusalKind.RATE_LIMITED, detail="HTTP 429", retry_after=timedelta(hours=3)))
    assert wait(once) >= timedelta(hours=3)
    assert (once.refusals, once.failures) == (1, 0)
    assert once.outcome == "bị từ chối: yêu cầu đọc thưa hơn (HTTP 429)"
    state = BUSY
    for _ in range(10):
        state = poll(state, Refused(kind=RefusalKind.FORBIDDEN))
    assert DAY <= wait(state) <= DAY * 1.1
    assert poll(state, entries=1, entries_new=1).refusals == 0


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize(
    "said", [Refused(kind=RefusalKind.RATE_LIMITED), Failed(kind=FailureKind.SERVER_ERROR, detail="HTTP 503")]
)
def test_retry_after_is_kept_up_to_thirty_days(said: Refused | Failed, asked: bool) -> None:
    for days, least in ((3, 3), (30, 30), (400, 30)):
        after = poll(BUSY, replace(said, retry_after=timedelta(days=days), asked=asked))
        assert least * DAY <= wait(after) <= least * DAY * 1.11


def test_words_and_waits_for_every_kind() -> None:
    assert set(FAILURE_WORDS) == set(FailureKind)
    assert set(FAILURE_WAITS) == set(FailureKind) - {FailureKind.NO_TURN}  # nothing was asked
    assert set(REFUSAL_WAITS) == set(REFUSAL_WORDS) == set(RefusalKind)
    failed = poll(BUSY, Failed(kind=FailureKind.TIMEOUT, detail="10 s"))
    assert failed.outcome == "lỗi: máy chủ không trả lời kịp (10 s)"


def test_the_same_poll_gives_the_same_time_and_others_are_spread() -> None:
    assert poll(BUSY) == poll(BUSY)
    assert len({poll(replace(BUSY, feed_id=f"f{n}")).next_poll_at for n in range(50)}) == 50


@pytest.mark.parametrize(
    ("said", "refusals", "failures"),
    [
        (Refused(kind=RefusalKind.RATE_LIMITED, detail="HTTP 429", retry_after=timedelta(hours=3), asked=False), 1, 0),
        (Failed(kind=FailureKind.SERVER_ERROR, detail="HTTP 503", retry_after=timedelta(hours=3), asked=False), 0, 1),
    ],
)  # fmt: skip
def test_a_feed_of_a_host_that_is_left_alone_says_so_and_waits_without_being_counted_again(
    said: Refused | Failed, refusals: int, failures: int
) -> None:
    once = poll(BUSY, said)
    twice = poll(once, said)
    assert "HTTP" in once.outcome
    assert (twice.refusals, twice.failures, twice.polls, twice.etag) == (refusals, failures, BUSY.polls, BUSY.etag)
    assert timedelta(hours=3) <= wait(twice) <= timedelta(hours=3.4)


DURATIONS = st.none() | st.timedeltas(timedelta(0), timedelta(days=400))
OUTCOMES = st.one_of(
    st.builds(lambda age: replace(OK, max_age=age), DURATIONS),
    st.builds(lambda age: NotModified(max_age=age), DURATIONS),
    st.builds(lambda kind, after: Refused(kind=kind, retry_after=after), st.sampled_from(RefusalKind), DURATIONS),
    st.builds(
        lambda kind, after: Failed(kind=kind, retry_after=after), st.sampled_from(list(FAILURE_WAITS)), DURATIONS
    ),
)


@given(st.lists(st.tuples(OUTCOMES, st.integers(0, 500), st.none() | st.integers(-100, 100_000)), max_size=30))
def test_a_feed_is_never_given_up_and_never_hammered(polls: list[tuple[FetchOutcome, int, int | None]]) -> None:
    state, now = NEW, NOW
    for outcome, new, age in polls:
        newest = None if age is None else now - timedelta(minutes=age)
        state = poll(state, outcome, now=now, entries_new=new, entries=new, newest=newest)
        asked = outcome.retry_after if isinstance(outcome, Refused | Failed) else None
        assert FLOOR <= state.next_poll_at - now <= max(DAY, min(asked or DAY, LONGEST_RETRY_AFTER)) * 1.1
        assert FLOOR <= state.interval <= CEILING
        assert state.outcome
        now = state.next_poll_at


@pytest.mark.parametrize("kind", FailureKind)
def test_one_success_ends_every_failure(kind: FailureKind) -> None:
    state = BUSY
    for _ in range(5):
        state = poll(state, Failed(kind=kind))
    assert poll(state, entries=3, entries_new=1).failures == 0


def test_a_host_whose_turn_has_not_come_has_not_failed() -> None:
    after = poll(BUSY, Failed(kind=FailureKind.NO_TURN, retry_after=timedelta(seconds=40)))
    assert after == replace(BUSY, next_poll_at=NOW + timedelta(seconds=41))


# --- pages -----------------------------------------------------------------------------------------------------------

TWO_HOURS = timedelta(hours=2)


@pytest.mark.parametrize(
    ("outcome", "tries", "after", "tried"),
    [
        (Refused(kind=RefusalKind.RATE_LIMITED, retry_after=timedelta(hours=1)), 0, timedelta(hours=1), True),
        (Refused(kind=RefusalKind.RATE_LIMITED), 0, 15 * MINUTE, True),
        (Refused(kind=RefusalKind.FORBIDDEN), 0, TWO_HOURS, True),
        (Refused(kind=RefusalKind.CHALLENGE), 2, 4 * TWO_HOURS, True),
        (Refused(kind=RefusalKind.FORBIDDEN), 3, None, True),
        (Refused(kind=RefusalKind.RATE_LIMITED, retry_after=TWO_HOURS, asked=False), 3, TWO_HOURS, False),
        (Refused(kind=RefusalKind.RATE_LIMITED, retry_after=timedelta(days=30)), 0, None, True),
        (Failed(kind=FailureKind.SERVER_ERROR, retry_after=timedelta(days=3)), 0, timedelta(days=3), True),
        (Failed(kind=FailureKind.TIMEOUT), 1, 40 * MINUTE, True),
        (Failed(kind=FailureKind.TLS), 0, 10 * MINUTE, True),
        (Failed(kind=FailureKind.TIMEOUT), 3, None, True),
        (Failed(kind=FailureKind.NO_TURN, retry_after=MINUTE), 3, MINUTE, False),
        (Failed(kind=FailureKind.NOT_FOUND), 0, None, True),
    ],
)  # fmt: skip
def test_when_a_page_is_asked_for_again(
    outcome: Failed | Refused, tries: int, after: timedelta | None, tried: bool
) -> None:
    again = page_again(outcome, tries=tries, first_seen=NOW, now=NOW)
    if after is None:
        assert again is None
    else:
        assert again is not None
        assert after <= again[0] - NOW <= after + timedelta(seconds=1)
        assert again[1] == tried
