"""Copies and stories: learn the background table, and time `radar cluster` stage by stage.

python -m benchmarks.cluster learn HEADLINES.jsonl.gz...    writes service/stories/background.npz
python -m benchmarks.cluster time DOCUMENTS.jsonl           documents a second in one process, and where it goes
python -m benchmarks.cluster campaign [SIZE]...             seconds for so many near-copies; must not grow by the square
"""

from __future__ import annotations

import cProfile
import gzip
import pstats
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from service.domain.stories import StoryItem
from service.stories import background, builder, features

REPEATED = "Người dân phường Sông Trà chờ làm sổ bảo hiểm xã hội từ sáng sớm, hệ thống báo lỗi, lần thứ"
BEGUN, STEP = datetime(2026, 3, 1, tzinfo=UTC), timedelta(seconds=1)
TABLE = Path(background.__file__).with_name("background.npz")


def rows(paths: list[str]) -> Iterator[dict[str, Any]]:
    """JSON lines of plain or gzipped files."""
    for path in paths:
        opened = gzip.open if path.endswith(".gz") else open
        with opened(path, "rb") as lines:
            yield from map(orjson.loads, lines)


def learn(paths: list[str]) -> None:
    """Count terms of titles and summaries, each id once."""
    documents = {row["id"]: row for row in rows(paths)}
    texts = ((row["title"] or "", row.get("summary") or "") for row in documents.values())
    terms = (features.terms(features.tokens([text]))[1].tolist() for text in texts)
    TABLE.write_bytes(background.dump(background.learn(terms)))
    print(f"{len(documents)} documents -> {TABLE} ({TABLE.stat().st_size} bytes)")


def measure(paths: list[str]) -> None:
    """Place documents, once for the clock and once under the profiler."""
    items = [
        StoryItem(
            id=row["id"],
            title=row.get("title") or "",
            text=row.get("text") or "",
            published_at=datetime.fromisoformat(row["published_at"]),
            publisher=row.get("source") or "",
        )
        for row in rows(paths)
    ]
    print(f"{len(items) / seconds(items):.0f} documents a second of processor time")
    with cProfile.Profile() as profile:
        seconds(items)
    pstats.Stats(profile).sort_stats("tottime").print_stats(15)


def seconds(items: list[StoryItem]) -> float:
    """Processor time that it takes to place documents in batches of 256."""
    stories = builder.StoryBuilder()
    started = time.process_time()
    for start in range(0, len(items), 256):
        stories.place(items[start : start + 256])
    return time.process_time() - started


def campaign(sizes: list[str]) -> None:
    """Place one sentence again and again, with another number at its end each time."""
    for size in map(int, sizes or ("1000", "2000", "4000")):
        items = [
            StoryItem(id=str(i), title="", text=f"{REPEATED} {i}", published_at=BEGUN + i * STEP, publisher=str(i % 40))
            for i in range(size)
        ]
        print(f"{size} near-copies: {seconds(items):.1f} s of processor time")


if __name__ == "__main__":
    {"learn": learn, "time": measure, "campaign": campaign}[sys.argv[1]](sys.argv[2:])
