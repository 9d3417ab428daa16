"""Opaque cursors: where a page of a list ended."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from fastapi import HTTPException, Path, Query
from pydantic import BaseModel

from service.ports.read_models import Cursor

T = TypeVar("T")
Limit = Annotated[int, Query(ge=1, le=200, description="most items in one answer")]
LAST_ROW = 2**31 - 1  # what both databases hold in an integer column
RowId = Annotated[int, Path(ge=1, le=LAST_ROW)]
# times that are asked for; nothing that is counted back or forth from them leaves the calendar
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
After = Annotated[
    str | None,
    Query(
        alias="cursor",
        max_length=200,
        description="`next` of the answer before",
        examples=["MjAyNi0wNS0xMlQwMToyMDowMCswMDowMHw1YjBkOWMxZg=="],
    ),
]


class Listing(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    next: str | None = None


def decode(cursor: str | None) -> Cursor | None:
    """The cursor of a request; 422 where it is not one of ours."""
    if cursor is None:
        return None
    try:
        at, _, key = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        moment = datetime.fromisoformat(at)
    except (ValueError, binascii.Error):
        raise HTTPException(422, "cursor: not a cursor of this list") from None
    # no key of ours holds a NUL, which PostgreSQL would refuse
    if moment.tzinfo is None or not EARLIEST <= moment <= LATEST or "\0" in key:
        raise HTTPException(422, "cursor: not a cursor of this list")
    return Cursor(moment, key)


def listing(items: Sequence[T], *, limit: int, times: Sequence[datetime], ids: Sequence[str]) -> Listing[T]:
    """The items with the cursor that goes on behind the last of them."""
    more = len(items) == limit and limit > 0
    cursor = base64.urlsafe_b64encode(f"{times[-1].isoformat()}|{ids[-1]}".encode()).decode() if more else None
    return Listing(items=list(items), next=cursor)
