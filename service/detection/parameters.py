"""Every number that the detector was given by hand; one set for all streams and bin widths."""

from __future__ import annotations

from dataclasses import dataclass

# share of a day's publications by hour in Vietnam, before a stream has shown its own day: a smooth working day
HOUR_PRIOR = (
    0.3, 0.2, 0.2, 0.2, 0.3, 0.5, 0.9, 1.2, 1.4, 1.5, 1.5, 1.3, 1.1, 1.2, 1.4, 1.5, 1.5, 1.4, 1.3, 1.2, 1.2, 1.2, 1.0, 0.7,
)  # fmt: skip
WEEKDAY_PRIOR = (1.05, 1.08, 1.08, 1.07, 1.05, 0.88, 0.79)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Settings of the detector.

    Attributes:
        windows_hours: spans that are summed and tested; the shortest is never less than a bin.
        source_weight, origin_weight: documents of a source not yet counted, and originals, count so much on top of
            `value`: a flurry of one page has few of either.
        short_days, long_days: half-lives of the level; the long one is what the short one is drawn to.
        season_days: half-life of the shapes of day and week.
        tail_days: half-life of what a stream's own scores are compared with.
        shrink_level, shrink_season: strength of the priors, in documents.
        prior_rate: documents an hour before anything is known; floor_rate: the least that is ever expected.
        sway: relative standard error of a level beyond what counting explains.
        burn: a bin whose evidence exceeds this counts (burn / evidence) squared in what is learned.
        stuck_days: after so long above, a level counts as the new normal.
    """

    windows_hours: tuple[float, ...] = (1, 2, 4, 8, 16, 32, 64)
    source_weight: float = 1.0
    origin_weight: float = 0.5
    value_weight: float = 0.3
    short_days: float = 14.0
    long_days: float = 120.0
    season_days: float = 120.0
    tail_days: float = 365.0
    shrink_level: float = 12.0
    shrink_season: float = 8.0
    prior_rate: float = 0.05
    floor_rate: float = 0.006
    sway: float = 0.08
    burn: float = 3.0
    stuck_days: float = 10.0
    prior_tail_bins: float = 200.0
    burst_hours: float = 6.0


DEFAULT = Parameters()
