"""`radar parse-feed` and `radar extract`."""

from __future__ import annotations

import json
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
