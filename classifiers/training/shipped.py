"""Trains the shipped models from the corpus in the repository: same corpus and versions, same bytes."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from classifiers.features.analysis import Analysis, analyse, shows_stance
from classifiers.features.vectoriser import Vectoriser, learn
from classifiers.labels import AUDIENCES, AXES, FEEDBACKS, TONES, TOPICS, Kind, Limb
from classifiers.models.linear import BY_KIND, Heads, Matrix, of_kind
from classifiers.models.model import Model
from classifiers.training.machines import SEED, Line, fit
from classifiers.training.taught import Taught
from classifiers.training.thresholds import choose

NAME, VERSION = "bhxh-linear", "1.6"
FOLDS = 4
MIN_DOCUMENTS = 2
# machines and their strengths a group of heads; margins are brought to one scale and added up
BLEND = {"vector": 0.3, "bayes": 0.15}
# Weight of the copy of the features which only texts of one kind share (Daumé III 2007, Frustratingly Easy Domain
# Adaptation): an article takes its stance in other words than a comment.
OWN_KIND = 0.8

Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Target:
    """One yes-or-no question: the answers, and which items it is asked of."""

    name: str
    answers: Flags
    asked: Flags

    @property
    def blind_to_stance(self) -> bool:
        """Sentiment is no input of the gate of protected speech, nor of the limbs (rule 2 of the product)."""
        return self.name == "protected" or self.name.startswith("limb=")

    @property
    def by_kind(self) -> bool:
        """Articles have a head of their own."""
        return self.name.partition("=")[0] in BY_KIND

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of the columns of the model that answer it: of other texts, of articles."""
        return (self.name, of_kind(self.name, article=True)) if self.by_kind else (self.name,)


@dataclass(frozen=True)
class Trained:
    """A model with what it was settled on: margins (items x heads) by models that had not seen the item or its pair."""

    model: Model
    analyses: Sequence[Analysis]
    held_out: Matrix


def targets(items: Sequence[Item]) -> list[Target]:
    """All questions in a fixed order: relevance, protection, acts of every item, the rest of relevant ones."""
    relevant = np.array([i.relevant for i in items])
    everything = np.ones(len(items), dtype=bool)

    def ask(name: str, answers: list[bool], asked: Flags) -> Target:
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


def without_stance(rows: sparse.csr_matrix, vectoriser: Vectoriser) -> sparse.csr_matrix:
    """The same rows with every cue of stance taken out, and every mark of it: laughter and shouting are no cues of what
    a text is entitled to."""
    kept = np.array([not shows_stance(name) for name in vectoriser.names], dtype=np.float32)
    calm = (rows @ sparse.diags(kept)).tocsr().astype(np.float32)
    calm.eliminate_zeros()
    return calm


def blend(rows: sparse.csr_matrix, answers: Flags) -> Line:
    """The machines of BLEND as one line, each scaled by the spread of its margins on what it learned from."""
    coef, intercept = np.zeros(rows.shape[1]), 0.0
    for name, strength in BLEND.items():
        line = fit(name, rows, answers, strength)
        scaled = line.scaled(1.0 / (float(line.margins(rows).std()) or 1.0))
        coef, intercept = coef + scaled.coef, intercept + scaled.intercept
    return Line(coef, intercept)


def beside_own_kind(rows: sparse.csr_matrix, articles: Flags) -> sparse.csr_matrix:
    """Features three times side by side: of all texts, of articles, of other texts."""
    shares = [OWN_KIND * which.astype(np.float32) for which in (articles, ~articles)]
    return sparse.hstack([rows, *(sparse.diags(share) @ rows for share in shares)]).tocsr()


def _unfold(line: Line) -> tuple[Line, Line]:
    """A line over features three times side by side as one for other texts and one for articles."""
    common, articles, others = np.split(line.coef, 3)
    return Line(common + OWN_KIND * others, line.intercept), Line(common + OWN_KIND * articles, line.intercept)


@dataclass(frozen=True)
class _Rows:
    """The corpus, or the answers of the desk, in the forms in which questions are learned from them."""

    plain: sparse.csr_matrix
    calm: sparse.csr_matrix
    by_kind: sparse.csr_matrix

    def of(self, target: Target) -> sparse.csr_matrix:
        if target.by_kind:
            return self.by_kind
        return self.calm if target.blind_to_stance else self.plain


