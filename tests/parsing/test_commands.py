"""`radar parse-feed` and `radar extract`."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import extract, parse_feed

FEED = (
    '<rss version="2.0"><channel><item><title>Lương hưu</title><link>/a</link>'
    "<pubDate>Sun, 22 Nov 2020 08:15:00 +0700</pubDate></item><item><title>b</title></item></channel></rss>"
)
PARAGRAPHS = "<p>Một đoạn văn đủ dài để đọc được.</p>" * 5
HTML = f"<html><head><title>Lương hưu</title></head><body><article>{PARAGRAPHS}</article></body></html>"


@pytest.fixture
def run() -> CliRunner:
    return CliRunner()


def test_entries_one_a_line(run: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "f.rss").write_text(FEED, "utf-8")
    result = run.invoke(parse_feed.command, [str(tmp_path / "f.rss"), "--url", "https://example.com/rss"])
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert rows[0] == {
        "id": "https://example.com/a",
        "url": "https://example.com/a",
        "title": "Lương hưu",
        "summary": "",
        "published_at": "2020-11-22T01:15:00+00:00",
        "updated_at": None,
    }
    assert rows[1]["published_at"] is None


def test_an_address_that_is_none_is_bad_usage(run: CliRunner) -> None:
    result = run.invoke(parse_feed.command, ["--url", "not a url"], input=FEED)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--url: expected an http or https address, found 'not a url'" in result.stderr


def test_standard_input_and_what_is_no_feed(run: CliRunner) -> None:
    assert len(run.invoke(parse_feed.command, [], input=FEED).stdout.splitlines()) == 2
    result = run.invoke(parse_feed.command, ["-"], input=HTML)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "not a feed" in result.stderr


def test_one_page(run: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "p.html").write_text(HTML, "utf-8")
    result = run.invoke(extract.command, [str(tmp_path / "p.html"), "--url", "https://example.com/a"])
    row = json.loads(result.stdout)
    assert list(row) == ["url", "canonical_url", "title", "text", "published_at", "language"]
    assert (row["title"], row["language"]) == ("Lương hưu", "vi")
    assert run.invoke(extract.command, ["-"], input="").exit_code == 1


def test_many_pages_and_a_bad_line_among_them(run: CliRunner) -> None:
    lines = [
        json.dumps({"id": "1", "url": "https://example.com/a", "html": HTML}),
        '{"id": "2"}',
        json.dumps({"id": "3", "html": ""}),
        json.dumps({"id": "4", "html": HTML}),
    ]
    result = run.invoke(extract.command, ["--jsonl"], input="\n".join(lines))
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["1", "4"]
    assert result.exit_code == 1
    assert "standard input:2: field 'html'" in result.stderr
    assert "standard input:3: no text" in result.stderr


def test_what_is_packed_is_read_and_what_is_no_text_is_no_page(run: CliRunner, tmp_path: Path) -> None:
    page, feed = tmp_path / "p.html.gz", tmp_path / "f.rss.gz"
    page.write_bytes(gzip.compress(HTML.encode()))
    feed.write_bytes(gzip.compress(FEED.encode()))
    assert json.loads(run.invoke(extract.command, [str(page)]).stdout)["title"] == "Lương hưu"
    assert len(run.invoke(parse_feed.command, [str(feed)]).stdout.splitlines()) == 2
    for body in (random.Random(1).randbytes(3000), page.read_bytes()):
        result = run.invoke(extract.command, ["-"], input=body)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "standard input: no text in this page" in result.stderr
    page.write_bytes(page.read_bytes()[:-9])
    cut = run.invoke(extract.command, [str(page)])
    assert (cut.exit_code, "p.html.gz: cannot be read" in cut.stderr) == (1, True)


def test_too_much_is_said_to_be(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.cli.common.MAX_BYTES", 1 << 20)
    for command in (extract.command, parse_feed.command):
        result = run.invoke(command, input=b" " * ((1 << 20) + 1))
        assert (result.exit_code, result.stdout) == (1, "")
        assert "standard input: larger than 1 MB" in result.stderr


@pytest.mark.parametrize("option", [["--url", "https://example.com/"], ["--content-type", "text/html"]])
def test_lines_have_their_own_addresses(run: CliRunner, option: list[str]) -> None:
    assert run.invoke(extract.command, ["--jsonl", *option], input="").exit_code == 2
