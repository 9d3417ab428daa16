"""Findings: publications that may show fraud on the public or the conduct of an institution (ADR 0001).

They end in «not an act», in a public warning or correction, or in the agency's own follow-up; never in a report about a
person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.judgement import Limb, Span


class FindingState(StrEnum):
    """Where a finding stands."""

    OPEN = "open"
    NOT_AN_ACT = "not_an_act"
    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHED = "published"
    RETRACTED = "retracted"
    FOLLOW_UP = "follow_up"
    FOLLOWED_UP = "followed_up"

    @property
    def ended(self) -> bool:
        """Nothing is left to be done."""
        return self in (
            FindingState.NOT_AN_ACT, FindingState.PUBLISHED, FindingState.RETRACTED, FindingState.FOLLOWED_UP,
        )  # fmt: skip


class Measure(StrEnum):
    """What the agency says in public."""

    WARNING = "warning"
    CORRECTION = "correction"


class Move(StrEnum):
    """What a person decides."""

    NOT_AN_ACT = "not_an_act"
    REOPEN = "reopen"
    PROPOSE_WARNING = "propose_warning"
    PROPOSE_CORRECTION = "propose_correction"
    WITHDRAW = "withdraw"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    PUBLISH = "publish"
    CORRECT_PLACE = "correct_place"
    RETRACT = "retract"
    FOLLOW_UP = "follow_up"
    FOLLOWED_UP = "followed_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One limb that one document may show; it holds no text of the document.

    Attributes:
        limb: forgery, property, withheld or retaliation.
        clause: of the law the model was trained on; what is cited comes from the legal basis of the content's date.
        score: calibrated probability of the model, 0 to 1.
        evidence: [start, end) in code points of the document's masked text.
        content_at: when the document was published; chooses the legal basis.
        state: where it stands.
        measure: what the agency says in public about it; None before a proposal.
        proposal: text of the warning or correction; one with personal data is refused.
        cited: law and clause as they were when the proposal was made; empty where the slot was empty.
        proposed_by, approved_by: the two accounts that decided, never the same person; None until then.
        due_at: when the warning or correction has to be published (10 days, counted from the proposal).
        reminded: how many reminders were sent.
        moves: decisions so far, so that each has messages of its own and is about what its person has seen.
    """

    id: str
    document_id: str
    limb: Limb
    clause: int
    score: float
    evidence: tuple[Span, ...]
    model: str
    content_at: datetime
    created_at: datetime
    updated_at: datetime
    state: FindingState = FindingState.OPEN
    measure: Measure | None = None
    proposal: str = ""
    cited: str = ""
    proposed_by: str | None = None
    approved_by: str | None = None
    due_at: datetime | None = None
    reminded: int = 0
    moves: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """A line of the queue; those of one publication follow each other.

    Attributes:
        content_at: when the publication was published; chooses the law.
        due_at: when the warning or correction has to be published; None before a proposal.
        proposed_by: account that proposed it; None before a proposal.
        copies: other findings of the same limb on copies of the same publication.
        moves: decisions so far; a decision carries it as `seen`.
    """

    id: str
    document_id: str
    limb: str
    score: float
    state: str
    measure: str | None
    title: str
    excerpt: str
    source: str
    kind: str
    content_at: datetime
    created_at: datetime
    due_at: datetime | None
    proposed_by: str | None
    copies: int
    moves: int


@dataclass(frozen=True, slots=True)
class Published:
    """The newest text that a finding has published: when, and where it stands, as corrected since."""

    at: datetime
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningView:
    """A published warning or correction: the agency's own words, nothing of the publication.

    Attributes:
        text: as it was published.
        cited: empty in one that was retracted before another was proposed.
        where: where it was published, as whoever published it or corrected the place has said.
        published_at: when its publication was noted.
        received_by: accounts that have taken note of this text.
        retracted_at, retracted_by, retracted_why: None and empty while it stands.
    """

    finding_id: str
    limb: str
    measure: str
    text: str
    cited: str
    where: str
    published_at: datetime
    received_by: list[str]
    retracted_at: datetime | None = None
    retracted_by: str | None = None
    retracted_why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """A decision about a finding.

    Attributes:
        finding_id, limb: tell earlier decisions on the same publication apart.
        move: what was decided.
        reason: in the words of the person; may be empty.
    """

    finding_id: str
    limb: str
    at: datetime
    move: str
    actor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingDetailView:
    """A finding with what the person who decides has to see.

    Attributes:
        finding: the finding itself.
        protected: the text is protected speech.
        protected_section: it stands in letters pages or a hotline, which are protected whatever a model says.
        text: masked; None once its retention is over.
        parts: the text cut into (piece, whether it is evidence).
        decisions: about this finding, oldest first.
        near_copies: earlier decisions on the same publication and its copies, whatever the limb, and on the same limb
            of others of its story.
    """

    finding: Finding
    title: str
    url: str
    source: str
    kind: str
    protected: bool
    protected_section: bool
    text: str | None
    excerpt: str
    parts: list[tuple[str, bool]]
    decisions: list[DecisionView]
    near_copies: list[DecisionView]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalBasis:
    """A prohibition that is in force from a day until another, or an empty slot for one not yet loaded.

    Attributes:
        law, article: as they are cited, in Vietnamese; empty for an empty slot.
        valid_from, valid_to: ISO dates, both inclusive; None: open end.
        clauses: the text, whole, by number of the clause.
        limbs: which clause a limb belongs to.
        source: where the text was taken from.
    """

    law: str
    article: str
    valid_from: str
    valid_to: str | None
    clauses: dict[int, str]
    limbs: dict[Limb, int]
    source: str

    @property
    def empty(self) -> bool:
        return not self.clauses
