"""Read the pages of documents that so far have only the feed's own text."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from service.domain.documents import DateSource, DocumentKind, Page, PageDue
from service.domain.fetching import Failed, FailureKind, Fetched, FetchOutcome, FetchRequest
from service.domain.intents import DocumentIntent
from service.domain.judgement import TextToJudge
from service.parsing.excerpts import excerpt
from service.parsing.masking import mask
from service.usecases.collect import Collector
from service.usecases.findings import findings_of
from service.usecases.ingest import VIETNAM, with_feed_topics

MAX_TRIES = 4
FIRST_RETRY = timedelta(minutes=10)
PASSING = {FailureKind.TIMEOUT, FailureKind.CONNECTION, FailureKind.SERVER_ERROR, FailureKind.NAME_NOT_FOUND}


def read_pages(collector: Collector, *, limit: int = 60) -> int:
    """Read up to `limit` pages that are due, each in its own unit of work; gives how many were read."""
    with collector.store.begin() as tx:
        due = {d.document_id: d for d in tx.pages_due(collector.clock.now(), limit=limit)}
    requests = [FetchRequest(key=d.document_id, url=d.url) for d in due.values()]
    return sum(
        _take(collector, due[request.key], outcome) for request, outcome in collector.fetcher.fetch_all(requests)
    )


def _take(collector: Collector, due: PageDue, outcome: FetchOutcome) -> bool:
    now = collector.clock.now()
    page = None
    if isinstance(outcome, Fetched):
        page = collector.reader.page(outcome.body, url=outcome.url, content_type=outcome.content_type, now=now)
    with collector.store.begin() as tx:
        known = tx.document(due.document_id)
    if known is None:
        return False
    if page is None or not page.text.strip():
        _give_up_or_wait(collector, due, known, outcome, now)
        return False
    _replace(collector, known, page)
    return True


def _give_up_or_wait(
    collector: Collector, due: PageDue, known: DocumentIntent, outcome: FetchOutcome, now: datetime
) -> None:
    """A passing failure is tried again, later and later; after that the feed's text is all there is (partial)."""
    again = isinstance(outcome, Failed) and outcome.kind in PASSING and due.tries + 1 < MAX_TRIES
    with collector.store.begin() as tx:
        if again:
            tx.postpone_page(due.document_id, until=now + FIRST_RETRY * 4**due.tries)
        elif known.judgement.relevant:
            tx.postpone_page(due.document_id, until=None)
        else:
            tx.delete_document(due.document_id)


def _replace(collector: Collector, known: DocumentIntent, page: Page) -> None:
    document = known.document
    feed = collector.feeds.get(document.feed_id)
    date_known = document.date_source is not DateSource.FIRST_SEEN
    published = document.published_at if date_known or page.published_at is None else page.published_at
    text = TextToJudge(
        id=document.id,
        title=page.title or document.title,
        text=page.text,
        kind=str(DocumentKind.ARTICLE),
        date=published.astimezone(VIETNAM).date().isoformat(),
        protected_section=document.protected_section,
    )
    judgement = read = with_feed_topics(collector.classifier.judge([text])[0], feed.topics if feed else ())
    # what a page that was read in full says decides, but a headline that named BHXH is never lost by a bad extraction
    if not judgement.relevant and known.judgement.relevant:
        judgement = known.judgement
    masked = mask(page.text)
    intent = replace(
        known,
        document=replace(
            document,
            title=mask(page.title).text or document.title,
            text=masked.text,
            excerpt=document.excerpt or excerpt(masked.text),
            published_at=min(published, document.first_seen_at),
            date_source=document.date_source if date_known or page.published_at is None else DateSource.PAGE,
            partial=False,
            language=page.language,
        ),
        judgement=judgement,
        page_due_at=None,
    )
    with collector.store.begin() as tx:
        if judgement.relevant:
            tx.replace_document(intent)
            if judgement is read:
                now = collector.clock.now()
                tx.replace_findings(document.id, findings_of(intent.document, judgement, masked, now=now))
            else:
                tx.blur_findings(document.id)
        else:
            tx.delete_document(document.id)
