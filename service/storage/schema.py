"""Tables. No column holds an author, a handle, an avatar or a profile link (product rule 1; a test reads this file)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time: timezone-aware UTC in Python; SQLite keeps it without offset, PostgreSQL as timestamptz."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without offset was about to be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


class FeedRow(Base):
    """What is remembered of a feed from poll to poll."""

    __tablename__ = "feeds"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
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


class StoryRow(Base):
    """What many documents tell together; figures are kept up to date with each document."""

    __tablename__ = "stories"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    headline: Mapped[str] = mapped_column(Text)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
    documents: Mapped[int]
    origins: Mapped[int]
    publishers: Mapped[int]
    negative: Mapped[int]


class CountRow(Base):
    """Counts of a stream («all», «topic:pension») in an hour: origins, not copies."""

    __tablename__ = "counts"

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    start: Mapped[datetime] = mapped_column(primary_key=True)
    value: Mapped[int]
    total: Mapped[int]
    sources: Mapped[int]
    coverage: Mapped[float] = mapped_column(Float, default=1.0)
    questions: Mapped[int] = mapped_column(default=0, server_default="0")
    complaints: Mapped[int] = mapped_column(default=0, server_default="0")

    __table_args__ = (Index("ix_counts_start", "start"),)


class AlertRow(Base):
    """An alert with the signal of its moment, frozen."""

    __tablename__ = "alerts"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    stream: Mapped[str] = mapped_column(String(80), index=True)
    level: Mapped[int]
    peak_level: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), index=True)
    proposed: Mapped[bool] = mapped_column(Boolean)
    headline: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    quiet_if: Mapped[str] = mapped_column(Text)
    signal: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(120))
    closed_at: Mapped[datetime | None]
    handling: Mapped[dict[str, Any] | None]


class AlertEventRow(Base):
    """Timeline of an alert, append-only."""

    __tablename__ = "alert_events"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(30))
    actor: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)


class NotificationRow(Base):
    """Outbox: written in one commit with what it tells of."""

    __tablename__ = "notifications"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(200))
    message_id: Mapped[str] = mapped_column(String(200))
    channel: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    alert_id: Mapped[str | None] = mapped_column(ForeignKey("alerts.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_notifications_due", "state", "next_attempt_at"),
    )


class DeliveryRow(Base):
    """One try to send a notification and what came of it."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notifications.id"), index=True)
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(Text)


class UserRow(Base):
    """A person who works with the service; not a person it watches."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    roles: Mapped[list[str]]
    provinces: Mapped[list[str]]
    password_hash: Mapped[str] = mapped_column(Text)
    must_change_password: Mapped[bool] = mapped_column(Boolean)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    oidc_subject: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class TokenRow(Base):
    """An API token; only its digest is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    owner: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SecretRow(Base):
    """Keys made at first start (session signing)."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)


# accounts, audit, privacy


class SessionRow(Base):
    """A browser that is logged in; only a digest of its secret is kept."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    method: Mapped[str] = mapped_column(String(20))
    client: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class RecoveryCodeRow(Base):
    """One-time codes for who lost the second factor; digests only."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None]


class RoleGrantRow(Base):
    """A role proposed by one administrator, holding when another one confirmed it."""

    __tablename__ = "role_grants"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    proposed_by: Mapped[str] = mapped_column(String(254))
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[str | None] = mapped_column(String(254))
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("confirmed_by is null or confirmed_by <> proposed_by", name="two_people"),)


class AuditRow(Base):
    """A link of the audit chain; triggers refuse every change (service/storage/audit_triggers.py)."""

    __tablename__ = "audit_entries"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(100))
    details: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditPruneRow(Base):
    """Up to where old audit entries were removed, signed; the only removal the triggers let through."""

    __tablename__ = "audit_prunes"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[str] = mapped_column(String(40))
    signature: Mapped[str] = mapped_column(String(128))


class ForgottenRow(Base):
    """Digest of the address of a publication that was deleted on request, so that it is not taken again."""

    __tablename__ = "forgotten"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]


# collection: revisions, health, coverage, channels


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


class RecountRow(Base):
    """Documents whose judgement changed after they were placed; story and hour are counted anew by the story desk."""

    __tablename__ = "recounts"

    document_id: Mapped[str] = mapped_column(String(32), primary_key=True)


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


class ChannelCountRow(Base):
    """Daily counts of a channel of which nothing else is kept, and quota units used at an interface."""

    __tablename__ = "channel_counts"

    channel: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    count: Mapped[int]


# The desk's work: silences, subscriptions, webhooks, review


class SilenceRow(Base):
    """No messages about a stream for a time, with author and reason."""

    __tablename__ = "silences"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    stream: Mapped[str] = mapped_column(String(80))
    created_by: Mapped[str] = mapped_column(String(254))
    reason: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(254))


class SubscriptionRow(Base):
    """What a member of staff wants to be told of."""

    __tablename__ = "subscriptions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    topics: Mapped[list[str]]
    provinces: Mapped[list[str]]
    min_level: Mapped[int]
    hours: Mapped[str] = mapped_column(String(11))
    created_at: Mapped[datetime]


class WebhookRow(Base):
    """A program of the agency that is told of alerts; the key signs what is sent."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    url: Mapped[str] = mapped_column(String(500))
    signing_key: Mapped[bytes] = mapped_column(LargeBinary)
    min_level: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("url"),)


