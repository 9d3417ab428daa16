"""What analysts ask of the API and its file: audiences, times of Việt Nam, outlets by id and name."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from datetime import timedelta

import pytest

from classifiers.labels import AUDIENCES as LABELS
from service.domain.audiences import AUDIENCES
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.place import StoryDesk
from tests.builders import NOW, hours_ago, make_intent, make_source
from tests.stored import put_in_stories
from tests.web.conftest import LOOPBACK, Browser, MakeBrowser

PAGE = {"Accept": "text/html"}


@pytest.fixture
def one(store: SqlStore, browser: MakeBrowser) -> Browser:
    about = {"w0": ("women", "employees"), "w1": ("women",), "p": ("patients",), "none": (), "copy": ("women",)}
    with store.begin() as tx:
        tx.add_documents([make_intent(key, at=hours_ago(1), audiences=people) for key, people in about.items()])
        put_in_stories(tx, "s1", {"copy": "w0"})
    return browser(LOOPBACK)


def ids(one: Browser, **query: str) -> set[str]:
    return {d["id"] for d in one.get("/api/v1/documents", params=query).json()["items"]}


def rows(one: Browser, **query: str) -> list[dict[str, str]]:
    text = one.get("/api/v1/documents.csv", params=query).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_every_audience_of_the_classifiers_has_a_name() -> None:
    assert tuple(AUDIENCES) == LABELS


def test_documents_are_found_by_audience(one: Browser) -> None:
    assert ids(one, audience="women") == {"w0", "w1", "copy"}
    assert ids(one, audience="patients") == {"p"}
    assert ids(one, audience="farmers") == set()
    assert len(ids(one)) == 5
    assert one.get("/api/v1/documents?audience=wom").status_code == 422


def test_an_export_is_logged_with_what_was_asked_and_how_much_it_is(one: Browser, store: SqlStore) -> None:
    assert len(rows(one, audience="women", q="Nội dung", limit="2")) == 2
    assert len(rows(one)) == 5
    with store.begin() as tx:
        logged = [dict(e.details) for e in tx.audit_entries() if e.action == "exported"]
    words = hashlib.sha256("Nội dung".encode()).hexdigest()
    assert logged == [{"audience": "women", "rows": 2, "words": words}, {"rows": 5}]


def test_the_summary_by_audience_and_of_one(one: Browser) -> None:
    asked = {"until": (NOW + timedelta(hours=1)).isoformat()}
    found = one.get("/api/v1/feedback/summary", params={"group_by": "audience", **asked}).json()
    assert [(r["group"], r["label"], r["documents"], r["copies"]) for r in found["rows"]] == [
        ("women", "Phụ nữ", 2, 1), ("employees", "Người lao động trong doanh nghiệp", 1, 0),
        ("patients", "Người bệnh", 1, 0),
    ]  # fmt: skip
    assert found["documents"] == 4
    women = one.get("/api/v1/feedback/summary", params={"audience": "women", **asked}).json()
    assert (women["documents"], [(r["group"], r["documents"]) for r in women["rows"]]) == (2, [("pension", 2)])


def test_audiences_are_in_the_file_and_on_the_page_by_name(one: Browser) -> None:
    told = {r["id"]: r["audiences"] for r in rows(one)}
    assert told["w0"] == "Phụ nữ; Người lao động trong doanh nghiệp"
    assert told["none"] == ""
    assert {r["id"] for r in rows(one, audience="patients")} == {"p"}
    page = one.get("/documents/w0").text
    assert "Nói về đối tượng</th><td>Phụ nữ; Người lao động trong doanh nghiệp</td>" in page


def test_times_of_the_file_are_those_of_viet_nam(one: Browser) -> None:
    assert {r["published_at"] for r in rows(one)} == {"2026-03-02T09:00:00+07:00"}


def test_a_time_without_offset_is_one_of_viet_nam(one: Browser) -> None:
    for path in ("/api/v1/documents", "/api/v1/documents.csv"):
        for query, many in (({"since": "2026-03-02T09:00:00"}, 5), ({"since": "2026-03-02T09:00:01"}, 0),
                            ({"until": "2026-03-02T09:00:00"}, 0), ({"until": "2026-03-02T02:00:01Z"}, 5),
                            ({"since": "2026-03-02", "until": "2026-03-03"}, 5)):  # fmt: skip
            assert len(rows(one, **query) if path.endswith("csv") else ids(one, **query)) == many, query
    day = {"since": "2026-03-02", "until": "2026-03-03T00:00:00"}
    for path in ("feedback/summary", "alert-figures"):
        found = one.get(f"/api/v1/{path}", params=day).json()
        assert [found[n] for n in day] == ["2026-03-02T00:00:00+07:00", "2026-03-03T00:00:00+07:00"], path
    paths = one.get("/api/v1/openapi.json").json()["paths"]
    told = {
        (path, p["name"]): p.get("description", "")
        for path, methods in paths.items() for p in methods.get("get", {}).get("parameters", [])
        if p["name"] in ("since", "until")
    }  # fmt: skip
    assert len(told) == 18
    assert all("Asia/Ho_Chi_Minh" in text for text in told.values()), told


def test_an_outlet_is_found_by_its_id_and_by_its_name(one: Browser, store: SqlStore, clock: SetClock) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("other", at=hours_ago(1), source=make_source("Báo Khác"))])
    told = {r["id"]: (r["source_id"], r["source"]) for r in rows(one)}
    assert told["other"] == ("báo-khác", "Báo Khác")
    for asked in told["other"]:
        assert ids(one, source=asked) == {"other"}
        assert [r["id"] for r in rows(one, source=asked)] == ["other"]
    assert ids(one, source=unicodedata.normalize("NFD", "Báo Khác")) == {"other"}
    for asked in ("BÁO THỬ", "báo thử", "Bao Thu"):
        assert ids(one, source=asked) == ids(one, source="Báo Thử") != set()
    StoryDesk(store, clock).place()
    assert ids(one, source="bao khac") == {"other"}  # of no feed
    assert '<datalist id="outlets"><option value="Báo Thử">' in one.get("/documents").text
    for path in ("/api/v1/documents", "/api/v1/documents.csv"):
        assert one.get(path, params={"source": "báo"}).status_code == 422
        turned = {"since": "2026-03-02", "until": "2026-03-01"}
        assert one.get(path, params=turned).json()["detail"] == "since: ngày đầu phải trước ngày cuối"


def found_on(page: str, kind: str) -> list[str]:
    return re.findall(rf'<a href="/{kind}/([^"]+)">', page)


def test_publications_and_stories_are_searched_on_pages_by_the_filters_of_the_api(one: Browser) -> None:
    blank = dict.fromkeys(("topic", "tone", "feedback", "audience", "place", "source", "since", "until"), "")
    assert ids(one, **blank) == ids(one)  # a form sends its empty fields too
    page = one.get("/documents", params=blank | {"audience": "women", "q": "luong huu"}).text
    assert set(found_on(page, "documents")) == {"w0", "w1", "copy"}
    assert 'href="/api/v1/documents.csv?audience=women&amp;q=luong+huu&amp;lang=vi"' in page
    assert '<option value="women" selected>' in page
    assert set(found_on(one.get("/documents").text, "documents")) == {"w0", "w1", "p", "none", "copy"}
    assert found_on(one.get("/stories").text, "stories") == ["s1"]
    assert found_on(one.get("/stories?audience=patients").text, "stories") == ["s1"]
    assert "Không có câu chuyện nào như vậy" in one.get("/stories?audience=farmers").text
    assert "Không có tin, bài nào như vậy" in one.get("/documents", params={"q": "zzz"}).text
    assert "Không có nguồn tin nào" in one.get("/documents?source=abc", headers=PAGE).text
    assert "Ngày đầu phải trước ngày cuối" in one.get("/documents?since=2026-12-01&until=2026-11-01", headers=PAGE).text
    assert one.get("/api/v1/documents.csv?since=2026-12-01&until=2026-11-01").status_code == 422


def test_a_long_list_goes_on_with_the_same_question(store: SqlStore, one: Browser) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent(f"m{n}", at=hours_ago(2 + n), text="Nội dung") for n in range(60)])
    first = one.get("/documents?q=luong&topic=").text
    [onward] = re.findall(r'<a href="(/documents\?[^"]+)">Xem tiếp', first)
    assert "q=luong" in onward
    rest = one.get(onward.replace("&amp;", "&")).text
    seen = [*found_on(first, "documents"), *found_on(rest, "documents")]
    assert (len(seen), len(set(seen))) == (65, 65)
    assert "Về đầu danh sách" in rest


def test_symbols_find_nothing(one: Browser) -> None:
    assert [ids(one, q=q) for q in ("😡", "%", "*")] == [set(), set(), set()]
    assert len(ids(one, q=" ")) == 5


@pytest.fixture
def titled(store: SqlStore, one: Browser) -> Browser:
    titles = {
        "storm": "BÃO số 5 vào bờ", "report": "Báo cáo của ngành", "folded": "bao gio co luong",
        "hard": "Khó khăn", "eat": "Ăn gì",
        "pension": "Lương hưu tháng 12 nhận sớm", "apart": "Tin 12-3: tháng này có lương hưu", "health": "Sức khoẻ",
        "lump": "Rút BHXH 1 lần", "long": "Rút bảo hiểm xã hội một lần", "city": "TP.HCM mở thêm điểm chi trả",
        "name": "Thành phố Hồ Chí Minh chi trả",
    }  # fmt: skip
    with store.begin() as tx:
        tx.add_documents([make_intent(key, title=title, excerpt="...", at=NOW) for key, title in titles.items()])
    return one


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("bão", {"storm"}), ("bao", {"storm", "report", "folded", "long"}), ("BÁO", {"report"}),
        ("báo CAO", {"report"}), ("ăn", {"eat"}), ("khỏe", {"health"}), ("sức khoẻ", {"health"}),
        ("sức khỏe bão", set()), ("ba\u0303o", {"storm"}),
        ("hữu tháng 12", set()), ("hưu 12 tháng", {"pension", "apart"}), ('"luong huu thang 12"', {"pension"}),
        ('“lương hưu tháng 12”', {"pension"}), ('"lương hữu tháng 12"', set()), ('"hưu tháng" nhận', {"pension"}),
        ('"hưu tháng" có', set()), ('"lương hưu', {"pension", "apart", "w0", "w1", "p", "none", "copy"}), ('""', set()),
    ],
)  # fmt: skip
def test_diacritics_and_quotation_marks_are_taken_at_their_word(titled: Browser, asked: str, found: set[str]) -> None:
    assert ids(titled, q=asked) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("BHXH", {"lump", "long"}), ("rút bảo hiểm xã hội một lần", {"lump", "long"}), ("bhxh 1 lần", {"lump", "long"}),
        ('"bảo hiểm xã hội"', {"long"}), ("tp.hcm", {"city", "name"}), ("hồ chí minh chi trả", {"city", "name"}),
    ],
)  # fmt: skip
def test_other_words_for_the_same_thing_are_found_too(titled: Browser, asked: str, found: set[str]) -> None:
    assert ids(titled, q=asked) == found


def test_who_finds_nothing_is_told_how_words_are_looked_for(titled: Browser) -> None:
    said = "Từ có dấu được tìm đúng dấu, cụm từ trong ngoặc kép được tìm đúng thứ tự"
    assert said in titled.get("/documents", params={"q": "bẩo"}).text
    assert said not in titled.get("/documents?audience=farmers").text


def test_the_file_for_people_is_in_vietnamese(one: Browser) -> None:
    answer = one.get("/api/v1/documents.csv?lang=vi&audience=patients")
    assert 'filename="tin-bai.csv"' in answer.headers["content-disposition"]
    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["Sắc thái"], row["Phản hồi"], row["Loại"]) == ("trung lập", "không có phản hồi", "bài báo")
    assert row["Thời điểm đăng"] == "02/03/2026 09:00"


def test_long_titles_are_cut_in_lists_and_heads(store: SqlStore, browser: MakeBrowser) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("long", title="Lương hưu " * 100)])
        put_in_stories(tx, "s2")
    one = browser(LOOPBACK)
    for path in ("/", "/documents", "/stories", "/stories/s2", "/documents/long"):
        heads = re.findall(r"<(?:title|h1|h2|h3)>(.*?)</(?:title|h1|h2|h3)>", one.get(path).text, re.DOTALL)
        shown = [re.sub("<[^>]+>", "", head) for head in heads]
        assert max(map(len, shown)) < 230, path
