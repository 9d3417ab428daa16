from datetime import timedelta
from pathlib import Path

import pytest

from service.domain.sources import SourceKind
from service.settings import ConfigError, load_feeds

GOOD = """
sources:
  bao-thu: {name: Báo Thử, kind: online, publisher: Nhóm Thử, reach: 4}
feeds:
  - id: thu-ban-doc
    source: bao-thu
    url: https://bao.example.com/rss
    section: Bạn đọc
    interval: 10m
    protected_section: true
    topics: [pension]
"""


def load(tmp_path: Path, text: str):
    path = tmp_path / "feeds.yaml"
    path.write_text(text, encoding="utf-8")
    return load_feeds(path)


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, text)
    return [str(p).replace(str(tmp_path) + "/", "") for p in error.value.problems]


def test_a_good_file_gives_feeds_with_their_source(tmp_path: Path) -> None:
    [feed] = load(tmp_path, GOOD)
    assert feed.source.kind is SourceKind.ONLINE
    assert feed.source.publisher == "Nhóm Thử"
    assert feed.interval == timedelta(minutes=10)
    assert feed.protected_section
    assert feed.topics == ("pension",)


def test_the_feeds_that_are_shipped_have_names_for_people() -> None:
    feeds = load_feeds(Path(__file__).parents[2] / "feeds.yaml")
    shown = {f.section for f in feeds} | {f.source.name for f in feeds}
    assert not shown & {"Fact-check", "Society", "F17", "F33", "Mastodon hashtag"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    section:", "    secton:", "feeds.yaml:8: feeds[0].secton: unknown key; expected one of: enabled, format"),
        ("10m", "10m\n    format: html_list", "feeds.yaml:5: feeds[0].selector: missing; format html_list needs one"),
        ("10m", "10m\n    selector: div", "feeds.yaml:10: feeds[0].selector: only for format html_list"),
        (
            "10m",
            "10m\n    format: youtube_comments",
            "feeds.yaml:7: feeds[0].url: expected https://www.youtube.com/watch?v=ID",
        ),
        ("10m", "5s", "feeds.yaml:9: feeds[0].interval: expected a duration such as 5m or 2h, found '5s'"),
        ("10m", "12h", "feeds.yaml:9: feeds[0].interval: expected a duration from 1m to 6h, found '12h'"),
        ("kind: online", "kind: blog", "feeds.yaml:3: sources.bao-thu.kind: expected one of state_agency, central"),
        (
            "reach: 4",
            "province: Hà Nội",
            'feeds.yaml:3: sources.bao-thu.province: expected the code of a province in quotation marks, such as "01"',
        ),
        (
            "10m",
            "10m\n    format: html_list\n    selector: div{x}",
            "feeds.yaml:11: feeds[0].selector: selector part 'div{x}': expected a tag, .class",
        ),
        ("reach: 4", "reach: 9", "feeds.yaml:3: sources.bao-thu.reach: expected a whole number from 1 to 5, found 9"),
        ("source: bao-thu", "source: khac", "feeds.yaml:6: feeds[0].source: no source 'khac' under sources"),
        ("https://bao", "ftp://bao", "feeds.yaml:7: feeds[0].url: expected an http or https address"),
        ("https://bao", "https://a:b@bao", "feeds.yaml:7: feeds[0].url: expected an http or https address"),
        ("[pension]", "[luong]", "feeds.yaml:11: feeds[0].topics: unknown topic 'luong'; expected some of: lump_sum"),
        ("true", "maybe", "feeds.yaml:10: feeds[0].protected_section: expected true or false, found 'maybe'"),
        ("    url: https://bao.example.com/rss\n", "", "feeds.yaml:5: feeds[0].url: missing; this key is required"),
        ("feeds:", "feeds: {", "feeds.yaml:"),
    ],
)
def test_a_mistake_is_named_with_file_line_key_and_what_was_expected(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert any(p.startswith(expected) for p in found), found


def test_every_mistake_is_reported_not_only_the_first(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace("10m", "5s").replace("reach: 4", "reach: 9"))
    assert len(found) == 2


def test_an_address_or_id_given_twice_is_refused(tmp_path: Path) -> None:
    twice = GOOD + GOOD.split("feeds:\n")[1]
    found = problems(tmp_path, twice)
    assert "feeds.yaml:14: feeds[1]: address 'https://bao.example.com/rss' stands already at feeds[0]" in found
    assert any("id 'thu-ban-doc' stands already at feeds[0]" in p for p in found)


def test_no_file_and_an_empty_file_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file; RADAR_FEEDS_FILE says where it is"):
        load_feeds(tmp_path / "none.yaml")
    assert problems(tmp_path, "# nothing\n") == ["feeds.yaml: the file is empty"]


def test_the_shipped_file_holds_what_the_readme_says() -> None:
    feeds = load_feeds(Path(__file__).parents[2] / "feeds.yaml")
    assert len(feeds) >= 80
    assert any(f.id == "nhandan-bhxh" for f in feeds)
    assert sum(f.source.kind is SourceKind.AGGREGATOR for f in feeds) >= 3
    assert {f.section for f in feeds if f.protected_section} >= {"Bạn đọc"}
    assert sum(f.verified for f in feeds) >= 80


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("feeds: 5\n", ["feeds.yaml:1: sources: missing; this key is required"]),
        ("sources: {}\n", ["feeds.yaml:1: feeds: missing; this key is required"]),
        ("sources: {}\nfeeds: 5\n", ["feeds.yaml:2: feeds: expected a list"]),
        ("5\n", ["feeds.yaml:1: expected a mapping of keys to values"]),
    ],
)
def test_a_part_that_is_missing_is_named(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert problems(tmp_path, text) == expected
