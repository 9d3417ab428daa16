"""Labels by people and the spread of scores: the part of a unit of work that learning needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, or_, select, update

from service.domain.findings import FindingState
from service.domain.intents import DocumentIntent
from service.domain.judgement import Judgement, Limb
from service.domain.labels import (
    Answer,
    Label,
    LabelledText,
    Question,
    answer_of,
    corrected,
    given_back,
    score_of,
)
from service.domain.times import VIETNAM
from service.storage.schema import DocumentLabelRow, DocumentMarginRow, DocumentRow, FindingRow, ScoreCountRow
from service.storage.sql import insert_new, table, upsert

DOCUMENTS, LABELS, MARGINS = table(DocumentRow), table(DocumentLabelRow), table(DocumentMarginRow)
FINDINGS, SCORES = table(FindingRow), table(ScoreCountRow)
SHOWN = [
    str(s) for s in (FindingState.APPROVED, FindingState.PUBLISHED, FindingState.FOLLOW_UP, FindingState.FOLLOWED_UP)
]
FRAUD = [str(limb) for limb in Limb if limb.is_fraud]


class LabelTables:
    """See service.ports.learning.LearningStorage."""

    connection: Connection

    def labels(self, document_id: str) -> list[Label]:
        query = select(LABELS).where(LABELS.c.document_id == document_id).order_by(LABELS.c.question)
        return [label_of(r) for r in self.connection.execute(query)]

    def save_labels(self, document_id: str, labels: Sequence[Label]) -> None:
        query = select(LABELS).where(LABELS.c.document_id == document_id)
        first = {
            r.question: {"machine": r.machine, "machine_now": r.machine_now} for r in self.connection.execute(query)
        }
        rows = [
            {
                "document_id": document_id,
                "question": str(label.question),
                "answer": label.answer,
                "machine": label.machine,
                "machine_now": [label.machine, label.score],
                "at": label.at,
                "actor": label.who,
            }
            | first.get(str(label.question), {})
            for label in labels
        ]
        upsert(self.connection, LABELS, rows)

    def with_labels(self, intent: DocumentIntent) -> DocumentIntent:
        """The document as people say it is; the machine's judgement where nobody has said anything."""
        answers = {label.question: label.answer for label in self.labels(intent.document.id)}
        return replace(intent, judgement=corrected(intent.judgement, answers)) if answers else intent

    def take_labels(self, document_id: str, questions: Collection[Question], judgement: Judgement) -> Judgement:
        """Remove labels; gives the judgement with the machine's newest answers in their place."""
        mine = (LABELS.c.document_id == document_id) & LABELS.c.question.in_(list(map(str, questions)))
        for r in self.connection.execute(select(LABELS).where(mine)).all():
            answer, score = r.machine_now or (r.machine, None)
            said = None if answer is None else answer_from(answer)
            judgement = given_back(judgement, Question(r.question), answer=said, score=score)
        self.connection.execute(delete(LABELS).where(mine))
        return judgement

    def note_machine(self, intent: DocumentIntent) -> None:
        """What the model says now beside what people said, from a judgement that it has just made."""
        if intent.judgement.diagnostics is None:
            return
        for label in self.labels(intent.document.id):
            question = label.question
            now = [answer_of(intent.judgement, question), score_of(intent.judgement, question)]
            mine = (LABELS.c.document_id == intent.document.id) & (LABELS.c.question == str(question))
            self.connection.execute(update(LABELS).where(mine).values(machine_now=now))

    def keep_margins(self, intents: Sequence[DocumentIntent]) -> None:
        """How sure the model was of these documents, in place of what was kept before."""
        fresh = [(i.document.id, i.judgement.diagnostics) for i in intents if i.judgement.diagnostics]
        if not fresh:
            return
        self.connection.execute(delete(MARGINS).where(MARGINS.c.document_id.in_([key for key, _ in fresh])))
        rows = [
            {"document_id": key, "question": question, "margin": margin}
            for key, known in fresh
            for question, margin in known.margins.items()
        ]
        insert_new(self.connection, MARGINS, rows)

    def drop_impossible_findings(self, intent: DocumentIntent) -> None:
        """Findings nobody has decided about that this judgement rules out: all of an irrelevant text, fraud of a
        protected one."""
        mine = (FINDINGS.c.document_id == intent.document.id) & (FINDINGS.c.moves == 0)
        if not intent.judgement.relevant:
            self.connection.execute(delete(FINDINGS).where(mine))
        elif intent.judgement.protected:
            self.connection.execute(delete(FINDINGS).where(mine, FINDINGS.c.limb.in_(FRAUD)))

    def labelled_texts(self) -> list[LabelledText]:
        answers: dict[str, dict[Question, Answer]] = defaultdict(dict)
        for r in self.connection.execute(select(LABELS)):
            answers[r.document_id][Question(r.question)] = answer_from(r.answer)
        limbs: dict[str, dict[str, bool]] = defaultdict(dict)
        decided = FINDINGS.c.state.in_([str(FindingState.NOT_AN_ACT), *SHOWN])
        for r in self.connection.execute(select(FINDINGS).where(decided)):
            limbs[r.document_id][r.limb] = r.state in SHOWN
        d = DOCUMENTS.c
        # a text whose time is over is no training item any more
        kept = or_(d.text != "", d.excerpt != "")
        ids = select(LABELS.c.document_id).union(select(FINDINGS.c.document_id).where(decided))
        query = select(DOCUMENTS).where(d.id.in_(ids), kept).order_by(d.id)
        return [
            LabelledText(
                id=r.id,
                kind=r.kind,
                title=r.title,
                text=r.text or r.excerpt,
                day=r.published_at.astimezone(VIETNAM).date().isoformat(),
                protected_section=r.protected_section,
                answers=answers[r.id],
                limbs=limbs[r.id],
            )
            for r in self.connection.execute(query)
        ]

    def add_scores(self, counts: Mapping[tuple[str, int], int], *, model: str, week: str) -> None:
        if not counts:
            return
        same = {"model": model, "week": week}
        # in one order, so that two writers never wait for each other
        rows = [{**same, "head": head, "bin": tenth, "count": 0} for head, tenth in sorted(counts)]
        insert_new(self.connection, SCORES, rows)
        mine = (SCORES.c.model == model) & (SCORES.c.week == week)
        mine &= (SCORES.c.head == bindparam("which")) & (SCORES.c.bin == bindparam("tenth"))
        more = update(SCORES).where(mine).values(count=SCORES.c.count + bindparam("more"))
        values = [{"which": head, "tenth": tenth, "more": counts[head, tenth]} for head, tenth in sorted(counts)]
        self.connection.execute(more, values)


def answer_from(value: Any) -> Answer:
    """An answer out of its JSON column."""
    return tuple(value) if isinstance(value, list) else value


def label_of(r: Row[Any]) -> Label:
    """A row of the table as a value."""
    machine = None if r.machine is None else answer_from(r.machine)
    return Label(question=Question(r.question), answer=answer_from(r.answer), machine=machine, at=r.at, who=r.actor)
