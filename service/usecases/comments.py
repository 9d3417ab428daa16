"""Readers' comments that an outlet publishes on the page itself: judged like every text, kept without their writers."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from service.domain.documents import DateSource, DocumentKind, Page, PageComment, comments_at
from service.domain.intents import DocumentIntent
from service.domain.judgement import Judgement, TextToJudge
from service.domain.text import nfc
from service.domain.times import VIETNAM
from service.parsing.excerpts import excerpt
from service.parsing.masking import mask
from service.usecases.collect import Collector
from service.usecases.ingest import keep_new, new_text, with_feed_topics
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
    texts = [_to_judge(key, by_id[key], article, now) for key in by_id if key in new]
    news = [
        new_text(t.text, j, _intent(by_id[t.id], j, article, now), may_tell_on=True, now=now)
        for t, j in zip(texts, judge(collector.classifier, texts), strict=True)
    ]
    with collector.store.begin() as tx:
        refused = tx.forgotten([article.document.id, *by_id])
        news = [n for n in news if not refused & {n.key, article.document.id}]
        keep_new(tx, news, feed_id=article.document.feed_id, now=now)
    return len(news)


def _to_judge(key: str, comment: PageComment, article: DocumentIntent, now: datetime) -> TextToJudge:
    at = comment.published_at or now
    return TextToJudge(
        id=key,
        title="",  # the headline's tone is not the reader's
        text=nfc(comment.text),
        kind=str(DocumentKind.COMMENT),
        date=at.astimezone(VIETNAM).date().isoformat(),
        protected_section=article.document.protected_section,
    )


def _intent(
    comment: PageComment, judgement: Judgement, article: DocumentIntent, now: datetime
) -> DocumentIntent | None:
    if judgement.denunciation or not judgement.relevant:
        return None
    text = mask(nfc(comment.text)).text
    document = replace(
        article.document,
        id=judgement.id,
        kind=DocumentKind.COMMENT,
        url=comments_at(article.document.url),
        title="",
        text=text,
        excerpt=excerpt(text),
        published_at=min(comment.published_at, now) if comment.published_at else now,
        date_source=DateSource.PAGE if comment.published_at else DateSource.FIRST_SEEN,
        first_seen_at=now,
        partial=False,
    )
    judged = with_feed_topics(judgement, article.judgement.topics)
    return replace(article, document=document, judgement=judged, page_due_at=None, page_tries=0)
