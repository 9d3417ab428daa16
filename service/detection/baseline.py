"""What a stream is expected to publish: its level, times the shapes of its day, its week and the calendar.

Learned once a block (a day for hourly counts) from sums that fade; many streams side by side. All sums are of weighted
counts and of the exposure that they were counted over, so that a bin that was not seen changes neither.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from service.detection import calendar
from service.detection.parameters import HOUR_PRIOR, WEEKDAY_PRIOR, Parameters

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Shape:
    """Factors by class (hour, weekday, kind of day) that a stream's counts are multiplied with."""

    def __init__(self, streams: int, prior: tuple[float, ...], strength: float) -> None:
        self.prior = np.array(prior)
        self.strength = strength
        self.counted = np.zeros((streams, len(prior)))
        self.exposed = np.zeros((streams, len(prior)))

    def factors(self) -> Floats:
        """[stream, class]; drawn to the prior where little was counted."""
        return (self.counted + self.strength * self.prior) / (self.exposed + self.strength)

    def learn(self, classes: Ints, counted: Floats, exposed: Floats, keep: float) -> None:
        """Add bins of the given classes; `keep` is what is left of the older ones."""
        onehot = np.zeros((len(classes), len(self.prior)))
        onehot[np.arange(len(classes)), classes] = 1.0
        self.counted = keep * self.counted + counted @ onehot
        self.exposed = keep * self.exposed + exposed @ onehot


class Baseline:
    """Expected counts of streams with bins of one width (up to a day)."""

    def __init__(self, streams: int, width_hours: float, parameters: Parameters) -> None:
        self.p, self.width = parameters, width_hours
        self.hours = Shape(streams, HOUR_PRIOR, parameters.shrink_season)
        self.weekdays = Shape(streams, WEEKDAY_PRIOR, parameters.shrink_season)
        self.kinds = Shape(streams, calendar.PRIOR_FACTORS, parameters.shrink_season)
        self.short = np.zeros((2, streams))
        self.long = np.zeros((2, streams))
        self.excess = np.zeros((2, streams))

    def season(self, minutes: Ints) -> Floats:
        """Factor of each bin that starts at these local minutes since 1970, [stream, bin]; 1 on average."""
        hour, weekday, kind = _classes(minutes)
        hours, weekdays, kinds = self.hours.factors(), self.weekdays.factors(), self.kinds.factors()
        hours /= hours.mean(1, keepdims=True)
        weekdays /= weekdays.mean(1, keepdims=True)
        daily = weekdays[:, weekday] * kinds[:, kind]
        if self.width > 12:
            return daily
        if self.width > 1:
            span = round(self.width)
            hours = np.stack([np.roll(hours, -i, axis=1) for i in range(span)]).mean(0)
        return hours[:, hour] * daily

    def expect(self, minutes: Ints) -> tuple[Floats, Floats, Floats]:
        """Mean count, [stream, bin], and its squared relative error, [stream, 1]; dispersion, [stream]."""
        level, error = self.level()
        return self.season(minutes) * (level * self.width)[:, None], error[:, None], self.dispersion()

    def level(self) -> tuple[Floats, Floats]:
        """Documents an hour, [stream], and the squared relative error of that figure."""
        p = self.p
        far = (self.long[0] + p.prior_documents) / (self.long[1] + p.prior_documents / p.prior_rate)
        near = (self.short[0] + p.shrink_level) / (self.short[1] + p.shrink_level / far)
        known = self.short[0] + np.minimum(p.shrink_level, self.long[0]) + p.prior_documents
        error = self.dispersion() / known + p.sway**2 + p.unknown_day / (1 + self.long[1] / 24)
        return np.maximum(near, p.floor_rate), np.minimum(error, 8.0)

    def dispersion(self) -> Floats:
        """Variance of a count over its mean, [stream], 1 at least."""
        return np.asarray(np.maximum((self.excess[0] + 1.3 * 48) / (self.excess[1] + 48), 1.02))

    def learn(self, minutes: Ints, counts: Floats, weights: Floats, expected: Floats) -> None:
        """Take a block of bins in.

        Args:
            counts, expected: [stream, bin], as at full coverage.
            weights: how far each bin is to be trusted, 0 to 1; 0 where it was not seen.
        """
        p = self.p
        days = counts.shape[1] * self.width / 24
        level, _ = self.level()
        season = self.season(minutes)
        exposure = weights * season * self.width
        counted = weights * counts
        self.short = 0.5 ** (days / p.short_days) * self.short + np.stack([counted.sum(1), exposure.sum(1)])
        self.long = 0.5 ** (days / p.long_days) * self.long + np.stack([counted.sum(1), exposure.sum(1)])
        keep = 0.5 ** (days / p.season_days)
        base = exposure * level[:, None]
        hour, weekday, kind = _classes(minutes)
        for shape, classes in ((self.hours, hour), (self.weekdays, weekday), (self.kinds, kind)):
            own = shape.factors()[:, classes]
            shape.learn(classes, counted, base / np.maximum(own, 1e-3), keep)
        seen = (weights > 0.5) & (expected > 0.01)
        strange = np.minimum(
            (counts - expected) ** 2 / np.maximum(expected, 0.01), 25.0 * (1 + 1 / np.maximum(expected, 0.04))
        )
        # rare counts say little about spread: weigh by what was expected
        trust = np.where(seen, np.minimum(expected, 1.0), 0.0)
        self.excess = keep * self.excess + np.stack([(trust * strange).sum(1), trust.sum(1)])


def _classes(minutes: Ints) -> tuple[Ints, Ints, Ints]:
    days = minutes // 1440
    return minutes // 60 % 24, (days + 3) % 7, calendar.kinds_of_days(days)
