"""The e-mail about an alert: courteous Vietnamese, stable keys, nothing from outside that could do harm."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import service.alerting
from service.alerting.decide import Raise, Situation, decide
from service.alerting.message import MAX_SUBJECT, Content, Occasion, draft, subject
from service.alerting.playbook import measures
from service.alerting.scores import bearing_out, harmful, sure
from service.alerting.stakes import stake_of
from service.domain.intents import Evidence
from service.domain.topics import TOPICS
from service.domain.warning import AlertState, Level
from tests.alerts import NOW, make_signal, opened

TEMPLATES = Path(service.alerting.__path__[0]) / "templates"


def make_evidence(n: int = 1, **more: object) -> Evidence:
    values: dict[str, object] = {
        "document_id": f"d{n}",
        "title": f"Người dân bức xúc vì chậm chi trả lần {n}",
        "source_name": "Báo Thử",
        "publisher": f"Báo Thử {n}",
        "source_kind": "online",
        "reach": 3,
        "url": f"https://bao.example.com/{n}",
        "published_at": NOW,
        "story_id": None,
    }
    return Evidence(**(values | more))  # type: ignore[arg-type]


def make_content(**more: object) -> Content:
    values: dict[str, object] = {
        "alert": opened(),
        "occasion": Occasion.OPENED,
        "base_url": "https://radar.example.com",
        "evidence": [make_evidence(n) for n in range(12)],
    }
    return Content(**(values | more))  # type: ignore[arg-type]


def test_says_what_why_and_what_to_do() -> None:
    message = draft(make_content(), recipient="truyen-thong@example.com")
    assert message.subject.startswith("[BHXH Radar] L2 ")
    for part in ("CĂN CỨ", "BIỆN PHÁP ĐỀ XUẤT", "/alerts/", "gửi trong nội bộ cơ quan",
                 "Cảnh báo mới, mức L2 (cảnh báo).", "CON SỐ LÚC CẢNH BÁO (giờ 10:00-11:00 ngày 02/03/2026)",
                 "ĐIỀU KIỆN CỦA MỨC NÀY\nSẽ không có cảnh báo"):  # fmt: skip
        assert part in message.text
    assert "và 2 tin, bài khác" in message.text
    assert "https://bao.example.com/3" in message.html


def test_what_is_asked_for_stands_right_under_the_first_paragraph() -> None:
    alert = replace(opened(), why="Tin tiêu cực tăng tại TP. Hồ Chí Minh. Có 29 bài. Mức thường 1.")
    message = draft(make_content(alert=alert), recipient="truyen-thong@example.com")
    for text in (message.text, message.html):
        assert text.index(f"https://radar.example.com/alerts/{alert.id}") < text.lower().index("con số lúc cảnh báo")
    # what is bold all through is not bold
    assert "<strong>Tin tiêu cực tăng tại TP. Hồ Chí Minh.</strong> Có 29 bài. Mức thường 1.</p>" in message.html
    assert "overflow-wrap: anywhere" in message.html


def test_subjects_say_level_place_and_topic_first_and_then_what_has_happened() -> None:
    alert = replace(opened(make_signal(unusual=8.0)), headline="H", stream="topic:service_attitude@38")
    said = {occasion: subject(make_content(alert=alert, occasion=occasion)) for occasion in Occasion}
    about, level = "L3 Thanh Hóa, Thái độ phục vụ, thủ tục", "(nguy cơ khủng hoảng, đề xuất)"
    assert said == {
        Occasion.OPENED: f"[BHXH Radar] {about}: cảnh báo mới {level}",
        Occasion.RAISED: f"[BHXH Radar] {about}: nâng mức {level}",
        Occasion.RELAPSED: f"[BHXH Radar] {about}: tăng lại {level}",
        Occasion.CLOSED: f"[BHXH Radar] {about}: đã kết thúc {level}",
        Occasion.OVERDUE: f"[BHXH Radar] {about}: chưa có người tiếp nhận {level}",
        Occasion.ASSIGNED: f"[BHXH Radar] {about}: giao xử lý {level}",
        Occasion.REOPENED: f"[BHXH Radar] {about}: đã mở lại {level}",
    }


@pytest.mark.parametrize(
    ("stream", "line"),
    [
        ("topic:fund", "L2 Quỹ BHXH, đầu tư, cân đối quỹ: cảnh báo mới"),
        ("place:48", "L2 Đà Nẵng: cảnh báo mới"),
        ("story:s1", "L2: cảnh báo mới. Phản ánh về câu chuyện “A”"),
        ("all", "L2: cảnh báo mới. Phản ánh về câu chuyện “A”"),
    ],
)
def test_a_subject_names_what_its_stream_is_about(stream: str, line: str) -> None:
    alert = replace(opened(), stream=stream, headline="Phản ánh về câu chuyện “A”")
    assert subject(make_content(alert=alert)) == f"[BHXH Radar] {line}"
    longer = subject(make_content(alert=replace(alert, headline="rất dài " * 40)))
    assert longer.endswith("…") is (stream in ("story:s1", "all"))
    assert len(longer) <= MAX_SUBJECT


def test_mails_leave_the_colour_of_text_to_the_reader_s_program() -> None:
    # a colour of text without one behind it is not read on the dark ground of some programs (WCAG F24)
    for name in ("alert.html", "digest.html"):
        assert "color" not in (TEMPLATES / name).read_text(encoding="utf-8"), name


def test_a_relapse_is_told_with_the_level_that_it_climbs_back_to() -> None:
    alert = replace(opened(make_signal(unusual=12.0, harmful=0.8)), level=Level.RISK, headline="H")
    assert alert.peak_level is Level.CRISIS
    note = "Cảnh báo tăng lại lên mức L3."
    first, second = (
        draft(make_content(alert=alert, occasion=Occasion.RELAPSED, note=note, step=step), recipient="a@example.com")
        for step in (1, 2)
    )
    assert first.subject == "[BHXH Radar] L3 Lương hưu, tuổi nghỉ hưu: tăng lại (nguy cơ khủng hoảng, đề xuất)"
    assert first.text.startswith(f"{note} {alert.why}\n\nTăng lại lên mức L3 (nguy cơ khủng hoảng, đề xuất).")
    assert first.key != second.key, "each relapse has a message of its own"


def test_a_task_keeps_its_due_time_from_mail_to_mail() -> None:
    first = opened(make_signal(unusual=4.6))
    graver = decide(make_signal(unusual=12.0), Situation(own=first), now=NOW + timedelta(minutes=40))
    assert isinstance(graver, Raise)
    for alert, occasion in (
        (first, Occasion.OPENED),
        (graver.alert, Occasion.RAISED),
        (graver.alert, Occasion.OVERDUE),
    ):
        text = draft(make_content(alert=alert, occasion=occasion), recipient="a@example.com").text
        assert "- Hạn 11:20 ngày 02/03/2026: Xác nhận đã nắm thông tin" in text
        assert "; thực hiện: Bộ phận truyền thông\n" in text
    end = NOW + timedelta(days=3)
    ended = replace(graver.alert, state=AlertState.CLOSED, closed_at=end, updated_at=end)
    text = draft(make_content(alert=ended, occasion=Occasion.CLOSED), recipient="a@example.com").text
    assert "- Hạn 10:20 ngày 07/03/2026: Công bố kết quả giải quyết" in text
    assert "trong bảy ngày" not in text
    assert "Sẽ không có cảnh báo" not in text
    # what the alert stood on is told with its hour
    assert "CON SỐ LÚC CẢNH BÁO (giờ 10:00-11:00 ngày 02/03/2026)" in text
    assert f"VÌ SAO CÓ CẢNH BÁO\n{ended.why}" in text


def test_of_a_false_alarm_nothing_is_to_be_done() -> None:
    calm = replace(opened(), state=AlertState.CLOSED, closed_at=NOW)
    merged = replace(calm, handling=replace(calm.handling, merged_into="a2"))
    for alert in (replace(calm, state=AlertState.DISMISSED), merged):
        told = draft(make_content(alert=alert, occasion=Occasion.CLOSED), recipient="a@example.com")
        for words in (told.text.lower(), told.html.lower()):
            for order in ("việc cần làm", "biện pháp đề xuất", "hạn ", "cảm ơn người phản ánh"):
                assert order not in words
    told = draft(make_content(alert=calm, occasion=Occasion.CLOSED), recipient="a@example.com")
    assert "VIỆC CẦN LÀM TIẾP\n- Hạn " in told.text
    assert ">Việc cần làm tiếp</h2>" in told.html
    assert "VIỆC CẦN LÀM NGAY\n- Hạn " in draft(make_content(), recipient="a@example.com").text


def test_nobody_is_told_of_a_shorter_wait_than_it_was() -> None:
    alert = opened(make_signal(unusual=4.6))
    later = NOW + timedelta(minutes=42)
    raised = decide(make_signal(unusual=12.0), Situation(own=alert), now=later)
    assert isinstance(raised, Raise)
    text = draft(make_content(alert=raised.alert, occasion=Occasion.OVERDUE, waited=15), recipient="a@example.com").text
    assert text.startswith(
        "Đến 11:17 ngày 02/03/2026, cảnh báo này chưa có người tiếp nhận: đã 15 phút từ khi báo mức L3, 57 phút từ khi "
        "phát hiện."
    )


def test_one_message_a_recipient_occasion_and_level() -> None:
    people = ("a@example.com", "b@example.com")
    keys = {draft(make_content(occasion=o), recipient=r).key for o in Occasion for r in people}
    assert len(keys) == 2 * len(Occasion)
    first, second = (draft(make_content(), recipient="a@example.com") for _ in range(2))
    assert first == second


@given(st.text())
def test_nothing_from_outside_can_add_a_header(text: str) -> None:
    line = subject(make_content(alert=replace(opened(), stream="all", headline=text)))
    assert len(line) <= MAX_SUBJECT
    assert not any(ord(c) < 32 or c in "\x7f\x85\u2028\u2029\u202e" for c in line)


def test_titles_are_text_and_odd_links_are_left_out() -> None:
    bad = make_evidence(title="<script>alert(1)</script>", url="javascript:alert(1)")
    message = draft(make_content(evidence=[bad]), recipient="a@example.com")
    assert "<script>" not in message.html
    assert "javascript:" not in message.html


def test_every_stream_has_measures() -> None:
    for topic in TOPICS:
        assert measures(f"topic:{topic}").during
    assert measures("all").after


@given(st.lists(st.integers(1, 5), max_size=8), st.integers(0, 20), st.floats(0, 1))
def test_scores_stay_between_nothing_and_certainty(reaches: list[int], origins: int, coverage: float) -> None:
    evidence = [make_evidence(n, reach=r) for n, r in enumerate(reaches)]
    assert 0 <= harmful(stake_of(["fund"]), evidence) <= 1
    assert 0 <= sure(evidence, origins=origins, coverage=coverage) <= 1


def test_a_loud_publisher_and_an_ordinary_day_elsewhere_are_one_witness() -> None:
    loud = [replace(make_evidence(n), publisher="Kênh A") for n in range(10)]
    others = [replace(make_evidence(n), publisher=f"Báo {n}") for n in range(10, 17)]
    assert {e.publisher for e in bearing_out([*loud, *others[:4]], 1.5)} == {"Kênh A"}, "four are one day in fifteen"
    assert bearing_out([*loud, *others[:5]], 1.5) == [*loud, *others[:5]], "five are one day in fifty"
    assert bearing_out([*loud, *others[:2]], 0.2) == [*loud, *others[:2]], "on a quiet subject two more are unusual"
    assert {e.publisher for e in bearing_out([*loud, others[0]], 0.2)} == {"Kênh A"}
    assert bearing_out([*loud[:1], others[0]], 0.2) == [*loud[:1], others[0]], "one text of two is not loud"
    assert bearing_out([], 2.5) == []
    papers = [replace(e, press=True) for e in others[:4]]
    assert bearing_out([*loud, *papers], 3.9) == [*loud, *papers], "four papers are more than a day has documents"
    assert {e.publisher for e in bearing_out([*loud, *papers], 4.0)} == {"Kênh A"}
    assert {e.publisher for e in bearing_out([*loud, *papers[:2]], 1.9)} == {"Kênh A"}, "two are few"
    mixed, alone = (
        sure(bearing_out([*loud, *others[:4]], 2.5), origins=14, coverage=1.0),
        sure(loud, origins=14, coverage=1.0),
    )
    assert mixed == alone


def test_two_outlets_of_one_publisher_are_one_witness() -> None:
    one, same = make_evidence(1), make_evidence(2, publisher="Báo Thử 1")
    assert sure([one, same], origins=2, coverage=1.0) == sure([one], origins=2, coverage=1.0)
