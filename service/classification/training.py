"""What `radar train`, `predict` and `evaluate` need of the library, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from classifiers.datasets.corpus import CorpusError
from classifiers.datasets.labelled import LabelledError, read_labelled
from classifiers.models.model import SHIPPED, save_model
from classifiers.models.own import load_own, save_own
from classifiers.store import StoreError
from classifiers.training.recipe import train_own
from classifiers.training.shipped import train_shipped, versions

__all__ = ["SHIPPED", "TrainingError", "predict_rows", "rebuild_shipped", "train_from_files"]


class TrainingError(ValueError):
    """Data or a model that cannot be used; the message says which file and why."""


def rebuild_shipped(out: Path) -> Mapping[str, Any]:
    """Train the shipped model from the corpus in the repository into `out`; its manifest."""
    try:
        model = train_shipped()
    except CorpusError as error:
        raise TrainingError(str(error)) from None
    save_model(out, model)
    return model.manifest


def train_from_files(train: Path, dev: Path, out: Path, name: str) -> Mapping[str, Any]:
    """Train a model of one's own labels into `out`; its manifest."""
    try:
        inside, held = list(read_labelled(train)), list(read_labelled(dev))
    except LabelledError as error:
        raise TrainingError(str(error)) from None
    if len({label for _, label in inside}) < 2:
        raise TrainingError(f"{train}: expected at least two different labels")
    if not any(label in {known for _, known in inside} for _, label in held):
        raise TrainingError(f"{dev}: expected lines with labels of {train}")
    try:
        # before the work, not after it
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainingError(f"{out}: no folder can be made there: {error.strerror}") from None
    model = train_own(inside, held, manifest={"name": name, "version": "1", "versions": versions()})
    save_own(out, model)
    return model.manifest


def predict_rows(folder: Path, batches: Iterable[Sequence[tuple[str, str]]]) -> Iterator[dict[str, Any]]:
    """Answers `{id,label,scores}` for (id, text) pairs, in order, a batch at a time."""
    try:
        model = load_own(folder)
    except StoreError as error:
        raise TrainingError(str(error)) from None
    for rows in batches:
        for (identity, _), answer in zip(rows, model.answers([text for _, text in rows]), strict=True):
            scores = {label: round(share, 4) for label, share in answer.scores.items()}
            yield {"id": identity, "label": answer.label, "scores": scores}
