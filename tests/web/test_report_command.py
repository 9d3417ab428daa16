"""`radar report after-action`: a whole report of an alert, as Markdown and as a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from service.alerting.wording import unquoted
from service.cli.report import command
from service.domain.judgement import Place, Tone
from service.domain.reports import ReportFile, ReportForm
from service.domain.views import TimelineView
from service.insight.recovery import Point, recover
from service.reporting.after_action import Report, document
from service.reporting.files import file_of
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.place import StoryDesk
from service.usecases.recover import aftermath
from service.usecases.watch import Watch
from tests.builders import NOW, make_intent, make_source
from tests.weeks import SUBJECTS, crisis, ordinary_week


@pytest.fixture
def report(store: SqlStore, clock: SetClock) -> Report:
    ordinary_week(store, clock)
    clock.at += timedelta(minutes=50)
    with store.begin() as tx:
        title = "<script>alert(1)</script> | [bấm](http://x.example) thiếu thuốc"
        source = make_source("Báo *lạ*", reach=4)
        intent = make_intent(
            "x", tone=Tone.NEGATIVE, at=clock.now(), title=title, source=source, topics=("health_care",)
        )
        tx.add_documents([intent])
    StoryDesk(store, clock).place()
    crisis(store, clock)
    Watch(store=store, clock=clock).run()
    with store.begin() as tx:
        [alert] = [a for a in tx.live_alerts() if a.stream == "topic:health_care"]
    clock.at += timedelta(days=4)
    detail = SqlReadModels(store).alert(alert.id)
    after = aftermath(alert.id, read=SqlReadModels(store), store=store, clock=clock)
    assert detail
    assert after
    return Report(detail=detail, after=after, made_at=clock.now())


def read(report: Report, form: ReportForm) -> str:
    made = file_of(document(report), form, "a1")
    assert isinstance(made, ReportFile)
    return made.content.decode()


def test_both_forms_hold_everything_and_texts_from_outside_stay_texts(report: Report) -> None:
    text, page = (read(report, form) for form in (ReportForm.MARKDOWN, ReportForm.HTML))
    for words in ("Việc tiếp theo", "Thông điệp củng cố niềm tin", "Câu hỏi để rút kinh nghiệm"):
        assert words in text
        assert words in page
    assert "<script>alert" not in page
    assert "\\[bấm\\]" in text
    assert "\\<script\\>" in text


def test_a_later_crisis_of_the_topic_is_no_part_of_it(report: Report, store: SqlStore, clock: SetClock) -> None:
    clock.at += timedelta(days=16)
    wave = [
        make_intent(
            f"late{n}", tone=Tone.NEGATIVE, at=clock.now(), topics=("health_care",), places=(Place("52", "Gia Lai"),),
            source=make_source(f"Báo {n}"), title=f"{SUBJECTS[n % 10]} thiếu giường {n}", excerpt=SUBJECTS[n * 3 % 10],
        )
        for n in range(30)
    ]  # fmt: skip
    with store.begin() as tx:
        tx.add_documents(wave)
    StoryDesk(store, clock).place()
    clock.at += timedelta(hours=2)
    later = aftermath(report.after.alert.id, read=SqlReadModels(store), store=store, clock=clock)
    assert later
    assert later.recovery.rose
    assert (later.recovery.peak, later.recovery.relapses) == (report.after.recovery.peak, [])
    assert "Gia Lai" not in [p.name for p in later.places]
    assert later.recovery.watch_until
    assert later.recovery.watch_until < clock.now()


def test_only_titles_of_the_press_are_quoted(report: Report) -> None:
    said = [replace(e, title=f"Tôi bức xúc {n}", press=False) for n, e in enumerate(report.detail.evidence[:2])]
    more = [*said, *report.detail.evidence[2:]]
    text = read(replace(report, detail=replace(report.detail, evidence=more)), ReportForm.MARKDOWN)
    assert "bức xúc" not in text
    assert "- và 2 ý kiến trên mạng xã hội, diễn đàn, mục bạn đọc\n" in text
    assert more[2].press
    assert more[2].title in text
    alone = read(replace(report, detail=replace(report.detail, evidence=said)), ReportForm.MARKDOWN)
    assert "- 2 ý kiến trên mạng" in alone


def test_headlines_of_stories_are_not_quoted() -> None:
    assert unquoted("Phản ánh tăng bất thường về câu chuyện “Tôi “khổ”: hẹn mãi”") == (
        "Phản ánh tăng bất thường về một câu chuyện"
    )
    why = "tin về câu chuyện “Tôi khổ” (mức thường khoảng 2, chiến dịch “Tháng 5”), với 9 bài. Dấu hiệu: "
    more = "chuyện mới “Bà X kêu” được 3 nguồn độc lập cùng phản ánh tiêu cực; giống chuyện “Ông Y” (01/02/2026, 4 bài)"
    raised = "Cảnh báo về câu chuyện “Tôi “quá” khổ” được nâng mức theo số liệu sau. "
    assert unquoted(raised + why).startswith(
        "Cảnh báo về một câu chuyện được nâng mức theo số liệu sau. tin về một câu"
    )
    assert unquoted(why + more) == (
        "tin về một câu chuyện (mức thường khoảng 2, chiến dịch “Tháng 5”), với 9 bài. Dấu hiệu: một chuyện mới được 3 "
        "nguồn độc lập cùng phản ánh tiêu cực; giống một chuyện trước (01/02/2026, 4 bài)"
    )


@pytest.mark.parametrize("start", ["Tính đến", "Trong giờ"])  # as alerts said it before, and say it now
def test_headlines_are_not_quoted_from_alerts_that_reports_of_the_press_asked_for(start: str) -> None:
    why = f"{start} 10:00 ngày 12/05/2026, về câu chuyện “Tôi khổ”: Báo A đưa tin về việc mạo danh."
    assert unquoted(why) == f"{start} 10:00 ngày 12/05/2026, về một câu chuyện: Báo A đưa tin về việc mạo danh."


def test_the_report_marks_comments_and_says_until_when_tasks_are_due(report: Report) -> None:
    said = TimelineView(at=NOW, kind="comment", actor="lan@example.com", text="Đã gọi tổng đài")
    detail = replace(report.detail, timeline=[said])
    text = read(replace(report, detail=detail), ReportForm.MARKDOWN)
    assert "10:00 ngày 02/03/2026: Bình luận: Đã gọi tổng đài (lan@example.com)" in text
    assert "; thực hiện: Người phát ngôn; hạn: " in text
    assert "168 giờ" not in text
    assert "(mức thường gần như không có)" in text
    assert "## Điều kiện của mức cao nhất\n\nSẽ không có cảnh báo" in text


def test_without_a_rise_the_report_gives_no_peak_and_no_times(report: Report) -> None:
    flat = recover([Point(NOW, 0, 0, 0)], 1.0)
    text = read(replace(report, after=replace(report.after, recovery=flat)), ReportForm.MARKDOWN)
    assert "Không có đợt tăng" in text
    assert "Giảm một nửa sau:" not in text
    assert "Cảnh báo đến sau đỉnh" not in text


def test_the_command_logs_it(
    report: Report, database_url: str, monkeypatch: pytest.MonkeyPatch, store: SqlStore
) -> None:
    monkeypatch.setenv("RADAR_DATABASE_URL", database_url)
    key = report.after.alert.id
    result = CliRunner().invoke(command, ["after-action", key])
    assert result.exit_code == 0, result.output
    assert "Câu hỏi để rút kinh nghiệm" in result.output
    with store.begin() as tx:
        assert [(e.action, e.actor, e.subject, e.details) for e in tx.audit_entries()] == [
            ("exported", "cli", f"report:after-action:{key}", {"form": "markdown"})
        ]


def test_nobody_took_the_alert_and_the_report_says_so(report: Report) -> None:
    assert any("Chưa có người tiếp nhận" in lesson for lesson in report.lessons)
