"""What dashboards and the API show: read-only values, made by read-models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.domain.desk import VerdictView


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """A province.

    Attributes:
        code: code of the General Statistics Office.
        name: the name that is used.
    """

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """A publication about BHXH: title, link, excerpt and what was derived; never the full text, never an author.

    Attributes:
        source_id, source: the outlet: id, and the name that people read.
        publisher: who stands behind the outlet; several outlets of one publisher count as one voice.
        date_source: where `published_at` was taken from: feed, page, first_seen or backlog; of the last two nobody has
            said it.
        first_seen_at: when this service met it first.
        partial: the text of the feed only was judged, as the page could not be read.
        relevance: probability that it is about social insurance, 0 to 1.
        tone_score: how sure the model is of `tone`, 0 to 1.
        protected: criticism, complaint, question or the like: speech that is never looked at for prohibited acts.
        story_id: the story it is part of; None until it has been placed.
        copy_of: id of the publication whose text this repeats; None for an independent one.
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
    """An edit or take-down of a publication; texts are masked.

    Attributes:
        at: when it was noticed.
        kind: title, text, taken_down or restored.
        seen_in: where it was noticed: feed or page.
        title_before, title_after: empty where the title did not change.
        difference: what was left out and added, word by word; empty where the text did not change.
        changed_words: how many words were left out or added.
    """

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
        headline: title of its leading publication.
        first_at, last_at: when its first and last document were published, or seen where that was earlier.
        documents: copies too; `origins` are independent first publications.
        publishers: how many independent publishers.
        negative: negative origins among them.
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
        story: the story itself.
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
    """A day of a story.

    Attributes:
        day: ISO date of Việt Nam.
        negative, neutral, positive: independent origins by tone.
        copies: publications that repeat others.
    """

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
    """One line of a timeline: of an alert, or of a story's merges and splits.

    Attributes:
        kind: what happened, e.g. opened, acknowledged, raised, escalated, comment, closed.
    """

    at: datetime
    kind: str
    actor: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """What became of one message about an alert.

    Attributes:
        state: pending, delivered, rejected, dead or withdrawn.
        updated_at: when the last try ended.
    """

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
        topic: name of the topic in words; where the stream is of none, what else it watches.
        acknowledged_at, acknowledged_by: when, and which account or program; None until then.
        value, expected: negative origins of the hour it stands on, and how many are usual.
        origins, sources: independent publications behind it, and independent publishers of them.
        place: code of the province that it watches; None: the whole country, or a story.
        verdict: what a person last said of a level of it.
        chance: that it would reach L3 within 72 hours, as estimated at that moment; None from L3 on.
        told_at: start of that hour.
        told_hours, told_value, told_expected: the same of as many hours up to then as `why` speaks of.
        assigned_to: account that handles it.
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
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDetailView:
    """An alert with evidence, timeline and deliveries.

    Attributes:
        alert: the alert itself.
        evidence: publications that it stands on, newest first.
        timeline: what has happened to it, oldest first.
        deliveries: what became of its messages.
        stories: that most of the evidence is of.
    """

    alert: AlertView
    evidence: list[EvidenceView]
    timeline: list[TimelineView]
    deliveries: list[DeliveryView]
    stories: list[StoryView]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageView:
    """How many of the sources that usually report in an hour did.

    Attributes:
        start: begin of the hour.
        value: `reporting` of `expected`, 0 to 1.
        reporting, expected: outlets that reported, and outlets that usually do in such an hour.
    """

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
        warning, warning_detail: silent, empty, old_items or wrong_section, and the same in words; empty where there is
            none.
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
    """How a feed is doing, for a person to read.

    Attributes:
        section: of the outlet, as people call it; may be empty.
        verified: a person has checked its address.
        enabled: it is polled at all.
        health: new, healthy, failing, refused, empty, unread, stale, silent or wrong_section.
        outcome: of the last poll; empty before the first.
        last_polled_at, last_success_at, next_poll_at: when it was asked last, answered last and is asked next; None
            where it never was, or is not.
        failures, refusals, empties: polls one after the other, up to the last, that failed, were refused, or brought
            nothing.
        entries_seen: entries that it has ever brought.
        newest_item_at: time of its newest entry; None where none had one.
        figures: the feed against its own past; None before it was first checked.
    """

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
    """A host that feeds link to and that no feed covers.

    Attributes:
        host: name of the host.
        links: links to it in the days asked for.
        relevant: those of them that came in polls with news about social insurance.
    """

    host: str
    links: int
    relevant: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """One group of the feedback summary.

    Attributes:
        group, label: id, code of a province or name of an outlet; and as people call it.
        documents: origins in the group (copies do not count).
        copies: publications that repeat one of them.
        negative, neutral, positive: of `documents`, by tone.
        complaints, questions, suggestions, praise: of `documents`, by what people say to the agency.
        negative_share: of `documents`; None where the group is too small to say anything.
        low, high: 95 % interval of the share (Wilson 1927).
        share, share_low, share_high: of all origins of the summary, with its 95 % interval; of a province that is too
            small None.
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
        group_by: what the rows are groups of.
        documents: independent origins: the denominator of everything in it.
        rows: the groups, largest first.
        read: all origins of the span, whatever is asked for: where it is 0, nothing was read.
        hours_measured: hours of the span with a figure of coverage.
        part: of the time of both spans, that of this one, by which counts are compared; None: they are not, as one of
            the two was hardly read, or is not over.
        before: the same of the span that it is compared with, where one was asked for.
        apart: why provinces are not compared, in words; with `before` only those of another territory are meant.
    """

    since: datetime
    until: datetime
    group_by: str
    documents: int
    read: int = 0
    hours_measured: int = 0
    rows: list[SummaryRow]
    before: Summary | None = None
    part: float | None = None
    apart: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Figures at the top of the page and for the metrics.

    Attributes:
        pending_notifications, dead_notifications: of the whole outbox; None for readers limited to provinces.
        pages_due, pages_put_off: to be read now; whose next try has not come.
    """

    documents: int
    stories: int
    open_alerts: int
    pending_notifications: int | None
    dead_notifications: int | None
    pages_due: int
    pages_put_off: int
    newest_document_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HourCount:
    """Negative and all origins of an hour (the small chart on the page).

    Attributes:
        start: begin of the hour.
        negative, total: negative origins, and all of them.
    """

    start: datetime
    negative: int
    total: int
