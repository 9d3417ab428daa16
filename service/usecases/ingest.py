"""Judge entries in memory and keep what may be kept of them: one unit of work for the entries of one poll."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.documents import DENUNCIATION, DateSource, Document, DocumentKind, Entry, MaskedText
from service.domain.findings import Finding
from service.domain.intents import DocumentIntent
from service.domain.judgement import Judgement, TextToJudge
from service.domain.revisions import Revision, SeenIn
from service.domain.sources import Feed
from service.domain.text import nfc
from service.domain.times import VIETNAM
from service.insight.drift import tally, week_of
from service.parsing.excerpts import excerpt
from service.parsing.masking import mask
from service.parsing.urls import identity_key, is_front_page, without_handle
from service.ports import Classifier
from service.ports.storage import Store, Transaction
from service.usecases.findings import findings_of, keep_again
from service.usecases.judge import judge
from service.usecases.revise import changed_titles, revise_title, title_digest

PAGE_MAX_AGE = timedelta(days=2)
PERSONAL_KINDS = (DocumentKind.POST, DocumentKind.COMMENT, DocumentKind.LETTER, DocumentKind.SMS)


class FetchPages(StrEnum):
    """Which entries' pages are read."""

    ALL = "all"
    RELEVANT = "relevant"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of the entries of one poll.

    Attributes:
        new: never seen before; kept: stored as documents; dropped: nothing kept (denunciations).
        relevant: of the new ones, those kept as being about BHXH; revised: known documents under a new title.
    """

    new: int = 0
    kept: int = 0
    dropped: int = 0
    relevant: int = 0
    revised: int = 0


def document_id(entry: Entry, feed: Feed) -> str:
    """Stable id of what an entry is about, so that the same publication is one document whichever feed gave it.

    By the address where no other post has it, else the feed's own identifier, else title and time.
    """
    said = f"{entry.title} {entry.published_at}" if entry.title else entry.summary
    key = identity_key(entry.url) if entry.url and not entry.in_thread else f"{feed.id} {entry.id or said}"
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _by_id(entries: Sequence[Entry], feed: Feed) -> dict[str, Entry]:
    """Entries by id, of the same one the first; the last ones of the feed come first.

    Where several of a poll have one address (a portal that leads all to its front page), and identifiers and titles of
    their own, the address tells nothing: they are known by their identifiers.
    """
    alike: dict[str, list[Entry]] = {}
    for entry in reversed(entries):
        alike.setdefault(document_id(entry, feed), []).append(entry)
    found: dict[str, Entry] = {}
    for key, same in alike.items():
        named = {e.id: e for e in same if e.id != e.url}
        if len(named) > 1 and len({e.title for e in named.values()}) == len(named) == len({e.id for e in same}):
            found |= {document_id(replace(e, url=""), feed): e for e in named.values()}
        else:
            found[key] = same[-1]
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the entries of a poll.

    Attributes:
        new: never seen; retitled: brought before under another title, with the document where one is kept.
        digests: of titles, to be saved.
    """

    new: set[str]
    retitled: Mapping[str, DocumentIntent | None]
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewText:
    """A text that was judged for the first time.

    Attributes:
        intent: what is kept of it, if anything, with its findings; dropped: nothing, because it is a denunciation.
    """

    judgement: Judgement
    intent: DocumentIntent | None
    findings: Sequence[Finding]
    dropped: bool

    @property
    def key(self) -> str:
        return self.judgement.id


@dataclass(frozen=True, slots=True)
class _Retitled:
    """What is kept of an entry under its new title.

    Attributes:
        known: what was kept under the old one, with the record of the change; of an entry that is about BHXH only under
            its new title, neither.
        masked: the text that was judged.
    """

    intent: DocumentIntent
    masked: MaskedText
    known: DocumentIntent | None = None
    revision: Revision | None = None


