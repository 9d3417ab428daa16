"""`radar feeds`: discovery, OPML, suggestions, the list."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.bootstrap import open_store
from service.cli.feeds import command
from service.domain.sources import SourceKind
from service.domain.views import SuggestionView
from service.parsing.opml import Outline, read_opml, write_opml
from service.settings import load_feeds, load_settings
from service.settings.feeds_writer import additions, with_additions
from service.storage.read_models import SqlReadModels
from service.usecases.collect import Collector, collect, seed
from service.usecases.health import measure
from tests.builders import FakeFetcher, FakeReader, RuleClassifier, make_feed, make_source
from tests.crawling.server import HostileServer, reply

FEED = b"<rss version='2.0'><channel><title>Ph\xc3\xa1p lu\xe1\xba\xadt</title><item><title>L\xc6\xb0\xc6\xa1ng</title><link>https://a.example.com/1</link></item></channel></rss>"
YAML = """# ghi chú giữ nguyên
sources:
  bao-thu: {name: Báo Thử, kind: online}

# các nguồn
feeds:
  - id: bao-thu-tin
    source: bao-thu
    url: https://bao.example.com/rss/tin.rss
"""
OPML = write_opml(
    [
        Outline(url="https://bao.example.com/rss/tin.rss", title="Tin"),
        Outline(url="https://bao.example.com/rss/ban-doc.rss", title="Bạn đọc"),
        Outline(url="https://khac.example.com/feed", title='Báo "Khác": tin # mới', folder="Báo Khác"),
        Outline(url="https://khac.example.com/feed/2", title="Hai", folder="Báo Khác"),
    ],
    title="t",
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "feeds.yaml").write_text(YAML, "utf-8")
    (tmp_path / "a.opml").write_bytes(OPML)
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(command, list(args))


def check(server: HostileServer, path: str) -> Result:
    return run("check", server.url(path), "--allow-host", server.netloc)


@pytest.mark.usefixtures("here")
def test_the_feed_of_a_site_is_found_and_shown(server: HostileServer) -> None:
    head = b"<head><link rel=alternate type='application/rss+xml' href=/no title=Kh\xc3\xb4ng></head>"
    page = b"<html>" + head + b"<a href=/tin.rss>RSS</a>"
    server.routes |= {"/": reply(200, page, ("Content-Type", "text/html")), "/tin.rss": reply(200, FEED)}
    result = check(server, "/")
    assert result.exit_code == 0, result.output
    assert "a page that names 2 feeds" in result.stdout
    assert "tin.rss: 1 entries, 0 dated" in result.stdout
    assert "it calls itself «Pháp luật»" in result.stdout
    assert "Lương  https://a.example.com/1" in result.stdout


@pytest.mark.usefixtures("here")
def test_a_site_without_feeds_and_one_that_refuses(server: HostileServer) -> None:
    server.routes |= {"/": reply(200, b"<html><p>x", ("Content-Type", "text/html")), "/cam": reply(403)}
    assert "no feed is named on it" in check(server, "/").stderr
    refused = check(server, "/cam")
    assert (refused.exit_code, "bị từ chối" in refused.stderr) == (1, True)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("items", "note"),
    [
        ("", "it answers and brings nothing"),
        ("<item><title>a</title><link>https://a.example.com/1</link></item>", "no entry has a date"),
        (
            "<item><title>a</title><pubDate>Fri, 06 Aug 2021 01:08:00 +0700</pubDate></item>",
            "days old; it may be abandoned",
        ),
        ("<item><title>a</title></item>", "1 entries have no address"),
    ],
)
def test_what_is_odd_about_a_feed_is_noted(items: str, note: str, server: HostileServer) -> None:
    body = f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>"
    server.routes["/rss"] = reply(200, body.encode())
    result = check(server, "/rss")
    assert (result.exit_code, note in result.stderr) == (0, True)


@pytest.mark.usefixtures("here")
def test_a_selector_is_tried_on_a_list_page(server: HostileServer) -> None:
    row = "<div class=tin><a href=/{0}.aspx>Chi trả lương hưu tháng {0}</a> (02/03/2026)</div>"
    page = "<html><body>" + "".join(row.format(n) for n in range(1, 4))
    server.routes["/ds"] = reply(200, page.encode(), ("Content-Type", "text/html; charset=utf-8"))
    url = server.url("/ds")

    def tried(selector: str) -> Result:
        return run("check", url, "--allow-host", server.netloc, "--selector", selector)

    found = tried("div.tin")
    assert "3 entries, 3 dated" in found.stdout
    assert "Chi trả lương hưu tháng 1" in found.stdout
    missed = tried("div.khac")
    assert (missed.exit_code, "bộ chọn không còn khớp" in missed.stderr) == (1, True)
    assert tried("div{").exit_code == 2


def test_a_list_is_imported_once_and_comments_stay(here: Path) -> None:
    before = (here / "feeds.yaml").read_text("utf-8")
    dry = run("import", "a.opml", "--dry-run")
    assert "3 feeds would be added, 1 known already" in dry.stderr
    assert (here / "feeds.yaml").read_text("utf-8") == before
    assert "3 feeds added" in run("import", "a.opml").stderr
    feeds = load_feeds(here / "feeds.yaml")
    assert [f.id for f in feeds][1:] == ["bao-thu-rss-ban-doc", "khac-example-com-feed", "khac-example-com-feed-2"]
    assert {f.source.name for f in feeds} == {"Báo Thử", "Báo Khác"}
    assert [f.verified for f in feeds] == [True, False, False, False]
    assert feeds[2].section == 'Báo "Khác": tin # mới'
    text = (here / "feeds.yaml").read_text("utf-8")
    assert "# ghi chú giữ nguyên" in text
    assert "# các nguồn" in text
    assert "0 feeds added, 4 known already" in run("import", "a.opml").stderr


def test_what_is_no_list_is_refused(here: Path) -> None:
    (here / "x.opml").write_text("<html>", "utf-8")
    result = run("import", "x.opml")
    assert (result.exit_code, "x.opml: not OPML" in result.stderr) == (1, True)


def test_outlines_with_addresses_that_are_none_are_reported(here: Path) -> None:
    addresses = ("http://[::1", "javascript:x", "https://moi.example.com:99999/rss", "https://moi.example.com/rss")
    rows = "\n".join(f'<outline text="Mục {n}" xmlUrl="{a}"/>' for n, a in enumerate(addresses, 2))
    (here / "x.opml").write_text(f"<opml><body>\n{rows}</body></opml>", "utf-8")
    result = run("import", "x.opml", "--dry-run")
    assert result.exit_code == 1
    for n, address in enumerate(addresses[:3], 2):
        assert f"x.opml:{n}: outline 'Mục {n}': expected an http or https address, found {address!r}" in result.stderr
    assert "1 feeds would be added" in result.stderr


def test_a_file_without_feeds_is_filled(here: Path) -> None:
    (here / "feeds.yaml").write_text("sources: {}\nfeeds: []\n", "utf-8")
    run("import", "a.opml")
    assert len(load_feeds(here / "feeds.yaml")) == 4
    with pytest.raises(ValueError, match="expected lines"):
        with_additions("a: 1\n", additions([], []))


def test_a_feed_of_the_agency_itself_is_added_as_a_state_agency_s(here: Path) -> None:
    (here / "v.opml").write_text('<opml><body><outline text="BHXH" xmlUrl="https://vss.gov.vn/rss"/></body></opml>')
    run("import", "v.opml")
    assert {f.source.kind for f in load_feeds(here / "feeds.yaml") if "vss" in f.url} == {"state_agency"}


def test_export_and_import_are_inverse(here: Path) -> None:
    run("import", "a.opml")
    exported = read_opml(run("export").stdout_bytes).outlines
    assert [o.url for o in exported] == [f.url for f in load_feeds(here / "feeds.yaml")]


@pytest.mark.usefixtures("here")
def test_hosts_that_feeds_link_to_are_suggested() -> None:
    store = open_store(load_settings(), make=True)
    with store.begin() as tx:
        tx.count_hosts(
            {"moi.example.com": (5, 4), "bao.example.com": (9, 9), "it.example.com": (1, 1)}, day="2999-01-01"
        )
        tx.count_hosts({"moi.example.com": (2, 0)}, day="2999-01-02")
    store.engine.dispose()
    assert run("suggest").stdout == "7\t4\tmoi.example.com\n"


@pytest.mark.usefixtures("here")
def test_the_list_shows_what_is_usual_and_coverage() -> None:
    from service.scheduling.clock import SystemClock

    store, feed = open_store(load_settings(), make=True), load_feeds(Path("feeds.yaml"))[0]
    collector = Collector(
        feeds={feed.id: feed}, store=store, fetcher=FakeFetcher({feed.url: _not_modified()}), reader=FakeReader(),
        classifier=RuleClassifier(), clock=SystemClock(),
    )  # fmt: skip
    seed(collector)
    collect(collector)
    measure(collector.feeds, store, SystemClock())
    store.engine.dispose()
    line = run("list").stdout.split("\t")
    assert (line[0], line[2], line[3]) == ("bao-thu-tin", "0 (0)", "-")
    assert run("list", "--troubled").exit_code == 0


def _not_modified() -> object:
    from service.domain.fetching import Fetched

    return Fetched(url="https://bao.example.com/rss/tin.rss", status=200, body=b"x")


def test_foreign_hosts_of_an_aggregator_are_counted_by_the_outlet_it_names(store, clock) -> None:
    from dataclasses import replace

    from service.domain.fetching import Fetched
    from tests.builders import make_entry

    feed = make_feed("gop", source=make_source("Tổng hợp", SourceKind.AGGREGATOR))
    entries = [replace(make_entry(n), outlet_url="https://www.moi.example.org") for n in range(3)]
    fetcher = FakeFetcher({feed.url: Fetched(url=feed.url, status=200, body=b"x")})
    collector = Collector(
        feeds={feed.id: feed}, store=store, fetcher=fetcher,
        reader=FakeReader(feeds={feed.url: entries}), classifier=RuleClassifier(), clock=clock,
    )  # fmt: skip
    seed(collector)
    collect(collector)
    found = SqlReadModels(store).suggestions([feed], since_day="2026-01-01", least=3)
    assert found == [SuggestionView(host="moi.example.org", links=3, relevant=3)]
