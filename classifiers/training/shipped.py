"""Trains the shipped models from the corpus in the repository: same corpus and versions, same bytes."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import sklearn
import underthesea
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from classifiers.datasets.corpus import CORPUS, Item, load
from classifiers.features.analysis import Analysis, analyse
from classifiers.features.vectoriser import learn
from classifiers.labels import AUDIENCES, AXES, FEEDBACKS, TONES, TOPICS, Limb
from classifiers.models.linear import Heads, Matrix, sigmoid
from classifiers.models.model import Model
from classifiers.training.thresholds import choose

NAME, VERSION = "bhxh-linear", "1.0"
SEED = 20191121
FOLDS = 5
MIN_DOCUMENTS = 2
# inverse strength of the penalty a group of heads
STRENGTH = {"relevant": 8.0, "tone": 4.0, "feedback": 4.0, "axis": 4.0, "topic": 16.0, "audience": 8.0}
STRENGTH |= {"protected": 4.0, "denunciation": 4.0, "limb": 8.0}


@dataclass(frozen=True)
class Target:
    """One yes-or-no question: the answers, and which items it is asked of."""

    name: str
    answers: np.ndarray[Any, np.dtype[np.bool_]]
    asked: np.ndarray[Any, np.dtype[np.bool_]]

    @property
    def strength(self) -> float:
        return STRENGTH[self.name.partition("=")[0]]


def targets(items: Sequence[Item]) -> list[Target]:
    """All questions in a fixed order: relevance, protection, acts of every item, the rest of relevant ones."""
    relevant = np.array([i.relevant for i in items])
    everything = np.ones(len(items), dtype=bool)

    def ask(name: str, answers: list[bool], asked: np.ndarray[Any, np.dtype[np.bool_]]) -> Target:
        return Target(name, np.array(answers), asked)

    asked = [ask("relevant", [i.relevant for i in items], everything)]
    for label, classes in (("tone", TONES), ("feedback", FEEDBACKS), ("axis", AXES)):
        asked += [ask(f"{label}={c}", [getattr(i, label) == c for i in items], relevant) for c in classes]
    asked += [ask(f"topic={t}", [t in i.topics for i in items], relevant) for t in TOPICS]
    asked += [ask(f"audience={a}", [a in i.audiences for i in items], relevant) for a in AUDIENCES]
    asked += [ask("protected", [i.protected for i in items], everything)]
    asked += [ask("denunciation", [i.denunciation for i in items], everything)]
    asked += [ask(f"limb={x.value}", [x in i.limbs for i in items], everything) for x in Limb]
    return asked


def _fit(rows: sparse.csr_matrix, answers: np.ndarray[Any, Any], strength: float) -> LogisticRegression:
    machine = LogisticRegression(C=strength, class_weight="balanced", solver="liblinear", random_state=SEED)
    return machine.fit(rows, answers)


def _held_out(rows: sparse.csr_matrix, target: Target, folds: Sequence[tuple[Any, Any]]) -> Matrix:
    """Margins of every item by a model that has not seen it or its pair."""
    margins = np.zeros(rows.shape[0])
    for train, test in folds:
        inside = train[target.asked[train]]
        if len(set(target.answers[inside].tolist())) < 2:
            margins[test] = -1.0
            continue
        margins[test] = _fit(rows[inside], target.answers[inside], target.strength).decision_function(rows[test])
    return margins


def _platt(margins: Matrix, answers: np.ndarray[Any, Any]) -> tuple[float, float]:
    if answers.all() or not answers.any():
        return 1.0, 0.0
    curve = LogisticRegression(C=1e3, solver="lbfgs").fit(margins[:, None], answers)
    return float(curve.coef_[0, 0]), float(curve.intercept_[0])


def corpus_hash(folder: Path = CORPUS) -> str:
    """SHA-256 over the corpus files in order of their names."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.jsonl")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Of everything the bytes of a model depend on."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        "underthesea": underthesea.__version__,
    }


def analyses(items: Sequence[Item]) -> list[Analysis]:
    """Items taken apart for counting."""
    return [analyse(i.text.title, i.text.text, i.text.kind.value) for i in items]


def train(items: Sequence[Item], *, data_hash: str) -> Model:
    """Vectoriser, heads, calibration and thresholds; deterministic on one machine."""
    counted = analyses(items)
    vectoriser = learn(counted, min_documents=MIN_DOCUMENTS)
    rows = vectoriser.transform(counted)
    folds = list(GroupKFold(FOLDS).split(rows, groups=[i.group for i in items]))
    asked = targets(items)
    coef = np.zeros((rows.shape[1], len(asked)), dtype=np.float32)
    intercept, slope, offset = (np.zeros(len(asked), dtype=np.float32) for _ in range(3))
    held_out = np.zeros((rows.shape[0], len(asked)))
    for n, target in enumerate(asked):
        margins = _held_out(rows, target, folds)
        slope[n], offset[n] = _platt(margins[target.asked], target.answers[target.asked])
        held_out[:, n] = sigmoid(slope[n] * margins + offset[n])
        machine = _fit(rows[target.asked], target.answers[target.asked], target.strength)
        coef[:, n], intercept[n] = machine.coef_[0], machine.intercept_[0]
    heads = Heads(tuple(t.name for t in asked), coef, intercept, slope, offset)
    manifest = {
        "name": NAME,
        "version": VERSION,
        "data_hash": data_hash,
        "items": len(items),
        "features": len(vectoriser.names),
        "seed": SEED,
        "versions": versions(),
    }
    return Model(vectoriser, heads, choose(items, heads.names, held_out), manifest)


def train_shipped(folder: Path = CORPUS) -> Model:
    """The shipped model from the corpus in the repository."""
    return train(load(folder), data_hash=corpus_hash(folder))
