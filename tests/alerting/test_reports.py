"""What the press reports beyond counts; every sentence here is invented, and so is every name in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.alerting.context import Kind
from service.alerting.reports import Cue, Report, joined, read, told
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


def test_a_report_names_the_provinces_that_are_named() -> None:
    one = reported(CASE, places=("92",), topics=("fraud",))
    other = reported(CASE, places=("44",), topics=("fraud",), publisher="Báo Hai", hours_ago=3)
    assert told([one], now=NOW).facts[0].sentence.endswith("(địa phương được nhắc đến: Cần Thơ)")
    assert "Cần Thơ, Quảng Trị" in told([one, other], now=NOW).facts[0].sentence
    many = replace(one, document=replace(one.document, places=("01", "04", "08", "11")))
    assert "địa phương" not in told([many], now=NOW).facts[0].sentence


def test_arrears_are_those_of_employers_and_quiet_is_told_of_reports() -> None:
    arrears = told([reported(ARREARS)], now=NOW).facts[0].sentence
    assert "hàng nghìn người lao động bị chậm đóng, trốn đóng" in arrears
    assert "nợ" not in arrears
    assert "sau một thời gian không có tin tương tự" in told([reported(CASE)], now=NOW).facts[0].sentence


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


@pytest.mark.parametrize(
    ("words", "cue"),
    [
        ("Khởi tố nguyên Giám đốc BHXH huyện Đồi Cao", Cue.OFFICIALS),
        ("Bắt tạm giam kế toán trưởng và hai cán bộ BHXH thị xã vì tham ô", Cue.OFFICIALS),
        ("Kế toán bảo hiểm xã hội đánh tráo số tài khoản, tham ô hàng chục tỷ đồng", Cue.OFFICIALS),
        ("Hai cựu phó giám đốc BHXH tỉnh lĩnh án vì nhận hối lộ", Cue.OFFICIALS),
        ("Nguyên Tổng Giám đốc Bảo hiểm xã hội Việt Nam bị đề nghị truy tố", Cue.OFFICIALS),
        ("Cựu giám đốc BHXH kể chuyện phong bì. Trước cáo buộc nhận tiền, bị cáo nói mình bị ép", Cue.OFFICIALS),
        ("BHXH tỉnh kỷ luật cảnh cáo ba cán bộ để chậm hồ sơ", Cue.OFFICIALS),
        ("Khởi tố vụ án tham ô tài sản xảy ra tại BHXH huyện Suối Vàng", Cue.OFFICIALS),
        ("Giám định viên BHYT bị bắt vì tiếp tay phòng khám lập khống bệnh án", Cue.OFFICIALS),
        ("Bắt nguyên cán bộ BHXH lừa đảo 3 tỷ đồng tiền đóng của công nhân", Cue.OFFICIALS),
        ("Cách chức Phó Giám đốc BHXH khu vực", Cue.OFFICIALS),
        ("Trưởng phòng chế độ BHXH tỉnh hầu tòa", Cue.OFFICIALS),
        ("Nhân viên bảo hiểm xã hội huyện chiếm đoạt 900 triệu đồng tiền tuất", Cue.OFFICIALS),
        ("1.200 tỷ đồng quỹ BHXH bị thất thoát", Cue.FUND),
        ("Quỹ bảo hiểm xã hội cho công ty cho thuê tài chính vay, nghìn tỷ chưa thu hồi được", Cue.FUND),
        ("Công nhân xót xa: tiền đóng BHXH bị cho vay trái quy định", Cue.FUND),
        ("Thất thoát hàng trăm tỷ đồng của quỹ hưu trí: trách nhiệm thuộc về ai", Cue.FUND),
        ("Dữ liệu 3 triệu người tham gia BHXH bị rao bán trên diễn đàn", Cue.LEAK),
        ("Nghi lộ dữ liệu người dùng VssID", Cue.LEAK),
        ("Lộ thông tin thẻ BHYT của hàng nghìn người", Cue.LEAK),
        ("BHXH để lộ thông tin cá nhân người hưởng lương hưu", Cue.LEAK),
        ("Người dân lo lắng vì dữ liệu BHXH nghi bị rò rỉ", Cue.LEAK),
        ("Mã số BHXH của hàng nghìn công nhân bị phát tán trên mạng", Cue.LEAK),
    ],
)
def test_trouble_of_the_agencys_own_is_recognised(words: str, cue: Cue) -> None:
    assert reported(words).cue is cue


@pytest.mark.parametrize(
    "words",
    [
        # who defrauds the fund, owes it, poses as the agency or belongs to another body; what has ended well, long ago,
        # abroad or in a tale; advice; private offences
        "Giám đốc công ty nợ BHXH 12 tỷ đồng bị khởi tố",
        "BHXH tỉnh kiến nghị khởi tố 5 doanh nghiệp trốn đóng",
        "Giám đốc BHXH tỉnh: sẽ đề nghị truy tố chủ doanh nghiệp trốn đóng BHXH",
        "Bắt nhóm giả danh cán bộ BHXH lừa hàng trăm người",
        "Công an bắt đối tượng tự xưng là cán bộ bảo hiểm xã hội",
        "Nhân viên công ty bảo hiểm nhân thọ chiếm đoạt tiền khách hàng, bị bắt",
        "Giám đốc Bảo hiểm An Bình bị bắt",
        "Khởi tố Giám đốc bệnh viện vì gây thiệt hại cho quỹ BHYT",
        "Bác sĩ lập khống bệnh án trục lợi quỹ BHYT, thất thoát 4 tỷ đồng",
        "Phòng khám tư gây thất thoát quỹ BHYT 2 tỷ đồng",
        "BHXH Việt Nam tăng cường chống thất thoát quỹ BHYT",
        "Giám định điện tử giúp hạn chế thất thoát quỹ bảo hiểm y tế",
        "Nguy cơ thất thoát quỹ BHYT từ việc chỉ định quá mức",
        "Cán bộ thuế và cán bộ xã bị kỷ luật; BHXH huyện mở thêm điểm tiếp nhận",
        "Kế toán trường học chiếm đoạt tiền BHXH của giáo viên",
        "Kế toán BHXH của công ty may bị bắt vì cờ bạc",
        "Cựu giám đốc BHXH được tuyên vô tội sau bốn năm",
        "Đình chỉ điều tra vụ án đối với nguyên cán bộ BHXH huyện",
        "Nhìn lại vụ án nguyên giám đốc BHXH huyện hầu tòa",
        "Bộ phim mới: diễn viên vào vai kế toán BHXH bị bắt vì tham ô",
        "Hàn Quốc: nhân viên cơ quan bảo hiểm xã hội biển thủ, bị bắt",
        "Cảnh sát Pháp bắt một nhân viên bảo hiểm xã hội",
        "Người đàn ông Ý bị bắt vì giả mẹ để nhận lương hưu",
        "Cán bộ BHXH phối hợp công an bắt nhóm lừa đảo",
        "Nữ cán bộ BHXH giúp công an ngăn kẻ lừa đảo chiếm đoạt tiền của cụ bà",
        "Cán bộ BHXH nhũng nhiễu sẽ bị kỷ luật theo quy định mới",
        "Nguyên phó giám đốc BHXH tỉnh: luật mới bảo vệ người lao động tốt hơn",
        "Nguyên giám đốc BHXH huyện gây tai nạn, bị khởi tố",
        "Chồng nữ cán bộ BHXH bị bắt vì đánh bạc",
        "Không để lộ thông tin BHXH cho người lạ",
        "Người dân tránh để lộ mã số BHXH, thông tin thẻ ngân hàng",
        "Lộ trình tích hợp dữ liệu BHXH vào VNeID",
        "BHXH tỉnh diễn tập ứng phó sự cố lộ dữ liệu",
        "Nghị định mới phạt hành vi mua bán dữ liệu cá nhân, kể cả mã số BHXH",
        "Bệnh viện để lộ hồ sơ người bệnh có thẻ BHYT",
        "Công ty bảo hiểm nhân thọ bị lộ dữ liệu khách hàng",
        "BHXH chia sẻ dữ liệu với thuế để chống trốn đóng",
        "Bắt buộc cán bộ BHXH mặc đồng phục",
        "BHXH Việt Nam tiết lộ thông tin về lộ trình tăng lương hưu",
        "Giám đốc BHXH tỉnh bị kẻ xấu đe dọa, công an bắt nghi phạm",
        "Khởi tố nhóm làm giả giấy ra viện để chiếm đoạt tiền BHXH",
        "Bổ nhiệm Giám đốc BHXH tỉnh",
        "Giám đốc BHXH tỉnh nghỉ hưu theo nguyện vọng",
        "Bệnh viện bị BHXH từ chối thanh toán, chưa thu hồi được công nợ",
        "Cán bộ ngân hàng làm lộ thông tin tài khoản nhận lương hưu",
        "Doanh nghiệp nợ quỹ BHXH chưa thu hồi được 900 tỷ đồng",
        "Công an bắt nhóm bán sổ BHXH, thu gom sổ của công nhân",
        "Rao bán dữ liệu BHXH hóa ra là tệp bịa, hệ thống không bị xâm nhập",
        "Cụ bà khoe thẻ trên mạng, để lộ mã số BHXH",
        "Quỹ BHXH đầu tư trái phiếu Chính phủ lãi bao nhiêu",
    ],
)
def test_what_others_do_is_no_trouble_of_the_agencys_own(words: str) -> None:
    found = read(text(words))
    assert found is None or found.cue not in (Cue.OFFICIALS, Cue.FUND, Cue.LEAK)


CHARGED = "Khởi tố nguyên giám đốc BHXH huyện Đồi Cao vì nhận hối lộ"
OWN_TOPICS = {"topics": ("personnel", "fraud")}


def test_trouble_of_the_agencys_own_is_a_watch_and_with_a_second_publisher_a_warning_and_never_more() -> None:
    one = reported(CHARGED, hours_ago=30, **OWN_TOPICS)
    assert one.stream == "topic:personnel"
    watch = told([one], now=NOW)
    assert (watch.level, [f.kind for f in watch.facts]) == (Level.WATCH, [Kind.CONDUCT])
    assert "Đồi Cao" not in watch.facts[0].sentence, "whether it is reported is told, never of whom"
    more = [reported(CHARGED, publisher=f"Báo {n}", **OWN_TOPICS) for n in range(5)]
    assert told([one, *more], now=NOW).level is Level.WARNING
    later = NOW + timedelta(days=4)
    again = reported("Cựu giám đốc BHXH huyện hầu tòa", hours_ago=-96, publisher="Báo Muộn", **OWN_TOPICS)
    assert told([one, *more, again], now=later).level is Level.NORMAL, "the affair is known"


def test_one_affair_told_as_charges_here_and_as_money_lost_there_is_one_matter() -> None:
    lost = reported("900 tỷ đồng quỹ BHXH bị thất thoát", hours_ago=5, publisher="Báo Khác", topics=("fund",))
    charged = reported(CHARGED, topics=("personnel", "fund"), hours_ago=4)
    leaked = reported("Rao bán dữ liệu người tham gia BHXH", topics=("data_privacy",), hours_ago=3)
    streams = {r.document.id: r.stream for r in joined([lost, charged, leaked])}
    assert streams == {
        lost.document.id: "topic:fund", charged.document.id: "topic:fund", leaked.document.id: "topic:data_privacy"
    }  # fmt: skip
    both = told([r for r in joined([lost, charged]) if r.stream == "topic:fund"], now=NOW)
    assert (both.level, len(both.facts), len(both.documents)) == (Level.WARNING, 2, 2)


def test_the_agency_and_posts_are_no_press_that_reports_on_the_agency() -> None:
    assert read(text(CHARGED, source_name="Tạp chí Bảo hiểm xã hội")) is None
    assert read(text(CHARGED, source_kind=SourceKind.STATE_AGENCY)) is None
    assert read(text(CHARGED, source_kind=SourceKind.FORUM)) is None


def test_a_denial_of_the_agency_itself_is_the_answer_and_no_witness() -> None:
    own: dict[str, object] = {"publisher": "Cổng BHXH", "source_kind": SourceKind.STATE_AGENCY}
    answer = reported(DENIAL, hours_ago=4, **own)
    assert told([answer], now=NOW).level is Level.NORMAL
    first, second = reported(DENIAL, hours_ago=3), reported(DENIAL, publisher="Báo Khác")
    assert told([first, second], now=NOW).level is Level.WARNING
    answered = told([first, second, answer], now=NOW)
    assert (answered.level, {d.publisher for d in answered.documents}) == (Level.WATCH, {"Báo Thử", "Báo Khác"})
    assert "cơ quan đã có văn bản, tin trả lời" in answered.facts[0].sentence
    assert "đăng thông tin đúng" not in answered.facts[0].sentence


def test_a_denial_that_quotes_the_agency_says_that_there_is_an_answer() -> None:
    quoted = told([reported("Bảo hiểm xã hội Việt Nam bác bỏ tin đồn vỡ quỹ hưu trí, lương hưu vẫn đủ")], now=NOW)
    assert "đã dẫn câu trả lời của cơ quan có thẩm quyền" in quoted.facts[0].sentence


def test_prints_of_one_matter_go_to_the_stream_of_the_first() -> None:
    own: dict[str, object] = {"publisher": "Cổng BHXH", "source_kind": SourceKind.STATE_AGENCY}
    answer = reported(DENIAL, hours_ago=5, topics=("fund", "lump_sum", "fraud"), story_id="a", **own)
    same_story = reported(DENIAL, hours_ago=4, topics=("fraud", "pension"), story_id="a")
    same_topic = reported(DENIAL, hours_ago=3, topics=("lump_sum",), story_id="b", publisher="Báo Khác")
    other = reported(DENIAL, hours_ago=2, topics=("maternity",), story_id="c")
    late = reported(DENIAL, hours_ago=-60, topics=("lump_sum",), story_id="d")
    streams = [r.stream for r in joined([other, same_topic, same_story, answer, late])]
    assert streams == ["topic:fund", "topic:fund", "topic:fund", "topic:maternity", "topic:lump_sum"]


def test_papers_that_are_forged_are_no_impostors() -> None:
    assert read(text("Công an bắt chủ nợ giả chữ ký, làm giả giấy ủy quyền để nhận trợ cấp BHXH của công nhân")) is None
    assert read(text("Công an bắt nhóm lừa đảo, chiếm đoạt trợ cấp BHXH một lần của công nhân")) is None
    call = "Phường Mây Cao nhắc chiêu trò lừa đảo «cập nhật thông tin BHXH»"
    assert reported(call).cue is Cue.WAVE


def test_impostors_are_called_new_only_after_a_quiet_time() -> None:
    alone = told([reported(CASE)], now=NOW)
    assert "sau một thời gian không có tin tương tự" in alone.facts[0].sentence
    wave = reported(WAVE, hours_ago=24 * 6)
    pair = [reported(CASE, hours_ago=5), reported(CASE, publisher="Báo Khác")]
    known = told([wave, *pair], now=NOW)
    assert known.level is Level.WARNING
    assert "sau một thời gian không có tin tương tự" not in known.facts[0].sentence