def ingest(
    entries: Sequence[Entry],
    feed: Feed,
    *,
    store: Store,
    classifier: Classifier,
    now: datetime,
    fetch_pages: FetchPages = FetchPages.ALL,
    undated_at: datetime | None = None,
    also: Callable[[Transaction, Ingested], None] = lambda tx, done: None,
) -> Ingested:
    """Judge the entries that are new or have a new title and store them, together with whatever `also` adds to the
    same unit of work.

    Args:
        undated_at: time of publication of entries without a date that had gathered in the feed; None: they are of now.
    """
    by_id = _by_id(entries, feed)
    with store.begin() as tx:
        known = _look_up(tx, by_id, feed)
    fresh = {key: by_id[key] for key in reversed(by_id) if key in known.new}
    changed = {key: by_id[key] for key in known.retitled}
    judgements = judge(classifier, [to_judge(key, e, feed, now) for key, e in (*fresh.items(), *changed.items())])
    judged = dict(zip((*fresh, *changed), judgements, strict=True))
    intents = {key: intent_of(key, e, judged[key], feed, now, fetch_pages, undated_at) for key, e in fresh.items()}
    own = _may_tell_on(feed)
    news = [new_text(e.summary, judged[key], intents[key], may_tell_on=own, now=now) for key, e in fresh.items()]
    revised = {key: _retitled(known.retitled[key], key, e, judged[key], feed, now) for key, e in changed.items()}
    with store.begin() as tx:
        # asked again: judging takes seconds, in which somebody may have had an entry deleted
        refused = tx.forgotten(list(by_id))
        news = [n for n in news if n.key not in refused]
        last = [found for key, found in revised.items() if found is not None and key not in refused]
        done = _counted(news, last)
        keep_new(tx, news, feed_id=feed.id, now=now, digests=_digests(fresh, feed))
        tx.save_digests(known.digests)
        _save_revised(tx, last, now)
        also(tx, done)
    return done


def _counted(news: Sequence[NewText], revised: Sequence[_Retitled]) -> Ingested:
    return Ingested(
        new=len(news),
        kept=sum(n.intent is not None for n in news) + sum(r.known is None for r in revised),
        dropped=sum(n.dropped for n in news),
        relevant=sum(n.intent is not None and n.intent.judgement.relevant for n in news),
        revised=sum(r.known is not None for r in revised),
    )


def new_text(
    text: str, judgement: Judgement, intent: DocumentIntent | None, *, may_tell_on: bool, now: datetime
) -> NewText:
    """What to do with a text that was judged, without its title, for the first time.

    Args:
        may_tell_on: a denunciation in it would be a person's own (see `_may_tell_on`).
    """
    found = findings_of(intent.document, intent.judgement, mask(nfc(text)), now=now) if intent is not None else []
    dropped = judgement.denunciation and may_tell_on
    return NewText(judgement=judgement, intent=intent, findings=found, dropped=dropped)


def keep_new(
    tx: Transaction, news: Sequence[NewText], *, feed_id: str, now: datetime, digests: Mapping[str, str] | None = None
) -> None:
    """Remember texts that were judged for the first time, and store what may be kept of them with its findings."""
    tx.record_sightings([n.key for n in news], feed_id=feed_id, at=now, digests=digests)
    if dropped := sum(n.dropped for n in news):
        tx.record_drops(DENUNCIATION, dropped, day=now.astimezone(VIETNAM).date().isoformat())
    _count_scores(tx, [n.judgement for n in news], now)
    tx.add_documents([n.intent for n in news if n.intent is not None])
    tx.add_findings([finding for n in news for finding in n.findings])


def _count_scores(tx: Transaction, judgements: Sequence[Judgement], now: datetime) -> None:
    """Count the scores of new texts for the week, so that drift can be seen."""
    for model in {j.model for j in judgements}:
        scores = tally(j for j in judgements if j.model == model)
        tx.add_scores(scores, model=model, week=week_of(now.astimezone(VIETNAM).date()))


def _look_up(tx: Transaction, by_id: Mapping[str, Entry], feed: Feed) -> _Known:
    wanted = list(by_id)
    refused = tx.forgotten(wanted)
    new = tx.unseen(wanted) - refused
    if feed.kind in PERSONAL_KINDS:  # nothing of a citizen's words is kept to compare with
        return _Known(new, {}, {})
    seen = {key: e for key, e in by_id.items() if key not in new | refused}
    changed, digests = changed_titles(tx, seen, feed_id=feed.id)
    return _Known(new, {key: tx.document(key) for key in changed}, digests)


def _digests(fresh: Mapping[str, Entry], feed: Feed) -> dict[str, str]:
    if feed.kind in PERSONAL_KINDS:
        return {}
    return {key: title_digest(e.title) for key, e in fresh.items() if e.title}


