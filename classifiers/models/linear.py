"""Linear yes-or-no models over one shared vectoriser, with calibrated probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from classifiers.features.weighting import Floats

BY_KIND = frozenset({"tone", "feedback"})  # questions that articles have heads of their own for
ARTICLES = "article:"

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float32]]


@dataclass(frozen=True)
class Heads:
    """One linear model a head.

    Attributes:
        names: such as «relevant», «topic=pension», «tone=negative» and, of articles, «article:tone=negative».
        coef: features x heads.
        intercept: a number a head.
        slope, offset: Platt's sigmoid a head, learned from answers on texts the model was not trained on (Platt 1999,
            Probabilistic outputs for support vector machines).
    """

    names: tuple[str, ...]
    coef: Matrix
    intercept: Floats
    slope: Floats
    offset: Floats
    column: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", {name: i for i, name in enumerate(self.names)})

    def columns(self, label: str, classes: Sequence[str], *, article: bool) -> list[int]:
        """Where the classes of a label are answered, of an article or of another text."""
        return [self.column[of_kind(f"{label}={c}", article=article)] for c in classes]

    def margins(self, rows: sparse.csr_matrix, names: Sequence[str] | None = None) -> Matrix:
        """Distances from the border, texts x heads (all, or those named)."""
        if names is None:
            return np.asarray(rows @ self.coef) + self.intercept
        picked = [self.column[n] for n in names]
        return np.asarray(rows @ self.coef[:, picked]) + self.intercept[picked]

    def calibrated(self, margins: Matrix) -> Matrix:
        """Probabilities of margins of all heads."""
        return sigmoid(self.slope * margins + self.offset)


def of_kind(head: str, *, article: bool) -> str:
    """The head that answers a question («tone=negative») of an article or of another text."""
    return f"{ARTICLES}{head}" if article and head.partition("=")[0] in BY_KIND else head


def sigmoid(z: Matrix) -> Matrix:
    """Logistic function, safe for large arguments."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(z, -30.0, 30.0))))


def normalise(probabilities: Matrix) -> Matrix:
    """Class probabilities that add up to 1, from yes-or-no probabilities."""
    return np.asarray(probabilities / np.maximum(probabilities.sum(axis=-1, keepdims=True), 1e-9))
