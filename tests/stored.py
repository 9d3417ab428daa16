"""What a database holds, where the service itself never asks for it in this way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select

from service.domain.notifications import NotificationDraft, NotificationState
from service.domain.revisions import PageState
from service.domain.stories import StoryPlacement
from service.storage.schema import DocumentPageRow, NotificationRow
from service.storage.sql import table
from service.storage.transaction import SqlTransaction

OUTBOX, PAGES = table(NotificationRow), table(DocumentPageRow)


@dataclass(frozen=True)
class Waiting:
    """A message in the outbox that is due."""

    id: int
    draft: NotificationDraft
    attempts: int


def waiting(tx: SqlTransaction, now: datetime) -> list[Waiting]:
    """What is due in the outbox, longest first; nobody claims it."""
    due = (OUTBOX.c.state == str(NotificationState.PENDING)) & (OUTBOX.c.next_attempt_at <= now)
    rows = tx.connection.execute(select(OUTBOX).where(due).order_by(OUTBOX.c.next_attempt_at, OUTBOX.c.id))
    names = NotificationDraft.__slots__
    return [Waiting(r.id, NotificationDraft(**{n: getattr(r, n) for n in names}), r.attempts) for r in rows]


def page_state(tx: SqlTransaction, document_id: str) -> PageState:
    """When the page of a document is read again, and how it was read."""
    row = tx.connection.execute(select(PAGES).where(PAGES.c.document_id == document_id)).one()
    return PageState(**row._mapping)


def put_in_stories(
    tx: SqlTransaction,
    story: str | Mapping[str, str] = MappingProxyType({}),
    origins: Mapping[str, str] = MappingProxyType({}),
    *,
    trace: bytes = b"",
) -> None:
    """Place every document that waits for it.

    Args:
        story: of all, or of each by its id; a document that is not named gets a story of its own.
        origins: of documents that are copies, by their ids.
    """
    stories = {} if isinstance(story, str) else story
    tx.save_placements([
        replace(p, trace=trace, placement=StoryPlacement(
            id=key, story=story if isinstance(story, str) else stories.get(key, key), origin=origins.get(key, key)
        ))
        for p in tx.unplaced(limit=9999)
        for key in [p.item.id]
    ])  # fmt: skip
