"""What the API and the page read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.domain.sources import Feed
from service.domain.views import (
    AlertDetailView,
    AlertView,
    CoverageView,
    DocumentDetailView,
    DocumentView,
    FeedView,
    HourCount,
    RevisionView,
    StoryDetailView,
    StoryView,
    SuggestionView,
    Summary,
    Totals,
)
from service.ports.desk import DeskModels
from service.ports.insight import InsightModels
from service.ports.learning import LearningModels


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of a list ended: order is newest first, then id."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFilter:
    """Which documents; None and empty mean all.

    Attributes:
        query: words that title or excerpt must hold, in any case; one with diacritics as it is written, what stands in
            quotation marks as it stands there (service.storage.word_search).
        source: id or name of an outlet.
        kind: of the outlet (service.domain.sources.SourceKind).
        origins: no copies, nor what is in no story yet: what figures and reports count.
        place: code that is valid on the last day of the span, today where it is open; where that day is after the
            merger of 2025, what names a former province by its old code counts for the one it became part of.
    """

    query: str = ""
    topic: str | None = None
    tone: str | None = None
    feedback: str | None = None
    audience: str | None = None
    place: str | None = None
    source: str | None = None
    kind: str | None = None
    origins: bool = False
    story: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = DocumentFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """Which alerts; None and empty mean all.

    Attributes:
        min_level: of one that has ended its highest level counts.
        topic, place: of the stream it watches; one about the whole country is of no province, one about a story of
            neither. `place` is meant as in `DocumentFilter`.
        assigned_to: account that handles it; empty: nobody does.
        since, until: when it was found.
    """

    states: Sequence[str] = ()
    min_level: int = 0
    topic: str | None = None
    place: str | None = None
    assigned_to: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERY_ALERT = AlertFilter()


class ReadModels(DeskModels, InsightModels, LearningModels, Protocol):
    """Lists and figures; nothing here changes anything."""

    def scoped(self, provinces: tuple[str, ...]) -> ReadModels:
        """The same, limited to what names one of these provinces (codes); none: the whole country."""
        ...

    def documents(self, wanted: DocumentFilter, *, after: Cursor | None, limit: int) -> list[DocumentView]: ...

    def count_documents(self, wanted: DocumentFilter) -> int:
        """How many `documents` would give, page after page."""
        ...

    def document(self, document_id: str) -> DocumentDetailView | None: ...

    def readable(self, ids: Sequence[str]) -> set[str]:
        """Those of the documents that may be read."""
        ...

    def revisions(self, document_id: str) -> list[RevisionView]: ...

    def signals(self, *, kinds: Sequence[str], after: Cursor | None, limit: int) -> list[RevisionView]:
        """Revisions of all documents, newest first."""
        ...

    def coverage(self, *, since: datetime, until: datetime) -> list[CoverageView]: ...

    def stories(
        self, *, after: Cursor | None, limit: int, wanted: DocumentFilter = EVERYTHING, by_start: bool = False
    ) -> list[StoryView]:
        """Stories with at least one such document, the one with the newest document first.

        Args:
            by_start: the one that began last first, in an order in which none moves while pages of it are read.
        """
        ...

    def stories_under(self, stream: str, *, since: datetime, limit: int) -> list[StoryView]:
        """Stories of which something since a time is in a stream, newest first."""
        ...

    def story(self, story_id: str) -> StoryView | None: ...

    def story_detail(self, story_id: str) -> StoryDetailView | None: ...

    def alerts(
        self, *, after: Cursor | None, limit: int, wanted: AlertFilter = EVERY_ALERT
    ) -> list[AlertView]:  # fmt: skip
        """Newest first."""
        ...

    def gravest_alerts(self, wanted: AlertFilter, *, limit: int) -> list[AlertView]:
        """The highest level first, of one level the newest."""
        ...

    def count_alerts(self, wanted: AlertFilter) -> dict[str, int]:
        """How many there are in each state that is wanted."""
        ...

    def alert(self, alert_id: str) -> AlertDetailView | None: ...

    def summary(
        self, *, since: datetime, until: datetime, group_by: str, wanted: DocumentFilter = EVERYTHING
    ) -> Summary:
        """Tone and feedback by group, counted as in `InsightModels.facts`; provinces by the codes of the last day. Of
        readers limited to provinces, and where one is wanted, no others are grouped.

        Args:
            wanted: what the documents are like; its own span does not count.
        """
        ...

    def feeds(self, feeds: Sequence[Feed], *, now: datetime) -> list[FeedView]: ...

    def suggestions(self, feeds: Sequence[Feed], *, since_day: str, least: int) -> list[SuggestionView] | None:
        """Hosts that no feed covers; None for readers limited to provinces, as links are counted for the country."""
        ...

    def hours(self, *, since: datetime, until: datetime) -> list[HourCount]:
        """Origins by the hour, of the whole country or of the provinces together: one that names two counts once."""
        ...

    def negative_day(self, streams: Sequence[str], *, now: datetime) -> dict[str, int]:
        """Negative origins of each stream in the last 24 hours, that of now among them; as a whole, whoever asks."""
        ...

    def totals(self, *, now: datetime) -> Totals: ...

    def limits(self) -> tuple[str, ...]:
        """Codes of the provinces that reads are limited to; empty: the whole country."""
        ...

    def version(self) -> tuple[str, ...]:
        """Changes when something a page shows has changed."""
        ...

    def ready(self) -> str:
        """Empty if the database answers and is migrated; else what is wrong."""
        ...
