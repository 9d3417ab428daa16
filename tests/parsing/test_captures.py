"""Feeds and pages as Vietnamese outlets served them, and other projects' test corpora."""

from __future__ import annotations

import gzip
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.parse import check_feedparser, check_miniflux
from service.parsing.feeds import parse_feed
from service.parsing.pages import extract_page

SHARED = Path(__file__).parents[3] / "shared" / "data"
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

captures = pytest.mark.skipif(not (SHARED / "captures").is_dir(), reason="../shared/data/captures is not there")
conformance = pytest.mark.skipif(
    not (SHARED / "conformance").is_dir(), reason="../shared/data/conformance is not there"
)


@captures
@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_captured_feeds_are_read_whole(name: str) -> None:
    body = (SHARED / "captures" / "rss" / f"vnexpress-2017-{name}.xml").read_bytes()
    parsed = parse_feed(body, url="https://vnexpress.net/rss/x.rss", content_type="text/xml", now=NOW)
    assert parsed is not None
    assert len(parsed.entries) == 25
    assert all(e.title and e.url.startswith("http") and e.published_at for e in parsed.entries)
    assert not any("<" in e.summary or "&amp;" in e.title for e in parsed.entries)
    # written as +0700 on one day: the items of a page of news lie within a few days
    times = [e.published_at for e in parsed.entries if e.published_at]
    assert max(times) - min(times) < timedelta(days=4)


@captures
def test_captured_article() -> None:
    body = gzip.decompress((SHARED / "captures" / "html" / "vnexpress-article-2023.html.gz").read_bytes())
    page = extract_page(body, url="https://vnexpress.net/x-4672302.html", content_type="text/html", now=NOW)
    assert page is not None
    assert page.published_at == datetime(2023, 11, 2, 12, 20, 45, tzinfo=UTC)
    assert page.canonical_url.endswith("-4672302.html")
    assert len(page.text) > 2000


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("conformance")
    for name in ("feedparser-tests", "miniflux-testdata"):
        with tarfile.open(SHARED / "conformance" / f"{name}.tar.xz") as tar:
            tar.extractall(folder, filter="data")
    return folder


@conformance
def test_conformance_does_not_fall(corpora: Path) -> None:
    checked = list(check_feedparser(corpora / "feedparser"))
    right = {field: [c.right for c in checked if c.field == field] for field in ("title", "link", "published_parsed")}
    assert len(checked) > 600
    assert sum(c.right for c in checked) / len(checked) > 0.98
    assert all(sum(of) / len(of) >= 0.85 for of in right.values())
    assert all(c.right for c in check_miniflux(corpora / "miniflux"))
