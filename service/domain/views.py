"""What dashboards and the API show: read-only values, made by read-models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.domain.desk import VerdictView


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """A province: General Statistics Office code and the name used."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """A publication about BHXH: title, link, excerpt and what was derived; never the full text, never an author.

    Attributes:
        corrected: questions whose answer here is a person's and not the machine's.
    """

    id: str
    url: str
    title: str
    excerpt: str
    kind: str
    source_id: str
    source: str
    publisher: str
    published_at: datetime
    date_source: str
    first_seen_at: datetime
    partial: bool
    relevance: float
    tone: str | None
    tone_score: float
    feedback: str | None
    axis: str | None
    topics: list[str]
    audiences: list[str]
    places: list[PlaceView]
    protected: bool
    story_id: str | None
    copy_of: str | None
    corrected: list[str]
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionView:
    """An edit or take-down of a publication: kind is title, text, taken_down or restored; texts are masked."""

    id: int
    document_id: str
    title: str
    url: str
    source: str
    at: datetime
    kind: str
    seen_in: str
    title_before: str
    title_after: str
    difference: str
    changed_words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDetailView(DocumentView):
    """A publication with what became of it.

    Attributes:
        comments: number of readers' comments as its page names it, None if it names none.
        revisions: oldest first.
    """

    comments: int | None
    revisions: list[RevisionView]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """A story; of who reads some provinces only, as the documents make it that they may read.

    Attributes:
        first_at, last_at: when its first and last document were published, or seen where that was earlier.
        documents: copies too; `origins` are independent first publications.
        phase: emerging, growing, peak, fading, dormant, revived; empty before the first look at it.
    """

    id: str
    headline: str
    first_at: datetime
    last_at: datetime
    documents: int
    origins: int
    publishers: int
    negative: int
    phase: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryDetailView:
    """A story with what it is made of.

    Attributes:
        days: documents by day of publication (ISO date of Việt Nam): negative, neutral, positive origins, and copies.
        topics, places, sources: id, code (of the day of its newest document) or name, with how many origins, most
            first.
        decisions: merges and splits of it, newest first.
    """

    story: StoryView
    days: list[StoryDayView]
    topics: list[tuple[str, int]]
    places: list[tuple[str, int]]
    sources: list[tuple[str, int]]
    decisions: list[TimelineView]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryDayView:
    """A day of a story."""

    day: str
    negative: int
    neutral: int
    positive: int
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """A document under an alert.

    Attributes:
        press: an article of the press outside sections of readers; only such titles may be quoted to others.
        elsewhere: it does not name the province that the alert is about.
    """

    id: str
    title: str
    source: str
    url: str
    published_at: datetime
    press: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedView:
    """An article of the press and how often it was copied."""

    id: str
    title: str
    url: str
    source: str
    published_at: datetime
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineView:
    """One line of an alert's timeline."""

    at: datetime
    kind: str
    actor: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """What became of one message about an alert."""

    recipient: str
    channel: str
    state: str
    attempts: int
    last_detail: str
    updated_at: datetime
    last_outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """An alert with the numbers of the moment it fired.

    Attributes:
        verdict: what a person last said of a level of it.
        chance: that it would reach L3 within 72 hours, as estimated at that moment; None from L3 on.
        value, expected: negative origins of the hour it stands on, and how many are usual.
        told_at: start of that hour.
        assigned_to: account that handles it.
        told_hours, told_value, told_expected: the same of as many hours up to then as `why` speaks of.
    """

    id: str
    stream: str
    topic: str
    level: int
    peak_level: int
    proposed: bool
    state: str
    headline: str
    why: str
    quiet_if: str
    opened_at: datetime
    updated_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    value: int
    expected: float
    unusual: float
    harmful: float
    sure: float
    origins: int
    sources: int
    coverage: float
    verdict: VerdictView | None = None
    chance: float | None = None
    told_at: datetime
    told_hours: int
    told_value: int
    told_expected: float
    assigned_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDetailView:
    """An alert with evidence, timeline and deliveries.

    Attributes:
        stories: that most of the evidence is of.
    """

    alert: AlertView
    evidence: list[EvidenceView]
    timeline: list[TimelineView]
    deliveries: list[DeliveryView]
    stories: list[StoryView]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageView:
    """Share of sources that reported as expected in an hour: `value` is `reporting` of `expected`."""

    start: datetime
    value: float
    reporting: int
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFigures:
    """A feed against its own past.

    Attributes:
        expected_hour, actual_hour: entries in the last whole hour, against those usual at that hour of that weekday.
        expected_day, actual_day: the same for the last 24 whole hours.
        delay_seconds: mean time from publication to first sight over the last week.
        warning: silent, empty, old_items, wrong_section or ""; `warning_detail` says it in words.
    """

    expected_hour: float = 0.0
    actual_hour: int = 0
    expected_day: float = 0.0
    actual_day: int = 0
    delay_seconds: int | None = None
    warning: str = ""
    warning_detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """How a feed is doing, for a person to read; `figures` is None before it was first checked."""

    id: str
    source: str
    section: str
    url: str
    verified: bool
    enabled: bool
    health: str
    outcome: str
    last_polled_at: datetime | None
    last_success_at: datetime | None
    next_poll_at: datetime | None
    failures: int
    refusals: int
    empties: int
    entries_seen: int
    newest_item_at: datetime | None
    figures: FeedFigures | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionView:
    """A host that feeds link to and that no feed covers; `relevant` links came in polls with news about BHXH."""

    host: str
    links: int
    relevant: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """One group of the feedback summary.

    Attributes:
        group: id of it, code of a province, name of an outlet; `label` as people call it.
        documents: origins in the group (copies do not count).
        negative_share: of `documents`; None where the group is too small to say anything.
        low, high: 95 % interval of the share (Wilson 1927).
        share: of all origins of the summary, with its interval; of a province that is too small None.
    """

    group: str
    label: str
    documents: int
    copies: int
    negative: int
    neutral: int
    positive: int
    complaints: int
    questions: int
    suggestions: int
    praise: int
    negative_share: float | None
    low: float | None
    high: float | None
    share: float | None = None
    share_low: float | None = None
    share_high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The feedback summary of a time span; `documents` is the denominator of everything in it.

    Attributes:
        before: the same of the span that it is compared with, where one was asked for.
        apart: why provinces are not compared, in words; with `before` only those of another territory are meant.
    """

    since: datetime
    until: datetime
    group_by: str
    documents: int
    rows: list[SummaryRow]
    before: Summary | None = None
    apart: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Figures at the top of the page and for the metrics.

    Attributes:
        pending_notifications, dead_notifications: of the whole outbox; None for readers limited to provinces.
    """

    documents: int
    stories: int
    open_alerts: int
    pending_notifications: int | None
    dead_notifications: int | None
    pages_due: int
    newest_document_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HourCount:
    """Negative and all origins of an hour (the small chart on the page)."""

    start: datetime
    negative: int
    total: int
