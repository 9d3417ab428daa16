"""Labels by people, how sure the model was, and the spread of its scores."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.schema.base import Base


class DocumentLabelRow(Base):
    """What a person answers to a question about a document, and what the model had said; no text.

    `machine` is its first answer; `machine_now` its newest one with its score, which holds again where the person's is
    withdrawn (none for labels of before there was this column).
    """

    __tablename__ = "document_labels"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(String(12), primary_key=True)
    answer: Mapped[Any] = mapped_column(JSON)
    machine: Mapped[Any] = mapped_column(JSON)
    machine_now: Mapped[Any | None] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(100))


class DocumentMarginRow(Base):
    """Distance of the model's answer from its border, in log-odds."""

    __tablename__ = "document_margins"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(String(12), primary_key=True)
    margin: Mapped[float] = mapped_column(Float)

    __table_args__ = (Index("ix_document_margins_order", "question", "margin"),)


class ScoreCountRow(Base):
    """How many texts of a week had a score in a tenth of the scale, and how many words were known; no text."""

    __tablename__ = "score_counts"

    model: Mapped[str] = mapped_column(String(80), primary_key=True)
    week: Mapped[str] = mapped_column(String(10), primary_key=True)
    head: Mapped[str] = mapped_column(String(40), primary_key=True)
    bin: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(BigInteger)
