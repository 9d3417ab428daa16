"""The nightly look back: stories that turned out to be one, now that more of each is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import sqrt

from service.domain.stories import Merge
from service.stories.background import Background
from service.stories.features import Weights

SAME = 0.42  # cosine of two stories' centres; pairs below tell of one topic, not of one thing
APART_SECONDS = 3 * 86400.0  # stories that lie further apart than this are left alone
RARE = 5.0
MOST_TERMS = 60


def proposals(
    documents: Sequence[tuple[str, float, Weights]],
    table: Background,
    *,
    same: float = SAME,
) -> list[Merge]:
    """Merges, those most alike first; a story is absorbed at most once, and the older of two keeps its name.

    Args:
        documents: story, time of publication (seconds since 1970) and terms of each origin, in order of arrival.
        same: least cosine of two stories' centres.
    """
    spans: dict[str, tuple[float, float]] = {}
    sums: dict[str, defaultdict[int, float]] = {}
    for story, at, weights in documents:
        low, high = spans.get(story, (at, at))
        spans[story] = min(low, at), max(high, at)
        centre = sums.setdefault(story, defaultdict(float))
        norm = sqrt(sum((w * table.rarity(t)) ** 2 for t, w in weights.items())) or 1.0
        for term, weight in weights.items():
            centre[term] += weight * table.rarity(term) / norm
    order = {story: n for n, story in enumerate(spans)}
    merged: dict[str, str] = {}
    found = []
    for _, one, other in sorted(_alike(sums, spans, table, same), key=lambda pair: (-pair[0], order[pair[1]])):
        kept, absorbed = sorted((one, other), key=order.__getitem__)
        if absorbed in merged or kept in merged:
            continue
        merged[absorbed] = kept
        found.append(Merge(kept=kept, absorbed=absorbed))
    return found


def _alike(
    sums: dict[str, defaultdict[int, float]], spans: dict[str, tuple[float, float]], table: Background, same: float
) -> list[tuple[float, str, str]]:
    centres: dict[str, dict[int, float]] = {}
    postings: defaultdict[int, list[str]] = defaultdict(list)
    pairs: set[tuple[str, str]] = set()
    for story, centre in sums.items():
        top = dict(sorted(centre.items(), key=lambda item: (-item[1], item[0]))[:MOST_TERMS])
        norm = sqrt(sum(v * v for v in top.values())) or 1.0
        centres[story] = {t: v / norm for t, v in top.items()}
        for term in top:
            if table.rarity(term) >= RARE:
                pairs.update((other, story) for other in postings[term])
                postings[term].append(story)
    found = []
    for one, other in sorted(pairs):
        (a, b), (c, d) = spans[one], spans[other]
        if max(a, c) - min(b, d) > APART_SECONDS:
            continue
        mine, theirs = centres[one], centres[other]
        score = sum(v * theirs[t] for t, v in mine.items() if t in theirs)
        if score >= same:
            found.append((score, one, other))
    return found
