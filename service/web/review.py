"""The review queue: findings, the law of the content's date, and decisions by people."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from service.domain.accounts import User
from service.domain.audit import Action as Done
from service.domain.findings import Finding, FindingDetailView, FindingState, FindingView, LegalBasis, Move
from service.domain.permissions import Action, may
from service.review.legal import PENDING, choose, citation, clause_of
from service.review.reasons import CORRECTION, LIMBS, Reasons, reasons, suggestion
from service.review.workflow import MAX_TEXT, NEEDS, Decided, Decision, NotPossible, possible
from service.usecases.audit import audit
from service.usecases.review import ReviewRoom, bases, review
from service.web.acting import by_api, by_form, permitted, viewer_with
from service.web.deps import Site
from service.web.flash import done
from service.web.paging import Limit
from service.web.parameters import Body
from service.web.problems import CONFLICT
from service.web.rendering import render
from service.web.security import site_of
from service.web.typed import FIELDS, Typed, typed

S = FindingState
SHOWN: dict[str, list[str]] = {
    "open": [S.OPEN],
    "waiting": [S.PROPOSED, S.APPROVED, S.FOLLOW_UP],
    "done": [S.NOT_AN_ACT, S.PUBLISHED, S.RETRACTED, S.FOLLOWED_UP],
}
Shown = Annotated[
    Literal["open", "waiting", "done"],
    Query(description="`open`: to be looked at; `waiting`: for a second person or the agency; `done`: ended"),
]
PAGE = 50
COUNTED = timedelta(days=30)
STATES = {
    S.OPEN: "Chờ thẩm định",
    S.NOT_AN_ACT: "Không phải hành vi bị cấm",
    S.PROPOSED: "Chờ người thứ hai duyệt",
    S.APPROVED: "Đã duyệt, chờ công bố",
    S.PUBLISHED: "Đã công bố",
    S.RETRACTED: "Đã thu hồi",
    S.FOLLOW_UP: "Thanh tra nội bộ đang theo dõi",
    S.FOLLOWED_UP: "Đã theo dõi xong",
}
MOVES = {
    Move.NOT_AN_ACT: "Không phải hành vi bị cấm",
    Move.REOPEN: "Mở lại",
    Move.PROPOSE_WARNING: "Đề xuất cảnh báo công khai",
    Move.PROPOSE_CORRECTION: "Đề xuất đính chính công khai",
    Move.WITHDRAW: "Rút đề xuất",
    Move.SEND_BACK: "Trả lại",
    Move.APPROVE: "Duyệt",
    Move.PUBLISH: "Ghi nhận đã công bố",
    Move.CORRECT_PLACE: "Sửa nơi công bố",
    Move.RETRACT: "Thu hồi",
    Move.FOLLOW_UP: "Chuyển thanh tra, kiểm tra nội bộ",
    Move.FOLLOWED_UP: "Ghi nhận kết quả theo dõi",
}
# what was done, said on the page that follows
DONE = {
    Move.NOT_AN_ACT: "Đã ghi nhận: không phải hành vi bị cấm.",
    Move.REOPEN: "Đã mở lại mục này.",
    Move.PROPOSE_WARNING: "Đã đề xuất cảnh báo công khai; một người khác cần duyệt.",
    Move.PROPOSE_CORRECTION: "Đã đề xuất đính chính công khai; một người khác cần duyệt.",
    Move.WITHDRAW: "Đã rút đề xuất.",
    Move.SEND_BACK: "Đã trả lại đề xuất.",
    Move.APPROVE: "Đã duyệt; nội dung có thể được công bố.",
    Move.PUBLISH: "Đã ghi nhận nội dung được công bố.",
    Move.CORRECT_PLACE: "Đã sửa nơi công bố; những người đã nhận thư được báo lại.",
    Move.RETRACT: "Đã thu hồi; những người đã nhận thư được báo lại. Muốn công bố nội dung khác, vui lòng mở lại mục.",
    Move.FOLLOW_UP: "Đã chuyển thanh tra, kiểm tra nội bộ.",
    Move.FOLLOWED_UP: "Đã ghi nhận kết quả theo dõi.",
}

pages = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1")
Person = Annotated[User, Depends(by_api)]
Id = Annotated[str, Field(max_length=32)]


class DecisionBody(Body):
    """A decision about a finding.

    Attributes:
        move: one of `possible` of the finding.
        seen: `moves` of the finding as it was shown: where it has changed since, nothing is decided (409).
        reason: why; for `publish` and `correct_place` where it was published; only `not_an_act` and `approve` do
            without.
        proposal: text of the warning or correction that is proposed; one with personal data is refused.
    """

    move: Move
    seen: Annotated[int, Field(ge=0)]
    reason: Annotated[Typed, Field(max_length=MAX_TEXT)] = ""
    proposal: Annotated[Typed, Field(max_length=MAX_TEXT)] = ""


class LegalView(BaseModel):
    """The law of the content's date.

    Attributes:
        law, article: as they are cited, in Vietnamese; empty while no law of that date has been loaded.
        clause: number of the clause; None while there is no law of that date.
        cited: the clause as a proposal would cite it.
        verbatim: the clause, whole; None while there is no law of that date.
        pending: why no law is cited, in Vietnamese; empty where one is.
    """

    law: str
    article: str
    clause: int | None
    cited: str
    verbatim: str | None
    pending: str


class FindingBody(BaseModel):
    """A finding with what the person who decides has to see.

    Attributes:
        detail: the finding with its text and decisions.
        legal: the law of the content's date.
        machine: what the machine goes by, in Vietnamese.
        against: what speaks against an act, a sentence each, in Vietnamese.
        protected: why the text is protected, in Vietnamese; empty where it is not.
        possible: what this person may decide now.
    """

    detail: FindingDetailView
    legal: LegalView
    machine: str
    against: list[str]
    protected: list[str]
    possible: list[Move]


def _room(site: Site) -> ReviewRoom:
    if site.review is None:
        raise HTTPException(404, "the review is not set up")
    return site.review


def _legal(site: Site, finding: Finding) -> tuple[LegalBasis | None, LegalView]:
    room = _room(site)
    with site.store.snapshot() as tx:
        basis = choose(bases(room, tx), finding.content_at)
    found = clause_of(basis, finding.limb)
    view = LegalView(
        law=basis.law if basis else "",
        article=basis.article if basis else "",
        clause=found[0] if found else None,
        cited=citation(basis, finding.limb),
        verbatim=found[1] if found else None,
        pending="" if found else PENDING + (f": {basis.source}" if basis and basis.source else ""),
    )
    return basis, view


def _seen(site: Site, finding_id: str, user: User) -> FindingDetailView | None:
    """The finding; that this person saw it is logged."""
    detail = site.read.finding(finding_id)
    if detail is not None:
        with site.store.begin() as tx:
            audit(tx, Done.FINDING_VIEWED, actor=user.ref, at=site.clock.now(), subject=f"finding:{finding_id}")
    return detail


def _reasons(detail: FindingDetailView) -> Reasons:
    finding = detail.finding
    return reasons(
        finding.limb,
        finding.score,
        kind=detail.kind,
        protected=detail.protected,
        protected_section=detail.protected_section,
        has_evidence=any(marked for _, marked in detail.parts),
    )


def _possible(finding: Finding, user: User) -> list[Move]:
    mine = possible(finding, user.email)
    return [move for move in Move if move in mine and may(user, NEEDS.get(move, Action.REVIEW))]


def _decide(site: Site, finding_id: str, decision: Decision) -> Finding:
    # an account of a province decides about what it may read only
    outcome = None if site.read.finding(finding_id) is None else review(_room(site), finding_id, decision)
    match outcome:
        case Decided(finding=finding):
            return finding
        case NotPossible(reason=reason):
            raise HTTPException(409, reason)
    raise HTTPException(404, "no such finding")


@api.get("/findings", summary="The review queue, newest first")
def list_findings(
    request: Request,
    user: Person,
    show: Shown = "open",
    before: Annotated[
        str | None,
        Query(max_length=32, description="id of the last finding of the page before", examples=["9e41c07b52aa4f10"]),
    ] = None,
    limit: Limit = PAGE,
) -> list[FindingView]:
    """Roles `reviewer`, `approver`, `inspector`. Page by page with `before`: the `id` of the last one."""
    permitted(user, Action.SEE_FINDINGS)
    return site_of(request).read.findings(states=SHOWN[show], before=before, limit=limit)


@api.get("/findings/{finding_id}", summary="One finding: text with evidence, law, reasons for and against")
def get_finding(request: Request, finding_id: str, user: Person) -> FindingBody:
    """Roles `reviewer`, `approver`, `inspector`. That this person saw it is an entry of the audit log."""
    permitted(user, Action.SEE_FINDINGS)
    site = site_of(request)
    detail = _seen(site, finding_id, user)
    if detail is None:
        raise HTTPException(404, "no such finding")
    why = _reasons(detail)
    return FindingBody(
        detail=detail,
        legal=_legal(site, detail.finding)[1],
        machine=why.machine,
        against=list(why.against),
        protected=list(why.protected),
        possible=_possible(detail.finding, user),
    )


@api.post(
    "/findings/{finding_id}/decisions", summary="Decide; a warning or correction takes two different people",
    responses=CONFLICT,
)  # fmt: skip
def decide_finding(request: Request, finding_id: str, body: DecisionBody, user: Person) -> Finding:
    """Roles as the move asks for (`reviewer`, `approver`, `inspector`). What one person proposed another one approves;
    nothing goes to a ministry or the police."""
    decision = Decision(move=body.move, who=user.email, seen=body.seen, reason=body.reason, proposal=body.proposal)
    return _decide(site_of(request), finding_id, decision)


@pages.get("/review")
async def queue_page(
    request: Request, show: Shown = "open", before: Annotated[str | None, Query(max_length=32)] = None
) -> HTMLResponse:
    user = await viewer_with(request, Action.SEE_FINDINGS)
    return await run_in_threadpool(_queue, request, user, show, before)


def _queue(request: Request, user: User, show: Shown, before: str | None) -> HTMLResponse:
    site = site_of(request)
    read, now = site.read, site.clock.now()
    inspects = may(user, Action.INSPECT) and not read.limits()
    items = read.findings(states=SHOWN[show], before=before, limit=PAGE)
    counts = read.finding_counts()
    values: dict[str, Any] = {
        "publications": [list(same) for _, same in groupby(items, key=attrgetter("document_id"))],
        "show": show,
        "counts": {name: sum(counts[str(s)] for s in states) for name, states in SHOWN.items()},
        "following": items[-1].id if len(items) == PAGE else None,
        "LIMBS": LIMBS,
        "FINDING_STATES": STATES,
        "may_review": may(user, Action.REVIEW),
        "denounced": read.denunciations(since=now - COUNTED, until=now) if inspects else None,
    }
    return render(request, "review.html", user=user, **values)


@pages.get("/review/{finding_id}")
async def finding_page(request: Request, finding_id: str) -> HTMLResponse:
    user = await viewer_with(request, Action.SEE_FINDINGS)
    return await run_in_threadpool(_finding, request, user, finding_id)


def _finding(request: Request, user: User, finding_id: str, error: str = "", move: Move | None = None) -> HTMLResponse:
    """The page; with why a move was refused in its form, or above all forms where it is not possible any more."""
    site = site_of(request)
    detail = _seen(site, finding_id, user)
    if detail is None:
        raise HTTPException(404, "Không có mục này")
    _, legal = _legal(site, detail.finding)
    can, words = _possible(detail.finding, user), typed(request)
    values: dict[str, Any] = {
        "d": detail,
        "f": detail.finding,
        "legal": legal,
        "why": _reasons(detail),
        "possible": can,
        "tried": move if move in can and words else None,
        "warning": suggestion(detail.finding.limb),
        "correction": CORRECTION,
        "LIMBS": LIMBS,
        "FINDING_STATES": STATES,
        "MOVES": MOVES,
        "error": error,
        "unsaved": "\n\n".join(f"{FIELDS[n]}: {''.join(words[n])}" for n in ("proposal", "reason") if n in words),
    }
    return render(request, "finding.html", status=409 if error else 200, user=user, **values)


@pages.post("/review/{finding_id}")
async def decide_form(
    request: Request,
    finding_id: str,
    move: Annotated[Move, Form()],
    seen: Annotated[int, Form(ge=0)],
    reason: Annotated[Typed, Form(max_length=MAX_TEXT)] = "",
    proposal: Annotated[Typed, Form(max_length=MAX_TEXT)] = "",
    back: Annotated[Literal["queue", "finding"], Form()] = "finding",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    user = await by_form(request, csrf, NEEDS.get(move, Action.REVIEW), back=f"/review/{finding_id}")
    decision = Decision(move=move, who=user.email, seen=seen, reason=reason, proposal=proposal)
    try:
        await run_in_threadpool(_decide, site_of(request), finding_id, decision)
    except HTTPException as error:
        if error.status_code != 409:
            raise
        return await run_in_threadpool(_finding, request, user, finding_id, str(error.detail), move)
    return done(request, "/review" if back == "queue" else f"/review/{finding_id}", DONE[move])
