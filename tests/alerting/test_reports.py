"""What the press reports beyond counts; every sentence here is invented, and so is every name in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.alerting.context import Kind
from service.alerting.reports import Cue, Report, read, told
from service.domain.sources import SourceKind
from service.domain.streams import PressText
from service.domain.warning import Level

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def text(words: str, *, hours_ago: float = 1, publisher: str = "Báo Thử", **more: object) -> PressText:
    values: dict[str, object] = {
        "id": f"{publisher}-{hours_ago}-{len(words)}", "published_at": NOW - timedelta(hours=hours_ago),
        "source_kind": SourceKind.CENTRAL, "publisher": publisher, "source_name": publisher,
        "story_id": f"s{hours_ago}", "is_copy": False, "text": words, "topics": ("health_card",),
    }  # fmt: skip
    return PressText(**(values | more))  # type: ignore[arg-type]


def reported(words: str, **more: object) -> Report:
    found = read(text(words, **more))  # type: ignore[arg-type]
    assert found is not None
    return found


DENIAL = "Sở Y tế bác bỏ tin đồn thẻ BHYT hết giá trị từ tháng tới"
CASE = "Một cụ bà mất 90 triệu đồng vì cuộc gọi tự xưng cán bộ BHXH"
WAVE = "Phường An Bình nhắc người dân về chiêu trò giả danh nhân viên bảo hiểm xã hội"
ARREARS = "Hơn 4.200 lao động một khu công nghiệp bị công ty nợ đóng BHXH suốt hai năm"


@pytest.mark.parametrize(
    ("words", "cue"),
    [
        (DENIAL, Cue.DENIAL),
        ("Không có chuyện cắt lương hưu người cao tuổi, cơ quan BHXH khẳng định", Cue.DENIAL),
        ("Thông tin bảo hiểm y tế thu thêm tiền giường bệnh là giả", Cue.DENIAL),
        (CASE, Cue.CASES),
        ("Công an huyện vào cuộc vụ nhóm người giả danh cán bộ bảo hiểm xã hội thu tiền", Cue.CASES),
        (WAVE, Cue.WAVE),
        (ARREARS, Cue.ARREARS),
        ("Trốn đóng bảo hiểm xã hội: gần 7.000 doanh nghiệp bị nêu tên", Cue.ARREARS),
    ],
)
def test_reports_are_recognised(words: str, cue: Cue) -> None:
    assert reported(words).cue is cue


@pytest.mark.parametrize(
    "words",
    [
        # the negative controls: what must not alert
        "BHXH Việt Nam khuyến cáo người dân không cung cấp mã OTP, cảnh giác với đối tượng mạo danh cán bộ BHXH",
        "BHXH Việt Nam cảnh báo nhiều đối tượng giả mạo trang của cơ quan BHXH, hướng dẫn cách nhận biết",
        "BHXH Việt Nam khuyến cáo: gặp người tự xưng cán bộ BHXH, hãy báo ngay cho cơ quan công an để tránh bị lừa",
        "Mạo danh BHXH để lừa đảo: cách phòng tránh. Người dân cần liên hệ công an gần nhất, tránh mất tiền oan",
        "Tháng 5 ra quân vận động người dân tham gia BHXH tự nguyện, tặng 5.000 sổ BHXH",
        "Thu BHYT học sinh đầu năm học: phụ huynh nộp ở đâu",
        "Lương cơ sở tăng từ 01/7, mức đóng BHYT hộ gia đình thay đổi thế nào",
        "Khách hàng tố nhân viên công ty bảo hiểm nhân thọ lừa mua hợp đồng, mất 200 triệu đồng",
        "Lấy ý kiến dự thảo nghị quyết về bảo hiểm xã hội cho chủ hộ kinh doanh",
        "Trang đánh bạc nhồi từ khóa mức đóng BHXH",
        # a digest of several news: the denial is about something else
        "Bộ trưởng bác bỏ tin đồn vỡ đập; người từ 75 tuổi được cấp thẻ BHYT",
        "Hướng dẫn đính chính thông tin cá nhân trên thẻ BHYT",
        "Người lao động được hưởng gì khi công ty chậm đóng BHXH",
        "Hơn 11 triệu người có thẻ BHYT",
    ],
)
def test_what_must_stay_quiet_is_no_report(words: str) -> None:
    assert read(text(words, places=("79",))) is None


@pytest.mark.parametrize("kind", [SourceKind.FORUM, SourceKind.SOCIAL, SourceKind.AGGREGATOR])
def test_only_the_press_and_agencies_are_read(kind: SourceKind) -> None:
    assert read(text(DENIAL, source_kind=kind)) is None


def test_one_publisher_asks_for_a_watch_and_two_for_a_warning() -> None:
    one = reported(DENIAL, hours_ago=30)
    assert told([one], now=NOW).level is Level.WATCH
    two = told([one, reported(DENIAL, publisher="Báo Khác")], now=NOW)
    assert (two.level, [f.kind for f in two.facts]) == (Level.WARNING, [Kind.REBUTTAL])
    assert {d.publisher for d in two.documents} == {"Báo Thử", "Báo Khác"}


def test_arrears_are_those_of_employers_and_quiet_is_told_of_reports() -> None:
    arrears = told([reported(ARREARS)], now=NOW).facts[0].sentence
    assert "hàng nghìn người lao động bị chậm đóng, trốn đóng" in arrears
    assert "nợ" not in arrears
    assert "trước đó một thời gian không có tin tương tự)" in told([reported(CASE)], now=NOW).facts[0].sentence


def test_copies_and_further_articles_of_one_publisher_are_no_second_witness() -> None:
    one = reported(DENIAL, hours_ago=30)
    again = reported(DENIAL, hours_ago=3)
    copy = reported(DENIAL, hours_ago=2, publisher="Báo Khác", is_copy=True)
    assert told([one, again, copy], now=NOW).level is Level.WATCH


def test_impostors_need_a_quiet_time_before_and_someone_harmed_for_a_warning() -> None:
    case, wave = reported(CASE, hours_ago=2), reported(WAVE, publisher="Báo Khác", hours_ago=20)
    assert told([wave, case], now=NOW).level is Level.WARNING
    other = reported(WAVE, publisher="Báo Thứ Ba", hours_ago=4)
    assert told([wave, other], now=NOW).level is Level.WATCH
    known = reported(WAVE, hours_ago=24 * 6)
    assert told([known, reported(CASE)], now=NOW).level is Level.NORMAL
    assert told([known, wave, case], now=NOW).level is Level.WARNING
    pair = [reported(CASE, hours_ago=24 * 6), reported(CASE, hours_ago=24 * 6 - 3, publisher="Báo Khác")]
    assert told([*pair, wave, case], now=NOW).level is Level.NORMAL


def test_a_later_print_of_a_known_denial_is_no_news_but_another_rumour_is() -> None:
    known = reported(DENIAL, hours_ago=24 * 5, story_id="a")
    assert told([known, reported(DENIAL, story_id="a")], now=NOW).level is Level.NORMAL
    assert told([known, reported(DENIAL, story_id="b")], now=NOW).level is Level.WATCH


def test_a_report_belongs_to_the_stream_of_its_matter() -> None:
    assert reported(DENIAL, topics=("fraud", "health_care")).stream == "topic:health_care"
    assert reported(CASE, topics=("pension", "fraud")).stream == "topic:fraud"
    assert reported(CASE, topics=()).stream == "all"
