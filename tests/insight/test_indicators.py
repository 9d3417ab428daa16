"""The indicator set: formulas on cases reckoned by hand, suppression, versions by date, periods of the calendar."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.indicators import AlertFacts, GroupFacts, IndicatorValue, PeriodFacts, Publication, Unit
from service.domain.intervals import MIN_DOCUMENTS, Trend
from service.insight import indicators
from service.insight.formulas import FORMULAS, MINUTE, Reckoned, recoveries
from service.insight.indicators import NATIONAL_ONLY, based_on, change, evaluate, said, shipped, valid_on
from service.insight.periods import PeriodKind, before, between, period_of, split

SINCE = datetime(2026, 2, 28, 17, tzinfo=UTC)
AS_OF = datetime(2026, 4, 10, tzinfo=UTC)
MARCH = period_of(PeriodKind.MONTH, date(2026, 3, 5))
HOUR = timedelta(hours=1)


def make_facts(**more: Any) -> PeriodFacts:
    return PeriodFacts(**{"since": MARCH.since, "until": MARCH.until, "as_of": AS_OF, "hours": {}} | more)


def make_alert(
    key: str, *, level: int = 2, seen: int | None = None, stated: int | None = None, told: int | None = 0, **more: Any
) -> AlertFacts:
    opened = more.pop("opened_at", SINCE + 24 * HOUR)
    minutes = lambda n: None if n is None else opened + timedelta(minutes=n)  # noqa: E731
    values = {"stream": "all", "state": "open", "closed_at": None, "ended": False, "dismissed": False}
    return AlertFacts(
        **values | {"merged": False, "confirmed": level} | more, id=key, level=level, opened_at=opened,
        seen_at=minutes(seen), statement_at=minutes(stated), told_at=minutes(told),
    )  # fmt: skip


def reckon(measure: str, facts: PeriodFacts, **parameters: float) -> Reckoned:
    return FORMULAS[measure](facts, parameters)


def topic(name: str, origins: int, negative: int = 0, positive: int = 0) -> GroupFacts:
    return GroupFacts(id=name, name=name, origins=origins, negative=negative, positive=positive)


def test_shares_have_their_denominator_and_wilson_interval() -> None:
    facts = make_facts(origins=50, negative=10, positive=5, complaints=20, questions=0, policy=30, implementation=10)
    found = reckon("negative_share", facts)
    assert (found.value, found.numerator, found.denominator) == (0.2, 10, 50)
    assert (round(found.low or 0, 4), round(found.high or 0, 4)) == (0.1124, 0.3304)
    assert reckon("positive_share", facts).value == 0.1
    assert reckon("complaint_share", facts).value == 0.4
    assert (reckon("question_share", facts).value, reckon("question_share", facts).low) == (0.0, 0.0)
    assert reckon("implementation_share", facts).value == 0.25


def test_too_few_are_suppressed_with_the_reason() -> None:
    found = reckon("negative_share", make_facts(origins=4, negative=4))
    assert (found.value, found.low, found.numerator, found.denominator) == (None, None, 4, 4)
    assert found.missing == "chỉ có 4 tin, bài độc lập, cần ít nhất 5"
    assert reckon("false_alarms", make_facts()).missing.startswith("trong kỳ chưa có cảnh báo đã kết thúc")


def test_a_count_of_nothing_is_not_told_where_nothing_was_read() -> None:
    for measure in ("origins", "voids", "alerts", "provinces_known"):
        parameters = {"questions": 3, "publishers": 2, "hours": 48, "provinces": 34}
        assert reckon(measure, make_facts(), **parameters).missing.startswith("không có tin, bài nào")
        assert reckon(measure, make_facts(covered=9, expected=10), **parameters).value == 0
        of_province = reckon(measure, make_facts(provinces=("15",)), **parameters)
        assert of_province.missing == "không có tin, bài nào nhắc đến địa phương trong kỳ"


def test_a_median_of_too_few_says_what_they_have_not_come_to() -> None:
    facts = make_facts(origins=9, alerts=[make_alert("a", seen=None), make_alert("b", level=3)])
    missing = {m: reckon(m, facts).missing for m in ("minutes_seen", "minutes_statement", "hours_to_usual")}
    assert missing == {
        "minutes_seen": "trong kỳ chưa có cảnh báo được tiếp nhận",
        "minutes_statement": "trong kỳ chưa có cảnh báo có phát ngôn",
        "hours_to_usual": "trong kỳ chưa có cảnh báo mức L3, L4 về mức thường",
    }


def test_topics() -> None:
    topics = [topic("a", 10, 5, 1), topic("b", 6, 1, 2), topic("c", 5, 1, 1), topic("d", 5), topic("e", 5, 3, 0),
              topic("f", 4, 4, 0)]  # fmt: skip
    found = reckon("negative_topics", make_facts(topics=topics))
    assert (found.numerator, found.denominator, found.value) == (2, 5, 0.4)
    found = reckon("topic_concentration", make_facts(topics=[topic("a", 6), topic("b", 2), topic("c", 2)]))
    assert found.value == pytest.approx(0.36 + 0.04 + 0.04)
    assert found.detail == "nhiều nhất: a"
    assert reckon("topic_concentration", make_facts(topics=[topic("a", 9)])).value == 1


def test_reach_counts_copies_of_an_origin() -> None:
    assert reckon("reach_factor", make_facts(origins=20, copies=30)).value == 1.5
    assert reckon("reach_factor", make_facts(origins=3, copies=30)).value is None


def asked(story: str, publisher: str, hours: float) -> Publication:
    return Publication(story, publisher, SINCE + hours * HOUR)


def test_questions_are_answered_in_time_late_or_not_yet() -> None:
    questions = [asked("a", "x", n) for n in range(4)] + [asked("b", "x", 0), asked("c", "x", 0)]
    still_open = Publication("d", "x", AS_OF - HOUR)
    answers = [asked("a", "vss", 2), asked("b", "vss", 49), asked("c", "vss", 48)]
    facts = make_facts(asked=[*questions, still_open], answers=answers)
    found = reckon("answered_share", facts, hours=48)
    # of a, those at hours 0, 1 and 2 come before the answer; b was answered too late, c just in time, d may yet be
    assert (found.numerator, found.denominator) == (4, 6)


VOID = {"questions": 3, "publishers": 2, "hours": 48}


def about(topic: str, place: str, publisher: str, hours: float) -> Publication:
    places = frozenset({place} if place else ())
    return replace(asked(f"{publisher}{hours}", publisher, hours), topics=frozenset({topic}), places=places)


def test_a_void_is_asked_by_several_and_answered_by_nobody_afterwards() -> None:
    # three questions in three stories each; one asker alone; three that are too far apart
    questions = [about(t, "40", p, h) for t in ("a", "b") for p, h in (("x", 5), ("y", 6), ("x", 7))]
    questions += [about("one-asker", "", "x", h) for h in range(5)]
    questions += [about("slow", "", p, 48 * h) for h, p in enumerate("xyzx")]
    answers = [about("a", "40", "vss", 4), about("a", "48", "vss", 9), about("b", "40", "vss", 8)]
    found = reckon("voids", make_facts(origins=20, asked=questions, answers=answers), **VOID)
    assert (found.value, found.denominator) == (1, 2)
    # an answer for the whole country is one for the province
    found = reckon(
        "voids", make_facts(origins=20, asked=questions, answers=[*answers, about("a", "", "vss", 5)]), **VOID
    )
    assert (found.value, found.denominator) == (0, 2)
    # of several provinces that are named, those that the figures are limited to
    both = [replace(q, places=frozenset({"40", "48"})) for q in questions[:3]]
    assert reckon("voids", make_facts(origins=20, asked=both), **VOID).value == 2
    assert reckon("voids", make_facts(origins=20, asked=both, provinces=("40",)), **VOID).value == 1


def test_where_no_agency_was_read_nothing_is_said_of_answers() -> None:
    facts = make_facts(origins=20, asked=[asked("a", "x", n) for n in range(9)], agencies_read=False)
    for measure in ("answered_share", "voids"):
        found = reckon(measure, facts, **VOID)
        assert (found.value, found.missing) == (None, "không đọc được nguồn nào của cơ quan nhà nước trong kỳ")


def test_alerts_by_level_and_times_of_those_that_send_messages() -> None:
    alerts = [
        make_alert("w1", seen=10, stated=30), make_alert("w2", seen=20, stated=61),
        make_alert("w3", seen=60, stated=60), make_alert("w4"), make_alert("r", level=3, seen=2, stated=5),
        make_alert("watch", level=1, seen=900),
        make_alert("merged", seen=1, merged=True), make_alert("false", seen=40, dismissed=True, ended=True),
        make_alert("new", opened_at=AS_OF - timedelta(minutes=59)),
    ]  # fmt: skip
    facts = make_facts(origins=9, alerts=alerts)
    found = reckon("alerts", facts)
    assert (found.value, found.denominator, found.detail) == (7, 8, "L1: 1, L2: 6, L3: 1, L4: 0")
    assert reckon("minutes_seen", facts).value == 20  # of 2, 10, 20, 40, 60
    found = reckon("minutes_statement", facts)
    assert (found.value, found.numerator, found.denominator) == (45, 4, 6)
    found = reckon("statement_in_time", facts, minutes=60)
    assert (found.numerator, found.denominator) == (3, 5)  # the new one is not due yet


def test_times_run_from_the_moment_somebody_was_told() -> None:
    alerts = [
        # silent L1 for ten hours, then L2 and told: seen after 10, 20 and 40 minutes, said after 30, 60 and 61
        make_alert("a", told=600, seen=610, stated=630), make_alert("b", told=600, seen=620, stated=660),
        make_alert("c", told=600, seen=640, stated=661),
        # found on the page and answered before the message came: at once
        make_alert("d", told=600, seen=5, stated=590),
        # held back by a silence: nobody could react
        make_alert("e", told=None, seen=2000, stated=2000),
        make_alert("f", told=600), make_alert("g", opened_at=AS_OF - 10 * HOUR, told=541),
    ]  # fmt: skip
    facts = make_facts(alerts=alerts)
    found = reckon("minutes_seen", facts)
    assert (found.value, found.numerator, found.denominator) == (15, 4, 6)  # of 0, 10, 20, 40
    found = reckon("minutes_statement", facts)
    assert (found.value, found.numerator, found.denominator) == (45, 4, 6)  # of 0, 30, 60, 61
    found = reckon("statement_in_time", facts, minutes=60)
    assert (found.numerator, found.denominator) == (3, 5)  # g was told 59 minutes ago


def test_what_nobody_confirmed_is_marked_and_its_recovery_not_told() -> None:
    opened = SINCE + 24 * HOUR
    alerts = [
        make_alert("l3", level=3, stream="topic:a", opened_at=opened),
        make_alert("l3-proposed", level=3, confirmed=2, stream="topic:b", opened_at=opened),
        # confirmed as L3, then raised to an L4 nobody judged
        make_alert("l4-proposed", level=4, confirmed=3, stream="topic:c", opened_at=opened),
    ]
    facts = make_facts(origins=9, alerts=alerts, hours={a.stream: {opened: 6} for a in alerts})
    found = reckon("alerts", facts)
    assert (found.value, found.detail) == (3, "L1: 0, L2: 0, L3: 2 (1 đề xuất), L4: 1 (1 đề xuất)")
    assert set(recoveries(facts)) == {"l3", "l4-proposed"}


def test_a_province_has_the_recoveries_of_its_own_streams() -> None:
    opened = SINCE + 24 * HOUR
    streams = ("all", "topic:fund", "topic:fund@01", "topic:fund@48", "place:01", "place:48", "story:s1")
    alerts = [make_alert(s, level=3, stream=s, opened_at=opened) for s in streams]
    assert set(recoveries(make_facts(provinces=("01",), alerts=alerts))) == {"topic:fund@01", "place:01"}
    assert set(recoveries(make_facts(alerts=alerts))) == set(streams)


def test_false_alarms_are_of_those_that_ended() -> None:
    ended = [make_alert(str(n), ended=True, dismissed=n < 2, seen=9) for n in range(8)]
    merged = make_alert("m", ended=True, merged=True)
    assert reckon("false_alarms", make_facts(alerts=[*ended, merged, make_alert("open")])).value == 0.25


def test_what_ended_by_itself_was_found_right_by_nobody() -> None:
    alone = [make_alert(f"alone{n}", ended=True) for n in range(6)]
    found = reckon("false_alarms", make_facts(alerts=alone))
    assert (found.value, found.denominator) == (None, 0)
    assert found.missing == "trong kỳ chưa có cảnh báo đã kết thúc mà có người tiếp nhận, đánh giá"
    judged = [make_alert(f"seen{n}", ended=True, seen=9) for n in range(4)]
    judged.append(make_alert("gone", ended=True, dismissed=True))
    found = reckon("false_alarms", make_facts(alerts=[*alone, *judged]))
    assert (found.value, found.numerator, found.denominator) == (0.2, 1, 5)
    assert found.detail == "6 cảnh báo tự kết thúc, chưa ai đánh giá"


def test_time_to_the_usual_level_counts_from_the_peak() -> None:
    opened = SINCE + 24 * HOUR
    # six criticisms in the hour of the alert: the 24-hour sum is 6 for a day, then 0
    crises = [make_alert(f"c{n}", level=3, stream=f"topic:{n}", opened_at=opened) for n in range(3)]
    hours = {c.stream: {opened: 6} for c in crises}
    found = reckon("hours_to_usual", make_facts(alerts=crises, hours=hours))
    assert (found.value, found.numerator, found.denominator) == (24, 3, 3)
    soon = make_facts(alerts=crises, hours=hours, as_of=opened + 30 * HOUR)
    assert reckon("hours_to_usual", soon).value is None
    again = {c.stream: {opened: 6, opened + 240 * HOUR: 20} for c in crises}
    assert reckon("hours_to_usual", make_facts(alerts=crises, hours=again, as_of=opened + 250 * HOUR)).value == 24
    quiet = [make_alert(f"q{n}", level=3, stream=f"topic:q{n}", opened_at=opened) for n in range(3)]
    few = {q.stream: {opened: n} for n, q in enumerate(quiet, 1)}
    untold = reckon("hours_to_usual", make_facts(alerts=quiet, hours=few))
    assert (untold.value, untold.numerator, untold.denominator) == (None, 0, 3)
    both = reckon("hours_to_usual", make_facts(alerts=[*crises, *quiet], hours=hours | few))
    assert (both.value, both.numerator, both.denominator) == (24, 3, 6)
    assert both.detail == "3 cảnh báo quá ít tin, bài tiêu cực để đo"
    assert [d.version for d in shipped()[1] if d.code == "CB-06"] == [2]
    gone = reckon("hours_to_usual", make_facts(alerts=crises, hours={}))
    assert (gone.value, gone.denominator) == (None, 0)


def test_data_quality() -> None:
    facts = make_facts(covered=950, expected=1000, outlets=10, outlets_reporting=4, delay_minutes=12.5, delayed=40)
    assert (reckon("coverage", facts).value, reckon("coverage", facts).low) == (0.95, None)
    found = reckon("outlets_reporting", facts)
    assert (found.value, found.numerator, found.denominator) == (0.4, 4, 10)
    assert (found.low, found.high) == (None, None)  # all ten were looked at
    few = reckon("outlets_reporting", make_facts(origins=9, outlets=4, outlets_reporting=4))
    assert (few.value, few.missing) == (None, "chỉ có 4 nguồn đang theo dõi, cần ít nhất 5")
    assert reckon("minutes_to_sight", facts).value == 12.5
    assert reckon("minutes_to_sight", make_facts(delay_minutes=1.0, delayed=4)).value is None
    places = [topic("01", 5), topic("48", 9), topic("79", 4)]
    assert reckon("provinces_known", make_facts(origins=18, places=places), provinces=34).numerator == 2
    assert reckon("warnings_received", make_facts(warnings=6, received=3)).value == 0.5


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_no_facts_break_a_formula_and_every_value_says_what_it_is_of(origins: int, negative: int, covered: int) -> None:
    facts = make_facts(origins=origins, negative=min(origins, negative), covered=covered, expected=covered)
    for value in evaluate(facts, MARCH).values:
        assert (value.value is None) == bool(value.missing)
        assert value.value is None or value.denominator is not None or value.unit is Unit.COUNT
        assert said(value)


def test_every_version_is_told_whole() -> None:
    groups, known = shipped()
    assert len({d.code for d in known}) >= 15
    for d in known:
        texts = (d.name, d.formula, d.numerator, d.denominator, d.reading, d.source)
        assert all(t == " ".join(t.split()) and t for t in texts), d.code
        assert d.group in groups
    assert {d.measure for d in known} == set(FORMULAS)


def test_the_version_is_chosen_by_the_last_day_of_the_period() -> None:
    def provinces(day: date) -> tuple[int, float | None]:
        [found] = [d for d in valid_on(day) if d.code == "CL-04"]
        return found.version, found.parameters["provinces"]

    assert provinces(date(2025, 6, 30)) == (1, 63)
    assert provinces(date(2025, 7, 1)) == (2, 34)
    facts = make_facts(origins=85, places=[topic(f"{n:02}", 5) for n in range(17)])
    [value] = [v for v in evaluate(facts, between(date(2025, 6, 20), date(2025, 7, 2))).values
               if v.code == "CL-04"]  # fmt: skip
    assert (value.version, value.value) == (2, 0.5)
    assert len(valid_on(date(2019, 12, 31))) == 0


def test_what_is_national_is_left_out_for_a_province() -> None:
    facts = make_facts(provinces=("01",), covered=9, expected=10, outlets=10, outlets_reporting=9)
    missing = {v.code: v.missing for v in evaluate(facts, MARCH).values}
    national = {d.code for d in valid_on(MARCH.last) if d.national}
    assert national >= {"CL-01", "CL-02", "CL-04", "LD-01"}
    assert all(missing[code] == NATIONAL_ONLY for code in national)


def value_of(**more: Any) -> IndicatorValue:
    same = {"code": "X", "version": 1, "name": "x", "unit": Unit.SHARE, "value": 0.2, "low": 0.1, "high": 0.3}
    return IndicatorValue(**{**same, "numerator": 10, "denominator": 50, "missing": "", "detail": ""} | more)


def test_a_change_is_told_only_where_intervals_do_not_meet_and_the_method_is_the_same() -> None:
    assert change(value_of(low=0.4, high=0.5), value_of()) is Trend.UP
    assert change(value_of(low=0.0, high=0.05), value_of()) is Trend.DOWN
    assert change(value_of(low=0.3, high=0.5), value_of()) is Trend.UNCLEAR
    assert change(value_of(low=0.4, high=0.5, version=2), value_of()) is Trend.UNCLEAR
    assert change(value_of(), None) is Trend.UNCLEAR


def test_numbers_of_publications_move_beyond_chance_by_the_length_of_the_periods() -> None:
    def value(origins: int, days: int = 31, **more: Any) -> IndicatorValue:
        facts = make_facts(origins=origins, since=MARCH.until - timedelta(days=days), **more)
        return next(v for v in evaluate(facts, MARCH).values if v.code == "DL-01")

    assert [change(value(n), value(22)) for n in (40, 30, 22, 9)] == [
        Trend.UP, Trend.UNCLEAR, Trend.UNCLEAR, Trend.DOWN,
    ]  # fmt: skip
    # as many in a week as in the month before; in two months as many as in the one
    assert change(value(22, 7), value(22)) is Trend.UP
    assert change(value(44, 62), value(22)) is Trend.UNCLEAR
    # measured, and read for a few days only
    assert change(value(40), value(22, hours_measured=90)) is Trend.UNCLEAR
    assert change(value(40, hours_measured=700), value(22, hours_measured=700)) is Trend.UP


def test_no_trend_is_told_of_what_depends_on_the_length_while_the_period_runs() -> None:
    def values(as_of: datetime, good: int) -> dict[str, IndicatorValue]:
        topics = [topic(f"t{n}", 5, *((0, 5) if n < good else (5, 0))) for n in range(40)]
        facts = make_facts(
            as_of=as_of, origins=100, negative=100 - good, topics=topics, outlets=40, outlets_reporting=9
        )
        return {v.code: v for v in evaluate(facts, MARCH).values}

    before, over = values(AS_OF, 0), values(MARCH.until, 40)
    running = values(MARCH.until - HOUR, 40)
    assert {c for c, v in running.items() if v.so_far} == {
        "DL-01", "DL-05", "PH-04", "CB-01", "CB-05", "LD-01", "CL-01", "CL-04",
    }  # fmt: skip
    assert not any(v.so_far for v in over.values())
    # 40 of 40 topics against none, 60 of 100 publications against 100: each beyond its interval
    assert [change(over[c], before[c]) for c in ("DL-05", "DL-02", "CL-01")] == [Trend.DOWN, Trend.DOWN, Trend.UNCLEAR]
    assert [change(running[c], before[c]) for c in ("DL-05", "DL-02")] == [Trend.UNCLEAR, Trend.DOWN]


def test_values_in_words() -> None:
    assert said(value_of(value=0.1234)) == "12,3%"
    assert said(value_of(value=1234.0, unit=Unit.COUNT)) == "1.234"
    assert said(value_of(value=0.256, unit=Unit.RATIO)) == "0,26 lần"
    assert said(value_of(value=None)) == "không đủ dữ liệu"
    assert based_on(value_of()) == "10 trên 50"
    assert based_on(value_of(numerator=None)) == "50 lượt"
    assert based_on(value_of(numerator=0, denominator=0)) == "không có trường hợp nào"


def test_the_set_is_worded_as_the_pages_are() -> None:
    for d in shipped()[1]:
        told = " ".join((d.name, d.formula, d.numerator, d.denominator, d.reading, d.source))
        for wrong in ("của dự án", "tin nhắn", "ngân sách", "lẽ ra phải báo cáo", "nguồn báo cáo"):
            assert wrong not in told
        assert not re.search(r"từ \d+ (?:tin, bài gốc|câu hỏi)(?! trở lên)", told)


@pytest.mark.parametrize(
    ("change_", "told"),
    [
        ({"measure": "guess"}, "indicator 1 (A): expected measure to be one of"),
        ({"group": "y"}, "expected group to be one of"),
        ({"unit": "kg"}, "indicator 1 (A)"),
        ({"colour": "red"}, "unknown field 'colour'"),
    ],
)
def test_a_mistake_in_the_file_is_named(change_: dict[str, str], told: str) -> None:
    import yaml

    names = ("name", "formula", "numerator", "denominator", "reading", "source")
    entry: dict[str, Any] = {"code": "A", "version": 1, "group": "x", "unit": "count", "better": "up",
                             "measure": "origins", "valid_from": date(2020, 1, 1)}  # fmt: skip
    entry |= dict.fromkeys(names, "t")
    text = lambda *entries: yaml.safe_dump({"groups": {"x": "X"}, "indicators": list(entries)})  # noqa: E731
    assert len(indicators.parse(text(entry))[1]) == 1
    with pytest.raises(ValueError) as error:
        indicators.parse(text(entry | change_))
    assert told in str(error.value)
    with pytest.raises(ValueError, match="expected version 2"):
        indicators.parse(text(entry, entry | {"version": 2}))


def test_periods_are_those_of_the_calendar_in_viet_nam() -> None:
    assert (MARCH.first, MARCH.last, MARCH.label) == (date(2026, 3, 1), date(2026, 3, 31), "tháng 3 năm 2026")
    assert (MARCH.since, MARCH.until) == (SINCE, datetime(2026, 3, 31, 17, tzinfo=UTC))
    assert period_of(PeriodKind.QUARTER, date(2026, 12, 31)).label == "quý IV năm 2026"
    assert period_of(PeriodKind.QUARTER, date(2026, 12, 31)).last == date(2026, 12, 31)
    assert period_of(PeriodKind.YEAR, date(2026, 5, 1)).last == date(2026, 12, 31)
    week = period_of(PeriodKind.WEEK, date(2026, 1, 1))
    assert (week.first, week.last, week.label) == (date(2025, 12, 29), date(2026, 1, 4), "tuần 1 năm 2026")
    assert before(PeriodKind.MONTH, period_of(PeriodKind.MONTH, date(2026, 1, 9))).label == "tháng 12 năm 2025"


@given(st.dates(date(2001, 1, 1), date(2100, 1, 1)), st.integers(0, 900), st.sampled_from([*PeriodKind]))
def test_periods_follow_one_another_without_gap_or_overlap(first: date, days: int, kind: PeriodKind) -> None:
    last = first + timedelta(days=days)
    found = split(first, last, kind)
    assert (found[0].first, found[-1].last) == (first, last)
    assert all(a.until == b.since for a, b in pairwise(found))
    assert before(kind, period_of(kind, first)).until == period_of(kind, first).since


def test_a_period_that_is_cut_says_so() -> None:
    first, last = date(2026, 10, 30), date(2026, 11, 5)
    assert [(p.label, p.last - p.first) for p in split(first, last, PeriodKind.WEEK)] == [
        ("tuần 44 năm 2026 (một phần)", timedelta(days=2)), ("tuần 45 năm 2026 (một phần)", timedelta(days=3)),
    ]  # fmt: skip
    assert [p.label for p in split(date(2026, 10, 1), last, PeriodKind.MONTH)] == [
        "tháng 10 năm 2026", "tháng 11 năm 2026 (một phần)",
    ]  # fmt: skip
    assert [p.label for p in split(first, last, None)] == ["từ 30/10/2026 đến 05/11/2026"]


def test_the_least_number_that_a_figure_is_told_of() -> None:
    assert reckon("reach_factor", make_facts(origins=MIN_DOCUMENTS, copies=10)).value == 2
    assert reckon("reach_factor", make_facts(origins=MIN_DOCUMENTS - 1, copies=10)).value is None
    assert reckon("topic_concentration", make_facts(topics=[topic("a", MIN_DOCUMENTS)])).value == 1
    assert reckon("topic_concentration", make_facts(topics=[topic("a", MIN_DOCUMENTS - 1)])).value is None


def test_a_question_is_due_when_its_time_is_over() -> None:
    due, not_yet = Publication("a", "x", AS_OF - 48 * HOUR), Publication("b", "x", AS_OF - 48 * HOUR + MINUTE)
    found = reckon("answered_share", make_facts(asked=[due, not_yet]), hours=48)
    assert found.denominator == 1


def test_a_recovery_is_told_where_counts_of_its_first_or_last_hour_are_kept() -> None:
    opened = SINCE + 24 * HOUR
    alert = make_alert("a", level=3, stream="topic:a", opened_at=opened)
    until = opened + 48 * HOUR
    for kept, told in ((opened - 25 * HOUR, False), (opened - 24 * HOUR, True), (until, True), (until + HOUR, False)):
        facts = make_facts(alerts=[alert], hours={"topic:a": {kept: 6}}, as_of=until + 59 * MINUTE)
        assert (recoveries(facts)["a"] is not None) == told, kept
