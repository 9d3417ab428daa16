"""Read the pages of documents that so far have only the feed's own text, and read them again while they may change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog

from service.domain.documents import DateSource, DocumentKind, Page, PageDue
from service.domain.fetching import Failed, FailureKind, Fetched, FetchOutcome, FetchRequest, Refused
from service.domain.intents import DocumentIntent
from service.domain.judgement import Judgement, TextToJudge
from service.domain.polling import page_again
from service.domain.revisions import PageState, Revision, RevisionKind, SeenIn
from service.domain.times import VIETNAM
from service.parsing.excerpts import excerpt
from service.parsing.masking import mask
from service.parsing.notices import alike, instead_of_article
from service.parsing.spam import is_gambling_spam
from service.ports.storage import StoreError
from service.usecases.collect import Collector
from service.usecases.comments import take_comments
from service.usecases.findings import keep_again
from service.usecases.ingest import with_feed_topics
from service.usecases.judge import judge
from service.usecases.revise import after_check, next_check, revise_page

NOT_KEPT = Failed(kind=FailureKind.BAD_CONTENT)
BACKLOG = 600  # pages that wait; beyond that the quick extractor works them off
PAGES, CHECKS = 60, 30  # of a round: first readings, and readings again
log = structlog.get_logger()


def read_pages(collector: Collector) -> int:
    """Read up to PAGES pages that are due, each in its own unit of work; gives how many were read."""
    now = collector.clock.now()
    with collector.store.begin() as tx:
        due = {d.document_id: d for d in tx.pages_due(now, limit=PAGES)}
        thorough = tx.pages_waiting(now) <= BACKLOG
    requests = [FetchRequest(key=d.document_id, url=d.url) for d in due.values()]
    return sum(
        _take_safely(collector, due[request.key], outcome, thorough)
        for request, outcome in collector.fetcher.fetch_all(requests)
    )


def check_pages(collector: Collector) -> int:
    """Read pages of relevant documents again to notice edits and take-downs; gives how many changed."""
    with collector.store.begin() as tx:
        due = {s.document_id: s for s in tx.pages_to_check(collector.clock.now(), limit=CHECKS)}
    requests = [FetchRequest(key=s.document_id, url=s.url) for s in due.values()]
    return sum(
        _check_safely(collector, due[request.key], outcome)
        for request, outcome in collector.fetcher.fetch_all(requests)
    )


def _take_safely(collector: Collector, due: PageDue, outcome: FetchOutcome, thorough: bool) -> bool:
    """What cannot be read or kept (a bug, a value that the database refuses) is a failure of this page alone."""
    try:
        return _take(collector, due, outcome, thorough)
    except StoreError:
        raise  # nothing the page did; it stays due
    except Exception as error:
        log.exception("page not kept", document=due.document_id, kind=type(error).__name__)
        return _take(collector, due, NOT_KEPT, thorough)


def _check_safely(collector: Collector, state: PageState, outcome: FetchOutcome) -> bool:
    try:
        return _check(collector, state, outcome)
    except StoreError:
        raise
    except Exception as error:
        log.exception("page not checked", document=state.document_id, kind=type(error).__name__)
        return _check(collector, state, NOT_KEPT)


def _take(collector: Collector, due: PageDue, outcome: FetchOutcome, thorough: bool) -> bool:
    now = collector.clock.now()
    page = _page(collector, outcome, now, thorough)
    with collector.store.begin() as tx:
        known = tx.document(due.document_id)
    if known is None:
        return False
    instead = instead_of_article(page, url=due.url, title=known.document.title) if page else None
    if page is None or instead:
        # what came in its place, or that our reader did not get through it, may be of the moment, like a failure
        _give_up_or_wait(collector, due, known, outcome if isinstance(outcome, Failed | Refused) else NOT_KEPT, now)
        return False
    _replace(collector, known, page, thorough)
    return True


def _page(collector: Collector, outcome: FetchOutcome, now: datetime, thorough: bool = True) -> Page | None:
    if not isinstance(outcome, Fetched):
        return None
    return collector.reader.page(
        outcome.body, url=outcome.url, content_type=outcome.content_type, now=now, thorough=thorough
    )


def _give_up_or_wait(
    collector: Collector, due: PageDue, known: DocumentIntent, outcome: Failed | Refused, now: datetime
) -> None:
    """A page that could not be read is asked for again, as late as its host wants. Where it is given up, what the feed
    said is all there is (partial): what is not about BHXH by title and excerpt is not kept, like any other entry."""
    again = page_again(outcome, tries=due.tries, first_seen=known.document.first_seen_at, now=now)
    with collector.store.begin() as tx:
        if again:
            until, tried = again
            tx.postpone_page(due.document_id, until=until, tried=tried)
        elif known.judgement.relevant or tx.labels(due.document_id):
            tx.postpone_page(due.document_id, until=None)
        else:
            tx.delete_documents([due.document_id])


def _replace(collector: Collector, known: DocumentIntent, page: Page, thorough: bool) -> None:
    document, now = known.document, collector.clock.now()
    date_known = document.date_source.is_known
    published = document.published_at if date_known or page.published_at is None else page.published_at
    judgement = _judged_again(collector, known, page, published)
    masked = mask(page.text)
    intent = replace(
        known,
        document=replace(
            document,
            title=mask(_headline(page, document.title)).text,
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
    state = PageState(
        document_id=document.id, url=document.url, due_at=next_check(0, now, now), thorough=thorough,
        comments=page.comment_count, title=mask(page.title).text or intent.document.title,
    )  # fmt: skip
    with collector.store.begin() as tx:
        if judgement.relevant or tx.labels(document.id):
            keep_again(tx, known, intent, masked, now=now)
            tx.save_page(state)
        else:
            tx.delete_documents([document.id])
    if judgement.relevant:
        take_comments(collector, intent, page)


def _headline(page: Page, title: str) -> str:
    """The page's own headline, unless it has none of the article: many pages are titled with the name of the outlet."""
    return page.title if page.title and alike(title, page.title) else title


