"""The after-action report of an alert, as Markdown or as a page of its own, in Vietnamese."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from jinja2 import Environment

from service.alerting.rendering import templates
from service.domain.views import AlertDetailView
from service.usecases.explain import Explanation
from service.usecases.recover import Aftermath

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>#|"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that the report tells."""

    detail: AlertDetailView
    explained: Explanation
    after: Aftermath
    made_at: datetime

    @property
    def lessons(self) -> Sequence[str]:
        """What the figures suggest should be talked about."""
        alert, recovery = self.after.alert, self.after.recovery
        found = []
        if recovery.peak_at > alert.opened_at:
            lead = duration(recovery.peak_at - alert.opened_at)
            found.append(f"Cảnh báo đến trước đỉnh {lead}: thời gian đó đã được dùng để làm gì?")
        else:
            found.append("Cảnh báo đến sau đỉnh: dấu hiệu nào lẽ ra có thể thấy sớm hơn?")
        if alert.acknowledged_at is None:
            found.append("Chưa có người tiếp nhận cảnh báo: cần xem lại phân công trực.")
        elif alert.acknowledged_at - alert.opened_at > timedelta(hours=1):
            late = duration(alert.acknowledged_at - alert.opened_at)
            found.append(f"Tiếp nhận sau {late}: vì sao quá một giờ?")
        if self.after.unanswered:
            found.append(f"Còn {self.after.unanswered} câu hỏi chưa có trả lời: ai trả lời, khi nào?")
        if recovery.relapses:
            found.append("Câu chuyện đã bùng phát lại: thông tin nào còn thiếu ở lần trả lời đầu?")
        return found


def markdown(report: Report) -> str:
    """The report as Markdown; titles from outside cannot change its form."""
    return _templates().get_template("after_action.md").render(r=report, after=report.after)


def html(report: Report) -> str:
    """The report as a page without script or address of its own."""
    return _templates().get_template("after_action.html").render(r=report, after=report.after)


def duration(span: timedelta | None) -> str:
    """«5 giờ», «3 ngày»; «chưa» where it has not come to that."""
    if span is None:
        return "chưa"
    hours = round(span.total_seconds() / 3600)
    if hours < 1:
        return f"{max(0, round(span.total_seconds() / 60))} phút"
    return f"{hours} giờ" if hours < 48 else f"{hours // 24} ngày"


def _local(at: datetime | None) -> str:
    return at.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y") if at else "chưa"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0").replace(".", ",")


def _line(text: str) -> str:
    return " ".join(text.split()).translate(_SPECIAL)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return templates(__package__, local=_local, duration=duration, number=_number, line=_line)
