"""Drift of scores and words: the population stability index of every head against the first weeks of the same model.

PSI = sum over bins of (now - before) * ln(now / before), of shares. Customary limits: below .1 no shift, above .25 a
large one (Siddiqi 2006, Credit Risk Scorecards, chapter 9); we warn above .2, while there is time to look. Where
nothing has moved the expected PSI is (bins - 1) * (1 / before + 1 / now) (Yurdakul 2018, Statistical Properties of
Population Stability Index), so that fewer texts than LEAST_TEXTS are not compared.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from service.domain.drift import BINS, WORDS, Drift, ScoreCount, Shift
from service.domain.judgement import Judgement
from service.domain.wording import number, percent
from service.insight.label_words import name_of_head

MOVED = 0.2
LEAST_TEXTS = 500  # expected PSI of no shift: .036
REFERENCE_WEEKS = 4
PRESENT_WEEKS = 2
LEAST_WORDS = 20_000
MORE_UNKNOWN = 1.5


def week_of(day: date) -> str:
    """ISO date of the Monday of a week."""
    return (day - timedelta(days=day.weekday())).isoformat()


def tally(judgements: Iterable[Judgement]) -> Counter[tuple[str, int]]:
    """Scores by (head, tenth of the scale), and words by whether the vocabulary holds them."""
    counts: Counter[tuple[str, int]] = Counter()
    for known in (j.diagnostics for j in judgements):
        if known is None:
            continue
        for head, score in known.scores.items():
            counts[head, min(BINS - 1, int(score * BINS))] += 1
        counts[WORDS, 0] += known.words - known.unknown
        counts[WORDS, 1] += known.unknown
    return +counts


def psi(before: Sequence[int], now: Sequence[int]) -> float:
    """Population stability index of two histograms with the same bins; half a text is added to each bin, so that an
    empty one does not make it infinite."""
    width = len(before) / 2
    total_before, total_now = sum(before) + width, sum(now) + width
    shares = [((b + 0.5) / total_before, (n + 0.5) / total_now) for b, n in zip(before, now, strict=True)]
    return sum((n - b) * math.log(n / b) for b, n in shares)


def drift(model: str, counts: Sequence[ScoreCount]) -> Drift:
    """Compare the newest weeks of a model with its first ones."""
    weeks = sorted({c.week for c in counts})
    reference = weeks[:REFERENCE_WEEKS]
    present = weeks[REFERENCE_WEEKS:][-PRESENT_WEEKS:]
    heads = sorted({c.head for c in counts} - {WORDS})
    shifts = [_shift(head, _histogram(counts, head, reference), _histogram(counts, head, present)) for head in heads]
    before, now = _histogram(counts, WORDS, reference), _histogram(counts, WORDS, present)
    unknown_before, unknown = _share(before), _share(now)
    warnings = [_warning(s.head, s.psi) for s in shifts if s.psi is not None and s.psi > MOVED]
    if unknown is not None and unknown_before is not None and unknown > MORE_UNKNOWN * unknown_before:
        warnings.append(
            f"Tỷ lệ từ mà máy chưa biết tăng từ {percent(unknown_before, 1)} lên {percent(unknown, 1)}: có thể người"
            " dân và báo chí đang dùng từ mới."
        )
    return Drift(
        model=model,
        reference=(reference[0], reference[-1]) if reference else None,
        present=(present[0], present[-1]) if present else None,
        shifts=shifts,
        unknown=unknown,
        unknown_before=unknown_before,
        warnings=warnings,
    )


def _histogram(counts: Sequence[ScoreCount], head: str, weeks: Sequence[str]) -> list[int]:
    found = [0] * BINS
    for c in counts:
        if c.head == head and c.week in weeks:
            found[c.bin] += c.count
    return found


def _shift(head: str, before: Sequence[int], now: Sequence[int]) -> Shift:
    enough = min(sum(before), sum(now)) >= LEAST_TEXTS
    return Shift(head=head, psi=psi(before, now) if enough else None, before=sum(before), now=sum(now))


def _warning(head: str, index: float) -> str:
    return (
        f"Phân bố điểm của “{name_of_head(head)}” đã lệch so với những tuần đầu (PSI {number(index, 2)}, ngưỡng"
        f" {number(MOVED, 2)}): nên kiểm tra một số nội dung gần đây và gán nhãn thêm."
    )


def _share(words: Sequence[int]) -> float | None:
    total = words[0] + words[1]
    return words[1] / total if total >= LEAST_WORDS else None
