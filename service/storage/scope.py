"""What limits reads to provinces, by code: what names one of them, outlets that cover one. None given: no limit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from service.domain.sources import Feed
from service.storage.schema import AlertRow, DocumentPlaceRow, DocumentRow
from service.storage.sql import table

DOCUMENTS, PLACES, ALERTS = table(DocumentRow), table(DocumentPlaceRow), table(AlertRow)
CODE = re.compile(r"[0-9A-Z]{1,4}")


def documents(provinces: Sequence[str]) -> list[ColumnElement[bool]]:
    """Documents that name one of the provinces."""
    if not provinces:
        return []
    return [DOCUMENTS.c.id.in_(_named(provinces))]


def feeds(feeds: Sequence[Feed], provinces: Sequence[str]) -> list[Feed]:
    """Feeds of national outlets and of outlets of the provinces."""
    return [f for f in feeds if not provinces or f.source.province is None or f.source.province in provinces]


def alerts(connection: Connection, provinces: Sequence[str]) -> list[ColumnElement[bool]]:
    """Alerts of a stream of one of the provinces (place:CODE, topic:T@CODE), or with evidence that names one."""
    if not provinces:
        return []
    codes = [p for p in provinces if CODE.fullmatch(p)]
    if connection.dialect.name == "postgresql":
        listed = func.jsonb_array_elements_text(cast(ALERTS.c.signal, JSONB)["documents"]).table_valued("value")
    else:
        listed = func.json_each(ALERTS.c.signal, "$.documents").table_valued("value")
    evidence = select(listed.c.value).where(listed.c.value.in_(_named(codes))).exists()
    return [or_(watched_in(codes), and_(evidence))]


def watched_in(codes: Sequence[str]) -> ColumnElement[bool]:
    """Alerts of a stream of one of these provinces: place:CODE, topic:T@CODE."""
    stream = ALERTS.c.stream
    return or_(stream.in_([f"place:{c}" for c in codes]), *(stream.endswith(f"@{c}", autoescape=True) for c in codes))


def _named(provinces: Sequence[str]):  # type: ignore[no-untyped-def]
    return select(PLACES.c.document_id).where(PLACES.c.code.in_(provinces))
