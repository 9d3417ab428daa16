"""Findings, the decisions about them, and legal texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from service.domain.findings import Finding, FindingState, Measure, Move, Published
from service.domain.judgement import Limb
from service.storage.schema import FindingDecisionRow, FindingRow, LegalTextRow, NotificationRow, WarningReceiptRow
from service.storage.sql import insert_new, table, upsert

FINDINGS, DECISIONS, LEGAL = table(FindingRow), table(FindingDecisionRow), table(LegalTextRow)
RECEIPTS, OUTBOX = table(WarningReceiptRow), table(NotificationRow)
WAITING = (str(FindingState.PROPOSED), str(FindingState.APPROVED))


class ReviewTables:
    """See service.ports.desk.ReviewStorage."""

    connection: Connection

    def add_findings(self, findings: Sequence[Finding]) -> None:
        insert_new(self.connection, FINDINGS, [_values(f) for f in findings])

    def replace_findings(self, document_id: str, findings: Sequence[Finding]) -> None:
        """Findings of a text that has come in full; what somebody has decided about stays, with its evidence gone."""
        mine = FINDINGS.c.document_id == document_id
        self.connection.execute(delete(FINDINGS).where(mine, FINDINGS.c.moves == 0))
        self.connection.execute(update(FINDINGS).where(mine).values(evidence=[]))
        self.add_findings(findings)

    def blur_findings(self, document_id: str) -> None:
        """The document has another text now: where the evidence stood in the old one says nothing any more."""
        self.connection.execute(update(FINDINGS).where(FINDINGS.c.document_id == document_id).values(evidence=[]))

    def finding(self, finding_id: str) -> Finding | None:
        query = select(FINDINGS).where(FINDINGS.c.id == finding_id).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else finding_of(row)

    def save_finding(
        self, finding: Finding, *, move: str, actor: str, reason: str, at: datetime, text: str = ""
    ) -> None:
        self.connection.execute(update(FINDINGS).where(FINDINGS.c.id == finding.id).values(**_values(finding)))
        line = {"finding_id": finding.id, "at": at, "move": move, "actor": actor, "reason": reason, "text": text}
        self.connection.execute(insert(DECISIONS).values(**line))

    def published(self, finding_id: str) -> Published | None:
        c = DECISIONS.c
        mine = (c.finding_id == finding_id) & c.move.in_([str(Move.PUBLISH), str(Move.CORRECT_PLACE)])
        found = self.connection.execute(select(c.move, c.at, c.reason).where(mine).order_by(c.id)).all()
        made = [r.at for r in found if r.move == Move.PUBLISH]
        return Published(made[-1], found[-1].reason) if made else None

    def told_of_warning(self, finding_id: str) -> list[str]:
        key = OUTBOX.c.key.startswith(f"finding:{finding_id}:{Move.PUBLISH}:", autoescape=True)
        return list(self.connection.scalars(select(OUTBOX.c.recipient).where(key).order_by(OUTBOX.c.id)))

    def findings_waiting(self, *, due_before: datetime) -> list[Finding]:
        """Proposed or approved, not published, due before a time."""
        query = select(FINDINGS).where(FINDINGS.c.state.in_(WAITING), FINDINGS.c.due_at < due_before)
        return [finding_of(r) for r in self.connection.execute(query.order_by(FINDINGS.c.due_at))]

    def note_reminder(self, finding_id: str, *, reminded: int) -> None:
        self.connection.execute(update(FINDINGS).where(FINDINGS.c.id == finding_id).values(reminded=reminded))

    def add_receipt(self, finding_id: str, email: str, *, at: datetime) -> bool:
        mine = (RECEIPTS.c.finding_id == finding_id) & (RECEIPTS.c.email == email)
        known, text = self.connection.scalar(select(RECEIPTS.c.at).where(mine)), self.published(finding_id)
        if known is not None and (text is None or known >= text.at):
            return False
        # what somebody took note of before was another text, retracted since
        upsert(self.connection, RECEIPTS, [{"finding_id": finding_id, "email": email, "at": at}])
        return True

    def legal_texts(self) -> list[Mapping[str, Any]]:
        """Bodies of loaded legal texts, oldest first."""
        return list(self.connection.scalars(select(LEGAL.c.body).order_by(LEGAL.c.id)))

    def add_legal_text(self, body: Mapping[str, Any], *, sha256: str, at: datetime) -> None:
        """Keep a legal text."""
        row = {"valid_from": body["valid_from"], "sha256": sha256, "body": dict(body), "loaded_at": at}
        insert_new(self.connection, LEGAL, [row])


def finding_of(r: Row[Any]) -> Finding:
    """A row of the table as a value."""
    same = [n for n in Finding.__slots__ if n not in ("limb", "evidence", "state", "measure")]
    return Finding(
        limb=Limb(r.limb),
        evidence=tuple((start, end) for start, end in r.evidence),
        state=FindingState(r.state),
        measure=Measure(r.measure) if r.measure else None,
        **{n: getattr(r, n) for n in same},
    )


def _values(finding: Finding) -> dict[str, Any]:
    values = {name: getattr(finding, name) for name in Finding.__slots__}
    return values | {
        "limb": str(finding.limb),
        "state": str(finding.state),
        "measure": str(finding.measure) if finding.measure else None,
        "evidence": [list(span) for span in finding.evidence],
    }
