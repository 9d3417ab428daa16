"""Notice that what was kept has changed: titles in feeds, titles and texts of pages, pages that are gone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.domain.documents import Document, Entry, Page
from service.domain.fetching import Failed, FailureKind, Fetched, FetchOutcome, Refused
from service.domain.polling import turn_in
from service.domain.revisions import PageState, Revision, RevisionKind, SeenIn
from service.domain.text import nfc, tones_placed
from service.parsing.differences import difference, same_words
from service.parsing.masking import mask
from service.parsing.notices import Instead
from service.parsing.urls import is_front_page
from service.ports.storage import Transaction

# a correction comes in the first hours as a rule; times after the first reading
CHECK_AFTER = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=48))
LOOK_AGAIN = timedelta(minutes=15)
MISSING_TWICE = 2
GONE = {FailureKind.GONE, FailureKind.NOT_FOUND}


def title_digest(title: str) -> str:
    """Digest that is the same for titles that differ in spaces and the placing of tones only."""
    return hashlib.sha256(" ".join(tones_placed(title).split()).encode()).hexdigest()[:16]


def changed_titles(
    tx: Transaction, entries: Mapping[str, Entry], *, feed_id: str
) -> tuple[dict[str, Entry], dict[str, str]]:
    """Entries whose title is not the one under which this feed last brought them, and the digests to keep.

    Titles in other feeds do not count: each may have its own wording of the same headline.
    """
    titled = {key: title_digest(e.title) for key, e in entries.items() if e.title}
    known = tx.title_digests(list(titled), feed_id=feed_id)
    different = {key: titled[key] for key, digest in known.items() if digest != titled[key]}
    return {key: entries[key] for key in different if known[key] is not None}, different


def revise_title(document: Document, title: str, *, at: datetime, seen_in: SeenIn) -> tuple[Document, Revision] | None:
    """The document under its new title and the record of that; None if no word of the title has changed."""
    masked = mask(nfc(title)).text
    if not masked or same_words(masked, document.title):
        return None
    change = difference(document.title, masked)
    revision = Revision(
        document_id=document.id,
        at=at,
        kind=RevisionKind.TITLE,
        seen_in=seen_in,
        title_before=document.title,
        title_after=masked,
        difference=change.text,
        changed_words=change.words,
    )
    return replace(document, title=masked), revision


def revise_page(document: Document, page: Page, state: PageState, *, at: datetime) -> tuple[Document, list[Revision]]:
    """The document as its page reads now, and what changed since it was last read.

    A text that the quick extractor gave is replaced, not compared.
    """
    revisions = []
    same_title = same_words(state.title, mask(page.title).text)
    if not same_title and (retitled := revise_title(document, page.title, at=at, seen_in=SeenIn.PAGE)):
        document, revision = retitled
        revisions.append(revision)
    masked = mask(page.text).text
    if not document.text or not state.thorough:
        return replace(document, text=masked), revisions
    change = difference(document.text, masked)
    if change.words:
        revisions.append(
            Revision(
                document_id=document.id,
                at=at,
                kind=RevisionKind.TEXT,
                seen_in=SeenIn.PAGE,
                difference=change.text,
                changed_words=change.words,
            )
        )
    return replace(document, text=masked), revisions


@dataclass(frozen=True, slots=True)
class Checked:
    """What follows from asking for a page again.

    Attributes:
        state: what is remembered of it now.
        missing: the page is not there; None where nobody can say (refused, failed).
    """

    state: PageState
    missing: bool | None


def after_check(
    state: PageState, outcome: FetchOutcome, *, first_read: datetime, now: datetime, instead: Instead | None = None,
    read: bool = True,
) -> Checked:  # fmt: skip
    """When a page is looked at next. A 410 is believed at once; a 404, a redirect to another page, or a notice in
    place of the article, when it is seen twice a quarter of an hour apart.

    Args:
        instead: what was read in place of the article (`instead_of_article`).
        read: our reader got through the answer; else it says nothing of the article.
    """
    if isinstance(outcome, Failed | Refused) and (not outcome.asked or outcome.kind is FailureKind.NO_TURN):
        return Checked(replace(state, due_at=now + turn_in(outcome)), None)
    missing = _missing(state, outcome, instead, read=read)
    if missing is None:
        later = replace(state, checks=state.checks + 1)
        asked = outcome.retry_after if isinstance(outcome, Failed | Refused) else None
        return Checked(replace(later, due_at=next_check(later.checks, first_read, now + (asked or timedelta(0)))), None)
    if not missing:
        later = replace(state, checks=state.checks + 1, missing=0, taken_down=False)
        return Checked(replace(later, due_at=next_check(later.checks, first_read, now)), False)
    times = state.missing + 1
    sure = times >= MISSING_TWICE or (isinstance(outcome, Failed) and outcome.kind is FailureKind.GONE)
    if not sure:
        return Checked(replace(state, missing=times, due_at=now + LOOK_AGAIN), True)
    later = replace(state, checks=state.checks + 1, missing=times, taken_down=True)
    return Checked(replace(later, due_at=next_check(later.checks, first_read, now)), True)


def next_check(checks: int, first_read: datetime, now: datetime) -> datetime | None:
    """Time of the next reading after so many; None when two days are over. One that is late is not made up for."""
    wanted: Sequence[datetime] = [first_read + after for after in CHECK_AFTER[checks:]]
    return next((at for at in wanted if at > now), None)


def _missing(state: PageState, outcome: FetchOutcome, instead: Instead | None, *, read: bool) -> bool | None:
    if instead is not None:
        return True if instead is Instead.GONE else None
    if isinstance(outcome, Fetched):
        elsewhere = is_front_page(outcome.url) and not is_front_page(state.url)
        return elsewhere if elsewhere or read else None
    return True if isinstance(outcome, Failed) and outcome.kind in GONE else None
