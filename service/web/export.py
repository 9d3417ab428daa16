"""Exports as files: every one is logged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import StreamingResponse

from service.domain.accounts import User
from service.domain.audiences import AUDIENCES
from service.domain.audit import Action
from service.domain.cells import UTF8_MARK, csv_line
from service.domain.labels import Question
from service.domain.permissions import Action as Permitted
from service.domain.permissions import may
from service.domain.times import VIETNAM
from service.domain.topics import TOPICS
from service.domain.views import DocumentView
from service.insight.label_words import ANSWERS
from service.ports.read_models import Cursor, DocumentFilter
from service.usecases.audit import audit, digest
from service.web.api import WantedDocuments
from service.web.deps import Site
from service.web.security import actor_of, limited, reader, site_of

COLUMNS = (
    "id", "published_at", "source_id", "source", "kind", "title", "excerpt", "url", "tone", "feedback", "axis",
    "topics", "audiences", "places", "protected", "copy_of",
)  # fmt: skip
# what people read: heads, and in place of the keys of answers their words
HEADS = (
    "Mã", "Thời điểm đăng", "Mã nguồn", "Nguồn", "Loại", "Tiêu đề", "Trích đoạn", "Địa chỉ", "Sắc thái", "Phản hồi",
    "Chính sách hay thực hiện", "Chủ đề", "Đối tượng", "Địa phương", "Được bảo vệ", "Bản đăng lại của",
)  # fmt: skip
NAMES = {"en": "documents.csv", "vi": "tin-bai.csv"}
KINDS = {"article": "bài báo", "post": "bài trên mạng xã hội", "comment": "bình luận", "letter": "thư bạn đọc"}
BATCH, ROWS = 200, 10_000  # read at once; in a file where nothing else is asked for
TOTAL = "X-Total-Count"
COUNTED = {"description": "how many publications fit, in the file or not", "schema": {"type": "integer"}}
# what the OpenAPI document says of a file for spreadsheets
CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
Language = Annotated[Literal["en", "vi"], Query(description="of heads, answers and numbers")]


async def exporter(request: Request) -> None:
    """People need a role that exports, programs one whose owner has it; this machine and tokens of the command line
    read everything anyway."""
    person: User | None = getattr(request.state, "person", None)
    if person is not None and not may(person, Permitted.EXPORT):
        raise HTTPException(403, "the roles of this account do not export")


router = APIRouter(prefix="/api/v1", dependencies=[Depends(reader), Depends(exporter)])


@router.get(
    "/documents.csv",
    summary="Publications as CSV for spreadsheets, times of Asia/Ho_Chi_Minh; the same filters as the list",
    response_class=StreamingResponse,
    responses=CSV | {200: CSV[200] | {"headers": {TOTAL: COUNTED}}},
)
def export_documents(
    request: Request,
    wanted: Annotated[WantedDocuments, Depends()],
    limit: Annotated[int, Query(ge=1, le=50_000, description="most rows, the newest publications")] = ROWS,
    lang: Language = "en",
) -> StreamingResponse:
    """UTF-8 with a byte order mark; lines end with CR LF; a value that a spreadsheet would take for a formula has an
    apostrophe before it.

    `X-Total-Count` says how many publications fit. Where that is more than `limit`, the file holds the newest of them,
    and its name says so («documents-10000-of-12345.csv»): ask for the others by days (`since`, `until`).
    """
    site, actor = site_of(request), actor_of(request)
    limited(request, "export", actor)
    total = site.read.count_documents(wanted.filter)
    count = min(limit, total)
    with site.store.begin() as tx:
        audit(
            tx, Action.EXPORTED, actor=actor, at=site.clock.now(), subject="documents.csv", rows=count,
            **asked(wanted.filter),
        )  # fmt: skip
    return StreamingResponse(
        _lines(site, wanted, limit, lang),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{_named(lang, count, total)}"', TOTAL: str(total)},
    )


def _named(lang: str, count: int, total: int) -> str:
    """The name of a file, which says so where it does not hold all that was asked for."""
    name, of = NAMES[lang], {"en": "of", "vi": "tren"}[lang]
    return name if count == total else name.replace(".csv", f"-{count}-{of}-{total}.csv")


def asked(wanted: DocumentFilter) -> dict[str, str | bool]:
    """What an export was limited to, for the log: what was typed freely as a digest, as it may be somebody's name."""
    values: dict[str, str | bool | None] = {
        "words": digest(wanted.query) if wanted.query else "",
        "source": digest(wanted.source) if wanted.source else "",
        "topic": wanted.topic, "tone": wanted.tone, "feedback": wanted.feedback, "audience": wanted.audience,
        "provinces": wanted.place, "story": wanted.story, "kind": wanted.kind, "origins": wanted.origins,
        "starts": wanted.since.isoformat() if wanted.since else "",
        "ends": wanted.until.isoformat() if wanted.until else "",
    }  # fmt: skip
    return {name: value for name, value in values.items() if value}


def _lines(site: Site, wanted: WantedDocuments, limit: int, lang: str) -> Iterator[str]:
    yield UTF8_MARK + csv_line(HEADS if lang == "vi" else COLUMNS)
    after: Cursor | None = None
    while limit > 0:
        batch = site.read.documents(wanted.filter, after=after, limit=min(BATCH, limit))
        for d in batch:
            yield csv_line(_cells(d, lang))
        if len(batch) < BATCH:
            return
        limit -= len(batch)
        after = Cursor(batch[-1].published_at, batch[-1].id)


def _cells(d: DocumentView, lang: str) -> list[object]:
    values = {name: getattr(d, name) for name in COLUMNS} | {
        "published_at": d.published_at.astimezone(VIETNAM).isoformat(),
        "topics": "; ".join(TOPICS.get(t, t) for t in d.topics),
        "audiences": "; ".join(AUDIENCES.get(a, a) for a in d.audiences),
        "places": "; ".join(p.name for p in d.places),
    }
    if lang == "vi":
        values |= {
            "published_at": f"{d.published_at.astimezone(VIETNAM):%d/%m/%Y %H:%M}",
            "kind": KINDS.get(d.kind, d.kind),
            "protected": "có" if d.protected else "không",
            **{str(q): ANSWERS[q].get(values[q] or "", "") for q in (Question.TONE, Question.FEEDBACK, Question.AXIS)},
        }
    return [values[name] for name in COLUMNS]
