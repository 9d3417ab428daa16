"""The feedback summary: filters, an earlier span, the page «Bảng tổng hợp», its file and its picture."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from service.domain.accounts import Role
from service.domain.judgement import Feedback, Place, Tone
from service.domain.reports import ReportForm, ReportOrder
from service.domain.sources import SourceKind
from service.domain.stories import StoryPlacement
from service.insight.periods import Against, PeriodKind, compared_with, named, period_of
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.usecases.accounts import Accounts
from service.usecases.periodic import periodic
from service.web.summary_chart import EDGE, NEGATIVE, PAPER
from service.web.summary_chart import NOW as BAR
from tests.builders import NOW, make_feed, make_intent, make_source
from tests.web.conftest import Browser, MakeBrowser
from tests.web.test_style import contrast

LOOPBACK = ("127.0.0.1", 50000)
HANOI, THANH_HOA, CAO_BANG = Place("01", "Hà Nội"), Place("38", "Thanh Hóa"), Place("04", "Cao Bằng")
Q1, Q4 = datetime(2026, 1, 20, tzinfo=UTC), datetime(2025, 11, 20, tzinfo=UTC)
QUARTER = {"since": "2026-01-01", "until": "2026-04-01"}
API = "/api/v1/feedback/summary"


def keep(store: SqlStore, name: str, many: int, at: datetime, **more: Any) -> None:
    """So many stories of one publication, the first with a copy."""
    with store.begin() as tx:
        tx.add_documents([make_intent(f"{name}{n}", at=at, **more) for n in range(many)])
        tx.add_documents([make_intent(f"{name}-copy", at=at + timedelta(hours=1), **more)])
        new = tx.unplaced(limit=999)
        origin = {p.item.id: p.item.id.replace("-copy", "0") for p in new}
        placed = [StoryPlacement(id=i, story=o, origin=o) for i, o in origin.items()]
        tx.save_placements([replace(p, placement=q) for p, q in zip(new, placed, strict=True)])


@pytest.fixture(autouse=True)
def documents(store: SqlStore) -> None:
    agency = replace(make_source(), id="co-quan", name="Cơ quan", kind=SourceKind.STATE_AGENCY)
    lump = {"topics": ("lump_sum",)}
    keep(store, "hn", 8, Q1, places=(HANOI,), tone=Tone.NEGATIVE, feedback=Feedback.COMPLAINT, **lump)
    keep(store, "th", 6, Q1, places=(THANH_HOA,), feedback=Feedback.QUESTION, **lump)
    keep(store, "cb", 2, Q1, places=(CAO_BANG,), tone=Tone.NEGATIVE)
    keep(store, "both", 1, Q1, places=(HANOI, THANH_HOA), audiences=("women",))
    keep(store, "cq", 5, Q1, source=agency, feedback=Feedback.QUESTION)
    keep(store, "old-hn", 9, Q4, places=(HANOI,), **lump)
    keep(store, "old-cb", 3, Q4, places=(CAO_BANG,), tone=Tone.NEGATIVE)
    keep(store, "last-year", 7, datetime(2025, 2, 3, tzinfo=UTC), places=(HANOI,), **lump)


@pytest.fixture
def one(browser: MakeBrowser) -> Browser:
    return browser(LOOPBACK)


@pytest.fixture
def province(browser: MakeBrowser, person: Callable[..., str], quick_accounts: Accounts) -> Browser:
    """Somebody who may read of Thanh Hóa only."""
    email, own = person("thanh.hoa", Role.ANALYST), browser()
    quick_accounts.set_provinces(email, ["38"])
    own.log_in(email)
    return own


def summed(one: Browser, **asked: str) -> dict[str, Any]:
    answer = one.get(API, params=QUARTER | asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def groups(found: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(r[n] for n in ("group", *(names or ("documents",)))) for r in found["rows"]]


@pytest.mark.parametrize(
    ("asked", "many"),
    [({}, 22), ({"topic": "lump_sum"}, 14), ({"place": "38"}, 7), ({"place": "Thanh Hoa"}, 7),
     ({"tone": "negative"}, 10), ({"feedback": "complaint"}, 8), ({"audience": "women"}, 1),
     ({"kind": "state_agency"}, 5), ({"source": "Co quan"}, 5),
     # what an agency puts as a question is its answer
     ({"feedback": "question"}, 6), ({"topic": "lump_sum", "place": "01", "tone": "negative"}, 8), ({"q": "hn3"}, 1)],
)  # fmt: skip
@pytest.mark.parametrize("group_by", ["topic", "place", "audience", "tone", "feedback", "axis", "source", "kind"])
def test_the_summary_takes_the_filters_of_the_list(
    one: Browser, group_by: str, asked: dict[str, str], many: int
) -> None:
    found = summed(one, group_by=group_by, **asked)
    assert found["documents"] == many
    assert all(r["documents"] <= many for r in found["rows"])
    assert found["before"] is None


@pytest.mark.parametrize(
    "query", ["topik=lump_sum", "topic=none", "tone=bad", "kind=paper", "origins=true", "compare=always", "place=99",
              "audience=men", "since=2026-02-01&until=2026-01-01", "compare=before&since=1900-01-01&until=9000-01-01"],
)  # fmt: skip
def test_what_the_summary_does_not_know_is_refused(one: Browser, query: str) -> None:
    for path in (API, f"{API}.csv", f"{API}.svg"):
        assert one.get(f"{path}?{query}").status_code == 422, path
    if not query.startswith(("topik", "origins")):
        assert one.get(f"/summary?{query}").status_code == 422


def test_a_span_is_compared_with_the_one_before(one: Browser) -> None:
    found = summed(one, compare="before", topic="lump_sum", group_by="place")
    before = found["before"]
    assert (before["since"], before["until"]) == ("2025-10-01T00:00:00+07:00", "2026-01-01T00:00:00+07:00")
    assert (found["documents"], before["documents"]) == (14, 9)
    assert groups(found, "documents", "copies", "negative") == [("01", 8, 1, 8), ("38", 6, 1, 0)]
    assert groups(before, "label", "documents", "negative_share") == [("01", "Hà Nội", 9, 0.0)]
    row = found["rows"][0]
    assert row["low"] < row["negative_share"] == 1.0 == row["high"]
    assert row["share_low"] < row["share"] < row["share_high"]


def test_small_provinces_have_no_rates_in_either_span(one: Browser) -> None:
    found = summed(one, compare="before", group_by="place")
    for span in (found, found["before"]):
        [small] = [r for r in span["rows"] if r["group"] == "04"]
        assert small["documents"] in (2, 3)
        rates = ("negative_share", "low", "high", "share", "share_low", "share_high")
        assert [small[n] for n in rates] == [None] * 6
    page = one.get("/summary", params=QUARTER | {"group_by": "place"}).text
    assert '<th scope="row">Cao Bằng' not in page
    assert "1 tỉnh, thành phố khác có dưới 5 tin, bài ở cả hai kỳ nên không nêu" in page


def test_the_year_before_is_compared_as_far_as_this_one_has_come(one: Browser) -> None:
    found = summed(one, compare="year")
    # the 2nd of March of 2026 it is, 10 o'clock
    assert datetime.fromisoformat(found["before"]["until"]) == NOW.replace(year=2025)
    assert found["before"]["since"] == "2025-01-01T00:00:00+07:00"


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+07:00")


@pytest.mark.parametrize(
    ("span", "against", "expected"),
    [(("2026-02-01", "2026-03-01"), "before", ("2026-01-01", "2026-02-01")),
     (("2026-01-01", "2026-04-01"), "before", ("2025-10-01", "2026-01-01")),
     (("2024-01-01", "2025-01-01"), "before", ("2023-01-01", "2024-01-01")),
     (("2026-03-01", "2026-03-08"), "before", ("2026-02-22", "2026-03-01")),
     (("2024-02-01", "2024-03-01"), "year", ("2023-02-01", "2023-03-01")),
     (("2025-02-01", "2025-03-01"), "year", ("2024-02-01", "2024-03-01")),
     (("2024-02-29", "2024-03-01"), "year", ("2023-02-28", "2023-03-01")),
     (("2024-02-20", "2024-02-29"), "year", ("2023-02-20", "2023-03-01"))],
)  # fmt: skip
def test_spans_go_by_the_calendar(span: Sequence[str], against: str, expected: Sequence[str]) -> None:
    assert compared_with(at(span[0]), at(span[1]), Against(against)) == tuple(map(at, expected))


def test_spans_in_words() -> None:
    assert named(at("2026-01-01"), at("2026-04-01")) == "quý I năm 2026"
    assert named(at("2026-01-01"), at("2026-01-08")) == "từ 01/01/2026 đến 07/01/2026"
    assert named(at("2026-01-01"), at("2026-01-01") + timedelta(hours=5)) == (
        "từ 00:00 ngày 01/01/2026 đến 05:00 ngày 01/01/2026"
    )


def test_numbers_are_those_of_the_report_of_the_quarter(one: Browser, store: SqlStore, clock: SetClock) -> None:
    order = ReportOrder(period="quarter", form=ReportForm.DOCX, day=date(2026, 2, 1))
    report = periodic(order, read=SqlReadModels(store), feeds=[make_feed()], clock=clock)
    earlier = periodic(
        replace(order, day=date(2025, 11, 1)), read=SqlReadModels(store), feeds=[make_feed()], clock=clock
    )
    topics, places = summed(one, compare="before"), summed(one, group_by="place")
    assert topics["documents"] == report.facts.origins
    assert topics["before"]["documents"] == earlier.facts.origins
    assert groups(topics, "documents", "negative") == [(t.id, t.origins, t.negative) for t in report.facts.topics]
    assert {r["group"]: (r["share"], r["documents"]) for r in topics["rows"]} == {
        m.now.id: (m.share, m.now.origins) for m in report.topics if m.now.origins
    }
    assert groups(places, "documents", "negative") == [(p.id, p.origins, p.negative) for p in report.facts.places]
    tones = {r["group"]: r["negative"] for r in summed(one, group_by="tone")["rows"]}
    assert sum(tones.values()) == report.facts.negative
    sums = [sum(r[n] for r in summed(one, group_by="kind")["rows"]) for n in ("complaints", "questions", "copies")]
    assert sums == [report.facts.complaints, report.facts.questions, report.facts.copies]
    assert report.period == period_of(PeriodKind.QUARTER, date(2026, 1, 1))


def test_provinces_of_another_territory_are_not_compared(one: Browser, store: SqlStore) -> None:
    for name, day in (("june", datetime(2025, 6, 15, tzinfo=UTC)), ("july", datetime(2025, 7, 15, tzinfo=UTC))):
        keep(store, name, 6, day, places=(Place("79", "TP. Hồ Chí Minh"), HANOI))
    span = {"since": "2025-07-01", "until": "2025-08-01", "compare": "before"}
    found = summed(one, group_by="place", **span)
    assert groups(found) == [("01", 6), ("79", 6)]
    assert (groups(found["before"]), found["apart"]) == ([("01", 6)], "đổi địa giới hành chính")
    city = summed(one, place="79", **span)
    assert (city["before"], city["apart"]) == (None, "đổi địa giới hành chính")
    assert summed(one, place="01", **span)["before"]["documents"] == 6
    page = one.get("/summary", params=span | {"group_by": "place"}).text
    assert "không so sánh: đổi địa giới hành chính" in page
    assert "Không so sánh với kỳ trước vì đổi địa giới" in one.get("/summary", params=span | {"place": "79"}).text


def rows(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_file_has_both_spans_and_is_logged(one: Browser, store: SqlStore) -> None:
    found = rows(one.get(f"{API}.csv", params=QUARTER | {"group_by": "place", "compare": "before", "tone": "negative"}))
    assert {r["label"]: (r["documents"], r["before_documents"], r["documents_in_all"]) for r in found} == {
        "Hà Nội": ("8", "0", "10"), "Cao Bằng": ("2", "3", "10"),
    }  # fmt: skip
    [said] = rows(one.get(f"{API}.csv", params=QUARTER | {"group_by": "tone", "topic": "lump_sum", "place": "01",
                                                         "lang": "vi", "compare": "before"}))[:1]  # fmt: skip
    assert (said["Tên"], said["Tỷ lệ tiêu cực"], said["Từ"]) == (
        "tiêu cực",
        "1.0".replace(".", ","),
        "01/01/2026 00:00",
    )
    assert one.get(f"{API}.svg", params=QUARTER).status_code == 200
    with store.begin() as tx:
        logged = [(e.subject, dict(e.details)) for e in tx.audit_entries() if e.action == "exported"]
    assert [subject for subject, _ in logged] == [*["feedback-summary.csv"] * 2, "feedback-summary.svg"]
    first = logged[0][1]
    assert (first["group"], first["compared"], first["tone"], first["rows"]) == ("place", "before", "negative", 2)


def test_no_cell_and_no_picture_takes_what_outlets_are_called_for_code(one: Browser, store: SqlStore) -> None:
    evil = replace(make_source(), id="evil", name="=HYPERLINK(1)<script>")
    keep(store, "evil", 1, Q1, source=evil)
    answer = one.get(f"{API}.csv", params=QUARTER | {"group_by": "source"})
    assert not any(c.lstrip(" ").startswith(("=", "+", "-", "@")) for r in rows(answer) for c in r.values())
    picture = one.get(f"{API}.svg", params=QUARTER | {"group_by": "source", "q": "<b>"})
    page = one.get("/summary", params=QUARTER | {"group_by": "source"}).text
    assert "<script" not in picture.text + page.partition("<main")[2]


def test_the_picture_stands_alone_with_numbers_and_sources(one: Browser) -> None:
    answer = one.get(f"{API}.svg", params=QUARTER | {"topic": "lump_sum", "group_by": "place", "compare": "before"})
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.headers["content-disposition"] == 'attachment; filename="bang-tong-hop.svg"'
    words = " ".join(ET.fromstring(answer.text).itertext())
    for said in ("theo địa phương", "quý I năm 2026, so với quý IV năm 2025", "n = 14 tin, bài gốc",
                 "kỳ so sánh: n = 9", "Nguồn: BHXH Radar", "Báo Thử", "8; tiêu cực 8 (100%)"):  # fmt: skip
        assert said in words, said
    # the policy of the page forbids styles within it
    assert "style" not in answer.text


def test_the_page_shows_both_spans_the_picture_and_what_to_load(one: Browser) -> None:
    page = one.get("/summary").text
    assert "Quý I năm 2026" in page
    assert "quý IV năm 2025" in page
    assert "Kỳ này chưa hết, số liệu đến" in page
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="chart summary"' in page
    assert " style=" not in page
    for file in ("summary.svg?", "summary.csv?"):
        [address] = [part.split('"')[0] for part in page.split('href="')[1:] if f"/{file}" in part.split('"')[0]]
        assert one.get(address.replace("&amp;", "&")).status_code == 200
    assert 'aria-current="true">Quý này</a>' in page
    assert 'aria-current="page">Bảng tổng hợp</a>' in page
    assert "Bảng tổng hợp</a>" in one.get("/documents").text


def test_one_kind_of_feedback_is_compared_with_all_that_was_read(one: Browser, store: SqlStore) -> None:
    # a quarter that is over: complaints from 1 to 12, among other publications from 87 to 270
    for name, when, complaints, others in (("q4", Q4, 12, 258), ("q3", datetime(2025, 8, 1, tzinfo=UTC), 1, 86)):
        keep(store, f"{name}c", complaints, when, places=(THANH_HOA,), feedback=Feedback.COMPLAINT)
        keep(store, f"{name}o", others, when, topics=("fund",))
    span = {"since": "2025-10-01", "until": "2026-01-01", "compare": "before"}
    asked = span | {"place": "38", "feedback": "complaint"}
    found = summed(one, **asked)
    assert (found["documents"], found["read"]) == (12, 282)
    assert (found["before"]["documents"], found["before"]["read"]) == (1, 87)
    page = one.get("/summary", params=asked).text
    [row] = re.findall('<tr><th scope="row">Tất cả tin, bài gốc</th>.*?</tr>', page)
    words = " ".join(re.sub("<[^>]+>", " ", row).split())
    assert words == "Tất cả tin, bài gốc 12 4% (2% đến 7%) của 282 1 1% (0% đến 6%) của 87 tăng chưa rõ"
    # of nothing that is asked for, no share of everything
    [row] = re.findall('<tr><th scope="row">Tất cả tin, bài gốc</th>.*?</tr>', one.get("/summary", params=span).text)
    assert " ".join(re.sub("<[^>]+>", " ", row).split()) == "Tất cả tin, bài gốc 282 87 tăng"
    [line, *_] = rows(one.get(f"{API}.csv", params=asked))
    assert (line["documents"], line["documents_trend"]) == ("12", "up")


def test_where_nothing_like_it_was_read_the_feeds_are_not_suspected(one: Browser) -> None:
    span = {"since": "2025-10-01", "until": "2026-01-01", "compare": "before"}
    doubt = "Cũng có thể khi đó các nguồn chưa được theo dõi"
    assert doubt in one.get("/summary", params=span).text
    page = one.get("/summary", params=QUARTER | {"compare": "before", "feedback": "complaint"}).text
    assert "Trong quý IV năm 2025 không có tin, bài nào như vậy (trong 12 tin, bài gốc đã đọc)." in page
    assert doubt not in page
    file = one.get(f"{API}.svg", params=QUARTER | {"compare": "before", "feedback": "complaint"})
    picture = " ".join(ET.fromstring(file.text).itertext())
    assert "kỳ so sánh: n = 0" in picture
    assert "không so sánh" not in picture


def test_numbers_of_a_span_that_is_not_over_have_no_trend(one: Browser) -> None:
    assert summed(one, compare="before")["part"] is None
    assert summed(one, since="2025-12-01", until="2026-02-01", compare="before")["part"] == pytest.approx(62 / 123)
    assert summed(one, compare="year")["part"] == pytest.approx(0.5)


def test_an_outlet_that_had_copies_only_was_not_silent(one: Browser, store: SqlStore) -> None:
    other = replace(make_source(), id="khac", name="Báo Chép")
    with store.begin() as tx:
        tx.add_documents([make_intent("chep", at=Q1, source=other)])
        [new] = tx.unplaced(limit=9)
        tx.save_placements([replace(new, placement=StoryPlacement(id="chep", story="hn0", origin="hn0"))])
    page = one.get("/summary", params=QUARTER | {"group_by": "source", "compare": "before"}).text
    assert "Báo Chép</th>" not in page
    assert "Báo Thử</th>" in page
    assert ("Báo Chép", 0, 1) in groups(summed(one, group_by="source"), "documents", "copies")


def test_nothing_is_explained(one: Browser) -> None:
    page = one.get("/summary?since=2024-01-01&until=2024-02-01").text
    assert "Không có tin, bài gốc nào như vậy trong tháng 1 năm 2024" in page
    assert "trước khi kết luận" in page
    page = one.get("/summary?since=2025-02-01&until=2025-03-01").text
    assert "Trong tháng 1 năm 2025 không có tin, bài nào như vậy" in page
    page = one.get("/summary", params=QUARTER | {"group_by": "place", "place": "04", "compare": ""}).text
    assert "Có 2 tin, bài gốc như vậy, nhưng không địa phương nào đủ dữ liệu" in page


def test_a_span_of_which_nothing_is_known_is_not_drawn_beside_another(one: Browser) -> None:
    asked = {"since": "2025-02-01", "until": "2025-03-01", "compare": "before"}
    file, page = one.get(f"{API}.svg", params=asked).text, one.get("/summary", params=asked).text
    for shown in (" ".join(ET.fromstring(file).itertext()), page):
        assert "Trong tháng 1 năm 2025 không có tin, bài nào như vậy, nên không so sánh" in " ".join(shown.split())
        assert "so với tháng 1" not in shown
        assert "kỳ so sánh" not in shown
    assert 'class="before"' not in file + page
    assert 'scope="colgroup" colspan="2">Xu hướng' not in page
    # numbers stay numbers for programs
    assert one.get(API, params=asked).json()["before"]["documents"] == 0


def test_bars_of_the_file_can_be_told_from_the_paper_and_from_their_negative_part() -> None:
    assert contrast(EDGE, PAPER) >= 3
    assert contrast(NEGATIVE, BAR) >= 3


def test_who_does_not_export_reads_the_page_only(browser: MakeBrowser, person: Callable[..., str]) -> None:
    viewer = browser()
    viewer.log_in(person("xem", Role.VIEWER))
    page = viewer.get("/summary")
    assert (page.status_code, "summary.csv" in page.text) == (200, False)
    assert [viewer.get(f"{API}.{kind}").status_code for kind in ("csv", "svg")] == [403, 403]
    assert browser().get(API).status_code == 401
    assert browser().get("/summary").status_code in (303, 401)


def test_an_account_of_a_province_counts_its_own_only(province: Browser) -> None:
    assert summed(province, compare="before")["documents"] == 7
    assert groups(summed(province, group_by="place")) == [("38", 7)]
    assert [r["group"] for r in rows(province.get(f"{API}.csv", params=QUARTER | {"group_by": "place"}))] == ["38"]
    for path in (API, f"{API}.csv", f"{API}.svg", "/summary"):
        assert province.get(path, params=QUARTER | {"place": "01"}).status_code == 403, path
        told = province.get(path, params=QUARTER | {"group_by": "place"}).text.partition("</form>")
        assert "Hà Nội" not in (told[2] or told[0]), path
    assert "Tài khoản này chỉ có số liệu của Thanh Hóa." in province.get("/summary").text


def test_lists_count_origins_and_can_be_of_them_only(one: Browser) -> None:
    page = one.get("/documents", params=QUARTER | {"topic": "lump_sum"}).text
    assert "16 tin, bài; 14 bài gốc" in page
    only = QUARTER | {"topic": "lump_sum", "origins": "true"}
    page = one.get("/documents", params=only).text
    assert ">14 bài gốc<" in page
    assert 'name="origins" value="true" checked' in page
    items = one.get("/api/v1/documents", params=only).json()["items"]
    assert (len(items), {i["copy_of"] for i in items}) == (14, {None})
    assert len(rows(one.get("/api/v1/documents.csv", params=only))) == 14
    assert one.get("/api/v1/stories?origins=true").status_code == 422
    kinds = one.get("/api/v1/documents", params={"kind": "state_agency"}).json()["items"]
    assert {i["source"] for i in kinds} == {"Cơ quan"}


def test_spans_are_chosen_with_a_click(one: Browser) -> None:
    page = one.get("/documents?topic=lump_sum").text
    assert "/documents?topic=lump_sum&amp;since=2026-01-01&amp;until=2026-04-01" in page
    # the 2nd of March is not over
    assert "/documents?topic=lump_sum&amp;since=2025-01-01&amp;until=2025-03-03" in page
    page = one.get("/stories?since=2026-02-01&until=2026-03-01").text
    assert 'aria-current="true">Tháng trước</a>' in page
    assert "/stories?since=2025-02-01&amp;until=2025-03-01" in page


def test_an_account_of_a_province_counts_its_own_documents(province: Browser) -> None:
    assert "9 tin, bài; 7 bài gốc" in province.get("/documents", params=QUARTER).text
    assert len(province.get("/api/v1/documents", params=QUARTER | {"origins": "true"}).json()["items"]) == 7
