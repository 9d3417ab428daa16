"""Copies and stories: learn the background table, and time `radar cluster` stage by stage.

python -m benchmarks.cluster learn HEADLINES.jsonl.gz...    writes service/stories/background.npz
python -m benchmarks.cluster time DOCUMENTS.jsonl           documents a second in one process, and where it goes
"""

from __future__ import annotations

import cProfile
import gzip
import pstats
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from service.domain.stories import StoryItem
from service.stories import background, builder, features

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
    """Place documents in batches of 256, once for the clock and once under the profiler."""
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

    def place() -> None:
        stories = builder.StoryBuilder()
        for start in range(0, len(items), 256):
            stories.place(items[start : start + 256])

    started = time.process_time()
    place()
    print(f"{len(items) / (time.process_time() - started):.0f} documents a second of processor time")
    with cProfile.Profile() as profile:
        place()
    pstats.Stats(profile).sort_stats("tottime").print_stats(15)


if __name__ == "__main__":
    {"learn": learn, "time": measure}[sys.argv[1]](sys.argv[2:])
