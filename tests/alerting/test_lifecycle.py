"""What people may do with an alert: properties over any sequence of commands, and the cases people ask about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alerting.decide import Keep, Open, Policy, Raise, Situation, decide
from service.alerting.lifecycle import (
    MAX_TEXT,
    REOPEN_WITHIN,
    Changed,
    Command,
    Refused,
    Unchanged,
    Verb,
    act,
    allowed,
    clean,
    why_not_reopen,
)
from service.alerting.responses import plan_for
from service.domain.warning import Alert, AlertState, Level
from service.domain.wording import local_time
from tests.alerts import HOUR, NOW, make_signal, opened

commands = st.builds(
    Command,
    verb=st.sampled_from(Verb),
    who=st.sampled_from(["lan@agency.example.com", "minh@agency.example.com"]),
    text=st.sampled_from(["", "đã gọi báo", "lý do"]),
    target=st.sampled_from(["", "minh@agency.example.com", "a2"]),
    level=st.sampled_from([None, 3, 4, 4]),
)


def grave() -> Alert:
    return opened(make_signal(unusual=25.0, harmful=0.9, origins=12, sources=6))


@given(st.lists(commands, max_size=12))
def test_any_history_keeps_its_order_and_an_ended_alert_stays_ended_unless_a_person_opens_it_again(
    history: list[Command],
) -> None:
    alert, order = grave(), []
    for n, command in enumerate(history):
        before, outcome = alert, act(alert, command, now=NOW + timedelta(minutes=n))
        if isinstance(outcome, Changed):
            assert outcome.text
            assert command.verb in allowed(before) or before.state.ended
            alert = outcome.alert
            order.append(outcome.kind)
        if before.state.ended and order[-1] != "reopened":
            assert alert.state is before.state
            assert (alert.closed_at, alert.handling.ended_by) == (before.closed_at, before.handling.ended_by)
        if alert.state is not AlertState.OPEN:
            assert alert.acknowledged_at is not None
            assert alert.acknowledged_by is not None
        assert alert.state.ended == (alert.closed_at is not None)
        if alert.state is AlertState.DISMISSED:
            assert alert.handling.reason
    assert order.count("acknowledged") <= 1
    assert order.count("statement") <= 1
    ends = len([kind for kind in order if kind in ("closed", "dismissed", "merged")])
    assert ends - order.count("reopened") == alert.state.ended


@given(commands)
def test_the_same_command_again_changes_nothing_but_comments(command: Command) -> None:
    outcome = act(grave(), command, now=NOW)
    if isinstance(outcome, Changed) and command.verb is not Verb.COMMENT:
        again = act(outcome.alert, command, now=NOW + timedelta(minutes=1))
        assert isinstance(again, Unchanged | Refused) or again.alert == outcome.alert


def test_a_level_is_confirmed_once_and_asked_for_again_only_where_it_rises() -> None:
    alert = opened(make_signal(unusual=8.0))
    assert (alert.level, alert.proposed) == (Level.RISK, True)
    refusal = Command(verb=Verb.REFUSE, who="lan@agency.example.com", text="chỉ một vụ việc", level=Level.RISK)
    said = act(alert, refusal, now=NOW)
    assert isinstance(said, Changed)
    assert (said.alert.proposed, said.alert.state) == (False, AlertState.ACKNOWLEDGED)
    kept = decide(make_signal(unusual=8.0), Situation(own=said.alert), now=NOW)
    assert isinstance(kept, Keep)
    assert not kept.alert.proposed
    higher = make_signal(unusual=25.0, harmful=0.9, origins=12, sources=6)
    raised = decide(higher, Situation(own=said.alert), now=NOW)
    assert isinstance(raised, Raise)
    assert raised.alert.proposed


@pytest.mark.parametrize("verb", [Verb.CONFIRM, Verb.REFUSE])
def test_nobody_confirms_or_refuses_a_level_that_they_have_not_seen(verb: Verb) -> None:
    shown = opened(make_signal(unusual=8.0))
    risen = decide(make_signal(unusual=25.0, harmful=0.9, origins=12, sources=6), Situation(own=shown), now=NOW)
    assert isinstance(risen, Raise)
    assert (shown.level, risen.alert.level) == (Level.RISK, Level.CRISIS)
    for level in (Level.RISK, None):
        refused = act(risen.alert, Command(verb=verb, who="lan", text="đã xem", level=level), now=NOW)
        assert isinstance(refused, Refused)
        assert "hiện ở mức L4" in refused.reason
    done = act(risen.alert, Command(verb=verb, who="lan", text="đã xem", level=4), now=NOW)
    assert isinstance(done, Changed)
    assert done.alert.handling.verdict is not None
    assert done.alert.handling.verdict.level == Level.CRISIS


@pytest.mark.parametrize("verb", [Verb.CLOSE, Verb.DISMISS, Verb.MERGE])
def test_nobody_ends_an_alert_that_they_have_not_seen_as_it_is(verb: Verb) -> None:
    alert = changed(opened(make_signal(unusual=8.0)), Verb.ACKNOWLEDGE).alert
    command = Command(verb=verb, who=MINH, text="tin cũ", target="a2", level=3, seen=2)
    older = act(alert, replace(command, level=2), now=NOW, lines=2)
    assert isinstance(older, Refused)
    assert "hiện ở mức L3" in older.reason
    others_work = act(alert, command, now=NOW, lines=3)  # a colleague has confirmed it meanwhile
    assert isinstance(others_work, Refused)
    assert "diễn biến mới" in others_work.reason
    assert isinstance(act(alert, command, now=NOW, lines=2), Changed)
    # programs need not say what they saw
    assert isinstance(act(alert, replace(command, level=None, seen=None), now=NOW, lines=3), Changed)
    ended = changed(alert, Verb.CLOSE, text="xong").alert
    assert act(ended, command, now=NOW, lines=3) == Refused("Cảnh báo đã kết thúc.")


def test_a_draft_that_nobody_has_filled_in_is_no_statement() -> None:
    alert = opened()
    for text, blank in (
        (plan_for(alert).statement, "còn chỗ chưa điền: “["), ("Số: [...]. Xin lỗi.", "còn chỗ chưa điền: “[...]”"),
        ("Quy định đang có hiệu lực:", "dừng ở dấu hai chấm"), ("Xem [1], [nguồn]", "còn chỗ chưa điền: “[nguồn]”"),
    ):  # fmt: skip
        refused = act(alert, Command(verb=Verb.STATE, who=LAN, text=text), now=NOW)
        assert isinstance(refused, Refused)
        assert blank in refused.reason
    changed(alert, Verb.STATE, text="Xem [1] tại https://vss.gov.vn/tin?x[]=1 và trang chủ.")


def test_a_statement_is_corrected_by_who_has_seen_it() -> None:
    stated = changed(opened(), Verb.STATE, text="Trên cổng").alert
    again = Command(verb=Verb.STATE, who=LAN, text="Trên báo", instead="ghi nhầm", seen=2)
    assert isinstance(act(stated, again, now=NOW, lines=2), Changed)
    refused = act(stated, again, now=NOW, lines=3)
    assert isinstance(refused, Refused)
    assert "đã có diễn biến mới" in refused.reason
    assert isinstance(act(stated, replace(again, text="Trên cổng"), now=NOW, lines=3), Unchanged)


def test_a_statement_has_the_time_at_which_it_was_made_and_can_be_corrected() -> None:
    alert, now = replace(opened(), opened_at=NOW + timedelta(seconds=40)), NOW + timedelta(hours=8)
    for at in (NOW - timedelta(minutes=1), now + timedelta(seconds=1)):
        refused = act(alert, Command(verb=Verb.STATE, who=LAN, text="Trên cổng", at=at), now=now)
        assert isinstance(refused, Refused)
        assert refused.reason.startswith("Giờ công bố phải từ lúc phát hiện (10:")
    first = changed(alert, Verb.STATE, text="Trên cổng", at=NOW, now=now)  # given in minutes
    assert first.alert.handling.statement_at == alert.opened_at
    later = changed(alert, Verb.STATE, text="Trên cổng", at=NOW + timedelta(minutes=20), now=now)
    assert later.alert.handling.statement_at == NOW + timedelta(minutes=20)
    assert later.text == f"Phát ngôn đầu tiên (công bố lúc {local_time(NOW + timedelta(minutes=20))}): Trên cổng"
    assert isinstance(act(later.alert, Command(verb=Verb.STATE, who=MINH, text="Trên báo"), now=now), Unchanged)
    assert Verb.STATE in allowed(later.alert)
    mended = changed(later.alert, Verb.STATE, MINH, text="Trên báo", instead="ghi nhầm nơi đăng", now=now)
    assert (mended.alert.handling.statement, mended.kind) == ("Trên báo", "restated")
    assert mended.alert.handling.statement_at == NOW + timedelta(minutes=20)
    assert "lý do: ghi nhầm nơi đăng" in mended.text
    same = Command(verb=Verb.STATE, who=MINH, text="Trên báo", instead="bấm hai lần")
    assert isinstance(act(mended.alert, same, now=now), Unchanged)


def test_who_begins_is_who_handles_it() -> None:
    given = changed(opened(), Verb.ASSIGN, target=MINH).alert
    refused = act(given, Command(verb=Verb.TAKE, who=LAN), now=NOW)
    assert isinstance(refused, Refused)
    assert f"đang giao cho {MINH}" in refused.reason
    assert changed(given, Verb.TAKE, MINH).alert.handling.assigned_to == MINH
    taken_over = changed(changed(given, Verb.ASSIGN, LAN, target=LAN).alert, Verb.TAKE, LAN).alert
    assert (taken_over.state, taken_over.handling.assigned_to) == (AlertState.IN_HAND, LAN)


def test_closing_and_dismissing_need_a_reason_and_closing_somebody_who_has_seen_it() -> None:
    alert = opened()
    assert isinstance(act(alert, Command(verb=Verb.DISMISS, who="lan", text=" \u200b\n"), now=NOW), Changed | Refused)
    assert isinstance(act(alert, Command(verb=Verb.DISMISS, who="lan", text=" \n"), now=NOW), Refused)
    assert isinstance(act(alert, Command(verb=Verb.CLOSE, who="lan", text="xong"), now=NOW), Refused)
    dismissed = act(alert, Command(verb=Verb.DISMISS, who="lan", text="tin cũ đăng lại"), now=NOW)
    assert isinstance(dismissed, Changed)
    assert dismissed.alert.state is AlertState.DISMISSED


def test_an_alert_that_people_work_on_recovers_before_it_ends_and_relapses() -> None:
    taken = act(opened(), Command(verb=Verb.TAKE, who="lan"), now=NOW)
    assert isinstance(taken, Changed)
    calm = Policy().calm
    quiet = make_signal(unusual=0.0, value=0, at=HOUR + calm)
    eased = decide(quiet, Situation(own=taken.alert), now=NOW + calm)
    assert isinstance(eased, Keep)
    assert eased.alert.state is AlertState.RECOVERING
    again = decide(quiet, Situation(own=eased.alert), now=NOW + calm + timedelta(minutes=1))
    assert isinstance(again, Keep)
    assert again.alert == eased.alert
    back = decide(make_signal(at=HOUR + calm), Situation(own=eased.alert), now=NOW + calm)
    assert isinstance(back, Keep)
    assert back.alert.state is AlertState.IN_HAND


def test_a_person_who_says_it_recovers_is_not_contradicted_by_the_same_level() -> None:
    seen = replace(opened(), state=AlertState.RECOVERING)
    kept = decide(make_signal(), Situation(own=seen), now=NOW)
    assert isinstance(kept, Keep)
    assert kept.alert.state is AlertState.RECOVERING


def test_a_dismissed_alert_is_not_opened_again_by_what_it_told_of() -> None:
    gone = act(opened(), Command(verb=Verb.DISMISS, who="lan", text="báo nhầm"), now=NOW + timedelta(hours=2))
    assert isinstance(gone, Changed)
    assert not isinstance(decide(make_signal(), Situation(own=gone.alert), now=NOW + timedelta(hours=9)), Open)


@pytest.mark.parametrize("text", ["a\x00b", "a\u202eb", "a\x1bb"])
def test_text_of_people_is_plain(text: str) -> None:
    assert clean(text) == "a b"
    assert clean("dòng một\r\ndòng hai") == "dòng một\ndòng hai"


LAN, MINH = "lan@agency.example.com", "minh@agency.example.com"


def changed(alert: Alert, verb: Verb, who: str = LAN, *, now: datetime = NOW, **more: Any) -> Changed:
    outcome = act(alert, Command(verb=verb, who=who, **more), now=now)
    assert isinstance(outcome, Changed), outcome
    return outcome


def test_what_a_person_has_ended_a_person_opens_again_as_it_was() -> None:
    alert = opened(make_signal(unusual=8.0))
    gone = changed(alert, Verb.DISMISS, text="bấm nhầm").alert
    assert (gone.level, gone.proposed) == (Level.NORMAL, False)
    assert isinstance(act(gone, Command(verb=Verb.REOPEN, who=MINH, text=" "), now=NOW), Refused)
    back = changed(gone, Verb.REOPEN, MINH, text="vẫn đang lan", now=NOW + timedelta(hours=3))
    assert (back.kind, back.text) == ("reopened", "Mở lại: vẫn đang lan")
    assert (back.alert.level, back.alert.proposed, back.alert.state) == (Level.RISK, True, AlertState.ACKNOWLEDGED)
    assert (back.alert.closed_at, back.alert.handling.reason, back.alert.handling.ended_by) == (None, "", None)
    confirmed = changed(alert, Verb.CONFIRM, level=3).alert
    ended = changed(changed(confirmed, Verb.ASSIGN, target=MINH).alert, Verb.CLOSE, text="xong").alert
    again = changed(ended, Verb.REOPEN, text="nhầm").alert
    assert (again.level, again.proposed, again.state) == (Level.RISK, False, AlertState.ASSIGNED)


@pytest.mark.parametrize("verb", [Verb.ACKNOWLEDGE, Verb.ASSIGN, Verb.TAKE, Verb.CONFIRM, Verb.REFUSE, Verb.MERGE])
def test_what_is_asked_of_an_alert_that_has_ended_is_refused(verb: Verb) -> None:
    gone = changed(opened(make_signal(unusual=8.0)), Verb.DISMISS, text="báo nhầm").alert
    outcome = act(gone, Command(verb=verb, who=LAN, target=MINH, text="x", level=3), now=NOW)
    assert outcome == Refused("Cảnh báo đã kết thúc.")


def test_an_alert_is_not_opened_again_that_was_merged_that_the_machine_ended_or_that_is_long_over() -> None:
    alert = opened(make_signal(unusual=8.0))
    assert isinstance(act(alert, Command(verb=Verb.REOPEN, who=LAN, text="x"), now=NOW), Unchanged)
    merged = changed(alert, Verb.MERGE, target="a2").alert
    calm = replace(alert, state=AlertState.CLOSED, closed_at=NOW, level=Level.NORMAL)
    gone = changed(alert, Verb.DISMISS, text="báo nhầm").alert
    assert why_not_reopen(gone, now=NOW + REOPEN_WITHIN) == ""
    for ended, now in ((merged, NOW), (calm, NOW), (gone, NOW + REOPEN_WITHIN + timedelta(seconds=1))):
        refused = act(ended, Command(verb=Verb.REOPEN, who=LAN, text="x"), now=now)
        assert refused == Refused(why_not_reopen(ended, now=now))


def test_a_later_word_about_a_level_replaces_an_earlier_one_and_says_so() -> None:
    confirmed = changed(opened(make_signal(unusual=8.0)), Verb.CONFIRM, level=3).alert
    assert Verb.REFUSE in allowed(confirmed)
    assert Verb.CONFIRM not in allowed(confirmed)
    assert isinstance(act(confirmed, Command(verb=Verb.CONFIRM, who=MINH, level=3), now=NOW), Unchanged)
    unseen = act(confirmed, Command(verb=Verb.REFUSE, who=MINH, text="tin cũ", level=4), now=NOW)
    assert isinstance(unseen, Refused)
    refused = changed(confirmed, Verb.REFUSE, MINH, text="tin cũ đăng lại", level=3)
    assert refused.text == f"Không xác nhận mức L3, thay cho ý kiến trước ({LAN} đã xác nhận mức L3): tin cũ đăng lại"
    verdict = refused.alert.handling.verdict
    assert verdict is not None
    assert (verdict.by, verdict.confirmed) == (MINH, False)
    assert isinstance(act(refused.alert, Command(verb=Verb.CONFIRM, who=LAN, level=3), now=NOW), Refused)
    assert changed(refused.alert, Verb.CONFIRM, text="đã gọi tỉnh", level=3).alert.handling.verdict is not None
    # a level below L3 needs nobody's word, and nobody speaks of one that is over
    eased = replace(refused.alert, level=Level.WARNING)
    assert {Verb.CONFIRM, Verb.REFUSE}.isdisjoint(allowed(eased))
    ended = changed(refused.alert, Verb.CLOSE, text="xong").alert
    assert {Verb.CONFIRM, Verb.REFUSE}.isdisjoint(allowed(ended))


@pytest.mark.parametrize(("length", "outcome"), [(MAX_TEXT, Changed), (MAX_TEXT + 1, Refused)])
def test_texts_have_a_longest_length(length: int, outcome: type) -> None:
    comment = Command(verb=Verb.COMMENT, who="lan@agency.example.com", text="a" * length)
    assert isinstance(act(opened(), comment, now=NOW), outcome)


@pytest.mark.parametrize("stream", ["topic:pension", "all", "story:s1", "place:01", "topic:pension@01"])
def test_an_account_of_a_province_only_comments_on_what_is_not_its_own(stream: str) -> None:
    alert = replace(grave(), stream=stream)
    for verb in Verb:
        wanted = Command(verb=verb, who="dn@x", text="lý do", target="a2", level=int(alert.level), provinces=("48",))
        outcome = act(alert, wanted, now=NOW)
        assert isinstance(outcome, Changed if verb is Verb.COMMENT else Refused), verb
    assert allowed(alert, ["48"]) == {Verb.COMMENT}
    own = replace(alert, stream="topic:pension@48")
    assert allowed(own, ["48"]) == allowed(own) > {Verb.DISMISS, Verb.ASSIGN, Verb.CONFIRM}


def test_nobody_takes_an_alert_from_somebody_they_did_not_see() -> None:
    def assign(alert: Alert, to: str, seen: str | None) -> object:
        return act(alert, Command(verb=Verb.ASSIGN, who="tt@x", target=to, assigned=seen), now=NOW)

    given = assign(grave(), "minh@x", "")
    assert isinstance(given, Changed)
    refused = assign(given.alert, "lan@x", "")
    assert isinstance(refused, Refused)
    assert "vừa được giao cho minh@x" in refused.reason
    assert isinstance(assign(given.alert, "minh@x", ""), Unchanged)  # what was wanted is so
    assert isinstance(assign(given.alert, "lan@x", "minh@x"), Changed)
    assert isinstance(assign(given.alert, "lan@x", None), Changed)  # programs need not say what they saw
