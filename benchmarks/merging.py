"""Thresholds of the nightly merge and of likeness, on clustered news: python -m benchmarks.merging DOCUMENTS.jsonl.gz

DOCUMENTS: lines {id, title, text, published_at, source, cluster} in order of publication; they are kept elsewhere.
Merging: articles (title and first line, as feeds give them; then whole texts) go through the story builder, with a
merge pass after every day; BCubed of the stories that are left. Likeness: pairs of headlines of one cluster against
pairs of different ones; precision is worked out as if one pair in a hundred told of the same thing.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

from service.domain.stories import StoryItem
from service.stories.builder import StoryBuilder
from service.stories.likeness import headlines, likeness
from service.stories.merging import proposals

MERGES = (2.0, 0.6, 0.5, 0.46, 0.42, 0.38, 0.34, 0.3, 0.25)  # the first merges nothing
LIKENESSES = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
SAME_IN = 100


def bcubed(predicted: Sequence[str], gold: Sequence[str]) -> tuple[float, float, float]:
    """Precision, recall, F1 (Bagga and Baldwin 1998)."""
    pairs = Counter(zip(predicted, gold, strict=True))
    sizes, wanted = Counter(predicted), Counter(gold)
    precision = sum(c * c / sizes[p] for (p, _), c in pairs.items()) / len(gold)
    recall = sum(c * c / wanted[g] for (_, g), c in pairs.items()) / len(gold)
    return precision, recall, 2 * precision * recall / (precision + recall)


def stories(documents: Sequence[dict[str, Any]], same: float, *, whole: bool) -> list[str]:
    """Story of each document, with a merge pass after every day."""
    builder, placed, day = StoryBuilder(), dict[str, str](), ""
    absorbed: dict[str, str] = {}
    for d in documents:
        if day and d["published_at"][:10] != day:
            for merge in proposals(builder.origins(), builder.background, same=same):
                absorbed[merge.absorbed] = merge.kept
                builder.apply(merge)
        day = d["published_at"][:10]
        at = datetime.fromisoformat(d["published_at"])
        item = StoryItem(
            id=d["id"], title=d["title"], text=d["text"] if whole else d["text"].split("\n")[0][:400],
            published_at=at if at.tzinfo else at.replace(tzinfo=UTC), publisher=d["source"],
        )  # fmt: skip
        [one] = builder.place([item])
        placed[d["id"]] = one.story

    def root(story: str) -> str:
        while story in absorbed:
            story = absorbed[story]
        return story

    return [root(placed[d["id"]]) for d in documents]


def main(path: str) -> None:
    """Print both tables."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    gold = [str(d["cluster"]) for d in documents]
    for whole in (False, True):
        print(f"{'whole texts' if whole else 'title and first line'}: merge from  P  R  F1")
        for same in MERGES:
            p, r, f1 = bcubed(stories(documents, same, whole=whole), gold)
            print(f"  {same:>5g}  {p:.3f}  {r:.3f}  {f1:.3f}")
    weights = headlines([d["title"] for d in documents])
    alike, other = [], []
    for a, b in combinations(range(len(documents)), 2):
        (alike if gold[a] == gold[b] else other).append(likeness(weights[a], weights[b]))
    print("headlines alike from: found, false pairs in 10,000, precision at one in a hundred")
    for least in LIKENESSES:
        found, false = sum(x >= least for x in alike) / len(alike), sum(x >= least for x in other) / len(other)
        precision = found / (found + false * (SAME_IN - 1)) if found else 0.0
        print(f"  {least:.2f}  {found:.3f}  {10_000 * false:.1f}  {precision:.3f}")


if __name__ == "__main__":
    main(sys.argv[1])
