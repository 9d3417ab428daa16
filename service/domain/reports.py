"""What is asked of reports, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ReportForm(StrEnum):
    """What kind of file a report is."""

    MARKDOWN = "markdown"
    HTML = "html"
    DOCX = "docx"
    PDF = "pdf"
    XLSX = "xlsx"


FORM_NAMES = {
    ReportForm.DOCX: "Word (.docx)", ReportForm.PDF: "PDF", ReportForm.XLSX: "Bảng tính (.xlsx)",
    ReportForm.HTML: "Trang web (.html)", ReportForm.MARKDOWN: "Văn bản (.md)",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOrder:
    """A periodic report.

    Attributes:
        period: week, month, quarter or year (service.insight.periods.PeriodKind).
        day: any day in it; None: the last period that is over.
        provinces: codes; empty: the whole country.
    """

    period: str
    form: ReportForm
    day: date | None = None
    provinces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """A report that was made."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Unavailable:
    """This installation cannot make such a file; the reason is for people."""

    reason: str