def _judged_again(collector: Collector, known: DocumentIntent, page: Page, published: datetime) -> Judgement:
    """What a page that was read in full says decides, but a headline that named BHXH is never lost by a bad
    extraction; it is lost where the page sells something else under it."""
    document, feed = known.document, collector.feeds.get(known.document.feed_id)
    text = TextToJudge(
        id=document.id,
        title=_headline(page, document.title),
        text=page.text,
        kind=str(DocumentKind.ARTICLE),
        date=published.astimezone(VIETNAM).date().isoformat(),
        protected_section=document.protected_section,
    )
    judgement = with_feed_topics(judge(collector.classifier, [text])[0], feed.topics if feed else ())
    if judgement.relevant or not known.judgement.relevant or is_gambling_spam(text.title, text.text):
        return judgement
    return known.judgement


def _check(collector: Collector, state: PageState, outcome: FetchOutcome) -> bool:
    now = collector.clock.now()
    with collector.store.begin() as tx:
        known = tx.document(state.document_id)
    if known is None:
        return False
    page = _page(collector, outcome, now)
    text = "" if known.document.partial else known.document.text
    instead = instead_of_article(page, url=state.url, title=state.title, text=text) if page else None
    checked = after_check(
        state, outcome, first_read=known.document.first_seen_at, now=now, instead=instead, read=page is not None
    )
    page = page if checked.missing is False else None
    revisions = list(_standing(state, checked.state, now))
    intent, after = known, checked.state
    if page is not None:
        document, changes = revise_page(known.document, page, state, at=now)
        revisions += changes
        title = mask(page.title).text or state.title
        after = replace(after, thorough=True, comments=page.comment_count or state.comments, title=title)
        if document != known.document:
            intent = replace(known, document=document)
            intent = replace(intent, judgement=_judged_again(collector, intent, page, document.published_at))
    with collector.store.begin() as tx:
        tx.save_page(after)
        tx.add_revisions(revisions)
        if page is not None and intent is not known:
            keep_again(tx, known, intent, mask(page.text), now=now)
    if page is not None:
        take_comments(collector, intent, page)
    return bool(revisions)


def _standing(before: PageState, after: PageState, now: datetime) -> list[Revision]:
    """A page that went or came back."""
    if before.taken_down == after.taken_down:
        return []
    kind = RevisionKind.TAKEN_DOWN if after.taken_down else RevisionKind.RESTORED
    return [Revision(document_id=before.document_id, at=now, kind=kind, seen_in=SeenIn.PAGE)]
