"""Feeds against their own past; coverage as a series that the counts take over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.coverage import HOUR, FeedPast, FeedWarning, PollFigures, hour_of, slot_of
from service.domain.documents import Entry
from service.domain.fetching import Failed, FailureKind, FeedState, Fetched
from service.insight.coverage import check_feed, coverage_of, wrong_sections
from service.insight.health import MANY_EMPTIES, MANY_FAILURES, FeedHealth, feed_health
from service.insight.rhythm import Rhythm, missed
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.collect import Collector, collect, newer, seed
from service.usecases.health import measure
from service.usecases.ingest import ingest
from service.usecases.place import StoryDesk
from tests.builders import NOW, FakeFetcher, FakeReader, RuleClassifier, hours_ago, make_entry, make_feed, make_source

WEEK = timedelta(days=7)
FEED = make_feed()
STATE = FeedState(
    feed_id=FEED.id, next_poll_at=NOW, last_success_at=NOW, polls=9, entries_seen=99, newest_item_at=hours_ago(1)
)


def past(rate: int = 2, *, last: datetime | None = None, **more) -> FeedPast:
    """Four weeks with as many entries in every hour."""
    return FeedPast(
        feed_id=more.pop("feed_id", FEED.id), slots=dict.fromkeys(range(168), (4, 4 * rate)),
        last_entry_hour=last or hour_of(NOW), **more,
    )  # fmt: skip


def test_an_hour_of_the_week_has_its_own_expectation() -> None:
    busy = slot_of(NOW)
    found = FeedPast(feed_id="x", slots={s: (4, 40 if s == busy else 0) for s in range(168)})
    rhythm = Rhythm.of(found)
    assert rhythm.at(NOW) > 7
    assert rhythm.at(NOW + timedelta(days=1)) < 2
    assert rhythm.at(NOW + HOUR) == 0


@given(st.integers(0, 20), st.integers(1, 300))
def test_what_is_missed_grows_with_rate_and_time(rate: int, hours: int) -> None:
    quiet = past(rate, last=hour_of(NOW - hours * HOUR))
    assert missed(quiet, Rhythm.of(quiet), NOW) == pytest.approx(rate * (hours - 1))


@given(st.dictionaries(st.integers(0, 167), st.tuples(st.integers(1, 4), st.integers(0, 9))), st.integers(0, 335))
def test_what_is_usual_between_two_hours_is_the_sum_of_the_hours(slots: dict[int, tuple[int, int]], hours: int) -> None:
    rhythm, end = Rhythm.of(FeedPast(feed_id="x", slots=slots)), hour_of(NOW)
    summed = sum(rhythm.at(end - n * HOUR) for n in range(1, hours + 1))
    assert rhythm.between(end - (hours + 1) * HOUR, end) == pytest.approx(summed)


def check(**more) -> str:
    state = replace(STATE, **more.pop("state", {}))
    feed = replace(FEED, **more.pop("feed", {}))
    found = check_feed(feed, more.pop("past", past()), state, wrong_section=more.pop("wrong", ""), now=NOW)
    assert bool(found.warning) == bool(found.detail)
    return found.warning


def test_warnings() -> None:
    assert check() == ""
    assert check(past=past(last=hours_ago(5))) == FeedWarning.SILENT
    assert check(past=past(0, last=hours_ago(200))) == ""
    assert check(state={"empties": 12}) == FeedWarning.EMPTY
    assert check(state={"newest_item_at": NOW - timedelta(days=400)}) == FeedWarning.OLD_ITEMS
    assert check(wrong="liên kết dẫn đi nơi khác") == FeedWarning.WRONG_SECTION
    assert check(feed={"topics": ("pension",)}, past=past(judged=25)) == FeedWarning.WRONG_SECTION
    assert check(feed={"topics": ("pension",)}, past=past(judged=25, relevant=1)) == ""
    # what fails or refuses says so itself
    assert check(past=past(last=hours_ago(50)), state={"failures": 2}) == ""


@pytest.mark.parametrize(
    ("state", "health"),
    [
        ({"newest_item_at": NOW - WEEK}, FeedHealth.HEALTHY),
        ({"newest_item_at": NOW - WEEK - HOUR}, FeedHealth.STALE),
        ({"empties": MANY_EMPTIES - 1}, FeedHealth.HEALTHY),
        ({"empties": MANY_EMPTIES}, FeedHealth.EMPTY),
        ({"empties": 1, "entries_seen": 0}, FeedHealth.EMPTY),
        ({"failures": MANY_FAILURES - 1}, FeedHealth.HEALTHY),
        ({"failures": MANY_FAILURES}, FeedHealth.FAILING),
        ({"last_polled_at": hours_ago(2), "next_poll_at": hours_ago(1)}, FeedHealth.HEALTHY),
    ],
)
def test_health_at_its_limits_is_that_of_the_check(state: dict[str, Any], health: FeedHealth) -> None:
    assert feed_health(replace(STATE, **state), NOW) is health
    warned = {FeedHealth.EMPTY: FeedWarning.EMPTY, FeedHealth.STALE: FeedWarning.OLD_ITEMS}
    assert check(state=state) == warned.get(health, "")


@pytest.mark.parametrize(
    ("hours", "interval", "late", "health"),
    [
        (72, 0.25, 71.7, FeedHealth.UNREAD),
        (2.1, 0.25, 1.8, FeedHealth.UNREAD),
        (1.9, 0.25, 1.6, FeedHealth.HEALTHY),  # a round may take long
        (10, 4, 6, FeedHealth.HEALTHY),  # it is read seldom
        (13, 4, 9, FeedHealth.UNREAD),
        (5, 0.25, 0.2, FeedHealth.HEALTHY),  # its publisher asked for more time
    ],
)
def test_a_feed_that_nobody_reads_any_more_is_not_healthy(
    hours: float, interval: float, late: float, health: FeedHealth
) -> None:
    state = replace(
        STATE, last_polled_at=hours_ago(hours), last_success_at=hours_ago(hours), interval=interval * HOUR,
        next_poll_at=hours_ago(late), newest_item_at=hours_ago(hours),
    )  # fmt: skip
    assert feed_health(state, NOW) is health
    # what refuses or fails is asked seldom, and says so
    assert feed_health(replace(state, refusals=1), NOW) is FeedHealth.REFUSED


def test_a_feed_of_another_section_is_recognised() -> None:
    world = make_feed("the-gioi", section="Thế giới")
    law = make_feed("phap-luat", section="Pháp luật")
    named = {"the-gioi": ("Báo Thử - Pháp luật", "", 0.0), "phap-luat": ("Báo Thử - Pháp luật", "", 0.0)}
    assert list(wrong_sections([world, law], named)) == ["the-gioi"]
    linked = {"the-gioi": ("RSS", "phap-luat", 0.9), "phap-luat": ("RSS", "phap-luat", 0.9)}
    assert list(wrong_sections([world, law], linked)) == ["the-gioi"]
    assert wrong_sections([world, law], {"the-gioi": ("Tin thế giới", "the-gioi", 1.0)}) == {}


@pytest.mark.parametrize(("share", "told"), [(0.79, []), (0.8, ["the-gioi"])])
def test_four_fifths_of_the_links_tell_the_section(share: float, told: list[str]) -> None:
    feeds = [make_feed("the-gioi", section="Thế giới"), make_feed("phap-luat", section="Pháp luật")]
    assert list(wrong_sections(feeds, {"the-gioi": ("RSS", "phap-luat", share)})) == told


@pytest.mark.parametrize(("section", "told"), [("Y tế", []), ("Tết 2", ["the-gioi"])])
def test_a_name_of_five_characters_tells_a_section_and_a_shorter_one_does_not(section: str, told: list[str]) -> None:
    feeds = [make_feed("the-gioi", section="Thế giới"), make_feed("khac", section=section)]
    assert list(wrong_sections(feeds, {"the-gioi": (f"Báo Thử - {section}", "", 0.0)})) == told


@pytest.mark.parametrize(("empties", "detail"), [(1, "không có tin nào"), (2, "không có tin nào, 2 lần liền")])
def test_how_often_nothing_came_is_said_from_the_second_time(empties: int, detail: str) -> None:
    state = replace(STATE, empties=empties, entries_seen=0)
    assert check_feed(FEED, past(), state, wrong_section="", now=NOW).detail.endswith(detail)


def test_coverage_is_the_share_of_sources_that_report() -> None:
    feeds = [make_feed(f"f{n}", source=make_source(f"Báo {n}")) for n in range(4)]
    states = {f.id: replace(STATE, feed_id=f.id) for f in feeds}
    states["f1"] = replace(states["f1"], last_success_at=hours_ago(9), interval=timedelta(minutes=5))
    pasts = {f.id: past(feed_id=f.id) for f in feeds[:3]}
    pasts["f2"] = past(feed_id="f2", last=hour_of(hours_ago(6)))
    hour = hour_of(NOW)
    found = coverage_of(feeds, states, pasts, [hour - 12 * HOUR, hour], now=NOW)
    # f1 was last read nine hours ago, f2 fell silent since, f3 never brought anything
    assert [(c.reporting, c.expected) for c in found] == [(3, 3), (1, 3)]


def test_an_outage_that_is_over_is_made_up_for() -> None:
    found = coverage_of([FEED], {FEED.id: STATE}, {FEED.id: past()}, [hour_of(hours_ago(5))], now=NOW)
    assert found[0].value == 1.0


def test_entries_count_for_a_feed_although_another_feed_brought_them_first() -> None:
    entries = [make_entry(1, at=hours_ago(3)), make_entry(2, at=hours_ago(1)), make_entry(3, at=None)]
    assert [e.id for e in newer(entries, hours_ago(2))] == [entries[1].id]
    assert len(newer(entries, None)) == 2


class Site:
    """A feed that brings one entry an hour until it falls silent."""

    def __init__(self, store: SqlStore, clock: SetClock) -> None:
        self.store, self.clock = store, clock
        self.reader = FakeReader(feeds={FEED.url: []})
        self.fetcher = FakeFetcher({FEED.url: Fetched(url=FEED.url, status=200, body=b"x")})
        self.collector = Collector(
            feeds={FEED.id: FEED}, store=store, fetcher=self.fetcher, reader=self.reader, classifier=RuleClassifier(),
            clock=clock, floor=timedelta(minutes=55),
        )  # fmt: skip
        seed(self.collector)

    def hours(self, count: int, *, news: bool = True) -> None:
        for _ in range(count):
            self.clock.at += timedelta(hours=1.2)
            if news:
                entries: list[Entry] = self.reader.feeds[FEED.url] or []
                number = len(entries)
                entry = make_entry(number, title=f"Giá vàng ngày {number}", at=self.clock.at - timedelta(minutes=2))
                self.reader.feeds[FEED.url] = [entry, *entries]
            collect(self.collector)


def test_a_feed_that_falls_silent_costs_coverage_and_shows_it(store: SqlStore, clock: SetClock) -> None:
    site, read = Site(store, clock), SqlReadModels(store)
    site.hours(30)
    checks, coverage = measure(site.collector.feeds, store, clock)
    assert (checks[0].warning, coverage.value) == ("", 1.0)
    assert checks[0].delay == pytest.approx(120)
    assert checks[0].actual_day == pytest.approx(checks[0].expected_day, abs=6)
    site.hours(12, news=False)
    [check], coverage = measure(site.collector.feeds, store, clock)
    assert (check.warning, coverage.value) == (FeedWarning.SILENT, 0.0)
    [view] = read.feeds([FEED], now=clock.now())
    assert view.health == FeedHealth.SILENT
    assert view.figures is not None
    assert "từ tin cuối, bình thường đã phải có" in view.figures.warning_detail


def test_what_a_clock_that_was_ahead_left_is_not_believed(store: SqlStore, clock: SetClock) -> None:
    site, read = Site(store, clock), SqlReadModels(store)
    site.hours(30)
    real = site.reader.feeds[FEED.url]
    clock.at += timedelta(days=400)
    site.hours(2)
    site.reader.feeds[FEED.url] = real
    clock.at -= timedelta(days=399)
    # until it is polled again nothing is known of it
    [check], coverage = measure(site.collector.feeds, store, clock)
    assert (check.warning, coverage.value) == (FeedWarning.SILENT, 0.0)
    [view] = read.feeds([FEED], now=clock.now())
    assert view.health == FeedHealth.SILENT
    [polled] = collect(site.collector)
    assert polled.state.last_success_at == clock.now()
    assert polled.state.next_poll_at < clock.now() + HOUR * 6.7
    assert collect(site.collector) == []
    site.hours(6)
    [check], coverage = measure(site.collector.feeds, store, clock)
    assert (check.warning, coverage.value) == ("", 1.0)


def test_a_feed_that_is_put_off_as_long_as_a_host_may_ask_waits(store: SqlStore, clock: SetClock) -> None:
    asked = Failed(kind=FailureKind.SERVER_ERROR, retry_after=timedelta(days=90))
    site = Site(store, clock)
    site.fetcher.answers[FEED.url] = asked
    [polled] = collect(site.collector)
    assert polled.state.next_poll_at - clock.now() >= timedelta(days=30)
    assert collect(site.collector) == []


def test_counts_take_over_the_coverage_of_their_hour(store: SqlStore, clock: SetClock) -> None:
    site = Site(store, clock)
    site.hours(30)
    site.hours(12, news=False)
    measure(site.collector.feeds, store, clock)
    late = make_entry(999, title="Lương hưu chậm", at=clock.now())
    ingest([late], make_feed("khac"), store=store, classifier=RuleClassifier(), now=clock.now())
    StoryDesk(store, clock).place()
    with store.begin() as tx:
        [before] = tx.bins("all", since=NOW, until=NOW + timedelta(days=9))
    assert before.coverage == pytest.approx(0.05)
    site.hours(5)
    measure(site.collector.feeds, store, clock)
    with store.begin() as tx:
        [after] = tx.bins("all", since=NOW, until=NOW + timedelta(days=9))
        series = tx.coverage(since=NOW, until=NOW + timedelta(days=9))
    assert after.coverage == 1.0
    assert series[-1].value == 1.0


def test_a_failing_poll_is_counted_as_one_that_read_nothing(store: SqlStore, clock: SetClock) -> None:
    site = Site(store, clock)
    site.fetcher.answers[FEED.url] = Failed(kind=FailureKind.TIMEOUT)
    site.hours(3)
    with store.begin() as tx:
        [found] = tx.feed_pasts(since=NOW, recent=NOW, until=clock.now())
    assert found.slots == {}
    assert [h.entries for h in found.recent] == [0] * len(found.recent)


def test_figures_of_an_hour_add_up(store: SqlStore) -> None:
    with store.begin() as tx:
        for n in (1, 2):
            tx.count_poll(PollFigures(feed_id="a", at=NOW, read=True, entries=n, judged=n, relevant=1, delays=60.0 * n,
                                      delayed=n))  # fmt: skip
        [found] = tx.feed_pasts(since=NOW - WEEK, recent=NOW - HOUR, until=NOW)
    assert found.slots == {slot_of(NOW): (1, 3)}
    assert (found.judged, found.relevant, found.delay) == (3, 2, 60.0)
