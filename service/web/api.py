"""API v1."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import AfterValidator, WithJsonSchema

from service.alerting.lifecycle import Refused
from service.domain.audiences import AUDIENCES
from service.domain.provinces import code_of, why_not
from service.domain.sources import SourceKind
from service.domain.text import fold, nfc
from service.domain.times import VIETNAM
from service.domain.topics import TOPICS
from service.domain.views import (
    AlertDetailView,
    DocumentDetailView,
    DocumentView,
    FeedView,
    StoryView,
)
from service.insight.periods import last_day
from service.ports.read_models import DocumentFilter
from service.usecases.acknowledge import acknowledge
from service.web.deps import Site
from service.web.paging import EARLIEST, LATEST, After, Limit, Listing, decode, listing
from service.web.parameters import BLANK, OFFSET, Moment
from service.web.problems import CONFLICT
from service.web.security import provinces_of, reader, site_of, writer

T = TypeVar("T")


def _known_topic(topic: str) -> str:
    if topic not in TOPICS:
        raise ValueError(f"unknown topic; expected one of: {', '.join(TOPICS)}")
    return topic


def _known_audience(audience: str) -> str:
    if audience not in AUDIENCES:
        raise ValueError(f"unknown audience; expected one of: {', '.join(AUDIENCES)}")
    return audience


WHEN = "published (of alerts: found)"
PLACE = (
    "province: code, or name as people write it («Đà Nẵng», «TP.HCM»), of the last day of the span; former provinces "
    "lead to the one they became part of on 1 July 2025"
)
router = APIRouter(prefix="/api/v1", dependencies=[Depends(reader)])
writes = APIRouter(prefix="/api/v1")
Audience = Annotated[str, AfterValidator(_known_audience), WithJsonSchema({"type": "string", "enum": list(AUDIENCES)})]
Topic = Annotated[str, AfterValidator(_known_topic), WithJsonSchema({"type": "string", "enum": list(TOPICS)})]
Tone = Literal["negative", "neutral", "positive"]
Feedback = Literal["complaint", "question", "suggestion", "praise", "none"]


class WhereAndWhen:
    """Which province and which span, as query parameters."""

    def __init__(
        self,
        request: Request,
        place: Annotated[str | None, Query(max_length=60, description=PLACE, examples=["Đà Nẵng"])] = None,
        since: Annotated[
            Moment | None, BLANK, Query(description=f"{WHEN} then or later; {OFFSET}", examples=["2026-05-01"])
        ] = None,
        until: Annotated[
            Moment | None,
            BLANK,
            Query(description=f"{WHEN} before; {OFFSET}", examples=["2026-05-12T08:00:00+07:00"]),
        ] = None,
    ) -> None:
        self.since, self.until = aware(since), aware(until)
        if self.since and self.until and self.since >= self.until:
            raise HTTPException(422, "since: ngày đầu phải trước ngày cuối")
        self.place = _province(site_of(request), place, self.until)


class ByWhom:
    """Which outlets, as query parameters."""

    def __init__(
        self,
        request: Request,
        source: Annotated[
            str | None,
            Query(
                max_length=120,
                description="outlet: id or name, in any spelling; 422 where there is none",
                examples=["bao-ngay-moi"],
            ),
        ] = None,
        kind: Annotated[SourceKind | None, BLANK, Query(description="of the outlet")] = None,
    ) -> None:
        self.source, self.kind = _outlet(site_of(request), source), kind and str(kind)


class Wanted:
    """Which documents are meant, as query parameters."""

    def __init__(
        self,
        there: Annotated[WhereAndWhen, Depends()],
        outlets: Annotated[ByWhom, Depends()],
        q: Annotated[
            str, Query(max_length=200, description="words; with diacritics as written, in quotation marks as a phrase")
        ] = "",
        topic: Annotated[
            Topic | None, BLANK, Query(description="id of a topic that it is about (docs/labels.md)")
        ] = None,
        tone: Annotated[Tone | None, BLANK, Query(description="stance toward social insurance or the agency")] = None,
        feedback: Annotated[Feedback | None, BLANK, Query(description="what is said to the agency")] = None,
        audience: Annotated[Audience | None, BLANK, Query(description="whom it is about, never who wrote it")] = None,
    ) -> None:
        self.filter = DocumentFilter(
            query=q, topic=topic, tone=tone, feedback=feedback, audience=audience, place=there.place,
            source=outlets.source, kind=outlets.kind, since=there.since, until=there.until,
        )  # fmt: skip


class WantedDocuments:
    """The filters of a list of documents: which are meant, with their copies or without."""

    def __init__(
        self,
        wanted: Annotated[Wanted, Depends()],
        origins: Annotated[
            bool, Query(description="no copies, and nothing that is in no story yet: what figures and reports count")
        ] = False,
    ) -> None:
        self.filter = replace(wanted.filter, origins=origins)


def _outlet(site: Site, named: str | None) -> str | None:
    """An outlet as documents name it, in capitals or not, with diacritics or without; 422 where there is none."""
    named = nfc((named or "").strip())
    if not named:
        return None
    known = [name for feed in site.feeds for name in (feed.source.id, feed.source.name)]
    if named in known or site.read.documents(DocumentFilter(source=named), after=None, limit=1):
        return named
    if not any(fold(name) == fold(named) for name in known):
        # outlets of files that were imported are no feed's
        known = [r.group for r in site.read.summary(since=EARLIEST, until=LATEST, group_by="source").rows]
    for name in known:
        if fold(name) == fold(named):
            return name
    raise HTTPException(422, "source: không có nguồn tin nào có tên hoặc mã như vậy")


def _province(site: Site, named: str | None, until: datetime | None) -> str | None:
    """The code of a province, valid at the end of a span; 422 with the reason where nothing is called so."""
    if not named:
        return None
    day = last_day(until or site.clock.now())
    if code := code_of(named.strip(), day):
        return code
    raise HTTPException(422, f"place: {why_not(named.strip(), day)}")


def aware(at: datetime | None) -> datetime | None:
    """A time without offset is one of Việt Nam; 422 where it is out of every range."""
    if at is None:
        return None
    known = at.replace(tzinfo=VIETNAM) if at.tzinfo is None else at
    if not EARLIEST <= known <= LATEST:
        raise HTTPException(422, f"expected a time from {EARLIEST:%Y} to {LATEST:%Y}")
    return known


@router.get("/documents", summary="Publications about BHXH, newest first")
def list_documents(
    request: Request, wanted: Annotated[WantedDocuments, Depends()], cursor: After = None, limit: Limit = 50
) -> Listing[DocumentView]:
    """Publications that fit all filters given, copies included; none with a text that is kept whole, none with an
    author."""
    items = site_of(request).read.documents(wanted.filter, after=decode(cursor), limit=limit)
    return listing(items, limit=limit, times=[i.published_at for i in items], ids=[i.id for i in items])


@router.get("/documents/{document_id}", summary="One publication with its edits and take-downs")
def get_document(request: Request, document_id: str) -> DocumentDetailView:
    """What was derived from a publication, and its changed titles, edited texts and take-downs, oldest first."""
    return _found(site_of(request).read.document(document_id), "document")


@router.get("/stories", summary="Stories with at least one such document, the one with the newest document first")
def list_stories(
    request: Request,
    wanted: Annotated[Wanted, Depends()],
    order: Annotated[
        Literal["last_at", "first_at"],
        Query(
            description="`last_at`: a story that gets a document while pages are read moves to the front, and is in "
            "none of the pages that follow; `first_at`: the one that began last first, to read all of them"
        ),
    ] = "last_at",
    cursor: After = None,
    limit: Limit = 50,
) -> Listing[StoryView]:
    """Stories in which at least one publication fits all filters given."""
    by_start = order == "first_at"
    items = site_of(request).read.stories(wanted=wanted.filter, after=decode(cursor), limit=limit, by_start=by_start)
    times = [i.first_at if by_start else i.last_at for i in items]
    return listing(items, limit=limit, times=times, ids=[i.id for i in items])


@router.get("/stories/{story_id}", summary="One story")
def get_story(request: Request, story_id: str) -> StoryView:
    """The figures of a story; an account of provinces gets those of the publications that it reads."""
    return _found(site_of(request).read.story(story_id), "story")


@router.get("/stories/{story_id}/documents", summary="The documents of a story, newest first")
def list_story_documents(
    request: Request, story_id: str, cursor: After = None, limit: Limit = 50
) -> Listing[DocumentView]:
    """All publications of a story, copies included."""
    after = decode(cursor)
    _found(site_of(request).read.story(story_id), "story")
    items = site_of(request).read.documents(DocumentFilter(story=story_id), after=after, limit=limit)
    return listing(items, limit=limit, times=[i.published_at for i in items], ids=[i.id for i in items])


@router.get("/alerts/{alert_id}", summary="One alert with evidence, timeline and deliveries")
def get_alert(request: Request, alert_id: str) -> AlertDetailView:
    """An alert with the publications it stands on, its timeline, and what became of its messages."""
    return _found(site_of(request).read.alert(alert_id), "alert")


@writes.post("/alerts/{alert_id}/acknowledge", summary="Say that a person has seen an alert", responses=CONFLICT)
def acknowledge_alert(request: Request, alert_id: str, who: Annotated[str, Depends(writer)]) -> AlertDetailView:
    """Stops the escalation. A second time it changes nothing and answers alike; an alert that has ended is refused
    (409)."""
    site = site_of(request)
    _found(site.read.alert(alert_id), "alert")
    outcome = acknowledge(alert_id, who=who, provinces=provinces_of(request), store=site.store, clock=site.clock)
    if isinstance(outcome, Refused):
        raise HTTPException(409, outcome.reason)
    return _found(site.read.alert(alert_id), "alert")


@router.get("/feeds", summary="Feeds and their health")
def list_feeds(request: Request) -> list[FeedView]:
    """All feeds of the outlets that the account reads, each against its own past."""
    site = site_of(request)
    return site.read.feeds(site.feeds, now=site.clock.now())


def _found(value: T | None, what: str) -> T:
    if value is None:
        raise HTTPException(404, f"no such {what}")
    return value
