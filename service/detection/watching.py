"""One stream through the detector, as `radar backtest` replays it: its bins in, one answer a bin out.

The watch scores many streams side by side (service.usecases.scoring), with the same answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from service.detection.alarms import Bursts, threshold
from service.detection.detector import Counts, Detector
from service.domain.warning import Bin, Unusual

LOCAL_MINUTES = 7 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def local_minute(time: datetime) -> int:
    """Minutes since 1970 on the clock of Vietnam (UTC+7 all year)."""
    return int((time - _EPOCH) // timedelta(minutes=1)) + LOCAL_MINUTES


def watch_series(bins: Sequence[Bin], *, width: timedelta, series: int, false_alarms_per_month: float) -> list[Unusual]:
    """Score the bins of one stream; the same code as `radar detect`.

    Args:
        bins: regular, oldest first, gaps filled (with coverage 0 where nothing was looked at).
        width: of a bin, five minutes to a week.
        series: how many streams share the budget.
        false_alarms_per_month: budget of all streams together.

    Returns:
        One answer a bin, each from its own past only. Score s: a stream like this shows as much by chance about once
        in 10**s hours (3: six weeks, 3.6: half a year, 4.5: three and a half years; crises reach 7 and more).
    """
    if not bins:
        return []
    minutes = round(width / timedelta(minutes=1))
    column = np.array([(b.value, b.sources, b.coverage) for b in bins], dtype=np.float64).T[:, None, :]
    start = local_minute(bins[0].start)
    counts = Counts(value=column[0], sources=column[1], coverage=column[2])
    scored = Detector(1, minutes).advance(start, counts)
    bursts = Bursts(1, minutes, threshold(series, false_alarms_per_month))
    alarm = bursts.openings(start + minutes * np.arange(len(bins)), scored.score)[0].tolist()
    rows = zip(
        bins,
        scored.expected[0].tolist(),
        scored.score[0].tolist(),
        alarm,
        strict=True,
    )
    return [
        Unusual(start=b.start, value=b.value, expected=expected, score=score, alarm=opens)
        for b, expected, score, opens in rows
    ]
