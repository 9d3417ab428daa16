"""What may be decided about a finding, by whom, and what it becomes: a pure decision on values.

A public warning or correction takes two different people, whatever path they come by: who approves is compared with who
proposed as persons, not as accounts. One person with a reason retracts it; another text takes two again. Findings about
institutions go to the agency's own inspection unit. There is no move that reports a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.domain.findings import Finding, FindingState, Measure, Move
from service.domain.permissions import Action
from service.domain.persons import same_person
from service.domain.text import unfilled

MAX_TEXT = 2000
CLOCK = timedelta(days=10)
REMIND_BEFORE = timedelta(days=2)
S = FindingState
CHANGED = (
    "Mục này đã thay đổi sau khi quý vị mở trang, nên quyết định chưa được ghi nhận. Vui lòng đọc nội dung hiện tại "
    "rồi quyết định lại."
)

# move -> states it starts from
FROM: Mapping[Move, frozenset[FindingState]] = {
    Move.NOT_AN_ACT: frozenset({S.OPEN, S.PROPOSED}),
    Move.REOPEN: frozenset({S.NOT_AN_ACT, S.RETRACTED}),
    Move.PROPOSE_WARNING: frozenset({S.OPEN}),
    Move.PROPOSE_CORRECTION: frozenset({S.OPEN}),
    Move.WITHDRAW: frozenset({S.PROPOSED, S.APPROVED}),
    Move.SEND_BACK: frozenset({S.PROPOSED}),
    Move.APPROVE: frozenset({S.PROPOSED}),
    Move.PUBLISH: frozenset({S.APPROVED}),
    Move.CORRECT_PLACE: frozenset({S.PUBLISHED}),
    Move.RETRACT: frozenset({S.PUBLISHED}),
    Move.FOLLOW_UP: frozenset({S.OPEN}),
    Move.FOLLOWED_UP: frozenset({S.FOLLOW_UP}),
}
# one click is enough for these; everything else needs a reason
WITHOUT_REASON = frozenset({Move.NOT_AN_ACT, Move.APPROVE})
NEEDS = {Move.APPROVE: Action.APPROVE, Move.SEND_BACK: Action.APPROVE, Move.FOLLOWED_UP: Action.INSPECT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decides.

    Attributes:
        who: address of the account; a program without a person behind it cannot decide.
        seen: how many decisions the finding had when it was shown to this person.
        reason: why; for PUBLISH and CORRECT_PLACE where the warning was published.
        proposal: text of the warning or correction (PROPOSE_*).
        cited: legal basis of the content's date, or empty where its slot is empty.
        place: where the newest text was published, as it is kept (CORRECT_PLACE).
    """

    move: Move
    who: str
    seen: int
    reason: str = ""
    proposal: str = ""
    cited: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """The finding after the decision."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class NotPossible:
    """Why not, in Vietnamese."""

    reason: str


def decide(finding: Finding, decision: Decision, *, now: datetime) -> Decided | NotPossible:
    """What becomes of a finding.

    Args:
        now: UTC.
    """
    if "@" not in decision.who:
        return NotPossible("Quyết định phải do một người có tài khoản đưa ra.")
    if decision.seen != finding.moves:
        # what this person has read is not what the decision would be about: another text, perhaps
        return NotPossible(CHANGED)
    if finding.state not in FROM[decision.move]:
        return NotPossible("Việc này đã qua hoặc chưa tới bước đó; vui lòng tải lại trang.")
    if decision.move not in WITHOUT_REASON and not decision.reason.strip():
        return NotPossible("Vui lòng ghi lý do.")
    if max(len(decision.reason), len(decision.proposal)) > MAX_TEXT:
        return NotPossible(f"Nội dung dài quá {MAX_TEXT} ký tự.")
    outcome = DOERS[decision.move](finding, decision, now)
    if isinstance(outcome, NotPossible):
        return outcome
    return Decided(replace(outcome, updated_at=now, moves=finding.moves + 1))


def possible(finding: Finding, who: str | None) -> frozenset[Move]:
    """Moves that this person could make now, for the page's buttons."""
    found = {move for move, states in FROM.items() if finding.state in states}
    if not finding.limb.is_fraud:
        found.discard(Move.PROPOSE_WARNING)
    else:
        found.discard(Move.FOLLOW_UP)
    if who is None:
        return frozenset()
    if finding.proposed_by is not None and same_person(finding.proposed_by, who):
        found -= {Move.APPROVE, Move.SEND_BACK}
    elif finding.state is S.PROPOSED:
        found.discard(Move.WITHDRAW)
    return frozenset(found)


