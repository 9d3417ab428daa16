"""`radar import`: rows of other tools through the same judgement and masking."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from service.cli.import_ import command
from service.domain.sources import SourceKind
from service.parsing.tables import map_columns, read_table
from service.ports.read_models import DocumentFilter
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate
from service.storage.read_models import SqlReadModels
from service.usecases.import_rows import ImportedRow, RowProblem, import_rows, read_rows
from service.usecases.place import StoryDesk
from tests.builders import NOW, RuleClassifier, make_source

CSV = (
    "Tiêu đề,Nội dung,Đường dẫn,Ngày đăng,Nguồn,Tác giả\n"
    "Lương hưu chậm,gọi 0900 000 000,https://bao.example.com/a.html,01/03/2026 08:15,Báo Mẫu,Nguyễn Văn Mẫu\n"
    ",Tôi tố cáo ông ấy ăn chặn lương hưu,https://www.facebook.com/nguyen.van.mau/posts/123456,,Nguyễn Văn Mẫu,\n"
    ",BHXH trả lời tệ quá,https://www.facebook.com/nguyen.van.mau/posts/654321,hôm qua,Nguyễn Văn Mẫu,\n"
    ",,https://bao.example.com/b.html,,,\n"
    "Bài,x,ftp://example.com/a,,,\n"
    "Giá vàng,tăng,https://bao.example.com/c.html,,,\n"
)


def rows(body: str = CSV, **more) -> list[ImportedRow | RowProblem]:
    table = read_table(body.encode(), name="t.csv")
    columns = map_columns(table.columns, {})
    return list(read_rows(table.rows, columns, sources=more.get("sources", {}), kind=SourceKind.ONLINE, now=NOW))


def test_rows_and_problems_in_order() -> None:
    found = rows()
    problems = [(p.number, p.field, p.fatal) for p in found if isinstance(p, RowProblem)]
    assert problems == [(4, "published_at", False), (5, "text", True), (6, "url", True)]
    first, *_ = [r for r in found if isinstance(r, ImportedRow)]
    assert str(first.entry.published_at) == "2026-03-01 01:15:00+00:00"
    assert (first.feed.source.name, first.feed.source.kind) == ("Báo Mẫu", SourceKind.ONLINE)


def test_titles_and_outlets_are_cut_and_turn_nothing() -> None:
    title = "Lương hưu\u202e " + "a" * 2000
    [row] = rows(f"Tiêu đề,Nguồn,Đường dẫn\n{title},Báo\u2066 Mẫu,https://bao.example.com/a.html\n")
    assert isinstance(row, ImportedRow)
    assert row.entry.title == title.replace("\u202e", "")[:1000]
    assert row.feed.source.name == "Báo Mẫu"


def test_known_outlets_keep_their_name_and_pages_of_people_have_none() -> None:
    known = {"bao.example.com": make_source("Báo Thử")}
    found = [r for r in rows(sources=known) if isinstance(r, ImportedRow)]
    assert found[0].feed.source.name == "Báo Thử"
    assert (found[1].feed.source.name, found[1].feed.source.kind) == ("facebook.com", SourceKind.SOCIAL)


def test_a_blog_of_a_known_outlet_is_the_outlet_s() -> None:
    body = "Tiêu đề,Đường dẫn\nLương hưu tăng,https://blog.bao.example.com/bai-1.html\n"
    for sources, kind in (
        ({}, SourceKind.SOCIAL),
        ({"bao.example.com": make_source("Báo Thử")}, SourceKind.ONLINE),
    ):
        [row] = rows(body, sources=sources)
        assert isinstance(row, ImportedRow)
        assert row.feed.source.kind is kind


AGENCIES = """Tiêu đề,Đường dẫn,{}
BHXH trả lời,https://vss.gov.vn/tin/1,
BHXH trả lời,https://www.danang.baohiemxahoi.gov.vn/tin/1,báo điện tử
BHXH trả lời,https://congbao.coquan.example.com/tin/1,
Sở trả lời,https://so.example.com/tin/1,{}
BHXH trả lời,https://baohiemxahoi.gov.vn.example.com/tin/1,
"""


@pytest.mark.parametrize(
    ("column", "named"), [("Loại nguồn", "Cơ quan nhà nước"), ("source_kind", "state_agency"), ("Kênh", "State agency")]
)
def test_what_state_agencies_publish_is_theirs_by_host_or_as_the_file_says(column: str, named: str) -> None:
    known = {"coquan.example.com": make_source("Cơ quan Thử", SourceKind.STATE_AGENCY)}
    found = [r for r in rows(AGENCIES.format(column, named), sources=known) if isinstance(r, ImportedRow)]
    assert [r.feed.source.kind for r in found] == [SourceKind.STATE_AGENCY] * 4 + [SourceKind.ONLINE]
    body = "Nội dung,Link,Loại nguồn\nBHXH trả lời,https://www.facebook.com/bhxh/posts/12345,cơ quan nhà nước\n"
    [page] = rows(body)
    assert isinstance(page, ImportedRow)
    assert page.feed.source.kind is SourceKind.SOCIAL


def test_imported_rows_are_judged_masked_and_taken_once(store: SqlStore) -> None:
    for new in (4, 0):
        done = import_rows(
            (r for r in rows() if isinstance(r, ImportedRow)), store=store, classifier=RuleClassifier(), now=NOW
        )
        assert done.new == new
    with store.begin() as tx:
        kept = tx.connection.execute(text("select title, text, url from documents order by url")).all()
        drops = tx.connection.scalar(text("select count from daily_drops"))
        everything = str(tx.connection.execute(text("select * from documents")).all())
    assert [tuple(r) for r in kept] == [
        ("", "BHXH trả lời tệ quá", ""), ("Lương hưu chậm", "gọi [PHONE]", "https://bao.example.com/a.html"),
    ]  # fmt: skip
    assert drops == 1
    assert "Mẫu" not in everything.replace("Báo Mẫu", "")
    assert "nguyen.van.mau" not in everything


PERSONAL = """Nội dung,Link,Nguồn,Loại nguồn
BHXH chậm 1,https://bsky.app/profile/nguyenmau.bsky.social/post/1,Nguyễn Mẫu,
BHXH chậm 2,https://linkhay.com/u/nguyenmau/link/1,Nguyễn Mẫu,báo
BHXH chậm 3,https://www.webtretho.com/profile/nguyenmau,,
BHXH chậm 4,https://lotus.vn/w/profile/nguyenmau.htm,,online
BHXH chậm 5,https://diendan.example.vn/members/nguyenmau.9/,,
BHXH chậm 6,https://nguyenmau.substack.com/p/bai,Nguyễn Mẫu,
BHXH chậm 7,https://nguyenmau.wordpress.com/2026/bai,Nguyễn Mẫu,Blog
BHXH chậm 8,https://nguyenmau.example.com/bai,Nguyễn Mẫu,Blog
BHXH chậm 9,https://medium.com/@nguyenmau/bai-1,Nguyễn Mẫu,Báo mạng
"""


def test_blogs_and_communities_are_no_press_and_keep_nobodys_name(store: SqlStore) -> None:
    found = [r for r in rows(PERSONAL) if isinstance(r, ImportedRow)]
    assert not any(r.feed.source.kind.is_press for r in found)
    done = import_rows(found, store=store, classifier=RuleClassifier(), now=NOW)
    assert done.kept == 9
    with store.begin() as tx:
        kept = tx.connection.execute(text("select * from documents")).mappings().all()
    assert "mau" not in "".join(str(v).lower() for r in kept for k, v in r.items() if k not in ("text", "excerpt"))
    assert {r["kind"] for r in kept} == {"post"}
    keys = [f"{r.feed.id} {r.entry.id}" for r in found]
    assert "nguyenmau" not in "".join(keys)
    assert {hashlib.sha256(key.encode()).hexdigest()[:32] for key in keys} == {r["id"] for r in kept}


THREAD = """Loại,Nội dung,Đường dẫn,Ngày đăng,ID
bình luận,Nộp hồ sơ thai sản ba tháng BHXH chưa trả tiền,URL,2026-02-25 10:00,{0}
bình luận,"Gọi tổng đài BHXH không ai nghe máy, hồ sơ lương hưu bị trả lại",URL,2026-02-25 10:05,{1}
bình luận,BHXH làm thẻ BHYT quá chậm,URL,2026-02-25 10:10,{2}
bình luận,BHXH làm thẻ BHYT quá chậm,URL,2026-02-25 10:15,{3}
"""


@pytest.mark.parametrize(
    ("ids", "posts"),
    [
        (("", "", "", ""), 3),  # the same words twice: nothing tells them apart
        (("1", "2", "3", "4"), 4),
        (("777", "777", "777", "777"), 3),  # the number of the thread
        (("nguyenmau", "nguyenmau", "nguyenmau", "tranmau"), 3),
        (("0900000001", "0900000002", "0900000003", "0900000004"), 3),
    ],
)
@pytest.mark.parametrize(
    "address",
    [
        "https://forum.example.com/threads/777",
        "https://www.youtube.com/watch?v=abcdefgh",
        "https://voz.vn/t/x.777/#post-9",
        "https://www.facebook.com/nguyenmau/posts/777777",
    ],
)
def test_every_post_of_a_thread_is_kept_once(store: SqlStore, ids: tuple[str, ...], posts: int, address: str) -> None:
    body = THREAD.format(*ids).replace("URL", address)
    found = [r for r in rows(body) if isinstance(r, ImportedRow)]
    for new in (posts, 0):
        done = import_rows(found, store=store, classifier=RuleClassifier(), now=NOW)
        assert (done.new, done.kept) == (new, new)
    # a name or telephone number is in nothing that a digest is made of
    assert not any(name in r.entry.id for r in found for name in ("mau", "0900"))


def test_a_denunciation_of_an_outlet_that_no_feed_covers_is_dropped(store: SqlStore) -> None:
    body = "Nội dung,Link\nTôi tố cáo ông Mẫu ở BHXH huyện,https://la.example.com/a.html\n"
    for sources, dropped in (({}, 1), ({"la.example.com": make_source("Báo Thử")}, 0)):
        found = [
            r for r in rows(body.replace("a.html", f"{dropped}.html"), sources=sources) if isinstance(r, ImportedRow)
        ]
        done = import_rows(found, store=store, classifier=RuleClassifier(), now=NOW)
        assert (done.dropped, done.kept) == (dropped, 1 - dropped)


def test_a_cell_that_is_told_as_wrong_is_told_masked() -> None:
    body = "Nội dung,Link,Ngày đăng\nBHXH chậm,0900 000 000 a@example.com,\nBHXH chậm,,CCCD 001300000000\n"
    told = [r.expected for r in rows(body) if isinstance(r, RowProblem)]
    assert told[0].endswith("found '[PHONE] [EMAIL]'")
    assert told[1] == "time not understood: 'CCCD [CCCD]'"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "feeds.yaml").write_text("sources: {}\nfeeds: []\n", "utf-8")
    (tmp_path / "t.csv").write_text(CSV, "utf-8")
    return tmp_path


@pytest.fixture
def database(here: Path) -> None:
    (here / "var").mkdir()
    migrate(make_engine("sqlite:///var/radar.db"))


def test_a_dry_run_shows_masked_rows_and_stores_nothing(here: Path) -> None:
    result = CliRunner().invoke(command, ["t.csv", "--dry-run"])
    assert result.exit_code == 1
    assert "t.csv:5: text: expected a title or a text" in result.stderr
    assert "t.csv:6: url: expected an http or https address, found 'ftp://example.com/a'" in result.stderr
    assert "[PHONE]" in result.stdout
    assert "0900 000 000" not in result.output
    assert "4 rows can be read, 2 cannot; nothing was stored" in result.stdout
    assert not (here / "var").exists()


def test_a_file_that_is_no_table_and_a_wrong_option(here: Path) -> None:
    (here / "x.xlsx").write_bytes(b"x")
    result = CliRunner().invoke(command, ["x.xlsx", "--dry-run"])
    assert "x.xlsx: not XLSX" in result.stderr
    assert CliRunner().invoke(command, ["t.csv", "--map", "title"]).exit_code == 2
    assert "no column 'Z'" in CliRunner().invoke(command, ["t.csv", "--map", "title=Z", "--dry-run"]).stderr


@pytest.mark.usefixtures("database")
def test_rows_are_stored(here: Path) -> None:
    (here / "t.csv").write_text("title,url\nLương hưu tháng ba chậm,https://bao.example.com/a.html\n", "utf-8")
    result = CliRunner().invoke(command, ["t.csv"])
    assert result.exit_code == 0, result.output
    assert (
        "1 rows read, 0 known already, 1 new: 1 kept as being about BHXH, 0 about something else, 0 dropped; 1 placed"
        in result.stdout
    )


@pytest.mark.usefixtures("database")
def test_the_sums_of_an_import_add_up(here: Path) -> None:
    CliRunner().invoke(command, ["t.csv"])
    result = CliRunner().invoke(command, ["t.csv", "t.csv"])
    assert "8 rows read, 8 known already, 0 new: 0 kept" in result.stdout
    (here / "u.csv").write_text(CSV.replace("/a.html", "/d.html").replace("/c.html", "/e.html"), "utf-8")
    result = CliRunner().invoke(command, ["u.csv"])
    found = re.search(
        r"(\d+) rows read, (\d+) known already, (\d+) new: (\d+) kept .*, (\d+) about .*, (\d+) dropped", result.stdout
    )
    assert found is not None, result.output
    rows_read, known, new, *parts = map(int, found.groups())
    assert (rows_read, new) == (known + new, sum(parts))
    assert parts[1] > 0


def test_what_is_imported_is_dated_by_its_publication(store: SqlStore) -> None:
    text = "Nhiều người về hưu ở quận Thử cho biết lương hưu tháng này về chậm hơn mọi khi vì đổi điểm chi trả."
    days = (9, 3, 7, 1, 5)  # March is the month of now, so these are of February
    body = "Tiêu đề,Nội dung,Đường dẫn,Ngày đăng\n" + "".join(
        f"Lương hưu về chậm,{text},https://bao{n}.example.com/a.html,0{n}/02/2026 08:00\n" for n in days
    )
    import_rows(
        [r for r in rows(body) if isinstance(r, ImportedRow)], store=store, classifier=RuleClassifier(), now=NOW
    )
    StoryDesk(store, SetClock(NOW)).place()
    read = SqlReadModels(store)
    [story] = read.stories(after=None, limit=9)
    assert (f"{story.first_at:%d/%m}", f"{story.last_at:%d/%m}") == ("01/02", "09/02")
    assert (story.documents, story.origins) == (5, 1)
    origin = [d for d in read.documents(DocumentFilter(), after=None, limit=9) if d.copy_of is None]
    assert [d.source for d in origin] == ["bao1.example.com"]
    with store.begin() as tx:
        # however old, each is looked at once for its phase
        assert tx.moving_stories(since=NOW) == [story.id]
        tx.save_phases({story.id: "dormant"}, at=NOW)
        assert tx.moving_stories(since=NOW) == []
