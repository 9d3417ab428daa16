"""Exports as files: every one is logged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import StreamingResponse

from service.domain.accounts import User
from service.domain.audiences import AUDIENCES
from service.domain.audit import Action
from service.domain.cells import UTF8_MARK, csv_line
from service.domain.permissions import Action as Permitted
from service.domain.permissions import may
from service.domain.topics import TOPICS
from service.domain.views import DocumentView
from service.insight.periods import VIETNAM
from service.ports.read_models import Cursor
from service.usecases.audit import audit
from service.web.api import Wanted
from service.web.deps import Site
from service.web.security import actor_of, limited, reader, site_of

COLUMNS = (
    "id", "published_at", "source_id", "source", "kind", "title", "excerpt", "url", "tone", "feedback", "axis",
    "topics", "audiences", "places", "protected", "copy_of",
)  # fmt: skip
BATCH = 200


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
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def documents_csv(
    request: Request,
    wanted: Annotated[Wanted, Depends()],
    limit: Annotated[int, Query(ge=1, le=50_000, description="most rows")] = 10_000,
) -> StreamingResponse:
    site, actor = site_of(request), actor_of(request)
    limited(request, "export", actor)
    with site.store.begin() as tx:
        audit(tx, Action.EXPORTED, actor=actor, at=site.clock.now(), subject="documents.csv", limit=limit)
    return StreamingResponse(
        _lines(site, wanted, limit),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="documents.csv"'},
    )


def _lines(site: Site, wanted: Wanted, limit: int) -> Iterator[str]:
    yield UTF8_MARK + csv_line(COLUMNS)
    after: Cursor | None = None
    while limit > 0:
        batch = site.read.documents(wanted.filter, after=after, limit=min(BATCH, limit))
        for d in batch:
            yield csv_line(_cells(d))
        if len(batch) < BATCH:
            return
        limit -= len(batch)
        after = Cursor(batch[-1].published_at, batch[-1].id)


def _cells(d: DocumentView) -> list[object]:
    values = {name: getattr(d, name) for name in COLUMNS} | {
        "published_at": d.published_at.astimezone(VIETNAM).isoformat(),
        "topics": "; ".join(TOPICS.get(t, t) for t in d.topics),
        "audiences": "; ".join(AUDIENCES.get(a, a) for a in d.audiences),
        "places": "; ".join(p.name for p in d.places),
    }
    return [values[name] for name in COLUMNS]
