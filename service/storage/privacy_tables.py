"""Removal of what was kept long enough, and of publications on request."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, cast, delete, func, or_, select, update

from service.alerting.message import SHORTEST_TITLE, payload_without, quoted_without
from service.alerting.wording import forms_of
from service.domain.documents import DocumentKind, comments_at
from service.domain.findings import FindingState
from service.domain.notifications import MessageChannel, NotificationState
from service.storage.count_tables import IS_PRESS
from service.storage.schema import (
    AlertEventRow,
    AlertRow,
    DocumentPageRow,
    DocumentRow,
    FindingDecisionRow,
    FindingRow,
    ForgottenRow,
    NotificationRow,
    RevisionRow,
    SightingRow,
    SilenceRow,
    StoryDecisionRow,
    StoryRow,
)
from service.storage.sql import insert_new, parts, table
from service.storage.story_tables import ARRIVAL, EXPIRED, NAMING, StoryTables

DOCUMENTS, STORIES, ALERTS, EVENTS = table(DocumentRow), table(StoryRow), table(AlertRow), table(AlertEventRow)
OUTBOX, FORGOTTEN, FINDINGS = table(NotificationRow), table(ForgottenRow), table(FindingRow)
REVISIONS, PAGES, SIGHTINGS = table(RevisionRow), table(DocumentPageRow), table(SightingRow)
DECISIONS, SILENCES, REVIEWS = table(StoryDecisionRow), table(SilenceRow), table(FindingDecisionRow)
COMMENTS = [str(k) for k in (DocumentKind.POST, DocumentKind.COMMENT, DocumentKind.LETTER, DocumentKind.SMS)]
IS_KEPT_COMMENT = DOCUMENTS.c.kind.in_(COMMENTS) & or_(*(DOCUMENTS.c[n] != "" for n in ("title", "excerpt", "url")))
ERASED = "[đã xóa theo yêu cầu]"
MESSAGE_ERASED = (
    "Nội dung thư này đã được xóa (theo yêu cầu xóa bài hoặc hết thời hạn lưu). Vui lòng xem trên trang BHXH Radar."
)
SAID_IN = (
    (ALERTS, "headline"), (ALERTS, "why"), (ALERTS, "quiet_if"), (EVENTS, "text"), (SILENCES, "reason"),
    (DECISIONS, "reason"), (REVIEWS, "reason"), (FINDINGS, "proposal"),
)  # fmt: skip
SAID_WITHIN = (("signal", "reasons"), ("handling", "statement"), ("handling", "reason"))  # of alerts


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
        self._take_out_of_what_was_said(found)
        return len(found)

    def _take_out_of_what_was_said(self, found: Sequence[Any]) -> None:
        """A story that was called after a text that is gone is called after the next one that has a title; alerts and
        messages called it so, or had the text as evidence."""
        stories = {r.story_id for r in found if r.story_id}
        called, renamed = self._called(stories), self._renamed(stories)
        signals = self.connection.scalars(select(ALERTS.c.signal)) if found else ()
        evidence = {document for signal in signals for document in signal["documents"]}
        for r in found:
            name = r.title or r.excerpt[:120]
            names_story = called.get(r.story_id) == name
            if names_story:
                called[r.story_id] = self._call_otherwise(r.story_id)
            if names_story or r.id in evidence or r.story_id in renamed:
                self._erase_traces(r.id, r.url, [name], mark=EXPIRED)

    def _called(self, stories: Collection[str]) -> dict[str, str]:
        """What stories are called; asked once, as most texts give none its name."""
        query = select(STORIES.c.id, STORIES.c.headline)
        return {
            r.id: r.headline
            for part in parts(sorted(stories))
            for r in self.connection.execute(query.where(STORIES.c.id.in_(part)))
        }

    def _renamed(self, stories: Collection[str]) -> set[str]:
        """Stories that began as talk and are called after an article now: what they were called before is not known."""
        d = DOCUMENTS.c
        query = select(d.story_id, IS_PRESS.label("press")).where(d.relevant).order_by(*ARRIVAL)
        told: dict[str, list[bool]] = {}
        for part in parts(sorted(stories)):
            for r in self.connection.execute(query.where(d.story_id.in_(part))):
                told.setdefault(r.story_id, []).append(bool(r.press))
        return {story for story, press in told.items() if any(press) and not press[0]}

    def _call_otherwise(self, story: str) -> str:
        d = DOCUMENTS.c
        other = select(d.title).where(d.story_id == story, d.relevant, d.title != "").order_by(*NAMING).limit(1)
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
        for part in parts(ids):
            self.connection.execute(delete(SIGHTINGS).where(SIGHTINGS.c.key.in_(part)))
            alerts = select(ALERTS.c.id, ALERTS.c.signal).where(_naming(ALERTS.c.signal, part))
            for r in self.connection.execute(alerts).all():
                signal = r.signal | {"documents": [d for d in r.signal["documents"] if d not in part]}
                self.connection.execute(update(ALERTS).where(ALERTS.c.id == r.id).values(signal=signal))
            split = select(DECISIONS.c.id, DECISIONS.c.documents).where(_naming(DECISIONS.c.documents, part))
            for r in self.connection.execute(split).all():
                left = [d for d in r.documents if d not in part]
                self.connection.execute(update(DECISIONS).where(DECISIONS.c.id == r.id).values(documents=left))

    def copies_of(self, document_ids: Sequence[str]) -> list[str]:
        d = DOCUMENTS.c
        given = set(self.connection.scalars(select(d.id).where(d.id.in_(document_ids))))
        origins = set(self.connection.scalars(select(d.origin_id).where(d.id.in_(document_ids)))) - {None}
        same = self.connection.scalars(select(d.id).where(d.origin_id.in_(origins | given)))
        return sorted(given | set(same))

    def erase_documents(self, ids: Sequence[str]) -> list[str]:
        former = self._former_titles(ids)
        erased = self.delete_documents(ids)
        for e in erased:
            self._erase_traces(e.id, e.url, [e.title or e.excerpt[:120], *former[e.id]])
        return [e.url for e in erased if e.url]

    def _former_titles(self, ids: Sequence[str]) -> Mapping[str, list[str]]:
        """What publications were called before, which alerts of that time still call them."""
        titles: dict[str, list[str]] = defaultdict(list)
        query = select(REVISIONS.c.document_id, REVISIONS.c.title_before, REVISIONS.c.title_after)
        for part in parts(ids):
            for r in self.connection.execute(query.where(REVISIONS.c.document_id.in_(part))):
                titles[r.document_id] += [t for t in (r.title_before, r.title_after) if t]
        return titles

    def _erase_traces(self, document_id: str, url: str, titles: Sequence[str], *, mark: str = ERASED) -> None:
        """Take a publication's address and titles out of alerts, timelines, reasons and messages, waiting ones too."""
        titles = list(dict.fromkeys(t for t in titles if t))
        words = {w for w in (url, *(f for t in titles for f in forms_of(t))) if len(w) >= SHORTEST_TITLE}
        longest_first = sorted(words, key=len, reverse=True)
        for word in longest_first:
            for where, name in SAID_IN:
                column = where.c[name]
                query = update(where).where(column.contains(word, autoescape=True))
                self.connection.execute(query.values({name: func.replace(column, word, mark)}))
        self._erase_within_alerts(longest_first, mark)
        self._erase_in_messages(document_id, url, titles, longest_first, mark)

    def _erase_within_alerts(self, words: Sequence[str], mark: str) -> None:
        """Take words out of those texts of alerts that are parts of JSON values."""
        held = or_(*(cast(ALERTS.c[n], Text).contains(w, autoescape=True)
                     for n in ("signal", "handling") for word in words for w in _in_json(word)))  # fmt: skip
        query = select(ALERTS.c.id, ALERTS.c.signal, ALERTS.c.handling)
        for r in self.connection.execute(query.where(held)).all() if words else ():
            values = {"signal": dict(r.signal), "handling": dict(r.handling or {})}
            for column, name in SAID_WITHIN:
                if name in values[column]:
                    values[column][name] = _without(values[column][name], words, mark)
            changed = {"signal": values["signal"], "handling": values["handling"] or r.handling}
            self.connection.execute(update(ALERTS).where(ALERTS.c.id == r.id).values(**changed))

    def _erase_in_messages(
        self, document_id: str, url: str, titles: Sequence[str], words: Sequence[str], mark: str
    ) -> None:
        # whatever form a message writes them in, one about an alert with this evidence may quote it
        under = select(ALERTS.c.id).where(_naming(ALERTS.c.signal, [document_id]))
        told = or_(
            OUTBOX.c.alert_id.in_(under),
            *(OUTBOX.c[n].contains(w, autoescape=True)
              for n in ("subject", "text", "html") for word in words for w in {word, *_in_json(word)}),
        )  # fmt: skip
        for r in self.connection.execute(select(OUTBOX).where(told)).all():
            changes = {"subject": quoted_without(r.subject, titles, mark=mark)}
            if r.channel == MessageChannel.WEBHOOK and r.text:
                changes["text"] = payload_without(r.text, url=url, titles=titles, mark=mark)
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


def _naming(column: ColumnElement[Any], ids: Sequence[str]) -> ColumnElement[bool]:
    """Whether a JSON value names one of these documents."""
    return or_(*(cast(column, Text).contains(f'"{i}"', autoescape=True) for i in ids))


def _in_json(word: str) -> set[str]:
    """How a word may stand inside a JSON text."""
    return {json.dumps(word)[1:-1], json.dumps(word, ensure_ascii=False)[1:-1]}


def _without(value: Any, words: Sequence[str], mark: str) -> Any:
    """A text or a list of texts without words."""
    if isinstance(value, list):
        return [_without(each, words, mark) for each in value]
    for word in words if isinstance(value, str) else ():
        value = value.replace(word, mark)
    return value
