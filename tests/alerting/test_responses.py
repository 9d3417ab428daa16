"""The plan: every topic, cluster and time has one, and it is complete."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service.alerting.gates import gates
from service.alerting.levels import level_of
from service.alerting.playbook import DEFAULT
from service.alerting.responses import Time, parse, plan, plan_for, shipped, time_of
from service.alerting.stakes import Cluster
from service.domain.topics import TOPICS
from service.domain.warning import AlertState
from tests.alerting.test_context import signal
from tests.alerting.test_decide import NOW, make_signal, opened


@pytest.mark.parametrize("topic", [*TOPICS, None])
@pytest.mark.parametrize("time", Time)
def test_every_topic_has_a_plan_for_every_time(topic: str | None, time: Time) -> None:
    found = plan(f"topic:{topic}" if topic else "all", time)
    assert found.statement
    assert "{" not in found.statement
    assert found.questions
    assert found.tasks == sorted(found.tasks, key=lambda t: t.within_hours)
    if topic:
        assert TOPICS[topic] in found.statement


def test_fraud_has_the_task_that_its_measure_proposes() -> None:
    tasks = {topic: [t.what for t in plan(f"topic:{topic}", Time.BEFORE).tasks] for topic in ("fraud", "pension")}
    assert tasks["fraud"][0] == "Soạn, trình duyệt cảnh báo công khai"
    assert tasks["fraud"][1:] == tasks["pension"]


def test_hours_of_tasks_are_counted_from_the_first_message_and_from_the_end() -> None:
    alert = opened(make_signal(unusual=8.0))
    told = replace(alert, opened_at=NOW - timedelta(hours=3), handling=replace(alert.handling, told_at=NOW))
    untold = replace(told, handling=replace(told.handling, told_at=None))
    due = [plan_for(each).tasks[0].due_at for each in (told, untold)]
    assert due == [NOW + timedelta(hours=1), NOW - timedelta(hours=2)]
    assert plan_for(told).tasks[0].due == "11:20 ngày 02/03/2026"
    assert [t.due for t in plan_for(told, Time.AFTER).tasks][::3] == [
        "2 ngày sau khi kết thúc cảnh báo", "10 ngày sau khi kết thúc cảnh báo",
    ]  # fmt: skip
    ended = replace(told, state=AlertState.CLOSED, closed_at=NOW + timedelta(days=3))
    assert plan_for(ended).tasks[0].due_at == NOW + timedelta(days=5)


def test_the_first_statement_is_due_within_the_hour() -> None:
    assert plan("topic:pension", Time.DURING).tasks[0].within_hours == 1


def test_questions_and_audiences_are_of_known_topics() -> None:
    known = {*TOPICS, DEFAULT}
    assert shipped().questions.keys() == known
    assert shipped().audiences.keys() == known
    assert set(shipped().statements) == set(Cluster)


def test_streams_of_stories_take_the_topic_they_are_about() -> None:
    assert plan("story:s1", Time.DURING, topic="fraud").cluster is Cluster.VICTIM


def test_the_time_follows_level_and_phase() -> None:
    assert time_of(closed=False, level=1) is Time.BEFORE
    assert time_of(closed=False, level=3) is Time.DURING
    assert time_of(closed=True, level=3) is Time.AFTER
    assert time_of(closed=False, level=2, phase="fading") is Time.AFTER


def test_a_bad_file_says_what_was_expected() -> None:
    with pytest.raises(ValueError, match="responses: expected clusters"):
        parse("clusters: {}")


def test_gates_say_the_same_as_the_levels() -> None:
    for values in ({}, {"unusual": 5.0}, {"unusual": 9.0, "harmful": 0.6, "sure": 0.9}, {"early": 0.9}):
        found = signal(**values)
        met = [g.level for g in gates(found) if g.met]
        assert max(met, default=0) == level_of(found)
        assert all(g.met == (not g.missing) for g in gates(found))