def _retitled(
    known: DocumentIntent | None, key: str, entry: Entry, judgement: Judgement, feed: Feed, now: datetime
) -> _Retitled | None:
    """A known document under its new title; or, where nothing was kept of an entry, one that is about BHXH only under
    its new title."""
    masked = mask(nfc(entry.summary))
    if known is None:
        intent = intent_of(key, entry, judgement, feed, now, FetchPages.RELEVANT) if judgement.relevant else None
        return _Retitled(intent, masked) if intent is not None else None
    revised = revise_title(known.document, entry.title, at=now, seen_in=SeenIn.FEED)
    if revised is None:
        return None
    document, revision = revised
    intent = replace(known, document=document)
    if judgement.relevant and document.partial:  # its text is the entry's, which is kept as it was judged
        document = replace(document, text=masked.text, excerpt=excerpt(masked.text))
        intent = replace(intent, document=document, judgement=with_feed_topics(judgement, feed.topics))
    return _Retitled(intent, masked, known, revision)


def _save_revised(tx: Transaction, revised: Sequence[_Retitled], now: datetime) -> None:
    for one in revised:
        if one.known is None:
            tx.add_documents([one.intent])
            tx.add_findings(findings_of(one.intent.document, one.intent.judgement, one.masked, now=now))
            continue
        keep_again(tx, one.known, one.intent, one.masked, now=now)
        if one.revision is not None:
            tx.add_revisions([one.revision])


def _may_tell_on(feed: Feed) -> bool:
    """Whether a denunciation that a feed brings may be the writer's own, not news of one: of outlets that nobody has
    looked at this cannot be told, whatever a file calls them."""
    return feed.kind in PERSONAL_KINDS or not feed.covered


def to_judge(key: str, entry: Entry, feed: Feed, now: datetime) -> TextToJudge:
    """An entry as the classifier wants it."""
    at = entry.published_at or now
    return TextToJudge(
        id=key,
        title=nfc(entry.title),
        text=nfc(entry.summary),
        kind=str(feed.kind),
        date=at.astimezone(VIETNAM).date().isoformat(),
        protected_section=feed.protected_section,
    )


def intent_of(
    key: str,
    entry: Entry,
    judgement: Judgement,
    feed: Feed,
    now: datetime,
    fetch_pages: FetchPages,
    undated_at: datetime | None = None,
) -> DocumentIntent | None:
    """What is kept of an entry: nothing of a denunciation, nothing of what neither is nor may become relevant."""
    kind = feed.kind
    if judgement.denunciation and _may_tell_on(feed):
        return None
    published = min(entry.published_at, now) if entry.published_at else undated_at or now
    undated = DateSource.BACKLOG if undated_at else DateSource.FIRST_SEEN
    wanted = fetch_pages is FetchPages.ALL or (fetch_pages is FetchPages.RELEVANT and judgement.relevant)
    has_page = kind is DocumentKind.ARTICLE and entry.url and not is_front_page(entry.url)
    page_due = now if wanted and has_page and now - published < PAGE_MAX_AGE else None
    if not judgement.relevant and page_due is None:
        return None
    document = Document(
        id=key,
        url=without_handle(entry.url) if kind in PERSONAL_KINDS else entry.url,
        feed_id=feed.id,
        source_id=feed.source.id,
        kind=kind,
        title=mask(nfc(entry.title)).text,
        text=mask(nfc(entry.summary)).text,
        excerpt=excerpt(mask(nfc(entry.summary)).text),
        published_at=published,
        date_source=DateSource.FEED if entry.published_at else undated,
        first_seen_at=now,
        protected_section=feed.protected_section,
        partial=True,
        topics=feed.topics,
    )
    return DocumentIntent(
        document=document,
        judgement=with_feed_topics(judgement, feed.topics),
        source=feed.source,
        page_due_at=page_due,
    )


def with_feed_topics(judgement: Judgement, topics: tuple[str, ...]) -> Judgement:
    """A relevant document is also about what its whole feed is about."""
    if not judgement.relevant or not topics:
        return judgement
    return replace(judgement, topics=tuple(dict.fromkeys((*judgement.topics, *topics))))
