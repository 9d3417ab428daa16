"""Three linear machines for one yes-or-no question, and their blend, which is linear again.

Blending costs nothing when judging: the machines see the same features, so their coefficients add up to one vector.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

SEED = 20191121
TOLERANCE = 1e-3  # of the solver; a tenth of it moves no label and takes a quarter longer
Answers = np.ndarray[Any, np.dtype[np.bool_]]
Vector = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Line:
    """A hyperplane: margin = row · coef + intercept, positive for yes."""

    coef: Vector
    intercept: float

    def margins(self, rows: sparse.csr_matrix) -> Vector:
        return np.asarray(rows @ self.coef) + self.intercept

    def scaled(self, by: float) -> Line:
        return Line(self.coef * by, self.intercept * by)


Machine = Callable[[sparse.csr_matrix, Answers, float], Line]


def logistic(rows: sparse.csr_matrix, answers: Answers, strength: float) -> Line:
    """Balanced logistic regression; `strength` is the inverse of the penalty."""
    fitted = LogisticRegression(C=strength, class_weight="balanced", solver="liblinear", random_state=SEED)
    fitted.fit(rows, answers)
    return Line(fitted.coef_[0], float(fitted.intercept_[0]))


def vector_machine(rows: sparse.csr_matrix, answers: Answers, strength: float) -> Line:
    """Balanced linear support vector machine."""
    fitted = LinearSVC(C=strength, class_weight="balanced", random_state=SEED, tol=TOLERANCE).fit(rows, answers)
    return Line(fitted.coef_[0], float(fitted.intercept_[0]))


def bayes_machine(rows: sparse.csr_matrix, answers: Answers, strength: float) -> Line:
    """Support vector machine over features weighed by their log-count ratio (Wang and Manning 2012, NB-SVM)."""
    present = rows.copy()
    present.data = np.ones_like(present.data)
    yes = np.asarray(present[answers].sum(axis=0)).ravel() + 1.0
    no = np.asarray(present[~answers].sum(axis=0)).ravel() + 1.0
    ratio = np.log((yes / yes.sum()) / (no / no.sum()))
    line = vector_machine((rows @ sparse.diags(ratio)).tocsr(), answers, strength)
    return Line(line.coef * ratio, line.intercept)


MACHINES: dict[str, Machine] = {"logistic": logistic, "vector": vector_machine, "bayes": bayes_machine}


def constant(width: int, answer: bool) -> Line:
    """Where there is only one answer to learn from."""
    return Line(np.zeros(width), 1.0 if answer else -1.0)


def fit(name: str, rows: sparse.csr_matrix, answers: Answers, strength: float) -> Line:
    """One machine by name."""
    if answers.all() or not answers.any():
        return constant(rows.shape[1], bool(answers.all()))
    return MACHINES[name](rows, answers, strength)