class FindingRow(Base):
    """A publication that may show fraud on the public or the conduct of an institution (ADR 0001); no text."""

    __tablename__ = "findings"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    limb: Mapped[str] = mapped_column(String(12))
    clause: Mapped[int]
    score: Mapped[float] = mapped_column(Float)
    evidence: Mapped[list[list[int]]] = mapped_column(JSON)
    model: Mapped[str] = mapped_column(String(80))
    content_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), index=True)
    measure: Mapped[str | None] = mapped_column(String(12))
    proposal: Mapped[str] = mapped_column(Text, default="")
    cited: Mapped[str] = mapped_column(Text, default="")
    proposed_by: Mapped[str | None] = mapped_column(String(254))
    approved_by: Mapped[str | None] = mapped_column(String(254))
    due_at: Mapped[datetime | None]
    reminded: Mapped[int] = mapped_column(default=0)
    moves: Mapped[int] = mapped_column(default=0)


class FindingDecisionRow(Base):
    """What was decided about a finding, by whom, when and why; append-only."""

    __tablename__ = "finding_decisions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("findings.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    move: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(254))
    reason: Mapped[str] = mapped_column(Text)


class LegalTextRow(Base):
    """A legal basis that the operator has loaded (`radar legal load`), as it was in the file."""

    __tablename__ = "legal_texts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    valid_from: Mapped[str] = mapped_column(String(10))
    sha256: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, Any]]
    loaded_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("sha256"),)


# streams, stories and campaigns


class QuarterCountRow(Base):
    """Counts of a stream in a quarter of an hour; the last two weeks only."""

    __tablename__ = "quarter_counts"

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    start: Mapped[datetime] = mapped_column(primary_key=True)
    value: Mapped[int]
    total: Mapped[int]
    sources: Mapped[int]
    questions: Mapped[int]
    complaints: Mapped[int]

    __table_args__ = (Index("ix_quarter_counts_start", "start"),)


class StoryStateRow(Base):
    """Where a story stands, as of the last look at it."""

    __tablename__ = "story_states"

    story_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    phase: Mapped[str] = mapped_column(String(12))
    looked_at: Mapped[datetime]


class StoryDecisionRow(Base):
    """A merge or split of stories, by a person or the nightly pass; append-only, applied in order."""

    __tablename__ = "story_decisions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(10))
    story: Mapped[str] = mapped_column(String(40), index=True)
    absorbed: Mapped[str | None] = mapped_column(String(40), index=True)
    documents: Mapped[list[str]]
    actor: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)


class CampaignRow(Base):
    """A campaign that people have entered, beside those of campaigns.yaml."""

    __tablename__ = "campaigns"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    starts: Mapped[str] = mapped_column(String(10))
    ends: Mapped[str] = mapped_column(String(10))
    topics: Mapped[list[str]]
    places: Mapped[list[str]]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(120))
