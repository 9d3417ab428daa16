"""Readers' comments that an outlet publishes on the page itself: judged like every text, kept without their writers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from service.domain.documents import DateSource, Document, DocumentKind, Page, PageComment
from service.domain.intents import DocumentIntent
from service.domain.judgement import TextToJudge
from service.domain.text import nfc
from service.parsing.excerpts import excerpt
from service.parsing.masking import mask
from service.ports.storage import Transaction
from service.usecases.collect import Collector
from service.usecases.ingest import DENUNCIATION, VIETNAM, count_scores, with_feed_topics
from service.usecases.judge import judge

MOST_COMMENTS = 100


def comment_id(document_id: str, text: str) -> str:
    """The same comment under the same article is one, however often the page is read."""
    bare = " ".join(nfc(text).split())
    return hashlib.sha256(f"comment {document_id} {bare}".encode()).hexdigest()[:32]


def take_comments(collector: Collector, article: DocumentIntent, page: Page) -> int:
    """Keep those comments that are about BHXH, under the address of the article; gives how many are new."""
    by_id = {comment_id(article.document.id, c.text): c for c in page.comments[:MOST_COMMENTS]}
    if not by_id:
        return 0
    now = collector.clock.now()
    with collector.store.begin() as tx:
        new = tx.unseen(list(by_id))
    fresh = [key for key in by_id if key in new]
    texts = [_to_judge(key, by_id[key], article, now) for key in fresh]
    judgements = judge(collector.classifier, texts)
    kept = [
        replace(article, document=_document(j.id, by_id[j.id], article, now), page_due_at=None, page_tries=0,
                judgement=with_feed_topics(j, article.judgement.topics))
        for j in judgements if j.relevant and not j.denunciation
    ]  # fmt: skip
    with collector.store.begin() as tx:
        count_scores(tx, judgements, now)
        _save(tx, fresh, kept, sum(j.denunciation for j in judgements), article.document.feed_id, now)
    return len(fresh)


def _save(
    tx: Transaction, fresh: Sequence[str], kept: Sequence[DocumentIntent], dropped: int, feed_id: str, now: datetime
) -> None:
    tx.record_sightings(fresh, feed_id=feed_id, at=now)
    tx.add_documents(kept)
    if dropped:
        tx.record_drops(DENUNCIATION, dropped, day=now.astimezone(VIETNAM).date().isoformat())


def _to_judge(key: str, comment: PageComment, article: DocumentIntent, now: datetime) -> TextToJudge:
    at = comment.published_at or now
    return TextToJudge(
        id=key,
        title="",  # the headline's tone is not the reader's
        text=comment.text,
        kind=str(DocumentKind.COMMENT),
        date=at.astimezone(VIETNAM).date().isoformat(),
        protected_section=article.document.protected_section,
    )


def _document(key: str, comment: PageComment, article: DocumentIntent, now: datetime) -> Document:
    text = mask(nfc(comment.text)).text
    return replace(
        article.document,
        id=key,
        kind=DocumentKind.COMMENT,
        url=f"{article.document.url}#binh-luan",
        title="",
        text=text,
        excerpt=excerpt(text),
        published_at=min(comment.published_at, now) if comment.published_at else now,
        date_source=DateSource.PAGE if comment.published_at else DateSource.FIRST_SEEN,
        first_seen_at=now,
        partial=False,
    )
