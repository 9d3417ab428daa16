"""Decisions about findings as values: who may do what from where, and what never happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.findings import Finding, FindingState, Measure, Move
from service.domain.judgement import Limb
from service.domain.persons import person_key, same_person
from service.review.personal import refusal
from service.review.reasons import CORRECTION, LIMBS, cut, reasons, suggestion
from service.review.workflow import CHANGED, CLOCK, MAX_TEXT, Decided, Decision, NotPossible, decide, possible
from tests.alerts import make_finding
from tests.builders import NOW

LAN, MINH = "lan@agency.example.com", "minh@agency.example.com"
ALIASES = ["lan@agency.example.com", "LAN@Agency.Example.com", "lan+2@agency.example.com", "l.an@agency.example.com"]


def decision(finding: Finding, move: Move, who: str) -> Decision:
    """What somebody decides who has the finding before them as it is now."""
    return Decision(move=move, who=who, seen=finding.moves, reason="lý do", proposal="Nội dung")


def decided(finding: Finding, move: Move, who: str, reason: str = "lý do", proposal: str = "Cảnh báo") -> Finding:
    outcome = decide(
        finding, Decision(move=move, who=who, seen=finding.moves, reason=reason, proposal=proposal), now=NOW
    )
    assert isinstance(outcome, Decided), outcome
    return outcome.finding


ONWARD = {
    Move.PROPOSE_WARNING, Move.PROPOSE_CORRECTION, Move.APPROVE, Move.PUBLISH, Move.RETRACT, Move.FOLLOW_UP,
    Move.FOLLOWED_UP,
}  # fmt: skip


def test_no_history_publishes_without_two_people() -> None:
    reached: Counter[FindingState] = Counter()

    @given(st.data(), st.sampled_from(Limb))
    def histories(data: st.DataObject, limb: Limb) -> None:
        finding = make_finding(limb)
        approved: str | None = None
        for _ in range(data.draw(st.integers(0, 15))):
            who = data.draw(st.sampled_from([*ALIASES, MINH]))
            # any move may be tried; half of them lead on, or hardly any history would come to the end
            onward = sorted(ONWARD & possible(finding, who))
            move = data.draw(st.sampled_from(onward) | st.sampled_from(Move) if onward else st.sampled_from(Move))
            finding = after(finding, move, who)
            reached[finding.state] += 1
            # what stands in public is what two have agreed on, however often it was retracted and proposed again
            approved = finding.proposal if finding.state is FindingState.APPROVED else approved
            if finding.state is FindingState.PUBLISHED:
                assert finding.proposal == approved
            if finding.state is FindingState.RETRACTED:
                approved = None

    histories()
    assert reached[FindingState.PUBLISHED], reached
    assert reached[FindingState.RETRACTED], reached


def after(finding: Finding, move: Move, who: str) -> Finding:
    """The finding after somebody has tried a move, with what holds whoever tries what."""
    outcome = decide(finding, decision(finding, move, who), now=NOW)
    assert isinstance(outcome, Decided) == (move in possible(finding, who))
    if isinstance(outcome, NotPossible):
        assert outcome.reason
        return finding
    found = outcome.finding
    assert found.moves == finding.moves + 1
    if found.state in (FindingState.APPROVED, FindingState.PUBLISHED):
        assert found.proposed_by is not None
        assert found.approved_by is not None
        assert not same_person(found.proposed_by, found.approved_by)
    if found.measure is Measure.WARNING:
        assert found.limb.is_fraud
    if found.state in (FindingState.FOLLOW_UP, FindingState.FOLLOWED_UP):
        assert not found.limb.is_fraud
    return found


@pytest.mark.parametrize("move", [Move.PROPOSE_WARNING, Move.PROPOSE_CORRECTION])
def test_what_one_proposes_and_another_approves_is_published(move: Move) -> None:
    proposed = decided(make_finding(), move, LAN, proposal="Văn bản A")
    approved = decided(proposed, Move.APPROVE, MINH, reason="")
    public = decided(approved, Move.PUBLISH, LAN, reason="https://agency.example.com/canh-bao")
    assert (public.state, public.proposal) == (FindingState.PUBLISHED, "Văn bản A")
    assert (public.proposed_by, public.approved_by) == (LAN, MINH)


def published(text: str = "Văn bản A") -> Finding:
    proposed = decided(make_finding(), Move.PROPOSE_WARNING, LAN, proposal=text)
    return decided(decided(proposed, Move.APPROVE, MINH, reason=""), Move.PUBLISH, LAN, reason="trang của cơ quan")


@pytest.mark.parametrize("who", [LAN, MINH, "hoa@agency.example.com"])
def test_one_person_with_a_reason_retracts_and_another_text_takes_two_again(who: str) -> None:
    public = published()
    for move in (Move.PROPOSE_CORRECTION, Move.PROPOSE_WARNING, Move.WITHDRAW, Move.REOPEN, Move.APPROVE, Move.PUBLISH):
        assert isinstance(decide(public, decision(public, move, who), now=NOW), NotPossible)
    assert isinstance(decide(public, replace(decision(public, Move.RETRACT, who), reason=" "), now=NOW), NotPossible)
    gone = decided(public, Move.RETRACT, who)
    assert (gone.state, gone.proposal, gone.proposed_by, gone.approved_by) == (FindingState.RETRACTED, "", None, None)
    assert gone.state.ended
    for move in set(Move) - {Move.REOPEN}:
        assert isinstance(decide(gone, decision(gone, move, who), now=NOW), NotPossible)
    again = decided(decided(gone, Move.REOPEN, who), Move.PROPOSE_WARNING, who, proposal="Văn bản B")
    assert isinstance(decide(again, decision(again, Move.APPROVE, who), now=NOW), NotPossible)
    other = LAN if who != LAN else MINH
    second = decided(decided(again, Move.APPROVE, other, reason=""), Move.PUBLISH, who, reason="trang")
    assert (second.state, second.proposal) == (FindingState.PUBLISHED, "Văn bản B")


def test_the_place_of_a_publication_is_corrected_and_its_text_stays() -> None:
    public = published()
    moved = decided(public, Move.CORRECT_PLACE, MINH, reason="cổng thông tin", proposal="Văn bản khác")
    assert replace(moved, moves=public.moves) == public
    assert isinstance(decide(make_finding(), decision(make_finding(), Move.CORRECT_PLACE, LAN), now=NOW), NotPossible)


@pytest.mark.parametrize("move", [Move.PROPOSE_WARNING, Move.PROPOSE_CORRECTION])
@pytest.mark.parametrize("words", ["", " \n\t"])
def test_nothing_is_proposed_without_a_text(move: Move, words: str) -> None:
    finding = make_finding()
    empty = replace(decision(finding, move, LAN), proposal=words)
    assert decide(finding, empty, now=NOW) == NotPossible("Vui lòng ghi nội dung dự kiến công bố.")


@pytest.mark.parametrize("move", [Move.PROPOSE_WARNING, Move.PROPOSE_CORRECTION])
@pytest.mark.parametrize(
    ("words", "blank"),
    [
        (CORRECTION, "dừng ở dấu hai chấm"), (CORRECTION.strip() + "\n", "dừng ở dấu hai chấm"),
        ("BHXH Việt Nam cảnh báo: [nêu thủ đoạn]. Không chuyển tiền.", "“[nêu thủ đoạn]”"),
        ("Từ [...] đến nay", "“[...]”"), ("Còn [một nửa", "“[”"), ("một nửa] còn lại", "“]”"),
    ],
)  # fmt: skip
def test_a_draft_is_not_proposed_before_its_blanks_are_filled_in(move: Move, words: str, blank: str) -> None:
    finding = make_finding()
    refused = decide(finding, replace(decision(finding, move, LAN), proposal=words), now=NOW)
    assert isinstance(refused, NotPossible)
    assert blank in refused.reason


@pytest.mark.parametrize("limb", [Limb.FORGERY, Limb.PROPERTY])
def test_a_suggested_warning_stands_as_it_is(limb: Limb) -> None:
    assert decided(make_finding(limb), Move.PROPOSE_WARNING, LAN, proposal=suggestion(limb))


def test_a_proposal_is_withdrawn_by_whoever_made_it_and_an_approved_one_by_anybody() -> None:
    proposed = decided(make_finding(), Move.PROPOSE_WARNING, LAN)
    refused = decide(proposed, decision(proposed, Move.WITHDRAW, MINH), now=NOW)
    assert refused == NotPossible("Người đề xuất mới rút được đề xuất; người khác có thể trả lại.")
    assert Move.WITHDRAW not in possible(proposed, MINH)
    assert decided(proposed, Move.WITHDRAW, ALIASES[2]).state is FindingState.OPEN
    approved = decided(proposed, Move.APPROVE, MINH)
    assert decided(approved, Move.WITHDRAW, MINH).state is FindingState.OPEN


def test_texts_of_two_thousand_characters_are_taken_and_longer_ones_refused() -> None:
    finding = make_finding()
    assert decided(finding, Move.PROPOSE_WARNING, LAN, reason="l" * MAX_TEXT, proposal="c" * MAX_TEXT)
    for reason, proposal in (("l" * (MAX_TEXT + 1), "c"), ("l", "c" * (MAX_TEXT + 1))):
        longer = Decision(move=Move.PROPOSE_WARNING, who=LAN, seen=0, reason=reason, proposal=proposal)
        assert decide(finding, longer, now=NOW) == NotPossible("Nội dung dài quá 2000 ký tự.")


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_is_the_same_person(alias: str) -> None:
    proposed = decided(make_finding(), Move.PROPOSE_WARNING, LAN)
    for move in (Move.APPROVE, Move.SEND_BACK):
        refused = decide(proposed, decision(proposed, move, alias), now=NOW)
        assert refused == NotPossible("Người duyệt phải khác người đề xuất.")
        assert move not in possible(proposed, alias)


@pytest.mark.parametrize("move", Move)
def test_a_decision_is_about_what_its_person_has_seen(move: Move) -> None:
    shown = decided(make_finding(), Move.PROPOSE_WARNING, LAN, proposal="Văn bản A")
    now_there = decided(decided(shown, Move.WITHDRAW, LAN), Move.PROPOSE_CORRECTION, LAN, proposal="Văn bản B")
    assert decide(now_there, decision(shown, move, MINH), now=NOW) == NotPossible(CHANGED)
    approved = decide(now_there, decision(now_there, Move.APPROVE, MINH), now=NOW)
    assert isinstance(approved, Decided)


def test_an_approval_that_was_forged_in_the_table_is_not_published() -> None:
    forged = make_finding(state=FindingState.APPROVED, proposed_by=LAN, approved_by="Lan@agency.example.com")
    assert isinstance(decide(forged, decision(forged, Move.PUBLISH, MINH), now=NOW), NotPossible)
    alone = replace(forged, approved_by=None)
    assert isinstance(decide(alone, decision(alone, Move.PUBLISH, MINH), now=NOW), NotPossible)


def test_the_clock_of_ten_days_starts_with_the_proposal_and_ends_with_its_withdrawal() -> None:
    proposed = decided(make_finding(), Move.PROPOSE_WARNING, LAN)
    assert proposed.due_at == NOW + CLOCK == NOW + timedelta(days=10)
    back = decided(proposed, Move.SEND_BACK, MINH)
    assert (back.state, back.due_at, back.proposed_by, back.proposal) == (FindingState.OPEN, None, None, "")


def test_not_an_act_is_one_click_and_can_be_opened_again() -> None:
    gone = decided(make_finding(), Move.NOT_AN_ACT, LAN, reason="")
    assert gone.state is FindingState.NOT_AN_ACT
    assert decided(gone, Move.REOPEN, MINH).state is FindingState.OPEN


@pytest.mark.parametrize("move", [m for m in Move if m not in (Move.NOT_AN_ACT, Move.APPROVE)])
def test_every_other_decision_needs_a_reason(move: Move) -> None:
    for state in FindingState:
        outcome = decide(make_finding(state=state), Decision(move=move, who=LAN, seen=0, proposal="Nội dung"), now=NOW)
        assert isinstance(outcome, NotPossible)


def test_a_program_decides_nothing() -> None:
    outcome = decide(make_finding(), Decision(move=Move.NOT_AN_ACT, who="token:may", seen=0), now=NOW)
    assert isinstance(outcome, NotPossible)


def test_there_is_no_move_that_reports_anybody() -> None:
    assert {str(m) for m in Move} == {
        "not_an_act", "reopen", "propose_warning", "propose_correction", "withdraw", "send_back", "approve", "publish",
        "correct_place", "retract", "follow_up", "followed_up",
    }  # fmt: skip


@given(st.emails())
def test_a_person_is_the_same_as_itself_in_any_case(email: str) -> None:
    assert same_person(email, email.upper()) or email.upper().casefold() != email.casefold()
    assert person_key(person_key(email)) == person_key(email)


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=5))
def test_a_text_in_pieces_is_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    pieces = cut(text, tuple(spans))
    assert "".join(piece for piece, _ in pieces) == text
    assert all(piece for piece, _ in pieces)
    marked = sum(len(piece) for piece, evidence in pieces if evidence)
    assert marked == len({i for a, b in spans for i in range(a, min(b, len(text)))})


@pytest.mark.parametrize(
    ("score", "for_it", "against_it"),
    [
        (0.999, "xác suất trên 99%", "thì chưa đến 1 trường hợp không phải"), (0.9901, "trên 99%", "chưa đến 1 "),
        (0.99, "99%", "khoảng 1 "), (0.5, "50%", "khoảng 50 "), (1.0, "trên 99%", "chưa đến 1 "),
        (0.004, "xác suất dưới 1%", "thì trên 99 trường hợp không phải"),
    ],
)  # fmt: skip
def test_the_machine_is_never_certain(score: float, for_it: str, against_it: str) -> None:
    why = reasons(Limb.FORGERY, score, kind="post", protected=False, protected_section=False, has_evidence=True)
    assert for_it in why.machine
    assert against_it in why.against[0]
    assert "100%" not in why.machine


@pytest.mark.parametrize("limb", list(Limb))
def test_reasons_stand_on_both_sides_and_say_what_is_protected(limb: Limb) -> None:
    why = reasons(limb, 0.87, kind="article", protected=True, protected_section=True, has_evidence=False)
    assert "87%" in why.machine
    assert len(why.against) >= 2
    assert any("quyền của người dân" in line for line in why.protected)
    assert suggestion(limb).startswith("BHXH Việt Nam")
    for text in (why.machine, suggestion(limb)):
        assert "thẻ BHXH" not in text  # there is no such card
    assert "máy bận" not in str(why.against)  # it is the hotline that is
    assert "Lừa lấy" not in LIMBS[limb]


def test_a_public_warning_names_every_channel_and_the_police() -> None:
    for channel in (
        " baohiemxahoi.gov.vn", "dichvucong.baohiemxahoi.gov.vn", "Cổng Dịch vụ công Quốc gia", "ứng dụng VssID",
    ):  # fmt: skip
        assert channel in suggestion(Limb.FORGERY)
    assert "mua bán sổ BHXH, thẻ BHYT" in suggestion(Limb.PROPERTY)
    assert "nếu đã bị lừa, báo ngay công an nơi gần nhất" in suggestion(Limb.PROPERTY)
    assert "tổng đài có đầu số 1800, 1900" in refusal([])
