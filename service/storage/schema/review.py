"""Findings and what people decided about them (ADR 0001), and the legal texts they cite."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.schema.base import Base


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
    """What was decided about a finding, by whom, when and why; append-only.

    `text`: the warning or correction that the decision published, which outlives its retraction.
    """

    __tablename__ = "finding_decisions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("findings.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    move: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(254))
    reason: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text, default="", server_default=sql("''"))


class WarningReceiptRow(Base):
    """Who on the staff has taken note of a published warning or correction."""

    __tablename__ = "warning_receipts"

    finding_id: Mapped[str] = mapped_column(ForeignKey("findings.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), primary_key=True)
    at: Mapped[datetime]


class LegalTextRow(Base):
    """A legal basis that the operator has loaded (`radar legal load`), as it was in the file."""

    __tablename__ = "legal_texts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    valid_from: Mapped[str] = mapped_column(String(10))
    sha256: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, Any]]
    loaded_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("sha256"),)