def _reset(finding: Finding, state: FindingState) -> Finding:
    return replace(
        finding, state=state, measure=None, proposal="", cited="", proposed_by=None, approved_by=None, due_at=None,
        reminded=0,
    )  # fmt: skip


def _not_an_act(finding: Finding, _decision: Decision, _now: datetime) -> Finding | NotPossible:
    return _reset(finding, S.NOT_AN_ACT)


def _back(finding: Finding, _decision: Decision, _now: datetime) -> Finding | NotPossible:
    return _reset(finding, S.OPEN)


def _propose(measure: Measure) -> Callable[[Finding, Decision, datetime], Finding | NotPossible]:
    def propose(finding: Finding, decision: Decision, now: datetime) -> Finding | NotPossible:
        if measure is Measure.WARNING and not finding.limb.is_fraud:
            return NotPossible("Cảnh báo công khai chỉ dành cho hành vi lừa dối công chúng.")
        if not decision.proposal.strip():
            return NotPossible("Vui lòng ghi nội dung dự kiến công bố.")
        if problem := unfilled(decision.proposal):
            return NotPossible(problem)
        return replace(
            finding,
            state=S.PROPOSED,
            measure=measure,
            proposal=decision.proposal.strip(),
            cited=decision.cited,
            proposed_by=decision.who,
            approved_by=None,
            due_at=now + CLOCK,
            reminded=0,
        )

    return propose


def _withdraw(finding: Finding, decision: Decision, _now: datetime) -> Finding | NotPossible:
    # what was approved may be stopped by anybody who reviews; a proposal is taken back by whoever made it
    mine = finding.proposed_by is not None and same_person(finding.proposed_by, decision.who)
    if finding.state is S.PROPOSED and not mine:
        return NotPossible("Người đề xuất mới rút được đề xuất; người khác có thể trả lại.")
    return _reset(finding, S.OPEN)


def _send_back(finding: Finding, decision: Decision, _now: datetime) -> Finding | NotPossible:
    return _other_person(finding, decision) or _reset(finding, S.OPEN)


def _approve(finding: Finding, decision: Decision, _now: datetime) -> Finding | NotPossible:
    return _other_person(finding, decision) or replace(finding, state=S.APPROVED, approved_by=decision.who)


def _other_person(finding: Finding, decision: Decision) -> NotPossible | None:
    if finding.proposed_by is None or same_person(finding.proposed_by, decision.who):
        return NotPossible("Người duyệt phải khác người đề xuất.")
    return None


def _publish(finding: Finding, _decision: Decision, _now: datetime) -> Finding | NotPossible:
    if finding.proposed_by is None or finding.approved_by is None:
        return NotPossible("Cần một người đề xuất và một người khác duyệt trước khi công bố.")
    if same_person(finding.proposed_by, finding.approved_by):
        return NotPossible("Người duyệt phải khác người đề xuất.")
    return replace(finding, state=S.PUBLISHED)


def _correct_place(finding: Finding, decision: Decision, _now: datetime) -> Finding | NotPossible:
    if decision.reason.strip() == decision.place:
        # everybody would be mailed what they know
        return NotPossible("Nơi công bố này đã được ghi nhận; vui lòng ghi nơi khác nếu cần sửa.")
    # the text stays what two people have agreed on; where it stands is in the decision
    return finding


def _retract(finding: Finding, _decision: Decision, _now: datetime) -> Finding | NotPossible:
    return _reset(finding, S.RETRACTED)


def _follow_up(finding: Finding, _decision: Decision, _now: datetime) -> Finding | NotPossible:
    if finding.limb.is_fraud:
        return NotPossible("Theo dõi nội bộ dành cho cách làm của cơ quan, đơn vị.")
    return replace(finding, state=S.FOLLOW_UP)


def _followed_up(finding: Finding, _decision: Decision, _now: datetime) -> Finding | NotPossible:
    return replace(finding, state=S.FOLLOWED_UP)


DOERS: Mapping[Move, Callable[[Finding, Decision, datetime], Finding | NotPossible]] = {
    Move.NOT_AN_ACT: _not_an_act,
    Move.REOPEN: _back,
    Move.PROPOSE_WARNING: _propose(Measure.WARNING),
    Move.PROPOSE_CORRECTION: _propose(Measure.CORRECTION),
    Move.WITHDRAW: _withdraw,
    Move.SEND_BACK: _send_back,
    Move.APPROVE: _approve,
    Move.PUBLISH: _publish,
    Move.CORRECT_PLACE: _correct_place,
    Move.RETRACT: _retract,
    Move.FOLLOW_UP: _follow_up,
    Move.FOLLOWED_UP: _followed_up,
}
