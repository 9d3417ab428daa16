"""Feeds, what was seen of them, publications and their revisions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.schema.base import Base

UNPLACED = text("story_id IS NULL")


class FeedRow(Base):
    """What is remembered of a feed from poll to poll."""

    __tablename__ = "feeds"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    url: Mapped[str | None] = mapped_column(Text)  # that the rest is about; None: of a time when it was not kept
    next_poll_at: Mapped[datetime] = mapped_column(index=True)
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    last_polled_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(Text, default="")
    failures: Mapped[int] = mapped_column(default=0)
    refusals: Mapped[int] = mapped_column(default=0)
    empties: Mapped[int] = mapped_column(default=0)
    polls: Mapped[int] = mapped_column(default=0)
    entries_seen: Mapped[int] = mapped_column(default=0)
    newest_item_at: Mapped[datetime | None]
    interval_seconds: Mapped[int]


class SightingRow(Base):
    """An entry that was seen, so that it is never taken twice; no text."""

    __tablename__ = "sightings"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    feed_id: Mapped[str] = mapped_column(String(120))
    first_seen_at: Mapped[datetime] = mapped_column(index=True)
    digest: Mapped[str | None] = mapped_column(String(16))  # of an article's title, to notice that it was changed


class DocumentRow(Base):
    """A publication about BHXH (or one whose page is still to be read), with its judgement."""

    __tablename__ = "documents"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    feed_id: Mapped[str] = mapped_column(String(120))
    source_id: Mapped[str] = mapped_column(String(120))
    source_name: Mapped[str] = mapped_column(Text)
    publisher: Mapped[str] = mapped_column(Text)
    source_kind: Mapped[str] = mapped_column(String(20))
    reach: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    excerpt: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(16))
    published_at: Mapped[datetime]
    date_source: Mapped[str] = mapped_column(String(20))
    first_seen_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]  # when the interface it came through last had it
    protected_section: Mapped[bool] = mapped_column(Boolean)
    partial: Mapped[bool] = mapped_column(Boolean)
    page_due_at: Mapped[datetime | None] = mapped_column(index=True)
    page_tries: Mapped[int] = mapped_column(default=0)
    # judgement
    relevant: Mapped[bool] = mapped_column(Boolean)
    relevance: Mapped[float] = mapped_column(Float)
    tone: Mapped[str | None] = mapped_column(String(10))
    tone_score: Mapped[float] = mapped_column(Float)
    feedback: Mapped[str | None] = mapped_column(String(12))
    axis: Mapped[str | None] = mapped_column(String(16))
    audiences: Mapped[list[str]]
    protected: Mapped[bool] = mapped_column(Boolean)
    model: Mapped[str] = mapped_column(String(80))
    # stories
    story_id: Mapped[str | None] = mapped_column(String(40))
    origin_id: Mapped[str | None] = mapped_column(String(32))
    trace: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        Index("ix_documents_feed_order", "relevant", "first_seen_at", "id"),
        Index("ix_documents_published", "relevant", "published_at"),
        Index("ix_documents_story", "story_id", "first_seen_at"),
        Index("ix_documents_story_published", "story_id", "relevant", "published_at"),
        Index(
            "ix_documents_unplaced",
            "relevant",
            "first_seen_at",
            "published_at",
            "id",
            sqlite_where=UNPLACED,
            postgresql_where=UNPLACED,
        ),
        # an address may be longer than what a B-tree of PostgreSQL takes
        Index("ix_documents_url", "url", postgresql_using="hash"),
        Index("ix_documents_origin", "origin_id"),
    )


class DocumentTopicRow(Base):
    __tablename__ = "document_topics"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class DocumentPlaceRow(Base):
    __tablename__ = "document_places"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    name: Mapped[str] = mapped_column(Text)


class DropRow(Base):
    """How many texts of a day were dropped without keeping anything of them (denunciations)."""

    __tablename__ = "daily_drops"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    reason: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int]


class RevisionRow(Base):
    """An edit or take-down of a document, with its masked difference."""

    __tablename__ = "document_revisions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(12))
    seen_in: Mapped[str] = mapped_column(String(8))
    title_before: Mapped[str] = mapped_column(Text)
    title_after: Mapped[str] = mapped_column(Text)
    difference: Mapped[str] = mapped_column(Text)
    changed_words: Mapped[int]


class DocumentPageRow(Base):
    """The page of a relevant document: when it is read again and what came of that."""

    __tablename__ = "document_pages"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    checks: Mapped[int]
    missing: Mapped[int]
    taken_down: Mapped[bool] = mapped_column(Boolean)
    thorough: Mapped[bool] = mapped_column(Boolean)
    comments: Mapped[int | None]
    title: Mapped[str] = mapped_column(Text)


class FeedHourRow(Base):
    """What a feed brought in an hour; `slot` is the hour of the week in Việt Nam."""

    __tablename__ = "feed_hours"

    feed_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    start: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    slot: Mapped[int]
    polls: Mapped[int]
    read: Mapped[int]
    entries: Mapped[int]
    judged: Mapped[int]
    relevant: Mapped[int]
    delays: Mapped[float] = mapped_column(Float)
    delayed: Mapped[int]


class FeedCheckRow(Base):
    """How a feed does against its own past, as it stood when it was last looked at."""

    __tablename__ = "feed_checks"

    feed_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    at: Mapped[datetime]
    expected_hour: Mapped[float] = mapped_column(Float)
    actual_hour: Mapped[int]
    expected_day: Mapped[float] = mapped_column(Float)
    actual_day: Mapped[int]
    missed: Mapped[float] = mapped_column(Float)
    delay: Mapped[float | None] = mapped_column(Float)
    warning: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(Text)


class FeedSignRow(Base):
    """What a feed said of itself at its last reading: its title and the commonest first part of its links' paths."""

    __tablename__ = "feed_signs"

    feed_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    path_share: Mapped[float] = mapped_column(Float)


class CoverageRow(Base):
    """Share of sources that reported as expected in an hour."""

    __tablename__ = "coverage"

    start: Mapped[datetime] = mapped_column(primary_key=True)
    value: Mapped[float] = mapped_column(Float)
    reporting: Mapped[int]
    expected: Mapped[int]


class LinkedHostRow(Base):
    """Hosts that feeds link to, by day; suggestions for new feeds come from them."""

    __tablename__ = "linked_hosts"

    host: Mapped[str] = mapped_column(String(253), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    links: Mapped[int]
    relevant: Mapped[int]


class HostRestRow(Base):
    """A host that wants to be left alone until a time, whichever process it said so to."""

    __tablename__ = "host_rests"

    origin: Mapped[str] = mapped_column(String(300), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    until: Mapped[datetime]


class ChannelCountRow(Base):
    """Daily counts of a channel of which nothing else is kept, and quota units used at an interface."""

    __tablename__ = "channel_counts"

    channel: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    count: Mapped[int]
