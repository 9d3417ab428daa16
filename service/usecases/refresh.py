"""Ask an interface again for what it gave: what is still there may be kept on, what is gone is removed.

YouTube's Developer Policies (III.E.4) want stored data refreshed or deleted within 30 days. No id of a comment is kept
to ask for (it would lead to who wrote it): the threads of a video are read again, and compared by the documents' own
ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from service.domain.channels import Channel
from service.domain.documents import Entry, KeptText
from service.domain.fetching import Failed, FailureKind, Fetched, FetchRequest
from service.domain.intents import DocumentIntent
from service.domain.judgement import Judgement
from service.domain.labels import corrected
from service.domain.sources import Feed, FeedFormat
from service.domain.text import nfc
from service.parsing.masking import mask
from service.parsing.social import thread_address
from service.usecases.collect import Collector, use_units
from service.usecases.findings import keep_again
from service.usecases.ingest import FetchPages, document_id, intent_of, to_judge, with_feed_topics
from service.usecases.judge import judge

EARLIER = timedelta(days=5)  # before the end of the period, so that a fault of the interface costs nothing
SHARE = 0.5  # of a day's units, the rest is for what is new
MOST_PAGES = 20
MOST_THREADS = 50
REFRESH = "refresh"
GONE = {FailureKind.NOT_FOUND, FailureKind.GONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """How many texts are still there as they were, are there with other words, or are gone and were removed."""

    same: int = 0
    changed: int = 0
    gone: int = 0


def refresh_by_interface(collector: Collector) -> Refreshed:
    """Ask again for what comes to the end of its period; what could not be asked for is left to its end."""
    found = Refreshed()
    for form, channel in collector.channels.items():
        feeds = {f.id: f for f in collector.feeds.values() if f.format is form}
        if channel.keep is None or not feeds:
            continue
        before = collector.clock.now() - channel.keep + EARLIER
        with collector.store.begin() as tx:
            kept = tx.kept_since(feed_ids=list(feeds), before=before)
        threads = [(url, list(texts)) for url, texts in groupby(kept, key=lambda k: k.url) if url]
        for url, texts in threads[:MOST_THREADS]:
            asked = _entries(collector, form, channel, url, {k.id for k in texts}, feeds[texts[0].feed_id])
            if asked is None:
                continue
            done = _settle(collector, texts, *asked, feeds)
            found = Refreshed(
                same=found.same + done.same, changed=found.changed + done.changed, gone=found.gone + done.gone
            )
    return found


def _entries(
    collector: Collector, form: FeedFormat, channel: Channel, url: str, wanted: set[str], feed: Feed
) -> tuple[Mapping[str, Entry], bool] | None:
    """Entries of a thread by document id, and whether those are all; None if the interface did not say."""
    found: dict[str, Entry] = {}
    page = ""
    for _ in range(MOST_PAGES):
        now = collector.clock.now()
        with collector.store.begin() as tx:
            if not use_units(tx, channel, now, kind=REFRESH, share=SHARE):
                return None
        asked = thread_address(form, channel.base, url, page)
        request = FetchRequest(key=feed.id, url=asked, headers=channel.headers, obey_robots=False)
        [(_, outcome)] = collector.fetcher.fetch_all([request])
        if isinstance(outcome, Failed) and outcome.kind in GONE:
            return {}, True
        if not isinstance(outcome, Fetched):
            return None
        content = collector.reader.feed(
            outcome.body, url=outcome.url, content_type=outcome.content_type, now=now, form=str(form)
        )
        if isinstance(content, Failed):
            return None
        found |= {document_id(e, feed): e for e in content.entries}
        if not content.next_page or wanted <= found.keys():
            return found, True
        page = content.next_page
    return found, False


def _settle(
    collector: Collector, texts: Sequence[KeptText], found: Mapping[str, Entry], whole: bool, feeds: Mapping[str, Feed]
) -> Refreshed:
    now = collector.clock.now()
    gone = [k.id for k in texts if whole and k.id not in found]
    there = [k for k in texts if k.id in found]
    edited = [k for k in there if k.text is not None and k.text != mask(nfc(found[k.id].summary)).text]
    judged = judge(collector.classifier, [to_judge(k.id, found[k.id], feeds[k.feed_id], now) for k in edited])
    with collector.store.begin() as tx:
        answers = {k.id: {one.question: one.answer for one in tx.labels(k.id)} for k in edited}
    intents = {
        k.id: _kept(
            intent_of(k.id, found[k.id], corrected(j, answers[k.id]), feeds[k.feed_id], now, FetchPages.NONE), j
        )
        for k, j in zip(edited, judged, strict=True)
    }
    gone += [key for key, intent in intents.items() if intent is None]
    with collector.store.begin() as tx:
        tx.erase_documents(gone)  # first: it waits for others, and others would wait for what is changed below
        for key, intent in intents.items():
            known = tx.document(key)
            if intent is not None and known is not None:
                keep_again(tx, known, _with_first_sight(intent, known), mask(nfc(found[key].summary)), now=now)
        tx.confirm([k.id for k in there], at=now)
    changed = sum(i is not None for i in intents.values())
    return Refreshed(same=len(there) - len(edited), changed=changed, gone=len(gone))


def _kept(intent: DocumentIntent | None, judgement: Judgement) -> DocumentIntent | None:
    """People's answers decide whether a text stays; they are stored beside what the machine says, not in its place."""
    return intent and replace(intent, judgement=with_feed_topics(judgement, intent.document.topics))


def _with_first_sight(intent: DocumentIntent, known: DocumentIntent) -> DocumentIntent:
    at: datetime = known.document.first_seen_at
    return replace(intent, document=replace(intent.document, first_seen_at=at))
