"""Periodic reports: what they tell, beside the period before, for the country and for a province."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from openpyxl import load_workbook

from service.domain.coverage import Coverage
from service.domain.indicators import AlertFacts
from service.domain.intervals import Trend
from service.domain.judgement import Feedback, Place, Tone
from service.domain.reports import ReportFile, ReportForm, ReportOrder
from service.domain.sources import SourceKind
from service.domain.warning import Alert, AlertState, Handling, Level, Signal
from service.reporting.blocks import Fill, Heading, Items, Paragraph
from service.reporting.files import ReportMaker
from service.reporting.periodic import about, document, summary
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.audit import CLI
from service.usecases.periodic import NoSuchProvinceError, Periodic, note_report, periodic
from tests.builders import NOW, make_feed, make_intent, make_source
from tests.stored import put_in_stories

HANOI = Place("01", "Hà Nội")
FORUM = make_source("Diễn đàn Thử", SourceKind.FORUM)
FEBRUARY = date(2026, 2, 10)
MARCH = date(2026, 3, 1)
WORDS = "Tôi bức xúc lắm, ông Nguyễn Văn Thử hẹn mãi"


def order(period: str = "month", day: date | None = MARCH, *provinces: str) -> ReportOrder:
    return ReportOrder(period=period, form=ReportForm.MARKDOWN, day=day, provinces=provinces)


@pytest.fixture
def read(store: SqlStore) -> SqlReadModels:
    """A quiet February, and a first of March in which pensions are criticised, in Hà Nội too."""
    then, now = NOW - timedelta(days=20), NOW - timedelta(hours=20)
    intents = [make_intent(f"f{n}", at=then, topics=("fund",)) for n in range(20)]
    intents += [make_intent(f"m{n}", at=now, tone=Tone.NEGATIVE, places=(HANOI,) * (n < 6)) for n in range(20)]
    talk = {"source": FORUM, "feedback": Feedback.COMPLAINT, "title": WORDS, "text": WORDS, "excerpt": WORDS}
    intents += [make_intent("talk", at=now, **talk), make_intent("talk-copy", at=now, **talk)]
    intents += [make_intent(f"copy{n}", at=now + timedelta(hours=n)) for n in range(3)]
    letter = make_intent("letter", at=now, title=WORDS)
    letters = [replace(letter, document=replace(letter.document, protected_section=True)),
               make_intent("letter-copy", at=now)]  # fmt: skip
    origins = {"copy0": "m0", "copy1": "m0", "copy2": "m1", "talk-copy": "talk", "letter-copy": "letter"}
    with store.begin() as tx:
        tx.add_documents([*intents, *letters])
        put_in_stories(tx, "s1", origins)
        tx.save_coverage([Coverage(start=now, reporting=1, expected=2)])
        for key, stream, level in (("a1", "topic:pension", Level.CRISIS), ("a2", "story:s1", Level.WARNING)):
            signal = Signal(
                id=key, stream=stream, at=now, unusual=6.5, harmful=3.0, sure=0.9, value=9, expected=0.5, origins=9,
                sources=5, coverage=1.0, documents=(),
            )  # fmt: skip
            alert = Alert(
                id=key, stream=stream, level=level, peak_level=level, state=AlertState.ASSIGNED, opened_at=now,
                updated_at=now, headline=WORDS, why=WORDS, quiet_if="x", signal=signal,
                acknowledged_by="lan@example.com", acknowledged_at=now + timedelta(minutes=30),
                handling=Handling(assigned_to="an@example.com"),
            )  # fmt: skip
            tx.save_alert(alert, kind="opened", actor="radar", text="x", at=now)
    return SqlReadModels(store)


def found(read: SqlReadModels, clock: SetClock, wanted: ReportOrder) -> Periodic:
    return periodic(wanted, read=read, feeds=[make_feed()], clock=clock)


def text_of(read: SqlReadModels, clock: SetClock, wanted: ReportOrder) -> str:
    maker = ReportMaker(
        feeds=[make_feed()], clock=clock, parent="BỘ THỬ", agency="CƠ QUAN THỬ", place="Thử",
    )  # fmt: skip
    made = maker.periodic(wanted, read)
    assert isinstance(made, ReportFile)
    return made.content.decode()


def test_the_summary_tells_the_period_beside_the_one_before(read: SqlReadModels, clock: SetClock) -> None:
    told = summary(found(read, clock, order()))
    assert told.startswith("Trong tháng 3 năm 2026 (số liệu tính đến ")
    assert "22 tin, bài độc lập về bảo hiểm xã hội (tháng 2 năm 2026: 20)" in told
    assert "tiêu cực là 90,9% (khoảng tin cậy 95%: 72,2% đến 97,5%), tăng so với kỳ trước (0%)" in told
    assert "Chủ đề có tỷ trọng tăng rõ so với kỳ trước: Lương hưu, tuổi nghỉ hưu." in told
    assert "Chủ đề có tỷ trọng giảm rõ so với kỳ trước: Quỹ BHXH, đầu tư, cân đối quỹ." in told
    assert "số tin, bài" not in told  # the month still runs
    assert (
        "Có 2 cảnh báo, trong đó 2 cảnh báo từ mức L2 trở lên; cao nhất là mức L4 (đề xuất): chủ đề “Lương hưu, tuổi "
        "nghỉ hưu”, mở lúc 14:00 ngày 01/03/2026."
    ) in told


def test_the_summary_tells_what_a_crisis_was_about_and_where(read: SqlReadModels, clock: SetClock) -> None:
    made = found(read, clock, order())
    [grave, warned] = sorted(made.facts.alerts, key=lambda a: -a.level)

    def told(*alerts: AlertFacts) -> str:
        return summary(replace(made, facts=replace(made.facts, alerts=alerts)))

    of_hanoi = replace(grave, stream="topic:pension@01")
    only = "Có 1 cảnh báo, ở mức L4 (đề xuất): chủ đề “Lương hưu, tuổi nghỉ hưu” tại Hà Nội, mở lúc 14:00"
    assert only in told(of_hanoi)
    assert "Có 1 cảnh báo, ở mức L2." in told(warned)
    many = [replace(grave, id=f"a{n}", confirmed=4) for n in range(6)]
    assert told(*many).count("mức L4: chủ đề") == 4
    assert "; 2 cảnh báo khác từ mức L3." in told(*many)
    assert "Có 2 cảnh báo, trong đó 2 cảnh báo từ mức L2 trở lên." in told(warned, warned)


def test_topics_rise_and_fall_only_beyond_chance(read: SqlReadModels, clock: SetClock) -> None:
    moved = {m.now.id: (m.trend, m.now.origins, m.before) for m in found(read, clock, order()).topics}
    assert moved == {"pension": (Trend.UP, 22, 0), "fund": (Trend.DOWN, 0, 20)}


def two_months(store: SqlStore, now: int, before: int) -> SqlReadModels:
    """January and February with 17 publications on the fund in each, and so many on pensions."""
    with store.begin() as tx:
        for name, at, many in (
            ("f", datetime(2026, 2, 9, tzinfo=UTC), now),
            ("j", datetime(2026, 1, 9, tzinfo=UTC), before),
        ):
            tx.add_documents([make_intent(f"{name}{n}", at=at, topics=("fund",)) for n in range(17)])
            tx.add_documents([make_intent(f"{name}p{n}", at=at, topics=("pension",)) for n in range(many)])
        put_in_stories(tx, "s1", {})
    return SqlReadModels(store)


def test_a_topic_rises_by_its_number_where_its_share_may_be_chance(store: SqlStore, clock: SetClock) -> None:
    read = two_months(store, now=23, before=5)
    made = found(read, clock, order("month", FEBRUARY))
    assert [(m.now.id, m.moved, m.trend) for m in made.topics] == [
        ("pension", Trend.UP, Trend.UNCLEAR), ("fund", Trend.UNCLEAR, Trend.UNCLEAR),
    ]  # fmt: skip
    assert "(tháng 1 năm 2026: 22, tăng)" in summary(made)
    assert "Chủ đề có số tin, bài tăng rõ so với kỳ trước: Lương hưu, tuổi nghỉ hưu." in summary(made)
    assert "tỷ trọng tăng rõ" not in summary(made)
    text = text_of(read, clock, order("month", FEBRUARY)).replace("\\", "")
    assert "Có 1 chủ đề có số tin, bài hoặc tỷ trọng thay đổi rõ so với kỳ trước" in text
    assert "| Lương hưu, tuổi nghỉ hưu | 23 | 5 | tăng | 57,5% | 22,7% | chưa rõ |" in text
    [row] = [line for line in text.splitlines() if line.startswith("| DL-01 |") and "40" in line]
    assert row.endswith("| 22 | tăng |")


def test_numbers_are_not_compared_with_a_period_that_was_read_in_part(store: SqlStore, clock: SetClock) -> None:
    read = two_months(store, now=23, before=5)
    with store.begin() as tx:
        tx.save_coverage([Coverage(start=datetime(2026, 1, 9, tzinfo=UTC), reporting=1, expected=1)])
    made = found(read, clock, order("month", FEBRUARY))
    assert {m.moved for m in made.topics} == {Trend.UNCLEAR}
    assert "(tháng 1 năm 2026: 22)" in summary(made)


def test_only_articles_of_the_press_are_named_and_nobody_s_words_or_names(read: SqlReadModels, clock: SetClock) -> None:
    facts = found(read, clock, order())
    assert [(c.id, c.copies) for c in facts.copied] == [("m0", 2), ("m1", 1)]
    for wanted in (order(), order("year"), order("month", MARCH, "01")):
        text = text_of(read, clock, wanted)
        for private in ("bức xúc", "Nguyễn Văn", "example.com)", "lan@", "an@", "Diễn đàn Thử"):
            assert private not in text.replace("bao.example.com", ""), private
    assert "[Lương hưu m0](<https://bao.example.com/m0>)" in text_of(read, clock, order())
    assert about("story:s1", {}) == "một câu chuyện"
    assert about("topic:pension@01", {"01": "Hà Nội"}) == "chủ đề “Lương hưu, tuổi nghỉ hưu” tại Hà Nội"


def test_a_workbook_has_dates_and_numbers_that_can_be_reckoned_with(read: SqlReadModels, clock: SetClock) -> None:
    maker = ReportMaker(
        feeds=[make_feed()], clock=clock, parent="BỘ THỬ", agency="CƠ QUAN THỬ", place="Thử",
    )  # fmt: skip
    made = maker.periodic(replace(order(), form=ReportForm.XLSX), read)
    assert isinstance(made, ReportFile)
    book = load_workbook(io.BytesIO(made.content))

    def column(sheet: str, name: str) -> list[object]:
        head, *rows = book[sheet].iter_rows(values_only=True)
        return [row[head.index(name)] for row in rows]

    assert column("Chủ đề", "Tiêu cực") == [0.9091, "không đủ dữ liệu"]
    assert column("Chủ đề", "Tiêu cực, thấp nhất (95%)") == [0.7218, None]
    assert column("Chủ đề", "Tiêu cực, cao nhất (95%)") == [0.9747, None]
    assert column("Địa phương", "Tiêu cực") == [1]
    assert column("Bài được đăng lại nhiều", "Ngày đăng") == [datetime(2026, 3, 1)] * 2  # noqa: DTZ001
    # nobody was told of these
    assert column("Cảnh báo", "Tiếp nhận sau") == column("Cảnh báo", "Phát ngôn sau") == ["không báo cho ai"] * 2
    codes = column("Bộ chỉ số", "Mã")
    bound = column("Bộ chỉ số", "Giá trị, thấp nhất (95%)")[codes.index("DL-02")]
    assert 0 < bound < 1
    units = {c[0].value: c[2].number_format for c in book["Bộ chỉ số"].iter_rows(min_row=2)}
    assert units["CL-03"].endswith(' "phút"')
    assert column("Bài được đăng lại nhiều", "Số bản đăng lại, kể cả 7 ngày sau kỳ")
    assert column("Cảnh báo", "Mở lúc") == [datetime(2026, 3, 1, 14)] * 2  # noqa: DTZ001


def test_every_section_is_there(read: SqlReadModels, clock: SetClock) -> None:
    made = document(found(read, clock, order()), parent="BỘ THỬ", agency="CƠ QUAN THỬ", place="Thử")
    assert [b.text for b in made.blocks if isinstance(b, Heading)] == [
        "I. TÓM TẮT", "II. BỘ CHỈ SỐ", "III. CHỦ ĐỀ TĂNG, GIẢM", "IV. ĐỊA PHƯƠNG",
        "V. BÀI BÁO ĐƯỢC ĐĂNG LẠI NHIỀU NHẤT", "VI. CẢNH BÁO VÀ VIỆC XỬ LÝ", "VII. HỒI PHỤC SAU KHỦNG HOẢNG",
        "VIII. NHẬN XÉT, KIẾN NGHỊ",
    ]  # fmt: skip
    text = text_of(read, clock, order())
    for words in ("| 90,9% (72,2% đến 97,5%) |", "không còn số liệu để đánh giá mức hồi phục", "Phụ lục kèm theo",
                  "Độ phủ trung bình 50%; 1 trên 1 giờ có độ phủ dưới 80%", "giờ trong kỳ không có số đo độ phủ",
                  "Kỳ báo cáo chưa hết", "DL-05", "Mô hình nhận định: test@1", "| không báo cho ai |"):  # fmt: skip
        assert words in text.replace("\\", ""), words


@pytest.mark.parametrize("period", ["month", "year"])
def test_denunciations_are_counted_for_the_whole_country(
    read: SqlReadModels, store: SqlStore, clock: SetClock, period: str
) -> None:
    assert "Trong kỳ không nhận diện lời tố cáo nào." in text_of(read, clock, order(period))
    with store.begin() as tx:
        tx.record_drops("denunciation", 4, day="2026-03-01")
    assert "Trong kỳ đã nhận diện 4 lời tố cáo; nội dung không được lưu" in text_of(read, clock, order(period))
    assert "tố cáo" not in text_of(read, clock, order(period, MARCH, "01"))


def test_the_report_of_a_year_leaves_to_people_what_they_know(read: SqlReadModels, clock: SetClock) -> None:
    made = document(found(read, clock, order("year")), parent="BỘ THỬ", agency="CƠ QUAN THỬ", place="Thử")
    parts = [b.text for b in made.blocks if isinstance(b, Heading) and b.level == 1]
    assert [p.partition(". ")[2] for p in parts] == [
        "CÔNG TÁC CHỈ ĐẠO, XÂY DỰNG KẾ HOẠCH", "TÌNH HÌNH DƯ LUẬN", "KẾT QUẢ THỰC HIỆN",
        "TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN", "PHƯƠNG HƯỚNG NĂM TỚI", "KIẾN NGHỊ, ĐỀ XUẤT",
    ]  # fmt: skip
    assert sum(isinstance(b, Fill) for b in made.blocks) >= 6
    assert all("bổ sung" in b.text for b in made.blocks if isinstance(b, Fill))


def test_only_the_report_of_a_year_is_addressed(read: SqlReadModels, clock: SetClock) -> None:
    made = {p: document(found(read, clock, order(p)), parent="P", agency="A", place="Thử") for p in ("month", "year")}
    assert {p: d.addressed for p, d in made.items()} == {"month": False, "year": True}


def test_the_report_of_a_province_is_of_what_names_it(read: SqlReadModels, clock: SetClock) -> None:
    facts = found(read, clock, order("month", MARCH, "01"))
    assert (facts.facts.origins, [m.now.origins for m in facts.topics]) == (6, [6])
    made = document(facts, parent="BỘ THỬ", agency="CƠ QUAN THỬ", place="Thử")
    assert "6 tin, bài độc lập về bảo hiểm xã hội nhắc đến Hà Nội" in summary(facts)
    assert made.letterhead is not None
    assert list(made.receivers) == ["- CƠ QUAN THỬ (để báo cáo);", "- Lưu: VT, ..."]
    assert (made.letterhead.parent, made.letterhead.agency) == ("CƠ QUAN THỬ", "BẢO HIỂM XÃ HỘI THÀNH PHỐ HÀ NỘI")
    assert made.letterhead.dated == "Hà Nội, ngày ... tháng ... năm 2026"
    assert made.subject.endswith("tháng 3 năm 2026 tại Hà Nội")
    several = document(found(read, clock, order("month", MARCH, "01", "48")), parent="P", agency="A", place="Thử")
    assert several.letterhead is not None
    assert (several.letterhead.agency, several.letterhead.place) == ("A", "Thử")


def test_provinces_of_which_too_little_is_known_are_others_beside_known_ones_only(
    store: SqlStore, clock: SetClock
) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent(f"d{n}", at=NOW - timedelta(hours=9), places=(HANOI,)) for n in range(4)])
        put_in_stories(tx, "s1", {})
    rest = "có dưới 5 tin, bài nên không nêu."
    read = SqlReadModels(store)
    assert f"Không tỉnh, thành phố nào đủ dữ liệu. 1 tỉnh, thành phố {rest}" in text_of(read, clock, order())
    with store.begin() as tx:
        hue = Place("46", "Huế")
        tx.add_documents([make_intent(f"h{n}", at=NOW - timedelta(hours=9), places=(hue,)) for n in range(5)])
        put_in_stories(tx, "s2", {})
    assert f"1 tỉnh, thành phố khác {rest}" in text_of(read, clock, order())


def test_an_empty_period_says_so_and_does_not_guess(store: SqlStore, clock: SetClock) -> None:
    text = text_of(SqlReadModels(store), clock, order("quarter", FEBRUARY))
    assert "chưa ghi nhận tin, bài nào" in text
    assert "Có 0" not in text
    with pytest.raises(ValueError, match="has begun"):
        found(SqlReadModels(store), clock, order("month", date(2026, 5, 1)))


def test_without_a_day_it_is_the_last_period_that_is_over(store: SqlStore, clock: SetClock) -> None:
    last = {p: found(SqlReadModels(store), clock, order(p, None)).period.label for p in ("week", "month", "year")}
    assert last == {"week": "tuần 9 năm 2026", "month": "tháng 2 năm 2026", "year": "năm 2025"}


def test_making_one_is_logged(store: SqlStore, clock: SetClock) -> None:
    note_report(order("month", MARCH, *(f"{n:02}" for n in range(60))), store=store, clock=clock, actor=CLI)
    note_report(order("year", None), store=store, clock=clock, actor="user:3")
    with store.begin() as tx:
        noted = [(e.action, e.actor, e.subject) for e in tx.audit_entries()]
    assert noted == [("exported", "cli", "report:month:2026-03-01"), ("exported", "user:3", "report:year:2025-01-01")]


def test_a_period_before_in_which_nothing_was_read_is_no_zero(read: SqlReadModels, clock: SetClock) -> None:
    quiet = found(read, clock, order("year"))
    assert quiet.values_before.values[0].value is None
    assert "bảo hiểm xã hội; tỷ lệ mang sắc thái" in summary(quiet)
    assert "năm 2025: 0" not in summary(quiet)
    text = text_of(read, clock, order("year")).replace("\\", "")
    assert "Không so sánh với kỳ trước: kỳ trước không đủ dữ liệu." in text
    assert "| Lương hưu, tuổi nghỉ hưu | 22 |  |  | 52,4% |  |  |" in text


def test_a_province_has_the_name_of_the_last_day(store: SqlStore, clock: SetClock) -> None:
    read, binh_dinh = SqlReadModels(store), Place("52", "Bình Định")
    times = {"a": datetime(2025, 8, 10, tzinfo=UTC), "b": datetime(2025, 7, 10, tzinfo=UTC)}
    times |= {"c": datetime(2025, 6, 10, tzinfo=UTC), "d": datetime(2025, 5, 10, tzinfo=UTC)}
    with store.begin() as tx:
        tx.add_documents([
            make_intent(f"{key}{n}", at=at, places=(binh_dinh,)) for key, at in times.items() for n in range(6)
        ])  # fmt: skip
        put_in_stories(tx, "s")
    august, june = (text_of(read, clock, order("month", date(2025, m, 15), "52")) for m in (8, 6))
    assert "BẢO HIỂM XÃ HỘI TỈNH GIA LAI" in august
    assert "*Gia Lai, ngày" in august
    assert "Bình Định" not in august
    assert "(tháng 7 năm 2025: 6)" in august
    assert "BẢO HIỂM XÃ HỘI TỈNH BÌNH ĐỊNH" in june
    assert "(tháng 5 năm 2025: 6)" in june
    assert "| Gia Lai | 6 |" in text_of(read, clock, order("month", date(2025, 8, 15)))


@pytest.mark.parametrize(
    ("code", "day", "agency", "place"),
    [
        ("48", MARCH, "thành phố Đà Nẵng", "Đà Nẵng"), ("79", MARCH, "Thành phố Hồ Chí Minh", "Thành phố Hồ Chí Minh"),
        ("74", date(2025, 6, 10), "tỉnh Bình Dương", "Bình Dương"), ("46", MARCH, "thành phố Huế", "Huế"),
        ("46", date(2024, 12, 10), "tỉnh Thừa Thiên Huế", "Thừa Thiên Huế"),
    ],
)  # fmt: skip
def test_the_letterhead_of_a_province_has_its_full_name(
    store: SqlStore, clock: SetClock, code: str, day: date, agency: str, place: str
) -> None:
    made = found(SqlReadModels(store), clock, order("month", day, code))
    country = "BẢO HIỂM XÃ HỘI VIỆT NAM"
    written = document(made, parent="BỘ THỬ", agency=country, place="Thử")
    head = written.letterhead
    assert head is not None
    assert (head.parent, head.agency, head.place) == (country, f"BẢO HIỂM XÃ HỘI {agency.upper()}", place)
    assert (head.named, head.above) == (f"Bảo hiểm xã hội {agency}", "Bảo hiểm xã hội Việt Nam")
    assert written.subject.endswith(f" tại {place}")


def test_of_a_province_that_is_not_spoken_of_nothing_is_said_about_the_whole_press(
    read: SqlReadModels, clock: SetClock
) -> None:
    told = summary(found(read, clock, order("month", MARCH, "15")))
    assert told == (
        "Trong tháng 3 năm 2026, chưa ghi nhận tin, bài nào về bảo hiểm xã hội nhắc đến Lào Cai ở các nguồn đang theo "
        "dõi."
    )
    assert "trong kỳ chưa có tin, bài độc lập nhắc đến địa phương." in text_of(read, clock, order("month", MARCH, "15"))


def test_a_week_is_told_with_its_days(read: SqlReadModels, clock: SetClock) -> None:
    facts = found(read, clock, order("week", MARCH))
    assert "Trong tuần 9 năm 2026 (từ 23/02/2026 đến 01/03/2026)" in summary(facts)
    made = document(facts, parent="P", agency="A", place="Thử")
    assert made.subject.endswith("tuần 9 năm 2026 (từ 23/02/2026 đến 01/03/2026)")


@pytest.mark.parametrize(
    ("code", "value", "told"),
    [
        ("PH-04", 0.0, "không nêu ra tồn tại, hạn chế"), ("PH-04", 3.0, "số khoảng trống thông tin: 3 "),
        ("CB-04", 1.0, "không nêu ra tồn tại, hạn chế"), ("CB-04", 0.8, "phát ngôn đầu tiên trong thời hạn: 80% "),
        ("CB-05", None, "chưa đủ để gợi ý"),
    ],
)  # fmt: skip
def test_only_what_is_lacking_is_a_shortcoming(
    read: SqlReadModels, clock: SetClock, code: str, value: float | None, told: str
) -> None:
    facts = found(read, clock, order("year"))
    values = [replace(v, value=value) for v in facts.values.values if v.code == code]
    made = document(
        replace(facts, values=replace(facts.values, values=values)), parent="BỘ THỬ", agency="CƠ QUAN THỬ", place="Thử"
    )
    [said] = [b.text for b in made.blocks if isinstance(b, Paragraph) and b.text.startswith("Số liệu ")]
    assert told in said


def test_figures_that_mislead_stand_with_how_they_are_to_be_read(read: SqlReadModels, clock: SetClock) -> None:
    made = found(read, clock, order())
    values = replace(made.values, values=[replace(v, value=0.0) for v in made.values.values])
    written = document(replace(made, values=values), parent="P", agency="A", place="Thử")
    told = [line for b in written.blocks if isinstance(b, Items) for line in b.lines]
    assert [line.partition(":")[0] for line in told] == ["PH-03", "PH-04", "CB-05"]
    assert "nên con số này là mức tối thiểu." in told[0]


def test_the_summary_says_what_is_to_be_answered_first(read: SqlReadModels, clock: SetClock) -> None:
    facts = found(read, clock, order())
    values = [replace(v, value=2.0) if v.code == "PH-04" else v for v in facts.values.values]
    told = summary(replace(facts, values=replace(facts.values, values=values)))
    assert told.endswith("chưa thấy cơ quan nào trả lời công khai; đề nghị ưu tiên trả lời.")


def test_the_decision_is_cited_in_full_by_the_agency_that_reports(read: SqlReadModels, clock: SetClock) -> None:
    text = text_of(read, clock, order("year", MARCH, "01"))
    assert "số 1676/QĐ-TTg ngày 21 tháng 11 năm 2019 của Thủ tướng Chính phủ phê duyệt Đề án đổi mới toàn diện" in text
    assert "tuyên truyền bảo hiểm xã hội, Bảo hiểm xã hội thành phố Hà Nội báo cáo kết quả như sau:" in text


def test_nothing_is_compared_across_a_change_of_territory(store: SqlStore, clock: SetClock) -> None:
    test_a_province_has_the_name_of_the_last_day(store, clock)
    read = SqlReadModels(store)
    july = found(read, clock, order("month", date(2025, 7, 15), "52"))
    assert july.redrawn
    assert "Không so sánh với tháng 6 năm 2025 vì đổi địa giới hành chính." in summary(july)
    assert "tháng 6 năm 2025: 6" not in summary(july)
    text = text_of(read, clock, order("month", date(2025, 7, 15), "52"))
    assert "|  | đổi địa giới hành chính |" in text
    assert "Không so sánh với kỳ trước: đổi địa giới hành chính." in text
    assert not found(read, clock, order("month", date(2025, 7, 15), "01")).redrawn
    assert not found(read, clock, order("month", date(2025, 7, 15))).redrawn
    year = text_of(read, clock, order("year", date(2025, 7, 15), "52"))
    assert "Địa giới hành chính thay đổi trong kỳ, từ ngày 01/07/2025" in year


@pytest.mark.parametrize(
    ("code", "day", "told"),
    [
        ("64", date(2025, 8, 15), "Mã 64 (Gia Lai) không còn dùng từ ngày 01/07/2025; nay thuộc Gia Lai, mã 52"),
        ("60", date(2025, 8, 15), "nay thuộc Lâm Đồng, mã 68"),
        ("99", date(2025, 6, 15), "Không có tỉnh, thành phố nào mang mã 99."),
    ],
)
def test_a_code_that_is_not_valid_is_refused(store: SqlStore, clock: SetClock, code: str, day: date, told: str) -> None:
    with pytest.raises(NoSuchProvinceError) as error:
        found(SqlReadModels(store), clock, order("month", day, code))
    assert told in str(error.value)
    several = found(SqlReadModels(store), clock, order("month", day, code, "01"))
    assert several.places["01"] == "Hà Nội"
