"""Stories, the counts of streams, and campaigns."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.schema.base import Base


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


class RecountRow(Base):
    """Documents whose judgement changed after they were placed; story and hour are counted anew by the story desk."""

    __tablename__ = "recounts"

    document_id: Mapped[str] = mapped_column(String(32), primary_key=True)


class CountRow(Base):
    """Counts of a stream («all», «topic:pension») in an hour: origins, not copies."""

    __tablename__ = "counts"

    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    start: Mapped[datetime] = mapped_column(primary_key=True)
    value: Mapped[int]
    total: Mapped[int]
    sources: Mapped[int]
    coverage: Mapped[float] = mapped_column(Float, default=1.0)

    __table_args__ = (Index("ix_counts_start", "start"),)


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