def _rows(items: Sequence[Item], counted: Sequence[Analysis], vectoriser: Vectoriser) -> _Rows:
    plain = vectoriser.transform(counted)
    articles = np.array([i.text.kind is Kind.ARTICLE for i in items], dtype=bool)
    return _Rows(plain, without_stance(plain, vectoriser), beside_own_kind(plain, articles))


@dataclass(frozen=True)
class _Lessons:
    """What one question is learned from: items of the corpus it is asked of, and answers of the desk beside them."""

    rows: sparse.csr_matrix
    target: Target
    more_rows: sparse.csr_matrix
    more_answers: Flags

    def line(self, chosen: np.ndarray[Any, Any]) -> Line:
        """Learned from the chosen items of the corpus and from all of the desk's."""
        rows, answers = self.rows[chosen], self.target.answers[chosen]
        if self.more_rows.shape[0]:
            rows = sparse.vstack([rows, self.more_rows]).tocsr()
            answers = np.concatenate([answers, self.more_answers])
        return blend(rows, answers)

    def held_out(self, folds: Sequence[tuple[Any, Any]]) -> Matrix:
        """Margins of every item of the corpus by a model that has not seen it or its pair."""
        margins = np.zeros(self.rows.shape[0])
        for train, test in folds:
            margins[test] = self.line(train[self.target.asked[train]]).margins(self.rows[test])
        return margins


def _taught_answers(taught: Sequence[Taught]) -> list[Target]:
    """The questions as the desk answered them: `asked` tells who did."""
    known = targets([t.item for t in taught]) if taught else []
    return [replace(t, asked=np.array([one.answers(t.name) for one in taught], dtype=bool)) for t in known]


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
    return train_measured(items, data_hash=data_hash).model


def train_measured(items: Sequence[Item], *, data_hash: str, taught: Sequence[Taught] = ()) -> Trained:
    """The same with margins on held-out items.

    Args:
        taught: answers of the desk. They move coefficients only: the vocabulary stays that of `items`, so that no word
            of a citizen which only the desk's texts hold gets into a model file; calibration and thresholds are
            settled on held-out `items`.
    """
    counted, told_counted = analyses(items), analyses([t.item for t in taught])
    vectoriser = learn(counted, min_documents=MIN_DOCUMENTS)
    rows, more = _rows(items, counted, vectoriser), _rows([t.item for t in taught], told_counted, vectoriser)
    folds = list(GroupKFold(FOLDS).split(rows.plain, groups=[i.group for i in items]))
    asked, told = targets(items), _taught_answers(taught)
    names = tuple(head for target in asked for head in target.heads)
    column = {name: n for n, name in enumerate(names)}
    coef = np.zeros((len(vectoriser.names), len(names)), dtype=np.float32)
    intercept, slope, offset = (np.zeros(len(names), dtype=np.float32) for _ in range(3))
    margins: Matrix = np.zeros((len(items), len(names)), dtype=np.float64)
    for n, target in enumerate(asked):
        mine = told[n].asked if told else np.zeros(0, dtype=bool)
        lessons = _Lessons(rows.of(target), target, more.of(target)[mine], told[n].answers[mine] if told else mine)
        unseen = lessons.held_out(folds)
        curve = _platt(unseen[target.asked], target.answers[target.asked])
        line = lessons.line(target.asked)
        for head, part in zip(target.heads, _unfold(line) if target.by_kind else (line,), strict=True):
            at = column[head]
            margins[:, at], (slope[at], offset[at]) = unseen, curve
            coef[:, at], intercept[at] = part.coef, part.intercept
    heads = Heads(names, coef, intercept, slope, offset)
    held_out = heads.calibrated(margins)
    manifest = {
        "name": NAME,
        "version": VERSION,
        "data_hash": data_hash,
        "items": len(items),
        "features": len(vectoriser.names),
        "seed": SEED,
        "versions": versions(),
    }
    thresholds = choose(items, heads.names, held_out, (float(slope[0]), float(offset[0])))
    return Trained(Model(vectoriser, heads, thresholds, manifest), counted, margins)


def train_shipped(folder: Path = CORPUS) -> Model:
    """The shipped model from the corpus in the repository."""
    return train(load(folder), data_hash=corpus_hash(folder))
