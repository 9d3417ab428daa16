"""Speed of judging on one core: the gate on other news, full judgement of 400-word articles and of short comments.

    python benchmarks/classify.py [--seconds 5] [--timeline ../shared/data/vn-rss-timeline/2025-08.jsonl.gz]

Texts are put together from the corpus of the repository; other news comes from --timeline where it is there. Figures
are of processor time of one process, model loaded before; they are set against a fixed piece of text work (yardstick,
a thousand of it a second), so that runs on busy machines compare.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

TIMELINE = Path("../shared/data/vn-rss-timeline/2025-08.jsonl.gz")
WORDS = 400


def yardstick() -> float:
    """Thousands of rounds a second of splitting, lower-casing and counting one fixed sentence."""
    sentence = "Người lao động hỏi về mức hưởng lương hưu theo quy định mới của Luật Bảo hiểm xã hội " * 4
    start = time.process_time()
    for _ in range(5000):
        counts: dict[str, int] = {}
        for word in sentence.lower().split():
            counts[word] = counts.get(word, 0) + 1
    return 5.0 / (time.process_time() - start)


def rate(work: Callable[[Sequence[object]], object], items: Sequence[object], seconds: float) -> float:
    """Items a second of processor time; the items are gone through as often as fits."""
    work(items[:64])
    start, done = time.process_time(), 0
    while time.process_time() - start < seconds:
        work(items)
        done += len(items)
    return done / (time.process_time() - start)


def main() -> None:
    """Print the figures, one a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--timeline", type=Path, default=TIMELINE)
    args = parser.parse_args()
    start = time.process_time()
    from classifiers.datasets.corpus import load
    from classifiers.features.anchors import may_concern
    from classifiers.inference.judge import judge
    from classifiers.labels import Kind, Text
    from classifiers.models.model import load_model

    model = load_model()
    loaded = time.process_time() - start
    items = load()
    sentences = [i.text.text for i in items if i.relevant and i.text.kind is Kind.ARTICLE]
    articles, words = [], []
    for sentence in sentences:
        words += sentence.split()
        if len(words) >= WORDS:
            articles.append(Text(id=str(len(articles)), text=" ".join(words[:WORDS])))
            words = []
    comments = [i.text for i in items if i.relevant and i.text.kind is Kind.COMMENT and len(i.text.text.split()) <= 30]
    if args.timeline.exists():
        with gzip.open(args.timeline, "rt", encoding="utf-8") as lines:
            news = [Text(id=r["id"], title=r["title"], text=r["summary"]) for r in map(json.loads, lines)]
    else:
        news = [i.text for i in items if not i.relevant]
    other = [t for t in news if not may_concern(t.title, t.text)]
    print(f"yardstick {yardstick():.2f} thousand rounds/s; imports and model {loaded:.2f} s of processor time")
    print(f"gate lets pass {1 - len(other) / len(news):.1%} of {len(news)} news items")
    for name, texts in (("other news", other), ("400-word articles", articles), ("short comments", comments)):
        found = rate(lambda batch: judge(model, batch), texts[:2000], args.seconds)  # type: ignore[arg-type]
        print(f"{name:<18} {found:8.0f}/s ({len(texts[:2000])} texts)")
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, yardstick {yardstick():.2f}")


if __name__ == "__main__":
    main()
