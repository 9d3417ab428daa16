"""Every number that the detector was given by hand; one set for all streams and bin widths."""

from __future__ import annotations

from dataclasses import dataclass

# share of a day's publications by hour in Vietnam, before a stream has shown its own day: a smooth working day
HOUR_PRIOR = (
    0.5, 0.4, 0.4, 0.4, 0.4, 0.6, 0.9, 1.2, 1.3, 1.3, 1.3, 1.2, 1.1, 1.2,
    1.3, 1.3, 1.3, 1.3, 1.2, 1.2, 1.2, 1.1, 1.0, 0.8,
)  # fmt: skip
WEEKDAY_PRIOR = (1.05, 1.08, 1.08, 1.07, 1.05, 0.88, 0.79)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Settings of the detector.

    Attributes:
        windows_hours: spans that are summed and tested; a span is at least one bin.
        windows_weeks: the same where a bin is a week.
        fade_hours: one more sum, over all of the longest span, in whose weights an hour falls to 1 / e after so many
            hours: what rises slowly is best seen by weights that rise with it. Not used where a bin is a week.
        rank_minutes: span whose rank in the stream's own history is the score where bins are shorter than an hour.
        short_days, long_days: half-lives of the level; the long one is what the short one is drawn to.
        season_days: half-life of the shapes of day, week and calendar.
        tail_days: half-life of what a stream's own evidence is compared with.
        shrink_level, shrink_season: strength of the priors, in documents.
        prior_rate: documents an hour before anything is known; floor_rate: the least that is ever expected, so that
            single documents in a quiet stream stay unremarkable.
        sway: relative standard error of a level beyond what counting explains.
        corroborate: an excess counts up to so many times what new sources bear out of it.
        alone, alone_share: evidence, and share of it, that an excess loses if no new sources bear it out.
        broad_spread, broad_error: variance over mean, and squared relative error, of the sources that so many items
            usually bring.
        burn: a bin whose evidence exceeds this counts (burn / evidence) squared in what is learned.
        burn_young: the same for a young stream, whose level a crisis would soon lift.
        burn_residual: the same for weeks, in standard residuals.
        stuck_days, stuck: where most of so many days were above `burn`, the level is the new normal.
        foot_share: share of days whose peak is above the foot of the tail; prior_foot(_weekly): evidence there before
            history is known; prior_days: weight of that; slope: evidence by which days become e times rarer.
        young_bins: so long a stream learns after every bin, later after every block.
        unknown_day: squared relative error while the shape of the stream's day is not known.
        prior_documents: weight of prior_rate, in documents.
        refit_weeks: weeks between two fits of a weekly baseline.
    """

    windows_hours: tuple[float, ...] = (3, 6, 12, 24, 48, 72)
    windows_weeks: tuple[int, ...] = (2,)
    fade_hours: float = 24.0
    rank_minutes: float = 10
    short_days: float = 21.0
    long_days: float = 365.0
    season_days: float = 365.0
    tail_days: float = 365.0
    shrink_level: float = 12.0
    shrink_season: float = 8.0
    prior_rate: float = 0.2
    floor_rate: float = 0.006
    sway: float = 0.08
    corroborate: float = 1.6
    alone: float = 3.0
    alone_share: float = 0.4
    broad_spread: float = 1.3
    broad_error: float = 0.1
    burn: float = 3.0
    burn_young: float = 1.0
    burn_residual: float = 2.58
    stuck_days: float = 10.0
    stuck: float = 0.6
    foot_share: float = 0.2
    prior_foot: float = 2.0
    prior_foot_weekly: float = 0.5
    prior_days: float = 20.0
    slope: float = 1.0
    refit_weeks: int = 4
    young_bins: int = 48
    unknown_day: float = 0.1
    prior_documents: float = 0.3


DEFAULT = Parameters()
