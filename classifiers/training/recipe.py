"""The training recipe for any `{id,text,label}` lines: three machines blended, settled on the dev part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from classifiers.features.grams import learn_grams
from classifiers.models.own import OwnModel
from classifiers.training.machines import SEED, Line, fit

# strengths tried, weakest first, a machine
STRENGTHS = {"vector": (0.1, 0.3), "logistic": (2.0, 8.0), "bayes": (0.05, 0.15)}
# blends tried, by weight of the machine: log-count ratios help where there is enough to count
BLENDS = ({"vector": 1.0, "logistic": 1.0, "bayes": 2.0}, {"vector": 1.0, "logistic": 1.0})
LEAST_COUNTED = 300  # items of the rarest class from which ratios of counts are more than noise
# The weakest strength within half a standard error of the best is taken (after Breiman et al. 1984, Classification and
# Regression Trees, 3.4.3): what a small dev part prefers is mostly chance.
STANDARD_ERRORS = 0.5
BIASES = np.round(np.arange(-1.2, 1.21, 0.1), 1)
BIAS_COST = 0.01  # macro-F1 a unit of bias has to bring: the dev part is small, and what only it wants is noise
ROUNDS = 3

Matrix = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.int64]]


def macro(gold: Codes, margins: Matrix) -> float:
    """Macro-F1 of the best class."""
    return float(f1_score(gold, margins.argmax(axis=1), average="macro", zero_division=0))


def settle_bias(margins: Matrix, gold: Codes) -> tuple[Matrix, float]:
    """Bias a class by coordinate ascent on macro-F1 less its cost, and what it reaches."""
    spread = float(margins.std()) or 1.0
    bias = np.zeros(margins.shape[1])
    best = macro(gold, margins)
    for _ in range(ROUNDS):
        for column in range(margins.shape[1]):
            for step in BIASES:
                tried = bias.copy()
                tried[column] = step * spread
                value = macro(gold, margins + tried) - BIAS_COST * float(np.abs(tried).sum()) / spread
                if value > best + 1e-9:
                    best, bias = value, tried
    return bias, best


def _tolerance(gold: Codes, classes: int) -> float:
    """STANDARD_ERRORS of macro-F1 on the dev part, as far as its rarest class makes it uncertain (recall near .7)."""
    rarest = max(1, int(np.bincount(gold, minlength=classes).min()))
    return STANDARD_ERRORS * float(np.sqrt(0.2 / rarest)) / classes


def _lines(name: str, rows: sparse.csr_matrix, gold: Codes, classes: int, strength: float) -> list[Line]:
    if classes == 2:
        line = fit(name, rows, gold == 1, strength)
        return [line.scaled(-1.0), line]
    return [fit(name, rows, gold == c, strength) for c in range(classes)]


def _margins(lines: Sequence[Line], rows: sparse.csr_matrix) -> Matrix:
    return np.stack([line.margins(rows) for line in lines], axis=1)


def _calibrate(margins: Matrix, gold: Codes, classes: int) -> tuple[float, Matrix]:
    """Slope and offsets of a softmax over margins (Guo et al. 2017, with a bias a class)."""
    if len(set(gold.tolist())) < classes:
        return 1.0, np.zeros(classes)
    slopes = np.linspace(0.2, 6.0, 59) / (float(margins.std()) or 1.0)
    priors = np.log(np.bincount(gold, minlength=classes) / len(gold))

    def loss(slope: float, offset: Matrix) -> float:
        z = slope * margins + offset
        z = z - z.max(axis=1, keepdims=True)
        return float(-(z[np.arange(len(gold)), gold] - np.log(np.exp(z).sum(axis=1))).mean())

    if classes == 2:
        curve = LogisticRegression(C=1e3).fit((margins[:, 1] - margins[:, 0])[:, None], gold)
        return float(curve.coef_[0, 0]), np.array([0.0, float(curve.intercept_[0])])
    choices = [(s, k * priors) for s in slopes for k in (0.0, 0.25, 0.5, 0.75, 1.0)]
    slope, offset = min(choices, key=lambda c: loss(*c))
    return float(slope), offset


def train_own(
    train: Sequence[tuple[str, str]], dev: Sequence[tuple[str, str]], *, manifest: dict[str, Any]
) -> OwnModel:
    """A model from (text, label) pairs; strengths, biases and calibration are settled on `dev`, which then joins in."""
    classes = tuple(sorted({label for _, label in train}))
    codes = {label: i for i, label in enumerate(classes)}
    dev = [(text, label) for text, label in dev if label in codes]
    texts = [text for text, _ in [*train, *dev]]
    grams = learn_grams(texts)
    rows = grams.transform(texts)
    gold = np.array([codes[label] for _, label in [*train, *dev]])
    inside, held = slice(0, len(train)), slice(len(train), len(texts))
    chosen: dict[str, float] = {}
    scale: dict[str, float] = {}
    margins: dict[str, Matrix] = {}
    rarest = int(np.bincount(gold, minlength=len(classes)).min())
    for name, strengths in STRENGTHS.items():
        if name == "bayes" and rarest < LEAST_COUNTED:
            continue
        tried = [
            (_margins(_lines(name, rows[inside], gold[inside], len(classes), c), rows[held]), c) for c in strengths
        ]
        reached_by = [settle_bias(m, gold[held])[1] for m, _ in tried]
        enough = max(reached_by) - _tolerance(gold[held], len(classes))
        best, chosen[name] = next(t for t, reached in zip(tried, reached_by, strict=True) if reached >= enough)
        margins[name] = best / (float(best.std()) or 1.0)
        scale[name] = 1.0 / (float(best.std()) or 1.0)
    blends = [blend for blend in BLENDS if blend.keys() <= margins.keys()]
    sums = [sum((w * margins[n] for n, w in blend.items()), np.zeros_like(best)) for blend in blends]
    picked = max(range(len(blends)), key=lambda i: settle_bias(sums[i], gold[held])[1])
    blended = sums[picked]
    scale = {name: scale[name] * weight for name, weight in blends[picked].items()}
    bias, reached = settle_bias(blended, gold[held])
    slope, offset = _calibrate(blended, gold[held], len(classes))
    coef, intercept = np.zeros((rows.shape[1], len(classes))), np.zeros(len(classes))
    for name in scale:
        strength = chosen[name]
        for c, line in enumerate(_lines(name, rows, gold, len(classes), strength)):
            coef[:, c] += scale[name] * line.coef
            intercept[c] += scale[name] * line.intercept
    return OwnModel(
        grams,
        classes,
        coef.astype(np.float32),
        intercept.astype(np.float32),
        bias.astype(np.float32),
        slope,
        offset.astype(np.float32),
        {**manifest, "seed": SEED, "strengths": chosen, "items": len(texts), "dev_macro_f1": round(reached, 4)},
    )
