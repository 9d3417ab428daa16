"""Many streams at once are scored as each alone would be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.detection.watching import watch_series
from service.domain.streams import HOUR
from service.domain.warning import Bin, Unusual
from service.usecases.assess import USUAL_STREAMS, among
from service.usecases.scoring import score_all
from tests.builders import NOW

FIRST = NOW - timedelta(days=6)
COUNTS = st.dictionaries(st.integers(0, 6 * 24), st.integers(1, 9), max_size=30)


def bins(counts: dict[int, int]) -> list[Bin]:
    return [Bin(start=FIRST + n * HOUR, value=c, total=c + 1, sources=min(c, 2)) for n, c in sorted(counts.items())]


@settings(max_examples=15)
@given(st.lists(COUNTS, min_size=1, max_size=4))
def test_side_by_side_as_alone(streams: list[dict[int, int]]) -> None:
    known = {f"story:{n}": bins(counts) for n, counts in enumerate(streams)}
    together = score_all(known, first=FIRST, last=NOW, keep=30)
    for name, found in known.items():
        alone = watch_series(list(regular(found, FIRST, NOW)), width=HOUR, series=1, false_alarms_per_month=2.0)[-30:]
        for one, other in zip(together[name], alone, strict=True):
            assert (one.start, one.value) == (other.start, other.value)
            assert one.score == pytest.approx(other.score, abs=1e-6)
            assert one.expected == pytest.approx(other.expected, rel=1e-6)


@given(st.floats(0, 20), st.integers(1, 5000), st.integers(1, 5000))
def test_more_chances_never_make_a_score_higher(score: float, few: int, many: int) -> None:
    unusual = Unusual(start=NOW, value=5, expected=1.0, score=score)
    few, many = sorted((few, many))
    assert 0 <= among(unusual, many).score <= among(unusual, few).score <= score
    assert among(unusual, USUAL_STREAMS) == unusual


def regular(bins: Iterable[Bin], first: datetime, last: datetime) -> Iterator[Bin]:
    """Every hour from `first` to `last`, those without documents as zeros."""
    known = {b.start: b for b in bins}
    while first <= last:
        yield known.get(first) or Bin(start=first, value=0, total=0, sources=0)
        first += HOUR
