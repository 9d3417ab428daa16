"""How well and how fast feeds and pages are read, on other projects' public test corpora.

    python -m benchmarks.parse [--shared DIR] [--misses]

Feeds: the expectations on title, link, time and text that feedparser's test files carry in their comments, and
miniflux's test files (entries found, none with a damaged character). HTML in an expected value is made plain text
first, as the service keeps no markup. Pages: the open half of scrapinghub's article extraction benchmark, scored as it
scores itself (shingles of four words).
"""

from __future__ import annotations

import argparse
import ast
import calendar
import gzip
import json
import re
import statistics
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from service.domain.documents import Entry
from service.parsing.feeds import parse_feed
from service.parsing.pages import extract_page
from service.parsing.plain import plain_text

SHARED = Path(__file__).parents[2] / "shared"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
EXPECT = re.compile(rb"Expect:\s*(.*?)\s*(?:-->|\n\s*(?:Note|Header|Options)|\n\s*\n)", re.DOTALL)
HEADER = re.compile(rb"Header:\s*Content-[Tt]ype:\s*(.*?)\s*\n")
BASE = "http://127.0.0.1:8097/tests/feed.xml"
FIELDS: dict[str, Callable[[Entry], Any]] = {
    "title": lambda e: e.title,
    "link": lambda e: e.url,
    "summary": lambda e: e.summary,
    "description": lambda e: e.summary,
    "id": lambda e: e.id,
    "guid": lambda e: e.id,
    "published_parsed": lambda e: e.published_at,
    "updated_parsed": lambda e: e.updated_at,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """One expectation and what was found instead, if it was not met."""

    file: str
    field: str
    expected: Any
    found: Any

    @property
    def right(self) -> bool:
        return bool(self.expected == self.found)


def expectations(body: bytes) -> Iterator[tuple[int, str, Any]]:
    """(entry, field, value) that a feedparser test file expects."""
    match = EXPECT.search(body)
    if not match:
        return
    try:
        tree = ast.parse(match[1].decode("utf-8", "replace").strip(), mode="eval")
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
            place = re.fullmatch(r"entries\[(\d+)\]\['(\w+)'\]", ast.unparse(node.left))
            if place and place[2] in FIELDS:
                try:
                    yield int(place[1]), place[2], ast.literal_eval(node.comparators[0])
                except ValueError:
                    continue


def comparable(field: str, value: Any) -> Any:
    """An expected value in the form that the service keeps."""
    if field.endswith("_parsed"):
        return datetime.fromtimestamp(calendar.timegm(value), UTC) if value else None
    return plain_text(value) if field in ("title", "summary", "description") else value


def check_feedparser(folder: Path) -> Iterator[Checked]:
    """Every expectation in the files of a folder."""
    for file in sorted(folder.rglob("*.xml")):
        body = file.read_bytes()
        header = HEADER.search(body)
        expected = list(expectations(body))
        if not expected:
            continue
        parsed = parse_feed(body, url=BASE, content_type=header[1].decode() if header else "", now=NOW)
        for number, field, value in expected:
            entries = parsed.entries if parsed else ()
            found = FIELDS[field](entries[number]) if number < len(entries) else None
            yield Checked(str(file.relative_to(folder)), field, comparable(field, value), found)


def check_miniflux(folder: Path) -> Iterator[Checked]:
    """Feeds in which entries must be found, and pages or fragments that must not be taken for feeds."""
    for file in sorted(folder.rglob("parser/testdata/*.xml")):
        parsed = parse_feed(file.read_bytes(), url=BASE, content_type="", now=NOW)
        entries = [e for e in (parsed.entries if parsed else ()) if e.title or e.summary]
        whole = [e for e in entries if e.url and e.title and "�" not in e.title + e.summary]
        yield Checked(str(file.relative_to(folder)), "entries", max(len(entries), 1), len(whole))


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Runs of four words."""
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[i : i + 4]) for i in range(max(len(words) - 3, 1)))


def page_scores(truth: str, found: str) -> tuple[float, float]:
    """Precision and recall of one page."""
    expected, got = shingles(truth), shingles(found)
    common = (expected & got).total()
    return common / max(got.total(), 1), common / max(expected.total(), 1)


def measure_pages(folder: Path, *, thorough: bool) -> dict[str, float]:
    """Mean precision and recall, their F1, pages per second of CPU time."""
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    pages = {key: gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes()) for key in truth}
    started = time.process_time()
    texts = {
        k: extract_page(body, url=truth[k]["url"], content_type="", now=NOW, thorough=thorough)
        for k, body in pages.items()
    }
    spent = time.process_time() - started
    scores = [page_scores(truth[k]["articleBody"], page.text if (page := texts[k]) else "") for k in truth]
    precision, recall = (statistics.mean(column) for column in zip(*scores, strict=True))
    f1 = 2 * precision * recall / (precision + recall)
    return {"precision": precision, "recall": recall, "f1": f1, "pages_per_cpu_s": len(pages) / spent}


def feeds_per_cpu_second(folder: Path) -> float:
    """Speed on the captured Vietnamese feeds."""
    bodies = [f.read_bytes() for f in sorted(folder.glob("*.xml"))] * 10
    started = time.process_time()
    for body in bodies:
        parse_feed(body, url=BASE, content_type="", now=NOW)
    return len(bodies) / (time.process_time() - started)


def report(name: str, checked: list[Checked], *, misses: bool) -> None:
    """Shares by field."""
    for field in sorted({c.field for c in checked}):
        of_field = [c for c in checked if c.field == field]
        right = sum(c.right for c in of_field)
        print(f"{name:12} {field:18} {right:5} of {len(of_field):5} = {right / len(of_field):.4f}")
        for miss in of_field if misses else ():
            if not miss.right:
                print(f"    {miss.file}: expected {miss.expected!r:.150}, found {miss.found!r:.150}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--shared", type=Path, default=SHARED)
    options.add_argument("--misses", action="store_true", help="print every expectation that was not met")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for archive in sorted((given.shared / "data" / "conformance").glob("*.tar.xz")):
            with tarfile.open(archive) as tar:
                tar.extractall(folder, filter="data")
        root = Path(folder)
        report("feedparser", list(check_feedparser(root / "feedparser")), misses=given.misses)
        report("miniflux", list(check_miniflux(root / "miniflux")), misses=given.misses)
        for thorough in (True, False):
            figures = measure_pages(root, thorough=thorough)
            print("pages", "thorough" if thorough else "fast", {k: round(v, 4) for k, v in figures.items()})
    print("captured feeds per CPU second:", round(feeds_per_cpu_second(given.shared / "data" / "captures" / "rss"), 1))


if __name__ == "__main__":
    main()
