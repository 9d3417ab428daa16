"""Learning from the desk: labels of a publication, what the model is least sure of, how far its scores have moved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from pydantic import Field, StrictBool
from starlette.datastructures import FormData

from service.domain.accounts import User
from service.domain.audiences import AUDIENCES
from service.domain.drift import Drift
from service.domain.intervals import share_if_known
from service.domain.labels import (
    CHOICES,
    MOST_TOPICS,
    Answer,
    AnswerError,
    DoubtView,
    LabelCounts,
    LabelView,
    OvertakenError,
    Question,
    marks,
    read_answer,
)
from service.domain.permissions import Action
from service.insight.drift import LEAST_TEXTS, MOVED, drift
from service.insight.label_words import QUESTIONS, said
from service.usecases.label import denounced, label, withdraw
from service.web.acting import by_api, by_form, permitted, viewer_with
from service.web.deps import Site
from service.web.flash import Flash, done
from service.web.paging import Limit
from service.web.parameters import Body
from service.web.rendering import render
from service.web.security import Viewer, reader, site_of

RECENT = timedelta(days=14)
PAGE = 20
NOT_SAVED = f"Chưa lưu được: cần chọn câu trả lời, nhiều nhất {MOST_TOPICS} chủ đề; mục thư bạn đọc luôn được bảo vệ."
OVERTAKEN = (
    "Chưa lưu: nhãn của bài này đã được sửa hoặc rút sau khi quý vị mở trang. Vui lòng xem nhãn hiện nay rồi lưu lại."
)
YES_NO = {"yes": True, "no": False}
pages = APIRouter(include_in_schema=False)
reads = APIRouter(prefix="/api/v1", dependencies=[Depends(reader)])
writes = APIRouter(prefix="/api/v1")
Person = Annotated[User, Depends(by_api)]


class AnswersBody(Body):
    """Answers to one question or several; what is left out is not answered.

    Attributes:
        relevant: it is about social insurance.
        tone, feedback, axis: as in the publication.
        topics: ids, at most six.
        protected: it is protected speech; letters pages always are.
    """

    relevant: StrictBool | None = None
    tone: Annotated[str | None, Field(json_schema_extra={"enum": [*CHOICES[Question.TONE], None]})] = None
    feedback: Annotated[str | None, Field(json_schema_extra={"enum": [*CHOICES[Question.FEEDBACK], None]})] = None
    axis: Annotated[str | None, Field(json_schema_extra={"enum": [*CHOICES[Question.AXIS], None]})] = None
    topics: Annotated[list[str] | None, Field(max_length=MOST_TOPICS)] = None
    protected: StrictBool | None = None


@reads.get("/doubts", summary="What the model is least sure of: recent, one a story, not yet answered")
def list_doubts(
    request: Request,
    question: Annotated[Question | None, Query(description="about this question only; all where not given")] = None,
    limit: Limit = PAGE,
) -> list[DoubtView]:
    """Of the last 14 days, the least sure first."""
    return _doubts(site_of(request), question, limit)


@reads.get("/labels/counts", summary="Labels by question, and how many corrected the machine")
def count_labels(request: Request) -> list[LabelCounts]:
    """One entry a question, of all time."""
    return site_of(request).read.label_counts()


@reads.get("/drift", summary="How far scores and words have moved from the first weeks of the model in service")
def get_drift(request: Request) -> Drift | None:
    """Of the whole country. null before any score was counted."""
    return drift_now(site_of(request))


@reads.get("/documents/{document_id}/labels", summary="What people answered about a publication")
def list_document_labels(request: Request, document_id: str) -> list[LabelView]:
    """The answer that holds, of each question that somebody has answered."""
    site = site_of(request)
    if site.read.labelled_document(document_id) is None:
        raise HTTPException(404, "no such document")
    return site.read.label_views(document_id)


@writes.post("/documents/{document_id}/labels", summary="Correct or confirm; the judgement follows at once")
def label_document(request: Request, document_id: str, body: AnswersBody, user: Person) -> list[LabelView]:
    """Roles `analyst`, `desk`. Answers replace earlier ones; what is left out is not touched."""
    permitted(user, Action.LABEL)
    site = site_of(request)
    try:
        given = {Question(k): read_answer(Question(k), v) for k, v in body.model_dump(exclude_none=True).items()}
        _label(site, document_id, given, user)
    except AnswerError as error:
        raise HTTPException(422, str(error)) from None
    return site.read.label_views(document_id)


@writes.delete(
    "/documents/{document_id}/labels/{question}", summary="Withdraw an answer; the machine's judgement holds again"
)
def withdraw_label(request: Request, document_id: str, question: Question, user: Person) -> list[LabelView]:
    """Roles `analyst`, `desk`. 404 where nobody has answered the question."""
    permitted(user, Action.LABEL)
    site = site_of(request)
    _withdraw(site, document_id, question, user)
    return site.read.label_views(document_id)


def _withdraw(site: Site, document_id: str, question: Question, user: User) -> None:
    seen = site.read.labelled_document(document_id) is not None
    if not seen or withdraw(document_id, [question], user=user, store=site.store, clock=site.clock) is None:
        raise HTTPException(404, "Không có nhãn này")


def _label(
    site: Site, document_id: str, answers: Mapping[Question, Answer], user: User, shown: Collection[str] | None = None
) -> None:
    if not answers:
        raise AnswerError("expected at least one answer")
    # an account of a province answers about what it may read only
    known = site.read.labelled_document(document_id)
    store, clock = site.store, site.clock
    if known is None or label(document_id, answers, user=user, store=store, clock=clock, shown=shown) is None:
        raise HTTPException(404, "Không có bài này")


def _doubts(site: Site, question: Question | None, limit: int) -> list[DoubtView]:
    return site.read.doubts(question=question, since=site.clock.now() - RECENT, limit=limit)


def drift_now(site: Site) -> Drift | None:
    """Drift of the model whose scores were counted last; None before there is any."""
    model = site.read.newest_model()
    return None if model is None else drift(model, site.read.score_counts(model))


@pages.get("/doubts")
async def doubts_page(request: Request, question: Question | None = None) -> HTMLResponse:
    user = await viewer_with(request, Action.LABEL)
    return await run_in_threadpool(_doubts_page, request, user, question)


def _doubts_page(request: Request, user: User, question: Question | None) -> HTMLResponse:
    site = site_of(request)
    items = [(d, site.read.document_text(d.document_id) or "") for d in _doubts(site, question, PAGE)]
    return render(request, "doubts.html", user=user, items=items, question=question, counts=site.read.label_counts())


@pages.get("/documents/{document_id}")
def document_page(request: Request, document_id: str, user: Viewer) -> HTMLResponse:
    return _document_page(request, document_id, user)


def _document_page(
    request: Request, document_id: str, user: User | None, *, status: int = 200, error: str = "", unsaved: str = ""
) -> HTMLResponse:
    site = site_of(request)
    known = site.read.labelled_document(document_id)
    if known is None:
        raise HTTPException(404, "Không có bài này")
    given = {v.question: v for v in site.read.label_views(document_id)}
    irrelevant = "relevant" in given and not given["relevant"].answer
    values: dict[str, Any] = {
        "d": known,
        "audiences": [AUDIENCES.get(a, a) for a in known.audiences],
        "given": given,
        "relevant": not irrelevant,
        "text": site.read.document_text(document_id) or known.excerpt,
        "marks": sorted(marks(given.values())),
        "error": error,
        "unsaved": unsaved,
        "most_topics": MOST_TOPICS,
    }
    return render(request, "document.html", status=status, user=user, **values)


@pages.post("/documents/{document_id}/labels")
async def label_form(
    request: Request,
    document_id: str,
    back: Annotated[str, Form(max_length=20)] = "document",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """The questions of the form are its fields; a form about topics says so by the field `topics_asked`, and each by
    `shown` which answers of people it showed."""
    user = await by_form(request, csrf, Action.LABEL, back=f"/documents/{document_id}")
    form = await request.form()
    answers: dict[Question, Answer] = {}
    try:
        answers = _answers(form)
        shown = [str(one) for one in form.getlist("shown")]
        await run_in_threadpool(_label, site_of(request), document_id, answers, user, shown)
    except AnswerError:
        return await run_in_threadpool(_document_page, request, document_id, user, status=422, error=NOT_SAVED)
    except OvertakenError:
        chosen = "\n".join(f"{QUESTIONS[q]}: {said(q, a)}" for q, a in answers.items())
        return await run_in_threadpool(
            _document_page, request, document_id, user, status=409, error=OVERTAKEN, unsaved=chosen
        )
    if back == "document":
        return done(request, f"/documents/{document_id}", "Đã lưu nhãn.")
    # there the next question has the focus, for the keyboard
    saved = Flash(text="Đã lưu câu trả lời.", place="doubts")
    return done(request, f"/doubts?question={back}" if back in set(Question) else "/doubts", saved)


@pages.post("/documents/{document_id}/labels/withdraw")
async def withdraw_form(
    request: Request, document_id: str, question: Annotated[Question, Form()], csrf: Annotated[str, Form()] = ""
) -> Response:
    user = await by_form(request, csrf, Action.LABEL, back=f"/documents/{document_id}")
    await run_in_threadpool(_withdraw, site_of(request), document_id, question, user)
    # a text that only a person had called relevant has no page any more
    known = await run_in_threadpool(site_of(request).read.labelled_document, document_id)
    return done(request, f"/documents/{document_id}" if known else "/doubts", "Đã rút nhãn.")


def _answers(form: FormData) -> dict[Question, Answer]:
    found: dict[Question, Answer] = {}
    for question in Question:
        if question is Question.TOPICS:
            if "topics_asked" in form:
                found[question] = read_answer(question, [str(t) for t in form.getlist("topics")])
        elif (given := form.get(question)) is not None:
            found[question] = read_answer(question, YES_NO.get(str(given), str(given)))
    # nothing else is asked of a text that is not about BHXH
    return {Question.RELEVANT: False} if found.get(Question.RELEVANT) is False else found


@pages.post("/documents/{document_id}/denunciation")
async def denunciation_form(request: Request, document_id: str, csrf: Annotated[str, Form()] = "") -> Response:
    user = await by_form(request, csrf, Action.LABEL, back=f"/documents/{document_id}")
    site = site_of(request)

    def work() -> bool:
        seen = site.read.labelled_document(document_id) is not None
        return seen and denounced(document_id, user=user, store=site.store, clock=site.clock, ledger=site.ledger)

    if not await run_in_threadpool(work):
        raise HTTPException(404, "Không có ý kiến này")
    return done(request, "/doubts", "Đã xóa hẳn lời tố cáo; chỉ còn một mã băm ghi theo ngày để không đọc lại.")


@pages.get("/model")
def model_page(request: Request, user: Viewer) -> HTMLResponse:
    site = site_of(request)
    agreed = [(c, *share_if_known(c.labels - c.corrections, c.labels)) for c in site.read.label_counts()]
    return render(
        request, "model.html", user=user, drift=drift_now(site), agreed=agreed, MOVED=MOVED, LEAST_TEXTS=LEAST_TEXTS
    )
