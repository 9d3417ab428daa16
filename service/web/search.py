"""Pages that list and search publications and stories, by the filters of the API (service.web.api.Wanted)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from service.domain.audiences import AUDIENCES
from service.domain.text import fold
from service.web.api import Wanted
from service.web.paging import decode, listing
from service.web.rendering import render
from service.web.security import Viewer, site_of

PAGE = 50
Cursor = Annotated[str | None, Query(max_length=200)]

router = APIRouter(include_in_schema=False)


@router.get("/documents")
def documents(
    request: Request, user: Viewer, wanted: Annotated[Wanted, Depends()], cursor: Cursor = None
) -> HTMLResponse:  # fmt: skip
    found = site_of(request).read.documents(wanted.filter, after=decode(cursor), limit=PAGE)
    times, ids = [d.published_at for d in found], [d.id for d in found]
    values = _values(request, times, ids, cursor)
    return render(request, "documents.html", user=user, wanted=wanted.filter, documents=found, **values)


@router.get("/stories")
def stories(
    request: Request, user: Viewer, wanted: Annotated[Wanted, Depends()], cursor: Cursor = None
) -> HTMLResponse:  # fmt: skip
    found = site_of(request).read.stories(wanted=wanted.filter, after=decode(cursor), limit=PAGE)
    values = _values(request, [s.last_at for s in found], [s.id for s in found], cursor)
    return render(request, "stories.html", user=user, wanted=wanted.filter, stories=found, **values)


def _values(request: Request, times: Sequence[datetime], ids: Sequence[str], cursor: str | None) -> dict[str, Any]:
    """The form as it was sent, where the list goes on, and the same question for the other list and the file."""
    asked = {name: value for name, value in request.query_params.items() if value and name != "cursor"}
    following = listing(ids, limit=PAGE, times=times, ids=ids).next
    return {
        "asked": asked,
        "question": urlencode(asked),
        "next": urlencode(asked | {"cursor": following}) if following else "",
        "later": cursor is not None,
        "AUDIENCES": AUDIENCES,
        "OUTLETS": sorted({feed.source.name for feed in site_of(request).feeds}, key=fold),
    }
