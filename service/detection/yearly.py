"""Expected counts of weekly bins: log-linear in time with two yearly waves, fitted again as weeks go by."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from service.detection.parameters import Parameters

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_BINS = 7 * 53
ROUNDS = 2
# standard deviations that are expected of trend (a year) and waves, on the log scale, before anything is seen
PRIOR_SPREADS = (0.25, 0.7, 0.7, 0.35, 0.35)


class YearlyBaseline:
    """Quasi-Poisson regression (variance phi times mean), fitted again with weeks far above the fit counting less.

    That is the idea of Farrington's algorithm as Noufaily et al. 2013 improved it; the weight falls from 1 with the
    square of the residual over its limit.
    """

    def __init__(self, streams: int, width_hours: float, parameters: Parameters) -> None:
        self.p, self.width = parameters, width_hours
        self.counts = np.zeros((streams, 0))
        self.weights = np.zeros((streams, 0))
        self.minutes = np.zeros(0, dtype=np.int64)
        self.beta = np.zeros((streams, 6))
        self.beta[:, 0] = np.log(parameters.prior_rate * width_hours)
        self.covariance = np.tile(np.eye(6), (streams, 1, 1))
        self.phi = np.full(streams, 1.3)
        self.origin = 0
        self.since = 0

    def expect(self, minutes: Ints) -> tuple[Floats, Floats, Floats]:
        """Mean count and its squared relative error, [stream, bin]; dispersion, [stream]."""
        x = self._design(minutes)
        error = np.einsum("bp,spq,bq->sb", x, self.covariance, x)
        mean = np.exp(np.minimum(self.beta @ x.T, 25.0))
        return np.maximum(mean, self.p.floor_rate * self.width), np.minimum(error, 1.0), self.phi

    def learn(self, minutes: Ints, counts: Floats, weights: Floats, expected: Floats) -> None:
        """Take bins in and fit again; `weights` says how far each was seen."""
        del expected
        p = self.p
        self.minutes = np.concatenate([self.minutes, minutes])[-MOST_BINS:]
        self.counts = np.concatenate([self.counts, counts], axis=1)[:, -MOST_BINS:]
        self.weights = np.concatenate([self.weights, np.minimum(weights, 1.0)], axis=1)[:, -MOST_BINS:]
        self.since += len(minutes)
        if len(self.minutes) <= 53 or self.since >= p.refit_weeks:
            self.since = 0
            self.origin = int(minutes[-1])
            self._fit()

    def _design(self, minutes: Ints) -> Floats:
        years = (minutes - self.origin) / (60 * 24 * 365.2425)
        turn = 2 * np.pi * (minutes / (60 * 24 * 365.2425))
        return np.stack(
            [np.ones_like(years), years, np.cos(turn), np.sin(turn), np.cos(2 * turn), np.sin(2 * turn)], axis=1
        )

    def _fit(self) -> None:
        p = self.p
        x = self._design(self.minutes)
        squares = (x[:, :, None] * x[:, None, :]).reshape(len(x), 36)
        y = self.counts
        seen = self.weights
        power = y ** (2 / 3)
        ridge = np.diag([0.05, *(1 / np.array(PRIOR_SPREADS) ** 2)])
        beta = self.beta.copy()
        start = np.log(((seen * y).sum(1) + 0.5) / (seen.sum(1) + 0.5))
        fresh = len(self.minutes) < 8
        if fresh:
            beta[:] = 0.0
            beta[:, 0] = start
        robust = np.ones_like(y)
        centre = np.zeros_like(beta)
        centre[:, 0] = start
        for _ in range(ROUNDS):
            mean = np.exp(np.clip(beta @ x.T, -12, 25))
            work = seen * robust * mean / self.phi[:, None]
            xtwx = (work @ squares).reshape(len(y), 6, 6) + ridge
            residual = seen * robust * (y - mean) / self.phi[:, None]
            gradient = residual @ x - (beta - centre) @ ridge
            step = np.linalg.solve(xtwx, gradient[:, :, None])[:, :, 0]
            beta = beta + np.clip(step, -1.0, 1.0)
            mean = np.exp(np.clip(beta @ x.T, -12, 25))
            used = (seen * robust).sum(1)
            pearson = (seen * robust * (y - mean) ** 2 / mean).sum(1)
            self.phi = np.maximum((pearson + 8 * 1.2) / (np.maximum(used - 4, 1) + 8), 1.0)
            # Anscombe residuals of a Poisson count over its dispersion, without a term for leverage
            strange = 1.5 * (power - np.cbrt(mean) ** 2) / np.sqrt(np.cbrt(mean) * self.phi[:, None])
            robust = np.where(strange > p.burn_residual, (p.burn_residual / np.maximum(strange, 1e-9)) ** 2, 1.0)
        self.beta, self.covariance = beta, np.linalg.inv(xtwx)
