"""Removal of what was kept long enough, and of publications on request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, cast, delete, func, or_, select, update

from service.alerting.message import WEBHOOK, payload_without, quoted_without
from service.domain.documents import DocumentKind, comments_at
from service.domain.findings import FindingState
from service.domain.notifications import NotificationState
from service.storage.schema import (
    AlertEventRow,
    AlertRow,
    DocumentPageRow,
    DocumentRow,
    FindingRow,
    ForgottenRow,
    NotificationRow,
    RevisionRow,
    SightingRow,
    StoryRow,
)
from service.storage.sql import insert_new, parts, table
from service.storage.story_tables import ARRIVAL, EXPIRED, StoryTables

DOCUMENTS, STORIES, ALERTS, EVENTS = table(DocumentRow), table(StoryRow), table(AlertRow), table(AlertEventRow)
OUTBOX, FORGOTTEN, FINDINGS = table(NotificationRow), table(ForgottenRow), table(FindingRow)
REVISIONS, PAGES, SIGHTINGS = table(RevisionRow), table(DocumentPageRow), table(SightingRow)
COMMENTS = [str(k) for k in (DocumentKind.POST, DocumentKind.COMMENT, DocumentKind.LETTER, DocumentKind.SMS)]
IS_KEPT_COMMENT = DOCUMENTS.c.kind.in_(COMMENTS) & or_(*(DOCUMENTS.c[n] != "" for n in ("title", "excerpt", "url")))
ERASED = "[đã xóa theo yêu cầu]"
MESSAGE_ERASED = (
    "Nội dung thư này đã được xóa (theo yêu cầu xóa bài hoặc hết thời hạn lưu). Vui lòng xem trên trang BHXH Radar."
)
SAID_IN = (
    (ALERTS, "headline"), (ALERTS, "why"), (ALERTS, "quiet_if"), (EVENTS, "text"),
)  # fmt: skip
SHORTEST_TITLE = 8  # a shorter one would be found inside other words


class PrivacyTables(StoryTables):
    """See service.ports.storage.PrivacyStorage."""

    connection: Connection

    def forget_excerpts(self, *, before: datetime) -> int:
        d = DOCUMENTS.c
        old = (d.first_seen_at < before) & (d.excerpt != "") & d.kind.not_in(COMMENTS)
        changes: dict[str, Any] = {"excerpt": "", "text": None, "trace": None, "folded": ""}
        edited = (REVISIONS.c.at < before) & (REVISIONS.c.difference != "")
        self.connection.execute(update(REVISIONS).where(edited).values(difference=""))
        return self.connection.execute(update(DOCUMENTS).where(old).values(**changes)).rowcount

    def comments_due(self, *, before: datetime) -> list[str]:
        d = DOCUMENTS.c
        query = select(d.id).where(d.first_seen_at < before, IS_KEPT_COMMENT)
        return list(self.connection.scalars(query.order_by(d.first_seen_at, d.id)))

    def forget_comments(self, ids: Sequence[str]) -> int:
        d = DOCUMENTS.c
        changes: dict[str, Any] = {"text": None, "trace": None, "url": "", "title": "", "excerpt": "", "folded": ""}
        found: list[Any] = []
        for part in parts(ids):
            kept = select(d.id, d.url, d.title, d.excerpt, d.story_id).where(d.id.in_(part), IS_KEPT_COMMENT)
            found += self.connection.execute(kept).all()
            self.connection.execute(update(DOCUMENTS).where(d.id.in_(part), IS_KEPT_COMMENT).values(**changes))
            for other in (REVISIONS, PAGES):
                self.connection.execute(delete(other).where(other.c.document_id.in_(part)))
        self._take_out_of_headlines(found)
        return len(found)

    def _take_out_of_headlines(self, found: Sequence[Any]) -> None:
        """A story that was called after a text that is gone is called after the next one that has a title."""
        called = self._called({r.story_id for r in found if r.story_id})
        for r in found:
            if called.get(r.story_id) == (r.title or r.excerpt[:120]):
                called[r.story_id] = self._call_otherwise(r.story_id)
                # alerts and messages call the story by what was its name
                self._erase_traces(r.id, r.url, r.title or r.excerpt[:120], mark=EXPIRED)

    def _called(self, stories: Collection[str]) -> dict[str, str]:
        """What stories are called; asked once, as most texts give none its name."""
        query = select(STORIES.c.id, STORIES.c.headline)
        return {
            r.id: r.headline
            for part in parts(sorted(stories))
            for r in self.connection.execute(query.where(STORIES.c.id.in_(part)))
        }

    def _call_otherwise(self, story: str) -> str:
        d = DOCUMENTS.c
        other = select(d.title).where(d.story_id == story, d.relevant, d.title != "").order_by(*ARRIVAL).limit(1)
        name = self.connection.scalar(other) or EXPIRED
        self.connection.execute(update(STORIES).where(STORIES.c.id == story).values(headline=name))
        return name

    def forget_messages(self, *, before: datetime) -> int:
        done = OUTBOX.c.state != str(NotificationState.PENDING)
        old = (OUTBOX.c.created_at < before) & done & (OUTBOX.c.text != "")
        return self.connection.execute(update(OUTBOX).where(old).values(subject=EXPIRED, text="", html="")).rowcount

    def forget_findings(self, *, before: datetime) -> int:
        ended = FINDINGS.c.state.in_([str(s) for s in FindingState if s.ended])
        return self.connection.execute(delete(FINDINGS).where(ended, FINDINGS.c.updated_at < before)).rowcount

    def documents_at(self, urls: Sequence[str]) -> list[str]:
        wanted = [a for u in urls if u for a in (u, comments_at(u))]
        query = select(DOCUMENTS.c.id).where(DOCUMENTS.c.url.in_(wanted))
        return list(self.connection.scalars(query.order_by(DOCUMENTS.c.id)))

    def comments_under(self, ids: Sequence[str]) -> list[str]:
        d = DOCUMENTS.c
        urls = self.connection.scalars(select(d.url).where(d.id.in_(ids), d.url != "")).all()
        query = select(d.id).where(d.url.in_([comments_at(u) for u in urls]))
        return list(self.connection.scalars(query.order_by(d.id)))

    def erase_marks(self, ids: Sequence[str]) -> None:
        self.connection.execute(delete(SIGHTINGS).where(SIGHTINGS.c.key.in_(ids)))
        named = or_(*(cast(ALERTS.c.signal, Text).contains(f'"{i}"', autoescape=True) for i in ids))
        for r in self.connection.execute(select(ALERTS.c.id, ALERTS.c.signal).where(named)).all():
            signal = r.signal | {"documents": [d for d in r.signal["documents"] if d not in ids]}
            self.connection.execute(update(ALERTS).where(ALERTS.c.id == r.id).values(signal=signal))

    def copies_of(self, document_ids: Sequence[str]) -> list[str]:
        d = DOCUMENTS.c
        given = set(self.connection.scalars(select(d.id).where(d.id.in_(document_ids))))
        origins = set(self.connection.scalars(select(d.origin_id).where(d.id.in_(document_ids)))) - {None}
        same = self.connection.scalars(select(d.id).where(d.origin_id.in_(origins | given)))
        return sorted(given | set(same))

    def erase_documents(self, ids: Sequence[str]) -> list[str]:
        erased = self.delete_documents(ids)
        for e in erased:
            self._erase_traces(e.id, e.url, e.title or e.excerpt[:120])
        return [e.url for e in erased if e.url]

    def _erase_traces(self, document_id: str, url: str, title: str, *, mark: str = ERASED) -> None:
        """Take a publication's address and title out of alerts, timelines and messages, those that wait too."""
        words = [w for w in (url, title) if len(w) >= SHORTEST_TITLE]
        for word in words:
            for where, name in SAID_IN:
                column = where.c[name]
                query = update(where).where(column.contains(word, autoescape=True))
                self.connection.execute(query.values({name: func.replace(column, word, mark)}))
        # whatever form a message writes them in, one about an alert with this evidence may quote it
        under = select(ALERTS.c.id).where(cast(ALERTS.c.signal, Text).contains(f'"{document_id}"', autoescape=True))
        told = or_(
            OUTBOX.c.alert_id.in_(under),
            *(OUTBOX.c[n].contains(w, autoescape=True) for n in ("subject", "text", "html") for w in words),
        )
        for r in self.connection.execute(select(OUTBOX).where(told)).all():
            changes = {"subject": quoted_without(r.subject, title, mark=mark)}
            if r.channel == WEBHOOK and r.text:
                changes["text"] = payload_without(r.text, url=url, title=title, mark=mark)
            elif r.text:
                changes |= {"text": MESSAGE_ERASED, "html": f"<p>{MESSAGE_ERASED}</p>"}
            self.connection.execute(update(OUTBOX).where(OUTBOX.c.id == r.id).values(**changes))

    def remember_forgotten(self, digests: Iterable[str], *, at: datetime) -> None:
        insert_new(self.connection, FORGOTTEN, [{"digest": d, "at": at} for d in digests])

    def forgotten(self, digests: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for part in parts(digests):
            found.update(self.connection.scalars(select(FORGOTTEN.c.digest).where(FORGOTTEN.c.digest.in_(part))))
        return found

    def all_forgotten(self) -> list[tuple[str, datetime]]:
        query = select(FORGOTTEN).order_by(FORGOTTEN.c.at, FORGOTTEN.c.digest)
        return [(r.digest, r.at) for r in self.connection.execute(query)]

    def addresses(self) -> Iterator[tuple[str, str]]:
        for r in self.connection.execute(select(DOCUMENTS.c.id, DOCUMENTS.c.url).where(DOCUMENTS.c.url != "")):
            yield r.id, r.url
