"""Decisions about findings: permission, the law of the content's date, the decision and its messages in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from service.domain.audit import Action as Done
from service.domain.findings import Finding, LegalBasis, Move
from service.domain.permissions import Action, may
from service.domain.persons import same_person
from service.domain.text import nfc
from service.parsing.own_contacts import OwnContacts, foreign_addresses, personal_data
from service.ports import Clock
from service.ports.storage import Store, Transaction
from service.review.legal import choose, citation, from_json, in_force
from service.review.message import about_deadline, about_move
from service.review.personal import not_own, refusal
from service.review.workflow import NEEDS, REMIND_BEFORE, Decided, Decision, NotPossible, decide
from service.usecases.audit import audit
from service.usecases.subscribe import heard, not_ended


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRoom:
    """What the review needs.

    Attributes:
        legal: shipped legal bases; loaded ones come from the database.
        desk: who is told of proposals and approvals beside the people who decide.
        inspection: the agency's own inspection unit.
        own: contacts that a warning may name.
    """

    store: Store
    clock: Clock
    legal: Sequence[LegalBasis]
    base_url: str
    desk: tuple[str, ...] = ()
    inspection: tuple[str, ...] = ()
    own: OwnContacts = field(default_factory=OwnContacts)


def bases(room: ReviewRoom, tx: Transaction) -> list[LegalBasis]:
    """Shipped and loaded legal bases, each with the days that it holds."""
    return in_force([*room.legal, *(from_json(body) for body in tx.legal_texts())])


def review(room: ReviewRoom, finding_id: str, decision: Decision) -> Decided | NotPossible | None:
    """Decide. None: no such finding. Whatever path a decision comes by, it comes through here."""
    now = room.clock.now()
    with room.store.begin() as tx:
        user = tx.user(decision.who)
        if user is None or not may(user, NEEDS.get(decision.move, Action.REVIEW)):
            return NotPossible("Tài khoản này không được đưa ra quyết định đó.")
        finding = tx.finding(finding_id)
        if finding is None:
            return None
        reason, proposal = nfc(decision.reason.strip()), nfc(decision.proposal.strip())
        # a placeholder in a public warning would say nothing, and the text itself must not be kept
        if found := personal_data(proposal, room.own) + personal_data(reason, room.own):
            return NotPossible(refusal(found))
        if decision.move in (Move.PUBLISH, Move.CORRECT_PLACE) and (foreign := foreign_addresses(reason, room.own)):
            return NotPossible(not_own(foreign))
        public = tx.published(finding_id)
        decision = replace(
            decision,
            reason=reason,
            proposal=proposal,
            cited=citation(choose(bases(room, tx), finding.content_at), finding.limb),
            place=public.where if public else "",
        )
        outcome = decide(finding, decision, now=now)
        if isinstance(outcome, Decided):
            reason = "\n\n".join(part for part in (decision.reason, decision.proposal) if part)
            published = outcome.finding.proposal if decision.move is Move.PUBLISH else ""
            tx.save_finding(
                outcome.finding, move=str(decision.move), actor=decision.who, reason=reason, text=published, at=now
            )
            subject = f"finding:{finding_id}"
            audit(tx, Done.DECIDED, actor=user.ref, at=now, subject=subject, move=decision.move, limb=finding.limb)
            _tell(room, tx, finding, outcome.finding, decision)
        return outcome


def _tell(room: ReviewRoom, tx: Transaction, before: Finding, after: Finding, decision: Decision) -> None:
    deciders = _deciders(tx, after)
    match decision.move:
        case Move.FOLLOW_UP:
            recipients: Sequence[str] = room.inspection
        case Move.SEND_BACK:
            recipients = [before.proposed_by] if before.proposed_by else []
        case Move.PROPOSE_WARNING | Move.PROPOSE_CORRECTION:
            approvers = [r for r in _deciders(tx, after, Action.APPROVE) if not same_person(r, decision.who)]
            recipients = [*approvers, *(r for r in room.desk if not same_person(r, decision.who))]
        case Move.APPROVE:
            # whoever reviews publishes: the person who proposed it first of all
            recipients = [*(r for r in _deciders(tx, after, Action.REVIEW) if r != decision.who), *room.desk]
        case Move.PUBLISH:
            # everybody on the staff who wants to hear of anything, each once
            recipients = [*room.desk, *(s.email for s, _ in heard(tx))]
        case Move.CORRECT_PLACE | Move.RETRACT:
            # those who have read it first of all
            recipients = [*not_ended(tx, tx.told_of_warning(after.id)), *room.desk, *(s.email for s, _ in heard(tx))]
            after = replace(before, moves=after.moves)
        case _:
            recipients = room.desk
    drafts = [
        about_move(
            after, decision.move, who=decision.who, reason=decision.reason, recipient=r, base_url=room.base_url,
            opens=r in deciders or decision.move is Move.FOLLOW_UP,
        )
        for r in dict.fromkeys(recipients)
    ]  # fmt: skip
    tx.enqueue([d for d in drafts if d is not None], at=room.clock.now())


def _deciders(tx: Transaction, finding: Finding, action: Action = Action.SEE_FINDINGS) -> list[str]:
    """Addresses of the accounts that may do something about a finding, and may read its publication at all."""
    users = [u for u in tx.accounts() if may(u, action)]
    return [u.email for u in users if tx.documents_within([finding.document_id], u.provinces)]


def remind(room: ReviewRoom) -> int:
    """Remind of warnings and corrections that are due soon, and once more when they are late; gives how many."""
    now = room.clock.now()
    told = 0
    with room.store.begin() as tx:
        for finding in tx.findings_waiting(due_before=now + REMIND_BEFORE):
            assert finding.due_at is not None
            overdue = finding.due_at <= now
            wanted = 2 if overdue else 1
            if finding.reminded >= wanted:
                continue
            able = [*_deciders(tx, finding, Action.APPROVE), *_deciders(tx, finding, Action.REVIEW)]
            drafts = [
                about_deadline(finding, overdue=overdue, recipient=r, base_url=room.base_url, opens=r in able)
                for r in dict.fromkeys([*able, *room.desk])
            ]
            tx.enqueue(drafts, at=now)
            tx.note_reminder(finding.id, reminded=wanted)
            told += 1
    return told
