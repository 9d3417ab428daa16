"""What becomes of a signal: properties that hold for any signal, and the cases people ask about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alerting.decide import Close, Keep, Open, Policy, Quiet, Raise, Relapse, Silence, Situation, decide
from service.alerting.gates import gates
from service.alerting.levels import Gate, Rules, level_of
from service.alerting.wording import ended, level_label, quiet_if, standing, why
from service.domain.warning import Alert, AlertState, Level, Signal, Verdict
from tests.alerts import HOUR, NOW, make_signal, opened

signals = st.builds(
    make_signal,
    unusual=st.floats(0, 30),
    harmful=st.floats(0, 1),
    sure=st.floats(0, 1),
    value=st.integers(0, 50),
    expected=st.floats(0, 50),
    origins=st.integers(0, 50),
    sources=st.integers(0, 20),
)


@given(signals)
def test_no_alert_of_level_two_or_more_without_two_origins_and_two_publishers(signal: Signal) -> None:
    if level_of(signal) >= Level.WARNING:
        assert signal.origins >= 2
        assert signal.sources >= 2


@given(signals, st.floats(0, 5))
def test_a_higher_score_never_gives_a_lower_level(signal: Signal, more: float) -> None:
    assert level_of(replace(signal, unusual=signal.unusual + more)) >= level_of(signal)


@given(signals)
def test_what_was_decided_is_not_decided_again(signal: Signal) -> None:
    decision = decide(signal, Situation(), now=NOW)
    if isinstance(decision, Open):
        again = decide(signal, Situation(own=decision.alert), now=NOW)
        assert isinstance(again, Keep)
        assert again.alert == decision.alert


@given(signals)
def test_high_levels_are_proposals_and_always_told(signal: Signal) -> None:
    silence = Silence(stream=signal.stream, until=NOW + timedelta(days=1), reason="bảo trì")
    decision = decide(signal, Situation(silences=[silence], told_today=1000), now=NOW)
    if isinstance(decision, Open):
        assert decision.alert.proposed == (decision.alert.level >= Level.RISK)
        assert decision.tell == (decision.alert.level >= Level.RISK)


@given(signals)
def test_every_decision_says_why(signal: Signal) -> None:
    decision = decide(signal, Situation(), now=NOW)
    assert decision.reason
    if isinstance(decision, Open):
        assert decision.alert.why
        assert decision.alert.quiet_if


def test_the_hour_is_named_by_both_ends_where_only_reports_of_the_press_ask() -> None:
    told = why(replace(make_signal(value=0), asked=Level.WATCH, reasons=("Báo A đưa tin",)), subject="")
    assert told.startswith("Trong giờ 10:00-11:00 ngày 02/03/2026, về chủ đề “Lương hưu, tuổi nghỉ hưu”: Báo A")
    late = why(replace(make_signal(value=0, at=HOUR.replace(hour=16)), asked=Level.WATCH, reasons=("Báo A đưa tin",)))
    assert late.startswith("Trong giờ 23:00-24:00 ngày 02/03/2026, ")


@pytest.mark.parametrize(
    ("value", "said"), [(8, "nay gấp khoảng 8 lần"), (2, "gấp khoảng 2 lần"), (1, "(mức thường khoảng 1)")]
)
def test_how_many_times_is_said_where_it_is_many(value: int, said: str) -> None:
    assert said in why(make_signal(value=value))
    assert "gấp 1" not in why(make_signal(value=value))


def test_the_day_is_told_as_single_hours_are_never_tested() -> None:
    told = why(replace(make_signal(value=1), day=14, day_expected=3.5))
    assert told.startswith(
        "Trong 24 giờ tính đến giờ 10:00-11:00 ngày 02/03/2026 có 14 tin, bài gốc tiêu cực về chủ đề"
    )
    assert "(mức thường khoảng 3,5; nay gấp khoảng 4 lần), với 8 bài gốc của 4 cơ quan báo chí" in told
    assert why(make_signal(value=8)).startswith("Trong giờ 10:00-11:00 "), "signals of before did not tell"


def test_what_was_counted_is_said_once_where_all_of_it_bears_the_alert_out() -> None:
    told = why(replace(make_signal(value=1, origins=16, sources=7), day=16, day_expected=1.27))
    assert "có 16 tin, bài gốc tiêu cực của 7 cơ quan báo chí, diễn đàn độc lập về chủ đề “Lương hưu" in told
    assert told.endswith("(mức thường khoảng 1,3; nay gấp khoảng 13 lần).")


def test_praise_however_loud_is_no_signal() -> None:
    decision = decide(make_signal(value=0, expected=0.1, unusual=20.0), Situation(), now=NOW)
    assert isinstance(decision, Quiet)
    assert decision.reason == "Không có tin, bài gốc tiêu cực; tin trung lập hoặc tích cực không gây cảnh báo."


def test_backfilled_documents_open_nothing() -> None:
    decision = decide(make_signal(at=HOUR - timedelta(days=3)), Situation(), now=NOW)
    assert isinstance(decision, Quiet)


def test_a_graver_signal_raises_and_tells_again() -> None:
    alert = opened(make_signal(unusual=4.6))
    decision = decide(make_signal(unusual=12.0), Situation(own=alert), now=NOW + timedelta(minutes=5))
    assert isinstance(decision, Raise)
    assert decision.tell
    assert decision.alert.peak_level > alert.peak_level


def test_an_alert_ends_after_calm_and_not_before() -> None:
    alert, calm = opened(), Policy().calm
    quiet = make_signal(unusual=0.0, value=0, at=HOUR + calm)
    assert isinstance(decide(quiet, Situation(own=alert), now=NOW + calm / 2), Keep)
    closed = decide(quiet, Situation(own=alert), now=NOW + calm)
    assert isinstance(closed, Close)
    assert closed.alert.state is AlertState.CLOSED


GRAVE = {"unusual": 8.0, "harmful": 0.6, "day": 12, "day_expected": 1.0}


def told_again(alert: Alert, hours: Sequence[tuple[float, int]]) -> tuple[list[int], Alert]:
    """Hours after the alert at which it is told that it climbs back; its scores and days hour by hour."""
    told = []
    for n, (unusual, day) in enumerate(hours, start=1):
        signal = make_signal(**GRAVE | {"unusual": unusual, "day": day, "at": HOUR + n * timedelta(hours=1)})
        decision = decide(signal, Situation(own=alert), now=NOW + n * timedelta(hours=1))
        assert isinstance(decision, Keep | Relapse)
        alert = decision.alert
        told += [n] * isinstance(decision, Relapse)
    return told, alert


def test_an_alert_that_climbs_back_to_level_three_is_told_again_once() -> None:
    alert = opened(make_signal(**GRAVE))
    assert alert.level is Level.RISK
    told, again = told_again(alert, [(4.6, 6)] * 6 + [(9.0, 14)] * 5)
    assert told == [7]
    assert (again.level, again.peak_level) == (Level.RISK, Level.RISK)
    assert again.signal.day == 14, "the figures are those of now"
    assert "có 14 tin" in again.why


def test_hours_at_the_usual_level_count_as_below() -> None:
    told, _ = told_again(opened(make_signal(**GRAVE)), [(0.0, 1)] * 7 + [(9.0, 14)] * 2)
    assert told == [8]


def test_a_level_that_flutters_is_not_told_again() -> None:
    assert told_again(opened(make_signal(**GRAVE)), ([(4.6, 6)] * 4 + [(9.0, 14)]) * 6)[0] == []
    unseen = opened(make_signal(**GRAVE))
    late = make_signal(**GRAVE | {"at": HOUR + timedelta(hours=9)})
    assert isinstance(decide(late, Situation(own=unseen), now=NOW + timedelta(hours=9)), Keep), "nobody looked"


def test_a_document_that_lifts_what_longer_sums_hold_is_no_relapse_until_the_day_is_as_loud_as_was_told() -> None:
    told, alert = told_again(opened(make_signal(**GRAVE)), [(4.6, 2)] * 6 + [(9.0, 3)] * 3)
    assert (told, alert.level) == ([], Level.RISK)
    assert told_again(opened(make_signal(**GRAVE)), [(4.6, 2)] * 6 + [(9.0, 3)] * 3 + [(9.0, 12)] * 3)[0] == [10]


def test_an_alert_that_never_was_grave_does_not_relapse() -> None:
    alert = opened(make_signal(**GRAVE | {"unusual": 4.6}))
    told, again = told_again(alert, [(3.1, 6)] * 8 + [(4.7, 14)])
    assert told == []
    assert again.handling.eased_at is None


def test_a_relapse_says_since_when_it_was_lower() -> None:
    eased = replace(opened(make_signal(**GRAVE)), level=Level.WARNING)
    eased = replace(eased, handling=replace(eased.handling, eased_at=NOW - timedelta(hours=9)))
    back = decide(make_signal(**GRAVE), Situation(own=eased), now=NOW)
    assert isinstance(back, Relapse)
    assert back.reason == (
        "Cảnh báo tăng lại lên mức L3 (nguy cơ khủng hoảng, đề xuất), sau khi đã xuống dưới mức L3 từ 01:20 ngày "
        "02/03/2026."
    )
    again = decide(make_signal(**GRAVE), Situation(own=back.alert), now=NOW)
    assert isinstance(again, Keep)
    raised = replace(eased, handling=replace(eased.handling, eased_at=None))
    assert isinstance(decide(make_signal(**GRAVE), Situation(own=raised), now=NOW), Keep), "it has only just fallen"


def test_a_relapse_that_another_stream_bears_out_stays_on_its_figures() -> None:
    eased = replace(opened(make_signal(**GRAVE)), level=Level.WARNING)
    eased = replace(
        eased, signal=replace(eased.signal, stream="all"),
        handling=replace(eased.handling, eased_at=NOW - timedelta(hours=9)),
    )  # fmt: skip
    loud = make_signal(**GRAVE | {"unusual": 4.6})
    back = decide(loud, Situation(own=eased, borne=Level.RISK), now=NOW)
    assert isinstance(back, Relapse)
    assert (back.alert.signal, back.alert.why) == (eased.signal, eased.why)


def test_a_night_does_not_end_an_alert_whose_day_is_still_unusual() -> None:
    alert, calm = opened(make_signal(day=20, day_expected=2.0)), Policy().calm
    for hour in range(1, 21):
        night = make_signal(
            value=0, expected=0.1, at=HOUR + timedelta(hours=hour), day=20 - hour // 2, day_expected=2.0
        )
        kept = decide(night, Situation(own=alert), now=NOW + timedelta(hours=hour))
        assert isinstance(kept, Keep)
        alert = kept.alert
        assert alert.level is alert.peak_level
    over = make_signal(value=0, expected=0.1, day=3, day_expected=2.0, at=HOUR + timedelta(hours=21))
    low = decide(over, Situation(own=alert), now=NOW + timedelta(hours=21))
    assert isinstance(low, Keep)
    closed = decide(over, Situation(own=low.alert), now=NOW + timedelta(hours=20) + calm)
    assert isinstance(closed, Close)
    assert "của 24 giờ đã ở mức thường trong 12 giờ liền" in closed.reason


def test_what_the_press_reported_ends_in_its_own_words() -> None:
    alert = opened(make_signal(unusual=0.0, value=0, origins=2, asked=Level.WARNING))
    closed = decide(make_signal(unusual=0.0, value=0), Situation(own=alert), now=NOW + Policy().calm)
    assert isinstance(closed, Close)
    assert closed.reason == "Không có thêm tin nào như vậy trong 12 giờ liền."


def test_an_alert_does_not_rise_while_its_day_ebbs() -> None:
    alert = opened(make_signal(unusual=7.5, harmful=0.9, day=35, day_expected=2.0))
    graver = make_signal(unusual=14.0, harmful=0.9, day=9, day_expected=2.0, at=HOUR + timedelta(hours=20))
    kept = decide(graver, Situation(own=alert), now=NOW + timedelta(hours=20))
    assert isinstance(kept, Keep)
    assert kept.alert.level is alert.peak_level
    grown = replace(graver, day=35)
    assert isinstance(decide(grown, Situation(own=alert), now=NOW + timedelta(hours=20)), Raise)
    worse = replace(graver, harmful=0.95)
    assert isinstance(decide(worse, Situation(own=alert), now=NOW + timedelta(hours=20)), Raise), "graver harm is news"
    night = replace(grown, value=0)
    assert isinstance(decide(night, Situation(own=alert), now=NOW + timedelta(hours=20)), Keep), "nothing new came"
    other = replace(opened(), id="other", stream="topic:fraud", signal=replace(alert.signal, stream="topic:pension"))
    covered = decide(graver, Situation(covering=[other]), now=NOW + timedelta(hours=20))
    assert isinstance(covered, Quiet)
    assert "ít hơn lúc báo" in covered.reason


def test_an_ended_alert_is_not_opened_again_by_what_it_told_of() -> None:
    alert = opened()
    ended = replace(alert, state=AlertState.CLOSED, updated_at=NOW + timedelta(hours=30))
    assert isinstance(decide(make_signal(), Situation(own=ended), now=NOW + timedelta(hours=40)), Quiet)
    later = make_signal(at=HOUR + timedelta(hours=40))
    assert isinstance(decide(later, Situation(own=ended), now=NOW + timedelta(hours=40)), Open)


def test_the_last_alert_about_the_province_counts_too() -> None:
    local = Situation(local="topic:pension@38")
    alert = decide(make_signal(), local, now=NOW)
    assert isinstance(alert, Open)
    assert alert.alert.stream == "topic:pension@38"
    dismissed = replace(alert.alert, state=AlertState.DISMISSED, updated_at=NOW + timedelta(minutes=5))
    again = decide(make_signal(), replace(local, local_own=dismissed), now=NOW + timedelta(hours=8))
    assert isinstance(again, Quiet)
    assert "kết thúc lúc" in again.reason


def test_an_alert_does_not_calm_down_when_the_press_takes_it_up() -> None:
    alert = opened(make_signal(unusual=8.0, day=8, day_expected=0.5))
    assert alert.level is Level.RISK
    less = make_signal(unusual=4.8, value=0, day=6, day_expected=0.5, at=HOUR + timedelta(hours=12))
    later = NOW + timedelta(hours=12)
    fallen = decide(less, Situation(own=alert), now=later)
    assert isinstance(fallen, Keep)
    assert fallen.alert.level is Level.WARNING
    held = decide(less, Situation(own=alert, taken_up=True), now=later)
    assert isinstance(held, Keep)
    assert held.alert.level is Level.RISK
    over = replace(less, unusual=0.5, day=1, day_expected=1.0)
    assert isinstance(decide(over, Situation(own=alert, taken_up=True), now=later + timedelta(hours=12)), Close)


@pytest.mark.parametrize(
    ("here", "words"), [(7, "trên cả nước, trong đó 7 nhắc đến Nghệ An"), (8, "”, đều nhắc đến Nghệ An")]
)
def test_an_alert_of_a_province_says_how_many_of_the_countrys_counts_name_it(here: int, words: str) -> None:
    signal = make_signal(day=8, day_expected=1.0)
    decision = decide(signal, Situation(local="topic:pension@40", here=here), now=NOW)
    assert isinstance(decision, Open)
    assert words in decision.alert.why
    assert "Nghệ An" not in opened(signal).why


@pytest.mark.parametrize("stream", ["topic:pension", "topic:pension@38"])
def test_a_silence_holds_for_the_stream_of_the_alert_and_of_the_signal(stream: str) -> None:
    silence = Silence(id=1, stream=stream, reason="đã biết", author="a", since=NOW, until=NOW + timedelta(hours=9))
    signal = make_signal(unusual=4.8, harmful=0.4)
    decision = decide(signal, Situation(local="topic:pension@38", silences=[silence]), now=NOW)
    assert isinstance(decision, Open)
    assert not decision.tell


def test_an_open_alert_on_the_same_documents_inhibits() -> None:
    other = replace(opened(make_signal(unusual=12.0)), id="other", stream="topic:fraud")
    decision = decide(make_signal(), Situation(covering=[other]), now=NOW)
    assert isinstance(decision, Quiet)
    assert "Đã nằm trong cảnh báo" in decision.reason


def test_an_open_alert_covers_however_long_it_has_been_quiet() -> None:
    other = replace(
        opened(make_signal(unusual=12.0)), id="other", stream="topic:fraud", updated_at=NOW - timedelta(days=1)
    )
    decision = decide(make_signal(), Situation(covering=[other]), now=NOW)
    assert isinstance(decision, Quiet)
    assert "Đã nằm trong cảnh báo" in decision.reason


def test_an_alert_that_has_just_ended_covers_its_documents_in_other_streams_too() -> None:
    closed_at = NOW + timedelta(hours=2)
    other = replace(
        opened(make_signal(unusual=12.0)), id="other", stream="topic:fraud", state=AlertState.CLOSED,
        level=Level.NORMAL, updated_at=closed_at, closed_at=closed_at,
    )  # fmt: skip
    soon = make_signal(at=HOUR + timedelta(hours=2))
    decision = decide(soon, Situation(covering=[other]), now=closed_at + timedelta(minutes=1))
    assert isinstance(decision, Quiet)
    assert "kết thúc lúc" in decision.reason
    graver = replace(other, peak_level=Level.WATCH)
    assert isinstance(decide(soon, Situation(covering=[graver]), now=closed_at + timedelta(minutes=1)), Open)
    late = make_signal(at=HOUR + timedelta(hours=9))
    assert isinstance(decide(late, Situation(covering=[other]), now=closed_at + timedelta(hours=7)), Open)


def test_what_was_dismissed_covers_nothing_wider() -> None:
    signal, at = make_signal(stream="topic:pension"), NOW + timedelta(minutes=1)

    def covered(stream: str, by: str, *, state: AlertState = AlertState.DISMISSED, local: str | None = None) -> bool:
        ended = replace(
            opened(make_signal(unusual=12.0)), id="other", stream=by, state=state, level=Level.NORMAL, updated_at=NOW,
            closed_at=NOW,
        )  # fmt: skip
        situation = Situation(covering=[ended], local=local)
        return isinstance(decide(replace(signal, stream=stream), situation, now=at), Quiet)

    # what a province calls a false alarm is not so for the country
    assert not covered("topic:pension", "topic:pension@38")
    assert not covered("all", "place:38")
    assert not covered("place:38", "topic:pension@38")
    assert not covered("all", "topic:pension")
    # nor what is said of one story for its topic or its province
    assert not covered("topic:pension", "story:s1")
    assert not covered("place:38", "story:s1")
    assert covered("story:s1", "topic:pension@38")
    assert covered("topic:pension", "topic:pension@38", local="topic:pension@38")
    assert covered("topic:fraud@38", "topic:pension@38")
    assert covered("topic:pension@38", "topic:pension")
    assert covered("topic:fraud", "topic:pension")
    assert covered("topic:pension", "topic:pension@38", state=AlertState.CLOSED)


def test_the_headline_rises_with_the_level() -> None:
    early = make_signal(unusual=1.5, early=1.0, reasons=("dấu hiệu",))
    watch = opened(early)
    assert watch.headline.startswith("Dấu hiệu sớm cần theo dõi")
    graver = make_signal(unusual=10.2, reasons=("dấu hiệu",), at=HOUR + timedelta(hours=1))
    raised = decide(graver, Situation(own=watch), now=NOW)
    assert isinstance(raised, Raise)
    assert raised.alert.headline.startswith("Phản ánh tiêu cực tăng bất thường về chủ đề")
    other = replace(graver, stream="topic:fund")
    covered = decide(other, Situation(covering=[watch]), now=NOW)
    assert isinstance(covered, Raise)
    assert covered.alert.headline == raised.alert.headline  # what it is about stays


def test_a_warning_is_no_early_sign() -> None:
    watch = opened(make_signal(value=0, unusual=0.1, asked=Level.WATCH, reasons=("Báo A đưa tin",)))
    assert watch.headline.startswith("Dấu hiệu sớm cần theo dõi về chủ đề")
    reported = make_signal(value=0, unusual=0.1, asked=Level.WARNING, reasons=("Báo A và Báo B đưa tin",))
    assert opened(reported).headline.startswith("Sự việc được báo chí đưa tin về chủ đề")
    raised = decide(reported, Situation(own=watch), now=NOW)
    assert isinstance(raised, Raise)
    assert raised.alert.headline.startswith("Sự việc được báo chí đưa tin về chủ đề")
    counted = decide(make_signal(unusual=12.0), Situation(own=raised.alert), now=NOW + timedelta(minutes=5))
    assert isinstance(counted, Raise)
    assert counted.alert.headline.startswith("Phản ánh tiêu cực tăng bất thường về chủ đề")


def test_what_ends_is_what_there_was() -> None:
    asked = opened(make_signal(value=0, unusual=0.1, asked=Level.WATCH, reasons=("Báo A đưa tin",)))
    quiet = make_signal(value=0, unusual=0.0, at=HOUR + Policy().calm)
    for state in (AlertState.OPEN, AlertState.IN_HAND):
        end = decide(quiet, Situation(own=replace(asked, state=state)), now=NOW + Policy().calm)
        assert "Không có thêm tin nào như vậy trong 12 giờ liền" in end.reason
    assert isinstance(end, Keep)
    assert ended(asked).endswith("không có thêm tin nào như vậy.")
    assert ended(opened()).endswith("số tin, bài gốc tiêu cực của 24 giờ đã ở mức thường.")


def test_a_level_says_what_people_said_of_it() -> None:
    def said(confirmed: bool) -> Verdict:
        return Verdict(level=Level.RISK, confirmed=confirmed, by="lan@agency.example.com", at=NOW)

    assert [standing(level, None) for level in (1, 2, 3, 4)] == ["", "", " (đề xuất)", " (đề xuất)"]
    assert [standing(level, said(True)) for level in (2, 3, 4)] == ["", " (đã xác nhận)", " (đề xuất)"]
    assert standing(3, said(False)) == " (không được xác nhận)"
    assert level_label(Level.RISK, said(False)) == "L3 (nguy cơ khủng hoảng, không được xác nhận)"
    assert level_label(Level.WARNING) == "L2 (cảnh báo)"


def test_a_graver_signal_on_the_same_documents_raises_the_open_alert_instead_of_opening_a_second_one() -> None:
    topic = replace(opened(make_signal(unusual=4.0)), id="other", stream="topic:fraud")
    assert topic.peak_level is Level.WATCH
    wide = make_signal(unusual=8.0, stream="all")
    decision = decide(wide, Situation(covering=[topic]), now=NOW)
    assert isinstance(decision, Raise)
    assert (decision.alert.id, decision.alert.stream, decision.alert.signal) == ("other", "topic:fraud", wide)
    assert decision.alert.peak_level > Level.WATCH
    assert decision.tell
    assert decision.alert.why.startswith(
        "Cảnh báo về chủ đề “Lương hưu, tuổi nghỉ hưu” được nâng mức theo số liệu sau. Trong giờ 10:00-11:00 "
    )
    assert "về bảo hiểm xã hội nói chung (" in decision.alert.why
    again = decide(wide, Situation(covering=[decision.alert]), now=NOW)
    assert isinstance(again, Quiet)


def test_an_alert_keeps_the_level_that_the_stream_which_raised_it_bears_out() -> None:
    topic = replace(opened(make_signal(unusual=4.0)), level=Level.WARNING, peak_level=Level.WARNING)
    own = make_signal(unusual=3.0)
    borne = decide(own, Situation(own=topic, borne=Level.WARNING), now=NOW)
    assert isinstance(borne, Keep)
    assert borne.alert.level is Level.WARNING
    alone = decide(own, Situation(own=topic), now=NOW)
    assert isinstance(alone, Keep)
    assert alone.alert.level is Level.WATCH
    assert borne.reason == "Vẫn ở mức L2 (cảnh báo)."
    assert alone.reason == "Giảm từ mức L2 xuống mức L1 (theo dõi)."
    again = decide(own, Situation(own=alone.alert, borne=Level.WARNING), now=NOW)
    assert isinstance(again, Keep)
    assert again.reason == "Tăng lại từ mức L1 lên mức L2 (cảnh báo)."


@given(signals, st.sampled_from([Level.NORMAL, Level.WATCH, Level.WARNING]))
def test_what_reports_of_the_press_ask_for_is_the_least_level(signal: Signal, asked: Level) -> None:
    assert level_of(replace(signal, asked=asked)) == max(level_of(signal), asked)


def test_the_daily_budget_holds_back_warnings_only() -> None:
    full = Situation(told_today=Policy().daily_budget)
    held = decide(make_signal(unusual=5.5, harmful=0.3), full, now=NOW)
    assert isinstance(held, Open)
    assert not held.tell
    assert "đã đủ" in held.reason


def test_rules_refuse_a_single_origin_for_warnings() -> None:
    gates = dict(Rules().gates) | {Level.WARNING: Gate(unusual=3.0, origins=1, publishers=1)}
    with pytest.raises(ValueError, match="at least two independent origins"):
        Rules(gates=gates)


def test_a_signal_of_another_stream_is_a_bug() -> None:
    with pytest.raises(ValueError, match="expected an alert of stream"):
        decide(make_signal(stream="topic:fund"), Situation(own=opened()), now=NOW)


def test_an_alert_may_follow_the_last_one_when_the_cool_down_is_over() -> None:
    cool_down = Policy().cool_down
    ended = replace(opened(), state=AlertState.CLOSED, updated_at=NOW, closed_at=NOW)
    later = make_signal(at=HOUR + cool_down)
    just_before = NOW + cool_down - timedelta(seconds=1)
    assert isinstance(decide(later, Situation(own=ended), now=just_before), Quiet)
    assert isinstance(decide(later, Situation(own=ended), now=NOW + cool_down), Open)


def test_a_signal_of_a_day_ago_is_the_oldest_that_opens() -> None:
    stale = Policy().stale
    assert isinstance(decide(make_signal(at=HOUR), Situation(), now=HOUR + stale), Open)
    assert isinstance(decide(make_signal(at=HOUR), Situation(), now=HOUR + stale + timedelta(seconds=1)), Quiet)


def test_as_much_as_expected_is_no_rise() -> None:
    assert "không vượt mức thường" in decide(make_signal(value=8, expected=8.0), Situation(), now=NOW).reason
    day = make_signal(day=16, day_expected=9.0)
    assert isinstance(decide(day, Situation(), now=NOW), Open), "9 and two standard deviations are 15"
    usual = decide(replace(day, day=15), Situation(), now=NOW)
    assert isinstance(usual, Quiet)
    assert "không vượt mức thường (khoảng 9)" in usual.reason


def test_the_days_before_open_nothing_by_themselves() -> None:
    after = make_signal(unusual=16.7, value=1, expected=0.2, day=3, day_expected=2.8)
    assert isinstance(decide(after, Situation(), now=NOW), Quiet), (
        "sums over three days still hold the crisis of before"
    )
    asked = decide(replace(after, asked=Level.WATCH), Situation(), now=NOW)
    assert isinstance(asked, Open)
    assert asked.alert.level is Level.WATCH


@pytest.mark.parametrize("level", [Level.WATCH, Level.WARNING, Level.RISK, Level.CRISIS])
def test_a_level_is_reached_at_its_gates_and_not_below(level: Level) -> None:
    gate = Rules().gates[level]
    weight = 1.0 if level is Level.WATCH else 0.75 + 0.5 * gate.harmful
    at = make_signal(
        unusual=gate.unusual / weight, harmful=gate.harmful, sure=gate.sure, origins=gate.origins,
        sources=gate.publishers,
    )  # fmt: skip
    assert level_of(at) == level
    below = [replace(at, unusual=at.unusual - 0.001), replace(at, origins=at.origins - 1)]
    below += [replace(at, sources=at.sources - 1)]
    below += [replace(at, sources=9, witnesses=at.sources - 1)] if gate.publishers > 1 else []
    below += [replace(at, harmful=at.harmful - 0.001)] if gate.harmful else []
    below += [replace(at, sure=at.sure - 0.001)] if gate.sure else []
    assert all(level_of(each) < level for each in below)


@pytest.mark.parametrize("name", ["early", "stay"])
def test_shares_of_the_rules_are_above_0_and_at_most_1(name: str) -> None:
    for share in (0.001, 1.0):
        Rules(**{name: share})
    for share in (0.0, 1.001):
        with pytest.raises(ValueError, match=f"{name}: expected more than 0 and at most 1"):
            Rules(**{name: share})


def test_a_figure_that_misses_its_threshold_does_not_read_like_it() -> None:
    near = make_signal(unusual=30.0, harmful=0.696, sure=0.9, origins=20, sources=9)
    [missing] = gates(near)[-1].missing
    assert missing == "cần mức ảnh hưởng từ 70%, hiện là 69,6%"
    passed = quiet_if(make_signal(unusual=4.502, harmful=0.5), Level.WARNING)
    assert "dưới 4,5 (hiện là 4,502, chưa tính là 4,5)" in passed
    exact = quiet_if(make_signal(unusual=4.5, harmful=0.2), Level.WATCH)
    assert "dưới 3 (hiện là 4,5)" in exact


def test_reports_of_the_press_are_promised_for_the_two_lower_levels_only() -> None:
    asked = gates(replace(make_signal(unusual=0.0), asked=Level.WARNING))
    assert [g.met for g in asked] == [True, True, False, False]
    assert ["tin giả bị bác bỏ" in g.asks for g in asked] == [True, True, False, False]
    assert [g.met for g in gates(replace(make_signal(unusual=0.0), asked=Level.WATCH))] == [True, False, False, False]


def test_the_gates_are_those_that_the_documents_name() -> None:
    """docs/detection.md and the desk go by these numbers."""
    gates_of = {level: (g.unusual, g.harmful, g.sure, g.origins, g.publishers) for level, g in Rules().gates.items()}
    assert gates_of == {
        Level.WATCH: (3.0, 0.0, 0.0, 1, 1),
        Level.WARNING: (4.5, 0.2, 0.0, 2, 2),
        Level.RISK: (7.0, 0.5, 0.6, 3, 2),
        Level.CRISIS: (10.0, 0.7, 0.75, 5, 3),
    }
    assert (Rules().early, Rules().stay) == (0.5, 0.8)


@pytest.mark.parametrize("level", [Level.WARNING, Level.RISK, Level.CRISIS])
@pytest.mark.parametrize("few", ["origins", "publishers"])
def test_rules_with_one_witness_are_refused(level: Level, few: str) -> None:
    gates_of = dict(Rules().gates)
    with pytest.raises(ValueError, match="at least two independent origins and publishers"):
        Rules(gates=gates_of | {level: replace(gates_of[level], **{few: 1})})


def test_early_signs_open_a_watch_from_half_strength_and_two_witnesses_on() -> None:
    least = make_signal(unusual=2.0, early=0.5, origins=2, sources=2)
    assert level_of(least) is Level.WATCH
    for weaker in ({"early": 0.49}, {"origins": 1}, {"sources": 1}, {"unusual": 1.7}):
        assert level_of(replace(least, **weaker)) is Level.NORMAL, weaker
