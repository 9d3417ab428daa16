"""The after-action report of an alert, in Vietnamese."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from service.alerting.wording import standing, unquoted
from service.domain.views import EvidenceView, TimelineView
from service.domain.wording import ALERT_STATES, TOO_FEW, duration, local_time, usual
from service.insight.recovery import Recovery, times_back
from service.reporting.blocks import Block, Document, Heading, Items, Paragraph, Table
from service.usecases.after_action import AfterAction
from service.usecases.recover import Aftermath


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(AfterAction):
    """Everything that the report tells."""

    @property
    def lessons(self) -> Sequence[str]:
        """What the figures suggest should be talked about."""
        alert, recovery = self.after.alert, self.after.recovery
        found = []
        if not recovery.rose:
            found.append("Số bài gốc tiêu cực không vượt mức thường: dấu hiệu nào đã dẫn đến cảnh báo?")
        elif recovery.peak_at > alert.opened_at:
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


def document(report: Report) -> Document:
    """The report; it travels, so of publications it quotes titles of the press only, as texts in every file."""
    after, recovery = report.after, report.after.recovery
    alert = after.alert
    level = f"mức cao nhất L{alert.peak_level:d}{standing(alert.peak_level, alert.handling.verdict)}"
    blocks: list[Block] = [
        Paragraph(f"Lập lúc {local_time(report.made_at)}. Số đếm là bài gốc độc lập; bản đăng lại không tính."),
        Heading("Tóm tắt"),
        Items([
            f"Cảnh báo mở lúc {local_time(alert.opened_at)}, {level}; trạng thái: {ALERT_STATES[str(alert.state)]}.",
            f"Tiếp nhận: {local_time(alert.acknowledged_at)}.",
            *_course(recovery),
            f"Câu hỏi chưa có trả lời: {after.unanswered}.",
        ]),
        Heading("Vì sao có cảnh báo"), Paragraph(unquoted(after.alert.why)),
        Heading("Điều kiện của mức cao nhất"), Paragraph(after.alert.quiet_if),
        Heading("Nơi câu chuyện được nói đến (số tin, bài, kể cả bản đăng lại)"),
        Items([*(f"{name}: {count}" for name, count in after.outlets), *_more(after.more_outlets)] or ["chưa rõ"]),
    ]  # fmt: skip
    if after.places:
        blocks += [Heading("Theo địa phương"), _places(report)]
    return Document(
        title="Báo cáo sau sự việc",
        subject=unquoted(after.alert.headline),
        made_at=report.made_at,
        blocks=[
            *blocks,
            Heading("Diễn biến xử lý"), Items([_event(t) for t in report.detail.timeline]),
            Heading("Căn cứ"),
            Items(_evidence(report.detail.evidence)),
            *_press(after.press),
            *_next(after),
            Heading("Câu hỏi để rút kinh nghiệm"), Items(report.lessons),
        ],
    )  # fmt: skip


def _next(after: Aftermath) -> list[Block]:
    """What is to be done and said; nothing after a false alarm."""
    if not after.after.tasks:
        return []
    return [
        Heading("Việc tiếp theo"),
        Items([f"{t.what}; thực hiện: {t.owner}; hạn: {t.due}" for t in after.after.tasks]),
        Heading("Thông điệp củng cố niềm tin"), Items(after.after.confidence),
    ]  # fmt: skip


def _course(recovery: Recovery) -> list[str]:
    if not recovery.rose:
        return [
            f"Không có đợt tăng: số bài gốc tiêu cực trong 24 giờ không vượt mức thường "
            f"({usual(recovery.usual)}), nên không tính thời gian hồi phục."
        ]
    if recovery.few:
        return [
            f"{TOO_FEW.capitalize()}: nhiều nhất {recovery.peak} bài gốc tiêu cực trong 24 giờ, nên không tính thời "
            "gian hồi phục."
        ]
    return [
        f"Đỉnh: {recovery.peak} bài gốc tiêu cực trong 24 giờ, lúc {local_time(recovery.peak_until)} (mức thường "
        f"{usual(recovery.usual)}).",
        f"Giảm một nửa sau: {duration(recovery.half_life)}; về mức thường sau: {duration(recovery.back_after)}; "
        f"bùng phát lại: {len(recovery.relapses)} lần.",
    ]


def _evidence(evidence: Sequence[EvidenceView]) -> list[str]:
    told = [_line(e) for e in evidence if e.press]
    if rest := len(evidence) - len(told):
        told.append(f"{'và ' if told else ''}{rest} ý kiến trên mạng xã hội, diễn đàn, mục bạn đọc")
    return told


def _more(outlets: int) -> list[str]:
    return [f"và {outlets} nguồn khác"] if outlets else []


def _press(press: Sequence[EvidenceView]) -> list[Block]:
    return [Heading("Báo chí đã đưa"), Items([_line(e) for e in press])] if press else []


def _line(e: EvidenceView) -> str:
    where = "; không nhắc đến địa phương này" if e.elsewhere else ""
    return f"{e.title} ({e.source}, {local_time(e.published_at)}{where})"


def _places(report: Report) -> Table:
    rows = [[p.name, str(p.recovery.peak), *times_back(p.recovery)] for p in report.after.places]
    head = ("Địa phương", "Đỉnh 24 giờ", "Giảm một nửa sau", "Về mức thường sau")
    return Table(name="Hồi phục theo địa phương", head=head, rows=rows, widths=(40, 20, 20, 20))


def _event(event: TimelineView) -> str:
    mark = "Bình luận: " if event.kind == "comment" else ""
    by = f" ({event.actor})" if event.actor != "radar" else ""
    return f"{local_time(event.at)}: {mark}{unquoted(event.text)}{by}"
