"""Hours in which people want to be told, escalation steps, and whom an alert concerns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alerting.audience import concerns, wants, when
from service.alerting.decide import Open, Policy, Situation, decide
from service.alerting.escalation import overdue, parse, shipped
from service.alerting.hours import Hours
from service.alerting.message import Occasion
from service.domain.desk import SubscriptionChannel
from service.domain.silences import Silence
from service.domain.warning import AlertState, Level
from tests.alerts import NOW, make_signal, make_subscription, opened

moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
times = st.times().map(lambda t: time(t.hour, t.minute))
spans = st.tuples(times, times).filter(lambda p: p[0] != p[1]).map(lambda p: Hours(*p))


@given(spans, moments)
def test_the_next_open_moment_is_open_and_none_is_missed(hours: Hours, at: datetime) -> None:
    found = hours.next_open(at)
    assert at <= found <= at + timedelta(days=1)
    assert hours.holds(found)
    assert hours.holds(at) == (found == at)
    assert hours.holds(at) != hours.complement().holds(at)


@given(spans)
def test_hours_are_read_as_they_are_written(hours: Hours) -> None:
    assert Hours.parse(str(hours)) == hours


@pytest.mark.parametrize("text", ["", "6-22", "06:00-06:00", "25:00-01:00", "06:00", "06:60-07:00", "x"])
def test_other_hours_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="06:00-22:00"):
        Hours.parse(text)


def test_quiet_hours_hold_back_what_is_below_risk_only() -> None:
    at = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # 23:30 in Hanoi
    policy = Policy(sending=Hours.parse("22:00-06:00").complement())
    low, high = make_signal(at=at, unusual=5.5, harmful=0.3), make_signal(at=at, unusual=12.0)
    held, urgent = (decide(s, Situation(), now=at, policy=policy) for s in (low, high))
    assert isinstance(held, Open)
    assert held.tell
    assert held.alert.handling.fired_at == datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    assert isinstance(urgent, Open)
    assert urgent.alert.handling.fired_at == at
    assert when(policy.sending, held.alert, Occasion.OPENED, now=at) == held.alert.handling.fired_at
    assert when(policy.sending, urgent.alert, Occasion.CLOSED, now=at) > at


def test_graver_levels_escalate_sooner() -> None:
    policy = shipped()
    firsts = [policy[level][0].after for level in sorted(policy)]
    assert firsts == sorted(firsts, reverse=True)
    assert Level.WATCH not in policy


def test_steps_come_due_in_order_and_stop_when_somebody_has_seen_it() -> None:
    alert = opened(make_signal(unusual=8.0))
    assert overdue(alert, NOW + timedelta(minutes=14)) == ()
    assert len(overdue(alert, NOW + timedelta(minutes=31))) == 2
    taken = replace(alert, handling=replace(alert.handling, escalated=2))
    assert overdue(taken, NOW + timedelta(minutes=31)) == ()
    assert overdue(replace(alert, state=AlertState.ACKNOWLEDGED), NOW + timedelta(days=1)) == ()


def test_nobody_is_asked_to_answer_what_nobody_was_told() -> None:
    silenced = Situation(silences=[Silence(stream="topic:pension", until=NOW + timedelta(hours=1), reason="bảo trì")])
    decision = decide(make_signal(unusual=5.5, harmful=0.3), silenced, now=NOW)
    assert isinstance(decision, Open)
    assert not decision.tell
    assert overdue(decision.alert, NOW + timedelta(days=2)) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x: 1", "expected a mapping 'levels'"),
        ("levels: {5: []}", "levels.5: expected a level"),
        ("levels: {3: [{after: 10, tell: [desk]}]}", r"levels.3\[0\].after: expected a duration"),
        ("levels: {3: [{after: 10m, tell: [ministry]}]}", r"levels.3\[0\].tell: expected some of desk"),
        ("levels: {3: [{after: 10m}]}", r"levels.3\[0\]: expected after and tell"),
        ("levels: {3: [{after: 2h, tell: [desk]}, {after: 1h, tell: [desk]}]}", "levels.3: expected steps in order"),
        ("levels: {2: [{after: 5m, tell: [desk]}], 3: [{after: 9m, tell: [desk]}]}", "levels.3: expected a first step"),
    ],
)
def test_a_wrong_policy_says_where(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(text)


@pytest.mark.parametrize(
    ("chosen", "stream", "level", "expected"),
    [
        ({}, "all", 2, True),
        ({"topics": ("pension",)}, "topic:pension", 2, True),
        ({"topics": ("pension",)}, "topic:fund", 4, False),
        ({"topics": ("pension",)}, "all", 2, False),
        ({"topics": ("pension",)}, "all", 3, True),
        ({"provinces": ("48",)}, "topic:pension@48", 2, True),
        ({"provinces": ("48",)}, "topic:pension@79", 4, False),
        ({"provinces": ("48",)}, "place:48", 2, True),
        ({"provinces": ("48",)}, "topic:pension", 2, False),
        ({"provinces": ("48",)}, "topic:pension", 3, True),
        ({"provinces": ("48",), "topics": ("fund",)}, "topic:pension@48", 3, False),
    ],
)
def test_whom_a_stream_concerns(chosen: dict[str, object], stream: str, level: int, expected: bool) -> None:
    assert concerns(make_subscription(**chosen), stream, Level(level)) is expected


def test_digests_and_higher_wishes_are_not_told_at_once() -> None:
    alert = opened(make_signal(unusual=5.5, harmful=0.3))
    assert wants(make_subscription(), alert)
    assert not wants(make_subscription(channel=SubscriptionChannel.DAILY), alert)
    assert not wants(make_subscription(min_level=Level.RISK), alert)


def test_a_silence_of_a_place_covers_its_topics() -> None:
    silence = Silence(stream="place:38", until=NOW + timedelta(hours=1), reason="x")
    streams = ("place:38", "topic:service_attitude@38", "topic:pension@48", "topic:pension", "all", "story:38")
    assert [silence.covers(stream) for stream in streams] == [True, True, False, False, False, False]


def test_a_silence_covers_the_places_of_its_topic_for_its_time() -> None:
    silence = Silence(stream="topic:pension", until=NOW + timedelta(hours=1), reason="bảo trì", since=NOW)
    assert silence.holds("topic:pension", NOW)
    assert silence.holds("topic:pension@48", NOW)
    assert not silence.holds("topic:pension_x", NOW)
    assert not silence.holds("all", NOW)
    assert not silence.holds("topic:pension", NOW - timedelta(seconds=1))
    assert not silence.holds("topic:pension", silence.until)
    assert not replace(silence, ended_at=NOW).holds("topic:pension", NOW)
