"""The plan: every topic, cluster and time has one, and it is complete."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files

import pytest

from service.alerting.gates import gates
from service.alerting.levels import level_of
from service.alerting.playbook import shipped as playbook
from service.alerting.responses import Time, parse, plan, plan_for, shipped, time_of
from service.alerting.stakes import Cluster
from service.domain.topics import TOPICS
from service.domain.warning import AlertState, Level
from tests.alerting.test_context import signal
from tests.alerts import NOW, make_signal, opened


@pytest.mark.parametrize("topic", [*TOPICS, None])
@pytest.mark.parametrize("time", Time)
def test_every_topic_has_a_plan_for_every_time(topic: str | None, time: Time) -> None:
    found = plan(f"topic:{topic}" if topic else "all", time)
    assert found.posture
    assert found.statement
    assert found.questions
    assert found.tasks == sorted(found.tasks, key=lambda t: t.within_hours)


@pytest.mark.parametrize("topic", [*TOPICS, None])
def test_nothing_unverified_is_said_outside_of_brackets(topic: str | None) -> None:
    statement = plan(f"topic:{topic}" if topic else "all", Time.DURING).statement
    said = re.sub(r"\[[^][]*\]", "", statement)
    assert not set(said) & {"[", "]"}
    assert len(statement) > len(said)
    for claim in ("xin lỗi", "nhận trách nhiệm", "bảo đảm", "được giải quyết", "đang phối hợp", "đã chuyển", "đã cử"):
        assert claim not in said


@pytest.mark.parametrize(
    ("topic", "held", "not_held"),
    [
        ("work_accident", "người bị nạn và gia đình", "kênh chính thức"),
        ("evasion", "chậm đóng, trốn đóng", "xin lỗi"),
        ("fund", "Số liệu, quy định đã kiểm chứng", "chia sẻ"),
        ("health_care", "thuộc thẩm quyền của", "xin lỗi"),
        ("fraud", "báo ngay công an nơi gần nhất", "xin lỗi"),
    ],
)
def test_topics_that_their_cluster_does_not_fit_have_words_of_their_own(topic: str, held: str, not_held: str) -> None:
    found = plan(f"topic:{topic}", Time.DURING)
    assert held in found.statement
    assert not_held not in found.statement


def test_a_statement_by_topic_is_of_a_known_topic_named_once() -> None:
    text = (files("service.alerting") / "responses.yaml").read_text(encoding="utf-8")
    for wrong in ("rain", "evasion"):
        with pytest.raises(ValueError, match=f"topic {wrong}: expected a known topic, once"):
            parse(text.replace("topics: [work_accident]", f"topics: [{wrong}]"))
    with pytest.raises(ValueError, match="posture"):
        parse(text.replace("posture: Đứng về phía người lao động", "poster: Đứng về phía người lao động"))


def measured() -> list[str]:
    return [text for each in playbook().values() for text in (each.before, each.during, each.after)]


def test_plans_promise_nothing_that_is_not_for_the_desk_to_give() -> None:
    told = measured() + [q.draft for each in shipped().questions.values() for q in each]
    for promise in ("gia hạn thủ tục", "gia hạn các thủ tục", "vẫn được khám", "rõ Nhà nước bảo đảm"):
        assert not [text for text in told if promise in text]
    assert "cơ quan chuyên trách bảo vệ dữ liệu cá nhân" in playbook()["data_privacy"].during


def test_plans_name_units_and_papers_by_their_names() -> None:
    owners = [task.owner for tasks in shipped().tasks.values() for task in tasks]
    told = [*measured(), *owners, *TOPICS.values(), *shipped().audiences.values()]
    for wrong in ("BHXH địa phương", "Chăm sóc khách hàng", "mua và gia hạn", "mua, gia hạn", "bảng giá", "nghỉ việc."):
        assert not [text for text in told if wrong in text]


def test_the_agency_calls_late_payment_as_the_law_does() -> None:
    told = measured() + [g.asks for g in gates(signal())]
    assert not [text for text in told if "nợ" in text]
    assert any("chậm đóng, trốn đóng hàng loạt" in text for text in told)


def test_gates_that_count_say_or_more() -> None:
    asks = "; ".join(g.asks for g in gates(signal()))
    assert not re.search(r"từ \d+ (?:bài gốc|nguồn độc lập)(?! trở lên)", asks)


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


def test_the_watch_for_a_relapse_ends_when_the_curve_says_so() -> None:
    ended = replace(opened(make_signal(unusual=8.0)), state=AlertState.CLOSED, closed_at=NOW)
    until = NOW + timedelta(days=6, hours=11)
    due = {t.what: t.due_at for t in plan_for(ended, watch_until=until).tasks}
    assert due["Theo dõi khả năng bùng phát lại"] == until
    assert list(due.values()).count(until) == 1
    assert NOW + timedelta(days=7) in [t.due_at for t in plan_for(ended).tasks], "nothing to go by yet"


def test_nobody_is_thanked_after_a_watch_on_what_the_press_reported() -> None:
    reported = opened(make_signal(asked=Level.WATCH, unusual=0.0, value=0, expected=0.1))
    ended = replace(reported, state=AlertState.CLOSED, closed_at=NOW)
    assert plan_for(reported).tasks
    assert not plan_for(ended).tasks
    counted = replace(ended, signal=make_signal(asked=Level.WATCH))
    for other in (replace(ended, peak_level=Level.WARNING), counted):
        assert plan_for(other).tasks


def test_the_first_statement_is_due_within_the_hour() -> None:
    assert plan("topic:pension", Time.DURING).tasks[0].within_hours == 1


def test_every_cluster_has_a_first_statement() -> None:
    assert set(shipped().by_cluster) == set(Cluster)


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
