"""How much more was published over spans of several lengths than expected: deviance of a negative binomial."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def deviance(counted: Floats, expected: Floats, variance: Floats) -> Floats:
    """Half the deviance of sums above what was expected (0 below): z * z / 2 for large counts.

    Args:
        variance: of the sum; at least `expected`.
    """
    mean = np.maximum(expected, 1e-9)
    spread = np.maximum(variance / mean, 1.01) - 1.0
    size = mean / spread
    observed = np.maximum(counted, mean)
    return observed * np.log(observed / mean) - (observed + size) * np.log((observed + size) / (mean + size))


def sums(rows: Floats, spans: tuple[int, ...], last: int, *, fade: float) -> Floats:
    """Sums up to each of the last bins over each span, and one more whose weights fade, [row, span, stream, bin].

    The fading one is scaled so that its mean and variance are alike for counts that come at random, as a sum's are.

    Args:
        rows: [row, stream, bin]; the second row is what was expected.
        fade: bins in which a weight falls to 1 / e; 0 for no such sum.
    """
    plain = np.stack([window_sums(row, spans, last) for row in rows])
    if not fade:
        return plain
    bins = rows.shape[2]
    lag = np.arange(bins - last, bins) - np.arange(bins)[:, None]
    weights = np.where(lag >= 0, np.exp(-np.maximum(lag, 0) / fade), 0.0)
    scale = (rows[1] @ weights) / np.maximum(rows[1] @ weights**2, 1e-12)
    return np.concatenate([plain, (rows @ weights * scale)[:, None]], axis=1)


def window_sums(values: Floats, spans: tuple[int, ...], last: int) -> Floats:
    """Sums over the `span` bins up to each of the last bins, [span, stream, bin]."""
    total = np.concatenate([np.zeros((values.shape[0], 1)), np.cumsum(values, axis=1)], axis=1)
    end = np.arange(values.shape[1] - last + 1, values.shape[1] + 1)
    return np.stack([total[:, end] - total[:, np.maximum(end - span, 0)] for span in spans])
