"""Every form a report can have, and the maker of periodic ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from service.domain.reports import ReportFile, ReportForm, ReportOrder, Unavailable
from service.domain.sources import Feed
from service.insight.periods import PeriodKind
from service.ports import Clock
from service.ports.read_models import ReadModels
from service.reporting import after_action as after_action_report
from service.reporting import markdown, page, word, workbook
from service.reporting import periodic as periodic_report
from service.reporting.blocks import Document
from service.usecases.after_action import AfterAction
from service.usecases.periodic import periodic

OFFICE = "application/vnd.openxmlformats-officedocument"
# in names of files
KINDS = {
    PeriodKind.WEEK: "tuan", PeriodKind.MONTH: "thang", PeriodKind.QUARTER: "quy", PeriodKind.YEAR: "nam",
}  # fmt: skip
NO_PDF = (
    "Bản cài đặt này chưa có thư viện tạo tệp PDF (pip install 'bhxh-radar[reports]' và thư viện Pango của hệ thống)."
)


@dataclass(frozen=True, slots=True)
class Form:
    """How a kind of file is written, and what it is called."""

    write: Callable[[Document], bytes]
    media_type: str
    suffix: str


FORMS: Mapping[ReportForm, Form] = {
    ReportForm.MARKDOWN: Form(markdown.write, "text/markdown; charset=utf-8", "md"),
    ReportForm.HTML: Form(page.write, "text/html; charset=utf-8", "html"),
    ReportForm.DOCX: Form(word.write, f"{OFFICE}.wordprocessingml.document", "docx"),
    ReportForm.PDF: Form(page.write_pdf, "application/pdf", "pdf"),
    ReportForm.XLSX: Form(workbook.write, f"{OFFICE}.spreadsheetml.sheet", "xlsx"),
}


def file_of(document: Document, form: ReportForm, name: str) -> ReportFile | Unavailable:
    """A report as a file; not every installation can make PDF."""
    chosen = FORMS[form]
    try:
        content = chosen.write(document)
    except (ImportError, OSError):
        if form is not ReportForm.PDF:
            raise
        return Unavailable(NO_PDF)
    return ReportFile(name=f"{name}.{chosen.suffix}", media_type=chosen.media_type, content=content)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMaker:
    """See service.ports.reports.Reports.

    Attributes:
        parent, agency, place: what stands at the head of a report.
    """

    feeds: Sequence[Feed]
    clock: Clock
    parent: str
    agency: str
    place: str

    def forms(self) -> list[ReportForm]:
        return [f for f in FORMS if f is not ReportForm.PDF or find_spec("weasyprint") is not None]

    def periodic(self, order: ReportOrder, read: ReadModels) -> ReportFile | Unavailable:
        found = periodic(order, read=read, feeds=self.feeds, clock=self.clock)
        document = periodic_report.document(found, parent=self.parent, agency=self.agency, place=self.place)
        where = f"-{'-'.join(order.provinces)}"[:40] if order.provinces else ""
        return file_of(document, order.form, f"bao-cao-{KINDS[found.kind]}-{found.period.first}{where}")

    def after_action(self, facts: AfterAction, form: ReportForm) -> ReportFile | Unavailable:
        return after_action_file(facts, form)


def after_action_file(facts: AfterAction, form: ReportForm) -> ReportFile | Unavailable:
    """The report after an alert."""
    report = after_action_report.Report(detail=facts.detail, after=facts.after, made_at=facts.made_at)
    return file_of(after_action_report.document(report), form, f"bao-cao-sau-su-viec-{facts.detail.alert.id}")
