"""Does more corpus still help? Figures on a fifth of the corpus held out, learned from 20 to 100 % of the rest.

    python benchmarks/learning_curve.py

Pairs stay on one side of the split; which items come first is settled by a hash of their group, so that the curve is
the same on every machine. Thresholds are those of the margin (0), not tuned.
"""

from __future__ import annotations

import hashlib
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from sklearn.metrics import f1_score

from classifiers.datasets.corpus import Item, load
from classifiers.features.vectoriser import learn
from classifiers.labels import FEEDBACKS, TONES, TOPICS
from classifiers.training.shipped import MIN_DOCUMENTS, analyses, blend

SHARES = (0.2, 0.4, 0.6, 0.8, 1.0)
HELD_OUT = 0.2


def place(item: Item) -> float:
    """Where an item stands in the fixed order, 0 to 1."""
    return int(hashlib.sha256(item.group.encode()).hexdigest()[:8], 16) / 2**32


def main() -> None:
    """Print one line a share."""
    items = sorted(load(), key=place)
    test = [i for i in items if place(i) < HELD_OUT]
    rest = [i for i in items if place(i) >= HELD_OUT]
    known = [n for n, i in enumerate(test) if i.relevant]
    for share in SHARES:
        train = rest[: int(len(rest) * share)]
        vectoriser = learn(analyses(train), min_documents=MIN_DOCUMENTS)
        rows, held = vectoriser.transform(analyses(train)), vectoriser.transform(analyses(test))
        relevant = np.array([i.relevant for i in train])
        found = blend(rows, relevant).margins(held) > 0
        line = [f"relevance {f1_score([i.relevant for i in test], found):.3f}"]
        for label, classes in (("tone", TONES), ("feedback", FEEDBACKS)):
            answers = np.array([str(getattr(i, label)) for i in train])[relevant]
            margins = np.stack([blend(rows[relevant], answers == c).margins(held[known]) for c in classes], axis=1)
            gold = [classes.index(str(getattr(test[n], label))) for n in known]
            line.append(f"{label} {f1_score(gold, margins.argmax(axis=1), average='macro'):.3f}")
        topics = np.array([[t in i.topics for t in TOPICS] for i in train])[relevant]
        margins = np.stack(
            [blend(rows[relevant], topics[:, k]).margins(held[known]) for k in range(len(TOPICS))], axis=1
        )
        gold_topics = np.array([[t in test[n].topics for t in TOPICS] for n in known])
        line.append(f"topics {f1_score(gold_topics, margins > 0, average='micro'):.3f}")
        print(f"{share:4.0%} ({len(train)} items, {len(test)} held out): {'  '.join(line)}", flush=True)


if __name__ == "__main__":
    main()
