"""The plan: every topic, cluster and time has one, and it is complete."""

from __future__ import annotations

import pytest

from service.alerting.gates import gates
from service.alerting.levels import level_of
from service.alerting.playbook import DEFAULT
from service.alerting.responses import Time, parse, plan, shipped, time_of
from service.alerting.stakes import Cluster
from service.domain.topics import TOPICS
from tests.alerting.test_context import signal


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
