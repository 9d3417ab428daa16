"""What a person says of a publication takes the place of what the machine said, at once, and becomes a label."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from service.domain.accounts import User
from service.domain.audit import Action as Done
from service.domain.documents import DENUNCIATION
from service.domain.judgement import Judgement
from service.domain.labels import (
    Answer,
    AnswerError,
    Label,
    OvertakenError,
    Question,
    answer_of,
    marks,
    score_of,
)
from service.domain.times import start_of_day
from service.ports import Clock, Ledger
from service.ports.storage import Store
from service.usecases.audit import audit
from service.usecases.forget import citizens_copies, erase
from service.usecases.ingest import PERSONAL_KINDS


def label(
    document_id: str,
    answers: Mapping[Question, Answer],
    *,
    user: User,
    store: Store,
    clock: Clock,
    shown: Collection[str] | None = None,
) -> list[Label] | None:
    """Keep the answers of a person who may label; gives all labels of the document, or None: there is no such document.

    The document, its story and its hours follow; the log keeps who, when, which questions, and no text.

    Args:
        shown: marks of the answers that a form showed as chosen already; None where each was given by itself.

    Raises:
        AnswerError: a letters or hotline section is protected whatever anybody says.
        OvertakenError: the form shows what is no longer so, and this person has not answered the same already.
    """
    now = clock.now()
    with store.begin() as tx:
        known = tx.document(document_id)
        if known is None:
            return None
        given = [one for one in tx.labels(document_id) if one.question in answers]
        if shown is not None and marks(given) != {one for one in shown if one.partition(" ")[0] in answers}:
            if not _said(answers, given, user):
                raise OvertakenError(document_id)
            return tx.labels(document_id)
        if known.document.protected_section and answers.get(Question.PROTECTED) is False:
            raise AnswerError("protected: a letters or hotline section is always protected")
        tx.save_labels(document_id, [_label(q, a, known.judgement, user, now) for q, a in answers.items()])
        tx.relabel(document_id)
        tx.recount_later(document_id)
        kept = tx.labels(document_id)
        corrections = sum(one.corrects for one in kept if one.question in answers)
        audit(
            tx, Done.LABELLED, actor=user.ref, at=now, subject=f"document:{document_id}",
            questions="+".join(sorted(answers)), corrections=corrections,
        )  # fmt: skip
    return kept


def _said(answers: Mapping[Question, Answer], given: Sequence[Label], user: User) -> bool:
    """Whether the same person has said the same already: nothing is overtaken, and nothing is left to keep."""
    return all(one.who == user.ref for one in given) and {g.question: g.answer for g in given} == dict(answers)


def _label(question: Question, answer: Answer, judgement: Judgement, user: User, now: datetime) -> Label:
    """An answer beside the machine's."""
    machine, score = answer_of(judgement, question), score_of(judgement, question)
    return Label(question=question, answer=answer, machine=machine, at=now, who=user.ref, score=score)


def withdraw(
    document_id: str, questions: Collection[Question], *, user: User, store: Store, clock: Clock
) -> list[Label] | None:  # fmt: skip
    """Take answers of people back: they teach no model, and the machine's judgement holds again. Gives the labels that
    are left, or None: there is no such document, or nobody has answered these questions about it.

    What an answer ruled out in the review queue does not come back: nobody knows what was in it.
    """
    now = clock.now()
    with store.begin() as tx:
        there = {one.question for one in tx.labels(document_id)} & set(questions)
        if not there:
            return None
        tx.withdraw_labels(document_id, there)
        tx.recount_later(document_id)
        audit(
            tx, Done.LABEL_WITHDRAWN, actor=user.ref, at=now, subject=f"document:{document_id}",
            questions="+".join(sorted(there)),
        )  # fmt: skip
        return tx.labels(document_id)


def denounced(
    document_id: str, *, user: User, store: Store, clock: Clock, ledger: Ledger | None = None
) -> bool:  # fmt: skip
    """A person saw that a citizen's words are a denunciation that the machine missed: nothing of it is kept, neither
    its address nor its time; it is counted for the day and never taken again. The same words of other citizens go too,
    unless this account may not read them all. False: there is no such document, or it is an article.
    """
    now = clock.now()
    with store.begin() as tx:
        known = tx.document(document_id)
        if known is None or known.document.kind not in PERSONAL_KINDS:
            return False
        ids = citizens_copies(tx, document_id)
        if set(ids) - tx.documents_within(ids, user.provinces):
            ids = [document_id]
        erase(tx, ids, digests=ids, now=now, ledger=ledger)
        tx.record_drops(DENUNCIATION, 1, day=start_of_day(now).date().isoformat())
        # no subject: which document it was is what nobody may learn
        audit(tx, Done.FORGOTTEN, actor=user.ref, at=now, documents=len(ids))
    store.settle()
    return True
